"""What keeps a course from being published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from courses import grading
from courses.freezing import CourseContent, LessonContent, lessons_of
from courses.quality import pieces_of, words_of
from lms.content.freezing import FrozenBlock
from lms.content.references import ReferenceBook, unknown_codes
from lms.content.scenario import steps_from
from lms.content.visibility import closed_to_some


@dataclass(frozen=True)
class Fault:
    """Something that keeps a course from being published, and where."""

    where: str
    message: str | Promise
    # The id of the block that it is about; empty where it is about no single one.
    block: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else str(self.message)


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _block_faults(block: FrozenBlock) -> Iterator[str]:
    value = block["value"]
    match block["type"]:
        case "image":
            if not value["decorative"] and not value["image"]["alt"].strip():
                yield _("An image has no text alternative.")
        case "film":
            if not value["captions"]:
                yield _("The film “%(title)s” has no captions.") % {"title": value["title"]}
            if not value["transcript"].strip():
                yield _("The film “%(title)s” is not there as text.") % {"title": value["title"]}
        case "scenario":
            for step in steps_from(value).broken:
                yield _("The scenario “%(title)s” leads to “%(step)s”, which does not exist.") % {
                    "title": value["title"],
                    "step": step,
                }
        case "article":
            if not value.get("blocks"):
                yield _("The article “%(title)s” has no text that a lesson can show.") % {
                    "title": value["title"]
                }
            for shown in value.get("blocks", []):
                if shown["type"] != "article":
                    yield from _block_faults(shown)


def unwritten_text(lesson: Mapping[str, Any]) -> str:
    """The id of the first text of a lesson that has nothing to read: headings to write under, and
    beside them only a thought to end on. Empty where there is something, or no text begun."""
    texts = [block for block in lesson["blocks"] if block["type"] == "text"]
    if any(block["type"] not in ("text", "reflection") for block in lesson["blocks"]):
        return ""
    for block in texts:
        for piece in pieces_of(block["value"]["html"]):
            if not piece.tag.startswith("h") and words_of(piece.text):
                return ""
    return texts[0]["id"] if texts else ""


def _closed_articles(blocks: list[FrozenBlock]) -> Iterator[str]:
    """A version is read by all who take the course, whatever is closed in the arena."""
    shown = {
        block["value"]["page"]: block["value"]["title"]
        for block in blocks
        if block["type"] == "article"
    }
    closed = closed_to_some(shown) if shown else set()
    for page, title in shown.items():
        if page in closed:
            yield _(
                "The article “%(title)s” is closed to some of those who read the course. Open it "
                "to all, or take it out of the lesson."
            ) % {"title": title}


def _unfit(question: Mapping[str, Any]) -> Iterator[str]:
    """What has happened to a question of the bank since it was put in the lesson."""
    named = {"question": strip_tags(question["prompt"])}
    match question.get("unfit"):
        case "retired":
            yield (
                _(
                    "The question “%(question)s” of the bank is retired. Choose another, or take "
                    "it into use again."
                )
                % named
            )
        case "replaced":
            yield (
                _(
                    "The picture of the question “%(question)s” has been replaced. See in the bank "
                    "that its places are still right, and save the question."
                )
                % named
            )


def _question_faults(question: Mapping[str, Any]) -> Iterator[str]:
    if question["kind"] == "draw":
        for stratum in question["strata"]:
            if len(stratum["pool"]) < stratum["count"]:
                yield _(
                    "A draw asks for %(count)s questions where the bank has %(pool)s of that sort."
                ) % {"count": stratum["count"], "pool": len(stratum["pool"])}
            for pooled in stratum["pool"]:
                yield from _unfit(pooled)
        return
    yield from _unfit(question)
    if not question["prompt"].strip():
        yield _("A question has no text.")
    yield from grading.faults(question)


def _lesson_faults(lesson: LessonContent) -> Iterator[str]:
    """What is wrong with the lesson as a whole: its address, and its questions together."""
    if lesson["slug"] == grading.TEST_OUT_SLUG:
        yield _(
            "No lesson can have the address “%(slug)s”: it belongs to the test for those who "
            "know the course already."
        ) % {"slug": lesson["slug"]}
    if not lesson["questions"]:
        yield _("The lesson has no questions.")
    for question in lesson["questions"]:
        yield from _question_faults(question)
    prompts = [
        (question["key"], question["prompt"])
        for question in grading.all_questions([lesson], drawn=False)
    ]
    times = Counter(key for key, _prompt in prompts)
    for key, prompt in dict(prompts).items():
        if times[key] > 1:
            yield _("“%(question)s” is asked more than once in the lesson.") % {"question": prompt}
    strata = [each for question in lesson["questions"] for each in question.get("strata", [])]
    drawn = grading.number_drawn(lesson)
    # A stratum with too few of its own is told of above.
    if drawn < sum(min(each["count"], len(each["pool"])) for each in strata):
        yield _(
            "The draws of the lesson ask for %(count)s different questions together, and the "
            "bank has enough for %(drawn)s only."
        ) % {"count": sum(each["count"] for each in strata), "drawn": drawn}


def _course_faults(content: CourseContent) -> Iterator[str]:
    """What is wrong with the conditions of the course."""
    lessons = {lesson["key"] for lesson in lessons_of(content)}
    for group in content["completion"]:
        for item in group["items"]:
            if item["kind"] == "lesson" and item["lesson"] not in lessons:
                yield _("A condition asks for a lesson that is not in the course.")
    given = {(each["area_code"], each["level"]) for each in content["grants"]}
    for each in content["requires"]:
        if any(area == each["area_code"] and level <= each["level"] for area, level in given):
            yield _("The course asks for the level that it gives.")
    if content["refreshes"] == content["course"]["page"]:
        yield _("The course cannot be a refresher of itself.")
    if content["course"]["form"] == "refresher" and content["refreshes"] is None:
        yield _("Say which course this is a refresher of.")


def faults_in(content: CourseContent, book: ReferenceBook) -> list[Fault]:
    """Everything that must be put right before learners may read it, in reading order."""
    found: list[Fault] = []
    lessons = lessons_of(content)
    if not lessons:
        found.append(Fault("", _("The course has no published lesson.")))
    for slug, times in Counter(lesson["slug"] for lesson in lessons).items():
        if times > 1:
            found.append(Fault("", _("Two lessons have the address “%(slug)s”.") % {"slug": slug}))
    found.extend(Fault("", message) for message in _course_faults(content))
    for lesson in lessons:
        if block := unwritten_text(lesson):
            message = _(
                "The lesson has no text yet. Write under the headings what the reader is to know, "
                "or take them away."
            )
            found.append(Fault(lesson["title"], message, block))
        messages = [message for block in lesson["blocks"] for message in _block_faults(block)]
        messages.extend(_closed_articles(lesson["blocks"]))
        messages.extend(_lesson_faults(lesson))
        unknown = {code for text in _strings(lesson) for code in unknown_codes(text, book)}
        messages.extend(
            _("%(code)s stands for nothing.") % {"code": code} for code in sorted(unknown)
        )
        found.extend(Fault(lesson["title"], message) for message in messages)
    return found
