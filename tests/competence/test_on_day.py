"""Status on a day, and what another post would ask."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.engine import explain
from competence.engine.suppose import Supposed
from competence.figures.move import changes_of
from competence.figures.preview import three_people
from competence.models import Achievement
from competence.services.plan import draft_from
from lms.audit.models import AuditEvent
from lms.people.models import Employment, Person
from lms.people.roles import Role
from tests.builders.competence import achieve, in_force, requirement
from tests.builders.people import account_with, make_account

MONDAY = date(2026, 11, 23)


def rows(person: Person, day: date, supposed: Supposed | None = None):
    people = Person.objects.filter(pk=person.pk)
    return [
        (e.row, e.sentence, e.timeline) for e in explain(people, day, you=False, supposed=supposed)
    ]


def post(unit, *, old_ends=True, starts_on=date(2027, 1, 1)) -> Supposed:
    return Supposed(unit.pk, unit.code, unit.name, "LAR", "Lärare", "", False, starts_on, old_ends)


@pytest.mark.parametrize("old_ends", [True, False])
@pytest.mark.parametrize("name", ["Gap", "Klar", "Ny", "Pausad", "Snart"])
def test_a_supposed_post_gives_what_the_real_one_gives(school, name, old_ends):
    person = school.people[name]
    supposed = post(school.other, old_ends=old_ends)
    expected = rows(person, supposed.starts_on, supposed)
    if old_ends:
        person.employments.update(ends_on=date(2026, 12, 31))
    Employment.objects.create(
        person=person,
        unit=school.other,
        job_code="LAR",
        job_title="Lärare",
        starts_on=supposed.starts_on,
    )
    assert rows(person, supposed.starts_on) == expected


def test_changes_of_a_post_inside_the_same_groups_are_none(school):
    changes = changes_of(school.people["Klar"], post(school.other))
    assert (changes.new, changes.gone) == ((), ())
    assert {each.area for each in changes.kept} == {"OM1", "OM4", "OM9"}


def test_manager_tries_a_post_and_nothing_is_written(school, client):
    client.force_login(school.manager)
    employments = Employment.objects.count()
    response = client.get(
        "/team/Klar/byte/",
        {"enhet": "S2", "jobb": Employment.objects.first().job_code, "dag": "2027-01-01"},
    )
    assert "Behålls" in response.content.decode()
    assert Employment.objects.count() == employments
    client.force_login(school.stranger)
    assert client.get("/team/Klar/byte/").status_code == 403


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("hej", "Skriv dagen som år, månad och dag"),
        ("2027-01-01", "Dagen har inte kommit än"),
        ("2001-01-01", "före den första uppgiften i registret"),
        ("2026-11-01", "Det här är vad vi nu vet"),
    ],
)
def test_manager_asks_about_a_day(school, client, asked, said):
    client.force_login(school.manager)
    assert said in client.get("/team/Gap/", {"dag": asked}).content.decode()
    client.force_login(school.stranger)
    assert client.get("/team/Gap/", {"dag": asked}).status_code == 403


def test_what_was_recorded_after_the_day_is_marked(school, client):
    achieve(school.people["Ny"], "OM1", on=date(2026, 11, 10))
    client.force_login(make_account(school.people["Ny"]))
    text = client.get("/min-sida/lage/", {"dag": "2026-11-15"}).content.decode()
    assert "Registrerat efter dagen" in text
    assert 'id="uppnatt"' in text


def test_auditor_opens_a_case_with_a_reason_that_is_logged_first(school, client):
    client.force_login(account_with(Role.AUDITOR))
    asked = {"person": "Gap", "day": "2026-11-02", "reason": ""}
    refused = client.post("/admin/kompetens/lage/", asked).content.decode()
    assert "Skriv varför du öppnar det här" in refused
    assert not AuditEvent.objects.filter(action="person.status_opened").exists()
    shown = client.post("/admin/kompetens/lage/", {**asked, "reason": "Ärende 2026-114"})
    assert "Ärende 2026-114" in shown.content.decode()
    assert "Gap behövde förnya" in shown.content.decode()
    event = AuditEvent.objects.get(action="person.status_opened")
    assert (event.person_key, event.reason) == (school.people["Gap"].pk, "Ärende 2026-114")
    assert client.get("/admin/kompetens/byte/").status_code != 200
    assert client.get("/team/Gap/").status_code == 403


def test_only_those_who_decide_or_review_cases_open_them(school, client):
    for user in (school.manager, account_with(Role.EDITOR), account_with(Role.HR_IMPORT)):
        client.force_login(user)
        assert client.get("/admin/kompetens/lage/").status_code != 200


def test_coordinator_tries_a_post_for_a_case(school, client):
    client.force_login(account_with(Role.COORDINATOR))
    asked = {
        "person": "Gap Test",
        "enhet": "S2",
        "jobb": Employment.objects.first().job_code,
        "dag": "2027-01-01",
        "reason": "Ärende 2026-115",
    }
    assert "Behålls" in client.post("/admin/kompetens/byte/", asked).content.decode()
    assert AuditEvent.objects.get(action="person.move_previewed").reason == "Ärende 2026-115"


def test_own_requirement_has_its_days_in_words(school, client):
    client.force_login(make_account(school.people["Snart"]))
    text = client.get("/min-sida/krav/OM1/").content.decode()
    assert "klar senast 10 januari 2027 – du tappar inga dagar om du gör den tidigt" in text
    assert client.get("/min-sida/krav/OM99/").status_code == 404


def test_a_day_asks_as_much_of_many_facts_as_of_few(school, client):
    client.force_login(school.manager)
    counts = []
    for number in (3, 40):
        for days in range(number):
            day = date(2024 if number == 3 else 2025, 1 + days % 12, 1 + days // 12)
            achieve(school.people["Klar"], "OM1", on=day)
        client.get("/team/Klar/", {"dag": "2026-11-20"})
        with CaptureQueriesContext(connection) as queries:
            client.get("/team/Klar/", {"dag": "2026-11-20"})
        counts.append(len(queries))
    assert counts[0] == counts[1] < 60
    assert Achievement.objects.filter(person=school.people["Klar"]).count() > 40


def test_three_invented_people_stand_as_their_names_say(school):
    asked = requirement()
    asked.renewal_months, asked.window_days, asked.grace_days = 24, 90, 90
    new, early, back = three_people(asked, MONDAY)
    assert [each.row.status.value for each in (new, early, back)] == ["pending", "met", "pending"]
    assert new.row.due_on == date(2027, 2, 21)
    assert back.row.due_on == date(2027, 2, 20)
    # Forty-four days were left of the old period, and are kept.
    assert early.row.valid_until == date(2029, 1, 5)


def test_coordinator_sees_three_people_before_anything_is_saved(school, client):
    client.force_login(account_with(Role.COORDINATOR))
    draft = draft_from(in_force(), by=None)
    days = {
        "kind": "mandatory",
        "effective_from": "2026-11-23",
        "grace_days": "30",
        "renewal_months": "12",
        "window_days": "60",
    }
    address = f"/admin/kompetens/plan/{draft.number}/krav/"
    before = draft.requirements.count()
    text = client.post(address, {**days, "preview": "1"}).content.decode()
    assert "Tre påhittade personer" in text
    assert "23 december 2026" in text
    assert (
        "Tre påhittade"
        not in client.post(address, {**days, "window_days": "x", "preview": "1"}).content.decode()
    )
    assert draft.requirements.count() == before
