"""What tells two versions of the training plan apart, in words and in figures."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from competence.engine.assume import Assumptions
from competence.figures.activities import activity_lines
from competence.figures.training_changes import TrainingChanges, training_changes
from competence.figures.training_changes_words import training_changes_in_words, training_figures
from competence.models import PlanActivity, TrainingPlanVersion
from competence.services.activities import change_activity, move_activity, remove_activity
from competence.services.activity_facts import report_outcome
from competence.services.training_plan import create_training_draft
from lms.people.roles import Role
from tests.builders.competence import DAY
from tests.builders.courses import NOON
from tests.builders.pages import send
from tests.builders.partners import make_organisation
from tests.builders.people import account_with, make_unit
from tests.builders.training import add_activity, decide, make_draft, with_partners

pytestmark = pytest.mark.django_db

MONEY = "\N{NO-BREAK SPACE}"


def changes(was: TrainingPlanVersion, becomes: TrainingPlanVersion) -> TrainingChanges:
    def lines(version: TrainingPlanVersion):
        return activity_lines(version, day=DAY, assumed=Assumptions())

    return training_changes(lines(was), lines(becomes))


def said(found: TrainingChanges) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (each.name, [(change.kind, change.text.replace(MONEY, " ")) for change in each.changes])
        for each in training_changes_in_words(found)
    ]


def in_figures(found: TrainingChanges) -> list[tuple[str, int, int, str]]:
    return [
        (each.label, each.was, each.becomes, each.more_words.replace(MONEY, " "))
        for each in training_figures(found)
    ]


def planned(version: TrainingPlanVersion, title: str) -> PlanActivity:
    return version.activities.get(title=title)


def two_versions() -> tuple[TrainingPlanVersion, TrainingPlanVersion]:
    """A decided version with three activities, and a draft that says the same."""
    make_organisation("GYF", name="Gymnasieförbundet")
    make_organisation("LST", name="Länsstyrelsen")
    first = make_draft()
    with_partners(
        add_activity(first, "Samtal", sessions=2, seats=20, cost_trainer=10_000),
        "kronor",
        GYF=4_000,
    )
    add_activity(first, "Övning", people=30, cost_venue=5_000)
    add_activity(first, "Pilot")
    decide(first)
    return first, create_training_draft(source=first, by=None)


def test_two_versions_that_plan_the_same_are_not_told_apart_by_what_has_come_of_it() -> None:
    first, draft = two_versions()
    report_outcome(
        activity=planned(first, "Övning").activity,
        on=DAY,
        sessions=1,
        people=25,
        day=DAY,
        by=None,
    )
    found = changes(first, draft)
    assert not found.any
    assert said(found) == []
    assert {more for _label, _was, _becomes, more in in_figures(found)} == {"±0"}


def test_activities_added_changed_and_taken_out_are_told_one_by_one() -> None:
    first, draft = two_versions()
    add_activity(draft, "Repetition", people=40, cost_external=8_000)
    change_activity(
        planned=planned(draft, "Samtal"),
        by=None,
        title="Samtal och bemötande",
        seats=25,
        cost_trainer=12_000,
    )
    with_partners(planned(draft, "Samtal och bemötande"), "kronor", LST=6_000)
    move_activity(planned=planned(draft, "Övning"), years=1, by=None)
    remove_activity(planned=planned(draft, "Pilot"), by=None)
    assert said(changes(first, draft)) == [
        (
            "Repetition (A4)",
            [
                (
                    "added",
                    "ledare i föreningar, 1 januari 2027 – 31 december 2027, 40 deltar, "
                    "8 000 kronor",
                )
            ],
        ),
        (
            "Samtal och bemötande (A1)",
            [
                ("changed", "Rubrik: Samtal och bemötande i stället för Samtal"),
                ("changed", "Platser per tillfälle: 25 i stället för 20"),
                ("changed", "Deltagare: 50 i stället för 40"),
                ("changed", "Kostnad: 12 000 kronor i stället för 10 000 kronor"),
                ("changed", "Länsstyrelsen är ny samverkanspart."),
                ("changed", "Gymnasieförbundet är inte längre samverkanspart."),
            ],
        ),
        (
            "Övning (A2)",
            [
                (
                    "changed",
                    "Tid: 1 januari 2028 – 31 december 2028 i stället för "
                    "1 januari 2027 – 31 december 2027",
                )
            ],
        ),
        (
            "Pilot (A3)",
            [
                (
                    "removed",
                    "ledare i föreningar, 1 januari 2027 – 31 december 2027, 0 kronor",
                )
            ],
        ),
    ]
    assert in_figures(changes(first, draft)) == [
        ("Aktiviteter", 3, 3, "±0"),
        ("Deltagare", 70, 120, "+50"),
        ("Personaltimmar", 0, 0, "±0"),
        ("Kronor totalt, med vikarier", 15_000, 25_000, "+10 000"),
        ("Kronor som kommunen betalar", 11_000, 19_000, "+8 000"),
        ("Kronor 2027", 15_000, 20_000, "+5 000"),
        ("Kronor 2028", 0, 5_000, "+5 000"),
    ]
    # The other way around what was more is less.
    assert in_figures(changes(draft, first))[3][3] == "\N{MINUS SIGN}10 000"


def test_the_pages_of_a_version_and_of_its_proposal_tell_what_is_changed(
    client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON.replace(2026, 11, 23))
    first, draft = two_versions()
    unit = make_unit("K")
    change_activity(planned=planned(draft, "Övning"), by=None, people=45)
    client.force_login(account_with(Role.COORDINATOR))
    admin = "/admin/kompetens/utbildningsplan/"
    words = "Deltagare: 45 i stället för 30"
    page = client.get(f"{admin}{draft.number}/").content.decode()
    assert f"Det här ändras mot version {first.number}" in page
    assert words in page
    offered = client.get(f"{admin}jamfor/").context["form"]
    assert (offered["was"].value(), offered["becomes"].value()) == (first.number, draft.number)
    asked = f"{admin}jamfor/?was={draft.number}&becomes={first.number}"
    assert "Deltagare: 30 i stället för 45" in client.get(asked).content.decode()
    send(
        client,
        reverse("competence_admin:send_out", args=[draft.kind, draft.number]),
        {"closes_on": "2026-12-23", "units": [unit.pk]},
    )
    proposal = client.get(f"/plan/remiss/utbildningsplan/{draft.number}/").content.decode()
    assert words in proposal
