"""A round of needs in the admin: opened after a preview, given forms for what has come since, given
another last day, closed."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from competence.figures.needs import PlannedRound, planned_round
from competence.figures.needs_staff import Place, staff_asked
from competence.models import KeyGroup, NeedsRound
from competence.needs_forms import CloseForm, LastDayForm
from competence.needs_round_forms import NeedsRoundForm
from competence.services.needs_rounds import (
    NeedsRoundError,
    close_needs_round,
    move_last_day,
    open_needs_round,
    refuse_name_in_use,
    send_added_forms,
)
from competence.services.needs_staff import StaffWishError, refuse_asked_lately
from competence.views.admin_needs import needs_page
from competence.views.scope import acting_user
from lms.content.models import SiteSettings
from lms.lib.dates import today

USUAL_WEEKS, USUAL_WEEKS_OF_STAFF = 6, 3


def new_round(request: HttpRequest) -> HttpResponse:
    """The form, and whom it would ask before it is opened."""
    day = today()
    form = NeedsRoundForm(
        request.POST or None,
        day=day,
        initial={
            "starts_on": day,
            "ends_on": day + timedelta(weeks=USUAL_WEEKS),
            "staff_until": day + timedelta(weeks=USUAL_WEEKS_OF_STAFF),
            "period_from": day.replace(year=day.year + 1, month=1, day=1),
            "period_until": day.replace(year=day.year + 1, month=12, day=31),
            "unit_kind": "verksamhet",
            "key_groups": list(KeyGroup.objects.outside_drafts().values_list("pk", flat=True)),
        },
    )
    preview: PlannedRound | None = None
    staff: dict[Place, tuple[int, ...]] = {}
    if request.method == "POST" and form.is_valid():
        asked = {name: form.cleaned_data[name] for name in form.fields if name != "ask_staff"}
        threshold = SiteSettings.load().suppression_threshold
        try:
            if "open" in request.POST:
                opened = open_needs_round(
                    threshold=threshold, by=acting_user(request), at=timezone.now(), **asked
                )
                messages.success(request, _("%(name)s is opened.") % {"name": opened.name})
                return redirect("competence_admin:needs_round", opened.pk)
            refuse_name_in_use(asked["name"], day)
            preview = planned_round(
                unit_kind=asked["unit_kind"],
                key_groups=asked["key_groups"],
                namings=asked["namings"],
                threshold=threshold,
                day=day,
            )
            if asked["staff_until"]:
                refuse_asked_lately(preview.forms, day)
                staff = staff_asked(preview.forms, threshold=threshold, day=day)
        except (NeedsRoundError, StaffWishError, ValidationError) as error:
            # What would be refused is not offered.
            preview = None
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
    return needs_page(
        request,
        "needs_new_round",
        form=form,
        preview=preview,
        asks_staff=preview is not None and bool(form.cleaned_data["staff_until"]),
        staff=sum(map(len, staff.values())),
        staff_forms=len(staff),
        header_title=_("Open a round"),
    )


def extend(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(NeedsRound, pk=pk)
    form = LastDayForm(request.POST or None, initial={"ends_on": found.ends_on})
    if request.method == "POST" and form.is_valid():
        try:
            move_last_day(
                needs_round=found, by=acting_user(request), day=today(), **form.cleaned_data
            )
        except NeedsRoundError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The round has another last day."))
            return redirect("competence_admin:needs_round", found.pk)
    return needs_page(
        request,
        "form",
        form=form,
        about=found.name,
        button=_("Move the last day"),
        header_title=_("Another last day"),
    )


def close(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(NeedsRound, pk=pk)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_needs_round(
                needs_round=found, by=acting_user(request), at=timezone.now(), **form.cleaned_data
            )
        except NeedsRoundError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The round is closed."))
            return redirect("competence_admin:needs_round", found.pk)
    return needs_page(
        request,
        "form",
        form=form,
        about=found.name,
        note=_("Nobody can answer any more, and the round is not opened again. Answers stand."),
        button=_("Close the round"),
        header_title=_("Close a round"),
    )


@require_POST
def send_added(request: HttpRequest, pk: int) -> HttpResponse:
    """Send forms to what has come since the round was opened."""
    found = get_object_or_404(NeedsRound, pk=pk)
    try:
        forms = send_added_forms(
            needs_round=found,
            threshold=SiteSettings.load().suppression_threshold,
            by=acting_user(request),
            at=timezone.now(),
        )
    except NeedsRoundError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            ngettext("%(count)s form is sent.", "%(count)s forms are sent.", len(forms))
            % {"count": len(forms)},
        )
    return redirect("competence_admin:needs_round", found.pk)
