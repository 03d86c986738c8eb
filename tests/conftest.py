"""Fixtures every test may use."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import DjangoDbBlocker
from wagtail.models import Site
from xdist.scheduler import LoadScopeScheduling

from home.models import ArenaIndexPage
from tests.database import let_tests_empty_the_database, migrated_template
from tests.ground import GROUNDS, ground, wanted


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
            ground.leave()
            teardown_databases(config, verbosity=0)
        return
    template = migrated_template()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "db.sqlite3"
        copy.write_bytes(template.read_bytes())
        original = settings.DATABASES["default"]["NAME"]
        with django_db_blocker.unblock():
            connection.close()
            settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(copy)
        yield
        with django_db_blocker.unblock():
            ground.leave()
            connection.close()
            settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = original


@pytest.fixture
def private_files(settings: Any, tmp_path: Path) -> None:
    """Proofs and other files that no address serves lie in a folder of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "private": settings.STORAGES["private"] | {"OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """A test that rolls back gives its primary keys to the next one: nothing may remember them."""
    cache.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that begin from the same ground follow each other, the others come last."""
    order = [*GROUNDS, None]
    items.sort(key=lambda item: (order.index(wanted(item)), _left_behind(item)))


def _left_behind(item: pytest.Item) -> int:
    """What a test leaves in the database: all as it was, nothing at all (the next one of its kind
    puts back what was migrated), or content types with new keys, on which nothing can be put
    back."""
    mark = item.get_closest_marker("django_db")
    said = mark.kwargs if mark else {}
    asked = getattr(item, "fixturenames", ())
    if said.get("serialized_rollback"):
        return 1
    return 2 if said.get("transaction") or "transactional_db" in asked else 0


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> None:
    """The ground is laid between the database, which is there by now, and the test's own
    transaction, which this fixture of pytest-django begins."""
    if fixturedef.argname == "_django_db_helper":
        blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock():
            ground.stand_on(wanted(request.node))


@pytest.fixture
def arena(db: None) -> Iterator[ArenaIndexPage]:
    """The starter arena: front page, standard pages and eleven articles, made by `tests.ground`."""
    Site.clear_site_root_paths_cache()
    yield ArenaIndexPage.objects.get()
    Site.clear_site_root_paths_cache()


class Together(LoadScopeScheduling):
    """Each test goes to the worker that is free; the journeys go to one, first of all: the product
    they visit is built once, and what takes longest does not stand alone at the end. (The marker
    `xdist_group` says nothing: pytest-xdist 3.8 writes it into an attribute that pytest 9.2 no
    longer reads.)"""

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)
