"""Reviewing a course before it is published: asked for by whoever wrote it, decided by somebody
else, and good for exactly the content that was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CoursePage, CourseVersion, VersionReview
from courses.services.authors import authors_since
from courses.services.locking import lock_course
from courses.services.publishing import (
    DraftVersion,
    PublishingError,
    draft_version,
    publish_course_version,
)
from lms.audit import services as audit
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify, notify_many
from lms.people.access import Action, Obj, can
from lms.people.models import Person, User
from lms.people.querysets import PersonQuerySet

# The notice kinds that courses.notices registers.
REVIEW_ASKED_FOR = "courses.review_asked_for"
REVIEW_ANSWERED = "courses.review_answered"


Change = CourseVersion.Change


class ReviewError(ValueError):
    """The review cannot be asked for or decided; the message says why."""


def may_publish_at_once(user: User, day: date) -> bool:
    """Whether the account judges courses, and so needs nobody else's approval."""
    return can(user, Action.APPROVE, Obj.COURSE, day=day)


def may_write(user: User, day: date) -> bool:
    """Whether the account writes courses, whoever is responsible for them."""
    return can(user, Action.UPDATE, Obj.COURSE, day=day, own=False)


def open_review(course: CoursePage) -> VersionReview | None:
    """The review that waits to be decided."""
    return (
        VersionReview.objects.filter(course=course, decided_at__isnull=True)
        .select_related("requested_by__person")
        .first()
    )


def last_decision(course: CoursePage, draft: DraftVersion) -> VersionReview | None:
    """The latest answer to somebody who asked since the latest version, a withdrawn request
    apart."""
    latest = (
        VersionReview.objects.filter(
            course=course, builds_on=draft.latest, decided_at__isnull=False
        )
        .select_related("requested_by__person", "decided_by__person")
        .order_by("-decided_at", "-pk")
        .first()
    )
    if latest is None or latest.decided_by_id == latest.requested_by_id:
        return None
    return latest


def approval_of(course: CoursePage, draft: DraftVersion) -> VersionReview | None:
    """The approval of exactly this content, as long as no version has come since and nobody has
    sent the same back later."""
    latest = (
        VersionReview.objects.filter(
            course=course,
            content_hash=draft.content_hash,
            builds_on=draft.latest,
            decided_at__isnull=False,
        )
        .exclude(decided_by=F("requested_by"))
        .select_related("decided_by__person")
        .order_by("-decided_at", "-pk")
        .first()
    )
    return latest if latest is not None and latest.approved else None


def still_current(review: VersionReview, draft: DraftVersion) -> bool:
    """Whether publishing now would give what the review asks about."""
    latest = draft.latest.pk if draft.latest else None
    return (review.content_hash, review.builds_on_id) == (draft.content_hash, latest)


def has_written(user: User, course: CoursePage, draft: DraftVersion) -> bool:
    """Whether the account has written any of what would be new, and so cannot approve it."""
    return user.pk in authors_since(draft.latest, course, draft.content)


def _same(review: VersionReview | None, content_hash: str, change: str, note: str) -> bool:
    return review is not None and (review.content_hash, review.change, review.note) == (
        content_hash,
        change,
        note,
    )


