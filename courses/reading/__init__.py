"""What a lesson's page shows one learner: the frozen text, and the questions as they stand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.urls import reverse

from courses import grading
from courses.freezing import LessonContent, lessons_of
from courses.models import Attempt, CourseVersion, Enrolment
from courses.reading.questions import ShownQuestion, show_question
from courses.reading.rests import Draw, may_better, questions_of, tries_of
from lms.content.freezing import FrozenBlock, with_addresses


@dataclass(frozen=True)
class ShownAttempt:
    """The attempt a learner sees: open, or submitted with its outcome."""

    number: int
    questions: tuple[ShownQuestion, ...]
    submitted: bool
    passed: bool
    score: int | None
    # How many questions are wholly right.
    right: int
    last_saved: datetime | None
    # When the next attempt may begin, where there is a rest to wait for.
    rests_until: datetime | None
    # This one included, before the next rest; None: no limit.
    attempts_left: int | None
    # What the order of its options follows from.
    shuffle: int = 0

    @property
    def has_partial(self) -> bool:
        """Whether a question earned something without being wholly right."""
        return any(question.credit and not question.correct for question in self.questions)


class AssetUrls(Mapping[str, str]):
    """The address of every file of a version, by its key."""

    def __init__(self, version_pk: int) -> None:
        self._pk = version_pk

    def __getitem__(self, key: str) -> str:
        return reverse("courses:asset", args=[self._pk, key])

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


# The lessons of the versions read last by this process, by the hash of their content.
_KEPT_VERSIONS = 40
_lessons: OrderedDict[str, dict[str, LessonContent]] = OrderedDict()


def lesson_by_slug(version: CourseVersion, slug: str) -> LessonContent | None:
    """A lesson of a published version, or the test that stands for the course in the shape of
    one; never to be changed. The content is large and never
    differs where the hash is the same, so that it is read and parsed once per process; defer it
    where the version is fetched."""
    lessons = _lessons.get(version.content_hash)
    if lessons is None:
        lessons = {lesson["slug"]: lesson for lesson in lessons_of(version.content)}
        if version.test_out:
            test = grading.lesson_for_test_out(
                list(lessons.values()), version.test_out["questions"]
            )
            lessons[grading.TEST_OUT_SLUG] = cast(LessonContent, test)
        _lessons[version.content_hash] = lessons
        while len(_lessons) > _KEPT_VERSIONS:
            _lessons.popitem(last=False)
    else:
        _lessons.move_to_end(version.content_hash)
    return lessons.get(slug)


@dataclass(frozen=True)
class ShownBlock:
    """A block as this learner sees it. `place` counts the lesson's blocks from 0, `items` are a
    checklist's points with their ticks, `text` and `saved_at` a reflection."""

    id: str
    type: str
    value: dict[str, Any]
    block: FrozenBlock
    place: int
    items: tuple[tuple[int, str, bool], ...] = ()
    text: str = ""
    saved_at: datetime | None = None


# Their blocks with the addresses of files, by version and lesson.
_KEPT_LESSONS = 400
_addressed: OrderedDict[tuple[int, str, str], list[FrozenBlock]] = OrderedDict()


def _blocks_with_addresses(enrolment: Enrolment, lesson: LessonContent) -> list[FrozenBlock]:
    """Never to be changed: they are the same for every reader of the version."""
    key = (enrolment.version_id, enrolment.version.content_hash, lesson["key"])
    blocks = _addressed.get(key)
    if blocks is None:
        blocks = with_addresses(lesson["blocks"], AssetUrls(enrolment.version_id))
        _addressed[key] = blocks
        while len(_addressed) > _KEPT_LESSONS:
            _addressed.popitem(last=False)
    else:
        _addressed.move_to_end(key)
    return blocks


def blocks_to_read(enrolment: Enrolment, lesson: LessonContent) -> list[ShownBlock]:
    """The lesson's blocks with what the learner has ticked and written. A query where there is
    something to tick, and one where there is something to write."""
    types = {block["type"] for block in lesson["blocks"]}
    ticks: set[tuple[str, int]] = set()
    written: dict[str, tuple[str, datetime]] = {}
    if "checklist" in types:
        ticks = set(enrolment.marks.filter(ticked=True).values_list("block_key", "item"))
    if "reflection" in types:
        texts = enrolment.reflections.values_list("block_key", "text", "saved_at")
        written = {key: (text, saved_at) for key, text, saved_at in texts}
    shown = []
    for place, block in enumerate(_blocks_with_addresses(enrolment, lesson)):
        items: tuple[tuple[int, str, bool], ...] = ()
        if block["type"] == "checklist":
            items = tuple(
                (number, text, (block["id"], number) in ticks)
                for number, text in enumerate(block["value"]["items"])
            )
        kept = written.get(block["id"]) if block["type"] == "reflection" else None
        shown.append(
            ShownBlock(
                id=block["id"],
                type=block["type"],
                value=block["value"],
                block=block,
                place=place,
                items=items,
                text=kept[0] if kept else "",
                saved_at=kept[1] if kept else None,
            )
        )
    return shown


_OF_AN_ANSWER = (
    "attempt", "question_key", "response", "complete", "correct", "credit", "saved_at",
)  # fmt: skip


def show_attempt(
    enrolment: Enrolment,
    lesson: Mapping[str, Any],
    *,
    retry: bool,
    words: Mapping[bool, str],
    now: datetime,
) -> ShownAttempt:
    """The latest attempt at a lesson's questions, or, where it failed and the learner asks for
    it, the next one, unless it has to wait. `words` are what true and false are called. Two
    queries; one more where the lesson has a limit, and where the enrolment goes on from another
    and nothing is stored of the attempt."""
    latest = (
        Attempt.objects.filter(enrolment=enrolment, lesson_key=lesson["key"])
        .order_by("-number")
        .first()
    )
    again = (
        latest is not None
        and latest.submitted_at is not None
        and (not latest.passed or may_better(enrolment))
    )
    tries = tries_of(enrolment, lesson)
    until = tries.rests_until if tries and (latest is None or again) else None
    if until is not None and now >= until:
        until = None
    fresh = until is None and (latest is None or (retry and again))
    number = (latest.number if latest else 0) + (1 if fresh or latest is None else 0)
    shown = None if fresh else latest
    if latest is None and until is not None:
        return ShownAttempt(number, (), False, False, None, 0, None, until, None)
    if shown:
        asked = questions_of(lesson, shown)
        seed = shown.seed
    else:
        draw = Draw.of(enrolment, lesson["key"], number)
        asked, seed = draw.questions(lesson), draw.shuffle
    given = shown.answers.only(*_OF_AN_ANSWER) if shown else ()
    answers = {answer.question_key: answer for answer in given}
    submitted = bool(shown and shown.submitted_at)
    urls = AssetUrls(enrolment.version_id)
    questions = tuple(
        show_question(
            with_addresses(question, urls) if "image" in question else question,
            position,
            seed=seed,
            answer=answers.get(question["key"]),
            submitted=submitted,
            words=words,
        )
        for position, question in enumerate(asked, start=1)
    )
    return ShownAttempt(
        number=number,
        questions=questions,
        submitted=submitted,
        passed=bool(shown and shown.passed),
        score=shown.score if shown else None,
        right=sum(bool(question.correct) for question in questions),
        last_saved=max((answer.saved_at for answer in answers.values()), default=None),
        rests_until=until,
        attempts_left=tries.left if tries and not submitted else None,
        shuffle=seed,
    )
