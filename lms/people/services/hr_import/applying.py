"""Writing a plan of changes: one transaction, everything in bulk, every row logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit.models import AuditEvent
from lms.audit.services import Entry, record_many
from lms.lib.csvfile import RowError
from lms.people.models import Employment, ImportChange, ImportRun, Leave, Person, Unit, User
from lms.people.services.hr_import.planning import Change, ImportPlan, plan_import
from lms.people.services.hr_import.reading import Organisation
from lms.people.services.tree import rebuild_tree
from lms.people.signals import organisation_imported

MODEL_OF: dict[str, type[models.Model]] = {
    "unit": Unit,
    "person": Person,
    "account": User,
    "employment": Employment,
    "leave": Leave,
}
_PAST = {
    "create": "created",
    "update": "changed",
    "end": "ended",
    "withdraw": "withdrawn",
    "restore": "restored",
}
# Any constant: two imports never write at the same time.
_LOCK = 7_203_401


class ImportRefusedError(Exception):
    """The import may not be applied. `errors` holds the faults of the files, if any."""

    def __init__(self, message: str, errors: Iterable[RowError] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


@dataclass(frozen=True)
class Written:
    """One change as it was written: the row's key and the person it concerns."""

    change: Change
    pk: int
    person_key: int | None


def lock_imports() -> None:
    """Wait for any other import to finish. SQLite's transaction already holds the only lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


@transaction.atomic
def apply_import(
    organisation: Organisation,
    *,
    as_of: date,
    by: User | None,
    force: bool = False,
    fingerprint: str | None = None,
) -> tuple[ImportRun | None, ImportPlan]:
    """Plan and write. `fingerprint` is the plan that was shown: a database that has changed
    since then refuses. Returns the run (None where nothing changed) and the plan."""
    lock_imports()
    plan = plan_import(organisation, as_of=as_of)
    if plan.errors:
        raise ImportRefusedError(_("The files have errors. Nothing was written."), plan.errors)
    if fingerprint is not None and plan.fingerprint != fingerprint:
        raise ImportRefusedError(
            _("The organisation has changed since the plan was shown. Look at the new plan.")
        )
    if plan.needs_force and not force:
        raise ImportRefusedError(
            _(
                "The import would end %(ended)d of %(active)d active employments, more than "
                "10 %%. Check the files, or confirm that this is right."
            )
            % {"ended": plan.ended_by_import, "active": plan.active_before}
        )
    if not plan.changes:
        return None, plan
    run = ImportRun.objects.create(
        as_of=as_of,
        by=by,
        file_names=list(organisation.file_names),
        summary=summary_of(plan),
    )
    written = _Writer(plan, timezone.now()).write()
    ImportChange.objects.bulk_create(
        (
            ImportChange(
                run=run,
                action=w.change.action,
                object_type=w.change.object_type,
                object_id=w.pk,
                before=dict(w.change.before),
                after=dict(w.change.after),
            )
            for w in written
        ),
        batch_size=2000,
    )
    record_many(
        (
            Entry(
                action=f"{w.change.object_type}_{_PAST[w.change.action]}",
                object_type=MODEL_OF[w.change.object_type]._meta.label_lower,
                object_id=str(w.pk),
                person_key=w.person_key,
                before=w.change.before,
                after=w.change.after,
                reason=f"HR import {run.pk}",
            )
            for w in written
        ),
        by=by,
    )
    AuditEvent.objects.create(
        by=by,
        action="organisation_imported",
        object_type=ImportRun._meta.label_lower,
        object_id=str(run.pk),
        after=run.summary,
    )
    transaction.on_commit(partial(organisation_imported.send, sender=ImportRun, run=run))
    return run, plan


def summary_of(plan: ImportPlan) -> dict[str, Any]:
    """The plan in figures, as JSON."""
    return {
        "as_of": plan.as_of.isoformat(),
        "changes": len(plan.changes),
        "counts": plan.counts,
        "active_before": plan.active_before,
        "ended_by_import": plan.ended_by_import,
        "warnings": len(plan.warnings),
    }


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


class _Writer:
    """Writes the changes of one plan in the order in which they depend on each other."""

    def __init__(self, plan: ImportPlan, at: datetime) -> None:
        self.plan = plan
        self.at = at
        self.written: list[Written] = []

    def write(self) -> list[Written]:
        self._units()
        self._people()
        self._accounts()
        self._periods("employment", Employment)
        self._periods("leave", Leave)
        return self.written

    def _created(
        self, changes: list[Change], rows: Iterable[models.Model], person: bool = False
    ) -> None:
        for change, row in zip(changes, rows, strict=True):
            key = row.pk if person else getattr(row, "person_id", None)
            self.written.append(Written(change, row.pk, key))

    def _units(self) -> None:
        new = self.plan.of("unit", "create")
        changed = self.plan.of("unit", "update")
        rows = Unit.objects.bulk_create(
            [Unit(code=c.after["code"], name=c.after["name"], kind=c.after["kind"]) for c in new],
            batch_size=1000,
        )
        self._created(new, rows)
        self.unit_pks = dict(Unit.objects.order_by().values_list("code", "pk"))
        stored = Unit.objects.in_bulk([c.pk for c in changed])
        by_code = {row.code: row for row in rows}
        moved: list[Unit] = []
        for change in [*new, *changed]:
            unit = by_code[change.after["code"]] if change.pk is None else stored[change.pk]
            set_unit(unit, change.after, self.unit_pks)
            moved.append(unit)
            if change.pk is not None:
                self.written.append(Written(change, change.pk, None))
        Unit.objects.bulk_update(moved, ["name", "kind", "parent"], batch_size=200)
        if moved:
            rebuild_tree()

    def _people(self) -> None:
        new = self.plan.of("person", "create")
        rows = Person.objects.bulk_create((Person(**c.after) for c in new), batch_size=2000)
        self._created(new, rows, person=True)
        changed = self.plan.of("person", "update")
        update_rows(Person, ((c.pk, c.after) for c in changed))
        self.written.extend(Written(c, c.pk, c.pk) for c in changed if c.pk is not None)
        self.person_pks = dict(Person.objects.order_by().values_list("person_id", "pk"))

    def _accounts(self) -> None:
        changed = self.plan.of("account")
        people = dict(
            User.objects.filter(pk__in=[c.pk for c in changed]).values_list("pk", "person_id")
        )
        set_account_addresses((c.pk, c.before["email"], c.after["email"]) for c in changed)
        self.written.extend(Written(c, c.pk, people[c.pk]) for c in changed if c.pk is not None)

    def _periods(self, object_type: str, model: type[Employment] | type[Leave]) -> None:
        """Employments and leaves: new rows, ended and withdrawn ones, and other changes."""
        new = self.plan.of(object_type, "create")
        rows = model._default_manager.bulk_create(
            [self._new_period(model, c.after) for c in new],  # type: ignore[misc]
            batch_size=2000,
        )
        self._created(new, rows)
        changed = [c for c in self.plan.of(object_type) if c.pk is not None]
        update_rows(model, ((c.pk, self._columns(c.after)) for c in changed))
        keys = dict(
            model._default_manager.filter(pk__in=[c.pk for c in changed])
            .order_by()
            .values_list("pk", "person_id")
        )
        self.written.extend(Written(c, c.pk, keys[c.pk]) for c in changed if c.pk is not None)

    def _new_period(
        self, model: type[Employment] | type[Leave], after: Mapping[str, Any]
    ) -> Employment | Leave:
        values = dict(after)
        values["person_id"] = self.person_pks[values.pop("person")]
        if "unit" in values:
            values["unit_id"] = self.unit_pks[values.pop("unit")]
        values["starts_on"] = _day(values["starts_on"])
        values["ends_on"] = _day(values["ends_on"])
        return model(**values)

    def _columns(self, after: Mapping[str, Any]) -> dict[str, Any]:
        return period_columns(after, self.at)


def period_columns(after: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
    """The JSON values of a change as column values. `at` is the moment of a withdrawal."""
    columns = dict(after)
    if "ends_on" in columns:
        columns["ends_on"] = _day(columns["ends_on"])
    if "withdrawn" in columns:
        columns["withdrawn_at"] = at if columns.pop("withdrawn") else None
    return columns


def set_unit(unit: Unit, values: Mapping[str, Any], pk_of: Mapping[str, int]) -> None:
    for name in ("name", "kind"):
        if name in values:
            setattr(unit, name, values[name])
    if "parent" in values:
        unit.parent_id = pk_of[values["parent"]] if values["parent"] else None


def update_rows(
    model: type[models.Model], changes: Iterable[tuple[int | None, Mapping[str, Any]]]
) -> None:
    """Set columns on many rows: one statement for each set of equal values where many rows share
    it (ended on the same day), otherwise batches."""
    shared: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for pk, values in changes:
        if pk is not None:
            shared.setdefault(tuple(sorted(values.items())), []).append(pk)
    single: dict[int, Mapping[str, Any]] = {}
    manager = model._default_manager
    for pairs, pks in shared.items():
        if len(pks) < 20:
            single.update((pk, dict(pairs)) for pk in pks)
            continue
        for start in range(0, len(pks), 900):
            manager.filter(pk__in=pks[start : start + 900]).update(**dict(pairs))
    by_columns: dict[tuple[str, ...], list[int]] = {}
    for pk, columns in single.items():
        by_columns.setdefault(tuple(sorted(columns)), []).append(pk)
    for names, pks in by_columns.items():
        rows = manager.in_bulk(pks)
        for pk, row in rows.items():
            for name in names:
                setattr(row, name, single[pk][name])
        manager.bulk_update(rows.values(), list(names), batch_size=200)


def set_account_addresses(changes: Iterable[tuple[int | None, str, str]]) -> None:
    """Give accounts new sign-in addresses, and allauth's record of them the same."""
    for pk, before, after in changes:
        if pk is None:
            continue
        User.objects.filter(pk=pk).update(email=after)
        EmailAddress.objects.filter(user_id=pk, email__iexact=before).update(email=after)
