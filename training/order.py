"""An order: one pipeline run, what it is made from, and the folder that it lives in."""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from iea import files
from iea.errors import ConflictError, InvalidError, NotFoundError

Size = Literal["small", "vlm"]
STEPS = ("collect", "prepare", "sft", "grpo", "synthetic", "evaluate", "promote")
"""The steps of a pipeline, in their order."""
STAGES = ("sft", "grpo", "synthetic")
"""Those of them that train."""
SIZES: tuple[Size, ...] = ("small", "vlm")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Order:
    """What a pipeline run is asked to do.

    `sources` go from the kind of an importer to the folder that it reads; `settings` from a step to
    values that differ from its defaults.
    """

    name: str
    size: Size = "small"
    steps: tuple[str, ...] = STEPS
    seed: int = 0
    sources: dict[str, str] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidError(
                f"{self.name[:80]!r} is no name of a run: use a-z, 0-9, - and _, at most 64."
            )
        if self.size not in SIZES:
            raise InvalidError(f"There is no size {self.size!r}: use {' or '.join(SIZES)}.")
        wrong = [step for step in (*self.steps, *self.settings) if step not in STEPS]
        if wrong or not self.steps:
            shown = wrong[0] if wrong else "nothing"
            raise InvalidError(f"There is no step {shown!r}: use {', '.join(STEPS)}.")

    def save(self, root: Path) -> Path:
        """Write the order into its folder and return that; the same order again changes nothing.

        Raises `ConflictError` where the folder holds another order.
        """
        folder = root / self.name
        path = folder / "order.json"
        if path.exists():
            if read_order(folder) != self:
                raise ConflictError(
                    f"{folder} holds another order of that name: choose another name for this one."
                )
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        files.replace(path, (json.dumps(asdict(self), indent=1) + "\n").encode())
        return folder


def read_order(folder: Path) -> Order:
    """Read the order of a folder; raises `NotFoundError` where there is none."""
    path = folder / "order.json"
    if not path.is_file():
        raise NotFoundError(f"{folder} holds no order: start one with `iea train`.")
    value = json.loads(path.read_text("utf-8"))
    return Order(**{**value, "steps": tuple(value["steps"])})


def orders(root: Path) -> list[Path]:
    """Return the folders of all orders, by name."""
    return sorted(path.parent for path in root.glob("*/order.json"))
