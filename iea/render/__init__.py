"""The engine: program + pixels -> pixels."""

from iea.errors import Cancelled
from iea.render._engine import (
    VERSION,
    Ablation,
    Rendering,
    Window,
    ablate,
    render,
    render_pixels,
)
from iea.render._passes import Files, Photo, no_files

__all__ = [
    "VERSION",
    "Ablation",
    "Cancelled",
    "Files",
    "Photo",
    "Rendering",
    "Window",
    "ablate",
    "no_files",
    "render",
    "render_pixels",
]
