"""What is written of the plan, of passages and in files is refused where it holds a personnummer,
in the form and in the service behind it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from competence.models import KeyGroup, PassageLink
from competence.services.framework_file import FrameworkFileError, import_framework
from competence.services.governing_file import GoverningFileError, read_governing
from competence.services.measures import MeasureError, join_to_passage, set_obligation_status
from competence.services.plan import draft_from
from competence.services.plan_editing import create_key_group
from lms.audit.models import AuditEvent
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, in_force, plan_of
from tests.builders.followup import draft as draft_report
from tests.builders.followup import released
from tests.builders.measures import document_of, passage, read_in, written
from tests.builders.people import account_with, make_unit
from tests.builders.training import add_activity, decide, make_draft

pytestmark = pytest.mark.django_db

ABOUT_SOMEBODY = "Anna Svensson 19121212-1212 behöver stöd"
ADMIN = "/admin/kompetens"


@pytest.fixture
def coordinator(monday, client):
    make_unit("K")
    adopt(plan_of({"area": "OM4"}))
    read_in({"code": "S1"})
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


def nowhere() -> bool:
    events = str(list(AuditEvent.objects.values_list("before", "after", "reason")))
    return "19121212" not in events


@pytest.mark.parametrize("part", ["serving", "evidence"])
def test_nothing_unknown_is_joined_to_a_passage(coordinator, client, part):
    address = f"{ADMIN}/atgarder/{passage('S1').pk}/"
    for code in (ABOUT_SOMEBODY, "A99", "Anna Svensson"):
        sent = {part: "1", f"{part}-title": "Bevis", f"{part}-activity": code}
        assert client.post(address, sent).status_code == 200, code
    assert not PassageLink.objects.exists()
    assert nowhere()


def test_an_activity_that_is_decided_and_a_report_that_is_released_are_joined(coordinator, client):
    address = f"{ADMIN}/atgarder/{passage('S1').pk}/"
    version = make_draft()
    number = add_activity(version).activity.number
    sent = {"serving": "1", "serving-activity": f"a{number}"}
    assert client.post(address, sent).status_code == 200
    decide(version)
    assert client.post(address, sent).status_code == 302
    assert PassageLink.objects.get().key == f"A{number}"
    waiting = draft_report(coordinator)
    sent = {"evidence": "1", "evidence-title": "Läget", "evidence-report": waiting.number}
    assert client.post(address, sent).status_code == 200
    sent["evidence-report"] = released(coordinator).number
    assert client.post(address, sent).status_code == 302


def test_the_service_refuses_what_the_form_does(coordinator):
    for kind in ("activity", "report", "course"):
        with pytest.raises((MeasureError, ValidationError)):
            join_to_passage(
                passage=passage("S1"),
                role="serves",
                kind=kind,
                key=ABOUT_SOMEBODY,
                on=DAY,
                by=coordinator,
            )
    assert nowhere()


def test_a_status_is_not_said_of_a_day_long_before_the_plan(coordinator, client):
    address = f"{ADMIN}/atgarder/{passage('S1').pk}/"
    sent = {"status": "1", "status-status": "done", "status-on": "0001-01-01"}
    assert client.post(address, sent).status_code == 200
    assert not passage("S1").statuses.exists()
    with pytest.raises(MeasureError):
        set_obligation_status(
            passage=passage("S1"), status="done", on=date.min, comment="", today=DAY, by=None
        )


def test_a_key_group_is_not_called_after_somebody(coordinator, client):
    draft = draft_from(in_force(), by=coordinator)
    address = f"{ADMIN}/plan/{draft.number}/nyckelgrupp/"
    for said in (
        {"code": ABOUT_SOMEBODY[:40], "name": "Grupp"},
        {"code": "X", "name": ABOUT_SOMEBODY},
        {"code": "X", "name": "Grupp", "description": ABOUT_SOMEBODY},
    ):
        assert client.post(address, {"description": ""} | said).status_code == 200
        with pytest.raises(ValidationError):
            create_key_group(by=coordinator, **({"description": ""} | said))
    assert KeyGroup.objects.count() == 1
    assert nowhere()


def test_files_are_looked_through(coordinator):
    content = (
        "areas: [{code: OM4, name: Område}]\nlevels: [{code: 1, name: Grund}]\n"
        f"key_groups: [{{code: X, name: {ABOUT_SOMEBODY}, rules: []}}]\nrequirements: []\n"
    )
    with override("sv"), pytest.raises(FrameworkFileError) as refused:
        import_framework(content=content.encode(), name="plan.yaml", today=DAY)
    assert "personnummer" in str(refused.value.errors[0])
    document = document_of({"code": "S1", "activities": [ABOUT_SOMEBODY]}, version=ABOUT_SOMEBODY)
    with pytest.raises(GoverningFileError) as refused:
        read_governing(content=written(document), name="plan.yaml")
    assert len(refused.value.errors) == 2
