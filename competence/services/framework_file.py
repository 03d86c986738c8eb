"""Import of a whole plan (framework.yaml): parse → changes → apply, all or nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import (
    KeyGroup,
    KeyPersonAssignment,
    PlanVersion,
    RenewalOrder,
)
from competence.parsers.framework_yaml import (
    FrameworkFile,
    NamingEntry,
    parse_framework,
)
from competence.services.framework_content import content_of_file
from competence.services.known_people import people_by_person_id
from competence.services.plan import adopt_plan_version, create_draft
from competence.services.plan_content import PlanContent, content_of
from lms.audit.services import Entry, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.csvfile import RowError
from lms.people.models import Person, Unit, User


class FrameworkFileError(Exception):
    """The file was refused and nothing written; `errors` holds every fault."""

    def __init__(self, errors: list[RowError], warnings: list[RowError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors
        self.warnings = warnings


@dataclass
class FrameworkChanges:
    """What an import did, or would do."""

    areas_created: list[str] = field(default_factory=list)
    areas_renamed: list[str] = field(default_factory=list)
    levels_created: list[int] = field(default_factory=list)
    levels_renamed: list[int] = field(default_factory=list)
    key_groups_created: list[str] = field(default_factory=list)
    key_groups_renamed: list[str] = field(default_factory=list)
    people_created: list[str] = field(default_factory=list)
    namings_created: int = 0
    namings_changed: int = 0
    renewal_orders_created: int = 0
    plan_version: int | None = None  # the number of the version made, if any
    draft: bool = False
    in_force_from: str | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        data = self.as_dict()
        for name in ("warnings", "draft", "in_force_from"):
            data.pop(name)
        return any(data.values())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class _DryRunError(Exception):
    """Rolls back what a dry run has written."""


def import_framework(
    *,
    content: bytes,
    name: str,
    today: date,
    in_force_from: date | None = None,
    draft: bool = False,
    dry_run: bool = False,
    by: User | None = None,
) -> FrameworkChanges:
    """Make the file the plan version in force: from `in_force_from` if given, else from the
    beginning of time where there was none, else from `today`. Content equal to what is in force
    that day makes no version; one that comes into force the same day as an earlier takes its
    place. Raises FrameworkFileError."""
    file = parse_framework(content, name)
    known = people_by_person_id()
    errors = file.errors + _unknown_people(file, known)
    warnings = file.warnings + _unknown_units(file)
    if errors:
        raise FrameworkFileError(sorted(errors, key=lambda error: error.line), warnings)
    changes = FrameworkChanges(warnings=[str(warning) for warning in warnings])
    try:
        with transaction.atomic():
            ledger = _Ledger(by)
            _write_vocabulary(file, changes, ledger)
            _write_namings(file, known, changes, ledger)
            _write_renewal_orders(file, changes, ledger)
            ledger.write()
            _write_version(file, known, changes, today, in_force_from, draft, by)
            if dry_run:
                raise _DryRunError
    except _DryRunError:
        pass
    return changes


class _Ledger:
    """Collects the audit entries of one import and writes them at once."""

    def __init__(self, by: User | None) -> None:
        self.by = by
        self.entries: list[Entry] = []

    def note(
        self,
        action: str,
        obj: Any,
        *,
        person_key: int | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        label = obj._meta.label_lower
        self.entries.append(
            Entry(action, label, str(obj.pk), person_key, before or {}, after or {}, reason)
        )

    def write(self) -> None:
        record_many(self.entries, by=self.by)


def _unknown_people(file: FrameworkFile, known: dict[str, int]) -> list[RowError]:
    """Exclusions of people nobody knows: neither stored nor named in the file."""
    named = {naming.person_id for group in file.key_groups for naming in group.namings}
    return [
        RowError(
            file.name,
            excluded.line,
            f"key_groups[{group.code}].exclude",
            _("The person %(person)s is unknown.") % {"person": excluded.person_id},
        )
        for group in file.key_groups
        for excluded in group.excluded
        if excluded.person_id not in known and excluded.person_id not in named
    ]


def _unknown_units(file: FrameworkFile) -> list[RowError]:
    codes = set(Unit.objects.values_list("code", flat=True))
    return [
        RowError(
            file.name,
            group.line,
            f"key_groups[{group.code}].rules[{index}]",
            _("No unit has the code %(code)s yet.") % {"code": code},
        )
        for group in file.key_groups
        for index, rule in enumerate(group.rules)
        for code in (*rule.units, *rule.except_units)
        if code not in codes
    ]


def _write_vocabulary(file: FrameworkFile, changes: FrameworkChanges, ledger: _Ledger) -> None:
    areas = {area.code: area for area in CompetenceArea.objects.all()}
    for order, entry in enumerate(file.areas):
        area = areas.get(entry.code)
        if area is None:
            area = CompetenceArea.objects.create(
                code=entry.code, name=entry.name, sort_order=len(areas) + order
            )
            changes.areas_created.append(entry.code)
            ledger.note("area.created", area, after={"code": area.code, "name": area.name})
        elif area.name != entry.name:
            ledger.note(
                "area.renamed", area, before={"name": area.name}, after={"name": entry.name}
            )
            area.name = entry.name
            area.save(update_fields=["name"])
            changes.areas_renamed.append(entry.code)
    levels = {level.number: level for level in TrainingLevel.objects.all()}
    for level_entry in file.levels:
        level = levels.get(level_entry.number)
        if level is None:
            level = TrainingLevel.objects.create(number=level_entry.number, name=level_entry.name)
            changes.levels_created.append(level.number)
            ledger.note("level.created", level, after={"name": level.name})
        elif level.name != level_entry.name:
            ledger.note(
                "level.renamed",
                level,
                before={"name": level.name},
                after={"name": level_entry.name},
            )
            level.name = level_entry.name
            level.save(update_fields=["name"])
            changes.levels_renamed.append(level.number)
    groups = {group.code: group for group in KeyGroup.objects.all()}
    for group_entry in file.key_groups:
        group = groups.get(group_entry.code)
        if group is None:
            group = KeyGroup.objects.create(code=group_entry.code, name=group_entry.name)
            changes.key_groups_created.append(group.code)
            ledger.note("key_group.created", group, after={"name": group.name})
        elif group.name != group_entry.name:
            ledger.note(
                "key_group.renamed",
                group,
                before={"name": group.name},
                after={"name": group_entry.name},
            )
            group.name = group_entry.name
            group.save(update_fields=["name"])
            changes.key_groups_renamed.append(group.code)


def _write_namings(
    file: FrameworkFile, known: dict[str, int], changes: FrameworkChanges, ledger: _Ledger
) -> None:
    """Add the namings that are not there, and change the last day of those whose day differs.
    A naming the file does not mention stays: it is a fact of its own."""
    new_ids = dict.fromkeys(
        naming.person_id
        for group in file.key_groups
        for naming in group.namings
        if naming.person_id not in known
    )
    for person in Person.objects.bulk_create(Person(person_id=person_id) for person_id in new_ids):
        known[person.person_id] = person.pk
        changes.people_created.append(person.person_id)
        ledger.note(
            "person.created",
            person,
            person_key=person.pk,
            after={"person_id": person.person_id},
        )
    group_pks = dict(KeyGroup.objects.values_list("code", "pk"))
    standing = {
        (naming.key_group_id, naming.person_id, naming.starts_on): naming
        for naming in KeyPersonAssignment.objects.filter(withdrawn_at__isnull=True)
    }
    new: list[KeyPersonAssignment] = []
    for group in file.key_groups:
        for entry in group.namings:
            person_pk = known[entry.person_id]
            stored = standing.get((group_pks[group.code], person_pk, entry.starts_on))
            if stored is None:
                new.append(_new_naming(group_pks[group.code], person_pk, entry, ledger.by))
            elif stored.ends_on != entry.ends_on:
                ledger.note(
                    "naming.changed",
                    stored,
                    person_key=person_pk,
                    before={"key_group": group.code, "ends_on": _iso(stored.ends_on)},
                    after={"key_group": group.code, "ends_on": _iso(entry.ends_on)},
                )
                stored.ends_on = entry.ends_on
                stored.save(update_fields=["ends_on"])
                changes.namings_changed += 1
    group_codes = {pk: code for code, pk in group_pks.items()}
    for naming in KeyPersonAssignment.objects.bulk_create(new):
        ledger.note(
            "naming.created",
            naming,
            person_key=naming.person_id,
            after={
                "key_group": group_codes[naming.key_group_id],
                "starts_on": _iso(naming.starts_on),
                "ends_on": _iso(naming.ends_on),
            },
        )
    changes.namings_created = len(new)


def _new_naming(
    group_pk: int, person_pk: int, entry: NamingEntry, by: User | None
) -> KeyPersonAssignment:
    return KeyPersonAssignment(
        key_group_id=group_pk,
        person_id=person_pk,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        by=by,
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _write_renewal_orders(file: FrameworkFile, changes: FrameworkChanges, ledger: _Ledger) -> None:
    areas = dict(CompetenceArea.objects.values_list("code", "pk"))
    levels = dict(TrainingLevel.objects.values_list("number", "pk"))
    stored: set[tuple[str, int | None, date, date, date]] = set(
        RenewalOrder.objects.values_list(
            "area__code", "level__number", "achieved_before", "last_valid_day", "decided_on"
        )
    )
    for entry in file.renewal_orders:
        key = (
            entry.area,
            entry.level,
            entry.achieved_before,
            entry.last_valid_day,
            entry.decided_on,
        )
        if key in stored:
            continue
        stored.add(key)
        order = RenewalOrder.objects.create(
            area_id=areas[entry.area],
            level_id=None if entry.level is None else levels[entry.level],
            achieved_before=entry.achieved_before,
            last_valid_day=entry.last_valid_day,
            decided_on=entry.decided_on,
            reason=entry.reason,
            by=ledger.by,
        )
        changes.renewal_orders_created += 1
        ledger.note(
            "renewal_order.created",
            order,
            after={
                "area": entry.area,
                "level": entry.level,
                "achieved_before": _iso(entry.achieved_before),
                "last_valid_day": _iso(entry.last_valid_day),
                "decided_on": _iso(entry.decided_on),
            },
            reason=entry.reason,
        )


def _write_version(
    file: FrameworkFile,
    known: dict[str, int],
    changes: FrameworkChanges,
    today: date,
    in_force_from: date | None,
    draft: bool,
    by: User | None,
) -> None:
    def beside(version: PlanVersion | None) -> PlanContent:
        return content_of_file(file, known, beside=version)

    if draft:
        drafts = PlanVersion.objects.filter(status=PlanVersion.Status.DRAFT)
        if any(content_of(version).says_the_same_as(beside(version)) for version in drafts):
            return
        follows = PlanVersion.objects.in_force_on(today)
        changes.plan_version = create_draft(content=beside(follows), follows=follows, by=by).number
        changes.draft = True
        return
    start = in_force_from
    if start is None and PlanVersion.objects.adopted().exists():
        start = today
    current = PlanVersion.objects.in_force_on(start or date.min)
    if current is not None and content_of(current).says_the_same_as(beside(current)):
        return
    version = create_draft(content=beside(current), follows=current, by=by)
    adopt_plan_version(
        version=version, in_force_from=start, adopted_on=None, replaces_same_day=True, by=by
    )
    changes.plan_version = version.number
    changes.in_force_from = _iso(start)
