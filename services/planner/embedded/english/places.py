"""Parts of the picture, and things in it: what of that can be done, and what cannot."""

from collections.abc import Iterator
from dataclasses import replace

from services.planner.backend import Beyond, Wish
from services.planner.embedded.english.clauses import Clause
from services.planner.embedded.english.reading import ZONES, Heard, Reading

_INSERTS = frozenset(("add", "adding", "put", "give", "introduce", "throw in", "add in"))


def place(out: Reading, region: str) -> None:
    """Turn wishes for a part of the picture into the nearest tones, or into a regret."""
    out.wishes = [placed for wish in out.wishes for placed in _placed(wish, out, region)]


def _placed(wish: Wish, out: Reading, region: str) -> Iterator[Wish]:
    # A cast on a face lies on the whole picture: what mends a fault needs no part.
    mends = out.frame == "describe" or wish.how in ("change", "remove")
    if wish.tool == "exposure" and wish.how in ("change", "change"):
        out.beyond.append(Beyond("zone", out.words))
        lifts = wish.direction > 0 and region == "part"
        yield replace(wish, tool="shadows" if lifts else "highlights")
    elif wish.tool in (*ZONES, "vignette") or mends:
        yield wish
    else:
        out.beyond.append(Beyond("region", out.words))


def before_beyond(out: Reading, clause: Clause) -> list[Wish]:
    """Return the wishes said before what cannot be done; what follows it belongs to it."""
    kinds = [part.kind for part in clause.parts]
    first = kinds.index("beyond") if "beyond" in kinds else 0
    later = {"quality", "name"} & set(kinds[first:])
    return [] if later else out.wishes


def regret_things(out: Reading, heard: Heard) -> None:
    """Tell a wish to take away or put in a thing from words without meaning."""
    thing = bool(heard.unknown or heard.region)
    if thing and heard.steer == "remove":
        out.beyond.append(Beyond("remove", out.words))
    elif thing and heard.by in _INSERTS:
        out.beyond.append(Beyond("insert", out.words))
    elif heard.region and out.frame == "desire":
        out.beyond.append(Beyond("region", out.words))
