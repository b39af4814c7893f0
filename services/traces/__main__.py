"""`python -m services.traces [--port P]` runs the traces service."""

from iea.rpc.main import main
from services.traces.service import build

if __name__ == "__main__":
    main("traces", build)
