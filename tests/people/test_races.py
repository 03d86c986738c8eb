"""Two who write about the same people at the same moment. On PostgreSQL only: SQLite lets one
writer in at a time. `make prove` runs these where there is a PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from lms.people.models import Delegation, Employment, Invitation, Person
from lms.people.roles import Role
from lms.people.services import accounts, delegations, invitations, locking, merge, records
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    let_act,
    make_account,
    make_manager,
    make_person,
    make_unit,
)
from tests.courses.test_races import Pause, at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL"),
]


def test_somebody_made_a_deputy_twice_at_once_is_made_one_once(monkeypatch):
    unit = make_unit("U")
    manager, deputy = make_manager(unit), make_person("P1")
    employ(deputy, unit)
    make_account(deputy)
    giving = Pause(monkeypatch, delegations, "record")

    def give() -> bool:
        return bool(let_act(manager, deputy, unit).pk)

    first, second = at_once(give, giving.then(give))
    assert first is True
    assert second.startswith("DelegationError")
    assert Delegation.objects.count() == 1


def test_a_post_written_during_a_merge_is_the_record_s_that_is_kept(monkeypatch):
    unit, by = make_unit("U"), account_with(Role.HR_IMPORT)
    survivor, loser = make_person("A"), make_person("B")
    merging = Pause(monkeypatch, merge, "_move_account")

    def employ_them() -> int:
        return records.add_employment(
            person=loser, unit=unit, job_code="X", starts_on=date(2026, 1, 1), by=by
        ).person_id

    def merge_them() -> bool:
        return bool(merge.merge_people(survivor=survivor, loser=loser, by=by))

    assert at_once(merge_them, merging.then(employ_them)) == [True, survivor.pk]
    assert Employment.objects.get(job_code="X").person == survivor


def test_an_account_made_during_a_merge_is_the_record_s_that_is_kept(monkeypatch):
    by = account_with(Role.HR_IMPORT)
    survivor, loser = make_person("A"), make_person("B")
    merging = Pause(monkeypatch, merge, "_move_account")

    def make_it() -> int | None:
        return accounts.make_account(person=loser, email="b@example.se", by=by).person_id

    def merge_them() -> bool:
        return bool(merge.merge_people(survivor=survivor, loser=loser, by=by))

    assert at_once(merge_them, merging.then(make_it)) == [True, survivor.pk]


def test_a_code_that_is_used_during_a_merge_no_longer_works(monkeypatch):
    by = account_with(Role.HR_IMPORT)
    survivor, loser = make_person("A"), make_person("B")
    invitations.print_codes(people=[loser], by=by, day=MONDAY)
    invitation = Invitation.objects.get()
    merging = Pause(monkeypatch, merge, "_move_account")

    def use_it() -> object:
        return invitations.activate(
            invitation=invitation, email="b@example.se", password="lång nog fras", day=MONDAY
        )

    def merge_them() -> bool:
        return bool(merge.merge_people(survivor=survivor, loser=loser, by=by))

    merged, used = at_once(merge_them, merging.then(use_it))
    assert merged is True
    assert used.startswith("AccountError")


def test_who_stands_is_found_through_two_merges_one_after_the_other(monkeypatch):
    by = account_with(Role.HR_IMPORT)
    first, second, third = (make_person(each) for each in "ABC")
    merging = Pause(monkeypatch, merge, "_move_account")

    def merge_twice() -> bool:
        with transaction.atomic():
            merge.merge_people(survivor=second, loser=first, by=by)
            return bool(merge.merge_people(survivor=third, loser=second, by=by))

    def who() -> int:
        with transaction.atomic():
            return locking.lock_person(Person.objects.get(pk=first.pk)).pk

    assert at_once(merge_twice, merging.then(who)) == [True, third.pk]
