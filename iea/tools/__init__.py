"""The toolset: every file here that does not start with an underscore declares one tool."""

import importlib
import pkgutil
from types import MappingProxyType
from typing import Any

from iea.tools import iea16
from iea.tools._declare import (
    STAGES,
    Kernel,
    Param,
    Pixels,
    Stage,
    Target,
    Tool,
    Toolset,
    Value,
    Words,
)

__all__ = [
    "NAME",
    "STAGES",
    "TOOLS",
    "TOOLSETS",
    "VERSION",
    "Kernel",
    "Param",
    "Pixels",
    "Stage",
    "Target",
    "Tool",
    "Toolset",
    "Value",
    "Words",
    "describe",
]

NAME = "iea"
VERSION = "1"
"""A change of any tool's pixels needs a new version: old programs must render as they did."""


def _load() -> dict[str, Tool]:
    names = [
        module.name
        for module in pkgutil.iter_modules(__path__)
        if not module.name.startswith("_") and not module.ispkg
    ]
    tools = [importlib.import_module(f"{__name__}.{name}").TOOL for name in sorted(names)]
    tools.sort(key=lambda tool: (STAGES.index(tool.stage), tool.order))
    return {tool.name: tool for tool in tools}


TOOLS = MappingProxyType(_load())
"""Every tool of the default toolset by name, in pipeline order."""

TOOLSETS = MappingProxyType(
    {
        NAME: Toolset(NAME, VERSION, TOOLS),
        iea16.NAME: Toolset(iea16.NAME, iea16.VERSION, iea16.TOOLS, iea16.ALIASES, plain=True),
    }
)
"""Every toolset that programs can be written for."""


def describe(tool: Tool) -> dict[str, Any]:
    """Describe a tool as `iea tools --json` and RendererService.ListTools print it."""
    return {
        "name": tool.name,
        "stage": tool.stage,
        "purpose": tool.purpose,
        "masks": tool.masks,
        "params": [param.describe() for param in tool.params],
    }
