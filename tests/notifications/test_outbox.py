import smtplib
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import send_mail
from django.core.mail.backends.base import BaseEmailBackend

from lms.audit.models import AuditEvent
from lms.notifications.models import Delivery, Notice
from lms.notifications.services.outbox import (
    NotToBeSentAgainError,
    claim,
    forget_old_texts,
    give_up_left_behind,
    send_again,
    send_due,
)
from lms.notifications.services.reminders import without_mail
from lms.people.models import Person, User
from tests.builders.notifications import MONDAY, make_reader, tell

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def at(moment: datetime):
    return lambda: moment


class Refusing(BaseEmailBackend):
    """A mail server that answers with `error`, or is not there when it opens with one."""

    error: Exception | None = None
    open_error: Exception | None = None

    def open(self) -> bool:
        if self.open_error:
            raise self.open_error
        return True

    def send_messages(self, email_messages: Any) -> int:
        if self.error:
            raise self.error
        return len(email_messages)


@pytest.fixture
def server(settings):
    settings.MAIL_TRANSPORT = "tests.notifications.test_outbox.Refusing"
    Refusing.error = Refusing.open_error = None
    return Refusing


def test_a_receipt_is_sent_once_in_plain_text_and_html() -> None:
    tell(make_reader(), "completed:1")
    assert send_due(clock=at(MONDAY)) == 1
    assert send_due(clock=at(MONDAY + MINUTE)) == 0
    [message] = mail.outbox
    assert message.to == ["person1@example.se"]
    assert message.subject == "You have completed Grundkurs"
    assert "You completed it on 30 september 2027, Åsa & co." in message.body
    assert "Åsa &amp; co." in message.alternatives[0][0]
    assert "http://localhost:8000/min-sida/" in message.body
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.sent_at, delivery.recipient, delivery.subject) == (
        "sent",
        MONDAY,
        "person1@example.se",
        "You have completed Grundkurs",
    )
    assert message.extra_headers["Message-ID"] == delivery.message_id


def test_a_claimed_mail_is_not_claimed_again() -> None:
    tell(make_reader(), "completed:1")
    pk = Delivery.objects.get().pk
    assert claim(pk, at=MONDAY) is not None
    assert claim(pk, at=MONDAY) is None


def test_a_claim_left_behind_becomes_uncertain_and_is_not_sent_again() -> None:
    tell(make_reader(), "completed:1")
    claim(Delivery.objects.get().pk, at=MONDAY)
    assert give_up_left_behind(at=MONDAY + 9 * MINUTE) == 0
    assert give_up_left_behind(at=MONDAY + 11 * MINUTE) == 1
    assert send_due(clock=at(MONDAY + 60 * MINUTE)) == 0
    assert mail.outbox == []
    assert Delivery.objects.get().state == "uncertain"


def test_a_person_may_decide_to_send_an_uncertain_mail_again() -> None:
    tell(make_reader(), "completed:1")
    claim(Delivery.objects.get().pk, at=MONDAY)
    give_up_left_behind(at=MONDAY + 11 * MINUTE)
    by = User.objects.create_user("admin@example.se", "x")
    send_again(delivery=Delivery.objects.get(), by=by, at=MONDAY + 12 * MINUTE)
    assert send_due(clock=at(MONDAY + 12 * MINUTE)) == 1
    assert AuditEvent.objects.get().action == "mail.sent_again"
    with pytest.raises(NotToBeSentAgainError):
        send_again(delivery=Delivery.objects.get(), by=by, at=MONDAY + 13 * MINUTE)


def test_mail_server_that_is_down_costs_no_attempt(server) -> None:
    tell(make_reader(), "completed:1")
    server.open_error = ConnectionRefusedError()
    assert send_due(clock=at(MONDAY)) == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.state_reason) == (
        "pending",
        0,
        "The mail server does not answer.",
    )
    server.open_error = None
    assert send_due(clock=at(MONDAY)) == 1


def test_a_broken_connection_leaves_the_mail_uncertain(server) -> None:
    tell(make_reader(), "completed:1")
    server.error = smtplib.SMTPServerDisconnected("gone")
    assert send_due(clock=at(MONDAY)) == 0
    server.error = None
    assert send_due(clock=at(MONDAY + timedelta(days=1))) == 0
    assert Delivery.objects.get().state == "uncertain"


def test_a_refusal_for_now_is_tried_again_and_at_last_fails(server) -> None:
    tell(make_reader(), "completed:1")
    server.error = smtplib.SMTPDataError(451, b"busy")
    moment, states = MONDAY, []
    for _try in range(7):
        send_due(clock=at(moment))
        delivery = Delivery.objects.get()
        states.append((delivery.state, delivery.attempts, delivery.not_before - moment))
        moment = delivery.not_before
    hour = timedelta(hours=1)
    assert states[:5] == [
        ("pending", 1, MINUTE),
        ("pending", 2, 5 * MINUTE),
        ("pending", 3, 30 * MINUTE),
        ("pending", 4, 2 * hour),
        ("pending", 5, 6 * hour),
    ]
    assert states[5][:2] == states[6][:2] == ("failed", 6)
    assert Delivery.objects.get().state_reason == "451 busy"


