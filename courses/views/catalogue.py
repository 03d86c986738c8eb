"""Which course do I take, and what is in it?"""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses import entry, lifecycle, listing
from courses.forms import CatalogueForm
from courses.grading import TEST_OUT_SLUG
from courses.models import Certificate, CoursePage, CourseVersion, Enrolment
from courses.progress import EnrolmentProgress, after_the_test, progress_of, with_progress
from courses.reading.rests import next_test_from
from courses.services import enrolment as enrolling
from courses.services.completing import complete_by_choice
from courses.services.dialogue import published_about
from courses.services.seats import NoSeatError, Standing, standing_of
from courses.views.readers import reader
from lms.content.templatetags.ui import day_and_time
from lms.content.visibility import closed_to_some, may_open, reads_internal
from lms.lib.dates import today
from lms.people.models import Person


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    names = listing.Names.load()
    cards = listing.catalogue(user.person, today(), names, user=user)
    form = CatalogueForm(
        request.GET or None, names=names, with_requirements=any(card.required for card in cards)
    )
    wanted = form.wanted() if form.is_bound else listing.Wanted()
    return render(
        request,
        "courses/catalogue.html",
        {
            "cards": [card for card in cards if wanted.takes(card)],
            "total": len(cards),
            "required": [card for card in cards if card.required],
            "form": form,
            "narrowed": wanted != listing.Wanted(),
            "everything": reads_internal(user),
        },
    )


def _course(slug: str) -> CoursePage:
    course = CoursePage.objects.filter(slug=slug).first()
    if course is None:
        raise Http404
    return course


@require_http_methods(["GET", "HEAD", "POST"])
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """What the course is and where I stand in it; POST sets out on it or leaves it."""
    page = _course(slug)
    person = reader(request).person
    enrolment = None
    if person:
        enrolment = with_progress(listing.enrolments_to_read(person, page.pk)).first()
    if request.method == "POST":
        return _act(request, page, enrolment)
    day = today()
    seat = standing_of(person, page.pk, day) if person else None
    opens = may_open(page, reader(request)) or _is_shared(page, seat)
    offered = None
    if opens:
        offered = CourseVersion.objects.offered().filter(course=page).first()
    is_open = enrolment is not None and enrolment.completed_at is None
    version = enrolment.version if enrolment and (is_open or offered is None) else offered
    life = lifecycle.life_of(page, version, person, day)
    if version is None and life.retirement and opens:
        version = lifecycle.last_version(page)
    if version is None:
        raise Http404
    needs_seat = seat is not None and not seat.may_set_out and not is_open
    certificate = None
    if enrolment and not is_open:
        certificate = (
            Certificate.objects.filter(completion__enrolment=enrolment, superseded_by__isnull=True)
            .select_related("completion")
            .first()
        )
    names = listing.Names.load()
    progress = progress_of(enrolment) if enrolment and is_open else None
    locked = enrolment is None or not is_open or entry.is_locked(enrolment, day)
    missing = entry.locks(person, version, day, names) if person and locked else ()
    return render(
        request,
        "courses/course.html",
        {
            "page": page,
            "version": version,
            "facts": version.outline["course"],
            "form_name": CoursePage.Form(version.outline["course"]["form"]).label,
            "modules": listing.lesson_outline(version),
            "lessons_total": len(version.lessons),
            "gives": names.gives(version),
            "progress": progress,
            "missing": missing if progress or offered is not None else (),
            "newer": entry.newer_version(enrolment) if enrolment and is_open else None,
            "test_out": _test_out(version, progress, certificate, day) if person else None,
            "next_test": _next_test(person, enrolment if is_open else None, version),
            "left_after_test": after_the_test(version, enrolment if is_open else None)
            if version.test_out
            else (),
            "moved": entry.moved_here(enrolment) if enrolment and is_open else None,
            "has_conditions": bool(version.criteria) and (progress or not certificate),
            "criteria": progress.criteria if progress else entry.conditions_of(version),
            "done_keys": _done_keys(enrolment) if enrolment and is_open else set(),
            "certificate": certificate,
            "certificate_status": listing.status_of(certificate, day) if certificate else "",
            "may_enrol": person is not None
            and not is_open
            and offered is not None
            and not life.not_for_you
            and not needs_seat,
            "seat": seat,
            "needs_seat": needs_seat,
            "life": life,
            "answered": published_about(page.pk, "") if may_open(page, reader(request)) else (),
            "may_ask": person is not None and may_open(page, reader(request)),
            "has_person": person is not None,
        },
    )


