"""ROUGE-L agrees with the package that defines it, and goes on where that reads English only."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from iea.measure import rouge_l

JUDGE = RougeScorer(["rougeL"], use_stemmer=False)
WORDS = [
    "make",
    "it",
    "warmer",
    "but",
    "don't",
    "touch",
    "the",
    "sky,",
    "20%",
    "2nd",
    "low-key",
    "a_b",
]

sentences = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
texts = st.text(st.characters(max_codepoint=127), max_size=40)


def judged(reference: str, answer: str) -> float:
    return float(JUDGE.score(reference, answer)["rougeL"].fmeasure)


@settings(deadline=None)
@given(sentences | texts, sentences | texts)
def test_it_is_that_of_rouge_score(reference: str, answer: str) -> None:
    assert rouge_l(reference, answer) == pytest.approx(judged(reference, answer), abs=1e-12)


def test_it_is_worked_out_by_hand() -> None:
    # Of 5 and 4 words, "make", "warmer" and "please" are common in this order.
    assert rouge_l("Make it warmer, brighter, please", "make warmer! Now please.") == 6 / 9
    assert rouge_l("warmer then brighter", "brighter then warmer") == 2 / 6


@settings(deadline=None)
@given(st.text(), st.text())
def test_it_is_0_to_1_either_way_round(one: str, other: str) -> None:
    assert 0 <= rouge_l(one, other) == rouge_l(other, one) <= 1


@pytest.mark.parametrize(
    ("reference", "answer", "expected"),
    [
        ("Rends l'image plus chaude", "rends l’image plus froide", 4 / 5),
        ("Сделай небо ярче", "сделай НЕБО темнее", 2 / 3),
        ("어둡게 만들어 줘", "밝게 만들어 줘", 2 / 3),
        # Vowel signs belong to their words: these two are different words.
        ("तस्वीर को चमकीला करो", "तस्वीर को चमकीली करो", 3 / 4),
        ("café", "cafe\u0301", 1),
    ],
)
def test_words_are_found_in_many_languages(reference: str, answer: str, expected: float) -> None:
    assert rouge_l(reference, answer) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("reference", "answer", "expected"),
    [
        # 让天空更蓝, 5 characters, and 天空更蓝一点, 6: 天空更蓝 is common.
        ("让天空更蓝。", "天空更蓝一点", 8 / 11),
        # 空をもっと青く, 7, and 空を青く, 4: all of the second.
        ("空をもっと青く", "空を青く", 8 / 11),
        ("コントラスト", "ｺﾝﾄﾗｽﾄ", 1),
        ("把 exposure 调高", "exposure 调低", 4 / 7),
    ],
)
def test_chinese_and_japanese_are_read_by_character(
    reference: str, answer: str, expected: float
) -> None:
    assert rouge_l(reference, answer) == pytest.approx(expected)


@pytest.mark.parametrize(("reference", "answer"), [("", ""), ("warmer", ""), ("?!", "?!")])
def test_a_sentence_without_words_has_nothing_in_common(reference: str, answer: str) -> None:
    assert rouge_l(reference, answer) == 0
