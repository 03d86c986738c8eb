"""The three HR files as frozen rows, with every fault that can be seen without the database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from lms.lib import guard
from lms.lib.csvfile import CsvFile, Row, RowError
from lms.people.models import Employment, Person, Unit

UNIT_COLUMNS = ("code", "name", "parent_code", "kind")
STAFF_COLUMNS = (
    "person_id",
    "given_name",
    "family_name",
    "email",
    "unit_code",
    "job_code",
    "job_title",
    "is_manager",
    "starts_on",
    "ends_on",
)
LEAVE_COLUMNS = ("person_id", "starts_on", "ends_on")

# A date of birth and four digits. Stricter than the guard, which lets long numbers without a
# right check digit pass: an identifier is chosen by HR and can be chosen differently.
PERSONNUMMER = re.compile(
    r"(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|[67]\d|8\d|9[01])[-+ ]?\d{4}"
)


@dataclass(frozen=True, slots=True)
class UnitRow:
    line: int
    code: str
    name: str
    parent_code: str
    kind: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Who a person is, from the first line that names them."""

    line: int
    person_id: str
    given_name: str
    family_name: str
    email: str


@dataclass(frozen=True, slots=True)
class EmploymentRow:
    line: int
    person_id: str
    unit_code: str
    job_code: str
    job_title: str
    is_manager: bool
    form: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class LeaveRow:
    line: int
    person_id: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Organisation:
    """What the files say. Nothing may be written while `errors` is not empty."""

    units: tuple[UnitRow, ...]
    people: tuple[PersonRow, ...]
    employments: tuple[EmploymentRow, ...]
    # None: no file of leave was given, and leave is left alone.
    leaves: tuple[LeaveRow, ...] | None
    errors: tuple[RowError, ...]
    warnings: tuple[RowError, ...]
    file_names: tuple[str, ...]
    # Without a `form` column the forms of employment already known are kept.
    has_form: bool
    units_name: str = "units.csv"
    staff_name: str = "staff.csv"
    leave_name: str = "leave.csv"
    # (line, unit code) and (line, person id) of rows that have faults of their own: what they
    # refer to is checked as well, so that one upload shows every fault.
    refused_staff: tuple[tuple[int, str], ...] = ()
    refused_leave: tuple[tuple[int, str], ...] = ()


Source = Path | BinaryIO


def read_organisation(
    units: Source,
    staff: Source,
    leave: Source | None = None,
    *,
    names: tuple[str, str, str] = ("", "", ""),
) -> Organisation:
    """Read the files. `names` are what the faults call them, where the sources do not say."""
    errors: list[RowError] = []
    warnings: list[RowError] = []
    unit_file = CsvFile(units, required=UNIT_COLUMNS[:3], optional=UNIT_COLUMNS[3:], name=names[0])
    unit_rows = _units(unit_file)
    staff_file = CsvFile(staff, required=STAFF_COLUMNS, optional=("form",), name=names[1])
    people, employments, refused_staff = _staff(staff_file)
    files = [unit_file, staff_file]
    leave_rows: tuple[LeaveRow, ...] | None = None
    refused_leave: tuple[tuple[int, str], ...] = ()
    leave_file = None
    if leave is not None:
        leave_file = CsvFile(leave, required=LEAVE_COLUMNS, name=names[2])
        leave_rows, refused_leave = _leave(leave_file)
        files.append(leave_file)
    for file in files:
        errors.extend(file.errors)
        warnings.extend(
            RowError(file.name, 1, column, _("The column is unknown and was ignored."))
            for column in file.unknown_columns
        )
    return Organisation(
        units=unit_rows,
        people=people,
        employments=employments,
        leaves=leave_rows,
        errors=tuple(errors),
        warnings=tuple(warnings),
        file_names=tuple(file.name for file in files),
        has_form=staff_file.has("form"),
        units_name=unit_file.name,
        staff_name=staff_file.name,
        leave_name=leave_file.name if leave_file else "",
        refused_staff=refused_staff,
        refused_leave=refused_leave,
    )


def _length(model: type, field: str) -> int:
    return model._meta.get_field(field).max_length  # type: ignore[attr-defined, no-any-return]


def _units(file: CsvFile) -> tuple[UnitRow, ...]:
    code_length, name_length = _length(Unit, "code"), _length(Unit, "name")
    kind_length = _length(Unit, "kind")
    lines: dict[str, int] = {}
    rows: list[UnitRow] = []
    for row in file:
        code = row.required("code", max_length=code_length)
        name = row.required("name", max_length=name_length)
        _refuse_personnummer(row, "name", name)
        parent = row.text("parent_code", max_length=code_length)
        kind = row.text("kind", max_length=kind_length)
        if not code:
            continue
        if code in lines:
            row.error(
                "code",
                _("The unit %(code)s is already on line %(line)d.")
                % {"code": code, "line": lines[code]},
            )
            continue
        lines[code] = row.line
        rows.append(UnitRow(row.line, code, name, parent, kind))
    return tuple(rows)


