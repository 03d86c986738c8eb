"""Needs assessment: rounds, forms that managers fill in, reminders and who has not answered."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from competence.figures.needs import planned_round, standing_of_needs
from competence.figures.needs_asked import areas_to_wish, asked_of, may_confirm, may_fill_in
from competence.figures.waiting import waiting_for
from competence.models import KeyGroup, NeedsAnswer, NeedsDraft, NeedsForm, NeedsReminder
from competence.services.needs_answers import (
    NeedsAnswerError,
    NeedsConflictError,
    NeedsWritten,
    confirm_answer,
    keep_draft,
    take_back_answer,
)
from competence.services.needs_delegations import (
    NeedsDelegationError,
    end_needs_delegation,
    leave_to_colleague,
)
from competence.services.needs_notices import (
    ASKED,
    REMINDED,
    remind_of_forms,
    still_unanswered,
    take_back_form_reminders,
    tell_who_is_asked,
)
from competence.services.needs_rounds import NeedsRoundError, close_needs_round, move_last_day
from lms.audit.models import AuditEvent
from lms.notifications.mail import tell
from lms.notifications.models import Notice
from lms.people.models import Employment
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import adopt, plan_of
from tests.builders.needs import (
    LAST_DAY,
    NOW,
    WISH,
    answer,
    form_of,
    later,
    make_operation,
    open_round,
)
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    give_role,
    let_act,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db, monday) -> SimpleNamespace:
    """A department with two operations that have managers and one that has none."""
    top = make_unit("K", name="Kommunen")
    department = make_unit("KOF", top, "Kultur")
    youth = make_operation("UNG", department, "Ungdom")
    library = make_operation("BIB", department, "Bibliotek")
    alone = make_operation("ENS", department, "Ensam")
    below = make_unit("UNG1", youth, "Mötesplatsen")
    adopt(
        plan_of(
            {"area": "OM1", "level": 3},
            {"area": "OM4", "level": 1},
            rules={"G": [{"job_codes": ["LAR"]}]},
            areas=("OM1", "OM4", "OM9"),
        )
    )
    worker = make_person("ARB", given_name="Vera", family_name="Värd")
    employ(worker, below)
    employ(make_person(), library)
    employ(make_person(), alone)
    return SimpleNamespace(
        department=department,
        youth=youth,
        library=library,
        alone=alone,
        worker=make_account(worker),
        manager=make_manager(youth, "CHEF1"),
        librarian=make_manager(library, "CHEF2"),
        director=make_manager(department, "CHEF3"),
        officer=account_with(Role.COORDINATOR),
    )


def test_a_round_makes_one_form_for_each_unit_of_the_kind_and_key_group_with_members(town):
    planned = planned_round(
        unit_kind="verksamhet",
        key_groups=KeyGroup.objects.all(),
        namings=[],
        threshold=1,
        day=MONDAY,
    )
    opened = open_round(town.officer)
    assert {(form.unit.code, form.key_group.code) for form in opened.forms.all()} == {
        ("UNG", "G"),
        ("BIB", "G"),
        ("ENS", "G"),
    }
    assert [(form.unit.code, [p.person_id for p in form.managers]) for form in planned.forms] == [
        ("BIB", ["CHEF2"]),
        ("ENS", []),
        ("UNG", ["CHEF1"]),
    ]
    assert [unit.code for unit in planned.without_manager] == ["ENS"]


def test_a_post_outside_every_unit_of_the_kind_is_told_before_the_round_is_opened(town):
    employ(make_person(), town.department)
    planned = planned_round(
        unit_kind="verksamhet",
        key_groups=KeyGroup.objects.all(),
        namings=[],
        threshold=1,
        day=MONDAY,
    )
    assert [unit.code for unit in planned.outside] == ["KOF"]


def test_a_round_asks_the_same_number_of_queries_for_few_and_for_many(
    town, django_assert_max_num_queries
):
    for _each in range(20):
        employ(make_person(), town.library)
    with django_assert_max_num_queries(9):
        planned_round(
            unit_kind="verksamhet",
            key_groups=KeyGroup.objects.all(),
            namings=[],
            threshold=1,
            day=MONDAY,
        )
    open_round(town.officer)
    with django_assert_max_num_queries(5):
        standing_of_needs(MONDAY)


def test_managers_are_told_once_and_a_new_manager_is_told_too(town):
    open_round(town.officer)
    assert {notice.person.person_id for notice in Notice.objects.filter(kind=ASKED)} == {
        "CHEF1",
        "CHEF2",
    }
    assert tell_who_is_asked(day=MONDAY, at=later(5)) == 0
    make_manager(town.alone, "NY")
    assert tell_who_is_asked(day=MONDAY, at=later(6)) == 1


def test_only_levels_above_what_the_plan_asks_can_be_wished_for(town):
    open_round(town.officer)
    found = areas_to_wish(form_of(town.youth), MONDAY)
    assert [(each.area.code, [level.number for level in each.levels]) for each in found] == [
        ("OM4", [2, 3]),
        ("OM9", [1, 2, 3]),
    ]


def test_an_answer_without_what_must_be_answered_is_not_handed_in(town):
    form = open_round(town.officer) and form_of(town.youth)
    for written in (
        NeedsWritten(),
        NeedsWritten(need="yes", motives="S"),
        NeedsWritten(need="yes", levels={"OM4": 2}),
    ):
        with pytest.raises(NeedsAnswerError):
            answer(form, town.manager, written)
    assert not NeedsAnswer.objects.exists()
    assert answer(form, town.manager, NeedsWritten(need="no")).wishes.count() == 0


def test_text_that_describes_somebody_is_not_kept(town):
    form = open_round(town.officer) and form_of(town.youth)
    with pytest.raises(ValidationError):
        answer(form, town.manager, NeedsWritten(need="no", more="Gäller 19900101-2384"))
    assert not NeedsDraft.objects.exists()


def test_who_saves_on_top_of_another_is_told_and_the_same_sent_twice_changes_nothing(town):
    form = open_round(town.officer) and form_of(town.youth)
    page = {"form": form, "by": town.manager, "at": NOW}
    one = NeedsWritten(need="no")
    keep_draft(written=one, revision=0, client="en", **page)
    assert keep_draft(written=one, revision=0, client="en", **page).revision == 1
    # The same page goes on, though the answer to its last save has not reached it.
    keep_draft(written=NeedsWritten(need="unsure"), revision=0, client="en", **page)
    with pytest.raises(NeedsConflictError) as error:
        keep_draft(
            form=form,
            written=NeedsWritten(need="yes"),
            revision=0,
            client="två",
            by=town.director,
            at=later(1),
        )
    assert error.value.draft.by == town.manager
    assert str(town.manager) in str(error.value)
    assert NeedsDraft.objects.get().need == "unsure"


def test_whoever_writes_in_two_windows_is_told_that_it_is_another_window(town):
    form = open_round(town.officer) and form_of(town.youth)
    page = {"form": form, "by": town.manager, "at": NOW}
    keep_draft(written=NeedsWritten(need="no"), revision=0, client="en", **page)
    with pytest.raises(NeedsConflictError, match="ett annat fönster"):
        keep_draft(written=NeedsWritten(need="yes"), revision=0, client="två", **page)


def test_an_answer_taken_back_is_followed_by_another_and_stays_as_it_was(town):
    opened = open_round(town.officer)
    form = form_of(town.youth)
    first = answer(form, town.manager)
    with pytest.raises(NeedsAnswerError):
        answer(form, town.manager)
    take_back_answer(answer=first, by=town.manager, at=later(1))
    draft = NeedsDraft.objects.get()
    assert (draft.need, draft.levels) == ("yes", {"OM4": 2})
    second = answer(form, town.manager, NeedsWritten(need="no"), at=later(2))
    assert [each.need for each in form.answers.order_by("pk")] == ["yes", "no"]
    close_needs_round(needs_round=opened, reason="Klart", by=town.officer, at=later(3))
    with pytest.raises(NeedsAnswerError):
        take_back_answer(answer=second, by=town.manager, at=later(4))


def test_the_last_day_can_be_moved_until_the_round_is_closed(town):
    opened = open_round(town.officer)
    change = {"needs_round": opened, "reason": "Fler behöver tid", "by": town.officer}
    with pytest.raises(NeedsRoundError):
        move_last_day(ends_on=MONDAY - timedelta(days=1), day=MONDAY, **change)
    # A round past its last day is open again.
    move_last_day(ends_on=date(2027, 1, 31), day=date(2027, 1, 5), **change)
    opened.refresh_from_db()
    assert opened.is_open_on(date(2027, 1, 31))
    close_needs_round(needs_round=opened, reason="Klart", by=town.officer, at=NOW)
    with pytest.raises(NeedsRoundError):
        move_last_day(ends_on=date(2027, 2, 28), day=MONDAY, **change)


def test_a_round_is_not_opened_again_beside_another_of_its_name(town):
    first = open_round(town.officer, ends_on=MONDAY)
    day = MONDAY + timedelta(days=7)
    open_round(town.officer, starts_on=day, at=NOW + timedelta(days=7))
    with pytest.raises(NeedsRoundError, match="Det finns redan en omgång"):
        move_last_day(
            needs_round=first, ends_on=LAST_DAY, reason="Fler svar", by=town.officer, day=day
        )


def test_the_contact_of_the_department_confirms_and_nobody_confirms_their_own(town):
    form = open_round(town.officer) and form_of(town.youth)
    contact = account_with(Role.UNIT_CONTACT, town.department)
    elsewhere = account_with(Role.UNIT_CONTACT, town.library)
    handed_in = answer(form, town.manager)
    assert (
        may_confirm(contact, form, MONDAY),
        may_confirm(elsewhere, form, MONDAY),
        may_confirm(town.manager, form, MONDAY),
    ) == (True, False, False)
    give_role(town.manager, Role.UNIT_CONTACT, town.department)
    with pytest.raises(NeedsAnswerError):
        confirm_answer(answer=handed_in, by=town.manager, at=later(1))
    assert confirm_answer(answer=handed_in, by=contact, at=later(2)).confirmed_by == contact


def test_a_form_can_be_left_to_a_colleague_until_a_day_and_both_names_are_in_the_ledger(town):
    form = open_round(town.officer) and form_of(town.youth)
    assert not may_fill_in(town.worker, form, MONDAY)
    left = leave_to_colleague(
        form=form,
        colleague=town.worker.person,
        ends_on=date(2026, 12, 1),
        by=town.manager,
        at=NOW,
    )
    assert may_fill_in(town.worker, form, date(2026, 12, 1))
    assert not may_fill_in(town.worker, form, date(2026, 12, 2))
    assert not may_fill_in(town.worker, form_of(town.library), MONDAY)
    handed_in = answer(form, town.worker)
    assert handed_in.in_place_of == town.manager.person
    given = AuditEvent.objects.get(action="needs_delegation.given").after
    assert (given["giver"], given["colleague"]) == (
        town.manager.person.name,
        town.worker.person.name,
    )
    end_needs_delegation(delegation=left, by=town.manager, on=MONDAY)
    assert not may_fill_in(town.worker, form, MONDAY)


def test_what_was_left_ends_when_the_manager_moves_on(town):
    form = open_round(town.officer) and form_of(town.youth)
    leave_to_colleague(
        form=form, colleague=town.worker.person, ends_on=LAST_DAY, by=town.manager, at=NOW
    )
    Employment.objects.filter(person=town.manager.person).update(ends_on=MONDAY)
    assert may_fill_in(town.worker, form, MONDAY)
    assert not may_fill_in(town.worker, form, MONDAY + timedelta(days=1))


def test_a_form_is_left_only_to_own_staff_or_a_deputy_and_not_given_on(town):
    form = open_round(town.officer) and form_of(town.youth)
    stranger = town.librarian.person
    left = {"form": form, "ends_on": LAST_DAY, "at": NOW}
    with pytest.raises(NeedsDelegationError):
        leave_to_colleague(colleague=stranger, by=town.manager, **left)
    let_act(town.manager, stranger, town.youth)
    assert may_fill_in(town.librarian, form, MONDAY)
    with pytest.raises(NeedsDelegationError):
        leave_to_colleague(colleague=town.worker.person, by=town.librarian, **left)
    assert leave_to_colleague(colleague=stranger, by=town.manager, **left).colleague == stranger
    assert answer(form, town.librarian).in_place_of == town.manager.person


def test_what_was_left_to_one_of_two_merged_records_is_the_others(town):
    form = open_round(town.officer) and form_of(town.youth)
    left = leave_to_colleague(
        form=form, colleague=town.worker.person, ends_on=LAST_DAY, by=town.manager, at=NOW
    )
    twin = make_person("TVILLING")
    merge_people(survivor=twin, loser=town.worker.person, by=town.officer, reason="Samma")
    left.refresh_from_db()
    assert left.colleague == twin


def test_reminders_reach_those_who_have_not_answered_once_a_day_and_can_be_taken_back(town):
    opened = open_round(town.officer)
    answer(form_of(town.library), town.librarian)
    let_act(town.manager, town.librarian.person, town.youth)
    ask = {"forms": NeedsForm.objects.filter(needs_round=opened), "day": MONDAY}
    made = remind_of_forms(by=town.officer, at=later(1), **ask)
    assert [each.form.unit.code for each in made] == ["UNG"]
    told = Notice.objects.filter(kind=REMINDED)
    assert {notice.person.person_id for notice in told} == {"CHEF1", "CHEF2"}
    assert remind_of_forms(by=town.officer, at=later(2), **ask) == []
    assert still_unanswered(list(told), MONDAY) == {notice.pk for notice in told}
    pks = [each.pk for each in made]
    assert take_back_form_reminders(reminders=pks, by=town.officer, at=later(12)) == 0
    assert take_back_form_reminders(reminders=pks, by=town.officer, at=later(5)) == 1
    assert not Notice.objects.filter(kind=REMINDED).exists()
    assert NeedsReminder.objects.get().taken_back_at == later(5)
    assert len(remind_of_forms(by=town.officer, at=later(6), **ask)) == 1
    answer(form_of(town.youth), town.manager)
    assert still_unanswered(list(Notice.objects.filter(kind=REMINDED)), MONDAY) == set()


def test_the_standing_of_a_day_is_of_that_day_and_names_units_only(town):
    opened = open_round(town.officer)
    handed_in = answer(form_of(town.youth), town.manager)
    take_back_answer(answer=handed_in, by=town.manager, at=NOW + timedelta(days=2))
    assert standing_of_needs(MONDAY - timedelta(days=1)) is None
    standing = standing_of_needs(MONDAY)
    assert standing is not None
    assert (standing.round_pk, standing.is_open, standing.asked, standing.answered) == (
        opened.pk,
        True,
        3,
        1,
    )
    assert [(each.name, each.answered, each.has_manager) for each in standing.operations] == [
        ("Bibliotek", 0, True),
        ("Ensam", 0, False),
        ("Ungdom", 1, True),
    ]
    assert [each.code for each in standing.not_answered] == ["BIB", "ENS"]
    two_days_later = standing_of_needs(MONDAY + timedelta(days=2))
    assert two_days_later is not None
    assert two_days_later.answered == 0
    over = standing_of_needs(LAST_DAY + timedelta(days=1))
    assert over is not None
    assert not over.is_open


def test_a_manager_meets_their_own_forms_and_a_director_those_that_nobody_else_answers(town):
    open_round(town.officer)

    def mine(user):
        return [
            ([each.form.unit.code for each in asked.mine], len(asked.others))
            for asked in asked_of(user, MONDAY)
        ]

    assert mine(town.manager) == [(["UNG"], 0)]
    assert mine(town.director) == [(["ENS"], 2)]
    assert mine(town.worker) == []
    leave_to_colleague(
        form=form_of(town.youth),
        colleague=town.worker.person,
        ends_on=LAST_DAY,
        by=town.manager,
        at=NOW,
    )
    assert mine(town.worker) == [(["UNG"], 0)]


def test_a_form_that_was_answered_is_not_shown_as_left(town):
    open_round(town.officer)
    answer(form_of(town.youth), town.manager, WISH)
    (asked,) = asked_of(town.manager, MONDAY)
    assert (asked.answered, asked.left) == (1, [])


def test_a_manager_is_told_of_a_form_that_waits_until_it_is_answered(town):
    form = open_round(town.officer) and form_of(town.youth)
    [waiting] = waiting_for(town.manager, MONDAY)
    assert waiting.url == f"/behov/{form.pk}/"
    assert waiting.words == "Ett formulär om behov väntar på ditt svar, senast den 31 december"
    assert waiting_for(town.worker, MONDAY) == ()
    answer(form, town.manager)
    assert waiting_for(town.manager, MONDAY) == ()


def test_my_page_tells_the_manager_of_the_form(town, client):
    form = open_round(town.officer) and form_of(town.youth)
    client.force_login(town.manager)
    assert f'<a href="/behov/{form.pk}/">' in client.get("/min-sida/").content.decode()


def test_a_notice_stays_until_every_unit_has_answered_and_names_those_left(town, client):
    open_round(town.officer)
    let_act(town.manager, town.librarian.person, town.youth)
    Notice.objects.all().delete()
    tell_who_is_asked(day=MONDAY, at=later(1))
    told = Notice.objects.get(kind=ASKED, person=town.librarian.person)
    assert len(told.context["forms"]) == 2
    named = tell(told, told.person)
    assert "2 formulär" in named.title
    assert town.youth.name in named.body
    assert town.library.name in named.body
    client.force_login(town.librarian)
    client.get(reverse("notifications:open", args=[told.pk]))
    answer(form_of(town.library), town.librarian)
    told.refresh_from_db()
    assert told.read_at is None
    assert still_unanswered([told], MONDAY) == {told.pk}
    named = tell(told, told.person)
    assert "1 formulär" in named.title
    assert town.youth.name in named.body
    assert town.library.name not in named.body
    answer(form_of(town.youth), town.librarian)
    told.refresh_from_db()
    assert told.read_at is not None
    assert still_unanswered([told], MONDAY) == set()
