"""The web page: a photo and words in, before and after and the steps out."""

from services.studio.server import make_server, serve

__all__ = ["make_server", "serve"]
