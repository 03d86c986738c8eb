"""Vår organisation: how are our own people doing in the courses shared with us, and who gets a
seat?"""

from __future__ import annotations

from collections.abc import Collection

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.models import Enrolment
from courses.services import enrolment as enrolling
from courses.services.seats import NoSeatError, NotAMemberError
from courses.sharing import ORDERS, Asked, Line, Seats, Shared, State, shared_with
from courses.views.certificates import STATUS_WORDS
from courses.views.readers import reader
from lms.lib.dates import today
from lms.lib.forms import Form
from lms.lib.tables import Value, table_response
from lms.people.models import Person

ON_A_PAGE = 50
UNDO = "partner_undo"


class AskedForm(Form):
    """Narrowing the list; sent with GET."""

    q = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=100)
    kurs = forms.ChoiceField(label=gettext_lazy("Course"), required=False)
    lage = forms.ChoiceField(
        label=gettext_lazy("How far"),
        required=False,
        choices=[("", gettext_lazy("All")), *((each.value, each.words) for each in State)],
    )

    def __init__(self, *args: object, courses: dict[int, str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["kurs"]
        assert isinstance(field, forms.ChoiceField)
        named = sorted(courses.items(), key=lambda course: course[1])
        field.choices = [("", _("All courses")), *((str(pk), title) for pk, title in named)]


def _shared(request: HttpRequest) -> Shared:
    shared = shared_with(reader(request), today())
    if shared is None:
        raise PermissionDenied
    return shared


def _asked(request: HttpRequest, shared: Shared) -> tuple[Asked, AskedForm]:
    """A choice that does not exist, from an old link, is no choice."""
    form = AskedForm(request.GET or None, courses=shared.courses)
    form.is_valid()
    given = getattr(form, "cleaned_data", {})
    order = request.GET.get("ordning", "")
    return (
        Asked(
            words=given.get("q", ""),
            course=int(given["kurs"]) if given.get("kurs") else None,
            state=State(given["lage"]) if given.get("lage") else None,
            order=order if order.removeprefix("-") in ORDERS else "namn",
        ),
        form,
    )


@require_safe
@never_cache
def partner(request: HttpRequest) -> HttpResponse:
    shared = _shared(request)
    asked, form = _asked(request, shared)
    found = asked.of(shared.lines)
    undo = request.session.get(UNDO)
    if undo:
        if undo["shown"]:
            del request.session[UNDO]
            undo = None
        else:
            request.session[UNDO] = {**undo, "shown": True}
    return render(
        request,
        "courses/partner.html",
        {
            "shared": shared,
            "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("sida")),
            "found": len(found),
            "form": form,
            "order": asked.order,
            "undo": undo,
            "csv": _same_question(request),
            "may_give": [each for each in shared.in_force if each.left],
        },
    )


def _same_question(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked.pop("sida", None)
    return asked.urlencode()


@require_safe
@never_cache
def partner_file(request: HttpRequest, kind: str = "csv") -> HttpResponse:
    """What the list shows, all pages of it, in the order asked for."""
    shared = _shared(request)
    asked, _form = _asked(request, shared)
    header = [
        *(_("Day"), _("Name"), _("Course"), _("How far"), _("On the day")),
        *(_("Certificate"), _("Valid until")),
    ]
    name = f"{shared.organisation.code.lower()}-{shared.day.isoformat()}"
    rows = (_row(line, shared) for line in asked.of(shared.lines))
    return table_response(name, header, rows, kind=kind)


def _row(line: Line, shared: Shared) -> list[Value]:
    certificate = STATUS_WORDS[line.certificate]() if line.certificate else ""
    return [
        *(shared.day, line.person.name, line.course, str(line.state.words), line.on),
        *(certificate, line.valid_until),
    ]


def _seats(shared: Shared, pk: int) -> Seats:
    for each in shared.in_force:
        if each.quota.pk == pk:
            return each
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def give_seats(request: HttpRequest, pk: int) -> HttpResponse:
    """Who gets a seat in the course: choose, look once more, give."""
    shared = _shared(request)
    seats = _seats(shared, pk)
    without = [person for person in shared.people if person.pk not in seats.holders]
    wanted = set(request.POST.getlist("person"))
    chosen = [person for person in without if str(person.pk) in wanted]
    if request.method == "POST" and len(chosen) != len(wanted):
        raise PermissionDenied
    too_many = len(chosen) > seats.left
    if request.method == "POST" and not chosen:
        messages.warning(request, _("Choose somebody in the list first."))
    if "ge" in request.POST and chosen and not too_many:
        return _give(request, seats, chosen)
    return render(
        request,
        "courses/partner_seats.html",
        {
            "shared": shared,
            "seats": seats,
            "without": without,
            "chosen": chosen,
            "asks": request.method == "POST" and chosen and not too_many,
            "too_many": too_many,
        },
    )


def _give(request: HttpRequest, seats: Seats, chosen: Collection[Person]) -> HttpResponse:
    now = timezone.now()
    try:
        made = enrolling.enrol_many(
            people=chosen,
            course=seats.quota.course,
            origin=Enrolment.Origin.PARTNER,
            by=reader(request),
            at=now,
        )
    except NoSeatError as error:
        messages.error(
            request,
            _("There are not so many seats left. Nobody has been given one.")
            if error.full
            else _("Seats in the course cannot be given now. Nobody has been given one."),
        )
        return redirect("courses:partner_seats", seats.quota.pk)
    except NotAMemberError:
        messages.error(
            request,
            _("Somebody of those chosen is no longer a guest of yours. Nobody has been given one."),
        )
        return redirect("courses:partner_seats", seats.quota.pk)
    except enrolling.NotOfferedError:
        messages.error(request, _("The course is not offered any more. Nobody has been enrolled."))
        return redirect("courses:partner")
    new = [row.pk for row in made if row.created_at == now]
    _remember(
        request,
        "given",
        new,
        # The same words for whoever already takes it from elsewhere, which is not told here.
        ngettext(
            "%(count)s person chosen. Whoever does not already take %(course)s has a seat and "
            "is told.",
            "%(count)s people chosen. Those who do not already take %(course)s have a seat and "
            "are told.",
            len(chosen),
        )
        % {"count": len(chosen), "course": seats.quota.course.title},
    )
    return redirect("courses:partner")


def _own_enrolment(shared: Shared, pk: int) -> Line | None:
    """The line of the seat; none where it was once theirs to take back and is not any more."""
    for line in shared.lines:
        if line.takes_back == pk:
            return line
    people = [person.pk for person in shared.people]
    if Enrolment.objects.filter(pk=pk, person__in=people, course__in=shared.courses).exists():
        return None
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Shall the seat go back, for somebody else? Only before it is begun."""
    shared = _shared(request)
    line = _own_enrolment(shared, pk)
    if line is None:
        messages.warning(request, _("The seat can no longer be taken back."))
        return redirect("courses:partner")
    if request.method != "POST":
        return render(request, "courses/partner_take_back.html", {"line": line, "shared": shared})
    enrolment = Enrolment.objects.get(pk=pk)
    try:
        enrolling.take_back_seat(enrolment=enrolment, by=reader(request), at=timezone.now())
    except enrolling.BegunError:
        messages.warning(
            request,
            _("%(name)s has begun the course and keeps the seat.") % {"name": line.person.name},
        )
    else:
        text = _("%(name)s no longer has a seat in %(course)s.")
        _remember(request, "taken", [pk], text % {"name": line.person.name, "course": line.course})
    return redirect("courses:partner")


def _remember(request: HttpRequest, kind: str, pks: list[int], text: str) -> None:
    """Say on the page what was done, with the way to take it back."""
    request.session[UNDO] = {"kind": kind, "pks": pks, "text": text, "shown": False}


@require_POST
def undo_seats(request: HttpRequest) -> HttpResponse:
    """Take back what was done last, as far as it can still be had back."""
    shared = _shared(request)
    undo = request.session.pop(UNDO, None)
    if undo is None:
        return redirect("courses:partner")
    rows = Enrolment.objects.filter(
        pk__in=undo["pks"],
        person__in=[person.pk for person in shared.people],
        course__in=shared.courses,
    ).select_related("person", "course")
    if undo["kind"] == "given":
        _take_all_back(request, list(rows.filter(by=reader(request))))
    else:
        _give_again(request, list(rows))
    return redirect("courses:partner")


def _take_all_back(request: HttpRequest, rows: list[Enrolment]) -> None:
    kept = 0
    for row in rows:
        try:
            enrolling.take_back_seat(enrolment=row, by=reader(request), at=timezone.now())
        except enrolling.BegunError:
            kept += 1
    if kept:
        messages.warning(request, _("Whoever has already begun keeps the seat."))
    else:
        messages.success(request, _("It has been taken back."))


def _give_again(request: HttpRequest, rows: list[Enrolment]) -> None:
    try:
        with transaction.atomic():
            for row in rows:
                enrolling.enrol(
                    person=row.person,
                    course=row.course,
                    origin=Enrolment.Origin.PARTNER,
                    by=reader(request),
                    at=timezone.now(),
                )
    except (NoSeatError, NotAMemberError, enrolling.NotOfferedError):
        messages.error(request, _("The seat is no longer there to give."))
    else:
        messages.success(request, _("The seat is given again."))
