"""The pages of the history import, from the file to the way back."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from competence import jobs
from competence.models import Achievement, OutsideCourse, OutsideRecord
from competence.models.history import HistoryBatch
from competence.services import history
from lms.notifications.models import Job
from lms.notifications.services.jobs import run_job
from lms.people.models import Person, RoleAssignment
from lms.people.roles import Role
from tests.builders.competence import adopt, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db

HEAD = "Anst.nr;E-post;Namn;Kurs;Genomförd"


@pytest.fixture
def coordinator(monday: date) -> Client:
    adopt(plan_of({"area": "OM1", "renewal_months": 12}, {"area": "OM4"}))
    unit = make_unit("U")
    for number, (given, family) in enumerate([("Åsa", "Öst"), ("Karl", "Svensson")], 1):
        employ(make_person(f"P{number}", given, family), unit)
    client = Client()
    client.force_login(account_with(Role.COORDINATOR))
    return client


def url(name: str, *args: int) -> str:
    return reverse(f"competence_admin:{name}", args=args)


def upload(client: Client, *lines: str) -> HistoryBatch:
    file = SimpleUploadedFile("historik.csv", "\n".join([HEAD, *lines]).encode())
    response = client.post(url("history"), {"file": file})
    batch = HistoryBatch.objects.first()
    assert batch is not None
    assert response.url == url("history_columns", batch.pk)
    response = client.post(response.url, {r: str(n) for r, n in batch.columns.items()})
    assert response.url == url("history_batch", batch.pk)
    return batch


def test_from_a_file_to_facts_and_back(coordinator: Client):
    batch = upload(
        coordinator,
        "P1;;;OM4 1;2024-03-01",
        ";;Karl Svensson;OM4 1;1 mars 2024",
        "P2;;;Grundutb CVE;2024-03-01",
        "X;;;OM4 1;2024-03-01",
    )
    page = coordinator.get(url("history_batch", batch.pk)).content.decode()
    assert "Ta in 1 rad" in page
    page = coordinator.get(url("history_questions", batch.pk)).content.decode()
    assert "Karl Svensson (P2)" in page
    course, person = batch.questions.filter(answer="").order_by("kind")
    said = {
        f"q{course.pk}-revision": 0,
        f"q{course.pk}-choice": "new",
        f"q{course.pk}-name": "Grundutbildning",
        f"q{course.pk}-provider": "CVE",
        f"q{person.pk}-revision": 0,
        f"q{person.pk}-other": "P2",
    }
    coordinator.post(url("history_questions", batch.pk), said)
    assert OutsideCourse.objects.get().name == "Grundutbildning"
    assert history.counts_of(batch)["accepted"] == 3
    kept = coordinator.get(url("history_file", batch.pk)).content.decode("utf-8-sig")
    assert "X;;;OM4 1;2024-03-01;5;Personen finns inte i registret." in kept
    for _click in range(2):
        coordinator.post(url("history_commit", batch.pk))
    assert (Achievement.objects.count(), OutsideRecord.objects.count()) == (2, 1)
    assert "P1" not in coordinator.get(url("history_rows", batch.pk)).content.decode()
    assert coordinator.get(url("history_undo", batch.pk)).status_code == 200
    coordinator.post(url("history_undo", batch.pk))
    assert not Achievement.objects.standing().exists()
    assert "Återtagen av" in coordinator.get(url("history_batch", batch.pk)).content.decode()


def test_the_example_file_is_one_that_the_page_understands(coordinator: Client):
    content = coordinator.get(url("history_example")).content
    coordinator.post(url("history"), {"file": SimpleUploadedFile("exempel.csv", content)})
    batch = HistoryBatch.objects.get()
    assert set(batch.columns) >= {"person_id", "email", "name", "title", "completed", "reference"}


def test_a_form_that_has_been_tampered_with_confirms_nobody(coordinator: Client):
    batch = upload(coordinator, ";;Karl Svensson;OM4 1;2024-03-01")
    other = upload(coordinator, ";;Åsa Öst;OM4 1;2024-03-01")
    mine, theirs = batch.questions.get(kind="person"), other.questions.get(kind="person")
    stranger = Person.objects.get(person_id="P1")
    for said in (
        {f"q{mine.pk}-revision": 0, f"q{mine.pk}-choice": f"person:{stranger.pk}"},
        {f"q{mine.pk}-revision": 0, f"q{mine.pk}-choice": "other", f"q{mine.pk}-other": "X"},
        {f"q{mine.pk}-revision": 7, f"q{mine.pk}-choice": mine.candidates[0][0]},
        {f"q{theirs.pk}-revision": 0, f"q{theirs.pk}-choice": theirs.candidates[0][0]},
        {"q1e9-revision": 0},
    ):
        assert coordinator.post(url("history_questions", batch.pk), said).status_code < 400
    coordinator.post(url("history_names", batch.pk), {"expected": "99"})
    coordinator.post(url("history_commit", batch.pk), {"rows": "1", "verdict": "accepted"})
    coordinator.post(url("history_commit", other.pk))
    assert not Achievement.objects.exists()


def test_a_file_with_personal_identity_numbers_says_which_column_and_keeps_the_page(
    coordinator: Client,
):
    content = "Personnummer;Kurs;Genomförd\n19121212-1212;OM4 1;2024-03-01".encode()
    page = coordinator.post(url("history"), {"file": SimpleUploadedFile("a.csv", content)})
    text = page.content.decode()
    assert "ser ut att innehålla personnummer (antal rader: 1)" in text
    assert "19121212" not in text


def test_long_files_are_read_and_taken_in_by_the_worker_once(
    coordinator: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs, "LONG", 1)
    lines = ["P1;;;OM4 1;2024-03-01", "P2;;;OM4 1;2024-03-01"]
    file = SimpleUploadedFile("historik.csv", "\n".join([HEAD, *lines]).encode())
    coordinator.post(url("history"), {"file": file})
    batch = HistoryBatch.objects.get()
    coordinator.post(
        url("history_columns", batch.pk), {r: str(n) for r, n in batch.columns.items()}
    )
    run_job(Job.objects.get(kind=jobs.READ).pk)
    for _click in range(2):
        coordinator.post(url("history_commit", batch.pk))
    job = Job.objects.get(kind=jobs.COMMIT)
    assert not Achievement.objects.exists()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.result_url) == ("done", 2, url("history_batch", batch.pk))
    assert Achievement.objects.count() == 2


def test_who_may_not_record_levels_sees_none_of_it(coordinator: Client):
    batch = upload(coordinator, "P1;;;OM4 1;2024-03-01")
    for role in (Role.EDITOR, Role.SYSTEM_ADMIN, Role.AUDITOR, Role.HR_IMPORT):
        client = Client()
        client.force_login(account_with(role))
        for name in ("history_batch", "history_rows", "history_file", "history_questions"):
            assert client.get(url(name, batch.pk)).status_code in (302, 403)
        assert client.post(url("history_commit", batch.pk)).status_code in (302, 403)
    assert not Achievement.objects.exists()


def test_the_pages_ask_as_much_of_300_rows_as_of_3(coordinator: Client):
    def questions(size: int) -> dict[str, int]:
        lines = [f"P1;;;OM4 1;2024-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(size)]
        lines += [f";;Åsa Öst;Kurs {n};2024-03-01" for n in range(size)]
        lines += [f"X{n};;;OM4 1;2024-03-01" for n in range(size)]
        batch = upload(coordinator, *lines)
        counted = {}
        for name in ("history_batch", "history_rows", "history_questions", "history_file"):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                assert coordinator.get(url(name, batch.pk)).status_code == 200
            counted[name] = len(queries)
        return counted

    questions(3)
    few, many = questions(3), questions(300)
    assert {name: many[name] for name in many if many[name] > few[name] + 3} == {}
    assert max(many.values()) <= 60


def test_who_may_add_a_missing_person_is_told_with_an_address(coordinator: Client):
    account_with(Role.HR_IMPORT)
    keeper = RoleAssignment.objects.get(role=Role.HR_IMPORT).user
    batch = upload(coordinator, "X;;;OM4 1;2024-03-01", ";;Karl Svenson;OM4 1;2024-03-01")
    for name in ("history_batch", "history_questions"):
        page = coordinator.get(url(name, batch.pk)).content.decode()
        assert f'href="mailto:{keeper.email}"' in page
        assert reverse("people_admin:add_person") not in page


def test_somebody_else_is_found_by_name(coordinator: Client):
    batch = upload(coordinator, ";;Karl Svenson;OM4 1;2024-03-01")
    question = batch.questions.get(kind="person")
    said = {
        f"q{question.pk}-revision": question.revision,
        f"q{question.pk}-choice": "other",
        f"q{question.pk}-other": "Karl Svensson",
    }
    coordinator.post(url("history_questions", batch.pk), said)
    question.refresh_from_db()
    assert question.person == Person.objects.get(person_id="P2")
