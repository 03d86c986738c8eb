"""One sum of a table, a figure and its parts, as it is shown: so that no count of a few can be
worked out, neither by a reader who is shown figures only nor by one who besides knows one unit
person by person, as its manager."""

from __future__ import annotations

from collections.abc import Mapping

from competence.figures.shown import PROTECTED
from competence.suppression import Figure, shown_figures

Node = int | None


def one_sum(
    values: Mapping[Node, int],
    largest: Mapping[Node, int],
    threshold: int,
    node: Node,
    parts: list[int],
) -> dict[Node, Figure]:
    """A figure and its parts, protected as if they were all there is; `largest` is that of
    `largest_within`."""
    star: dict[Node, int] = {None: values[node]}
    star.update((part, values[part]) for part in parts)
    shown = shown_figures(star, dict.fromkeys(parts), threshold)
    shown[node] = shown.pop(None)
    for each in (node, *parts):
        if not shown[each].hidden and is_nearly_one_unit(each, values, largest, threshold):
            shown[each] = PROTECTED
    while not shown[node].hidden and _tells_who_knows_one(
        values, largest, threshold, node, [part for part in parts if shown[part].hidden], parts
    ):
        more = [part for part in parts if not shown[part].hidden and values[part]]
        shown[min(more, key=lambda part: values[part]) if more else node] = PROTECTED
    return shown


def largest_within(parts: Mapping[Node, list[int]], values: Mapping[Node, int]) -> dict[Node, int]:
    """Of each node with parts: the most that a unit below it has, of those that do not have all."""
    found: dict[Node, int] = {}
    waiting: list[Node] = [None]
    for node in waiting:
        waiting.extend(parts.get(node, ()))
    for node in reversed(waiting):
        below = parts.get(node)
        if below:
            found[node] = max(
                values[part] if values[part] < values[node] else found.get(part, 0)
                for part in below
            )
    return found


def is_nearly_one_unit(
    node: Node, values: Mapping[Node, int], largest: Mapping[Node, int], threshold: int
) -> bool:
    """Whether one unit has all of it but for a few: its manager would know of the others."""
    return node in largest and 0 < values[node] - largest[node] < threshold


def _tells_who_knows_one(
    values: Mapping[Node, int],
    largest: Mapping[Node, int],
    threshold: int,
    node: Node,
    hidden: list[int],
    parts: list[int],
) -> bool:
    """Whether what is shown of the sum leaves too little room for a count of a few, when one hidden
    part is known, or the largest unit within one."""
    outside = max(0, values[node] - sum(values[part] for part in parts))
    together = outside + sum(values[part] for part in hidden)
    few = [part for part in hidden if 0 < values[part] < threshold]
    for part in hidden:
        if values[part] == values[node]:
            # Everyone is theirs, those who work in other parts too.
            continue
        others = 0 < outside < threshold or any(other != part for other in few)
        if others and together - values[part] < threshold:
            return True
        if (
            is_nearly_one_unit(part, values, largest, threshold)
            and together - largest[part] < threshold
        ):
            return True
    return False
