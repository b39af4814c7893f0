"""Synthetic data: programs and words that say the same, turns that are right, honest variants."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from iea.errors import InvalidError
from iea.image import decode, decode_small
from iea.masks.places import ELSEWHERE, mask_of
from iea.measure import Gauge
from iea.program import Program, Step
from iea.tools import TOOLS, TOOLSETS, Value
from tests.photos import PHOTOS
from training.records import Dataset, Record, side
from training.synthetic import Settings, generate
from training.synthetic.programs import fulfilled, granted
from training.synthetic.rewriter import Rewriter, rewritten
from training.synthetic.scene import Scene
from training.synthetic.turns import Turn, answered
from training.synthetic.variants import ladder, score, unrelated
from training.synthetic.wishes import BANDS, WEIGHTS, Wish, paper_wishes, wish_of
from training.synthetic.words import asked, identity, library, side_of
from training.wordings import DEGREES, LANGUAGES, REGIONS, Atom, Wording, read_corpus, read_meaning

WORDINGS = read_corpus()
NAMES = ("temple", "astronaut", "coffee")
FILES = {name: PHOTOS[name].data() for name in NAMES}
PLAIN = 52.5
"""The strength of a plain wish."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    licences = {"coffee": PHOTOS["coffee"].licence}
    folder = tmp_path_factory.mktemp("synthetic")
    kinds = dict.fromkeys(Settings().kinds, 1.0)
    settings = Settings(count=150, seed=1, kinds=kinds)
    return generate(folder, FILES, settings, licences=licences)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene(decode_small(FILES["temple"], 256))


def atoms(meaning: str) -> tuple[Atom, ...]:
    return read_meaning(meaning)


def wishes(meaning: str, toolset: str = "iea") -> list[Wish]:
    return [wish_of(atom, toolset, random.Random(1)) for atom in atoms(meaning)]


def program(**amounts: float) -> Program:
    steps = (
        Step(tool, {**TOOLS[tool].defaults(), TOOLS[tool].main.name: amount}, id=tool)
        for tool, amount in amounts.items()
    )
    return Program(tuple(steps))


def only(found: Program | None) -> Step:
    assert found is not None
    (step,) = found.steps
    return step


# The set as a whole.


def test_the_same_seed_gives_the_same_records_in_one_process_or_two(tmp_path: Path) -> None:
    photos = {name: FILES[name] for name in ("temple", "coffee")}
    kinds = {"users": 1.0, "paper": 1.0, "act": 1.0}
    few = Settings(count=8, kinds=kinds, languages={"en": 1.0, "ja": 1.0}, render=True)
    sets = [generate(tmp_path / str(n), photos, few, processes=n) for n in (1, 2)]
    assert sets[0].card == sets[1].card
    other = generate(tmp_path / "other", photos, replace(few, seed=9))
    assert other.card["sha256"] != sets[0].card["sha256"]
    record = next(r for r in sets[0] if r.program != r.start)
    photo, after = (decode(sets[0].blobs.get(name)) for name in (record.photo, record.after))
    assert max(photo.width, photo.height) <= 512
    rendered = Scene(photo).render(record.program).astype(float)
    assert np.abs(rendered - after.pixels).mean() < 3


def test_every_kind_and_language_is_there(made: Dataset) -> None:
    counts = made.card["counts"]
    assert set(counts["source"]) == {f"synthetic/{kind}" for kind in Settings().kinds}
    assert set(counts["language"]) == set(LANGUAGES)
    assert 0.3 < counts["language"]["en"] / len(made) < 0.75
    assert set(counts["task"]) == {"edit", "refine", "summary"}
    assert {"edited", "refused", "no_change"} == set(counts["reply"])


