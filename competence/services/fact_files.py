"""Import of achievements.csv and exemptions.csv: every bad row reported, or everything written.
A later file may revoke an achievement or move the last day of an exemption, never rewrite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import Achievement, Exemption
from competence.services.known_people import people_by_person_id
from courses.models import Completion
from courses.services.completing import revoke_completion
from lms.audit.services import Entry, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.csvfile import CsvFile, Row, RowError
from lms.lib.fields import refuse_personal_data
from lms.people.models import User

_BATCH = 2000


class FactFileError(Exception):
    """The file was refused and nothing written; `errors` holds every fault."""

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


@dataclass
class FactChanges:
    """What an import did, or would do."""

    created: int = 0
    revoked: int = 0
    changed: int = 0
    unchanged: int = 0
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def import_achievements(
    *, source: Path | BinaryIO, name: str = "", dry_run: bool = False, by: User | None = None
) -> FactChanges:
    """Raises FactFileError."""
    stored = {
        (row.person_id, row.area_id, row.level_id, row.achieved_on, row.source): row
        for row in Achievement.objects.standing().iterator(_BATCH)
    }
    new: list[Achievement] = []
    revoked: list[Achievement] = []
    changes = FactChanges()

    def read(row: Row, lookup: _Lookup) -> None:
        person, area, level = lookup.of(row)
        achieved_on = row.required_day("achieved_on")
        valid_until = row.day("valid_until")
        revoked_on = row.day("revoked_on")
        source_name = row.text("source", max_length=200)
        if person is None or area is None or level is None or achieved_on is None:
            return
        for column, day in (("valid_until", valid_until), ("revoked_on", revoked_on)):
            if day is not None and day < achieved_on:
                row.error(column, _("The day is before the day it was achieved."))
                return
        key = (person, area, level, achieved_on, source_name)
        if lookup.is_repeated(row, key):
            return
        old = stored.get(key)
        if old is None:
            new.append(
                Achievement(
                    person_id=person,
                    area_id=area,
                    level_id=level,
                    achieved_on=achieved_on,
                    valid_until=valid_until,
                    revoked_on=revoked_on,
                    source=source_name,
                    by=by,
                )
            )
        elif old.valid_until != valid_until:
            row.error(
                "valid_until",
                _("Recorded with the last valid day %(day)s; a later file may not rewrite it.")
                % {"day": old.valid_until or "–"},
            )
        elif revoked_on is None or old.revoked_on == revoked_on:
            # A revocation stands even where a file does not know of it.
            changes.unchanged += 1
        elif old.revoked_on is not None:
            row.error(
                "revoked_on",
                _("Revoked on %(day)s already; a later file may not rewrite it.")
                % {"day": old.revoked_on},
            )
        else:
            old.revoked_on = revoked_on
            revoked.append(old)

    _read_file(
        source,
        name,
        ("person_id", "area", "level", "achieved_on"),
        ("valid_until", "revoked_on", "source"),
        read,
        changes,
    )
    changes.created, changes.revoked = len(new), len(revoked)
    if dry_run:
        return changes
    with transaction.atomic():
        Achievement.objects.bulk_create(new, batch_size=_BATCH)
        Achievement.objects.bulk_update(revoked, ["revoked_on"], batch_size=_BATCH)
        record_many(_achievement_entries(new, revoked, name), by=by)
        _revoke_what_it_rests_on(revoked, by)
    return changes


def _revoke_what_it_rests_on(revoked: list[Achievement], by: User | None) -> None:
    """The completions that gave what a file revokes, with their certificates."""
    days = {row.completion_id: row.revoked_on for row in revoked if row.completion_id}
    for completion in Completion.objects.filter(pk__in=days, revoked_on__isnull=True):
        day = days[completion.pk]
        if day is not None:
            revoke_completion(
                completion=completion, on=day, by=by, reason=_("Revoked in an imported file.")
            )


def _achievement_entries(
    new: list[Achievement], revoked: list[Achievement], name: str
) -> Iterator[Entry]:
    said = _Said(name)
    for row in new:
        yield said.entry(
            "achievement.imported",
            row,
            {},
            {
                "achieved_on": row.achieved_on.isoformat(),
                "valid_until": _iso(row.valid_until),
                "revoked_on": _iso(row.revoked_on),
                "source": row.source,
            },
        )
    for row in revoked:
        yield said.entry(
            "achievement.revoked",
            row,
            {"revoked_on": None},
            {"revoked_on": _iso(row.revoked_on)},
        )


def import_exemptions(
    *, source: Path | BinaryIO, name: str = "", dry_run: bool = False, by: User | None = None
) -> FactChanges:
    """Raises FactFileError."""
    stored: dict[tuple[int, int, int, date], Exemption] = {}
    for old in Exemption.objects.order_by("pk"):
        key = (old.person_id, old.area_id, old.level_id, old.starts_on)
        # Of a withdrawn one and one granted again, the standing one speaks.
        if key not in stored or old.withdrawn_at is None:
            stored[key] = old
    new: list[Exemption] = []
    changed: list[tuple[Exemption, date | None]] = []
    changes = FactChanges()

    def read(row: Row, lookup: _Lookup) -> None:
        person, area, level = lookup.of(row)
        starts_on = row.required_day("starts_on")
        ends_on = row.day("ends_on")
        reason = row.text("reason", max_length=300)
        try:
            refuse_personal_data(reason)
        except ValidationError as error:
            row.error("reason", error.messages[0])
            return
        if person is None or area is None or level is None or starts_on is None:
            return
        if ends_on is not None and ends_on < starts_on:
            row.error("ends_on", _("The last day is before the first day."))
            return
        key = (person, area, level, starts_on)
        if lookup.is_repeated(row, key):
            return
        old = stored.get(key)
        if old is None:
            new.append(
                Exemption(
                    person_id=person,
                    area_id=area,
                    level_id=level,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    reason=reason,
                    by=by,
                )
            )
        elif old.withdrawn_at is not None or old.ends_on == ends_on:
            changes.unchanged += 1
        else:
            changed.append((old, old.ends_on))
            old.ends_on = ends_on

    _read_file(
        source,
        name,
        ("person_id", "area", "level", "starts_on"),
        ("ends_on", "reason"),
        read,
        changes,
    )
    changes.created, changes.changed = len(new), len(changed)
    if dry_run:
        return changes
    with transaction.atomic():
        Exemption.objects.bulk_create(new, batch_size=_BATCH)
        Exemption.objects.bulk_update(
            [row for row, _was in changed], ["ends_on"], batch_size=_BATCH
        )
        record_many(_exemption_entries(new, changed, name), by=by)
    return changes


def _exemption_entries(
    new: list[Exemption], changed: list[tuple[Exemption, date | None]], name: str
) -> Iterator[Entry]:
    said = _Said(name)
    for row in new:
        yield said.entry(
            "exemption.imported",
            row,
            {},
            {"starts_on": row.starts_on.isoformat(), "ends_on": _iso(row.ends_on)},
            row.reason,
        )
    for row, was in changed:
        yield said.entry(
            "exemption.changed", row, {"ends_on": _iso(was)}, {"ends_on": _iso(row.ends_on)}
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


class _Said:
    """Entries about rows of a file, in codes: which area and level, and from which file."""

    def __init__(self, name: str) -> None:
        self.why = f"import {name}".strip()
        self.areas = dict(CompetenceArea.objects.values_list("pk", "code"))
        self.levels = dict(TrainingLevel.objects.values_list("pk", "number"))

    def entry(
        self,
        action: str,
        row: Achievement | Exemption,
        before: dict[str, Any],
        after: dict[str, Any],
        reason: str = "",
    ) -> Entry:
        about = {"area": self.areas[row.area_id], "level": self.levels[row.level_id]}
        return Entry(
            action,
            row._meta.label_lower,
            str(row.pk),
            row.person_id,
            before={**about, **before} if before else {},
            after={**about, **after},
            reason=(reason or self.why)[:500],
        )


class _Lookup:
    """Codes → keys, and the rows already read."""

    def __init__(self) -> None:
        self.people = people_by_person_id()
        self.areas = dict(CompetenceArea.objects.values_list("code", "pk"))
        self.levels = dict(TrainingLevel.objects.values_list("number", "pk"))
        self.lines: dict[tuple[Any, ...], int] = {}

    def of(self, row: Row) -> tuple[int | None, int | None, int | None]:
        """The person, area and level of a row; an unknown one is a fault and None."""
        person_id, area_code = row.required("person_id"), row.required("area")
        row.required("level")
        number = row.integer("level")
        person = self.people.get(person_id)
        area = self.areas.get(area_code)
        level = None if number is None else self.levels.get(number)
        if person is None and person_id:
            row.error(
                "person_id", _("The person %(person)s is unknown.") % {"person": person_id[:40]}
            )
        if area is None and area_code:
            row.error("area", _("The area %(code)s is unknown.") % {"code": area_code[:40]})
        if level is None and number is not None:
            row.error("level", _("The level %(level)d is unknown.") % {"level": number})
        return person, area, level

    def is_repeated(self, row: Row, key: tuple[Any, ...]) -> bool:
        earlier = self.lines.setdefault(key, row.line)
        if earlier == row.line:
            return False
        row.error("person_id", _("The same as line %(line)d.") % {"line": earlier})
        return True


def _read_file(
    source: Path | BinaryIO,
    name: str,
    required: tuple[str, ...],
    optional: tuple[str, ...],
    read: Callable[[Row, _Lookup], None],
    changes: FactChanges,
) -> None:
    lookup = _Lookup()
    with CsvFile(source, required=required, optional=optional, name=name) as file:
        for row in file:
            read(row, lookup)
    if file.errors:
        raise FactFileError(sorted(file.errors))
    changes.warnings.extend(
        _("Unknown column, ignored: %(column)s.") % {"column": column}
        for column in file.unknown_columns
    )
