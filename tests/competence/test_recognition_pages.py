"""Reporting a course, the reviewer's inbox, sheets and rules: the pages."""

from __future__ import annotations

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.models import (
    Achievement,
    OutsideCourse,
    OutsideRecord,
    Recognition,
    SignInSheet,
)
from competence.models.recognition import private_storage
from competence.services.proofs import Proof, remove_old_drafts
from competence.services.recognition import (
    UNDO_DAYS,
    RecognitionError,
    decide_recognitions,
    undo_decision,
)
from competence.services.sign_in_sheets import Match, record_sign_in_sheet, rehearse_sheet
from lms.audit.models import AuditEvent
from lms.people.roles import Role
from tests.builders.people import account_with, employ, make_account, make_person
from tests.builders.recognition import AT, PDF, jpeg, make_claim, make_course, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]

CLAIM = "/min-sida/jag-har-gatt-en-kurs/"
INBOX = "/admin/kompetens/granskning/"
RULES = "/admin/kompetens/likvardighet/"


@pytest.fixture
def town(school) -> SimpleNamespace:
    course = make_course()
    return SimpleNamespace(
        school=school,
        course=course,
        rule=make_rule(course),
        gap=school.people["Gap"],
        account=make_account(school.people["Gap"]),
        reviewer=account_with(Role.COORDINATOR),
    )


