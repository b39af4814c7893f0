"""The one thing that Numba must be taught: to call a compiled function by its address."""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def call(_typing: Any, address: Any, a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
    """Call the function at an address, which takes these arrays; pass its fault on."""
    arrays = (a, b, c, d, e)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        convention = context.call_conv
        kind = convention.get_function_type(types.none, arrays)
        function = builder.inttoptr(arguments[0], ir.PointerType(kind))
        status, _ = convention.call_function(builder, function, types.none, arrays, arguments[1:])
        with cgutils.if_unlikely(builder, status.is_error):  # type: ignore[no-untyped-call]
            convention.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.void(address, *arrays), generate
