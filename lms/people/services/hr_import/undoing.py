"""Taking the last import back: exactly the rows it wrote, and only while nobody built on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit.services import Entry, record_many
from lms.people.models import (
    Employment,
    ImportChange,
    ImportRun,
    ImportUpload,
    Leave,
    Person,
    Unit,
    User,
)
from lms.people.services.hr_import.applying import (
    MODEL_OF,
    lock_imports,
    period_columns,
    set_account_addresses,
    set_unit,
    update_rows,
)
from lms.people.services.tree import rebuild_tree
from lms.people.signals import import_undone

_MOST_REASONS = 200


class UndoRefusedError(Exception):
    """The import cannot be taken back. `reasons` says why, one line for each row in the way."""

    def __init__(self, message: str, reasons: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)


def last_import() -> ImportRun | None:
    """The latest import that has not been taken back: the only one that can be."""
    return ImportRun.objects.filter(undone_at__isnull=True).first()


@transaction.atomic
def undo_import(*, run: ImportRun, by: User | None) -> ImportRun:
    """Restore every row to what it was before `run`; rows that the import made are removed.
    UndoRefusedError where a later import exists, a row has changed since, or something else
    refers to a row that would go."""
    lock_imports()
    last = last_import()
    if last is None or last.pk != run.pk:
        raise UndoRefusedError(_("Only the last import can be taken back."))
    changes = list(run.changes.order_by("pk"))
    reasons = [*_changed_since(changes), *_built_upon(run)]
    if reasons:
        shown = reasons[:_MOST_REASONS]
        raise UndoRefusedError(
            _("The import cannot be taken back: %(count)d rows have been used or changed since.")
            % {"count": len(reasons)},
            shown,
        )
    people = _people_of(changes)
    _restore(changes)
    _remove(run)
    run.undone_at = timezone.now()
    run.undone_by = by
    run.save(update_fields=["undone_at", "undone_by"])
    record_many(
        [
            Entry(
                action="import_undone",
                object_type=ImportRun._meta.label_lower,
                object_id=str(run.pk),
                before=run.summary,
            ),
            *(
                Entry(
                    action=f"{c.object_type}_import_undone",
                    object_type=MODEL_OF[c.object_type]._meta.label_lower,
                    object_id=str(c.object_id),
                    person_key=people.get((c.object_type, c.object_id)),
                    before=c.after,
                    after=c.before,
                    reason=f"HR import {run.pk}",
                )
                for c in changes
            ),
        ],
        by=by,
    )
    transaction.on_commit(partial(import_undone.send, sender=ImportRun, run=run))
    return run


def _people_of(changes: list[ImportChange]) -> dict[tuple[str, int], int]:
    """Whom the rows concern, by kind and key: asked before the rows that were made are removed."""
    found = {("person", c.object_id): c.object_id for c in _of(changes, "person")}
    for object_type in ("account", "employment", "leave"):
        pks = [c.object_id for c in _of(changes, object_type)]
        rows = _rows(MODEL_OF[object_type], pks, [])
        found |= {
            (object_type, pk): row.person_id  # type: ignore[attr-defined]
            for pk, row in rows.items()
        }
    return found


def _of(changes: Iterable[ImportChange], object_type: str) -> list[ImportChange]:
    return [c for c in changes if c.object_type == object_type]


def _state_of(row: models.Model) -> dict[str, Any]:
    """The row in the words of a change."""
    match row:
        case Unit():
            parent = row.parent.code if row.parent else ""
            return {"code": row.code, "name": row.name, "kind": row.kind, "parent": parent}
        case Person():
            return {
                "person_id": row.person_id,
                "given_name": row.given_name,
                "family_name": row.family_name,
                "email": row.email,
                "merged_into": row.merged_into_id,
            }
        case User():
            return {"email": row.email}
        case Employment():
            return {
                "person": row.person.person_id,
                "unit": row.unit.code,
                "job_code": row.job_code,
                "job_title": row.job_title,
                "is_manager": row.is_manager,
                "form": row.form,
                "starts_on": row.starts_on.isoformat(),
                "ends_on": _iso(row.ends_on),
                "withdrawn": row.withdrawn_at is not None,
            }
        case Leave():
            return {
                "person": row.person.person_id,
                "starts_on": row.starts_on.isoformat(),
                "ends_on": _iso(row.ends_on),
                "withdrawn": row.withdrawn_at is not None,
            }
    raise TypeError(row)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


_RELATED = {
    "unit": ["parent"],
    "person": [],
    "account": [],
    "employment": ["person", "unit"],
    "leave": ["person"],
}


def _changed_since(changes: list[ImportChange]) -> Iterator[str]:
    """Rows that no longer are what the import made them."""
    for object_type, model in MODEL_OF.items():
        of_type = _of(changes, object_type)
        rows = _rows(model, [c.object_id for c in of_type], _RELATED[object_type])
        for change in of_type:
            row = rows.get(change.object_id)
            if row is None:
                yield _("A row that the import wrote is gone (%(type)s %(pk)d).") % {
                    "type": model._meta.verbose_name,
                    "pk": change.object_id,
                }
                continue
            state = _state_of(row)
            expected: Mapping[str, Any] = change.after
            if change.action == "create":
                expected = {**dict.fromkeys(("withdrawn",), False), "merged_into": None} | dict(
                    expected
                )
            differs = sorted(n for n, v in expected.items() if n in state and state[n] != v)
            if differs:
                yield _("%(row)s has changed since (%(fields)s).") % {
                    "row": row,
                    "fields": ", ".join(differs),
                }


def _rows(model: type[models.Model], pks: list[int], related: list[str]) -> dict[int, models.Model]:
    found: dict[int, models.Model] = {}
    for start in range(0, len(pks), 900):
        rows = model._default_manager.filter(pk__in=pks[start : start + 900])
        found.update((row.pk, row) for row in rows.select_related(*related))
    return found


def _built_upon(run: ImportRun) -> Iterator[str]:
    """Rows of other facts that refer to something the import made and that would be removed."""

    def made(object_type: str) -> models.QuerySet[ImportChange, int]:
        return run.changes.filter(object_type=object_type, action="create").values_list(
            "object_id", flat=True
        )

    for object_type in ("unit", "person", "employment", "leave"):
        for relation in MODEL_OF[object_type]._meta.related_objects:
            model = relation.related_model
            if model in (ImportRun, ImportChange, ImportUpload) or isinstance(model, str):
                continue
            if relation.many_to_many:
                through = relation.through  # type: ignore[attr-defined]
                name = relation.field.m2m_reverse_field_name()  # type: ignore[attr-defined]
                users = through._default_manager.filter(**{f"{name}__in": made(object_type)})
            else:
                users = model._base_manager.filter(
                    **{f"{relation.field.name}__in": made(object_type)}
                )
            for own in ("unit", "person", "employment", "leave"):
                if model is MODEL_OF[own]:
                    users = users.exclude(pk__in=made(own))
            for row in users[:_MOST_REASONS]:
                yield _("%(kind)s “%(row)s” refers to a row that would be removed.") % {
                    "kind": str(row._meta.verbose_name).capitalize(),
                    "row": row,
                }


def _restore(changes: list[ImportChange]) -> None:
    """Give changed rows their old values."""
    changed = [c for c in changes if c.action != "create"]
    pk_of = dict(Unit.objects.order_by().values_list("code", "pk"))
    units = Unit.objects.in_bulk([c.object_id for c in _of(changed, "unit")])
    for change in _of(changed, "unit"):
        set_unit(units[change.object_id], change.before, pk_of)
    Unit.objects.bulk_update(units.values(), ["name", "kind", "parent"], batch_size=200)
    update_rows(Person, ((c.object_id, c.before) for c in _of(changed, "person")))
    set_account_addresses(
        (c.object_id, c.after["email"], c.before["email"]) for c in _of(changed, "account")
    )
    for object_type, model in (("employment", Employment), ("leave", Leave)):
        # A withdrawal that is restored gets the moment of this undo's run: that it was
        # withdrawn is the fact, and it counts on no day either way.
        update_rows(
            model,
            (
                (c.object_id, period_columns(c.before, c.run.created_at))
                for c in _of(changed, object_type)
            ),
        )


def _remove(run: ImportRun) -> None:
    """Remove what the import made, in the order in which rows refer to each other. These rows
    were never built upon; the ledger keeps what they said."""
    for object_type in ("leave", "employment", "person", "unit"):
        model = MODEL_OF[object_type]
        pks = run.changes.filter(object_type=object_type, action="create").values_list(
            "object_id", flat=True
        )
        rows = model._default_manager.filter(pk__in=pks)
        if object_type == "unit":
            rows.update(parent=None)
        # Checked above: nothing refers to them, so there is nothing to collect.
        rows._raw_delete(rows.db)  # type: ignore[attr-defined]
    if run.changes.filter(object_type="unit").exists():
        rebuild_tree()
