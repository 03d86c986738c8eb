"""Coverage targets: who holds what in which place, what hangs on one, who is nearest; and what
who may not see the people is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.engine.loader import load_people, load_plan
from competence.engine.targets import Place, TargetFact, place_counts
from competence.figures.targets import (
    RoughPlaces,
    Standing,
    count_places,
    targets_on,
    with_names,
)
from competence.models import CoverageTarget, KeyGroup
from competence.services.forum_alarms import (
    NOT_REACHED,
    may_be_told,
    still_short,
    tell_of_shortfalls,
)
from competence.services.namings import name_key_person
from competence.services.targets import (
    ALARM,
    CoverageTargetError,
    end_coverage_target,
    produce_alarms,
    set_coverage_target,
    still_alarming,
)
from competence.views.team import _heading
from courses.models import Enrolment
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.mail import tell
from lms.notifications.models import Notice
from lms.people.models import Person, Unit
from lms.people.roles import Role
from tests.builders.competence import achieve
from tests.builders.courses import NOON, enrol, publish_course
from tests.builders.people import account_with, employ, make_person, make_unit, take_leave
from tests.competence.slow_engine import (
    counting,
    last_valid_day,
    lasts,
    member_since,
    on_leave,
    version_in_force,
)
from tests.competence.worlds import (
    AREAS,
    GROUPS,
    UNITS,
    RequirementFact,
    Seeded,
    World,
    days_to_ask,
    make_world,
    write_world,
)

DAY = date(2026, 11, 23)


def decide(**facts) -> CoverageTarget:
    """At least two of the unit S1 are to hold OM1 at level 1, unless it is said otherwise."""
    usual = {
        "key_group": None,
        "unit": Unit.objects.get(code="S1"),
        "places": "whole",
        "unit_kind": "",
        "area": CompetenceArea.objects.get(code="OM1"),
        "level": TrainingLevel.objects.get(number=1),
        "at_least": 2,
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "motive": "Planen, avsnitt 4",
        "by": None,
    }
    return set_coverage_target(**usual | facts)


def places(day: date = DAY):
    return [
        (
            each.unit.code if each.unit else "-",
            each.holds,
            each.lacking,
            each.standing.value,
        )
        for each in count_places(targets_on(day), day)
    ]


# What counts.


def slow_holders(
    world: World, group_code: str | None, unit: str | None, area: str, level: int, day
):
    version = version_in_force(world, day)
    holders = set()
    for person in world.people:
        posts = [e for e in world.employments if e.person == person and lasts(e.start, e.end, day)]
        above = set()
        for post in posts:
            code: str | None = post.unit
            while code is not None:
                above.add(code)
                code = UNITS[code]
        member_of = {
            code for code in GROUPS if member_since(world, version, person, code, day) is not None
        }
        if group_code is not None and group_code not in member_of:
            continue
        if (group_code is None and not above) or (unit is not None and unit not in above):
            continue
        if on_leave(world, person, day):
            continue
        asked = [
            replace(each, level=level)
            for each in version.requirements
            if each.area == area and each.group in member_of and lasts(each.start, each.end, day)
        ] or [RequirementFact("", area, level, "mandatory", day, None, 0, None, 0)]
        valid = []
        for requirement in asked:
            among = counting(world, person, requirement, day)
            ends = [last_valid_day(world, fact, among, requirement, day) for fact in among]
            valid.append(any(end is None or day <= end for end in ends))
        if all(valid):
            holders.add(person)
    return holders


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(25))
def test_holders_are_those_that_the_rules_read_slowly_give(seed):
    source = Seeded(seed)
    world = make_world(source)
    write_world(world)
    units = {unit.code: unit.pk for unit in Unit.objects.all()}
    groups = {each.code: each.pk for each in KeyGroup.objects.all()}
    areas = {each.code: each.pk for each in CompetenceArea.objects.all()}
    names = dict(Person.objects.values_list("pk", "person_id"))
    asked = list(product((None, *GROUPS), AREAS, (1, 2, 3)))
    for day in days_to_ask(source, world):
        facts = [
            TargetFact(
                number,
                None if code is None else groups.get(code, 0),
                areas[area],
                level,
                2,
                (None, *(units[unit] for unit in UNITS)),
            )
            for number, (code, area, level) in enumerate(asked)
        ]
        plan = load_plan(day, also_groups=set(groups.values()))
        people = load_people(None, day, plan, set(areas.values()))
        counts = place_counts(people, plan, facts)
        for number, (code, area, level) in enumerate(asked):
            for unit in (None, *UNITS):
                place = Place(number, None if unit is None else units[unit])
                fast = {names[each.person_pk] for each in counts[place].holding}
                assert fast == slow_holders(world, code, unit, area, level, day), (
                    day,
                    code,
                    unit,
                    area,
                    level,
                )


def test_who_is_on_leave_or_only_exempt_does_not_hold(school):
    decide()
    assert places() == [("S1", 2, 0, "fragile")]
    take_leave(school.people["Klar"], date(2026, 11, 1))
    assert places() == [("S1", 1, 1, "single")]


def test_what_is_required_sets_how_long_it_is_held(school):
    """OM1 is renewed each year by the plan: Gap's of 1 June 2025 no longer counts."""
    decide(at_least=3)
    (place,) = count_places(targets_on(DAY), DAY)
    names = {person.pk: person.person_id for person in school.people.values()}
    assert {names[each.person_pk] for each in place.now.holding} == {"Klar", "Snart"}
    assert {names[each.person_pk] for each in place.now.near if each.person_pk in names} == {
        "Gap",
        "Ny",
    }