def test_no_photo_and_no_wording_is_on_both_sides(made: Dataset) -> None:
    assert {side(record) for record in made} == {"train", "test"}
    assert all(side(record) == side_of(record.photo) for record in made)
    train, test = (
        {
            identity(wording.text)
            for book in books.values()
            for wording in (*book.edits, *book.keeps, *book.acts, *book.removals, *book.beyond)
        }
        for books in (library(WORDINGS, "iea")[name] for name in ("train", "test"))
    )
    assert not train & test
    assert 0.1 < len(test) / len(train) < 0.3
    assert {r.template for r in made.part("train")} <= train
    assert {r.template for r in made.part("test")} <= test


def test_no_request_of_a_photo_comes_twice(made: Dataset) -> None:
    edits = Counter(
        (r.photo, r.words.lower(), r.start.digest, r.history) for r in made if r.task != "summary"
    )
    assert max(edits.values()) == 1


def test_programs_are_valid_and_edits_change_something(made: Dataset) -> None:
    for record in made:
        # Reading the set has validated the programs: tools, ranges and masks.
        assert record.words.strip()
        if record.task == "summary":
            assert record.program.ordered
        elif record.reply == "edited":
            assert record.program.digest != record.start.digest
        else:
            assert record.program == record.start


def test_words_and_programs_go_the_same_way(made: Dataset) -> None:
    meanings: dict[tuple[str, str], Wording] = {}
    for wording in WORDINGS:
        meanings[wording.language, identity(wording.text)] = wording
    agreed = 0
    for record in made:
        if record.reply != "edited" or record.start.steps or record.score not in (None, 10):
            continue
        for atom in meanings[record.language, record.template].atoms:
            tool, way = atom.name[:-1], atom.name[-1]
            steps = [s for s in record.program.steps if s.tool == tool]
            if way not in "+-" or atom.region or tool not in TOOLS or not steps:
                continue
            assert all((s.amount > 0) == (way == "+") for s in steps), record
            agreed += 1
    assert agreed > 30


def test_what_cannot_be_done_is_refused_and_the_program_stays(made: Dataset) -> None:
    refused = [record for record in made if record.reply == "refused"]
    kinds = {a.name.removeprefix("beyond:") for w in WORDINGS for a in w.atoms}
    assert refused
    assert all(r.program == r.start and r.text in kinds for r in refused)
    assert {bool(r.history) for r in refused} == {True, False}


def test_graded_summaries_of_an_edit_fall_from_ten_to_minus_ten(made: Dataset) -> None:
    groups: dict[tuple[str, str], list[float]] = {}
    for record in made:
        if record.score is not None:
            assert record.task == "summary"
            groups.setdefault((record.photo, record.program.digest), []).append(record.score)
    assert groups
    for scores in groups.values():
        assert scores == sorted(set(scores), reverse=True)
        assert scores[0] == 10
        assert scores[-1] == -10
        assert len(scores) > 3


def test_the_card_tells_people_what_is_in_it(made: Dataset) -> None:
    page = (made.folder / "card.md").read_text()
    assert f"{len(made):,} records on {len(NAMES)} photos" in page
    assert f"| coffee | {PHOTOS['coffee'].licence} |" in page
    assert "| temple | not told |" in page
    for name, count in made.card["counts"]["source"].items():
        assert f"| {name} | {count:,} |" in page
    assert made.card["settings"]["languages"]["en"] == 0.5
    assert made.card["corpus"]["wordings"] == len(WORDINGS)


# Bad input.


def test_photos_that_cannot_be_used_are_left_out_and_counted(tmp_path: Path) -> None:
    photos = {
        "good": FILES["coffee"],
        "again": FILES["coffee"],
        "torn": FILES["temple"][:2000],
        "text": b"no picture",
    }
    data = generate(tmp_path, photos, Settings(count=3, kinds={"users": 1.0}))
    assert data.card["skipped"]["a photo that cannot be read"] == 2
    assert data.card["skipped"]["the same photo twice"] == 1
    assert "torn" in data.card["skipped_examples"]["a photo that cannot be read"]
    assert list(data.card["photos"]) == ["good"]


