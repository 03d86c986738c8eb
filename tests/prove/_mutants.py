"""Deliberate faults in the engine, one or more for every sentence of docs/gap.md: the module, the text
that is right, the text that is wrong, and the sentence it breaks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    module: str
    right: str
    wrong: str
    breaks: str


MUTANTS = [
    # Rules
    Mutant(
        "rules",
        "(not self.units or not units.isdisjoint(self.units))",
        "True",
        "Rule: units",
    ),
    Mutant(
        "rules",
        " and units.isdisjoint(\n            self.except_units\n        )",
        "",
        "Rule: except_units",
    ),
    Mutant(
        "rules", "(not self.job_codes or job_code in self.job_codes)", "True", "Rule: job_codes"
    ),
    Mutant("rules", "and job_code not in self.except_job_codes", "", "Rule: except_job_codes"),
    Mutant("rules", "and (not self.forms or form in self.forms)", "", "Rule: forms"),
    Mutant("rules", "and (is_manager or not self.managers_only)", "", "Rule: managers_only"),
    Mutant(
        "rules",
        "(not self.forms or form in self.forms)",
        "(not self.forms or not form or form in self.forms)",
        "Rule: an empty form matches none",
    ),
    Mutant("facts", "(unit_pk, *self.above(parent))", "(unit_pk,)", "Rule: or below one"),
    Mutant(
        "membership",
        "if any(rule.fits_place(units) for rule in rules)",
        "if all(rule.fits_place(units) for rule in rules)",
        "Key group: any rule; without rules nobody by rule",
    ),
    # Membership
    Mutant("membership", "LONGEST_BREAK = 30", "LONGEST_BREAK = 29", "At most 30 days apart"),
    Mutant("membership", "LONGEST_BREAK = 30", "LONGEST_BREAK = 31", "At most 30 days apart"),
    Mutant(
        "membership",
        "joined(periods, gap=LONGEST_BREAK)[-1][0]",
        "joined(periods, gap=LONGEST_BREAK)[0][0]",
        "The run that contains D",
    ),
    Mutant(
        "membership",
        "joined(periods, gap=LONGEST_BREAK)[-1][0]",
        "max(periods)[0]",
        "Intervals that overlap or touch are one run",
    ),
    Mutant(
        "membership",
        "if any(end >= day for _, end in spells)",
        "if spells",
        "The run does not make anyone a member during a break",
    ),
    Mutant(
        "membership",
        "if any(end >= day for _, end in spells)",
        "if any(end > day for _, end in spells)",
        "The last day is inclusive",
    ),
    Mutant(
        "membership",
        "if only.ends < day:",
        "if only.ends <= day:",
        "An employment's last day is inclusive",
    ),
    Mutant(
        "membership",
        " and person.pk not in plan.groups[group_pk].excluded\n    ]",
        "\n    ]",
        "Excluded, with several employments or a naming",
    ),
    Mutant(
        "membership",
        "            if person.pk not in plan.groups[group_pk].excluded\n",
        "",
        "Excluded, with one employment",
    ),
    Mutant(
        "membership",
        "    for naming in person.namings:",
        "    for naming in ():",
        "Or is named in it on D",
    ),
    Mutant(
        "loader",
        "begun = Q(starts_on__lte=as_of)",
        "begun = Q()",
        "A future employment or naming makes nobody a member",
    ),
    # Which requirements
    Mutant(
        "loader",
        "PlanVersion.objects.in_force_on(as_of)",
        'PlanVersion.objects.adopted().order_by("number").last()',
        "The version in force on D",
    ),
    Mutant(
        "loader",
        "Q(effective_until__isnull=True) | Q(effective_until__gte=as_of)",
        "Q()",
        "Effective last day",
    ),
    Mutant(
        "loader",
        "Q(effective_until__gte=as_of)",
        "Q(effective_until__gt=as_of)",
        "Effective last day, inclusive",
    ),
    Mutant("loader", "        effective_from__lte=as_of,\n", "", "Effective first day"),
    # 1. Counting days without leave
    Mutant("days", "for start, end in leaves:", "for start, end in ():", "1: leave is not counted"),
    Mutant("days", "if count <= working:", "if count < working:", "1: the earliest day"),
    Mutant(
        "days",
        "if end >= LAST_DAY:\n            return None",
        "if end >= LAST_DAY:\n            return day",
        "1: an open leave, no such day",
    ),
    Mutant(
        "days",
        "max(start - day - 1, 0)",
        "max(start - day, 0)",
        "1: the first day of leave is leave",
    ),
    Mutant(
        "days",
        "        day = end\n    return",
        "        day = end + 1\n    return",
        "1: the last day of leave is leave",
    ),
    Mutant(
        "loader",
        "joined((starts.toordinal(), as_end(ends)) for _, starts, ends in leaves)",
        "[(starts.toordinal(), as_end(ends)) for _, starts, ends in leaves]",
        "1: overlapping leaves count once",
    ),
    # 2. Which achievements count
    Mutant(
        "validity",
        "if achievement.level < level:",
        "if achievement.level != level:",
        "2: a higher level counts",
    ),
    Mutant(
        "validity", "if achievement.level < level:", "if False:", "2: a lower level does not count"
    ),
    Mutant(
        "loader",
        "Q(revoked_on__isnull=True) | Q(revoked_on__gt=as_of),",
        "",
        "2: not revoked on or before D",
    ),
    Mutant("loader", "Q(revoked_on__gt=as_of)", "Q(revoked_on__gte=as_of)", "2: not revoked on D"),
    Mutant(
        "loader",
        "Q(revoked_on__isnull=True) | Q(revoked_on__gt=as_of)",
        "Q(revoked_on__isnull=True)",
        "2: revoked after D still counts",
    ),
    Mutant("loader", "achieved_on__lte=as_of", "achieved_on__lt=as_of", "2: achieved on D counts"),
    Mutant("loader", ", achieved_on__lte=as_of", "", "2: achieved after D does not count"),
    Mutant(
        "rows", "by_area.get(requirement.area_pk, ())", "person.achievements", "2: in the same area"
    ),
    # 3. Last valid day
    Mutant("validity", "if period_last < last:", "if True:", "3: its own valid_until caps it"),
    Mutant("validity", "if period_last < last:", "if False:", "3: renewal months cap it"),
    Mutant("days", "toordinal() - 1", "toordinal()", "3: minus one day"),
    Mutant(
        "days",
        "add_months(date.fromordinal(anchor), months).toordinal()",
        "(anchor + 30 * months)",
        "3: months keep the day of the month",
    ),
    Mutant(
        "validity",
        "earlier_last is not None and 0 <= earlier_last - achieved_on <= window_days",
        "False",
        "3: renewing early loses no days",
    ),
    Mutant(
        "validity",
        "0 <= earlier_last - achieved_on <= window_days",
        "earlier_last - achieved_on <= window_days",
        "3: P on or after achieved_on",
    ),
    Mutant(
        "validity",
        "0 <= earlier_last - achieved_on <= window_days",
        "0 <= earlier_last - achieved_on",
        "3: within window_days",
    ),
    Mutant("validity", "<= window_days", "< window_days", "3: the window's edge"),
    Mutant(
        "validity",
        "0 <= earlier_last - achieved_on",
        "0 < earlier_last - achieved_on",
        "3: renewed on the last day",
    ),
    Mutant("validity", "return earlier_last + 1", "return earlier_last", "3: the anchor is P + 1"),
    Mutant(
        "validity",
        "if achieved_on != current_day:",
        "if True:",
        "3: an earlier achieved_on, not the same",
    ),
    Mutant(
        "loader", "filter(decided_on__lte=as_of)", "all()", "3: an order counts from decided_on"
    ),
    Mutant(
        "loader",
        "decided_on__lte=as_of",
        "decided_on__lt=as_of",
        "3: an order counts on decided_on",
    ),
    Mutant(
        "validity",
        "achieved_on < order.achieved_before",
        "True",
        "3: an order covers what was achieved before",
    ),
    Mutant(
        "validity",
        "achieved_on < order.achieved_before",
        "achieved_on <= order.achieved_before",
        "3: before that day",
    ),
    Mutant(
        "validity",
        "order.level is None or order.level == level",
        "order.level is None or order.level <= level",
        "3: at that level",
    ),
    Mutant(
        "validity",
        "(order.level is None or order.level == level)",
        "order.level == level",
        "3: or every level",
    ),
    Mutant("validity", "and order.last_valid < ends", "", "3: the earlier of the caps"),
    # 4. Best
    Mutant("validity", "if last > best_last:", "if True:", "4: the latest last valid day"),
    Mutant(
        "status",
        "best is not None and day <= best.last_valid",
        "best is not None and day < best.last_valid",
        "4: valid on its last day",
    ),
    # 5. Due day
    Mutant(
        "status",
        "max(member_since, requirement.effective_from)",
        "member_since",
        "5: the requirement's first effective day",
    ),
    Mutant(
        "status",
        "max(member_since, requirement.effective_from)",
        "requirement.effective_from",
        "5: member since",
    ),
    Mutant(
        "status",
        "after(base, requirement.grace_days, leaves)",
        "base + requirement.grace_days",
        "5: grace days without leave",
    ),
    Mutant("status", "return max(due, ran_out)", "return due", "5: the latest of that and E"),
    Mutant("status", "return max(due, ran_out)", "return ran_out", "5: the latest of E and that"),
    Mutant("status", "covers(leaves, ran_out + 1)", "False", "5: E + 1 a leave day"),
    Mutant(
        "status",
        "covers(leaves, ran_out + 1)",
        "covers(leaves, ran_out)",
        "5: E + 1, not E, a leave day",
    ),
    Mutant("status", "max(due, ran_out, on_return)", "on_return", "5: the latest of the three"),
    Mutant(
        "status",
        "None if on_return is None else",
        "max(due, ran_out) if on_return is None else",
        "5: one of these days does not exist",
    ),
    # Status table
    Mutant("rows", "paused = bool(leaves) and covers(leaves, day)", "paused = False", "paused"),
    Mutant("rows", "if paused:", "if paused and not person.exemptions:", "paused before exempt"),
    Mutant(
        "status",
        "and exemption.level >= requirement.level",
        "and exemption.level == requirement.level",
        "exempt: level or higher",
    ),
    Mutant("status", "and exemption.level >= requirement.level", "", "exempt: not a lower level"),
    Mutant("status", "exemption.area_pk == requirement.area_pk and ", "", "exempt: in the area"),
    Mutant(
        "loader",
        "Exemption.objects.filter(valid_on_q(as_of), withdrawn_at__isnull=True)",
        "Exemption.objects.filter(withdrawn_at__isnull=True)",
        "exempt: covers D",
    ),
    Mutant(
        "loader",
        "valid_on_q(as_of), withdrawn_at__isnull=True",
        "valid_on_q(as_of)",
        "exempt: a withdrawn one does not count",
    ),
    Mutant(
        "status",
        "<= requirement.window_days",
        "< requirement.window_days",
        "expiring: last valid day − D ≤ window_days",
    ),
    Mutant(
        "status",
        "if due is None or day <= due:",
        "if due is None or day < due:",
        "pending: D ≤ due_on",
    ),
    Mutant(
        "status",
        "if due is None or day <= due:",
        "if due is not None and day <= due:",
        "pending: or there is no due day",
    ),
    Mutant("status", "OVERDUE if best is None else EXPIRED", "OVERDUE", "expired or overdue"),
    Mutant(
        "status",
        "return Verdict(PENDING, due, ran_out)",
        "return Verdict(PENDING, due)",
        "pending shows E",
    ),
    # The cell
    Mutant(
        "rows",
        "        if row.mandatory:\n            key",
        "        if True:\n            key",
        "Cell: mandatory pairs only",
    ),
    Mutant(
        "rows",
        "SEVERITY[row.status] < SEVERITY[known]",
        "SEVERITY[row.status] > SEVERITY[known]",
        "Cell: the worst",
    ),
    Mutant(
        "status",
        '    EXEMPT = "exempt"\n    PAUSED = "paused"',
        '    PAUSED = "paused"\n    EXEMPT = "exempt"',
        "Cell: the order of statuses",
    ),
    Mutant(
        "status",
        '    OVERDUE = "overdue"\n    EXPIRED = "expired"\n    PENDING = "pending"\n    EXPIRING = "expiring"',
        '    OVERDUE = "overdue"\n    EXPIRED = "expired"\n    EXPIRING = "expiring"\n    PENDING = "pending"',
        "Cell: pending is worse than expiring",
    ),
    # Coverage
    Mutant(
        "coverage",
        'return "introduction" if PENDING in statuses else "covered"',
        'return "covered"',
        "Coverage: introduction",
    ),
    Mutant("coverage", "if statuses & GAPS:", "if statuses <= GAPS:", "Coverage: any pair a gap"),
    Mutant(
        "status",
        "GAPS = frozenset({OVERDUE, EXPIRED})",
        "GAPS = frozenset({OVERDUE})",
        "Coverage: expired is a gap",
    ),
    Mutant(
        "coverage",
        "counted = self.covered + self.gap",
        "counted = self.members",
        "Coverage: introduction and paused in neither part",
    ),
    Mutant(
        "coverage",
        "kind = mandatory if row.mandatory else recommended",
        "kind = mandatory",
        "Coverage: mandatory requirements only; uptake apart",
    ),
    Mutant(
        "coverage",
        "if employment.ends >= plan.day",
        "if employment.ends > plan.day",
        "Coverage: active employment on D",
    ),
    Mutant(
        "coverage", "if employment.ends >= plan.day", "if True", "Coverage: any active employment"
    ),
    Mutant(
        "coverage",
        "for unit in plan.units.above(employment.unit_pk)",
        "for unit in (employment.unit_pk,)",
        "Coverage: every unit above",
    ),
    Mutant(
        "coverage",
        "units = units_of(person, plan)",
        "units = [unit for fact in person.employments if fact.ends >= plan.day "
        "for unit in plan.units.above(fact.unit_pk)]",
        "Coverage: once in every unit",
    ),
    Mutant(
        "rows",
        "only = best is None or best.last_valid < day",
        "only = True",
        "Coverage: covered only through an exemption",
    ),
    Mutant(
        "coverage",
        'if standing == "covered":',
        "if True:",
        "Coverage: of the covered",
    ),
    Mutant(
        "rows",
        "as_of <= row.valid_until <= limit",
        "as_of < row.valid_until <= limit",
        "Within 90 days: from D",
    ),
    Mutant(
        "rows",
        "as_of <= row.valid_until <= limit",
        "row.valid_until <= limit",
        "Within 90 days: not what has run out",
    ),
    Mutant("rows", "days: int = 90", "days: int = 89", "Within 90 days"),
]
