"""Why a row is not taken in, or is worth a look, in words. The keys are what is stored."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "no_person": _("The row does not say who."),
    "unknown_person": _("The person is not in the register."),
    "two_people": _("Person id and e-mail are of two different people."),
    "shared_email": _("Several people share the address. Give the person id."),
    "no_title": _("The row does not say which course."),
    "no_day": _("The row does not say when."),
    "bad_day": _("The day cannot be read. Write it as 2024-03-01."),
    "future_day": _("The day has not come yet."),
    "bad_end": _("The last valid day cannot be read. Write it as 2024-03-01."),
    "end_before": _("The last valid day is before the day of the course."),
    "personal_data": _("The reference seems to hold a phone number."),
    "your_own": _("It is about yourself. Somebody else has to take it in."),
    "left_out": _("You chose to leave it out."),
    "known": _("It is recorded already."),
    "twice": _("The same is on an earlier row."),
}
WARNINGS: dict[str, str | Promise] = {
    "old": _("The day is before 1971, when the municipalities were formed."),
    "other_end": _("Recorded already with another last valid day, which stays."),
}
