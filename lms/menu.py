"""The menus of the whole product in one place, in the order the reader meets them."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.content.navigation import NavItem, Place, register, signed_in
from lms.content.visibility import reads_internal
from lms.lib.dates import today
from lms.people.access import Action, Obj, Scope, roles_of, scopes
from lms.people.roles import Role
from lms.url_access import rule_for


def may_open(url_name: str, *roles: Role) -> Callable[[HttpRequest], bool]:
    """Shown to those who may open the address and, with `roles`, hold one of them: the address
    of the team opens for more than those who have one."""

    def visible(request: HttpRequest) -> bool:
        rule = rule_for(url_name)
        if rule is None or not signed_in(request) or not rule.allows(request.user, today()):
            return False
        return not roles or any(role in roles for role in roles_of(request.user, today()))

    return visible


def reads_arena(request: HttpRequest) -> bool:
    return reads_internal(request.user)


def sees_figures(request: HttpRequest) -> bool:
    """Those whose figures are only their own team's are sent on to the team."""
    may = scopes(request.user, Action.READ, Obj.COVERAGE, day=today())
    return may_open("competence:coverage")(request) and not may <= {Scope.SUB}


def register_menu() -> None:
    register(
        _item("my_page", Place.MAIN, _("My page"), "home:my_page", "i-home", 10),
        _item("courses", Place.MAIN, _("Courses"), "courses:catalogue", "i-book", 20),
        NavItem(
            "arena",
            Place.MAIN,
            _("The arena"),
            path="/arenan/",
            icon="i-arena",
            order=30,
            visible=reads_arena,
        ),
        _item(
            "team",
            Place.MAIN,
            _("My team"),
            "competence:team",
            "i-team",
            40,
            Role.MANAGER,
            Role.UNIT_CONTACT,
        ),
        _item(
            "partner",
            Place.MAIN,
            _("Our organisation"),
            "courses:partner",
            "i-team",
            45,
            Role.PARTNER_CONTACT,
        ),
        _item(
            "our_part",
            Place.MAIN,
            _("Our part"),
            "competence:our_part",
            "i-way",
            46,
            Role.PARTNER_CONTACT,
        ),
        NavItem(
            "coverage",
            Place.MAIN,
            _("Coverage"),
            "competence:coverage",
            icon="i-plan",
            order=50,
            visible=sees_figures,
            gives_way=True,
        ),
        NavItem(
            "plan",
            Place.MAIN,
            _("The plan"),
            "competence:plan",
            icon="i-way",
            order=60,
            visible=may_open("competence:plan"),
            under=("/plan/",),
        ),
        NavItem(
            "planning_year",
            Place.MAIN,
            _("The planning year"),
            "competence:planning_year",
            icon="i-calendar",
            order=70,
            visible=may_open("competence:planning_year"),
            gives_way=True,
            short=_("The year"),
            under=("/uppfoljning/",),
        ),
        NavItem("search", Place.TOOLS, _("Search"), "home:search", icon="i-search", order=10),
        _item("transcript", Place.ACCOUNT, _("My certificates"), "courses:transcript", "", 10),
        _item("account", Place.ACCOUNT, _("Account and password"), "people:home", "", 20),
        _item("admin", Place.ACCOUNT, _("Administration"), "wagtailadmin_home", "", 90),
        NavItem("accessibility", Place.FOOTER, _("Accessibility"), "home:accessibility", order=10),
        NavItem("privacy", Place.FOOTER, _("How we handle your data"), "home:privacy", order=20),
        NavItem("help", Place.FOOTER, _("Help"), "home:help", order=30),
        NavItem(
            "worried", Place.WORRIED, _("Worried about a child?"), "home:worried", icon="i-child"
        ),
    )


def _item(
    code: str, place: Place, label: Promise, url_name: str, icon: str, order: int, *roles: Role
) -> NavItem:
    return NavItem(
        code, place, label, url_name, icon=icon, order=order, visible=may_open(url_name, *roles)
    )
