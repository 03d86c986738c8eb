"""A manager lets somebody act in their place until a day; both names are in the log."""

from datetime import date, timedelta

import pytest

from competence.services.deputies import DEPUTY_CHOSEN, DEPUTY_ENDED, DEPUTY_GIVEN
from lms.audit.models import AuditEvent
from lms.notifications.models import Notice
from lms.people.access import roles_of
from lms.people.models import Delegation, Person
from lms.people.roles import Role
from lms.people.services.delegations import DelegationError, end_delegation
from lms.people.services.managers import managers_of
from lms.people.services.merge import merge_people
from tests.builders.courses import publish_course
from tests.builders.people import MONDAY, employ, let_act, make_account, make_person

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def deputy(school):
    person = make_person("VIK", "Vera", "Vikarie")
    employ(person, school.other)
    return make_account(person)


def seen_by(user, day=MONDAY):
    people = Person.objects.visible_to(user, day).exclude(pk=user.person_id)
    return set(people.values_list("person_id", flat=True))


def test_a_deputy_sees_the_unit_from_the_first_to_the_last_day_and_no_other(school, deputy):
    let_act(school.manager, deputy.person, school.unit, TUESDAY, TUESDAY)
    assert seen_by(deputy, MONDAY) == set()
    assert seen_by(deputy, TUESDAY) == {"Gap", "Klar", "Ny", "Pausad", "Snart", "CHEF1"}
    assert seen_by(deputy, TUESDAY + timedelta(days=1)) == set()


def test_it_ends_with_the_givers_post_and_with_the_deputys(school, deputy):
    let_act(school.manager, deputy.person, school.unit)
    school.manager.person.employments.update(ends_on=MONDAY)
    assert seen_by(deputy, MONDAY)
    assert seen_by(deputy, TUESDAY) == set()
    school.manager.person.employments.update(ends_on=None)
    deputy.person.employments.update(ends_on=MONDAY)
    assert seen_by(deputy, TUESDAY) == set()
    assert Role.MANAGER not in roles_of(deputy, TUESDAY)


def test_either_ends_it_at_once_and_nobody_else(school, deputy):
    delegation = let_act(school.manager, deputy.person, school.unit)
    with pytest.raises(DelegationError):
        end_delegation(delegation=delegation, by=school.stranger, on=MONDAY)
    end_delegation(delegation=delegation, by=school.manager, on=MONDAY)
    assert seen_by(deputy, MONDAY) == set()
    with pytest.raises(DelegationError):
        end_delegation(delegation=delegation, by=school.manager, on=MONDAY)
    assert Notice.objects.filter(kind=DEPUTY_ENDED).count() == 2


def test_a_deputy_cannot_give_on_what_is_not_theirs(school, deputy):
    let_act(school.manager, deputy.person, school.unit)
    third = make_account(school.people["Klar"]).person
    with pytest.raises(DelegationError, match="själv"):
        let_act(deputy, third, school.unit)


@pytest.mark.parametrize(
    ("who", "first", "last"),
    [
        ("VIK", date(2026, 11, 23), date(2027, 11, 24)),
        ("VIK", date(2026, 11, 23), date(2026, 11, 22)),
        ("CHEF1", date(2026, 11, 23), date(2026, 12, 1)),
        ("Gap", date(2026, 11, 23), date(2026, 12, 1)),
    ],
)
def test_too_long_backwards_to_oneself_or_to_nobody_who_signs_in_is_refused(
    school, deputy, who, first, last
):
    with pytest.raises(DelegationError):
        let_act(school.manager, Person.objects.get(person_id=who), school.unit, first, last)
    assert not Delegation.objects.exists()


def test_a_unit_above_or_beside_is_not_the_managers_to_give(school, deputy):
    for unit in (school.department, school.other):
        with pytest.raises(DelegationError):
            let_act(school.manager, deputy.person, unit)


def test_both_are_told_and_both_names_are_in_the_log(school, deputy):
    let_act(school.manager, deputy.person, school.unit)
    told = Notice.objects.values_list("kind", "person__person_id")
    assert set(told) == {(DEPUTY_CHOSEN, "VIK"), (DEPUTY_GIVEN, "CHEF1")}
    event = AuditEvent.objects.get(action="delegation_given")
    assert event.by == school.manager
    assert (event.after["giver"], event.after["deputy"]) == (
        school.manager.person.name,
        "Vera Vikarie",
    )


