"""Activating an account, and everyone's own account page."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import EmailAddress, Login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lms.lib.dates import today
from lms.people.access import roles_of
from lms.people.forms import ActivationForm, CodeForm, LanguageForm
from lms.people.middleware import share_computer
from lms.people.models import Invitation, User
from lms.people.roles import Role
from lms.people.services.accounts import AccountError
from lms.people.services.invitations import activate, find_invitation, normal_code
from lms.people.views.reader import reader


def my_account(request: HttpRequest) -> HttpResponse:
    """What the product knows about my account, and what I can change."""
    user = reader(request)
    held = roles_of(user, today())
    shown = [role for role in held if role is not Role.PUBLIC]
    roles = [
        {"label": role.label, "units": [unit for unit in held[role] if unit is not None]}
        for role in shown
    ]
    form = LanguageForm(initial={"language": user.language or settings.LANGUAGE_CODE})
    return render(request, "account/home.html", {"roles": roles, "form": form})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    response = redirect("people:home")
    if form.is_valid():
        language = form.cleaned_data["language"]
        user = reader(request)
        user.language = language
        user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
        )
        with override(language):
            messages.success(request, _("Your language is saved."))
    return response


@never_cache
def enter_code(request: HttpRequest) -> HttpResponse:
    """Where somebody with a printed sheet begins."""
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        if not ratelimit.consume(request, action="activate", dry_run=True):
            return ratelimit.respond_429(request)
        if form.is_valid():
            try:
                find_invitation(code=form.cleaned_data["code"], day=today())
            except AccountError as error:
                ratelimit.consume(request, action="activate")
                form.add_error("code", str(error))
            else:
                return redirect("people:activate_link", normal_code(form.cleaned_data["code"]))
    return render(request, "account/activate_code.html", {"form": form})


@never_cache
@sensitive_post_parameters("password")
def activate_account(request: HttpRequest, code: str) -> HttpResponse:
    """Choose a first password; then you are signed in."""
    if not ratelimit.consume(request, action="activate", dry_run=True):
        return ratelimit.respond_429(request)
    day = today()
    try:
        invitation = find_invitation(code=code, day=day)
    except AccountError:
        ratelimit.consume(request, action="activate")
        return render(request, "account/activate_failed.html", status=404)
    form = ActivationForm(request.POST or None, email_known=_known_address(invitation))
    if request.method == "POST" and form.is_valid():
        try:
            user = activate(
                invitation=invitation,
                email=form.cleaned_data.get("email", ""),
                password=form.cleaned_data["password"],
                day=day,
            )
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            response: HttpResponse = perform_login(request, Login(user=user))
            if form.cleaned_data["shared_computer"]:
                share_computer(request)
            _ask_for_proof(request, user)
            return response
    context = {"form": form, "person": invitation.person, "email": form.email_known}
    return render(request, "account/activate.html", context)


def _ask_for_proof(request: HttpRequest, user: User) -> None:
    """Mail a link to an address that somebody with a printed code gave: no other mail goes there
    before it is proven to be theirs."""
    address = EmailAddress.objects.filter(user=user, primary=True, verified=False).first()
    if address is not None:
        address.send_confirmation(request)


def _known_address(invitation: Invitation) -> str:
    """The address the account will have, where it is not for the person to choose."""
    person = invitation.person
    user = invitation.user or getattr(person, "user", None)
    if user is not None:
        return user.email
    if invitation.channel == Invitation.Channel.MAIL and person is not None:
        return person.email
    return ""
