"""Compiled functions that start without their compiler.

Importing Numba takes a quarter of a second and 70 MB, and what it has cached loads slowly. So the
machine code that it makes of a function is kept in a file of its own; a later process has LLVM link
that and calls it by its address. Numba is imported only where there is no such file, or one made of
other code, by another Numba or for another processor.
"""

from ._function import Array, Compiled, Helper, call, compiled, helper, inline

__all__ = ["Array", "Compiled", "Helper", "call", "compiled", "helper", "inline"]
