"""What a quality means where it stands: "dark" in "too dark", "make it dark" and "not so dark"."""

from typing import Literal

from services.planner.embedded.english.clauses import Part
from services.planner.embedded.english.reading import LESS, MORE, Heard

Verdict = Literal["wish", "against", "remove", "limit", "keep", "told"]
"""Wished for; complained of, so wished away; to be removed; not to be overdone; to be kept; or only
told."""


def judge(part: Part, heard: Heard, frame: str, *, enough: bool) -> Verdict:
    """Say what a quality or look means.

    `frame` is `desire`, `describe` or empty; `enough` tells that this word follows.
    """
    if heard.neg:
        return _denied(part, heard, frame, enough=enough)
    steer = "" if heard.used else heard.steer
    if steer == "remove":
        return "remove"
    if heard.too or steer in LESS:
        return "against"
    if steer in MORE or frame == "desire" or is_comparative(part):
        return "wish"
    if frame == "describe":
        return "against"
    # A bare "dark" is a complaint, a bare "warm" a wish; but not after "too dark".
    entry = part.entry
    usual = not entry.plain or entry.senses[0].sign < 0 or heard.complains
    return "against" if entry.fault and usual else "wish"


def is_comparative(part: Part) -> bool:
    """Tell "warmer" from "warm"."""
    words = part.item.text.split()
    return part.entry.plain and any(len(word) > 4 and word.endswith("er") for word in words)


def _denied(part: Part, heard: Heard, frame: str, *, enough: bool) -> Verdict:
    if enough:
        return "wish"
    if heard.so:
        return "against"
    if heard.too:
        return "told" if frame == "describe" else "limit"
    if frame == "describe" or (not frame and not is_comparative(part)):
        return "wish" if part.entry.plain else "told"
    return "keep"
