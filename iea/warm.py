"""Compiles all that is compiled, so that no user waits for it: `python -m iea.warm`, at set-up."""

import iea.masks
import iea.measure
import iea.render
from iea.native import Compiled
from iea.tools import TOOLSETS


def main() -> None:
    """Compile what is not in the cache on disk yet."""
    for toolset in TOOLSETS.values():
        list(toolset.tools.values())
    for function in Compiled.every:
        function.prepare()
    iea.masks.warm()


if __name__ == "__main__":
    main()
