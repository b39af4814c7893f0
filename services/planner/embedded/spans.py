"""A request cut into spans, each mostly about one thing, in eight languages."""

import re

MAX_SPANS = 12
_WORD_JOINTS = (
    *("and then", "and also", "but also", "and", "but", "then", "also", "while", "because"),
    *("y también", "pero", "luego", "además", "mientras", "porque", "y", "e"),
    *("et aussi", "mais", "puis", "aussi", "et", "und auch", "und", "aber", "dann", "außerdem"),
    *("depois", "também", "ma", "poi", "anche", "inoltre"),
)
_STOPS = r"[.,;!?\n。，、；！？…]+(?!\d)|\s[-–—+&]\s|[–—]"
_EAST = r"然后|并且|而且|还有|但是|不过|それから|それと|でも|あと"
_JOINT = re.compile(
    rf"{_STOPS}|(?<![\w])(?:{'|'.join(map(re.escape, _WORD_JOINTS))})(?![\w'])|{_EAST}",
    re.IGNORECASE,
)
_SAID = re.compile(r"[^\W_]")


def cut(words: str) -> list[str]:
    """Return the spans of a request, at most `MAX_SPANS`, without what joins them."""
    parts = (part.strip(" \t:\"'“”«»()") for part in _JOINT.split(words))
    return [" ".join(part.split()) for part in parts if _SAID.search(part)][:MAX_SPANS]
