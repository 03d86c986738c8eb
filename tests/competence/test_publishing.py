"""The coverage is held back until people, plan and earlier training are in place: a Monday is
published once, and one of nothing would stand for ever."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from competence.figures.chain import chain_on
from competence.indicators.plan import coverage, coverage_of_area, coverage_of_group
from competence.models import (
    FollowUpReport,
    PlanVersion,
    PublishedMonday,
    PublishingStep,
    WeekOutlook,
)
from competence.services.followup import FollowUpError
from competence.services.framework_file import import_framework
from competence.services.mondays import keep_mondays, keep_offered, published_on
from competence.services.plan import create_draft
from competence.services.publishing import (
    NotPublishedError,
    PublishingError,
    Reason,
    Withheld,
    begin_figures,
    held,
    hold_figures,
    withheld,
)
from home.services.first_steps import steps
from lms.audit.models import AuditEvent
from lms.demo import followup as demo_followup
from lms.demo import history, making
from lms.people.models import Person, User
from lms.people.roles import Role
from lms.starter import load_starter
from tests.builders.competence import achieve, adopt, plan_of, read_in
from tests.builders.followup import draft
from tests.builders.people import MONDAY, account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
START = "Täckningen publiceras när personal, plan och tidigare utbildningar är på plats."
DEMO = "Demons historik läggs in. Siffrorna kommer om några minuter."
STEPS, BEGIN = "/admin/arenan/forsta-stegen/", "/admin/arenan/forsta-stegen/publicera/"


def fill() -> None:
    """Twenty-four people, of whom eighteen have learnt it."""
    adopt(plan_of({"area": "OM1"}))
    unit = make_unit("K")
    for number in range(24):
        person = make_person(f"P{number:02}")
        employ(person, unit)
        if number < 18:
            achieve(person, on=date(2026, 1, 1))


def hold(reason: Reason = Reason.START) -> None:
    hold_figures(reason=reason, at=AT, by=None)


@pytest.fixture
def officer(monday) -> User:
    return account_with(Role.COORDINATOR)


def test_the_first_night_before_the_import_keeps_nothing(monday):
    assert keep_offered(day=MONDAY) == []
    adopt(plan_of({"area": "OM1"}))
    assert withheld(MONDAY) is Withheld.EMPTY
    assert keep_offered(day=MONDAY) == []
    published_on(MONDAY)
    assert not PublishedMonday.objects.exists()


def test_people_without_a_plan_in_force_are_kept_in_no_monday(monday):
    employ(make_person("P1"), make_unit("K"))
    assert keep_offered(day=MONDAY) == []
    adopt(plan_of({"area": "OM1"}), in_force_from=MONDAY + timedelta(days=1))
    assert keep_mondays([MONDAY]) == []


def test_a_monday_that_is_not_kept_tells_of_nobody(monday):
    fill()
    for person in Person.objects.all():
        person.employments.update(ends_on=MONDAY - timedelta(days=1))
    with pytest.raises(NotPublishedError):
        published_on(MONDAY - timedelta(days=7))
    assert published_on(MONDAY).totals == {}
    assert not PublishedMonday.objects.exists()


def test_the_night_of_what_is_held_back_keeps_nothing_however_much_there_is(monday):
    hold()
    fill()
    said = io.StringIO()
    call_command("keep_figures", stdout=said)
    assert "Published: none" in said.getvalue()
    assert not PublishedMonday.objects.exists()
    begin_figures(at=AT, by=None)
    call_command("keep_figures", stdout=said)
    assert PublishedMonday.objects.count() == 25
    assert published_on(MONDAY).totals["G"].covered.value == 18


@pytest.mark.parametrize(("reason", "words"), [(Reason.START, START), (Reason.DEMO, DEMO)])
@pytest.mark.parametrize(
    "address",
    [
        *("/tackning/", "/tackning/?visa=omraden", "/tackning/?enhet=K", "/tackning/?grupp=G"),
        *("/tackning/?format=csv", "/tackning/?format=xlsx&visa=omraden"),
        *("/tackning/mal/", "/tackning/mal/?format=csv", "/tackning/framat/"),
    ],
)
def test_a_page_says_that_nothing_is_published_yet_and_why(client, officer, reason, words, address):
    hold(reason)
    fill()
    client.force_login(officer)
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Täckningen är inte publicerad än." in page
    assert words in page
    assert "procent" not in page
    assert not PublishedMonday.objects.exists()
    assert not WeekOutlook.objects.exists()


def test_only_who_can_begin_is_shown_the_way_there(client, officer):
    hold()
    client.force_login(officer)
    assert STEPS in client.get("/tackning/").content.decode()
    client.force_login(account_with(Role.AUDITOR))
    page = client.get("/tackning/").content.decode()
    assert START in page
    assert STEPS not in page


def test_the_register_and_the_year_say_why_there_is_no_figure(client, officer):
    hold()
    fill()
    for reading in (
        coverage(MONDAY),
        coverage_of_group(MONDAY, group="G"),
        coverage_of_area(MONDAY, area="OM1"),
    ):
        assert not reading.is_measured
        assert (reading.text, reading.why, reading.value) == ("inte publicerad än", START, None)
    (link,) = (each for each in chain_on(MONDAY, officer) if each.code == "follow_up")
    assert link.state == START
    client.force_login(officer)
    assert START in client.get("/plan/aret/").content.decode()
    assert not PublishedMonday.objects.exists()


def test_no_report_is_made(client, officer):
    hold()
    fill()
    with pytest.raises(FollowUpError, match="Täckningen publiceras när personal"):
        draft(officer)
    client.force_login(officer)
    address = "/uppfoljning/ny/"
    page = client.get(address)
    assert START in page.content.decode()
    initial = page.context["form"].initial
    answer = client.post(address, {**initial, "kind": "half", "anyway": "1"})
    assert answer.status_code == 200
    assert START in str(answer.context["form"].errors)
    assert not FollowUpReport.objects.exists()


def test_publishing_begins_once_with_people_and_a_plan(officer):
    with pytest.raises(PublishingError, match="publiceras redan"):
        begin_figures(at=AT, by=officer)
    hold()
    with pytest.raises(PublishingError, match="när det finns personal"):
        begin_figures(at=AT, by=officer)
    fill()
    begin_figures(at=AT, by=officer)
    assert held() is None
    with pytest.raises(PublishingError, match="publiceras redan"):
        begin_figures(at=AT, by=officer)
    hold()
    assert held() is None
    begun = AuditEvent.objects.get(action="figures.begun")
    assert begun.by == officer
    assert begun.after == {"people": 24, "plan_number": 1, "has_history": True}
    assert AuditEvent.objects.get(action="figures.held").after == {"waits_for": "start"}
    for change in (
        lambda: PublishingStep.objects.all().delete(),
        lambda: PublishingStep.objects.update(reason="demo"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def employ_somebody() -> None:
    employ(make_person("P1"), make_unit("K"))


def test_what_is_published_is_not_held_back_by_a_starter_loaded_later(monday):
    PlanVersion.objects.create(number=1)  # of before a plan held anything back
    read_in(plan_of({"area": "OM1"}))
    employ_somebody()
    published_on(MONDAY)
    hold()
    assert held() is None
    assert not PublishingStep.objects.exists()


@pytest.mark.parametrize("draft_first", [True, False])
@pytest.mark.parametrize("staff_first", [True, False])
def test_the_first_plan_of_a_municipality_holds_back_what_nobody_has_begun(
    client, officer, staff_first, draft_first
):
    """Its own framework.yaml, without the starter; the earlier training is not read in yet."""
    files = [lambda: read_in(plan_of({"area": "OM1"})), employ_somebody]
    if draft_first:
        create_draft(by=officer)
    for read in reversed(files) if staff_first else files:
        read()
    assert held() is Withheld.START
    assert keep_offered(day=MONDAY) == []
    (step,) = (each for each in steps(MONDAY) if each.code == "figures")
    assert (step.done, step.url) == (False, BEGIN)
    client.force_login(officer)
    assert START in client.get("/tackning/").content.decode()
    assert "Publicera täckningen" in client.get(STEPS).content.decode()
    achieve(Person.objects.get(person_id="P1"), on=date(2026, 1, 1))
    client.post(BEGIN)
    keep_offered(day=MONDAY)
    assert PublishedMonday.objects.count() == 25


def test_a_plan_that_is_only_tried_holds_nothing_back(monday):
    content = yaml.safe_dump(plan_of({"area": "OM1"})).encode()
    import_framework(content=content, name="framework.yaml", today=MONDAY, dry_run=True)
    assert held() is None


def test_the_starter_of_a_municipality_holds_the_coverage_back(monday):
    load_starter({"framework"}, on=MONDAY, by=None)
    assert held() is Withheld.START


def test_the_coordinator_begins_in_the_first_steps(client, officer):
    hold()
    client.force_login(officer)
    assert BEGIN in client.get(STEPS).content.decode()
    page = client.get(BEGIN).content.decode()
    assert "Ingen version av kompetensplanen gäller." in page
    assert "Publicera täckningen från och med nu" not in page
    fill()
    page = client.get(BEGIN).content.decode()
    assert "24 personer har en anställning i dag." in page
    assert "Version 1 gäller." in page
    assert "Det här går inte att ta tillbaka." in page
    answer = client.post(BEGIN, follow=True)
    assert "Täckningen publiceras från och med nu." in answer.content.decode()
    (step,) = (each for each in steps(MONDAY) if each.code == "figures")
    assert step.done
    assert not step.url
    assert client.get("/tackning/").context["table"].percent == 75


def test_nobody_begins_amid_the_demos_history(client, officer):
    hold(Reason.DEMO)
    fill()
    client.force_login(officer)
    assert BEGIN not in client.get(STEPS).content.decode()
    client.post(BEGIN)
    assert held() is Withheld.DEMO


@pytest.mark.parametrize("role", [Role.ELECTED, Role.EDITOR])
def test_others_do_not_begin(client, monday, role):
    hold()
    fill()
    client.force_login(account_with(role))
    assert client.post(BEGIN).status_code in (302, 403)
    assert held() is Withheld.START


def test_the_demo_publishes_when_its_history_is_ready(monday, settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    hold(Reason.DEMO)
    fill()
    made = []

    def days(world: object, today: date, *, after: int) -> Iterator[int]:
        yield history.DAYS - 1
        assert held() is Withheld.DEMO
        yield history.DAYS
        diary = making.Diary.read()
        assert diary is not None
        assert not diary.is_finished

    monkeypatch.setattr(history, "live_through", days)
    monkeypatch.setattr(
        demo_followup, "make_reports", lambda day: made.append(PublishedMonday.objects.count())
    )
    making.Diary(60, MONDAY.isoformat(), 0).write()
    list(making.make_history())
    assert held() is None
    assert made == [25]
    assert published_on(MONDAY).totals["G"].covered.value == 18
    diary = making.Diary.read()
    assert diary is not None
    assert diary.is_finished


def test_of_two_who_make_the_first_draft_at_once_the_second_waits_before_it_looks(db):
    with CaptureQueriesContext(connection) as asked:
        create_draft(by=None)
    said = [query["sql"] for query in asked]
    locked = next(n for n, sql in enumerate(said) if "content_sitesettings" in sql)
    looked = next(n for n, sql in enumerate(said) if "competence_publishingstep" in sql)
    assert locked < looked
