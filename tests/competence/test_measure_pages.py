"""The register and the planning year as pages: who reads what, in which words, how it is kept."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from competence.models import GoverningDocument, ObligationStatus, PassageLink
from lms.framework.indicators import Told, indicators
from lms.people.roles import Role
from tests.builders.measures import document_of, passage, read_in, say, written
from tests.builders.people import account_with, employ, make_account, make_manager, make_person

REGISTER, YEAR = "/plan/atgarder/", "/plan/aret/"
FILE = "/admin/kompetens/atgarder/fil/"


@pytest.fixture
def coordinator(school, client):
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


@pytest.fixture
def register(school, monday):
    read_in(
        {"code": "S1", "owner_function": "Samordnare", "indicators": ["competence.coverage"]},
        {"code": "S2", "section": "Annat"},
        {"code": "S3", "kind": "definition"},
    )
    say("S1", "done", monday, "Klart sedan i våras.")


def text_of(response) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def rows_of(client, query: str) -> list[str]:
    page = text_of(client.get(f"{REGISTER}{query}"))
    return re.findall(r'<span class="code">(\w+)</span>', page)


def test_the_register_answers_how_many_are_done_and_narrows(coordinator, register, client):
    page = text_of(client.get(REGISTER))
    assert "1 av 2 åtaganden är genomförda." in page
    assert "ej angivet i dokumentet" in page
    assert {query: rows_of(client, query) for query in (
        "", "?status=done", "?status=none", "?avsnitt=Annat", "?ansvarig=Samordnare",
        "?ansvarig=none", "?status=nonsense", "?dag=2026-11-22&status=none",
    )} == {
        "": ["S1", "S2"],
        "?status=done": ["S1"],
        "?status=none": ["S2"],
        "?avsnitt=Annat": ["S2"],
        "?ansvarig=Samordnare": ["S1"],
        "?ansvarig=none": ["S2"],
        "?status=nonsense": ["S1", "S2"],
        "?dag=2026-11-22&status=none": ["S1", "S2"],
    }  # fmt: skip


def test_the_files_say_what_the_page_says(coordinator, register, client):
    told = client.get(f"{REGISTER}?format=csv&status=done").content.decode("utf-8-sig")
    assert [line.split(";")[1] for line in told.splitlines()] == ["Kod", "S1"]
    book = load_workbook(io.BytesIO(client.get(f"{REGISTER}?format=xlsx").content))
    assert [row[1].value for row in book.active.iter_rows()] == ["Kod", "S1", "S2"]


def test_without_a_document_the_pages_say_what_will_be_here(coordinator, client):
    assert "Inget styrdokument är inläst ännu." in text_of(client.get(REGISTER))
    assert client.get(f"{REGISTER}S1/").status_code == 404
    year = text_of(client.get(YEAR))
    assert "Inget styrdokument är inläst." in year
    assert "Ingen omgång har börjat" in year


def test_everyone_reads_the_words_and_only_who_sees_the_whole_the_figures(
    register, school, client, monday
):
    learner = make_person("LARARE")
    employ(learner, school.unit)
    seen = {}
    for name, account in {
        "learner": make_account(learner),
        "manager": make_manager(school.unit),
        "executive": account_with(Role.EXECUTIVE_VIEWER),
        "partner": account_with(Role.PARTNER),
    }.items():
        client.force_login(account)
        page = client.get(f"{REGISTER}S1/")
        seen[name] = (
            page.status_code,
            "Nyckeltal" in page.content.decode(),
            client.get(YEAR).status_code,
            client.get(reverse("competence_admin:measures")).status_code == 200,
        )
    assert seen == {
        "learner": (200, False, 403, False),
        "manager": (200, False, 403, False),
        "executive": (200, True, 200, False),
        "partner": (403, False, 403, False),
    }


def test_the_year_is_two_clicks_from_every_answer_there_is(coordinator, register, client):
    page = text_of(client.get(YEAR))
    assert [title in page for title in ("Hitta behoven", "Besluta planen", "Erbjud utbildning")]
    assert f'href="{REGISTER}"' in page
    assert 'href="/tackning/"' in page
    assert f'href="{YEAR}"' in text_of(client.get("/min-sida/"))


def test_the_year_asks_as_much_of_three_hundred_obligations_as_of_three(
    coordinator, register, client
):
    def questions() -> int:
        client.get(YEAR)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(YEAR).status_code == 200
        return len(asked)

    few = questions()
    known = ({"code": f"S{number}"} for number in (1, 2))
    third = {"code": "S3", "kind": "definition"}
    read_in(*known, third, *({"code": f"T{number}"} for number in range(297)))
    assert questions() == few


def test_the_coordinator_sets_a_status_adds_evidence_and_withdraws_it(
    coordinator, register, client
):
    address = reverse("competence_admin:passage", args=[passage("S2").pk])
    sent = {"status": 1, "status-status": "ongoing", "status-on": "2026-11-02"}
    refused = client.post(address, sent | {"status-comment": "Ring 070-123 45 67"})
    assert "Ring 070-123 45 67" in text_of(refused)
    assert "Skriv inte namn, personnummer, adress" in text_of(refused)
    client.post(address, sent | {"status-comment": "Påbörjat"})
    said = ObligationStatus.objects.get(passage__code="S2")
    assert (said.status, said.comment, said.by) == ("ongoing", "Påbörjat", coordinator)
    evidence = {"evidence": 1, "evidence-title": "Beslut"}
    assert "Välj en sak att koppla." in text_of(client.post(address, evidence))
    client.post(address, evidence | {"evidence-url": "https://example.se/beslut"})
    link = PassageLink.objects.get(role="evidence")
    assert "Beslut" in text_of(client.get(f"{REGISTER}S2/"))
    withdraw = reverse("competence_admin:passage_link", args=[link.pk])
    client.post(withdraw, {"reason": "Fel beslut"})
    link.refresh_from_db()
    assert (link.end_reason, link.ended_by) == ("Fel beslut", coordinator)
    assert "1 återtaget" in text_of(client.get(f"{REGISTER}S2/"))


def test_the_coordinator_joins_what_serves_a_passage_and_edits_who_answers(
    coordinator, register, client
):
    wanted = passage("S2")
    address = reverse("competence_admin:passage", args=[wanted.pk])
    client.post(address, {"indicator": 1, "indicator-indicator": "courses.published"})
    client.post(address, {"words": 1, "words-owner_function": "Strateg"})
    assert [each.key for each in wanted.links.all()] == ["courses.published"]
    wanted.refresh_from_db()
    assert wanted.owner_function == "Strateg"
    assert "Publicerade kurser" in text_of(client.get(f"{REGISTER}S2/"))


def test_obligations_nobody_has_looked_at_for_a_year_come_first(coordinator, register, client):
    address = reverse("competence_admin:measures")
    assert [each.code for each in client.get(address).context["due"]] == ["S2"]
    say("S2", "ongoing", passage("S1").statuses.get().on.replace(year=2025, month=10))
    told = {
        months: [each.code for each in client.get(f"{address}?manader={months}").context["due"]]
        for months in ("12", "24", "x")
    }
    assert told == {"12": ["S2"], "24": [], "x": ["S2"]}


def test_a_file_is_shown_before_it_is_taken_in_as_it_was_shown(coordinator, client):
    content = written(document_of({"code": "S1"}))
    client.post(FILE, {"file": SimpleUploadedFile("plan.yaml", content)})
    page = client.get(FILE)
    assert "1 avsnitt är nytt" in text_of(page)
    assert not GoverningDocument.objects.exists()
    client.post(FILE, {"take_in": "another"})
    assert not GoverningDocument.objects.exists()
    client.post(FILE, {"take_in": page.context["seal"]})
    document = GoverningDocument.objects.get()
    assert document.by == coordinator
    fetched = client.get(reverse("competence_admin:governing_export", args=[document.code]))
    assert "Kommunen gör S1." in fetched.content.decode()
    bad = SimpleUploadedFile("plan.yaml", written(document_of({"code": "S1", "kind": "x"})))
    assert "plan.yaml, rad" in text_of(client.post(FILE, {"file": bad}))


@pytest.mark.django_db
def test_every_indicator_says_something_of_an_empty_municipality_and_invents_nothing(monday):
    for each in indicators():
        reading = each.compute(monday)
        assert str(each.name), each.code
        assert str(each.definition), each.code
        assert str(each.unit), each.code
        assert reading.text, each.code
        if reading.told is not Told.MEASURED:
            assert reading.value is None, each.code
            assert reading.why, each.code


def test_an_indicator_of_people_tells_no_small_count(school, monday):
    told = {each.code: each.compute(monday) for each in indicators()}
    assert told["competence.coverage"].told is Told.HIDDEN
    assert told["competence.completions"].told is Told.HIDDEN
