"""The story of a trace, told to a person."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

WIDTH = 100


def explain(trace: dict[str, Any]) -> str:
    """Tell what was asked, what each step did and why; plain text, lines of at most 100 columns."""
    photo = trace["photo"]
    return "\n".join(
        [
            f"A {photo['width']}x{photo['height']} {photo['format'].upper()} photo, "
            f"edited in {_count(trace['turns'], 'turn')}.",
            *(line for turn in trace["turns"] for line in ["", *tell_turn(turn)]),
            "",
            *_ending(trace),
        ]
    )


def tell_turn(turn: dict[str, Any]) -> Iterator[str]:
    """Tell one turn: the words, the reply, and each changed step with its effect and its reason."""
    yield f"{turn['id']}  You: {turn['words']}"
    yield from _wrap(f"IEA: {turn['reply']['text']}", "    ")
    changed = {change["step"]["id"] for change in turn["patch"] if change.get("step")}
    for step in turn["program"]["steps"]:
        if step["id"] in changed:
            yield from _wrap(f"- {step['effect_text']}", "      ", hang="  ")
            if step["reason"]:
                yield from _wrap(step["reason"], "        ")
    for change in turn["patch"]:
        if change["op"] == "remove":
            yield f"      - {_name(change['step']['tool']).capitalize()} was taken out."
        elif change["op"] == "reset":
            yield "      - Every step was taken out."


def _ending(trace: dict[str, Any]) -> Iterator[str]:
    head = next((turn for turn in trace["turns"] if turn["id"] == trace["head"]), None)
    if head is None or not head["program"]["steps"]:
        yield "The picture is the original."
    else:
        names = ", ".join(_name(step["tool"]) for step in head["program"]["steps"])
        yield from _wrap(f"The picture is the one after {head['id']}, made by: {names}.", "")
    if trace["turns"]:
        last = (head or trace["turns"][-1])["render"]
        yield f"Its pixels' SHA-256 is {last['sha256']}."


def _count(items: list[Any], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _name(tool: str) -> str:
    return tool.replace("_", " ")


def _wrap(text: str, indent: str, hang: str = "") -> Iterable[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + hang) or [
        indent.rstrip()
    ]