def _staff(
    file: CsvFile,
) -> tuple[tuple[PersonRow, ...], tuple[EmploymentRow, ...], tuple[tuple[int, str], ...]]:
    lengths = {
        **{f: _length(Person, f) for f in ("person_id", "given_name", "family_name", "email")},
        **{f: _length(Employment, f) for f in ("job_code", "job_title", "form")},
        "unit_code": _length(Unit, "code"),
    }
    people: dict[str, PersonRow] = {}
    seen: dict[tuple[str, str, str, date], int] = {}
    employments: list[EmploymentRow] = []
    refused: list[tuple[int, str]] = []
    for row in file:
        faults = len(file.errors)
        person_id = row.required("person_id", max_length=lengths["person_id"])
        if PERSONNUMMER.fullmatch(person_id):
            row.error(
                "person_id",
                _(
                    "This looks like a personal identity number. Use an employee number "
                    "instead; nothing has been stored."
                ),
            )
        person = PersonRow(
            row.line,
            person_id,
            row.text("given_name", max_length=lengths["given_name"]),
            row.text("family_name", max_length=lengths["family_name"]),
            row.text("email", max_length=lengths["email"]).lower(),
        )
        _refuse_personnummer(row, "given_name", person.given_name)
        _refuse_personnummer(row, "family_name", person.family_name)
        _refuse_personnummer(row, "email", person.email)
        if person.email and not _is_email(person.email):
            row.error("email", _("This is not an e-mail address."))
        if person_id:
            _same_person(row, people, person)
        unit_code = row.required("unit_code", max_length=lengths["unit_code"])
        job_code = row.required("job_code", max_length=lengths["job_code"])
        job_title = row.text("job_title", max_length=lengths["job_title"])
        _refuse_personnummer(row, "job_title", job_title)
        is_manager = row.boolean("is_manager")
        form = row.text("form", max_length=lengths["form"])
        starts_on = row.required_day("starts_on")
        ends_on = row.day("ends_on")
        _refuse_backwards(row, starts_on, ends_on)
        if starts_on and person_id and unit_code and job_code:
            key = (person_id, unit_code, job_code, starts_on)
            first = seen.setdefault(key, row.line)
            if first != row.line:
                row.error(
                    "",
                    _(
                        "The same employment (person, unit, job code and first day) is already "
                        "on line %(line)d."
                    )
                    % {"line": first},
                )
            elif len(file.errors) == faults:
                employments.append(
                    EmploymentRow(
                        row.line,
                        person_id,
                        unit_code,
                        job_code,
                        job_title,
                        bool(is_manager),
                        form,
                        starts_on,
                        ends_on,
                    )
                )
        if unit_code and len(file.errors) > faults:
            refused.append((row.line, unit_code))
    return tuple(people.values()), tuple(employments), tuple(refused)


def _same_person(row: Row, people: dict[str, PersonRow], person: PersonRow) -> None:
    """A person id names one human being: the same name and address on every line."""
    first = people.setdefault(person.person_id, person)
    if first is person:
        return
    if (first.given_name, first.family_name) != (person.given_name, person.family_name):
        row.error(
            "person_id",
            _("The person %(person)s has another name on line %(line)d.")
            % {"person": person.person_id, "line": first.line},
        )
    if first.email != person.email:
        row.error(
            "email",
            _("The person %(person)s has another e-mail address on line %(line)d.")
            % {"person": person.person_id, "line": first.line},
        )


def _leave(file: CsvFile) -> tuple[tuple[LeaveRow, ...], tuple[tuple[int, str], ...]]:
    """Leave by person and first day. The same leave twice is one: the longer counts."""
    length = _length(Person, "person_id")
    rows: dict[tuple[str, date], LeaveRow] = {}
    refused: list[tuple[int, str]] = []
    for row in file:
        person_id = row.required("person_id", max_length=length)
        starts_on = row.required_day("starts_on")
        ends_on = row.day("ends_on")
        _refuse_backwards(row, starts_on, ends_on)
        if not person_id or starts_on is None:
            refused.append((row.line, person_id))
            continue
        new = LeaveRow(row.line, person_id, starts_on, ends_on)
        old = rows.setdefault((person_id, starts_on), new)
        if (
            old is not new
            and old.ends_on is not None
            and (ends_on is None or ends_on > old.ends_on)
        ):
            rows[person_id, starts_on] = new
    return tuple(rows.values()), tuple(refused)


def _refuse_backwards(row: Row, starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        row.error("ends_on", _("The last day is before the first day."))


@lru_cache(maxsize=4096)
def _holds_personnummer(value: str) -> bool:
    return any(finding.kind == "personnummer" for finding in guard.scan(value))


def _refuse_personnummer(row: Row, column: str, value: str) -> None:
    if any(map(str.isdigit, value)) and _holds_personnummer(value):
        row.error(column, _("The value contains a personal identity number."))


def _is_email(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def find_cycles(parents: Iterable[tuple[str, str]]) -> list[str]:
    """The codes that lie on a circle of parents, in order of code."""
    parent_of = dict(parents)
    state: dict[str, int] = {}
    on_cycle: set[str] = set()
    for start in parent_of:
        path: list[str] = []
        code = start
        while code and code in parent_of and code not in state:
            state[code] = 1
            path.append(code)
            code = parent_of[code]
        if code and state.get(code) == 1 and code in path:
            on_cycle.update(path[path.index(code) :])
        for seen in path:
            state[seen] = 2
    return sorted(on_cycle)
