"""Reads one clause from left to right: what it wishes for, wants kept, and leaves open."""

from dataclasses import replace

from iea.tools import TOOLS
from services.planner.backend import Beyond, How, Keep, Wish
from services.planner.embedded.english.clauses import Clause, Number, Part
from services.planner.embedded.english.lexicon import Entry, Sense, read_data
from services.planner.embedded.english.numbers import with_number
from services.planner.embedded.english.places import before_beyond, place, regret_things
from services.planner.embedded.english.reading import (
    DARK_ZONES,
    LESS,
    MORE,
    ZONES,
    Heard,
    Reading,
    keep_of,
)
from services.planner.embedded.english.verdict import judge

_GREYED = frozenset(("grey", "gray", "dull", "washed out", "faded", "milky", "muddy", "flat"))
"""Said of whites and blacks, these mean that they are neither."""


def read_clause(clause: Clause, before: Reading | None) -> Reading:
    """Read a clause, given the one before it."""
    reader = _Reader(clause)
    if before is not None and clause.listed:
        reader.inherit(before)
    for at, part in enumerate(clause.parts):
        reader.take(at, part)
    return reader.finish()


class _Reader:
    """A walk over a clause. `named` are tools without a direction, `last` the newest wishes."""

    def __init__(self, clause: Clause) -> None:
        self.clause = clause
        self.out = Reading(clause.words)
        self.heard = Heard()
        self.named: list[tuple[Sense, str]] = []
        self.last: list[int] = []

    def inherit(self, before: Reading) -> None:
        """Go on with a list: "lift the shadows and blacks", "keep the shadows and the colours"."""
        kinds = {part.kind for part in self.clause.parts if part.kind != "word"}
        self.heard.complains = before.complaint
        if kinds and kinds <= {"name", "degree", "whole", "part", "light"}:
            self.out.keeping, self.out.degree = before.keeping, before.degree
            self.heard.steer = before.steer

    def take(self, at: int, part: Part) -> None:
        """Take in one part."""
        kind, heard, text = part.kind, self.heard, part.item.text
        if part.number is not None:
            self._number(at, part.number)
        elif kind == "quality" and (degree := self._attributive(at, text)):
            self.out.degree = max(self.out.degree, degree)
        elif kind == "quality":
            self._quality(at, part)
        elif kind == "name":
            self._name(at, part)
        elif kind in MORE | LESS:
            self._direction(at, part)
        elif kind in ("desire", "describe", "wonder", "seem"):
            self._frame(kind)
            self.out.keeping &= text not in ("make", "making")
        elif kind == "degree":
            self.out.degree = max(self.out.degree, part.entry.value)
        elif kind == "so":
            heard.so = heard.neg
        elif kind in ("too", "like"):
            setattr(heard, kind, True)
        elif kind == "not":
            heard.neg = True
        elif kind == "without":
            heard.turn("remove", text)
        else:
            self._aside(at, part)

    def _aside(self, at: int, part: Part) -> None:
        kind, out = part.kind, self.out
        if kind == "keep_before":
            out.keeping = True
        elif kind == "keep_after":
            self._keep_all()
        elif kind == "nice" and out.frame == "describe":
            self.heard.like = True
        elif kind in ("mild", "correct"):
            out.mild |= kind == "mild"
            out.corrects |= kind == "correct"
        elif kind == "whole":
            self.heard.whole = True
        elif kind in ("part", "light"):
            if at == 0 or self.clause.parts[at - 1].kind != "of":
                self._region(kind)
        elif kind == "beyond":
            if part.entry.label != "question" or not out.wishes:
                out.beyond.append(Beyond(part.entry.label, out.words))
        elif kind == "than" and out.frame == "describe":
            out.wishes = [replace(w, direction=-w.direction) for w in out.wishes]
        elif kind == "word" and part.item.text not in read_data("general")["filler"]["words"]:
            self.heard.unknown.append(part.item.text)

    def finish(self) -> Reading:
        """Settle what is left over at the end of the clause."""
        out, heard = self.out, self.heard
        if self.named and heard.too:
            self._resolve("more" if heard.neg else "less", "change")
        if self.named and heard.neg:
            self._keep_names()
        if not out.wishes:
            out.open = [sense for sense, _ in self.named]
        if out.degree and self.last:
            self._degree_last()
        if heard.region and not heard.whole and not out.keeping:
            place(out, heard.region)
        if out.beyond and out.beyond[0].kind not in ("region", "zone"):
            out.wishes = before_beyond(out, self.clause)
        elif not out.about_picture:
            regret_things(out, heard)
        out.steer, out.things = heard.steer, bool(heard.unknown)
        return out

    def _frame(self, kind: str) -> None:
        """Note whether a wish or a description goes on; "what if it were" stays a wish."""
        if self.heard.locked or (kind == "seem" and self.out.frame):
            return
        self.heard.locked, self.heard.like = kind == "wonder", False
        self.out.frame = "describe" if kind in ("describe", "seem") else "desire"

    def _next_kind(self, at: int) -> str:
        """Return the kind of the next part that is no degree."""
        kinds = (part.kind for part in self.clause.parts[at + 1 :])
        return next((kind for kind in kinds if kind != "degree"), "")

    def _attributive(self, at: int, text: str) -> float:
        """Return the degree that an adjective gives the effect it stands before, else 0.

        "A soft vignette" is a weak one, and no wish for less contrast.
        """
        follows = self.clause.parts[at + 1 : at + 2]
        effects = {sense.tool for part in follows for sense in part.entry.senses}
        general = read_data("general")
        degree: float = general["attributive"].get(text, 0.0)
        return degree if effects & set(general["effects"]["tools"]) else 0.0

    # Directions

    def _direction(self, at: int, part: Part) -> None:
        kind, text, heard = part.kind, part.item.text, self.heard
        if self.named and self._next_kind(at) != "quality":
            if heard.too:
                self._resolve("less" if kind in MORE else "more", "change")
            elif heard.neg and kind == "lack":
                self._keep_names()
            else:
                self._resolve(kind, "remove" if kind == "remove" else "change", text)
            return
        if text in ("up", "down") and at and self.clause.parts[at - 1].kind == "quality":
            return  # "warm it up" is no wish for more
        weak = kind in ("lack", "with") or text == "some"
        turns = kind in LESS and heard.steer in MORE
        if not heard.steer or heard.used or turns or (not weak and heard.steer in ("lack", "with")):
            heard.turn(kind, text)

    def _resolve(self, kind: str, how: How, text: str = "") -> None:
        """Give the names that stand without a direction theirs."""
        named, self.named, self.last = self.named, [], []
        for sense, name in named:
            self._emit_name(sense, name, kind, how, text)
        self.heard.turn(kind, text, used=True)
        self.heard.too = self.heard.neg = False

    # Tools by name

    def _name(self, at: int, part: Part) -> None:
        heard = self.heard
        if self.out.keeping or heard.like:
            self._keep(part)
            return
        late = heard.used and self._next_kind(at) in ("up", "down")
        for sense in part.entry.senses:
            if self._merged(sense):
                continue
            if (heard.too or heard.neg or heard.steer) and not late:
                self._steered_name(sense, part)
            else:
                self.named.append((sense, part.item.text))
                if self.out.number is not None:
                    self._resolve("more", "change")
        heard.used = bool(heard.steer)

    def _steered_name(self, sense: Sense, part: Part) -> None:
        heard, name = self.heard, part.item.text
        told = self.out.frame == "describe"
        if heard.too and (heard.neg or heard.steer == "remove"):
            self.out.limits.append(sense.tool)
        elif heard.neg and heard.steer in ("", "lack", "more"):
            if told and not heard.steer:
                self._emit_name(sense, name, "more", "change", "")
            else:
                self._keep(part)
        elif heard.too and heard.steer not in LESS:
            self._emit_name(sense, name, "less", "change", heard.by)
        elif heard.steer == "remove" and told:  # "it has no contrast"
            self._emit_name(sense, name, "more", "change", heard.by)
        else:
            hows: dict[str, How] = {"remove": "remove", "less": "change"}
            partly = heard.steer == "remove" and 0 < self.out.degree < 1
            how: How = "change" if partly else hows.get(heard.steer, "change")
            self._emit_name(sense, name, heard.steer or "less", how, heard.by)
        heard.too = heard.neg = False

    def _merged(self, sense: Sense) -> bool:
        """Join a name to what was wished just before it: "brighter shadows", "sharpen details"."""
        wishes, steer = self.out.wishes, self.heard.steer
        if not wishes or not self.last or (steer and not self.heard.used):
            return False
        if sense.tool in ZONES and wishes[-1].tool == "exposure":
            wishes[-1] = replace(wishes[-1], tool=sense.tool)
            return True
        return wishes[-1].tool == sense.tool and not steer

    def _emit_name(self, sense: Sense, name: str, kind: str, how: How, text: str) -> None:
        sign = 1 if kind in MORE else -1
        heaps = kind in ("less", "remove") or text in read_data("general")["quantity"]["words"]
        if sense.tool in DARK_ZONES and heaps and name.rstrip("s") in ("shadow", "black", "dark"):
            sign = -sign  # "less shadow" is lighter; "more black" is darker
        if text in ("drop", "dropped", "cut") and TOOLS[sense.tool].main.min == 0:
            how = "remove"
        self._emit(sense, sign, how, 1.0)

    # Tools by quality

    def _quality(self, at: int, part: Part) -> None:
        out, heard, parts = self.out, self.heard, self.clause.parts
        tools = [sense.tool for sense in part.entry.senses]
        if out.keeping or (heard.like and out.frame != "desire"):
            if heard.too:
                out.limits += tools
            else:
                self._keep(part)
            return
        enough = at + 1 < len(parts) and parts[at + 1].kind == "enough"
        verdict = judge(part, heard, out.frame, enough=enough)
        out.complaint = verdict == "against" and not heard.steer
        if verdict in ("wish", "against", "remove"):
            self._emit_quality(part.entry, verdict, part.item.text)
        elif verdict == "limit":
            out.limits += tools
        elif verdict == "keep":
            self._keep(part)
        heard.settle()

    def _emit_quality(self, entry: Entry, verdict: str, text: str) -> None:
        zones = [sense for sense, _ in self.named if sense.tool in (*ZONES, "vignette")]
        named = {sense.tool for sense, _ in self.named}
        senses = [s for s in entry.senses if s.tool in named] or list(entry.senses)
        self.named, self.last = [], []
        if zones and senses[0].tool in ("exposure", *ZONES):
            senses = [_in_zone(zone, senses[0].sign) for zone in zones]
        elif zones and text in _GREYED:
            senses = [_in_zone(zone, 1 if zone.tool in DARK_ZONES else -1) for zone in zones]
        how: How = "remove" if verdict == "remove" else "change"
        for sense in senses:
            sign = sense.sign if verdict == "wish" else -sense.sign
            self._emit(sense, sign, how, 1.0 if len(senses) == 1 else sense.share)

    def _emit(self, sense: Sense, sign: int, how: How, share: float) -> None:
        out = self.out
        self.last.append(len(out.wishes))
        wish = Wish(sense.tool, sign, (out.degree or 1.0) * share, how, words=out.words)
        if out.number is not None:
            wish, out.number = with_number(wish, out.number, "by"), None
        out.wishes.append(wish)
        out.degree = 0.0

    # Numbers and degrees

    def _number(self, at: int, number: Number) -> None:
        tokens, first = self.clause.texts(), self.clause.parts[at].item.first
        previous = tokens[first - 1] if first else ""
        mode: How = "set" if previous in ("to", "at", "of", "is", "be") else "by"
        if self.named:
            if previous != "by" and not number.signed:
                mode = "set"
            self._resolve("more", "change")
        elif number.unit == "stops" and not self._last_is_light():
            if self._next_kind(at) in ("quality", "name"):
                self.out.number = number
                return
            self.last = []
            self._emit(Sense("exposure", 1), -1 if self.heard.steer in LESS else 1, "by", 1.0)
        if not self.last:
            self.out.number = number
        for index in self.last:
            self.out.wishes[index] = with_number(self.out.wishes[index], number, mode)

    def _last_is_light(self) -> bool:
        return bool(self.last) and self.out.wishes[self.last[-1]].tool == "exposure"

    def _degree_last(self) -> None:
        for index in self.last:
            wish = self.out.wishes[index]
            self.out.wishes[index] = replace(wish, degree=wish.degree * self.out.degree)
        self.out.degree = 0.0

    # Keeps and parts of the picture

    def _keep(self, part: Part) -> None:
        text = part.item.text
        names = {a: None for sense in part.entry.senses for a in keep_of(sense.tool, text)}
        self.out.keeps.append(Keep(tuple(names), self.out.words))
        self.out.keeping = True

    def _keep_names(self) -> None:
        self.out.keeps += [Keep(keep_of(s.tool, text), self.out.words) for s, text in self.named]
        self.named = []

    def _keep_all(self) -> None:
        self._keep_names()
        self.out.keeps += [Keep(keep_of(w.tool, ""), self.out.words) for w in self.out.wishes]
        self.out.wishes, self.last = [], []

    def _region(self, kind: str) -> None:
        if self.out.keeping:
            kept = ("highlights",) if kind == "light" else ("a", "b")
            self.out.keeps.append(Keep(kept, self.out.words))
        self.heard.region = kind


def _in_zone(zone: Sense, sign: int) -> Sense:
    """Return light and dark said of a zone; a vignette's plus is darker edges."""
    return Sense(zone.tool, -sign if zone.tool == "vignette" else sign)
