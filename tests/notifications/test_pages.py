from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lms.notifications.models import Delivery, Job, Notice
from lms.notifications.services.outbox import claim, give_up_left_behind
from lms.people.models import Person, RoleAssignment, User
from lms.people.roles import Role
from tests.builders.notifications import MONDAY, RECEIPT, REMINDER, make_reader, tell

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_coordinator(role: Role = Role.COORDINATOR) -> User:
    user = User.objects.create_user(f"{role}@example.se", "x")
    RoleAssignment.objects.create(user=user, role=role, starts_on=date(2020, 1, 1))
    return user


@pytest.fixture
def reader() -> Person:
    """Somebody who may start jobs of their own, and looks after nothing."""
    person = make_reader()
    RoleAssignment.objects.create(user=person.user, role=Role.EDITOR, starts_on=date(2020, 1, 1))
    return person


@pytest.fixture
def client(reader: Person) -> Client:
    return signed_in(reader.user)


@pytest.fixture
def coordinator() -> Client:
    return signed_in(make_coordinator())


def test_the_inbox_shows_unread_first_and_counts_them(reader: Person, client: Client) -> None:
    for number in range(3):
        tell(reader, f"completed:{number}", at=MONDAY + timedelta(days=number))
    newest = Notice.objects.get(dedupe_key="completed:2")
    client.post(reverse("notifications:mark_read", args=[newest.pk]))
    page = client.get(reverse("notifications:inbox"))
    assert [told.notice.dedupe_key for told in page.context["told"]] == [
        "completed:1",
        "completed:0",
        "completed:2",
    ]
    assert page.context["unread"] == 2
    client.post(reverse("notifications:mark_all_read"))
    assert client.get(reverse("notifications:inbox")).context["unread"] == 0


def test_an_empty_inbox_says_what_will_come(client: Client) -> None:
    assert "Här får du veta" in client.get(reverse("notifications:inbox")).content.decode()


def test_opening_a_notice_reads_it_and_leads_on(reader: Person, client: Client) -> None:
    notice = tell(reader, "completed:1", url="/min-sida/")
    assert notice
    answer = client.get(reverse("notifications:open", args=[notice.pk]))
    assert answer.headers["Location"] == "/min-sida/"
    assert Notice.objects.get().read_at is not None


def test_a_notice_never_leads_off_the_site(reader: Person, client: Client) -> None:
    notice = tell(reader, "completed:1", url="https://annan.example/")
    assert notice
    answer = client.get(reverse("notifications:open", args=[notice.pk]))
    assert answer.headers["Location"] == reverse("notifications:inbox")


@pytest.mark.parametrize("name", ["open", "mark_read"])
def test_somebody_elses_notice_does_not_exist(name: str, client: Client) -> None:
    other = tell(make_reader(2), "completed:1")
    assert other
    address = reverse(f"notifications:{name}", args=[other.pk])
    answer = client.get(address) if name == "open" else client.post(address)
    assert answer.status_code == 404
    assert Notice.objects.get().read_at is None


@pytest.mark.parametrize("size", [3, 300])
def test_the_inbox_costs_the_same_whatever_its_size(
    size: int, reader: Person, client: Client, django_assert_max_num_queries
) -> None:
    for number in range(size):
        tell(reader, f"completed:{number}")
    with django_assert_max_num_queries(15):
        client.get(reverse("notifications:inbox"))


@pytest.mark.parametrize("size", [3, 300])
def test_the_job_list_costs_the_same_whatever_its_size(
    size: int, coordinator: Client, django_assert_max_num_queries
) -> None:
    by = make_reader(9).user
    Job.objects.bulk_create(Job(kind="x", by=by, created_at=MONDAY) for _n in range(size))
    with django_assert_max_num_queries(20):
        coordinator.get(reverse("notifications:jobs"))


