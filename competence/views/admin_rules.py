"""Equivalence in the admin: the rules, and the list of outside courses they speak of."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from competence.forms import WithdrawForm
from competence.models import EquivalenceRule, OutsideCourse
from competence.recognition_forms import EquivalenceForm, MergeForm, OutsideCourseForm
from competence.services.equivalence_rules import (
    RuleError,
    decide_rule,
    given_by_rules,
    reach_of_rule,
    withdraw_rule,
)
from competence.services.outside_courses import (
    OutsideCourseError,
    add_outside_course,
    change_outside_course,
    merge_outside_courses,
    retire_outside_course,
)
from competence.suppression import About
from competence.views.admin_inbox import said
from competence.views.scope import acting_user
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import today
from lms.lib.numbers import whole_number


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(
        request,
        f"competence/admin/{template}.html",
        {"header_icon": "link", "day": today()} | context,
    )


def _threshold() -> int:
    return SiteSettings.load().suppression_threshold


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    threshold = _threshold()
    given = given_by_rules(threshold)
    found = EquivalenceRule.objects.select_related("outside_course", "area", "level").order_by(
        "-number"
    )
    return _page(
        request,
        "rules",
        rows=[(rule, given.get(rule.pk, About.of(0, threshold))) for rule in found],
        header_title=_("Equivalence"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """How many a rule reaches is counted before it is decided."""
    form = EquivalenceForm(
        request.POST or None,
        initial=_proposed(request),
    )
    reach = None
    if request.method == "POST" and form.is_valid():
        rule = form.cleaned_data
        try:
            if "decide" in request.POST:
                decided = decide_rule(by=acting_user(request), **rule)
                messages.success(
                    request, _("Rule %(number)d is decided.") % {"number": decided.number}
                )
                return redirect(
                    "competence_admin:rule_file"
                    if "fil" in request.GET
                    else "competence_admin:rules"
                )
            reach = reach_of_rule(
                outside_course=rule["outside_course"],
                completed_from=rule["completed_from"],
                completed_until=rule["completed_until"],
                threshold=_threshold(),
            )
            record("equivalence_rule.previewed", rule["outside_course"], by=acting_user(request))
        except (RuleError, ValidationError) as error:
            form.add_error(None, said(error))
    return _page(
        request,
        "new_rule",
        form=form,
        reach=reach,
        asked=reach is not None,
        header_title=_("New equivalence rule"),
    )


def _proposed(request: HttpRequest) -> dict[str, Any]:
    """What an address says of the rule to decide: a course, or all that a file proposes."""
    given = request.GET
    area = CompetenceArea.objects.filter(code=given.get("omrade", "")[:20]).first()
    number = whole_number(given.get("niva", ""))
    level = None if number is None else TrainingLevel.objects.filter(number=number).first()
    return {
        "decided_on": today(),
        "outside_course": given.get("kurs"),
        "area": area and area.pk,
        "level": level and level.pk,
        "validity_months": whole_number(given.get("manader", "")),
        "completed_from": given.get("fran", "")[:10],
        "completed_until": given.get("till", "")[:10],
        "reason": given.get("skal", "")[:300],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    rule = get_object_or_404(
        EquivalenceRule.objects.select_related("outside_course", "area", "level"), number=number
    )
    form = WithdrawForm(request.POST or None, initial={"on": today()})
    threshold = _threshold()
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_rule(rule=rule, as_of=today(), by=acting_user(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Rule %(number)d is withdrawn.") % {"number": number})
            return redirect("competence_admin:rules")
    given = given_by_rules(threshold).get(rule.pk, About.of(0, threshold))
    return _page(
        request,
        "form",
        form=form,
        button=_("Withdraw the rule"),
        about=_("Rule %(number)d: %(course)s gives %(area)s %(level)s")
        % {
            "number": rule.number,
            "course": rule.outside_course,
            "area": rule.area.label,
            "level": rule.level.name,
        },
        note=_("It has closed something for %(people)s. From the day, that no longer counts.")
        % {"people": given},
        header_title=_("Withdraw a rule"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def courses(request: HttpRequest) -> HttpResponse:
    """The list, and the form for one more."""
    form = OutsideCourseForm(
        request.POST or None,
        initial={name: request.GET.get(name, "")[:200] for name in ("name", "provider")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            add_outside_course(by=acting_user(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The course is in the list."))
            return redirect("competence_admin:outside_courses")
    return _page(
        request,
        "outside_courses",
        form=form,
        courses=OutsideCourse.objects.annotate(
            standing_rules=Count("rules", filter=Q(rules__withdrawn_on__isnull=True))
        ).order_by("retired_at", "name", "provider"),
        header_title=_("Outside courses"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def course(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(OutsideCourse, pk=pk)
    form = OutsideCourseForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_outside_course(course=found, by=acting_user(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The change is saved."))
            return redirect("competence_admin:outside_courses")
    return _course_page(request, found, form, MergeForm())


def _course_page(
    request: HttpRequest, found: OutsideCourse, form: OutsideCourseForm, merging: MergeForm
) -> HttpResponse:
    return _page(
        request,
        "outside_course",
        course=found,
        form=form,
        merging=merging,
        header_title=_("Outside course"),
    )


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(OutsideCourse, pk=pk)
    retire_outside_course(
        course=found,
        retired=found.retired_at is None,
        by=acting_user(request),
        at=timezone.now(),
    )
    return redirect("competence_admin:outside_courses")


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(OutsideCourse, pk=pk)
    form = MergeForm(request.POST)
    if form.is_valid():
        try:
            merge_outside_courses(
                survivor=form.cleaned_data["survivor"],
                loser=found,
                by=acting_user(request),
                at=timezone.now(),
            )
        except OutsideCourseError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The two are one course now."))
            return redirect("competence_admin:outside_courses")
    return _course_page(request, found, OutsideCourseForm(instance=found), form)