@transaction.atomic
def ask_for_review(
    *, course: CoursePage, by: User, message: str, change: str, note: str, at: datetime
) -> VersionReview:
    """Ask for the course as it stands to be judged, as a change of that kind with that note. A
    request for anything else is withdrawn. PublishingError lists what has to be put right
    first."""
    lock_course(course.pk)
    draft = draft_version(course)
    if draft.faults:
        raise PublishingError(draft.faults)
    if draft.latest is None:
        change = Change.FIRST
    elif change in ("", Change.FIRST):
        change = Change.EDITORIAL
    note = note.strip()
    if not draft.gives_a_version(change):
        raise ReviewError(_("Nothing has changed since the latest version."))
    if _same(approval_of(course, draft), draft.content_hash, change, note):
        raise ReviewError(_("The course is already approved as it stands."))
    waiting = open_review(course)
    if waiting is not None:
        waiting = _open(waiting)
        if still_current(waiting, draft) and _same(waiting, draft.content_hash, change, note):
            raise ReviewError(_("The course already waits for a review."))
        _decide(waiting, by=by, approved=False, comment=_("Asked for anew."), at=at)
    review = VersionReview(
        course=course,
        content_hash=draft.content_hash,
        builds_on=draft.latest,
        change=change,
        note=note,
        message=message,
        requested_by=by,
        requested_at=at,
    )
    review.full_clean()
    review.save()
    audit.record(
        "course.review_asked_for",
        review,
        by=by,
        after={"course": course.title, "hash": draft.content_hash, "change": change},
        reason=note,
    )
    _tell_those_who_judge(review, course, at)
    return review


def _those_who_judge(day: date) -> PersonQuerySet:
    people: PersonQuerySet = Person.objects.entrusted_with(Action.APPROVE, Obj.COURSE, day)
    return people


def _tell_those_who_judge(review: VersionReview, course: CoursePage, at: datetime) -> None:
    judges = _those_who_judge(timezone.localdate(at)).exclude(pk=review.requested_by.person_id)
    notify_many(
        [
            Draft(
                REVIEW_ASKED_FOR,
                person,
                f"{REVIEW_ASKED_FOR}:{review.pk}:{person.pk}",
                {
                    "course": course.title,
                    "who": str(review.requested_by),
                    "message": review.message,
                    "review": review.pk,
                },
                reverse("courses_admin:review", args=[review.pk]),
            )
            for person in judges
        ],
        at=at,
    )


