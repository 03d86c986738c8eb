"""Every case of docs/how-to/fornyelsefall.md, worked out there by hand from docs/gap.md, is
answered so by the engine on facts that the services have written, and by the slow engine."""

from __future__ import annotations

import pytest

from competence.engine import cells, gap_rows
from competence.models import KeyGroup
from competence.services.corrections import revoke_achievement
from competence.services.exemptions import grant_exemption, withdraw_exemption
from competence.services.fact_files import import_achievements
from competence.services.namings import name_key_person
from competence.services.renewals import order_renewal
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person
from tests.builders.competence import adopt, as_file, plan_of
from tests.builders.people import import_files, make_person
from tests.competence.answers import as_slow_row
from tests.competence.renewal_cases import (
    DOCUMENT,
    NO_VALUE,
    NOT_APPLICABLE,
    PERSON,
    STATUSES,
    Case,
    Expected,
    UnknownWordsError,
    key_groups,
    listed,
    read_cases,
    read_fact,
)
from tests.competence.slow_engine import SlowRow, slow_cells, slow_rows
from tests.competence.worlds import UNITS, AchievementFact, Version, World

TEXT = DOCUMENT.read_text(encoding="utf-8")
CASES = read_cases(TEXT)
AREA = "M"


def name_of(case: Case) -> str:
    return f"{case.number}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case_is_answered_as_by_hand_by_the_slow_engine(case: Case):
    for expected in case.expected:
        rows = slow_rows(case.world, expected.day)
        assert told(rows, slow_cells(rows), expected) == in_the_table(expected), case.story


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_case_is_answered_as_by_hand_by_the_engine(case: Case):
    write_through_services(case)
    for expected in case.expected:
        assert asked(expected) == in_the_table(expected), case.story


@pytest.mark.django_db
@pytest.mark.parametrize(
    "case", [case for case in CASES if len(case.world.achievements) > 1], ids=name_of
)
def test_case_is_answered_alike_when_what_was_achieved_arrives_backwards(case: Case):
    write_through_services(case, backwards=True)
    for expected in case.expected:
        assert asked(expected) == in_the_table(expected), case.story


def test_document_has_its_cases_numbered_and_explains_its_words():
    assert [case.number for case in CASES] == list(range(1, len(CASES) + 1))
    assert len(CASES) >= 70
    assert all(case.expected for case in CASES)
    assert listed(TEXT, "Status") == list(STATUSES)
    examples = listed(TEXT, "Uppgift")
    for example in (each for each in examples if each.split()[0] not in AFTER_ANOTHER):
        read_fact(example, an_empty_case())
    used = {fact.split()[0] for row in listed_facts() for fact in row}
    assert used == {example.split()[0] for example in examples}


@pytest.mark.parametrize(
    "fact",
    [
        "sjuk 2026-01-01",
        "uppnått Mästare 2026-01-01",
        "uppnått Grund 2026-02-30",
        "anställd 2026-01-01 Österbo barnskötare",
        "krav Grund för Alla anställda: introduktion 90 dagar, giltigt 12 månader",
        "krav Grund för Okända: introduktion 90 dagar, giltigt 12 månader, fönster 30 dagar",
        "uppnått Grund 2026-01-01 återkallat 2026-02-01",
        "ledig från 2026-01-01",
    ],
)
def test_words_that_the_document_does_not_explain_are_refused(fact: str):
    with pytest.raises(UnknownWordsError):
        read_fact(fact, an_empty_case())


# Facts that change another fact, which the examples of the document do not hold.
AFTER_ANOTHER = ("återkallat", "undantaget", "plan")


def listed_facts() -> list[list[str]]:
    lines = [line for line in TEXT.splitlines() if line.startswith("Gäller alla: ")]
    cells = [row.removeprefix("Gäller alla: ") for row in lines]
    cells += [line.split("|")[3] for line in TEXT.splitlines() if line.startswith("| ")]
    return [
        [fact.strip() for fact in cell.split(";") if fact.strip()]
        for cell in cells
        if any(character.isdigit() for character in cell) or "ingen" in cell
    ]


def an_empty_case() -> Case:
    groups = key_groups(TEXT)
    plan = Version(None, {name: [{}] for name in groups}, {name: set() for name in groups}, [])
    return Case(0, "", World(people=[PERSON], versions=[plan]))


