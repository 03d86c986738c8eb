"""The register in the admin: people, units, what looks wrong, invitations, merging, roles."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lms.lib.dates import today
from lms.lib.numbers import whole_number
from lms.people.access import Action, Obj, can
from lms.people.anomalies import anomalies
from lms.people.forms import MergeForm, PersonFilterForm, RoleForm
from lms.people.models import Employment, Person, RoleAssignment, Unit, User
from lms.people.querysets import PersonQuerySet, valid_on_q
from lms.people.services import accounts, merge, role_assignments
from lms.people.services.invitations import (
    invite,
    invite_later,
    print_codes,
    shared_addresses,
    to_invite,
    without_account,
)
from lms.people.views.reader import reader

PAGE = 50
AT_ONCE = 50
"""More people than this are invited in the background."""


def _filtered(request: HttpRequest, form: PersonFilterForm) -> PersonQuerySet:
    day = today()
    people: PersonQuerySet = Person.objects.registered_for(reader(request), day).current()
    if not form.is_valid():
        return people
    for word in form.cleaned_data["q"].split():
        people = people.filter(
            Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(person_id__iexact=word)
            | Q(email__icontains=word)
        )
    if unit := form.cleaned_data["unit"]:
        people = people.in_units([unit], day)
    if form.cleaned_data["account"] == "with":
        people = people.filter(user__isnull=False).exclude(user__password__startswith="!")
    elif form.cleaned_data["account"] == "without":
        people = without_account(people, day)
    return people


def people_list(request: HttpRequest) -> HttpResponse:
    """Who is in the register, with search."""
    day = today()
    form = PersonFilterForm(request.GET or {"q": ""}, units=Unit.objects.all())
    current = Employment.objects.valid_on(day).select_related("unit")
    people = (
        _filtered(request, form)
        .select_related("user")
        .prefetch_related(Prefetch("employments", queryset=current, to_attr="current_posts"))
    )
    page = Paginator(people, PAGE).get_page(request.GET.get("p"))
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        "form": form,
        "page": page,
        "query": query.urlencode(),
        "may_add": can(reader(request), Action.CREATE, Obj.PERSON, day=day),
        "header_title": _("People"),
        "header_icon": "user",
    }
    return render(request, "people/people.html", context)


def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's entry: posts, account, roles. Nothing about learning."""
    day = today()
    people = Person.objects.registered_for(reader(request), day)
    if not people.filter(pk=pk).exists():
        # Wagtail would turn PermissionDenied into a redirect, and nothing would be logged.
        return render(request, "403.html", status=403)
    person = get_object_or_404(people.select_related("user", "merged_into"), pk=pk)
    user = getattr(person, "user", None)
    may_edit = person.merged_into_id is None and can(
        reader(request), Action.UPDATE, Obj.ORGANISATION, day=day
    )
    assignments = user.role_assignments.select_related("unit") if user else []
    context = {
        "person": person,
        "account": user,
        "employments": person.employments.select_related("unit").order_by("-starts_on"),
        "assignments": assignments,
        "invitations": person.invitations.select_related("by__person")[:10],
        "may_edit": may_edit,
        # When somebody is on leave is HR's business.
        "leaves": person.leaves.standing() if may_edit else (),
        "may_close": can(reader(request), Action.UPDATE, Obj.ACCOUNT, day=day),
        "may_invite": can(reader(request), Action.CREATE, Obj.ACCOUNT, day=day, person=person),
        "header_title": person.name,
        "header_icon": "user",
    }
    return render(request, "people/person.html", context)


def unit_tree(request: HttpRequest) -> HttpResponse:
    """The organisation as it stands, with how many work in each unit."""
    day = today()
    active = valid_on_q(day, "employments__") & Q(employments__withdrawn_at=None)
    units = Unit.objects.annotate(
        people=Count("employments__person", filter=active, distinct=True),
        managers=Count(
            "employments__person", filter=active & Q(employments__is_manager=True), distinct=True
        ),
    )
    context = {
        "units": units,
        "may_add": can(reader(request), Action.CREATE, Obj.ORGANISATION, day=day),
        "header_title": _("Units"),
        "header_icon": "site",
    }
    return render(request, "people/units.html", context)


def anomaly_lists(request: HttpRequest) -> HttpResponse:
    """What looks wrong in the register."""
    lists = anomalies(today())
    context = {
        "lists": lists,
        "total": sum(len(one.findings) for one in lists),
        "header_title": _("To look at in the register"),
        "header_icon": "warning",
    }
    return render(request, "people/anomalies.html", context)