def test_one_who_runs_out_within_90_days_is_named_with_the_day(school):
    decide()
    (place,) = with_names(count_places(targets_on(DAY), DAY), DAY)
    assert place.facts.standing is Standing.FRAGILE
    assert [(h.person.person_id, h.until) for h in place.going] == [("Snart", date(2027, 1, 10))]


def test_one_who_leaves_or_goes_on_leave_is_named_with_the_day_and_a_new_post_is_no_loss(school):
    decide(area=CompetenceArea.objects.get(code="OM4"), at_least=3)
    assert places() == [("S1", 3, 0, "reached")]
    take_leave(school.people["Klar"], date(2027, 1, 7))
    post = school.people["Gap"].employments.get()
    post.ends_on = date(2026, 12, 31)
    post.save()
    (place,) = with_names(count_places(targets_on(DAY), DAY), DAY)
    assert [(h.person.person_id, h.until) for h in place.going] == [
        ("Gap", date(2026, 12, 31)),
        ("Klar", date(2027, 1, 6)),
    ]
    employ(school.people["Gap"], school.unit, starts_on=date(2027, 1, 1))
    (place,) = count_places(targets_on(DAY), DAY)
    assert place.stay == 2


def test_a_unit_is_counted_apart_where_each_below_is_to_reach_it(school):
    decide(unit=school.department, places="below", at_least=1)
    assert places() == [("S2", 0, 1, "lacking"), ("S1", 2, 0, "reached")]


def test_a_unit_of_the_kind_without_people_is_no_place(school):
    make_unit("S3", school.department)
    Unit.objects.filter(code__in=("S1", "S3")).update(kind="skola")
    decide(unit=None, places="kind", unit_kind="skola")
    assert [place[0] for place in places()] == ["S1"]


def test_only_members_of_the_forum_count(school):
    forum = KeyGroup.objects.create(code="SSPF", name="SSPF")
    decide(key_group=forum, unit=None, at_least=1)
    assert places() == [("-", 0, 1, "lacking")]
    name_key_person(
        key_group=forum,
        person=school.people["Klar"],
        starts_on=date(2026, 11, 1),
        ends_on=None,
        motive="",
        by=None,
    )
    assert places() == [("-", 1, 0, "reached")]


def test_the_nearest_are_those_with_the_least_left(school):
    refresher = publish_course(gives=(("OM1", 1, 12),), title="Grundkurs")
    enrol(school.people["Ny"], refresher)
    decide(at_least=3)
    (place,) = with_names(count_places(targets_on(DAY), DAY), DAY)
    assert [
        (c.person.person_id, c.ran_out, c.enrolment.title if c.enrolment else c.offer.title)
        for c in place.closest
    ] == [
        ("Gap", date(2026, 5, 31), "Grundkurs"),
        ("Ny", None, "Grundkurs"),
        ("CHEF1", None, "Grundkurs"),
    ]


