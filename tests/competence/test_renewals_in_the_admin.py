"""A renewal order in the admin: whom it reaches is told roughly, by name behind a reason, and those
concerned are told when it is decided."""

from __future__ import annotations

import csv
import io
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from django.utils.timezone import localdate

from competence.models import RenewalOrder
from competence.services.consequences import Order
from competence.services.renewal_decisions import (
    RENEWAL_IN_TEAM,
    RENEWAL_ORDERED,
    decide_renewal,
    prefilled_from,
    renewal_not_done,
)
from competence.services.renewals import RenewalOrderError
from courses.models import CourseVersion
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea
from lms.notifications.mail import tell
from lms.notifications.models import Notice
from lms.people.models import Person
from lms.people.roles import Role
from tests.builders.competence import achieve
from tests.builders.people import account_with
from tests.competence.test_renewal_notice import completed_by, publish_again

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ADDRESS = "/admin/kompetens/fornyelse/"
REASON = "Enheterna ska få en plan för fortbildning"


@pytest.fixture
def order(school) -> Order:
    """What was reached in OM4 before September is valid until New Year: Gap, Klar and Snart."""
    return Order(
        CompetenceArea.objects.get(code="OM4"),
        None,
        date(2026, 9, 1),
        date(2026, 12, 31),
        date(2026, 11, 23),
    )


@pytest.fixture
def query(order) -> dict[str, object]:
    return {
        "area": order.area.pk,
        "level": "",
        "achieved_before": "2026-09-01",
        "last_valid_day": "2026-12-31",
        "decided_on": "2026-11-23",
    }


@pytest.fixture
def coordinator(school, client):
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


def test_nobody_is_named_before_a_reason_is_given(coordinator, client, query):
    page = client.post(ADDRESS, query | {"reason": "Ny lag"}).content.decode()
    assert "för få för att sägas" in page
    assert "Norrskolan" not in page
    names = f"{ADDRESS}namn/"
    assert "Klar Test" not in client.get(names, query).content.decode()
    file = client.get(f"{names}lista.csv", query)
    assert file.status_code == 302
    assert file.url.startswith(names)


def test_names_open_with_a_reason_as_page_and_file_sorted_and_filtered(
    coordinator, client, query, school
):
    names = f"{ADDRESS}namn/"
    address = client.get(names, query).request
    opened = client.post(
        f"{names}?{address['QUERY_STRING']}", {"open_names": "1", "opening_reason": REASON}
    )
    lines = opened.context["page"].object_list
    assert [(line.person.person_id, line.units) for line in lines] == [
        ("Gap", ("Norrskolan",)),
        ("Klar", ("Norrskolan",)),
        ("Snart", ("Norrskolan",)),
    ]
    assert (lines[0].reached.was, lines[0].reached.becomes) == (None, date(2026, 12, 31))
    found = client.get(names, query | {"q": "klar norr"}).context["page"].object_list
    assert [line.person.person_id for line in found] == ["Klar"]
    file = client.get(f"{names}lista.csv", query).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file), delimiter=";"))
    assert rows[1] == ["Gap", "Gap Test", "Norrskolan", "Grupp G", "", "2026-12-31"]
    assert AuditEvent.objects.get(action="names.opened").reason == REASON
    assert AuditEvent.objects.filter(action="person.named_in_opening").count() == 3
    assert AuditEvent.objects.filter(action="renewal_order.names_fetched").count() == 1
    other = query | {"last_valid_day": "2027-01-31"}
    assert not client.get(names, other).context["page"].object_list
    assert not RenewalOrder.objects.exists()


@pytest.mark.parametrize("where", ["", "lista.csv"])
def test_who_comes_to_be_among_open_names_is_written_down_as_they_are_shown(
    coordinator, client, query, school, where
):
    names = f"{ADDRESS}namn/"
    client.post(f"{names}?{urlencode(query)}", {"open_names": "1", "opening_reason": REASON})
    named = AuditEvent.objects.filter(action="person.named_in_opening")
    before = set(named.values_list("person_key", flat=True))
    achieve(school.people["Ny"], "OM4", on=date(2026, 8, 10))
    for _twice in range(2):
        shown = client.get(names + where, query).content.decode()
        assert "Ny Test" in shown
    (new,) = named.exclude(person_key__in=before)
    assert (new.person_key, new.reason) == (school.people["Ny"].pk, REASON)


