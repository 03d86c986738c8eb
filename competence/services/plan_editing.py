"""Editing a draft of the plan: its key groups' rules and its requirements. An adopted version is
never edited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from competence.models import KeyGroup, KeyGroupDefinition, PlanVersion, Requirement
from competence.services.plan_states import locked_draft
from lms.audit.services import record
from lms.framework.rules import PersonRule
from lms.people.models import Person, User


@transaction.atomic
def define_key_group(
    *,
    version: PlanVersion,
    key_group: KeyGroup,
    rules: Iterable[PersonRule],
    excluded: Iterable[Person],
    by: User | None,
) -> KeyGroupDefinition:
    """Who belongs to a key group by rule in a draft, and who is left out."""
    draft = locked_draft(version)
    definition, _created = KeyGroupDefinition.objects.get_or_create(
        plan_version=draft, key_group=key_group
    )
    before = {"rules": definition.rules, "excluded": _ids(definition.excluded.all())}
    definition.rules = [rule.to_json() for rule in rules]
    definition.save(update_fields=["rules"])
    definition.excluded.set(excluded)
    record(
        "plan_version.key_group_defined",
        draft,
        by=by,
        before={"key_group": key_group.code, **before},
        after={
            "key_group": key_group.code,
            "rules": definition.rules,
            "excluded": _ids(definition.excluded.all()),
        },
    )
    return definition


@transaction.atomic
def save_requirement(*, requirement: Requirement, by: User | None) -> Requirement:
    """Add a requirement to a draft, or change it there."""
    draft = locked_draft(requirement.plan_version)
    requirement.full_clean()
    is_new = requirement.pk is None
    before = {} if is_new else _said(Requirement.objects.get(pk=requirement.pk))
    requirement.save()
    record(
        "plan_version.requirement_added" if is_new else "plan_version.requirement_changed",
        draft,
        by=by,
        before=before,
        after=_said(requirement),
    )
    return requirement


@transaction.atomic
def remove_requirement(*, requirement: Requirement, by: User | None) -> None:
    """Take a requirement out of a draft."""
    draft = locked_draft(requirement.plan_version)
    record("plan_version.requirement_removed", draft, by=by, before=_said(requirement))
    requirement.delete()


@transaction.atomic
def create_key_group(*, code: str, name: str, description: str, by: User | None) -> KeyGroup:
    """A new key group, empty until a plan version defines it."""
    group = KeyGroup(code=code, name=name, description=description)
    group.full_clean()
    group.save()
    record("key_group.created", group, by=by, after={"code": code, "name": name})
    return group


@transaction.atomic
def discard_draft(*, version: PlanVersion, by: User | None) -> None:
    """Throw a draft away: nothing has ever rested on it."""
    draft = locked_draft(version)
    record("plan_version.discarded", draft, by=by, before={"number": draft.number})
    draft.chapters.all().delete()
    draft.goals.all().delete()
    draft.requirements.all().delete()
    draft.definitions.all().delete()
    draft.delete()


def _ids(people: Iterable[Person]) -> list[str]:
    return sorted(person.person_id for person in people)


def _said(requirement: Requirement) -> dict[str, Any]:
    return {
        "key_group": requirement.key_group.code,
        "area": requirement.area.code,
        "level": requirement.level.number,
        "kind": requirement.kind,
        "effective_from": requirement.effective_from.isoformat(),
        "effective_until": (
            requirement.effective_until.isoformat() if requirement.effective_until else None
        ),
        "grace_days": requirement.grace_days,
        "renewal_months": requirement.renewal_months,
        "window_days": requirement.window_days,
    }
