"""The same ten steps in NumPy, Pillow, OpenCV and libvips, the way their users write them.

Each peer does the same kind of work on the same pixels: exposure, contrast, highlights, shadows,
whites, blacks, temperature, saturation, vibrance and vignette. Peers with look-up tables merge
nothing by hand: one table a step, as a program that is made at run time needs it. Pillow has
no operation for four of the steps: it does six, and its table line says so.
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pyvips
from PIL import Image, ImageEnhance

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
LUMA = (0.2126, 0.7152, 0.0722)


def _curves() -> list[Pixels]:
    n = np.arange(256) / 255
    curves = [
        n * 2 ** (0.5 / 2.2),
        0.5 + 1.2 * (n - 0.5),
        n * (1 - 0.6 * n**2 * (1 - n)),
        n * (1 + 0.5 * (1 - n) ** 3),
        n * (1 + 0.03 * n**2),
        n * (1 - 0.1 * (1 - n) ** 6),
    ]
    return [(np.clip(curve, 0, 1) * 255 + 0.5).astype(np.uint8) for curve in curves]


def _falloff(height: int, width: int) -> npt.NDArray[np.float32]:
    v = np.linspace(-1, 1, height, dtype=np.float32)[:, np.newaxis]
    u = np.linspace(-1, 1, width, dtype=np.float32)[np.newaxis]
    q = (u * u + v * v) / 2
    return 1 - 0.08 * q * q * (3 - 2 * q)


def numpy() -> Callable[[Pixels], Pixels]:
    """Run tables by indexing, then float32 arithmetic on the whole picture."""
    curves = _curves()

    def stronger(rgb: Floats, amount: float | Floats) -> Floats:
        grey = (rgb @ np.array(LUMA, np.float32))[..., np.newaxis]
        return grey + (rgb - grey) * (1 + amount)

    def run(pixels: Pixels) -> Pixels:
        for curve in curves:
            pixels = curve[pixels]
        rgb = pixels.astype(np.float32) * np.array([1.04, 1.0, 0.94], np.float32)
        rgb = stronger(rgb, 0.1)
        peak, low = rgb.max(axis=-1, keepdims=True), rgb.min(axis=-1, keepdims=True)
        pale = 1 - (peak - low) / np.maximum(peak, 1)
        rgb = stronger(rgb, 0.2 * pale * pale)
        rgb *= _falloff(*pixels.shape[:2])[..., np.newaxis]
        return (np.clip(rgb, 0, 255) + np.float32(0.5)).astype(np.uint8)

    return run


def opencv() -> Callable[[Pixels], Pixels]:
    """Run tables, channel gains, HSV for colour and a mask for the vignette, in 8 bit."""
    curves = _curves()
    warm = np.stack([np.clip(np.arange(256) * gain, 0, 255) for gain in (1.04, 1.0, 0.94)], axis=-1)
    warm = warm.astype(np.uint8)[np.newaxis]
    n = np.arange(256)
    stronger = np.clip(n * 1.1, 0, 255).astype(np.uint8)
    livelier = np.clip(n * (1 + 0.2 * (1 - n / 255) ** 2), 0, 255).astype(np.uint8)

    def run(pixels: Pixels) -> Pixels:
        for curve in curves:
            pixels = cv2.LUT(pixels, curve)
        pixels = cv2.LUT(pixels, warm)
        hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
        h, s, v = cv2.split(hsv)
        s = cv2.LUT(cv2.LUT(s, stronger), livelier)
        pixels = cv2.cvtColor(cv2.merge([h, s, v]), cv2.COLOR_HSV2RGB)
        mask = cv2.merge([_falloff(*pixels.shape[:2])] * 3)
        return cv2.multiply(pixels, mask, dtype=cv2.CV_8U)

    return run


def pillow() -> Callable[[Pixels], Pixels]:
    """Run what ImageEnhance and point offer: exposure, contrast, four curves as two, colour."""
    curves = _curves()

    def run(pixels: Pixels) -> Pixels:
        image = Image.fromarray(pixels)
        image = ImageEnhance.Brightness(image).enhance(1.17)
        image = ImageEnhance.Contrast(image).enhance(1.2)
        for curve in curves[2:5]:
            image = image.point(curve.tolist() * 3)
        image = ImageEnhance.Color(image).enhance(1.1)
        return np.asarray(image)

    return run


def libvips() -> Callable[[Pixels], Pixels]:
    """Run lazy operations on its own threads: tables, a matrix for colour, a mask."""
    curves = [pyvips.Image.new_from_array(curve[np.newaxis]).cast("uchar") for curve in _curves()]
    gains = [1.04, 1.0, 0.94]
    grey = np.array([LUMA] * 3)
    stronger = (1.1 * np.eye(3) - 0.1 * grey).tolist()
    livelier = (1.2 * np.eye(3) - 0.2 * grey).tolist()

    def run(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        image = pyvips.Image.new_from_memory(pixels, width, height, 3, "uchar")
        for curve in curves:
            image = image.maplut(curve)
        image = image * gains
        image = image.recomb(stronger).recomb(livelier)
        image = image * pyvips.Image.new_from_array(_falloff(height, width))
        image = image.rint().cast("uchar")
        return np.frombuffer(image.write_to_memory(), np.uint8).reshape(height, width, 3)

    return run