def file(content: bytes, name: str = "intyg.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def sent(town, **said):
    usual = {"course": str(town.course.pk), "completed_on": "2026-10-01", "proof": file(jpeg())}
    return {name: value for name, value in (usual | said).items() if value is not None}


def test_a_course_is_reported_and_its_standing_is_seen(town, client):
    client.force_login(town.account)
    page = client.get(CLAIM).content.decode()
    assert "Ger Område OM1 Grund (regel 1)" in page
    answer = client.post(CLAIM, sent(town), follow=True).content.decode()
    assert "väntar på granskning sedan 23 november 2026" in answer
    assert "Väntar på granskning" in client.get("/min-sida/").content.decode()
    decide_recognitions(
        recognitions=Recognition.objects.all(), approved=True, by=town.reviewer, at=AT
    )
    assert (
        "stänger Område OM1 Grund, tillgodoräknad enligt regel 1"
        in client.get("/min-sida/").content.decode()
    )


def test_an_empty_file_is_one_fault(town, client):
    client.force_login(town.account)
    form = client.post(CLAIM, sent(town, proof=file(b""))).context["form"]
    assert len(form.errors["proof"]) == 1


def test_the_why_of_a_row_names_the_rule(town, client):
    make_claim(town.gap, town.course, by=town.account)
    decide_recognitions(
        recognitions=Recognition.objects.all(), approved=True, by=town.reviewer, at=AT
    )
    client.force_login(town.school.manager)
    page = client.get("/team/Gap/varfor/OM1/").content.decode()
    assert "tillgodoräknad enligt regel 1" in page


def test_a_course_of_another_century_is_not_reported(town, client):
    client.force_login(town.account)
    page = client.post(CLAIM, sent(town, completed_on="1850-01-01")).content.decode()
    assert "Dagen kan inte ligga mer än 50 år tillbaka." in page
    with pytest.raises(RecognitionError):
        make_claim(town.account.person, town.course, on=date(1976, 11, 22))
    assert not Recognition.objects.exists()
    client.post(CLAIM, sent(town, completed_on="1976-11-23"))
    assert Recognition.objects.get().completed_on == date(1976, 11, 23)


def test_what_was_typed_and_the_file_survive_an_error(town, client):
    client.force_login(town.account)
    wrong = sent(town, course="annan", provider="Folkhögskolan", note="Två dagar", title="")
    page = client.post(CLAIM, wrong).content.decode()
    assert "Skriv vad kursen heter." in page
    assert "Folkhögskolan" in page
    assert "Två dagar" in page
    assert "intyg.jpg är sparad" in page
    token = re.search(r'name="kept" value="([^"]+)"', page)[1]
    again = sent(town, course="annan", title="Samtal", proof=None, kept=token)
    client.post(CLAIM, again)
    claim = Recognition.objects.get()
    assert (claim.title, claim.proof_name) == ("Samtal", "intyg.jpg")
    assert private_storage().listdir("recognition-drafts")[1] == []


def test_a_kept_file_is_for_its_own_account_and_for_a_day(town, client):
    client.force_login(town.account)
    page = client.post(CLAIM, sent(town, course="")).content.decode()
    token = re.search(r'name="kept" value="([^"]+)"', page)[1]
    client.force_login(make_account(town.school.people["Klar"]))
    answer = client.post(CLAIM, sent(town, proof=None, kept=token)).content.decode()
    assert "Välj en bild eller en PDF av intyget." in answer
    assert not Recognition.objects.exists()
    assert remove_old_drafts(at=AT) == 0
    assert remove_old_drafts(at=AT + timedelta(days=4000)) == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script>", "intyg.jpg"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "intyg.svg"),
        (b"", "tom.jpg"),
        (b"PK\x03\x04" + b"\0" * 99, "intyg.docx"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_words(town, client, content, name):
    client.force_login(town.account)
    answer = client.post(CLAIM, sent(town, proof=file(content, name)))
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert not Recognition.objects.exists()


def test_a_file_over_the_limit_is_refused(town, client, settings):
    settings.PROOF_MAX_BYTES = 1000
    client.force_login(town.account)
    page = client.post(CLAIM, sent(town, proof=file(b"%PDF-" + b"0" * 2000))).content.decode()
    assert "större än" in page


def test_names_of_files_lead_nowhere(town, client, tmp_path):
    client.force_login(town.account)
    client.post(CLAIM, sent(town, proof=file(PDF, "../../../ut.pdf", "application/pdf")))
    claim = Recognition.objects.get()
    assert re.fullmatch(r"recognition/[0-9a-f]{32}\.pdf", claim.proof.name)
    assert claim.proof_name == "ut.pdf"


def test_a_proof_is_served_as_a_download_that_nothing_runs_in(town, client):
    claim = make_claim(town.gap, town.course, by=town.account)
    client.force_login(town.account)
    answer = client.get(f"{CLAIM}{claim.pk}/intyg/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'attachment; filename="intyg.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]
    assert not AuditEvent.objects.filter(action="recognition.proof_opened").exists()


def test_a_proof_is_for_the_claimant_and_whoever_decides(town, client):
    claim = make_claim(town.gap, town.course, by=town.account)
    address = f"{CLAIM}{claim.pk}/intyg/"
    assert client.get(address).status_code == 302
    for account in (
        make_account(town.school.people["Klar"]),
        town.school.manager,
        town.school.stranger,
        account_with(Role.AUDITOR),
        account_with(Role.SYSTEM_ADMIN),
        account_with(Role.UNIT_CONTACT, town.school.unit),
    ):
        client.force_login(account)
        assert client.get(address).status_code == 403
    client.force_login(town.reviewer)
    assert client.get(address).status_code == 200
    event = AuditEvent.objects.get(action="recognition.proof_opened")
    assert (event.by, event.person_key) == (town.reviewer, town.gap.pk)


def test_a_case_that_was_closed_long_ago_is_not_opened_by_its_number(town, client):
    claim = make_claim(town.gap, town.course, by=town.account)
    decide_recognitions(recognitions=[claim], approved=True, by=town.reviewer, at=AT)
    addresses = [f"{INBOX}kurs/{claim.pk}/", f"{INBOX}kurs/{claim.pk}/angra/"]
    proof = f"{CLAIM}{claim.pk}/intyg/"
    client.force_login(town.reviewer)
    assert [client.get(each).status_code for each in (*addresses, proof)] == [200, 200, 200]
    Recognition.objects.update(decided_at=AT - timedelta(days=31))
    assert [client.get(each).status_code for each in (*addresses, proof)] == [404, 404, 403]
    client.force_login(town.account)
    assert client.get(proof).status_code == 200


def test_five_files_prove_one_course_and_all_are_seen_by_whoever_decides(town, client):
    client.force_login(town.account)
    files = [file(jpeg(20 + n), f"sida {n}.jpg") for n in range(4)]
    client.post(CLAIM, sent(town, proof=[*files, file(PDF, "intyg.pdf", "application/pdf")]))
    claim = Recognition.objects.get()
    assert [(each.number, each.name) for each in claim.proof_files()] == [
        *((n + 1, f"sida {n}.jpg") for n in range(4)),
        (5, "intyg.pdf"),
    ]
    page = client.get(CLAIM).content.decode()
    assert "sida 3.jpg" in page
    assert f"{CLAIM}{claim.pk}/intyg/5/" in page
    client.force_login(town.reviewer)
    page = client.get(f"{INBOX}kurs/{claim.pk}/").content.decode()
    for number in range(2, 6):
        assert f"{CLAIM}{claim.pk}/intyg/{number}/" in page
    answer = client.get(f"{CLAIM}{claim.pk}/intyg/5/")
    assert answer["Content-Disposition"] == 'attachment; filename="intyg.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert b"".join(answer.streaming_content) == PDF
    opened = AuditEvent.objects.get(action="recognition.proof_opened")
    assert (opened.after, opened.person_key) == ({"file": 5}, town.gap.pk)
    assert client.get(f"{CLAIM}{claim.pk}/intyg/6/").status_code == 404
    client.force_login(make_account(town.school.people["Klar"]))
    assert client.get(f"{CLAIM}{claim.pk}/intyg/2/").status_code == 403


def test_each_file_is_checked_and_no_more_than_five_are_taken(town, client):
    client.force_login(town.account)
    bad = [file(jpeg()), file(b"MZ" + b"0" * 200, "intyg.pdf", "application/pdf")]
    page = client.post(CLAIM, sent(town, proof=bad)).content.decode()
    assert "intyg.pdf: Du kan bara skicka bilder" in page
    page = client.post(CLAIM, sent(town, proof=[file(jpeg()) for _ in range(6)])).content.decode()
    assert "Skicka högst 5 filer." in page
    assert not Recognition.objects.exists()


def test_several_files_are_kept_while_the_rest_is_put_right(town, client):
    client.force_login(town.account)
    files = [file(jpeg(), "ett.jpg"), file(PDF, "två.pdf", "application/pdf")]
    page = client.post(CLAIM, sent(town, course="annan", proof=files)).content.decode()
    tokens = re.findall(r'name="kept" value="([^"]+)"', page)
    assert len(tokens) == 2
    assert "två.pdf är sparad" in page
    client.post(CLAIM, sent(town, course="annan", title="Samtal", proof=None, kept=tokens))
    claim = Recognition.objects.get()
    assert [each.name for each in claim.proof_files()] == ["ett.jpg", "två.pdf"]


def test_a_file_that_cannot_be_taken_takes_none_of_the_others_with_it(town, client):
    client.force_login(town.account)
    bad = file(b"MZ" + b"0" * 200, "fel.pdf", "application/pdf")
    files = [file(jpeg(), "ett.jpg"), bad, file(PDF, "två.pdf", "application/pdf")]
    page = client.post(CLAIM, sent(town, proof=files)).content.decode()
    assert "fel.pdf: Du kan bara skicka bilder" in page
    tokens = re.findall(r'name="kept" value="([^"]+)"', page)
    assert len(tokens) == 2
    bad.seek(0)
    page = client.post(CLAIM, sent(town, proof=bad, kept=tokens)).content.decode()
    assert "Du kan bara skicka bilder" in page
    assert re.findall(r'name="kept" value="([^"]+)"', page) == tokens
    client.post(CLAIM, sent(town, proof=None, kept=tokens))
    assert [each.name for each in Recognition.objects.get().proof_files()] == ["ett.jpg", "två.pdf"]


def test_every_file_of_a_withdrawn_claim_is_removed(
    town, client, django_capture_on_commit_callbacks
):
    client.force_login(town.account)
    client.post(CLAIM, sent(town, proof=[file(jpeg(), "ett.jpg"), file(jpeg(), "två.jpg")]))
    claim = Recognition.objects.get()
    kept = [(each.file.storage, each.file.name) for each in claim.proof_files()]
    assert [storage.exists(name) for storage, name in kept] == [True, True]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{CLAIM}{claim.pk}/aterta/")
    assert [storage.exists(name) for storage, name in kept] == [False, False]
    assert not claim.further_proofs.exists()


def test_the_paper_of_a_sheet_is_shown_to_who_decides_and_to_an_auditor(town, client):
    client.force_login(town.reviewer)
    said = {
        "outside_course": town.course.pk,
        "completed_on": "2026-10-01",
        "people": "Gap\nKlar",
        "proof": file(PDF, "lista.pdf", "application/pdf"),
    }
    looked = client.post(f"{INBOX}signaturlista/", said)
    del said["proof"]
    fingerprint = looked.context["rehearsal"].fingerprint
    kept = [token for token, _name in looked.context["form"].kept]
    client.post(f"{INBOX}signaturlista/", said | {"kept": kept, "visat": fingerprint})
    sheet = SignInSheet.objects.get()
    address = f"{INBOX}signaturlistor/{sheet.pk}/"
    claim = sheet.recognitions.get(person=town.gap)
    assert f"{address}papper/" in client.get(f"{INBOX}kurs/{claim.pk}/").content.decode()
    case = {"person": "Gap", "achieved_on": "2026-10-01"}
    assert f"{address}papper/" in client.get("/admin/kompetens/uppnatt/", case).content.decode()
    for account in (town.reviewer, account_with(Role.AUDITOR)):
        client.force_login(account)
        assert sheet.outside_course.name in client.get(f"{INBOX}signaturlistor/").content.decode()
        assert "Gap Test" in client.get(address).content.decode()
        paper = client.get(f"{address}papper/")
        assert paper["Content-Disposition"] == 'attachment; filename="lista.pdf"'
        assert paper["X-Content-Type-Options"] == "nosniff"
        assert b"".join(paper.streaming_content) == PDF
        opened = AuditEvent.objects.filter(action="sign_in_sheet.paper_opened", by=account)
        assert {each.person_key for each in opened} == {
            town.gap.pk,
            town.school.people["Klar"].pk,
        }
        shown = AuditEvent.objects.filter(action="sign_in_sheet.opened", by=account)
        assert {each.person_key for each in shown} == {each.person_key for each in opened}
    client.force_login(town.account)
    for each in (f"{INBOX}signaturlistor/", address, f"{address}papper/"):
        assert client.get(each).status_code == 302


def test_opening_a_sheet_is_in_the_ledger_of_who_had_reported_the_course_already(town, client):
    claim = make_claim(town.gap, town.course, on=date(2026, 10, 1), by=town.account)
    sheet, _decided = record_sign_in_sheet(
        people=[town.gap],
        outside_course=town.course,
        completed_on=date(2026, 10, 1),
        proof=Proof(PDF, ".pdf"),
        proof_name="lista.pdf",
        by=town.reviewer,
        at=AT,
    )
    assert list(sheet.recognitions.all()) == [claim]
    client.force_login(account_with(Role.AUDITOR))
    address = f"{INBOX}signaturlistor/{sheet.pk}/"
    assert "Gap Test" in client.get(address).content.decode()
    assert client.get(f"{address}papper/").status_code == 200
    for action in ("sign_in_sheet.opened", "sign_in_sheet.paper_opened"):
        assert [e.person_key for e in AuditEvent.objects.filter(action=action)] == [town.gap.pk]


def test_a_sheet_that_nobody_is_left_on_is_in_the_ledger_all_the_same(town, client):
    sheet = SignInSheet(
        outside_course=town.course, completed_on=date(2026, 10, 1), by=town.reviewer
    )
    sheet.proof.save("proof.pdf", ContentFile(PDF), save=False)
    sheet.save()
    client.force_login(account_with(Role.AUDITOR))
    assert client.get(f"{INBOX}signaturlistor/{sheet.pk}/papper/").status_code == 200
    opened = AuditEvent.objects.get(action="sign_in_sheet.paper_opened")
    assert (opened.object_id, opened.person_key) == (str(sheet.pk), None)


def test_a_report_is_not_decided_by_who_made_it_though_another_put_it_on_a_sheet(town, client):
    claim = make_claim(town.gap, town.course, on=date(2026, 10, 1), by=town.reviewer)
    said = {"people": [town.gap], "outside_course": town.course}
    said |= {"completed_on": date(2026, 10, 1), "proof": None, "proof_name": "", "at": AT}
    another = account_with(Role.COORDINATOR)
    record_sign_in_sheet(**said, by=another)
    claim.refresh_from_db()
    undo_decision(recognition=claim, reason="Fel lista.", by=another, at=AT)
    found = rehearse_sheet(
        text="Gap",
        outside_course=town.course,
        completed_on=date(2026, 10, 1),
        by=town.reviewer,
    )
    assert [line.match for line in found.lines] == [Match.REPORTED]
    for decide in (
        lambda: record_sign_in_sheet(**said, by=town.reviewer),
        lambda: decide_recognitions(recognitions=[claim], approved=True, by=town.reviewer, at=AT),
    ):
        with pytest.raises(RecognitionError, match="Någon annan"):
            decide()


def test_who_decides_opens_a_sheet_while_it_can_be_taken_back(town, client):
    record_sign_in_sheet(
        people=[town.gap],
        outside_course=town.course,
        completed_on=date(2026, 10, 1),
        proof=Proof(PDF, ".pdf"),
        proof_name="lista.pdf",
        by=town.reviewer,
        at=AT,
    )
    sheet = SignInSheet.objects.get()
    long_ago = sheet.created_at - timedelta(days=UNDO_DAYS + 1)
    SignInSheet.objects.update(created_at=long_ago)
    address = f"{INBOX}signaturlistor/{sheet.pk}/papper/"
    client.force_login(town.reviewer)
    assert client.get(address).status_code == 302
    client.force_login(account_with(Role.AUDITOR))
    assert client.get(address).status_code == 200


def test_a_withdrawn_claims_proof_is_gone(town, client):
    claim = make_claim(town.gap, town.course, by=town.account)
    client.force_login(make_account(town.school.people["Klar"]))
    assert client.post(f"{CLAIM}{claim.pk}/aterta/").status_code == 403
    client.force_login(town.account)
    client.post(f"{CLAIM}{claim.pk}/aterta/")
    assert client.get(f"{CLAIM}{claim.pk}/intyg/").status_code == 404


def test_a_manager_reports_for_their_own_and_sees_that_proof(town, client):
    address = "/team/Gap/har-gatt-en-kurs/"
    client.force_login(town.school.manager)
    assert address in client.get("/team/Gap/").content.decode()
    assert client.post(address, sent(town)).status_code == 302
    claim = Recognition.objects.get()
    assert (claim.person, claim.claimed_by) == (town.gap, town.school.manager)
    assert client.get(f"{CLAIM}{claim.pk}/intyg/").status_code == 200
    client.force_login(town.school.stranger)
    assert client.get(address).status_code == 403
    client.force_login(town.account)
    assert client.get("/team/Klar/har-gatt-en-kurs/").status_code == 403


def test_a_refused_report_is_completed_with_what_it_said(town, client):
    claim = make_claim(town.gap, None, title="Samtal", provider="Förbundet", by=town.account)
    decide_recognitions(
        recognitions=[claim], approved=False, reason="Datum saknas.", by=town.reviewer, at=AT
    )
    client.force_login(town.account)
    assert "Skälet: Datum saknas." in client.get("/min-sida/").content.decode()
    page = client.get(f"{CLAIM}?komplettera={claim.pk}").content.decode()
    assert 'value="Förbundet"' in page
    assert 'value="2026-10-01"' in page


def test_the_inbox_shows_the_oldest_first_with_what_follows(town, client):
    late = make_claim(
        town.school.people["Klar"], None, title="Okänd kurs", at=AT - timedelta(days=20)
    )
    make_claim(town.gap, town.course, at=AT - timedelta(days=9))
    client.force_login(town.reviewer)
    page = client.get(INBOX).content.decode()
    assert page.index("Okänd kurs") < page.index("Gap Test")
    assert "väntat 9 dagar" in page
    assert "Regel 1 ger Område OM1 Grund" in page
    assert f"{INBOX}kurs/{late.pk}/" in page


def test_many_are_approved_with_one_question_and_the_rest_is_left(town, client):
    people = [town.gap, town.school.people["Ny"]]
    claims = [make_claim(person, town.course) for person in people]
    other = make_claim(town.school.people["Klar"], None, title="Okänd kurs")
    keys = [f"kurs:{claim.pk}" for claim in (*claims, other)]
    client.force_login(town.reviewer)
    chose = client.post(f"{INBOX}beslut/", {"fall": keys, "svar": "godkann"})
    # A page of its own, that the browser can go back to.
    assert chose.status_code == 302
    asked = client.get(chose["Location"]).content.decode()
    assert "Godkänn alla 2" in asked
    assert not OutsideRecord.objects.exists()
    answer = client.post(
        f"{INBOX}beslut/", {"fall": keys, "svar": "godkann", "ja": "1"}, follow=True
    ).content.decode()
    assert "2 är godkända." in answer
    assert list(Recognition.objects.waiting()) == [other]


@pytest.mark.parametrize("answer", ["godkann", "avsla"])
def test_what_the_reviewer_has_reported_is_left_and_the_rest_is_decided(town, client, answer):
    mine = make_claim(town.gap, town.course, by=town.reviewer)
    other = make_claim(town.school.people["Ny"], town.course)
    said = {"fall": [f"kurs:{each.pk}" for each in (mine, other)], "svar": answer}
    client.force_login(town.reviewer)
    asked = client.post(f"{INBOX}beslut/", said, follow=True)
    if answer == "avsla":
        assert "autofocus" in str(asked.context["form"]["reason"])
    assert [case.pk for case in asked.context["own"]] == [mine.pk]
    assert "Beslutas av någon annan" in asked.content.decode()
    client.post(f"{INBOX}beslut/", said | {"ja": "1", "reason": "Fel kurs."})
    assert list(Recognition.objects.waiting()) == [mine]


def test_refusing_asks_for_the_reason_and_keeps_what_was_typed(town, client):
    claim = make_claim(town.gap, town.course)
    said = {"fall": f"kurs:{claim.pk}", "svar": "avsla", "ja": "1"}
    client.force_login(town.reviewer)
    client.post(f"{INBOX}beslut/", said)
    assert Recognition.objects.waiting().exists()
    page = client.post(f"{INBOX}beslut/", said | {"reason": "Ring 070-174 06 05"}).content.decode()
    assert "Ring 070-174 06 05" in page
    client.post(f"{INBOX}beslut/", said | {"reason": "Fel kurs."})
    claim.refresh_from_db()
    assert (claim.approved, claim.decision_reason) == (False, "Fel kurs.")


def test_a_case_without_a_rule_is_decided_on_its_own_page(town, client):
    claim = make_claim(town.gap, None, title="Okänd kurs")
    client.force_login(town.reviewer)
    address = f"{INBOX}kurs/{claim.pk}/"
    assert f'<img src="{CLAIM}{claim.pk}/intyg/"' in client.get(address).content.decode()
    nothing = client.post(address, {"svar": "godkann"}).content.decode()
    assert "Kursen finns inte i listan." in nothing
    level = Achievement._meta.get_field("level").related_model.objects.get(number=1)
    area = Achievement._meta.get_field("area").related_model.objects.get(code="OM4")
    client.post(address, {"svar": "godkann", "area": area.pk, "level": level.pk})
    claim.refresh_from_db()
    assert claim.achievement.area == area


def test_a_decision_is_taken_back_from_the_list(town, client):
    claim = make_claim(town.gap, town.course)
    decide_recognitions(recognitions=[claim], approved=True, by=town.reviewer, at=AT)
    client.force_login(town.reviewer)
    assert f"{INBOX}kurs/{claim.pk}/angra/" in client.get(f"{INBOX}beslutat/").content.decode()
    client.post(f"{INBOX}kurs/{claim.pk}/angra/", {"reason": "Fel person"})
    assert Recognition.objects.waiting().get() == claim


def test_one_sheet_forty_people_in_one_step(town, client):
    people = [
        make_person(f"D{number:02}", given_name=f"Namn{number}", family_name="Öberg")
        for number in range(40)
    ]
    lines = [
        people[0].person_id,
        people[1].email.upper(),
        "Öberg, Namn2",
        "namn3 öberg",
        *(person.name for person in people[4:]),
        "Ingen Alls",
        people[0].name,
    ]
    make_person("D98", given_name="Två", family_name="Lika")
    make_person("D99", given_name="Två", family_name="Lika")
    lines.append("Två Lika")
    said = {
        "outside_course": town.course.pk,
        "completed_on": "2026-10-01",
        "people": "\n".join(lines),
        "proof": file(PDF, "lista.pdf"),
    }
    client.force_login(town.reviewer)
    page = client.post(f"{INBOX}signaturlista/", said).content.decode()
    assert "40 hittades" in page
    assert "Rad 41, Ingen Alls: ingen i registret" in re.sub(r"\s+", " ", page)
    assert "samma person som en tidigare rad" in page
    assert "flera heter så" in page
    assert not OutsideRecord.objects.exists()
    shown = re.search(r'name="visat" value="([^"]+)"', page)[1]
    kept = re.search(r'name="kept" value="([^"]+)"', page)[1]
    del said["proof"]
    client.post(f"{INBOX}signaturlista/", said | {"visat": shown, "kept": kept})
    assert OutsideRecord.objects.count() == 40
    assert Achievement.objects.filter(rule=town.rule).count() == 40
    sheet = Recognition.objects.first().sheet
    assert (sheet.proof_name, sheet.recognitions.count()) == ("lista.pdf", 40)
    again = client.post(f"{INBOX}signaturlista/", said).content.decode()
    assert "redan registrerad för den dagen" in again


def test_whom_a_sheet_says_something_of_is_in_the_log(town, client):
    """Any name can be written on a sheet, and the look says whether the course is recorded."""
    claim = make_claim(town.gap, town.course, by=town.account)
    decide_recognitions(recognitions=[claim], approved=True, by=town.reviewer, at=AT)
    client.force_login(town.reviewer)
    said = {
        "outside_course": town.course.pk,
        "completed_on": "2026-10-01",
        "people": "Gap\nKlar",
        "proof": file(PDF, "lista.pdf", "application/pdf"),
    }
    page = client.post(f"{INBOX}signaturlista/", said)
    assert [line.match for line in page.context["rehearsal"].left_out] == ["recorded"]
    opened = AuditEvent.objects.get(action="person.achievements_opened")
    assert (opened.by, opened.person_key) == (town.reviewer, town.gap.pk)


def test_a_rule_is_seen_before_it_is_decided_and_withdrawn_with_a_reason(town, client):
    claim = make_claim(town.gap, town.course)
    decide_recognitions(recognitions=[claim], approved=True, by=town.reviewer, at=AT)
    area = Achievement._meta.get_field("area").related_model.objects.get(code="OM4")
    said = {
        "outside_course": town.course.pk,
        "area": area.pk,
        "level": town.rule.level_id,
        "validity_months": 24,
        "completed_from": "2024-01-01",
        "decided_on": "2026-11-20",
        "reason": "Samma mål",
    }
    client.force_login(town.reviewer)
    page = client.post(f"{RULES}ny-regel/", said).content.decode()
    assert "Den når färre än 5 personer genast" in page
    assert not Achievement.objects.filter(area=area, person=town.gap, rule__number=2).exists()
    client.post(f"{RULES}ny-regel/", said | {"decide": "1"})
    assert Achievement.objects.filter(area=area, person=town.gap, rule__number=2).exists()
    client.post(f"{RULES}2/aterta/", {"on": "2026-11-23", "reason": "Kursen har ändrats"})
    assert Achievement.objects.get(rule__number=2).revoked_on == date(2026, 11, 23)
    assert "återtagen 23 november 2026" in client.get(RULES).content.decode()


def test_outside_courses_are_added_changed_and_merged(town, client):
    client.force_login(town.reviewer)
    address = f"{RULES}kurser/"
    client.post(address, {"name": "Samverkan i praktikn", "provider": "Länet"})
    typo = OutsideCourse.objects.get(name="Samverkan i praktikn")
    page = client.post(address, {"name": "SAMVERKAN I PRAKTIKEN", "provider": "länet"})
    assert "Kursen finns redan i listan." in page.content.decode()
    client.post(f"{address}{typo.pk}/", {"name": "Samverkan", "provider": "Länet"})
    client.post(f"{address}{typo.pk}/sla-ihop/", {"survivor": town.course.pk})
    typo.refresh_from_db()
    assert typo.retired_at is not None
    client.post(f"{address}{typo.pk}/ta-ur-listan/")
    typo.refresh_from_db()
    assert typo.retired_at is None


@pytest.mark.parametrize("address", [INBOX, f"{INBOX}signaturlista/", RULES, f"{RULES}kurser/"])
def test_only_whoever_decides_reviews(town, client, address):
    for account in (town.account, town.school.manager, account_with(Role.EDITOR)):
        client.force_login(account)
        assert client.get(address).status_code in (302, 403)
    client.force_login(town.reviewer)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", [INBOX, f"{INBOX}beslutat/", RULES, CLAIM, "/min-sida/"])
def test_pages_ask_as_much_of_many_as_of_few(town, client, address):
    def queries() -> int:
        client.force_login(town.account if address in (CLAIM, "/min-sida/") else town.reviewer)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def grow(count: int, start: int) -> None:
        course = make_course(f"Kurs {start}")
        make_rule(course)
        for number in range(start, start + count):
            person = make_person()
            employ(person, town.school.unit)
            made = make_claim(person, course, on=date(2026, 10, 1), by=town.account)
            make_claim(
                town.gap,
                None,
                title=f"Egen {number}",
                on=date(2026, 1, 1) + timedelta(days=number % 200),
                by=town.account,
            )
            if number % 2:
                decide_recognitions(recognitions=[made], approved=True, by=town.reviewer, at=AT)

    grow(3, 0)
    few = queries()
    grow(60, 3)
    for number in range(100):
        make_course(f"Lista {number}")
    assert queries() <= few + 2
