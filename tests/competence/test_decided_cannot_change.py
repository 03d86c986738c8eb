"""A decided version, and one that has been sent, cannot be changed by any route: by the services,
by the ORM in whatever way, by a command, by an import, or by SQL written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager
from copy import copy
from datetime import date

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.snippets.models import get_snippet_models

from competence.models import KeyGroupDefinition, PlanStep, PlanVersion, Requirement
from competence.services.plan import adopt_plan_version, create_draft, draft_from
from competence.services.plan_content import content_of
from competence.services.plan_editing import (
    define_key_group,
    discard_draft,
    remove_requirement,
    save_requirement,
)
from competence.services.plan_states import PlanError, Status, send_on
from lms.framework.models import TrainingLevel
from lms.framework.rules import PersonRule
from lms.people.roles import Role
from lms.people.services import merge
from tests.builders.competence import DAY, adopt, group, in_force, plan_of
from tests.builders.people import account_with, make_person

pytestmark = pytest.mark.django_db

EXCLUDED = KeyGroupDefinition.excluded.through


@contextmanager
def refused():
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        yield


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def empty(table: str) -> None:
    # A table that still has deferred checks to make is not emptied at all.
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(f"TRUNCATE {table} CASCADE")


def decided() -> PlanVersion:
    """A version of two groups, with somebody left out of one of them, as it was decided."""
    make_person("P1")
    plan = plan_of({"area": "OM1"}, {"area": "OM4", "key_group": "H"}, rules={"G": [{}], "H": [{}]})
    plan["key_groups"][0]["exclude"] = ["P1"]
    adopt(plan)
    return in_force()


def sent() -> PlanVersion:
    """The same, out for consultation."""
    version = draft_from(decided(), by=None)
    return send_on(version=version, to=Status.CONSULTATION, taken_on=DAY, by=None)


@pytest.fixture(params=[decided, sent], ids=["decided", "sent"])
def version(request) -> PlanVersion:
    return request.param()


@pytest.fixture
def _unchanged(version):
    """Whatever a test tries, the version says afterwards what it said before."""
    before = content_of(version), PlanVersion.objects.filter(pk=version.pk).values().get()
    yield
    assert content_of(version) == before[0]
    assert PlanVersion.objects.filter(pk=version.pk).values().get() == before[1]


unchanged = pytest.mark.usefixtures("_unchanged")


@unchanged
def test_the_services_refuse(version):
    requirement = version.requirements.first()
    tries: list[Callable[[], object]] = [
        lambda: save_requirement(requirement=requirement, by=None),
        lambda: remove_requirement(requirement=requirement, by=None),
        lambda: discard_draft(version=version, by=None),
        lambda: define_key_group(
            version=version, key_group=group(), rules=[PersonRule()], excluded=[], by=None
        ),
    ]
    if version.status == Status.ADOPTED:
        tries.append(
            lambda: adopt_plan_version(version=version, in_force_from=DAY, adopted_on=DAY, by=None)
        )
    for attempt in tries:
        with pytest.raises(PlanError):
            attempt()


@unchanged
def test_no_column_of_the_version_is_updated(version):
    others = {
        "number": 99, "note": "annat", "by": None, "created_at": "2020-01-01T00:00:00Z",
        "continues": draft_from(version, by=None), "follows": draft_from(version, by=None),
        "status": "draft",
        "in_force_from": date(2020, 1, 1), "adopted_on": date(2020, 1, 1), "adopted_by": "Annan",
    }  # fmt: skip
    if version.by_id is None:
        others["by"] = account_with(Role.COORDINATOR)
    for name, other in others.items():
        with refused():
            PlanVersion.objects.filter(pk=version.pk).update(**{name: other})
        row = PlanVersion.objects.get(pk=version.pk)
        setattr(row, name, other)
        with refused():
            row.save()
        with refused():
            PlanVersion.objects.bulk_update([row], [name])


@unchanged
def test_the_version_is_not_deleted_or_replaced(version):
    for attempt in (
        version.delete,
        PlanVersion.objects.filter(pk=version.pk).delete,
        lambda: PlanVersion.objects.filter(pk=version.pk)._raw_delete("default"),
        lambda: sql("DELETE FROM competence_planversion"),
    ):
        with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
            attempt()
    if connection.vendor == "sqlite":
        columns = "number, status, adopted_by, note, registry_number, repealed_by"
        rest = "repeal_registry_number, repeal_reason, created_at"
        for key, value in (("id", version.pk), ("id", 999)):
            with refused():
                sql(
                    f"INSERT OR REPLACE INTO competence_planversion ({key}, {columns}, {rest}) "
                    "VALUES (%s, %s, 'draft', '', '', '', '', '', '', '2020-01-01')",
                    value,
                    version.number,
                )
        draft = create_draft(by=None)
        with refused():
            sql(
                "UPDATE OR REPLACE competence_planversion SET number = %s WHERE id = %s",
                version.number,
                draft.pk,
            )
    else:
        with refused():
            empty("competence_planversion")


def test_a_version_does_not_begin_as_decided():
    for status in ("adopted", "consultation", "preparation"):
        with refused():
            PlanVersion.objects.create(number=50, status=status)
        with refused():
            PlanVersion.objects.bulk_create([PlanVersion(number=50, status=status)])


@unchanged
def test_no_requirement_is_added_changed_moved_or_removed(version):
    rows, draft = version.requirements, draft_from(version, by=None)
    row, loose = rows.first(), draft.requirements.first()
    for attempt in (
        lambda: rows.update(grace_days=1),
        lambda: rows.update(plan_version=draft),
        lambda: Requirement.objects.filter(pk=row.pk)._raw_delete("default"),
        lambda: rows.all().delete(),
        row.delete,
        lambda: Requirement.objects.bulk_update([_with(row, motive="annat")], ["motive"]),
        lambda: _with(row, grace_days=1).save(),
        lambda: _with(row, pk=None, level_id=_level(3)).save(),
        lambda: Requirement.objects.bulk_create([_with(row, pk=None, level_id=_level(3))]),
        lambda: Requirement.objects.filter(pk=loose.pk).update(plan_version=version),
        lambda: sql("UPDATE competence_requirement SET window_days = 1"),
        lambda: sql("DELETE FROM competence_requirement"),
    ):
        with refused():
            attempt()
    if connection.vendor == "sqlite":
        with refused():
            sql(
                "UPDATE OR REPLACE competence_requirement SET id = %s WHERE id = %s",
                row.pk,
                loose.pk,
            )
    else:
        with refused():
            empty("competence_requirement")


@unchanged
def test_no_definition_or_exclusion_is_added_changed_or_removed(version):
    definition = version.definitions.get(key_group__code="G")
    other = make_person("P9")
    draft = draft_from(version, by=None)
    of_draft = draft.definitions.get(key_group__code="G")
    link = EXCLUDED.objects.get(keygroupdefinition=definition)
    for attempt in (
        lambda: version.definitions.update(rules=[]),
        lambda: version.definitions.all().delete(),
        lambda: _with(definition, rules=[]).save(),
        lambda: KeyGroupDefinition.objects.filter(pk=of_draft.pk).update(plan_version=version),
        lambda: definition.excluded.add(other),
        lambda: definition.excluded.clear(),
        lambda: definition.excluded.set([other]),
        lambda: EXCLUDED.objects.filter(pk=link.pk).update(person=other),
        lambda: EXCLUDED.objects.filter(pk=link.pk).update(keygroupdefinition=of_draft),
        lambda: EXCLUDED.objects.filter(pk=link.pk)._raw_delete("default"),
        lambda: EXCLUDED.objects.bulk_create(
            [EXCLUDED(keygroupdefinition=definition, person=other)]
        ),
        lambda: sql("UPDATE competence_keygroupdefinition SET rules = '[]'"),
        lambda: sql("DELETE FROM competence_keygroupdefinition_excluded"),
    ):
        with refused():
            attempt()
    of_draft.excluded.set([other])


@unchanged
def test_commands_and_files_make_versions_and_change_none(version, tmp_path):
    fixture = tmp_path / "version.json"
    fields = {
        "number": version.number, "status": "draft", "note": "annat", "adopted_by": "",
        "created_at": "2020-01-01T00:00:00Z",
    }  # fmt: skip
    fixture.write_text(
        json.dumps([{"model": "competence.planversion", "pk": version.pk, "fields": fields}])
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        call_command("loaddata", str(fixture), verbosity=0)
    plan = tmp_path / "framework.yaml"
    plan.write_text(json.dumps(plan_of({"grace_days": 7}), default=str))
    known = set(PlanVersion.objects.values_list("pk", flat=True))
    call_command("import_framework", str(plan), draft=True)
    assert PlanVersion.objects.exclude(pk__in=known).get().is_draft


@unchanged
def test_the_pages_of_the_admin_do_not_edit_it(version, client):
    client.force_login(account_with(Role.COORDINATOR))
    number, row = version.number, version.requirements.first()
    for name, arguments in (
        ("requirement", [number, row.pk]),
        ("new_requirement", [number]),
        ("new_key_group", [number]),
        ("edit_key_group", [number, "G"]),
        ("delete_requirement", [number, row.pk]),
        ("discard", [number]),
    ):
        assert client.post(reverse(f"competence_admin:{name}", args=arguments)).status_code == 404


def test_nothing_of_a_plan_is_a_snippet_or_registered_with_djangos_admin():
    mine = {PlanVersion, PlanStep, Requirement, KeyGroupDefinition}
    assert mine.isdisjoint(get_snippet_models())
    assert not apps.is_installed("django.contrib.admin")


def test_merging_people_leaves_who_was_left_out(version):
    keeper, gone = make_person("P5"), version.definitions.get(key_group__code="G").excluded.get()
    merge.merge_people(
        survivor=keeper, loser=gone, by=account_with(Role.SYSTEM_ADMIN), reason="Samma"
    )
    definition = version.definitions.get(key_group__code="G")
    assert list(definition.excluded.values_list("person_id", flat=True)) == ["P1"]
    # What the version says of the human being is followed, not written anew.
    assert {each.excluded for each in content_of(version).definitions if each.excluded} == {
        frozenset({keeper.pk})
    }


def test_what_a_decision_adds_is_added_once():
    version = decided()
    rows = PlanVersion.objects.filter(pk=version.pk)
    rows.update(registry_number="KS 1")
    with refused():
        rows.update(registry_number="KS 2")
    repeal = {
        "repealed_on": DAY, "repeal_decided_on": DAY, "repealed_by": "KS", "repeal_reason": "Lag",
    }  # fmt: skip
    rows.update(**repeal)
    for name in repeal:
        with refused():
            rows.update(**{name: None if name.endswith("_on") else ""})


def test_a_sent_version_goes_on_and_never_back():
    version = sent()
    rows = PlanVersion.objects.filter(pk=version.pk)
    with refused():
        rows.update(status="draft")
    rows.update(status="preparation")
    with refused():
        rows.update(status="consultation")
    rows.update(status="adopted", in_force_from=DAY, adopted_by="KS")
    with refused():
        rows.update(status="preparation")


def test_what_a_draft_says_is_free():
    draft = draft_from(decided(), by=None)
    draft.requirements.update(grace_days=3)
    draft.definitions.get(key_group__code="G").excluded.clear()
    PlanVersion.objects.filter(pk=draft.pk).update(note="annat", number=40)
    draft.requirements.all().delete()
    draft.definitions.all().delete()
    draft.delete()


def _with(row, **changes):
    row = copy(row)
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def _level(number: int) -> int:
    return TrainingLevel.objects.get(number=number).pk
