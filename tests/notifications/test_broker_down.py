"""Nothing a user waits for depends on a broker."""

import time

import pytest
from celery import current_app
from django.db import transaction
from django_tasks import task

from lms.notifications import wakeup
from lms.notifications.models import TaskRow
from lms.notifications.schedule import SCHEDULE, broker_options
from lms.notifications.services.taskrows import ATTEMPTS, run_task_row, run_waiting_tasks
from lms.notifications.taskbackend import CeleryBackend
from lms.notifications.wakeup import Wake, wake_now, wake_on_commit
from tests.builders.notifications import MONDAY, make_reader, tell

calls: list[tuple[int, str]] = []


@task
def remember(number: int, word: str = "") -> None:
    calls.append((number, word))


@task
def break_down() -> None:
    raise ZeroDivisionError


@task
def miss() -> None:
    TaskRow.objects.get(pk=-1)


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


@pytest.fixture
def backend() -> CeleryBackend:
    return CeleryBackend("default", {})


def clock():
    return MONDAY


@pytest.fixture
def sender(monkeypatch) -> wakeup._Sender:
    sender = wakeup._Sender()
    monkeypatch.setattr(wakeup, "_sender", sender)
    return sender


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("manner", ["refuses", "hangs"])
def test_a_user_neither_sees_nor_waits_for_a_broker_that_is_down(
    manner: str, monkeypatch, sender
) -> None:
    tried = []

    def publish(wake: Wake, pk: int | None) -> None:
        tried.append(wake)
        if manner == "hangs":
            time.sleep(1)
        raise ConnectionError("no broker")

    monkeypatch.setattr(wakeup, "publish", publish)
    person = make_reader()
    began = time.monotonic()
    for number in range(20):
        with transaction.atomic():
            assert tell(person, f"completed:{number}") is not None
    assert time.monotonic() - began < 0.9
    sender._messages.join()
    assert tried == [Wake.OUTBOX]


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_after_commit_only(monkeypatch, sender) -> None:
    sent = []
    monkeypatch.setattr(wakeup, "publish", lambda wake, pk: sent.append((wake, pk)))
    with transaction.atomic():
        wake_on_commit(Wake.JOB, 7)
        transaction.set_rollback(True)
    with transaction.atomic():
        wake_on_commit(Wake.JOB, 8)
        assert sent == []
    sender._messages.join()
    assert sent == [(Wake.JOB, 8)]


def test_a_full_queue_of_wake_ups_is_let_go(monkeypatch, sender) -> None:
    monkeypatch.setattr(wakeup._Sender, "_run", lambda self: None)
    for _number in range(wakeup.WAITING_AT_MOST + 5):
        wake_now(Wake.OUTBOX)
    assert sender._messages.qsize() == wakeup.WAITING_AT_MOST


@pytest.mark.django_db
def test_a_wagtail_task_is_a_row_until_it_has_run(backend) -> None:
    backend.enqueue(remember, (1,), {"word": "kurs"})
    backend.enqueue(remember, (2,), {})
    assert calls == []
    later = TaskRow.objects.order_by("pk").first()
    assert later is not None
    assert later.path == "tests.notifications.test_broker_down.remember"
    at = TaskRow.objects.latest("pk").run_after
    after = lambda: at  # noqa: E731
    assert run_waiting_tasks(clock=after) == 2
    assert calls == [(1, "kurs"), (2, "")]
    assert not TaskRow.objects.exists()
    assert not run_task_row(later.pk, clock=after)


@pytest.mark.django_db
def test_a_task_of_a_rolled_back_transaction_never_runs(backend) -> None:
    with transaction.atomic():
        backend.enqueue(remember, (1,), {})
        transaction.set_rollback(True)
    assert not TaskRow.objects.exists()


@pytest.mark.django_db
def test_a_task_about_something_deleted_is_done(backend) -> None:
    backend.enqueue(miss, (), {})
    row = TaskRow.objects.get()
    assert run_task_row(row.pk, clock=lambda: row.run_after)
    assert not TaskRow.objects.exists()


@pytest.mark.django_db
def test_a_task_that_keeps_failing_is_kept_and_left_alone(backend) -> None:
    backend.enqueue(break_down, (), {})
    for _try in range(ATTEMPTS):
        row = TaskRow.objects.get()
        assert row.failed_at is None
        assert run_task_row(row.pk, clock=lambda row=row: row.run_after)
    row = TaskRow.objects.get()
    assert row.failed_at is not None
    assert row.error == "ZeroDivisionError: "
    assert not run_task_row(row.pk, clock=lambda: row.run_after)


def test_every_scheduled_and_woken_task_exists() -> None:
    from lms.notifications import tasks  # noqa: F401

    named = {entry["task"] for entry in SCHEDULE.values()} | {wake.value for wake in Wake}
    assert named <= set(current_app.tasks)


def test_each_broker_gets_its_own_options(tmp_path) -> None:
    assert broker_options("redis://localhost:6379/0", tmp_path)["visibility_timeout"] == 21600
    assert broker_options("filesystem://", tmp_path)["data_folder_in"] == str(tmp_path / "messages")
    assert broker_options("memory://", tmp_path) == {}


@pytest.mark.django_db
def test_two_tasks_about_the_same_thing_never_run_at_once_and_none_is_lost(backend) -> None:
    for number in (1, 1, 2):
        backend.enqueue(remember, (number,), {})
    first, second, other = TaskRow.objects.order_by("pk")
    after = other.run_after
    TaskRow.objects.filter(pk=first.pk).update(claimed_at=after)
    assert not run_task_row(second.pk, clock=lambda: after)
    assert TaskRow.objects.get(pk=second.pk).attempts == 0
    assert run_task_row(other.pk, clock=lambda: after)
    assert calls == [(2, "")]

    TaskRow.objects.filter(pk=first.pk).update(claimed_at=None)
    assert run_task_row(first.pk, clock=lambda: after)
    assert calls == [(2, ""), (1, ""), (1, "")]
    assert not TaskRow.objects.exists()
