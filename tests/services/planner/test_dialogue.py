"""Conversations: what later turns make of earlier ones."""

import pytest

from iea.program import Program
from services.planner.dialogue import Turn
from tests.services.planner.scenes import amounts, ask, measured, talk


@pytest.mark.parametrize("name", ["temple", "flower"])
def test_a_little_less_takes_back_both_wishes_in_part(name: str) -> None:
    first, second = talk("make it warmer and lift the shadows", "a little less", name=name)
    before, full, less = (
        measured(p, name) for p in (talk("undo")[0].program, first.program, second.program)
    )
    for attribute in ("b", "shadows"):
        assert before[attribute] < less[attribute] < full[attribute]


def test_more_less_half_and_twice_scale_the_last_wishes() -> None:
    start = amounts(talk("warmer")[0].program)["temperature"]
    moves = {"half": 0.5, "twice that": 2, "a bit more": 1.25, "more": 1.5, "less": 0.6}
    for words, factor in moves.items():
        after = amounts(talk("warmer", words)[1].program)
        assert after == {"temperature": pytest.approx(start * factor, abs=1)}


def test_scaling_leaves_earlier_wishes_alone() -> None:
    first, _, last = talk("add a vignette", "warmer", "half")
    assert amounts(last.program)["vignette"] == amounts(first.program)["vignette"]


def test_less_twice_goes_on_from_less() -> None:
    _, once, twice = talk("warmer", "a little less", "a little less")
    assert 0 < amounts(twice.program)["temperature"] < amounts(once.program)["temperature"]


def test_undo_goes_back_one_turn() -> None:
    first, _, back = talk("warmer", "brighter", "undo")
    assert back.undo == 1
    assert back.program == first.program


def test_undo_that_twice_goes_back_two_turns() -> None:
    first, *_, back = talk("warmer", "brighter", "sharper", "undo that twice")
    assert back.undo == 2
    assert back.program == first.program


def test_undo_without_turns_says_so() -> None:
    (answer,) = talk("undo")
    assert (answer.kind, answer.undo) == ("no_change", 0)
    assert "nothing to undo" in answer.text


def test_undo_and_a_wish_is_a_turn_of_its_own() -> None:
    _, after = talk("warmer", "undo that and make it brighter")
    assert after.undo == 0
    assert set(amounts(after.program)) == {"exposure"}


def test_one_thing_is_taken_out() -> None:
    *_, after = talk("warmer", "add grain and a vignette", "take the grain out")
    assert set(amounts(after.program)) == {"temperature", "vignette"}
    assert [change.op for change in after.patch] == ["remove"]


def test_a_crop_is_undone_and_the_rest_stays() -> None:
    *_, after = talk("crop to 16:9", "brighter", "undo the crop")
    assert [step.tool for step in after.program.steps] == ["exposure"]


def test_a_slip_of_the_tongue_leaves_nothing_behind() -> None:
    _, after = talk("warmer", "cooler, I mean")
    _, plain = talk("brighter", "cooler")
    assert amounts(after.program)["temperature"] < 0
    assert amounts(after.program)["temperature"] == pytest.approx(
        amounts(plain.program)["temperature"], abs=8
    )


def test_the_same_is_done_to_another_colour() -> None:
    _, after = talk("calm the greens", "do the same with the blues")
    step = after.program.find("color_mixer")
    assert step is not None
    assert step.params["blue_saturation"] == step.params["green_saturation"] < 0


@pytest.mark.parametrize("words", ["no, not the warmth", "no, without the warm", "undo the warmth"])
def test_the_last_wish_alone_is_taken_back(words: str) -> None:
    first, _, after = talk("brighter", "warmer", words)
    assert after.program == first.program


def test_the_warmth_is_removed() -> None:
    assert talk("warmer", "remove the warmth")[1].program.steps == ()


def test_a_look_is_removed_whole() -> None:
    assert talk("make it vintage", "remove the vintage look")[1].program.steps == ()


def test_start_over_resets() -> None:
    *_, after = talk("warmer", "brighter", "start over")
    assert after.program.steps == ()
    assert [change.op for change in after.patch] == ["reset"]


