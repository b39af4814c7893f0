"""The whole request: its clauses read one by one, and what they mean together."""

from collections.abc import Iterator
from dataclasses import replace

from iea.tools import TOOLS
from services.planner.backend import Act, Beyond, Context, Keep, Understanding, Wish
from services.planner.embedded.english.clauses import Clause, split_clauses
from services.planner.embedded.english.moves import Move, find_move, scale_factor
from services.planner.embedded.english.reader import read_clause
from services.planner.embedded.english.reading import LESS, ZONES, Reading, keep_of

_MILD = 0.7
"""The share that is left of wishes that must not go too far."""


def read(words: str, context: Context) -> Understanding:
    """Say what English words mean."""
    clauses = split_clauses(words)
    if not clauses:
        return Understanding("none", beyond=(Beyond("empty", words.strip()),))
    readings, found = _heard(clauses, past=bool(context.past))
    wishes = tuple(_wishes(readings))
    beyond = tuple(part for reading in readings for part in reading.beyond)
    if any(part.kind == "rules" for part in beyond):
        return Understanding("none", beyond=beyond)
    question = _contradiction(wishes)
    if question:
        return Understanding("ask", question=question)
    wishes = _softened(_settled(wishes), readings)
    keeps = tuple(_keeps(readings, wishes))
    beyond = tuple(b for b in beyond if b.kind != "insult" or not wishes)
    return _act(words, wishes, keeps, beyond, found, readings)


def _heard(clauses: list[Clause], *, past: bool) -> tuple[list[Reading], list[Move]]:
    readings: list[Reading] = []
    found: list[Move] = []
    for clause in clauses:
        reading = read_clause(clause, readings[-1] if readings else None)
        move = find_move(clause, reading, past=past)
        if move is not None:
            found.append(move)
            reading = Reading(clause.words)
        elif readings:
            _join(readings[-1], reading, clause)
            if reading.corrects or readings[-1].corrects:
                _void(readings, reading)
        readings.append(reading)
    return readings, found


def _join(before: Reading, reading: Reading, clause: Clause) -> None:
    """Let a clause complete the one before: "contrast and saturation up", "warmer, just a bit"."""
    if before.open and reading.wishes and clause.listed:
        last = reading.wishes[-1]
        for sense in before.open:
            before.wishes.append(replace(last, tool=sense.tool, how="change", number=0.0))
        before.open = []
    if reading.degree and not reading.about_picture and before.wishes:
        before.wishes = [replace(w, degree=w.degree * reading.degree) for w in before.wishes]
        reading.degree = 0.0


def _void(readings: list[Reading], reading: Reading) -> None:
    """Take back earlier wishes that a correction speaks of again: "warmer, no wait, cooler"."""
    tools = {wish.tool for wish in reading.wishes}
    for earlier in readings:
        earlier.wishes = [wish for wish in earlier.wishes if wish.tool not in tools]


def _wishes(readings: list[Reading]) -> Iterator[Wish]:
    """All wishes; a bare name asks for more of a tool that can only be added."""
    for reading in readings:
        yield from reading.wishes
        for sense in reading.open:
            if TOOLS[sense.tool].main.min == 0 or sense.tool in (
                "contrast",
                "vignette",
                "vibrance",
            ):
                yield Wish(sense.tool, 1, reading.degree or 1.0, words=reading.words)


def _contradiction(wishes: tuple[Wish, ...]) -> str:
    """Return the question to ask where two wishes pull one tool both ways."""
    said: dict[str, int] = {}
    for wish in wishes:
        if said.setdefault(wish.tool, wish.direction) != wish.direction and _full(wish, wishes):
            return f"both_ways:{wish.tool}"
    return ""


def _full(wish: Wish, wishes: tuple[Wish, ...]) -> bool:
    """Whether every wish for the tool was said outright: none came with a look or shared word."""
    clauses = {w.words for w in wishes if w.tool == wish.tool}
    tools = {clause: {w.tool for w in wishes if w.words == clause} for clause in clauses}
    return all(len(names) == 1 for names in tools.values())


