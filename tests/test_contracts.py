"""The contracts: clean, and the generated code is what they generate."""

import shutil
import subprocess
import sys
from pathlib import Path

import iea

ROOT = Path(iea.__file__).parents[1]
PROTOS = sorted((ROOT / "protos" / "iea" / "v1").glob("*.proto"))


def test_the_generated_code_is_fresh(tmp_path: Path) -> None:
    outputs = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python")]
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", str(ROOT / "protos"), *outputs]
    subprocess.run([*command, *map(str, PROTOS)], check=True)
    fresh = {path.name: path.read_bytes() for path in (tmp_path / "iea" / "v1").iterdir()}
    folder = ROOT / "iea" / "v1"
    kept = {p.name: p.read_bytes() for p in folder.iterdir() if "_pb2" in p.name and p.is_file()}
    assert fresh == kept, "run `make protos`"


def test_the_contracts_pass_buf_lint() -> None:
    buf = Path(sys.executable).with_name("buf")
    command = [str(buf if buf.exists() else shutil.which("buf"))]
    subprocess.run([*command, "lint"], cwd=ROOT / "protos", check=True)