def test_without_a_photo_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="no photo to edit"):
        generate(tmp_path, {})
    with pytest.raises(InvalidError, match=r"None of the 1 .* can be read"):
        generate(tmp_path, {"text": b"no picture"})


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"count": 0}, "count"),
        ({"toolset": "iea17"}, "toolset"),
        ({"languages": {"xx": 1.0}}, "languages"),
        ({"languages": {"en": 0.0}}, "languages"),
        ({"kinds": {"users": -1.0, "paper": 2.0}}, "kinds"),
        ({"rewritten": 1.5}, "rewritten"),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidError, match=named):
        Settings(**wrong)


# Programs.


@pytest.mark.parametrize("toolset", ["iea", "iea16"])
def test_tools_and_strengths_are_drawn_as_in_the_paper(toolset: str) -> None:
    dice, many = random.Random(4), 4000
    drawn = [paper_wishes(toolset, dice) for _ in range(many)]
    sizes = Counter(map(len, drawn))
    assert set(sizes) == {3, 4, 5}
    assert all(abs(count / many - 1 / 3) < 0.04 for count in sizes.values())
    assert all(len({wish.tool for wish in one}) == len(one) for one in drawn)
    first = Counter(one[0].tool for one in drawn)
    known = {n: w for n, w in WEIGHTS.items() if n in TOOLSETS[toolset].tools or n == "sharpness"}
    assert len(first) == len(known) == (16 if toolset == "iea16" else 15)
    for name, weight in known.items():
        tool = "sharpen" if name == "sharpness" and toolset == "iea" else name
        assert abs(first[tool] / many - weight / sum(known.values())) < 0.03
    strengths = [wish.strength for one in drawn for wish in one]
    for low, high, share in BANDS:
        within = [s for s in strengths if low <= s <= high]
        assert abs(len(within) / len(strengths) - share) < 0.02
        assert set(within) == set(range(low, high + 1))


def test_tools_that_are_said_alike_go_the_same_way() -> None:
    dice = random.Random(2)
    for one in (paper_wishes("iea16", dice) for _ in range(500)):
        ways: dict[str, set[int]] = {}
        for wish in one:
            ways.setdefault(wish.atom.name[:-1], set()).add(wish.way)
        assert all(len(found) == 1 for found in ways.values())


@pytest.mark.parametrize(
    ("meaning", "tool", "sign"),
    [
        ("temperature+", "temperature", 1),
        ("tint+", "tint", -1),
        ("sharpen-*1.8", "sharpness", -1),
        ("vignette+*2.5", "vignette", 1),
    ],
)
def test_strengths_of_iea16_are_the_papers(
    meaning: str, tool: str, sign: int, scene: Scene
) -> None:
    (wish,) = wishes(meaning, "iea16")
    step = only(granted(Program(toolset="iea16"), [wish], scene))
    assert (step.tool, step.amount) == (tool, sign * wish.strength)
    band = BANDS[DEGREES.index(wish.atom.degree)]
    assert band.low <= wish.strength <= band.high


@pytest.mark.parametrize("meaning", ["exposure+", "temperature-", "contrast+", "shadows+"])
def test_a_plain_wish_does_what_its_tool_declares(meaning: str, scene: Scene) -> None:
    wish = Wish(meaning[:-1], Atom(meaning), PLAIN)
    step = only(granted(Program(), [wish], scene))
    target, gauge = TOOLS[step.tool].target, Gauge(scene.render(Program()))
    after = gauge.read(scene.render(Program((step,))))
    moved = after[target.attribute] - gauge.original[target.attribute]
    assert moved == pytest.approx(wish.way * target.change, rel=0.25)


@pytest.mark.parametrize("tool", ["exposure", "saturation", "sharpen", "clarity"])
def test_stronger_words_ask_for_more(tool: str, scene: Scene) -> None:
    amounts = [scene.amount(tool, 1, degree) for degree in DEGREES]
    assert all(amount is not None for amount in amounts)
    assert amounts == sorted(set(amounts))


