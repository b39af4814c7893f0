"""Hand-written requests and what they mean, and the judge that compares.

A line is the words, a tab, and what is expected: tools with a sign (`temperature+`), alternatives
(`saturation+|vibrance+`), `keep:ATTRIBUTE`, `remove:TOOL`, `scale+`, `scale-`, `undo`, `undo:2`,
`reset`, `reverse`, `auto`, `balance`, `explain`, `thanks`, `ask`, `refused`; `beyond:KIND` for the
part that cannot be done. `...` allows tools that are not listed.
"""

from pathlib import Path

from iea.program import Program
from services.planner.backend import Context, Understanding
from services.planner.embedded import Embedded
from services.planner.styles import wishes_of

HERE = Path(__file__).parent
BACKEND = Embedded()


def load(name: str) -> list[tuple[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(words, expected) for words, expected in pairs]


def tokens_of(got: Understanding) -> set[str]:
    looks = [wish for look in got.looks for wish in wishes_of(look)]
    found = set()
    for wish in (*got.wishes, *looks):
        found.add(f"{wish.tool}{'+' if wish.direction > 0 else '-'}")
        if wish.how == "remove":
            found.add(f"remove:{wish.tool}")
    found |= {f"keep:{name}" for keep in got.keeps for name in keep.attributes}
    found |= {f"beyond:{part.kind}" for part in got.beyond}
    found |= {move.kind for move in got.moves}
    if got.act == "scale":
        found.add("scale+" if got.factor > 1 else "scale-")
    elif got.act == "none":
        found.add("refused")
    elif got.act == "undo":
        found |= {"undo", f"undo:{got.factor:.0f}"}
    elif got.act != "edit":
        found.add(got.act)
    return found


def fault(words: str, expected: str, past: tuple[str, ...] = ("make it warmer",)) -> str:
    """What is wrong with the understanding of a request; empty if nothing is."""
    got = BACKEND.understand(words, Context(Program(), past))
    found = tokens_of(got)
    wanted = expected.split()
    missing = [t for t in wanted if t != "..." and not set(t.split("|")) & found]
    allowed = {a for t in wanted for a in t.split("|")}
    tools = {w.tool for w in got.wishes}
    named = {a.removeprefix("remove:").rstrip("+-") for a in allowed}
    extra = tools - named if "..." not in wanted else set()
    signed = {a for a in allowed if a[-1] in "+-"}
    against = {t for t in signed if not {t[:-1] + "+", t[:-1] + "-"} <= allowed} and {
        t[:-1] + ("-" if t[-1] == "+" else "+") for t in signed
    } & found - allowed
    if got.act == "none" and "refused" not in allowed and not any("beyond" in a for a in allowed):
        missing.append("an edit")
    if missing or extra or against:
        return f"{words!r}: wanted {expected}; got {' '.join(sorted(found)) or 'nothing'}"
    return ""
