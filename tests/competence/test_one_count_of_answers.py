"""What is said to be asked and answered in a round is one number, on every page and in the report;
its words are those of the form."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils.translation import override

from competence.figures.followup.needs import needs_section
from competence.figures.needs import standing_of_needs
from competence.models import NeedsForm
from competence.services.namings import name_key_person
from competence.services.needs_answers import NeedsWritten
from competence.services.needs_notices import remind_of_forms
from lms.people.roles import Role
from tests.builders.competence import adopt, group, plan_of
from tests.builders.needs import NOW, answer, form_of, make_operation, open_round
from tests.builders.people import MONDAY, account_with, employ, make_manager, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(monday) -> SimpleNamespace:
    """Two operations are asked about a key group, one also about a key person; one has answered."""
    top = make_unit("K")
    unit, other = make_operation("A", top, "Norr"), make_operation("B", top, "Söder")
    adopt(plan_of({"area": "OM4", "level": 1}, rules={"G": [{"job_codes": ["LAR"]}]}))
    named = make_person("NAMN")
    employ(named, unit, "STR")
    for each in (unit, other):
        employ(make_person(), each)
    officer, manager = account_with(Role.COORDINATOR), make_manager(unit, "CHEF1")
    make_manager(other, "CHEF2")
    naming = name_key_person(
        key_group=group("G"),
        person=named,
        starts_on=date(2026, 1, 1),
        function="säkerhetsstrateg",
        by=None,
    )
    opened = open_round(officer, namings=[naming])
    written = NeedsWritten(need="yes", levels={"OM4": 2}, motives="BP", suits="spring")
    answer(NeedsForm.objects.get(naming=naming), manager, written)
    answer(form_of(unit), manager, written)
    return SimpleNamespace(officer=officer, round=opened, other=other, naming=naming)


def read(client, user, address: str) -> str:
    client.force_login(user)
    page = client.get(address)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", page.content.decode())


def test_one_count_on_the_year_the_round_and_in_the_report(client, town):
    counted = "1 av 2 svar om nyckelgrupper"
    assert counted in read(client, town.officer, reverse("competence:planning_year"))
    of_the_round = read(
        client, town.officer, reverse("competence_admin:needs_round", args=[town.round.pk])
    )
    assert counted in of_the_round
    assert "Om nyckelpersoners funktioner: 1 av 1. De räknas bara här." in of_the_round
    with override("sv"):
        section = needs_section(standing_of_needs(MONDAY))
        assert section.intro[0].startswith(counted)
        assert any("nyckelpersons funktion räknas inte" in note for note in section.tables[0].notes)


def test_who_has_not_answered_is_told_with_the_last_reminder(client, town):
    address = reverse("competence:planning_year")
    assert "inte påmind" in read(client, town.officer, address)
    forms = NeedsForm.objects.filter(unit=town.other)
    assert remind_of_forms(forms=forms, day=MONDAY, by=town.officer, at=NOW)
    assert "senast påmind 23 november 2026" in read(client, town.officer, address)


def test_motives_are_words(client, town):
    page = read(client, town.officer, reverse("competence_admin:proposals", args=[town.round.pk]))
    assert "Kommunens ansvar" in page
    assert not re.search(r"<td>[A-Z]{1,7}</td>", page)
    proposed = reverse("competence_admin:new_proposal", args=[town.round.pk, "G", "OM4"])
    assert "BP" not in read(client, town.officer, proposed)


def test_who_takes_over_a_key_persons_function_has_one_name(client, town):
    for address in (
        reverse("competence_admin:namings"),
        reverse("competence_admin:naming", args=[town.naming.pk]),
    ):
        page = read(client, town.officer, address)
        assert "rsättare" in page
        assert "tällföreträdare" not in page.partition("<main")[2]
