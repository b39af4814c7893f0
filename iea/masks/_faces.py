"""Faces, found by the three small networks of MTCNN.

Source: Zhang, Zhang, Li, Qiao, "Joint face detection and alignment using multi-task cascaded
convolutional networks", 2016. The weights come with the package `mtcnn`; its own code, which
needs TensorFlow, is not run.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from ._nets import Floats, bend, connect, convolved, pool

SMALLEST = 0.06
"""The smallest face looked for: its side as a share of the photo's long side."""
_MIN_PIXELS = 20
_SHRINK = 0.709
"""From one size of face to the next: half the area."""
_CELL = 12
"""The first network sees squares of 12 pixels, 2 apart."""
_MARGINS = (0.4055, 0.8473, 1.7346)
"""How far "face" must be above "no face" in each network: a share of 0.6, 0.7 and 0.85."""
_MOST = (24, 6)
"""How many squares the second and the third network look at: the likeliest, to bound the time."""

Boxes = npt.NDArray[np.float64]
"""(n, 5): left, top, right, bottom in pixels, and how much likelier than not it is a face."""


class Face(NamedTuple):
    """A face in pixels of the small copy."""

    left: float
    top: float
    right: float
    bottom: float
    marks: tuple[tuple[float, float], ...]
    """Where the eyes, the nose and the corners of the mouth are, (x, y)."""


@cache
def _weights(name: str) -> list[Floats]:
    # Imported here: most masks need no faces, and starting is to be fast.
    import joblib

    spec = importlib.util.find_spec("mtcnn")
    assert spec is not None
    assert spec.origin is not None
    # The package's own files, as trusted as its code.
    loaded: list[Floats] = joblib.load(Path(spec.origin).parent / f"assets/weights/{name}.lz4")
    return [np.ascontiguousarray(array, np.float32) for array in loaded]


def find(small: Floats) -> list[Face]:
    """Return the faces on a copy (3, rows, columns), encoded RGB in 0..1, the surest first."""
    picture = np.ascontiguousarray(np.moveaxis(small, 0, 2)) * np.float32(255 / 128)
    picture -= np.float32(127.5 / 128)
    boxes = _squared(_proposed(picture))[: _MOST[0]]
    boxes = _squared(_refined(picture, boxes))[: _MOST[1]]
    return _judged(picture, boxes)


def _proposed(picture: Floats) -> Boxes:
    """Slide the first network over the picture, at every size."""
    rows, columns = picture.shape[:2]
    scale = _CELL / max(SMALLEST * max(rows, columns), _MIN_PIXELS)
    found = [np.empty((0, 5))]
    while min(rows, columns) * scale >= _CELL:
        tall, wide = round(rows * scale), round(columns * scale)
        level = _cut(picture, 0.0, 0.0, float(columns), float(rows), max(tall, 12), max(wide, 12))
        found.append(_kept(_cells(level, columns / level.shape[1]), 0.5))
        scale *= _SHRINK
    return _kept(np.concatenate(found), 0.7)


def _cells(level: Floats, pixels: float) -> Boxes:
    """Return the first network's boxes on one level, whose pixels are `pixels` of the copy."""
    w = _weights("pnet")
    x = pool(convolved(level, tuple(w[0:3])), 2, True)
    x = convolved(convolved(x, tuple(w[3:6])), tuple(w[6:9]))
    flat = np.ones(4, np.float32)
    moves = convolved(x, (w[9], w[10], flat)).astype(np.float64)
    sides = convolved(x, (w[11], w[12], flat[:2])).astype(np.float64)
    margin = sides[..., 1] - sides[..., 0]
    y, x_ = np.nonzero(margin > _MARGINS[0])
    corner = np.stack([2 * x_, 2 * y, 2 * x_ + _CELL, 2 * y + _CELL], 1)
    boxes = (corner + moves[y, x_] * _CELL) * pixels
    return np.column_stack([boxes, margin[y, x_]])


def _refined(picture: Floats, boxes: Boxes) -> Boxes:
    """Let the second network look at squares of 24 pixels."""
    w = _weights("rnet")
    found = [np.empty((0, 5))]
    for box in boxes:
        x = _cut(picture, *box[:4], 24, 24)  # type: ignore[call-arg]
        x = pool(convolved(x, tuple(w[0:3])), 3, True)
        x = pool(convolved(x, tuple(w[3:6])), 3, False)
        x = bend(connect(_line(convolved(x, tuple(w[6:9]))), w[9], w[10]), w[11])
        found.append(_moved(box, connect(x, w[12], w[13]), connect(x, w[14], w[15]), _MARGINS[1]))
    return _kept(np.concatenate(found), 0.7)


