"""What the pages need to know of each plan to let its versions go the same way: its name, where it
is edited, and how a proposal is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.figures.activities import ActivityLine, activity_lines
from competence.figures.budget import budget
from competence.figures.goal_lines import goal_lines
from competence.figures.plan import Names, plan_matrix, requirements_in_words, rule_in_words
from competence.figures.plan_changes import plan_changes
from competence.figures.plan_changes_words import (
    GroupChangeWords,
    changes_in_words,
    goals_in_words,
)
from competence.figures.training_changes import training_changes
from competence.figures.training_changes_words import (
    training_changes_in_words,
    training_figures,
)
from competence.figures.way import way_of
from competence.models import (
    Consultation,
    DecidedDocument,
    KeyGroup,
    PlanVersion,
    Requirement,
    TrainingPlanVersion,
)
from competence.services.assumptions import assumptions_on
from competence.services.plan import take_back_plan_version
from competence.services.plan_content import content_of, goals_of
from competence.services.plan_states import PlanError
from competence.services.training_plan import take_back_training_plan
from lms.content.models import SiteSettings
from lms.framework.models import TrainingLevel
from lms.framework.rules import PersonRule

View = Callable[..., HttpResponse]
Version = TypeVar("Version", PlanVersion, TrainingPlanVersion)


def said_where_refused(page: str) -> Callable[[View], View]:
    """A view of a draft (its `number`) that somebody sent on, or that otherwise cannot be changed
    so, says why on the version's page."""

    def wrapped(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, number: int, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, number, *args, **kwargs)
            except PlanError as error:
                messages.error(request, str(error))
                return redirect(page, number)

        return answered

    return wrapped


@dataclass(frozen=True)
class PlanKind:
    """One of the plans. `admin_page` and `adopt_page`: the names of a version's addresses in the
    admin, which take its number. `take_back`: closes a sent version and makes the draft it goes on
    as. `proposal`: what the template of the proposal shows of a version on a day. `key_groups`:
    those that a view on a version can be about."""

    model: type[DecidedDocument]
    name: str | Promise
    admin_page: str
    adopt_page: str
    take_back: Callable[..., DecidedDocument]
    template: str
    proposal: Callable[[Any, date], dict[str, Any]]
    key_groups: Callable[[Any], Iterable[KeyGroup]]


def _competence_plan(version: PlanVersion, day: date) -> dict[str, Any]:
    """The matrix, what is changed against the plan in force, and each key group in words."""
    current = PlanVersion.objects.in_force_on(day)
    changes = plan_changes(content_of(current), content_of(version)) if current else None
    return {
        "matrix": plan_matrix(version, None),
        "levels": TrainingLevel.objects.all(),
        "current": current,
        "changes": changes,
        "changed": changes_in_words(changes) if changes else (),
        "groups": group_pages(version),
        "goals": goal_lines(version),
    }


def _training_plan(version: TrainingPlanVersion, day: date) -> dict[str, Any]:
    """The activities, what is changed against the plan in force, and what they cost."""
    lines = training_lines(version, day)
    current = TrainingPlanVersion.objects.in_force_on(day)
    return {
        "lines": lines,
        "budget": budget(lines),
        "current": current,
        **training_changes_context(current, lines, day),
    }


def training_lines(version: TrainingPlanVersion, day: date) -> tuple[ActivityLine, ...]:
    return activity_lines(
        version,
        day=day,
        assumed=assumptions_on(day),
        threshold=SiteSettings.load().suppression_threshold,
    )


def training_changes_context(
    earlier: TrainingPlanVersion | None, lines: Sequence[ActivityLine], day: date
) -> dict[str, Any]:
    """What competence/part_training_changes.html shows of a version's activities against an
    earlier version; nothing without one."""
    if earlier is None:
        return {"changes": None, "changed": (), "beside": ()}
    changes = training_changes(training_lines(earlier, day), lines)
    return {
        "changes": changes,
        "changed": training_changes_in_words(changes),
        "beside": training_figures(changes),
    }


