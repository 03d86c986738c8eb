"""Min sida: what now, by when and why; then everything else about oneself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from competence.engine import Status
from competence.engine.pieces import Pieces, fill
from competence.figures.learner import MyRequirement, my_requirements
from competence.figures.needs_staff import MyWish, my_wish
from competence.figures.recognitions import Claim, claims_to_show
from competence.figures.signoffs import waiting_for_word_of
from competence.figures.waiting import Waiting, waiting_for
from courses.entry import first_step
from courses.models import Certificate
from courses.offer import CourseOffer
from courses.progress import EnrolmentProgress, current_enrolments
from courses.services.news import News, news_for
from home.services.arena import ArticleCard, key_groups_of, new_for
from lms.people.models import Person

MOST_CERTIFICATES = 3


class State(StrEnum):
    """What the heading says."""

    TO_DO = "to_do"  # something to do, and a course for it
    LATE = "late"  # the same, and its day has passed
    EXPIRING = "expiring"  # all is met, something is about to run out
    DONE = "done"
    PLANNED = "planned"  # something is asked, and no course gives it yet
    PAUSED = "paused"
    STUDYING = "studying"  # nothing is asked, but a course is underway
    SUGGESTED = "suggested"  # nothing is asked, but a course is recommended or waits to be begun
    FREE = "free"  # in no key group
    NOBODY = "nobody"  # an account without a person


@dataclass(frozen=True)
class Reason:
    """Why one area is asked, in pieces, and the area's own page (by its code)."""

    pieces: Pieces
    area: str
    area_name: str


@dataclass(frozen=True)
class FirstCard:
    """The one thing to do now: a course to go on with (`progress`) or to begin (`offer`). What
    is only recommended has no last day and is never late."""

    title: str
    url: str
    progress: EnrolmentProgress | None
    offer: CourseOffer | None
    last_day: date | None
    is_late: bool
    mandatory: bool
    # The areas that it closes, and the sentences that say why, strictest first.
    areas: tuple[str, ...]
    why: tuple[Reason, ...]
    # The course that this one is the first step towards, where something has to be learnt first.
    towards: str = ""


@dataclass(frozen=True)
class Row:
    """One line of "Det här gäller för dig": a requirement, or several that share a course."""

    title: str
    areas: tuple[str, ...]
    course: str
    status: Status
    on: date | None
    valid_until: date | None
    begun: bool
    mandatory: bool
    # Something to do something about; of what is recommended, something one may do.
    is_open: bool
    # No published course gives it yet.
    planned: bool
    url: str
    # Of the refresher that renews it; 0 where there is none or it is not time.
    refresher_minutes: int
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class MyPage:
    state: State
    day: date
    given_name: str
    courses_to_do: int
    first: FirstCard | None
    # What else the person has begun, and what they are only enrolled in.
    others: tuple[EnrolmentProgress, ...]
    booked: tuple[EnrolmentProgress, ...]
    # What presses most first; what waits for a course to be made stands by itself.
    rows: tuple[Row, ...]
    planned: tuple[Row, ...]
    recommended: tuple[Row, ...]
    recommended_planned: tuple[Row, ...]
    news: tuple[ArticleCard, ...]
    # What has changed in the courses that the person has.
    changed: tuple[News, ...]
    certificates: tuple[Certificate, ...]
    next_expiry: date | None
    # What the person is asked to say they need, while it can be answered.
    wish: MyWish | None = None
    # How many in the team wait for nothing but the reader's confirmation.
    to_confirm: int = 0
    # What else waits for the reader as manager or contact of a unit.
    waiting: tuple[Waiting, ...] = ()
    # Outside courses that the person has reported: those that wait, and those decided lately.
    outside: tuple[Claim, ...] = ()


