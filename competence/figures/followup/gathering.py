"""Making a report: every part asked once, and what is known frozen into one document. Nothing here
knows who will read it: what is hidden is hidden from all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.engine.assume import Assumptions
from competence.figures.activities import activity_lines
from competence.figures.coverage import days_offered
from competence.figures.followup.ahead import coming_expiries
from competence.figures.followup.arena import arena_section, requests_section
from competence.figures.followup.coverage import (
    FALLEN,
    LOW,
    CoverageFigures,
    coverage_by_area,
    coverage_by_unit,
    year_before,
)
from competence.figures.followup.deviations import deviations_section
from competence.figures.followup.document import (
    Definition,
    Report,
    ReportKind,
    Section,
    share,
)
from competence.figures.followup.goals import how_many, together
from competence.figures.followup.learning import learning
from competence.figures.followup.mondays import Monday
from competence.figures.followup.needs import needs_section
from competence.figures.followup.obligations import obligations_section
from competence.figures.followup.periods import Period
from competence.figures.followup.training import training_section
from competence.figures.goals import EVERYONE, goals_beside
from competence.figures.measures import obligations_on
from competence.figures.needs import standing_of_needs
from competence.figures.published import Published
from competence.figures.week_outlook import WeekFigures
from competence.models import TrainingPlanVersion
from lms.framework.indicators import indicators
from lms.framework.models import CompetenceArea
from lms.people.models import Person

MONTHS_BACK = 12
OWN = "competence."
"""The indicators of coverage, courses and plan are the tables before T8."""
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Asked:
    """What the report is to be of. The forecast is that of a week's Monday, none where none was
    counted; the assumptions are those of the cut-off day."""

    number: str
    kind: ReportKind
    municipality: str
    period_from: date
    period_until: date
    cut_off: date
    made_on: date
    threshold: int
    assumed: Assumptions
    forecast: WeekFigures | None = None
    forecast_of: date | None = None
    supersedes: str = ""
    correction: str = ""


def cut_offs(today: date) -> list[date]:
    """The Mondays a report can be of: those that are published, a year back."""
    return days_offered(today, MONTHS_BACK)


def mondays_told(cut_off: date) -> list[date]:
    """The Mondays that a report tells of, in order: the first of each month, and the cut-off."""
    return sorted(days_offered(cut_off, MONTHS_BACK))


def gather(asked: Asked, mondays: Sequence[Published], progress: Progress | None = None) -> Report:
    """The report without its words, of what is published of `mondays_told`."""
    people = Person.objects.current().count()
    told = [Monday(each.figures.as_of, each) for each in mondays]
    published = mondays[-1]
    if progress:
        progress(people, people, _("The other tables"))
    coverage = CoverageFigures(
        published,
        told,
        year_before(told, asked.cut_off),
        reverse("competence:coverage"),
        goals_beside(published.figures),
    )
    by_unit = coverage_by_unit(coverage)
    ahead = coming_expiries(asked.forecast, asked.forecast_of, asked.threshold)
    sections = (
        obligations_section(obligations_on(asked.cut_off), reverse("competence:measures")),
        needs_section(standing_of_needs(asked.cut_off)),
        replace(by_unit, charts=(*by_unit.charts, ahead)),
        coverage_by_area(coverage, CompetenceArea.objects.all()),
        learning(Period(asked.period_from, asked.period_until), asked.cut_off, asked.threshold),
        _training(asked),
        requests_section(),
        arena_section(
            asked.made_on, [each for each in indicators() if not each.code.startswith(OWN)]
        ),
    )
    plan = published.figures
    return Report(
        number=asked.number,
        kind=asked.kind,
        title=_("Follow-up of the competence plan, %(from)s to %(until)s")
        % {
            "from": date_format(asked.period_from, "j F Y"),
            "until": date_format(asked.period_until, "j F Y"),
        },
        municipality=asked.municipality,
        period_from=asked.period_from,
        period_until=asked.period_until,
        cut_off=asked.cut_off,
        made_on=asked.made_on,
        plan=_plan_words(plan.plan_number, plan.adopted_on),
        threshold=asked.threshold,
        highlights=tuple(_highlights(coverage, sections)),
        sections=(*sections, deviations_section(sections)),
        definitions=_definitions(asked, mondays),
        supersedes=asked.supersedes,
        correction=asked.correction,
    )


def _training(asked: Asked) -> Section:
    version = TrainingPlanVersion.objects.in_force_on(asked.cut_off)
    lines = (
        activity_lines(version, day=asked.cut_off, assumed=asked.assumed, threshold=asked.threshold)
        if version
        else ()
    )
    return training_section(lines, asked.threshold, reverse("competence:training"))


def _plan_words(number: int | None, adopted_on: date | None) -> str:
    if number is None:
        return _("No competence plan is in force.")
    if adopted_on is None:
        return _("Competence plan version %(number)s") % {"number": number}
    return _("Competence plan version %(number)s, decided %(day)s") % {
        "number": number,
        "day": date_format(adopted_on, "j F Y"),
    }


def _highlights(coverage: CoverageFigures, sections: tuple[Section, ...]) -> list[str]:
    """The first sentences of the report, each a figure of a table below."""
    found = []
    now = coverage.mondays[-1]
    percent = _percent(now)
    if percent is not None:
        found.append(
            _("%(percent)s percent have what the plan asks for: %(covered)s of %(counted)s.")
            % {"percent": percent, "covered": now.covered, "counted": now.counted}
        )
    before = _percent(coverage.year_ago) if coverage.year_ago else None
    if before is not None and coverage.year_ago:
        found.append(
            _("On %(day)s it was %(percent)s percent.")
            % {"day": date_format(coverage.year_ago.day, "j F Y"), "percent": before}
        )
    found += [
        words
        for words in (
            together(coverage.goals) if coverage.goals.of(EVERYONE) else "",
            how_many(coverage.published, coverage.goals),
        )
        if words
    ]
    statuses = next((table for table in sections[0].tables if table.rows), None)
    if statuses:
        found.append(
            _("Of the obligations of the plan: %(counts)s.")
            % {
                "counts": ", ".join(
                    f"{row.cells[1]} {str(row.cells[0]).lower()}" for row in statuses.rows
                )
            }
        )
    red = sum(row.red for section in sections for table in section.tables for row in table.rows)
    if red:
        found.append(
            ngettext(
                "%(number)s figure deviates; it is in T9.",
                "%(number)s figures deviate; they are in T9.",
                red,
            )
            % {"number": red}
        )
    return found


def _percent(monday: Monday) -> int | None:
    if not monday.counted:
        return None
    return share(monday.covered, monday.counted).percent


def _hidden_words(asked: Asked, mondays: Sequence[Published]) -> str:
    """What is hidden in the figures of the cut-off Monday, and where another threshold held."""
    threshold = mondays[-1].threshold
    words = _(
        "A count of 1 to %(most)s people reads “fewer than %(threshold)s”. “Not shown”"
        " hides a figure from which such a count could be worked out."
    ) % {"most": threshold - 1, "threshold": threshold}
    others = {asked.threshold, *(each.threshold for each in mondays)} - {threshold}
    if others:
        words += " " + _(
            "In figures made when another limit held, that limit is kept: %(thresholds)s."
        ) % {"thresholds": ", ".join(map(str, sorted(others)))}
    return words


def _definitions(asked: Asked, mondays: Sequence[Published]) -> tuple[Definition, ...]:
    return tuple(
        Definition(term, meaning)
        for term, meaning in (
            (
                _("Coverage"),
                _(
                    "Those in a key group who on the cut-off day hold all that is mandatory for"
                    " it, of those in it but for those in introduction and those who are paused."
                ),
            ),
            (_("Gap"), _("Something mandatory is missing, or has run out, past its last day.")),
            (
                _("In introduction"),
                _("Something mandatory is missing, and its last day has not come yet."),
            ),
            (_("Paused"), _("On leave on the day.")),
            (
                _("Only through exemption"),
                _("Covered, but would not be without an exemption; counted in the covered."),
            ),
            (
                _("Only through recognition"),
                _("Covered by what was learnt elsewhere and recognised; counted in the covered."),
            ),
            (
                _("Goal"),
                _(
                    "How large a coverage the competence plan decides, and by when. Over and under"
                    " is in percentage points of the coverage that is shown."
                ),
            ),
            (
                _("Cut-off day"),
                _(
                    "Figures of people are those of Monday %(day)s, as they were made %(made)s and"
                    " as the coverage page shows them. What was registered later is in the figures"
                    " of later Mondays. Obligations and activities are as they stood that day."
                )
                % {
                    "day": date_format(asked.cut_off, "j F Y"),
                    "made": date_format(localdate(mondays[-1].figures.made_at), "j F Y"),
                },
            ),
            (_("Hidden figures"), _hidden_words(asked, mondays)),
            (
                _("Deviation"),
                _(
                    "A coverage under %(low)s percent or at least %(fallen)s percentage points"
                    " lower than a year ago; what else deviates stands under T9."
                )
                % {"low": LOW, "fallen": FALLEN},
            ),
        )
    )
