"""Compiles all that is compiled, so that no user waits for it: `python -m iea.warm`, at set-up."""

import iea.measure
import iea.render  # noqa: F401 - imported to be compiled
from iea.masks import warm
from iea.tools import Kernel


def main() -> None:
    """Compile what is not in the cache on disk yet."""
    for kernel in Kernel.every:
        kernel.__wrapper_address__()
    warm()


if __name__ == "__main__":
    main()