def _judged(picture: Floats, boxes: Boxes) -> list[Face]:
    """Let the third network look at squares of 48 pixels, and find the marks."""
    w = _weights("onet")
    faces: list[tuple[Boxes, Any]] = []
    for box in boxes:
        x = _cut(picture, *box[:4], 48, 48)  # type: ignore[call-arg]
        x = pool(convolved(x, tuple(w[0:3])), 3, True)
        x = pool(convolved(x, tuple(w[3:6])), 3, False)
        x = pool(convolved(x, tuple(w[6:9])), 2, True)
        x = bend(connect(_line(convolved(x, tuple(w[9:12]))), w[12], w[13]), w[14])
        marks = connect(x, w[17], w[18]).astype(np.float64)
        for moved in _moved(box, connect(x, w[15], w[16]), connect(x, w[19], w[20]), _MARGINS[2]):
            left, top, side = box[0], box[1], box[2] - box[0]
            faces.append((moved, (left + marks[:5] * side, top + marks[5:] * side)))
    boxes = np.array([box for box, _ in faces]).reshape(-1, 5)
    chosen = _choose(boxes, 0.5, True)
    return [_face(*faces[i]) for i in chosen]


def _face(box: Boxes, marks: Any) -> Face:
    left, top, right, bottom = (float(side) for side in box[:4])
    return Face(left, top, right, bottom, tuple(zip(*marks, strict=True)))


def _line(x: Floats) -> Floats:
    """Lay activations out column by column, as the dense layers were trained."""
    return np.ascontiguousarray(x.transpose(1, 0, 2)).ravel()


def _moved(box: Boxes, moves: Floats, sides: Floats, least: float) -> Boxes:
    """Return the box as a network corrects it, (1, 5), or none (0, 5) if it is no face."""
    margin = float(sides[1]) - float(sides[0])
    if margin <= least:
        return np.empty((0, 5))
    side = np.array([box[2] - box[0], box[3] - box[1]] * 2)
    return np.append(box[:4] + moves.astype(np.float64) * side, margin)[np.newaxis]


def _squared(boxes: Boxes) -> Boxes:
    """Return the smallest squares around boxes, with their middles."""
    half = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) / 2
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    return np.column_stack([x - half, y - half, x + half, y + half, boxes[:, 4]])


def _kept(boxes: Boxes, most: float) -> Boxes:
    return boxes[_choose(boxes, most, False)]


def _choose(boxes: Boxes, most: float, smaller: bool) -> list[int]:
    """Return the places of boxes that no surer one covers, the surest first.

    A box is covered where the overlap is above `most` of both together, or of the `smaller` one.
    """
    order = np.argsort(-boxes[:, 4], kind="stable")
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    chosen: list[int] = []
    while order.size:
        best, rest = order[0], order[1:]
        chosen.append(int(best))
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:4], boxes[rest, 2:4])
        wide, tall = np.maximum(high - low, 0).T
        shared = wide * tall
        whole = np.minimum(area[best], area[rest]) if smaller else area[best] + area[rest] - shared
        order = rest[shared <= most * whole]
    return chosen


@njit(cache=True, nogil=True, error_model="numpy")
def _cut(
    picture: Floats, left: float, top: float, right: float, bottom: float, rows: int, columns: int
) -> Floats:
    """Return a part of the picture at another size: means of the pixels under each new one.

    Outside the picture its edge goes on.
    """
    out = np.empty((rows, columns, 3), np.float32)
    high, wide = (bottom - top) / rows, (right - left) / columns
    tall_steps, wide_steps = max(1, int(high + 0.999)), max(1, int(wide + 0.999))
    for i in range(rows):
        for j in range(columns):
            total = np.zeros(3)
            for a in range(tall_steps):
                y = top + (i + (a + 0.5) / tall_steps) * high - 0.5
                y = min(max(y, 0.0), picture.shape[0] - 1.0)
                y0 = int(y)
                y1, dy = min(y0 + 1, picture.shape[0] - 1), y - y0
                for b in range(wide_steps):
                    x = left + (j + (b + 0.5) / wide_steps) * wide - 0.5
                    x = min(max(x, 0.0), picture.shape[1] - 1.0)
                    x0 = int(x)
                    x1, dx = min(x0 + 1, picture.shape[1] - 1), x - x0
                    for c in range(3):
                        upper = picture[y0, x0, c] * (1.0 - dx) + picture[y0, x1, c] * dx
                        lower = picture[y1, x0, c] * (1.0 - dx) + picture[y1, x1, c] * dx
                        total[c] += upper * (1.0 - dy) + lower * dy
            for c in range(3):
                out[i, j, c] = np.float32(total[c] / (tall_steps * wide_steps))
    return out