def my_page(person: Person | None, *, user: Any, day: date, request: HttpRequest) -> MyPage:
    """The page of `person` on `day`. The same number of queries however much there is."""
    if person is None:
        news = tuple(new_for(user, frozenset(), request=request))
        return MyPage(State.NOBODY, day, "", 0, None, (), (), (), (), (), (), news, (), (), None)
    requirements = my_requirements(person, day)
    enrolments = current_enrolments(person)
    mandatory = [each for each in requirements if each.mandatory]
    recommended = [each for each in requirements if not each.mandatory]
    first = _with_first_step(_first(requirements, enrolments, day), enrolments, person, day)
    rest = [each for each in enrolments if first is None or each != first.progress]
    valid = [each.valid_until for each in mandatory if each.status is Status.MET]
    return MyPage(
        state=_state(mandatory, first, day),
        day=day,
        given_name=person.given_name,
        courses_to_do=_courses_to_do(mandatory),
        first=first,
        others=tuple(each for each in rest if each.begun or each.waits_for_learner),
        booked=tuple(each for each in rest if not (each.begun or each.waits_for_learner)),
        rows=_rows([each for each in mandatory if not _is_planned(each)]),
        planned=_rows([each for each in mandatory if _is_planned(each)]),
        recommended=_rows([each for each in recommended if not _is_planned(each)]),
        recommended_planned=_rows([each for each in recommended if _is_planned(each)]),
        news=tuple(new_for(user, key_groups_of(person, day), request=request)),
        changed=tuple(news_for(person, day)),
        certificates=tuple(
            Certificate.objects.filter(
                Q(revoked_on__isnull=True), person=person, superseded_by__isnull=True
            ).order_by("-issued_on", "-pk")[:MOST_CERTIFICATES]
        ),
        next_expiry=min((each for each in valid if each), default=None),
        wish=_open_wish(person, day),
        to_confirm=waiting_for_word_of(user, day),
        waiting=waiting_for(user, day),
        outside=tuple(claims_to_show(person, day)),
    )


def _open_wish(person: Person, day: date) -> MyWish | None:
    wish = my_wish(person, day)
    return wish if wish is not None and wish.is_open else None


def _course_of(requirement: MyRequirement) -> tuple[int, str] | None:
    """The course that is to meet it: the one underway, else the nearest on offer."""
    if requirement.enrolment:
        return requirement.enrolment.course_pk, requirement.enrolment.title
    if requirement.offers:
        return requirement.offers[0].course_id, requirement.offers[0].title
    return None


def _to_do(requirements: list[MyRequirement]) -> list[MyRequirement]:
    return [each for each in requirements if each.is_open and _course_of(each)]


def _is_planned(requirement: MyRequirement) -> bool:
    """Whether one can only wait for the course to be made."""
    return (
        requirement.without_offer
        and requirement.enrolment is None
        and requirement.status is not Status.EXPIRING
    )


def _why(requirement: MyRequirement) -> Reason:
    """The sentence of the plan; for what is recommended one without its days."""
    source = requirement.sources[0]
    pieces = source.pieces
    if not requirement.mandatory and requirement.is_open:
        pieces = fill(
            _("It is recommended for the key group %(group)s, which you are in."),
            group=source.key_group,
        )
    return Reason(pieces, requirement.area, requirement.area_name)


def _courses_to_do(mandatory: list[MyRequirement]) -> int:
    urgent = [each for each in _to_do(mandatory) if each.status is not Status.EXPIRING]
    return len({_course_of(each) for each in urgent})