def test_a_photo_without_colour_has_none_to_give() -> None:
    grey = Scene(decode_small(PHOTOS["cameraman"].data(), 128))
    assert granted(Program(), wishes("saturation+"), grey) is None
    assert granted(Program(), wishes("exposure+"), grey) is not None


@pytest.mark.parametrize(
    ("meaning", "params"),
    [
        ("crop:1:1", {"aspect": 1.0}),
        ("crop:tighter", {"left": 0.1, "top": 0.1, "right": 0.9, "bottom": 0.9}),
        ("rotate:90", {"turns": 1}),
        ("rotate:-90", {"turns": -1}),
        ("rotate:180", {"turns": 2}),
        ("flip:horizontal", {"direction": "horizontal"}),
        ("perspective:vertical", {"vertical": 25.0}),
        ("resize:smaller", {"long_side": 128}),
        ("black_and_white+", {"amount": 100.0}),
        ("red.saturation-", {"red_saturation": pytest.approx(-35, abs=6)}),
    ],
)
def test_other_wishes_have_their_tools(
    meaning: str, params: dict[str, Value], scene: Scene
) -> None:
    step = only(granted(Program(), wishes(meaning), scene))
    changed = {n: v for n, v in step.params.items() if v != step.declared.defaults()[n]}
    assert changed == params


@pytest.mark.parametrize(
    "meaning", ["style:noir", "auto", "straighten", "rotate:upright", "grain-"]
)
def test_what_has_no_program_of_its_own_is_not_asked_for(meaning: str) -> None:
    assert [wish.tool for wish in wishes(meaning)] == [""]


def test_every_region_of_the_corpus_is_a_place() -> None:
    masks = [mask_of(mark + place) for place in REGIONS for mark in ("", ELSEWHERE)]
    assert all(mask is not None for mask in masks)
    assert len(set(masks)) == 2 * len(REGIONS)


def test_wishes_for_a_place_are_masked_and_need_the_place(scene: Scene) -> None:
    step = only(granted(Program(), wishes("exposure-@sky"), scene))
    assert step.mask == mask_of("sky")
    assert granted(Program(), wishes("exposure+@face"), scene) is None
    assert only(granted(Program(), wishes("exposure+@shadows"), scene)).tool == "shadows"


def test_what_should_stay_stays(scene: Scene) -> None:
    step = only(fulfilled(wishes("exposure+"), ["sky"], scene, "iea"))
    assert step.mask == mask_of("!sky")
    assert fulfilled(wishes("temperature+"), ["L"], scene, "iea") is not None
    assert fulfilled(wishes("exposure+"), ["L"], scene, "iea") is None
    assert fulfilled(wishes("crop:1:1"), ["sky"], scene, "iea") is None
    mild, plain = (
        only(fulfilled(wishes("contrast+"), keeps, scene, "iea")) for keeps in (["natural"], [])
    )
    assert mild.amount < plain.amount


def test_a_tool_works_again_where_it_was_kept_out_of_a_place_before(scene: Scene) -> None:
    first = fulfilled(wishes("exposure+"), ["sky"], scene, "iea")
    assert first is not None
    again = granted(first, wishes("exposure+"), scene)
    assert again is not None
    assert [(s.id, s.mask is None) for s in again.steps] == [
        ("exposure", False),
        ("exposure-2", True),
    ]


def test_numbers_in_words_are_the_amounts(scene: Scene) -> None:
    def amount(meaning: str, number: int) -> float:
        wish = Wish(meaning[:-1], Atom(meaning), PLAIN, number)
        return only(granted(Program(), [wish], scene)).amount

    assert amount("contrast-", 35) == -35
    assert amount("exposure+", 100) == 1.0
    assert amount("exposure-", 50) == -1.0
    book, dice, numbered = library(WORDINGS, "iea")["train"]["en"], random.Random(5), 0
    for request in (asked(book, dice) for _ in range(400)):
        for wish in request.wishes:
            numbered += bool(wish.number)
            assert not wish.number or str(wish.number) in request.words
    assert numbered > 5


# Turns.


