"""Masks: what is refused, how parts join, and where things are on real photos."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from iea.errors import InvalidError
from iea.image import decode
from iea.masks import MAX_PARTS, Mask, coefficients, evaluate
from iea.program import Program
from iea.render import Window, render_pixels
from iea.render._passes import Photo
from tests.images import flower, photo
from tests.photos import PHOTOS
from tests.programs import document

LINEAR = {"kind": "linear", "x1": 0.25, "y1": 0, "x2": 0.75, "y2": 0}
RADIAL = {"kind": "radial", "x": 0.5, "y": 0.5, "width": 0.3, "height": 0.3, "feather": 20}
LIGHT = {"kind": "luminance", "low": 60, "high": 100}
RED = {"kind": "colour", "hue": 40, "range": 30}


def _region(name: str) -> dict[str, Any]:
    return {"kind": "region", "name": name}


def _mask(*parts: dict[str, Any], **more: Any) -> Mask:
    return Mask.parse({"parts": list(parts), **more})


def _on(pixels: np.ndarray, *parts: dict[str, Any], **more: Any) -> np.ndarray:
    picture = Photo(np.ascontiguousarray(pixels))
    small = picture.small(512)
    return evaluate(_mask(*parts, **more), small.planes, small.step, picture.size)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "mask"),
        ({}, "mask.parts"),
        ({"parts": []}, "mask.parts"),
        ({"parts": [RADIAL] * (MAX_PARTS + 1)}, "mask.parts"),
        ({"parts": [{"kind": "magic"}]}, "mask.parts[0].kind"),
        ({"parts": [{**LINEAR, "x1": 3}]}, "mask.parts[0].x1"),
        ({"parts": [{**LINEAR, "x1": float("nan")}]}, "mask.parts[0].x1"),
        ({"parts": [{**RADIAL, "width": 0}]}, "mask.parts[0].width"),
        ({"parts": [{**RADIAL, "feather": 101}]}, "mask.parts[0].feather"),
        ({"parts": [{**RADIAL, "more": 1}]}, "mask.parts[0].more"),
        ({"parts": [{**LIGHT, "high": -1}]}, "mask.parts[0].high"),
        ({"parts": [{**RED, "range": 0}]}, "mask.parts[0].range"),
        ({"parts": [_region("dog")]}, "mask.parts[0].name"),
        ({"parts": [RADIAL, {**RADIAL, "op": "xor"}]}, "mask.parts[1].op"),
        ({"parts": [RADIAL], "invert": 1}, "mask.invert"),
    ],
)
def test_a_malformed_mask_is_refused_and_the_place_named(value: Any, field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        Mask.parse(value)
    assert field in {v.field for v in caught.value.violations}


def test_a_mask_survives_the_way_to_json_and_back() -> None:
    mask = _mask(LINEAR, {**RADIAL, "op": "minus", "invert": True}, _region("sky"), invert=True)
    assert Mask.parse(mask.to_json()) == mask


def test_parts_join_as_they_say() -> None:
    flat = np.full((200, 400, 3), 128, np.uint8)
    one, other = _on(flat, LINEAR), _on(flat, RADIAL)
    added = _on(flat, LINEAR, {**RADIAL, "op": "add"})
    assert np.allclose(added, 1 - (1 - one) * (1 - other))
    assert np.allclose(_on(flat, LINEAR, {**RADIAL, "op": "and"}), one * other)
    assert np.allclose(_on(flat, LINEAR, {**RADIAL, "op": "minus"}), one * (1 - other))
    assert np.allclose(_on(flat, LINEAR, invert=True), 1 - one)


def test_a_gradient_and_an_ellipse_lie_where_they_should() -> None:
    flat = np.full((200, 400, 3), 128, np.uint8)
    line = _on(flat, LINEAR)
    assert (line[:, :100] == 1).all()
    assert (line[:, 300:] == 0).all()
    assert (np.diff(line[0]) <= 0).all()
    disc = _on(flat, RADIAL)
    assert disc[100, 200] == 1
    assert disc[100, 200 + 130] == 0
    assert disc[100, 200 + 90] == 1
    assert disc[100 + 65, 200] == 0


def test_a_luminance_mask_at_full_size_agrees_with_one_computed_there() -> None:
    pixels = cv2.resize(decode(photo()).pixels, (1920, 1281), interpolation=cv2.INTER_CUBIC)
    picture = Photo(np.ascontiguousarray(pixels))
    small = picture.small(512)
    slope, rest = coefficients(_mask(LIGHT), small.planes, small.step, picture.size)
    luma = pixels @ np.array([0.2126, 0.7152, 0.0722]) / 255
    height, width = luma.shape
    span = small.step * slope.shape[1], small.step * slope.shape[0]
    slope, rest = (cv2.resize(p, span, interpolation=cv2.INTER_LINEAR) for p in (slope, rest))
    enlarged = np.clip(slope[:height, :width] * luma + rest[:height, :width], 0, 1)
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1).astype(np.float32) / 255)
    exact = evaluate(_mask(LIGHT), planes, 1, picture.size)
    # The leaves of its trees are finer than the copy.
    assert np.abs(enlarged - exact).mean() < 0.04


def test_the_background_is_what_the_subject_is_not() -> None:
    pixels = decode(flower()).pixels
    hard = {"feather": 0}
    subject = _on(pixels, {**_region("subject"), **hard})
    assert np.array_equal(_on(pixels, {**_region("background"), **hard}), 1 - subject)


@pytest.mark.parametrize("size", [(1, 1), (1, 60), (60, 1), (2, 2)])
@pytest.mark.parametrize("part", [LINEAR, RADIAL, LIGHT, RED, _region("sky"), _region("subject")])
def test_pictures_of_odd_sizes_have_masks(size: tuple[int, int], part: dict[str, Any]) -> None:
    assert _on(np.full((*size, 3), 90, np.uint8), part).shape == size


@pytest.mark.parametrize(
    ("tool", "params"),
    [
        ("exposure", {"ev": 1}),
        ("saturation", {"amount": -80}),
        ("sharpen", {"amount": 90}),
        ("clarity", {"amount": 70}),
    ],
)
def test_a_masked_step_works_inside_and_leaves_the_outside_alone(
    tool: str, params: dict[str, float]
) -> None:
    pixels = cv2.resize(decode(photo()).pixels, (1300, 900))
    step = {"tool": tool, "params": params}
    masked = {**step, "mask": {"parts": [LINEAR]}}
    whole = render_pixels(Program.parse(document(step)), pixels)
    part = render_pixels(Program.parse(document(masked)), pixels)
    assert np.array_equal(part[:, 990:], pixels[:, 990:])
    assert np.abs(part[:, :300].astype(int) - whole[:, :300]).max() <= 1
    window = Window(101, 203, 907, 700)
    cut = render_pixels(Program.parse(document(masked)), pixels, window=window)
    assert np.array_equal(cut, part[203:700, 101:907])


def masks_digest() -> str:
    """Return the digest of all kinds of masks on a photo of a place, and one of a person."""
    digest = hashlib.sha256()
    for name in ("temple", "astronaut"):
        picture = Photo(PHOTOS[name].pixels())
        small = picture.small(512)
        for part in (LINEAR, RADIAL, LIGHT, RED, *map(_region, ("sky", "subject", "face"))):
            planes = coefficients(_mask(part), small.planes, small.step, picture.size)
            digest.update(planes.tobytes())
    return digest.hexdigest()


@pytest.mark.parametrize("name", ["x86-64", "haswell"])
def test_masks_do_not_depend_on_the_vector_unit(name: str, tmp_path: Path) -> None:
    features = {"x86-64": "", "haswell": "+avx2,+fma,-avx512f"}[name]
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": name,
        "NUMBA_CPU_FEATURES": features,
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    code = "from tests.masks.test_masks import masks_digest; print(masks_digest())"
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == masks_digest()
