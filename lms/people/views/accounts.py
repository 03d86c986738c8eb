"""Accounts: those without a person, and one account with what can be done to it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.lib.dates import today
from lms.people.access import Action, Obj, can
from lms.people.entry_forms import AccountEntryForm, ReasonForm
from lms.people.models import User
from lms.people.services import accounts, invitations
from lms.people.views.entries import form_page
from lms.people.views.reader import reader

PAGE = 50


def account_list(request: HttpRequest) -> HttpResponse:
    """Accounts without a person, and those that are closed. The others are found by their
    person."""
    found = User.objects.filter(Q(person=None) | Q(is_active=False)).select_related("person")
    context = {
        "page": Paginator(found.order_by("email"), PAGE).get_page(request.GET.get("p")),
        "header_title": _("Accounts"),
        "header_icon": "key",
    }
    return render(request, "people/accounts.html", context)


def account_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("person"), pk=pk)
    me = reader(request)
    context = {
        "account": user,
        "assignments": user.role_assignments.select_related("unit").order_by("-starts_on"),
        "may_close": user.is_active and user.pk != me.pk,
        "may_invite": user.is_active and user.person is None and not user.has_usable_password(),
        "may_assign": can(me, Action.CREATE, Obj.ROLE_ASSIGNMENT, day=today()),
        "header_title": str(user),
        "header_icon": "key",
    }
    return render(request, "people/account.html", context)


def add_account(request: HttpRequest) -> HttpResponse:
    """An account for somebody outside the register, and the mail that opens it."""
    form = AccountEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = accounts.make_account(person=None, by=reader(request), **form.cleaned_data)
                invitations.invite_user(user=user, by=reader(request), day=today())
        except accounts.AccountError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("The account is made, and an invitation is on its way."))
            return redirect("people_admin:account", user.pk)
    return form_page(
        request,
        form,
        title=_("New account"),
        button=_("Make the account and invite"),
        icon="key",
        intro=_(
            "For somebody who is not in the register, such as an auditor. Everyone else is "
            "invited from their entry in the register."
        ),
    )


@require_POST
def invite_account(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk, person=None, is_active=True)
    if user.has_usable_password():
        messages.error(request, _("The account is already in use."))
    else:
        invitations.invite_user(user=user, by=reader(request), day=today())
        messages.success(request, _("The invitation is on its way."))
    return redirect("people_admin:account", user.pk)


def close_account(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("person"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.close_account(
                user=user, by=reader(request), reason=form.cleaned_data["reason"]
            )
        except accounts.AccountError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The account is closed."))
            return redirect("people_admin:account", user.pk)
    return form_page(
        request,
        form,
        title=_("Close the account: %(who)s") % {"who": user},
        button=_("Close the account"),
        icon="key",
        intro=_(
            "Whoever has the account is signed out and can no longer sign in. What they have "
            "learnt and done stays. The account does not open by itself again."
        ),
    )


def reopen_account(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("person"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.reopen_account(
                user=user, by=reader(request), reason=form.cleaned_data["reason"]
            )
        except accounts.AccountError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The account is open."))
            return redirect("people_admin:account", user.pk)
    return form_page(
        request,
        form,
        title=_("Open the account: %(who)s") % {"who": user},
        button=_("Open the account"),
        icon="key",
        intro=_("Roles that have not ended count again from now on."),
    )
