"""Signing in at an address that many share, and nowhere else than at /konto/."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import RequestFactory

from lms.lib.clients import client_ip
from lms.people.roles import Role
from lms.people.services import invitations
from tests.builders.people import MONDAY, PASSWORD, account_with, make_account, make_person

pytestmark = pytest.mark.django_db


def login(client, email, password=PASSWORD, **extra):
    return client.post("/konto/logga-in/", {"login": email, "password": password}, **extra)


def test_the_link_to_a_new_password_leads_to_our_own_address_whatever_host_was_asked(
    client, settings, django_capture_on_commit_callbacks
):
    settings.PUBLIC_URL = "https://kunskap.example.se"
    make_account(make_person(email="asa@example.se"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            "/konto/losenord/glomt/",
            {"email": "asa@example.se"},
            headers={"host": "attacker.example.com"},
        )
    [letter] = mail.outbox
    assert re.findall(r"https?://[^/]+/konto/losenord", letter.body) == [
        "https://kunskap.example.se/konto/losenord"
    ]


def test_the_link_that_proves_a_new_address_leads_to_our_own_address(
    client, settings, django_capture_on_commit_callbacks
):
    settings.PUBLIC_URL = "https://kunskap.example.se"
    host = {"host": "attacker.example.com"}
    login(client, make_account(make_person()).email, headers=host)
    with django_capture_on_commit_callbacks(execute=True):
        asked = client.post(
            "/konto/e-post/", {"email": "ny@example.se", "action_add": ""}, headers=host
        )
        client.post(asked["Location"], {"password": PASSWORD}, headers=host)
    letter = next(letter for letter in mail.outbox if letter.to == ["ny@example.se"])
    assert "https://kunskap.example.se/konto/e-post/bekrafta/" in letter.body
    assert "attacker" not in letter.body


@pytest.mark.parametrize("address", ["/admin/login/", "/_util/login/"])
def test_wagtails_own_sign_in_forms_lead_to_ours_and_take_no_password(client, address):
    user = account_with(Role.EDITOR)
    read = client.get(f"{address}?next=/admin/pages/")
    assert (read.status_code, read["Location"]) == (302, "/konto/logga-in/?next=/admin/pages/")
    fields = {"username": user.email, "password": PASSWORD}
    assert client.post(address, fields)["Location"] == "/konto/logga-in/"
    assert "_auth_user_id" not in client.session


def test_the_admin_sends_the_anonymous_to_our_sign_in_and_back(client):
    user = account_with(Role.EDITOR)
    sent_to = client.get("/admin/")["Location"]
    assert sent_to == "/konto/logga-in/?next=/admin/"
    fields = {"login": user.email, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/konto/logga-in/", fields)["Location"] == "/admin/"


def test_forty_colleagues_behind_one_address_sign_in_within_a_minute(client):
    users = [make_account(make_person()) for _ in range(40)]
    for user in users[:15]:
        login(client, user.email, "fel-losenord-igen")
    answers = []
    for user in users:
        answers.append(login(client, user.email).status_code)
        client.logout()
    assert answers == [302] * 40


def test_forty_colleagues_behind_one_address_open_their_accounts_within_a_minute(
    client, monkeypatch
):
    monkeypatch.setattr("lms.people.views.account.today", lambda: MONDAY)
    people = [make_person() for _ in range(40)]
    for printed in invitations.print_codes(people=people, by=None, day=MONDAY):
        found = client.post("/konto/aktivera/", {"code": printed.code})
        fields = {"email": printed.person.email, "password": PASSWORD}
        assert client.post(found["Location"], fields).status_code == 302
        client.logout()


def test_whoever_opened_the_account_with_a_printed_code_is_asked_to_prove_the_address(
    client, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("lms.people.views.account.today", lambda: MONDAY)
    person = make_person(email="")
    [printed] = invitations.print_codes(people=[person], by=None, day=MONDAY)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            f"/konto/aktivera/{printed.code.replace('-', '')}/",
            {"email": "egen@example.se", "password": PASSWORD},
        )
    [letter] = mail.outbox
    assert letter.to == ["egen@example.se"]
    address = re.search(r"https?://[^/]+(/konto/e-post/bekrafta/\S+)", letter.body)[1]
    client.post(address)
    assert EmailAddress.objects.get(user__person=person).verified


def test_wrong_passwords_for_one_account_are_stopped_from_any_address_and_any_host(client):
    user = make_account(make_person())
    for number in range(6):
        login(
            client,
            user.email,
            "fel-losenord-igen",
            REMOTE_ADDR=f"10.0.0.{number}",
            headers={"host": f"h{number}.example.se"},
        )
    assert login(client, user.email).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "10.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
    ],
)
def test_the_client_is_who_our_proxies_say_it_is(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers)
    assert client_ip(request) == expected
