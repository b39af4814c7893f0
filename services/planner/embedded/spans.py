"""A request cut into spans, each mostly about one thing, in eight languages."""

import re

MAX_SPANS = 12
_WORD_JOINTS = (
    *("and then", "and also", "but also", "and", "but", "then", "also", "while", "because"),
    *("y también", "pero", "luego", "además", "mientras", "porque", "y", "e"),
    *("et aussi", "mais", "puis", "aussi", "et", "und auch", "und", "aber", "dann", "außerdem"),
    *("depois", "também", "ma", "poi", "anche", "inoltre"),
)
_STOPS = r"[.,;!?\n。，、；！？…]+(?!\d)|\s[-–—+&]\s|[–—]|\s(?=[-+][^\W\d])"
_EAST = r"然后|并且|而且|还有|但是|不过|それから|それと|でも|あと"
_JOINT = re.compile(
    rf"{_STOPS}|(?<![\w])(?:{'|'.join(map(re.escape, _WORD_JOINTS))})(?![\w'])|{_EAST}",
    re.IGNORECASE,
)
_PAIRS = re.compile(
    r"(black|white|blanco|negro|noir|blanc|schwarz|weiß|weiss|preto|branco|bianco|nero)"
    r"\s+(and|&|y|et|und|e)\s+(black|white|blanco|negro|noir|blanc|schwarz|weiß|weiss|preto|branco"
    r"|bianco|nero)\b",
    re.IGNORECASE,
)
"""Two colours that are one thing: black and white."""
_SAID = re.compile(r"[^\W_]")


def cut(words: str) -> list[str]:
    """Return the spans of a request, at most `MAX_SPANS`, without what joins them."""
    whole = _PAIRS.sub(r"\1_\2_\3", words)
    parts = (part.replace("_", " ").strip(" \t:\"'“”«»()") for part in _JOINT.split(whole))
    return [" ".join(part.split()) for part in parts if _SAID.search(part)][:MAX_SPANS]
