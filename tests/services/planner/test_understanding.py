"""Requests to wishes: the model on a table of wordings, and plain code on numbers and spans."""

import pytest

from iea.language import LanguageModel
from iea.program import Program
from services.planner.backend import Context, Understanding, Wish
from services.planner.embedded.backend import MODEL
from services.planner.embedded.figures import count_in, factor_in, figure_in, ratio_in
from services.planner.embedded.spans import MAX_SPANS, cut
from tests.services.planner.understanding import BACKEND, fault, load

FLOOR = 0.9
"""Of the table's requests; see benchmarks/results/understanding.md for what was measured."""


def understand(words: str, past: tuple[str, ...] = ()) -> Understanding:
    return BACKEND.understand(words, Context(Program(), past))


def only(words: str) -> Wish:
    (wish,) = understand(words).wishes
    return wish


def test_most_requests_are_understood() -> None:
    rows = load("wordings.tsv")
    faults = [found for words, expected in rows if (found := fault(words, expected))]
    assert len(faults) <= (1 - FLOOR) * len(rows), "\n".join(faults)


@pytest.mark.parametrize(
    ("words", "degree"),
    [
        ("a bit brighter", 0.5),
        ("brighter", 1.0),
        ("a lot brighter", 1.8),
        ("make it extremely bright", 2.5),
        ("un poco más brillante", 0.5),
        ("viel heller", 1.8),
    ],
)
def test_degrees(words: str, degree: float) -> None:
    assert only(words).degree == pytest.approx(degree)


@pytest.mark.parametrize(
    ("words", "how", "number"),
    [
        ("exposure +0.7", "by", 0.7),
        ("increase contrast by 20", "by", 20),
        ("reduce contrast by 20", "by", -20),
        ("reduce saturation to 30", "set", 30),
        ("two stops brighter", "by", 2),
        ("half a stop darker", "by", -0.5),
        ("100% brighter", "by", 1),
        ("exposure +900", "by", 900),
    ],
)
def test_numbers(words: str, how: str, number: float) -> None:
    wish = only(words)
    assert wish.how == how
    assert wish.number == pytest.approx(number, abs=0.01)


@pytest.mark.parametrize(
    ("text", "value", "unit", "sign", "sets"),
    [
        ("exposure +0.7", 0.7, "", 1, False),
        ("contrast to 10", 10, "", 0, True),
        ("auf 30", 30, "", 0, True),
        ("-1,5 EV", 1.5, "stops", -1, False),
        ("20 % heller", 20, "%", 0, False),
        ("a third of a stop", 1 / 3, "stops", 0, False),
        ("up one stop", 1, "stops", 0, False),
        ("1/2 stop", 0.5, "stops", 0, False),
        ("亮度到20", 20, "", 0, True),
    ],
)
def test_figures(text: str, value: float, unit: str, sign: int, sets: bool) -> None:
    figure = figure_in(text)
    assert figure is not None
    assert figure.value == pytest.approx(value)
    assert (figure.unit, figure.sign, figure.sets) == (unit, sign, sets)


@pytest.mark.parametrize(
    "text", ["crop to 16:9", "like the 1970s", "from 3 to 5", "no number", "turn it 90 degrees"]
)
def test_what_is_no_amount(text: str) -> None:
    assert figure_in(text) is None


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("crop to 16:9", "16:9"),
        ("5x7", "5:7"),
        ("make it 4 by 5", "4:5"),
        ("two to one", "2:1"),
        ("800x600 px", ""),
        ("1 to 100", ""),
        ("at 12:00:30", ""),
    ],
)
def test_shapes(text: str, shape: str) -> None:
    assert ratio_in(text) == shape


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("resize it to 1024 pixels wide", "1024:wide"),
        ("800 px", "800"),
        ("auf 600 Pixel Höhe verkleinern", "600:tall"),
    ],
)
def test_sizes(words: str, value: str) -> None:
    (move,) = understand(words).moves
    assert (move.kind, move.value) == ("resize", value)


def test_shorthand_names_tools_and_channels() -> None:
    wishes = understand("hl -60 sh +40").wishes
    assert [(w.tool, w.how, w.number) for w in wishes] == [
        ("highlights", "by", -60),
        ("shadows", "by", 40),
    ]
    (wish,) = understand("blue luminance -30").wishes
    assert (wish.tool, wish.param, wish.number) == ("color_mixer", "blue_luminance", -30)


@pytest.mark.parametrize(
    ("text", "factor"),
    [("twice that", 2), ("by half", 0.5), ("la mitad", 0.5), ("doppelt so viel", 2), ("半分", 0.5)],
)
def test_factors(text: str, factor: float) -> None:
    assert factor_in(text) == factor


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("undo twice", 2),
        ("the third one", 3),
        ("la segunda", 2),
        ("zurück zur ersten", 1),
        ("第二张", 2),
    ],
)
def test_counts(text: str, count: int) -> None:
    assert count_in(text) == count


@pytest.mark.parametrize(
    ("words", "spans"),
    [
        ("warmer and brighter", ["warmer", "brighter"]),
        ("Make it warmer, but keep the sky.", ["Make it warmer", "keep the sky"]),
        ("más cálido y menos contraste", ["más cálido", "menos contraste"]),
        ("plus clair et plus chaud", ["plus clair", "plus chaud"]),
        ("heller, aber kühler", ["heller", "kühler"]),
        ("亮一点，然后暖一点", ["亮一点", "暖一点"]),
        ("明るくして、それから暖かく", ["明るくして", "暖かく"]),
        ("exposure +0.7", ["exposure +0.7"]),
        ("black and white, with grain", ["black and white", "with grain"]),
        ("…!!", []),
    ],
)
def test_spans(words: str, spans: list[str]) -> None:
    assert cut(words) == spans


def test_there_are_never_too_many_spans() -> None:
    assert len(cut(", ".join(["warmer"] * 500))) == MAX_SPANS


def test_wishes_quote_the_words_that_caused_them() -> None:
    meant = understand("Hi! Make it a bit warmer, and lift the shadows please")
    assert {wish.tool: wish.words for wish in meant.wishes} == {
        "temperature": "Make it a bit warmer",
        "shadows": "lift the shadows please",
    }


@pytest.mark.parametrize(
    "words", ["", "   ", "...", "\x00\x07", "‮‮", "🙂", "<>{}[]", "%%%", "+-", "​", "؟؟"]
)
def test_words_without_meaning_are_nothing(words: str) -> None:
    assert understand(words).act == "none"


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("make it a bit warmer please", "en"),
        ("hazla un poco más cálida, por favor", "es"),
        ("rends-la un peu plus chaude s'il te plaît", "fr"),
        ("mach es bitte etwas wärmer", "de"),
        ("deixa um pouco mais quente por favor", "pt"),
        ("rendila un po' più calda per favore", "it"),
        ("请把照片调暖一点", "zh"),
        ("もう少し暖かくしてください", "ja"),
    ],
)
def test_the_language_is_told(words: str, language: str) -> None:
    meant = understand(words)
    assert meant.language == language
    assert [(wish.tool, wish.direction) for wish in meant.wishes] == [("temperature", 1)]


def test_the_committed_model_is_what_its_manifest_says() -> None:
    import hashlib

    made = LanguageModel(MODEL).manifest
    sizes = 0
    for name, digest in made["sha256"].items():
        data = (MODEL / name).read_bytes()
        sizes += len(data)
        assert hashlib.sha256(data).hexdigest() == digest
    assert sizes <= 25 << 20
    assert made["wordings"]["learnt"] > 10_000