def _settled(wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
    """Keep one wish a tool: what was said outright before what came with a look; the strongest."""
    groups = {words: sum(w.words == words for w in wishes) for words in {w.words for w in wishes}}
    best: dict[str, Wish] = {}
    for wish in wishes:
        old = best.get(wish.tool)
        rank = (-groups[wish.words], wish.how in ("set", "by"), wish.degree)
        if old is None or rank > (-groups[old.words], old.how in ("set", "by"), old.degree):
            best[wish.tool] = wish
    return tuple(best.values())


def _softened(wishes: tuple[Wish, ...], readings: list[Reading]) -> tuple[Wish, ...]:
    """Make wishes milder that must not be overdone, all of them or those of one tool."""
    mild = any(reading.mild for reading in readings)
    limited = {tool for reading in readings for tool in reading.limits}
    kept = {a for reading in readings for keep in reading.keeps for a in keep.attributes}
    softened = []
    for wish in wishes:
        opposed = wish.tool in limited or set(keep_of(wish.tool, "")) & kept
        share = _MILD if mild or opposed else 1.0
        softened.append(replace(wish, degree=wish.degree * share))
    return tuple(softened)


def _keeps(readings: list[Reading], wishes: tuple[Wish, ...]) -> Iterator[Keep]:
    """Yield what must stay, less what is wished for outright."""
    wished = {a for wish in wishes for a in keep_of(wish.tool, "")}
    zones = {wish.tool for wish in wishes} & ZONES
    for reading in readings:
        for keep in reading.keeps:
            names = tuple(a for a in keep.attributes if a not in wished and a not in zones)
            if names:
                yield Keep(names, keep.words)


def _act(
    words: str,
    wishes: tuple[Wish, ...],
    keeps: tuple[Keep, ...],
    beyond: tuple[Beyond, ...],
    found: list[Move],
    readings: list[Reading],
) -> Understanding:
    """Choose the act: moves on the edit first, then wishes, then guesses."""
    strong = [move for move in found if not move.weak]
    scale = _scale(readings)
    if strong:
        return _meant(strong[0].act, wishes, keeps, beyond, strong[0].factor)
    if scale and not (wishes and len(readings) == 1):
        return _meant("scale", wishes, keeps, beyond, scale)
    if wishes:
        return _meant("edit", wishes, keeps, beyond)
    if beyond:
        return Understanding("none", beyond=beyond)
    for sense in (sense for reading in readings for sense in reading.open):
        return Understanding("ask", question=f"both_ways:{sense.tool}")
    for act in ("auto", "balance", "ask", "thanks"):
        for move in found:
            if move.act == act:
                return Understanding(move.act, keeps=keeps, question=move.question)
    if keeps:
        return Understanding("thanks", keeps=keeps)
    return Understanding("none", beyond=(Beyond("nothing", words.strip()),))


def _meant(
    act: Act,
    wishes: tuple[Wish, ...],
    keeps: tuple[Keep, ...],
    beyond: tuple[Beyond, ...],
    factor: float = 1.0,
) -> Understanding:
    return Understanding(act, wishes, keeps=keeps, beyond=beyond, factor=factor)


def _scale(readings: list[Reading]) -> float:
    """Return the factor of a bare "a bit more" or "30 % less", or 0."""
    for reading in readings:
        if reading.wishes:
            return 0.0  # "the blacks are grey, deepen them" is about the blacks
        if (
            reading.about_picture
            or reading.things
            or reading.steer not in ("more", "up", "less", "down")
        ):
            continue
        down = reading.steer in LESS
        if reading.number is not None and reading.number.unit == "%":
            share = abs(reading.number.value) / 100
            return max(1 - share, 0.05) if down else 1 + share
        return scale_factor(reading.degree or 1.0, down=down)
    return 0.0
