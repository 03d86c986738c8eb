"""The panel of a draft's consequences: what it says while the draft is written, and that it says
nothing of what anybody has learnt until names are opened with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.engine.assume import Assumptions
from competence.figures.consequences import Cost
from competence.figures.consequences_named import changed_people, exact
from competence.models import PlanVersion, Requirement
from competence.services.plan import draft_from
from competence.services.plan_consequences import (
    compared,
    consequences_shown,
    counted_on,
    needs_by,
)
from competence.services.plan_editing import define_key_group, save_requirement
from competence.suppression import About
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.framework.rules import PersonRule
from lms.people.models import Person, User
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, group, in_force, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit

ADMIN = "/admin/kompetens/plan"
DAY = date(2026, 11, 23)
SPRING = date(2027, 3, 1)


@pytest.fixture
def town(db, monday) -> None:
    """Twelve teachers in one school and three in another, all asked for level 1 in OM1."""
    adopt(
        plan_of(
            {"area": "OM1", "renewal_months": 36, "grace_days": 90},
            rules={"G": [{"job_codes": ["LAR"]}], "H": [{"job_codes": ["KOCK"]}]},
        )
    )
    top = make_unit("K")
    for code, name, many in (("S1", "Norrskolan", 12), ("S2", "Söderskolan", 3)):
        unit = make_unit(code, top, name)
        for number in range(many):
            person = make_person(f"{code}-{number}", given_name=f"Lärare{number}")
            employ(person, unit, "LAR", starts_on=date(2020, 1, 1))
    for number in range(6):
        achieve(Person.objects.get(person_id=f"S1-{number}"), "OM1", 2, on=date(2026, 3, 1))


@pytest.fixture
def coordinator(town, client) -> User:
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


@pytest.fixture
def draft(town) -> PlanVersion:
    """As the plan in force, with level 2 instead of 1 from the spring."""
    version = draft_from(in_force(), by=None)
    requirement = version.requirements.get()
    requirement.level = TrainingLevel.objects.get(number=2)
    requirement.effective_from = SPRING
    save_requirement(requirement=requirement, by=None)
    return version


def written(**said: Any) -> dict[str, Any]:
    """The form of the requirement that stands, with what is said instead."""
    usual = {
        "key_group": group().pk,
        "area": CompetenceArea.objects.get(code="OM1").pk,
        "level": TrainingLevel.objects.get(number=2).pk,
        "kind": "mandatory",
        "effective_from": SPRING.isoformat(),
        "grace_days": "90",
        "renewal_months": "36",
        "window_days": "90",
    }
    return usual | said


def test_the_panel_says_roughly_whom_it_concerns_and_what_it_takes_at_most(draft):
    assert counted_on(draft, today=DAY) == SPRING
    (summary,) = consequences_shown(draft, SPRING, today=DAY, threshold=5)
    shown = summary.shown
    assert (shown.asked, shown.released) == (About(15, 5), About(0, 5))
    # Fifteen are told as 15 to 19: nineteen times five hours, 22 seats, two sessions.
    assert shown.people_at_most == 19
    assert shown.at_most == Cost(95, 22, 2, 16000, 8550)
    assert shown.last_day == SPRING + timedelta(days=90)
    assert not shown.too_many_sessions
    (line,) = shown.groups
    assert (line.name, line.some_join, line.some_leave, line.asked) == (
        *("Grupp G", False, False),
        About(15, 5),
    )
    # Norrskolan: 12 told as at most 14, two away at once, from the end of January to the end of
    # May. Söderskolan has too few to be named.
    (unit,) = shown.units
    assert (unit.name, unit.away, unit.room) == ("Norrskolan", 14, 8)


def test_a_level_that_is_lowered_frees_people_and_asks_nobody_anew(draft):
    requirement = draft.requirements.get()
    requirement.level = TrainingLevel.objects.get(number=1)
    save_requirement(requirement=requirement, by=None)
    (summary,) = consequences_shown(draft, SPRING, today=DAY, threshold=5)
    assert (summary.shown.asked, summary.shown.people_at_most) == (About(0, 5), 0)
    assert summary.shown.redated == About(15, 5)  # from another day


def test_a_shorter_renewal_may_have_to_be_met_by_those_who_are_asked_already(draft):
    requirement = draft.requirements.get()
    requirement.level = TrainingLevel.objects.get(number=1)
    requirement.renewal_months = 12
    save_requirement(requirement=requirement, by=None)
    (summary,) = consequences_shown(draft, SPRING, today=DAY, threshold=5)
    assert (summary.shown.asked, summary.shown.redated) == (About(0, 5), About(15, 5))
    assert summary.shown.people_at_most == 19


def test_the_panel_follows_what_is_being_written_and_nothing_is_saved(coordinator, client):
    version = draft_from(in_force(), by=None)
    requirement = version.requirements.get()
    address = f"{ADMIN}/{version.number}/krav/{requirement.pk}"
    page = client.get(f"{address}/").text
    assert f'data-address="{address}/foljder/"' in page
    panel = client.post(f"{address}/foljder/", written()).text
    assert "Det här kravet" in panel
    assert "Hela utkastet" in panel
    assert panel.count("minst 15 personer") == 4
    requirement.refresh_from_db()
    assert requirement.level.number == 1
    event = AuditEvent.objects.get(action="plan_version.consequences_seen")
    assert event.after["effective_from"] == "2027-03-01"
    half = client.post(f"{address}/foljder/", written(level="")).text
    assert "Fyll i formuläret" in half


def test_the_same_is_shown_without_script_and_keeps_what_was_written(coordinator, client):
    version = draft_from(in_force(), by=None)
    requirement = version.requirements.get()
    address = f"{ADMIN}/{version.number}/krav/{requirement.pk}/"
    page = client.post(address, written(consequences="1", motive="Planen, sidan 7"))
    assert "Det här kravet" in page.text
    assert "Planen, sidan 7" in page.text
    requirement.refresh_from_db()
    assert requirement.motive == ""


def test_only_the_change_that_is_written_is_told_apart_from_the_rest(coordinator, client, draft):
    new = written(key_group=group("H").pk, area=CompetenceArea.objects.get(code="OM4").pk)
    page = client.post(f"{ADMIN}/{draft.number}/krav/foljder/", new)
    alone, whole = page.context["parts"]
    assert (alone.shown.asked, whole.shown.asked) == (About(0, 5), About(15, 5))


def test_rules_are_counted_as_they_are_written(coordinator, client):
    version = draft_from(in_force(), by=None)
    forms = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "0",
        "form-0-job_codes": "KOCK",
        "excluded-TOTAL_FORMS": "0",
        "excluded-INITIAL_FORMS": "0",
    }
    employ(make_person("KOCK1"), make_unit("S3"), "KOCK")
    address = f"{ADMIN}/{version.number}/nyckelgrupp/G/"
    page = client.post(f"{address}foljder/", forms)
    alone, whole = page.context["parts"]
    assert alone.shown == whole.shown
    assert (str(alone.shown.asked), str(alone.shown.released)) == (
        "färre än 5 personer",
        "minst 15 personer",
    )
    assert client.post(address, forms | {"consequences": "1"}).context["parts"] == [alone, whole]
    assert in_force().definitions.get(key_group__code="G").rules == [{"job_codes": ["LAR"]}]


def one_person_alone(version: PlanVersion) -> None:
    define_key_group(
        version=version,
        key_group=group(),
        rules=[PersonRule(units=("S2",), job_codes=("LAR",))],
        excluded=Person.objects.filter(person_id__in=("S2-1", "S2-2")),
        by=None,
    )


def everything_reached(client: Any, version: PlanVersion) -> list[str]:
    """What the panel says wherever it stands, without any names being opened."""
    requirement = version.requirements.first()
    assert requirement is not None
    address = f"{ADMIN}/{version.number}"
    decision = {"in_force_from": "2027-03-01", "adopted_on": "2026-11-23", "adopted_by": "KS"}
    texts = []
    for part in (
        client.post(f"{address}/foljder/del/"),
        client.post(
            f"{address}/krav/{requirement.pk}/foljder/",
            written(level=TrainingLevel.objects.get(number=3).pk),
        ),
        client.post(f"{address}/foljder/"),
        client.post(f"{address}/besluta/", decision),
    ):
        context = part.context
        shown = [each.shown for each in context.get("parts") or ()]
        shown += [context[name] for name in ("shown",) if context.get(name)]
        shown += [context["summary"].shown] if context.get("summary") else []
        assert shown
        texts.append(repr(shown))
    return texts


@pytest.mark.parametrize("alone", [False, True])
def test_what_one_person_has_learnt_changes_nothing_that_is_shown(
    coordinator, client, draft, alone
):
    if alone:
        one_person_alone(draft)
    before = everything_reached(client, draft)
    person = Person.objects.get(person_id="S2-0")
    achieve(person, "OM1", 3, on=DAY)
    assert everything_reached(client, draft) == before


def test_no_query_of_the_panel_reads_what_anybody_has_learnt(draft):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        consequences_shown(draft, SPRING, today=DAY, threshold=5)
    read = " ".join(query["sql"] for query in queries)
    for table in ("achievement", "exemption", "people_leave", "outsiderecord"):
        assert table not in read


def test_names_are_opened_with_a_reason_and_each_person_named_is_in_the_ledger(
    coordinator, client, draft
):
    address = f"{ADMIN}/{draft.number}/foljder/"
    page = client.get(address)
    assert "exact" not in page.context
    assert client.get(f"{address}lista.csv?dag=2027-03-01").status_code == 302
    opened = client.post(address, {"open_names": "1", "opening_reason": "Budgeten för våren"})
    need = opened.context["exact"].need
    assert (need.lacks, need.red, need.red_later) == (9, 0, 9)
    assert opened.context["exact"].cost == Cost(33.75, 10, 1, 8000, 3038)
    named = AuditEvent.objects.filter(action="person.named_in_opening")
    assert named.count() == 9
    assert {event.after["purpose"] for event in named} == {"plan_consequences"}
    assert "Lärare6" in opened.text
    assert "Lärare5" not in opened.text
    file = client.get(f"{address}lista.csv?dag=2027-03-01")
    assert len(file.text.strip().splitlines()) == 10
    assert AuditEvent.objects.filter(action="plan_version.names_fetched").count() == 1


def test_units_that_do_not_make_it_come_first(draft):
    for number in range(6, 12):
        achieve(Person.objects.get(person_id=f"S1-{number}"), "OM1", 1, on=date(2026, 3, 1))
    counts, people = needs_by(compared(draft, SPRING))
    tight = Assumptions(lead_days=170)
    units = exact(counts, day=SPRING, decided_on=DAY, assumptions=tight).units
    assert [(unit.name, unit.away, unit.room, unit.makes_it) for unit in units] == [
        ("Norrskolan", 6, 0, False),
        ("Söderskolan", 3, 0, False),
    ]
    roomy = exact(counts, day=SPRING, decided_on=DAY, assumptions=Assumptions()).units
    assert [(unit.name, unit.away, unit.room, unit.makes_it) for unit in roomy] == [
        ("Söderskolan", 3, 4, True),
        ("Norrskolan", 6, 8, True),
    ]
    assert [line.lacks for line in changed_people(people, SPRING)][:1] == [
        ("Område OM1, Fördjupning",)
    ]


def test_as_many_queries_for_many_people_as_for_few(draft):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            consequences_shown(draft, SPRING, today=DAY, threshold=5)
            counts, people = needs_by(compared(draft, SPRING))
            exact(counts, day=SPRING, decided_on=DAY, assumptions=Assumptions())
            changed_people(people, SPRING)
        return len(queries)

    few = asked()
    unit = make_unit("S4", make_unit("K2"))
    for number in range(285):
        employ(make_person(f"N{number}"), unit, "LAR")
    assert asked() <= few


def test_a_version_that_is_decided_has_no_panel(coordinator, client):
    assert client.post(f"{ADMIN}/1/foljder/del/").status_code == 404
    assert client.get(f"{ADMIN}/1/foljder/").status_code == 404
    assert client.post(f"{ADMIN}/1/krav/foljder/", written()).status_code == 404


def test_counting_leaves_the_draft_as_it_is(draft):
    before = list(Requirement.objects.values())
    consequences_shown(draft, SPRING, today=DAY, threshold=5)
    needs_by(compared(draft, SPRING))
    assert list(Requirement.objects.values()) == before
    assert PlanVersion.objects.get(pk=draft.pk).status == "draft"
