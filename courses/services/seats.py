"""Seats of partner organisations: how many there are, who holds one, and who may set out.

A seat is held by a member, not by an enrolment: whoever takes the course again in the same period
holds the one they have. It is held from the day of the enrolment until the quota's period ends, or
until the enrolment is withdrawn before anything in it was begun. Only what a person set out on as
a member, without a post here, counts and is shown: the rest is the municipality's, or another
organisation's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import (
    Attempt,
    Confirmation,
    CourseVersion,
    Enrolment,
    LessonCompletion,
    SeatQuota,
)
from courses.offer import is_refresher
from lms.audit import services as audit
from lms.content.visibility import closed_to_some
from lms.lib.dates import STOCKHOLM
from lms.people.models import (
    Employment,
    PartnerMembership,
    PartnerOrganisation,
    Person,
    User,
)

MOST_SEATS = 10_000


class QuotaError(ValueError):
    """The seats cannot be that way; the message says why."""


class NoSeatError(ValueError):
    """A member of a partner organisation has no seat in the course and can get none."""

    def __init__(self, organisation: PartnerOrganisation, *, full: bool) -> None:
        self.organisation, self.full = organisation, full
        super().__init__(organisation.name)


class NotAMemberError(ValueError):
    """An organisation gives no seat to whoever is no guest of it: they may have got a post here."""


@dataclass(frozen=True)
class Held:
    """What a member set out on in a course: the enrolment as it goes on in the newest version that
    it was moved to, the day it began, and whether anything in it was begun."""

    enrolment: Enrolment
    organisation_pk: int
    enrolled_on: date
    begun: bool

    @property
    def given_back(self) -> bool:
        return self.enrolment.withdrawn_at is not None and not self.begun

    @property
    def can_be_taken_back(self) -> bool:
        row = self.enrolment
        return row.withdrawn_at is None and row.completed_at is None and not self.begun


def _begun_q() -> Q:
    """Something has been opened, handed in, finished or confirmed in the enrolment."""
    traces = (Attempt, LessonCompletion, Confirmation)
    begun = ~Q(place_lesson="") | Q(completed_at__isnull=False)
    for model in traces:
        begun |= Q(Exists(model.objects.filter(enrolment=OuterRef("pk"))))
    return begun


def held_by_members(
    organisations: Collection[int],
    courses: Collection[int],
    people: Collection[int] | None = None,
) -> list[Held]:
    """What the members of `organisations` (by primary key) have set out on in `courses` as
    members, in the order in which they did. Three queries whatever the size."""
    memberships: dict[int, list[PartnerMembership]] = defaultdict(list)
    rows = PartnerMembership.objects.standing().filter(organisation__in=organisations)
    if people is not None:
        rows = rows.filter(person__in=people)
    for membership in rows:
        memberships[membership.person_id].append(membership)
    posts: dict[int, list[Employment]] = defaultdict(list)
    for post in Employment.objects.standing().filter(person__in=memberships):
        posts[post.person_id].append(post)
    enrolments = {
        row.pk: row
        for row in Enrolment.objects.filter(person__in=memberships, course__in=courses)
        .select_related("course")
        .annotate(begun=Case(When(_begun_q(), then=Value(True)), default=Value(False)))
        .order_by("created_at", "pk")
    }
    found = []
    for row in enrolments.values():
        if row.ended_because == Enrolment.Ended.NEW_VERSION:
            continue
        root, begun = row, row.begun  # type: ignore[attr-defined]
        while root.continues_id in enrolments:
            root = enrolments[root.continues_id]
            begun = begun or root.begun  # type: ignore[attr-defined]
        day = root.created_at.astimezone(STOCKHOLM).date()
        if any(_holds(post, day) for post in posts[row.person_id]):
            continue
        for membership in memberships[row.person_id]:
            if membership.holds_on(day):
                found.append(Held(row, membership.organisation_id, day, begun))
    return found


def _holds(post: Employment, day: date) -> bool:
    return post.starts_on <= day and (post.ends_on is None or day <= post.ends_on)


def holders(quotas: Iterable[SeatQuota]) -> dict[int, frozenset[int]]:
    """Who holds the seats of each quota, both by primary key. Three queries whatever the number."""
    quotas = list(quotas)
    held = held_by_members({q.organisation_id for q in quotas}, {q.course_id for q in quotas})
    return {quota.pk: holders_among(quota, held) for quota in quotas}


def holders_among(quota: SeatQuota, held: Iterable[Held]) -> frozenset[int]:
    return frozenset(
        each.enrolment.person_id
        for each in held
        if each.organisation_pk == quota.organisation_id
        and each.enrolment.course_id == quota.course_id
        and quota.holds_on(each.enrolled_on)
        and not each.given_back
    )


def seats_taken_in(membership: PartnerMembership) -> list[date]:
    """The days, in order, on which the person took a seat in the membership that they hold still.
    Four queries."""
    quotas = list(SeatQuota.objects.filter(organisation=membership.organisation_id))
    held = held_by_members(
        {membership.organisation_id},
        {quota.course_id for quota in quotas},
        {membership.person_id},
    )
    return sorted(
        each.enrolled_on
        for each in held
        if not each.given_back
        and membership.holds_on(each.enrolled_on)
        and any(
            quota.course_id == each.enrolment.course_id and quota.holds_on(each.enrolled_on)
            for quota in quotas
        )
    )


def membership_of(person: Person, day: date) -> PartnerMembership | None:
    """The organisation whose seats bind the person on `day`. One query."""
    found: PartnerMembership | None = (
        PartnerMembership.objects.of_guests_on(day)
        .filter(person=person)
        .select_related("organisation")
        .first()
    )
    return found


@dataclass(frozen=True)
class Standing:
    """What a member is told of the seats of their organisation in a course."""

    organisation: PartnerOrganisation
    quota: SeatQuota | None
    has_one: bool
    left: int

    @property
    def may_set_out(self) -> bool:
        return self.has_one or self.left > 0


def standing_of(person: Person, course_pk: int, day: date) -> Standing | None:
    """None for whoever is bound by no seats: an employee, a guest without an organisation."""
    membership = membership_of(person, day)
    if membership is None:
        return None
    organisation = membership.organisation
    quota = (
        SeatQuota.objects.valid_on(day).filter(organisation=organisation, course=course_pk).first()
    )
    if quota is None or closed_to_some([course_pk]):
        return Standing(organisation, None, False, 0)
    those = holders([quota])[quota.pk]
    return Standing(organisation, quota, person.pk in those, max(0, quota.seats - len(those)))


def courses_shared_with(person: Person, day: date) -> frozenset[int]:
    """The courses in which the person's organisation has seats on `day`. Two queries, one for
    whoever belongs to none."""
    membership = membership_of(person, day)
    if membership is None:
        return frozenset()
    quotas = SeatQuota.objects.valid_on(day).filter(organisation=membership.organisation_id)
    return frozenset(quotas.values_list("course_id", flat=True))


def claim_seats(
    *, people: Collection[int], version: CourseVersion, day: date, given: bool = False
) -> None:
    """Say no (NoSeatError) where one of `people`, who are about to be enrolled, is a member of an
    organisation without a seat left in the course, or where no seat opens it. Before anything that
    depends on what they have learnt: the refusal is told to their organisation's contact. Inside
    the transaction that enrols, which holds the course: the quotas are locked until it ends, so
    that two at once never exceed them. `given` by the organisation: to its guests and nobody else
    (NotAMemberError)."""
    belongs = {
        row.person_id: row.organisation
        for row in PartnerMembership.objects.of_guests_on(day)
        .filter(person__in=people)
        .select_related("organisation")
    }
    if given and not belongs.keys() >= set(people):
        raise NotAMemberError
    if not belongs:
        return
    # A course may have become a refresher after it was shared.
    if closed_to_some([version.course_id]) or is_refresher(version):
        raise NoSeatError(next(iter(belongs.values())), full=False)
    quotas = {
        quota.organisation_id: quota
        for quota in SeatQuota.objects.select_for_update()
        .valid_on(day)
        .filter(course=version.course_id, organisation__in=set(belongs.values()))
        .order_by("pk")
    }
    held = holders(quotas.values())
    for organisation in sorted(set(belongs.values()), key=lambda each: each.pk):
        quota = quotas.get(organisation.pk)
        if quota is None:
            raise NoSeatError(organisation, full=False)
        those = held[quota.pk]
        new = {pk for pk, own in belongs.items() if own == organisation} - those
        if new and len(those) + len(new) > quota.seats:
            raise NoSeatError(organisation, full=True)


def _facts(quota: SeatQuota) -> dict[str, object]:
    return {
        "organisation": quota.organisation.code,
        "course": quota.course.title,
        "seats": quota.seats,
        "starts_on": quota.starts_on.isoformat(),
        "ends_on": quota.ends_on.isoformat(),
    }


def _check_number(seats: int) -> None:
    if seats > MOST_SEATS:
        raise QuotaError(_("Share %(most)s seats at most.") % {"most": MOST_SEATS})


def _check_alone(quota: SeatQuota) -> None:
    """One quota at a time for an organisation and a course."""
    others = SeatQuota.objects.filter(
        course=quota.course_id,
        organisation=quota.organisation_id,
        starts_on__lte=quota.ends_on,
        ends_on__gte=quota.starts_on,
    )
    if others.exclude(pk=quota.pk).exists():
        raise QuotaError(_("The organisation already has seats in the course in that period."))


@transaction.atomic
def set_quota(
    *,
    course: Page,
    organisation: PartnerOrganisation,
    seats: int,
    starts_on: date,
    ends_on: date,
    by: User | None,
) -> SeatQuota:
    """Share a published course with a partner organisation: so many seats in the period."""
    _check_number(seats)
    Page.objects.select_for_update(no_key=True).get(pk=course.pk)
    version = CourseVersion.objects.offered().filter(course=course.pk).first()
    if version is None:
        raise QuotaError(_("The course is not published."))
    if closed_to_some([course.pk]):
        raise QuotaError(_("The course is closed to some readers, and a seat does not open it."))
    if is_refresher(version):
        # Whether somebody may take it says what they have learnt elsewhere.
        raise QuotaError(_("A refresher is not shared: only the person knows what they have had."))
    if not organisation.takes_guests:
        raise QuotaError(
            _("Nobody of %(organisation)s is a guest here: it is only in the directory.")
            % {"organisation": organisation.name}
        )
    quota = SeatQuota(
        course=course,
        organisation=organisation,
        seats=seats,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by,
    )
    quota.full_clean()
    _check_alone(quota)
    quota.save()
    audit.record("seat_quota.set", quota, by=by, after=_facts(quota))
    return quota


@transaction.atomic
def change_quota(
    *, quota: SeatQuota, seats: int, starts_on: date, ends_on: date, by: User | None, day: date
) -> SeatQuota:
    """Other seats or days. Fewer than are held is allowed: nobody loses theirs, and no more are
    given until there is room. Days that have come by `day` stay in the period, since somebody may
    have set out on them; whether anybody did is not asked, for a refusal would tell it."""
    _check_number(seats)
    Page.objects.select_for_update(no_key=True).get(pk=quota.course_id)
    locked = (
        SeatQuota.objects.select_for_update(of=("self",))
        .select_related("course", "organisation")
        .get(pk=quota.pk)
    )
    before = _facts(locked)
    if starts_on > locked.starts_on and locked.starts_on <= day:
        raise QuotaError(_("The period has begun, and its first day cannot be later."))
    if ends_on < min(locked.ends_on, day):
        raise QuotaError(_("The last day can be today at the earliest."))
    locked.seats, locked.starts_on, locked.ends_on = seats, starts_on, ends_on
    locked.full_clean()
    _check_alone(locked)
    locked.save(update_fields=["seats", "starts_on", "ends_on"])
    if before != _facts(locked):
        audit.record("seat_quota.changed", locked, by=by, before=before, after=_facts(locked))
    return locked


def begun(enrolment: Enrolment) -> bool:
    """Whether anything has been begun in the enrolment or in one that it goes on from."""
    row: Enrolment | None = enrolment
    while row is not None:
        if Enrolment.objects.filter(_begun_q(), pk=row.pk).exists():
            return True
        row = row.continues
    return False
