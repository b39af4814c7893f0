"""The data card, for people: what is in a set, how it was made, and what may be done with it."""

from collections.abc import Iterator, Mapping
from typing import Any


def page(card: Mapping[str, Any]) -> str:
    """Return the page (Markdown) of a synthetic set's `card.json`."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Mapping[str, Any]) -> Iterator[str]:
    settings, corpus = card["settings"], card["corpus"]
    yield "# A synthetic data set"
    yield ""
    yield (
        f"{card['records']:,} records on {len(card['photos']):,} photos, made by "
        f"`{card['made_by']}` with toolset `{settings['toolset']}` and seed {settings['seed']}."
    )
    yield ""
    yield "## How it was made"
    yield ""
    yield (
        f"Wordings: a hand-written corpus of {corpus['wordings']:,} (SHA-256 "
        f"`{corpus['sha256'][:12]}`), joined and varied by a grammar. Programs: what those words "
        "ask for, as often as they do, or what arXiv 2606.08016 samples, with words for it; "
        "strengths are solved on each photo (`iea`) or the paper's own (`iea16`). Every program "
        "was rendered, and every edit changes what a person sees. No wording and no photo is on "
        "both sides of the split."
    )
    if "rewriter" in card:
        rewriter = card["rewriter"]
        yield ""
        yield f"Words were said again by `{rewriter['model']}`:"
        yield from _table("what came of it", rewriter["counts"])
    yield ""
    yield "## What is in it"
    for name in ("task", "source", "reply", "language", "side", "tool"):
        yield from _table(name, card["counts"][name])
    yield ""
    yield "## What was left out"
    yield from _table("why", card["skipped"])
    yield ""
    yield "## Photos"
    yield ""
    yield "| photo | licence | SHA-256 of the copy |"
    yield "|---|---|---|"
    for name, photo in sorted(card["photos"].items()):
        yield f"| {name} | {photo['licence'] or 'not told'} | `{photo['sha256'][:12]}` |"


def _table(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    if not counts:
        yield ""
        yield "Nothing."
        return
    yield ""
    yield f"| {title} | records |"
    yield "|---|---:|"
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        yield f"| {name} | {count:,} |"
