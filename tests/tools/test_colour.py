"""The promises of the tools of colour."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from iea.errors import InvalidError, NotFoundError
from iea.export import to_cube
from iea.measure.lab import lab
from iea.program import Program
from iea.render import render_pixels
from iea.tools import TOOLS
from iea.tools._cube import MOST_BYTES, Cube, read_cube, through
from iea.tools._pixel import LUMA
from iea.tools.color_mixer import COLOURS
from tests.programs import document, program

KINDS = pytest.mark.parametrize("kind", [np.uint8, np.uint16])


def _render(pixels: np.ndarray, tool: str, **params: Any) -> np.ndarray:
    return render_pixels(Program.parse(document({"tool": tool, "params": params})), pixels)


def _colours(low: int = 0, high: int = 255, kind: type = np.uint8) -> np.ndarray:
    """Return colours with channels from `low` to `high` of 255."""
    unit = np.iinfo(kind).max // 255
    rng = np.random.default_rng(11)
    return rng.integers(low * unit, high * unit + 1, (64, 64, 3)).astype(kind)


def _hue_change(before: np.ndarray, after: np.ndarray) -> float:
    """Return the mean change of CIELAB hue in degrees over unclipped pixels that have a colour."""
    _, a0, b0 = lab(before)
    _, a1, b1 = lab(after)
    turned = np.degrees(np.angle(np.exp(1j * (np.arctan2(b1, a1) - np.arctan2(b0, a0)))))
    unclipped = (after.min(axis=-1) > 0) & (after.max(axis=-1) < 255)
    # A step of 8 bit turns the hue of what has hardly any.
    coloured = unclipped & (np.hypot(a0, b0) > 10) & (np.hypot(a1, b1) > 10)
    assert coloured.sum() > 1000
    return float(np.abs(turned[coloured]).mean())


def _luma(pixels: np.ndarray) -> np.ndarray:
    return pixels @ np.array(LUMA)


@pytest.mark.parametrize(
    ("tool", "amount"),
    [("exposure", 1), ("exposure", -1), ("saturation", 50), ("saturation", -50)],
)
def test_the_hue_stays(tool: str, amount: float) -> None:
    colours = _colours(20, 200)
    moved = render_pixels(program(**{tool: amount}), colours)
    assert _hue_change(colours, moved) < 2


SKIN = [(0.96, 0.80, 0.69), (0.88, 0.67, 0.53), (0.72, 0.50, 0.38), (0.45, 0.29, 0.21)]
"""Skin from light to dark, encoded sRGB."""


@pytest.mark.parametrize("skin", SKIN)
def test_vibrance_protects_skin(skin: tuple[float, ...]) -> None:
    def gain(colour: tuple[float, ...]) -> float:
        moved = TOOLS["vibrance"].reference(np.array([[colour]]), amount=60)
        return float(np.ptp(moved) / np.ptp(colour)) - 1

    # Against the blue of just that chroma.
    assert gain(skin) < 0.6 * gain(skin[::-1])
    assert gain(skin) < 0.15


def test_vibrance_moves_pale_colours_more_than_vivid_ones() -> None:
    def gain(colour: list[float]) -> float:
        moved = TOOLS["vibrance"].reference(np.array([[colour]]), amount=80)
        return float(np.ptp(moved) / np.ptp(colour)) - 1

    assert gain([0.5, 0.5, 0.6]) > 5 * gain([0.1, 0.1, 0.9])


@KINDS
@pytest.mark.parametrize(
    ("tool", "params"),
    [
        ("temperature", {"amount": 60}),
        ("temperature", {"amount": -60}),
        ("tint", {"amount": 60}),
        ("tint", {"amount": -60}),
        ("saturation", {"amount": 60}),
        ("vibrance", {"amount": 60}),
        ("color_grading", {"shadows_strength": 80, "shadows_hue": 220, "balance": 40}),
        ("color_grading", {"midtones_strength": 80, "midtones_hue": 100}),
        ("color_grading", {"highlights_strength": 80, "highlights_hue": 40, "balance": -70}),
        ("sepia", {"amount": 100}),
        ("sepia", {"amount": 50, "hue": 220}),
        ("color_mixer", {f"{colour}_hue": 80 for colour in COLOURS}),
        ("color_mixer", {f"{colour}_saturation": 40 for colour in COLOURS}),
        ("color_mixer", {"blue_saturation": -80, "red_hue": -100}),
    ],
)
def test_the_luma_stays(tool: str, params: dict[str, float], kind: type) -> None:
    top = np.iinfo(kind).max
    colours = _colours(60, 150, kind)
    moved = _render(colours, tool, **params)
    assert (moved > 0).all()
    assert (moved < top).all()
    # Each sample is rounded by itself.
    assert np.abs(_luma(moved) - _luma(colours)).max() < 0.51
    assert np.abs(moved.astype(int) - colours).max() > top / 50


def _greys(kind: type) -> np.ndarray:
    step = np.iinfo(kind).max // 255
    grey = np.arange(0, np.iinfo(kind).max + 1, step).astype(kind)
    return grey[np.newaxis, :, np.newaxis].repeat(3, axis=2)


@KINDS
@pytest.mark.parametrize("colour", COLOURS)
def test_the_mixer_leaves_greys(colour: str, kind: type) -> None:
    params = {f"{colour}_{what}": 100 for what in ("hue", "saturation", "luminance")}
    assert np.array_equal(_render(_greys(kind), "color_mixer", **params), _greys(kind))


PURE = {
    "red": (0.6, 0.2, 0.2),
    "orange": (0.6, 0.4, 0.2),
    "yellow": (0.6, 0.6, 0.2),
    "green": (0.2, 0.6, 0.2),
    "aqua": (0.2, 0.6, 0.6),
    "blue": (0.2, 0.2, 0.6),
    "purple": (0.4, 0.2, 0.6),
    "magenta": (0.6, 0.2, 0.6),
}


def _mixed(colour: str, **params: float) -> np.ndarray:
    pixel = np.array([[PURE[colour]]])
    filled = {**TOOLS["color_mixer"].defaults(), **params}
    return TOOLS["color_mixer"].reference(pixel, **filled)[0, 0]


@pytest.mark.parametrize("colour", COLOURS)
def test_each_of_the_eight_colours_is_moved_by_itself(colour: str) -> None:
    for what in ("hue", "saturation", "luminance"):
        for other in COLOURS:
            change = np.abs(_mixed(other, **{f"{colour}_{what}": 100}) - PURE[other]).max()
            assert change > 0.05 if other == colour else change < 1e-4


@pytest.mark.parametrize("colour", COLOURS)
def test_what_the_mixer_does_to_a_colour(colour: str) -> None:
    pixel = np.array(PURE[colour])
    paler, stronger = (_mixed(colour, **{f"{colour}_saturation": v}) for v in (-50, 25))
    assert np.ptp(paler) == pytest.approx(np.ptp(pixel) * 0.5, abs=1e-4)
    assert np.ptp(stronger) == pytest.approx(np.ptp(pixel) * 1.25, abs=1e-4)
    darker, lighter = (_mixed(colour, **{f"{colour}_luminance": v}) for v in (-50, 50))
    assert _luma(darker) < _luma(pixel) - 0.03 < _luma(lighter) - 0.06
    assert np.ptp(_mixed(colour, **{f"{colour}_saturation": -100})) < 1e-4


def test_a_hue_of_the_mixer_turns_by_thirty_degrees_at_most() -> None:
    turned = _mixed("red", red_hue=100)
    # Orange: green is halfway between the largest and the smallest channel.
    assert turned[1] - turned[2] == pytest.approx((turned[0] - turned[2]) / 2, abs=1e-4)
    turned = _mixed("red", red_hue=-100)
    assert turned[2] - turned[1] == pytest.approx((turned[0] - turned[1]) / 2, abs=1e-4)


def test_the_mixer_is_smooth_round_the_wheel() -> None:
    from iea.tools._chroma import directions

    wheel = 0.5 + 0.3 * directions(np.linspace(0, 6, 721))[np.newaxis]
    rng = np.random.default_rng(8)
    names = [param.name for param in TOOLS["color_mixer"].params]
    params = dict(zip(names, rng.integers(-100, 101, len(names)).tolist(), strict=True))
    moved = TOOLS["color_mixer"].reference(wheel, **params)
    assert np.abs(np.diff(moved, axis=1)).max() < 8 * np.abs(np.diff(wheel, axis=1)).max()
    assert np.abs(moved[0, 0] - moved[0, -1]).max() < 1e-6


@KINDS
def test_the_mixer_agrees_with_its_reference_whatever_its_numbers(kind: type) -> None:
    rng, top = np.random.default_rng(9), np.iinfo(kind).max
    colours = _colours(kind=kind)
    names = [param.name for param in TOOLS["color_mixer"].params]
    for _ in range(5):
        params = dict(zip(names, rng.integers(-100, 101, len(names)).tolist(), strict=True))
        expected = np.clip(TOOLS["color_mixer"].reference(colours / top, **params), 0, 1)
        moved = _render(colours, "color_mixer", **params) / top
        assert np.abs(moved - expected).max() <= 0.1 / 255 + 0.5 / top


@pytest.mark.parametrize("tool", ["color_mixer", "color_grading"])
def test_no_colour_is_led_out_of_what_can_be_shown(tool: str) -> None:
    colours = np.random.default_rng(2).random((60, 60, 3))
    params = {p.name: p.max * 0.9 for p in TOOLS[tool].params}
    moved = TOOLS[tool].reference(colours, **params)
    assert moved.min() > -1e-5
    assert moved.max() < 1 + 1e-5


@pytest.mark.parametrize("tones", ["shadows", "midtones", "highlights"])
def test_grading_tints_its_own_tones_most(tones: str) -> None:
    params = {**TOOLS["color_grading"].defaults(), f"{tones}_strength": 60, f"{tones}_hue": 210}
    tints = TOOLS["color_grading"].reference(_greys(np.uint8) / 255, **params)[0]
    strongest = int(np.ptp(tints, axis=-1).argmax())
    assert strongest in {"shadows": range(50, 100), "midtones": range(115, 140)}.get(
        tones, range(155, 205)
    )
    # Black and white stay, and the hue is the one asked for: blue most, red least.
    assert np.ptp(tints[[0, 255]], axis=-1).max() < 1e-6
    assert tints[strongest, 2] > tints[strongest, 1] > tints[strongest, 0]


def test_balance_gives_more_tones_to_highlights() -> None:
    def blue(balance: float) -> float:
        params = {"highlights_strength": 60, "highlights_hue": 240, "balance": balance}
        filled = {**TOOLS["color_grading"].defaults(), **params}
        return float(TOOLS["color_grading"].reference(np.full((1, 1, 3), 0.5), **filled)[0, 0, 2])

    assert blue(-80) < blue(0) - 0.02 < blue(80) - 0.04


@KINDS
def test_grading_agrees_with_its_reference_whatever_its_numbers(kind: type) -> None:
    rng, top = np.random.default_rng(10), np.iinfo(kind).max
    colours, params = _colours(kind=kind), TOOLS["color_grading"].params
    for _ in range(10):
        values = {p.name: round(float(rng.uniform(p.min, p.max)), 2) for p in params}
        expected = np.clip(TOOLS["color_grading"].reference(colours / top, **values), 0, 1)
        moved = _render(colours, "color_grading", **values) / top
        assert np.abs(moved - expected).max() <= 0.1 / 255 + 0.5 / top


@pytest.mark.parametrize("tool", ["color_mixer", "color_grading"])
def test_what_has_many_numbers_is_neutral_only_if_none_of_them_works(tool: str) -> None:
    declared = TOOLS[tool]
    assert declared.is_neutral(declared.defaults())
    working = [p.name for p in declared.params if "grading" not in tool or "strength" in p.name]
    assert not any(declared.is_neutral({name: 1}) for name in working)
    assert declared.is_neutral({"shadows_hue": 90, "balance": 50}) or tool == "color_mixer"


@pytest.mark.parametrize("hue", [0, 32, 100, 220, 300])
def test_sepia_goes_from_black_to_white_in_one_hue(hue: float) -> None:
    toned = TOOLS["sepia"].reference(_greys(np.uint8) / 255, amount=100, hue=hue)[0]
    assert toned[[0, 255]] == pytest.approx(np.array([[0] * 3, [1] * 3]), abs=1e-9)
    assert (np.diff(_luma(toned)) > 0).all()
    assert toned.min() >= 0
    assert toned.max() <= 1


def test_sepia_is_warm_brown_whatever_the_colour_was() -> None:
    red, green, blue = np.moveaxis(_render(_colours(40, 200), "sepia", amount=100), -1, 0)
    assert (red > green).all()
    assert (green > blue).all()


@pytest.mark.parametrize("weight", ["red", "green", "blue"])
def test_black_and_white_weighs_colours_and_keeps_greys(weight: str) -> None:
    grey = _greys(np.uint8)
    channel = ("red", "green", "blue").index(weight)
    pixel = np.full((1, 1, 3), 60, np.uint8)
    pixel[..., channel] = 160
    results = []
    for value in (-100, 0, 100):
        params = {"amount": 100, weight: value}
        assert np.array_equal(_render(grey, "black_and_white", **params), grey)
        results.append(int(_render(pixel, "black_and_white", **params)[0, 0, 0]))
    assert results[0] < results[1] < results[2]
    luma = round(float(_luma(pixel)[0, 0]))
    assert results[1] == luma


# ---------------------------------------------------------------------------- .cube files


def _text(side: int, change: Callable[[np.ndarray], np.ndarray] = lambda rgb: rgb) -> bytes:
    axis = np.linspace(0, 1, side)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    rows = change(np.stack([red, green, blue], axis=-1).reshape(-1, 3))
    lines = [f"LUT_3D_SIZE {side}", *(f"{r:.7f} {g:.7f} {b:.7f}" for r, g, b in rows)]
    return "\n".join(lines).encode()


def _looked_up(pixels: np.ndarray, data: bytes, amount: float = 100) -> np.ndarray:
    sha256 = hashlib.sha256(data).hexdigest()
    step = {"tool": "lut", "params": {"file": sha256, "amount": amount}}
    files = {sha256: data}
    return render_pixels(Program.parse(document(step)), pixels, files=files.__getitem__)


@KINDS
@pytest.mark.parametrize("side", [2, 3, 17, 33])
def test_an_identity_table_changes_nothing(side: int, kind: type) -> None:
    colours = _colours(kind=kind)
    moved = _looked_up(colours, _text(side)).astype(int)
    assert np.abs(moved - colours).max() <= (0 if kind is np.uint8 else 2)


@KINDS
def test_a_table_is_read_on_tetrahedra(kind: type) -> None:
    data = _text(5, lambda rgb: np.random.default_rng(1).random(rgb.shape))
    colours, top = _colours(kind=kind), np.iinfo(kind).max
    colours[0, :8] = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 1]] * 2) * top
    colours[1] = np.linspace(0, top, 64).astype(kind)[:, np.newaxis]
    expected = through(colours / top, read_cube(data))
    for amount in (100, 40):
        blended = colours / top + amount / 100 * (expected - colours / top)
        moved = _looked_up(colours, data, amount) / top
        assert np.abs(moved - blended).max() <= 0.05 / 255 + 0.5 / top


def test_the_reference_agrees_with_what_is_known_of_tetrahedra() -> None:
    nodes = np.zeros((2, 2, 2, 3), np.float32)
    nodes[0, 0, 1], nodes[0, 1, 1], nodes[1, 1, 1] = 0.2, 0.7, 1.0
    cube = Cube(nodes, (0, 0, 0), (1, 1, 1))
    # Red, then green, then blue: by way of the nodes (1, 0, 0) and (1, 1, 0).
    found = through(np.array([[[0.9, 0.5, 0.2]]]), cube)[0, 0, 0]
    assert found == pytest.approx((0.9 - 0.5) * 0.2 + (0.5 - 0.2) * 0.7 + 0.2 * 1.0)


def test_greys_of_a_table_come_from_its_greys_alone() -> None:
    def tinted(rgb: np.ndarray) -> np.ndarray:
        return np.where(np.ptp(rgb, axis=-1, keepdims=True) == 0, rgb, 0.3)

    assert np.abs(_looked_up(_greys(np.uint8), _text(9, tinted)) - _greys(np.uint8)).max() == 0


def test_a_program_comes_back_from_its_own_table() -> None:
    wanted = program(contrast=30, temperature=40, saturation=20)
    colours = _colours()
    table = to_cube(wanted, size=33).text.encode()
    difference = _looked_up(colours, table).astype(int) - render_pixels(wanted, colours)
    # A table is straight between its nodes; single colours lie where the program bends.
    assert np.abs(difference).mean() < 0.3
    assert np.percentile(np.abs(difference), 99) <= 4


def test_a_table_of_another_domain_is_read_there() -> None:
    head = b"DOMAIN_MIN 0 0 0\nDOMAIN_MAX 0.5 0.5 0.5\n"
    moved = _looked_up(_greys(np.uint8), head + _text(2))[0, :, 0].astype(int)
    assert np.abs(moved - np.minimum(2 * np.arange(256), 255)).max() <= 1
    assert read_cube(b"LUT_3D_INPUT_RANGE 0 0.5\n" + _text(2)).high == (0.5, 0.5, 0.5)


def test_comments_titles_and_line_ends_of_all_systems_are_read() -> None:
    plain = read_cube(_text(2))
    dressed = b'\xef\xbb\xbf# a look, by caf\xe9\nTITLE "Warm, 3"\n\n' + _text(2) + b"\n# end\n"
    for data in (dressed, dressed.replace(b"\n", b"\r\n"), dressed.replace(b"\n", b"\r")):
        assert np.array_equal(read_cube(data).nodes, plain.nodes)


_ROW = b"0.5 0.5 0.5\n"
MALFORMED = {
    "nothing": (b"", "size is missing"),
    "a picture": (bytes(range(256)), "line 1"),
    "no size": (_ROW * 8, "line 1 comes before the size"),
    "two sizes": (b"LUT_3D_SIZE 2\nLUT_3D_SIZE 2\n" + _ROW * 8, "line 2 gives the size again"),
    "a size of one": (b"LUT_3D_SIZE 1\n" + _ROW, "line 1 must give a whole number from 2 to 65"),
    "a size too large": (b"LUT_3D_SIZE 66\n", "line 1 must give a whole number from 2 to 65"),
    "half a size": (b"LUT_3D_SIZE 2.5\n", "line 1 must give a whole number"),
    "a word for a size": (b"LUT_3D_SIZE big\n", "line 1 must hold one number"),
    "one dimension": (b"LUT_1D_SIZE 4\n" + _ROW * 4, "line 1 starts a table of one dimension"),
    "a row too few": (b"LUT_3D_SIZE 2\n" + _ROW * 7, "has 7 colours, but LUT_3D_SIZE means 8"),
    "a row too many": (b"LUT_3D_SIZE 2\n" + _ROW * 9, "line 10 is one colour too many"),
    "two numbers": (b"LUT_3D_SIZE 2\n" + _ROW + b"0.5 0.5\n", "line 3 must hold three numbers"),
    "four numbers": (b"LUT_3D_SIZE 2\n0 0 0 0\n", "line 2 must hold three numbers"),
    "no number": (b"LUT_3D_SIZE 2\n0 0 x\n", "line 2 must hold three numbers"),
    "commas": (b"LUT_3D_SIZE 2\n0,5 0,5 0,5\n", "line 2 must hold three numbers"),
    "NaN": (b"LUT_3D_SIZE 2\n0 0 nan\n", "line 2 has a number outside -1000..1000"),
    "infinity": (b"LUT_3D_SIZE 2\n0 0 1e999\n", "line 2 has a number outside"),
    "a huge number": (b"LUT_3D_SIZE 2\n0 0 -1e30\n", "line 2 has a number outside"),
    "underscores": (b"LUT_3D_SIZE 2\n0 0 0_1\n", "line 2 must hold three numbers"),
    "other digits": ("LUT_3D_SIZE 2\n0 0 ١\n".encode(), "line 2 must hold three numbers"),
    "a word amid": (b"LUT_3D_SIZE 2\n" + _ROW + b"TITLE x\n", "line 3 must hold three numbers"),
    "an unknown word": (b"LUT_IN_VIDEO_RANGE\n", "line 1 starts with 'LUT_IN_VIDEO_RANGE'"),
    "an empty domain": (b"DOMAIN_MAX 0 1 1\nLUT_3D_SIZE 2\n" + _ROW * 8, "domain is empty"),
    "a narrow domain": (b"DOMAIN_MAX 1e-9 1 1\nLUT_3D_SIZE 2\n" + _ROW * 8, "domain is empty"),
    "half a domain": (b"DOMAIN_MIN 0\n", "line 1 must hold three numbers"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_table_is_refused_and_the_place_named(name: str) -> None:
    data, words = MALFORMED[name]
    with pytest.raises(InvalidError) as caught:
        read_cube(data)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")
    assert caught.value.violations


def test_a_table_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidError, match="8 MiB"):
        read_cube(b"#" * (MOST_BYTES + 1))


def test_tables_cut_off_or_with_wrong_bytes_never_do_anything_but_refuse() -> None:
    rng, good = np.random.default_rng(3), _text(3)
    for _ in range(300):
        data = bytearray(good)
        for place in rng.integers(0, len(data), rng.integers(1, 4)):
            data[place] = rng.integers(0, 256)
        data = data[: rng.integers(1, len(data) + 1)]
        try:
            cube = read_cube(bytes(data))
        except InvalidError:
            continue
        assert np.isfinite(cube.nodes).all()


def test_a_table_that_is_not_there_is_said_to_be_missing() -> None:
    step = {"tool": "lut", "params": {"file": "0" * 64}}
    with pytest.raises(NotFoundError):
        render_pixels(Program.parse(document(step)), _colours())


def test_without_a_table_or_an_amount_lut_is_neutral() -> None:
    assert TOOLS["lut"].is_neutral({})
    assert TOOLS["lut"].is_neutral({"amount": 0, "file": "0" * 64})
    assert not TOOLS["lut"].is_neutral({"amount": 10, "file": "0" * 64})
