"""`python -m services.planner [--port P]` runs the planner service."""

from iea.rpc.main import main
from services.planner.service import build

if __name__ == "__main__":
    main("planner", build)
