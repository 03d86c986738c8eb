"""Wagtail's own background tasks, run by our worker.

Wagtail enqueues through django-tasks. The task becomes a row in the caller's transaction, and
the worker is woken on commit: a task of a rolled-back transaction never runs, one of a
committed transaction is never lost, and an editor never waits for a broker.
"""

from typing import Any

from django.utils import timezone
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.signals import task_enqueued
from django_tasks.utils import get_module_path, get_random_id

from lms.notifications.services.taskrows import store_task


class CeleryBackend(BaseTaskBackend):
    """A django-tasks backend on TaskRow and Celery."""

    supports_defer = True

    def enqueue(self, task: Task, args: Any, kwargs: Any) -> TaskResult:
        self.validate_task(task)
        now = timezone.now()
        result: TaskResult = TaskResult(
            task=task,
            id=get_random_id(),
            status=TaskResultStatus.READY,
            enqueued_at=now,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        store_task(
            path=get_module_path(task.func),
            args=result.args,
            kwargs=result.kwargs,
            run_after=task.run_after or now,
            at=now,
        )
        task_enqueued.send(type(self), task_result=result)
        return result
