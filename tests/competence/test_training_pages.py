"""The pages of the training plan: who reads them, what a partner sees, and the coordinator's way
from a draft to what came of it."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from competence.engine.assume import Assumptions
from competence.figures.activities import activity_lines
from competence.figures.own_part import own_parts
from competence.models import (
    ActivityExpense,
    ActivityOutcome,
    PartnerStep,
    PlanActivity,
    TrainingPlanVersion,
)
from competence.services.activities import PartnerPart, set_partners
from competence.services.activity_facts import note_partner_step, report_outcome
from courses.models import SeatQuota
from lms.framework.models import CompetenceArea
from lms.people.models import PartnerOrganisation
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, group, plan_of
from tests.builders.courses import NOON, enrol, publish_course
from tests.builders.pages import send
from tests.builders.partners import join, make_contact, make_guest, make_organisation, share
from tests.builders.people import account_with, employ, make_account, make_person, make_unit
from tests.builders.training import add_activity, decide, make_draft, with_partners

pytestmark = pytest.mark.django_db

PLAN = "/plan/utbildning/"
ADMIN = "/admin/kompetens/utbildningsplan/"


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON.replace(2026, 11, 23))


@pytest.fixture
def coordinator(client: Client) -> Client:
    client.force_login(account_with(Role.COORDINATOR))
    return client


def employee() -> Client:
    person = make_person()
    employ(person, make_unit("K"))
    client = Client()
    client.force_login(make_account(person))
    return client


def a_plan() -> PlanActivity:
    adopt(plan_of({"area": "OM1"}))
    make_organisation("A", name="Länsstyrelsen")
    draft = make_draft()
    planned = add_activity(
        draft,
        "Samtal och bemötande",
        key_groups=[group()],
        cost_trainer=5_000,
        sessions=2,
        seats=20,
        measures=["S15"],
    )
    with_partners(planned, "percent", 75, A=25)
    add_activity(draft, "Övning", starts_on=date(2028, 3, 1), ends_on=date(2028, 3, 1))
    decide(draft)
    return planned


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode().replace("\xa0", " ")


def rows(client: Client, url: str) -> list[dict[str, str]]:
    file = b"".join(client.get(url).streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(file), delimiter=";"))


def test_whoever_works_here_reads_the_plan_and_narrows_it() -> None:
    reader = employee()
    assert "Det finns ingen utbildningsplan än" in text(reader, PLAN)
    planned = a_plan()
    page = text(reader, PLAN)
    for words in ("Samtal och bemötande", "Länsstyrelsen", "Övning", "2 tillfällen", "40 personer"):
        assert words in page
    assert "Samtal och bemötande" not in text(reader, PLAN + "?ar=2028")
    assert "Övning" not in text(reader, f"{PLAN}?part={PartnerOrganisation.objects.get().pk}")
    assert "Ingen aktivitet passar" in text(reader, PLAN + "?lage=done")
    page = text(reader, f"{PLAN}{planned.activity}/")
    assert "5 000 kr" in page
    assert "1 250 kr" in page
    assert "S15" in page
    assert "5 000" in text(reader, PLAN + "kostnad/")
    assert reader.get(f"{PLAN}A9/").status_code == 404


def test_the_files_say_what_the_pages_say(monkeypatch: pytest.MonkeyPatch) -> None:
    planned, reader = a_plan(), employee()
    with monkeypatch.context() as week_before:
        week_before.setattr(timezone, "now", lambda: NOON - timedelta(days=7))
        on = date(2026, 11, 16)
        report_outcome(activity=planned.activity, on=on, sessions=1, people=3, day=on, by=None)
    lines = list(
        csv.DictReader(
            io.StringIO(text(reader, PLAN + "aktiviteter.csv").lstrip("\ufeff")), delimiter=";"
        )
    )
    assert [line["Titel"] for line in lines] == ["Samtal och bemötande", "Övning"]
    assert lines[0]["Deltog"] == "färre än 5"
    costs = list(
        csv.DictReader(
            io.StringIO(text(reader, PLAN + "kostnad.csv?ar=2027").lstrip("\ufeff")), delimiter=";"
        )
    )
    assert [line["Plan: Totalt, kronor"] for line in costs] == ["5000"]
    assert reader.get(PLAN + "kostnad.xlsx").status_code == 200
    assert "färre än 5" in text(reader, f"{PLAN}{planned.activity}/")


def test_the_plan_is_for_those_who_work_here_and_the_draft_for_the_coordinator() -> None:
    a_plan()
    assert Client().get(PLAN).status_code == 302
    guest = Client()
    guest.force_login(make_guest(make_organisation("B")))
    for url in (PLAN, PLAN + "kostnad/", f"{PLAN}A1/", PLAN + "var-del/"):
        assert guest.get(url).status_code == 403, url
    reader = employee()
    assert reader.get(PLAN + "var-del/").status_code == 403
    assert reader.get(ADMIN).status_code in (302, 403)
    executive = Client()
    executive.force_login(account_with(Role.EXECUTIVE_VIEWER))
    assert executive.get(PLAN + "kostnad/").status_code == 200
    assert executive.get(f"{ADMIN}A1/").status_code in (302, 403)


def test_a_draft_is_not_read_by_others() -> None:
    add_activity(make_draft(), "Inte beslutad")
    assert "Inte beslutad" not in text(employee(), PLAN)


def test_a_contact_reads_the_own_part_and_the_own_people_and_nothing_else() -> None:
    ours, other = (
        make_organisation("OUR", name="Förbundet"),
        make_organisation("B", name="Friskolan"),
    )
    version = publish_course()
    draft = make_draft()
    shared = add_activity(
        draft, "Gemensam dag", cost_trainer=1_000, course=version.course, people=40
    )
    set_partners(
        planned=shared,
        split="percent",
        own_percent=50,
        parts=[
            PartnerPart(ours, "Deltar med lärare", seats=6, share=20),
            PartnerPart(other, "Håller lokalen", seats=9, share=30),
        ],
        by=None,
    )
    theirs = add_activity(draft, "Bara friskolans")
    set_partners(
        planned=theirs, split="alone", own_percent=None, parts=[PartnerPart(other)], by=None
    )
    decide(draft)
    note_partner_step(
        activity=shared.activity, organisation=other, step="declined", on=DAY, day=DAY, by=None
    )
    for organisation, name in ((ours, "Vår"), (other, "Deras")):
        share(version, organisation)
        person = make_person(given_name=name, family_name="Person")
        join(person, organisation)
        enrol(person, version)
    contact = Client()
    contact.force_login(make_contact(ours))
    page = text(contact, PLAN + "var-del/")
    for words in ("Gemensam dag", "Deltar med lärare", "200 kr", "20 %", "Vår Person"):
        assert words in page
    for words in ("Friskolan", "Håller lokalen", "300 kr", "30 %", "Bara friskolans", "tackat nej"):
        assert words not in page
    assert "Deras Person" not in page


def test_no_partner_is_shown_anything_of_another_in_a_hundred_random_plans() -> None:
    choice = random.Random("partners")
    organisations = [make_organisation(f"P{n}", name=f"Part nummer {n}") for n in range(4)]
    draft = make_draft()
    for number in range(30):
        planned = add_activity(draft, f"Aktivitet {number}", people=100, cost_venue=10_000)
        chosen = choice.sample(organisations, choice.randrange(4))
        parts = [
            PartnerPart(each, f"Roll {number} för {each.code}", seats=n + 1, share=100 * n + number)
            for n, each in enumerate(chosen)
        ]
        set_partners(planned=planned, split="kronor", own_percent=None, parts=parts, by=None)
        for each in chosen:
            step = choice.choice(PartnerStep.Step.values)
            note_partner_step(
                activity=planned.activity, organisation=each, step=step, on=DAY, day=DAY, by=None
            )
    lines = activity_lines(draft, day=DAY, assumed=Assumptions())
    for own in organisations:
        found = own_parts(own.pk, lines, [])
        expected = [
            line.title
            for line in lines
            if own.pk in {partner.organisation_pk for partner in line.partners}
        ]
        assert [part.title for part in found] == expected
        told = repr(found)
        for other in organisations:
            assert (other.code in told) is (other == own and bool(found))
            assert (other.name in told) is (other == own and bool(found))


def test_the_coordinator_makes_an_activity_step_by_step_and_decides(coordinator: Client) -> None:
    adopt(plan_of({"area": "OM1"}))
    partner = make_organisation("A")
    coordinator.post(ADMIN + "nytt-utkast/")
    what = {
        "title": "Samtal",
        "kind": "in_depth",
        "starts_on": "2027-01-01",
        "ends_on": "2027-06-30",
        "key_groups": [group().pk],
        "measures": "S15, S11",
    }
    refused = coordinator.post(ADMIN + "1/aktivitet/", what | {"key_groups": []})
    assert "Välj en nyckelgrupp" in refused.content.decode()
    assert 'value="Samtal"' in refused.content.decode()
    coordinator.post(ADMIN + "1/aktivitet/", what | {"next": "1"})
    planned = PlanActivity.objects.get()
    steps = f"{ADMIN}1/aktivitet/A1/steg/"
    send(coordinator, steps + "2/", {"sessions": 2, "seats": 20, "responsible": "samordnare"})
    money = {"cost_external": 0, "cost_trainer": 900, "cost_venue": 100}
    send(coordinator, steps + "3/", money)
    partners = {
        "split": "percent",
        "own_percent": 60,
        "parter-TOTAL_FORMS": 1,
        "parter-INITIAL_FORMS": 0,
        "parter-0-organisation": partner.pk,
        "parter-0-role": "Föreläsare",
        "parter-0-share": 30,
    }
    wrong = send(coordinator, steps + "4/", partners)
    assert "90 procent" in wrong.content.decode()
    assert "Föreläsare" in wrong.content.decode()
    send(coordinator, steps + "4/", partners | {"parter-0-share": 40})
    planned.refresh_from_db()
    assert (planned.measures, planned.planned_people, planned.planned_kronor) == (
        ["S15", "S11"],
        40,
        1_000,
    )
    assert planned.partners.get().share == 40
    decision = {
        "in_force_from": "2026-11-23",
        "adopted_on": "2026-11-20",
        "adopted_by": "Kommunstyrelsen",
    }
    send(coordinator, ADMIN + "1/besluta/", decision)
    assert TrainingPlanVersion.objects.in_force_on(DAY) == planned.version
    assert coordinator.get(steps + "1/").status_code == 404
    for page in ("", "1/", "A1/"):
        assert coordinator.get(ADMIN + page).status_code == 200


def test_a_new_activity_that_is_sent_twice_is_one(coordinator: Client) -> None:
    adopt(plan_of({"area": "OM1"}, rules={"G": [{}], "H": [{}]}))
    coordinator.post(ADMIN + "nytt-utkast/")
    what = {
        "title": "Samtal",
        "kind": "in_depth",
        "starts_on": "2027-01-01",
        "ends_on": "2027-06-30",
        "key_groups": [group().pk],
        "areas": [CompetenceArea.objects.get(code="OM1").pk],
        "measures": "S15, S11",
        "next": "1",
    }
    words = "”Samtal” finns redan i utkastet"
    first = coordinator.post(ADMIN + "1/aktivitet/", what, follow=True)
    assert words not in first.content.decode()
    # Also after more is said of it.
    send(coordinator, f"{ADMIN}1/aktivitet/A1/steg/2/", {"sessions": 2, "seats": 20})
    again = coordinator.post(ADMIN + "1/aktivitet/", what, follow=True)
    assert again.redirect_chain == first.redirect_chain
    assert words in again.content.decode()
    assert PlanActivity.objects.get().sessions == 2
    # The same name for others, or another day, is another activity.
    for other in ({"key_groups": [group("H").pk]}, {"starts_on": "2027-02-01"}):
        coordinator.post(ADMIN + "1/aktivitet/", what | other)
    assert PlanActivity.objects.count() == 3


def test_an_activity_is_copied_moved_and_taken_out_after_a_question(coordinator: Client) -> None:
    planned = add_activity(make_draft())
    address = f"{ADMIN}1/aktivitet/A1/"
    coordinator.post(address + "flytta/", {})
    coordinator.post(address + "kopiera/")
    planned.refresh_from_db()
    assert [each.starts_on.year for each in PlanActivity.objects.order_by("pk")] == [2028, 2029]
    assert coordinator.get(address + "ta-bort/").status_code == 200
    assert PlanActivity.objects.count() == 2
    send(coordinator, address + "ta-bort/")
    assert [str(each.activity) for each in PlanActivity.objects.all()] == ["A2"]


def test_the_coordinator_writes_what_came_of_an_activity(coordinator: Client) -> None:
    planned = a_plan()
    address = f"{ADMIN}A1/"
    cancelled = {"vad": "lage", "lage-step": "cancelled", "lage-on": "2026-11-23"}
    assert "Skriv varför" in coordinator.post(address, cancelled).content.decode()
    coordinator.post(address, cancelled | {"lage-reason": "Sjukdom hos föreläsaren"})
    held = {"vad": "utfall", "utfall-on": "2026-11-20", "utfall-sessions": 2}
    coordinator.post(address, held | {"utfall-people": 33, "utfall-result": "Gick bra"})
    named = coordinator.post(
        address, held | {"utfall-result": "19121212-1212 ville veta mer"}
    ).content.decode()
    assert "ville veta mer" in named
    coordinator.post(
        address,
        {
            "vad": "kostnad",
            "kostnad-kind": "venue",
            "kostnad-on": "2026-11-20",
            "kostnad-kronor": 900,
        },
    )
    coordinator.post(
        address,
        {
            "vad": "part",
            "part-organisation": planned.partners.get().organisation_id,
            "part-step": "confirmed",
            "part-on": "2026-11-20",
        },
    )
    outcome, expense = ActivityOutcome.objects.get(), ActivityExpense.objects.get()
    assert (outcome.people, expense.kronor, PartnerStep.objects.get().step) == (
        33,
        900,
        "confirmed",
    )
    assert "Sjukdom hos föreläsaren" in text(coordinator, address)
    coordinator.post(f"{address}utfall/{outcome.pk}/ta-tillbaka/")
    coordinator.post(f"{address}kostnad/{expense.pk}/ta-tillbaka/")
    assert not ActivityOutcome.objects.standing().exists()
    assert not ActivityExpense.objects.standing().exists()


def test_the_coordinator_gives_a_partner_its_seats(coordinator: Client) -> None:
    version, organisation = publish_course(), make_organisation("A")
    planned = add_activity(make_draft(), course=version.course, people=9)
    parts = [PartnerPart(organisation, seats=4)]
    set_partners(planned=planned, split="alone", own_percent=None, parts=parts, by=None)
    address = reverse("competence_admin:give_seats", args=[1, planned.partners.get().pk])
    for _again in range(2):
        coordinator.post(address)
    assert SeatQuota.objects.get().seats == 4


def test_the_training_plan_goes_the_same_way_as_the_competence_plan(coordinator: Client) -> None:
    adopt(plan_of({"area": "OM1"}))
    unit = make_unit("K")
    add_activity(make_draft(), "Samtal och bemötande")
    version = TrainingPlanVersion.objects.get()
    send(
        coordinator,
        reverse("competence_admin:send_out", args=[version.kind, 1]),
        {"closes_on": "2026-12-23", "units": [unit.pk], "question": "Räcker tiden?"},
    )
    version.refresh_from_db()
    assert version.status == TrainingPlanVersion.Status.CONSULTATION
    proposal = text(coordinator, reverse("competence:consultation", args=[version.kind, 1]))
    assert "Samtal och bemötande" in proposal
    assert "Räcker tiden?" in proposal
    assert coordinator.get(f"{ADMIN}1/").status_code == 200
    decision = {
        "in_force_from": "2026-11-23",
        "adopted_on": "2026-11-20",
        "adopted_by": "Kommunstyrelsen",
    }
    send(coordinator, ADMIN + "1/besluta/", decision)
    assert TrainingPlanVersion.objects.in_force_on(DAY) == version


def test_a_draft_that_exists_is_offered_before_another_is_made(coordinator: Client) -> None:
    coordinator.post(f"{ADMIN}nytt-utkast/")
    page = coordinator.post(f"{ADMIN}nytt-utkast/")
    draft = TrainingPlanVersion.objects.get()
    assert f'href="{ADMIN}{draft.number}/"' in page.content.decode()
    coordinator.post(f"{ADMIN}nytt-utkast/", {"another": "1"})
    assert TrainingPlanVersion.objects.count() == 2
