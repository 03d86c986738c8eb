from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import OperationalError
from django.utils.translation import override

from lms.audit.models import AuditEvent
from lms.notifications import registry
from lms.notifications.jobs import JobError, Reporter, register_job, start_job
from lms.notifications.models import Delivery, Job, Pulse, TaskRow
from lms.notifications.schedule import HOUSEKEEPING
from lms.notifications.services.daily import plan_daily_work
from lms.notifications.services.jobs import (
    LOCKED,
    PAUSES,
    JobStateError,
    cancel_job,
    recover_jobs,
    retry_job,
    run_job,
)
from lms.notifications.services.sweep import is_resting, purge, sweep
from lms.notifications.templatetags.notice_tags import in_my_language
from lms.people.models import User
from tests.builders.notifications import MONDAY, REMINDER, make_reader, tell

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def count_to_ten(params: Mapping[str, Any], progress: Reporter) -> str:
    for number in range(1, 11):
        progress(number, 10, f"row {number}")
    return f"/klart/{params['upload']}/"


def refuse(params: Mapping[str, Any], progress: Reporter) -> None:
    raise JobError("Row 7: no such unit.")


def refuse_as_a_form_would(params: Mapping[str, Any], progress: Reporter) -> None:
    raise ValidationError("The day is in the future.")


def break_down(params: Mapping[str, Any], progress: Reporter) -> None:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    before = dict(registry._jobs)
    for kind in (count_to_ten, refuse, refuse_as_a_form_would, break_down):
        register_job(kind.__name__, kind.__name__, kind)
    yield
    registry._jobs.clear()
    registry._jobs.update(before)


@pytest.fixture
def user() -> User:
    return User.objects.create_user("anna@example.se", "x")


def test_a_job_runs_once_and_says_how_far_it_came(user: User) -> None:
    job = start_job(kind="count_to_ten", by=user, params={"upload": 4})
    assert run_job(job.pk)
    assert not run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.message, job.result_url, job.attempts) == (
        "done",
        10,
        10,
        "row 10",
        "/klart/4/",
        1,
    )


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("refuse", "Row 7: no such unit."),
        ("refuse_as_a_form_would", "The day is in the future."),
        (
            "break_down",
            "Something went wrong that the product did not foresee. Try again. (ZeroDivisionError)",
        ),
    ],
)
def test_a_job_that_fails_says_why_in_words(user: User, kind: str, error: str) -> None:
    job = start_job(kind=kind, by=user)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", error)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("lms.notifications.services.jobs.time.sleep", slept.append)
    return slept


def locked_times(times: int) -> None:
    """A kind of job that finds the database locked as many times before it gets through."""
    left = [times]

    def run(params: Mapping[str, Any], progress: Reporter) -> str:
        if left[0]:
            left[0] -= 1
            raise OperationalError("database is locked")
        return "/klart/"

    register_job("locked", "locked", run)


def test_a_job_that_finds_the_database_locked_waits_and_tries_again(
    user: User, pauses: list[float]
) -> None:
    locked_times(len(PAUSES))
    job = start_job(kind="locked", by=user)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result_url, job.attempts) == ("done", "/klart/", 1)
    assert pauses == list(PAUSES)


def test_a_job_that_never_gets_through_says_that_the_database_was_busy(
    user: User, pauses: list[float]
) -> None:
    locked_times(len(PAUSES) + 1)
    job = start_job(kind="locked", by=user)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", LOCKED)
    assert in_my_language(job.error).startswith("Databasen var upptagen")


def test_another_fault_of_the_database_is_not_tried_again(user: User, pauses: list[float]) -> None:
    def broken(params: Mapping[str, Any], progress: Reporter) -> None:
        raise OperationalError("no such table: x")

    register_job("broken", "broken", broken)
    job = start_job(kind="broken", by=user)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert pauses == []


def test_a_failure_is_told_in_the_readers_language(user: User) -> None:
    job = start_job(kind="break_down", by=user)
    run_job(job.pk)
    job.refresh_from_db()
    assert in_my_language(job.error) == "Något oväntat gick fel. Försök igen. (ZeroDivisionError)"
    with override("en"):
        assert in_my_language(job.error) == job.error
    assert in_my_language("Rad 7: okänd enhet (Norrskolan)") == "Rad 7: okänd enhet (Norrskolan)"
    assert in_my_language("") == ""


def test_a_job_with_a_key_exists_once(user: User) -> None:
    first = start_job(kind="count_to_ten", by=user, key="one")
    assert start_job(kind="count_to_ten", by=user, key="one") == first
    assert Job.objects.count() == 1


