"""The engine: program + pixels -> pixels."""

from iea.render._engine import VERSION, Cancelled, Window, render, render_pixels

__all__ = ["VERSION", "Cancelled", "Window", "render", "render_pixels"]