def in_the_table(expected: Expected) -> tuple[str, str, str]:
    return (expected.status, expected.due_on, expected.valid_until)


def told(
    rows: list[SlowRow], worst: dict[tuple[str, str], str], expected: Expected
) -> tuple[str, str, str]:
    """What an engine answers, in the columns of the table."""
    if expected.together:
        return (worst.get((PERSON, AREA), NO_VALUE), "", "")
    found = [row for row in rows if expected.level in (None, row.level)]
    if not found:
        return (NOT_APPLICABLE, "", "")
    (row,) = found
    return (row.status, row.due_on, row.valid_until)


def asked(expected: Expected) -> tuple[str, str, str]:
    rows = gap_rows(None, expected.day)
    worst = {(PERSON, area): str(status) for (_, area), status in cells(rows).items()}
    return told([as_slow_row(row) for row in rows], worst, expected)


def write_through_services(case: Case, *, backwards: bool = False) -> None:
    person = register(case)
    for version in case.world.versions:
        adopt(framework(version), in_force_from=version.in_force_from)
    for naming in case.world.namings:
        name_key_person(
            key_group=KeyGroup.objects.get(name=naming.group),
            person=person,
            starts_on=naming.start,
            ends_on=naming.end,
            by=None,
        )
    for fact in reversed(case.achieved) if backwards else case.achieved:
        import_achieved([AchievementFact(**vars(fact) | {"revoked_on": None})], "kurs")
        if fact.revoked_on:
            revoke_achievement(
                achievement=person.achievements.get(achieved_on=fact.achieved_on),
                on=fact.revoked_on,
                reason="Beslut",
                by=None,
            )
    for exemption in case.world.exemptions:
        granted = grant_exemption(
            person=person,
            area=CompetenceArea.objects.get(code=exemption.area),
            level=TrainingLevel.objects.get(number=exemption.level),
            starts_on=exemption.start,
            ends_on=None if case.exemption_ended else exemption.end,
            reason="Beslut",
            by=None,
        )
        if case.exemption_ended:
            withdraw_exemption(exemption=granted, on=case.exemption_ended, by=None)
    for order in case.world.orders:
        order_renewal(
            area=CompetenceArea.objects.get(code=order.area),
            level=TrainingLevel.objects.get(number=order.level) if order.level else None,
            achieved_before=order.achieved_before,
            last_valid_day=order.last_valid_day,
            decided_on=order.decided_on,
            reason="Ändrad lag",
            by=None,
        )
    import_achieved(case.imported[::-1] if backwards else case.imported, "import")


def register(case: Case) -> Person:
    """The person, the posts and the leave, from the files of HR."""
    staff = [
        f"{PERSON},Test,Person,,{row.unit},{row.job},{row.job},0,{row.start},{row.end or ''}"
        for row in case.world.employments
    ]
    if not staff:
        make_person(PERSON)
    import_files(
        "\n".join(f"{code},Enhet {code},{parent or ''}," for code, parent in UNITS.items()),
        "\n".join(staff),
        "\n".join(f"{PERSON},{row.start},{row.end or ''}" for row in case.world.leaves),
    )
    return Person.objects.get(person_id=PERSON)


def framework(version: Version) -> dict[str, object]:
    codes = {name: f"G{number}" for number, name in enumerate(version.rules, 1)}
    plan = plan_of(
        *(
            {
                "key_group": codes[row.group],
                "area": row.area,
                "level": row.level,
                "kind": row.kind,
                "effective_from": row.start,
                "effective_until": row.end,
                "grace_days": row.grace_days,
                "renewal_months": row.renewal_months,
                "window_days": row.window_days,
            }
            for row in version.requirements
        ),
        areas=("M", "N"),
    )
    plan["key_groups"] = [
        {"code": codes[name], "name": name, "rules": rules} for name, rules in version.rules.items()
    ]
    return plan


def import_achieved(facts: list[AchievementFact], source: str) -> None:
    head = "person_id,area,level,achieved_on,valid_until,revoked_on,source"
    lines = [
        f"{PERSON},{fact.area},{fact.level},{fact.achieved_on},{fact.valid_until or ''},"
        f"{fact.revoked_on or ''},{source}"
        for fact in facts
    ]
    import_achievements(source=as_file(head, *lines), name="achievements.csv")
