"""What the components say: days in words, the words and shapes of statuses, initials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from lms.lib.dates import today

register = template.Library()

SHORT_MONTHS = {
    "sv": (
        "jan.", "feb.", "mars", "april", "maj", "juni",
        "juli", "aug.", "sept.", "okt.", "nov.", "dec.",
    ),
    "en": (
        "Jan", "Feb", "March", "April", "May", "June",
        "July", "Aug", "Sept", "Oct", "Nov", "Dec",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatusLook:
    """How one status is shown: colour class, shape in the sprite, the word alone, the word in
    a narrow cell, and the words with a day (None: the day is not said)."""

    tone: str
    shape: str
    word: str | Promise
    cell_word: str | Promise
    with_day: str | Promise | None
    cell_day: str | Promise | None


STATUSES = {
    "met": StatusLook("is-met", "met", _("Met"), _("Met"), None, None),
    "expiring": StatusLook(
        "is-expiring", "expiring", _("Expires"), _("Expires"), _("Expires %(day)s"), _("%(day)s")
    ),
    "pending": StatusLook(
        "is-pending", "pending", _("To do"), _("To do"), _("To do by %(day)s"), _("%(day)s")
    ),
    "expired": StatusLook(
        "is-gap", "expired", _("Has expired"), _("Expired"), _("Expired %(day)s"), _("%(day)s")
    ),
    "overdue": StatusLook(
        "is-gap", "overdue", _("Missing"), _("Missing"),
        _("Missing since %(day)s"), _("since %(day)s"),
    ),
    "exempt": StatusLook(
        "is-exempt", "exempt", _("Exempt"), _("Exempt"),
        _("Exempt until %(day)s"), _("until %(day)s"),
    ),
    "paused": StatusLook("is-paused", "paused", _("Paused"), _("Paused"), None, None),
    "none": StatusLook("is-none", "none", _("Not started"), _("Not started"), None, None),
}  # fmt: skip

NOTICE_TONES = {
    "success": "met",
    "warning": "expiring",
    "error": "gap",
    "info": "info",
    "debug": "paused",
}


def _as_date(value: date | datetime) -> date:
    return localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def day(value: date | datetime | None) -> str:
    """30 september 2027"""
    return date_format(_as_date(value), "j F Y") if value else ""


@register.filter
def day_near(value: date | datetime | None, as_of: date | None = None) -> str:
    """30 september, and the year only when it is another than the one on `as_of` (today)."""
    if not value:
        return ""
    value = _as_date(value)
    return date_format(value, "j F" if value.year == (as_of or today()).year else "j F Y")


@register.filter
def day_short(value: date | datetime | None, as_of: date | None = None) -> str:
    """30 sept., and the year only when it is another than the one on `as_of` (today)."""
    if not value:
        return ""
    value = _as_date(value)
    months = SHORT_MONTHS.get(get_language() or "sv", SHORT_MONTHS["sv"])
    text = f"{value.day} {months[value.month - 1]}"
    return text if value.year == (as_of or today()).year else f"{text} {value.year}"


@register.filter
def month_name(value: date | datetime) -> str:
    """oktober, or sept. where the whole name is too long for its square."""
    name = date_format(_as_date(value), "F")
    return name if len(name) <= 7 else day_short(value, _as_date(value)).split()[1]


@register.filter
def weekday(value: date | datetime | None) -> str:
    """Torsdag 16 september 2027, as a page's first line."""
    if not value:
        return ""
    text = date_format(_as_date(value), "l j F Y")
    return text[:1].upper() + text[1:]


@register.filter
def moment(value: datetime | None) -> str:
    """30 september 2027 10.42, the Swedish way of writing a time."""
    if not value:
        return ""
    local = localtime(value)
    return f"{date_format(local.date(), 'j F Y')} {clock(local)}"


@register.filter
def clock(value: datetime | None) -> str:
    """10.42"""
    if not value:
        return ""
    separator = "." if (get_language() or "sv").startswith("sv") else ":"
    return localtime(value).strftime(f"%H{separator}%M")


def day_and_time(moment: datetime) -> str:
    """6 december kl. 10.42"""
    return gettext("%(day)s at %(time)s") % {
        "day": date_format(localtime(moment), "j F"),
        "time": clock(moment),
    }


@register.filter
def percent(value: float | None) -> str:
    """77 %, with a space that does not break."""
    return "" if value is None else pgettext("percent", "%(number)s %%") % {"number": round(value)}


@register.filter
def status_by(value: date | None) -> str:
    """What is still to be done by a day, or should have been."""
    return "overdue" if value and value < today() else "pending"


@register.filter
def status_tone(code: str) -> str:
    return STATUSES[str(code)].tone


@register.filter
def status_shape(code: str) -> str:
    return STATUSES[str(code)].shape


@register.filter
def status_word(code: str) -> str:
    return str(STATUSES[str(code)].word)


@register.filter
def status_cell_word(code: str) -> str:
    return str(STATUSES[str(code)].cell_word)


@register.simple_tag
def status_text(code: str, on: date | None = None, as_of: date | None = None) -> str:
    """Går ut 8 december, Att göra senast 30 september, Klar"""
    look = STATUSES[str(code)]
    if not on or look.with_day is None:
        return str(look.word)
    return str(look.with_day) % {"day": day_near(on, as_of or None)}


@register.simple_tag
def status_cell_day(code: str, on: date | None = None, as_of: date | None = None) -> str:
    """The second line of a narrow cell: 8 dec., sedan 31 aug."""
    look = STATUSES[str(code)]
    if not on or look.cell_day is None:
        return ""
    return str(look.cell_day) % {"day": day_short(on, as_of or None)}


@register.filter
def initials(who: Any) -> str:
    """Two letters for an account or a person; never empty."""
    person = getattr(who, "person", None) or who
    if letters := getattr(person, "initials", ""):
        return str(letters)
    words = str(who).replace("@", " ").split()
    return "".join(word[0] for word in words[:2]).upper() or "?"


@register.filter
def notice_tone(level: str) -> str:
    return NOTICE_TONES.get(level, "info")


@register.filter
def notice_role(level: str) -> str:
    return "alert" if level == "error" else "status"


@register.filter
def coverage_step(value: float | None) -> str:
    """The class of a coverage cell, from per cent."""
    if value is None:
        return "is-none"
    for step, limit in ((1, 50), (2, 65), (3, 80), (4, 90)):
        if value < limit:
            return f"cov-{step}"
    return "cov-5"


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return field.widget_type == "checkbox"


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The present address with some parameters changed; None removes one."""
    request: HttpRequest = context["request"]
    return changed_query(request, **changes)


def changed_query(request: HttpRequest, **changes: Any) -> str:
    params = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}" if params else request.path
