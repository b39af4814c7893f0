"""`python -m services.renderer [--port P]` runs the renderer service."""

from iea.rpc.main import main
from services.renderer.service import build

if __name__ == "__main__":
    main("renderer", build)
