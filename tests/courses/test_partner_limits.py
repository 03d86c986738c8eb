"""What a partner organisation's contact never reaches, opens or finds out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from courses.models import Enrolment
from lms.lib.dates import today
from lms.people.access import MATRIX, Obj
from lms.people.roles import Role
from tests.builders.courses import enrol as set_out
from tests.builders.courses import publish_course
from tests.builders.partners import join, make_contact, make_guest, make_organisation, share
from tests.builders.people import employ, give_role, make_unit

pytestmark = pytest.mark.django_db

ADMIN = "/admin/kurser/partner"
PERIOD = {"starts_on": today() - timedelta(days=9), "ends_on": today() + timedelta(days=99)}
READ_THE_DIRECTORY = set(MATRIX[Obj.PARTNER_ORGANISATION])
OTHER_ROLES = [
    Role(value) for value, _words in Role.assignable_choices() if value not in READ_THE_DIRECTORY
]


@pytest.fixture
def ours():
    return make_organisation("A")


@pytest.fixture
def contact(ours):
    return make_contact(ours, "K")


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_no_other_role_takes_a_contact_into_the_directory(client, contact, role):
    theirs = make_organisation("B")
    make_guest(theirs, "ANNAN", family_name="Hemligsson")
    if role != Role.PARTNER:
        give_role(contact, role)
    client.force_login(contact)
    for url in (f"{ADMIN}/", f"{ADMIN}/{theirs.pk}/"):
        answer = client.get(url)
        assert answer.status_code != 200
        assert "Hemligsson" not in answer.content.decode()
    assert f'{ADMIN}/"' not in client.get("/admin/", follow=True).content.decode()


def _give(client, quota, *people):
    return client.post(
        f"/partner/platser/{quota.pk}/",
        {"person": [person.pk for person in people], "ge": "1"},
        follow=True,
    )


def test_giving_says_the_same_of_whoever_takes_the_course_from_elsewhere(client, ours, contact):
    version = publish_course()
    quota = share(version, ours, 5, **PERIOD)
    elsewhere, new = make_guest(person_id="G").person, make_guest(ours, "N").person
    last = today() - timedelta(days=2)
    employ(elsewhere, make_unit("U"), starts_on=date(2020, 1, 1), ends_on=last)
    set_out(elsewhere, version, at=timezone.now() - timedelta(days=5))
    join(elsewhere, ours, starts_on=today() - timedelta(days=1))
    client.force_login(contact)
    told = [_give(client, quota, person).context["undo"]["text"] for person in (elsewhere, new)]
    assert told[0] == told[1]


def test_members_who_work_here_are_not_offered_a_seat_and_get_none(client, ours, contact):
    version = publish_course()
    quota = share(version, ours, 1, **PERIOD)
    people = [make_guest(ours, f"G{number}").person for number in range(3)]
    unit = make_unit("U")
    for person in people[:2]:
        employ(person, unit, starts_on=today())
    client.force_login(contact)
    page = client.get(f"/partner/platser/{quota.pk}/")
    assert {person.person_id for person in page.context["without"]} == {"K", "G2"}
    assert _give(client, quota, *people).status_code == 403
    assert not Enrolment.objects.exists()


def test_more_than_there_are_seats_are_not_sent_to_be_enrolled(client, ours, contact):
    quota = share(publish_course(), ours, 1, **PERIOD)
    client.force_login(contact)
    answer = _give(client, quota, make_guest(ours).person, make_guest(ours).person)
    assert answer.context["too_many"]
    assert not Enrolment.objects.exists()
