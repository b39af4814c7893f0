"""Arithmetic with the same bits on every machine.

Only + - * / and square roots are rounded in one way everywhere. What a mathematics library or a
vector unit does for powers, angles and sums is not, so it is built of those here.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Plane = npt.NDArray[np.float64]
"""(rows, columns) of a small copy."""

Flags = npt.NDArray[np.bool_]
"""Yes or no for each pixel: (rows, columns)."""

_PI = 3.141592653589793


def root(values: Plane, degree: int) -> Plane:
    """Return the root of numbers in 0..2, by Newton's method."""
    found = np.ones_like(values)
    for _ in range(100):
        power = np.ones_like(values)
        for _ in range(degree - 1):
            power = power * found
        found = ((degree - 1) * found + values / np.maximum(power, 1e-300)) / degree
    return np.where(values > 0, found, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def sine(degrees: float) -> float:
    """Return the sine of an angle in -720..720 degrees, by its Taylor series."""
    turned = degrees
    while turned > 180.0:
        turned -= 360.0
    while turned < -180.0:
        turned += 360.0
    if turned > 90.0:
        turned = 180.0 - turned
    if turned < -90.0:
        turned = -180.0 - turned
    x = turned * _PI / 180.0
    term, total = x, x
    for n in range(1, 12):
        term = -term * x * x / ((2 * n) * (2 * n + 1))
        total += term
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def cosine(degrees: float) -> float:
    """Return the cosine of an angle in -360..360 degrees."""
    return sine(degrees + 90.0)


@njit(cache=True, nogil=True, error_model="numpy")
def heading(y: float, x: float) -> float:
    """Return the angle of a direction in degrees, 0..360.

    The arc tangent's series, after its argument is halved twice.
    """
    across, along = abs(y), abs(x)
    if across == 0.0 and along == 0.0:
        return 0.0
    z = min(across, along) / max(across, along)
    for _ in range(2):
        z = z / (1.0 + np.sqrt(1.0 + z * z))
    square, power, total = z * z, z, 0.0
    for n in range(12):
        total += power / (2 * n + 1) * (1 - 2 * (n % 2))
        power *= square
    angle = 4.0 * total * 180.0 / _PI
    if across > along:
        angle = 90.0 - angle
    if x < 0.0:
        angle = 180.0 - angle
    return 360.0 - angle if y < 0.0 else angle


@njit(cache=True, nogil=True, error_model="numpy")
def ramp(value: float, zero: float, one: float) -> float:
    """Return 0 up to `zero`, 1 from `one` on, and smoothly 3t² - 2t³ between; a step if equal."""
    if zero == one:
        return 1.0 if value >= one else 0.0
    t = min(max((value - zero) / (one - zero), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@njit(cache=True, nogil=True, error_model="numpy")
def total(plane: Plane) -> float:
    """Return the sum of all pixels, row by row."""
    found = 0.0
    for y in range(plane.shape[0]):
        for x in range(plane.shape[1]):
            found += plane[y, x]
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def box_mean(plane: Plane, radius: int) -> Plane:
    """Return each pixel's mean over the square of 2 radius + 1 around it, as far as there is one.

    Running sums: the time does not depend on the radius.
    """
    rows, columns = plane.shape
    across = np.empty((rows, columns))
    for y in range(rows):
        held, count = 0.0, 0
        for x in range(min(radius, columns)):
            held += plane[y, x]
            count += 1
        for x in range(columns):
            if x + radius < columns:
                held += plane[y, x + radius]
                count += 1
            if x - radius > 0:
                held -= plane[y, x - radius - 1]
                count -= 1
            across[y, x] = held / count
    out = np.empty((rows, columns))
    sums = np.zeros(columns)
    count = 0
    for y in range(min(radius, rows)):
        sums += across[y]
        count += 1
    for y in range(rows):
        if y + radius < rows:
            sums += across[y + radius]
            count += 1
        if y - radius > 0:
            sums -= across[y - radius - 1]
            count -= 1
        for x in range(columns):
            out[y, x] = sums[x] / count
    return out


def guided(guide: Plane, target: Plane, radius: int, softness: float) -> Plane:
    """Return the target smoothed, but not over edges of the guide.

    Source: He, Sun, Tang, "Guided image filtering", 2010.
    """
    slope, rest = lines(guide, target, radius, softness)
    return slope * guide + rest


def lines(guide: Plane, target: Plane, radius: int, softness: float) -> tuple[Plane, Plane]:
    """Return slope and rest of the lines that lead from guide to target, window by window.

    `softness` is the variance of the guide from which an edge is an edge.
    """
    mean, aim = box_mean(guide, radius), box_mean(target, radius)
    variance = box_mean(guide * guide, radius) - mean * mean
    slope = (box_mean(guide * target, radius) - mean * aim) / (variance + softness)
    rest = aim - slope * mean
    return box_mean(slope, radius), box_mean(rest, radius)
