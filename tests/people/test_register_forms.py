"""People, posts, units and accounts entered by hand in the register, and accounts closed."""

from datetime import timedelta

import pytest
from django.core import mail

from lms.audit.models import AuditEvent
from lms.lib.dates import today
from lms.people.models import Employment, Invitation, Leave, Person, Unit, User
from lms.people.roles import Role
from tests.builders.people import (
    account_with,
    employ,
    give_role,
    make_account,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db
ROOT = "/admin/personer"


@pytest.fixture
def hr(client):
    client.force_login(account_with(Role.HR_IMPORT))
    return client


@pytest.fixture
def admin(client):
    client.force_login(account_with(Role.SYSTEM_ADMIN))
    return client


GUEST = {
    "person_id": "G-001",
    "given_name": "Maja",
    "family_name": "Ek",
    "email": "maja.ek@example.se",
}


def test_a_partners_guest_is_entered_given_a_role_and_invited(
    client, django_capture_on_commit_callbacks
):
    hr, admin = account_with(Role.HR_IMPORT), account_with(Role.SYSTEM_ADMIN)
    client.force_login(hr)
    response = client.post(f"{ROOT}/lista/ny/", GUEST)
    person = Person.objects.get(person_id="G-001")
    assert response["Location"] == f"{ROOT}/lista/{person.pk}/"
    client.force_login(admin)
    role = {"who": "G-001", "role": "partner", "starts_on": today().isoformat()}
    client.post(f"{ROOT}/roller/ny/", role)
    person.refresh_from_db()
    assert person.user.role_assignments.get().role == Role.PARTNER
    client.force_login(hr)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{ROOT}/inbjudningar/", {"person": person.pk})
    assert [letter.to for letter in mail.outbox] == [["maja.ek@example.se"]]
    assert list(AuditEvent.objects.filter(person_key=person.pk).values_list("action", "by")) == [
        ("account_invited", hr.pk),
        ("role_assigned", admin.pk),
        ("account_created", admin.pk),
        ("person_created", hr.pk),
    ]


def test_an_elected_representative_without_a_post_is_invited_and_somebody_who_left_is_not(
    hr, django_capture_on_commit_callbacks
):
    elected, leaver = make_person(), make_person()
    employ(leaver, make_unit("U"), ends_on=today() - timedelta(days=3))
    with django_capture_on_commit_callbacks(execute=True):
        hr.post(f"{ROOT}/inbjudningar/", {"person": [elected.pk, leaver.pk]})
    assert [letter.to for letter in mail.outbox] == [[elected.email]]


@pytest.mark.parametrize(
    "known",
    [
        {"person_id": "P1", "given_name": "maja", "family_name": "EK", "email": ""},
        {"person_id": "P1", "given_name": "M", "family_name": "E", "email": "maja.ek@example.se"},
    ],
)
def test_somebody_who_may_be_there_already_is_shown_before_a_second_record_is_made(hr, known):
    person = make_person(**known)
    page = hr.post(f"{ROOT}/lista/ny/", GUEST).content.decode()
    assert f'href="{ROOT}/lista/{person.pk}/"' in page
    assert not Person.objects.filter(person_id="G-001").exists()
    hr.post(f"{ROOT}/lista/ny/", GUEST | {"somebody_else": "on"})
    assert Person.objects.filter(person_id="G-001").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("person_id", "19800101-1234"),
        ("person_id", "P1"),
        ("family_name", "Ek 811228-9874"),
        ("email", "maja"),
        ("given_name", ""),
    ],
)
def test_a_person_that_cannot_be_entered_is_refused_beside_the_field(hr, field, value):
    make_person("P1", given_name="Någon", family_name="Annan")
    response = hr.post(f"{ROOT}/lista/ny/", GUEST | {field: value})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not Person.objects.filter(family_name__startswith="Ek").exists()


def test_a_post_a_leave_and_a_last_day_are_entered_by_hand(hr):
    person, unit = make_person(), make_unit("U")
    address = f"{ROOT}/lista/{person.pk}"
    post = {"unit": unit.pk, "job_code": "TJM", "job_title": "Handläggare"}
    hr.post(f"{address}/anstallning/", post | {"starts_on": "2026-01-01"})
    employment = Employment.objects.get()
    assert (employment.person, employment.job_title) == (person, "Handläggare")
    twice = hr.post(f"{address}/anstallning/", post | {"starts_on": "2026-01-01"})
    assert twice.status_code == 200
    assert twice.context["form"].errors
    hr.post(f"{address}/ledighet/", {"starts_on": "2026-03-01", "ends_on": "2026-08-31"})
    assert Leave.objects.get().person == person
    assert "1 mars 2026 – 31 augusti 2026" in hr.get(f"{address}/").content.decode()
    backwards = {"starts_on": "2026-09-02", "ends_on": "2026-09-01"}
    assert hr.post(f"{address}/ledighet/", backwards).status_code == 200
    hr.post(f"{ROOT}/anstallning/{employment.pk}/avsluta/", {"last_day": "2026-12-31"})
    employment.refresh_from_db()
    assert employment.ends_on.isoformat() == "2026-12-31"
    assert Employment.objects.count() == Leave.objects.count() == 1


