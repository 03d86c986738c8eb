"""Coverage targets in the admin: decided, ended, and roughly how many places reach them. Who holds
what in one place is behind a reason."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from competence.figures.targets import (
    PlaceFacts,
    RoughPlaces,
    Standing,
    count_places,
    rough_places,
    targets_on,
    with_names,
)
from competence.forms import CoverageTargetForm, EndForm
from competence.models import CoverageTarget
from competence.services.disclosure import Purpose
from competence.services.targets import (
    CoverageTargetError,
    end_coverage_target,
    set_coverage_target,
)
from competence.views.disclosure import names_part
from competence.views.scope import acting_user
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.lib.dates import today
from lms.lib.numbers import whole_number


def _monday(day: date) -> date:
    """Figures are of this week's Monday: the difference between two days close to each other
    tells of one person."""
    return day - timedelta(days=day.weekday())


def _with_figures(day: date) -> list[tuple[CoverageTarget, RoughPlaces]]:
    found = targets_on(day)
    rough = rough_places(
        found, count_places(found, _monday(day)), SiteSettings.load().suppression_threshold
    )
    return [(each, rough[each.pk]) for each in found]


def targets(request: HttpRequest) -> HttpResponse:
    """The targets in force, those to come and those that were; and the form for one more, which
    shows roughly what it would say before it is decided."""
    day = today()
    replaces = None
    if code := request.GET.get("ersatt", ""):
        replaces = get_object_or_404(
            CoverageTarget.objects.select_related("unit"), pk=whole_number(code) or 0
        )
    form = CoverageTargetForm(request.POST or None, initial=_initial(replaces, day))
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            if "decide" in request.POST:
                set_coverage_target(by=acting_user(request), replaces=replaces, **form.cleaned_data)
                messages.success(request, _("The target is decided."))
                return redirect("competence_admin:targets")
            preview = _preview(request, form, day)
        except (CoverageTargetError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
    known = CoverageTarget.objects.select_related("key_group", "unit", "area", "level")
    return render(
        request,
        "competence/admin/targets.html",
        {
            "form": form,
            "preview": preview,
            "replaces": replaces,
            "in_force": _with_figures(day),
            "to_come": known.filter(starts_on__gt=day),
            "ended": known.filter(ends_on__lt=day).order_by("-ends_on"),
            "day": day,
            "monday": _monday(day),
            "header_title": _("Coverage targets"),
            "header_icon": "group",
        },
    )


def _initial(replaces: CoverageTarget | None, day: date) -> dict[str, object]:
    if replaces is None:
        return {"starts_on": day}
    return {
        "key_group": replaces.key_group_id,
        "places": replaces.places,
        "unit": [replaces.unit.code] if replaces.unit else [],
        "unit_kind": replaces.unit_kind,
        "area": replaces.area_id,
        "level": replaces.level_id,
        "at_least": replaces.at_least,
        "starts_on": max(day, replaces.starts_on + timedelta(days=1)),
        "motive": replaces.motive,
    }


def _preview(request: HttpRequest, form: CoverageTargetForm, day: date) -> RoughPlaces:
    """How the target would stand, as roughly as it is ever told; that it was asked is recorded."""
    target = CoverageTarget(pk=0, **form.cleaned_data)
    target.clean_fields(exclude=["by", "motive"])
    target.validate_constraints()
    threshold = SiteSettings.load().suppression_threshold
    counted = count_places([target], _monday(day))
    record(
        "coverage_target.previewed",
        target.area,
        by=acting_user(request),
        after={"level": target.level.number, "at_least": target.at_least},
    )
    return rough_places([target], counted, threshold)[0]


def target(request: HttpRequest, pk: int) -> HttpResponse:
    """One target, place by place: with names, behind a reason."""
    day = today()
    wanted = get_object_or_404(
        CoverageTarget.objects.select_related("key_group", "unit", "area", "level"), pk=pk
    )
    counted: list[PlaceFacts] = []

    def places() -> list[PlaceFacts]:
        if not counted:
            counted.extend(count_places([wanted], day))
        return counted

    part = names_part(
        request,
        purpose=Purpose.COVERAGE_TARGET,
        matter=str(wanted.pk),
        about=wanted,
        people=lambda: _named_in(places(), day),
    )
    return render(
        request,
        "competence/admin/target.html",
        {
            "target": wanted,
            "part": part,
            "places": with_names(places(), day) if part.opening else [],
            "day": day,
            "header_title": _("Coverage target"),
            "header_icon": "group",
        },
    )


def _in_need(places: list[PlaceFacts]) -> list[PlaceFacts]:
    return [place for place in places if place.standing is not Standing.REACHED]


def _named_in(places: list[PlaceFacts], day: date) -> set[int]:
    named: set[int] = set()
    for place in with_names(_in_need(places), day):
        named |= {each.person.pk for each in place.holders}
        named |= {each.person.pk for each in place.closest}
        named |= {person.pk for person in place.away}
    return named


def end_target(request: HttpRequest, pk: int) -> HttpResponse:
    wanted = get_object_or_404(
        CoverageTarget.objects.select_related("key_group", "unit", "area", "level"), pk=pk
    )
    form = EndForm(request.POST or None, initial={"ends_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            end_coverage_target(
                target=wanted,
                on=form.cleaned_data["ends_on"],
                reason=form.cleaned_data["reason"],
                by=acting_user(request),
            )
        except CoverageTargetError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The target is ended."))
            return redirect("competence_admin:targets")
    return render(
        request,
        "competence/admin/form.html",
        {
            "form": form,
            "button": _("End the target"),
            "about": f"{wanted.area}, {wanted.level}",
            "header_title": _("End a coverage target"),
            "header_icon": "group",
        },
    )
