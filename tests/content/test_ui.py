"""Days, times and statuses in the words of the pages."""

from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from lms.content.templatetags import ui

AS_OF = date(2027, 9, 16)


def test_a_day_is_written_in_words() -> None:
    with translation.override("sv"):
        assert ui.day(date(2027, 9, 30)) == "30 september 2027"


def test_the_year_is_said_only_when_it_is_another() -> None:
    with translation.override("sv"):
        days = (date(2027, 12, 8), date(2029, 5, 14))
        assert [ui.day_near(day, AS_OF) for day in days] == ["8 december", "14 maj 2029"]
        assert [ui.day_short(day, AS_OF) for day in days] == ["8 dec.", "14 maj 2029"]


def test_a_moment_is_told_in_swedish_time() -> None:
    with translation.override("sv"):
        assert ui.moment(datetime(2027, 9, 30, 8, 42, tzinfo=UTC)) == "30 september 2027 10.42"


def test_the_week_day_begins_a_page_with_a_capital() -> None:
    with translation.override("sv"):
        assert ui.weekday(AS_OF) == "Torsdag 16 september 2027"


def test_no_day_is_no_text() -> None:
    assert [ui.day(None), ui.day_near(None), ui.day_short(None), ui.moment(None)] == [""] * 4


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("met", ("is-met", "met", "Met", "")),
        ("expiring", ("is-expiring", "expiring", "Expires 30 September", "30 Sept")),
        ("pending", ("is-pending", "pending", "To do by 30 September", "30 Sept")),
        ("expired", ("is-gap", "expired", "Expired 30 September", "30 Sept")),
        ("overdue", ("is-gap", "overdue", "Missing since 30 September", "since 30 Sept")),
        ("exempt", ("is-exempt", "exempt", "Exempt until 30 September", "until 30 Sept")),
        ("paused", ("is-paused", "paused", "Paused", "")),
    ],
)
def test_a_status_has_tone_shape_and_words(status: str, expected: tuple[str, ...]) -> None:
    on = date(2027, 9, 30)
    with translation.override("en"):
        assert (
            ui.status_tone(status),
            ui.status_shape(status),
            ui.status_text(status, on, AS_OF),
            ui.status_cell_day(status, on, AS_OF),
        ) == expected


def test_a_status_without_a_day_is_the_word_alone() -> None:
    with translation.override("en"):
        html = render_to_string("components/status.html", {"status": "overdue"})
    assert html.strip() == (
        '<span class="status is-gap"><svg class="shape" aria-hidden="true">'
        '<use href="#overdue"/></svg>Missing</span>'
    )


@pytest.mark.parametrize(
    ("value", "step"),
    [(None, "is-none"), (0, "cov-1"), (49.9, "cov-1"), (50, "cov-2"), (65, "cov-3")]
    + [(80, "cov-4"), (90, "cov-5"), (100, "cov-5")],
)
def test_coverage_falls_into_five_steps(value: float | None, step: str) -> None:
    assert ui.coverage_step(value) == step


def test_initials_are_never_empty() -> None:
    assert [ui.initials(who) for who in ("Sara Lindqvist", "kim@example.se", "")] == [
        "SL",
        "KE",
        "?",
    ]


def test_what_should_have_been_done_is_missing_not_to_do() -> None:
    assert ui.status_by(date(2025, 2, 20)) == "overdue"
    assert ui.status_by(date(9999, 1, 1)) == "pending"
    assert ui.status_by(None) == "pending"
