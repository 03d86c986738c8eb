"""Renewal orders in the admin: whom one would reach is told roughly before it is decided, and by
name behind a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from competence.forms import OrderForm, RenewalForm
from competence.models import RenewalOrder
from competence.services.consequences import Order, Reached, reached_by
from competence.services.disclosure import Purpose, name_also, standing_opening
from competence.services.renewal_decisions import (
    Prefilled,
    decide_renewal,
    prefilled_from,
    short_notice,
)
from competence.services.renewal_reach import reach_of_renewal
from competence.services.renewals import RenewalOrderError
from competence.views.disclosure import names_part
from competence.views.scope import acting_user
from courses.models import CourseVersion
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.lib.alphabet import swedish_order
from lms.lib.dates import today
from lms.lib.numbers import whole_number
from lms.lib.tables import csv_response
from lms.people.models import Employment, Person

PAGE_SIZE = 50


def renewals(request: HttpRequest) -> HttpResponse:
    """Renewal orders: whom one would reach is counted before it is decided."""
    suggested = _suggested(request)
    chosen = _chosen(request, suggested)
    initial: dict[str, Any] = {"decided_on": today()}
    if chosen is not None:
        initial |= {
            "area": chosen.area.pk,
            "level": chosen.level.pk,
            "achieved_before": chosen.achieved_before,
            "last_valid_day": chosen.last_valid_day,
            "reason": chosen.reason,
        }
    form = RenewalForm(request.POST or None, initial=initial, today=today())
    reach = order = None
    if request.method == "POST" and form.is_valid():
        order = form.order()
        try:
            if "decide" in request.POST:
                # What was seen and confirmed is this order, not one with other days.
                if request.POST.get("confirmed") == _query(order):
                    return _decide(request, order, form.cleaned_data["reason"])
                form.add_error(None, _("See whom it reaches, and tick that you have, to decide."))
            reach = reach_of_renewal(
                order=order,
                threshold=SiteSettings.load().suppression_threshold,
                by=acting_user(request),
            )
            record(
                "renewal_order.reach_seen",
                order.area,
                by=acting_user(request),
                after={
                    "level": order.level.number if order.level else None,
                    "decided_on": order.decided_on.isoformat(),
                    "achieved_before": order.achieved_before.isoformat(),
                    "last_valid_day": order.last_valid_day.isoformat(),
                },
            )
        except (RenewalOrderError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
    return render(
        request,
        "competence/admin/renewals.html",
        {
            "form": form,
            "reach": reach,
            "short_notice": short_notice(order, today()) if order and reach else None,
            "confirms": _query(order),
            "names_address": f"{reverse('competence_admin:renewal_names')}?{_query(order)}"
            if order and reach
            else "",
            "suggested": [
                (f"?kursversion={request.GET.get('kursversion')}&val={number}", each)
                for number, each in enumerate(suggested)
            ],
            "orders": RenewalOrder.objects.select_related("area", "level").order_by(
                "-decided_on", "-pk"
            ),
            "day": today(),
            "header_title": _("Renewal orders"),
            "header_icon": "rotate",
        },
    )


def _suggested(request: HttpRequest) -> list[Prefilled]:
    """What the course version that the address names would have renewed."""
    pk = whole_number(request.GET.get("kursversion", ""))
    version = CourseVersion.objects.filter(pk=pk).first() if pk else None
    return prefilled_from(version, today()) if version else []


def _chosen(request: HttpRequest, suggested: list[Prefilled]) -> Prefilled | None:
    number = whole_number(request.GET.get("val", "")) or 0
    return suggested[number] if number < len(suggested) else None


def _decide(request: HttpRequest, order: Order, reason: str) -> HttpResponse:
    decide_renewal(order=order, reason=reason, by=acting_user(request), at=timezone.now())
    messages.success(
        request,
        _("The renewal is decided. Those it reaches and their managers are told."),
    )
    return redirect("competence_admin:renewals")


def _query(order: Order | None) -> str:
    if order is None:
        return ""
    return urlencode(
        {
            "area": order.area.pk,
            "level": order.level.pk if order.level else "",
            "achieved_before": order.achieved_before.isoformat(),
            "last_valid_day": order.last_valid_day.isoformat(),
            "decided_on": order.decided_on.isoformat(),
        }
    )


@dataclass(frozen=True)
class ReachedLine:
    """One person whom an order reaches, as the list shows it."""

    person: Person
    units: tuple[str, ...]
    reached: Reached


ORDERS = {
    "": lambda line: (line.units, swedish_order(line.person.name)),
    "namn": lambda line: (swedish_order(line.person.name),),
    "dag": lambda line: (line.reached.becomes or date.max, swedish_order(line.person.name)),
}


def _asked(request: HttpRequest) -> Order:
    form = OrderForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form.order()


def _lines(reached: list[Reached], day: date, request: HttpRequest) -> list[ReachedLine]:
    """The people, filtered and in the order asked for. Two queries."""
    pks = {each.person_pk for each in reached}
    people = Person.objects.in_bulk(pks)
    units: dict[int, list[str]] = {}
    posts = Employment.objects.valid_on(day).filter(person__in=pks).select_related("unit")
    for post in posts.order_by("pk"):
        units.setdefault(post.person_id, []).append(post.unit.name)
    words = request.GET.get("q", "").casefold().split()
    group = request.GET.get("grupp", "")
    lines = [
        ReachedLine(
            people[each.person_pk], tuple(dict.fromkeys(units.get(each.person_pk, ()))), each
        )
        for each in reached
        if not group or group in each.key_groups
    ]
    lines = [
        line
        for line in lines
        if all(word in f"{line.person.name} {' '.join(line.units)}".casefold() for word in words)
    ]
    lines.sort(key=ORDERS.get(request.GET.get("ordning", ""), ORDERS[""]))
    return lines


def renewal_names(request: HttpRequest) -> HttpResponse:
    """Whom an order that is not yet decided would reach, by name: behind a reason."""
    order = _asked(request)
    reached: list[Reached] = []

    def ask() -> list[Reached]:
        if not reached:
            reached.extend(reached_by(order, by=acting_user(request)))
        return reached

    part = names_part(
        request,
        purpose=Purpose.RENEWAL_REACH,
        matter=_query(order),
        about=order.area,
        people=lambda: {each.person_pk for each in ask()},
    )
    lines = _lines(ask(), order.decided_on, request) if part.opening else []
    return render(
        request,
        "competence/admin/renewal_names.html",
        {
            "order": order,
            "part": part,
            "query": _without_page(request),
            "fields": OrderForm(request.GET),
            "page": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("p")),
            "total": ngettext("%(count)s person", "%(count)s people", len(lines))
            % {"count": len(lines)},
            "groups": sorted({group for each in reached for group in each.key_groups}),
            "asked": {name: request.GET.get(name, "") for name in ("q", "grupp", "ordning")},
            "header_title": _("Whom the renewal reaches"),
            "header_icon": "rotate",
        },
    )


def _without_page(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("p", None)
    return kept.urlencode()


@require_safe
def renewal_file(request: HttpRequest) -> HttpResponse:
    """The same list as a file, while the names are open."""
    order, by = _asked(request), acting_user(request)
    opening = standing_opening(
        session=request.session,
        by=by,
        purpose=Purpose.RENEWAL_REACH,
        matter=_query(order),
        at=timezone.now(),
    )
    if opening is None:
        return redirect(f"{reverse('competence_admin:renewal_names')}?{_without_page(request)}")
    lines = _lines(reached_by(order, by=by), order.decided_on, request)
    name_also(
        opening=opening,
        by=by,
        purpose=Purpose.RENEWAL_REACH,
        matter=_query(order),
        people={line.person.pk for line in lines},
    )
    record(
        "renewal_order.names_fetched",
        order.area,
        by=by,
        after={"people": len(lines)},
        reason=opening.reason,
    )
    return csv_response(
        f"fornyelse-{order.area.code}-{order.last_valid_day.isoformat()}.csv",
        [
            *(_("Person id"), _("Name"), _("Unit"), _("Key group")),
            *(_("Last day without the order"), _("Last day with the order")),
        ],
        (
            [
                *(line.person.person_id, line.person.name, ", ".join(line.units)),
                ", ".join(line.reached.key_groups),
                *(line.reached.was, line.reached.becomes),
            ]
            for line in lines
        ),
    )
