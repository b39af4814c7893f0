"""Services as processes of their own, as a cluster runs them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def process(
    name: str, port: int, environ: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `python -m services.NAME`; yields when it is healthy, ends it with SIGTERM.

    Its log goes to the test's standard error, which pytest shows for a test that fails.
    """
    started = subprocess.Popen(
        [sys.executable, "-m", f"services.{name}", "--port", str(port)],
        env={**os.environ, **environ},
        cwd=ROOT,
    )
    try:
        wait_until_healthy(f"127.0.0.1:{port}", started)
        yield started
    finally:
        started.terminate()
        started.wait(20)


def wait_until_healthy(address: str, started: "subprocess.Popen[bytes]") -> None:
    with grpc.insecure_channel(
        address, options=(("grpc.max_reconnect_backoff_ms", 100),)
    ) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        for _ in range(600):
            assert started.poll() is None, "the service ended at its start: see its log"
            try:
                check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.RpcError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError(f"{address} does not become healthy")
