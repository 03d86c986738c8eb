"""A municipality's first day: what has been done and what is left, read from the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from competence.models import PlanVersion
from competence.services.publishing import Reason, Withheld, hold_figures, withheld
from competence.services.starter import load_framework
from courses.models import CourseVersion
from courses.services.starter import load_courses
from home.models import PublicStartPage
from home.services.starter import load_arena
from lms.audit import services as audit
from lms.audit.models import AuditEvent
from lms.content.models import SiteSettings
from lms.people.models import ImportRun, User
from lms.people.querysets import valid_on_q
from lms.people.roles import Role

TEST_MAIL = "home.test_mail_sent"
UNNAMED = SiteSettings._meta.get_field("municipality_name").default


@dataclass(frozen=True)
class Step:
    """One thing to do. `url` leads to where it is done; empty where a button on the page does."""

    code: str
    title: str
    text: str
    done: bool
    url: str = ""
    link: str = ""
    # One can begin without it.
    optional: bool = False


def _address(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def steps(day: date) -> tuple[Step, ...]:
    """The checklist as the facts have it. The same number of queries always."""
    site = SiteSettings.objects.first() or SiteSettings()
    settings_url = _address("wagtailsettings:edit", "content", "sitesettings")
    administrators = User.objects.filter(is_active=True).filter(
        Q(is_superuser=True)
        | Q(
            pk__in=User.objects.filter(
                valid_on_q(day, "role_assignments__"),
                role_assignments__role=Role.SYSTEM_ADMIN,
            ).values("pk")
        )
    )
    has_starter = (
        PublicStartPage.objects.exists()
        and PlanVersion.objects.exists()
        and CourseVersion.objects.exists()
    )
    to_settings = _("Open the settings")
    why = withheld(day)
    return (
        Step(
            "administrator",
            _("A first administrator"),
            _("Somebody who can give roles to others. Two are better than one."),
            administrators.exists(),
        ),
        Step(
            "name",
            _("The municipality's name"),
            _("Stands at the top of every page, in mail and on certificates."),
            site.municipality_name not in {"", UNNAMED},
            settings_url,
            to_settings,
        ),
        Step(
            "logo",
            _("The logo"),
            _("Upload the municipality's own. There is none in the product."),
            site.logo_id is not None,
            settings_url,
            to_settings,
            optional=True,
        ),
        Step(
            "sender",
            _("The sender of mail"),
            _("An address that your mail system lets this site send from."),
            bool(site.sender_address),
            settings_url,
            to_settings,
        ),
        Step(
            "threshold",
            _("The smallest group shown in reports"),
            _("Five unless you decide on more. Done when the settings have been saved."),
            ModelLogEntry.objects.filter(
                content_type=ContentType.objects.get_for_model(SiteSettings)
            ).exists(),
            settings_url,
            to_settings,
        ),
        Step(
            "hr",
            _("The staff file"),
            _("Units and employments from the HR system. You see every change before it is made."),
            ImportRun.objects.filter(undone_at__isnull=True).exists(),
            _address("people_admin:imports"),
            _("Open the import"),
        ),
        Step(
            "starter",
            _("The starter content"),
            _("A proposed framework, courses and articles. What you have changed is left alone."),
            has_starter,
        ),
        Step(
            "mail",
            _("A test mail to yourself"),
            _("Shows that mail gets through, and what the sender looks like."),
            AuditEvent.objects.filter(action=TEST_MAIL).exists(),
        ),
        Step(
            "figures",
            _("Publish the coverage"),
            _(
                "When the staff, a plan in force and earlier training are in place. What is "
                "published of a week is never made again."
            ),
            why is None,
            _address("home_admin:begin_figures") if why is Withheld.START else "",
            _("See what is in place"),
        ),
    )


def load_starter_content(*, on: date, by: User | None) -> list[str]:
    """Everything a municipality starts with; what exists is left as it is. Which courses were not
    published, and why."""
    hold_figures(reason=Reason.START, at=timezone.now(), by=by)
    load_framework(on=on, by=by)
    load_arena(on=on, by=by)
    return load_courses(by=by).left_out


@transaction.atomic
def send_test_mail(*, to: User) -> None:
    """One plain mail from the site's sender to the account itself."""
    site = SiteSettings.load()
    sender = None
    if site.sender_address:
        name = site.sender_name or site.product_name
        sender = f"{name} <{site.sender_address}>"
    EmailMessage(
        subject=_("Test mail from %(site)s") % {"site": site.product_name},
        body=_(
            "This mail shows that %(site)s can send mail. If you can read it there is nothing "
            "more to do."
        )
        % {"site": site.product_name},
        from_email=sender,
        to=[to.email],
    ).send()
    audit.record(TEST_MAIL, to, by=to)
