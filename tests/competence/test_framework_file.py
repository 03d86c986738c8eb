"""framework.yaml: every fault reported, all or nothing, and the versions it makes."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from competence.engine import gap_rows
from competence.models import KeyPersonAssignment, PlanVersion, Requirement
from competence.parsers.framework_yaml import parse_framework
from competence.services.framework_export import export_framework
from competence.services.framework_file import FrameworkFileError, import_framework
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea
from lms.people.models import Person
from tests.builders.competence import DAY, achieve, adopt, in_force, plan_of
from tests.builders.people import employ, make_person, make_unit

BAD = """\
areas:
- {code: OM1, name: Demokrati}
- {code: OM1, name: Igen}
levels:
- {code: ett, name: Grund}
- {code: 1, name: Grund}
key_groups:
- code: G
  name: Grupp
  rules:
  - {job_kodes: [A]}
  - {managers_only: ja}
  persons:
  - {person: P1, from: 2026-02-30}
  - {person: P1, from: 2026-02-02, until: 2026-01-01}
  exclude: [P9]
requirements:
- {key_group: X, area: OM9, level: 7, kind: måste, effective_from: 2026-01-01, grace_days: 1, window_days: 1}
- {key_group: G, area: OM1, level: 1, kind: mandatory, effective_from: 2026-01-01, grace_days: -1, window_days: 1}
- {key_group: G, area: OM1, level: 1, kind: mandatory, effective_from: 2026-01-01, grace_days: 1, window_days: 1}
- {key_group: G, area: OM1, level: 1, kind: mandatory, effective_from: 2026-05-01, effective_until: 2026-04-01, grace_days: 1, window_days: 1}
- {key_group: G, area: OM1, level: 1, kind: recommended, effective_from: 2027-05-01, grace_days: 1, window_days: 1}
renewal_orders:
- {area: OM1, level: null, achieved_before: 2026-01-01, decided_on: 2026-01-01}
"""  # noqa: E501


@pytest.mark.django_db
def test_every_bad_entry_is_reported_with_line_and_path_and_nothing_is_written():
    with pytest.raises(FrameworkFileError) as refusal:
        import_framework(content=BAD.encode(), name="framework.yaml", today=DAY)
    assert [(e.file, e.line, e.column) for e in refusal.value.errors] == [
        ("framework.yaml", 3, "areas[1].code"),
        ("framework.yaml", 5, "levels[0].code"),
        ("framework.yaml", 11, "key_groups[0].rules[0]"),
        ("framework.yaml", 12, "key_groups[0].rules[1]"),
        ("framework.yaml", 14, "key_groups[0].persons[0].from"),
        ("framework.yaml", 15, "key_groups[0].persons[1].until"),
        ("framework.yaml", 16, "key_groups[G].exclude"),
        ("framework.yaml", 18, "requirements[0].kind"),
        ("framework.yaml", 18, "requirements[0].area"),
        ("framework.yaml", 18, "requirements[0].level"),
        ("framework.yaml", 18, "requirements[0].key_group"),
        ("framework.yaml", 19, "requirements[1].grace_days"),
        ("framework.yaml", 21, "requirements[3].effective_until"),
        ("framework.yaml", 22, "requirements"),
        ("framework.yaml", 24, "renewal_orders[0].last_valid_day"),
    ]
    assert all(error.message for error in refusal.value.errors)
    for model in (CompetenceArea, Person, PlanVersion, Requirement, AuditEvent):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"", 0), (b"areas: [}", 1), (b"\xff\xfe", 0), (b"just words", 1), (b"areas: 5", 1)],
    ids=["empty", "broken", "encoding", "no fields", "no list"],
)
def test_file_that_is_no_plan_is_refused(content: bytes, line: int):
    errors = parse_framework(content, "f.yaml").errors
    assert [error.line for error in errors] == [line]


def test_codes_stay_what_was_written():
    file = parse_framework(b"areas: [{code: no, name: 1.10}]", "f.yaml")
    assert [(area.code, area.name) for area in file.areas] == [("no", "1.10")]


def test_window_as_long_as_the_renewal_is_allowed_with_a_warning():
    file = parse_framework(
        b"areas: [{code: A, name: A}]\nlevels: [{code: 1, name: G}]\n"
        b"key_groups: [{code: G, name: G}]\nrequirements:\n"
        b"- {key_group: G, area: A, level: 1, kind: mandatory, effective_from: 2026-01-01,"
        b" grace_days: 0, renewal_months: 1, window_days: 31}\n",
        "f.yaml",
    )
    assert file.errors == []
    assert [(w.line, w.column) for w in file.warnings] == [(5, "requirements[0].window_days")]


@pytest.mark.django_db
def test_versions_come_into_force_as_the_contract_says():
    adopt(plan_of({"grace_days": 1}))
    assert adopt(plan_of({"grace_days": 1})).plan_version is None
    adopt(plan_of({"grace_days": 2}), today=date(2026, 3, 1))
    adopt(plan_of({"grace_days": 3}), today=date(2026, 3, 1))
    adopt(plan_of({"grace_days": 4}), in_force_from=date(2027, 1, 1))
    assert list(
        PlanVersion.objects.order_by("number").values_list("number", "in_force_from", "status")
    ) == [
        (1, None, "adopted"),
        (2, date(2026, 3, 1), "adopted"),
        (3, date(2026, 3, 1), "adopted"),
        (4, date(2027, 1, 1), "adopted"),
    ]
    for day, number in ((date(2000, 1, 1), 1), (date(2026, 3, 1), 3), (date(2027, 1, 1), 4)):
        assert PlanVersion.objects.in_force_on(day).number == number


@pytest.mark.django_db
def test_draft_is_not_in_force_and_the_same_draft_is_no_change(tmp_path: Path):
    path = tmp_path / "framework.yaml"
    path.write_text(export_of(plan_of({})), encoding="utf-8")
    for made in (1, None):
        out = StringIO()
        call_command(
            "import_framework", str(path), "--draft", "--json", stdout=out, skip_checks=True
        )
        assert json.loads(out.getvalue())["plan_version"] == made
    assert PlanVersion.objects.in_force_on(DAY) is None


def export_of(plan: dict[str, object]) -> str:
    return yaml.safe_dump(plan, allow_unicode=True)


@pytest.mark.django_db
def test_dry_run_writes_nothing_and_a_refusal_ends_with_the_faults(tmp_path: Path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(export_of(plan_of({})), encoding="utf-8")
    bad.write_text("areas: [{code: A}]", encoding="utf-8")
    out = StringIO()
    call_command("import_framework", str(good), "--dry-run", "--json", stdout=out, skip_checks=True)
    assert json.loads(out.getvalue())["plan_version"] == 1
    assert not PlanVersion.objects.exists()
    with pytest.raises(CommandError, match=r"bad\.yaml.*1.*areas\[0\]\.name"):
        call_command("import_framework", str(bad), skip_checks=True)


@pytest.mark.django_db
def test_named_persons_are_created_and_exclusions_kept_through_export_and_import():
    plan = plan_of({"motive": "Lag"})
    plan["key_groups"][0]["persons"] = [
        {"person": "P1", "from": date(2026, 1, 1)},
        {"person": "P2", "from": date(2026, 1, 1), "until": date(2026, 6, 30)},
    ]
    plan["key_groups"][0]["exclude"] = ["P2"]
    assert adopt(plan).people_created == ["P1", "P2"]
    exported = export_framework(as_of=DAY)
    again = import_framework(content=exported.encode(), name="f", today=DAY)
    assert not again.any
    assert export_framework(as_of=DAY) == exported
    without = export_framework(as_of=DAY, without_people=True)
    assert "P1" not in without
    assert "P2" not in without
    assert in_force().requirements.get().motive == "Lag"


@pytest.mark.django_db
def test_naming_gets_a_new_last_day_and_one_the_file_does_not_know_stays():
    plan = plan_of({})
    plan["key_groups"][0]["persons"] = [
        {"person": "P1", "from": date(2026, 1, 1)},
        {"person": "P2", "from": date(2026, 1, 1)},
    ]
    adopt(plan)
    plan["key_groups"][0]["persons"] = [
        {"person": "P1", "from": date(2026, 1, 1), "until": date(2026, 12, 31)}
    ]
    changes = adopt(plan)
    assert (changes.namings_changed, changes.plan_version) == (1, None)
    assert dict(KeyPersonAssignment.objects.values_list("person__person_id", "ends_on")) == {
        "P1": date(2026, 12, 31),
        "P2": None,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("renewal_months", 120_000), ("renewal_months", 1201)),
        *(("grace_days", 36_501), ("window_days", 999_999)),
    ],
)
def test_a_period_longer_than_a_lifetime_is_refused_with_line_and_field(field, value):
    with pytest.raises(FrameworkFileError) as refusal:
        adopt(plan_of({field: value}))
    (error,) = refusal.value.errors
    assert (error.column, str(value) in error.message) == (f"requirements[0].{field}", True)
    assert error.line > 1
    adopt(plan_of({}))
    with pytest.raises(IntegrityError), transaction.atomic():
        Requirement.objects.update(**{field: value})


@pytest.mark.django_db
def test_the_longest_periods_can_be_counted_on():
    adopt(plan_of({"renewal_months": 1200, "grace_days": 36_500, "window_days": 36_500}))
    person = make_person("P1")
    employ(person, make_unit("U"), starts_on=date(2020, 1, 1))
    achieve(person, on=date(2026, 1, 1))
    (row,) = gap_rows(None, DAY)
    assert row.valid_until == date(2125, 12, 31)
