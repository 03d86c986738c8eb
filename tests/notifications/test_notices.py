from datetime import timedelta

import pytest
from django.db import transaction

from lms.notifications.models import Delivery, Notice
from lms.notifications.services import (
    Draft,
    mark_all_read,
    mark_read,
    notify_many,
    unread_count,
)
from lms.notifications.services.notices import DedupeKeyError
from tests.builders.notifications import MONDAY, RECEIPT, REMINDER, make_reader, tell

pytestmark = pytest.mark.django_db


def test_a_thing_is_said_once_however_often_it_is_told() -> None:
    person = make_reader()
    first = tell(person, "completed:1")
    assert first is not None
    assert tell(person, "completed:1", at=MONDAY + timedelta(days=1)) is None
    assert list(Notice.objects.values_list("dedupe_key", "created_at")) == [("completed:1", MONDAY)]
    assert list(Delivery.objects.values_list("reason_key", "state", "category")) == [
        ("notice:completed:1", "pending", "receipt")
    ]


def test_a_reminder_waits_in_the_inbox_without_a_mail_of_its_own() -> None:
    notice = tell(make_reader(), "due:1", kind=REMINDER)
    assert notice is not None
    assert notice.delivery is None
    assert not Delivery.objects.exists()


def test_a_rolled_back_transaction_tells_nobody() -> None:
    person = make_reader()
    with transaction.atomic():
        tell(person, "completed:1")
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()


def test_a_key_that_names_somebody_else_is_an_error() -> None:
    tell(make_reader(1), "completed:1")
    with pytest.raises(DedupeKeyError):
        tell(make_reader(2), "completed:1")


def test_dates_in_a_context_come_back_as_dates() -> None:
    tell(make_reader(), "completed:1")
    assert Notice.objects.get().context == RECEIPT.sample


def test_what_is_told_to_a_merged_row_reaches_the_one_that_stands() -> None:
    stands, merged = make_reader(1), make_reader(2, account=False)
    merged.merged_into = stands
    merged.save()
    tell(merged, "completed:1")
    assert Notice.objects.get().person == stands


@pytest.mark.parametrize("size", [3, 300])
def test_telling_many_costs_the_same_number_of_queries(
    size: int, django_assert_max_num_queries
) -> None:
    people = [make_reader(n, account=False) for n in range(size)]
    drafts = [Draft(RECEIPT.code, p, f"completed:{p.pk}", {}) for p in people]
    with django_assert_max_num_queries(14):
        assert len(notify_many(drafts, at=MONDAY)) == size
    with django_assert_max_num_queries(4):
        assert notify_many(drafts, at=MONDAY) == []


def test_reading_counts_down_and_keeps_the_first_moment(django_assert_num_queries) -> None:
    person = make_reader()
    notices = [tell(person, f"completed:{n}") for n in range(3)]
    with django_assert_num_queries(1):
        assert unread_count(person) == 3
    assert notices[0] is not None
    mark_read(notice=notices[0], at=MONDAY)
    mark_read(notice=notices[0], at=MONDAY + timedelta(days=1))
    assert unread_count(person) == 2
    assert mark_all_read(person=person, at=MONDAY + timedelta(days=2)) == 2
    assert unread_count(person) == 0
    assert list(Notice.objects.order_by("pk").values_list("read_at", flat=True)) == [
        MONDAY,
        MONDAY + timedelta(days=2),
        MONDAY + timedelta(days=2),
    ]
