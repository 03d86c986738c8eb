"""A manager asks for exemptions; the coordinator decides; both are told, and it can be undone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from competence.engine import Status, gap_rows
from competence.models import Exemption, ExemptionRequest
from competence.services.exemption_requests import (
    DECIDED,
    WANTED,
    ExemptionRequestError,
    decide_exemption_requests,
    still_waiting,
)
from lms.audit.models import AuditEvent
from lms.notifications.models import Notice
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.delegations import end_delegation
from lms.people.services.merge import merge_people
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    let_act,
    make_account,
    make_person,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ASKED = {
    "person": ["Gap"],
    "what": ["Gap:OM1"],
    "starts_on": "2026-11-23",
    "ends_on": "2027-05-22",
    "reason": "roll",
}


@pytest.fixture
def coordinator(school):
    return account_with(Role.COORDINATOR)


@pytest.fixture
def asked(school, coordinator, client) -> ExemptionRequest:
    client.force_login(school.manager)
    assert client.post("/team/atgard/undantag/", ASKED).status_code == 302
    return ExemptionRequest.objects.get()


def decide(request, by, **how):
    return decide_exemption_requests(requests=[request], by=by, at=NOW, **how)


def test_gaps_are_chosen_beforehand_and_half_a_year_is_suggested(school, client):
    client.force_login(school.manager)
    page = client.get("/team/atgard/undantag/?person=Gap&person=Ny&person=Klar&person=Snart")
    assert page.context["wanted"] == ["Gap:OM1", "Ny:OM1", "Ny:OM4"]
    assert [each.choice for each in page.context["subjects"]] == [
        *("Gap:OM1", "Snart:OM1", "Ny:OM1", "Ny:OM4"),
    ]
    assert 'value="2027-05-22"' in page.content.decode()


def test_what_is_asked_for_is_a_request_and_no_exemption(asked, school):
    assert (asked.person.person_id, asked.area.code, asked.level.number) == ("Gap", "OM1", 1)
    assert (asked.requested_by, asked.ends_on) == (school.manager, date(2027, 5, 22))
    assert asked.reason == "Har lärt sig samma sak i en annan roll"
    assert not Exemption.objects.exists()
    assert AuditEvent.objects.filter(action="exemption_request.made").count() == 1


def test_those_who_decide_are_told_once_for_all_that_was_asked(asked, coordinator):
    (notice,) = Notice.objects.filter(kind=WANTED)
    assert notice.person == coordinator.person
    assert still_waiting([notice], NOW.date()) == {notice.pk}


def test_what_waits_already_is_not_asked_for_again(asked, client):
    client.post("/team/atgard/undantag/", ASKED)
    assert ExemptionRequest.objects.count() == 1


def test_team_and_person_page_show_what_waits_and_the_matrix_says_so(asked, client):
    team, person = client.get("/team/").content.decode(), client.get("/team/Gap/").content.decode()
    assert "Väntar på samordnaren" in team
    assert "undantag begärt" in team
    assert "Väntar på samordnaren" in person


def test_granting_makes_the_exemption_and_tells_the_manager(asked, coordinator, school):
    decide(asked, coordinator, granted=True, reason="")
    asked.refresh_from_db()
    exemption = Exemption.objects.get()
    assert (asked.granted, asked.exemption) == (True, exemption)
    assert (exemption.ends_on, exemption.by) == (date(2027, 5, 22), coordinator)
    rows = gap_rows(Person.objects.filter(pk=asked.person_id), NOW.date())
    assert [row.status for row in rows if row.area == "OM1"] == [Status.EXEMPT]
    (notice,) = Notice.objects.filter(kind=DECIDED)
    assert (notice.person, notice.context["granted"]) == (school.manager.person, True)


def test_the_inbox_stays_narrowed_and_says_nothing_of_rules_that_exemptions_do_not_have(
    asked, coordinator, client
):
    client.force_login(coordinator)
    inbox = "/admin/kompetens/granskning/"
    page = client.get(inbox, {"slag": "undantag"})
    assert (page.context["waiting"], page.context["ready"]) == (1, 0)
    assert "passar en regel" not in page.content.decode()
    assert 'name="slag" value="undantag"' in page.content.decode()
    chosen = {"svar": "godkann", "fall": [f"undantag:{asked.pk}"], "slag": "undantag"}
    question = client.post(f"{inbox}beslut/", chosen, follow=True).content.decode()
    assert 'name="slag" value="undantag"' in question
    done = client.post(f"{inbox}beslut/", chosen | {"ja": "1"})
    assert done.url == f"{inbox}?slag=undantag"
    assert client.post(f"{inbox}beslut/", {"slag": "//ond.example"}).url == inbox


def test_whoever_no_longer_sees_the_person_is_told_nothing_of_the_decision(
    asked, coordinator, school, client
):
    asked.person.employments.update(ends_on=MONDAY - timedelta(days=1))
    employ(asked.person, school.other, starts_on=MONDAY)
    assert client.get("/team/Gap/").status_code == 403
    decide(asked, coordinator, granted=False, reason="Rollen möter barn varje dag.")
    page = client.get("/team/").content.decode()
    assert ("Gap Test" in page, "Rollen möter barn varje dag." in page) == (False, False)
    assert not Notice.objects.filter(kind=DECIDED).exists()


def test_of_several_decided_at_once_only_those_still_in_the_team_are_told(
    asked, coordinator, school, client
):
    client.post("/team/atgard/undantag/", ASKED | {"person": ["Ny"], "what": ["Ny:OM1"]})
    asked.person.employments.update(ends_on=MONDAY - timedelta(days=1))
    decide_exemption_requests(
        requests=ExemptionRequest.objects.all(), granted=True, reason="", by=coordinator, at=NOW
    )
    (notice,) = Notice.objects.filter(kind=DECIDED)
    assert (notice.context["count"], notice.context["name"]) == (1, "Ny Test")


def test_a_deputy_is_told_nothing_of_a_decision_after_the_last_day(school, coordinator, client):
    deputy = make_person("VIK")
    employ(deputy, school.other, "CHEF", is_manager=True)
    account = make_account(deputy)
    given = let_act(school.manager, deputy, school.unit)
    client.force_login(account)
    assert client.post("/team/atgard/undantag/", ASKED | {"enhet": "S1"}).status_code == 302
    end_delegation(delegation=given, by=school.manager, on=MONDAY)
    decide(ExemptionRequest.objects.get(), coordinator, granted=True, reason="")
    assert "Gap Test" not in client.get("/team/").content.decode()
    assert not Notice.objects.filter(kind=DECIDED).exists()


def test_a_refusal_needs_a_reason_and_changes_no_status(asked, coordinator):
    with pytest.raises(ExemptionRequestError):
        decide(asked, coordinator, granted=False, reason=" ")
    decide(asked, coordinator, granted=False, reason="Rollen möter barn varje dag.")
    asked.refresh_from_db()
    assert (asked.granted, asked.exemption) == (False, None)
    assert not Exemption.objects.exists()
    assert not ExemptionRequest.objects.waiting().exists()


def test_a_request_is_decided_once(asked, coordinator):
    assert len(decide(asked, coordinator, granted=True, reason="")) == 1
    assert decide(asked, coordinator, granted=False, reason="Nej.") == []
    assert Notice.objects.filter(kind=DECIDED).count() == 1


def test_a_reason_that_describes_somebody_is_stopped(asked, coordinator, client):
    with pytest.raises(ValidationError):
        decide(asked, coordinator, granted=False, reason="Ring 070-123 45 67")
    own = ASKED | {"person": ["Ny"], "what": ["Ny:OM1"], "reason": "egna"}
    page = client.post("/team/atgard/undantag/", own | {"motive": "Ring 070-123 45 67"})
    assert page.status_code == 200
    assert 'value="Ring 070-123 45 67"' in page.content.decode()
    assert ExemptionRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words"),
    [
        ("0001-01-01", "9999-12-31", "börja tidigast för 30 dagar sedan"),
        ("2026-10-23", "2027-05-22", "börja tidigast för 30 dagar sedan"),
        ("2026-11-23", "2028-11-24", "gäller i högst 24 månader"),
        ("2026-11-23", "9999-12-31", "gäller i högst 24 månader"),
        ("9999-12-30", "9999-12-31", "gäller i högst 24 månader"),
    ],
)
def test_an_exemption_is_asked_for_within_bounds(school, client, starts_on, ends_on, words):
    client.force_login(school.manager)
    sent = ASKED | {"starts_on": starts_on, "ends_on": ends_on}
    assert words in client.post("/team/atgard/undantag/", sent).content.decode()
    assert not ExemptionRequest.objects.exists()


def test_the_bounds_themselves_may_be_asked_for(school, client):
    client.force_login(school.manager)
    sent = ASKED | {"starts_on": "2026-10-24", "ends_on": "2028-10-24"}
    assert client.post("/team/atgard/undantag/", sent).status_code == 302
    assert ExemptionRequest.objects.exists()


def test_own_words_are_needed_where_no_reason_is_pressed(school, client):
    client.force_login(school.manager)
    page = client.post("/team/atgard/undantag/", ASKED | {"reason": "egna", "motive": ""})
    assert "Ange skälet" in page.content.decode()
    assert not ExemptionRequest.objects.exists()


def test_manager_takes_back_what_nobody_has_decided(asked, client):
    assert "Ta tillbaka" in client.get("/team/").content.decode()
    client.post("/team/atgard/angra/")
    asked.refresh_from_db()
    assert asked.withdrawn_at is not None


def test_nobody_takes_back_what_another_has_asked_or_what_is_decided(
    asked, client, school, coordinator
):
    client.force_login(school.director)
    client.post("/team/atgard/undantag/ta-tillbaka/", {"request": asked.pk})
    decide(asked, coordinator, granted=True, reason="")
    client.force_login(school.manager)
    client.post("/team/atgard/undantag/ta-tillbaka/", {"request": asked.pk})
    asked.refresh_from_db()
    assert (asked.withdrawn_at, asked.granted) == (None, True)


def test_manager_asks_only_for_their_own_and_only_for_what_is_open(school, client):
    client.force_login(school.stranger)
    assert client.post("/team/atgard/undantag/", ASKED).status_code == 403
    client.force_login(school.manager)
    met = ASKED | {"what": ["Gap:OM4"]}
    assert client.post("/team/atgard/undantag/", met).status_code == 403
    assert client.post("/admin/kompetens/undantag/begaran/1/").status_code in (302, 403, 404)
    assert not ExemptionRequest.objects.exists()


def test_requests_follow_the_person_who_was_kept(asked, school, coordinator):
    survivor = school.people["Klar"]
    merge_people(survivor=survivor, loser=asked.person, by=coordinator)
    asked.refresh_from_db()
    assert asked.person == survivor
