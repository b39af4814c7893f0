"""Writes the reference of the tools, docs/tools.md, and its pictures: `make docs`."""

from pathlib import Path
from typing import Any

import numpy as np
import sklearn.datasets

from iea.image import Picture, decode, encode
from iea.program import Program
from iea.render import render_pixels
from iea.tools import NAME, STAGES, TOOLS, VERSION, Param, Tool

FOLDER = Path(__file__).parent
PICTURES = FOLDER / "tools"
LONG_SIDE = 360

# What shows a tool, where its main parameter at 60 % of its range would not.
_SHOWN: dict[str, dict[str, Any]] = {
    "exposure": {"ev": 1},
    "tone_curve": {"points": [[0, 0], [0.25, 0.15], [0.75, 0.88], [1, 1]]},
    "color_mixer": {"orange_hue": -60, "yellow_hue": -80, "blue_luminance": -60},
    "color_grading": {
        "shadows_hue": 220,
        "shadows_strength": 60,
        "highlights_hue": 45,
        "highlights_strength": 50,
    },
    "black_and_white": {"amount": 100},
    "sepia": {"amount": 100},
    "denoise": {"luminance": 80, "colour": 80},
    "crop": {"aspect": 1},
    "straighten": {"degrees": 8},
    "rotate": {"turns": 1},
    "flip": {"direction": "horizontal"},
    "perspective": {"vertical": 70},
    "resize": {"long_side": 180},
}
_FLOWER = {"vignette", "vibrance", "blur", "glow", "highlights", "color_mixer", "grain"}


def main() -> None:
    """Write the page and every picture."""
    PICTURES.mkdir(exist_ok=True)
    for tool in TOOLS.values():
        if tool.name != "lut":
            (PICTURES / f"{tool.name}.jpg").write_bytes(_picture(tool))
    (FOLDER / "tools.md").write_text(page())


def page() -> str:
    """Return the page's text, from what the tools declare."""
    parts = [
        f"# The tools of toolset `{NAME}`, version {VERSION}",
        "",
        "Written by `make docs` from the tools' own declarations, in the order in which they are "
        "rendered. Each picture is the photo before and after the step beside it. The photos are "
        "scikit-learn's `china.jpg` (by danielbuechele) and `flower.jpg` (by vultilion), both "
        "under CC BY 2.0 and edited here as shown.",
    ]
    for stage in STAGES:
        parts += ["", f"## {stage.capitalize()}"]
        for tool in TOOLS.values():
            if tool.stage == stage:
                parts += _section(tool)
    return "\n".join(parts) + "\n"


def _section(tool: Tool) -> list[str]:
    lines = ["", f"### {tool.name}", "", tool.purpose, ""]
    for param in tool.params:
        lines.append(f"- `{param.name}`: {param.about()}")
    lines.append(f"- Takes a mask: {'yes' if tool.masks else 'no'}")
    if tool.name != "lut":
        lines += [
            "",
            f"`{_params(tool)}`",
            "",
            f"![{tool.name}: before, after](tools/{tool.name}.jpg)",
        ]
    return lines


def _params(tool: Tool) -> dict[str, Any]:
    main = tool.params[0]
    if tool.name in _SHOWN or not isinstance(main, Param):
        return _SHOWN[tool.name]
    return {main.name: 0.6 * main.max}


def _picture(tool: Tool) -> bytes:
    """Return the photo beside what the tool made of it, as a JPEG."""
    name = "flower.jpg" if tool.name in _FLOWER else "china.jpg"
    folder = Path(sklearn.datasets.__file__).parent / "images"
    photo = decode((folder / name).read_bytes())
    step = {"tool": tool.name, "params": _params(tool)}
    value = {"toolset": {"name": NAME, "version": VERSION}, "steps": [step]}
    pixels = photo.pixels
    after = render_pixels(Program.parse(value), pixels)
    rows = max(pixels.shape[0], after.shape[0])
    pair = [
        np.pad(p, ((0, rows - len(p)), (0, 0), (0, 0)), constant_values=255)
        for p in (pixels, after)
    ]
    gap = np.full((rows, 12, 3), 255, np.uint8)
    both = np.hstack([pair[0], gap, pair[1]])
    size = {"tool": "resize", "params": {"long_side": 2 * LONG_SIDE}}
    reduced = render_pixels(Program.parse({**value, "steps": [size]}), np.ascontiguousarray(both))
    return encode(Picture(reduced, None, None, None, None, "jpeg"), ".jpg", quality=82)


if __name__ == "__main__":
    main()
