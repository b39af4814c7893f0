"""Short ways to write programs in tests."""

from typing import Any

from iea.program import Program
from iea.tools import NAME, TOOLS, VERSION


def program(**amounts: float) -> Program:
    """Make a program of tools at their main parameter: `program(exposure=1, fade=20)`."""
    return Program.parse(
        document(*({"tool": t, "params": {TOOLS[t].main.name: v}} for t, v in amounts.items()))
    )


_EXAMPLES: dict[str, dict[str, Any]] = {
    "tone_curve": {"points": [[0, 0], [0.25, 0.18], [0.75, 0.85], [1, 1]]},
    "color_mixer": {"red_hue": 40, "orange_saturation": -30, "blue_luminance": -40},
    "color_grading": {"shadows_hue": 220, "shadows_strength": 40, "highlights_strength": 30},
    "denoise": {"luminance": 40, "colour": 40},
    "flip": {"direction": "horizontal"},
    "crop": {"left": 0.1, "bottom": 0.8},
    "resize": {"long_side": 200},
}


def example(name: str, share: float = 0.3) -> dict[str, Any]:
    """Return a step of a tool that can be seen: its main parameter at a share of its range."""
    main = TOOLS[name].main if name not in _EXAMPLES else None
    params = _EXAMPLES[name] if main is None else {main.name: share * main.max}
    return {"tool": name, "params": params}


PIXEL_TOOLS = tuple(name for name, tool in TOOLS.items() if tool.geometry is None and name != "lut")
"""All tools that change pixels, but for the one that needs a file."""


def everything() -> Program:
    """Make a program of all tools that change pixels."""
    return Program.parse(document(*map(example, PIXEL_TOOLS)))


def document(*steps: dict[str, Any]) -> dict[str, Any]:
    """Make a program file's JSON value."""
    return {"toolset": {"name": NAME, "version": VERSION}, "steps": list(steps)}
