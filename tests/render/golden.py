"""The pixels that old programs have, as digests: `golden.json`, by `python -m tests.render.golden`.

The command prints what the digests are now. They are committed: where one changes, programs that
were stored would render differently, so the toolset needs a new version before the file is written
anew. A new name is no change.
"""

import hashlib
import itertools
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from iea.program import Program
from iea.render import render_pixels
from iea.tools import TOOLS, TOOLSETS, Param
from iea.tools.iea16 import NAME as IEA16
from tests.programs import document, everything, example

KEPT = Path(__file__).with_suffix(".json")

_CUBE = "LUT_3D_SIZE 3\n" + "\n".join(
    f"{r / 2:.1f} {(g + b) / 4:.2f} {(2 - r) * b / 4:.2f}"
    for b, g, r in itertools.product(range(3), repeat=3)
)
CUBE = _CUBE.encode()
"""A colour table that leaves no colour but black as it was."""

FILES = {hashlib.sha256(CUBE).hexdigest(): CUBE}
"""The files that steps name, by their SHA-256."""

_SHOWN: dict[str, list[dict[str, Any]]] = {
    "grain": [{"amount": 30, "seed": 123_456_789}, {"amount": 100, "seed": 1}],
    "vignette": [{"amount": 60}, {"amount": 90, "roundness": 80}, {"amount": -90, "feather": 5}],
    "denoise": [{"luminance": 40, "colour": 40}, {"luminance": 100}, {"colour": 100}],
    "lut": [{"amount": 80, "file": next(iter(FILES))}],
    "perspective": [{"vertical": 40, "horizontal": -20}],
    "rotate": [{"turns": 1}],
    "resize": [{"long_side": 200}, {"long_side": 900}],
}
"""What to show of tools whose main parameter alone would show too little."""

MASKS: dict[str, dict[str, Any]] = {
    "linear": {"kind": "linear", "x1": 0.2, "y1": 0.1, "x2": 0.7, "y2": 0.8},
    "radial": {"kind": "radial", "x": 0.5, "y": 0.5, "width": 0.3, "height": 0.3, "feather": 50},
    "luminance": {"kind": "luminance", "low": 58, "high": 75},
    "colour": {"kind": "colour", "hue": 30, "range": 40},
    "sky": {"kind": "region", "name": "sky"},
    "subject": {"kind": "region", "name": "subject"},
    "background": {"kind": "region", "name": "background"},
}


def step_of(name: str) -> dict[str, Any]:
    """Return a step of a tool that can be seen, with the parameters that it needs for that."""
    return {"tool": name, "params": _SHOWN[name][0]} if name in _SHOWN else example(name)


@cache
def scene(kind: type) -> npt.NDArray[Any]:
    """Return (540, 700, 3) pixels, made in whole numbers: large enough for tiles and small copies.

    A blue sky, a red disc before ground of middle tones, and noise of all colours on the left.
    """
    y, x = np.mgrid[0:540, 0:700]
    sky = np.stack([90 + y // 4, 140 + y // 4, 235 - y // 8], axis=-1)
    ground = np.stack([70 + x * y % 13, 95 + x // 12, 60 + x * 7 % 11], axis=-1)
    disc = np.stack([200 - x // 16, 30 + y // 16, 40 + x * y % 7], axis=-1)
    noise = np.stack([(x * 7 + y) % 256, (x + y * 5) % 256, (x * y) % 256], axis=-1)
    inside = (x - 380) ** 2 + (y - 300) ** 2 < 110**2
    made: npt.NDArray[Any] = np.where(
        inside[..., np.newaxis], disc, np.where(y[..., np.newaxis] < 200, sky, ground)
    )
    made[:, :90] = noise[:, :90]
    if kind is np.uint16:
        made = (257 * made - made % 2 * (x * 31 % 97)[..., np.newaxis]).clip(0)
    return made.astype(kind)


def _programs() -> Iterator[tuple[str, list[Program]]]:
    for name in TOOLS:
        yield f"iea/{name}", [Program.parse(document(step)) for step in _steps(name)]
    yield "iea/everything", [everything()]
    for name, part in MASKS.items():
        step = {"tool": "exposure", "params": {"ev": 1}, "mask": {"parts": [part]}}
        yield f"mask/{name}", [Program.parse(document(step))]
    for name in TOOLSETS[IEA16].tools:
        yield f"iea16/{name}", [_plan(name, amount) for amount in (-100, 35, 100)]


def _steps(name: str) -> list[dict[str, Any]]:
    """Return a tool's steps: a gentle one, and those at the ends of its range."""
    if name in _SHOWN:
        return [{"tool": name, "params": params} for params in _SHOWN[name]]
    if TOOLS[name].geometry is not None or not isinstance(TOOLS[name].params[0], Param):
        return [step_of(name)]
    main = TOOLS[name].main
    ends = sorted({main.min, main.max} - {main.default})
    return [step_of(name), *({"tool": name, "params": {main.name: end}} for end in ends)]


def _plan(name: str, amount: float) -> Program:
    toolset = {"name": IEA16, "version": TOOLSETS[IEA16].version}
    step = {"tool": name, "params": {"amount": amount}}
    return Program.parse({"toolset": toolset, "steps": [step]})


PROGRAMS = dict(_programs())
"""The programs that are digested together, by the digest's name."""


def digest(name: str) -> str:
    """Return the SHA-256 of what the programs of a name make of the scene, in 8 and in 16 bit."""
    whole = hashlib.sha256()
    for kind in (np.uint8, np.uint16):
        for program in PROGRAMS[name]:
            made = render_pixels(program, scene(kind), files=FILES.__getitem__)
            whole.update(made.astype(f"<u{made.itemsize}").tobytes())
    return whole.hexdigest()


def main() -> None:
    """Print the digest of every name as JSON."""
    digests = {name: digest(name) for name in PROGRAMS}
    sys.stdout.write(json.dumps(digests, indent=1) + "\n")


if __name__ == "__main__":
    main()
