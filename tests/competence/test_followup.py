"""Follow-up reports: frozen when made, fixed when signed off, and never changed after."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from openpyxl import load_workbook

from competence import jobs
from competence.figures.chain import questions
from competence.figures.followup import document as document_module
from competence.figures.followup.document import (
    Cell,
    CellKind,
    Report,
    number,
    report_from,
    share,
)
from competence.figures.followup.extract import extract_of, part_of
from competence.figures.followup.frozen import as_data
from competence.followup_forms import usual_period
from competence.models import FollowUpReport, ReportHandover, ReportWords, WeekOutlook
from competence.reports.followup_files import write_workbook
from competence.services.followup import (
    FollowUpError,
    discard_report,
    frozen,
    hand_over,
    make_report,
    release_report,
    sign_off_report,
    write_words,
)
from lms.demo.followup import make_reports
from lms.lib.append_only import unlock
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Job
from lms.notifications.services.jobs import run_job
from lms.people.models import Person, User
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.followup import AT, draft, released, signed_off
from tests.builders.pages import send
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


@pytest.fixture
def office(monday) -> SimpleNamespace:
    """Those who make and read reports, where nobody works yet."""
    return SimpleNamespace(
        coordinator=account_with(Role.COORDINATOR), executive=account_with(Role.EXECUTIVE_VIEWER)
    )


@pytest.fixture
def town(monday) -> SimpleNamespace:
    """Two departments with twelve people each: in one all have learnt it, in the other half."""
    top = make_unit("K", name="Kommunen")
    adopt(plan_of({"area": "OM1"}, {"area": "OM4"}))
    units = [make_unit(code, top, f"Förvaltning {code}") for code in ("BUF", "SOC")]
    for unit in units:
        for place in range(12):
            person = make_person(
                f"{unit.code}{place}", given_name="Efraim", family_name="Zetterqvist"
            )
            employ(person, unit)
            if unit is units[0] or place < 6:
                achieve(person, "OM1", on=date(2026, 1, 1))
                achieve(person, "OM4", on=date(2026, 1, 1))
    return SimpleNamespace(
        top=top,
        units=units,
        coordinator=account_with(Role.COORDINATOR),
        executive=account_with(Role.EXECUTIVE_VIEWER),
        manager=make_manager(make_unit("S1", units[0], "Skolan"), "CHEF1"),
    )


def test_a_cell_is_written_once_for_all_who_read_it():
    assert str(number(1234567)) == "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"
    assert str(number(44, 1)) == "4,4"
    assert (str(share(2, 3)), share(2, 3).value) == ("67\N{NO-BREAK SPACE}%", 67)
    assert (share(199, 200).percent, share(200, 200).percent) == (99, 100)
    assert share(0, 0) == Cell(CellKind.EMPTY)


def test_a_report_comes_back_from_its_data_as_it_was(town):
    document = frozen(draft(town.coordinator))
    assert report_from(json.loads(document.as_json())) == document
    assert document.checksum == hashlib.sha256(document.as_json()).hexdigest()


def test_a_report_is_in_the_municipalitys_language_whoever_makes_it(office):
    with translation.override("en"):
        report = draft(office.coordinator)
    assert frozen(report).title.startswith("Uppföljning av kompetensplanen, 1 januari")
    assert "Yearly report" not in report.figures
    assert "Coverage" not in report.figures


@dataclass(frozen=True)
class LaterReport(Report):
    """As the next release may have it."""

    learnt_since: str = ""


def test_what_was_signed_off_has_its_bytes_and_checksum_in_the_next_release(
    office, client, monkeypatch
):
    report = released(office.coordinator)
    monkeypatch.setattr(document_module, "Report", LaterReport)
    assert isinstance(frozen(report), LaterReport)
    assert frozen(report).checksum == report.checksum
    client.force_login(office.coordinator)
    content = client.get(f"/uppfoljning/{report.number}/rapport.json").content
    assert content == report.document.encode()
    assert hashlib.sha256(content).hexdigest() == report.checksum


def test_what_a_later_release_wrote_is_read_by_an_earlier(office):
    report = signed_off(office.coordinator)
    data = json.loads(report.document)
    assert report_from(data | {"learnt_since": "x"}) == frozen(report)
    del data["schema"]
    assert report_from(data).schema == 1


def test_a_report_that_was_altered_is_said_to_be_and_not_shown(office, client):
    report = released(office.coordinator)
    altered = report.document.replace("Skolan ligger efter", "Skolan ligger bra till")
    unlock(connection, "competence_followupreport")
    FollowUpReport.objects.update(document=altered)
    client.force_login(office.coordinator)
    for page in ("", "utdrag/", "rapport.pdf", "rapport.json", "rapport.xlsx"):
        answer = client.get(f"/uppfoljning/{report.number}/{page}")
        assert answer.status_code == 500, page
        assert "Dokumentet har ändrats" in answer.content.decode()
        assert "ligger bra till" not in answer.content.decode()
    with pytest.raises(CommandError, match=report.number):
        call_command("followup", "--id", report.number)


def test_a_number_that_rounds_has_no_place_in_a_report():
    with pytest.raises(TypeError):
        as_data(0.5)


def test_the_figures_are_those_of_the_published_monday(town):
    document = frozen(draft(town.coordinator))
    rows = {
        (row.unit, row.group): [cell.value for cell in row.cells[2:]]
        for row in document.table("T3").rows
    }
    # Share, a year ago, the goal, how it stands to it, covered, gap, in introduction, paused, only
    # by exemption or recognition.
    assert rows == {
        ("", "G"): [72, 0, "inget mål beslutat", None, 18, 7, 0, 0, 0, 0],
        ("BUF", "G"): ["visas inte", 0, "inget mål beslutat", None, 12, "färre än 5", 0, 0, 0, 0],
        ("SOC", "G"): ["visas inte", 0, "inget mål beslutat", None, 6, "visas inte", 0, 0, 0, 0],
    }


def test_words_can_be_written_until_it_is_signed_off(office):
    report = signed_off(office.coordinator)
    document = frozen(report)
    assert document.words.summary == ("Täckningen ökar.", "Skolan ligger efter.")
    assert report.checksum == document.checksum
    with pytest.raises(FollowUpError, match="fastställd"):
        write_words(
            report=report, summary="x", proposals="", next_steps="", at=LATER, by=office.coordinator
        )
    with pytest.raises(FollowUpError, match="fastställd"):
        discard_report(report=report, at=LATER, by=office.coordinator)


def test_words_that_describe_somebody_are_refused(office):
    report = draft(office.coordinator)
    with pytest.raises(ValidationError):
        write_words(
            report=report,
            summary="Ring 19850314-2391 om rapporten.",
            proposals="",
            next_steps="",
            at=AT,
            by=office.coordinator,
        )
    assert not ReportWords.objects.exists()


def test_what_happens_after_it_is_made_changes_nothing_in_it(town):
    report = draft(town.coordinator)
    before = frozen(report)
    for place in range(6, 12):
        achieve(make_person(f"NY{place}"), "OM1", on=date(2026, 11, 1))
    make_unit("NY", town.top, "En ny förvaltning")
    town.units[0].name = "Ett annat namn"
    town.units[0].save()
    assert frozen(FollowUpReport.objects.get()) == before


def test_no_report_is_rewritten_by_anybody(office):
    report = released(office.coordinator)
    for change in (
        {"figures": "{}"},
        {"document": "{}"},
        {"checksum": "0" * 64},
        {"cut_off": date(2026, 11, 2)},
        {"released_at": LATER},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            FollowUpReport.objects.filter(pk=report.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpReport.objects.filter(pk=report.pk)._raw_delete("default")
    words = report.words.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportWords.objects.filter(pk=words.pk).update(summary="Annat.")


def test_it_is_signed_off_before_it_is_released_and_each_once(office):
    report = draft(office.coordinator)
    with pytest.raises(FollowUpError):
        release_report(report=report, at=AT, by=office.coordinator)
    sign_off_report(report=report, at=AT, by=office.coordinator)
    with pytest.raises(FollowUpError):
        sign_off_report(report=report, at=LATER, by=office.coordinator)
    release_report(report=report, at=AT, by=office.coordinator)
    with pytest.raises(FollowUpError):
        release_report(report=report, at=LATER, by=office.coordinator)


def test_a_report_is_put_right_in_one_report_at_a_time(office):
    wrong = released(office.coordinator)
    right = draft(office.coordinator, supersedes=wrong, correction="Fel.")
    with pytest.raises(FollowUpError, match=right.number):
        draft(office.coordinator, supersedes=wrong, correction="Fel igen.")
    discard_report(report=right, at=LATER, by=office.coordinator)
    assert draft(office.coordinator, supersedes=wrong, correction="Fel igen.").supersedes == wrong


def test_a_report_is_not_released_once_it_has_been_put_right(office, client):
    wrong = signed_off(office.coordinator)
    right = draft(office.coordinator, supersedes=wrong, correction="Fel.")
    sign_off_report(report=right, at=LATER, by=office.coordinator)
    with pytest.raises(FollowUpError, match=right.number):
        release_report(report=wrong, at=LATER, by=office.coordinator)
    client.force_login(office.coordinator)
    page = client.get(f"/uppfoljning/{wrong.number}/").content.decode()
    assert "/slapp/" not in page
    assert "ersatter" not in page


def test_a_correction_is_a_new_report_that_says_what_was_wrong(office):
    wrong = released(office.coordinator)
    with pytest.raises(FollowUpError, match="fel"):
        draft(office.coordinator, supersedes=wrong)
    right = draft(office.coordinator, supersedes=wrong, correction="Socialförvaltningen saknades.")
    document = frozen(right)
    assert (wrong.number, right.number) == ("UR-2026-01", "UR-2026-02")
    assert (document.supersedes, document.correction) == (
        "UR-2026-01",
        "Socialförvaltningen saknades.",
    )
    with pytest.raises(FollowUpError):
        draft(office.coordinator, supersedes=right, correction="Ett utkast ersätts inte.")


def test_the_number_of_a_draft_that_is_thrown_away_is_not_used_again(office):
    discard_report(report=draft(office.coordinator), at=AT, by=office.coordinator)
    assert draft(office.coordinator).number == "UR-2026-02"


def test_figures_of_a_day_that_is_not_published_are_refused(office):
    with pytest.raises(FollowUpError, match="måndag"):
        draft(office.coordinator, cut_off=MONDAY - timedelta(days=1))


def test_it_is_noted_which_forum_was_given_which_version(office):
    report = released(office.coordinator)
    given = hand_over(
        report=report,
        form="extract",
        forum="Lokala BRÅ",
        given_on=MONDAY,
        at=LATER,
        by=office.coordinator,
    )
    assert given.checksum == report.checksum
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportHandover.objects.filter(pk=given.pk).update(forum="Annat")
    for day in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)):
        with pytest.raises(FollowUpError):
            hand_over(
                report=report,
                form="whole",
                forum="KS",
                given_on=day,
                at=LATER,
                by=office.coordinator,
            )


def test_a_manager_reads_the_rows_of_the_own_department_only(town, client):
    report = released(town.coordinator)
    client.force_login(make_manager(town.units[0], "CHEF2"))
    page = client.get(f"/uppfoljning/{report.number}/").content.decode()
    assert "Förvaltning BUF" in page
    assert "Förvaltning SOC" not in page
    assert "Hela kommunen" not in page
    assert "Skolan ligger efter." not in page
    assert "Mitt team" not in main_of(page)
    for file in ("rapport.xlsx", "rapport.json", "T3.csv", "utdrag/"):
        assert client.get(f"/uppfoljning/{report.number}/{file}").status_code == 403
    part = part_of(frozen(report), {"BUF"})
    assert {row.unit for table in part.tables for row in table.rows} == {"BUF"}


def test_whoever_knows_a_part_of_a_department_by_name_is_not_shown_its_figures(town, client):
    """Less the own team the row would be the count of the other units, which the page hides."""
    report = released(town.coordinator)
    client.force_login(town.manager)
    page = client.get(f"/uppfoljning/{report.number}/").content.decode()
    assert "Förvaltning" not in page
    assert "<table" not in page
    assert "Du känner till en del av din förvaltning" in page
    assert 'href="/team/"' in main_of(page)


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_a_draft_is_for_those_who_make_reports(office, client):
    report = draft(office.coordinator)
    for user, status in ((office.coordinator, 200), (office.executive, 404)):
        client.force_login(user)
        assert client.get(f"/uppfoljning/{report.number}/").status_code == status
    assert client.get("/uppfoljning/ny/").status_code == 403
    assert client.post(f"/uppfoljning/{report.number}/faststall/").status_code == 403


def test_no_name_of_anybody_is_in_a_report(town):
    achieve(make_person("OBS", family_name="Osedvanligt"), "OM1", on=date(2026, 1, 1))
    assert b"Zetterqvist" not in frozen(released(town.coordinator)).as_json()


def test_the_report_is_made_by_a_job_that_can_be_followed(office, client):
    client.force_login(office.coordinator)
    answer = client.post(
        "/uppfoljning/ny/",
        {
            "kind": "half",
            "period": "2026-07-01/2026-12-31",
            "cut_off": "2026-11-23",
        },
    )
    job = Job.objects.get(kind=jobs.REPORT)
    assert answer.url.endswith(f"/{job.pk}/")
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.result_url, job.message) == ("/uppfoljning/UR-2026-01/", "Rapporten är klar.")
    assert job.done == job.total == Person.objects.current().count()
    assert client.get(job.result_url).status_code == 200


def test_a_draft_of_the_same_period_and_day_is_offered_before_another_is_made(office, client):
    known = draft(office.coordinator)
    client.force_login(office.coordinator)
    asked = {"kind": "year", "period": "2026-01-01/2026-12-31", "cut_off": "2026-11-23"}
    page = client.post("/uppfoljning/ny/", asked).content.decode()
    assert f'href="/uppfoljning/{known.number}/"' in page
    assert not Job.objects.filter(kind=jobs.REPORT).exists()
    client.post("/uppfoljning/ny/", asked | {"anyway": "1"})
    assert Job.objects.filter(kind=jobs.REPORT).count() == 1


def test_figures_of_months_after_the_period_are_asked_about(office, client):
    client.force_login(office.coordinator)
    asked = {"kind": "half", "period": "2026-01-01/2026-06-30", "cut_off": "2026-11-23"}
    page = client.post("/uppfoljning/ny/", asked).content.decode()
    assert "Perioden slutade den 30 juni 2026, men talen är från den 23 november 2026" in page
    assert "från den 6 juli 2026" in page
    assert not Job.objects.filter(kind=jobs.REPORT).exists()
    near = client.post("/uppfoljning/ny/", asked | {"cut_off": "2026-07-06"})
    assert near.status_code == 302


def test_the_usual_report_has_the_first_figures_after_its_period():
    assert usual_period(date(2026, 11, 23))["cut_off"] == "2026-07-06"
    assert usual_period(date(2026, 6, 20))["cut_off"] == "2026-06-15"


def test_what_the_council_is_told_leads_to_the_extract_of_the_latest_report(office):
    def question():
        [found] = (each for each in questions(AT.date(), office.executive) if each.code == "Q10")
        return found

    assert (question().url, question().why_not) == ("", "Ingen rapport har släppts än.")
    number = released(office.coordinator).number
    assert question().url == f"/uppfoljning/{number}/utdrag/"


def test_what_cannot_be_made_is_refused_with_nothing_typed_lost(office, client):
    client.force_login(office.coordinator)
    answer = client.post(
        "/uppfoljning/ny/",
        {
            "kind": "half",
            "period": "2026-07-01/2026-12-31",
            "cut_off": "2026-06-01",
        },
    )
    page = answer.content.decode()
    assert "Perioden börjar efter den dag" in page
    assert '<option value="2026-07-01/2026-12-31" selected>Juli till december 2026' in page
    assert not Job.objects.filter(kind=jobs.REPORT).exists()


STOP_NOTICE = "Skriv inte namn, personnummer, adress eller annat som pekar ut en person."


def test_the_coordinator_takes_a_report_all_the_way(office, client):
    report = draft(office.coordinator)
    client.force_login(office.coordinator)
    address = f"/uppfoljning/{report.number}/"
    assert STOP_NOTICE in client.get(f"{address}ord/").content.decode()
    send(
        client, f"{address}ord/", {"summary": "Det går framåt.", "proposals": "", "next_steps": ""}
    )
    for step in ("faststall", "slapp"):
        send(client, f"{address}{step}/")
    assert STOP_NOTICE in client.get(f"{address}lamnad/").content.decode()
    correction = client.get(f"/uppfoljning/ny/?ersatter={report.number}").content.decode()
    assert STOP_NOTICE in correction
    client.post(
        f"{address}lamnad/", {"form": "whole", "forum": "Kommunstyrelsen", "given_on": "2026-11-23"}
    )
    page = client.get(address).content.decode()
    assert "Det går framåt." in page
    assert "Kommunstyrelsen" in page
    assert client.get(f"{address}utdrag/").status_code == 200


def test_the_extract_holds_the_forums_and_what_was_held(town):
    document = frozen(released(town.coordinator))
    extract = extract_of(document)
    assert [table.code for table in extract.tables] == ["T7", "T6", "T3"]
    assert extract.coverage.rows == ()
    planned = [column.name for column in document.table("T6").columns]
    assert {*("Aktivitet", "Till och med", "Ansvarig", "Samverkansparter")} <= set(planned)
    assert {*("Genomförda tillfällen", "Deltog")} <= set(planned)
    forum = replace(document.table("T3").rows[0], group="G18")
    table = replace(document.table("T3"), rows=(forum, replace(forum, total=False, unit="BUF")))
    sections = tuple(
        replace(each, tables=(table,)) if each.code == "T3" else each for each in document.sections
    )
    (row,) = extract_of(replace(document, sections=sections)).coverage.rows
    assert (row.group, row.cells) == (forum.group, forum.cells[1:-4])


def test_a_workbook_says_why_there_is_no_forecast(office, town):
    """Of a Monday whose week was never looked ahead from, F3 has no columns."""
    document = frozen(draft(office.coordinator, cut_off=date(2026, 7, 6)))
    forecast = next(table for table in document.tables if table.code == "F3")
    assert not forecast.columns
    written = io.BytesIO()
    write_workbook(written, document)
    (sheet,) = (each for each in load_workbook(written) if each.title.startswith("F3"))
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [[forecast.empty]]


def test_whoever_waits_for_a_report_is_told_of_each_part_of_it(office, town):
    told: list[str] = []

    def waited_for() -> list[str]:
        told.clear()
        make_report(
            kind="year",
            period_from=date(2026, 1, 1),
            period_until=date(2026, 12, 31),
            cut_off=date(2026, 11, 23),
            at=AT,
            by=office.coordinator,
            progress=lambda done, people, words: told.append(words),
        )
        return list(dict.fromkeys(told))

    others = ["De andra tabellerna", "Rapporten är klar."]
    assert waited_for() == ["Täckningen över tid", *others]
    assert waited_for() == others
    WeekOutlook.objects.all().delete()
    assert waited_for() == ["Kommande utgångar", *others]


def test_the_report_of_a_demo_that_is_made_at_night_is_not_of_the_morning(
    office, town, monkeypatch
):
    User.objects.filter(pk=office.coordinator.pk).update(email="samordnare@example.se")
    night = datetime(2026, 11, 23, 2, tzinfo=STOCKHOLM)
    monkeypatch.setattr(timezone, "now", lambda: night)
    make_reports(night.date())
    assert FollowUpReport.objects.get().released_at == night