def test_what_a_deputy_does_is_recorded_in_the_managers_place(school, deputy, client):
    version = publish_course(gives=(("OM1", 1, 12),))
    let_act(school.manager, deputy.person, school.unit)
    client.force_login(deputy)
    client.post("/team/atgard/anmal/", {"person": ["Gap"], "course": version.course_id})
    client.post("/team/atgard/paminn/", {"person": ["Ny"]})
    client.post("/team/atgard/angra/")
    about = AuditEvent.objects.filter(
        by=deputy, person_key__in=[school.people["Gap"].pk, school.people["Ny"].pk]
    )
    assert len(about) == 3
    assert {event.on_behalf_of for event in about} == {school.manager}


def test_what_managers_do_for_their_own_is_in_nobodys_place(school, client):
    version = publish_course(gives=(("OM1", 1, 12),))
    let_act(school.director, school.manager.person, school.department)
    client.force_login(school.manager)
    client.post("/team/atgard/anmal/", {"person": ["Gap"], "course": version.course_id})
    events = AuditEvent.objects.filter(by=school.manager, person_key=school.people["Gap"].pk)
    assert {event.on_behalf_of for event in events} == {None}


def test_a_deputy_gets_word_of_what_waits_as_the_manager_does(school, deputy):
    let_act(school.manager, deputy.person, school.unit)
    gap = school.people["Gap"].pk
    assert set(managers_of([gap], MONDAY)[gap]) == {school.manager.person, deputy.person}
    assert set(managers_of([gap], date(2027, 1, 1))[gap]) == {school.manager.person}


def test_a_merged_deputy_stays_one(school, deputy):
    let_act(school.manager, deputy.person, school.unit)
    kept = make_person("KVAR")
    merge_people(survivor=kept, loser=deputy.person, by=school.director)
    deputy.refresh_from_db()
    assert deputy.person == kept
    assert "Gap" in seen_by(deputy)


def test_the_page_searches_keeps_what_was_typed_gives_and_ends(school, deputy, client):
    client.force_login(school.manager)
    typed = {
        "q": "vera",
        "unit": school.unit.pk,
        "starts_on": "2026-11-23",
        "ends_on": "2026-12-31",
        "reason": "Semester",
    }
    page = client.post("/team/stallforetradare/", typed | {"search": "1"}).content.decode()
    assert "Vera Vikarie" in page
    assert 'value="Semester"' in page
    page = client.post("/team/stallforetradare/", typed).content.decode()
    assert "Menar du personen nedan? Gå i så fall vidare." in page
    assert not Delegation.objects.exists()
    page = client.post("/team/stallforetradare/", typed | {"q": ""}).content.decode()
    assert "Sök fram" in page
    client.post("/team/stallforetradare/", typed | {"person": deputy.person_id})
    delegation = Delegation.objects.get()
    assert "Vera Vikarie" in client.get("/team/").content.decode()
    client.force_login(deputy)
    page = client.get("/team/").content.decode()
    assert f"ställföreträdare för {school.manager}" in page
    assert "data-bulk-item" in page
    address = f"/team/stallforetradare/{delegation.pk}/avsluta/"
    assert client.get(address).status_code == 200
    client.post(address)
    assert client.get("/team/Gap/").status_code == 403


def test_a_last_day_before_the_first_is_said_at_the_field(school, deputy, client):
    client.force_login(school.manager)
    days = {"starts_on": "2026-12-31", "ends_on": "2026-12-30"}
    page = client.post("/team/stallforetradare/", days | {"unit": school.unit.pk, "reason": "x"})
    form = page.context["form"]
    assert form.errors["ends_on"] == ["Sista dagen är före första dagen."]
    assert not form.non_field_errors()


def test_a_reason_that_names_a_person_number_is_refused(school, deputy, client):
    client.force_login(school.manager)
    client.post(
        "/team/stallforetradare/",
        {
            "q": "vera",
            "person": deputy.person_id,
            "unit": school.unit.pk,
            "starts_on": "2026-11-23",
            "ends_on": "2026-12-31",
            "reason": "Ring 070-123 45 67",
        },
    )
    assert not Delegation.objects.exists()


def test_somebody_elses_delegation_is_not_found(school, deputy, client):
    delegation = let_act(school.manager, deputy.person, school.unit)
    client.force_login(school.stranger)
    assert client.post(f"/team/stallforetradare/{delegation.pk}/avsluta/").status_code == 404
