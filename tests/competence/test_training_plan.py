"""The training plan: what a draft says, what stands once it is decided, what outlives a version,
and what activities cost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from competence.engine.assume import Assumptions
from competence.figures.activities import (
    ActivityLine,
    Status,
    activity_lines,
)
from competence.figures.activity_cost import Cost, partner_kronor, staff_cost
from competence.figures.budget import budget, standing_of_training_plan
from competence.models import (
    ActivityExpense,
    ActivityStep,
    KeyGroup,
    PartnerStep,
    PlanActivity,
    TrainingActivity,
    TrainingPlanVersion,
)
from competence.services.activities import (
    PartnerPart,
    change_activity,
    copy_activity,
    move_activity,
    remove_activity,
    set_partners,
)
from competence.services.activity_facts import (
    note_expense,
    note_partner_step,
    note_step,
    report_outcome,
    share_course,
    take_back_expense,
    take_back_outcome,
)
from competence.services.plan_states import PlanError, send_on
from competence.services.training_plan import (
    create_training_draft,
    discard_training_draft,
    take_back_training_plan,
)
from competence.suppression import Hidden
from competence.views import admin_training
from courses.models import SeatQuota
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, group, plan_of
from tests.builders.courses import make_course, publish_course
from tests.builders.pages import send
from tests.builders.partners import make_organisation
from tests.builders.people import account_with, make_unit
from tests.builders.training import add_activity, decide, make_draft, with_partners

pytestmark = pytest.mark.django_db

ASSUMED = Assumptions()


@pytest.fixture(autouse=True)
def on_the_day(monday: date) -> None:
    """What is written is told the week after."""


def line_of(planned: PlanActivity, day: date = date(2027, 6, 30)) -> ActivityLine:
    lines = activity_lines(planned.version, day=day, assumed=ASSUMED)
    return next(line for line in lines if line.pk == planned.pk)


def test_only_a_draft_is_edited_by_the_services() -> None:
    planned = add_activity(make_draft())
    decide(planned.version)
    for act in (
        lambda: add_activity(planned.version),
        lambda: change_activity(planned=planned, title="Annat", by=None),
        lambda: move_activity(planned=planned, years=1, by=None),
        lambda: remove_activity(planned=planned, by=None),
        lambda: with_partners(planned),
        lambda: discard_training_draft(version=planned.version, by=None),
        lambda: decide(planned.version),
    ):
        with pytest.raises(PlanError):
            act()
    planned.refresh_from_db()
    assert planned.title == "Fördjupning"


def test_the_database_itself_keeps_a_decided_plan() -> None:
    make_organisation("A")
    adopt(plan_of({"area": "OM1"}))
    planned = with_partners(add_activity(make_draft(), key_groups=[group()]), A=None)
    decide(planned.version)
    for act in (
        lambda: PlanActivity.objects.filter(pk=planned.pk).update(title="Annat"),
        lambda: planned.partners.all().update(seats=3),
        lambda: planned.key_groups.clear(),
        lambda: PlanActivity.objects.filter(pk=planned.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_what_has_come_of_an_activity_follows_it_into_the_next_version() -> None:
    make_organisation("A")
    first = with_partners(add_activity(make_draft()), A=None)
    decide(first.version)
    activity, day = first.activity, date(2027, 3, 1)
    note_step(activity=activity, step="begun", on=day, day=day, by=None)
    report_outcome(activity=activity, on=day, sessions=2, people=30, day=day, by=None)
    note_expense(activity=activity, kind="venue", on=day, kronor=700, day=day, by=None)
    partner = first.partners.get().organisation
    note_partner_step(
        activity=activity, organisation=partner, step="confirmed", on=day, day=day, by=None
    )
    draft = create_training_draft(source=first.version, by=None)
    second = draft.activities.get()
    change_activity(planned=second, title="Fördjupning, omarbetad", by=None)
    decide(draft, from_day=date(2027, 4, 1))
    line = line_of(second)
    assert (line.code, line.title) == ("A1", "Fördjupning, omarbetad")
    assert (line.status, line.sessions_held, line.took_part.count.value) == (
        Status.UNDER_WAY,
        2,
        30,
    )
    assert line.spent == Cost(venue=700)
    assert [each.step for each in line.partners] == [PartnerStep.Step.CONFIRMED]


def test_a_copy_is_an_activity_of_its_own_with_nothing_come_of_it() -> None:
    planned = add_activity(make_draft(), starts_on=date(2028, 2, 29), ends_on=date(2028, 2, 29))
    note_step(activity=planned.activity, step="done", on=DAY, day=DAY, by=None)
    copy = copy_activity(planned=planned, version=planned.version, years=1, by=None)
    assert (str(copy.activity), copy.starts_on) == ("A2", date(2029, 2, 28))
    assert line_of(copy).status is Status.PLANNED


def test_a_draft_thrown_away_leaves_what_has_come_of_its_activities() -> None:
    planned = add_activity(make_draft())
    decide(planned.version)
    note_step(activity=planned.activity, step="begun", on=DAY, day=DAY, by=None)
    draft = create_training_draft(source=planned.version, by=None)
    discard_training_draft(version=draft, by=None)
    assert line_of(planned).status is Status.UNDER_WAY


def test_what_is_taken_back_goes_on_as_a_draft_with_the_same_activities() -> None:
    planned = add_activity(make_draft())
    status = TrainingPlanVersion.Status.CONSULTATION
    send_on(version=planned.version, to=status, taken_on=DAY, by=None)
    draft = take_back_training_plan(
        version=planned.version, taken_on=DAY, note="Efter remissen", by=None
    )
    assert [each.activity for each in draft.activities.all()] == [planned.activity]
    assert draft.continues == planned.version


def test_a_plan_is_not_decided_with_an_activity_for_nobody() -> None:
    draft = make_draft()
    with pytest.raises(PlanError, match="aktivitet"):
        decide(draft)
    planned = add_activity(draft, audience="")
    with pytest.raises(PlanError, match="Fördjupning"):
        decide(draft)
    change_activity(planned=planned, audience="föreningsledare", by=None)
    assert decide(draft).status == "adopted"


@pytest.mark.parametrize(
    ("split", "own", "shares", "is_refused"),
    [
        ("percent", 60, {"A": 20, "B": 20}, False),
        ("percent", 60, {"A": 20, "B": 21}, True),
        ("percent", 60, {"A": 20}, True),
        ("percent", None, {"A": 50, "B": 50}, True),
        ("kronor", None, {"A": 600, "B": 400}, False),
        ("kronor", None, {"A": 600, "B": 401}, True),
        ("alone", None, {"A": 70, "B": None}, False),
    ],
)
def test_the_parts_of_a_cost_add_up(
    split: str, own: int | None, shares: dict[str, int | None], is_refused: bool
) -> None:
    make_organisation("A")
    make_organisation("B")
    planned = add_activity(make_draft(), cost_trainer=1000)
    if is_refused:
        with pytest.raises(PlanError):
            with_partners(planned, split, own, **shares)
        assert not planned.partners.exists()
    else:
        with_partners(planned, split, own, **shares)
        assert planned.partners.count() == len(shares)


def test_a_cost_is_not_lowered_below_what_partners_pay() -> None:
    make_organisation("A")
    planned = with_partners(add_activity(make_draft(), cost_trainer=1000), "kronor", A=800)
    with pytest.raises(PlanError, match="800"):
        change_activity(planned=planned, cost_trainer=700, by=None)


def test_no_more_seats_are_promised_to_partners_than_there_are() -> None:
    part = PartnerPart(make_organisation("A"), seats=21)
    planned = add_activity(make_draft(), sessions=1, seats=20)
    with pytest.raises(PlanError, match="21"):
        set_partners(planned=planned, split="alone", own_percent=None, parts=[part], by=None)


def test_no_fewer_people_than_the_seats_that_partners_are_promised() -> None:
    part = PartnerPart(make_organisation("A"), seats=12)
    planned = add_activity(make_draft(), sessions=2, seats=10)
    set_partners(planned=planned, split="alone", own_percent=None, parts=[part], by=None)
    for fewer, field in (
        ({"seats": 5}, "sessions"),
        ({"sessions": 1}, "sessions"),
        ({"people": 11}, "people"),
        ({"people": 0}, "people"),
        ({"sessions": 0}, "sessions"),
    ):
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            change_activity(
                planned=PlanActivity.objects.get(pk=planned.pk),
                by=None,
                **fewer,  # type: ignore[arg-type]
            )
        assert set(refused.value.message_dict) == {field}
        assert "12" in str(refused.value)
    planned = PlanActivity.objects.get(pk=planned.pk)
    change_activity(planned=planned, people=12, by=None)
    planned.refresh_from_db()
    assert planned.planned_people == 12


def test_the_page_says_that_seats_are_promised_and_keeps_what_was_typed(client, monday) -> None:
    planned = add_activity(make_draft(), people=20)
    part = PartnerPart(make_organisation("A"), seats=12)
    set_partners(planned=planned, split="alone", own_percent=None, parts=[part], by=None)
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:activity", args=[1, planned.activity.number, 2])
    shown = send(client, address, {"people": "7", "form": "Tre träffar"}).content.decode()
    assert "12 platser är lovade till partner." in shown
    assert 'value="7"' in shown
    assert "Tre träffar" in shown
    planned.refresh_from_db()
    assert planned.people == 20


def test_an_activity_changed_after_the_decision_was_shown_is_noticed(client, monday) -> None:
    planned = add_activity(make_draft(), audience="Alla", people=20)
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:adopt_training", args=[1])
    shown = client.get(address).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen is not None
    asked = {
        "in_force_from": DAY.isoformat(), "adopted_on": DAY.isoformat(), "adopted_by": "KSAU",
        "seen": seen[1],
    }  # fmt: skip
    change_activity(planned=planned, cost_venue=90_000, by=None)
    refused = client.post(address, asked).content.decode()
    assert "Någon har ändrat versionen" in refused
    assert "KSAU" in refused
    assert not TrainingPlanVersion.objects.adopted().exists()
    again = re.search(r'name="seen" value="(\w+)"', refused)
    assert again is not None
    client.post(address, asked | {"seen": again[1]})
    assert TrainingPlanVersion.objects.adopted().exists()


def test_what_partners_pay_is_never_more_than_it_costs() -> None:
    assert partner_kronor("percent", 1001, [33, 33, None]) == [330, 330, 0]
    assert partner_kronor("kronor", 1001, [500, None]) == [500, 0]
    assert partner_kronor("alone", 1001, [33, 33]) == [0, 0]


def test_hours_and_cover_of_a_worked_example() -> None:
    """Eight sessions of 24, 24 seats of them a partner's: 168 of our own × 5 h = 840 h; 30 % of
    them are covered: 252 h at 300 kronor = 75,600."""
    cost = staff_cost(people=168, level=2, hours=None, assumed=ASSUMED)
    assert cost == Cost(staff_hours=840, cover_hours=252, cover_kronor=75_600)
    said = staff_cost(people=168, level=2, hours=Decimal("0.5"), assumed=ASSUMED)
    assert said == Cost(staff_hours=84, cover_hours=25, cover_kronor=7_560)
    course = staff_cost(people=168, level=2, hours=None, assumed=ASSUMED, course_minutes=30)
    assert course == said
    assert not staff_cost(people=168, level=None, hours=None, assumed=ASSUMED)


def example() -> PlanActivity:
    """Over two years, with a partner that pays a fifth and has 24 seats, answered for by a unit
    below a department."""
    adopt(plan_of({"area": "OM1"}))
    top = make_unit("K")
    department = make_unit("SOF", top, "Socialförvaltningen")
    planned = add_activity(
        make_draft(),
        starts_on=date(2027, 2, 1),
        ends_on=date(2028, 11, 30),
        key_groups=[group()],
        areas=[CompetenceArea.objects.get(code="OM1")],
        levels=[TrainingLevel.objects.get(number=2)],
        sessions=8,
        seats=24,
        cost_trainer=28_000,
        cost_venue=12_000,
        responsible_unit=make_unit("BU", department, "Barn och unga"),
    )
    part = PartnerPart(make_organisation("A"), seats=24, share=20)
    return set_partners(planned=planned, split="percent", own_percent=80, parts=[part], by=None)


def test_plan_against_outcome_of_a_worked_example() -> None:
    planned = example()
    day = date(2027, 6, 1)
    facts: tuple[tuple[str, int, int], ...] = (
        ("trainer", 9_000, 0),
        ("staff", 0, 200),
        ("cover", 18_000, 60),
    )
    report_outcome(activity=planned.activity, on=day, sessions=2, people=40, day=day, by=None)
    for kind, kronor, hours in facts:
        note_expense(
            activity=planned.activity,
            kind=kind,
            on=day,
            kronor=kronor,
            hours=hours,
            day=day,
            by=None,
        )
    line = line_of(planned)
    assert line.planned == Cost(0, 28_000, 12_000, 840, 252, 75_600)
    assert (line.planned.paid, line.planned.kronor) == (40_000, 115_600)
    assert [each.kronor for each in line.partners] == [8_000]
    assert line.own_kronor == 107_600
    assert (line.department, line.unit) == ("Socialförvaltningen", "Barn och unga")
    whole = budget([line])
    assert (whole.total.planned.kronor, whole.total.spent.kronor) == (115_600, 27_000)
    assert whole.total.left == 88_600
    assert [(row.label, row.left) for row in whole.by_department] == [
        ("Socialförvaltningen", 88_600)
    ]
    # 22 months: eleven in each year.
    assert [(row.label, row.planned.kronor, row.spent.kronor) for row in whole.by_year] == [
        ("2027", 57_800, 27_000),
        ("2028", 57_800, 0),
    ]
    assert budget([line], year=2028).total.planned.staff_hours == 420
    assert budget([line], year=2031).rows == ()


def test_the_years_of_an_activity_are_the_whole_of_it_to_the_krona() -> None:
    planned = add_activity(
        make_draft(), starts_on=date(2027, 11, 1), ends_on=date(2029, 5, 31), cost_external=1_000
    )
    line = line_of(planned)
    assert [line.planned_in(year).external for year in line.years] == [105, 632, 263]
    assert line.planned_in(2026) == Cost() == line.planned_in(2030)


def test_how_an_activity_stands_follows_from_what_has_been_written() -> None:
    planned = add_activity(make_draft())
    activity = planned.activity
    assert line_of(planned).status is Status.PLANNED
    assert line_of(planned, date(2028, 1, 1)).is_late
    report_outcome(
        activity=activity,
        on=date(2027, 2, 1),
        sessions=1,
        people=3,
        day=DAY.replace(year=2027),
        by=None,
    )
    line = line_of(planned)
    assert (line.status, line.took_part.count.hidden) == (Status.UNDER_WAY, Hidden.FEW)
    day = date(2027, 3, 1)
    with pytest.raises(ValidationError):
        note_step(activity=activity, step="cancelled", on=day, day=day, by=None)
    note_step(activity=activity, step="cancelled", on=day, day=day, reason="Sjukdom", by=None)
    line = line_of(planned)
    assert (line.status, line.reason) == (Status.CANCELLED, "Sjukdom")
    assert line_of(planned, date(2027, 2, 28)).status is Status.UNDER_WAY
    with pytest.raises(PlanError):
        note_step(activity=activity, step="done", on=date(2027, 2, 1), day=day, by=None)
    note_step(activity=activity, step="planned", on=day, day=day, by=None)
    assert line_of(planned).status is Status.PLANNED
    assert ActivityStep.objects.count() == 2


def test_a_partner_may_fall_back_and_only_partners_answer() -> None:
    organisation, other = make_organisation("A"), make_organisation("B")
    planned = with_partners(add_activity(make_draft()), A=None)

    def answer(step: str, day: int, who: object = organisation) -> None:
        on = date(2027, 1, day)
        note_partner_step(
            activity=planned.activity, organisation=who, step=step, on=on, day=on, by=None
        )  # type: ignore[arg-type]

    for number, step in enumerate(("asked", "intends", "confirmed", "declined", "intends"), 1):
        answer(step, number)
    assert [each.step for each in line_of(planned).partners] == [PartnerStep.Step.INTENDS]
    assert [each.step for each in line_of(planned, date(2027, 1, 3)).partners] == ["confirmed"]
    with pytest.raises(PlanError):
        answer("intends", 6)
    with pytest.raises(PlanError):
        answer("asked", 6, other)


def test_a_report_and_a_sum_that_were_wrong_are_taken_back_and_kept() -> None:
    planned = add_activity(make_draft())
    day = date(2027, 2, 1)
    outcome = report_outcome(
        activity=planned.activity, on=day, sessions=9, people=90, day=day, by=None
    )
    expense = note_expense(
        activity=planned.activity, kind="venue", on=day, kronor=99, day=day, by=None
    )
    take_back_outcome(outcome=outcome, by=None, at=timezone.now())
    take_back_expense(expense=expense, by=None, at=timezone.now())
    line = line_of(planned)
    assert (line.sessions_held, line.spent, line.status) == (0, Cost(), Status.PLANNED)
    with pytest.raises(PlanError):
        take_back_expense(expense=expense, by=None, at=timezone.now())
    assert ActivityExpense.objects.count() == 1


def test_nothing_is_written_of_a_day_to_come() -> None:
    activity = add_activity(make_draft()).activity
    tomorrow = date(2026, 11, 24)
    for act in (
        lambda: note_step(activity=activity, step="begun", on=tomorrow, day=DAY, by=None),
        lambda: report_outcome(
            activity=activity, on=tomorrow, sessions=1, people=1, day=DAY, by=None
        ),
        lambda: note_expense(
            activity=activity, kind="venue", on=tomorrow, kronor=1, day=DAY, by=None
        ),
    ):
        with pytest.raises(PlanError):
            act()


@pytest.mark.parametrize("field", ["title", "audience", "form", "responsible", "note"])
def test_no_personal_number_goes_into_the_plan(field: str) -> None:
    draft = make_draft()
    with pytest.raises(ValidationError):
        add_activity(draft, **{field: "Kontakt 19121212-1212"})
    assert not PlanActivity.objects.exists()
    assert not TrainingActivity.objects.exists()


def test_a_partner_gets_its_planned_seats_in_the_course() -> None:
    organisation, version = make_organisation("A"), publish_course()
    planned = add_activity(make_draft(), people=30, course=version.course)
    set_partners(
        planned=planned,
        split="alone",
        own_percent=None,
        parts=[PartnerPart(organisation, seats=7)],
        by=None,
    )
    share_course(partner=planned.partners.get(), by=None)
    quota = SeatQuota.objects.get()
    assert (quota.organisation, quota.course_id, quota.seats) == (
        organisation,
        version.course_id,
        7,
    )
    assert (quota.starts_on, quota.ends_on) == (planned.starts_on, planned.ends_on)


def test_where_the_training_plan_stands() -> None:
    make_organisation("A")
    draft = make_draft()
    with_partners(add_activity(draft, cost_venue=500), A=None)
    late = add_activity(draft, "Förra årets", starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))
    decide(draft)
    create_training_draft(source=draft, by=None)
    found = standing_of_training_plan(DAY)
    assert (found.in_force, found.activities, found.late) == (draft, 2, 1)
    assert (found.without_answer, found.planned_kronor) == (1, 500)
    assert found.coming is not None
    assert found.coming.number == 2
    note_step(activity=late.activity, step="done", on=DAY, day=DAY, by=None)
    assert standing_of_training_plan(DAY).done == 1


def test_the_lines_take_as_many_queries_for_three_as_for_thirty(
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    adopt(plan_of({"area": "OM1"}))
    make_organisation("A")
    draft = make_draft()
    for count in (3, 27):
        for _each in range(count):
            planned = with_partners(add_activity(draft, key_groups=KeyGroup.objects.all()), A=None)
            note_step(activity=planned.activity, step="begun", on=DAY, day=DAY, by=None)
        with django_assert_num_queries(11):
            activity_lines(draft, day=DAY, assumed=ASSUMED)


@pytest.mark.parametrize("many", [False, True])
def test_a_course_that_is_in_a_training_plan_is_not_deleted(client, monday, many):
    course = make_course()
    version = make_draft()
    add_activity(version, course=course)
    decide(version)
    account = account_with(Role.COORDINATOR)
    account.is_superuser = True
    account.save()
    client.force_login(account)
    address = (
        f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'delete'])}"
        f"?id={course.pk}&next=/admin/"
        if many
        else reverse("wagtailadmin_pages:delete", args=[course.pk])
    )
    said = client.post(address, {}, follow=True)
    assert f"”{course.title}” finns i en utbildningsplan" in said.content.decode()
    assert type(course).objects.filter(pk=course.pk).exists()


def test_moving_past_the_last_year_of_the_calendar_is_refused_in_words(client, monday):
    planned = add_activity(make_draft(), starts_on=date(9999, 1, 1), ends_on=date(9999, 2, 1))
    client.force_login(account_with(Role.COORDINATOR))
    for act in ("move_activity", "copy_activity"):
        address = reverse(
            f"competence_admin:{act}", args=[planned.version.number, planned.activity.number]
        )
        said = client.post(address, follow=True)
        assert "Det finns inget år 10000 att planera i" in said.content.decode()
    planned.refresh_from_db()
    assert planned.starts_on == date(9999, 1, 1)


def test_a_draft_that_is_sent_while_it_is_changed_says_so(client, monday, monkeypatch):
    draft = make_draft()
    planned = add_activity(draft)
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:discard_training", args=[draft.number])
    shown = {"seen": client.get(address).context["seen"]}
    look = admin_training._draft

    def sent_meanwhile(number):
        found = look(number)
        send_on(version=draft, to=TrainingPlanVersion.Status.PREPARATION, taken_on=DAY, by=None)
        return found

    monkeypatch.setattr(admin_training, "_draft", sent_meanwhile)
    said = client.post(address, shown, follow=True)
    assert "är inte längre ett utkast" in said.content.decode()
    assert PlanActivity.objects.filter(pk=planned.pk).exists()
