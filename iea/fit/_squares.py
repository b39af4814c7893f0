"""Weighted least squares on columns, of which any choice can be solved for."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


RIDGE = 1e-3
"""What is added to the squares of every column, as a share: columns may be alike."""


class System:
    """The columns, a residue, and how much every part of it counts."""

    def __init__(
        self, columns: Sequence[Floats], residue: Floats, weights: Floats, ridge: float = RIDGE
    ) -> None:
        roots = np.sqrt(weights)
        table = np.stack([(column * roots).ravel() for column in columns])
        aim = (residue * roots).ravel()
        self._normal = (table @ table.T).astype(np.float64)
        self._right = (table @ aim).astype(np.float64)
        self._total = float(aim @ aim)
        self._ridge = ridge

    def solve(self, chosen: Sequence[int]) -> tuple[npt.NDArray[np.float64], float]:
        """Return the moves of chosen columns, and by how much the squared residue falls."""
        rows = np.asarray(chosen, np.int64)
        return self._solved(rows, self._right[rows])

    def _solved(
        self, chosen: npt.NDArray[np.int64], right: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], float]:
        normal = self._normal[np.ix_(chosen, chosen)]
        ridge = np.diag(self._ridge * np.diag(normal) + 1e-9)
        moves = np.asarray(np.linalg.solve(normal + ridge, right), np.float64)
        return moves, float(right @ moves)

    def without(self, i: int, amount: float) -> tuple[npt.NDArray[np.float64], float]:
        """Return the moves of all others after so much of one column is taken out again.

        And the squared residue that is left then, as a multiple of the present one.
        """
        rest = np.delete(np.arange(self._right.size), i)
        total = self._total + amount * (2 * self._right[i] + amount * self._normal[i, i])
        if not rest.size:
            return np.zeros(0), total / (self._total + 1e-9)
        moves, gain = self._solved(rest, self._right[rest] + amount * self._normal[rest, i])
        return moves, max(total - gain, 0.0) / (self._total + 1e-9)
