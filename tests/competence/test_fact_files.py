"""achievements.csv and exemptions.csv: identity, revocation, every bad row."""

from __future__ import annotations

from datetime import date

import pytest

from competence.models import Achievement, Exemption
from competence.services.fact_files import (
    FactFileError,
    import_achievements,
    import_exemptions,
)
from lms.audit.models import AuditEvent
from tests.builders.competence import adopt, as_file, plan_of
from tests.builders.people import make_person

HEAD = "person_id;area;level;achieved_on;valid_until;revoked_on;source"
EXEMPTION_HEAD = "person_id,area,level,starts_on,ends_on,reason"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plan() -> None:
    adopt(plan_of({}))
    make_person("P1")


def achievements(*lines: str) -> dict[str, object]:
    return import_achievements(source=as_file(HEAD, *lines), name="a.csv").as_dict()


def exemptions(*lines: str) -> dict[str, object]:
    return import_exemptions(source=as_file(EXEMPTION_HEAD, *lines), name="e.csv").as_dict()


def test_later_file_revokes_and_the_first_file_again_does_not_take_it_back():
    first, revoked = "P1;OM1;1;2026-01-01;;;kurs", "P1;OM1;1;2026-01-01;;2026-02-01;kurs"
    assert achievements(first)["created"] == 1
    assert achievements(first)["unchanged"] == 1
    assert achievements(revoked)["revoked"] == 1
    assert achievements(first)["unchanged"] == 1
    assert Achievement.objects.get().revoked_on == date(2026, 2, 1)
    assert list(
        AuditEvent.objects.filter(object_type="competence.achievement")
        .order_by("pk")
        .values_list("action", flat=True)
    ) == ["achievement.imported", "achievement.revoked"]


def test_another_source_or_day_is_another_achievement():
    assert achievements("P1;OM1;1;2026-01-01;;;kurs", "P1;OM1;1;2026-01-01;;;import") == {
        "created": 2,
        "revoked": 0,
        "changed": 0,
        "unchanged": 0,
        "warnings": [],
    }


def test_every_bad_achievement_is_reported_and_nothing_written():
    achievements("P1;OM1;1;2026-01-01;;2026-03-01;kurs")
    with pytest.raises(FactFileError) as refusal:
        achievements(
            "P1;OM1;1;2026-01-01;2027-01-01;;kurs",
            "P1;OM1;1;2026-01-02;;;kurs",
            "P9;OM99;9;;;;kurs",
            "P1;OM1;1;2026-05-05;2026-01-01;;kurs",
            "P1;OM1;ett;2026-13-05;;;kurs",
            "P1;OM1;1;2026-01-02;;;kurs",
            "P1;OM1",
        )
    assert [(e.file, e.line, e.column) for e in refusal.value.errors] == [
        ("a.csv", 2, "valid_until"),
        ("a.csv", 4, "achieved_on"),
        ("a.csv", 4, "area"),
        ("a.csv", 4, "level"),
        ("a.csv", 4, "person_id"),
        ("a.csv", 5, "valid_until"),
        ("a.csv", 6, "achieved_on"),
        ("a.csv", 6, "level"),
        ("a.csv", 7, "person_id"),
        ("a.csv", 8, ""),
    ]
    assert Achievement.objects.count() == 1


def test_revocation_is_not_moved_by_a_later_file():
    achievements("P1;OM1;1;2026-01-01;;2026-03-01;kurs")
    with pytest.raises(FactFileError):
        achievements("P1;OM1;1;2026-01-01;;2026-04-01;kurs")


def test_dry_run_writes_no_achievement():
    source = as_file(HEAD, "P1;OM1;1;2026-01-01;;;kurs")
    assert import_achievements(source=source, name="a.csv", dry_run=True).created == 1
    assert not Achievement.objects.exists()


def test_exemption_gets_a_new_last_day_and_the_change_is_logged():
    assert exemptions("P1,OM1,1,2026-01-01,,Beslut")["created"] == 1
    assert exemptions("P1,OM1,1,2026-01-01,2026-06-30,Beslut")["changed"] == 1
    assert exemptions("P1,OM1,1,2026-01-01,2026-06-30,Beslut")["unchanged"] == 1
    assert Exemption.objects.get().ends_on == date(2026, 6, 30)
    event = AuditEvent.objects.get(action="exemption.changed")
    about = {"area": "OM1", "level": 1}
    assert (event.before, event.after) == (
        {**about, "ends_on": None},
        {**about, "ends_on": "2026-06-30"},
    )


def test_bad_exemptions_are_reported_and_a_reason_with_a_personnummer_is_stopped():
    with pytest.raises(FactFileError) as refusal:
        exemptions(
            "P1,OM1,1,2026-01-01,2025-01-01,Beslut",
            "P1,OM1,1,2026-01-01,,Gäller 850709-9805",
            "P1,OM1,1,,,Beslut",
        )
    assert [(e.line, e.column) for e in refusal.value.errors] == [
        (2, "ends_on"),
        (3, "reason"),
        (4, "starts_on"),
    ]
    assert "850709" not in str(refusal.value)
    assert not Exemption.objects.exists()
