"""For whoever watches the installation: is the process alive, can it serve."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from lms.celery import app
from lms.notifications.services.sweep import is_resting

BROKER_SECONDS = 2


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nothing of anything else."""
    return JsonResponse({"status": "ok"})


def _database() -> str:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unknown"
    return "missing" if missing else "ok"


def _broker() -> str:
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OSError, OperationalError):
        return "does not answer"
    return "ok"


def _background_work() -> str:
    try:
        return "resting" if is_resting(at=timezone.now()) else "at work"
    except DatabaseError:
        return "unknown"


PARTS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
}


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations and broker, each "ok" or what is wrong; 503 where one fails. Whether
    the worker is heard from is told as well, but refuses nobody: the pages work without it."""
    parts = {name: ask() for name, ask in PARTS.items()}
    fine = all(answer == "ok" for answer in parts.values())
    return JsonResponse(
        {"status": "ok" if fine else "failing", **parts, "background_work": _background_work()},
        status=200 if fine else 503,
    )