def test_a_unit_is_entered_below_another(hr):
    parent = make_unit("R")
    hr.post(f"{ROOT}/enheter/ny/", {"code": "R-1", "name": "Ny enhet", "parent": parent.pk})
    unit = Unit.objects.get(code="R-1")
    parent.refresh_from_db()
    assert parent.covers(unit)
    again = hr.post(f"{ROOT}/enheter/ny/", {"code": "R-1", "name": "Igen"})
    assert list(again.context["form"].errors) == ["code"]


def test_an_auditor_without_a_person_gets_an_account_and_a_link(
    admin, django_capture_on_commit_callbacks
):
    fields = {"email": "Revisor@example.se", "first_name": "Rut", "last_name": "Revisor"}
    with django_capture_on_commit_callbacks(execute=True):
        response = admin.post(f"{ROOT}/konton/nytt/", fields)
    user = User.objects.get(email="revisor@example.se")
    assert response["Location"] == f"{ROOT}/konton/{user.pk}/"
    assert [letter.to for letter in mail.outbox] == [["revisor@example.se"]]
    assert Invitation.objects.get().user == user
    assert "Rut Revisor" in admin.get(f"{ROOT}/konton/").content.decode()
    again = admin.post(f"{ROOT}/konton/nytt/", fields)
    assert list(again.context["form"].errors) == ["email"]


def test_the_address_of_somebody_in_the_register_is_invited_from_the_register(admin):
    person = make_person(email="asa@example.se")
    fields = {"email": "asa@example.se", "first_name": "Åsa", "last_name": "Öst"}
    page = admin.post(f"{ROOT}/konton/nytt/", fields).content.decode()
    assert f'href="{ROOT}/lista/{person.pk}/"' in page
    assert not User.objects.filter(email="asa@example.se").exists()


def test_an_account_is_closed_with_a_reason_and_opened_again(admin):
    user = make_account(make_person())
    address = f"{ROOT}/konton/{user.pk}"
    assert list(admin.post(f"{address}/stang/", {"reason": ""}).context["form"].errors) == [
        "reason"
    ]
    personal = {"reason": "Enligt 19800101-1234"}
    assert list(admin.post(f"{address}/stang/", personal).context["form"].errors) == ["reason"]
    admin.post(f"{address}/stang/", {"reason": "Har lånat ut sitt lösenord"})
    user.refresh_from_db()
    assert not user.is_active
    event = AuditEvent.objects.get(action="account_closed")
    assert event.reason == "Har lånat ut sitt lösenord"
    admin.post(f"{address}/oppna/", {"reason": "Nytt lösenord"})
    user.refresh_from_db()
    assert user.is_active
    assert AuditEvent.objects.filter(action="account_reopened").count() == 1


def test_nobody_closes_their_own_account(client):
    user = account_with(Role.SYSTEM_ADMIN)
    client.force_login(user)
    response = client.post(f"{ROOT}/konton/{user.pk}/stang/", {"reason": "Slutar"})
    assert response.status_code == 200
    user.refresh_from_db()
    assert user.is_active


@pytest.mark.parametrize("superuser", [False, True])
@pytest.mark.parametrize(
    "address",
    [
        "/admin/users/",
        "/admin/users/new/",
        "/admin/users/edit/{pk}/",
        "/admin/groups/",
        "/admin/bulk/people/user/delete/?id={pk}",
        "/admin/bulk/people/user/set_active_state/?id={pk}",
        "/admin/bulk/people/user/assign_role/?id={pk}",
    ],
)
def test_accounts_and_groups_are_not_handled_past_the_register(client, address, superuser):
    user = account_with(Role.SYSTEM_ADMIN)
    User.objects.filter(pk=user.pk).update(is_superuser=superuser)
    client.force_login(user)
    other = make_account(make_person())
    assert client.get(address.format(pk=other.pk)).status_code == 403
    menu = client.get("/admin/").content.decode()
    assert "/admin/users/" not in menu
    assert "/admin/groups/" not in menu


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.EDITOR, Role.AUDITOR])
def test_the_forms_are_for_hr_and_the_administrator_only(client, role):
    person = make_person()
    employment = employ(person, make_unit("U"))
    user = make_account(person)
    client.force_login(account_with(role))
    for address in (
        "lista/ny/",
        f"lista/{person.pk}/anstallning/",
        f"lista/{person.pk}/ledighet/",
        f"anstallning/{employment.pk}/avsluta/",
        "enheter/ny/",
        "konton/",
        "konton/nytt/",
        f"konton/{user.pk}/",
        f"konton/{user.pk}/stang/",
        f"konton/{user.pk}/oppna/",
        f"konton/{user.pk}/bjud-in/",
    ):
        assert client.get(f"{ROOT}/{address}").status_code == 403, address


def test_every_form_opens(hr):
    person = make_person()
    employment = employ(person, make_unit("U"))
    user = make_account(person)
    give_role(user, Role.EDITOR)
    for address in (
        f"lista/{person.pk}/",
        "lista/",
        "lista/ny/",
        f"lista/{person.pk}/anstallning/",
        f"lista/{person.pk}/ledighet/",
        f"anstallning/{employment.pk}/avsluta/",
        "enheter/",
        "enheter/ny/",
        "konton/",
        "konton/nytt/",
        f"konton/{user.pk}/",
        f"konton/{user.pk}/stang/",
        f"konton/{user.pk}/oppna/",
    ):
        assert hr.get(f"{ROOT}/{address}").status_code == 200, address
