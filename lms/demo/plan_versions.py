"""The demo's later versions of the competence plan: a second, decided after preparation, a third
that is out for consultation, on which two units have given their views, and a draft."""

from __future__ import annotations

from datetime import date, timedelta

from competence.models import Consultation, ConsultationComment, PlanVersion
from competence.services.consultations import comment, open_consultation
from competence.services.plan import adopt_plan_version, draft_from
from competence.services.plan_editing import save_requirement
from competence.services.plan_goals import save_goal
from competence.services.plan_states import Status, send_on
from lms.demo import plan
from lms.demo.clock import DemoClock
from lms.demo.organisation import CAST_UNIT
from lms.framework.models import TrainingLevel
from lms.people.models import Unit, User

# Days before the last.
_PREPARED, _DECIDED, _ASSUMED, _SENT_OUT, _ANSWERED, _DRAFTED = 250, 236, 20, 12, 8, 6
# Who gives a view, for which unit, about what.
_VIEWS = (
    (
        *("chef@example.se", CAST_UNIT, ConsultationComment.About.TIMES),
        "Två år är rimligt. Lägg inte förnyelsen i augusti.",
    ),
    (
        *("hr@example.se", "KLK", ConsultationComment.About.RESOURCES),
        "Vi behöver vikarier för att alla ska hinna med kursen.",
    ),
)


def live(*, day: date, days_ago: int, by: User, clock: DemoClock) -> None:
    """What happens with the plan on a day."""
    if days_ago == _PREPARED:
        version = _renewed_otherwise(day, "G13", "OM1", months=48, by=by)
        send_on(version=version, to=Status.PREPARATION, taken_on=day, forum="KSAU", by=by)
    elif days_ago == _DECIDED:
        adopt_plan_version(
            version=PlanVersion.objects.get(status=Status.PREPARATION),
            in_force_from=day + timedelta(days=28),
            adopted_on=day,
            adopted_by="Kommunstyrelsen",
            registry_number=f"KS {day.year}/0518",
            by=by,
        )
    elif days_ago == _SENT_OUT:
        open_consultation(
            version=_renewed_otherwise(day, "G02", "OM9", months=24, by=by),
            opened_on=day,
            closes_on=day + timedelta(days=42),
            units=_asked(),
            organisations=("Polisen, lokalpolisområdet", "Länsstyrelsen"),
            question=_QUESTION,
            by=by,
            at=clock.set(day, 9),
        )
    elif days_ago == _ANSWERED:
        _give_views(day, clock)
    elif days_ago == _ASSUMED:
        plan.count_with_own_cover(day, by)
    elif days_ago == _DRAFTED:
        _ask_for_more(day, by)


# Whoever tries the site while this is made may send out a version of their own.
_QUESTION = "Räcker två år mellan kurserna, och hinner alla?"


def _asked() -> list[Unit]:
    return list(Unit.objects.filter(depth=1).order_by("tree_left")[:5])


def _give_views(day: date, clock: DemoClock) -> None:
    # Who looks around while the history is made may have ended it.
    consultation = Consultation.objects.filter(question=_QUESTION, ended_at=None).first()
    if consultation is None:
        return
    for email, unit, about, text in _VIEWS:
        comment(
            consultation=consultation,
            unit=Unit.objects.get(code=unit),
            about=about,
            key_group=None,
            text=text,
            by=User.objects.get(email=email),
            day=day,
            at=clock.set(day, 10),
        )


def _new_draft(day: date, by: User) -> PlanVersion:
    """A draft from the version in force."""
    current = PlanVersion.objects.in_force_on(day)
    assert current is not None
    return draft_from(current, by=by)


def _ask_for_more(day: date, by: User) -> None:
    """A draft that asks preschools for more, and sets their goal higher: what it would mean stands
    beside it."""
    draft = _new_draft(day, by)
    requirement = draft.requirements.get(key_group__code="G01", area__code="OM5")
    requirement.level = TrainingLevel.objects.get(number=2)
    requirement.effective_from = day + timedelta(days=126)
    save_requirement(requirement=requirement, by=by)
    goal = draft.goals.get(key_group__code="G01", area=None)
    goal.percent, goal.note = 95, "Förslag inför nästa beslut"
    save_goal(goal=goal, by=by)


def _renewed_otherwise(day: date, group: str, area: str, *, months: int, by: User) -> PlanVersion:
    """A draft in which what a group is asked in an area is renewed otherwise."""
    draft = _new_draft(day, by)
    for requirement in draft.requirements.filter(key_group__code=group, area__code=area):
        requirement.renewal_months = months
        save_requirement(requirement=requirement, by=by)
    return draft
