"""A manager's confirmation: who is told, who may, and what follows."""

from datetime import date, timedelta

import pytest

from competence.engine import gap_rows
from competence.figures.signoffs import waiting_for_word_of
from courses.models import Completion, Enrolment
from courses.services import completing
from lms.notifications.models import Notice
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.managers import managers_of
from tests.builders import courses
from tests.builders.people import account_with, employ, make_account, make_person

URL = "/team/atgard/bekrafta/"
SIGN_OFF_TOO = {"type": "signoff", "id": "samtal", "value": {"text": "Samtalet är fört"}}


def waiting(school, *names):
    version = courses.publish_asking(
        ("all", None, [courses.LESSONS]), ("all", None, [courses.SIGN_OFF])
    )
    enrolments = [courses.enrol(school.people[name], version) for name in names]
    for enrolment in enrolments:
        courses.take_all(enrolment)
    return enrolments


def test_the_nearest_manager_is_told_once_for_each(school, monday):
    enrolments = waiting(school, "Gap", "Klar")
    for enrolment in enrolments:
        completing.complete_if_met(enrolment=enrolment, at=courses.NOON)
    told = Notice.objects.filter(kind="competence.signoff_wanted")
    assert sorted((n.person.person_id, n.context["name"]) for n in told) == [
        ("CHEF1", "Gap Test"),
        ("CHEF1", "Klar Test"),
    ]


def test_managers_are_those_of_the_nearest_unit_and_never_oneself(school, monday):
    own, above = school.manager.person, school.director.person
    someone = school.people["Gap"]
    elsewhere = make_person("Vikarie")
    employ(elsewhere, school.unit)
    employ(elsewhere, school.other)
    found = managers_of([someone.pk, own.pk, above.pk, elsewhere.pk], monday)
    assert [person.person_id for person in found[someone.pk]] == ["CHEF1"]
    assert [person.person_id for person in found[own.pk]] == ["CHEF3"]
    assert found[above.pk] == []
    assert sorted(p.person_id for p in found[elsewhere.pk]) == ["CHEF1", "CHEF2"]


def test_confirming_for_many_completes_their_courses(school, client):
    enrolments = waiting(school, "Gap", "Klar")
    client.force_login(school.manager)
    assert b"2 v\xc3\xa4ntar p\xc3\xa5 din bekr\xc3\xa4ftelse" in client.get("/team/").content
    answer = client.post(
        URL,
        {"what": [f"{each.pk}:dag" for each in enrolments], "done_on": "2026-11-20"},
        follow=True,
    )
    assert "2 kurser blev klara" in answer.content.decode()
    assert sorted(c.person.person_id for c in Completion.objects.all()) == ["Gap", "Klar"]
    again = completing.sign_off(
        enrolments=enrolments,
        item_key="dag",
        done_on=date(2026, 11, 20),
        by=school.manager,
        at=courses.NOON,
    )
    assert again == []
    assert Completion.objects.count() == 2


def test_the_managers_own_page_says_how_many_wait_and_leads_to_them(school, client):
    client.force_login(school.manager)
    assert URL not in client.get("/min-sida/").content.decode()
    waiting(school, "Gap")
    page = client.get("/min-sida/").content.decode()
    assert page.count(f'href="{URL}"') == 1
    assert "En i ditt team väntar på din bekräftelse för att bli klar med en kurs" in page
    waiting(school, "Klar", "Gap")
    page = client.get("/min-sida/").content.decode()
    assert "2 i ditt team väntar på din bekräftelse för att bli klara med en kurs" in page


def test_nobody_else_is_told_who_waits_for_a_manager(school, client):
    waiting(school, "Gap")
    contact = account_with(Role.UNIT_CONTACT, school.unit)
    for account in (school.stranger, make_account(school.people["Gap"]), contact):
        client.force_login(account)
        assert URL not in client.get("/min-sida/").content.decode()


def test_who_waits_for_two_confirmations_is_one_who_waits(school, client):
    version = courses.publish_asking(
        ("all", None, [courses.LESSONS, courses.SIGN_OFF, SIGN_OFF_TOO])
    )
    courses.take_all(courses.enrol(school.people["Gap"], version))
    client.force_login(school.manager)
    assert "En väntar på din bekräftelse" in client.get("/team/").content.decode()
    assert "En väntar på din bekräftelse" in client.get(URL).content.decode()
    assert "En i ditt team väntar" in client.get("/min-sida/").content.decode()


@pytest.mark.parametrize("number", [2, 12])
def test_counting_who_waits_takes_as_many_queries_whatever_the_number(
    school, client, number, monday, django_assert_max_num_queries
):
    version = courses.publish_asking(("all", None, [courses.LESSONS, courses.SIGN_OFF]))
    for _each in range(number):
        person = make_person()
        employ(person, school.unit)
        courses.take_all(courses.enrol(person, version))
    with django_assert_max_num_queries(12):
        assert waiting_for_word_of(school.manager, monday) == number
    client.force_login(school.manager)
    with django_assert_max_num_queries(60):
        assert f"{number} i ditt team väntar" in client.get("/min-sida/").content.decode()


def test_a_manager_sees_and_confirms_only_their_own(school, client):
    (enrolment,) = waiting(school, "Gap")
    client.force_login(school.stranger)
    assert "Gap Test" not in client.get(URL).content.decode()
    body = {"what": f"{enrolment.pk}:dag", "done_on": "2026-11-20"}
    assert client.post(URL, body).status_code == 403
    assert not Completion.objects.exists()


def test_a_day_to_come_is_refused_and_the_choice_is_kept(school, client, monday):
    (enrolment,) = waiting(school, "Gap")
    client.force_login(school.manager)
    tomorrow = (monday + timedelta(days=1)).isoformat()
    page = client.post(URL, {"what": f"{enrolment.pk}:dag", "done_on": tomorrow}).content.decode()
    assert "Dagen kan inte vara senare än i dag." in page
    assert " checked" in page
    assert Enrolment.objects.get().completed_at is None


def test_the_level_is_held_from_the_confirmation_on(school, monday):
    enrolments = waiting(school, "Gap")
    gap = Person.objects.filter(person_id="Gap")
    completing.sign_off(
        enrolments=enrolments,
        item_key="dag",
        done_on=monday,
        by=school.manager,
        at=courses.NOON,
    )
    assert list(gap_rows(gap, monday))
    assert Completion.objects.get().version.grants[0].area_code == "OM5"
