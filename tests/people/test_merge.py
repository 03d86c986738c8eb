from datetime import date

import pytest

from lms.people.models import Employment, Person
from lms.people.roles import Role
from lms.people.services.merge import MergeError, merge_people, preview_merge
from lms.people.signals import people_merged
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    import_files,
    make_account,
    make_person,
    make_unit,
    take_leave,
)

pytestmark = pytest.mark.django_db


def test_posts_leave_and_account_come_together_and_the_loser_stays():
    unit = make_unit("U")
    survivor, loser = make_person("A", email=""), make_person("B", email="b@example.se")
    employ(survivor, unit, "X")
    employ(loser, unit, "Y")
    take_leave(loser, date(2026, 1, 1), date(2026, 2, 1))
    account = make_account(loser)
    preview = preview_merge(survivor=survivor, loser=loser)
    assert sorted(row.count for row in preview.moved) == [1, 1]
    merge_people(survivor=survivor, loser=loser, by=account_with(Role.HR_IMPORT))
    survivor.refresh_from_db()
    loser.refresh_from_db()
    account.refresh_from_db()
    assert loser.merged_into == survivor
    assert survivor.email == "b@example.se"
    assert account.person == survivor
    assert sorted(survivor.employments.values_list("job_code", flat=True)) == ["X", "Y"]
    assert survivor.leaves.count() == 1
    assert list(Person.objects.current().filter(person_id__in=["A", "B"])) == [survivor]


def test_the_same_employment_on_both_becomes_the_longer_one():
    unit = make_unit("U")
    survivor, loser = make_person("A"), make_person("B")
    employ(survivor, unit, "X", ends_on=date(2024, 1, 1))
    employ(loser, unit, "X")
    merge_people(survivor=survivor, loser=loser, by=account_with(Role.HR_IMPORT))
    assert Employment.objects.standing().get(job_code="X").ends_on is None
    assert survivor.employments.standing().count() == 1


def test_the_other_account_is_closed():
    survivor, loser = make_person("A"), make_person("B")
    kept, closed = make_account(survivor), make_account(loser)
    merge_people(survivor=survivor, loser=loser, by=account_with(Role.HR_IMPORT))
    kept.refresh_from_db()
    closed.refresh_from_db()
    assert (kept.is_active, closed.is_active) == (True, False)


def test_the_apps_above_are_told_inside_the_transaction():
    heard = []

    def listen(sender, survivor, loser, by, **kwargs):
        heard.append((survivor.person_id, loser.person_id))

    people_merged.connect(listen)
    try:
        merge_people(
            survivor=make_person("A"), loser=make_person("B"), by=account_with(Role.HR_IMPORT)
        )
    finally:
        people_merged.disconnect(listen)
    assert heard == [("A", "B")]


def test_a_record_is_not_merged_with_itself_or_twice():
    one, two = make_person("A"), make_person("B")
    with pytest.raises(MergeError):
        preview_merge(survivor=one, loser=one)
    merge_people(survivor=one, loser=two, by=account_with(Role.HR_IMPORT))
    two.refresh_from_db()
    with pytest.raises(MergeError):
        preview_merge(survivor=one, loser=two)


def test_later_hr_files_may_name_either_person_id():
    units = "U,Enhet,,e"
    staff = "A,Åsa,Öst,,U,X,X,0,2020-01-01,\nB,Aasa,Ost,,U,Y,Y,0,2021-01-01,"
    import_files(units, staff)
    people = {p.person_id: p for p in Person.objects.all()}
    merge_people(survivor=people["A"], loser=people["B"], by=account_with(Role.HR_IMPORT))
    assert import_files(units, staff, as_of=MONDAY).changes == ()
    both_as_b = staff.replace("A,Åsa,Öst", "B,Aasa,Ost")
    assert import_files(units, both_as_b, as_of=MONDAY).changes == ()
