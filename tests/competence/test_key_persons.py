"""Key persons: a naming survives a change of work until it is reviewed, and its layers add up."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from competence.figures.namings import WhyReview, layers_of, naming_standings
from competence.models import KeyPersonAssignment
from competence.services.naming_reviews import review_naming
from competence.services.namings import NamingError, name_key_person
from lms.people.models import Employment
from lms.people.roles import Role
from tests.builders.competence import adopt, group, plan_of
from tests.builders.needs import NOW
from tests.builders.people import MONDAY, account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=60)


@pytest.fixture
def named(db, monday) -> SimpleNamespace:
    unit, other = make_unit("A"), make_unit("B")
    adopt(
        plan_of(
            {"key_group": "G", "area": "OM1", "level": 1},
            {"key_group": "N", "area": "OM1", "level": 3},
            {"key_group": "N", "area": "OM4", "level": 2, "kind": "recommended"},
            rules={"G": [{"job_codes": ["LAR"]}], "N": []},
        )
    )
    person, deputy = make_person("P1"), make_person("P2", family_name="Ersson")
    employ(person, unit)
    employ(deputy, unit)
    officer = account_with(Role.COORDINATOR)
    naming = name_key_person(
        key_group=group("N"),
        person=person,
        starts_on=MONDAY,
        function="Representant i SSPF",
        motive="Forumet behöver någon som kan mer",
        deputy=deputy,
        review_on=date(2027, 11, 1),
        by=officer,
    )
    return SimpleNamespace(
        naming=naming, person=person, deputy=deputy, officer=officer, unit=unit, other=other
    )


def why(naming: KeyPersonAssignment, day: date) -> WhyReview | None:
    (standing,) = naming_standings([naming], day)
    return standing.why


def change_work(person, to, on: date) -> None:
    Employment.objects.filter(person=person).update(ends_on=on - timedelta(days=1))
    employ(person, to, starts_on=on)


def reviewed(named, outcome: str, on: date, next_review_on: date | None = None):
    return review_naming(
        naming=named.naming,
        outcome=outcome,
        reason="Funktionen följer med till den nya enheten",
        next_review_on=next_review_on,
        on=on,
        by=named.officer,
        at=NOW,
    )


def test_who_changes_work_keeps_the_naming_and_is_to_be_reviewed_until_somebody_has(named):
    change_work(named.person, named.other, date(2027, 1, 10))
    assert [why(named.naming, day) for day in (MONDAY, date(2027, 1, 9), LATER)] == [
        None,
        None,
        WhyReview.CHANGED,
    ]
    assert [layer.level_name for layer in layers_of(named.person, LATER)][:1] == ["Specialist"]
    reviewed(named, "kept", LATER)
    assert why(named.naming, LATER) is None
    # What happened before the review is not counted again; what comes after it is.
    change_work(named.person, named.unit, date(2027, 5, 1))
    assert why(named.naming, date(2027, 5, 1)) == WhyReview.CHANGED


def test_another_unit_with_the_same_work_and_other_work_in_the_same_unit_are_changes(named):
    employ(named.person, named.unit, "SAM", starts_on=date(2027, 1, 10))
    assert why(named.naming, LATER) == WhyReview.CHANGED


def test_who_no_longer_works_here_is_to_be_reviewed(named):
    Employment.objects.filter(person=named.person).update(ends_on=date(2027, 1, 10))
    assert why(named.naming, LATER) == WhyReview.LEFT


def test_the_day_of_review_comes_and_a_review_sets_the_next(named):
    assert why(named.naming, date(2027, 10, 31)) is None
    assert why(named.naming, date(2027, 11, 1)) == WhyReview.DUE
    reviewed(named, "kept", date(2027, 11, 2), next_review_on=date(2028, 11, 1))
    assert why(named.naming, date(2028, 10, 31)) is None
    assert why(named.naming, date(2028, 11, 1)) == WhyReview.DUE


def test_a_naming_moves_to_the_deputy_without_a_day_between(named):
    review = reviewed(named, "moved", LATER)
    named.naming.refresh_from_db()
    successor = review.successor
    assert (
        named.naming.ends_on,
        successor.person,
        successor.starts_on,
        successor.function,
    ) == (LATER, named.deputy, LATER + timedelta(days=1), "Representant i SSPF")
    with pytest.raises(NamingError):
        reviewed(named, "kept", LATER + timedelta(days=1))


def test_a_naming_to_come_that_is_moved_does_not_begin_earlier(named):
    first = date(2027, 6, 1)
    named.naming = name_key_person(
        key_group=group("G"),
        person=named.person,
        starts_on=first,
        deputy=named.deputy,
        by=named.officer,
    )
    review = reviewed(named, "moved", MONDAY)
    named.naming.refresh_from_db()
    assert (review.successor.starts_on, review.successor.ends_on) == (first, None)
    assert named.naming.withdrawn_at is not None


def test_a_naming_is_ended_by_a_review_on_its_last_day_and_cannot_be_taken_over_then(named):
    named.naming = name_key_person(
        key_group=group("G"),
        person=named.person,
        starts_on=MONDAY,
        ends_on=LATER,
        deputy=named.deputy,
        by=named.officer,
    )
    with pytest.raises(NamingError):
        reviewed(named, "moved", LATER)
    reviewed(named, "ended", LATER)
    named.naming.refresh_from_db()
    assert (named.naming.ends_on, named.naming.withdrawn_at) == (LATER, None)


def test_without_a_deputy_nothing_is_moved_and_nothing_ended(named):
    alone = name_key_person(
        key_group=group("G"), person=named.deputy, starts_on=MONDAY, by=named.officer
    )
    named.naming = alone
    with pytest.raises(NamingError):
        reviewed(named, "moved", LATER)
    alone.refresh_from_db()
    assert (alone.ends_on, alone.reviews.count()) == (None, 0)


def test_a_naming_whose_person_is_their_own_deputy_is_refused(named):
    with pytest.raises(NamingError):
        name_key_person(
            key_group=group("G"),
            person=named.person,
            starts_on=MONDAY,
            deputy=named.person,
            by=named.officer,
        )


def test_layers_add_up_to_the_highest_and_every_source_stays(named):
    found = layers_of(named.person, MONDAY)
    assert [
        (
            layer.area,
            layer.level_name,
            layer.mandatory,
            [(source.code, source.level, source.named) for source in layer.sources],
        )
        for layer in found
    ] == [
        ("Område OM1", "Specialist", True, [("N", 3, True), ("G", 1, False)]),
        ("Område OM4", "Fördjupning", False, [("N", 2, True)]),
    ]
