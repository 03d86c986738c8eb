"""The nested-set index of the unit tree, rebuilt from the parents."""

from lms.people.models import Unit


class UnitCycleError(ValueError):
    """The parents form a circle; the message names the codes in it."""


def rebuild_tree() -> None:
    """Recompute `tree_left`, `tree_right` and `depth` of every unit. Two queries and one batched
    update of the rows that changed. Raises UnitCycleError."""
    units = list(Unit.objects.order_by("code"))
    children: dict[int | None, list[Unit]] = {}
    for unit in units:
        children.setdefault(unit.parent_id, []).append(unit)
    counter = 0
    changed: list[Unit] = []
    seen = 0
    stack: list[tuple[Unit, int, bool]] = [(u, 0, False) for u in reversed(children.get(None, []))]
    left: dict[int, int] = {}
    while stack:
        unit, depth, closing = stack.pop()
        counter += 1
        if closing:
            new = (left[unit.pk], counter, depth)
            if new != (unit.tree_left, unit.tree_right, unit.depth):
                unit.tree_left, unit.tree_right, unit.depth = new
                changed.append(unit)
            continue
        seen += 1
        left[unit.pk] = counter
        stack.append((unit, depth, True))
        stack.extend((child, depth + 1, False) for child in reversed(children.get(unit.pk, [])))
    if seen != len(units):
        circular = sorted(u.code for u in units if u.pk not in left)
        raise UnitCycleError(", ".join(circular))
    Unit.objects.bulk_update(changed, ["tree_left", "tree_right", "depth"], batch_size=500)