def _invitable(request: HttpRequest) -> PersonQuerySet:
    """Those the reader may invite and who cannot sign in yet."""
    day = today()
    people: PersonQuerySet = Person.objects.registered_for(reader(request), day)
    wanted = request.POST.getlist("person")
    if wanted:
        people = people.filter(pk__in=[whole_number(pk) for pk in wanted])
    unit = whole_number(request.POST.get("unit") or request.GET.get("unit") or "")
    if unit is not None:
        people = people.filter(
            Q(pk__in=people.in_units(Unit.objects.filter(pk=unit), day).values("pk"))
        )
    chosen = to_invite if wanted else without_account
    return chosen(people, day).select_related("user")


def invitations(request: HttpRequest) -> HttpResponse:
    """Who cannot sign in yet, and invitations to all of them by mail."""
    day = today()
    people = _invitable(request)
    if request.method == "POST":
        keys = list(people.values_list("pk", flat=True))
        if len(keys) > AT_ONCE and (url := invite_later(people=keys, by=reader(request))):
            return redirect(url)
        result = invite(people=list(people), by=reader(request), day=day)
        messages.success(
            request,
            ngettext(
                "%(sent)d invitation is on its way.",
                "%(sent)d invitations are on their way.",
                result.sent,
            )
            % {"sent": result.sent},
        )
        if result.without_address:
            messages.warning(
                request,
                _("%(count)d people have no address of their own. Print codes for them.")
                % {"count": result.without_address},
            )
        return redirect("people_admin:invitations")
    shared = shared_addresses()
    unreachable = people.filter(Q(email="") | Q(email__in=shared))
    context = {
        "total": people.count(),
        "unreachable": unreachable.count(),
        "units": Unit.objects.all(),
        "unit": request.GET.get("unit", ""),
        "page": Paginator(people, PAGE).get_page(request.GET.get("p")),
        "header_title": _("Invitations"),
        "header_icon": "mail",
    }
    return render(request, "people/invitations.html", context)


@require_POST
def code_sheet(request: HttpRequest) -> HttpResponse:
    """New codes, one strip for each person, to print and hand out. Shown once."""
    people = _invitable(request)
    if request.POST.get("only") == "unreachable":
        people = people.filter(Q(email="") | Q(email__in=shared_addresses()))
    codes = print_codes(people=list(people[:500]), by=reader(request), day=today())
    return render(request, "people/code_sheet.html", {"codes": codes})


def merge_people(request: HttpRequest) -> HttpResponse:
    """Two records of one person: what merging does, then merging."""
    form = MergeForm(request.POST or request.GET or None)
    preview = None
    if form.is_bound and form.is_valid():
        survivor, loser = form.cleaned_data["survivor"], form.cleaned_data["loser"]
        try:
            if request.method == "POST" and "merge" in request.POST:
                merge.merge_people(survivor=survivor, loser=loser, by=reader(request))
                messages.success(request, _("The records are merged."))
                return redirect("people_admin:person", survivor.pk)
            preview = merge.preview_merge(survivor=survivor, loser=loser)
        except merge.MergeError as error:
            form.add_error(None, str(error))
    context = {
        "form": form,
        "preview": preview,
        "header_title": _("Merge two records"),
        "header_icon": "copy",
    }
    return render(request, "people/merge.html", context)


def role_list(request: HttpRequest) -> HttpResponse:
    """Who holds which role, and since when."""
    day = today()
    assignments = (
        RoleAssignment.objects.select_related("user__person", "unit", "by__person")
        .filter(Q(ends_on=None) | Q(ends_on__gte=day))
        .order_by("role", "user__email")
    )
    context = {
        "page": Paginator(assignments, PAGE).get_page(request.GET.get("p")),
        "may_assign": can(reader(request), Action.CREATE, Obj.ROLE_ASSIGNMENT, day=day),
        "header_title": _("Roles"),
        "header_icon": "group",
    }
    return render(request, "people/roles.html", context)


def assign_role(request: HttpRequest) -> HttpResponse:
    day = today()
    form = RoleForm(request.POST or None, initial={"starts_on": day, "who": request.GET.get("who")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            role_assignments.assign_role(
                user=_account_of(data["who"], reader(request)),
                role=data["role"],
                unit=data["unit"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                by=reader(request),
                reason=data["reason"],
                day=day,
            )
        except (role_assignments.RoleAssignmentError, accounts.AccountError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The role is given."))
            return redirect("people_admin:roles")
    context = {"form": form, "header_title": _("Give a role"), "header_icon": "group"}
    return render(request, "people/assign_role.html", context)


def _account_of(who: Person | User, by: User) -> User:
    if isinstance(who, User):
        return who
    return accounts.make_account(person=who, email=who.email, by=by)


@require_POST
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = get_object_or_404(RoleAssignment.objects.select_related("user__person"), pk=pk)
    try:
        role_assignments.end_role(assignment=assignment, on=today(), by=reader(request))
    except role_assignments.RoleAssignmentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Today is the last day of the role."))
    return redirect("people_admin:roles")