def test_a_failed_job_is_tried_again_and_the_ledger_knows_who_asked(user: User) -> None:
    job = start_job(kind="refuse", by=user)
    run_job(job.pk)
    retry_job(job=job, by=user)
    job.refresh_from_db()
    assert (job.state, job.retries, job.error, job.finished_at) == ("pending", 1, "", None)
    with pytest.raises(JobStateError):
        retry_job(job=job, by=user)
    assert list(AuditEvent.objects.values_list("action", "by")) == [("job.retried", user.pk)]


def test_only_a_waiting_job_can_be_cancelled(user: User) -> None:
    job = start_job(kind="count_to_ten", by=user, params={"upload": 1})
    cancel_job(job=job, by=user, at=MONDAY)
    assert not run_job(job.pk)
    with pytest.raises(JobStateError):
        cancel_job(job=job, by=user, at=MONDAY)


def test_a_job_whose_worker_died_is_taken_up_again_and_at_last_given_up(user: User) -> None:
    job = start_job(kind="count_to_ten", by=user, params={"upload": 1})
    states = []
    for attempt in range(1, 4):
        Job.objects.filter(pk=job.pk).update(state="running", attempts=attempt, heartbeat_at=MONDAY)
        assert recover_jobs(at=MONDAY + 4 * MINUTE) == 0
        assert recover_jobs(at=MONDAY + 6 * MINUTE) == 1
        job.refresh_from_db()
        states.append(job.state)
    assert states == ["pending", "pending", "failed"]
    assert job.error == "The work stopped before it was done. Try again."


def test_a_worker_that_comes_back_late_does_not_overwrite_the_next_ones_result(
    user: User, monkeypatch
) -> None:
    def overtaken(params: Mapping[str, Any], progress: Reporter) -> None:
        Job.objects.update(attempts=2, state="running")

    register_job("overtaken", "overtaken", overtaken)
    job = start_job(kind="overtaken", by=user)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("running", 2)


def test_the_days_work_is_queued_once_from_six_in_the_morning() -> None:
    early = datetime(2027, 9, 6, 3, 59, tzinfo=UTC)
    assert plan_daily_work(at=early) is None
    job = plan_daily_work(at=early + MINUTE)
    assert job is not None
    assert (job.key, job.params) == ("daily:2027-09-06", {"day": date(2027, 9, 6)})
    assert plan_daily_work(at=early + 2 * MINUTE) is None
    assert plan_daily_work(at=early + timedelta(days=1, minutes=1)) is not None


def test_one_daily_function_that_fails_does_not_stop_the_others(monkeypatch) -> None:
    days: list[date] = []

    def fail(day: date) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(registry, "_dailies", [fail, days.append])
    tell(make_reader(), "due:1", kind=REMINDER, at=datetime.now(UTC))
    job = plan_daily_work(at=MONDAY)
    assert job is not None
    run_job(job.pk)
    job.refresh_from_db()
    assert days == [date(2027, 9, 6)]
    assert job.state == "failed"
    assert "fail" in job.error
    assert Delivery.objects.get().category == "reminder"


def test_a_round_of_the_sweeper_finds_what_nobody_was_woken_for(monkeypatch) -> None:
    monkeypatch.setattr(registry, "_dailies", [])
    tell(make_reader(), "completed:1")
    assert is_resting(at=MONDAY)
    sweep(clock=lambda: MONDAY)
    assert Pulse.objects.get().at == MONDAY
    assert not is_resting(at=MONDAY + 4 * MINUTE)
    assert is_resting(at=MONDAY + 6 * MINUTE)
    assert list(Job.objects.values_list("key", flat=True)) == ["daily:2027-09-06"]
    assert len(mail.outbox) == 1


def test_ended_jobs_are_purged_after_half_a_year(user: User) -> None:
    job = start_job(kind="refuse", by=user)
    run_job(job.pk)
    Job.objects.update(finished_at=MONDAY)
    TaskRow.objects.create(path="x", created_at=MONDAY, run_after=MONDAY, failed_at=MONDAY)
    assert purge(at=MONDAY + timedelta(days=180)) == 0
    assert purge(at=MONDAY + timedelta(days=181)) == 2


@pytest.mark.parametrize("command", sorted(set(HOUSEKEEPING) - {"update_index"}))
def test_every_scheduled_command_runs(command: str, capsys) -> None:
    args, options = HOUSEKEEPING[command]
    call_command(command, *args, **options)