def compared_with(version: Version, day: date) -> Version | None:
    """What a version is told apart from: a decided one from the one decided before it, any other
    from the one in force."""
    versions = type(version).objects  # type: ignore[attr-defined]
    if version.status != DecidedDocument.Status.ADOPTED:
        found: Version | None = versions.in_force_on(day)
    else:
        found = versions.adopted().filter(number__lt=version.number).order_by("-number").first()
    return found


def changed_goals(version: PlanVersion, day: date) -> tuple[GroupChangeWords, ...]:
    """What a version that is to be decided says otherwise of the coverage goals than the plan in
    force on the day. They change nothing for anybody, so the consequences do not tell of them."""
    current = PlanVersion.objects.in_force_on(day)
    return goals_in_words(goals_of(current) if current else (), goals_of(version))


def group_pages(version: PlanVersion) -> list[dict[str, Any]]:
    """Who belongs to each key group of a version, and what is asked of them, in words. Of a draft
    also the key groups that it does not have: they are put into it there."""
    by_group: dict[int, list[Requirement]] = {}
    for requirement in version.requirements.select_related("area", "level").order_by(
        "kind", "area__sort_order", "area__code", "level__number", "effective_from"
    ):
        by_group.setdefault(requirement.key_group_id, []).append(requirement)
    rules = {
        definition.key_group_id: [PersonRule.from_json(rule) for rule in definition.rules]
        for definition in version.definitions.all()
    }
    names = Names.of(rule for of_group in rules.values() for rule in of_group)
    every = KeyGroup.objects.all()
    groups = every if version.is_draft else every.in_versions([version])
    return [
        {
            "group": group,
            "rules": [rule_in_words(rule, names) for rule in rules.get(group.pk, [])],
            "requirements": requirements_in_words(by_group.get(group.pk, [])),
        }
        for group in groups
    ]


KINDS = {
    PlanVersion.kind: PlanKind(
        model=PlanVersion,
        name=gettext_lazy("The competence plan"),
        admin_page="competence_admin:version",
        adopt_page="competence_admin:adopt",
        take_back=take_back_plan_version,
        template="competence/part_proposal.html",
        proposal=_competence_plan,
        key_groups=lambda version: KeyGroup.objects.in_versions([version]),
    ),
    TrainingPlanVersion.kind: PlanKind(
        model=TrainingPlanVersion,
        name=gettext_lazy("The training plan"),
        admin_page="competence_admin:training_version",
        adopt_page="competence_admin:adopt_training",
        take_back=take_back_training_plan,
        template="competence/part_training_proposal.html",
        proposal=_training_plan,
        key_groups=lambda _version: KeyGroup.objects.outside_drafts(),
    ),
}


def way_context(version: DecidedDocument, day: date) -> dict[str, Any]:
    """What competence/admin/part_version_way.html shows of a version."""
    return {
        "plan": KINDS[version.kind],
        "way": way_of(version, day),
        "steps": version.steps.all(),  # type: ignore[attr-defined]
        "continued_as": version.continued_as.first(),  # type: ignore[attr-defined]
        "consultation": Consultation.objects.on(version.kind, version.number).first(),
    }


def decided_already(request: HttpRequest, page: str, number: int) -> HttpResponse:
    """The decision sent twice, or by two: the second is told on the version's page, which says what
    was decided. There is no page to decide on from."""
    if request.method != "POST":
        raise Http404
    messages.error(request, _("The version is decided or closed already. Nothing was changed."))
    return redirect(page, number)


def thrown_away(what: str, version: DecidedDocument, *, changed: bool) -> str:
    """What is said before a draft is thrown away: what goes with it, and what led to it."""
    said = [what]
    if changed:
        said.insert(0, _("Somebody has changed the draft since you opened the page. Look at it."))
    if version.continues is not None:
        said.append(
            _(
                "It is what version %(number)s goes on as: thrown away, no decision ends the "
                "consultation on that version, and you close it yourself."
            )
            % {"number": version.continues.number}
        )
    return " ".join(said)


def version_or_404(kind: str, number: int) -> tuple[PlanKind, DecidedDocument]:
    """The plan of an address, and its version."""
    plan = KINDS.get(kind)
    version = plan.model._default_manager.filter(number=number).first() if plan else None
    if plan is None or version is None:
        raise Http404
    return plan, cast(DecidedDocument, version)