@pytest.mark.parametrize("size", [3, 300])
def test_the_mail_ledger_costs_the_same_whatever_its_size(
    size: int, coordinator: Client, django_assert_max_num_queries
) -> None:
    for number in range(size):
        tell(make_reader(number, account=False), f"completed:{number}")
    with django_assert_max_num_queries(20):
        coordinator.get(reverse("notifications:mail"))


def test_one_follows_ones_own_jobs_and_no_others(client: Client, reader: Person) -> None:
    own = Job.objects.create(kind="x", by=reader.user, created_at=MONDAY)
    other = Job.objects.create(kind="x", by=make_reader(2).user, created_at=MONDAY)
    page = client.get(reverse("notifications:jobs"))
    assert list(page.context["page"].object_list) == [own]
    assert client.get(reverse("notifications:job", args=[own.pk])).status_code == 200
    for name in ("job", "retry_job", "cancel_job"):
        address = reverse(f"notifications:{name}", args=[other.pk])
        answer = client.get(address) if name == "job" else client.post(address)
        assert answer.status_code == 404


def test_a_failed_job_is_tried_again_from_its_page(client: Client, reader: Person) -> None:
    job = Job.objects.create(
        kind="x",
        by=reader.user,
        created_at=MONDAY,
        finished_at=MONDAY,
        state="failed",
        error="Rad 7: enheten finns inte.",
    )
    page = client.get(reverse("notifications:job", args=[job.pk])).content.decode()
    assert "Rad 7: enheten finns inte." in page
    assert "Försök igen" in page
    client.post(reverse("notifications:retry_job", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == "pending"
    client.post(reverse("notifications:cancel_job", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == "cancelled"


@pytest.mark.parametrize("name", ["mail", "without_mail", "templates"])
def test_the_ledger_is_for_those_who_look_after_it(
    name: str, client: Client, coordinator: Client
) -> None:
    assert client.get(reverse(f"notifications:{name}")).status_code == 403
    assert coordinator.get(reverse(f"notifications:{name}")).status_code == 200


def test_an_uncertain_mail_is_listed_and_sent_again_by_a_person(
    reader: Person, client: Client, coordinator: Client
) -> None:
    tell(reader, "completed:1")
    pk = Delivery.objects.get().pk
    claim(pk, at=MONDAY)
    give_up_left_behind(at=MONDAY + timedelta(hours=1))
    page = coordinator.get(reverse("notifications:mail"), {"visa": "se-over"}).content.decode()
    assert "Osäkert" in page
    again = reverse("notifications:send_again", args=[pk])
    assert client.post(again).status_code == 403
    coordinator.post(again)
    assert Delivery.objects.get().state == "pending"


@pytest.mark.parametrize("code", [RECEIPT.code, REMINDER.code, "reminders"])
def test_every_template_can_be_previewed(code: str, coordinator: Client, client: Client) -> None:
    page = coordinator.get(reverse("notifications:template", args=[code]))
    assert page.status_code == 200
    assert page.context["mail"].text
    letter = coordinator.get(reverse("notifications:template_mail", args=[code]))
    assert "<!doctype html>" in letter.content.decode()
    assert "script-src 'none'" in letter.headers["Content-Security-Policy"]
    assert client.get(reverse("notifications:template", args=[code])).status_code == 403


def test_a_template_nobody_registered_is_not_found(coordinator: Client) -> None:
    assert coordinator.get(reverse("notifications:template", args=["no"])).status_code == 404


@pytest.mark.parametrize("name", ["inbox", "jobs", "mail", "without_mail", "templates"])
def test_nobody_gets_in_without_signing_in(name: str) -> None:
    assert Client().get(reverse(f"notifications:{name}")).status_code in (302, 403)


def test_the_ledger_names_people_to_the_administrator_only(coordinator: Client) -> None:
    person = make_reader(7)
    tell(person, "completed:1")
    address = reverse("notifications:mail")
    assert person.name not in coordinator.get(address).content.decode()
    administrator = signed_in(make_coordinator(Role.SYSTEM_ADMIN))
    assert person.name in administrator.get(address).content.decode()


def test_whoever_watches_the_installation_gets_an_answer() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}
