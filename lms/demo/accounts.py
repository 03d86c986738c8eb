"""The demo's logins and their roles."""

from __future__ import annotations

from datetime import date
from functools import cache

from django.contrib.auth.hashers import make_password
from wagtail.log_actions import log

from home.services.first_steps import send_test_mail
from lms.content.models import SiteSettings
from lms.demo.organisation import MUNICIPALITY, World
from lms.people.models import Person, Unit, User
from lms.people.roles import Role
from lms.people.services.accounts import make_account
from lms.people.services.role_assignments import assign_role

PASSWORD = "demo"
ADMIN = "admin@example.se"

# Login → the roles given, and the unit they reach (none: everywhere). A manager's role is not
# given: it follows from the employment.
ROLES: dict[str, tuple[tuple[Role, str | None], ...]] = {
    "samordnare": ((Role.COORDINATOR, None), (Role.EDITOR, None)),
    "redaktor": ((Role.EDITOR, None),),
    "granskare": ((Role.REVIEWER, None),),
    "kursledare": ((Role.INSTRUCTOR, None),),
    "fortroendevald": ((Role.ELECTED, None), (Role.EXECUTIVE_VIEWER, None)),
    "partner": ((Role.PARTNER, None),),
    "revisor": ((Role.AUDITOR, None),),
    "hr": ((Role.HR_IMPORT, None), (Role.UNIT_CONTACT, "KLK")),
}
LOGINS = ("medarbetare", "chef", *ROLES)


def make_accounts(world: World, day: date) -> None:
    """Accounts for the administrator and for those of the cast who work here by now and have
    none."""
    admin = User.objects.filter(email=ADMIN).first()
    if admin is None:
        admin = make_account(
            person=None, email=ADMIN, by=None, first_name="Alex", last_name="Administratör"
        )
        _let_in(admin)
        assign_role(user=admin, role=Role.SYSTEM_ADMIN, starts_on=day, by=None, day=day)
        _settle_in(admin)
    people = Person.objects.filter(person_id__in=world.cast.values(), user__isnull=True).in_bulk(
        field_name="person_id"
    )
    for login, person_id in world.cast.items():
        if person_id in people:
            give_account(login, people[person_id], day, admin)


def _settle_in(admin: User) -> None:
    """The first steps, as the administrator took them."""
    site = SiteSettings.load()
    site.municipality_name, site.sender_address = MUNICIPALITY, "noreply@example.se"
    site.save()
    log(instance=site, action="wagtail.edit", user=admin)
    send_test_mail(to=admin)


def give_account(login: str, person: Person, day: date, admin: User) -> None:
    """The account behind a login, with its roles from `day`."""
    user = make_account(person=person, email=f"{login}@example.se", by=admin)
    _let_in(user)
    for role, unit_code in ROLES.get(login, ()):
        unit = Unit.objects.get(code=unit_code) if unit_code else None
        assign_role(user=user, role=role, unit=unit, starts_on=day, by=admin, day=day)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def _let_in(user: User) -> None:
    # "demo" is shorter than any password the product accepts: set here, past the validators.
    user.password = _hashed()
    user.save(update_fields=["password"])
