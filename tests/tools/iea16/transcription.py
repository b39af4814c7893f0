"""The page of the published action space in plain NumPy and OpenCV, to judge the kernels by."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Noise = Callable[[tuple[int, ...], float], npt.NDArray[np.floating]]


def over(v: float, low: float, high: float) -> float:
    return low + (high - low) * (min(max(v, -100), 100) + 100) / 200


def over0(v: float, low: float, high: float) -> float:
    return low + (high - low) * min(max(v, 0), 100) / 100


def no_noise(shape: tuple[int, ...], sigma: float) -> Floats:
    return np.zeros(shape, np.float32)


def render(rgb: Bytes, plan: Mapping[str, float], noise: Noise = no_noise) -> Bytes:
    """Apply a plan, amounts by tool, to (height, width, 3) uint8 RGB."""
    plan = {name: v for name, v in plan.items() if v}
    if not plan:
        return rgb
    picture = light(rgb, plan)
    picture = colour(picture, plan)
    picture = balance(picture, plan)
    picture = effects(picture, plan, noise)
    return sharpness(picture, plan.get("sharpness", 0))


def to_bytes(x: npt.NDArray[np.floating]) -> Bytes:
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


def light(rgb: Bytes, plan: Mapping[str, float]) -> Bytes:
    x = rgb.astype(np.float32) / 255
    if "exposure" in plan:
        x = x * 2 ** over(plan["exposure"], -1, 1)
    if "brightness" in plan:
        x = x + over(plan["brightness"], -0.5, 0.5)
    if "contrast" in plan:
        x = 0.5 + over(plan["contrast"], 0.5, 2.0) * (x - 0.5)
    if "fade" in plan:
        s = over0(plan["fade"], 0, 0.6)
        x = x + s * (1 - x)
        x = 0.5 + (1 - s / 2) * (x - 0.5)
    picture = to_bytes(x)
    i = np.arange(256)
    if "natural_contrast" in plan:
        steep = np.float32(over(plan["natural_contrast"], -10, 10))
        i32 = i.astype(np.float32)
        picture = cv2.LUT(picture, cut(255 / (1 + np.exp(-steep * (i32 - 128) / 255))))
    n = i / 255
    tones: dict[str, Callable[[float], npt.NDArray[np.float64]]] = {
        "highlights": lambda s: n + s * (1 - n) * n,
        "shadows": lambda s: n + s * (1 - n**2) * (1 - n),
        "whites": lambda s: n + s * n,
        "blacks": lambda s: n + s * (1 - n),
    }
    for name, tone in tones.items():
        if name in plan:
            picture = cv2.LUT(picture, cut((255 * tone(over(plan[name], -0.8, 0.8))).astype("f4")))
    return picture


def cut(table: Floats) -> Bytes:
    return np.clip(table, 0, 255).astype(np.uint8)


def colour(rgb: Bytes, plan: Mapping[str, float]) -> Bytes:
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    s = hsv[..., 1].astype(np.float32) / 255
    if "saturation" in plan:
        s = np.clip(s * over(plan["saturation"], 0, 2), 0, 1)
    m = over(plan.get("vibrance", 0), -1, 1)
    if m < 0:
        s = s + m * s
    hsv[..., 1] = to_bytes(s)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def balance(rgb: Bytes, plan: Mapping[str, float]) -> Bytes:
    if "temperature" in plan:
        t = over(plan["temperature"], -50, 50)
        rgb = np.clip(rgb.astype(np.float32) + np.array([t, 0.6 * t, -t], "f4"), 0, 255)
        rgb = rgb.astype(np.uint8)
    if "tint" in plan:
        green = cv2.add(rgb[..., 1].copy(), over(plan["tint"], -30, 30))
        rgb = np.stack([rgb[..., 0], green, rgb[..., 2]], axis=-1)
    return rgb


def effects(rgb: Bytes, plan: Mapping[str, float], noise: Noise) -> Bytes:
    x = rgb.astype(np.float32) / 255
    if plan.get("grain", 0) > 0:
        x = x + noise(x.shape, over0(plan["grain"], 0, 0.3))
    v = plan.get("vignette", 0)
    if v:
        s, k, g = (over0(abs(v), *ends) for ends in ((0, 0.9), (1, 0.5), (0.5, 2)))
        height, width = x.shape[:2]
        r = np.hypot(*np.ogrid[-height / 2 : height / 2, -width / 2 : width / 2])
        base = (np.clip(r / r.max() / k, 0, 1) ** g)[..., np.newaxis]
        x = x * (1 - s * base) if v > 0 else x + s * base * (1 - x)
    return to_bytes(x)


def sharpness(rgb: Bytes, v: float) -> Bytes:
    if v > 0:
        s = over0(v, 0, 1.5)
        return cv2.addWeighted(rgb, 1 + s, cv2.GaussianBlur(rgb, (0, 0), 3), -s, 0)
    if v < 0:
        k = int(over0(-v, 3, 15))
        k += k % 2 == 0
        return cv2.GaussianBlur(rgb, (k, k), 0)
    return rgb
