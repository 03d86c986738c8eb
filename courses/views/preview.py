"""What will a learner meet? The draft of a lesson or a whole course, with questions that can be
answered and nothing that is saved."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses import drafts, grading
from courses.freezing import LessonContent, facts_of
from courses.listing import Gives
from courses.models import Answer, CoursePage, LessonPage, ModulePage
from courses.reading import ShownAttempt, ShownBlock
from courses.reading.answered import SEED, show_answered
from courses.reading.questions import ShownQuestion, show_question
from courses.registry import course_preview, lesson_preview
from courses.verdicts import UNFINISHED


@dataclass(frozen=True)
class OutlineLink:
    """A lesson in the outline of a draft; without an address it cannot be followed."""

    number: int
    title: str
    url: str
    is_current: bool


def _blocks(lesson: LessonContent) -> list[ShownBlock]:
    return [
        ShownBlock(
            id=block["id"],
            type=block["type"],
            value=block["value"],
            block=block,
            place=place,
            items=tuple(
                (number, text, False) for number, text in enumerate(block["value"]["items"])
            )
            if block["type"] == "checklist"
            else (),
        )
        for place, block in enumerate(lesson["blocks"])
    ]


def _answer(question: Any, response: Any) -> Answer:
    earned = grading.credit(question, response)
    return Answer(
        question_key=question["key"],
        response=response,
        complete=grading.is_complete(question, response),
        correct=earned == 1,
        credit=grading.percent(earned),
    )


def _attempt(
    lesson: LessonContent, *, request: HttpRequest | None, answers: bool, pass_percent: int
) -> tuple[ShownAttempt, int]:
    """The questions to answer, answered in the request, or with the right answers; and how many
    could not be shown because they are not finished."""
    shown: list[ShownQuestion] = []
    credits: list[Fraction] = []
    unfinished = 0
    marked = answers or request is not None
    words = {True: _("True"), False: _("False")}
    for question in grading.questions_asked(lesson, enrolment_pk=0, number=1):
        try:
            if list(grading.faults(question)):
                raise ValueError
            number = len(shown) + 1
            if answers:
                shown.append(show_answered(question, number, words=words))
                credits.append(Fraction(1))
                continue
            response = grading.read_response(question, SEED, request.POST) if request else None
            credits.append(grading.credit(question, response))
            shown.append(
                show_question(
                    question,
                    number,
                    seed=SEED,
                    answer=_answer(question, response) if marked else None,
                    submitted=marked,
                    words=words,
                )
            )
        except UNFINISHED:
            unfinished += 1
    attempt = ShownAttempt(
        number=1,
        questions=tuple(shown),
        submitted=marked,
        passed=marked and grading.passes(credits, pass_percent),
        score=grading.score_percent(credits) if marked else None,
        right=sum(bool(question.correct) for question in shown),
        last_saved=None,
        rests_until=None,
        attempts_left=None,
    )
    return attempt, unfinished


def _page(
    request: HttpRequest,
    page: LessonPage,
    course: CoursePage,
    outline: list[OutlineLink],
    *,
    mode: str,
    reads_on: bool,
) -> HttpResponse:
    lesson = drafts.written(page, drafts.ShownFiles())
    posted = request if request.method == "POST" else None
    attempt, unfinished = _attempt(
        lesson.content,
        request=posted,
        answers=mode == "answers",
        pass_percent=course.pass_percent,
    )
    place = next((n for n, link in enumerate(outline) if link.is_current), 0)
    return TemplateResponse(
        request,
        "courses/preview.html",
        {
            "course": course,
            "lesson": lesson.content,
            "page_pk": page.pk,
            "blocks": _blocks(lesson.content),
            "attempt": attempt,
            "outline": outline,
            "number": place + 1,
            "previous": outline[place - 1] if place else None,
            "following": outline[place + 1] if place + 1 < len(outline) else None,
            "unfinished": unfinished + len(lesson.unfinished),
            "mode": mode,
            "reads_on": reads_on,
            "pass_rule": grading.pass_rule(
                lesson.content, len(attempt.questions), course.pass_percent
            ),
        },
    )


def _lessons_of(course: CoursePage) -> list[LessonPage]:
    """The lessons of the draft in reading order. Two queries."""
    modules = ModulePage.objects.child_of(course).order_by("path")
    lessons = LessonPage.objects.descendant_of(course).select_related("latest_revision")
    paths = [module.path for module in modules]
    return [page for page in lessons.order_by("path") if page.path[: -page.steplen] in paths]


@lesson_preview.register
def preview(page: LessonPage, request: HttpRequest, mode: str) -> HttpResponse:
    """The lesson as it stands in the editor, saved or not."""
    course = page.get_parent().get_parent().specific
    lessons = _lessons_of(course)
    if page.pk not in {each.pk for each in lessons}:
        lessons.append(page)
    outline = [
        OutlineLink(
            number,
            page.title if each.pk == page.pk else each.draft_title or each.title,
            "",
            each.pk == page.pk,
        )
        for number, each in enumerate(lessons, start=1)
    ]
    return _page(request, page, course, outline, mode=mode, reads_on=False)


def _outline_of(course: CoursePage, edited: ModulePage | None, *, linked: bool) -> list[Any]:
    """The modules of the draft with their lessons, one of them as it stands in the editor."""
    lessons = _lessons_of(course) if course.pk else []
    modules = list(ModulePage.objects.child_of(course).order_by("path")) if course.pk else []
    if edited is not None and edited.pk not in {module.pk for module in modules}:
        modules.append(edited)
    address = reverse("courses_admin:read", args=[course.pk]) if course.pk else ""
    numbers = count(1)
    return [
        {
            "title": edited.title
            if edited is not None and module.pk == edited.pk
            else module.draft_title or module.title,
            "lessons": [
                OutlineLink(
                    next(numbers),
                    lesson.draft_title or lesson.title,
                    f"{address}?lektion={lesson.pk}" if linked else "",
                    False,
                )
                for lesson in lessons
                if module.pk and lesson.is_child_of(module)
            ],
        }
        for module in modules
    ]


def _minutes_of(lesson: LessonPage) -> int:
    """As the draft has it."""
    written = lesson.latest_revision.content if lesson.latest_revision else {}
    return int(written.get("minutes") or lesson.minutes or 0)


@course_preview.register
def preview_course(page: CoursePage | ModulePage, request: HttpRequest, mode: str) -> HttpResponse:
    """The page of a course as it stands in the editor, or with one of its modules so."""
    edited = page if isinstance(page, ModulePage) else None
    course = (
        edited.get_parent().specific.get_latest_revision_as_object() if edited is not None else page
    )
    # The editor's panel is no place to leave for another page.
    reads_on = course.pk is not None and not getattr(request, "in_preview_panel", False)
    modules = _outline_of(course, edited, linked=reads_on)
    return TemplateResponse(
        request,
        "courses/preview_course.html",
        {
            "page": course,
            "facts": facts_of(course),
            "form_name": course.get_form_display(),
            "gives": [
                Gives(
                    given.area.code,
                    given.area.name,
                    given.level.number,
                    given.level.name,
                    given.validity_months,
                )
                for given in course.gives.all()
            ],
            "modules": modules,
            "lessons_total": sum(len(module["lessons"]) for module in modules),
            "minutes": sum(_minutes_of(lesson) for lesson in _lessons_of(course))
            if course.pk
            else 0,
            "reads_on": reads_on,
        },
    )


@require_http_methods(["GET", "POST"])
@never_cache
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole draft of a course, lesson by lesson; POST marks the answers without keeping
    them."""
    course = get_object_or_404(CoursePage, pk=pk)
    if not course.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    lessons = _lessons_of(course)
    wanted = request.GET.get("lektion", "")
    page = next((each for each in lessons if not wanted or str(each.pk) == wanted), None)
    if page is None:
        raise Http404
    mode = "answers" if request.GET.get("svar") == "1" else "learner"
    address = reverse("courses_admin:read", args=[course.pk])
    end = "&svar=1" if mode == "answers" else ""
    outline = [
        OutlineLink(
            number,
            each.draft_title or each.title,
            f"{address}?lektion={each.pk}{end}",
            each.pk == page.pk,
        )
        for number, each in enumerate(lessons, start=1)
    ]
    shown = drafts.as_drafted(page)
    return _page(
        request, shown, course.get_latest_revision_as_object(), outline, mode=mode, reads_on=True
    )
