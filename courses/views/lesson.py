"""The lesson: read, try, answer, go on."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses import grading, reading
from courses.progress import after_the_test
from courses.reading.chains import others_in_course
from courses.reading.rests import may_better, rest_of
from courses.services import dialogue, learning
from courses.views import showing
from courses.views.seats import MISSING, Seat, attempt_of, seat_of
from lms.content.templatetags.ui import clock, day_and_time

# In the address and the session: which text the learner reads.
READING = "text"
EASY = "lattlast"


@require_GET
@never_cache
def lesson(request: HttpRequest, slug: str, lesson_slug: str) -> HttpResponse:
    seat = seat_of(request, slug, lesson_slug)
    if seat is None:
        messages.info(request, _("Start the course to read its lessons."))
        return redirect("courses:course", slug)
    if seat.is_locked:
        return redirect("courses:course", slug)
    if seat.is_test:
        return _test(request, seat)
    if READING in request.GET:
        request.session[EASY] = request.GET[READING] == EASY
        return redirect(seat.lesson_url)
    if seat.is_open and seat.enrolment.place_lesson != seat.lesson["key"]:
        learning.remember_place(
            enrolment=seat.enrolment, lesson_key=seat.lesson["key"], at=timezone.now()
        )
    name_missing = MISSING in request.GET
    return _page(
        request, seat, retry="forsok" in request.GET or name_missing, name_missing=name_missing
    )


def _page(
    request: HttpRequest,
    seat: Seat,
    *,
    retry: bool = False,
    name_missing: bool = False,
) -> HttpResponse:
    attempt = attempt_of(seat, retry=retry)
    missing = [question for question in attempt.questions if not question.answered]
    rest = rest_of(seat.lesson)
    pass_percent = seat.enrolment.version.pass_percent(seat.lesson["key"])
    easy = seat.lesson.get("easy", "") if request.session.get(EASY) else ""
    return render(
        request,
        "courses/lesson.html",
        {
            "seat": seat,
            "goes_on_from": _goes_on_from(seat),
            "course": seat.course,
            "lesson": seat.lesson,
            "progress": seat.progress,
            "state": seat.state,
            "previous": seat.neighbour(-1),
            "following": seat.neighbour(1),
            "unfinished": next(
                (e for e in seat.progress.lessons if not e.done and e.key != seat.state.key), None
            ),
            "blocks": showing.shown(
                [
                    block
                    for block in reading.blocks_to_read(seat.enrolment, seat.lesson)
                    if not easy or block.type in showing.BESIDE_EASY_TEXT
                ],
                seat.enrolment.version,
                seat.lesson["key"],
                request.GET,
            ),
            "easy": easy,
            "can_better": may_better(seat.enrolment),
            "has_easy": bool(seat.lesson.get("easy")),
            "attempt": attempt,
            "missing": missing if name_missing and seat.is_open else [],
            "empty": sum(not question.is_no_number for question in missing),
            "some_saved": len(missing) < len(attempt.questions),
            "saved_at": _saved_at(seat, attempt),
            "pass_rule": grading.pass_rule(seat.lesson, len(attempt.questions), pass_percent),
            "rest": rest,
            "rest_long": _in_words(rest["hours"]) if rest else "",
            "next_try": day_and_time(attempt.rests_until) if attempt.rests_until else "",
            "sign_in_again": _sign_in_again(seat),
            "answered": dialogue.published_about(seat.course.pk, seat.lesson["key"]),
            "questions": showing.questions(attempt),
            "outline": showing.outline(seat.course.slug, seat.progress, seat.state),
        },
    )


def _test(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The test that stands for the course, for those who know it already."""
    name_missing = MISSING in request.GET
    attempt = attempt_of(seat, retry="forsok" in request.GET or name_missing)
    missing = [question for question in attempt.questions if not question.answered]
    return render(
        request,
        "courses/test.html",
        {
            "seat": seat,
            "goes_on_from": _goes_on_from(seat),
            "course": seat.course,
            "lesson": seat.lesson,
            "title": seat.enrolment.version.title,
            "attempt": attempt,
            "missing": missing if name_missing and seat.is_open else [],
            "empty": sum(not question.is_no_number for question in missing),
            "saved_at": _saved_at(seat, attempt),
            "pass_percent": seat.enrolment.version.pass_percent(seat.lesson["key"]),
            "left": after_the_test(seat.enrolment.version, seat.enrolment),
            "next_try": day_and_time(attempt.rests_until) if attempt.rests_until else "",
            "sign_in_again": _sign_in_again(seat),
        },
    )


def _saved_at(seat: Seat, attempt: reading.ShownAttempt) -> str:
    """When the answers were saved, as long as more can be."""
    if attempt.submitted or not seat.is_open or attempt.last_saved is None:
        return ""
    return clock(attempt.last_saved)


def _goes_on_from(seat: Seat) -> list[int]:
    """The enrolments whose unsent answers may lie in the browser."""
    if seat.enrolment.continues_id is None:
        return []
    return list(others_in_course(seat.enrolment).values_list("pk", flat=True))


def _sign_in_again(seat: Seat) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': seat.lesson_url})}"


def _in_words(hours: int) -> str:
    """How long a rest is."""
    if hours % 24 == 0 and hours > 24:
        return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