def _first(
    requirements: list[MyRequirement], enrolments: list[EnrolmentProgress], day: date
) -> FirstCard | None:
    """The course for the mandatory requirement that presses most; among several courses for it,
    what can be begun, a refresher first, then the lowest level, then the one that closes most of
    the rest. Without one, what the person
    has begun, else what is recommended. Never what only waits for a manager's word."""
    waiting = {each.course_id for each in enrolments if each.waits_for_manager}
    enrolments = [each for each in enrolments if each.course_id not in waiting]
    to_do = [
        each
        for each in _to_do(requirements)
        if each.enrolment is None or each.enrolment.course_pk not in waiting
    ]
    open_ones = [each for each in to_do if each.mandatory]
    if not open_ones:
        open_ones = [each for each in to_do if each.enrolment and each.enrolment.started]
        if not open_ones and not any(each.begun for each in enrolments):
            open_ones = to_do
    underway = {each.course_id: each for each in enrolments}
    if not open_ones:
        if not enrolments:
            return None
        going = max(enrolments, key=lambda each: each.begun)
        return FirstCard(going.title, going.continue_url, going, None, None, False, False, (), ())
    pressing = open_ones[0]
    closes: Counter[int] = Counter(offer.course_id for each in open_ones for offer in each.offers)
    offer: CourseOffer | None = None
    if pressing.enrolment:
        course_id = pressing.enrolment.course_pk
    else:
        offer = min(
            pressing.offers,
            key=lambda o: (
                o.course_id in pressing.locked,
                not o.is_refresher,
                o.level,
                -closes[o.course_id],
                o.minutes,
                o.title,
            ),
        )
        course_id = offer.course_id
    closed = [
        each
        for each in open_ones
        if any(o.course_id == course_id for o in each.offers)
        or (each.enrolment and each.enrolment.course_pk == course_id)
    ]
    days = [each.last_day for each in closed if each.mandatory and each.last_day]
    last_day = min(days, default=None)
    progress = underway.get(course_id)
    return FirstCard(
        title=progress.title if progress else offer.title if offer else "",
        url=progress.continue_url if progress else offer.url if offer else "",
        progress=progress,
        offer=offer,
        last_day=last_day,
        is_late=last_day is not None and last_day < day,
        mandatory=pressing.mandatory,
        areas=tuple(dict.fromkeys(each.area_label for each in closed)),
        why=tuple(dict.fromkeys(_why(each) for each in closed)),
    )


def _with_first_step(
    first: FirstCard | None, enrolments: list[EnrolmentProgress], person: Person, day: date
) -> FirstCard | None:
    """The card as it stands, or that of the course to begin with where the one on it is locked."""
    if first is None or (first.progress and first.progress.begun):
        return first
    course_id = first.progress.course_id if first.progress else None
    if first.offer:
        course_id = first.offer.course_id
    step = first_step(person, course_id, day) if course_id else None
    if step is None:
        return first
    progress = next((each for each in enrolments if each.course_id == step.course_id), None)
    return replace(
        first,
        title=step.title,
        url=progress.continue_url if progress else step.url,
        progress=progress,
        offer=step,
        areas=(),
        towards=first.title,
    )


def _state(mandatory: list[MyRequirement], first: FirstCard | None, day: date) -> State:
    if not mandatory:
        if first is None:
            return State.FREE
        return State.STUDYING if first.progress and first.progress.begun else State.SUGGESTED
    if all(each.status is Status.PAUSED for each in mandatory):
        return State.PAUSED
    to_do = [each for each in _to_do(mandatory) if each.status is not Status.EXPIRING]
    if to_do:
        late = any(each.last_day and each.last_day < day for each in to_do)
        return State.LATE if late else State.TO_DO
    if any(_is_planned(each) for each in mandatory):
        return State.PLANNED
    if any(each.status is Status.EXPIRING for each in mandatory):
        return State.EXPIRING
    return State.DONE


def _rows(requirements: list[MyRequirement]) -> tuple[Row, ...]:
    """Requirements that stand alike and share a course become one line."""
    grouped: dict[object, list[MyRequirement]] = {}
    for each in requirements:
        course = _course_of(each)
        alike = (each.status, each.on, each.valid_until, course)
        grouped.setdefault(alike if course else (each.area, each.level), []).append(each)
    return tuple(_row(same) for same in grouped.values())


def _refresher_minutes(requirement: MyRequirement) -> int:
    """How long the refresher takes that renews it; 0 where there is none."""
    first = requirement.offers[0] if requirement.offers else None
    renews = requirement.status in (Status.EXPIRING, Status.EXPIRED)
    return first.minutes if renews and first and first.is_refresher else 0


def _row(same: list[MyRequirement]) -> Row:
    one = same[0]
    course = _course_of(one)
    begun = bool(one.enrolment and one.enrolment.started)
    return Row(
        title=f"{one.area_name}, {one.level_name}",
        areas=tuple(each.area_name for each in same) if len(same) > 1 else (),
        course=course[1] if course else "",
        status=one.status,
        on=one.on,
        valid_until=one.valid_until,
        begun=begun,
        mandatory=one.mandatory,
        is_open=one.is_open,
        planned=_is_planned(one),
        url=one.offers[0].url if one.offers else "",
        refresher_minutes=_refresher_minutes(one),
        why=tuple(dict.fromkeys(_why(each) for each in same)),
    )
