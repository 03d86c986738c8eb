"""Visa som: the coordinator reads the team pages as a manager does, and nothing leaks."""

from datetime import UTC, datetime, timedelta

import pytest

from competence.services.deputies import TEAM_SEEN_AS
from lms.audit.models import AuditEvent
from lms.notifications.models import Notice
from lms.people.models import RoleAssignment
from lms.people.roles import Role
from tests.builders.people import MONDAY, account_with, make_account


@pytest.fixture
def coordinator(school):
    return account_with(Role.COORDINATOR)


@pytest.fixture
def viewing(school, coordinator, client):
    client.force_login(coordinator)
    answer = client.post(
        "/admin/personer/visa-som/",
        {"q": "", "person": school.manager.person_id, "reason": "Fel i rutan"},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/team/")
    return client


def members(client, address="/team/"):
    return {member.person_id for member in client.get(address).context["page"]}


def test_the_visible_set_is_the_managers_and_nothing_else(school, viewing, client):
    seen = members(viewing)
    for person_id in (*school.people, "CHEF1", "CHEF2", "CHEF3"):
        as_coordinator = viewing.get(f"/team/{person_id}/").status_code
        assert (as_coordinator == 200) == (person_id in school.people), person_id
    assert viewing.get("/team/?enhet=S2").status_code == 403
    assert viewing.get("/team/?enhet=BUF").status_code == 403
    assert viewing.get("/team/Gap/varfor/OM1/").status_code == 200
    client.force_login(school.manager)
    assert members(client) == seen


def test_a_banner_says_whose_eyes_and_until_when_and_nothing_can_be_done(school, viewing):
    page = viewing.get("/team/").content.decode()
    assert f"Du ser Mitt team som {school.manager} till 09:30" in page
    for act in (
        "data-bulk-item",
        'href="/team/atgard/',
        "formaction",
        "/team/fil/",
        "stallforetradare",
    ):
        assert act not in page, act
    assert "/team/atgard/" not in viewing.get("/team/Gap/").content.decode()


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("post", "/team/"),
        ("post", "/team/Gap/"),
        ("get", "/team/atgard/anmal/?person=Gap"),
        ("post", "/team/atgard/anmal/"),
        ("post", "/team/atgard/paminn/"),
        ("post", "/team/atgard/angra/"),
        ("get", "/team/atgard/bekrafta/"),
        ("post", "/team/atgard/bekrafta/"),
        ("get", "/team/fil/lista.csv"),
        ("get", "/team/fil/matris.xlsx"),
        ("get", "/team/stallforetradare/"),
        ("post", "/team/stallforetradare/"),
    ],
)
def test_every_act_is_refused_with_a_clear_page(viewing, method, address):
    answer = getattr(viewing, method)(address, {"person": "Gap"} if method == "post" else {})
    assert answer.status_code == 403
    assert "kan bara läsa" in answer.content.decode()


def test_every_opened_page_is_in_the_ledger_with_the_reason(school, coordinator, viewing):
    viewing.get("/team/?enhet=S1&q=hemligt")
    viewing.get("/team/Gap/")
    viewing.get("/team/CHEF2/")
    events = AuditEvent.objects.filter(action="view_as.opened").order_by("pk")
    assert [(e.after["path"], e.person_key, e.reason) for e in events] == [
        ("/team/", None, "Fel i rutan"),
        ("/team/Gap/", school.people["Gap"].pk, "Fel i rutan"),
    ]
    assert {event.by for event in events} == {coordinator}
    assert {event.object_id for event in events} == {str(school.manager.pk)}


def test_the_manager_is_told_who_when_and_why(school, coordinator, viewing):
    notice = Notice.objects.get(kind=TEAM_SEEN_AS)
    assert notice.person == school.manager.person
    assert notice.context["reason"] == "Fel i rutan"
    assert notice.context["by"] == str(coordinator)
    assert (notice.context["clock"], notice.context["until"]) == ("09:00", "09:30")


def test_what_is_not_a_team_page_stays_the_coordinators_own(school, coordinator, viewing):
    for address in ("/min-sida/", "/inkorg/", "/konto/"):
        page = viewing.get(address)
        assert page.wsgi_request.user == coordinator, address
        assert str(school.manager.person.name) not in page.content.decode() or (
            school.manager.person.name == coordinator.person.name
        )
        assert getattr(page.wsgi_request, "seen_as", None) is None


def test_it_is_over_after_half_an_hour(school, viewing, monkeypatch):
    later = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    page = viewing.get("/team/").content.decode()
    assert "Du ser inte längre" in page
    assert "Gap Test" not in page
    assert viewing.get("/team/Gap/").status_code == 403


def test_it_does_not_survive_signing_out_or_another_account(school, coordinator, viewing):
    viewing.logout()
    viewing.force_login(coordinator)
    assert viewing.get("/team/Gap/").status_code == 403


def test_it_does_not_survive_the_loss_of_the_role_or_of_the_managers_post(school, viewing):
    school.manager.person.employments.update(ends_on=MONDAY - timedelta(days=1))
    assert viewing.get("/team/Gap/").status_code == 403
    school.manager.person.employments.update(ends_on=None)
    assert viewing.get("/team/Gap/").status_code == 403  # forgotten, not paused


def test_a_coordinator_no_more_sees_nothing(school, coordinator, viewing):
    RoleAssignment.objects.filter(user=coordinator).update(ends_on=MONDAY - timedelta(days=1))
    assert viewing.get("/team/Gap/").status_code == 403


def test_ending_it_ends_it(school, viewing):
    viewing.post("/admin/personer/visa-som/avsluta/")
    assert viewing.get("/team/Gap/").status_code == 403
    assert AuditEvent.objects.filter(action="view_as.ended").count() == 1


def test_the_only_one_found_is_chosen_and_seen_before_anything_is_done(school, coordinator, client):
    client.force_login(coordinator)
    address = "/admin/personer/visa-som/"
    asked = {"q": school.manager.person.person_id, "reason": "Fel i rutan"}
    found = client.post(address, asked | {"search": "1"})
    chosen = f'value="{school.manager.person_id}" required'
    assert "checked" in found.content.decode().split(chosen, 1)[1].split(">", 1)[0]
    at_once = client.post(address, asked)
    assert "Menar du personen nedan? Gå i så fall vidare." in at_once.content.decode()
    going_on = client.post(address, asked | {"person": school.manager.person_id})
    assert going_on["Location"] == "/team/"


def test_without_a_reason_or_for_somebody_who_leads_nothing_it_does_not_begin(
    school, coordinator, client
):
    client.force_login(coordinator)
    learner = make_account(school.people["Klar"])
    for person, reason in (
        (school.manager.person_id, " "),
        (school.manager.person_id, "Ring 070-123 45 67"),
        (learner.person_id, "Prov"),
    ):
        client.post("/admin/personer/visa-som/", {"person": person, "reason": reason})
        assert client.get("/team/Gap/").status_code == 403
    assert not Notice.objects.filter(kind=TEAM_SEEN_AS).exists()


@pytest.mark.parametrize(
    "role",
    [
        r
        for r in Role.__members__.values()
        if r in {Role.SYSTEM_ADMIN, Role.HR_IMPORT, Role.AUDITOR, Role.EDITOR, Role.REVIEWER}
    ],
)
def test_no_other_role_may(school, client, role):
    client.force_login(account_with(role))
    client.post("/admin/personer/visa-som/", {"person": school.manager.person_id, "reason": "Prov"})
    assert client.get("/team/Gap/").status_code == 403
    assert not AuditEvent.objects.filter(action="view_as.begun").exists()
