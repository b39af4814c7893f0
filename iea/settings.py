"""What the services read from the environment, checked at once."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from iea.errors import InvalidError, Violation

PORTS = MappingProxyType(
    {"gateway": 50051, "planner": 50052, "renderer": 50053, "traces": 50054, "quality": 50055}
)
"""Where each service listens unless it is told otherwise."""

MIB = 1 << 20


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's data folder for the embedded stores (XDG base directories)."""
    base = environ.get("XDG_DATA_HOME", "")
    # The specification says to ignore a relative path.
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share"
    return root / "iea"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of all services; `Settings.from_environment()` reads IEA_ and the name in capitals.

    `data_dir` holds photos, renders and traces. `host` is the interface that services listen on.
    The addresses say where a service finds the others. `planner_model` is the folder of the small
    model that the planner reads with, instead of the one that comes with it. `metrics_port` serves
    Prometheus, 0 means off. `rpc_workers` calls are answered at once, more are turned away.
    `render_workers` pictures are worked on at once (each uses all cores, so few are enough), and
    `render_queue` may wait.
    `photo_cache_bytes` of decoded photos are kept, and `render_cache_bytes` of what renders came to
    (a few hundred bytes each). `decode_sandbox` has the renderer decode photos in processes apart.
    `batches` run at once, and so many `previews` are open at once, each in one of the `rpc_workers`
    while it lasts. `deadline_s` is the time of a call that brings none, and `grace_s` what calls in
    progress get when the service stops, in seconds.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    planner_address: str = f"127.0.0.1:{PORTS['planner']}"
    renderer_address: str = f"127.0.0.1:{PORTS['renderer']}"
    traces_address: str = f"127.0.0.1:{PORTS['traces']}"
    quality_address: str = f"127.0.0.1:{PORTS['quality']}"
    planner_model: Path | None = None
    metrics_port: int = 0
    rpc_workers: int = 32
    render_workers: int = _cores()
    render_queue: int = 16
    photo_cache_bytes: int = 512 * MIB
    render_cache_bytes: int = 16 * MIB
    max_photo_bytes: int = 256 * MIB
    # What the sandbox is made of is Linux's own.
    decode_sandbox: bool = sys.platform == "linux"
    batches: int = 4
    previews: int = 8
    deadline_s: float = 120.0
    grace_s: float = 10.0

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; `InvalidError` lists every fault. An empty variable is one not set."""
        values: dict[str, Any] = {"data_dir": default_data_dir(environ)}
        faults: list[Violation] = []
        for name, read in _READERS.items():
            variable = f"IEA_{name.upper()}"
            if text := environ.get(variable, "").strip():
                try:
                    values[name] = read(text)
                except ValueError as error:
                    faults.append(Violation(variable, f"is {text[:80]!r}: {error}"))
        if faults:
            listed = "; ".join(f"{field} {what}" for field, what in faults)
            raise InvalidError(f"{listed}.", faults)
        return cls(**values)


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _host(text: str) -> str:
    if any(c.isspace() or c == "/" for c in text):
        raise ValueError("give a host name or an address, such as 0.0.0.0")
    return text


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text.startswith("unix:") and len(text) > len("unix:"):
        return text
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise ValueError("give HOST:PORT, such as 127.0.0.1:50051")
    return text


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            raise ValueError(f"give a whole number, {low:,} to {high:,}")
        return int(text)

    return read


def _yes_or_no(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("give 1 for on or 0 for off")
    return text == "1"


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 86_400:
        raise ValueError("give seconds, more than 0 and at most 86,400")
    return value


_READERS: Mapping[str, Callable[[str], Any]] = {
    "data_dir": _folder,
    "host": _host,
    "planner_address": _address,
    "renderer_address": _address,
    "traces_address": _address,
    "quality_address": _address,
    "planner_model": _folder,
    "metrics_port": _whole(0, 65_535),
    "rpc_workers": _whole(1, 1024),
    "render_workers": _whole(1, 1024),
    "render_queue": _whole(0, 100_000),
    "photo_cache_bytes": _whole(0, 1 << 40),
    "render_cache_bytes": _whole(0, 1 << 40),
    "max_photo_bytes": _whole(1, 1 << 30),
    "decode_sandbox": _yes_or_no,
    "batches": _whole(1, 1024),
    "previews": _whole(1, 1024),
    "deadline_s": _seconds,
    "grace_s": _seconds,
}