def still_to_judge(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices whose review nobody has answered or taken back, and whose reader may."""
    waiting = set(
        VersionReview.objects.filter(
            pk__in={notice.context["review"] for notice in notices}, decided_at__isnull=True
        ).values_list("pk", flat=True)
    )
    judges = set(_those_who_judge(day).values_list("pk", flat=True))
    return {
        notice.pk
        for notice in notices
        if notice.context["review"] in waiting and notice.person_id in judges
    }


def _open(review: VersionReview) -> VersionReview:
    """The review, locked; ReviewError where it is decided already."""
    locked = VersionReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if locked.decided_at is not None:
        raise ReviewError(_("Somebody has already answered."))
    return locked


def _decide(review: VersionReview, *, by: User, approved: bool, comment: str, at: datetime) -> None:
    review.decided_by, review.decided_at = by, at
    review.approved, review.comment = approved, comment
    review.full_clean()
    review.save(update_fields=["decided_by", "decided_at", "approved", "comment"])
    audit.record(
        "course.review_decided",
        review,
        by=by,
        after={"approved": approved, "hash": review.content_hash},
    )


@transaction.atomic
def decide_review(
    *, review: VersionReview, by: User, approve: bool, comment: str, at: datetime
) -> VersionReview:
    """Approve what the review asks about, or send it back with a comment; its author is told.
    Nobody approves what they asked for or have written, nor a course that has changed since."""
    lock_course(review.course_id)
    review = _open(review)
    if not may_publish_at_once(by, timezone.localdate(at)):
        raise ReviewError(_("You may not judge courses."))
    if review.requested_by_id == by.pk:
        raise ReviewError(_("Somebody else has to answer."))
    course = CoursePage.objects.get(pk=review.course_id)
    if approve:
        draft = draft_version(course)
        if not still_current(review, draft):
            raise ReviewError(
                _(
                    "The course has changed since the review was asked for, so it cannot be "
                    "approved."
                )
            )
        if has_written(by, course, draft):
            raise ReviewError(
                _("You have written some of what is new, so somebody else has to approve it.")
            )
    if not approve and not comment.strip():
        raise ReviewError(_("Say what needs to be changed."))
    _decide(review, by=by, approved=approve, comment=comment, at=at)
    _tell_author(review, course, at)
    return review


def _tell_author(review: VersionReview, course: CoursePage, at: datetime) -> None:
    person = review.requested_by.person
    if person is None:
        return
    notify(
        kind=REVIEW_ANSWERED,
        person=person,
        dedupe_key=f"{REVIEW_ANSWERED}:{review.pk}",
        context={
            "course": course.title,
            "approved": bool(review.approved),
            "comment": review.comment,
        },
        url=reverse("courses_admin:publish", args=[course.pk]),
        at=at,
    )


@transaction.atomic
def withdraw_review(*, review: VersionReview, by: User, at: datetime) -> None:
    """Take back what one asked for."""
    review = _open(review)
    if review.requested_by_id != by.pk:
        raise ReviewError(_("Only whoever asked can take it back."))
    _decide(review, by=by, approved=False, comment="", at=at)


@transaction.atomic
def publish_as(
    *, course: CoursePage, by: User, change: str, note: str, at: datetime
) -> CourseVersion:
    """Publish with the rights of the account: at once for those who judge courses, otherwise only
    the content that somebody has approved, as the kind of change and with the note that were
    approved. ReviewError where nobody has."""
    lock_course(course.pk)
    only_hash = ""
    if not may_publish_at_once(by, timezone.localdate(at)):
        draft = draft_version(course)
        approval = approval_of(course, draft)
        if approval is None or not may_write(by, timezone.localdate(at)):
            raise ReviewError(_("The course has to be approved before you can publish it."))
        if change not in ("", approval.change) or note not in ("", approval.note):
            raise ReviewError(
                _("That is not the kind of change that was approved. Ask for a new review.")
            )
        only_hash, change, note = draft.content_hash, approval.change, approval.note
    version = publish_course_version(
        course=course, by=by, change=change, note=note, only_hash=only_hash, at=at
    )
    waiting = open_review(course)
    if waiting is not None:
        _answer_by_publishing(_open(waiting), version, by, at)
    return version


def _answer_by_publishing(
    review: VersionReview, version: CourseVersion, by: User, at: datetime
) -> None:
    """A request that waited while the course was published is decided by that."""
    own = review.requested_by_id == by.pk
    comment = "" if own else _("Version %(number)s is published.") % {"number": version.number}
    approved = not own and _same(review, version.content_hash, version.change, version.note)
    _decide(review, by=by, approved=approved, comment=comment, at=at)
    if not own:
        _tell_author(review, version.course.specific, at)


@dataclass(frozen=True)
class ReviewQueue:
    """What waits on an account's start page: what others ask it to judge, and the latest answers
    to what it has asked for and not yet acted on."""

    to_judge: tuple[VersionReview, ...]
    answered: tuple[VersionReview, ...]

    def __bool__(self) -> bool:
        return bool(self.to_judge or self.answered)


def review_queue(user: User, day: date, *, limit: int = 8) -> ReviewQueue:
    """Four queries at most."""
    rows = VersionReview.objects.select_related("course", "requested_by__person")
    waiting = rows.filter(decided_at__isnull=True).order_by("requested_at")
    judging = may_publish_at_once(user, day)
    mine = rows.filter(requested_by=user, decided_at__isnull=False).exclude(decided_by=user)
    latest: dict[int, VersionReview] = {}
    if may_write(user, day) and not judging:
        for review in mine.select_related("decided_by__person").order_by("-decided_at")[:50]:
            latest.setdefault(review.course_id, review)
        newest = dict(
            CourseVersion.objects.filter(course__in=latest)
            .order_by("number")
            .values_list("course", "pk")
        )
        again = set(waiting.filter(course__in=latest).values_list("course", flat=True))
        latest = {
            course: review
            for course, review in latest.items()
            if review.builds_on_id == newest.get(course) and course not in again
        }
    return ReviewQueue(
        to_judge=tuple(waiting.exclude(requested_by=user)[:limit]) if judging else (),
        answered=tuple(latest.values())[:limit],
    )
