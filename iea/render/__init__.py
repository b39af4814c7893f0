"""The engine: program + pixels -> pixels."""

from iea.render._engine import (
    VERSION,
    Ablation,
    Cancelled,
    Window,
    ablate,
    render,
    render_pixels,
)

__all__ = ["VERSION", "Ablation", "Cancelled", "Window", "ablate", "render", "render_pixels"]
