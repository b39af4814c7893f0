"""The dialogue: what the turns before make of "a little less", "undo" and "take the grain out"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from iea.masks.places import mask_of, place_of
from iea.program import Patch, Program, Step
from iea.tools import Param, Value
from iea.tools.color_mixer import COLOURS
from services.planner import geometry, styles
from services.planner.backend import Backend, Context, Keep, Understanding, Wish
from services.planner.handles import Handle, with_params
from services.planner.view import View

_ZONES = ("shadows", "highlights")
_INSTEAD = {
    "grain": ("denoise", 1, 1.0),
    "blur": ("sharpen", 1, 1.0),
    "sharpen": ("blur", 1, 0.4),
    "glow": ("clarity", 1, 1.0),
    "fade": ("contrast", 1, 1.0),
}
"""What to do where an effect should go that no step made: it is in the photo. The tool, its
direction, and how much of a plain wish is enough."""
_CASTS = {
    "blue": ("temperature", -1),
    "aqua": ("temperature", -1),
    "yellow": ("temperature", 1),
    "orange": ("temperature", 1),
    "green": ("tint", -1),
    "magenta": ("tint", 1),
    "purple": ("tint", 1),
}
"""What gives a colour to a place that has none of it: a grey sky cannot be made a stronger blue."""
_DEEPER = -25.0
"""How much darker a colour gets that is as strong as its lightness allows, if more is asked for."""
_STEADY = ("hue", "seed", "aspect", "turns", "long_side")
"""How parameters end that no "more" makes larger."""


@dataclass(frozen=True)
class Turn:
    """A turn that was: its words, what it changed, and the program after it."""

    words: str
    patch: Patch
    program: Program


@dataclass(frozen=True)
class Note:
    """Something to tell besides what changed: a key of the replies, and what it is filled with."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """What a turn asks for once the dialogue is settled.

    `program` is the one to start from, `wishes` what remains to be solved, `undo` how many turns it
    goes back. `stuck` says why a move could not be made, `ask` what must be known first.
    """

    program: Program
    wishes: tuple[Wish, ...] = ()
    keeps: tuple[Keep, ...] = ()
    undo: int = 0
    notes: tuple[Note, ...] = ()
    stuck: Note | None = None
    ask: Note | None = None


@dataclass(frozen=True)
class Talk:
    """The turns so far, oldest first, and who can say what their words meant.

    `undone` is the program that was undone last, None where there is none to bring back.
    """

    turns: Sequence[Turn]
    backend: Backend
    view: View
    seed: int = 0
    undone: Program | None = None

    @property
    def program(self) -> Program:
        """The program as it stands."""
        return self.after(len(self.turns))

    def after(self, count: int) -> Program:
        """Return the program after the first `count` turns."""
        if count:
            return self.turns[count - 1].program
        if not self.turns:
            return Program()
        # A long session sends its latest turns only: the first of them did not start from nothing.
        added = {c.step.id for c in self.turns[0].patch if c.op == "add" and c.step is not None}
        return Program(tuple(s for s in self.turns[0].program.steps if s.id not in added))

    def meaning(self, at: int) -> Understanding:
        """Say again what the words of a turn meant."""
        past = tuple(turn.words for turn in self.turns[:at])
        return self.backend.understand(self.turns[at].words, Context(self.after(at), past))

    @cached_property
    def root(self) -> int:
        """Where the last wishes were made: "less" after "less" still speaks of them."""
        at = len(self.turns)
        while at:
            at -= 1
            meant = self.meaning(at)
            moves_only = meant.act in ("scale", "reverse", "only") and not meant.asks
            if self.turns[at].patch and not moves_only:
                break
        return at


def settle(meant: Understanding, words: str, talk: Talk) -> Draft:
    """Resolve a turn against the turns before it."""
    meant = _taken_back(meant, talk)
    draft = _acted(meant, words, talk)
    draft = replace(draft, keeps=meant.keeps)
    wishes = [
        wish
        for look in meant.looks
        for wish in styles.wishes_of(look)
        if not look.gone or any(_pushes_against(step, wish) for step in talk.program.steps)
    ]
    said = {Handle.of(wish) for wish in meant.wishes}
    wishes = [*meant.wishes, *(w for w in wishes if Handle.of(w) not in said)]
    if any(w.tool == "black_and_white" and w.how == "remove" for w in wishes):
        # "Bring the colours back": they come with it, and need not be made stronger.
        wishes = [w for w in wishes if w.tool not in ("saturation", "vibrance")]
    for wish in wishes:
        draft = _ask(draft, wish, wishes, talk)
    for move in meant.moves:
        program, note = geometry.moved(draft.program, move, talk.view)
        asked = note if note is not None and note.startswith("ask.") else ""
        notes = draft.notes if note is None or asked else (*draft.notes, Note(note))
        program = _reasoned(program, draft.program, move.words)
        draft = replace(draft, program=program, notes=notes)
        if asked:
            draft = replace(draft, ask=Note(asked))
    if meant.asks:
        # A turn that goes back and then on is a turn of its own, not a step back in the tree.
        draft = replace(draft, undo=0, stuck=None)
    return draft


def _taken_back(meant: Understanding, talk: Talk) -> Understanding:
    """Read "no, not the warmth" and "undo the crop" as what they are: without that step.

    If the last turn did nothing else, it is undone: what was there before comes back.
    """
    removes = bool(meant.wishes) and all(wish.how == "remove" for wish in meant.wishes)
    takes_back = meant.act in ("undo", "only") or (meant.act == "edit" and removes)
    if not takes_back or meant.region or not meant.asks or meant.looks:
        return meant
    program, (base, moved) = talk.program, _last_steps(talk)
    gone = {wish.tool for wish in meant.wishes} | {move.kind for move in meant.moves}
    countered = all(_moved_against(base, program, wish) for wish in meant.wishes)
    alone = {step.tool for step in moved} == gone and talk.root == len(talk.turns) - 1
    fresh = not any(_pushes_against(step, wish) for step in base.steps for wish in meant.wishes)
    if alone and countered and fresh:
        return replace(meant, act="undo", wishes=(), moves=())
    against = [_moved_against(Program(), program, wish) for wish in meant.wishes]
    made = [program.find(move.kind) is not None for move in meant.moves]
    if removes or not all((*against, *made)):
        return meant
    wishes = tuple(replace(wish, how="remove") for wish in meant.wishes)
    moves = tuple(replace(move, value="none") for move in meant.moves)
    return replace(meant, act="edit", wishes=wishes, moves=moves)


def _moved_against(base: Program, program: Program, wish: Wish) -> bool:
    """Tell whether what a wish is about went the other way between two programs."""
    handle = Handle.of(wish)
    return (handle.value(program) - handle.value(base)) * wish.direction < 0


def _acted(meant: Understanding, words: str, talk: Talk) -> Draft:
    """Carry out what a turn does to the turns before it."""
    match meant.act:
        case "undo":
            return _undo(talk, max(int(meant.factor), 1))
        case "back":
            return _back(talk, int(meant.factor))
        case "redo":
            return Draft(talk.undone or talk.program, stuck=Note("nothing_to_redo"))
        case "reset":
            stuck = None if talk.program.steps else Note("untouched")
            return Draft(Program(), stuck=stuck)
        case "scale":
            return _scale(talk, meant.factor, words)
        case "reverse":
            return _scale(talk, -1.0, words)
        case "only":
            return _only(talk, meant.region, words)
        case "same":
            return _same(talk, meant.region, words)
    return Draft(talk.program)


def _undo(talk: Talk, count: int) -> Draft:
    """Go back past `count` turns that changed something."""
    at = len(talk.turns)
    for _ in range(count):
        back = at
        while back and not talk.turns[back - 1].patch:
            back -= 1
        if back == 0:
            break
        at = back - 1
    if at == len(talk.turns):
        return Draft(talk.program, stuck=Note("nothing_to_undo"))
    return Draft(talk.after(at), undo=len(talk.turns) - at)


def _back(talk: Talk, version: int) -> Draft:
    """Go back to the picture after the edit of that number; 0 is the one before the last."""
    edits = [i for i, turn in enumerate(talk.turns) if turn.patch]
    if version == 0:
        return _undo(talk, 1)
    if version > len(edits):
        return Draft(talk.program, stuck=Note("no_version", {"count": str(len(edits))}))
    at = edits[version - 1] + 1
    if at == len(talk.turns):
        return Draft(talk.program, stuck=Note("this_version"))
    return Draft(talk.after(at), undo=len(talk.turns) - at)


def _last_steps(talk: Talk) -> tuple[Program, list[Step]]:
    """Return the program before the last wishes, and the steps that they made or moved."""
    base = talk.after(talk.root) if talk.turns else Program()
    old = {step.id: step for step in base.steps}
    moved = [s for s in talk.program.steps if s.id not in old or old[s.id].params != s.params]
    return base, moved


def _scale(talk: Talk, factor: float, words: str) -> Draft:
    """Make the last wishes stronger, weaker or opposite: what they moved, seen from before them."""
    program = talk.program
    base, moved = _last_steps(talk)
    old = {step.id: step for step in base.steps}
    steps = {s.id: _scaled(s, old.get(s.id), factor) for s in moved}
    if not any(steps.values()):
        return Draft(program, stuck=Note("nothing_to_scale"))
    after = replace(program, steps=tuple(steps.get(s.id) or s for s in program.steps))
    neutral = [s.id for s in after.steps if s.id in steps and s.declared.is_neutral(s.params)]
    for step_id in neutral:
        after = after.without(step_id)
    if after == program:
        return Draft(program, stuck=Note("as_far_as_it_goes"))
    return Draft(_reasoned(after, program, words))


def _scaled(step: Step, old: Step | None, factor: float) -> Step | None:
    """Return a step with all that it moved times a factor; None where nothing can be scaled."""
    start: Mapping[str, Value] = old.params if old is not None else step.declared.defaults()
    params = dict(step.params)
    for param in step.declared.params:
        before, now = start[param.name], params[param.name]
        turned_back = param.name == "turns" and factor < 0 and now in (-1, 1)
        if not isinstance(param, Param) or (param.name.endswith(_STEADY) and not turned_back):
            continue
        if isinstance(now, int | float) and isinstance(before, int | float):
            moved = before + factor * (now - before)
            params[param.name] = Handle(step.tool, param.name).rounded(moved)
    if step.declared.fault is not None and step.declared.fault(**params):
        return None
    return replace(step, params=params) if params != step.params else None


def _only(talk: Talk, place: str, words: str) -> Draft:
    """Put the last steps where the user says, and only there."""
    _, moved = _last_steps(talk)
    able = {s.id for s in moved if s.declared.masks}
    if not able or not place:
        return Draft(talk.program, stuck=Note("nothing_to_place"))
    if not talk.view.has(place):
        return Draft(talk.program, stuck=Note("no_place", {"place": place}))
    steps = (replace(s, mask=mask_of(place)) if s.id in able else s for s in talk.program.steps)
    after = replace(talk.program, steps=tuple(steps))
    return Draft(_reasoned(after, talk.program, words))


def _same(talk: Talk, place: str, words: str) -> Draft:
    """Ask for the last wishes once more, in another place."""
    _, moved = _last_steps(talk)
    if not moved or not place:
        return Draft(talk.program, stuck=Note("nothing_to_scale"))
    if place in COLOURS:
        return _same_colour(talk, moved, place, words)
    draft = Draft(talk.program)
    for step in moved:
        zone = step.tool in _ZONES and place in _ZONES
        if not step.declared.masks and not zone:
            continue
        handle = Handle.main(place if zone else step.tool, "" if zone else place)
        after = handle.turned(draft.program, step.amount, talk.seed, _rest(step, handle))
        draft = replace(draft, program=_reasoned(after, draft.program, words))
    return draft


def _same_colour(talk: Talk, moved: Sequence[Step], colour: str, words: str) -> Draft:
    """Do to one colour what the last wishes did to others."""
    program = talk.program
    for step in moved:
        if step.tool == "color_mixer":
            params = {
                f"{colour}_{name.partition('_')[2]}": value
                for name, value in step.params.items()
                if value
            }
            program = with_params(program, step.tool, params, place_of(step.mask), talk.seed)
    if program == talk.program:
        return Draft(program, stuck=Note("nothing_to_scale"))
    return Draft(_reasoned(program, talk.program, words))


def _rest(step: Step, handle: Handle) -> dict[str, Value]:
    return {} if step.tool != handle.tool else {**step.params}


def _ask(draft: Draft, wish: Wish, wishes: Sequence[Wish], talk: Talk) -> Draft:
    """Carry out what needs no look at the photo; leave the rest to the solver."""
    handle = Handle.of(wish)
    if wish.how in ("set", "by"):
        return _exact(draft, wish, talk.seed)
    if wish.how == "remove":
        gone = [s for s in draft.program.steps if _pushes_against(s, wish)]
        for step in gone:
            draft = replace(draft, program=draft.program.without(step.id))
        together = [w for w in wishes if w.words == wish.words]
        if gone or any(_pushes_against(s, w) for s in talk.program.steps for w in together):
            return draft
        return replace(
            draft, wishes=(*draft.wishes, _instead(replace(wish, how="change"), talk.view))
        )
    pushed = handle.pushed(draft.program)
    if pushed * wish.direction < 0 and wish.how == "reverse":
        without = handle.turned(draft.program, handle.declared.default, talk.seed)
        draft = replace(draft, program=without)
        return replace(draft, wishes=(*draft.wishes, replace(wish, how="change")))
    if pushed * wish.direction < 0:
        # What an earlier turn did too much of is taken back in part, not countered.
        left = 0.6**wish.degree * pushed
        program = handle.turned(
            draft.program, handle.rounded(handle.declared.default + left), talk.seed
        )
        return replace(draft, program=_reasoned(program, draft.program, wish.words))
    return replace(draft, wishes=(*draft.wishes, _instead(replace(wish, how="change"), talk.view)))


def _pushes_against(step: Step, wish: Wish) -> bool:
    handle = Handle.of(wish)
    if step.tool != wish.tool:
        return False
    value = step.params[handle.param]
    assert isinstance(value, int | float)
    return (value - handle.declared.default) * wish.direction < 0


def _instead(wish: Wish, view: View) -> Wish:
    """Turn "less grain", where none was added, into a wish that a tool can grant."""
    colour, _, channel = wish.param.partition("_")
    if wish.region and channel == "saturation" and wish.direction > 0 and colour in _CASTS:
        if view.has_colour(colour, wish.region):
            # What is as strong as its lightness allows can only get stronger as it gets deeper.
            deeper = {f"{colour}_luminance": _DEEPER} if view.is_full(wish.region) else {}
            return replace(wish, also=deeper)
        tool, direction = _CASTS[colour]
        return replace(wish, tool=tool, param="", direction=direction)
    if wish.direction > 0 or wish.tool not in _INSTEAD:
        return wish
    tool, direction, enough = _INSTEAD[wish.tool]
    return replace(wish, tool=tool, direction=direction, degree=enough * wish.degree)


def _exact(draft: Draft, wish: Wish, seed: int) -> Draft:
    """Carry out an explicit number, held within the tool's range."""
    handle = Handle.of(wish)
    param, now = handle.declared, handle.value(draft.program)
    asked = wish.number if wish.how == "set" else now + wish.number
    amount = min(max(asked, param.min), param.max)
    notes = draft.notes
    if amount != asked:
        limits = {"low": f"{param.min:g}", "high": f"{param.max:g}", "amount": f"{amount:g}"}
        notes = (*notes, Note("clamped", {"tool": wish.tool, **limits}))
    program = handle.turned(draft.program, round(amount, 3), seed, wish.also)
    program = _reasoned(program, draft.program, wish.words)
    return replace(draft, program=program, notes=notes)


def _reasoned(after: Program, before: Program, words: str) -> Program:
    """Give the steps that changed the words that changed them."""
    old = {step.id: step for step in before.steps}
    steps = (_given(step, old.get(step.id), words) for step in after.steps)
    return replace(after, steps=tuple(steps))


def _given(step: Step, old: Step | None, words: str) -> Step:
    if old is not None and old.params == step.params and old.mask == step.mask:
        return step
    return replace(step, reason=reason_for(words, old))


def reason_for(words: str, old: Step | None = None) -> str:
    """Say which words caused a step, with those that caused it first."""
    said = " ".join(words.split())[:120]
    reason = f'you asked for "{said}"'
    if old is not None and old.reason.startswith("you asked for"):
        first = old.reason.split(", then ")[0][:200]
        reason = f'{first}, then "{said}"'
    return reason
