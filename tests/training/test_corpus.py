"""The corpus: how much there is, that it is well-formed, and that no test was learnt by heart."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from iea.masks.places import mask_of
from iea.tools import TOOLS
from services.planner import styles
from services.planner.embedded.meaning import KEEPS, PLACES
from training.grammar import MAX_ATOMS, Grammar
from training.wordings import CORPUS, LANGUAGES, REGIONS, Atom, read_corpus, read_meaning

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "understanding"
WORDINGS = read_corpus()


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_there_are_thousands_of_distinct_wordings_in_english_and_hundreds_in_others() -> None:
    counts = Counter({(w.language, plain(w.text)) for w in WORDINGS})
    by_language = Counter(language for language, _ in counts)
    assert by_language["en"] >= 4000
    assert all(by_language[code] >= 400 for code in LANGUAGES)


def test_no_wording_has_two_meanings() -> None:
    meanings: dict[tuple[str, str], frozenset[Atom]] = {}
    for wording in WORDINGS:
        key = (wording.language, plain(wording.text))
        assert meanings.setdefault(key, frozenset(wording.atoms)) == frozenset(wording.atoms)


def test_every_atom_is_one_that_the_planner_can_follow() -> None:
    bands = {p.name.rsplit("_", 1)[0] for p in TOOLS["color_mixer"].params}
    geometry = {"crop", "straighten", "rotate", "flip", "perspective", "resize"}
    for name in {atom.name for wording in WORDINGS for atom in wording.atoms}:
        head, _, rest = name.partition(":")
        known = (
            name.rstrip("+-") in TOOLS
            or name.split(".")[0] in bands
            or head in geometry
            or name in ("auto", "balance")
            or (head == "style" and rest in styles.recipes())
            or (head == "remove" and rest in TOOLS)
            or (head == "keep" and (rest in KEEPS or rest in PLACES or rest == "natural"))
            or head in ("act", "beyond")
        )
        assert known, name


def test_every_tool_that_words_can_ask_for_is_asked_for_in_every_language() -> None:
    for code in LANGUAGES:
        named = {a.name.rstrip("+-") for w in WORDINGS if w.language == code for a in w.atoms}
        assert set(TOOLS) - named <= {
            *("brightness", "tone_curve", "color_mixer", "color_grading", "lut"),
            *("crop", "rotate", "flip", "perspective", "resize"),
        }


def test_every_region_is_a_place() -> None:
    assert all(mask_of(region) is not None for region in REGIONS)


@pytest.mark.parametrize("name", ["requests.tsv", "beyond.tsv", "scripts.tsv"])
def test_the_benchmark_shares_no_long_wording_with_the_corpus(name: str) -> None:
    learnt = {plain(wording.text) for wording in WORDINGS}
    asked = [line.split("\t")[-1] for line in (BENCHMARK / name).read_text("utf-8").splitlines()]
    long = [text for text in map(plain, asked) if len(text.split()) > 3 and text in learnt]
    assert not long


@pytest.mark.parametrize(
    ("meaning", "atoms"),
    [
        ("exposure+", (Atom("exposure+"),)),
        ("exposure-*0.5@face", (Atom("exposure-", 0.5, "face"),)),
        ("style:noir; keep:face", (Atom("style:noir"), Atom("keep:face"))),
        ("rotate:-90", (Atom("rotate:-90"),)),
        ("green.saturation+*1.8", (Atom("green.saturation+", 1.8),)),
        ("act:only@sky", (Atom("act:only", 1.0, "sky"),)),
    ],
)
def test_meanings_are_read(meaning: str, atoms: tuple[Atom, ...]) -> None:
    assert read_meaning(meaning) == atoms


@pytest.mark.parametrize("meaning", ["Exposure+", "exposure+*3", "exposure+@moon", "exposure +"])
def test_a_meaning_that_is_none_is_refused(meaning: str) -> None:
    with pytest.raises(ValueError, match="'"):
        read_meaning(meaning)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "bad.tsv").write_text("exposure+\tbrighter\nno tab here\n")
    with pytest.raises(ValueError, match=r"en/bad\.tsv:2"):
        read_corpus(tmp_path)


def test_the_grammar_is_the_same_for_the_same_dice_and_keeps_meanings() -> None:
    grammar = Grammar(WORDINGS)
    sample = random.Random(1).sample(WORDINGS, 300)
    first, second = ([grammar.example(w, random.Random(7)) for w in sample] for _ in range(2))
    assert first == second
    for wording, example in zip(sample, first, strict=True):
        assert set(wording.atoms) <= set(example.atoms)
        assert len(example.atoms) <= max(MAX_ATOMS, len(wording.atoms))
        assert example.language == wording.language


def test_the_grammar_varies() -> None:
    wording, dice = WORDINGS[0], random.Random(3)
    assert len({Grammar(WORDINGS).example(wording, dice).text for _ in range(40)}) > 20


def test_grammar_files_are_there_for_every_language() -> None:
    assert {path.stem for path in (CORPUS / "grammar").glob("*.toml")} == set(LANGUAGES)