def _is_shared(page: CoursePage, seat: Standing | None) -> bool:
    """Whether a member of a partner organisation may read the course because it is shared with
    them: one that a restriction closes to some is never opened so."""
    return seat is not None and seat.quota is not None and not closed_to_some([page.pk])


def _done_keys(enrolment: Enrolment) -> set[str]:
    return {completion.lesson_key for completion in enrolment.lesson_completions.all()}


def _act(request: HttpRequest, page: CoursePage, enrolment: Enrolment | None) -> HttpResponse:
    back = reverse("courses:course", args=[page.slug])
    person = reader(request).person
    if person is None:
        messages.error(request, _("Your account is not connected to a person who can learn."))
        return redirect(back)
    if request.POST.get("action") == "withdraw":
        if enrolment is not None and enrolment.completed_at is None:
            enrolling.withdraw(enrolment=enrolment, by=reader(request), at=timezone.now())
            messages.success(request, _("You have left the course. Start again whenever you like."))
        return redirect(back)
    if request.POST.get("action") == "complete":
        if enrolment is not None and complete_by_choice(enrolment=enrolment, at=timezone.now()):
            messages.success(request, _("You have completed the course. The certificate is yours."))
        return redirect(back)
    seat = standing_of(person, page.pk, today())
    if not may_open(page, reader(request)) and not _is_shared(page, seat):
        raise PermissionDenied
    try:
        started = enrolling.enrol(
            person=person,
            course=page,
            origin=_origin(request, page),
            by=reader(request),
            at=timezone.now(),
        )
    except NoSeatError as error:
        messages.error(request, _no_seat(error))
        return redirect(back)
    except enrolling.LockedError:
        messages.error(request, _("Something has to be learnt before this course."))
        return redirect(back)
    except enrolling.RefresherError:
        messages.info(
            request, _("A refresher is for those who have had what it renews. Nothing was changed.")
        )
        return redirect(back)
    except enrolling.NotOfferedError:
        messages.error(request, _("The course is not published. Nothing was changed."))
        return redirect(back)
    if request.POST.get("action") == "test" and started.version.test_out:
        return redirect("courses:lesson", page.slug, TEST_OUT_SLUG)
    begun = with_progress(Enrolment.objects.filter(pk=started.pk)).get()
    return redirect(progress_of(begun).continue_url)


def _no_seat(error: NoSeatError) -> str:
    if error.full:
        words = _("All seats of %(organisation)s in the course are used. Nothing was changed.")
    else:
        words = _("%(organisation)s has no seats in the course. Nothing was changed.")
    return words % {"organisation": error.organisation.name}


def _test_out(
    version: CourseVersion,
    progress: EnrolmentProgress | None,
    certificate: Certificate | None,
    day: date,
) -> dict[str, int] | None:
    """The test that stands for the course, as long as there is something to gain by it."""
    if progress is not None:
        return None if progress.lessons_are_done else version.test_out
    if certificate is not None and listing.status_of(certificate, day) == "valid":
        return None
    return version.test_out


def _next_test(person: Person | None, enrolment: Enrolment | None, version: CourseVersion) -> str:
    """When the test may be taken again, in words, where the person has to wait."""
    if person is None or not version.test_out:
        return ""
    until = next_test_from(person, version.course_id, enrolment, timezone.now())
    return day_and_time(until) if until else ""


def _origin(request: HttpRequest, page: CoursePage) -> str:
    """Because of a requirement, where the course would meet one of the person's own."""
    user = reader(request)
    cards = listing.catalogue(user.person, today(), listing.Names.load(), user=user)
    required = any(card.required and card.course_id == page.pk for card in cards)
    return Enrolment.Origin.REQUIREMENT if required else Enrolment.Origin.SELF
