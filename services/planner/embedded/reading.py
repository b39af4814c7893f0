"""One clause read: what it wishes for, what it wants kept, what it leaves open."""

import math
from dataclasses import dataclass, field, replace

from iea.tools import TOOLS
from services.planner.backend import Beyond, How, Keep, Wish
from services.planner.embedded.clauses import Clause, Number, Part
from services.planner.embedded.lexicon import Entry, Sense, read_data

MORE = frozenset(("more", "up", "lack", "with"))
LESS = frozenset(("less", "down", "remove"))
ZONES = frozenset(("shadows", "highlights", "whites", "blacks"))
_DARK = frozenset(("shadows", "blacks"))
_INSERTS = frozenset(("add", "adding", "put", "give", "introduce", "throw in", "add in"))
_HEAPS = frozenset(
    (
        "more",
        "extra",
        "add",
        "stronger",
        "deepen",
        "deeper",
        "heavier",
        "intensify",
        "some",
        "some more",
    )
)
_GREYED = frozenset(("grey", "gray", "dull", "washed out", "faded", "milky", "muddy", "flat"))
_STORY = 5
"""Tokens above which a clause that asks for nothing is a story."""
_COLOUR_KEEP = ("a", "b", "S")


@dataclass
class Reading:
    """What one clause says.

    `limits` are tools that must not go too far. `open` are tools named without a direction;
    `steer` is what steered the clause's names, for a list that goes on. `degree` and `number` are
    said without anything to belong to; `things`: words that may name something in the picture.
    """

    words: str
    wishes: list[Wish] = field(default_factory=list)
    keeps: list[Keep] = field(default_factory=list)
    beyond: list[Beyond] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    open: list[Sense] = field(default_factory=list)
    steer: str = ""
    keeping: bool = False
    mild: bool = False
    degree: float = 0.0
    number: Number | None = None
    frame: str = ""
    things: bool = False

    @property
    def about_picture(self) -> bool:
        """Whether anything but the edit itself is talked about."""
        return bool(self.wishes or self.keeps or self.beyond or self.open or self.limits)


def read_clause(clause: Clause, before: Reading | None) -> Reading:
    """Read a clause, given the one before it."""
    reader = _Reader(clause)
    if before is not None and clause.listed:
        reader.inherit(before)
    for at, part in enumerate(clause.parts):
        reader.take(at, part)
    return reader.finish()


def keep_of(tool: str, text: str) -> tuple[str, ...]:
    """Return the attributes that must stay when a tool's matter is to be kept."""
    if text.startswith("colo") or tool == "black_and_white":
        return _COLOUR_KEEP
    return (TOOLS[tool].target.attribute,)


