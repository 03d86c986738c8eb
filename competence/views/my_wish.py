"""Behov, min: what one of the staff says they need for their work. Nobody else is shown it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from competence.figures.needs_staff import areas_for_staff, my_wish
from competence.needs_round_forms import MyWishForm
from competence.services.needs_staff import StaffWishError, keep_wish, take_back_wish
from competence.views.scope import acting_user
from lms.lib.dates import today


@require_http_methods(["GET", "HEAD", "POST"])
def my_wish_page(request: HttpRequest) -> HttpResponse:
    """The question for each area, saved as it is ticked; without script, when it is sent."""
    person = acting_user(request).person
    wish = my_wish(person, today())
    if wish is None or person is None:
        return render(request, "competence/my_wish_closed.html")
    areas = areas_for_staff(wish.form)
    form = MyWishForm(request.POST or None, areas=areas, said=wish.said)
    if request.method == "POST" and form.is_valid():
        try:
            keep_wish(person=person, said=form.said(), at=timezone.now())
        except StaffWishError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Thank you. What you need is saved."))
            return redirect("competence:my_wish")
    return render(request, "competence/my_wish.html", {"wish": wish, "form": form})


@require_POST
def keep_my_wish(request: HttpRequest) -> JsonResponse:
    """Saved as it is ticked."""
    person = acting_user(request).person
    wish = my_wish(person, today())
    if wish is None or person is None:
        words = _("The question is closed. Nothing more can be said in this round.")
        return JsonResponse({"error": words}, status=409)
    form = MyWishForm(request.POST, areas=areas_for_staff(wish.form), said={})
    if not form.is_valid():
        return JsonResponse({"error": _("Reload the page.")}, status=400)
    try:
        keep_wish(person=person, said=form.said(), at=timezone.now())
    except StaffWishError as error:
        return JsonResponse({"error": str(error)}, status=409)
    return JsonResponse({"saved": True})


@require_POST
def take_back_my_wish(request: HttpRequest) -> HttpResponse:
    person = acting_user(request).person
    try:
        if person is not None:
            take_back_wish(person=person, at=timezone.now())
    except StaffWishError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("What you said is taken back. Nothing of it is left."))
    return redirect("competence:my_wish")
