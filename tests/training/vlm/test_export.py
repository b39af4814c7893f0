"""A trained model in a Triton repository: complete, checked, and it answers from there."""

import json
from pathlib import Path

import pytest

from iea.errors import CheckFailedError, ConflictError, NotFoundError
from training.records import Dataset
from training.vlm.export import Engine, export, load
from training.vlm.pictures import Pictures
from training.vlm.prompts import answer, messages


def test_a_model_answers_from_the_repository(
    tmp_path: Path, memorised: Path, data: Dataset
) -> None:
    folder = export(memorised / "model", tmp_path, {"run": "x"}, engine=Engine(mounted="/srv"))
    assert folder == tmp_path / "planner_vlm" / "1"
    config = (tmp_path / "planner_vlm" / "config.pbtxt").read_text()
    assert 'name: "planner_vlm"\nbackend: "vllm"\n' in config
    assert "KIND_MODEL" in config
    engine = json.loads((folder / "model.json").read_text())
    assert engine["model"] == "/srv/planner_vlm/1/weights"
    assert engine["limit_mm_per_prompt"] == {"image": 2}
    assert engine["mm_processor_kwargs"] == {"max_pixels": 262_144}
    assert "mounted" not in engine
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["made_from"] == {"run": "x"}
    assert {"model.json", "weights/model.safetensors", "weights/tokenizer.json"} <= (
        manifest["sha256"].keys()
    )
    planner, pictures = load(folder), Pictures(data.blobs)
    for record in data.part("train")[:4]:
        said = planner.answer(messages(record, "iea16"), pictures.shown(record), 40)
        assert said == answer(record, "iea16")


def test_a_version_is_never_changed(tmp_path: Path, memorised: Path) -> None:
    first = export(memorised / "model", tmp_path, {})
    with pytest.raises(ConflictError, match="choose the next"):
        export(memorised / "model", tmp_path, {})
    assert export(memorised / "model", tmp_path, {}, version=2).parent == first.parent
    assert not list(first.parent.glob(".*"))


@pytest.mark.parametrize("name", ["weights/model.safetensors", "model.json", "weights/more.py"])
def test_a_changed_file_is_found(tmp_path: Path, memorised: Path, name: str) -> None:
    folder = export(memorised / "model", tmp_path, {})
    with (folder / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(CheckFailedError, match="not what its manifest says"):
        load(folder)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no exported model"):
        load(tmp_path)
