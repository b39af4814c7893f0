"""Whole turns: the reply, the reasons, what is refused."""

import pytest

from iea.errors import InvalidError
from iea.program import Program, apply_patch
from iea.tools import TOOLS
from services.planner.backend import Beyond
from services.planner.plan import MAX_WORDS, Request, plan
from services.planner.reply import LANGUAGES, Replies
from tests.services.planner.scenes import BACKEND, PHOTOS, amounts, ask, measured, plain_view, talk
from tests.services.planner.understanding import load
from training.wordings import read_corpus

REFUSED = [words for words, expected in load("wordings.tsv") if expected == "refused"]


def test_the_reply_names_what_changed_and_by_how_much() -> None:
    planned = ask("a bit warmer and lift the shadows")
    assert planned.kind == "edited"
    values = amounts(planned.program)
    assert f"temperature +{values['temperature']:g}" in planned.text
    assert f"shadows +{values['shadows']:g}" in planned.text


def test_every_step_quotes_the_words_that_caused_it() -> None:
    planned = ask("make it a bit warmer, and lift the shadows")
    reasons = {step.tool: step.reason for step in planned.program.steps}
    assert reasons["temperature"] == 'you asked for "make it a bit warmer"'
    assert reasons["shadows"] == 'you asked for "lift the shadows"'


def test_a_step_that_keeps_something_says_so() -> None:
    planned = ask("brighter but leave the highlights alone")
    step = planned.program.find("highlights")
    assert step is not None
    assert "leave the highlights alone" in step.reason
    assert "Kept as it was: highlights." in planned.text


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_done_leaves_the_picture_and_offers_something(words: str) -> None:
    planned = ask(words)
    assert (planned.kind, planned.patch, planned.program) == ("refused", (), Program())
    assert len(planned.text) > 20


def test_a_refusal_keeps_the_edits_so_far() -> None:
    first, refused = talk("warmer", "erase the car")
    assert refused.program == first.program


def test_mixed_requests_do_the_possible_part_and_name_the_rest() -> None:
    planned = ask("remove the lamp post and make it warmer")
    assert planned.kind == "edited"
    assert "cannot take things out" in planned.text
    assert set(amounts(planned.program)) == {"temperature"}


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("words", ["fix it", "make it look better", "auto"])
def test_auto_is_modest(name: str, words: str) -> None:
    planned = ask(words, name)
    before, after = measured(Program(), name), measured(planned.program, name)
    assert planned.kind in ("edited", "no_change")
    assert abs(after["L"] - before["L"]) < 10


def test_auto_lifts_a_dark_photo() -> None:
    planned = plan(Request("fix it", plain_view(30)), BACKEND)
    assert amounts(planned.program)["exposure"] > 0


def test_too_many_words_are_invalid() -> None:
    assert ask("brighter " * (MAX_WORDS // 9)).kind == "edited"
    with pytest.raises(InvalidError, match="2001 characters"):
        ask("x" * 2001)


def test_numbers_out_of_range_are_clamped_and_said() -> None:
    planned = ask("exposure +900")
    assert amounts(planned.program) == {"exposure": 4}
    assert "stopped at 4" in planned.text


def test_contradictions_are_asked_about() -> None:
    planned = ask("brighter and darker")
    assert planned.kind == "clarification"
    assert planned.text.endswith("?")


def test_what_was_undone_comes_back() -> None:
    view, warm = plain_view(120), ask("brighter").program
    back = plan(Request("redo", view, undone=warm), BACKEND)
    assert (back.kind, back.program) == ("edited", warm)
    assert plan(Request("redo", view), BACKEND).kind == "no_change"


def test_an_answer_completes_what_was_asked_about() -> None:
    view = plain_view(120)
    asked = plan(Request("rotate it", view), BACKEND)
    assert asked.kind == "clarification"
    answered = plan(Request("to the left", view, asked="rotate it"), BACKEND)
    assert [dict(s.params) for s in answered.program.steps] == [{"turns": -1}]
    other = plan(Request("make it brighter", view, asked="rotate it"), BACKEND)
    assert list(amounts(other.program)) == ["exposure"]
    one = plan(Request("brighter", view, asked="brighter and darker"), BACKEND)
    assert list(amounts(one.program)) == ["exposure"]


def test_what_a_photo_cannot_do_is_said() -> None:
    planned = plan(Request("more saturated", plain_view(120)), BACKEND)
    assert planned.kind == "no_change"
    assert "colour" in planned.text


def test_setting_a_tool_to_its_default_removes_it() -> None:
    assert talk("contrast 20", "contrast to 0")[1].program.steps == ()


@pytest.mark.parametrize(("words", "expected"), load("wordings.tsv"))
def test_every_plan_is_a_valid_program_that_its_patch_leads_to(words: str, expected: str) -> None:
    first, planned = talk("make it warmer", words)
    assert Program.parse(planned.program.to_json()) == planned.program
    assert apply_patch(first.program, planned.patch).digest == planned.program.digest
    assert (planned.kind == "edited") == bool(planned.patch)
    assert all(step.tool in TOOLS and len(step.reason) <= 500 for step in planned.program.steps)


def test_why_is_answered_from_the_program() -> None:
    _, answer = talk("make it warmer", "why did you do that?")
    assert answer.kind == "no_change"
    assert 'you asked for "make it warmer"' in answer.text


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("more contrast but keep the colours", "S"),
        ("much brighter, but leave the highlights alone", "highlights"),
    ],
)
@pytest.mark.parametrize("name", PHOTOS)
def test_keeps_are_honoured_from_words_to_pixels(words: str, kept: str, name: str) -> None:
    before, after = measured(Program(), name), measured(ask(words, name).program, name)
    assert abs(after[kept] - before[kept]) < 1.5


def test_every_kind_that_cannot_be_done_has_its_answer_in_every_language() -> None:
    names = {atom.name for wording in read_corpus() for atom in wording.atoms}
    kinds = {"empty", *(n.removeprefix("beyond:") for n in names if n.startswith("beyond:"))}
    for language in LANGUAGES:
        assert all(Replies(language).of_beyond([Beyond(kind, "")]) for kind in kinds)