def test_a_refused_address_fails_at_once(server) -> None:
    tell(make_reader(), "completed:1")
    server.error = smtplib.SMTPRecipientsRefused({"a@example.se": (550, b"no such user")})
    send_due(clock=at(MONDAY))
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.state_reason) == ("failed", "550 no such user")


def test_a_person_without_address_gets_the_notice_and_no_mail() -> None:
    tell(make_reader(email=""), "completed:1")
    assert send_due(clock=at(MONDAY)) == 0
    assert Notice.objects.count() == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.state_reason) == (
        "skipped",
        "The person has no e-mail address.",
    )


def test_mail_goes_to_the_proven_address_of_the_account() -> None:
    person = make_reader(email="info@example.se")
    user = User.objects.get(person=person)
    address = EmailAddress.objects.create(user=user, email="asa@example.se", primary=True)
    tell(person, "completed:1")
    send_due(clock=at(MONDAY))
    EmailAddress.objects.update(verified=True)
    tell(person, "completed:2")
    send_due(clock=at(MONDAY))
    assert [letter.to for letter in mail.outbox] == [["info@example.se"], [address.email]]


def test_somebody_without_an_address_at_hr_is_reached_at_the_proven_one() -> None:
    person, unreached = make_reader(1, email=""), make_reader(2, email="")
    user = User.objects.get(person=person)
    EmailAddress.objects.create(user=user, email="asa@example.se", primary=True, verified=True)
    other = User.objects.get(person=unreached)
    EmailAddress.objects.create(user=other, email="ek@example.se", primary=True)
    tell(person, "completed:1")
    assert send_due(clock=at(MONDAY)) == 1
    assert list(without_mail(Person.objects.all())) == [unreached]


def test_mail_goes_in_the_language_of_the_account() -> None:
    person = make_reader()
    User.objects.filter(person=person).update(language="en")
    tell(person, "completed:1")
    send_due(clock=at(MONDAY))
    assert "See all your notices" in mail.outbox[0].body


def test_a_closed_account_gets_no_mail() -> None:
    person = make_reader()
    User.objects.filter(person=person).update(is_active=False)
    tell(person, "completed:1")
    assert send_due(clock=at(MONDAY)) == 0


def test_one_mail_that_cannot_be_written_does_not_stop_the_next(monkeypatch) -> None:
    tell(make_reader(1), "completed:1")
    Delivery.objects.update(kind="gone")
    Notice.objects.update(kind="gone")
    tell(make_reader(2), "completed:2")
    assert send_due(clock=at(MONDAY)) == 1
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [
        "failed",
        "sent",
    ]


def test_other_mail_goes_through_the_outbox_and_leaves_no_secret(settings) -> None:
    settings.EMAIL_BACKEND = "lms.notifications.mailbackend.OutboxBackend"
    person = make_reader()
    send_mail(
        "Välkommen", "länk: hemlig", None, ["Person1@example.se"], html_message="<p>hemlig</p>"
    )
    assert mail.outbox == []
    waiting = Delivery.objects.get()
    assert (waiting.person, waiting.category, waiting.state) == (person, "account", "pending")
    assert send_due(clock=at(waiting.not_before)) == 1
    assert mail.outbox[0].body == "länk: hemlig"
    assert mail.outbox[0].alternatives[0][0] == "<p>hemlig</p>"
    sent = Delivery.objects.get()
    assert (sent.raw_text, sent.raw_html, sent.subject) == ("", "", "Välkommen")


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_a_mail_that_never_went_forgets_its_link_when_the_link_is_old(settings, state) -> None:
    settings.EMAIL_BACKEND = "lms.notifications.mailbackend.OutboxBackend"
    send_mail("Välkommen", "länk: hemlig", None, ["ny@example.se"], html_message="<p>hemlig</p>")
    Delivery.objects.update(state=state, created_at=MONDAY)
    assert forget_old_texts(at=MONDAY + timedelta(days=14)) == 0
    assert forget_old_texts(at=MONDAY + timedelta(days=16)) == 1
    delivery = Delivery.objects.get()
    assert (delivery.raw_text, delivery.raw_html, delivery.subject) == ("", "", "Välkommen")
    by = User.objects.create_user("admin@example.se", "x")
    send_again(delivery=delivery, by=by, at=MONDAY)
    assert send_due(clock=at(MONDAY)) == 0
    delivery.refresh_from_db()
    assert delivery.state_reason == "The text of the mail is no longer kept."
