"""`python -m services.quality [--port P]` runs the quality service."""

from iea.rpc.main import main
from services.quality.service import build

if __name__ == "__main__":
    main("quality", build)
