"""Min sida: what presses comes first, and what is only recommended never presses."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from competence.engine import Status
from competence.engine.pieces import Piece
from competence.figures.learner import MyRequirement, Source
from courses.offer import CourseOffer
from home.services import my_page as service
from home.services.my_page import MyPage, State, my_page
from tests.builders.people import MONDAY, make_person

LONG_AGO = date(2025, 5, 21)
OFFER = CourseOffer(7, "Att möta oro", "att-mota-oro", 20, "web", 1)


def asked(area: str, status: Status, *, offered: bool = True, **fields) -> MyRequirement:
    return MyRequirement(
        area=area,
        area_name=f"Området {area}",
        area_label=f"{area} Området",
        level=1,
        level_name="Grund",
        mandatory=fields.pop("mandatory", True),
        status=status,
        on=LONG_AGO,
        due_on=LONG_AGO,
        valid_until=None,
        sources=(Source("Alla", status, LONG_AGO, None, (Piece("Du behövde det."),), None),),
        offers=(replace(OFFER, course_id=hash(area) % 100, title=f"Kurs {area}"),)
        if offered
        else (),
        enrolment=None,
    )


@pytest.fixture
def page_of(db, monkeypatch):
    def of(*requirements: MyRequirement) -> MyPage:
        person = make_person()
        monkeypatch.setattr(service, "my_requirements", lambda person, day: list(requirements))
        request = RequestFactory().get("/min-sida/")
        return my_page(person, user=AnonymousUser(), day=MONDAY, request=request)

    monkeypatch.setattr(service, "new_for", lambda *args, **kwargs: [])
    return of


def shown(page: MyPage) -> str:
    with translation.override("sv"):
        parts = [render_to_string("home/my_heading.html", {"page": page})]
        if page.first:
            parts.append(render_to_string("home/first_card.html", {"card": page.first}))
        parts += [
            render_to_string("home/my_row.html", {"row": row, "day": page.day})
            for row in (*page.rows, *page.planned, *page.recommended)
        ]
    return " ".join(parts)


@pytest.mark.parametrize("status", [Status.OVERDUE, Status.EXPIRED, Status.PENDING])
def test_what_is_recommended_has_no_last_day_and_no_red_status(page_of, status):
    page = page_of(asked("OM1", status, mandatory=False))
    assert page.state is State.SUGGESTED
    assert page.first is not None
    assert page.first.last_day is None
    assert not page.first.is_late
    html = shown(page)
    assert "skulle ha varit klar" not in html
    assert "is-gap" not in html
    assert "is-pending" not in html
    assert "2025" not in html
    assert "Du behövde" not in html
    assert "Fortsätt där du var" not in html


def test_what_is_mandatory_and_late_still_says_so(page_of):
    page = page_of(asked("OM1", Status.OVERDUE))
    assert page.state is State.LATE
    assert "skulle ha varit klar" in shown(page)


def test_why_is_told_area_by_area_with_a_heading_each(page_of):
    def headings(page: MyPage) -> list[str]:
        html = render_to_string("home/first_card.html", {"card": page.first})
        return re.findall(r'<h3 class="why-area" lang="sv">([^<]+)</h3>', html)

    both = [replace(asked(area, Status.OVERDUE), offers=(OFFER,)) for area in ("OM1", "OM2")]
    assert headings(page_of(*both)) == ["Området OM1", "Området OM2"]
    assert headings(page_of(both[0])) == []


def test_what_waits_for_a_course_stands_by_itself_below_what_presses(page_of):
    page = page_of(
        asked("OM1", Status.OVERDUE, offered=False),
        asked("OM2", Status.OVERDUE),
        asked("OM3", Status.PENDING, offered=False),
        asked("OM4", Status.PENDING),
        asked("OM5", Status.MET),
    )
    assert [row.status for row in page.rows] == [Status.OVERDUE, Status.PENDING, Status.MET]
    assert [row.title for row in page.planned] == ["Området OM1, Grund", "Området OM3, Grund"]
