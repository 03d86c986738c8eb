"""The way of a version: what goes on, what goes back, and what is in force on a day."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from competence.engine import iter_gap_rows
from competence.engine.spans import days_of_change
from competence.figures.chain import chain_on
from competence.figures.way import way_of
from competence.forms import AdoptForm
from competence.models import PlanVersion, State, state_words, states_on
from competence.services.plan import (
    adopt_plan_version,
    create_draft,
    draft_from,
    take_back_plan_version,
)
from competence.services.plan_content import content_of
from competence.services.plan_editing import discard_draft, save_requirement
from competence.services.plan_states import (
    PlanError,
    Status,
    add_registry_number,
    repeal,
    send_on,
)
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, in_force, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit
from tests.builders.training import add_activity
from tests.builders.training import decide as decide_training
from tests.builders.training import make_draft as make_training_draft

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2027, 1, 1)
SPRING = date(2027, 3, 1)


def decide(version: PlanVersion, first: date = NEW_YEAR, **facts: object) -> PlanVersion:
    given = {"adopted_on": DAY, "adopted_by": "Kommunstyrelsen", "by": None} | facts
    return adopt_plan_version(version=version, in_force_from=first, **given)


def repealed(
    version: PlanVersion, on: date, decided_on: date = DAY, day: date = DAY
) -> PlanVersion:
    return repeal(
        version=version,
        repealed_on=on,
        decided_on=decided_on,
        decided_by="Kommunstyrelsen",
        reason="Ny lag",
        day=day,
        by=None,
    )


def words(day: date) -> list[str]:
    versions = list(PlanVersion.objects.order_by("number"))
    states = states_on(versions, day)
    return [state_words(version, states[version.pk]) for version in versions]


def test_a_version_goes_from_draft_through_consultation_and_preparation_to_a_decision():
    adopt(plan_of({}))
    officer = account_with(Role.COORDINATOR)
    draft = draft_from(in_force(), by=officer)
    sent = send_on(version=draft, to=Status.CONSULTATION, taken_on=DAY, by=officer)
    assert (sent.status, sent.is_sent, sent.is_draft) == ("consultation", True, False)
    sent = send_on(
        version=sent, to=Status.PREPARATION, taken_on=DAY, forum="KSAU", note="§ 12", by=officer
    )
    decided = decide(sent, registry_number="KS 2027/0412", by=officer)
    assert list(
        decided.steps.values_list("from_status", "to_status", "taken_on", "forum", "note", "by")
    ) == [
        ("draft", "consultation", DAY, "", "", officer.pk),
        ("consultation", "preparation", DAY, "KSAU", "§ 12", officer.pk),
        ("preparation", "adopted", DAY, "Kommunstyrelsen", "", officer.pk),
    ]
    assert [(step.name, step.note, step.state) for step in way_of(decided, DAY).steps][1:] == [
        ("Remiss", "23 november 2026", "done"),
        ("Beredning", "KSAU 23 november 2026", "done"),
        ("Beslutad", "Kommunstyrelsen 23 november 2026", "done"),
        ("Gäller", "Från 1 januari 2027", "later"),
    ]


def test_a_decision_straight_from_a_draft_says_what_was_left_out():
    decided = decide(create_draft(by=None), registry_number="")
    assert [(step.name, step.note, step.state) for step in way_of(decided, NEW_YEAR).steps][1:] == [
        ("Remiss", "Utelämnad", "later"),
        ("Beredning", "Utelämnad", "later"),
        ("Beslutad", "Kommunstyrelsen 23 november 2026", "done"),
        ("Gäller", "Från 1 januari 2027", "now"),
    ]
    assert way_of(decided, NEW_YEAR).registry == "ej angivet i dokumentet"


@pytest.mark.parametrize(
    ("before", "to"),
    [
        ([Status.CONSULTATION], Status.CONSULTATION),
        ([Status.PREPARATION], Status.CONSULTATION),
        ([Status.PREPARATION], Status.PREPARATION),
        ([], Status.ADOPTED),
        ([], Status.DRAFT),
    ],
)
def test_no_other_step_is_taken(before, to):
    draft = create_draft(by=None)
    for status in before:
        send_on(version=draft, to=status, taken_on=DAY, by=None)
    with pytest.raises(PlanError):
        send_on(version=draft, to=to, taken_on=DAY, by=None)


def test_what_was_sent_cannot_be_edited_and_goes_on_as_a_new_draft_that_says_the_same():
    adopt(plan_of({}, {"area": "OM4"}))
    draft = draft_from(in_force(), by=None)
    sent = send_on(version=draft, to=Status.CONSULTATION, taken_on=DAY, by=None)
    requirement = sent.requirements.first()
    requirement.grace_days = 5
    with pytest.raises(PlanError):
        save_requirement(requirement=requirement, by=None)
    with pytest.raises(PlanError):
        discard_draft(version=sent, by=None)
    again = take_back_plan_version(version=sent, taken_on=DAY, note="Remissvaren", by=None)
    sent.refresh_from_db()
    assert (again.number, again.status, again.continues) == (3, "draft", sent)
    assert content_of(again) == content_of(sent)
    assert states_on([sent], DAY) == {sent.pk: State.CLOSED}
    for act in (
        lambda: send_on(version=sent, to=Status.PREPARATION, taken_on=DAY, by=None),
        lambda: take_back_plan_version(version=sent, taken_on=DAY, note="Igen", by=None),
        lambda: decide(sent),
    ):
        with pytest.raises(PlanError):
            act()
    discard_draft(version=again, by=None)
    assert list(PlanVersion.objects.values_list("number", flat=True)) == [2, 1]


def test_the_state_of_each_version_follows_from_the_day():
    adopt(plan_of({}))
    decide(draft_from(in_force(), by=None))
    later = decide(draft_from(in_force(), by=None), SPRING)
    send_on(version=create_draft(by=None), to=Status.PREPARATION, taken_on=DAY, by=None)
    assert words(DAY) == [
        "gällande",
        "beslutad, gäller från 1 januari 2027",
        "beslutad, gäller från 1 mars 2027",
        "i beredning",
    ]
    repealed(later, date(2027, 6, 1))
    assert words(date(2027, 5, 31)) == ["ersatt", "ersatt", "gällande", "i beredning"]
    assert words(date(2027, 6, 1)) == [
        *("ersatt", "ersatt", "upphävd från 1 juni 2027", "i beredning")
    ]


def test_after_a_repeal_no_plan_is_in_force_and_none_comes_back():
    adopt(plan_of({}))
    second = decide(draft_from(in_force(), by=None))
    repealed(second, SPRING)
    found = PlanVersion.objects.in_force_on
    assert [found(day) and found(day).number for day in (DAY, NEW_YEAR, date(2027, 2, 28))] == [
        *(1, 2, 2)
    ]
    assert found(SPRING) is None
    decide(create_draft(content=content_of(second), by=None), date(2027, 4, 1))
    assert found(date(2027, 3, 31)) is None
    assert found(date(2027, 4, 1)).number == 3


def test_a_version_repealed_before_its_first_day_never_replaces_the_one_before_it():
    adopt(plan_of({}))
    second = decide(draft_from(in_force(), by=None))
    repealed(second, NEW_YEAR)
    assert PlanVersion.objects.in_force_on(NEW_YEAR).number == 1
    assert words(NEW_YEAR) == ["gällande", "upphävd från 1 januari 2027"]


def test_a_version_that_has_been_in_force_cannot_be_said_never_to_have_been(monday, client):
    adopt(plan_of({}))
    second = decide(draft_from(in_force(), by=None), date(2026, 1, 1), adopted_on=date(2025, 12, 1))
    before = date(2025, 12, 20)
    for on in (before, date(2026, 1, 1)):
        with pytest.raises(PlanError):
            repealed(second, on, decided_on=before)
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:repeal", args=["kompetensplan", second.number])
    wrong = {"repealed_on": "2025-12-20", "decided_on": "2025-12-20", "decided_by": "KS"}
    page = client.post(address, wrong | {"reason": "Ny lag"})
    assert page.context["form"].errors.keys() == {"repealed_on"}
    repealed(second, date(2026, 1, 2), decided_on=before)
    assert PlanVersion.objects.in_force_on(date(2026, 1, 1)) == second
    assert PlanVersion.objects.in_force_on(date(2026, 1, 2)) is None


def test_a_version_is_not_repealed_before_it_was_decided():
    adopt(plan_of({}))
    second = decide(draft_from(in_force(), by=None))
    with pytest.raises(PlanError):
        repealed(second, SPRING, decided_on=date(2026, 11, 22))


def test_of_two_versions_for_one_day_only_one_is_decided():
    adopt(plan_of({}))
    one, two = draft_from(in_force(), by=None), draft_from(in_force(), by=None)
    decide(two)
    with pytest.raises(PlanError):
        decide(one)
    three = draft_from(in_force(), by=None)
    with pytest.raises(PlanError):
        decide(three)
    repealed(two, DAY)
    decide(one)
    assert PlanVersion.objects.in_force_on(NEW_YEAR) == one


def test_of_two_training_plans_for_one_day_only_one_is_decided():
    one, two = make_training_draft(), make_training_draft()
    for draft in (one, two):
        add_activity(draft)
    decide_training(two)
    with pytest.raises(PlanError):
        decide_training(one)


@pytest.mark.parametrize("make", [lambda: draft_from(in_force(), by=None), make_training_draft])
def test_a_decision_is_not_dated_ahead_and_comes_into_force_within_reason(make):
    adopt(plan_of({}))
    version = make()

    def wrong(**said: str) -> set[str]:
        usual = {"in_force_from": "2027-01-01", "adopted_on": "2026-11-23", "adopted_by": "KS"}
        return set(AdoptForm(usual | said, version=version, today=DAY).errors)

    assert not wrong()
    assert wrong(adopted_on="2026-11-24") == {"adopted_on"}
    for day in ("0001-01-01", "9999-12-31"):
        assert wrong(in_force_from=day) == {"in_force_from"}
        assert wrong(adopted_on=day) == {"adopted_on"}


def test_the_day_of_a_version_that_never_came_into_force_is_free_again():
    adopt(plan_of({}))
    second = decide(draft_from(in_force(), by=None))
    said = {"in_force_from": "2027-01-01", "adopted_on": "2026-11-23", "adopted_by": "KS"}
    third = draft_from(in_force(), by=None)
    taken = AdoptForm(said, version=third, today=DAY)
    assert taken.errors.keys() == {"in_force_from"}
    repealed(second, DAY)
    assert AdoptForm(said, version=third, today=DAY).is_valid()


def test_the_engine_asks_nothing_of_anybody_after_a_repeal():
    adopt(plan_of({}))
    person = make_person("P1")
    employ(person, make_unit("A"), "x")
    repealed(in_force(), SPRING)
    assert [len(list(iter_gap_rows(None, day))) for day in (date(2027, 2, 28), SPRING)] == [1, 0]
    assert SPRING in days_of_change(DAY, date(2027, 12, 31))


def test_a_repeal_is_a_decision_of_its_own_and_is_made_once():
    adopt(plan_of({}))
    with pytest.raises(ValidationError):
        repealed(in_force(), DAY, decided_on=SPRING)
    second = decide(draft_from(in_force(), by=None))
    first = PlanVersion.objects.get(number=1)
    with pytest.raises(PlanError):
        repealed(first, SPRING)
    repealed(second, SPRING)
    with pytest.raises(PlanError):
        repealed(second, SPRING)
    with pytest.raises(PlanError):
        repealed(create_draft(by=None), SPRING)


def test_a_missing_registry_number_is_added_once():
    adopt(plan_of({}))
    version = in_force()
    add_registry_number(version=version, registry_number="KS 2026/0101", by=None)
    version.refresh_from_db()
    assert version.registry_number == "KS 2026/0101"
    with pytest.raises(PlanError):
        add_registry_number(version=version, registry_number="KS 2026/0102", by=None)
    with pytest.raises(PlanError):
        add_registry_number(version=create_draft(by=None), registry_number="KS 1", by=None)


def test_the_plan_read_in_from_a_file_is_in_force_and_its_decision_is_not_known():
    adopt(plan_of({}))
    version = in_force()
    assert [(step.name, step.note, step.state) for step in way_of(version, DAY).steps][3:] == [
        ("Beslutad", "Dagen är inte känd", "done"),
        ("Gäller", "Från början", "now"),
    ]
    assert version.steps.get().taken_on is None


def test_the_years_page_names_every_version_that_is_on_its_way():
    adopt(plan_of({}))
    officer = account_with(Role.COORDINATOR)
    sent = send_on(
        version=draft_from(in_force(), by=officer),
        to=Status.CONSULTATION,
        taken_on=DAY,
        by=officer,
    )
    draft = draft_from(in_force(), by=officer)
    with override("en"):
        state = next(link for link in chain_on(DAY, officer) if link.code == "plan").state
    assert (
        f"Version {sent.number} is out for consultation. Version {draft.number} is draft." in state
    )
