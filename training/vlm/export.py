"""A trained model as a model of a Triton repository, for its vLLM backend, and back from there.

    REPOSITORY/NAME/config.pbtxt           what Triton is told
    REPOSITORY/NAME/VERSION/model.json     what vLLM is told: where the weights lie when it serves
    REPOSITORY/NAME/VERSION/weights/       the model, whole
    REPOSITORY/NAME/VERSION/manifest.json  what it was made from, and the digest of every file

A version is there whole or not at all, and never changed.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from iea import files
from iea.errors import CheckFailedError, ConflictError, NotFoundError
from training.vlm.model import Planner, file_digest
from training.vlm.pictures import MAX_PIXELS

FORMAT = "vlm/1"
_CONFIG = """name: "{name}"
backend: "vllm"
instance_group [{{ count: 1 kind: KIND_MODEL }}]
"""


@dataclass(frozen=True)
class Engine:
    """How vLLM serves a model: `mounted` is where the repository lies on the server."""

    mounted: str = "/models"
    dtype: str = "bfloat16"
    max_model_len: int = 4096
    gpu_memory_utilization: float = 0.9
    tensor_parallel_size: int = 1


def export(
    model: Path,
    repository: Path,
    made_from: Mapping[str, Any],
    *,
    name: str = "planner_vlm",
    version: int = 1,
    engine: Engine = Engine(),
) -> Path:
    """Put a model that stands alone into a repository; returns the folder of the version.

    `made_from` goes into the manifest. Raises `ConflictError` where the version is there already.
    """
    folder = repository / name / str(version)
    if folder.exists():
        raise ConflictError(f"{folder} exists: a version is never changed, choose the next one.")
    # Triton takes folders with a number for versions, and no others.
    part = repository / name / f".{version}.part"
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(model, part / "weights")
    _write(part / "model.json", _engine(engine, f"{engine.mounted}/{name}/{version}/weights"))
    manifest = {"iea": FORMAT, "name": name, "version": version, "made_from": made_from}
    _write(part / "manifest.json", {**manifest, "sha256": _digests(part)})
    files.replace(repository / name / "config.pbtxt", _CONFIG.format(name=name).encode())
    part.rename(folder)
    return folder


def load(folder: Path) -> Planner:
    """Load the model of a version.

    Raises `NotFoundError` where there is none, and `CheckFailedError` where its files are not those
    of its manifest.
    """
    try:
        manifest = json.loads(files.read(folder / "manifest.json"))
    except NotFoundError:
        raise NotFoundError(f"{folder} holds no exported model: name a version's folder.") from None
    if _digests(folder) != manifest["sha256"]:
        raise CheckFailedError(f"{folder} is not what its manifest says: export the model again.")
    return Planner(folder / "weights")


def _engine(engine: Engine, model: str) -> dict[str, Any]:
    told = {key: value for key, value in asdict(engine).items() if key != "mounted"}
    return {
        "model": model,
        **told,
        "limit_mm_per_prompt": {"image": 2},
        "mm_processor_kwargs": {"max_pixels": MAX_PIXELS},
    }


def _digests(folder: Path) -> dict[str, str]:
    paths = (p for p in folder.rglob("*") if p.is_file() and p != folder / "manifest.json")
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in sorted(paths)}


def _write(path: Path, value: Any) -> None:
    files.replace(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())
