"""Writing to a group: to whom, how many is told, when it goes, and taking it back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from competence.models import GroupMessage
from competence.services.group_messages import (
    GROUP_MESSAGE,
    Filter,
    GroupMessageError,
    roughly,
    send_waiting,
    undo_message,
    write_to_group,
)
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea
from lms.notifications.mail import tell
from lms.notifications.models import Notice
from lms.people.roles import Role
from tests.builders.people import account_with, employ, make_person

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
ADDRESS = "/admin/kompetens/meddelanden/"


def to(school, standing: str = "to_do", **more) -> Filter:
    facts = {
        "key_group": None,
        "unit": school.unit,
        "area": CompetenceArea.objects.get(code="OM1"),
        "level": None,
    }
    return Filter(**facts | more, standing=standing)


@pytest.fixture
def coordinator(school):
    return account_with(Role.COORDINATOR)


def write(school, by, at=NOW, **more) -> GroupMessage:
    return write_to_group(
        wanted=to(school, **more),
        subject="Ny rutin",
        text="Gör grundkursen före sommaren.",
        reason="Rutinen ändras",
        by=by,
        at=at,
    )


def told() -> list[str]:
    rows = Notice.objects.filter(kind=GROUP_MESSAGE).select_related("person")
    return sorted(notice.person.person_id for notice in rows)


@pytest.mark.parametrize(
    ("standing", "people"),
    [
        ("gap", ["CHEF1", "Gap"]),
        ("to_do", ["CHEF1", "Gap", "Ny"]),
        ("expiring", ["Snart"]),
        ("everyone", ["CHEF1", "Gap", "Klar", "Ny", "Snart"]),
    ],
)
def test_it_goes_to_those_who_stand_so_and_never_to_who_is_on_leave(
    school, coordinator, standing, people
):
    write(school, coordinator, standing=standing)
    assert send_waiting(at=LATER) == len(people)
    assert told() == people
    notice = Notice.objects.filter(kind=GROUP_MESSAGE).first()
    assert tell(notice, notice.person).title == "Ny rutin"


def test_it_can_be_taken_back_until_it_goes_and_goes_once(school, coordinator):
    message = write(school, coordinator)
    assert send_waiting(at=NOW + timedelta(minutes=9)) == 0
    undo_message(message=message, by=coordinator, at=NOW)
    assert send_waiting(at=LATER) == 0
    sent = write(school, coordinator)
    assert send_waiting(at=LATER) == 3
    assert send_waiting(at=LATER) == 0
    with pytest.raises(GroupMessageError, match="redan skickats"):
        undo_message(message=sent, by=coordinator, at=LATER)
    event = AuditEvent.objects.get(action="group_message.sent")
    assert (event.by, event.reason, event.after["people"]) == (coordinator, "Rutinen ändras", 3)


def test_the_ledger_says_to_whom_a_message_was_written_and_that_it_was_taken_back(
    school, coordinator
):
    undo_message(message=write(school, coordinator), by=coordinator, at=NOW)
    about = {
        "key_group": None,
        "unit": "S1",
        "area": "OM1",
        "level": None,
        "standing": "to_do",
        "subject": "Ny rutin",
    }
    written = AuditEvent.objects.get(action="group_message.written")
    undone = AuditEvent.objects.get(action="group_message.undone")
    assert (written.before, written.after) == ({}, about)
    assert undone.before == about | {"undone_at": None}
    assert undone.after == about | {"undone_at": NOW.isoformat()}


def test_nobody_is_written_to_twice_in_a_week_about_the_same_area(school, coordinator):
    write(school, coordinator, standing="gap")
    send_waiting(at=LATER)
    write(school, coordinator, at=NOW + timedelta(days=6))
    assert send_waiting(at=NOW + timedelta(days=6, hours=1)) == 1
    write(
        school, coordinator, at=NOW + timedelta(days=6), area=CompetenceArea.objects.get(code="OM4")
    )
    assert send_waiting(at=NOW + timedelta(days=6, hours=1)) == 2


def test_who_writes_sees_no_number_where_few_are_concerned(school):
    assert not roughly(to(school), DAY, 5).may_be_said
    for _number in range(12):
        employ(make_person(), school.unit)
    rough = roughly(to(school), DAY, 5)
    assert (rough.may_be_said, rough.places, rough.at_least) == (True, 17, 10)


def test_a_message_is_looked_at_sent_and_taken_back_on_the_page(school, coordinator, client):
    client.force_login(coordinator)
    sent = {
        "unit": "S1",
        "area": CompetenceArea.objects.get(code="OM1").pk,
        "standing": "to_do",
        "subject": "Ny rutin",
        "text": "Gör grundkursen före sommaren.",
        "reason": "Rutinen ändras",
    }
    page = client.post(ADDRESS, sent).content.decode()
    assert "Kravet gäller få där" in page
    assert "Gör grundkursen före sommaren." in page
    assert "Gap Test" not in page
    assert not GroupMessage.objects.exists()
    client.post(ADDRESS, sent | {"send": "1"})
    message = GroupMessage.objects.get()
    client.post(f"{ADDRESS}{message.pk}/angra/")
    message.refresh_from_db()
    assert message.undone_at is not None


def test_a_text_with_a_personnummer_is_stopped(school, coordinator):
    with pytest.raises(ValidationError):
        write_to_group(
            wanted=to(school),
            subject="Ny rutin",
            text="Det gäller 19811218-9876.",
            reason="Rutinen ändras",
            by=coordinator,
            at=NOW,
        )
