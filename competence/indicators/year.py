"""The figures of the planning year: needs answered, the training plan and its activities. Of units
and activities, never of people."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.figures.budget import standing_of_training_plan
from competence.figures.needs import standing_of_needs
from lms.framework.indicators import Indicator, Reading, register


def _not_yet(day: date, why: str) -> Reading:
    return Reading.not_yet(_("not yet measured"), day, why=why)


def needs_answered(as_of: date) -> Reading:
    standing = standing_of_needs(as_of)
    if standing is None or not standing.asked:
        return _not_yet(as_of, _("No round where the units are asked about their needs has begun."))
    text = _("%(part)s of %(all)s") % {"part": standing.answered, "all": standing.asked}
    share = Fraction(standing.answered, standing.asked)
    return Reading.measured(share, text, as_of, why=f"{standing.name}.")


def training_plan(as_of: date) -> Reading:
    version = standing_of_training_plan(as_of).in_force
    if version is None:
        return _not_yet(as_of, _("No training plan is in force."))
    text = _("version %(number)s") % {"number": version.number}
    if version.adopted_on:
        text = _("version %(number)s, decided %(day)s") % {
            "number": version.number,
            "day": date_format(version.adopted_on),
        }
    return Reading.measured(version.number, text, as_of, why=version.adopted_by)


def activities_held(as_of: date) -> Reading:
    standing = standing_of_training_plan(as_of)
    if not standing.activities:
        return _not_yet(as_of, _("No activity is planned in a training plan in force."))
    text = _("%(part)s of %(all)s") % {"part": standing.done, "all": standing.activities}
    return Reading.measured(Fraction(standing.done, standing.activities), text, as_of)


register(
    Indicator(
        "competence.needs_answered",
        gettext_lazy("Needs answered"),
        gettext_lazy(
            "Answers about key groups that are in for the latest round, of those asked for."
        ),
        gettext_lazy("answers"),
        needs_answered,
    ),
    Indicator(
        "competence.training_plan",
        gettext_lazy("Training plan in force"),
        gettext_lazy("The version of the training plan that is in force on the day."),
        gettext_lazy("version"),
        training_plan,
    ),
    Indicator(
        "competence.activities_held",
        gettext_lazy("Activities held"),
        gettext_lazy("Activities of the training plan that have been held, of those planned."),
        gettext_lazy("activities"),
        activities_held,
    ),
)
