"""What needs assessment tells others than those who handle it: no key person, and nobody alone in
a group."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse

from competence.figures.needs import planned_round, standing_of_needs
from competence.figures.proposals import origins
from competence.models import KeyGroup, NeedsForm, PlanVersion, Requirement
from competence.services.namings import name_key_person
from competence.services.needs_answers import NeedsWritten
from competence.services.plan import adopt_plan_version
from competence.services.proposals import accept_proposal, propose
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.roles import Role
from tests.builders.competence import adopt, group, plan_of
from tests.builders.needs import answer, later, make_operation, open_round
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db, monday) -> SimpleNamespace:
    """Two operations with a teacher each; in one of them works a key person."""
    top = make_unit("K")
    department = make_unit("KOF", top, "Kultur")
    unit = make_operation("A", department, "Norr")
    other = make_operation("B", department, "Söder")
    adopt(plan_of({"area": "OM4", "level": 1}, rules={"G": [{"job_codes": ["LAR"]}]}))
    named = make_person("NAMN", given_name="Vera", family_name="Värd")
    employ(named, unit, "STR")
    for each in (unit, other):
        employ(make_person(), each)
    officer = account_with(Role.COORDINATOR)
    naming = name_key_person(
        key_group=group("G"),
        person=named,
        starts_on=date(2026, 1, 1),
        function="säkerhetsstrateg",
        by=None,
    )
    opened = open_round(officer, namings=[naming])
    manager = make_manager(unit, "CHEF1")
    form = NeedsForm.objects.get(naming=naming)
    handed_in = answer(
        form, manager, NeedsWritten(need="yes", levels={"OM4": 2}, motives="SP", suits="spring")
    )
    return SimpleNamespace(
        top=top,
        department=department,
        unit=unit,
        other=other,
        round=opened,
        officer=officer,
        manager=manager,
        form=form,
        answer=handed_in,
        auditor=account_with(Role.AUDITOR),
    )


def read(client, user, name: str, *args) -> str:
    client.force_login(user)
    found = client.get(reverse(name, args=args))
    assert found.status_code == 200
    return (b"".join(found) if found.streaming else found.content).decode()


def pages(town) -> list[tuple[str, int]]:
    return [
        ("competence_admin:needs_round", town.round.pk),
        ("competence_admin:needs_answer", town.answer.pk),
        ("competence_admin:needs_file", town.round.pk),
        ("competence:needs_form", town.form.pk),
    ]


def test_an_auditor_reads_the_function_and_not_who_holds_it_and_each_opening_is_in_the_ledger(
    client, town
):
    for name, pk in pages(town):
        shown = read(client, town.auditor, name, pk)
        assert "säkerhetsstrateg" in shown
        assert "Vera" not in shown
    read(client, town.auditor, "competence_admin:proposals", town.round.pk)
    opened = AuditEvent.objects.filter(action="needs_round.answers_opened").order_by("pk")
    one = {"opened": "answer", "number": town.answer.pk}
    assert [event.after for event in opened] == [
        {"opened": "list"},
        one,
        {"opened": "csv"},
        one,
        {"opened": "wishes"},
    ]
    assert {event.by for event in opened} == {town.auditor}


def test_the_coordinator_reads_who_holds_the_function_and_leaves_no_line(client, town):
    for name, pk in pages(town):
        assert "Vera Värd" in read(client, town.officer, name, pk)
    assert "Vera Värd" in read(client, town.manager, "competence:needs_form", town.form.pk)
    assert not AuditEvent.objects.filter(action="needs_round.answers_opened").exists()


def test_the_standing_of_a_unit_is_the_same_with_and_without_key_persons(town):
    standing = standing_of_needs(MONDAY)
    assert standing is not None
    assert [(each.code, each.asked, each.answered) for each in standing.operations] == [
        ("A", 1, 0),
        ("B", 1, 0),
    ]


def requirement_from(town, answers) -> PlanVersion:
    proposal = propose(
        needs_round=town.round,
        key_group=group("G"),
        area=CompetenceArea.objects.get(code="OM4"),
        level=TrainingLevel.objects.get(number=2),
        kind=Requirement.Kind.MANDATORY,
        motive="Fler frågor",
        answers=answers,
        by=town.officer,
        at=later(1),
    )
    accept_proposal(
        proposal=proposal,
        version=None,
        effective_from=MONDAY,
        renewal_months=24,
        day=MONDAY,
        by=town.officer,
        at=later(2),
    )
    return PlanVersion.objects.get(status="draft")


def test_where_a_requirement_comes_from_names_no_unit_of_a_key_person(town):
    written = NeedsWritten(need="yes", levels={"OM4": 2}, motives="S", how_many="some")
    about_group = answer(
        NeedsForm.objects.get(unit=town.other), make_manager(town.other, "CHEF2"), written
    )
    version = requirement_from(town, [town.answer, about_group])
    assert [one.units for found in origins(version).values() for one in found] == ["Söder"]


def test_a_requirement_from_a_key_persons_answer_alone_says_the_round_only(client, town):
    requirement_from(town, [town.answer])
    version = PlanVersion.objects.get(status="draft")
    adopt_plan_version(
        version=version, in_force_from=MONDAY, adopted_on=MONDAY, adopted_by="KS", by=None
    )
    shown = read(client, town.manager, "competence:key_group", "G")
    assert "Kommer ur behov (Behov inför 2027)" in shown
    assert "svar från" not in shown


def plan(town, threshold: int = 5):
    return planned_round(
        unit_kind="verksamhet",
        key_groups=KeyGroup.objects.all(),
        namings=[],
        threshold=threshold,
        day=MONDAY,
    )


def asked(planned) -> list[tuple[str, str]]:
    return [(form.unit.code, form.key_group.code) for form in planned.forms]


def test_a_group_of_too_few_in_the_whole_town_gets_no_form(town):
    planned = plan(town)
    assert asked(planned) == []
    assert [each.code for each in planned.too_few] == ["G"]
    assert planned.raised == ()


def test_those_who_are_too_few_are_asked_about_together_in_the_unit_above(town):
    for unit, more in ((town.unit, 1), (town.other, 2)):
        for _each in range(more):
            employ(make_person(), unit)
    planned = plan(town)
    assert asked(planned) == [("KOF", "G")]
    assert [(each.unit.code, each.asked_at.code) for each in planned.raised] == [
        ("A", "KOF"),
        ("B", "KOF"),
    ]


def test_one_who_is_alone_is_not_asked_about_above_beside_a_unit_that_has_its_own_form(town):
    """The form above would be about that one person, however many the unit beside it has."""
    for _each in range(6):
        employ(make_person(), town.other)
    planned = plan(town)
    assert asked(planned) == [("B", "G")]
    assert [each.code for each in planned.too_few] == ["G"]


def test_somebody_with_posts_in_two_units_is_one_of_those_who_are_together(town):
    both = make_person()
    for unit in (town.unit, town.other):
        employ(both, unit)
    employ(make_person(), town.unit)
    assert asked(plan(town, 5)) == []
    assert asked(plan(town, 4)) == [("KOF", "G")]


def test_the_preview_says_who_are_too_few_to_be_asked_about_alone(client, town):
    for unit in (town.unit, town.other):
        for _each in range(2):
            employ(make_person(), unit)
    client.force_login(town.officer)
    shown = client.post(
        reverse("competence_admin:needs_new_round"),
        {
            "name": "Omgång två",
            "period_from": "2028-01-01",
            "period_until": "2028-12-31",
            "starts_on": "2026-11-23",
            "ends_on": "2026-12-15",
            "unit_kind": "verksamhet",
            "key_groups": [group().pk],
        },
    ).content.decode()
    assert "frågas om i enheten ovanför" in shown
    assert "Norr, " in shown
    assert "→ Kultur" in shown


def test_a_learner_opens_no_page_of_answers(client, town):
    learner = make_person()
    employ(learner, town.unit)
    client.force_login(make_account(learner))
    assert client.get(reverse("competence:needs_form", args=[town.form.pk])).status_code == 403
