"""Leave: no reminders while it lasts, and a plan on the first day back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from competence.services.reminders import produce_notices, still_to_do
from competence.services.returning import BACK_IN_TEAM, WELCOME_BACK, returned, welcome_back
from lms.notifications.mail import tell
from lms.notifications.models import Notice
from lms.people.models import Leave
from tests.builders.people import take_leave

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BACK = date(2026, 12, 1)


@pytest.fixture
def leave(school) -> Leave:
    """Pausad's leave ends on the last of November."""
    row = Leave.objects.get(person=school.people["Pausad"])
    row.ends_on = date(2026, 11, 30)
    row.save()
    return row


def test_nobody_is_reminded_during_leave_and_what_was_said_before_is_not_mailed(school, leave):
    assert produce_notices(as_of=date(2026, 8, 31), at=NOW) > 0
    said = list(Notice.objects.filter(person=leave.person))
    assert still_to_do(said, date(2026, 8, 31))
    assert still_to_do(said, date(2026, 9, 15)) == set()
    produce_notices(as_of=date(2026, 9, 15), at=NOW)
    assert Notice.objects.filter(person=leave.person).count() == len(said)


def test_on_the_first_day_back_the_person_and_the_manager_are_told_what_to_do_by_when(
    school, leave
):
    assert welcome_back(as_of=BACK - timedelta(days=1), at=NOW) == 0
    assert welcome_back(as_of=BACK, at=NOW) == 2
    notice = Notice.objects.get(kind=WELCOME_BACK)
    words = tell(notice, notice.person)
    assert words.title == "Välkommen tillbaka: det här har du att göra"
    assert words.body.startswith("Område OM1, Grund")
    assert words.body.endswith("Dina lediga dagar har inte räknats.")
    manager = Notice.objects.get(kind=BACK_IN_TEAM)
    assert manager.person == school.manager.person
    assert tell(manager, manager.person).title == "Pausad Test är tillbaka efter ledighet"
    assert welcome_back(as_of=BACK + timedelta(days=1), at=NOW) == 0


def test_who_goes_from_one_leave_to_the_next_is_not_back(school, leave):
    take_leave(leave.person, date(2026, 12, 1), date(2026, 12, 20))
    assert returned(BACK) == {}
    assert returned(date(2026, 12, 21)) == {leave.person_id: date(2026, 12, 21)}


def test_a_short_absence_is_no_return(school):
    take_leave(school.people["Klar"], date(2026, 11, 20), date(2026, 11, 30))
    assert returned(BACK) == {}
