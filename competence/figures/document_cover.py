"""What the cover of a decided plan says of the decision. What nobody has stated is said to be
unstated, never guessed."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.document import REGISTRY_NUMBER, Fact
from competence.models import DecidedDocument
from lms.content.models import SiteSettings


def municipality_name() -> str:
    return SiteSettings.load().municipality_name


def cover_facts(
    version: DecidedDocument, *, responsible: str = "", followed_up: str = ""
) -> tuple[Fact, ...]:
    unstated = _("not stated in the document")
    decided = version.status == DecidedDocument.Status.ADOPTED
    return (
        Fact(_("Adopted by"), version.adopted_by or unstated if decided else _("not decided yet")),
        Fact(_("Date of the decision"), _day(version.adopted_on) or unstated),
        Fact(_("Registry number"), version.registry_number or unstated, REGISTRY_NUMBER),
        Fact(_("Version"), str(version.number)),
        Fact(_("Valid"), _validity(version) if decided else _("not in force: a draft")),
        Fact(_("Function responsible for the document"), responsible or unstated),
        Fact(_("Followed up by, and when"), followed_up or unstated),
    )


def _validity(version: DecidedDocument) -> str:
    if version.in_force_from is None:
        return _("until another version is decided")
    return _("from %(day)s until another version is decided") % {
        "day": date_format(version.in_force_from)
    }


def _day(day: date | None) -> str:
    return date_format(day) if day else ""
