"""How far somebody has come: derived from what they did, never stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.criteria import CriteriaState, Facts, GroupState, evaluate
from courses.grading import TEST_OUT, TEST_OUT_SLUG
from courses.models import CourseVersion, Enrolment, LessonCompletion
from lms.people.models import Person


@dataclass(frozen=True)
class LessonState:
    """A lesson in somebody's outline; `number` counts from one through the course."""

    key: str
    slug: str
    title: str
    number: int
    minutes: int
    done: bool


@dataclass(frozen=True)
class EnrolmentProgress:
    """Where a person stands in a course."""

    enrolment_id: int
    course_id: int
    course_slug: str
    title: str
    origin: str
    started_at: datetime
    lessons: tuple[LessonState, ...]
    lessons_done: int
    lessons_total: int
    minutes_left: int
    # The title of the lesson that "Fortsätt" leads to, and the address of the exact place: the
    # conditions on the course's page, once every lesson is done, and the page where everything is.
    place_title: str
    continue_url: str
    # Whether a lesson has been opened.
    begun: bool
    criteria: CriteriaState
    # Whether the test that stands for the lessons is passed.
    test_passed: bool

    @property
    def lessons_are_done(self) -> bool:
        """Whether nothing is left of the lessons: each is done, or the test that stands for
        them."""
        return self.test_passed or self.lessons_done == self.lessons_total

    @property
    def waits_for_manager(self) -> bool:
        """Whether there is nothing left that the learner can do."""
        return self.lessons_are_done and self.criteria.waits_only_for_signoff

    @property
    def waits_for_learner(self) -> bool:
        """Whether everything that the course asks for is done, and the learner has only to say
        so: as after going on in a newer version that asks for less."""
        return self.criteria.met


def with_progress(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Enrolments with what `progress_of` reads, without the versions' texts."""
    return enrolments.select_related("course").prefetch_related(
        Prefetch("version", CourseVersion.objects.defer("content")),
        Prefetch(
            "lesson_completions",
            LessonCompletion.objects.only("enrolment", "lesson_key", "score"),
        ),
        "confirmations",
        "signoffs",
    )


def facts_in(
    version: CourseVersion,
    done: Mapping[str, int],
    *,
    confirmed: Iterable[str] = (),
    signed_off: Iterable[str] = (),
) -> Facts:
    """What counts towards the version's conditions; `done` has the result of each finished
    lesson. The test that stands for the course stands for every lesson and its own result for
    theirs, unless all of them together have a better one."""
    lessons = frozenset(lesson["key"] for lesson in version.lessons)
    results = [score for key, score in done.items() if key != TEST_OUT]
    score = sum(results) // len(results) if results else None
    if TEST_OUT in done:
        taken = score if score is not None and lessons <= done.keys() else 0
        score = max(done[TEST_OUT], taken)
    return Facts(
        lessons=lessons,
        lessons_done=lessons if TEST_OUT in done else frozenset(done),
        score=score,
        confirmed=frozenset(confirmed),
        signed_off=frozenset(signed_off),
    )


def after_the_test(
    version: CourseVersion, enrolment: Enrolment | None = None
) -> tuple[GroupState, ...]:
    """What the course still asks for of somebody who passes, with no more than it takes, the test
    that stands for its lessons."""
    done = {TEST_OUT: version.pass_percent(TEST_OUT)}
    if enrolment is None:
        return evaluate(version.criteria, facts_in(version, done)).missing
    results = {row.lesson_key: row.score for row in enrolment.lesson_completions.all()}
    return criteria_in(enrolment, done | results).missing


def criteria_in(enrolment: Enrolment, done: Mapping[str, int]) -> CriteriaState:
    """The conditions of an enrolment read by `with_progress`; `done` has the result of each
    finished lesson. What was confirmed is read only where a condition asks for it."""
    criteria = enrolment.version.criteria
    asked = {item["kind"] for group in criteria for item in group["items"]}
    confirmed = enrolment.confirmations.all() if "confirm" in asked else ()
    signed_off = enrolment.signoffs.all() if "signoff" in asked else ()
    return evaluate(
        criteria,
        facts_in(
            enrolment.version,
            done,
            confirmed=(row.item_key for row in confirmed),
            signed_off=(row.item_key for row in signed_off),
        ),
    )


def lesson_states(
    lessons: Iterable[dict[str, Any]], done: Collection[str]
) -> tuple[LessonState, ...]:
    return tuple(
        LessonState(
            key=lesson["key"],
            slug=lesson["slug"],
            title=lesson["title"],
            number=number,
            minutes=lesson["minutes"],
            done=lesson["key"] in done,
        )
        for number, lesson in enumerate(lessons, start=1)
    )


def _place(enrolment: Enrolment, lessons: tuple[LessonState, ...]) -> tuple[LessonState, str]:
    """The lesson to go on with and the block within it: where the learner was, unless that
    lesson is done; then the first one that is not."""
    here = next((lesson for lesson in lessons if lesson.key == enrolment.place_lesson), None)
    if here is not None and not here.done:
        return here, enrolment.place_block
    return next((lesson for lesson in lessons if not lesson.done), lessons[0]), ""


def _fragment(block: str) -> str:
    """Where in the page: a block of the text, the questions, or one of them."""
    if not block:
        return ""
    return f"#{block}" if block == "fragor" or block.startswith("q-") else f"#b-{block}"


def progress_of(enrolment: Enrolment) -> EnrolmentProgress:
    """The state of one enrolment read by `with_progress`: no further query."""
    done = {row.lesson_key: row.score for row in enrolment.lesson_completions.all()}
    lessons = lesson_states(enrolment.version.lessons, done)
    place, block = _place(enrolment, lessons)
    in_test = enrolment.place_lesson == TEST_OUT and enrolment.version.test_out is not None
    test_passed = TEST_OUT in done
    criteria = criteria_in(enrolment, done)
    if criteria.met:
        url = reverse("courses:course", args=[enrolment.course.slug])
    elif test_passed or all(lesson.done for lesson in lessons):
        url = reverse("courses:course", args=[enrolment.course.slug]) + "#villkor"
    elif in_test:
        url = reverse("courses:lesson", args=[enrolment.course.slug, TEST_OUT_SLUG])
    else:
        lesson_url = reverse("courses:lesson", args=[enrolment.course.slug, place.slug])
        url = f"{lesson_url}{_fragment(block)}"
    return EnrolmentProgress(
        enrolment_id=enrolment.pk,
        course_id=enrolment.course_id,
        course_slug=enrolment.course.slug,
        title=enrolment.version.title,
        origin=enrolment.origin,
        started_at=enrolment.created_at,
        lessons=lessons,
        lessons_done=sum(lesson.done for lesson in lessons),
        lessons_total=len(lessons),
        minutes_left=sum(e.minutes for e in lessons if not e.done and not test_passed),
        place_title=_("The test instead of the course") if in_test else place.title,
        continue_url=url,
        begun=bool(enrolment.place_lesson or done),
        criteria=criteria,
        test_passed=test_passed,
    )


def current_enrolments(person: Person) -> list[EnrolmentProgress]:
    """What the person is in the middle of, latest first. Five queries."""
    open_ones = Enrolment.objects.filter(
        person=person, withdrawn_at__isnull=True, completed_at__isnull=True
    ).order_by("-created_at", "-pk")
    return [progress_of(enrolment) for enrolment in with_progress(open_ones)]