def test_a_turn_that_takes_back_gives_what_was_before(scene: Scene) -> None:
    one, two = program(contrast=40), program(contrast=40, temperature=30)
    turns = [Turn("more contrast", one), Turn("warmer", two)]
    assert answered(Atom("act:undo"), turns, scene) == (one, "edited")
    assert answered(Atom("act:undo"), turns[:1], scene) == (Program(), "edited")
    assert answered(Atom("act:reset"), turns, scene) == (Program(), "edited")


@pytest.mark.parametrize(
    ("act", "contrast", "temperature"),
    [
        (Atom("act:less"), 40, 18),
        (Atom("act:less", 1.8), 40, 12),
        (Atom("act:more"), 40, 45),
        (Atom("act:more", 0.5), 40, 38),
        (Atom("act:reverse"), 40, -30),
    ],
)
def test_less_and_more_speak_of_the_last_turn(
    act: Atom, contrast: float, temperature: float, scene: Scene
) -> None:
    one, two = program(contrast=40), program(contrast=40, temperature=30)
    answer = answered(act, [Turn("", one), Turn("", two)], scene)
    assert answer == (program(contrast=contrast, temperature=temperature), "edited")


def test_less_of_an_adjustment_counts_from_where_it_stood(scene: Scene) -> None:
    turns = [Turn("", program(contrast=20)), Turn("", program(contrast=60))]
    answer = answered(Atom("act:less"), turns, scene)
    assert answer == (program(contrast=44), "edited")


def test_only_there_masks_the_last_turn(scene: Scene) -> None:
    one, two = program(contrast=40), program(contrast=40, temperature=30)
    turns = [Turn("", one), Turn("", two)]
    for name in ("act:only", "act:correct"):
        answer = answered(Atom(name, region="sky"), turns, scene)
        assert answer is not None
        assert [step.mask for step in answer[0].steps] == [None, mask_of("sky")]
    assert answered(Atom("act:only", region="face"), turns, scene) is None


def test_thanks_and_questions_change_nothing(scene: Scene) -> None:
    turns = [Turn("", program(contrast=40))]
    for name in ("thanks", "explain", "changes", "describe"):
        assert answered(Atom(f"act:{name}"), turns, scene) == (turns[0].program, "no_change")


def test_a_wish_to_the_other_side_takes_back_in_part(scene: Scene) -> None:
    wish = Wish("temperature", Atom("temperature-"), PLAIN)
    assert only(granted(program(temperature=50), [wish], scene)).amount == 30


def test_conversations_hold_together(made: Dataset) -> None:
    sources = Counter(record.source for record in made if record.task == "refine")
    assert sources.keys() == {
        f"synthetic/{k}" for k in ("refine", "act", "remove", "mend", "refused")
    }
    for record in made:
        if record.source == "synthetic/refine":
            assert {s.id for s in record.start.steps} & {s.id for s in record.program.steps}
        if record.source == "synthetic/remove":
            gone = {s.tool for s in record.start.steps} - {s.tool for s in record.program.steps}
            assert len(gone) == 1
        if record.source == "synthetic/act":
            assert record.history
            assert record.start.steps


# Variants.

MEANT = wishes("exposure+; contrast-; saturation+*0.5")


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ("exposure+; contrast-; saturation+*0.5", 10),
        ("saturation+*0.5; contrast-; exposure+", 10),
        ("exposure+*1.8; contrast-; saturation+*0.5", 8),
        ("exposure+; contrast-; vibrance+*0.5", 8),
        ("exposure+; contrast-; vibrance+", 6),
        ("exposure+; contrast-", 6),
        ("exposure+; contrast-; saturation+*0.5; tint+", 6),
        ("exposure+; contrast+; saturation+*0.5", 4),
        ("exposure+", 2),
        ("exposure+; contrast-; tint+", 2),
        ("exposure-; contrast+; saturation+*0.5", -2),
        ("exposure-; contrast+; saturation-*0.5", -2),
        ("tint+; grain+", -10),
    ],
)
def test_scores_of_variants(said: str, points: float) -> None:
    assert score(MEANT, wishes(said)) == points


