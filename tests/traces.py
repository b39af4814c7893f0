"""Short ways to write traces in tests."""

from typing import Any

DIGEST = "ab" * 32


def header(session: str = "session-1") -> dict[str, Any]:
    """Make the header of a session."""
    return {
        "iea": "trace/1",
        "session": session,
        "photo": {"sha256": DIGEST, "width": 640, "height": 427, "format": "jpeg"},
        "planner": {"backend": "embedded", "model": "m", "version": "1"},
        "toolset": {"name": "iea", "version": "1"},
        "renderer": {"version": "1"},
        "seed": 0,
    }


def turn(number: int, **other: Any) -> dict[str, Any]:
    """Make the turn of a number, on top of the one before; `other` replaces keys."""
    step = {
        "id": "s1",
        "tool": "exposure",
        "params": {"ev": number / 10},
        "mask": None,
        "reason": "it was asked for",
        "effect": {"L": {"before": 31.25, "after": 44.0}},
        "effect_text": "Exposure: the lightness rose from 31 to 44.",
    }
    return {
        "id": f"t{number}",
        "parent": f"t{number - 1}" if number > 1 else None,
        "words": "a bit brighter, bitte – 更亮",
        "reply": {"kind": "edited", "text": "Done."},
        "patch": [{"op": "add", "step": {"id": "s1", "tool": "exposure", "params": {"ev": 0.5}}}],
        "program": {"toolset": {"name": "iea", "version": "1"}, "steps": [step]},
        "program_sha256": DIGEST,
        "render": {"sha256": DIGEST, "width": 640, "height": 427},
        "effect": {"L": {"before": 31.25, "after": 44.0}},
        "timings_ms": {"plan": 1.5, "render": 2, "measure": 3.25},
        "head": f"t{number}",
        **other,
    }
