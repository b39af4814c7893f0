"""The toolset: every file here that does not start with an underscore declares one tool."""

import importlib
import pkgutil
from types import MappingProxyType
from typing import Any

from iea.tools._declare import STAGES, Kernel, Param, Pixels, Stage, Target, Tool, Words

__all__ = [
    "NAME",
    "STAGES",
    "TOOLS",
    "VERSION",
    "Kernel",
    "Param",
    "Pixels",
    "Stage",
    "Target",
    "Tool",
    "Words",
    "describe",
]

NAME = "iea"
VERSION = "1"
"""A change of any tool's pixels needs a new version: old programs must render as they did."""


def _load() -> dict[str, Tool]:
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    tools = [importlib.import_module(f"{__name__}.{name}").TOOL for name in names]
    tools.sort(key=lambda tool: (STAGES.index(tool.stage), tool.order))
    return {tool.name: tool for tool in tools}


TOOLS = MappingProxyType(_load())
"""Every tool by name, in pipeline order."""


def describe(tool: Tool) -> dict[str, Any]:
    """Describe a tool as `iea tools --json` and RendererService.ListTools print it."""
    return {
        "name": tool.name,
        "stage": tool.stage,
        "purpose": tool.purpose,
        "masks": tool.masks,
        "params": [
            {
                "name": p.name,
                "unit": p.unit,
                "min": p.min,
                "max": p.max,
                "default": p.default,
                "minus": p.minus,
                "plus": p.plus,
            }
            for p in tool.params
        ],
    }