def test_start_over_and_a_wish() -> None:
    *_, after = talk("warmer", "brighter", "start over and add a vignette")
    assert set(amounts(after.program)) == {"vignette"}


def test_the_other_way_round_reverses() -> None:
    first, after = talk("warmer", "the other way round")
    assert amounts(after.program)["temperature"] == -amounts(first.program)["temperature"]


def test_less_of_a_quality_eases_the_step_that_brought_it() -> None:
    first, after = talk("warmer", "not so warm")
    assert 0 < amounts(after.program)["temperature"] < amounts(first.program)["temperature"]


def test_the_same_wish_twice_goes_further() -> None:
    first, after = talk("warmer", "warmer")
    assert amounts(after.program)["temperature"] > amounts(first.program)["temperature"]


def test_moves_without_an_edit_change_nothing() -> None:
    for words in ("more", "half", "the opposite", "start over"):
        assert ask(words).kind == "no_change"


def test_ids_are_unique_and_stay() -> None:
    first, second = talk("warmer and brighter", "warmer and sharper")
    ids = [step.id for step in second.program.steps]
    assert len(ids) == len(set(ids))
    assert {s.tool: s.id for s in first.program.steps}.items() <= {
        s.tool: s.id for s in second.program.steps
    }.items()


def test_an_adjusted_step_tells_both_requests() -> None:
    _, after = talk("make it warmer", "a little less")
    (step,) = after.program.steps
    assert step.reason == 'you asked for "make it warmer", then "a little less"'


def test_a_truncated_history_scales_only_what_it_knows() -> None:
    first, second = talk("warmer", "a lot warmer and add grain")
    history = [Turn("a lot warmer and add grain", second.patch, second.program)]
    after = ask("half", history=history)
    assert amounts(after.program)["temperature"] == amounts(second.program)["temperature"]
    assert amounts(after.program)["grain"] < amounts(second.program)["grain"]
    assert first.program != second.program


def test_even_less_of_what_there_was_less_of_is_a_stronger_change() -> None:
    first, second, third = talk("less saturated", "even less", "much less")
    found = [amounts(plan.program)["saturation"] for plan in (first, second, third)]
    assert 0 > found[0] > found[1] > found[2]
    darker, weaker = talk("darker", "much less")
    assert amounts(darker.program)["exposure"] < amounts(weaker.program)["exposure"] < 0


def test_double_alone_is_about_the_last_turn() -> None:
    first, second = talk("mais cor", "o dobro")
    for tool, amount in amounts(first.program).items():
        assert amounts(second.program)[tool] == pytest.approx(2 * amount, abs=1)


def test_a_step_that_was_there_before_comes_back_when_its_last_change_is_removed() -> None:
    first, _, after = talk("airy", "and warmer", "no, without the warmth")
    assert after.program == first.program


def test_a_grey_sky_gets_its_blue_from_the_light() -> None:
    pale, asked = measured(Program(), "temple"), ask("make the sky bluer", name="temple")
    assert [(s.tool, s.mask is not None) for s in asked.program.steps] == [("temperature", True)]
    assert measured(asked.program, "temple")["b"] < pale["b"] - 1


@pytest.mark.parametrize("script", [("grain", "grainier"), ("grain", "subtler")])
def test_an_effect_is_gone_whatever_came_after_it(script: tuple[str, str]) -> None:
    assert talk(*script, "get rid of the grain")[-1].program.steps == ()


def test_a_tighter_crop_is_no_way_back() -> None:
    first, second = talk("crop it to 4:5", "tighter still")
    assert second.undo == 0
    assert {**second.program.steps[0].params} != {**first.program.steps[0].params}


def test_colours_come_back_as_they_were() -> None:
    assert talk("monochrome", "bring the colours back")[1].program.steps == ()


def test_a_turn_the_wrong_way_is_turned_the_other_way() -> None:
    first, second = talk("rotate it to the right", "no, the other way")
    turns = [plan.program.steps[0].params["turns"] for plan in (first, second)]
    assert turns == [1, -1]
