"""The engine: program + pixels -> pixels."""

from iea.render._engine import (
    VERSION,
    Ablation,
    Cancelled,
    Rendering,
    Window,
    ablate,
    render,
    render_pixels,
)
from iea.render._passes import Files, no_files

__all__ = [
    "VERSION",
    "Ablation",
    "Cancelled",
    "Files",
    "Rendering",
    "Window",
    "ablate",
    "no_files",
    "render",
    "render_pixels",
]
