"""From what the files say and what the database holds to a plan of changes. Writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from lms.lib.csvfile import RowError
from lms.lib.dates import ONE_DAY
from lms.people.models import Employment, Leave, Person, Unit, User
from lms.people.services.hr_import.reading import EmploymentRow, Organisation, find_cycles

LARGEST_SHARE_ENDED = 0.10
"""Above this share of the active employments an import asks for `force`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row to be written. `before` and `after` are JSON values and hold only what changes;
    a created row's `after` is the whole row, with people and units by their codes."""

    action: str  # create, update, end, withdraw, restore
    object_type: str  # unit, person, account, employment, leave
    label: str
    pk: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class ImportPlan:
    """What applying the files on `as_of` would do. With `errors` it can only be shown."""

    as_of: date
    changes: tuple[Change, ...]
    errors: tuple[RowError, ...]
    warnings: tuple[RowError, ...]
    active_before: int
    ended_by_import: int

    @property
    def needs_force(self) -> bool:
        return self.ended_by_import > LARGEST_SHARE_ENDED * self.active_before

    @property
    def share_ended(self) -> float:
        return self.ended_by_import / self.active_before if self.active_before else 0.0

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many changes, by kind of object and action."""
        counted: dict[str, dict[str, int]] = {}
        for (kind, action), number in sorted(
            Counter((c.object_type, c.action) for c in self.changes).items()
        ):
            counted.setdefault(kind, {})[action] = number
        return counted

    @cached_property
    def fingerprint(self) -> str:
        """Equal for equal plans: what was shown is what is applied."""
        digest = hashlib.sha256(self.as_of.isoformat().encode())
        for c in self.changes:
            digest.update(
                json.dumps(
                    [c.action, c.object_type, c.label, c.pk, c.before, c.after], sort_keys=True
                ).encode()
            )
        return digest.hexdigest()

    def of(self, object_type: str, action: str | None = None) -> list[Change]:
        return [
            c
            for c in self.changes
            if c.object_type == object_type and (action is None or c.action == action)
        ]


def plan_import(organisation: Organisation, *, as_of: date) -> ImportPlan:
    """Compare the files with the database: five queries whatever the size."""
    return _Planner(organisation, as_of).plan()


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


class _Planner:
    def __init__(self, organisation: Organisation, as_of: date) -> None:
        self.organisation = organisation
        self.as_of = as_of
        self.errors = list(organisation.errors)
        self.warnings = list(organisation.warnings)
        self.changes: list[Change] = []
        self.active_before = 0
        self.ended = 0

    def plan(self) -> ImportPlan:
        self._plan_units()
        self._plan_people()
        self._plan_employments()
        self._plan_leaves()
        return ImportPlan(
            as_of=self.as_of,
            changes=tuple(self.changes),
            errors=tuple(sorted(self.errors)),
            warnings=tuple(self.warnings),
            active_before=self.active_before,
            ended_by_import=self.ended,
        )

    def _change(
        self,
        action: str,
        object_type: str,
        label: str,
        pk: int | None,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> None:
        self.changes.append(Change(action, object_type, label, pk, before, after))

    def _update(
        self,
        action: str,
        object_type: str,
        label: str,
        pk: int,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
    ) -> bool:
        """Plan an update of what differs; False where nothing does."""
        after = {name: value for name, value in new.items() if old[name] != value}
        if not after:
            return False
        self._change(action, object_type, label, pk, {name: old[name] for name in after}, after)
        return True

    def _plan_units(self) -> None:
        file = self.organisation.units_name
        stored = {
            code: {"pk": pk, "name": name, "kind": kind, "parent": parent or ""}
            for code, pk, name, kind, parent in Unit.objects.order_by().values_list(
                "code", "pk", "name", "kind", "parent__code"
            )
        }
        rows = {row.code: row for row in self.organisation.units}
        self.unit_codes = set(stored) | set(rows)
        for row in self.organisation.units:
            if row.parent_code and row.parent_code not in self.unit_codes:
                self.errors.append(
                    RowError(
                        file,
                        row.line,
                        "parent_code",
                        _("The unit %(code)s does not exist.") % {"code": row.parent_code},
                    )
                )
        parents = {code: str(unit["parent"]) for code, unit in stored.items()}
        parents.update((code, row.parent_code) for code, row in rows.items())
        cycle = find_cycles(parents.items())
        for code in cycle:
            self.errors.append(
                RowError(
                    file,
                    rows[code].line if code in rows else 0,
                    "parent_code",
                    _("The units lie below each other in a circle: %(codes)s.")
                    % {"codes": ", ".join(cycle)},
                )
            )
        for row in self.organisation.units:
            new = {"name": row.name, "kind": row.kind, "parent": row.parent_code}
            old = stored.get(row.code)
            label = f"{row.name} ({row.code})"
            if old is None:
                self._change("create", "unit", label, None, {}, {"code": row.code, **new})
            else:
                self._update("update", "unit", label, int(str(old["pk"])), old, new)
        gone = sorted(set(stored) - set(rows)) if rows else []
        if gone:
            self.warnings.append(
                RowError(
                    file,
                    0,
                    "code",
                    _("%(count)d units are not in the file and are kept: %(codes)s")
                    % {"count": len(gone), "codes": ", ".join(gone[:20])},
                )
            )

    def _plan_people(self) -> None:
        """New people and changed names. A record that was merged away stands for the survivor."""
        stored: dict[str, tuple[int, str, str, str, str | None]] = {
            person_id: (pk, given, family, email, survivor)
            for person_id, pk, given, family, email, survivor in Person.objects.order_by()
            .values_list(
                "person_id", "pk", "given_name", "family_name", "email", "merged_into__person_id"
            )
            .iterator(chunk_size=5000)
        }
        self.survivors = {pid: row[4] for pid, row in stored.items() if row[4]}
        self.known_people = set(stored) | {p.person_id for p in self.organisation.people}
        self.names: dict[str, str] = {}
        addresses: list[tuple[int, str, str, str]] = []
        for person in self.organisation.people:
            name = f"{person.given_name} {person.family_name}".strip() or person.person_id
            self.names[person.person_id] = name
            new = {
                "given_name": person.given_name,
                "family_name": person.family_name,
                "email": person.email,
            }
            label = f"{name} ({person.person_id})"
            old = stored.get(person.person_id)
            if old is None:
                self._change(
                    "create", "person", label, None, {}, {"person_id": person.person_id, **new}
                )
            elif old[4] is None:
                was = {"given_name": old[1], "family_name": old[2], "email": old[3]}
                self._update("update", "person", label, old[0], was, new)
                if person.email and old[3] and person.email != old[3].lower():
                    addresses.append((old[0], old[3].lower(), person.email, label))
        self._plan_accounts(addresses)

    def _plan_accounts(self, addresses: list[tuple[int, str, str, str]]) -> None:
        """An account that still uses the address HR had follows HR to the new one."""
        if not addresses:
            return
        accounts = {
            person: (pk, email)
            for pk, email, person in User.objects.exclude(person=None).values_list(
                "pk", "email", "person_id"
            )
        }
        taken = {email.lower() for email in User.objects.values_list("email", flat=True)}
        for person_pk, before, after, label in addresses:
            pk, email = accounts.get(person_pk, (0, ""))
            if not pk or email.lower() != before:
                continue
            if after in taken:
                self.warnings.append(
                    RowError(
                        self.organisation.staff_name,
                        0,
                        "email",
                        _("The account of %(who)s keeps its address: another account has %(new)s.")
                        % {"who": label, "new": after},
                    )
                )
                continue
            taken.add(after)
            self._change("update", "account", label, pk, {"email": email}, {"email": after})

    def _plan_employments(self) -> None:
        file = self.organisation.staff_name
        stored: dict[tuple[str, str, str, date], tuple[Any, ...]] = {}
        for row in (
            Employment.objects.order_by()
            .values_list(
                "person__person_id",
                "unit__code",
                "job_code",
                "starts_on",
                "pk",
                "ends_on",
                "job_title",
                "is_manager",
                "form",
                "withdrawn_at",
            )
            .iterator(chunk_size=5000)
        ):
            stored[row[:4]] = row[4:]
        self.active_before = sum(
            1
            for key, row in stored.items()
            if row[5] is None and key[3] <= self.as_of and (row[1] is None or row[1] >= self.as_of)
        )
        wanted: dict[tuple[str, str, str, date], EmploymentRow] = {}
        named = [(new.line, new.unit_code) for new in self.organisation.employments]
        self.errors += [
            RowError(
                file, line, "unit_code", _("The unit %(code)s does not exist.") % {"code": code}
            )
            for line, code in (*named, *self.organisation.refused_staff)
            if code not in self.unit_codes
        ]
        for new in self.organisation.employments:
            person_id = self.survivors.get(new.person_id) or new.person_id
            key = (person_id, new.unit_code, new.job_code, new.starts_on)
            twin = wanted.setdefault(key, new)
            if twin is not new and _is_later(new.ends_on, twin.ends_on):
                wanted[key] = new
        for key, new in wanted.items():
            self._plan_employment(key, new, stored.pop(key, None))
        for key in sorted(stored):
            pk, ends_on, _title, _manager, _form, withdrawn_at = stored[key]
            if withdrawn_at is not None or (ends_on is not None and ends_on < self.as_of):
                continue
            label = self._employment_label(*key)
            if key[3] < self.as_of:
                self.ended += 1
                self._change(
                    "end",
                    "employment",
                    label,
                    pk,
                    {"ends_on": iso(ends_on)},
                    {"ends_on": iso(self.as_of - ONE_DAY)},
                )
            else:
                self.ended += key[3] == self.as_of
                self._change(
                    "withdraw", "employment", label, pk, {"withdrawn": False}, {"withdrawn": True}
                )

    def _employment_label(
        self, person_id: str, unit_code: str, job_code: str, starts_on: date
    ) -> str:
        name = self.names.get(person_id)
        who = f"{name} ({person_id})" if name else person_id
        return f"{who}, {job_code}, {unit_code}, {starts_on.isoformat()}"

    def _plan_employment(
        self, key: tuple[str, str, str, date], row: EmploymentRow, old: tuple[Any, ...] | None
    ) -> None:
        values: dict[str, Any] = {
            "ends_on": iso(row.ends_on),
            "job_title": row.job_title,
            "is_manager": row.is_manager,
        }
        if self.organisation.has_form:
            values["form"] = row.form
        label = self._employment_label(*key)
        if old is None:
            person_id, unit_code, job_code, starts_on = key
            self._change(
                "create",
                "employment",
                label,
                None,
                {},
                {
                    "person": person_id,
                    "unit": unit_code,
                    "job_code": job_code,
                    "starts_on": iso(starts_on),
                    "form": "",
                    **values,
                },
            )
            return
        pk, ends_on, job_title, is_manager, form, withdrawn_at = old
        was = {
            "ends_on": iso(ends_on),
            "job_title": job_title,
            "is_manager": is_manager,
            "form": form,
            "withdrawn": withdrawn_at is not None,
        }
        if withdrawn_at is not None:
            self._update("restore", "employment", label, pk, was, {**values, "withdrawn": False})
            return
        was_active = key[3] <= self.as_of and (ends_on is None or ends_on >= self.as_of)
        if was_active and row.ends_on is not None and row.ends_on < self.as_of:
            self.ended += 1
        if is_manager != row.is_manager:
            self.warnings.append(
                RowError(
                    self.organisation.staff_name,
                    row.line,
                    "is_manager",
                    _(
                        "%(who)s: manager is changed on an employment that already exists. It "
                        "then counts from that employment's first day."
                    )
                    % {"who": label},
                )
            )
        self._update("update", "employment", label, pk, was, values)

    def _plan_leaves(self) -> None:
        if self.organisation.leaves is None:
            return
        stored: dict[tuple[str, date], tuple[int, date | None, Any]] = {
            (person_id, starts_on): (pk, ends_on, withdrawn_at)
            for person_id, starts_on, pk, ends_on, withdrawn_at in Leave.objects.order_by()
            .values_list("person__person_id", "starts_on", "pk", "ends_on", "withdrawn_at")
            .iterator(chunk_size=5000)
        }
        wanted: dict[tuple[str, date], date | None] = {}
        named = [(row.line, row.person_id) for row in self.organisation.leaves]
        self.errors += [
            RowError(
                self.organisation.leave_name,
                line,
                "person_id",
                _("The person %(person)s does not exist.") % {"person": person_id},
            )
            for line, person_id in (*named, *self.organisation.refused_leave)
            if person_id and person_id not in self.known_people
        ]
        for row in self.organisation.leaves:
            key = (self.survivors.get(row.person_id) or row.person_id, row.starts_on)
            if key not in wanted or _is_later(row.ends_on, wanted[key]):
                wanted[key] = row.ends_on
        for key, ends_on in wanted.items():
            old = stored.pop(key, None)
            label = f"{self.names.get(key[0], key[0])} ({key[0]}), {key[1].isoformat()}"
            if old is None:
                after = {"person": key[0], "starts_on": iso(key[1]), "ends_on": iso(ends_on)}
                self._change("create", "leave", label, None, {}, after)
                continue
            was = {"ends_on": iso(old[1]), "withdrawn": old[2] is not None}
            action = "restore" if old[2] is not None else "update"
            new = {"ends_on": iso(ends_on), "withdrawn": False}
            self._update(action, "leave", label, old[0], was, new)
        for key in sorted(stored):
            pk, stored_end, withdrawn_at = stored[key]
            if withdrawn_at is not None or (stored_end is not None and stored_end < self.as_of):
                continue
            label = f"{self.names.get(key[0], key[0])} ({key[0]}), {key[1].isoformat()}"
            if key[1] < self.as_of:
                self._change(
                    "end",
                    "leave",
                    label,
                    pk,
                    {"ends_on": iso(stored_end)},
                    {"ends_on": iso(self.as_of - ONE_DAY)},
                )
            else:
                self._change(
                    "withdraw", "leave", label, pk, {"withdrawn": False}, {"withdrawn": True}
                )


def _is_later(one: date | None, other: date | None) -> bool:
    """Whether last day `one` lies after `other`; an open period is the longest."""
    return other is not None and (one is None or one > other)
