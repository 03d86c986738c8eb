"""The lesson: read, try, answer, go on. Everything is saved as it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from courses import entry, grading, listing, reading
from courses.freezing import LessonContent
from courses.models import CoursePage, Enrolment
from courses.progress import EnrolmentProgress, LessonState, progress_of
from courses.reading.rests import may_better, rest_of, seed_for
from courses.services import dialogue, learning
from courses.views import asgiven, showing
from courses.views.readers import reader
from lms.content.templatetags.ui import clock
from lms.lib.dates import today

# In the address: what was handed in had questions without an answer.
MISSING = "saknas"
# In the address and the session: which text the learner reads.
READING = "text"
EASY = "lattlast"
_OTHER_ATTEMPT = gettext_lazy(
    "These questions have been handed in, or begun again, on another page. Reload to see them as "
    "they stand."
)


@dataclass(frozen=True)
class Seat:
    """Where a learner sits: the course, their enrolment, the lesson, and the way through."""

    course: CoursePage
    enrolment: Enrolment
    lesson: LessonContent

    @cached_property
    def progress(self) -> EnrolmentProgress:
        return progress_of(self.enrolment)

    @cached_property
    def state(self) -> LessonState:
        return next(each for each in self.progress.lessons if each.key == self.lesson["key"])

    @property
    def is_test(self) -> bool:
        """Whether this is not a lesson but the test that stands for the course."""
        return self.lesson["key"] == grading.TEST_OUT

    @property
    def is_open(self) -> bool:
        return self.enrolment.completed_at is None

    @property
    def is_locked(self) -> bool:
        """Whether something has to be learnt first, and nothing here has been begun."""
        return self.is_open and entry.is_locked(self.enrolment, today())

    def neighbour(self, step: int) -> LessonState | None:
        place = self.state.number - 1 + step
        lessons = self.progress.lessons
        return lessons[place] if 0 <= place < len(lessons) else None

    @property
    def lesson_url(self) -> str:
        return self.url("lesson")

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"courses:{name}", args=[self.course.slug, self.lesson["slug"], *args])


def _seat(request: HttpRequest, slug: str, lesson_slug: str) -> Seat | None:
    """The reader's seat; None without an enrolment. 404 for a lesson that the version lacks."""
    course = get_object_or_404(CoursePage.objects.only("pk", "slug", "title"), slug=slug)
    person = reader(request).person
    if person is None:
        return None
    enrolment = (
        listing.enrolments_to_read(person, course.pk)
        .select_related("version")
        .defer("version__content")
        .first()
    )
    if enrolment is None:
        return None
    enrolment.course, enrolment.person = course, person
    lesson = reading.lesson_by_slug(enrolment.version, lesson_slug)
    if lesson is None:
        raise Http404
    return Seat(course, enrolment, lesson)


def _own_seat(request: HttpRequest, slug: str, lesson_slug: str) -> Seat:
    seat = _seat(request, slug, lesson_slug)
    if seat is None or seat.is_locked:
        raise Http404
    return seat


@require_GET
@never_cache
def lesson(request: HttpRequest, slug: str, lesson_slug: str) -> HttpResponse:
    seat = _seat(request, slug, lesson_slug)
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


def _attempt(seat: Seat, *, retry: bool) -> reading.ShownAttempt:
    return reading.show_attempt(
        seat.enrolment,
        seat.lesson,
        retry=retry and seat.is_open,
        words={True: _("True"), False: _("False")},
        now=timezone.now(),
    )


def _page(
    request: HttpRequest,
    seat: Seat,
    *,
    retry: bool = False,
    name_missing: bool = False,
) -> HttpResponse:
    attempt = _attempt(seat, retry=retry)
    missing = [question for question in attempt.questions if not question.answered]
    rest = rest_of(seat.lesson)
    easy = seat.lesson.get("easy", "") if request.session.get(EASY) else ""
    return render(
        request,
        "courses/lesson.html",
        {
            "seat": seat,
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
            ),
            "easy": easy,
            "can_better": may_better(seat.enrolment),
            "has_easy": bool(seat.lesson.get("easy")),
            "attempt": attempt,
            "missing": missing if name_missing and seat.is_open else [],
            "some_saved": len(missing) < len(attempt.questions),
            "saved_at": clock(attempt.last_saved) if attempt.last_saved else "",
            "pass_percent": learning.pass_percent(seat.enrolment, seat.lesson),
            "rest": rest,
            "rest_long": _in_words(rest["hours"]) if rest else "",
            "next_try": _day_and_time(attempt.rests_until) if attempt.rests_until else "",
            "sign_in_again": _sign_in_again(seat),
            "answered": dialogue.published_about(seat.course.pk, seat.lesson["key"]),
            # It stands beside the text on a desk and below it on a phone.
            "outline": render_to_string(
                "courses/outline.html",
                {"course": seat.course, "progress": seat.progress, "state": seat.state},
            ),
        },
    )