class _Reader:
    """Walks a clause from left to right, with what was said but not used yet."""

    def __init__(self, clause: Clause) -> None:
        self.clause = clause
        self.out = Reading(clause.words)
        self.steer = ""
        self.steered_by = ""
        self.used = False
        self.too = self.neg = self.so = self.like = False
        self.named: list[tuple[Sense, str]] = []
        self.last: list[int] = []
        self.region, self.whole, self.locked = "", False, False
        self.unknown: list[str] = []

    def inherit(self, before: Reading) -> None:
        """Go on with a list: "lift the shadows and blacks", "keep the shadows and the colours"."""
        kinds = [part.kind for part in self.clause.parts if part.kind != "word"]
        plain = {"name", "degree", "whole", "part", "light"}
        if kinds and set(kinds) <= plain:
            self.out.keeping = before.keeping
            self.steer = before.steer
            self.out.degree = before.degree

    def take(self, at: int, part: Part) -> None:
        """Take in one part."""
        kind = part.kind
        if part.number is not None:
            self._number(at, part.number)
        elif kind in ("quality", "look"):
            self._quality(at, part)
        elif kind == "name":
            self._name(at, part)
        elif kind in MORE | LESS:
            self._direction(at, part)
        elif kind in ("desire", "describe", "wonder", "seem"):
            self._frame(kind)
        elif kind == "degree":
            self.out.degree = max(self.out.degree, part.entry.value)
        elif kind in ("too", "so", "like"):
            setattr(self, kind, kind != "so" or self.neg)
        elif kind == "not":
            self.neg = True
        elif kind == "without":
            self.steer, self.steered_by, self.used = "remove", part.item.text, False
        else:
            self._aside(at, part)

    def _aside(self, at: int, part: Part) -> None:
        kind = part.kind
        if kind == "keep_before":
            self.out.keeping = True
        elif kind == "keep_after":
            self._keep_all()
        elif kind == "nice" and self.out.frame == "describe":
            self.like = True
        elif kind == "mild":
            self.out.mild = True
        elif kind == "whole":
            self.whole = True
        elif kind in ("part", "light"):
            if at == 0 or self.clause.parts[at - 1].kind != "of":
                self._region(kind)
        elif kind == "beyond":
            if part.entry.label != "question" or not self.out.wishes:
                self.out.beyond.append(Beyond(part.entry.label, self.clause.words))
        elif kind == "than" and self.out.frame == "describe":
            self.out.wishes = [replace(w, direction=-w.direction) for w in self.out.wishes]
        elif kind == "word" and part.item.text not in read_data("general")["filler"]["words"]:
            self.unknown.append(part.item.text)

    def finish(self) -> Reading:
        """Settle what is left over at the end of the clause."""
        out = self.out
        if self.named and self.too:
            self._resolve("less" if not self.neg else "more", "ease")
        if self.named and self.neg:
            self._keep_names()
        if not out.wishes:
            out.open = [sense for sense, _ in self.named]
        if out.degree and self.last:
            self._degree_last()
        if self.region and not self.whole and not out.keeping:
            self._place()
        if out.beyond and out.beyond[0].kind not in ("region", "zone"):
            out.wishes = self._before_beyond()
        elif not out.about_picture:
            self._things()
        out.steer, out.things = self.steer, bool(self.unknown)
        return out

    def _frame(self, kind: str) -> None:
        """Note whether a wish or a description goes on; "what if it were" stays a wish."""
        if self.locked or (kind == "seem" and self.out.frame):
            return
        self.locked, self.like = kind == "wonder", False
        self.out.frame = "describe" if kind in ("describe", "seem") else "desire"

    def _next_kind(self, at: int) -> str:
        """Return the kind of the next part that is no degree."""
        kinds = (part.kind for part in self.clause.parts[at + 1 :])
        return next((kind for kind in kinds if kind != "degree"), "")

    # Directions

    def _direction(self, at: int, part: Part) -> None:
        kind, text = part.kind, part.item.text
        if self.named and self._next_kind(at) != "quality":
            flipped = self.too and kind in MORE | LESS
            high = kind in MORE
            if flipped:
                self._resolve("less" if high else "more", "ease")
            elif self.neg and kind == "lack":
                self._keep_names()
            else:
                self._resolve(kind, "remove" if kind == "remove" else "change", text)
            return
        if text in ("up", "down") and at and self.clause.parts[at - 1].kind == "quality":
            return  # "warm it up" is no wish for more
        weak = kind in ("lack", "with") or text == "some"
        if (
            not self.steer
            or self.used
            or (kind in LESS and self.steer in MORE)
            or (not weak and self.steer in ("lack", "with"))
        ):
            self.steer, self.steered_by, self.used = kind, text, False

    def _resolve(self, kind: str, how: How, text: str = "") -> None:
        named, self.named = self.named, []
        self.last = []
        for sense, name in named:
            self._emit_name(sense, name, kind, how, text)
        self.steer, self.steered_by, self.used = kind, text, True
        self.too = self.neg = False

    # Tools

    def _name(self, at: int, part: Part) -> None:
        out = self.out
        if out.keeping or self.like:
            self._keep(part)
            return
        for sense in part.entry.senses:
            if self._merged(sense):
                continue
            late = self.used and self._next_kind(at) in ("up", "down")
            if (self.too or self.neg or self.steer) and not late:
                self._steered_name(sense, part)
            else:
                self.named.append((sense, part.item.text))
                if out.number is not None:
                    self._resolve("more", "change")
        self.used = bool(self.steer)

    def _steered_name(self, sense: Sense, part: Part) -> None:
        name, text = part.item.text, self.steered_by
        if self.too and (self.neg or self.steer == "remove"):
            self.out.limits.append(sense.tool)
        elif self.neg and self.steer in ("", "lack", "more"):
            if self.out.frame == "describe" and self.steer == "":
                self._emit_name(sense, name, "more", "change", "")
            else:
                self._keep(part)
        elif self.too and self.steer not in LESS:
            self._emit_name(sense, name, "less", "ease", text)
        else:
            kind = self.steer or "less"
            hows: dict[str, How] = {"remove": "remove", "less": "ease"}
            how = hows.get(kind, "change")
            if kind == "remove" and self.out.frame == "describe":  # "it has no contrast"
                kind, how = "more", "change"
            if how == "remove" and 0 < self.out.degree < 1:
                how = "change"
            self._emit_name(sense, name, kind, how, text)
        self.too = self.neg = False

    def _merged(self, sense: Sense) -> bool:
        """Join a name to what was wished just before it: "brighter shadows", "sharpen details"."""
        wishes = self.out.wishes
        if not wishes or (self.steer and not self.used):
            return False
        if sense.tool in ZONES and wishes[-1].tool == "exposure" and self.last:
            wishes[-1] = replace(wishes[-1], tool=sense.tool)
            return True
        return wishes[-1].tool == sense.tool and bool(self.last) and not self.steer

    def _emit_name(self, sense: Sense, name: str, kind: str, how: How, text: str) -> None:
        sign = 1 if kind in MORE else -1
        heaps = kind in ("less", "remove") or text in _HEAPS
        if sense.tool in _DARK and heaps and name.rstrip("s") in ("shadow", "black", "dark"):
            sign = -sign  # "less shadow" is lighter; "more black" is darker
        if sense.tool == "exposure" and name == "ev":
            name = "exposure"
        self._emit(sense, sign, how, 1.0, name)

    def _quality(self, at: int, part: Part) -> None:
        entry, out = part.entry, self.out
        if out.keeping or (self.like and out.frame != "desire"):
            if self.too:
                out.limits += [sense.tool for sense in entry.senses]
            else:
                self._keep(part)
            return
        verdict = self._verdict(at, part)
        if verdict in ("wish", "against", "remove"):
            self._emit_quality(entry, verdict, part.item.text)
        elif verdict == "limit":
            out.limits += [sense.tool for sense in entry.senses]
        elif verdict == "keep":
            self._keep(part)
        self.too = self.neg = self.so = False
        self.used = bool(self.steer)

    def _verdict(self, at: int, part: Part) -> str:
        """Say what a quality is here: wished for, complained of, to be kept, or just told."""
        entry, frame = part.entry, self.out.frame
        parts = self.clause.parts
        if self.neg:
            if at + 1 < len(parts) and parts[at + 1].kind == "enough":
                return "wish"
            if self.so:
                return "against"
            if self.too:
                return "told" if frame == "describe" else "limit"
            if frame == "describe" or (not frame and not _is_comparative(part)):
                return "wish" if entry.plain else "told"
            return "keep"
        steer = "" if self.used else self.steer
        if steer == "remove":
            return "remove"
        if self.too or steer in LESS:
            return "against"
        if entry.kind == "look" and frame != "desire" and not steer:
            # In a story "summer" is a season, and "it looks vintage" asks for nothing.
            return "told" if frame or len(self.clause.tokens) > _STORY else "wish"
        if steer in MORE or frame == "desire":
            return "wish"
        if frame == "describe":
            return "wish" if _is_comparative(part) else "against"
        complaint = entry.fault and (not entry.plain or entry.senses[0].sign < 0)
        return "against" if complaint else "wish"

    def _emit_quality(self, entry: Entry, verdict: str, text: str) -> None:
        zones = [sense for sense, _ in self.named if sense.tool in (*ZONES, "vignette")]
        named = {sense.tool for sense, _ in self.named}
        senses = [s for s in entry.senses if s.tool in named] or list(entry.senses)
        self.named, self.last = [], []
        if zones and senses[0].tool in ("exposure", *ZONES):
            senses = [_in_zone(zone, senses[0].sign) for zone in zones]
        elif zones and text in _GREYED:
            senses = [_in_zone(zone, 1 if zone.tool in _DARK else -1) for zone in zones]
        eases = self.too or self.so or self.steer == "less"
        hows: dict[str, How] = {"remove": "remove", "against": "ease" if eases else "change"}
        for sense in senses:
            sign = sense.sign if verdict == "wish" else -sense.sign
            share = 1.0 if len(senses) == 1 and entry.kind != "look" else sense.share
            self._emit(sense, sign, hows.get(verdict, "change"), share, text)

    def _emit(self, sense: Sense, sign: int, how: How, share: float, text: str) -> None:
        out = self.out
        wish = Wish(sense.tool, sign, (out.degree or 1.0) * share, how, 0.0, self.clause.words)
        self.last.append(len(out.wishes))
        out.wishes.append(wish)
        if out.number is not None:
            number, out.number = out.number, None
            self._give_number(number, "by", text)
        out.degree = 0.0

    # Numbers and degrees

    def _number(self, at: int, number: Number) -> None:
        tokens, first = self.clause.texts(), self.clause.parts[at].item.first
        previous = tokens[first - 1] if first else ""
        mode: How = "set" if previous in ("to", "at", "of", "=", "is", "be") else "by"
        if self.named:
            names = [name for _, name in self.named]
            if mode == "by" and previous != "by" and not number.signed:
                mode = "set"
            self._resolve("more", "change")
            self._give_number(number, mode, names[-1])
        elif self.last:
            self._give_number(number, mode, self.clause.texts()[0] if not first else previous)
        elif number.unit == "stops" and self._next_kind(at) not in ("quality", "name"):
            sign = -1 if self.steer in LESS else 1
            self._emit(Sense("exposure", 1), sign, "change", 1.0, "stops")
            self._give_number(number, "by", "stops")
        else:
            self.out.number = number

    def _give_number(self, number: Number, mode: How, text: str) -> None:
        for index in self.last:
            wish = self.out.wishes[index]
            value = number.value
            if wish.tool == "exposure":
                value = _as_stops(number, "exposure" in self.clause.words.lower(), wish.direction)
            elif number.unit == "stops":
                continue
            if mode == "by" and (not number.signed or wish.direction < 0):
                value = math.copysign(value, wish.direction)
            direction = -1 if value < 0 else 1
            self.out.wishes[index] = replace(wish, how=mode, number=value, direction=direction)

    def _degree_last(self) -> None:
        for index in self.last:
            wish = self.out.wishes[index]
            self.out.wishes[index] = replace(wish, degree=wish.degree * self.out.degree)
        self.out.degree = 0.0

    # Keeps, regions, things

    def _keep(self, part: Part) -> None:
        text = part.item.text
        names = {a: None for sense in part.entry.senses for a in keep_of(sense.tool, text)}
        self.out.keeps.append(Keep(tuple(names), self.clause.words))
        self.out.keeping = True

    def _keep_names(self) -> None:
        for sense, text in self.named:
            self.out.keeps.append(Keep(keep_of(sense.tool, text), self.clause.words))
        self.named = []

    def _keep_all(self) -> None:
        self._keep_names()
        for wish in self.out.wishes:
            self.out.keeps.append(Keep(keep_of(wish.tool, ""), self.clause.words))
        self.out.wishes, self.last = [], []

    def _region(self, kind: str) -> None:
        if self.out.keeping:
            kept = ("highlights",) if kind == "light" else ("a", "b")
            self.out.keeps.append(Keep(kept, self.clause.words))
        self.region = kind

    def _place(self) -> None:
        """Turn wishes for a part of the picture into the nearest tones, or into a regret."""
        out, placed = self.out, []
        for wish in out.wishes:
            if wish.tool == "exposure" and wish.how in ("change", "ease"):
                lifts = wish.direction > 0 and self.region == "part"
                placed.append(replace(wish, tool="shadows" if lifts else "highlights"))
                out.beyond.append(Beyond("zone", self.clause.words))
            elif wish.tool in (*ZONES, "vignette") or out.frame == "describe":
                placed.append(wish)
            else:
                out.beyond.append(Beyond("region", self.clause.words))
        out.wishes = placed

    def _before_beyond(self) -> list[Wish]:
        """Wishes said before what cannot be done; what follows it belongs to it."""
        first = next((i for i, part in enumerate(self.clause.parts) if part.kind == "beyond"), 0)
        said = {i for i, p in enumerate(self.clause.parts) if p.kind in ("quality", "look", "name")}
        return self.out.wishes if said and max(said) < first else []

    def _things(self) -> None:
        """Tell a wish to take away or put in a thing from words without meaning."""
        thing = bool(self.unknown) or bool(self.region)
        if thing and self.steer == "remove":
            self.out.beyond.append(Beyond("remove", self.clause.words))
        elif thing and self.steered_by in _INSERTS:
            self.out.beyond.append(Beyond("insert", self.clause.words))
        elif self.region and self.out.frame == "desire":
            self.out.beyond.append(Beyond("region", self.clause.words))


def _in_zone(zone: Sense, sign: int) -> Sense:
    """Return light and dark said of a zone; a vignette's plus is darker edges."""
    return Sense(zone.tool, -sign if zone.tool == "vignette" else sign)


def _is_comparative(part: Part) -> bool:
    text = part.item.text
    return part.entry.plain and any(
        len(word) > 4 and word.endswith(("er", "ier")) for word in text.split()
    )


def _as_stops(number: Number, named: bool, direction: int) -> float:
    """Read a number for exposure: stops, or per cent of light ("20 % brighter")."""
    if number.unit == "stops" or (named and number.unit == ""):
        return number.value
    share = abs(number.value) / 100
    falls = direction < 0 or number.value < 0
    stops = math.log2(max(1 - share, 0.1)) if falls else math.log2(1 + share)
    return abs(stops) if not number.signed else stops
