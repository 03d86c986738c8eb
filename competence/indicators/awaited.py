"""What no part of the product measures yet: each says which part will, and gives no figure."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.framework.indicators import Indicator, Reading, register


def awaited(as_of: date, *, part: str | Promise) -> Reading:
    """What no part of the product measures yet, and which one will."""
    why = _("Will be measured by: %(part)s.") % {"part": part}
    return Reading.not_yet(_("not yet measured"), as_of, why=why)


def _await(
    code: str, name: Promise, definition: Promise, unit: Promise, part: Promise
) -> Indicator:
    return Indicator(code, name, definition, unit, partial(awaited, part=part))


register(
    _await(
        "courses.sessions_held",
        gettext_lazy("Course sessions held"),
        gettext_lazy("Course sessions held during the last twelve months."),
        gettext_lazy("sessions"),
        gettext_lazy("course sessions"),
    ),
    _await(
        "support.requests",
        gettext_lazy("Requests for support"),
        gettext_lazy("Requests received during the last twelve months."),
        gettext_lazy("requests"),
        gettext_lazy("requests for support"),
    ),
    _await(
        "support.by_associations",
        gettext_lazy("Requests from associations"),
        gettext_lazy("Requests from associations received during the last twelve months."),
        gettext_lazy("requests"),
        gettext_lazy("requests for support"),
    ),
    _await(
        "home.read_receipts",
        gettext_lazy("Routines that have been read"),
        gettext_lazy("Of those whom a routine concerns, the share who have read its version."),
        gettext_lazy("percent"),
        gettext_lazy("read receipts"),
    ),
    _await(
        "situation.area_summaries",
        gettext_lazy("Approved area summaries"),
        gettext_lazy("Area summaries that are approved and have not expired."),
        gettext_lazy("summaries"),
        gettext_lazy("area summaries"),
    ),
)