def _test(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The test that stands for the course, for those who know it already."""
    name_missing = MISSING in request.GET
    attempt = _attempt(seat, retry="forsok" in request.GET or name_missing)
    missing = [question for question in attempt.questions if not question.answered]
    return render(
        request,
        "courses/test.html",
        {
            "seat": seat,
            "course": seat.course,
            "lesson": seat.lesson,
            "title": seat.enrolment.version.title,
            "attempt": attempt,
            "missing": missing if name_missing and seat.is_open else [],
            "saved_at": clock(attempt.last_saved) if attempt.last_saved else "",
            "pass_percent": learning.pass_percent(seat.enrolment, seat.lesson),
            "next_try": _day_and_time(attempt.rests_until) if attempt.rests_until else "",
            "sign_in_again": _sign_in_again(seat),
        },
    )


def _sign_in_again(seat: Seat) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': seat.lesson_url})}"


def _in_words(hours: int) -> str:
    """How long a rest is."""
    if hours % 24 == 0 and hours > 24:
        return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def _day_and_time(moment: datetime) -> str:
    return _("%(day)s at %(time)s") % {
        "day": date_format(timezone.localtime(moment), "j F"),
        "time": clock(moment),
    }


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _closed(request: HttpRequest, seat: Seat) -> HttpResponse:
    message = _("The course is finished: what you answered can be read, not changed.")
    if _wants_json(request):
        return JsonResponse({"error": message, "final": True}, status=409)
    messages.info(request, message)
    return redirect(seat.url("lesson"))


def _says_gone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that saves as it goes is told in its own form that there is nothing here to save
    in: the enrolment was withdrawn, or goes on in another version. What did not arrive whole is
    not read."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not asgiven.is_whole(request):
            return HttpResponse(status=400)
        try:
            return view(request, *args, **kwargs)
        except Http404:
            if not _wants_json(request):
                raise
            message = _("You no longer take this version of the course. Open the course anew.")
            return JsonResponse({"error": message, "final": True}, status=404)

    return answer


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """On to an address: a page that hands in goes there itself once it has this answer."""
    return JsonResponse({"next": address}) if _wants_json(request) else redirect(address)


def _attempt_number(text: str) -> int:
    number = asgiven.small_number(text)
    if number is None or not 0 < number < 1_000_000:
        raise Http404
    return number


@require_POST
@_says_gone
def answers(request: HttpRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Save what is answered; with `submit`, end the attempt and mark it."""
    seat = _own_seat(request, slug, lesson_slug)
    if request.content_type == "application/json":
        return _saved_as_made(request, seat)
    number = _attempt_number(request.POST.get("attempt", ""))
    at = timezone.now()
    seed = seed_for(seat.enrolment, seat.lesson["key"], number)
    given = {
        question["key"]: learning.Given(response, at)
        for question in grading.all_questions([seat.lesson])
        if (response := grading.read_response(question, seed, request.POST)) is not None
    }
    try:
        saved = learning.save_answers(
            enrolment=seat.enrolment, lesson=seat.lesson, number=number, given=given, at=at
        )
        if "submit" not in request.POST:
            messages.success(request, _saved(at))
            return redirect(f"{seat.url('lesson')}#fragor")
        learning.submit_attempt(
            enrolment=seat.enrolment, lesson=seat.lesson, number=saved.attempt.number, at=at
        )
    except learning.ClosedError:
        if "submit" in request.POST and learning.was_submitted(
            enrolment=seat.enrolment, lesson=seat.lesson, number=number
        ):
            return _go(request, f"{seat.url('lesson')}#resultat")
        return _closed(request, seat)
    except (learning.OtherAttemptError, learning.RestError):
        if _wants_json(request):
            return JsonResponse({"error": str(_OTHER_ATTEMPT), "final": True}, status=409)
        messages.info(request, _OTHER_ATTEMPT)
        return redirect(f"{seat.url('lesson')}#fragor")
    except learning.UnansweredError:
        return _go(request, f"{seat.url('lesson')}?{MISSING}=1#fragor")
    return _go(request, f"{seat.url('lesson')}#resultat")


def _saved_as_made(request: HttpRequest, seat: Seat) -> JsonResponse:
    """What a page saves while the learner goes on (`courses.views.asgiven`)."""
    at = timezone.now()
    try:
        sent = asgiven.read(request.body, at)
        number = _attempt_number(str(sent.attempt))
        seed = seed_for(seat.enrolment, seat.lesson["key"], number)
        given = sent.responses(grading.all_questions([seat.lesson]), seed)
        saved = learning.save_answers(
            enrolment=seat.enrolment, lesson=seat.lesson, number=number, given=given, at=at
        )
    except asgiven.UnreadableError:
        return JsonResponse(
            {"error": _("The page and the server differ. Reload the page.")}, status=400
        )
    except learning.ClosedError:
        message = _("The course is finished: what you answered can be read, not changed.")
        return JsonResponse({"error": message, "final": True}, status=409)
    except (learning.OtherAttemptError, learning.RestError):
        return JsonResponse({"error": str(_OTHER_ATTEMPT), "final": True}, status=409)
    if saved.attempt.submitted_at is not None:
        message = _(
            "These questions were handed in %(time)s, perhaps on another device. What you have "
            "changed here since is not counted."
        ) % {"time": clock(saved.attempt.submitted_at)}
        return JsonResponse({"error": message, "final": True}, status=409)
    return JsonResponse({"saved": clock(at), "answered": len(saved.answered), "text": _saved(at)})


def _saved(at: Any) -> str:
    return _("Saved %(time)s. You can close and go on with another device.") % {"time": clock(at)}


@require_GET
@never_cache
def state(request: HttpRequest, slug: str, lesson_slug: str) -> JsonResponse:
    """What is stored of the open attempt, field by field, and of texts and ticks: for a page that
    has been out of sight while the learner went on elsewhere."""
    seat = _own_seat(request, slug, lesson_slug)
    attempt = _attempt(seat, retry="forsok" in request.GET)
    blocks = reading.blocks_to_read(seat.enrolment, seat.lesson)
    return JsonResponse(
        {
            "enrolment": seat.enrolment.pk,
            "attempt": attempt.number,
            "submitted": attempt.submitted or not seat.is_open,
            "fields": dict(asgiven.fields_of(attempt.questions)),
            "texts": {block.id: block.text for block in blocks if block.type == "reflection"},
            "ticks": {
                block.id: [number for number, _text, ticked in block.items if ticked]
                for block in blocks
                if block.type == "checklist"
            },
        }
    )


def _block(seat: Seat, block_key: str, kind: str) -> dict[str, Any]:
    for block in seat.lesson["blocks"]:
        if block["id"] == block_key and block["type"] == kind:
            return block
    raise Http404


@require_POST
@_says_gone
def reflection(request: HttpRequest, slug: str, lesson_slug: str, block_key: str) -> HttpResponse:
    """Keep what the learner writes to themselves."""
    seat = _own_seat(request, slug, lesson_slug)
    _block(seat, block_key, "reflection")
    at = timezone.now()
    # Line breaks as the form counted them.
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        learning.save_reflection(
            enrolment=seat.enrolment,
            block_key=block_key,
            given=asgiven.stamped(text, request.POST, at),
            at=at,
        )
    except learning.ClosedError:
        return _closed(request, seat)
    except ValidationError as error:
        message = " ".join(error.messages)
        if _wants_json(request):
            return JsonResponse({"error": message}, status=422)
        return render(
            request,
            "courses/reflection_refused.html",
            {
                "seat": seat,
                "block": _block(seat, block_key, "reflection"),
                "text": text,
                "error": message,
            },
            status=422,
        )
    if _wants_json(request):
        return JsonResponse({"saved": clock(at), "text": _("Saved %s") % clock(at)})
    messages.success(request, _("Saved %s") % clock(at))
    return redirect(f"{seat.url('lesson')}#b-{block_key}")


@require_POST
@_says_gone
def checklist(request: HttpRequest, slug: str, lesson_slug: str, block_key: str) -> HttpResponse:
    """Keep which points are ticked. A page with script says which points were touched."""
    seat = _own_seat(request, slug, lesson_slug)
    count = len(_block(seat, block_key, "checklist")["value"]["items"])
    at = timezone.now()
    ticked, touched = (
        {
            number
            for text in request.POST.getlist(name)
            if (number := asgiven.small_number(text)) is not None
        }
        for name in ("item", "touched")
    )
    try:
        learning.save_ticks(
            enrolment=seat.enrolment,
            block_key=block_key,
            given={
                item: asgiven.stamped(item in ticked, request.POST, at)
                for item in (touched or set(range(count)))
                if item < count
            },
        )
    except learning.ClosedError:
        return _closed(request, seat)
    saved = _("Saved %s") % clock(at)
    if _wants_json(request):
        return JsonResponse({"saved": clock(at), "text": saved})
    messages.success(request, saved)
    return redirect(f"{seat.url('lesson')}#b-{block_key}")


@require_POST
@_says_gone
def place(request: HttpRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Remember the block or the question that the learner has come to."""
    seat = _own_seat(request, slug, lesson_slug)
    block_key = request.POST.get("block", "")
    known = {block["id"] for block in seat.lesson["blocks"]} | {"fragor"}
    known |= {f"q-{question['key']}" for question in grading.all_questions([seat.lesson])}
    if seat.is_open and block_key in known:
        learning.remember_place(
            enrolment=seat.enrolment,
            lesson_key=seat.lesson["key"],
            block_key=block_key,
            at=asgiven.stamped(None, request.POST, timezone.now()).at,
        )
    return HttpResponse(status=204)
