"""The sentence of one row, told to the person (`you`) or about them. It is put together from a
lead by status, what made the person a member, the plan version, and what decided."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.engine.days import FOREVER, as_date, covers, last_day_of
from competence.engine.facts import RequiredLevel
from competence.engine.pieces import (
    AchievementHop,
    EmploymentHop,
    ExemptionHop,
    KeyGroupHop,
    LeaveHop,
    NamingHop,
    OrderHop,
    Piece,
    Pieces,
    PlanHop,
    RequirementHop,
    RuleHop,
    UnitHop,
    Value,
    fill,
    linked,
)
from competence.engine.rows import GapRow
from competence.engine.status import Status
from competence.engine.traces import Details, Trace
from competence.engine.validity import Best
from competence.models import Achievement


def day_text(day: int | date) -> str:
    return date_format(as_date(day) if isinstance(day, int) else day, "DATE_FORMAT")


class Sentence:
    """The sentence of one row."""

    def __init__(self, trace: Trace, details: Details, you: bool) -> None:
        self.trace, self.details, self.you = trace, details, you
        self.row: GapRow = trace.row
        self.requirement: RequiredLevel = trace.row.requirement
        self.name = details.names[trace.person.pk]
        self.person_id = trace.person.person_id
        hop = RequirementHop(self.requirement.key_group, self.requirement.area)
        self.what: dict[str, Value] = {
            "who": self.name,
            "level": Piece(self.requirement.level_name, hop),
            "area": Piece(self.requirement.area_label, hop),
        }

    def pieces(self) -> Pieces:
        sentence = fill(
            _("%(lead)s, %(because)s (%(plan)s)"),
            lead=self.lead(),
            because=self.because(),
            plan=self.plan_text(),
        )
        for part in (self.achieved(), self.counted()):
            if part:
                sentence = fill("%(one)s; %(two)s", one=sentence, two=part)
        return fill("%(all)s.", all=sentence)

    def lead(self) -> Pieces:
        row, what = self.row, dict(self.what)
        if row.due_on:
            what["due"] = day_text(row.due_on)
        if row.valid_until:
            what["until"] = day_text(row.valid_until)
        text = self._lead_text() if row.mandatory else self._advice_text()
        return fill(text, **what)

    def _advice_text(self) -> str:
        """The lead of what is recommended: never that somebody must, or should have."""
        row, you = self.row, self.you
        match row.status:
            case Status.PAUSED:
                return (
                    _("The advice %(level)s in %(area)s is paused while you are on leave")
                    if you
                    else _("The advice %(level)s in %(area)s is paused for %(who)s, on leave")
                )
            case Status.EXEMPT:
                return (
                    _("You are exempt from the advice %(level)s in %(area)s")
                    if you
                    else _("%(who)s is exempt from the advice %(level)s in %(area)s")
                )
            case Status.MET | Status.EXPIRING:
                return self._lead_text()
            case Status.PENDING if row.due_on is not None:
                return (
                    _("Recommended for you: %(level)s in %(area)s, preferably by %(due)s")
                    if you
                    else _("Recommended for %(who)s: %(level)s in %(area)s, preferably by %(due)s")
                )
            case Status.EXPIRED:
                return (
                    _("Recommended for you: renewing %(level)s in %(area)s, valid until %(until)s")
                    if you
                    else _(
                        "Recommended for %(who)s: renewing %(level)s in %(area)s, valid until "
                        "%(until)s"
                    )
                )
            case _:
                return (
                    _("Recommended for you: %(level)s in %(area)s")
                    if you
                    else _("Recommended for %(who)s: %(level)s in %(area)s")
                )

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

    def because(self) -> Pieces:
        """What made the person a member of the key group, and since when."""
        trace, group = self.trace, self.requirement.key_group
        words: dict[str, Value] = {
            "who": self.name,
            "group": Piece(self.requirement.key_group_name, KeyGroupHop(group)),
        }
        if trace.employment is None:
            words["named"] = Piece(day_text(trace.named_since), NamingHop(self.person_id, group))
            text = fill(
                _("because you are named a key person in %(group)s from %(named)s")
                if self.you
                else _("because %(who)s is named a key person in %(group)s from %(named)s"),
                **words,
            )
        else:
            fact = trace.employment
            title, unit, code = self.details.posts[
                trace.person.pk, fact.unit_pk, fact.job_code, fact.starts
            ]
            words["unit"] = Piece(unit, UnitHop(code))
            words["title"] = Piece(
                title if title[:2].isupper() else title[:1].lower() + title[1:],
                EmploymentHop(self.person_id),
            )
            text = fill(
                _("because you are %(title)s at %(unit)s and so in the key group %(group)s")
                if self.you
                else _(
                    "because %(who)s is %(title)s at %(unit)s and so in the key group %(group)s"
                ),
                **words,
            )
            number = trace.rule_number
            if (
                number is not None
                and len(trace.plan.groups[self.requirement.key_group_pk].rules) > 1
            ):
                rule = fill(_(" by its rule %(number)d"), number=number)
                text += linked(rule, RuleHop(group, number))
        if not self._is_counted_from_membership():
            text += fill(_(", member since %(since)s"), since=day_text(self.row.member_since))
        return text

    def _is_counted_from_membership(self) -> bool:
        """Whether the counted days begin on the member since day, so that it is told there."""
        return (
            self.row.status in (Status.PENDING, Status.OVERDUE)
            and self.trace.best is None
            and self.row.due_on is not None
            and self.row.member_since.toordinal() >= self.requirement.effective_from
        )

    def plan_text(self) -> Pieces:
        plan = self.trace.plan
        text = fill(_("competence plan version %(number)s"), number=str(plan.version_number))
        if plan.adopted_on:
            text += fill(_(", decided %(day)s"), day=day_text(plan.adopted_on))
        text = linked(text, PlanHop(plan.version_number, self.requirement.key_group))
        return text if self.requirement.mandatory else (*text, Piece(_(", recommended")))

    def achieved(self) -> Pieces:
        """The achievement or exemption that decided, and what limits it."""
        if self.row.status is Status.EXEMPT and self.trace.exemption_pk is not None:
            exemption = self.details.exemptions[self.trace.exemption_pk]
            hop = ExemptionHop(exemption.pk, self.person_id)
            start = day_text(exemption.starts_on)
            if exemption.ends_on is None:
                return linked(fill(_("exempt from %(start)s"), start=start), hop)
            end = day_text(exemption.ends_on)
            return linked(fill(_("exempt %(start)s – %(end)s"), start=start, end=end), hop)
        best = self.trace.best
        if best is None:
            return ()
        row = self.details.achievements[best.achievement.pk]
        reached = AchievementHop(
            row.pk, self.person_id, row.certificate or "", row.course_slug or ""
        )
        text = fill(
            _("%(level)s was achieved on %(day)s"),
            level=row.level.name,
            day=day_text(row.achieved_on),
        )
        source = row.course_title or row.source
        if row.by_rule is not None:
            source = _("recognised under rule %(number)d") % {"number": row.by_rule}
        if source:
            text += fill(_(" (%(source)s)"), source=source)
        return (*linked(text, reached), *self._limit(best, row))

    def _limit(self, best: Best, row: Achievement) -> Pieces:
        if best.last_valid == FOREVER:
            return ()
        last = day_text(best.last_valid)
        own = None if row.valid_until is None else row.valid_until.toordinal()
        if own == best.last_valid:
            return fill(_(" and is itself valid until %(last)s"), last=last)
        if best.last_valid == best.achievement.ends:
            order = next(
                order
                for order in self.details.orders
                if order.area_pk == best.achievement.area_pk
                and order.last_valid_day.toordinal() == best.last_valid
                and order.level in (None, best.achievement.level)
                and row.achieved_on < order.achieved_before
            )
            text = fill(
                _(" and is valid until %(last)s by a decision of %(decided)s"),
                last=last,
                decided=Piece(day_text(order.decided_on), OrderHop(self.requirement.area)),
            )
            return (*text, Piece(f" ({order.reason})")) if order.reason else text
        months = self.requirement.renewal_months or 0
        if last_day_of(best.anchor, months) != best.last_valid:
            return ()
        return fill(
            ngettext(
                " and is valid until %(last)s, %(months)d month from %(anchor)s",
                " and is valid until %(last)s, %(months)d months from %(anchor)s",
                months,
            ),
            last=last,
            months=months,
            anchor=day_text(best.anchor),
        )

    def counted(self) -> Pieces:
        """How the due day was counted."""
        row, requirement = self.row, self.requirement
        if row.due_on is None:
            return ()
        due, leaves = row.due_on.toordinal(), self.trace.person.leaves
        base = max(row.member_since.toordinal(), requirement.effective_from)
        best = self.trace.best
        if best is not None and due == best.last_valid:
            return (Piece(_("the last day is the last valid day")),)
        returning = (
            best is not None and best.last_valid > base and covers(leaves, best.last_valid + 1)
        )
        if returning and best is not None:
            base = best.last_valid
        text = fill(
            ngettext(
                "counted %(days)d day from %(base)s",
                "counted %(days)d days from %(base)s",
                requirement.grace_days,
            ),
            days=requirement.grace_days,
            base=day_text(base),
        )
        if returning:
            text += (Piece(_(", when it ran out during leave")),)
        elif not self._is_counted_from_membership() and base == requirement.effective_from:
            text += (Piece(_(", when the requirement began to apply")),)
        on_leave = due - base - requirement.grace_days
        if on_leave > 0:
            words = ngettext(
                ", %(days)d day of leave not counted",
                ", %(days)d days of leave not counted",
                on_leave,
            )
            text += linked(fill(words, days=on_leave), LeaveHop(self.person_id))
        return text
