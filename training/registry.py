"""The registry of planners' models: versions that are never changed, and which of them serves.

A folder for each model: `versions/N/` with its files (a small model as the embedded planner reads
it, a large one in Triton's layout), `card.md` and `verdict.json`; and `serving.json`, which says
which version serves, which is tried as a canary, and which served before. It is replaced whole, so
a reader sees the old state or the new.
"""

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from iea import files
from iea.errors import CheckFailedError, InvalidError, NotFoundError
from training.gate import Verdict

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Serving:
    """Which versions of a model serve: 0 is none.

    `canary` answers `share` (0..1) of the requests, the rest is `version`'s; `before` are versions
    that served earlier, the latest last.
    """

    version: int = 0
    canary: int = 0
    share: float = 0.0
    before: tuple[int, ...] = ()


class Registry:
    """The models in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def propose(self, name: str, model: Path, card: str, verdict: Verdict) -> int:
        """Keep a model as a new version, which does not serve yet, and return its number.

        Raises `InvalidError` where the gate did not let it pass, and `CheckFailedError` where its
        files are not those that its manifest names.
        """
        if not _NAME.fullmatch(name):
            raise InvalidError(f"{name[:80]!r} is no name of a model: use a-z, 0-9, - and _.")
        if not verdict.passed:
            raise InvalidError(f"The model is not promoted: {verdict.reason}")
        check(model)
        versions = self._root / name / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        unfinished = versions / f".{secrets.token_hex(8)}"
        shutil.copytree(model, unfinished)
        (unfinished / "card.md").write_text(card, "utf-8")
        (unfinished / "verdict.json").write_text(json.dumps(asdict(verdict), indent=1) + "\n")
        version = max(self.versions(name), default=0) + 1
        unfinished.rename(versions / str(version))
        return version

    def versions(self, name: str) -> list[int]:
        """Return the numbers of all versions of a model."""
        folder = self._root / name / "versions"
        return sorted(int(path.name) for path in folder.glob("[0-9]*"))

    def serving(self, name: str) -> Serving:
        """Say which versions of a model serve."""
        path = self._root / name / "serving.json"
        if not path.exists():
            return Serving()
        value = json.loads(path.read_text("utf-8"))
        return Serving(**{**value, "before": tuple(value["before"])})

    def folder(self, name: str, version: int) -> Path:
        """Return the folder of a version; raises `NotFoundError` where there is none."""
        path = self._root / name / "versions" / str(version)
        if not path.is_dir():
            known = ", ".join(map(str, self.versions(name))) or "none"
            raise NotFoundError(f"{name} has no version {version}: there is {known}.")
        return path

    def canary(self, name: str, version: int, share: float) -> Serving:
        """Have a version answer a share of the requests, 0..1."""
        if not 0 < share < 1:
            raise InvalidError(f"A canary's share is {share:g}: give more than 0 and less than 1.")
        return self._change(name, version, lambda s: replace(s, canary=version, share=share))

    def promote(self, name: str, version: int) -> Serving:
        """Have a version serve alone."""
        return self._change(
            name,
            version,
            lambda s: Serving(version, before=(*s.before, s.version) if s.version else s.before),
        )

    def roll_back(self, name: str) -> Serving:
        """Take a canary away or, without one, go back to the version that served before."""
        now = self.serving(name)
        if now.canary:
            return self._change(name, now.canary, lambda s: replace(s, canary=0, share=0.0))
        if not now.before:
            raise InvalidError(f"No version of {name} served before: there is none to go back to.")
        return self._change(
            name, now.before[-1], lambda s: Serving(s.before[-1], before=s.before[:-1])
        )

    def _change(self, name: str, version: int, change: Callable[[Serving], Serving]) -> Serving:
        check(self.folder(name, version))
        new = change(self.serving(name))
        text = json.dumps(asdict(new), indent=1) + "\n"
        files.replace(self._root / name / "serving.json", text.encode())
        return new


def check(model: Path) -> None:
    """Raise `CheckFailedError` unless a model's files are those that its manifest names."""
    path = model / "manifest.json"
    if not path.is_file():
        raise CheckFailedError(f"{model} has no manifest: it is no model that was trained here.")
    for name, digest in json.loads(path.read_text("utf-8"))["sha256"].items():
        file = model / name
        if not file.is_file() or _digest(file) != digest:
            raise CheckFailedError(f"{file} is not what the model's manifest names: train it anew.")


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
