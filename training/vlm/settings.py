"""How the stages of a vision-language planner go: settings, and the files that hold them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from iea import files
from iea.errors import InvalidError, Violation
from training.guards import Limits

CONFIG = Path(__file__).parent / "config"
"""Settings for Qwen2.5-VL-7B-Instruct, a file a stage."""


@dataclass(frozen=True)
class Settings:
    """What stages have in common.

    `lora_rank` 0 trains all of the language model, else adapters of that rank beside its linear
    layers; what sees is never trained. A run has `epochs`, or so many `steps` if that is not 0.
    `device_batch` is how many examples a device takes at once, as many as fit.
    Every `save_every` steps there is a checkpoint and, on at most `held_out` records, an
    evaluation; after `patience` of these without a better one the run ends.
    """

    toolset: Literal["iea", "iea16"] = "iea"
    lora_rank: int = 0
    epochs: float = 1.0
    steps: int = 0
    rate: float = 1e-5
    warm_up: float = 0.1
    device_batch: int = 1
    save_every: int = 100
    held_out: int = 256
    patience: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be, all at once."""
        found = []
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name in _MAY_BE_0 and value < 0:
                found.append(Violation(each.name, "must not be below 0"))
            elif each.name not in _MAY_BE_0 and isinstance(value, int | float) and value <= 0:
                found.append(Violation(each.name, "must be above 0"))
        if self.toolset not in ("iea", "iea16"):
            found.append(Violation("toolset", "must be iea or iea16"))
        if found:
            told = "; ".join(f"{name} {what}" for name, what in found)
            raise InvalidError(f"The settings are wrong: {told}.", found)


_MAY_BE_0 = ("lora_rank", "steps", "warm_up", "held_out", "seed", "kl")


@dataclass(frozen=True)
class Sft(Settings):
    """Supervised fine-tuning, as published: `batch` examples a step, with a cosine schedule."""

    epochs: float = 5.0
    batch: int = 32

    def accumulated(self, devices: int) -> int:
        """Return how many times a device takes its batch before a step."""
        return _times(self.batch, self.device_batch * devices, "batch")


@dataclass(frozen=True)
class Grpo(Settings):
    """Group relative policy optimisation, as published (arXiv 2606.08016).

    `group` answers are drawn to each of `prompts` records, and learnt from in steps of `mini_batch`
    records; `kl` holds the policy to the model that it starts from. `reward` is the method's or
    ours (`iea.measure.rewards`). `answer_tokens` ends an answer. Where vLLM is installed it draws
    the answers, on `rollout_devices` GPUs a copy with this share of their memory.
    """

    reward: Literal["published", "ours"] = "published"
    rate: float = 1e-6
    group: int = 5
    prompts: int = 16
    mini_batch: int = 4
    device_batch: int = 5
    kl: float = 0.01
    answer_tokens: int = 512
    temperature: float = 1.0
    held_out: int = 64
    rollout_devices: int = 2
    rollout_memory: float = 0.3
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Refuse what cannot be, all at once."""
        super().__post_init__()
        if self.reward not in ("published", "ours"):
            raise InvalidError("The settings are wrong: reward must be published or ours.")
        if self.group < 2 or self.prompts % self.mini_batch:
            raise InvalidError(
                "The settings are wrong: group must be 2 or more, and prompts a multiple of "
                "mini_batch."
            )

    def accumulated(self, devices: int) -> int:
        """Return how many times a device takes its batch before a step."""
        return _times(self.mini_batch * self.group, self.device_batch * devices, "mini_batch")


def _times(whole: int, part: int, name: str) -> int:
    if whole % part:
        raise InvalidError(
            f"{name} makes {whole} examples a step, which is no multiple of the {part} that the "
            "devices take at once: change device_batch or the number of devices."
        )
    return whole // part


def read(path: Path, changes: Mapping[str, Any] = MappingProxyType({})) -> Sft | Grpo:
    """Read the settings of a stage from a TOML file, whose `stage` says which, but for `changes`.

    Raises `InvalidError` for a file that is no TOML, for names that there are not, and for values
    of another type.
    """
    try:
        values = tomllib.loads(files.read(path).decode())
    except ValueError as error:
        raise InvalidError(f"{path} is not TOML ({error}): mend it.") from None
    stage = values.pop("stage", "")
    kinds: dict[str, type[Sft] | type[Grpo]] = {"sft": Sft, "synthetic": Sft, "grpo": Grpo}
    if stage not in kinds:
        raise InvalidError(f"{path} has stage {stage!r}: use one of {', '.join(kinds)}.")
    made: Sft | Grpo = _made(kinds[stage], {**values, **changes}, str(path))
    return made


def _made(kind: type, values: dict[str, Any], where: str) -> Any:
    defaults = {each.name: getattr(kind(), each.name) for each in fields(kind)}
    if "limits" in defaults and "limits" in values:
        values = {**values, "limits": _made(Limits, values["limits"], f"{where}: limits")}
    unknown = sorted(values.keys() - defaults.keys())
    if unknown:
        raise InvalidError(f"{where} sets {', '.join(unknown)}: use {', '.join(defaults)}.")
    for name, value in values.items():
        wanted = type(defaults[name])
        if not (type(value) is wanted or (wanted is float and type(value) is int)):
            raise InvalidError(f"{where} sets {name} to {value!r}: give a {wanted.__name__}.")
    return kind(**values)
