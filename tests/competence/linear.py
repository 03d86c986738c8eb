"""The least and the greatest a variable can be under linear equations, exactly: the simplex method
on fractions with Bland's rule."""

from __future__ import annotations

from fractions import Fraction
from math import inf


def bounds(
    equations: list[tuple[dict[str, int], int]], variable: str
) -> tuple[Fraction | float, Fraction | float]:
    """Every variable is at least 0; each equation is {variable: factor} = constant."""
    low = _least(equations, {variable: 1})
    high = _least(equations, {variable: -1})
    return low, -high


def _least(equations: list[tuple[dict[str, int], int]], cost: dict[str, int]) -> Fraction | float:
    names = sorted({name for factors, _ in equations for name in factors} | set(cost))
    width = len(names)
    rows = []
    for index, (factors, constant) in enumerate(equations):
        sign = -1 if constant < 0 else 1
        row = [Fraction(sign * factors.get(name, 0)) for name in names]
        row += [Fraction(int(index == other)) for other in range(len(equations))]
        rows.append([*row, Fraction(sign * constant)])
    basis = [width + index for index in range(len(rows))]
    artificial = [Fraction(0)] * width + [Fraction(1)] * len(rows)
    assert _solve(rows, basis, artificial) == 0, "the equations contradict each other"
    for index in range(len(rows)):
        if basis[index] >= width:
            column = next((c for c in range(width) if rows[index][c] != 0), None)
            if column is not None:
                _pivot(rows, basis, index, column)
    kept = [index for index in range(len(rows)) if basis[index] < width]
    rows = [rows[index][:width] + rows[index][-1:] for index in kept]
    basis = [basis[index] for index in kept]
    return _solve(rows, basis, [Fraction(cost.get(name, 0)) for name in names])


def _solve(rows: list[list[Fraction]], basis: list[int], cost: list[Fraction]) -> Fraction | float:
    while True:
        entering = None
        for column in range(len(cost)):
            reduced = cost[column] - sum(
                cost[basis[index]] * rows[index][column] for index in range(len(rows))
            )
            if reduced < 0:
                entering = column
                break
        if entering is None:
            return sum(
                (cost[basis[index]] * rows[index][-1] for index in range(len(rows))), Fraction(0)
            )
        ratios = [
            (rows[index][-1] / rows[index][entering], basis[index], index)
            for index in range(len(rows))
            if rows[index][entering] > 0
        ]
        if not ratios:
            return -inf
        _pivot(rows, basis, min(ratios)[2], entering)


def _pivot(rows: list[list[Fraction]], basis: list[int], row: int, column: int) -> None:
    factor = rows[row][column]
    rows[row] = [value / factor for value in rows[row]]
    for index in range(len(rows)):
        if index != row and rows[index][column] != 0:
            scale = rows[index][column]
            rows[index] = [
                value - scale * pivot for value, pivot in zip(rows[index], rows[row], strict=True)
            ]
    basis[row] = column
