"""`python -m services.gateway [--port P]` runs the gateway service."""

from iea.rpc.main import main
from services.gateway.service import build

if __name__ == "__main__":
    main("gateway", build)
