"""Decisions that an outside course gives a level: made, after seeing how far they reach, and
withdrawn."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from competence.models import Achievement, EquivalenceRule, OutsideCourse, OutsideRecord
from competence.services.awards import said
from competence.services.equivalence import give_by_rules
from competence.suppression import About
from lms.audit.services import Entry, record, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import User


class RuleError(ValueError):
    """A rule that cannot be decided or withdrawn; the message says why."""


def reach_of_rule(
    *,
    outside_course: OutsideCourse,
    completed_from: date,
    completed_until: date | None,
    threshold: int,
) -> About:
    """Roughly how many people have completed the course within the days, counted over the whole
    calendar years they lie in. Whoever asks chooses the days, and asks as often as they like: told
    by the day, or nobody apart from a few, the answers would add up to who took it when."""
    reached = OutsideRecord.objects.standing().filter(
        outside_course=outside_course, completed_on__year__gte=completed_from.year
    )
    if completed_until is not None:
        reached = reached.filter(completed_on__year__lte=completed_until.year)
    return About.perhaps_nobody(reached.values("person").distinct().count(), threshold)


@transaction.atomic
def decide_rule(
    *,
    outside_course: OutsideCourse,
    area: CompetenceArea,
    level: TrainingLevel,
    validity_months: int | None,
    completed_from: date,
    completed_until: date | None,
    decided_on: date,
    reason: str,
    by: User | None,
) -> EquivalenceRule:
    """Decide a rule under the next number, and give by it to those who took the course before."""
    OutsideCourse.objects.select_for_update().get(pk=outside_course.pk)
    last = EquivalenceRule.objects.aggregate(last=Max("number"))["last"] or 0
    same = EquivalenceRule.objects.filter(
        Q(completed_until__isnull=True) | Q(completed_until__gte=completed_from),
        outside_course=outside_course,
        area=area,
        level=level,
        withdrawn_on__isnull=True,
    )
    if completed_until is not None:
        same = same.filter(completed_from__lte=completed_until)
    if other := same.first():
        raise RuleError(
            _("Rule %(number)d already gives this for some of the days. Withdraw it first.")
            % {"number": other.number}
        )
    rule = EquivalenceRule(
        number=last + 1,
        outside_course=outside_course,
        area=area,
        level=level,
        validity_months=validity_months,
        completed_from=completed_from,
        completed_until=completed_until,
        decided_on=decided_on,
        reason=reason.strip(),
        by=by,
    )
    rule.full_clean()
    rule.save()
    record("equivalence_rule.decided", rule, by=by, after=_said(rule), reason=rule.reason)
    give_by_rules(
        records=OutsideRecord.objects.standing().filter(outside_course=outside_course),
        rules=[rule],
        by=by,
    )
    return rule


def _said(rule: EquivalenceRule) -> dict[str, object]:
    return {
        "number": rule.number,
        "outside_course": str(rule.outside_course),
        "area": rule.area.code,
        "level": rule.level.number,
        "validity_months": rule.validity_months,
        "completed_from": rule.completed_from.isoformat(),
        "completed_until": rule.completed_until.isoformat() if rule.completed_until else None,
    }


@transaction.atomic
def withdraw_rule(
    *, rule: EquivalenceRule, on: date, reason: str, as_of: date, by: User | None
) -> int:
    """Let a rule give nothing more, and what it gave count no longer from `on`; how many facts
    were revoked."""
    if not reason.strip():
        raise RuleError(_("State the reason."))
    # As where a claim is decided: it gives before this and is revoked, or sees the rule withdrawn.
    OutsideCourse.objects.select_for_update().get(rules=rule.pk)
    locked = EquivalenceRule.objects.select_for_update().get(pk=rule.pk)
    if locked.withdrawn_on is not None:
        raise RuleError(_("The rule has already been withdrawn."))
    if on > as_of:
        raise RuleError(_("The day cannot be later than today."))
    locked.withdrawn_on = on
    locked.save(update_fields=["withdrawn_on"])
    given = list(
        Achievement.objects.standing()
        .filter(rule=locked, revoked_on__isnull=True)
        .select_related("area", "level")
    )
    for row in given:
        row.revoked_on = max(on, row.achieved_on)
        row.revoked_with_rule = True
    Achievement.objects.bulk_update(given, ["revoked_on", "revoked_with_rule"], batch_size=1000)
    record(
        "equivalence_rule.withdrawn",
        locked,
        by=by,
        before={"withdrawn_on": None},
        after={"withdrawn_on": on.isoformat()},
        reason=reason.strip(),
    )
    record_many(
        (
            Entry(
                "achievement.revoked",
                "competence.achievement",
                str(row.pk),
                row.person_id,
                before={**said(row), "revoked_on": None},
                after={
                    **said(row),
                    "revoked_on": row.revoked_on.isoformat() if row.revoked_on else None,
                    "rule": locked.number,
                },
                reason=reason.strip(),
            )
            for row in given
        ),
        by=by,
    )
    return len(given)


def given_by_rules(threshold: int) -> dict[int, About]:
    """Rule → roughly how many people hold something by it. One query."""
    counts = (
        Achievement.objects.standing()
        .filter(rule__isnull=False)
        .values("rule")
        .annotate(people=Count("person", distinct=True))
        .values_list("rule", "people")
    )
    return {rule: About.of(people, threshold) for rule, people in counts}
