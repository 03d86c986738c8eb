"""Who may fetch whose training transcript, and what is in it."""

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.figures.transcript import transcript_of
from competence.services.corrections import revoke_achievement
from competence.services.exemptions import grant_exemption
from courses.models import Certificate
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.roles import Role
from tests.builders.competence import achieve
from tests.builders.courses import complete, publish_course
from tests.builders.people import account_with, make_account

DAY = date(2026, 11, 23)


@pytest.fixture
def klar(school):
    version = publish_course(gives=(("OM1", 1, 12),), title="Grundkurs")
    complete(school.people["Klar"], version)
    grant_exemption(
        person=school.people["Klar"],
        area=CompetenceArea.objects.get(code="OM4"),
        level=TrainingLevel.objects.get(number=1),
        starts_on=date(2026, 1, 1),
        ends_on=None,
        reason="Har samma uppgift i en annan kommun",
        by=None,
    )
    return school.people["Klar"]


def words(response) -> str:
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_history_is_appended_and_each_period_says_where_it_comes_from(klar):
    old = achieve(klar, "OM1", on=date(2024, 3, 1))
    revoke_achievement(achievement=old, on=date(2024, 3, 1), reason="Fel dag", by=None)
    data = transcript_of(klar, DAY, to_the_person=True)
    certificate = Certificate.objects.get()
    om1 = [p for p in data.periods if p.area == "Område OM1"]
    assert {(p.source, p.code) for p in om1} == {
        ("Grundkurs, version 1", certificate.code),
        ("import", ""),
    }
    assert [p.revoked_on for p in om1 if p.achieved_on == old.achieved_on] == [date(2024, 3, 1)]
    assert data.posts == ("Lar, Norrskolan",)


def test_a_person_fetches_their_own_with_exemptions(klar, client):
    client.force_login(make_account(klar))
    assert "Mitt utbildningsutdrag" in client.get("/min-sida/").content.decode()
    response = client.get("/min-sida/utbildningsutdrag.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "Undantag" in words(response)


def test_a_manager_fetches_that_of_their_people_without_exemptions_and_it_is_recorded(
    klar, school, client
):
    client.force_login(school.manager)
    response = client.get("/team/Klar/utbildningsutdrag.pdf")
    assert "Klar Test" in words(response)
    assert "Har samma uppgift" not in words(response)
    assert "Undantag Område" not in words(response)
    event = AuditEvent.objects.get(action="person.transcript_fetched")
    assert (event.person_key, event.by) == (klar.pk, school.manager)
    client.force_login(school.stranger)
    assert client.get("/team/Klar/utbildningsutdrag.pdf").status_code == 403


def test_the_coordinator_opens_it_with_a_reason(klar, client):
    client.force_login(account_with(Role.COORDINATOR))
    file, page = "/admin/kompetens/utdrag/Klar.pdf", "/admin/kompetens/utdrag/?person=Klar"
    assert client.get(file).status_code == 302
    assert "Klar Test" not in client.get(page).content.decode()
    reason = "Personen begär hjälp med sitt utdrag"
    opened = client.post(page, {"open_names": "1", "opening_reason": reason})
    assert "Klar Test" in opened.content.decode()
    assert "Klar Test" in words(client.get(file))
    assert client.get("/admin/kompetens/utdrag/Snart.pdf").status_code == 302
    fetched = AuditEvent.objects.get(action="person.transcript_fetched")
    assert (fetched.person_key, fetched.reason) == (klar.pk, reason)


def test_a_long_history_takes_no_more_queries(klar):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            transcript_of(klar, DAY, to_the_person=True)
        return len(queries)

    few = asked()
    for number in range(1, 25):
        achieve(klar, "OM1", on=date(2020, 1, number))
    assert asked() == few
