"""Make a photo look like another one: the program, and why each of its steps is there."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from iea.errors import InvalidError
from iea.explain import WIDTH
from iea.fit import fit, match_looks, reasons
from iea.image import Picture
from iea.measure.program import amount_text
from iea.program import Program


@dataclass(frozen=True)
class Match:
    """A program, and how far the photo is from the reference without and with it.

    `same_scene` tells that the reference is an edit of the photo: then differences are mean colour
    differences of pixels, else those of the looks, of tones and colours taken together; both are in
    units of CIELAB.
    """

    program: Program
    before: float
    after: float
    same_scene: bool


def match(photo: Picture, reference: Picture) -> Match:
    """Find the short program that gives a photo the look of a reference.

    Where the reference is an edit of the photo it leads there, whatever was done; of another scene
    the tones, casts and colours are taken over, within bounds.
    """
    try:
        found = fit(photo, reference)
    except InvalidError:
        return Match(*match_looks(photo.pixels, reference.pixels), same_scene=False)
    told = zip(found.program.steps, reasons(found, photo, reference), strict=True)
    program = Program(tuple(replace(step, reason=reason) for step, reason in told))
    return Match(program, found.before, found.after, same_scene=True)


def tell(match: Match) -> Iterator[str]:
    """Yield the match as lines for a person: each step, its reason, and how near they come."""
    if not match.program.steps:
        yield "It looks like the reference as it is."
    for step in match.program.steps:
        yield f"- {step.tool.replace('_', ' ')} {amount_text(step)}"
        yield from textwrap.wrap(
            step.reason, WIDTH, initial_indent="    ", subsequent_indent="    "
        )
    what = "mean colour difference" if match.same_scene else "mean difference of tones and colours"
    yield f"{what} {match.before:.1f} -> {match.after:.1f}"