@pytest.mark.parametrize("toolset", ["iea", "iea16"])
def test_more_damage_never_scores_better(toolset: str) -> None:
    dice, seen = random.Random(6), set()
    for _ in range(400):
        meant = paper_wishes(toolset, dice)
        scores = [score(meant, rung) for rung in ladder(meant, toolset, dice)]
        assert scores[0] == 10
        assert scores == sorted(scores, reverse=True)
        assert score(meant, unrelated(meant, toolset, dice)) == -10
        seen.update(scores)
    assert {10, 8, 6, 4, 2, 0, -2} <= seen


# Words said again by a model.


class Model(BaseHTTPRequestHandler):
    """Answers as an OpenAI-compatible endpoint does; `reply` makes the words."""

    asked: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({"path": self.path, **body})
        text = self.reply(json.loads(body["messages"][1]["content"])["said"])
        value = {"choices": [{"message": {"content": text}}]} if text is not None else {}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def reply(self, said: str) -> str | None:
        raise NotImplementedError

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def endpoint(reply: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []
    handler = type("Handler", (Model,), {"asked": asked, "reply": lambda self, said: reply(said)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_model_says_words_again_where_one_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = {"coffee": FILES["coffee"]}
    settings = Settings(
        count=12, kinds={"users": 1.0}, languages={"en": 1.0}, toolset="iea16", rewritten=1.0
    )
    before = list(generate(tmp_path / "plain", photos, settings))
    with endpoint(lambda said: f'"Could we have it so: {said}"') as (url, asked):
        monkeypatch.setenv("IEA_REWRITER_URL", url)
        monkeypatch.setenv("IEA_REWRITER_MODEL", "tiny")
        data = generate(tmp_path / "again", photos, settings)
    assert data.card["rewriter"] == {"model": "tiny", "counts": {"rewritten": len(before)}}
    assert "Words were said again by `tiny`" in (data.folder / "card.md").read_text()
    for old, new in zip(before, data, strict=True):
        assert new.words == " ".join(f"Could we have it so: {old.words}".split())
        assert (new.program, new.template) == (old.program, old.template)
    assert {a["path"] for a in asked} == {"/v1/chat/completions"}
    assert {a["model"] for a in asked} == {"tiny"}


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("", "empty"),
        ("x" * 500, "too long"),
        ("by 31 per cent", "other numbers"),
        ("让照片更暖 30", "another script"),
        ("Warmer by 30!", "said before"),
        (None, "did not answer"),
    ],
)
def test_answers_that_are_not_fit_are_counted_and_the_original_stays(
    answer: str | None, fault: str
) -> None:
    record = Record("edit", "0" * 64, "warmer by 30")
    with endpoint(lambda _: answer) as (url, _):
        records, counts = rewritten([record], Rewriter(url.rstrip("/"), "tiny"), 1.0, 0)
    assert records == [record]
    (reason,) = counts
    assert fault in reason


def test_an_endpoint_that_does_not_answer_is_not_asked_for_ever() -> None:
    records = [Record("edit", "0" * 64, f"warmer {n}") for n in range(100)]
    with endpoint(lambda _: None) as (url, asked):
        kept, counts = rewritten(records, Rewriter(url.rstrip("/"), "tiny"), 1.0, 0)
    assert kept == records
    assert len(asked) == 32
    assert counts == {"the endpoint did not answer": 32, "not asked any more": 68}


def test_half_an_endpoint_is_an_error_and_none_is_none() -> None:
    assert Rewriter.from_environment({}) is None
    for half in ({"IEA_REWRITER_URL": "http://host/v1"}, {"IEA_REWRITER_MODEL": "m"}):
        with pytest.raises(InvalidError, match="both"):
            Rewriter.from_environment(half)
    with pytest.raises(InvalidError, match="http"):
        Rewriter.from_environment({"IEA_REWRITER_URL": "file:///x", "IEA_REWRITER_MODEL": "m"})
