"""Every page of the product that opens without a key: it asks the database as much of 300 of
everything as of 3, and carries nothing that the strict policy for scripts and styles refuses."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from competence.services.targets import set_coverage_target
from courses.services.completing import COMPLETED
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.registry import notice_kind
from lms.people.roles import Role
from lms.url_access import url_access
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.courses import complete, enrol, publish_course
from tests.builders.notifications import tell
from tests.builders.partners import join, make_contact, make_organisation, share
from tests.builders.people import (
    account_with,
    employ,
    give_role,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db

# The most any page may ask. A page that needs more is split or asks better.
BOUND = 60
# What a longer list may add: the next page of a pagination, a second batch of a prefetch.
SLACK = 3
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<style|\sstyle=|\son\w+="
)


def _addresses() -> list[str]:
    """The pages that need no key in their address, except Wagtail's own."""
    found = []
    for name in url_access():
        if name.endswith("*") or name.startswith("wagtail"):
            continue
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return sorted(set(found))


@pytest.fixture
def town(arena) -> SimpleNamespace:
    top = make_unit("K", name="Kommunen")
    department = make_unit("F", top, "Förvaltningen")
    unit = make_unit("S", department, "Skolan")
    adopt(plan_of({"area": "OM1", "renewal_months": 12}, {"area": "OM4"}, areas=("OM1", "OM4")))
    town = SimpleNamespace(
        unit=unit,
        course=publish_course(gives=(("OM1", 1, 12),)),
        manager=make_manager(unit, "CHEF"),
        people=0,
        partner=make_organisation("A"),
    )
    share(town.course, town.partner, 400)
    set_coverage_target(
        key_group=None,
        unit=unit,
        places="whole",
        unit_kind="",
        area=CompetenceArea.objects.get(code="OM4"),
        level=TrainingLevel.objects.get(number=1),
        at_least=400,
        starts_on=date(2026, 1, 1),
        ends_on=None,
        motive="Planen",
        by=None,
    )
    learner = make_person("LARARE")
    employ(learner, unit)
    town.readers = [
        town.manager,
        make_account(learner),
        *(account_with(role) for role in (Role.COORDINATOR, Role.HR_IMPORT, Role.SYSTEM_ADMIN)),
        account_with(Role.AUDITOR),
        make_contact(town.partner),
    ]
    return town


def _grow(town: SimpleNamespace, size: int) -> None:
    """More of everything that lists are made of."""
    for number in range(town.people, size):
        person = make_person(f"P{number:04}", family_name=f"Öst {number}")
        employ(person, town.unit)
        guest = make_person(f"G{number:04}")
        join(guest, town.partner)
        if number % 2:
            enrol(guest, town.course)
        if number % 3 == 0:
            achieve(person, "OM4", on=date(2026, 1, 1))
            enrol(person, town.course)
        if number % 3 == 1:
            complete(person, town.course)
            give_role(make_account(person), Role.EDITOR)
        for reader in town.readers:
            if reader.person:
                tell(reader.person, f"row:{number}:{reader.pk}", kind=notice_kind(COMPLETED))
        if number % 4 == 0:
            make_unit(f"U{number}", town.unit.parent)
            make_organisation(f"O{number}")
    town.people = size


def _openers(clients: list[Client], addresses: list[str]) -> dict[str, Client]:
    """The first reader who may open each page; without those that nobody opens."""
    found: dict[str, Client] = {}
    for address in addresses:
        for client in clients:
            if client.get(address).status_code == 200:
                found[address] = client
                break
    return found


def _questions(client: Client, address: str) -> int:
    """How many queries the page takes."""
    cache.clear()
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    return len(queries)


def _signed_in(town: SimpleNamespace) -> list[Client]:
    clients = [Client() for _reader in town.readers]
    for client, reader in zip(clients, town.readers, strict=True):
        client.force_login(reader)
    return clients


def test_no_page_asks_more_of_300_than_of_3(town):
    _grow(town, 3)
    # Opening a page once reads, too, what is read once for a process.
    openers = _openers(_signed_in(town), _addresses())
    assert len(openers) > 40
    few = {address: _questions(client, address) for address, client in openers.items()}
    _grow(town, 300)
    many = {address: _questions(client, address) for address, client in openers.items()}
    assert {a: (few[a], many[a]) for a in many if many[a] > few[a] + SLACK} == {}
    assert {a: count for a, count in many.items() if count > BOUND} == {}


def test_pages_hold_a_strict_policy_and_nothing_inline(town):
    _grow(town, 3)
    clients = [*_signed_in(town), Client()]
    faults = []
    for address in _addresses():
        if address.startswith("/admin/"):
            continue
        for client in clients:
            response = client.get(address)
            if response.status_code != 200 or "text/html" not in response["Content-Type"]:
                continue
            policy = response["Content-Security-Policy"]
            if "default-src 'self'" not in policy or "unsafe" in policy:
                faults.append((address, policy))
            faults += [(address, found) for found in INLINE.findall(response.content.decode())]
    assert faults == []
