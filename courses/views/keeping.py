"""Everything that a learner does in a lesson is saved as it is done: answers, texts, ticks and
the place."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from courses import grading, reading
from courses.models import Enrolment
from courses.reading.chains import others_in_course
from courses.reading.rests import Draw, draw_for
from courses.services import learning
from courses.views import asgiven
from courses.views.readers import reader
from courses.views.seats import MISSING, LockedSeatError, Seat, attempt_of, own_seat
from lms.content.templatetags.ui import clock

_FINISHED = gettext_lazy("The course is finished: what you answered can be read, not changed.")
_OTHER_ATTEMPT = gettext_lazy(
    "These questions have been handed in, or begun again, on another page. Reload to see them as "
    "they stand."
)
_CHANGED_LESSON = gettext_lazy(
    "The course has a new version, and this lesson is done again in it. What you last answered "
    "here was not saved. Lessons that are the same as before are still done. Reload to see the "
    "lesson as it is now."
)
_LESSON_GONE = gettext_lazy(
    "The course has a new version, and this is not part of it. What you last did here was not "
    "saved. Lessons that are the same as before are still done."
)
_NOTHING_HERE = gettext_lazy(
    "You no longer take the course in this version. What you last did here was not saved; what "
    "was saved before is kept."
)
_LOCKED = gettext_lazy(
    "The course is locked: something has to be learnt before it. What you last did here was not "
    "saved. The course's page says what is missing."
)
_TEXT_ON_SCREEN = gettext_lazy("Your text is still on the screen: copy it if you want to keep it.")
_GO_ON = gettext_lazy("Go on from the course's page.")


class OtherLessonError(ValueError):
    """What was done on a page belongs to a lesson that is not the one it would be saved in."""


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _final(message: str | Promise, *, status: int = 409) -> JsonResponse:
    """What a page that saves as it goes need not try again."""
    return JsonResponse(
        {"error": str(message), "final": True, "gone": status == 404}, status=status
    )


def _refused(request: HttpRequest, address: str, message: str | Promise) -> HttpResponse:
    """Nothing was saved, and trying again would change nothing."""
    if _wants_json(request):
        return _final(message)
    messages.info(request, str(message))
    return redirect(address)


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
        except Http404 as missing:
            if not _wants_json(request):
                raise
            if isinstance(missing, LockedSeatError):
                return _final(_LOCKED)
            return _final(_why_gone(request, str(kwargs["slug"])), status=404)

    return answer


def _why_gone(request: HttpRequest, slug: str) -> str:
    goes_on = Enrolment.objects.filter(
        person=reader(request).person,
        course__slug=slug,
        continues__isnull=False,
        withdrawn_at__isnull=True,
        completed_at__isnull=True,
    ).exists()
    said = [_LESSON_GONE if goes_on else _NOTHING_HERE]
    if "text" in request.POST:
        said.append(_TEXT_ON_SCREEN)
    return " ".join(str(each) for each in (*said, _GO_ON))


def _draw(seat: Seat, number: int, shuffle: object) -> Draw:
    """What the page showed when it was opened; OtherLessonError where that is a lesson which is
    another in the version that the enrolment goes on in."""
    shown = asgiven.small_number(str(shuffle)) if shuffle is not None else None
    draw = draw_for(seat.enrolment, seat.lesson, number, shown)
    if draw is None:
        raise OtherLessonError
    return draw


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
    seat = own_seat(request, slug, lesson_slug)
    if request.content_type == "application/json":
        return _saved_as_made(request, seat)
    number = _attempt_number(request.POST.get("attempt", ""))
    at = timezone.now()
    try:
        draw = _draw(seat, number, request.POST.get("shuffle"))
        # A form holds all that it asked: what is empty was taken back.
        asked = request.POST.getlist("asked")
        given = {
            question["key"]: learning.Given(response, at)
            for question in grading.all_questions([seat.lesson])
            if (response := grading.read_response(question, draw.shuffle, request.POST)) is not None
            or question["key"] in asked
        }
        saved = learning.save_answers(
            enrolment=seat.enrolment,
            lesson=seat.lesson,
            number=number,
            given=given,
            at=at,
            draw=draw,
        )
        if "submit" not in request.POST:
            messages.success(request, _saved(at))
            return redirect(f"{seat.lesson_url}#fragor")
        learning.submit_attempt(
            enrolment=seat.enrolment, lesson=seat.lesson, number=saved.attempt.number, at=at
        )
    except learning.ClosedError:
        if "submit" in request.POST and learning.was_submitted(
            enrolment=seat.enrolment, lesson=seat.lesson, number=number
        ):
            return _go(request, f"{seat.lesson_url}#resultat")
        return _refused(request, seat.lesson_url, _FINISHED)
    except (learning.OtherAttemptError, learning.RestError):
        return _refused(request, f"{seat.lesson_url}#fragor", _OTHER_ATTEMPT)
    except OtherLessonError:
        return _refused(request, f"{seat.lesson_url}#fragor", _CHANGED_LESSON)
    except learning.UnansweredError:
        return _go(request, f"{seat.lesson_url}?{MISSING}=1#fragor")
    return _go(request, f"{seat.lesson_url}#resultat")


def _saved_as_made(request: HttpRequest, seat: Seat) -> JsonResponse:
    """What a page saves while the learner goes on (`courses.views.asgiven`)."""
    at = timezone.now()
    try:
        sent = asgiven.read(request.body, at)
        number = _attempt_number(str(sent.attempt))
        draw = _draw(seat, number, sent.shuffle)
        questions = list(grading.all_questions([seat.lesson]))
        given = sent.responses(questions, draw.shuffle)
        saved = learning.save_answers(
            enrolment=seat.enrolment,
            lesson=seat.lesson,
            number=number,
            given=given,
            at=at,
            draw=draw,
        )
    except asgiven.UnreadableError:
        return JsonResponse(
            {"error": _("The page and the server differ. Reload the page.")}, status=400
        )
    except learning.ClosedError:
        return _final(_FINISHED)
    except (learning.OtherAttemptError, learning.RestError):
        return _final(_OTHER_ATTEMPT)
    except OtherLessonError:
        return _final(_CHANGED_LESSON)
    if saved.attempt.submitted_at is not None:
        message = _(
            "These questions were handed in %(time)s, perhaps on another device. What you have "
            "changed here since is not counted."
        ) % {"time": clock(saved.attempt.submitted_at)}
        return _final(message)
    no_number = [
        question["key"]
        for question in questions
        if question["kind"] == "numeric"
        and question["key"] in given
        and given[question["key"]].value
        and question["key"] not in saved.answered
    ]
    return JsonResponse(
        {
            "saved": clock(at),
            "answered": len(saved.answered),
            "no_number": no_number,
            "text": _saved(at),
        }
    )


def _saved(at: Any) -> str:
    return _("Saved %(time)s. You can close and go on with another device.") % {"time": clock(at)}


@require_GET
@never_cache
def state(request: HttpRequest, slug: str, lesson_slug: str) -> JsonResponse:
    """What is stored of the open attempt, field by field, and of texts and ticks: for a page that
    has been out of sight while the learner went on elsewhere."""
    seat = own_seat(request, slug, lesson_slug)
    attempt = attempt_of(seat, retry="forsok" in request.GET)
    blocks = reading.blocks_to_read(seat.enrolment, seat.lesson)
    return JsonResponse(
        {
            "enrolment": seat.enrolment.pk,
            "others": list(others_in_course(seat.enrolment).values_list("pk", flat=True)),
            "attempt": attempt.number,
            "shuffle": attempt.shuffle,
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
    seat = own_seat(request, slug, lesson_slug)
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
        return _refused(request, seat.lesson_url, _FINISHED)
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
    return redirect(f"{seat.lesson_url}#b-{block_key}")


@require_POST
@_says_gone
def checklist(request: HttpRequest, slug: str, lesson_slug: str, block_key: str) -> HttpResponse:
    """Keep which points are ticked. A page with script says which points were touched."""
    seat = own_seat(request, slug, lesson_slug)
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
        return _refused(request, seat.lesson_url, _FINISHED)
    saved = _("Saved %s") % clock(at)
    if _wants_json(request):
        return JsonResponse({"saved": clock(at), "text": saved})
    messages.success(request, saved)
    return redirect(f"{seat.lesson_url}#b-{block_key}")


@require_POST
@_says_gone
def place(request: HttpRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Remember the block or the question that the learner has come to."""
    seat = own_seat(request, slug, lesson_slug)
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
