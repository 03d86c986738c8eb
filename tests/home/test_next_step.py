"""What Min sida puts first when a course is locked, or waits for somebody else."""

from __future__ import annotations

from django.test import Client

from courses.models import Enrolment
from courses.services.enrolment import enrol as start
from lms.people.models import Person, User
from tests.builders import courses
from tests.builders.competence import adopt, plan_of


def _page(employee: User, client: Client) -> str:
    client.force_login(employee)
    return client.get("/min-sida/").content.decode()


def _by_manager(person: Person, version) -> Enrolment:
    return start(person=person, course=version.course, origin="manager", by=None, at=courses.NOON)


def test_the_way_to_a_locked_course_comes_before_it(employee: User, client: Client) -> None:
    adopt(plan_of({"area": "OM5", "level": 2}, areas=("OM5",)))
    courses.publish_course(title="Första steget", gives=(("OM5", 1, None),))
    deeper = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM5", 1))
    page = _page(employee, client)
    first = page[page.index('id="forst"') :][:600]
    assert "Första steget" in first
    assert f"Första steget mot {deeper.title}." in first


def test_a_course_that_waits_for_the_manager_is_not_what_to_do_now(
    employee: User, client: Client
) -> None:
    adopt(plan_of({"area": "OM5", "level": 2}, areas=("OM5",)))
    version = courses.publish_asking(
        ("all", None, [courses.LESSONS]), ("all", None, [courses.SIGN_OFF])
    )
    other = courses.publish_course(title="Något annat", gives=())
    courses.take_all(_by_manager(employee.person, version))
    _by_manager(employee.person, other)
    page = _page(employee, client)
    first = page[page.index('id="forst"') :][:600]
    assert "Något annat" in first
    assert "Det som saknas är din chefs bekräftelse." in page


def test_what_can_be_begun_comes_before_a_locked_course_that_a_manager_has_booked(
    employee: User, client: Client
) -> None:
    adopt(plan_of({"area": "OM5", "level": 1}, areas=("OM5",)))
    courses.publish_course(title="Grundkurs", gives=(("OM5", 1, None),))
    deeper = courses.publish_asking(
        ("all", None, [courses.LESSONS]), requires=("OM5", 1), title="Avancerat"
    )
    _by_manager(employee.person, deeper)
    page = _page(employee, client)
    assert "Grundkurs" in page[page.index('id="forst"') :][:600]
    booked = page[page.index('id="anmald"') :][:700]
    assert "Avancerat" in booked
    assert "Anmäld av din chef" in booked
    assert "Fortsätt" not in booked
    assert "Du har också börjat på" not in page