def test_places_are_counted_in_as_many_queries_whatever_the_size(school):
    decide(unit=school.department, places="below")
    decide(at_least=4, area=CompetenceArea.objects.get(code="OM4"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            with_names(count_places(targets_on(DAY), DAY), DAY)
        return len(queries)

    few = asked()
    for number in range(297):
        person = make_person(f"M{number:03}")
        employ(person, school.unit)
        if number % 2:
            achieve(person, "OM1", on=date(2026, 10, 1))
    assert asked() == few


# Deciding.


def test_a_target_is_ended_and_replaced_and_never_changed(school):
    first = decide()
    second = decide(at_least=3, starts_on=date(2026, 12, 1), replaces=first)
    first.refresh_from_db()
    assert (first.at_least, first.ends_on) == (2, date(2026, 11, 30))
    assert [each.pk for each in targets_on(date(2026, 12, 1))] == [second.pk]
    assert [each.pk for each in targets_on(DAY)] == [first.pk]
    assert list(
        AuditEvent.objects.filter(action__startswith="coverage_target").values_list(
            "action", flat=True
        )
    ) == ["coverage_target.created", "coverage_target.ended", "coverage_target.created"]


def test_what_cannot_be_decided_says_why(school):
    target = decide()
    for facts, message in (
        ({}, "redan ett sådant mål"),
        ({"motive": " "}, "motivet"),
        ({"unit": None, "places": "below"}, "vilken enhet"),
        ({"places": "kind", "unit_kind": "slott"}, "ingen enhet av det slaget"),
        ({"replaces": target, "starts_on": target.starts_on}, "senare"),
    ):
        with pytest.raises(CoverageTargetError, match=message):
            decide(**facts)
    with pytest.raises(CoverageTargetError):
        end_coverage_target(target=target, on=date(2025, 1, 1), reason="Fel", by=None)


# What is shown to whom.


def test_a_manager_sees_their_own_places_with_names_and_enrols_the_nearest(school, client):
    decide(at_least=3)
    course = publish_course(gives=(("OM1", 1, 12),), title="Grundkurs")
    client.force_login(school.manager)
    assert "Norrskolan: Område OM1, Grund" in client.get("/team/").content.decode()
    page = client.get("/team/bemanning/").content.decode()
    assert "2 av minst 3" in page
    assert "Anmäl Gap" in page
    client.post(
        "/team/bemanning/anmal/", {"person": "Gap", "course": course.course_id, "enhet": "S1"}
    )
    assert Enrolment.objects.get().person == school.people["Gap"]


def test_the_team_is_not_said_to_be_well_where_too_few_know():
    team = SimpleNamespace(members=[1], running_out=[], standing=lambda _standing: [])
    assert _heading(team, enough_know=True) == "Alla i teamet ligger rätt till"
    assert _heading(team, enough_know=False).startswith("Ingen i teamet saknar något, men")


def test_that_somebody_needs_help_hides_no_target(school, client):
    decide(at_least=3)
    client.force_login(school.manager)
    page = client.get("/team/").content.decode()
    head = page.split('<div class="head">', 1)[1].split("</div>", 1)[0]
    assert "behöver din hjälp" in head
    assert "På ett ställe är det för få som kan det kommunen har beslutat." in head


def test_nobody_enrols_another_units_people_or_in_what_is_not_offered(school, client):
    course = publish_course(gives=(("OM1", 1, 12),))
    client.force_login(school.stranger)
    sent = {"person": "Gap", "course": course.course_id}
    assert client.post("/team/bemanning/anmal/", sent).status_code == 403
    client.force_login(school.manager)
    client.post("/team/bemanning/anmal/", {"person": "Gap", "course": "x"})
    assert not Enrolment.objects.exists()


def test_another_units_place_and_one_that_is_wider_than_the_team_is_not_shown(school, client):
    decide(unit=school.department)
    decide(unit=school.other)
    client.force_login(school.manager)
    assert client.get("/team/bemanning/").context["targets"].places == ()


@pytest.mark.parametrize("places", range(10, 31))
def test_every_place_may_be_either_whatever_is_told_roughly(places):
    """Whatever number lack it, some number that reads the same leaves each place both ways."""
    told = {lacking: RoughPlaces.of(places, lacking, 5).at_least for lacking in range(places + 1)}
    for said in set(told.values()):
        same = [lacking for lacking, words in told.items() if words == said]
        assert any(lacking > 0 for lacking in same)
        assert any(lacking < places for lacking in same)
        assert len(same) >= 5


def test_the_coordinator_sees_rough_numbers_and_nothing_of_few_places(school, client):
    decide()
    for number in range(12):
        unit = make_unit(f"F{number}", school.other, name=f"Förskola {number}")
        Unit.objects.filter(pk=unit.pk).update(kind="förskola")
        employ(make_person(), unit)
    decide(unit=None, places="kind", unit_kind="förskola", at_least=1)
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get("/admin/kompetens/bemanningsmal/").content.decode()
    assert "Visas inte: räknas på 1 ställe" in page
    assert "Minst 5 av 12 ställen har för få" in page


def test_names_open_with_a_reason_for_half_an_hour_and_for_that_target_only(
    school, client, monkeypatch
):
    first, second = decide(), decide(area=CompetenceArea.objects.get(code="OM4"))
    client.force_login(account_with(Role.COORDINATOR))
    address = f"/admin/kompetens/bemanningsmal/{first.pk}/"
    assert "Klar Test" not in client.get(address).content.decode()
    refused = client.post(address, {"open_names": "1", "opening_reason": ""}).content.decode()
    assert "Klar Test" not in refused
    reason = "Områdesgruppen ska bemannas om"
    assert (
        "Klar Test"
        in client.post(address, {"open_names": "1", "opening_reason": reason}).content.decode()
    )
    assert "Klar Test" in client.get(address).content.decode()
    other = client.get(f"/admin/kompetens/bemanningsmal/{second.pk}/").content.decode()
    assert "Klar Test" not in other
    opened = AuditEvent.objects.get(action="names.opened")
    assert (opened.object_id, opened.reason) == (str(first.pk), reason)
    named = AuditEvent.objects.filter(action="person.named_in_opening")
    assert school.people["Klar"].pk in set(named.values_list("person_key", flat=True))
    later = NOON.replace(year=2026, month=11, day=23, hour=9)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later + timedelta(minutes=31))
    assert "Klar Test" not in client.get(address).content.decode()


def test_a_preview_is_as_rough_and_is_written_down(school, client):
    client.force_login(account_with(Role.COORDINATOR))
    sent = {
        "places": "whole",
        "unit": "S1",
        "area": CompetenceArea.objects.get(code="OM1").pk,
        "level": TrainingLevel.objects.get(number=1).pk,
        "at_least": 2,
        "starts_on": "2026-11-23",
        "motive": "Planen",
    }
    page = client.post("/admin/kompetens/bemanningsmal/", sent).content.decode()
    assert "Visas inte: räknas på 1 ställe" in page
    assert not CoverageTarget.objects.exists()
    assert AuditEvent.objects.filter(action="coverage_target.previewed").exists()
    client.post("/admin/kompetens/bemanningsmal/", sent | {"decide": "1"})
    assert CoverageTarget.objects.get().at_least == 2


# Alarms.


def test_the_manager_is_told_once_that_all_hangs_on_one(school):
    decide()
    take_leave(school.people["Klar"], date(2026, 11, 1))
    assert produce_alarms(as_of=DAY, at=NOON) == 1
    assert produce_alarms(as_of=DAY + timedelta(days=1), at=NOON) == 0
    notice = Notice.objects.get(kind=ALARM)
    assert notice.person == school.manager.person
    words = tell(notice, notice.person)
    assert words.title == "Norrskolan: bara en har Område OM1, Grund"
    assert "Snart Test är ensam, och minst 2 ska ha det." in words.body
    assert "10 januari 2027" in words.body


def test_an_alarm_that_no_longer_holds_is_not_mailed(school):
    decide()
    take_leave(school.people["Klar"], date(2026, 11, 1))
    produce_alarms(as_of=DAY, at=NOON)
    notice = Notice.objects.get(kind=ALARM)
    assert still_alarming([notice], DAY) == {notice.pk}
    achieve(school.people["Gap"], "OM1", on=date(2026, 11, 20))
    assert still_alarming([notice], DAY) == set()


# The whole of a forum.


@pytest.fixture
def forum(school):
    """SSPF with six members in two units, of whom one holds OM1 where two are wanted."""
    forum = KeyGroup.objects.create(code="SSPF", name="SSPF")
    outsiders = [make_person(f"Ute{number}") for number in range(3)]
    for person in outsiders:
        employ(person, school.other)
    for person in (*(school.people[each] for each in ("Klar", "Gap", "Ny")), *outsiders):
        name_key_person(
            key_group=forum,
            person=person,
            starts_on=date(2026, 1, 1),
            ends_on=None,
            motive="",
            by=None,
        )
    return forum


def told(kind: str = NOT_REACHED) -> list[tuple[Person, str]]:
    return [(each.person, each.url) for each in Notice.objects.filter(kind=kind).order_by("pk")]


def test_those_who_decide_and_the_members_managers_are_told_once_that_a_forum_is_short(
    school, forum
):
    coordinator = account_with(Role.COORDINATOR).person
    account_with(Role.EXECUTIVE_VIEWER)
    target = decide(key_group=forum, unit=None)
    assert tell_of_shortfalls(as_of=DAY, at=NOON) == len(told())
    assert set(told()) == {
        (coordinator, f"/admin/kompetens/bemanningsmal/{target.pk}/"),
        (school.manager.person, "/team/"),
        (school.stranger.person, "/team/"),
    }
    notice = Notice.objects.get(person=coordinator)
    words = tell(notice, coordinator)
    assert words.title == "Målet för SSPF nås inte"
    assert words.body == "Minst 2 i forumet ska ha Område OM1, Grund."
    for days in range(1, 30):
        assert tell_of_shortfalls(as_of=DAY + timedelta(days=days), at=NOON) == 0
    assert still_short([notice], DAY) == {notice.pk}


def test_it_is_told_again_only_when_the_forum_has_been_enough_in_between(school, forum):
    coordinator = account_with(Role.COORDINATOR).person
    first = decide(key_group=forum, unit=None)
    tell_of_shortfalls(as_of=DAY, at=NOON)
    # Another that takes the place of the first is about the same.
    second = decide(
        key_group=forum, unit=None, at_least=3, starts_on=date(2026, 11, 24), replaces=first
    )
    assert tell_of_shortfalls(as_of=date(2026, 11, 30), at=NOON) == 0
    for name in ("Gap", "Ny"):
        achieve(school.people[name], "OM1", on=date(2026, 12, 1))
    notice = Notice.objects.get(person=coordinator)
    assert tell_of_shortfalls(as_of=date(2026, 12, 7), at=NOON) == 0
    assert still_short([notice], date(2026, 12, 7)) == set()
    take_leave(school.people["Klar"], date(2026, 12, 10))
    # What changes within a week is told of from its next Monday.
    assert tell_of_shortfalls(as_of=date(2026, 12, 12), at=NOON) == 0
    assert tell_of_shortfalls(as_of=date(2026, 12, 14), at=NOON) == 3
    assert [url for person, url in told() if person == coordinator] == [
        f"/admin/kompetens/bemanningsmal/{first.pk}/",
        f"/admin/kompetens/bemanningsmal/{second.pk}/",
    ]


def test_nobody_is_told_of_a_forum_that_reaches_its_target(school, forum):
    account_with(Role.COORDINATOR)
    decide(key_group=forum, unit=None, at_least=1)
    assert tell_of_shortfalls(as_of=DAY, at=NOON) == 0


@pytest.mark.parametrize(
    ("members", "at_least", "may"),
    [(0, 2, True), (1, 1, False), (4, 2, False), (5, 5, False), (5, 4, True), (6, 2, True)],
)
def test_that_a_forum_is_short_is_told_only_where_it_tells_of_nobody(members, at_least, may):
    place = SimpleNamespace(
        now=SimpleNamespace(
            holding=[],
            away=[],
            near=[SimpleNamespace(person_pk=number) for number in range(members)],
        ),
        target=SimpleNamespace(at_least=at_least),
    )
    assert may_be_told(place, 5) is may


def test_of_a_small_forum_only_whoever_answers_for_every_member_is_told(school):
    account_with(Role.COORDINATOR)
    small = KeyGroup.objects.create(code="SIG", name="SIG")
    for name in ("Gap", "Ny"):
        name_key_person(
            key_group=small,
            person=school.people[name],
            starts_on=date(2026, 1, 1),
            ends_on=None,
            motive="",
            by=None,
        )
    decide(key_group=small, unit=None)
    tell_of_shortfalls(as_of=DAY, at=NOON)
    assert told() == [(school.manager.person, "/team/")]
