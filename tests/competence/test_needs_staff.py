"""The staff are asked what they need: who is asked, what is kept of it, and what is left of it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.serializers import serialize
from django.urls import reverse

from competence.figures.needs import form_standings
from competence.figures.needs_added import added_since
from competence.figures.needs_staff import my_wish, staff_shown
from competence.figures.needs_table import round_table
from competence.figures.proposals import wished_for
from competence.figures.transcript import transcript_of
from competence.models import KeyGroup, StaffCount, StaffCountArea, StaffWish
from competence.services.needs_answers import take_back_answer
from competence.services.needs_rounds import (
    NeedsRoundError,
    close_needs_round,
    move_last_day,
    send_added_forms,
)
from competence.services.needs_staff import (
    STAFF_ASKED,
    StaffWishError,
    count_staff_that_is_over,
    keep_wish,
    still_asked,
    take_back_wish,
    tell_staff,
)
from lms.audit.models import AuditEvent
from lms.notifications.models import Notice
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import adopt, plan_of
from tests.builders.needs import NOW, answer, form_of, later, make_operation, open_round
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 12, 11)
THRESHOLD = 5


@pytest.fixture
def town(db, monday) -> SimpleNamespace:
    """An operation of twelve who sign in, with a manager in the key group, and one of seven."""
    top = make_unit("K")
    unit, small = make_operation("A", top, "Norr"), make_operation("B", top, "Söder")
    adopt(
        plan_of(
            {"area": "OM1", "level": 1},
            {"area": "OM4", "level": 1},
            rules={"G": [{"job_codes": ["LAR", "CHEF"]}]},
            areas=("OM1", "OM4", "OM9"),
        )
    )
    people = []
    for number in range(12):
        person = make_person(f"P{number:02}", given_name="Vera", family_name=f"Värd {number}")
        employ(person, unit)
        make_account(person)
        people.append(person)
    for number in range(7):
        person = make_person(f"S{number:02}")
        employ(person, small)
        make_account(person)
    employ(make_person("UTAN", family_name="Adress", email=""), unit)
    return SimpleNamespace(
        top=top,
        unit=unit,
        small=small,
        people=people,
        manager=make_manager(unit, "CHEF1"),
        officer=account_with(Role.COORDINATOR),
    )


@pytest.fixture
def asked(town) -> SimpleNamespace:
    town.round = open_round(town.officer, staff_until=UNTIL, threshold=THRESHOLD)
    town.form = form_of(town.unit)
    return town


def say(people: list[Person], said: dict[str, str], *, at: datetime = NOW) -> None:
    for person in people:
        keep_wish(person=person, said=said, at=at)


def test_a_round_asks_no_staff_unless_it_is_told_to(town):
    open_round(town.officer, threshold=THRESHOLD)
    assert not StaffWish.objects.exists()
    assert staff_shown(form_of(town.unit)) is None


def test_those_who_are_reached_and_do_not_answer_for_the_unit_are_asked_where_they_are_enough(
    asked,
):
    assert {wish.person.person_id for wish in StaffWish.objects.all()} == {
        person.person_id for person in asked.people
    }
    too_few = staff_shown(form_of(asked.small))
    assert too_few is not None
    assert too_few.is_too_few
    opened = AuditEvent.objects.get(action="needs_round.opened").after
    assert (opened["staff_asked"], opened["staff_until"]) == (12, UNTIL.isoformat())


def test_what_is_said_can_be_changed_and_taken_back_until_the_last_day(asked):
    one = asked.people[0]
    keep_wish(person=one, said={"OM1": "more", "OM9": "more", "OM4": "bättre"}, at=NOW)
    # Only the areas that are asked about, only the answers there are.
    assert my_wish(one, MONDAY).said == {"OM1": "more"}
    keep_wish(person=one, said={"OM1": "enough", "OM4": "unsure"}, at=later(1))
    assert my_wish(one, MONDAY).said == {"OM1": "enough", "OM4": "unsure"}
    take_back_wish(person=one, at=later(2))
    assert not my_wish(one, MONDAY).has_answered
    last = datetime.combine(UNTIL, NOW.timetz())
    keep_wish(person=one, said={"OM1": "more"}, at=last)
    with pytest.raises(StaffWishError):
        keep_wish(person=one, said={}, at=last + timedelta(days=1))
    with pytest.raises(StaffWishError):
        keep_wish(person=asked.manager.person, said={}, at=NOW)


def test_nothing_is_shown_before_the_staffs_time_is_over(asked):
    say(asked.people, {"OM1": "more"})
    shown = staff_shown(asked.form)
    assert (shown.waits_until, shown.count, shown.lines) == (UNTIL, None, [])
    assert count_staff_that_is_over(day=UNTIL, at=NOW) == 0
    assert count_staff_that_is_over(day=UNTIL + timedelta(days=1), at=later(1)) == 1
    assert staff_shown(asked.form).count is not None
    assert count_staff_that_is_over(day=UNTIL + timedelta(days=1), at=later(2)) == 0


def test_the_count_keeps_only_what_may_be_shown_and_no_row_of_a_person(asked):
    say(asked.people[:5], {"OM1": "more", "OM4": "enough"})
    say(asked.people[5:11], {"OM1": "enough", "OM4": "more"})
    say(asked.people[10:11], {"OM1": "unsure", "OM4": "enough"})
    close_needs_round(needs_round=asked.round, reason="Klart", by=asked.officer, at=later(1))
    count = StaffCount.objects.get()
    # One of twelve has not answered: that is not told.
    assert (count.asked, count.told, count.answered) == (12, "most", None)
    assert not StaffCountArea.objects.exists()
    assert not StaffWish.objects.exists()


def test_an_early_answer_closes_the_staffs_time_and_taking_it_back_opens_it_no_more(asked):
    say(asked.people, {"OM1": "more"})
    handed_in = answer(asked.form, asked.manager, at=later(1))
    first = StaffCount.objects.get()
    take_back_answer(answer=handed_in, by=asked.manager, at=later(2))
    with pytest.raises(StaffWishError):
        keep_wish(person=asked.people[0], said={"OM1": "enough"}, at=later(3))
    answer(asked.form, asked.manager, at=later(4))
    move_last_day(
        needs_round=asked.round,
        ends_on=date(2027, 1, 31),
        reason="Fler",
        by=asked.officer,
        day=MONDAY,
    )
    assert count_staff_that_is_over(day=date(2027, 2, 1), at=later(5)) == 0
    assert StaffCount.objects.get() == first


def test_the_ledger_holds_nothing_of_what_a_person_has_said(asked):
    before = AuditEvent.objects.count()
    keep_wish(person=asked.people[0], said={"OM1": "more"}, at=NOW)
    take_back_wish(person=asked.people[0], at=later(1))
    keep_wish(person=asked.people[0], said={"OM1": "more"}, at=later(2))
    assert AuditEvent.objects.count() == before
    count_staff_that_is_over(day=UNTIL + timedelta(days=1), at=later(3))
    counted = AuditEvent.objects.get(action="needs_form.staff_counted")
    assert counted.after == {"unit": "A", "key_group": "G", "rows_removed": 12}
    assert counted.person_key is None


def test_no_row_anywhere_says_what_a_person_said_once_it_is_counted(asked):
    say(asked.people[:1], {"OM1": "unsure"})
    count_staff_that_is_over(day=UNTIL + timedelta(days=1), at=later(1))
    about = [
        serialize("json", model._default_manager.all())
        for model in apps.get_models()
        if model._meta.app_label in ("competence", "audit", "notifications")
    ]
    assert not any('"unsure"' in rows or "unsure" in json.dumps(rows) for rows in about)


def test_the_numbers_follow_into_the_answer_the_file_and_the_wishes(town):
    for number in range(12, 20):
        person = make_person(f"P{number:02}")
        employ(person, town.unit)
        make_account(person)
        town.people.append(person)
    opened = open_round(town.officer, staff_until=UNTIL, threshold=THRESHOLD)
    form = form_of(town.unit)
    say(town.people[:6], {"OM4": "more"})
    say(town.people[6:14], {"OM4": "enough"})
    answer(form, town.manager, at=later(1))
    shown = staff_shown(form)
    assert (shown.count.asked, shown.count.answered) == (20, 14)
    assert [(area.area.code, area.told, area.more) for area in shown.areas] == [
        ("OM1", "few", None),
        ("OM4", "number", 6),
    ]
    (wished,) = wished_for(opened, MONDAY)
    assert [bool(words) for _wish, words in wished.by_unit] == [True]
    assert "6" in wished.staff[form.pk]
    table = round_table(form_standings([form], MONDAY), named=False)
    (row,) = table.rows
    assert any("14" in str(value) and "20" in str(value) for value in row)


def test_each_is_told_once_and_not_reminded_once_they_have_answered(asked):
    assert tell_staff(day=MONDAY, at=later(1)) == 12
    assert tell_staff(day=MONDAY, at=later(2)) == 0
    keep_wish(person=asked.people[0], said={"OM1": "more"}, at=later(3))
    told = list(Notice.objects.filter(kind=STAFF_ASKED))
    assert {notice.person_id for notice in told if notice.pk in still_asked(told, MONDAY)} == {
        person.pk for person in asked.people[1:]
    }
    assert still_asked(told, UNTIL + timedelta(days=1)) == set()


def test_of_two_merged_records_one_is_asked_and_what_was_said_stands(asked):
    one, other = asked.people[:2]
    keep_wish(person=other, said={"OM1": "more"}, at=NOW)
    merge_people(survivor=one, loser=other, by=asked.officer, reason="Samma")
    assert my_wish(one, MONDAY).said == {"OM1": "more"}
    assert StaffWish.objects.count() == 11


def test_the_staff_of_a_unit_are_not_asked_again_for_a_while(asked):
    with pytest.raises(NeedsRoundError, match=r"Norr.* i Behov inför 2027"):
        open_round(asked.officer, name="En till", staff_until=UNTIL, threshold=THRESHOLD)
    close_needs_round(needs_round=asked.round, reason="Klart", by=asked.officer, at=later(1))
    with pytest.raises(NeedsRoundError):
        open_round(asked.officer, name="En till", staff_until=UNTIL, threshold=THRESHOLD)
    assert open_round(asked.officer, name="Utan", threshold=THRESHOLD).pk


def test_whoever_has_posts_in_two_units_is_asked_once_and_a_later_round_shuts_nothing(monday):
    top = make_unit("K")
    units = [make_operation("A", top), make_operation("B", top)]
    adopt(
        plan_of(
            {"area": "OM1", "level": 1},
            {"key_group": "H", "area": "OM4", "level": 1},
            rules={"G": [{"units": ["A"]}], "H": [{"units": ["B"]}]},
        )
    )
    people = []
    for number in range(12):
        person = make_person(f"P{number:02}")
        for unit in units:
            employ(person, unit)
        make_account(person)
        people.append(person)
    officer = account_with(Role.COORDINATOR)
    first, second = (
        open_round(
            officer,
            name=name,
            groups=KeyGroup.objects.filter(code=group),
            starts_on=starts_on,
            staff_until=UNTIL,
            threshold=THRESHOLD,
        )
        for name, group, starts_on in (
            ("Ett", "G", MONDAY),
            ("Två", "H", MONDAY + timedelta(days=7)),
        )
    )
    asked = [StaffWish.objects.filter(needs_round=each).count() for each in (first, second)]
    assert asked == [12, 0]
    # As where two records that were asked apart are merged into one.
    StaffWish.objects.create(
        needs_round=second, form=second.forms.get(), person=people[0], said={"OM4": "more"}
    )
    assert my_wish(people[0], MONDAY).needs_round == first
    assert keep_wish(person=people[0], said={"OM1": "more"}, at=NOW).needs_round == first
    own = transcript_of(people[0], MONDAY, to_the_person=True).wishes
    assert len(own) == 2
    begun = NOW + timedelta(days=7)
    assert my_wish(people[0], begun.date()).needs_round == second
    assert keep_wish(person=people[0], said={}, at=begun).needs_round == second


def test_two_counts_tell_of_nobody_who_is_in_one_of_them_only(monday):
    top = make_unit("K")
    units = [make_operation("A", top), make_operation("B", top)]
    adopt(
        plan_of(
            {"area": "OM1", "level": 1},
            {"key_group": "H", "area": "OM1", "level": 1},
            rules={"G": [{"units": ["A"]}], "H": [{"units": ["B"]}]},
        )
    )
    for number in range(31):
        person = make_person(f"P{number:02}")
        for unit in units if number else units[1:]:
            employ(person, unit)
        make_account(person)
    officer = account_with(Role.COORDINATOR)
    for name, group in (("Ett", "G"), ("Två", "H")):
        opened = open_round(
            officer,
            name=name,
            groups=KeyGroup.objects.filter(code=group),
            staff_until=UNTIL,
            threshold=THRESHOLD,
        )
        close_needs_round(needs_round=opened, reason="Klart", by=officer, at=later(1))
    assert [(count.form.needs_round.name, count.asked) for count in StaffCount.objects.all()] == [
        ("Ett", 30)
    ]


def test_units_that_come_later_get_forms_when_the_coordinator_says_so(asked):
    late = make_operation("C", asked.top, "Väster")
    for number in range(11):
        person = make_person(f"N{number:02}")
        employ(person, late)
        make_account(person)
    manager = make_manager(late, "CHEF9")
    assert not asked.round.forms.filter(unit=late).exists()
    (made,) = send_added_forms(
        needs_round=asked.round, threshold=THRESHOLD, by=asked.officer, at=later(1)
    )
    assert (made.unit, made.staff_wishes.count()) == (late, 11)
    told = Notice.objects.filter(person=manager.person, kind="competence.needs_asked")
    assert told.count() == 1
    with pytest.raises(NeedsRoundError):
        send_added_forms(
            needs_round=asked.round, threshold=THRESHOLD, by=asked.officer, at=later(2)
        )
    added = AuditEvent.objects.get(action="needs_round.forms_added").after
    assert added == {"forms": [{"unit": "C", "key_group": "G"}]}


def test_once_somebody_is_counted_forms_that_come_later_ask_no_staff(asked):
    answer(asked.form, asked.manager, at=later(1))
    late = make_operation("C", asked.top, "Väster")
    for number in range(11):
        person = make_person(f"N{number:02}")
        employ(person, late)
        make_account(person)
    (made,) = send_added_forms(
        needs_round=asked.round, threshold=THRESHOLD, by=asked.officer, at=later(2)
    )
    assert not made.staff_wishes.exists()
    assert not made.answers.exists()


def test_those_who_are_asked_about_in_a_unit_above_are_not_taken_for_new(town):
    department = make_unit("D", town.top, "Förvaltningen")
    few, fewer = make_operation("D1", department), make_operation("D2", department)
    for unit in (few, few, few, fewer, fewer):
        employ(make_person(), unit)
    opened = open_round(town.officer, threshold=THRESHOLD)
    assert {form.unit.code for form in opened.forms.all()} == {"A", "B", "D"}
    for _each in range(5):
        employ(make_person(), few)
    assert added_since(opened, threshold=THRESHOLD, day=MONDAY) == ()


def test_a_key_group_that_has_become_large_enough_to_ask_about_is_told_of(town):
    opened = open_round(town.officer, threshold=8)
    assert {form.unit.code for form in opened.forms.all()} == {"A"}
    employ(make_person(), town.small)
    (form,) = added_since(opened, threshold=8, day=MONDAY)
    assert form.unit == town.small


def test_the_extract_of_what_is_stored_shows_it_to_the_person_alone_while_it_is_there(asked):
    one = asked.people[0]
    keep_wish(person=one, said={"OM1": "more"}, at=NOW)
    own = transcript_of(one, MONDAY, to_the_person=True)
    assert [words for _area, words in own.wishes] == [str(StaffWish.Said.MORE.label)]
    assert transcript_of(one, MONDAY, to_the_person=False).wishes == ()
    count_staff_that_is_over(day=UNTIL + timedelta(days=1), at=later(1))
    assert transcript_of(one, MONDAY, to_the_person=True).wishes == ()


def page(browser, user, name: str, /, *args, **data):
    browser.force_login(user)
    address = reverse(f"competence:{name}", args=args)
    return browser.post(address, data) if data else browser.get(address)


def test_one_of_the_staff_answers_on_their_page_and_nobody_else_reads_it(client, asked):
    one = asked.people[0].user
    opened = page(client, one, "my_wish").content.decode()
    assert "<textarea" not in opened
    fields = [field.name for field in page(client, one, "my_wish").context["form"]]
    assert len(fields) == 2
    assert page(client, one, "keep_my_wish", **{fields[0]: "more"}).json() == {"saved": True}
    assert my_wish(one.person, MONDAY).said == {"OM1": "more"}
    assert reverse("competence:my_wish") in client.get(reverse("home:my_page")).content.decode()
    for reader in (asked.manager, asked.officer):
        shown = page(client, reader, "my_wish").content.decode()
        assert 'name="area_' not in shown
        assert page(client, reader, "keep_my_wish", **{fields[0]: "more"}).status_code == 409
    assert page(client, one, "take_back_my_wish", ok="1").status_code == 302
    assert my_wish(one.person, MONDAY).said == {}


def test_the_staffs_page_of_needs_asks_them_and_says_nothing_of_nothing(client, asked):
    shown = page(client, asked.people[0].user, "needs").content.decode()
    assert "Vad behöver du i ditt arbete?" in shown
    assert "Säg vad du behöver i ditt arbete" in shown
    assert "Du har inget att svara på nu" not in shown
    managers = page(client, asked.manager, "needs").content.decode()
    assert "Vad behöver din verksamhet kunna?" in managers


def test_the_managers_form_shows_no_number_while_the_staff_may_answer(client, asked):
    say(asked.people, {"OM1": "more"})
    before = page(client, asked.manager, "needs_form", asked.form.pk).content.decode()
    assert "Alla eller nästan alla" not in before
    assert "11 december 2026" in before
    count_staff_that_is_over(day=UNTIL + timedelta(days=1), at=later(1))
    after = page(client, asked.manager, "needs_form", asked.form.pk).content.decode()
    assert "Alla eller nästan alla av 12 har svarat." in after
    small = page(client, asked.officer, "needs_form", form_of(asked.small).pk)
    assert "12 har svarat" not in small.content.decode()


def test_the_tick_is_off_and_needs_its_day(client, town):
    client.force_login(town.officer)
    address = reverse("competence_admin:needs_new_round")
    form = client.get(address).context["form"]
    assert not form["ask_staff"].value()
    typed = {
        "name": "Behov",
        "period_from": "2027-01-01",
        "period_until": "2027-12-31",
        "starts_on": MONDAY.isoformat(),
        "ends_on": "2026-12-31",
        "unit_kind": "verksamhet",
        "key_groups": [
            str(pk) for pk in form.fields["key_groups"].queryset.values_list("pk", flat=True)
        ],
        "staff_until": UNTIL.isoformat(),
    }
    assert not client.post(address, typed).context["asks_staff"]
    preview = client.post(address, typed | {"ask_staff": "on"})
    assert (preview.context["staff"], preview.context["staff_forms"]) == (12, 1)
    open_round(town.officer, staff_until=UNTIL, threshold=THRESHOLD)
    refused = client.post(address, typed | {"ask_staff": "on"})
    assert refused.context["preview"] is None
    assert "Behov inför 2027" in refused.content.decode()
    StaffWish.objects.all().delete()
    late = client.post(address, typed | {"ask_staff": "on", "staff_until": "2027-01-05"})
    assert "staff_until" in late.context["form"].errors
    client.post(address, typed | {"ask_staff": "on", "open": "1"})
    assert StaffWish.objects.count() == 12


def test_the_coordinator_is_told_of_what_has_come_and_nothing_is_sent_without_the_press(
    client, asked
):
    late = make_operation("C", asked.top, "Väster")
    for _each in range(5):
        employ(make_person(), late)
    client.force_login(asked.officer)
    address = reverse("competence_admin:needs_round", args=[asked.round.pk])
    assert "1 enhet har tillkommit sedan omgången öppnades" in client.get(address).content.decode()
    assert not asked.round.forms.filter(unit=late).exists()
    client.post(reverse("competence_admin:needs_send_added", args=[asked.round.pk]))
    assert asked.round.forms.filter(unit=late).count() == 1
    assert "har tillkommit" not in client.get(address).content.decode()
