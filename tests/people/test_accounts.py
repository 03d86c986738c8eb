import re
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from django.core import mail
from django.db import connection

from lms.audit.models import AuditEvent
from lms.people.models import Invitation, Person, RoleAssignment, User
from lms.people.roles import Role
from lms.people.services import accounts, invitations
from lms.people.services.role_assignments import (
    RoleAssignmentError,
    assign_role,
    end_role,
    sync_admin_access,
    sync_all_admin_access,
)
from tests.builders.people import (
    MONDAY,
    PASSWORD,
    account_with,
    employ,
    give_role,
    make_account,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(django_capture_on_commit_callbacks):
    """Run something and give the mail it sent."""

    def run(function):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            function()
        return list(mail.outbox)

    return run


def invited(sent, person):
    from lms.lib.dates import today

    letters = sent(lambda: invitations.invite(people=[person], by=None, day=today()))
    return re.search(r"/konto/aktivera/(\w+)/", letters[0].body)[1]


def login(client, email, password=PASSWORD, **extra):
    return client.post("/konto/logga-in/", {"login": email, "password": password, **extra})


def test_somebody_invited_by_mail_chooses_a_password_and_is_signed_in(client, sent):
    person = make_person("P1", email="asa@example.se")
    code = invited(sent, person)
    page = client.get(f"/konto/aktivera/{code}/")
    assert page.status_code == 200
    assert "asa@example.se" in page.content.decode()
    response = client.post(f"/konto/aktivera/{code}/", {"password": PASSWORD})
    assert response.status_code == 302
    user = User.objects.get(person=person)
    assert user.email == "asa@example.se"
    assert client.session["_auth_user_id"] == str(user.pk)
    assert AuditEvent.objects.filter(action="account_activated").count() == 1


def test_a_code_works_once(client, sent):
    code = invited(sent, make_person())
    client.post(f"/konto/aktivera/{code}/", {"password": PASSWORD})
    client.logout()
    response = client.post(f"/konto/aktivera/{code}/", {"password": "nagon-annans-losen"})
    assert response.status_code == 404


def test_a_new_invitation_stops_the_earlier_one(client, sent):
    person = make_person()
    first = invited(sent, person)
    second = invited(sent, person)
    assert client.get(f"/konto/aktivera/{first}/").status_code == 404
    assert client.get(f"/konto/aktivera/{second}/").status_code == 200


def test_an_invitation_grows_old():
    person = make_person()
    [printed] = invitations.print_codes(people=[person], by=None, day=MONDAY)
    last = MONDAY + timedelta(days=invitations.PRINT_DAYS)
    assert invitations.find_invitation(code=printed.code, day=last).person == person
    with pytest.raises(accounts.AccountError):
        invitations.find_invitation(code=printed.code, day=last + timedelta(days=1))


def test_a_weak_password_is_refused(client, sent):
    code = invited(sent, make_person())
    response = client.post(f"/konto/aktivera/{code}/", {"password": "kort"})
    assert response.status_code == 200
    assert not User.objects.exists()


def test_somebody_without_an_address_opens_the_account_with_a_printed_code(client):
    from lms.lib.dates import today

    person = make_person("P1", email="")
    [printed] = invitations.print_codes(people=[person], by=None, day=today())
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", printed.code)
    spoken = printed.code.lower().replace("-", " ")
    response = client.post("/konto/aktivera/", {"code": spoken})
    assert response.status_code == 302
    response = client.post(response["Location"], {"email": "Egen@Example.se", "password": PASSWORD})
    assert response.status_code == 302
    assert User.objects.get(person=person).email == "egen@example.se"


def test_a_printed_code_cannot_take_somebody_elses_address(client):
    from lms.lib.dates import today

    make_account(email="upptagen@example.se")
    [printed] = invitations.print_codes(people=[make_person(email="")], by=None, day=today())
    response = client.post(
        f"/konto/aktivera/{printed.code.replace('-', '')}/",
        {"email": "UPPTAGEN@example.se", "password": PASSWORD},
    )
    assert response.status_code == 200
    assert User.objects.count() == 1


def test_codes_are_stored_as_hashes_only():
    [printed] = invitations.print_codes(people=[make_person()], by=None, day=MONDAY)
    row = Invitation.objects.get()
    assert invitations.normal_code(printed.code) not in row.code_hash.upper()


def test_guessing_codes_is_stopped(client):
    answers = [client.post("/konto/aktivera/", {"code": f"AAAA{n}"}).status_code for n in range(62)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_nobody_is_invited_by_mail_to_a_shared_address_or_twice(sent):
    shared = [make_person(email="info@example.se"), make_person(email="INFO@example.se")]
    ready = make_person()
    make_account(ready)
    fresh = make_person(email="ny@example.se")
    results = []
    letters = sent(
        lambda: results.append(
            invitations.invite(people=[*shared, ready, fresh], by=None, day=MONDAY)
        )
    )
    assert [letter.to for letter in letters] == [["ny@example.se"]]
    assert results == [invitations.InvitationResult(sent=1, without_address=2)]


def test_sign_in_with_mail_in_any_case(client):
    make_account(make_person(email="asa@example.se"))
    response = login(client, "ASA@example.se")
    assert (response.status_code, response["Location"]) == (302, "/min-sida/")
    assert not client.session.get_expire_at_browser_close()


def test_on_a_shared_computer_the_session_ends_with_the_browser_and_after_half_an_hour(
    client, monkeypatch
):
    user = make_account(make_person())
    login(client, user.email, shared_computer="on")
    assert client.session.get_expire_at_browser_close()
    assert client.get("/konto/").status_code == 200
    session = client.session
    session["shared_computer_seen_at"] -= 31 * 60
    session.save()
    assert client.get("/konto/").status_code == 302


def test_whoever_opens_an_account_on_a_shared_computer_can_say_so(client, sent):
    code = invited(sent, make_person())
    client.post(f"/konto/aktivera/{code}/", {"password": PASSWORD, "shared_computer": "on"})
    assert client.session.get_expire_at_browser_close()
    assert "shared_computer_seen_at" in client.session
    client.logout()
    code = invited(sent, make_person())
    client.post(f"/konto/aktivera/{code}/", {"password": PASSWORD})
    assert not client.session.get_expire_at_browser_close()


def test_many_wrong_passwords_are_stopped(client):
    user = make_account(make_person())
    for _ in range(6):
        login(client, user.email, "fel-losenord-igen")
    response = login(client, user.email)
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_chosen_anew(client, sent):
    user = make_account(make_person(email="asa@example.se"))
    letters = sent(lambda: client.post("/konto/losenord/glomt/", {"email": "asa@example.se"}))
    assert [letter.to for letter in letters] == [["asa@example.se"]]
    address = re.search(r"https?://[^/]+(/konto/\S+)", letters[0].body)[1]
    page = client.get(address, follow=True)
    response = client.post(
        page.redirect_chain[-1][0],
        {"password1": "en-ny-lang-ramsa", "password2": "en-ny-lang-ramsa"},
    )
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.check_password("en-ny-lang-ramsa")


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, sent):
    answers = []
    letters = sent(
        lambda: answers.append(client.post("/konto/losenord/glomt/", {"email": "x@example.se"}))
    )
    assert letters == []
    assert answers[0]["Location"] == "/konto/losenord/glomt/skickat/"


def test_a_changed_address_counts_when_it_has_been_proven(client, sent):
    user = make_account(make_person(email="asa@example.se"))
    login(client, user.email)

    def ask_and_confirm_the_password():
        asked = client.post("/konto/e-post/", {"email": "ny@example.se", "action_add": ""})
        assert asked["Location"].startswith("/konto/bekrafta/")
        client.post(asked["Location"], {"password": PASSWORD})

    letters = sent(ask_and_confirm_the_password)
    user.refresh_from_db()
    assert user.email == "asa@example.se"
    proof = next(letter for letter in letters if letter.to == ["ny@example.se"])
    address = re.search(r"https?://[^/]+(/konto/\S+)", proof.body)[1]
    sent(lambda: client.post(address))
    user.refresh_from_db()
    assert user.email == "ny@example.se"
    event = AuditEvent.objects.get(action="account_address_changed")
    assert (event.before, event.after) == (
        {"email": "asa@example.se"},
        {"email": "ny@example.se"},
    )


def test_the_account_closes_the_day_after_the_last_employment():
    person = make_person()
    unit = make_unit("U")
    employ(person, unit, "A", ends_on=MONDAY - timedelta(days=30))
    employ(person, unit, "B", ends_on=MONDAY)
    user = make_account(person)
    assert accounts.deactivate_leavers(day=MONDAY) == 0
    assert accounts.deactivate_leavers(day=MONDAY + timedelta(days=1)) == 1
    assert accounts.deactivate_leavers(day=MONDAY + timedelta(days=1)) == 0
    user.refresh_from_db()
    assert not user.is_active
    assert AuditEvent.objects.filter(action="account_deactivated").count() == 1


def test_a_mandate_a_naming_or_never_having_been_employed_keeps_the_account(monkeypatch):
    unit = make_unit("U")
    elected, guest, named, leaver = (make_person() for _ in range(4))
    for person in (elected, guest, named, leaver):
        employ(person, unit, ends_on=MONDAY - timedelta(days=1))
        make_account(person)
    give_role(make_account(make_person()), Role.AUDITOR)
    give_role(elected.user, Role.ELECTED)
    give_role(guest.user, Role.PARTNER)
    monkeypatch.setattr(accounts, "_keepers", [lambda people, day: [named.pk]])
    assert accounts.deactivate_leavers(day=MONDAY) == 1
    assert list(User.objects.filter(is_active=False).values_list("person", flat=True)) == [
        leaver.pk
    ]
    assert not RoleAssignment.objects.exclude(ends_on=None).exists()


def test_the_roles_of_somebody_who_leaves_end_with_the_employment():
    unit, friday = make_unit("U"), MONDAY - timedelta(days=3)
    user = make_account(make_person())
    employ(user.person, unit, ends_on=friday)
    role = give_role(user, Role.AUDITOR)
    RoleAssignment.objects.update(created_at=datetime(2024, 5, 1, tzinfo=UTC))
    assert accounts.deactivate_leavers(day=MONDAY) == 1
    role.refresh_from_db()
    user.refresh_from_db()
    assert (user.is_active, role.ends_on) == (False, friday)
    event = AuditEvent.objects.get(action="role_ended")
    assert (event.object_id, event.person_key, event.after, event.reason) == (
        str(role.pk),
        user.person_id,
        {"role": "auditor", "ends_on": "2026-11-20"},
        "last employment ended",
    )
    assert accounts.deactivate_leavers(day=MONDAY) == 0


def test_a_role_given_after_the_employment_keeps_the_account_and_the_earlier_ones_end():
    user = make_account(make_person())
    employ(user.person, make_unit("U"), ends_on=MONDAY - timedelta(days=30))
    earlier = give_role(user, Role.EDITOR)
    RoleAssignment.objects.update(created_at=datetime(2024, 5, 1, tzinfo=UTC))
    later = give_role(user, Role.AUDITOR, starts_on=MONDAY - timedelta(days=7))
    assert accounts.deactivate_leavers(day=MONDAY) == 0
    earlier.refresh_from_db()
    later.refresh_from_db()
    user.refresh_from_db()
    assert (user.is_active, earlier.ends_on, later.ends_on) == (
        True,
        MONDAY - timedelta(days=30),
        None,
    )


def test_somebody_who_returns_gets_the_account_back_but_not_one_closed_by_hand():
    unit = make_unit("U")
    returning, dismissed = make_person(), make_person()
    for person in (returning, dismissed):
        employ(person, unit, ends_on=MONDAY - timedelta(days=1))
        make_account(person)
    accounts.close_account(user=dismissed.user, by=account_with(Role.SYSTEM_ADMIN), reason="")
    accounts.deactivate_leavers(day=MONDAY)
    for person in (returning, dismissed):
        employ(person, unit, "NY", starts_on=MONDAY)
    assert accounts.reactivate_returned(day=MONDAY) == 1
    assert (
        Person.objects.filter(user__is_active=True, employments__job_code="NY").get() == returning
    )


def test_what_was_last_done_to_an_account_decides_whether_it_opens_again():
    """Left and returned, then closed by hand, then opened by hand, then left and returned."""
    person, by = make_person(), account_with(Role.SYSTEM_ADMIN)
    unit, later = make_unit("U"), MONDAY + timedelta(days=100)
    employ(person, unit, ends_on=MONDAY - timedelta(days=1))
    user = make_account(person)
    accounts.deactivate_leavers(day=MONDAY)
    employ(person, unit, "NY", starts_on=MONDAY, ends_on=later)
    assert accounts.reactivate_returned(day=MONDAY) == 1
    user.refresh_from_db()
    accounts.close_account(user=user, by=by, reason="Slutat i förtid")
    assert accounts.reactivate_returned(day=MONDAY + timedelta(days=1)) == 0
    accounts.reopen_account(user=user, by=by, reason="Kom tillbaka")
    assert accounts.deactivate_leavers(day=later + timedelta(days=1)) == 1
    employ(person, unit, "IGEN", starts_on=later + timedelta(days=2))
    assert accounts.reactivate_returned(day=later + timedelta(days=2)) == 1


@pytest.mark.parametrize("size", [3, 300])
def test_closing_accounts_takes_a_bounded_number_of_queries(size, django_assert_max_num_queries):
    unit = make_unit("U")
    for _ in range(size):
        person = make_person()
        employ(person, unit, ends_on=MONDAY - timedelta(days=1))
        User.objects.create(email=person.email, person=person, password="!")
    # The ledger is written in batches: SQLite takes 999 values in a statement.
    columns = [field for field in AuditEvent._meta.concrete_fields if not field.primary_key]
    batch = connection.ops.bulk_batch_size(columns, [None] * size)
    with django_assert_max_num_queries(6 + ceil(size / batch)):
        assert accounts.deactivate_leavers(day=MONDAY) == size


def test_the_editor_gets_the_admin_and_pages_and_loses_them_with_the_role():
    user = make_account(make_person())
    assert not user.has_perm("wagtailadmin.access_admin")
    assignment = assign_role(
        user=user, role=Role.EDITOR, starts_on=MONDAY, by=None, reason="Redaktör"
    )
    user = User.objects.get(pk=user.pk)
    assert user.has_perm("wagtailadmin.access_admin")
    assert not user.has_perm("people.change_user")
    actions = {p.permission.codename for g in user.groups.all() for p in g.page_permissions.all()}
    assert actions == {"add_page", "change_page", "publish_page"}
    end_role(assignment=assignment, on=MONDAY, by=None)
    assert User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")
    sync_all_admin_access(day=MONDAY + timedelta(days=1))
    assert not User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")


def test_the_administrator_has_neither_wagtails_accounts_nor_pages():
    user = account_with(Role.SYSTEM_ADMIN)
    user = User.objects.get(pk=user.pk)
    assert user.has_perm("wagtailadmin.access_admin")
    assert not user.has_perm("people.change_user")
    assert not user.has_perm("auth.change_group")
    assert not any(g.page_permissions.exists() for g in user.groups.all())


def test_a_role_that_begins_later_opens_nothing_before():
    user = make_account(make_person())
    later = MONDAY + timedelta(days=7)
    assign_role(user=user, role=Role.EDITOR, starts_on=later, by=None, day=MONDAY)
    assert not user.groups.exists()
    sync_admin_access(user=user, day=later)
    assert user.groups.count() == 1


def test_the_same_role_twice_in_a_period_is_refused():
    user = account_with(Role.EDITOR)
    with pytest.raises(RoleAssignmentError):
        assign_role(user=user, role=Role.EDITOR, starts_on=MONDAY, by=None)


def test_the_reason_for_a_role_may_not_hold_a_personnummer():
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        assign_role(
            user=make_account(make_person()),
            role=Role.EDITOR,
            starts_on=MONDAY,
            by=None,
            reason="Enligt 19800101-1234",
        )


def test_my_account_shows_my_roles_and_saves_my_language(client):
    user = account_with(Role.EDITOR)
    client.force_login(user)
    page = client.get("/konto/").content.decode()
    assert user.email in page
    response = client.post("/konto/sprak/", {"language": "en"})
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.language == "en"
    assert response.cookies["django_language"].value == "en"


@pytest.mark.parametrize(
    "address",
    [
        "/konto/logga-in/",
        "/konto/logga-ut/",
        "/konto/e-post/",
        "/konto/losenord/",
        "/konto/losenord/glomt/",
        "/konto/losenord/glomt/skickat/",
        "/konto/losenord/klart/",
        "/konto/aktivera/",
        "/konto/stangt/",
    ],
)
def test_every_account_page_opens(client, address):
    if address in ("/konto/logga-ut/", "/konto/e-post/", "/konto/losenord/"):
        user = make_account(make_person())
        login(client, user.email)
    assert client.get(address).status_code == 200


def test_an_old_code_neither_replaces_a_password_nor_opens_a_closed_account(sent):
    for active, password in ((True, PASSWORD), (False, None)):
        person = make_person()
        [printed] = invitations.print_codes(people=[person], by=None, day=MONDAY)
        user = make_account(person)
        user.set_password(password)
        user.is_active = active
        user.save()
        invitation = invitations.find_invitation(code=printed.code, day=MONDAY)
        with pytest.raises(accounts.AccountError):
            invitations.activate(
                invitation=invitation, email="", password="nagon-annans-losen", day=MONDAY
            )
        user.refresh_from_db()
        assert not user.check_password("nagon-annans-losen")
