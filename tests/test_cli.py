"""The command line is a contract: what it writes, what it says, how it exits."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iea import cli
from iea.client import Client
from iea.measure import Gauge
from iea.settings import Settings
from services import local
from tests import images
from tests.programs import document


@pytest.fixture(scope="module", autouse=True)
def _own_stores(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IEA_DATA_DIR", str(tmp_path_factory.mktemp("stores")))
        yield


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a photo edited in two turns."""
    folder = tmp_path_factory.mktemp("edited")
    (folder / "photo.jpg").write_bytes(images.photo())
    turns = ["make it warmer and lift the shadows", "a little less"]
    names = {"-o": "out.png", "--trace": "t.json", "--program": "p.json"}
    outputs = [word for flag, name in names.items() for word in (flag, str(folder / name))]
    assert cli.main(["edit", str(folder / "photo.jpg"), *turns, *outputs]) == 0
    return folder


_UNUSUAL = {
    "one pixel": lambda: images.save(images.scene()[:1, :1], "png"),
    "palette": lambda: images.save(Image.fromarray(images.scene()).convert("P"), "png"),
    "grey": lambda: images.save(Image.fromarray(images.scene()).convert("L")),
    "cmyk": lambda: images.save(Image.fromarray(images.scene()).convert("CMYK")),
    "alpha": lambda: images.save(Image.fromarray(images.scene()).convert("RGBA"), "png"),
    "sixteen bits": lambda: images.png_16bit(images.gradient()),
}


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _fails(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Run a command that must fail; return its status and its one line."""
    try:
        status = cli.main([str(argument) for argument in arguments])
    except SystemExit as stop:
        status = int(stop.code or 0)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("iea: ")
    assert captured.err.count("\n") == 1
    return status, captured.err


def test_the_second_turn_does_less_than_the_first(edited: Path) -> None:
    trace = json.loads((edited / "t.json").read_text())
    first, second = trace["turns"]
    for name in ("b", "shadows"):
        before = first["effect"][name]["before"]
        assert before < second["effect"][name]["after"] < first["effect"][name]["after"]
    pixels = {name: _pixels(edited / name) for name in ("photo.jpg", "out.png")}
    gauge = Gauge(pixels["photo.jpg"])
    after = gauge.read(pixels["out.png"])
    assert after["b"] > gauge.original["b"] + 1
    assert after["shadows"] > gauge.original["shadows"] + 1


def test_a_replay_of_an_honest_trace_holds(
    edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["replay", str(edited / "t.json"), str(edited / "photo.jpg")]) == 0
    assert "All 2 turns hold" in capsys.readouterr().out


def _numbers(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every number in a JSON value."""
    if isinstance(value, dict):
        return [p for key, item in value.items() for p in _numbers(item, (*path, key))]
    if isinstance(value, list):
        return [p for i, item in enumerate(value) for p in _numbers(item, (*path, i))]
    return [path] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_any_number_changed_in_a_trace_is_found_and_the_turn_named(
    edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = json.loads((edited / "t.json").read_text())
    paths = _numbers(trace)
    assert len(paths) > 60
    for path in paths:
        forged = json.loads(json.dumps(trace))
        place = forged
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] += 1
        (tmp_path / "forged.json").write_text(json.dumps(forged))
        status, line = _fails(capsys, "replay", tmp_path / "forged.json", edited / "photo.jpg")
        assert status == 1, path
        if path[0] == "turns":
            assert trace["turns"][path[1]]["id"] in line


def test_another_photo_does_not_pass_for_the_original(
    edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.jpg").write_bytes(images.flower())
    status, line = _fails(capsys, "replay", edited / "t.json", tmp_path / "other.jpg")
    assert status == 1
    assert "not the one of this trace" in line


def test_the_program_renders_to_the_same_picture(edited: Path, tmp_path: Path) -> None:
    out = tmp_path / "again.png"
    assert (
        cli.main(["render", *map(str, (edited / "photo.jpg", edited / "p.json")), "-o", str(out)])
        == 0
    )
    assert (_pixels(out) == _pixels(edited / "out.png")).all()


def test_explain_tells_words_steps_and_reasons(
    edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", str(edited / "t.json")]) == 0
    story = capsys.readouterr().out
    for words in ("make it warmer and lift the shadows", "a little less", "Temperature", "rose"):
        assert words in story
    assert max(map(len, story.splitlines())) <= 100


def test_score_is_json_and_tells_whether_the_words_were_followed(
    edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = [str(edited / "photo.jpg"), str(edited / "out.png")]
    assert cli.main(["score", *pair, "--words", "warmer", "--reference", pair[1]]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["effect"]["b"]["after"] > result["effect"]["b"]["before"]
    assert result["metrics"]["likeness"] == 1
    assert result["words"]["followed"] == 1
    assert cli.main(["score", *pair, "--words", "cooler"]) == 0
    assert json.loads(capsys.readouterr().out)["words"]["followed"] == 0


def test_describe_tells_the_request_the_steps_and_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after, steps = (tmp_path / name for name in ("photo.jpg", "out.png", "p.json"))
    before.write_bytes(images.photo())
    amounts = {"temperature": 30, "shadows": 45}
    hidden = [{"tool": tool, "params": {"amount": amount}} for tool, amount in amounts.items()]
    steps.write_text(json.dumps(document(*hidden)))
    assert cli.main(["render", str(before), str(steps), "-o", str(after)]) == 0
    found, again = tmp_path / "found.json", tmp_path / "again.png"
    assert cli.main(["describe", str(before), str(after), "--program", str(found)]) == 0
    request, *lines, left = capsys.readouterr().out.splitlines()
    assert request == "Lift the shadows a lot and make it warmer."
    assert {line.split(" +")[0] for line in lines} == {"- temperature", "- shadows"}
    first, last = map(float, left.removeprefix("mean colour difference ").split(" -> "))
    assert last < 1 < first
    assert cli.main(["render", str(before), str(found), "-o", str(again)]) == 0
    assert np.abs(_pixels(again).astype(int) - _pixels(after)).mean() < 3


def test_describe_refuses_another_photo_in_one_line(
    edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.jpg").write_bytes(images.flower())
    photo, program = edited / "photo.jpg", tmp_path / "p.json"
    other = (tmp_path / "other.jpg", "--program", program)
    status, line = _fails(capsys, "describe", photo, *other)
    assert status == 2
    assert "AFTER does not look like an edit of BEFORE" in line
    assert not program.exists()
    assert _fails(capsys, "describe", photo, tmp_path / "missing.jpg")[0] == 2


def test_tools_as_json_have_the_contract_s_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tools", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) >= 15
    for tool in listed:
        assert set(tool) == {"name", "stage", "purpose", "masks", "params"}
    exposure = next(tool for tool in listed if tool["name"] == "exposure")["params"][0]
    assert (exposure["name"], exposure["unit"], exposure["min"], exposure["max"]) == (
        "ev",
        "EV",
        -4,
        4,
    )


def test_one_tool_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tools", "vignette"]) == 0
    assert "darker corners" in capsys.readouterr().out


def test_a_refused_last_turn_still_writes_the_picture_as_it_stood(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(images.photo())
    common = ["edit", str(tmp_path / "photo.jpg"), "exposure +0.5"]
    trace = ["--trace", str(tmp_path / "t.json")]
    assert cli.main([*common, "-o", str(tmp_path / "one.png")]) == 0
    turns = [*common, "erase the tree", "-o", str(tmp_path / "two.png"), *trace]
    assert cli.main(turns) == 0
    recorded = json.loads((tmp_path / "t.json").read_text())["turns"]
    assert [turn["reply"]["kind"] for turn in recorded] == ["edited", "refused"]
    assert (_pixels(tmp_path / "one.png") == _pixels(tmp_path / "two.png")).all()


def test_undo_all_the_way_gives_the_original(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(images.photo())
    turns = ["warmer", "darker", "undo", "undo"]
    names = ["-o", str(tmp_path / "o.png"), "--trace", str(tmp_path / "t.json")]
    assert cli.main(["edit", str(tmp_path / "photo.jpg"), *turns, *names]) == 0
    trace = json.loads((tmp_path / "t.json").read_text())
    assert [turn["head"] for turn in trace["turns"]] == ["t1", "t2", "t1", None]
    assert (_pixels(tmp_path / "o.png") == _pixels(tmp_path / "photo.jpg")).all()
    replay = ["replay", str(tmp_path / "t.json"), str(tmp_path / "photo.jpg")]
    assert cli.main(replay) == 0


def test_the_same_seed_gives_the_same_picture(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(images.photo())
    for name, seed in (("a.png", "7"), ("b.png", "7"), ("c.png", "8")):
        arguments = ["edit", str(tmp_path / "photo.jpg"), "add grain", "--seed", seed]
        assert cli.main([*arguments, "-o", str(tmp_path / name)]) == 0
    a, b, c = (_pixels(tmp_path / name) for name in ("a.png", "b.png", "c.png"))
    assert (a == b).all()
    assert (a != c).any()


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two sessions, of which one carries a consent."""
    store = tmp_path_factory.mktemp("traced")
    with local.run(Settings(data_dir=store)) as address, Client(address) as client:
        photo = client.upload(images.photo()).sha256
        for consent in ("My edits may be learnt from.", ""):
            session = client.create_session(photo, consent=consent)
            for words in ("warmer", "much darker", "undo", "erase the tree"):
                client.edit(session, words)
    return store


def test_traces_with_a_consent_are_exported(
    traced: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "export"
    assert cli.main(["traces", "export", str(target), "--store", str(traced)]) == 0
    told = capsys.readouterr().out
    for part in (
        "sessions: 1, from 20",
        "turns: 1 kept, 1 undone, 0 changed by hand",
        "left out: a session carries no consent (1)",
        "left out: a turn did not edit (1)",
    ):
        assert part in told
    (line,) = (target / "traces.jsonl").read_text("utf-8").splitlines()
    trace = json.loads(line)
    assert trace["consent"] == "My edits may be learnt from."
    assert len(trace["turns"]) == 4
    status, line = _fails(capsys, "traces", "export", target, "--store", traced)
    assert (status, "holds an export already" in line) == (2, True)


def test_traces_without_a_consent_stay_where_they_are(
    edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for store, reason in (((), "carries no consent"), (("--store", tmp_path), "holds no traces")):
        status, line = _fails(capsys, "traces", "export", tmp_path / "export", *store)
        assert status == 2
        assert reason in line
    assert list(tmp_path.iterdir()) == []


def _bad_files(folder: Path) -> dict[str, Path]:
    """Make one file for every way in which a photo can be bad."""
    bad = {name: folder / f"{name}.jpg" for name in ("missing", "empty", "text", "cut", "bomb")}
    bad["empty"].write_bytes(b"")
    bad["text"].write_text("This is not a photo.\n")
    bad["cut"].write_bytes(images.photo()[:-20_000])
    bad["bomb"].write_bytes(images.bomb("png"))
    bad["folder"] = folder
    return bad


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "cut", "bomb", "folder"])
@pytest.mark.parametrize("command", ["edit", "render", "score", "replay"])
def test_a_bad_photo_is_one_line_and_status_2(
    kind: str, command: str, edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, out = _bad_files(tmp_path)[kind], tmp_path / "out.jpg"
    arguments = {
        "edit": [photo, "warmer", "-o", out],
        "render": [photo, edited / "p.json", "-o", out],
        "score": [photo, edited / "out.png"],
        "replay": [edited / "t.json", photo],
    }[command]
    status, line = _fails(capsys, command, *arguments)
    # A photo that can be read but is not the trace's fails the check, not the reading.
    assert status == (1 if command == "replay" and kind in ("text", "cut", "bomb") else 2)
    assert photo.name in line or command == "replay"
    assert not out.exists()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (document({"tool": "magic"}), "magic"),
        (document({"tool": "exposure", "params": {"ev": 9}}), "-4..4"),
        ({**document(), "toolset": {"name": "iea99", "version": "1"}}, "iea99"),
    ],
)
def test_a_bad_program_is_one_line_and_status_2(
    program: Any, words: str, edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.json").write_text(json.dumps(program))
    arguments = (edited / "photo.jpg", tmp_path / "bad.json", "-o", tmp_path / "o.jpg")
    status, line = _fails(capsys, "render", *arguments)
    assert status == 2
    assert words in line
    assert "bad.json" in line


def test_nan_in_a_program_is_refused(
    edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(document({"tool": "exposure", "params": {"ev": float("nan")}}))
    (tmp_path / "nan.json").write_text(text)
    arguments = (edited / "photo.jpg", tmp_path / "nan.json", "-o", tmp_path / "o.jpg")
    assert _fails(capsys, "render", *arguments)[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["edit", "{photo}", "warmer", "-o", "{tmp}/out.gif"],
        ["edit", "{photo}", "warmer", "-o", "{tmp}/out"],
        ["edit", "{photo}", "warmer", "-o", "{tmp}/no/such/folder/out.jpg"],
        ["edit", "{photo}", "warmer", "-o", "{tmp}/folder.jpg"],
        ["edit", "{photo}", "warmer", "-o", "{tmp}/o.jpg", "--trace", "{tmp}/no/t.json"],
        ["edit", "{photo}", "warmer", "-o", "{tmp}/o.jpg", "--toolset", "other"],
        ["edit", "{photo}", "warmer", "-o", "{tmp}/o.jpg", "--seed", "-1"],
        ["edit", "{photo}", "x" * 2001, "-o", "{tmp}/o.jpg"],
        ["edit", "{photo}", "-o", "{tmp}/o.jpg"],
        ["edit", "{photo}", "warmer"],
        ["render", "{photo}", "{photo}", "-o", "{tmp}/o.jpg"],
        ["render", "{photo}", "{program}", "-o", "{tmp}/o.jpg", "--quality", "101"],
        ["replay", "{photo}", "{photo}"],
        ["explain", "{program}"],
        ["tools", "magic"],
        ["serve", "nothing"],
        ["nonsense"],
        [],
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    arguments: list[str], edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.jpg").mkdir()
    places = {"photo": edited / "photo.jpg", "program": edited / "p.json", "tmp": tmp_path}
    before = sorted(tmp_path.iterdir())
    status, _ = _fails(capsys, *(argument.format(**places) for argument in arguments))
    assert status == 2
    assert sorted(tmp_path.iterdir()) == before


def test_no_server_there_is_status_3(
    edited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (edited / "photo.jpg", "warmer", "-o", tmp_path / "o.jpg")
    status, line = _fails(capsys, "edit", *arguments, "--server", "127.0.0.1:1")
    assert status == 3
    assert "127.0.0.1:1" in line


@pytest.mark.parametrize("kind", sorted(_UNUSUAL))
def test_unusual_pictures_are_edited_all_the_same(kind: str, tmp_path: Path) -> None:
    photo, out = tmp_path / "photo", tmp_path / "out.png"
    photo.write_bytes(_UNUSUAL[kind]())
    assert cli.main(["edit", str(photo), "brighter", "-o", str(out)]) == 0
    with Image.open(out) as written, Image.open(photo) as original:
        assert written.size == original.size
        assert written.mode == {"alpha": "RGBA"}.get(kind, "RGB")


def test_help_teaches_by_examples() -> None:
    command = [sys.executable, "-m", "iea.cli", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "examples:" in shown.stdout
    for name in ("edit", "render", "replay", "explain", "score", "tools", "serve", "studio"):
        assert name in shown.stdout


def test_a_client_needs_the_base_install_only(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(images.photo())
    paths = [str(tmp_path / name) for name in ("photo.jpg", "out.jpg")]
    missing = ["numpy", "numba", "pyvips", "rfc8785", "prometheus_client", "services"]
    with local.run(Settings.from_environment()) as address:
        arguments = ["edit", paths[0], "warmer", "-o", paths[1], "--server", address]
        code = (
            f"import sys; sys.modules.update(dict.fromkeys({missing!r})); "
            f"from iea import cli; sys.exit(cli.main({arguments!r}))"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / "out.jpg").stat().st_size > 10_000
