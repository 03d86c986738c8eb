"""Kompetensplanen: what the plan in force asks of whom, open to everyone who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from competence.figures.plan import (
    Names,
    in_effect_q,
    plan_matrix,
    requirements_in_words,
    rule_in_words,
)
from competence.figures.proposals import origins
from competence.figures.way import registry_words
from competence.models import (
    Consultation,
    KeyGroup,
    KeyGroupDefinition,
    PlanVersion,
    State,
    state_words,
    states_on,
)
from competence.views.scope import acting_user
from lms.framework.models import TrainingLevel
from lms.framework.rules import PersonRule
from lms.lib.dates import today
from lms.people.access import Action, Obj, Scope, can, scopes


@dataclass(frozen=True)
class PlanInHistory:
    """A decided version and where it stands."""

    version: PlanVersion
    state: State
    words: str
    registry: str


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    day = today()
    version = PlanVersion.objects.in_force_on(day)
    history = _history(day)
    out = _open_consultations(request, day)
    if version is None:
        return render(
            request, "competence/plan_empty.html", {"history": history, "consultations": out}
        )
    return render(
        request,
        "competence/plan.html",
        {
            "day": day,
            "matrix": plan_matrix(version, day),
            "levels": TrainingLevel.objects.all(),
            "state": state_words(version, State.IN_FORCE),
            "registry": registry_words(version),
            "history": history,
            "consultations": out,
        },
    )


def _history(day: date) -> list[PlanInHistory]:
    """The decided versions, the latest first."""
    versions = list(PlanVersion.objects.adopted().order_by("-number"))
    states = states_on(versions, day)
    return [
        PlanInHistory(
            version,
            states[version.pk],
            state_words(version, states[version.pk]),
            registry_words(version),
        )
        for version in versions
    ]


def _open_consultations(request: HttpRequest, day: date) -> list[Consultation]:
    """The consultations on the competence plan that take views, for who may read them."""
    if not can(request.user, Action.READ, Obj.CONSULTATION, day=day):
        return []
    out = PlanVersion.objects.sent().filter(status=PlanVersion.Status.CONSULTATION)
    numbers = list(out.values_list("number", flat=True))
    return list(
        Consultation.objects.filter(
            document=PlanVersion.kind, number__in=numbers, closes_on__gte=day
        )
    )


@require_safe
def key_group(request: HttpRequest, code: str) -> HttpResponse:
    """Who belongs to a key group, and what it asks of them."""
    day = today()
    group = get_object_or_404(KeyGroup.objects.outside_drafts(), code=code)
    version = PlanVersion.objects.in_force_on(day)
    definition = KeyGroupDefinition.objects.filter(plan_version=version, key_group=group).first()
    rules = [PersonRule.from_json(rule) for rule in definition.rules] if definition else []
    names = Names.of(rules)
    requirements = list(
        group.requirements.filter(in_effect_q(day), plan_version=version)
        .select_related("area", "level")
        .order_by("kind", "area__sort_order", "area__code", "level__number")
    )
    traces = origins(version, group) if version and _reads_needs(request, day) else {}
    return render(
        request,
        "competence/key_group.html",
        {
            "day": day,
            "group": group,
            "version": version,
            "rules": [rule_in_words(rule, names) for rule in rules],
            "requirements": [
                (words, traces.get((group.pk, row.area_id, row.level_id), []))
                for words, row in zip(
                    requirements_in_words(requirements), requirements, strict=True
                )
            ],
            "is_member": _is_named(request, group),
        },
    )


def _reads_needs(request: HttpRequest, day: date) -> bool:
    """Whether the reader may see which units a requirement came from: those who answer about needs,
    confirm the answers, or read them all."""
    may = scopes(request.user, Action.READ, Obj.NEEDS_ASSESSMENT, day=day)
    return bool(may & {Scope.ALL, Scope.SUB})


def _is_named(request: HttpRequest, group: KeyGroup) -> bool:
    """Whether the reader is a key person of the group today: said to nobody else."""
    person = acting_user(request).person
    if person is None:
        return False
    day = today()
    return any(
        naming.starts_on <= day and (naming.ends_on is None or day <= naming.ends_on)
        for naming in person.namings.filter(key_group=group, withdrawn_at__isnull=True)
    )
