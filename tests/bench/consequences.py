"""What a changed level in a draft would mean, as the coordinator waits for it while writing
(features.md B14, D6): the municipality of CONFORMANCE_DIR, and on PostgreSQL 100,000 people. The
widest key group's level, a middling one's, and a requirement that asks everybody: whom it asks, who
lacks it, and the panel as a browser asks for it. Beside each stands one run of the engine over
everybody, of which a decision that is made and taken back would take two. On the clock and in
processor time of this process: where others use the machine, only the latter says something."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django

from tests.bench import say_times, timed
from tests.bench.engine import DAY, grow

if TYPE_CHECKING:
    from competence.models import PlanVersion, Requirement

ROUNDS = 3
MANY = 100_000
BOUND = 3.0
"""Seconds, for what is shown while one writes; docs/decisions/0092."""
NAMED_BOUND = 3
"""Runs of the engine over everybody, for the names behind a reason."""


def load(organisation: Path) -> None:
    from django.db import connection

    from competence.services.fact_files import import_achievements, import_exemptions
    from competence.services.framework_file import import_framework
    from tests.builders.organisation_files import load_organisation

    load_organisation(organisation)
    import_framework(
        content=(organisation / "framework.yaml").read_bytes(), name="framework.yaml", today=DAY
    )
    import_achievements(source=organisation / "achievements.csv")
    import_exemptions(source=organisation / "exemptions.csv")
    if connection.vendor == "postgresql":
        grow(MANY)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def changed_level(version: PlanVersion, asked: Requirement) -> tuple[PlanVersion, Requirement]:
    """A draft in which the requirement asks for another level."""
    from competence.services.plan import draft_from
    from lms.framework.models import TrainingLevel

    draft = draft_from(version, by=None)
    changed = draft.requirements.get(
        key_group=asked.key_group,
        area=asked.area,
        level=asked.level,
        effective_from=asked.effective_from,
    )
    changed.level = TrainingLevel.objects.order_by("-number").exclude(pk=asked.level_id)[0]
    changed.save()
    return draft, changed


def asking_everybody(version: PlanVersion, like: Requirement) -> tuple[PlanVersion, Requirement]:
    """A draft with a key group of everybody, who are asked for the like."""
    from competence.models import Requirement
    from competence.services.plan import draft_from
    from competence.services.plan_editing import create_key_group, define_key_group
    from lms.framework.rules import PersonRule

    draft = draft_from(version, by=None)
    group = create_key_group(code="ALL", name="Alla", description="", by=None)
    define_key_group(version=draft, key_group=group, rules=[PersonRule()], excluded=[], by=None)
    asked = Requirement.objects.get(pk=like.pk)
    asked.pk, asked.plan_version, asked.key_group = None, draft, group
    asked.save()
    return draft, asked


class Panel:
    """The live panel, asked for as the script of the form does."""

    def __init__(self) -> None:
        from django.conf import settings
        from django.test import Client

        from lms.people.roles import Role
        from tests.builders.people import account_with

        settings.ALLOWED_HOSTS = ["*"]
        self._client = Client()
        self._client.force_login(account_with(Role.COORDINATOR))

    def ask(self, version: PlanVersion, requirement: Requirement) -> None:
        written = {
            "key_group": requirement.key_group_id,
            "area": requirement.area_id,
            "level": requirement.level_id,
            "kind": requirement.kind,
            "effective_from": requirement.effective_from.isoformat(),
            "grace_days": requirement.grace_days,
            "renewal_months": requirement.renewal_months or "",
            "window_days": requirement.window_days,
        }
        answer = self._client.post(
            f"/admin/kompetens/plan/{version.number}/krav/{requirement.pk}/foljder/", written
        )
        assert answer.status_code == 200, answer.status_code
        assert "<h" in answer.content.decode()


def measure() -> bool:
    """Whether all keep their bounds, in processor time."""
    from unittest.mock import patch

    from competence.engine import iter_gap_rows
    from competence.models import PlanVersion
    from competence.services.plan_consequences import asked_by, compared, needs_by
    from lms.people.models import Person

    in_force = PlanVersion.objects.in_force_on(DAY)
    assert in_force is not None
    members: dict[int, int] = {}
    for row in iter_gap_rows(None, DAY):
        if row.mandatory:
            members[row.requirement_pk] = members.get(row.requirement_pk, 0) + 1
    most = sorted(members, key=lambda pk: members[pk])
    widest, middling = (in_force.requirements.get(pk=pk) for pk in (most[-1], most[len(most) // 2]))
    people = Person.objects.count()
    floor = timed(lambda: sum(1 for _ in iter_gap_rows(None, DAY)))
    drafts = [
        (
            f"{words} requirement's level ({members[asked.pk]} members)",
            changed_level(in_force, asked),
        )
        for words, asked in (("the widest", widest), ("a middling", middling))
    ]
    drafts.append(("a requirement of everybody", asking_everybody(in_force, middling)))
    panel = Panel()
    kept = True
    for words, (draft, requirement) in drafts:
        runs = {
            "whom it asks": lambda draft=draft: asked_by(compared(draft, DAY)),
            "who lacks it": lambda draft=draft: needs_by(compared(draft, DAY)),
            "the panel": lambda draft=draft, asked=requirement: panel.ask(draft, asked),
        }
        for what, run in runs.items():
            with patch("competence.views.admin_consequences.today", lambda: DAY):
                took = timed(run, rounds=ROUNDS)
            say_times(f"consequences of {words}, {what}", people, took, floor)
            if what == "who lacks it":
                kept &= took.processor < NAMED_BOUND * floor.processor
            else:
                kept &= took.processor < BOUND
    return kept


def main() -> int:
    shared = os.environ.get("CONFORMANCE_DIR")
    if not shared:
        print("CONFORMANCE_DIR is not set: the consequences were not measured.", file=sys.stderr)
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")
    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"]["MIGRATE"] = False
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        load(Path(shared) / "municipality")
        return 0 if measure() else 1
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
