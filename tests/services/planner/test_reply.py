"""Words back, in every language."""

import re
import tomllib

import pytest

from iea.masks.places import _PLACES
from iea.program import Program, diff
from iea.tools import TOOLS
from services.planner.dialogue import Note
from services.planner.reply import _FOLDER, LANGUAGES, Replies
from tests.programs import document, program
from training import wordings


def catalog(language: str) -> dict[str, dict[str, object]]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))


def test_there_are_replies_in_every_language_that_is_understood() -> None:
    assert set(LANGUAGES) == set(wordings.LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogs_have_the_same_keys_and_blanks(language: str) -> None:
    english, own = catalog("en"), catalog(language)
    assert own.keys() == english.keys()
    for group, sentences in english.items():
        assert own[group].keys() == sentences.keys()
        for key, sentence in sentences.items():
            blanks = (sorted(re.findall(r"{\w+}", str(s))) for s in (sentence, own[group][key]))
            assert len({tuple(b) for b in blanks}) == 1, (language, group, key)


def test_every_tool_and_place_has_words() -> None:
    english = catalog("en")
    assert set(english["tool"]) == set(TOOLS)
    assert set(english["place"]) == set(_PLACES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_is_told_with_its_number(language: str) -> None:
    before = Program()
    said = Replies(language).of_changes(before, diff(before, program(exposure=0.7, contrast=-20)))
    assert "+0.7" in said
    assert "-20" in said
    assert len(said) < 120


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["untouched", "nothing_to_undo", "level", "nothing_to_redo"])
def test_notes_are_sentences(language: str, key: str) -> None:
    assert Replies(language).note(Note(key))[-1] in '.。!！»"”'


def test_less_of_a_tool_is_told_as_less() -> None:
    said = Replies("en").of_changes(Program(), diff(Program(), program(clarity=-20)))
    assert said.startswith("Softer")


def test_a_photo_is_described() -> None:
    reading = {"L": 25, "C": 12, "a": 0, "b": 9, "S": 8, "clipped": 6}
    assert Replies("en").of_reading(reading) == (
        "It is rather dark, its contrast is low, its colours lean to warm, its colours are pale "
        "and some bright parts have lost their detail."
    )


def test_an_unknown_language_gets_english() -> None:
    assert Replies("xx").say("reset") == "Back to the photo as it was."


def mixed(**params: float) -> Program:
    return Program.parse(document({"tool": "color_mixer", "params": params}))


def test_single_colours_are_named_with_how_they_became() -> None:
    after = mixed(blue_saturation=35, red_luminance=-10)
    said = Replies("en").of_changes(Program(), diff(Program(), after))
    assert said.startswith("Darker reds and stronger blues (")
    many = mixed(red_hue=5, green_hue=5, blue_hue=5, aqua_hue=5)
    assert Replies("en").of_changes(Program(), diff(Program(), many)).startswith("Single colours")
