"""Fixtures every test may use."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import DjangoDbBlocker

from tests.database import let_tests_empty_the_database, migrated_template


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A copy of the migrated template on SQLite; on PostgreSQL a database migrated for this
    worker."""
    let_tests_empty_the_database(connection)
    if connection.vendor != "sqlite":
        request.getfixturevalue("django_db_modify_db_settings")
        with django_db_blocker.unblock():
            config = setup_databases(verbosity=0, interactive=False)
        yield
        with django_db_blocker.unblock():
            teardown_databases(config, verbosity=0)
        return
    template = migrated_template()
    with tempfile.TemporaryDirectory() as folder, django_db_blocker.unblock():
        copy = Path(folder) / "db.sqlite3"
        copy.write_bytes(template.read_bytes())
        connection.close()
        original = settings.DATABASES["default"]["NAME"]
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(copy)
        yield
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = original


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """A test that rolls back gives its primary keys to the next one: nothing may remember them."""
    cache.clear()