def test_learners_and_managers_are_told_when_it_is_decided(school, order):
    _order, reached = decide_renewal(order=order, reason="Ny lag om orosanmälan.", by=None, at=NOW)
    assert reached == 3
    told = Notice.objects.filter(kind=RENEWAL_ORDERED)
    assert sorted(notice.person.person_id for notice in told) == ["Gap", "Klar", "Snart"]
    words = tell(told[0], told[0].person)
    assert words.title == "Förnya Område OM4 senast 31 december 2026"
    assert words.body == (
        "Det du har i Område OM4 gäller längst till och med 31 december 2026. Skälet: Ny lag om "
        "orosanmälan."
    )
    manager = Notice.objects.get(kind=RENEWAL_IN_TEAM)
    assert manager.person == school.manager.person
    assert tell(manager, manager.person).title == (
        "3 i ditt team behöver förnya Område OM4 senast 31 december 2026"
    )


def test_who_has_been_told_of_a_renewal_is_not_said_to_be_reminded(school, order, client):
    decide_renewal(order=order, reason="Ny lag", by=None, at=NOW)
    client.force_login(school.manager)
    page = client.get("/team/").content.decode()
    assert "Fick besked senast" in page
    assert "har fått besked" in page
    assert "åmind " not in page


def test_who_has_renewed_since_is_not_reminded_of_it(school, order):
    decide_renewal(order=order, reason="Ny lag", by=None, at=NOW)
    achieve(school.people["Klar"], "OM4", on=date(2026, 11, 22))
    notices = list(Notice.objects.filter(kind=RENEWAL_ORDERED).select_related("person"))
    left = renewal_not_done(notices, date(2026, 11, 23))
    assert sorted(n.person.person_id for n in notices if n.pk in left) == ["Gap", "Snart"]


def test_an_order_decided_on_the_page_tells_those_concerned(coordinator, client, query):
    asked = query | {"reason": "Ny lag"}
    confirmed = client.post(ADDRESS, asked).context["confirms"]
    client.post(ADDRESS, asked | {"decide": "1", "confirmed": confirmed})
    assert RenewalOrder.objects.get().reason == "Ny lag"
    assert Notice.objects.filter(kind=RENEWAL_ORDERED).count() == 3


def test_an_order_is_decided_as_it_was_seen_and_confirmed(coordinator, client, query):
    asked = query | {"reason": "Ny lag"}
    seen = client.post(ADDRESS, asked)
    assert "kan inte ändras och inte tas tillbaka" in seen.content.decode()
    confirmed = {"decide": "1", "confirmed": seen.context["confirms"]}
    other = asked | {"last_valid_day": "2027-03-31"}
    for unseen in (asked | {"decide": "1"}, other | confirmed):
        again = client.post(ADDRESS, unseen)
        assert again.context["form"].non_field_errors()
        assert again.context["reach"] is not None
    assert not RenewalOrder.objects.exists()
    assert not Notice.objects.filter(kind=RENEWAL_ORDERED).exists()


@pytest.mark.parametrize(
    ("decided_on", "last_valid_day", "refused"),
    [
        ("2026-11-23", "2026-01-01", True),
        ("2026-11-23", "2026-11-22", True),
        ("2026-11-23", "2026-11-23", False),
        ("2025-06-01", "2026-06-01", True),
        ("2027-02-01", "2027-01-31", True),
    ],
)
def test_an_order_leaves_days_to_renew_on(
    coordinator, client, query, order, decided_on, last_valid_day, refused
):
    days = {"decided_on": decided_on, "last_valid_day": last_valid_day}
    page = client.post(ADDRESS, query | days | {"reason": "Ny lag"})
    assert ("last_valid_day" in page.context["form"].errors) is refused
    assert (page.context["reach"] is None) is refused
    asked = replace(order, **{name: date.fromisoformat(day) for name, day in days.items()})
    with pytest.raises(RenewalOrderError) if refused else nullcontext():
        decide_renewal(order=asked, reason="Ny lag", by=None, at=NOW)
    assert RenewalOrder.objects.exists() is not refused


@pytest.mark.parametrize(
    ("last_valid_day", "days"), [("2026-11-23", 0), ("2026-12-22", 29), ("2026-12-23", None)]
)
def test_who_gives_less_than_a_month_is_warned(coordinator, client, query, last_valid_day, days):
    page = client.post(ADDRESS, query | {"last_valid_day": last_valid_day, "reason": "Ny lag"})
    assert page.context["short_notice"] == days
    assert ("på sig att förnya" in page.content.decode()) is (days is not None)


def test_a_course_to_be_taken_again_leads_to_an_order_filled_in(db, client):
    account_with(Role.COORDINATOR)
    first = completed_by(1)
    assert prefilled_from(first, date(2026, 11, 23)) == []
    publish_again(first)
    version = CourseVersion.objects.latest("number")
    notice = Notice.objects.get(kind="competence.renewal_to_consider")
    client.force_login(Person.objects.get(pk=notice.person_id).user)
    form = client.get(notice.url).context["form"]
    assert form.initial["area"] == CompetenceArea.objects.get(code="OM1").pk
    assert form.initial["reason"] == f"{version.title}: Ny lag."
    assert form.initial["achieved_before"] == localdate(version.published_at)
