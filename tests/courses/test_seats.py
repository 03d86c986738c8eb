"""Seats of partner organisations: who may set out, who holds one, and when it comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from wagtail.models import PageViewRestriction

from courses.headcounts import Roughly
from courses.models import Enrolment, SeatQuota
from courses.services.enrolment import (
    BegunError,
    enrol,
    enrol_many,
    take_back_seat,
    withdraw,
)
from courses.services.moving import move_to_version
from courses.services.publishing import publish_course_version
from courses.services.seats import (
    NoSeatError,
    NotAMemberError,
    QuotaError,
    change_quota,
    courses_shared_with,
    holders,
    standing_of,
)
from lms.audit.models import AuditEvent
from lms.notifications.models import Notice
from lms.people.services.partners import PartnerError, correct_membership, end_membership
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.courses import (
    NOON,
    add_lesson,
    add_module,
    complete,
    make_course,
    publish_course,
    take_all,
)
from tests.builders.courses import enrol as set_out
from tests.builders.partners import join, make_contact, make_guest, make_organisation, share
from tests.builders.people import MONDAY, employ, make_person, make_unit

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + timedelta(days=1)


def held(quota):
    return holders([quota])[quota.pk]


def test_members_set_out_as_long_as_there_are_seats():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1)
    first, second = make_guest(ours).person, make_guest(ours).person
    set_out(first, version)
    with pytest.raises(NoSeatError) as refused:
        set_out(second, version)
    assert refused.value.full
    assert held(quota) == {first.pk}


def test_without_a_quota_that_day_no_member_sets_out():
    ours, version = make_organisation("A"), publish_course()
    member = make_guest(ours).person
    with pytest.raises(NoSeatError) as refused:
        set_out(member, version)
    assert not refused.value.full
    share(version, ours, 5, ends_on=MONDAY - timedelta(days=1))
    share(publish_course(), ours, 5)
    share(version, make_organisation("B"), 5)
    with pytest.raises(NoSeatError):
        set_out(member, version)


def test_guests_without_an_organisation_and_employees_are_bound_by_no_seats():
    version = publish_course()
    share(version, make_organisation("A"), 0)
    guest, employee = make_guest().person, make_person()
    employ(employee, make_unit("U"))
    assert set_out(guest, version).pk
    assert set_out(employee, version).pk


def test_a_member_who_has_got_a_post_here_learns_as_an_employee_and_uses_no_seat():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 0)
    member = make_guest(ours).person
    employ(member, make_unit("U"), starts_on=MONDAY)
    set_out(member, version)
    assert held(quota) == frozenset()


def test_what_is_withdrawn_before_it_is_begun_gives_the_seat_back():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1)
    first, second = make_guest(ours).person, make_guest(ours).person
    withdraw(enrolment=set_out(first, version), by=None, at=NOON)
    assert held(quota) == frozenset()
    begun = set_out(second, version)
    Enrolment.objects.filter(pk=begun.pk).update(place_lesson="l1")
    begun.refresh_from_db()
    withdraw(enrolment=begun, by=None, at=NOON)
    assert held(quota) == {second.pk}
    with pytest.raises(NoSeatError):
        set_out(first, version)
    # Whoever holds the seat may begin again.
    assert set_out(second, version).pk


def test_whoever_has_completed_holds_the_seat_until_the_period_ends():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1, ends_on=date(2026, 12, 31))
    member, other = make_guest(ours).person, make_guest(ours).person
    complete(member, version)
    assert held(quota) == {member.pk}
    with pytest.raises(NoSeatError):
        set_out(other, version)
    following = share(version, ours, 1, starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
    assert held(following) == frozenset()
    set_out(other, version, at=NOON + timedelta(days=60))
    assert held(following) == {other.pk}


def test_a_move_to_a_newer_version_is_the_same_seat():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1)
    member = make_guest(ours).person
    enrolment = set_out(member, version)
    add_lesson(version.course.get_children().first().specific)
    newer = publish_course_version(course=version.course, by=None)
    moved = move_to_version(
        enrolments=[enrolment], version=newer, by=None, at=NOON + timedelta(hours=1)
    )[0]
    assert held(quota) == {member.pk}
    take_back_seat(enrolment=moved, by=None, at=NOON + timedelta(hours=2))
    assert held(quota) == frozenset()


def test_whoever_has_left_the_organisation_still_holds_the_seat_they_took():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1)
    member = make_guest().person
    row = join(member, ours)
    take_all(set_out(member, version))
    end_membership(membership=row, on=MONDAY + timedelta(days=1), by=None)
    assert held(quota) == {member.pk}


@pytest.mark.parametrize("starts_on", [MONDAY, MONDAY - timedelta(days=90)])
@pytest.mark.parametrize("begun", [False, True])
def test_a_membership_keeps_the_day_on_which_a_seat_was_taken(starts_on, begun):
    ours, version = make_organisation("A"), publish_course()
    quota, member = share(version, ours, 1), make_guest().person
    row = join(member, ours, starts_on=starts_on)
    enrolment = set_out(member, version)
    if begun:
        take_all(enrolment)
    for first_without in {starts_on, MONDAY}:
        with pytest.raises(PartnerError):
            end_membership(membership=row, on=first_without, by=None)
    for days in ((starts_on - timedelta(days=9), MONDAY - timedelta(days=1)), (TUESDAY, None)):
        with pytest.raises(PartnerError):
            correct_membership(
                membership=row, sees_own=False, starts_on=days[0], ends_on=days[1], by=None
            )
    assert held(quota) == {member.pk}
    end_membership(membership=row, on=TUESDAY, by=None)
    assert held(quota) == {member.pk}


def test_what_gave_the_seat_back_keeps_no_membership():
    ours, version = make_organisation("A"), publish_course()
    share(version, ours, 1)
    member = make_guest().person
    row = join(member, ours, starts_on=MONDAY)
    take_back_seat(enrolment=set_out(member, version), by=None, at=NOON)
    assert end_membership(membership=row, on=MONDAY, by=None).withdrawn_at is not None


def test_what_somebody_set_out_on_before_they_belonged_here_is_not_the_organisations():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1)
    person = make_guest().person
    set_out(person, version)
    join(person, ours, starts_on=MONDAY + timedelta(days=1))
    assert held(quota) == frozenset()


def test_the_organisation_enrols_many_or_none():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 2)
    contact = make_contact(ours)
    people = [make_guest(ours).person for _number in range(3)]
    with pytest.raises(NoSeatError):
        enrol_many(people=people, course=version.course, origin="partner", by=contact, at=NOON)
    assert not Enrolment.objects.exists()
    enrol_many(people=people[:2], course=version.course, origin="partner", by=contact, at=NOON)
    assert held(quota) == {people[0].pk, people[1].pk}
    told = Notice.objects.filter(kind="courses.seat_given").values_list("person", flat=True)
    assert set(told) == {people[0].pk, people[1].pk}


def test_a_seat_is_taken_back_until_it_is_begun():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1)
    enrolment = set_out(make_guest(ours).person, version)
    Enrolment.objects.filter(pk=enrolment.pk).update(place_lesson="l1")
    with pytest.raises(BegunError):
        take_back_seat(enrolment=enrolment, by=None, at=NOON)
    assert len(held(quota)) == 1


def test_lowering_the_seats_below_those_held_takes_none_and_gives_no_more():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 3)
    people = [make_guest(ours).person for _number in range(3)]
    for person in people[:2]:
        set_out(person, version)
    change_quota(
        quota=quota,
        seats=1,
        starts_on=quota.starts_on,
        ends_on=quota.ends_on,
        by=None,
        day=MONDAY,
    )
    assert len(held(quota)) == 2
    with pytest.raises(NoSeatError):
        set_out(people[2], version)
    event = AuditEvent.objects.get(action="seat_quota.changed")
    assert (event.before["seats"], event.after["seats"]) == (3, 1)


def test_one_quota_at_a_time_for_an_organisation_and_a_course():
    ours, version = make_organisation("A"), publish_course()
    share(version, ours, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))
    with pytest.raises(QuotaError):
        share(version, ours, starts_on=date(2026, 6, 30), ends_on=date(2026, 7, 31))
    later = share(version, ours, starts_on=date(2026, 7, 1), ends_on=date(2026, 12, 31))
    with pytest.raises(QuotaError):
        change_quota(
            quota=later,
            seats=1,
            starts_on=date(2026, 6, 1),
            ends_on=later.ends_on,
            by=None,
            day=MONDAY,
        )
    with pytest.raises(ValidationError):
        share(publish_course(), ours, starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1))
    with pytest.raises(QuotaError):
        share(version, make_organisation("SAPO", takes_guests=False))


def _close(course):
    restriction = PageViewRestriction.objects.create(
        page=course, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.set([Group.objects.create(name="Andra")])


def test_a_course_that_is_closed_to_some_is_not_shared():
    version = publish_course()
    _close(version.course)
    with pytest.raises(QuotaError):
        share(version, make_organisation("A"))


def test_a_course_that_is_closed_after_it_was_shared_gives_no_seat():
    ours, version = make_organisation("A"), publish_course()
    share(version, ours, 2)
    contact, member = make_contact(ours), make_guest(ours).person
    _close(version.course)
    for origin in ("partner", "self"):
        with pytest.raises(NoSeatError):
            enrol(person=member, course=version.course, origin=origin, by=contact, at=NOON)
        with pytest.raises(NoSeatError):
            enrol_many(people=[member], course=version.course, origin=origin, by=contact, at=NOON)
    assert not standing_of(member, version.course_id, MONDAY).may_set_out


def _refresher_of(whole):
    page = make_course(title="Repetition", form="refresher")
    page.refreshes_id = whole.course_id
    page.save()
    add_lesson(add_module(page))
    return publish_course_version(course=page, by=None)


def test_a_refresher_is_not_shared():
    with pytest.raises(QuotaError):
        share(_refresher_of(publish_course()), make_organisation("A"))


def test_a_course_made_a_refresher_after_it_was_shared_answers_the_same_whatever_was_learnt():
    adopt(plan_of({}), today=date(2020, 1, 1), in_force_from=date(2020, 1, 1))
    ours, short = make_organisation("A"), _refresher_of(publish_course())
    SeatQuota.objects.create(
        course=short.course,
        organisation=ours,
        seats=5,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    has, beginner = make_guest(ours).person, make_guest(ours).person
    achieve(has, on=MONDAY - timedelta(days=400))
    for member in (has, beginner):
        with pytest.raises(NoSeatError) as refused:
            enrol_many(people=[member], course=short.course, origin="partner", by=None, at=NOON)
        assert not refused.value.full


def test_the_organisation_gives_no_seat_to_whoever_works_here():
    ours, version = make_organisation("A"), publish_course()
    share(version, ours, 5)
    contact, employee, guest = make_contact(ours), make_guest(ours).person, make_guest(ours).person
    employ(employee, make_unit("U"), starts_on=MONDAY)
    given = {"course": version.course, "origin": "partner", "by": contact, "at": NOON}
    with pytest.raises(NotAMemberError):
        enrol_many(people=[guest, employee], **given)
    with pytest.raises(NotAMemberError):
        enrol(person=employee, **given)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("anybody", [False, True])
def test_other_days_take_nobodys_seat_and_tell_nothing_of_who_has_one(anybody):
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1)
    if anybody:
        set_out(make_guest(ours).person, version)
    those, next_day, before = held(quota), MONDAY + timedelta(days=1), MONDAY - timedelta(days=1)
    for days in ((next_day, quota.ends_on), (quota.starts_on, before)):
        with pytest.raises(QuotaError):
            _other_days(quota, *days)
    assert held(_other_days(quota, date(2025, 12, 1), MONDAY)) == those
    # What has ended is neither shortened nor in the way of other seats.
    assert _other_days(quota, date(2025, 12, 1), MONDAY, on=next_day).ends_on == MONDAY


def test_a_period_that_has_not_begun_gets_any_other_days():
    quota = share(publish_course(), make_organisation("A"), starts_on=MONDAY + timedelta(days=1))
    later = _other_days(quota, MONDAY + timedelta(days=9), MONDAY + timedelta(days=20))
    assert later.starts_on == MONDAY + timedelta(days=9)


def _other_days(quota, starts_on, ends_on, *, on=MONDAY):
    return change_quota(quota=quota, seats=1, starts_on=starts_on, ends_on=ends_on, by=None, day=on)


def test_what_a_member_is_told_of_the_seats():
    ours, version = make_organisation("A"), publish_course()
    member, other = make_guest(ours).person, make_guest(ours).person
    assert not standing_of(member, version.course_id, MONDAY).may_set_out
    share(version, ours, 1)
    assert standing_of(member, version.course_id, MONDAY).left == 1
    set_out(member, version)
    mine, theirs = (standing_of(each, version.course_id, MONDAY) for each in (member, other))
    assert (mine.has_one, mine.may_set_out) == (True, True)
    assert (theirs.left, theirs.may_set_out) == (0, False)
    assert standing_of(make_guest().person, version.course_id, MONDAY) is None
    assert courses_shared_with(member, MONDAY) == {version.course_id}
    assert courses_shared_with(make_guest().person, MONDAY) == frozenset()


def test_whom_the_contact_enrols_holds_the_seat_though_the_contact_does_not():
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, 1)
    contact, member = make_contact(ours), make_guest(ours).person
    enrol(person=member, course=version.course, origin="partner", by=contact, at=NOON)
    assert held(quota) == {member.pk}


def test_about_how_many_never_tells_a_few_apart():
    told = [str(Roughly(number, 5)) for number in (0, 1, 4, 5, 9, 10)]
    assert told[0] == told[1] == told[2] != told[3]
    assert told[3] == told[4] != told[5]


@pytest.mark.parametrize("size", [3, 120])
def test_counting_the_seats_takes_the_same_queries_whatever_the_size(
    size, django_assert_num_queries
):
    ours, version = make_organisation("A"), publish_course()
    quota = share(version, ours, size)
    for _number in range(size):
        person = make_person()
        join(person, ours)
        Enrolment.objects.create(
            person=person, version=version, course=version.course, origin="self", created_at=NOON
        )
    with django_assert_num_queries(3):
        assert len(held(quota)) == size
