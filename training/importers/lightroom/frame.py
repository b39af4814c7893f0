"""Lightroom's crop and angle as our straighten and crop.

CropLeft, CropTop, CropRight and CropBottom are two opposite corners of the frame, in shares of the
picture as its file stores it, before it is turned upright. The frame is turned clockwise by
CropAngle. Ours turns the picture the other way instead, keeps the largest upright part of its own
shape, and crops that.
"""

import math

from training.importers.lightroom.idle import Settings, does_nothing, number

_CORNERS = (("CropLeft", "CropTop"), ("CropRight", "CropBottom"))
_FULL = (0.0, 0.0, 1.0, 1.0)
_EDGE = 0.002
"""How near to the border, as a share, an edge is on it: theirs are rounded."""
_MIRRORED = (2, 4, 5, 7)
"""The EXIF orientations in which clockwise is anticlockwise."""


def frame(
    settings: Settings, size: tuple[int, int], orientation: int
) -> dict[str, dict[str, float]]:
    """Return the parameters of straighten and crop, by tool, as far as they do something.

    What of the frame lies outside of the straightened picture is cut off. Raises `InvalidError` for
    values that are no numbers.
    """
    if "HasCrop" in settings and does_nothing(settings, "HasCrop"):
        return {}
    angle = number(settings, "CropAngle") if "CropAngle" in settings else 0.0
    degrees = angle if orientation in _MIRRORED else -angle
    steps = {"straighten": {"degrees": degrees}} if degrees else {}
    if all(name in settings for corner in _CORNERS for name in corner):
        corners = [
            _upright(number(settings, across), number(settings, down), orientation)
            for across, down in _CORNERS
        ]
        box = _box(corners, size, degrees)
        if box != _FULL:
            steps["crop"] = dict(zip(("left", "top", "right", "bottom"), box, strict=True))
    return steps


def _upright(x: float, y: float, orientation: int) -> tuple[float, float]:
    """Return where a place of the stored picture, in shares of it, lies in the upright one."""
    if orientation > 4:
        x, y = y, x
    return (
        1 - x if orientation in (2, 3, 6, 7) else x,
        1 - y if orientation in (3, 4, 7, 8) else y,
    )


def _box(
    corners: list[tuple[float, float]], size: tuple[int, int], degrees: float
) -> tuple[float, ...]:
    """Return left, top, right and bottom in shares of the straightened picture."""
    if all(sorted(places) == [0, 1] for places in zip(*corners, strict=True)):
        # The whole picture, and no frame that is turned in it: an angle alone.
        return _FULL
    width, height = size
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    # See `iea.tools.straighten`.
    share = min(
        width / (width * cosine + height * abs(sine)),
        height / (width * abs(sine) + height * cosine),
    )
    turned = []
    for x, y in corners:
        across, down = (x - 0.5) * width, (y - 0.5) * height
        turned.append((across * cosine - down * sine, across * sine + down * cosine))
    (x0, y0), (x1, y1) = turned
    edges = (
        min(x0, x1) / (width * share),
        min(y0, y1) / (height * share),
        max(x0, x1) / (width * share),
        max(y0, y1) / (height * share),
    )
    return tuple(_on_border(edge + 0.5) for edge in edges)


def _on_border(edge: float) -> float:
    if edge < _EDGE:
        return 0.0
    return 1.0 if edge > 1 - _EDGE else round(edge, 6)
