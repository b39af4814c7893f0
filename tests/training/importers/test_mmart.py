"""MMArt-style lists: both forms, programs only where they are whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from iea.errors import InvalidError, NotFoundError
from iea.program import Program
from tests.programs import program
from tests.training.importers.made import brighter, kept, photo, put, put_json
from training.importers import mmart
from training.records import NOTHING, Skipped

SETTINGS = {"Exposure2012": 0.5, "Contrast2012": -12, "SharpenRadius": 1, "Version": "15.4"}


def plain(**other: Any) -> dict[str, Any]:
    """Make an entry in the plain form."""
    pictures = {"source": "one/before.jpg", "target": "one/processed.jpg"}
    return {"instruction": "brighter, softer", "parameters": SETTINGS, **pictures, **other}


def conversation(answer: str, *images: str) -> dict[str, Any]:
    """Make an entry as the authors' converter writes them."""
    return {
        "messages": [
            {"role": "user", "content": "<image>brighter, softer"},
            {"role": "assistant", "content": answer},
        ],
        "images": list(images or ("/data/global/one/before.jpg",)),
        "system": "You are a retoucher.",
    }


def copy(folder: Path, entries: Any) -> Path:
    """Make a folder with a pair of pictures and a list."""
    put(folder / "one/before.jpg", photo())
    put(folder / "one/processed.jpg", brighter(photo()))
    put_json(folder / "MMArt_global.json", entries)
    return folder


def test_settings_become_the_program_beside_the_picture(tmp_path: Path) -> None:
    entries = [plain(reasoning="It is dark.", instruction=["brighter", "lift it"])]
    found, _ = kept(mmart.read(copy(tmp_path, entries), Skipped()), tmp_path)
    assert [record.words for record in found] == ["brighter", "lift it"]
    for record in found:
        assert record.program.digest == program(exposure=0.5, contrast=-12).digest
        assert (record.after != "", record.text, record.source) == (True, "It is dark.", "mmart")


@pytest.mark.parametrize("written", [repr, json.dumps])
def test_a_conversation_says_the_same(written: Any, tmp_path: Path) -> None:
    answer = f"<think>It is dark.</think>\n<answer>{written(SETTINGS)}</answer>"
    skipped = Skipped()
    found, _ = kept(mmart.read(copy(tmp_path, [conversation(answer)]), skipped), tmp_path)
    assert not skipped.counts
    (record,) = found
    assert (record.words, record.text) == ("brighter, softer", "It is dark.")
    assert record.program.digest == program(exposure=0.5, contrast=-12).digest


def test_with_something_left_out_the_picture_speaks_alone(tmp_path: Path) -> None:
    masks = [{"What": "Correction", "CorrectionMasks": [{"What": "Mask/Gradient"}]}]
    parameters = {**SETTINGS, "MaskGroupBasedCorrections": masks}
    (pair,) = mmart.read(copy(tmp_path, [plain(parameters=parameters)]), Skipped())
    assert pair.left_out == ("MaskGroupBasedCorrections",)
    (record,), left = kept([pair], tmp_path)
    assert record.program == NOTHING
    assert record.after
    assert left.counts == {"no tool has the setting MaskGroupBasedCorrections": 1}


def test_curves_come_in_several_spellings(tmp_path: Path) -> None:
    curve = [0, 0, 51, 102, 255, 255]
    spellings = [curve, ["0, 0", "51, 102", "255, 255"], [[0, 0], [51, 102], [255, 255]]]
    spellings.append({str(i + 1): value for i, value in enumerate(curve)})  # type: ignore[arg-type]
    entries = [plain(parameters={"ToneCurvePV2012": each}) for each in spellings]
    programs = [pair.records[0].program for pair in mmart.read(copy(tmp_path, entries), Skipped())]
    step = {"tool": "tone_curve", "params": {"points": [[0, 0], [0.2, 0.4], [1, 1]]}}
    whole = {"toolset": {"name": "iea", "version": "1"}, "steps": [step]}
    assert [each.digest for each in programs] == [Program.parse(whole).digest] * 4


def test_what_cannot_be_used_is_counted(tmp_path: Path) -> None:
    bad = [
        plain(source="gone/before.jpg"),
        conversation(f"<answer>{SETTINGS}</answer>", "two/before.jpg"),
        plain(target=3),
        plain(parameters=[1]),
        plain(parameters={"Exposure2012": "much"}),
        plain(parameters={"Exposure2012": True}),
        plain(parameters={"ToneCurvePV2012": [0, 0, 255]}),
        plain(parameters={"ToneCurvePV2012": "steep"}),
        conversation("I would make it brighter."),
        conversation("<answer>__import__('os').getcwd()</answer>"),
        conversation(f"<answer>{'(' * 5000}</answer>"),
        {"messages": "hello"},
        {"messages": []},
        None,
    ]
    put(tmp_path / "two/before.jpg", photo("coffee"))
    skipped = Skipped()
    found = list(mmart.read(copy(tmp_path, [*bad, plain()]), skipped))
    assert len(found) == 1
    assert skipped.counts == {"a file is missing": 2, "an entry cannot be used": 12}


def test_a_folder_without_a_list_and_a_list_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no list"):
        mmart.read(tmp_path, Skipped())
    (tmp_path / "MMArt_local.json").write_text('{"messages": ')
    with pytest.raises(InvalidError, match="is not JSON"):
        list(mmart.read(tmp_path, Skipped()))
