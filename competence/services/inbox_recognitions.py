"""Claims of outside courses as a kind of the reviewer's inbox."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.models import EquivalenceRule, Recognition
from competence.services.equivalence import gives_to
from competence.services.inbox import Case, register_inbox_kind
from competence.services.recognition import RecognitionError, decide_recognitions, is_from
from lms.people.access import Obj
from lms.people.models import User


def fitting_rules(claims: Iterable[Recognition]) -> dict[int, list[EquivalenceRule]]:
    """Claim → the standing rules that give something for it. One query."""
    wanted = list(claims)
    rules: dict[int, list[EquivalenceRule]] = {}
    for rule in EquivalenceRule.objects.filter(
        outside_course__in={claim.outside_course_id for claim in wanted},
        withdrawn_on__isnull=True,
    ).select_related("area", "level"):
        rules.setdefault(rule.outside_course_id, []).append(rule)
    return {
        claim.pk: [
            rule for rule in rules.get(claim.outside_course_id or 0, ()) if gives_to(rule, claim)
        ]
        for claim in wanted
    }


def rule_gives(rule: EquivalenceRule) -> str:
    return _("rule %(number)d gives %(area)s %(level)s") % {
        "number": rule.number,
        "area": rule.area.label,
        "level": rule.level.name,
    }


class RecognitionCases:
    code = "kurs"
    label: str | Promise = gettext_lazy("Outside courses")
    obj = Obj.RECOGNITION

    def waiting(self) -> int:
        return Recognition.objects.waiting().count()

    def cases(self, day: date, most: int, *, by: User) -> Sequence[Case]:
        return self._cases(Recognition.objects.waiting(), day, most, by)

    def cases_of(self, pks: Collection[int], day: date, *, by: User) -> Sequence[Case]:
        return self._cases(Recognition.objects.waiting().filter(pk__in=pks), day, len(pks), by)

    def _cases(
        self, claims: QuerySet[Recognition], day: date, most: int, by: User
    ) -> Sequence[Case]:
        shown = list(
            claims.select_related("person", "outside_course", "sheet").order_by("created_at", "pk")[
                :most
            ]
        )
        rules = fitting_rules(shown)
        return [self._case(claim, rules[claim.pk], day, by) for claim in shown]

    def _case(self, claim: Recognition, rules: list[EquivalenceRule], day: date, by: User) -> Case:
        about_them = claim.person_id == by.person_id
        own = about_them or is_from(by, claim)
        if about_them:
            suggestion = _("This is your own claim. Somebody else has to decide on it.")
        elif own:
            suggestion = _("You have reported this yourself. Somebody else has to decide on it.")
        elif rules:
            suggestion = "; ".join(rule_gives(rule) for rule in rules)
            suggestion = suggestion[:1].upper() + suggestion[1:]
        elif claim.outside_course is None:
            suggestion = _("The course is not in the list.")
        else:
            suggestion = _("No rule speaks of this course on that day.")
        return Case(
            kind=self.code,
            pk=claim.pk,
            person_name=claim.person.name,
            about=date_format(claim.completed_on, "DATE_FORMAT")
            if claim.outside_course
            else _("%(course)s, %(day)s")
            % {
                "course": claim.course_name,
                "day": date_format(claim.completed_on, "DATE_FORMAT"),
            },
            days=claim.days_waited(day),
            suggestion=suggestion,
            ready=bool(rules) and not own,
            group=claim.course_name if claim.outside_course else _("Courses outside the list"),
            note=claim.note,
            url=reverse("competence_admin:recognition", args=[claim.pk]),
            own=own,
        )

    def decide(
        self, pks: Collection[int], *, approved: bool, reason: str, by: User, at: datetime
    ) -> int:
        claims = list(Recognition.objects.filter(pk__in=pks).select_related("outside_course"))
        if approved and any(not rules for rules in fitting_rules(claims).values()):
            raise RecognitionError(_("One of them fits no rule. It is decided by itself."))
        decided = decide_recognitions(
            recognitions=claims, approved=approved, reason=reason, by=by, at=at
        )
        return len(decided.recognitions)


register_inbox_kind(RecognitionCases())
