"""The toolset: every file here that does not start with an underscore declares one tool."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
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
    "describe",
]

NAME = "iea"
VERSION = "1"
"""A change of any tool's pixels needs a new version: old programs must render as they did."""


class _Tools(Mapping[str, Tool]):
    """The tools in the files here; a file is loaded when its tool is asked for."""

    @cached_property
    def _names(self) -> frozenset[str]:
        files = Path(__file__).parent.glob("[!_]*.py")
        return frozenset(file.stem for file in files)

    @cached_property
    def _ordered(self) -> tuple[str, ...]:
        return tuple(sorted(self._names, key=lambda name: TOOLSETS[NAME].place(self[name])))

    def __getitem__(self, name: str) -> Tool:
        if name not in self._names:
            raise KeyError(name)
        tool: Tool = import_module(f"{__name__}.{name}").TOOL
        return tool

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._ordered)

    def __len__(self) -> int:
        return len(self._names)


TOOLS: Mapping[str, Tool] = _Tools()
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
