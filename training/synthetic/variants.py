"""Graded variants: wishes damaged step by step, and how well what is left still fits."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from training.synthetic.wishes import (
    MEANT,
    SUBSTITUTES,
    Wish,
    paper_tools,
    paper_wishes,
    strength,
    ways_of,
)
from training.wordings import DEGREES

BEST, WORST, UNRELATED = 10.0, -2.0, -10.0
SUBSTITUTE, DEGREE, MISSING, EXTRA, DIRECTION = 2.0, 2.0, 4.0, 4.0, 6.0
"""Points lost for each: a near-substitute said, another degree, a tool left out, one too many, one
the wrong way."""
_PAIRS = [pair for pair in SUBSTITUTES if pair != ("exposure", "brightness")]
OTHER = {**dict(_PAIRS), **{other: one for one, other in _PAIRS}}
"""The paper's near-substitutes, but for exposure and brightness: these are said in one way."""


def score(meant: Sequence[Wish], said: Sequence[Wish]) -> float:
    """Return how well wishes that are said fit those that are meant: 10, 8 ... -2.

    -10 where not one of them is met, not even by a near-substitute.
    """
    unmet, left, lost = list(meant), list(said), 0.0
    for alike, cost in ((_same, 0.0), (_of_one_name, 0.0), (_near, SUBSTITUTE)):
        for wish in tuple(unmet):
            found = next((other for other in left if alike(wish, other)), None)
            if found is not None:
                lost += cost + _apart(wish, found)
                unmet.remove(wish)
                left.remove(found)
    if len(unmet) == len(meant):
        return UNRELATED
    return max(BEST - lost - MISSING * len(unmet) - EXTRA * len(left), WORST)


def _same(one: Wish, other: Wish) -> bool:
    return one.atom == other.atom


def _of_one_name(one: Wish, other: Wish) -> bool:
    return _name(one) == _name(other)


def _near(one: Wish, other: Wish) -> bool:
    return OTHER.get(_name(one)) == _name(other)


def _name(wish: Wish) -> str:
    return MEANT.get(wish.tool, wish.tool)


def _apart(meant: Wish, said: Wish) -> float:
    if meant.way != said.way:
        return DIRECTION
    return DEGREE if meant.atom.degree != said.atom.degree else 0.0


def ladder(wishes: Sequence[Wish], toolset: str, dice: random.Random) -> list[list[Wish]]:
    """Return wishes as they are, then with ever more of them damaged, at last with one too many.

    No wish is damaged twice, and none that is said as another is: that could stand for it. So the
    score never rises from rung to rung.
    """
    now: list[Wish | None] = list(wishes)
    rungs = [list(wishes)]
    names = [_name(wish) for wish in wishes]
    alone = [i for i, name in enumerate(names) if names.count(name) == 1]
    for i in dice.sample(alone, len(alone)):
        now[i] = _damaged(wishes[i], wishes, toolset, dice)
        rungs.append([wish for wish in now if wish is not None])
    rungs.append([*rungs[-1], unrelated(wishes, toolset, dice)[0]])
    return [rung for rung in rungs if rung]


def _damaged(wish: Wish, meant: Sequence[Wish], toolset: str, dice: random.Random) -> Wish | None:
    """Return a wish of another degree, way or tool, or None: left out."""
    other = OTHER.get(wish.tool, "")
    ways: list[Callable[[], Wish | None]] = [lambda: None, lambda: _of_other_degree(wish, dice)]
    if -wish.way in ways_of(wish.tool, toolset):
        ways.append(lambda: _of(wish, wish.tool, -wish.way))
    if other and wish.way in ways_of(other, toolset) and other not in {w.tool for w in meant}:
        ways.append(lambda: _of(wish, other, wish.way))
    return dice.choice(ways)()


def _of_other_degree(wish: Wish, dice: random.Random) -> Wish:
    degree = dice.choice([degree for degree in DEGREES if degree != wish.atom.degree])
    return replace(wish, atom=replace(wish.atom, degree=degree), strength=strength(dice, degree))


def _of(wish: Wish, tool: str, way: int) -> Wish:
    name = f"{MEANT.get(tool, tool)}{'+' if way > 0 else '-'}"
    return replace(wish, tool=tool, atom=replace(wish.atom, name=name))


def unrelated(wishes: Sequence[Wish], toolset: str, dice: random.Random) -> list[Wish]:
    """Return wishes none of which any of the given ones, or its near-substitute, comes near."""
    names = {_name(wish) for wish in wishes}
    names |= {OTHER.get(name, name) for name in names}
    related = [tool for tool in paper_tools(toolset) if MEANT.get(tool, tool) in names]
    return paper_wishes(toolset, dice, but=related)
