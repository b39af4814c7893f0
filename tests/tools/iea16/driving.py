"""Renders plans with the kernels, block by block as the engine does; photos to do it on."""

import io
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from iea.render import _drive
from iea.render._passes import Pass, batch
from iea.tools import iea16
from tests import images

Samples = npt.NDArray[Any]


@cache
def photos() -> list[npt.NDArray[np.uint8]]:
    """Two real photos, (427, 640, 3): rows of 640, as OpenCV's vector code rounds the last
    `columns % 32` pixels of a row in another way than all others."""
    files = (images.photo(), images.flower())
    return [np.asarray(Image.open(io.BytesIO(file)).convert("RGB")) for file in files]


def render(
    rgb: Samples,
    plan: Mapping[str, float],
    seed: int = 0,
    window: tuple[int, int, int, int] | None = None,
) -> npt.NDArray[np.uint8]:
    """Render a plan, amounts by tool, on (height, width, 3) RGB; the codes, 0..255.

    With a window (left, top, right, bottom) nothing but it and its halo is computed.
    """
    steps = {tool: {"amount": amount} for tool, amount in plan.items()}
    if "grain" in steps:
        steps["grain"]["seed"] = seed
    made = [
        Pass(p.kernel, p.constants, halo=p.halo, scratch=p.scratch) for p in iea16.passes(steps)
    ]
    height, width = rgb.shape[:2]
    left, top, right, bottom = window or (0, 0, width, height)
    halo = sum(one.halo for one in made)
    x0, y0 = max(left - halo, 0), max(top - halo, 0)
    block = rgb[y0 : bottom + halo, x0 : right + halo]
    planes = np.ascontiguousarray(np.moveaxis(block, -1, 0)).astype(np.float32)
    planes *= np.float32(1) / np.float32(np.iinfo(rgb.dtype).max)
    ready, grey = batch(made), np.empty((0, planes.shape[2]), np.float32)
    frame = np.array([x0, y0, width, height])
    _drive.run_planes(planes, grey, ready.kernels, ready.table, ready.numbers, ready.scratch, frame)
    codes = np.moveaxis((planes * 255 + 0.5).astype(np.uint8), 0, -1)
    return codes[top - y0 : bottom - y0, left - x0 : right - x0]


def beyond_one(one: Samples, other: Samples) -> float:
    """The share of samples that differ by more than 1 code."""
    return float((np.abs(one.astype(int) - other.astype(int)) > 1).mean())
