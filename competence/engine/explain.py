"""Why: each row with the sentence that says it, from facts alone (docs/gap.md, "Why").

The sentence is told to the person (`you`) or about them. It is put together from a lead by
status, what made the person a member, the plan version, and what decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.engine.days import FOREVER, as_date, covers, last_day_of
from competence.engine.facts import EmploymentFact, PersonFacts, PlanOnDay, RequiredLevel
from competence.engine.loader import load_people, load_plan
from competence.engine.membership import matching_rule
from competence.engine.rows import GapRow, rows_of
from competence.engine.status import Status
from competence.engine.validity import Best, best_achievement
from competence.models import Achievement, Exemption, RenewalOrder
from lms.framework.rules import PersonRule
from lms.people.models import Employment, Person


@dataclass(frozen=True)
class Explanation:
    """A row, its sentence, and what the sentence rests on. `rule` is the rule that made the
    person a member by an employment; none for a naming."""

    row: GapRow
    sentence: str
    rule: PersonRule | None
    achievement_pk: int | None
    exemption_pk: int | None


def explain(
    people: QuerySet[Person] | None,
    as_of: date,
    key_groups: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    *,
    you: bool = True,
) -> list[Explanation]:
    """The rows of `people` with their sentences, told to them or (`you=False`) about them.
    Seventeen queries whatever the size."""
    plan = load_plan(as_of, key_groups, areas)
    traced: list[_Trace] = []
    for person in load_people(people, as_of, plan):
        rows = rows_of(person, plan)
        traced.extend(_Trace(row, person, plan) for row in rows)
    details = _Details(traced, as_of)
    return [_Sentence(trace, details, you).explanation() for trace in traced]


class _Trace:
    """What decided one row, found by the rules that made it."""

    def __init__(self, row: GapRow, person: PersonFacts, plan: PlanOnDay) -> None:
        self.row, self.person, self.plan = row, person, plan
        requirement = row.requirement
        self.best: Best | None = None
        if row.status not in (Status.PAUSED, Status.EXEMPT):
            self.best = best_achievement(
                [a for a in person.achievements if a.area_pk == requirement.area_pk], requirement
            )
        self.exemption_pk = next(
            (
                exemption.pk
                for exemption in person.exemptions
                if row.status is Status.EXEMPT
                and exemption.area_pk == requirement.area_pk
                and exemption.level >= requirement.level
            ),
            None,
        )
        self.employment: EmploymentFact | None = None
        self.rule_number: int | None = None
        for employment in sorted(person.employments, key=lambda fact: fact.starts):
            if employment.ends >= plan.day:
                number = matching_rule(employment, requirement.key_group_pk, plan)
                if number is not None:
                    self.employment, self.rule_number = employment, number
                    break

    @property
    def rule(self) -> PersonRule | None:
        if self.rule_number is None:
            return None
        return self.plan.groups[self.row.requirement.key_group_pk].rules[self.rule_number - 1]

    @property
    def named_since(self) -> int:
        return min(
            (
                naming.starts
                for naming in self.person.namings
                if naming.key_group_pk == self.row.requirement.key_group_pk
                and naming.ends >= self.plan.day
            ),
            default=self.row.member_since.toordinal(),
        )


@dataclass(frozen=True)
class _Order:
    area_pk: int
    level: int | None
    achieved_before: date
    last_valid_day: date
    decided_on: date
    reason: str


class _Details:
    """The words behind the keys: titles, units, sources, reasons. Five queries."""

    def __init__(self, traces: list[_Trace], as_of: date) -> None:
        people = {trace.person.pk for trace in traces}
        self.names = {
            person.pk: person.given_name or person.name
            for person in Person.objects.filter(pk__in=people)
        }
        self.posts = {
            (row.person_id, row.unit_id, row.job_code, row.starts_on.toordinal()): (
                row.job_title or row.job_code,
                row.unit.name,
            )
            for row in Employment.objects.valid_on(as_of)
            .filter(person__in=people)
            .select_related("unit")
        }
        best = {trace.best.achievement.pk for trace in traces if trace.best}
        self.achievements = {
            row.pk: row
            for row in Achievement.objects.filter(pk__in=best)
            .select_related("level")
            .annotate(course_title=F("completion__version__title"), by_rule=F("rule__number"))
        }
        exemptions = {trace.exemption_pk for trace in traces if trace.exemption_pk}
        self.exemptions = {row.pk: row for row in Exemption.objects.filter(pk__in=exemptions)}
        self.orders = [
            _Order(
                row.area_id,
                row.level.number if row.level else None,
                row.achieved_before,
                row.last_valid_day,
                row.decided_on,
                row.reason,
            )
            for row in RenewalOrder.objects.filter(decided_on__lte=as_of).select_related("level")
        ]


def _day(day: int | date) -> str:
    return date_format(as_date(day) if isinstance(day, int) else day, "DATE_FORMAT")


class _Sentence:
    """The sentence of one row."""

    def __init__(self, trace: _Trace, details: _Details, you: bool) -> None:
        self.trace, self.details, self.you = trace, details, you
        self.row: GapRow = trace.row
        self.requirement: RequiredLevel = trace.row.requirement
        self.name = details.names[trace.person.pk]
        self.what = {
            "who": self.name,
            "level": self.requirement.level_name,
            "area": self.requirement.area_label,
        }

    def explanation(self) -> Explanation:
        parts = [
            _("%(lead)s, %(because)s (%(plan)s)")
            % {"lead": self.lead(), "because": self.because(), "plan": self.plan_text()}
        ]
        parts += [part for part in (self.achieved(), self.counted()) if part]
        best = self.trace.best
        return Explanation(
            self.row,
            "; ".join(parts) + ".",
            self.trace.rule,
            best.achievement.pk if best else None,
            self.trace.exemption_pk,
        )

    def lead(self) -> str:
        row, what = self.row, dict(self.what)
        if row.due_on:
            what["due"] = _day(row.due_on)
        if row.valid_until:
            what["until"] = _day(row.valid_until)
        return self._lead_text() % what

    def _lead_text(self) -> str:
        row, you = self.row, self.you
        match row.status:
            case Status.PAUSED:
                return (
                    _("The requirement %(level)s in %(area)s is paused while you are on leave")
                    if you
                    else _("The requirement %(level)s in %(area)s is paused for %(who)s, on leave")
                )
            case Status.EXEMPT:
                return (
                    _("You are exempt from the requirement %(level)s in %(area)s")
                    if you
                    else _("%(who)s is exempt from the requirement %(level)s in %(area)s")
                )
            case Status.MET if row.valid_until is None:
                return (
                    _("You hold %(level)s in %(area)s with no last day")
                    if you
                    else _("%(who)s holds %(level)s in %(area)s with no last day")
                )
            case Status.MET:
                return (
                    _("You hold %(level)s in %(area)s until %(until)s")
                    if you
                    else _("%(who)s holds %(level)s in %(area)s until %(until)s")
                )
            case Status.EXPIRING:
                return (
                    _("You hold %(level)s in %(area)s until %(until)s and can renew it now")
                    if you
                    else _("%(who)s holds %(level)s in %(area)s until %(until)s, time to renew")
                )
            case Status.PENDING if row.due_on is None:
                return (
                    _("You need %(level)s in %(area)s, with no last day while your leave lasts")
                    if you
                    else _("%(who)s needs %(level)s in %(area)s, no last day during the leave")
                )
            case Status.PENDING:
                return (
                    _("You need %(level)s in %(area)s by %(due)s")
                    if you
                    else _("%(who)s needs %(level)s in %(area)s by %(due)s")
                )
            case Status.EXPIRED:
                return (
                    _("You needed to renew %(level)s in %(area)s by %(due)s")
                    if you
                    else _("%(who)s needed to renew %(level)s in %(area)s by %(due)s")
                )
            case _:
                return (
                    _("You needed %(level)s in %(area)s by %(due)s")
                    if you
                    else _("%(who)s needed %(level)s in %(area)s by %(due)s")
                )

    def because(self) -> str:
        """What made the person a member of the key group, and since when."""
        trace = self.trace
        words = {
            "who": self.name,
            "group": self.requirement.key_group_name,
            "since": _day(self.row.member_since),
        }
        if trace.employment is None:
            words["named"] = _day(trace.named_since)
            text = (
                _("because you are named a key person in %(group)s from %(named)s")
                if self.you
                else _("because %(who)s is named a key person in %(group)s from %(named)s")
            ) % words
        else:
            fact = trace.employment
            title, words["unit"] = self.details.posts[
                trace.person.pk, fact.unit_pk, fact.job_code, fact.starts
            ]
            words["title"] = title if title[:2].isupper() else title[:1].lower() + title[1:]
            text = (
                _("because you are %(title)s at %(unit)s and so in the key group %(group)s")
                if self.you
                else _("because %(who)s is %(title)s at %(unit)s and so in the key group %(group)s")
            ) % words
            if len(trace.plan.groups[self.requirement.key_group_pk].rules) > 1:
                text += _(" by its rule %(number)d") % {"number": trace.rule_number}
        if not self._is_counted_from_membership():
            text += _(", member since %(since)s") % words
        return text

    def _is_counted_from_membership(self) -> bool:
        """Whether the counted days begin on the member since day, so that it is told there."""
        return (
            self.row.status in (Status.PENDING, Status.OVERDUE)
            and self.trace.best is None
            and self.row.due_on is not None
            and self.row.member_since.toordinal() >= self.requirement.effective_from
        )

    def plan_text(self) -> str:
        plan = self.trace.plan
        text = _("competence plan version %(number)s") % {"number": plan.version_number}
        if plan.adopted_on:
            text += _(", decided %(day)s") % {"day": _day(plan.adopted_on)}
        if not self.requirement.mandatory:
            text += _(", recommended")
        return text

    def achieved(self) -> str:
        """The achievement or exemption that decided, and what limits it."""
        if self.row.status is Status.EXEMPT and self.trace.exemption_pk is not None:
            exemption = self.details.exemptions[self.trace.exemption_pk]
            if exemption.ends_on is None:
                return _("exempt from %(start)s") % {"start": _day(exemption.starts_on)}
            return _("exempt %(start)s – %(end)s") % {
                "start": _day(exemption.starts_on),
                "end": _day(exemption.ends_on),
            }
        best = self.trace.best
        if best is None:
            return ""
        row = self.details.achievements[best.achievement.pk]
        source = row.course_title or row.source
        if row.by_rule is not None:
            source = _("recognised under rule %(number)d") % {"number": row.by_rule}
        words = {
            "level": row.level.name,
            "day": _day(row.achieved_on),
            "source": source,
        }
        text = _("%(level)s was achieved on %(day)s") % words
        if source:
            text += _(" (%(source)s)") % words
        return f"{text}{self._limit(best, row)}"

    def _limit(self, best: Best, row: Achievement) -> str:
        if best.last_valid == FOREVER:
            return ""
        last = {"last": _day(best.last_valid)}
        own = None if row.valid_until is None else row.valid_until.toordinal()
        if own == best.last_valid:
            return _(" and is itself valid until %(last)s") % last
        if best.last_valid == best.achievement.ends:
            order = next(
                order
                for order in self.details.orders
                if order.area_pk == best.achievement.area_pk
                and order.last_valid_day.toordinal() == best.last_valid
                and order.level in (None, best.achievement.level)
                and row.achieved_on < order.achieved_before
            )
            text = _(" and is valid until %(last)s by a decision of %(decided)s") % {
                **last,
                "decided": _day(order.decided_on),
            }
            return text + (f" ({order.reason})" if order.reason else "")
        months = self.requirement.renewal_months or 0
        if last_day_of(best.anchor, months) != best.last_valid:
            return ""
        return ngettext(
            " and is valid until %(last)s, %(months)d month from %(anchor)s",
            " and is valid until %(last)s, %(months)d months from %(anchor)s",
            months,
        ) % {**last, "months": months, "anchor": _day(best.anchor)}

    def counted(self) -> str:
        """How the due day was counted."""
        row, requirement = self.row, self.requirement
        if row.due_on is None:
            return ""
        due, leaves = row.due_on.toordinal(), self.trace.person.leaves
        base = max(row.member_since.toordinal(), requirement.effective_from)
        best = self.trace.best
        if best is not None and due == best.last_valid:
            return _("the last day is the last valid day")
        returning = (
            best is not None and best.last_valid > base and covers(leaves, best.last_valid + 1)
        )
        if returning and best is not None:
            base = best.last_valid
        text = ngettext(
            "counted %(days)d day from %(base)s",
            "counted %(days)d days from %(base)s",
            requirement.grace_days,
        ) % {"days": requirement.grace_days, "base": _day(base)}
        if returning:
            text += _(", when it ran out during leave")
        elif not self._is_counted_from_membership() and base == requirement.effective_from:
            text += _(", when the requirement began to apply")
        on_leave = due - base - requirement.grace_days
        if on_leave > 0:
            text += ngettext(
                ", %(days)d day of leave not counted",
                ", %(days)d days of leave not counted",
                on_leave,
            ) % {"days": on_leave}
        return text
