"""What tells two versions of the plan apart."""

from __future__ import annotations

from datetime import date

import pytest

from competence.figures.plan_changes import plan_changes
from competence.figures.plan_changes_words import changes_in_words, plan_counts_in_words
from competence.services.plan_content import PlanContent, content_of
from tests.builders.competence import adopt, in_force, plan_of

pytestmark = pytest.mark.django_db

BOTH = {"G": [{}], "H": [{"units": ["A"]}]}


def content(*requirements: dict[str, object], **plan: object) -> PlanContent:
    """What a plan says, read in as a file."""
    adopt(plan_of(*requirements, **plan))
    return content_of(in_force())


def said(was: PlanContent, becomes: PlanContent) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (group.name, [(change.kind, change.text) for change in group.changes])
        for group in changes_in_words(plan_changes(was, becomes))
    ]


def test_requirements_added_changed_and_taken_out_are_told_by_key_group():
    was = content({"renewal_months": 36}, {"key_group": "H", "area": "OM4"}, rules=BOTH)
    becomes = content(
        {"renewal_months": 24, "grace_days": 30},
        {"area": "OM4", "kind": "recommended", "effective_from": date(2027, 1, 1)},
        rules=BOTH,
    )
    assert said(was, becomes) == [
        (
            "Grupp G",
            [
                ("added", "Område OM4, Grund: rekommenderat från 1 januari 2027"),
                (
                    "changed",
                    "Område OM1, Grund – tid för nya: 30 dagar i stället för 90 dagar; "
                    "förnyelse: vart 2:e år i stället för vart 3:e år",
                ),
            ],
        ),
        ("Grupp H", [("removed", "Område OM4, Grund")]),
    ]
    changes = plan_changes(was, becomes)
    assert (changes.added, changes.changed, changes.removed, changes.rules_changed) == (1, 1, 1, 0)
    assert plan_counts_in_words(changes) == "Ett nytt krav, ett ändrat krav, ett borttaget krav."


def test_each_count_says_of_what_also_when_it_stands_alone():
    changes = plan_changes(content({"level": 1}), content({"level": 2}))
    assert plan_counts_in_words(changes) == "Ett ändrat krav."


def test_another_level_is_a_change_and_not_one_taken_out_and_one_added():
    was, becomes = content({"level": 1}), content({"level": 2})
    assert said(was, becomes) == [
        ("Grupp G", [("changed", "Område OM1, Grund – nivå: Fördjupning i stället för Grund")])
    ]


def test_several_levels_in_an_area_are_matched_level_by_level():
    was = content({"level": 1}, {"level": 2})
    becomes = content({"level": 2, "grace_days": 10}, {"level": 3}, {"level": 1})
    changes = plan_changes(was, becomes).groups[0]
    assert [row.level for row in changes.added] == [3]
    assert [(each.was.level, each.becomes.grace_days) for each in changes.changed] == [(2, 10)]
    assert changes.removed == ()


def test_rules_are_told_in_words_and_a_group_that_comes_or_goes_says_so():
    was = content({}, rules={"G": [{}]})
    becomes = content(
        {}, {"key_group": "H"}, rules={"G": [{"managers_only": True}], "H": [{"forms": ["vik"]}]}
    )
    assert said(was, becomes) == [
        (
            "Grupp G",
            [
                ("people", "Tar in den som är chef med personalansvar."),
                ("people", "Tar inte längre in den som har en anställning."),
            ],
        ),
        (
            "Grupp H",
            [
                ("people", "Ny nyckelgrupp i planen."),
                ("added", "Område OM1, Grund: obligatoriskt från 1 januari 2020"),
                ("people", "Tar in den som är anställd som vik."),
            ],
        ),
    ]
    assert said(becomes, was)[1][1][0] == ("people", "Nyckelgruppen finns inte längre i planen.")


def test_the_same_plan_has_no_changes():
    was = content({}, rules=BOTH)
    changes = plan_changes(was, was)
    assert not changes.any
    # H is asked nothing, but has members.
    assert changes.unchanged == ("G", "H")
