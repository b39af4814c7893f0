"""What a vision-language planner is asked and what it answers, as chat messages.

Edit shows the photo, refine the photo and how it stands, and summary both, side by side in one
picture. The answer stands inside `<answer>`, after an optional `<think>`. Edit and refine are
answered with a JSON object: for the toolset `iea` a program, for `iea16` names and numbers as
published (arXiv 2606.08016); or, where nothing is edited, a reply in words. Summary is answered
with a sentence.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_args

from iea.errors import InvalidError
from iea.masks import Mask
from iea.program import Program, Step
from iea.tools import TOOLSETS, Param, Tool, Toolset
from training.records import NOTHING, Record, Reply, Task

Message = dict[str, Any]
"""`role`, and `content`: a list of parts, of which pictures are placeholders for the processor."""

MAX_WORDS = 2000
"""Characters of what a user said that a model is shown."""
MAX_SENTENCE = 500
"""Characters of a summary or of a reply."""
_LEFT_AS_IT_IS = tuple(reply for reply in get_args(Reply) if reply != "edited")
_WHOLE = re.compile(r"\s*(?:<think>.*?</think>)?\s*<answer>(.*)</answer>\s*", re.DOTALL)
_SPECIAL = re.compile(r"<\|[^<|>]*\|>|</?(?:think|answer)>")

_EDIT = """You edit photos as the user asks, with tools that change light, colour, detail and shape.
Think inside <think></think> if that helps, then answer inside <answer></answer> with one JSON \
object. {form}
Where the photo should stay as it is, answer {{"reply": "refused", "text": why}} for what the \
tools cannot do, {{"reply": "clarification", "text": question}} for what is not clear, and \
{{"reply": "no_change", "text": why}} where nothing has to be done.
{tools}"""
_PROGRAM = """It is a program: {{"toolset": {toolset}, "steps": [{{"tool": name, \
"params": {{name: value}}, "mask": mask}}]}}.
Leave out parameters at their default, and the mask where a step works everywhere. A mask is such \
as {{"parts": [{{"kind": "region", "name": "sky"}}]}}, with subject, sky, face or background."""
_NUMBERS = """It gives tools a number in -100..100, such as {"exposure": 20, "contrast": -10}."""
_SUMMARY = """The picture shows a photo before an edit on the left and after it on the right.
Answer inside <answer></answer> with the one sentence, in the language {language}, with which a \
user would have asked for this edit."""


@dataclass(frozen=True)
class Answer:
    """What a planner answered.

    `program` is what edit and refine answer with, where `reply` is "edited"; otherwise `text` says
    why nothing is edited. For a summary `text` is the sentence.
    """

    program: Program = NOTHING
    reply: Reply = "edited"
    text: str = ""


def messages(record: Record, toolset: str) -> list[Message]:
    """Return what a model is asked about a record, whose pictures come in the order of the parts.

    What the user said cannot end the prompt or open an answer: a model's own marks are taken out.
    """
    if record.task == "summary":
        system = _SUMMARY.format(language=record.language)
        return [_message("system", 0, system), _message("user", 1, "Which words led here?")]
    lines = [f"Asked before: {_said(words)}" for words in record.history]
    if record.task == "refine":
        lines.append(f"The second picture shows how it stands, by {_json(record.start, toolset)}")
    lines.append(f"Request: {_said(record.words)}")
    pictures = 2 if record.task == "refine" else 1
    return [
        _message("system", 0, _instructions(toolset)),
        _message("user", pictures, "\n".join(lines)),
    ]


def answer(record: Record, toolset: str) -> str:
    """Return the answer that a record teaches.

    Raises `InvalidError` for a record that cannot be said with a toolset.
    """
    if record.task == "summary":
        return f"<answer>{_said(record.words)}</answer>"
    if record.reply != "edited":
        reply = {"reply": record.reply, "text": _said(record.text)[:MAX_SENTENCE]}
        return f"<answer>{json.dumps(reply, ensure_ascii=False)}</answer>"
    return f"<answer>{_json(record.program, toolset)}</answer>"


def parse(text: str, task: Task, toolset: str) -> Answer:
    """Read what a model answered; raises `InvalidError` that says what is wrong with it."""
    found = _WHOLE.fullmatch(text)
    if not found or "<answer>" in found[1]:
        raise InvalidError("The answer is not one <answer>...</answer>, alone or after <think>.")
    body = found[1].strip()
    if task == "summary":
        if not 0 < len(body) <= MAX_SENTENCE:
            raise InvalidError(f"The summary is not 1 to {MAX_SENTENCE} characters long.")
        return Answer(text=body)
    value = _loads(body)
    if "reply" in value:
        return _reply(value)
    return Answer(_program(value, toolset))


def _loads(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidError(f"The answer is not JSON ({error}).") from None
    if not isinstance(value, dict):
        raise InvalidError("The answer is not a JSON object.")
    return value


def _reply(value: Mapping[str, Any]) -> Answer:
    reply, text = value["reply"], value.get("text")
    if reply not in _LEFT_AS_IT_IS or value.keys() != {"reply", "text"}:
        raise InvalidError(f"The reply is not one of {', '.join(_LEFT_AS_IT_IS)} with a text.")
    if not isinstance(text, str) or len(text) > MAX_SENTENCE:
        raise InvalidError(f"The reply's text is not text of at most {MAX_SENTENCE} characters.")
    return Answer(reply=reply, text=text)


def _program(value: Mapping[str, Any], toolset: str) -> Program:
    if TOOLSETS[toolset].plain:
        steps = [{"tool": name, "params": {"amount": amount}} for name, amount in value.items()]
        value = {"toolset": _named(toolset), "steps": steps}
    program = Program.parse(value)
    if program.toolset != toolset:
        raise InvalidError(f"The program is for {program.toolset} and not for {toolset}.")
    if needy := [step.tool for step in program.steps if _needs_file(step.declared)]:
        raise InvalidError(f"{needy[0]} needs a file, which no model has.")
    return program


def _needs_file(tool: Tool) -> bool:
    return any(param.describe().get("kind") == "file" for param in tool.params)


def _message(role: str, pictures: int, text: str) -> Message:
    parts: list[dict[str, str]] = [{"type": "image"}] * pictures
    return {"role": role, "content": [*parts, {"type": "text", "text": text}]}


def _said(words: str) -> str:
    """Return words without the marks that models know, however one is hidden in another."""
    words = words[:MAX_WORDS]
    while (cleaned := _SPECIAL.sub("", words)) != words:
        words = cleaned
    return words.strip()


def _json(program: Program, toolset: str) -> str:
    """Return a program as models write it: without ids and what stays at its default."""
    if program.steps and program.toolset != toolset:
        raise InvalidError(f"The program is for {program.toolset} and not for {toolset}.")
    if TOOLSETS[toolset].plain:
        return json.dumps(_rounded({step.tool: step.amount for step in program.steps}))
    steps = [_short(step) for step in program.steps]
    return json.dumps({"toolset": _named(toolset), "steps": steps}, ensure_ascii=False)


def _short(step: Step) -> dict[str, Any]:
    whole, defaults = step.decisive(), step.declared.defaults()
    changed = {n: v for n, v in whole["params"].items() if step.params[n] != defaults[n]}
    short: dict[str, Any] = {"tool": step.tool, "params": _rounded(changed)}
    return short if step.mask is None else {**short, "mask": _short_mask(step.mask)}


def _short_mask(mask: Mask) -> dict[str, Any]:
    short: dict[str, Any] = {"parts": []}
    for part in mask.parts:
        usual = {each.name: each.default for each in (*fields(part), *fields(part.shape))}
        whole = part.to_json()
        changed = {name: value for name, value in whole.items() if value != usual.get(name)}
        short["parts"].append(_rounded(changed))
    return {**short, "invert": True} if mask.invert else short


def _rounded(value: Any) -> Any:
    """Return a JSON value with whole numbers as such and others of three digits."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if not isinstance(value, float):
        return value
    return int(value) if value == int(value) else float(f"{value:.3g}")


def _named(toolset: str) -> dict[str, str]:
    return {"name": toolset, "version": TOOLSETS[toolset].version}


@cache
def _instructions(name: str) -> str:
    toolset = TOOLSETS[name]
    form = _NUMBERS if toolset.plain else _PROGRAM.format(toolset=json.dumps(_named(name)))
    return _EDIT.format(form=form, tools=_listed(toolset))


def _listed(toolset: Toolset) -> str:
    """Tell the tools in a line each, without those that need a file."""
    if toolset.plain:
        return f"Tools: {', '.join(toolset.tools)}."
    usable = (tool for tool in toolset.tools.values() if not _needs_file(tool))
    return "Tools:\n" + "\n".join(map(_line, usable))


def _line(tool: Tool) -> str:
    ranges = [
        f"{param.name} {param.min:g}..{param.max:g} {param.unit}".rstrip()
        if isinstance(param, Param)
        else f"{param.name}: {param.about()}"
        for param in tool.params
    ]
    return f"{tool.name}: {', '.join(ranges)}"
