"""A program as files that other programs read: a .cube table, an XMP side-car."""

import json
from collections.abc import Iterable
from types import MappingProxyType
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from iea.errors import InvalidError
from iea.program import Program, Step
from iea.render import Files, no_files, render_pixels

CUBE_SIZE = 33
"""Entries on a side of the table: what most programs write."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
CRS = "http://ns.adobe.com/camera-raw-settings/1.0/"
"""The namespace of the settings of Camera Raw and Lightroom."""
_IEA = "urn:iea:program:1"
_META = "adobe:ns:meta/"

_BANDS = ("red", "orange", "yellow", "green", "aqua", "blue", "purple", "magenta")

SETTINGS = MappingProxyType(
    {
        ("exposure", "ev"): "Exposure2012",
        ("contrast", "amount"): "Contrast2012",
        ("highlights", "amount"): "Highlights2012",
        ("shadows", "amount"): "Shadows2012",
        ("whites", "amount"): "Whites2012",
        ("blacks", "amount"): "Blacks2012",
        ("temperature", "amount"): "IncrementalTemperature",
        ("tint", "amount"): "IncrementalTint",
        ("saturation", "amount"): "Saturation",
        ("vibrance", "amount"): "Vibrance",
        ("clarity", "amount"): "Clarity2012",
        ("texture", "amount"): "Texture",
        ("dehaze", "amount"): "Dehaze",
        ("sharpen", "amount"): "Sharpness",
        ("denoise", "luminance"): "LuminanceSmoothing",
        ("denoise", "colour"): "ColorNoiseReduction",
        ("grain", "amount"): "GrainAmount",
        ("vignette", "amount"): "PostCropVignetteAmount",
        ("vignette", "midpoint"): "PostCropVignetteMidpoint",
        ("vignette", "roundness"): "PostCropVignetteRoundness",
        ("vignette", "feather"): "PostCropVignetteFeather",
        ("crop", "left"): "CropLeft",
        ("crop", "top"): "CropTop",
        ("crop", "right"): "CropRight",
        ("crop", "bottom"): "CropBottom",
        ("straighten", "degrees"): "CropAngle",
        **{
            ("color_mixer", f"{band}_{ours}"): f"{theirs}Adjustment{band.capitalize()}"
            for band in _BANDS
            for ours, theirs in (
                ("hue", "Hue"),
                ("saturation", "Saturation"),
                ("luminance", "Luminance"),
            )
        },
        ("color_grading", "shadows_hue"): "SplitToningShadowHue",
        ("color_grading", "shadows_strength"): "SplitToningShadowSaturation",
        ("color_grading", "midtones_hue"): "ColorGradeMidtoneHue",
        ("color_grading", "midtones_strength"): "ColorGradeMidtoneSat",
        ("color_grading", "highlights_hue"): "SplitToningHighlightHue",
        ("color_grading", "highlights_strength"): "SplitToningHighlightSaturation",
        ("color_grading", "balance"): "SplitToningBalance",
    }
)
"""A tool's parameter, and the setting of Camera Raw and Lightroom that is nearest to it."""
REVERSED = frozenset({"CropAngle", "PostCropVignetteAmount"})
"""Settings that go the other way: above 0 theirs turns the frame, and so the picture back, and
makes corners lighter."""


class Export(NamedTuple):
    """A file's text, and the tools of the program that it could not hold."""

    text: str
    left_out: tuple[str, ...]


def to_cube(program: Program, *, size: int = CUBE_SIZE, files: Files = no_files) -> Export:
    """Write what a program does to every colour alike as a 3D table, in the .cube format.

    Steps with a mask, and tools that look at neighbours, at the whole picture or at positions,
    cannot be in a table and are left out. `size` is 2..65 entries on a side.
    """
    if not 2 <= size <= 65:
        raise InvalidError(f"A table of {size} entries a side is not possible: use 2 to 65.")
    kept = tuple(step for step in program.ordered if _is_global(step))
    axis = np.round(np.linspace(0, 65535, size)).astype(np.uint16)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    grid = np.stack([red, green, blue], axis=-1).reshape(size * size, size, 3)
    values = render_pixels(Program(kept, program.toolset), grid, files=files) / 65535
    lines = [f"LUT_3D_SIZE {size}"]
    lines += [f"{r:.6f} {g:.6f} {b:.6f}" for r, g, b in values.reshape(-1, 3)]
    return Export("\n".join(lines) + "\n", _names(s for s in program.ordered if s not in kept))


def to_xmp(program: Program) -> Export:
    """Write a program as an XMP side-car that Camera Raw and Lightroom read.

    Their tools are near ours, not the same; the program itself is in the file too, exactly. What
    has no setting there is left out of the settings.
    """
    settings: dict[str, str] = {"Version": "15.0", "ProcessVersion": "11.0"}
    left_out = []
    for step in program.ordered:
        if step.mask is not None or not _translate(step, settings):
            left_out.append(step)
    return Export(_packet(settings, program), _names(left_out))


def _is_global(step: Step) -> bool:
    tool = step.declared
    alone = step.mask is None and tool.halo == 0
    return (
        alone and tool.stage in ("light", "colour") and (tool.survey is None or tool.name == "lut")
    )


def _names(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.tool for step in steps))


def _translate(step: Step, settings: dict[str, str]) -> bool:
    """Add a step's settings; False where it has none."""
    found = False
    for name, value in step.params.items():
        setting = SETTINGS.get((step.tool, name))
        if setting is not None and isinstance(value, int | float):
            value = -value if setting in REVERSED else value
            settings[setting] = (
                f"{value:+g}" if value < 0 or step.tool == "exposure" else f"{value:g}"
            )
            found = True
    if step.tool == "black_and_white" and step.amount == 100:
        settings["ConvertToGrayscale"], found = "True", True
    if step.tool == "crop":
        settings["HasCrop"] = "True"
    return found


def _packet(settings: dict[str, str], program: Program) -> str:
    for prefix, space in (("x", _META), ("rdf", _RDF), ("crs", CRS), ("iea", _IEA)):
        ElementTree.register_namespace(prefix, space)
    root = ElementTree.Element(f"{{{_META}}}xmpmeta")
    rdf = ElementTree.SubElement(root, f"{{{_RDF}}}RDF")
    attributes = {f"{{{CRS}}}{name}": value for name, value in settings.items()}
    about = {f"{{{_RDF}}}about": "", **attributes}
    description = ElementTree.SubElement(rdf, f"{{{_RDF}}}Description", about)
    for step in program.ordered:
        if step.tool == "tone_curve" and step.mask is None:
            _curve(description, step)
    program_text = ElementTree.SubElement(description, f"{{{_IEA}}}program")
    program_text.text = json.dumps(program.to_json())
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _curve(description: ElementTree.Element, step: Step) -> None:
    points = step.params["points"]
    assert isinstance(points, tuple)
    curve = ElementTree.SubElement(description, f"{{{CRS}}}ToneCurvePV2012")
    sequence = ElementTree.SubElement(curve, f"{{{_RDF}}}Seq")
    for x, y in points:
        entry = ElementTree.SubElement(sequence, f"{{{_RDF}}}li")
        entry.text = f"{round(255 * x)}, {round(255 * y)}"
