"""The figures of the plan that a governing document is followed up by. What is of people is what
is published, of a Monday (competence.figures.published); what no part measures yet says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial, wraps

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from competence.figures.coverage import days_offered
from competence.figures.measures import UNASSESSED, obligations_on
from competence.figures.plan import in_effect_q
from competence.figures.published import Published
from competence.figures.shown import percent_of
from competence.models import ObligationStatus, PlanVersion
from competence.services.mondays import published_on
from competence.services.publishing import NotPublishedError
from competence.suppression import Figure, at_least
from courses.models import Completion
from lms.content.models import SiteSettings
from lms.framework.indicators import Indicator, Reading, register
from lms.framework.models import CompetenceArea
from lms.lib.dates import add_months

# Of these key groups and areas a starter's passage asks for a figure of its own.
KEY_GROUPS = ("G14", "G18", "G19", "G20")
AREAS = ("OM1", "OM4", "OM7", "OM8", "OM10", "OM11", "OM12")


def _threshold() -> int:
    return SiteSettings.load().suppression_threshold


def _monday(as_of: date) -> date:
    return days_offered(as_of)[0]


def _published(as_of: date) -> Published:
    return published_on(_monday(as_of))


def _not_counted(day: date, why: str) -> Reading:
    return Reading.not_yet(_("not yet measured"), day, why=why)


def _sum_of(counts: Iterable[tuple[Figure, Figure]], day: date, why: str) -> Reading:
    """The coverage over what is shown, and how much is not."""
    pairs = list(counts)
    shown = [
        (one.value, other.value)
        for one, other in pairs
        if isinstance(one.value, int) and isinstance(other.value, int)
    ]
    covered = sum(one for one, _other in shown)
    counted = covered + sum(other for _one, other in shown)
    if not counted:
        if any(one.hidden or other.hidden for one, other in pairs):
            return Reading.hidden(
                _("not shown"), day, why=_("The groups are too small to be told.")
            )
        return _not_counted(day, why)
    share = Fraction(covered, counted)
    left_out = len(pairs) - len(shown)
    text = _("%(percent)s %% (%(covered)s of %(counted)s)") % {
        "percent": percent_of(Figure(share)),
        "covered": intcomma(covered),
        "counted": intcomma(counted),
    }
    beside = ""
    if left_out:
        beside = ngettext(
            "%(number)s group is too small to be told and is left out.",
            "%(number)s groups are too small to be told and are left out.",
            left_out,
        ) % {"number": left_out}
    return Reading.measured(share, text, day, why=beside)


def _or_why_not(compute: Callable[..., Reading]) -> Callable[..., Reading]:
    """With the reason instead of a figure where the coverage is not published yet."""

    @wraps(compute)
    def computed(as_of: date, **of: str) -> Reading:
        try:
            return compute(as_of, **of)
        except NotPublishedError as error:
            return Reading.not_yet(_("not published yet"), _monday(as_of), why=str(error))

    return computed


@_or_why_not
def coverage(as_of: date) -> Reading:
    published = _published(as_of)
    counts = [(count.covered, count.gap) for count in published.totals.values()]
    return _sum_of(counts, published.figures.as_of, _("No requirement applies to anybody."))


@_or_why_not
def coverage_of_group(as_of: date, *, group: str) -> Reading:
    published = _published(as_of)
    count = published.totals.get(group)
    why = _("The key group is not in the plan in force, or nobody is counted in it.")
    if count is None:
        return _not_counted(published.figures.as_of, why)
    if count.share.hidden:
        return Reading.hidden(
            count.share.hidden_text(published.threshold),
            published.figures.as_of,
            why=_("The group is too small to be told."),
        )
    reading = _sum_of([(count.covered, count.gap)], published.figures.as_of, why)
    return _about(reading, published.figures.key_groups.get(group, group))


def _about(reading: Reading, name: str) -> Reading:
    """With the name of what a code stands for."""
    return replace(reading, why=" ".join(each for each in (f"{name}.", reading.why) if each))


@_or_why_not
def coverage_of_area(as_of: date, *, area: str) -> Reading:
    published = _published(as_of)
    shares = [
        (share.covered, share.gap) for key, share in published.by_area.items() if key.area == area
    ]
    why = _("No requirement in the plan in force is in the area.")
    reading = _sum_of(shares, published.figures.as_of, why)
    names = CompetenceArea.objects.filter(code=area).values_list("name", flat=True)
    return _about(reading, names[0]) if names else reading


def completions(as_of: date) -> Reading:
    monday, threshold = _monday(as_of), _threshold()
    people = (
        Completion.objects.filter(
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=monday),
            completed_on__gt=add_months(monday, -12),
            completed_on__lte=monday,
        )
        .order_by()
        .values("person")
        .distinct()
        .count()
    )
    told = at_least(people, threshold)
    if not told.number:
        return Reading.hidden(str(told), monday, why=_("Small numbers are not told."))
    return Reading.measured(told.number, str(told), monday, why=_("Told in steps."))


def plan_in_force(as_of: date) -> Reading:
    version = PlanVersion.objects.in_force_on(as_of)
    if version is None:
        return _not_counted(as_of, _("No version of the competence plan is in force."))
    text = _("version %(number)s") % {"number": version.number}
    if version.adopted_on:
        text = _("version %(number)s, decided %(day)s") % {
            "number": version.number,
            "day": date_format(version.adopted_on),
        }
    return Reading.measured(version.number, text, as_of, why=version.adopted_by)


def _of_plan(as_of: date, count: Callable[[PlanVersion], int]) -> Reading:
    version = PlanVersion.objects.in_force_on(as_of)
    if version is None:
        return _not_counted(as_of, _("No version of the competence plan is in force."))
    number = count(version)
    return Reading.measured(number, str(number), as_of)


def requirements(as_of: date) -> Reading:
    return _of_plan(as_of, lambda plan: plan.requirements.filter(in_effect_q(as_of)).count())


def key_groups(as_of: date) -> Reading:
    return _of_plan(as_of, lambda plan: plan.definitions.count())


def _of_obligations(as_of: date, counts: Callable[[str], bool]) -> Reading:
    obligations = obligations_on(as_of)
    if not obligations:
        return _not_counted(as_of, _("No governing document is read in."))
    number = sum(counts(each.status) for each in obligations)
    text = _("%(number)s of %(all)s") % {"number": number, "all": len(obligations)}
    return Reading.measured(number, text, as_of)


def obligations_done(as_of: date) -> Reading:
    return _of_obligations(as_of, lambda status: status == ObligationStatus.Status.DONE)


def obligations_assessed(as_of: date) -> Reading:
    return _of_obligations(as_of, lambda status: status != UNASSESSED)


register(
    Indicator(
        "competence.coverage",
        gettext_lazy("Coverage"),
        gettext_lazy(
            "Of those who are counted in a key group, the share who hold all that is mandatory "
            "for it. Whoever is new or on leave is not counted; whoever is in two groups is "
            "counted in both. Over the key groups that are shown."
        ),
        gettext_lazy("percent"),
        coverage,
    ),
    *(
        Indicator(
            f"competence.coverage.{code}",
            format_lazy(gettext_lazy("Coverage in key group {code}"), code=code),
            gettext_lazy(
                "Of those who are counted in the key group, the share who hold all that is "
                "mandatory for it."
            ),
            gettext_lazy("percent"),
            partial(coverage_of_group, group=code),
        )
        for code in KEY_GROUPS
    ),
    *(
        Indicator(
            f"competence.area.{code}",
            format_lazy(gettext_lazy("Coverage in area {code}"), code=code),
            gettext_lazy(
                "Of those who must hold a level in the area, the share who do; of two levels the "
                "higher. Whoever is in two key groups is counted in both. Over the key groups "
                "that are shown."
            ),
            gettext_lazy("percent"),
            partial(coverage_of_area, area=code),
        )
        for code in AREAS
    ),
    Indicator(
        "competence.completions",
        gettext_lazy("People who have completed a course"),
        gettext_lazy(
            "How many have completed at least one course during the last twelve months, told in "
            "steps."
        ),
        gettext_lazy("people"),
        completions,
    ),
    Indicator(
        "competence.plan_in_force",
        gettext_lazy("Competence plan in force"),
        gettext_lazy("The version of the competence plan that is in force on the day."),
        gettext_lazy("version"),
        plan_in_force,
    ),
    Indicator(
        "competence.requirements",
        gettext_lazy("Requirements in effect"),
        gettext_lazy("Requirements of the competence plan that are in effect on the day."),
        gettext_lazy("requirements"),
        requirements,
    ),
    Indicator(
        "competence.key_groups",
        gettext_lazy("Key groups"),
        gettext_lazy("Key groups in the version of the plan that is in force on the day."),
        gettext_lazy("key groups"),
        key_groups,
    ),
    Indicator(
        "competence.obligations_done",
        gettext_lazy("Obligations that are done"),
        gettext_lazy("Obligations of the governing document whose status is done on the day."),
        gettext_lazy("obligations"),
        obligations_done,
    ),
    Indicator(
        "competence.obligations_assessed",
        gettext_lazy("Obligations with a status"),
        gettext_lazy("Obligations that somebody has said how they stand by the day."),
        gettext_lazy("obligations"),
        obligations_assessed,
    ),
)
