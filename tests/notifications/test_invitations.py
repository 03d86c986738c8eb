"""Inviting many people at once is background work, and each is invited once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.lib.dates import today
from lms.notifications.models import Delivery, Job
from lms.notifications.services import invitations
from lms.notifications.services.jobs import run_job
from lms.people.models import Invitation
from lms.people.roles import Role
from lms.people.services.invitations import invite
from tests.builders.people import account_with, employ, make_account, make_person, make_unit

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/personer/inbjudningar/"


@pytest.fixture(autouse=True)
def _outbox(settings):
    settings.EMAIL_BACKEND = "lms.notifications.mailbackend.OutboxBackend"


def colleagues(number):
    unit = make_unit("U")
    people = [make_person() for _ in range(number)]
    for person in people:
        employ(person, unit)
    return people


def test_inviting_everyone_becomes_a_job_that_its_starter_follows(client, monkeypatch):
    monkeypatch.setattr("lms.people.views.register.AT_ONCE", 2)
    monkeypatch.setattr(invitations, "BATCH", 2)
    people = colleagues(5)
    shared = make_person(email=people[0].email)
    employ(shared, people[0].employments.get().unit)
    client.force_login(account_with(Role.HR_IMPORT))
    response = client.post(ADDRESS)
    job = Job.objects.get()
    assert response["Location"] == f"/jobb/{job.pk}/"
    assert client.get(response["Location"]).status_code == 200
    assert not Invitation.objects.exists()
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 6, 6)
    assert sorted(Delivery.objects.values_list("person", "recipient")) == [
        (person.pk, person.email) for person in people[1:]
    ]


def test_a_job_that_is_run_again_invites_nobody_twice():
    people = colleagues(3)
    by = account_with(Role.HR_IMPORT)
    params = {
        "people": [person.pk for person in people],
        "by": by.pk,
        "day": today(),
        "asked_at": timezone.now() - timedelta(minutes=1),
    }
    invite(people=people[:1], by=by, day=today())
    Invitation.objects.update(created_at=timezone.now())
    make_account(people[1])
    invitations.send_invitations(params, lambda *_: None)
    invitations.send_invitations(params, lambda *_: None)
    assert sorted(Invitation.objects.values_list("person", flat=True)) == [
        people[0].pk,
        people[2].pk,
    ]


def test_a_mail_about_an_account_belongs_to_its_person_whatever_address_hr_has(
    client, django_capture_on_commit_callbacks
):
    person = make_person(email="asa@example.se")
    make_account(person, email="egen@example.se")
    client.post("/konto/losenord/glomt/", {"email": "egen@example.se"})
    assert Delivery.objects.get().person == person


def test_inviting_more_people_costs_few_more_queries():
    spent = []
    for size in (3, 100):
        people = [make_person() for _ in range(size)]
        with CaptureQueriesContext(connection) as queries:
            invite(people=people, by=None, day=today())
        spent.append(len(queries))
    # Rows are written in batches: SQLite takes 999 values in a statement. The people of this
    # test are read without their accounts, one query each.
    assert spent[1] - 100 < spent[0] - 3 + 6
