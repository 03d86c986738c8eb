"""A refresher: for those who have had what it gives, before the whole course, and nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from competence.figures.offers import suggest
from competence.figures.team import members_in_full
from competence.models import Achievement
from courses.models import CourseVersion, Enrolment
from courses.offer import offer_index, refreshers_for
from courses.services.enrolment import LockedError, RefresherError, enrol_many
from courses.services.publishing import publish_course_version
from lms.lib.dates import today
from lms.people.models import Person
from tests.builders import courses
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.people import employ, make_account, make_person, make_unit

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=365 * 4)


def learner() -> Person:
    person = make_person()
    employ(person, make_unit(f"ENHET-{person.person_id}"))
    return person


@pytest.fixture
def whole() -> CourseVersion:
    adopt(plan_of({}), today=date(2020, 1, 1), in_force_from=date(2020, 1, 1))
    return courses.publish_course(lessons=1, title="Hela kursen", minutes=60)


@pytest.fixture
def short(whole) -> CourseVersion:
    page = courses.make_course(title="Repetition", minutes=15, form="refresher")
    page.refreshes_id = whole.course_id
    page.save()
    courses.add_lesson(courses.add_module(page))
    return publish_course_version(course=page, by=None)


def had(version: CourseVersion) -> Person:
    """Took the course so long ago that it has run out."""
    person = learner()
    courses.complete(person, version, timezone.now() - LONG_AGO)
    return person


def test_it_is_no_supply_for_everyone(whole, short):
    titles = [offer.title for offer in offer_index()["OM1", 1]]
    assert titles == ["Hela kursen"]
    assert offer_index(without=whole.course_id) == {}


def test_who_has_had_the_level_may_take_it_and_a_beginner_may_not(whole, short):
    person, beginner = had(whole), learner()
    may = refreshers_for([person.pk, beginner.pk], today())
    assert [offer.title for offer in may.to(person.pk, "OM1", 1)] == ["Repetition"]
    assert may.to(beginner.pk, "OM1", 1) == ()
    assert courses.enrol(person, short, timezone.now()).version == short
    with pytest.raises(RefresherError):
        courses.enrol(beginner, short, timezone.now())


def test_a_level_reached_elsewhere_counts_and_one_taken_back_does_not(whole, short):
    person = had(whole)
    Achievement.objects.filter(person=person).update(revoked_on=today() - timedelta(days=9))
    person.completions.update(revoked_on=today() - timedelta(days=9))
    assert refreshers_for([person.pk], today()).to(person.pk, "OM1", 1) == ()
    achieve(person, on=today() - timedelta(days=30))
    assert refreshers_for([person.pk], today()).to(person.pk, "OM1", 1) != ()


def test_a_part_of_what_it_gives_is_not_enough(whole):
    page = courses.make_course(form="refresher", gives=(("OM1", 1, 36), ("OM4", 1, 36)))
    page.refreshes_id = whole.course_id
    page.save()
    courses.add_lesson(courses.add_module(page))
    publish_course_version(course=page, by=None)
    person = had(whole)
    assert refreshers_for([person.pk], today()).to(person.pk, "OM1", 1) == ()


def test_my_page_and_the_catalogue_put_it_first_for_those_who_may(whole, short, client):
    client.force_login(make_account(had(whole)))
    page = client.get("/min-sida/").content.decode()
    assert "Repetition" in page.partition('id="forst"')[2].partition("</section>")[0]
    listed = client.get("/kurser/").content.decode()
    assert listed.index("Repetition</a>") < listed.index("Hela kursen</a>")
    assert "En kurs väntar på dig" in listed


def test_a_beginner_is_never_suggested_it_and_refused_kindly(whole, short, client):
    person = learner()
    client.force_login(make_account(person))
    for address in ("/min-sida/", "/kurser/"):
        assert "Repetition<" not in client.get(address).content.decode()
    address = f"/kurser/{short.course.slug}/"
    page = client.get(address).content.decode()
    assert "Det här är en repetition." in page
    assert f"/kurser/{whole.course.slug}/" in page
    assert "Börja kursen" not in page
    assert client.post(address, {"action": "enrol"}).status_code == 302
    assert not Enrolment.objects.filter(person=person).exists()


def test_a_manager_is_suggested_it_for_some_and_the_whole_course_for_others(whole, short):
    old, beginner = had(whole), learner()
    members = members_in_full(Person.objects.filter(pk__in=[old.pk, beginner.pk]), today())
    refreshers = refreshers_for([old.pk, beginner.pk], today())
    suggestions = suggest(members, offer_index(), refreshers)
    assert {
        suggestion.offer.title: [each.person_pk for each in suggestion.people]
        for suggestion in suggestions.courses
    } == {"Repetition": [old.pk], "Hela kursen": [beginner.pk]}


@pytest.mark.parametrize("people", [3, 30])
def test_the_queries_do_not_grow_with_the_people(
    whole, short, people, django_assert_max_num_queries
):
    pks = [had(whole).pk for _each in range(people)]
    with django_assert_max_num_queries(4):
        assert len(refreshers_for(pks, today()).allowed) == people


def test_many_are_enrolled_by_the_rules_for_one(whole, short):
    person, beginner = had(whole), learner()
    everyone = {"course": short.course, "origin": Enrolment.Origin.MANAGER, "by": None}
    with pytest.raises(RefresherError):
        enrol_many(people=[person, beginner], at=timezone.now(), **everyone)
    assert not Enrolment.objects.filter(version=short).exists()
    enrolled = enrol_many(people=[person], at=timezone.now(), **everyone)
    assert [row.version for row in enrolled] == [short]


def test_many_set_out_on_a_locked_course_by_a_manager_alone():
    locked = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM5", 1))
    many = {"people": [learner(), learner()], "course": locked.course, "by": None}
    with pytest.raises(LockedError):
        enrol_many(origin=Enrolment.Origin.SELF, at=timezone.now(), **many)
    enrolled = enrol_many(origin=Enrolment.Origin.MANAGER, at=timezone.now(), **many)
    assert len(enrolled) == 2
