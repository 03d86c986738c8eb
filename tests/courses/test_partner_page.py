"""Vår organisation: the contact sees exactly the own organisation's people of the day, and gives
and takes back their seats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from courses.models import Enrolment, SeatQuota
from courses.sharing import shared_with
from lms.lib.dates import today
from lms.people.models import PartnerMembership, PartnerOrganisation, Person, RoleAssignment, User
from lms.people.roles import Role
from lms.people.services.partners import end_membership
from tests.builders.courses import NOON, complete, publish_course
from tests.builders.courses import enrol as set_out
from tests.builders.partners import join, make_contact, make_guest, make_organisation, share
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    give_role,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db

ADMIN = "/admin/kurser/partner"


@pytest.fixture
def ours():
    return make_organisation("A")


@pytest.fixture
def contact(ours):
    return make_contact(ours, "K")


@pytest.fixture
def signed_in(client, contact):
    client.force_login(contact)
    return client


def names(response):
    return [line.person.person_id for line in response.context["page"]]


def test_the_page_shows_the_own_people_and_their_shared_courses_alone(signed_in, ours, contact):
    shared, other = publish_course(title="Delad"), publish_course(title="Inte delad")
    make_guest(make_organisation("B"), "ANNAN")
    guest = make_guest(person_id="G")
    employ(make_person("ANST"), make_unit("U"))
    set_out(guest.person, other)
    join(guest.person, ours)
    share(shared, ours, 3)
    complete(guest.person, shared)
    page = signed_in.get("/partner/")
    assert sorted(set(names(page))) == ["G", "K"]
    text = page.content.decode()
    assert "Delad" in text
    assert "Inte delad" not in text
    assert "1 av 3 platser" in text
    assert "ANNAN" not in text
    assert "ANST" not in text


def test_what_was_set_out_on_elsewhere_in_a_shared_course_is_not_shown(signed_in, ours):
    """As an employee, before the person came to the organisation."""
    version = publish_course()
    share(version, ours, 3)
    person = make_guest(person_id="G").person
    employ(person, make_unit("U"), ends_on=MONDAY)
    complete(person, version)
    join(person, ours, starts_on=MONDAY + timedelta(days=1))
    page = signed_in.get("/partner/")
    shown = {line.person.person_id: str(line.state) for line in page.context["page"]}
    assert shown == {"G": "none", "K": "none"}


def test_whoever_no_longer_belongs_is_gone_from_page_and_files_the_same_day(signed_in, ours):
    row = join(make_guest(person_id="G", family_name="Ek").person, ours)
    assert "Ek" in signed_in.get("/partner/").content.decode()
    end_membership(membership=row, on=today(), by=None)
    assert names(signed_in.get("/partner/")) == ["K"]
    for kind in ("csv", "xlsx"):
        response = signed_in.get(f"/partner/var-organisation.{kind}")
        assert response.status_code == 200
    assert "Ek" not in signed_in.get("/partner/var-organisation.csv").content.decode("utf-8-sig")


def test_the_file_is_what_the_list_shows(signed_in, ours):
    version = publish_course(title="Delad")
    share(version, ours, 3)
    complete(make_guest(ours, "G", family_name="Ek").person, version)
    make_guest(ours, "H", family_name="Al")
    whole = signed_in.get("/partner/var-organisation.csv").content.decode("utf-8-sig")
    assert len(whole.strip().splitlines()) == 4
    some = signed_in.get("/partner/var-organisation.csv?lage=completed").content.decode("utf-8-sig")
    lines = some.strip().splitlines()
    assert len(lines) == 2
    assert "Åsa Ek;Delad" in lines[1]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", ["H", "G", "K"]),
        ("?ordning=-namn", ["K", "G", "H"]),
        ("?q=ek", ["G"]),
        ("?lage=none", ["H", "K"]),
        ("?lage=finns-inte&ordning=hopp", ["H", "G", "K"]),
        ("?ordning=-dag&lage=completed", ["G"]),
    ],
)
def test_the_list_is_sorted_and_narrowed(signed_in, ours, question, expected):
    version = publish_course()
    share(version, ours, 3)
    complete(make_guest(ours, "G", family_name="Ek").person, version)
    make_guest(ours, "H", family_name="Al")
    assert names(signed_in.get(f"/partner/{question}")) == expected


def test_names_stand_in_swedish_order(signed_in, ours):
    for code, name in (("D", "Öman"), ("C", "Ärlig"), ("B", "Åberg"), ("A", "Zander")):
        make_guest(ours, code, family_name=name)
    assert names(signed_in.get("/partner/")) == ["A", "B", "C", "D", "K"]


def test_the_contact_gives_a_seat_after_a_second_look_and_takes_it_back(signed_in, ours):
    quota = share(publish_course(title="Delad"), ours, 2)
    member = make_guest(ours, "G").person
    where = f"/partner/platser/{quota.pk}/"
    assert "Åsa Öst" in signed_in.get(where).content.decode()
    looked = signed_in.post(where, {"person": member.pk})
    assert looked.context["asks"]
    assert not Enrolment.objects.exists()
    done = signed_in.post(where, {"person": member.pk, "ge": "1"}, follow=True)
    assert "har en plats" in done.content.decode()
    enrolment = Enrolment.objects.get()
    assert (enrolment.person, enrolment.origin) == (member, "partner")
    signed_in.post("/partner/angra/")
    enrolment.refresh_from_db()
    assert enrolment.withdrawn_at is not None


def test_a_seat_is_taken_back_with_a_question_first_and_given_again(signed_in, ours):
    version = publish_course()
    share(version, ours, 1)
    enrolment = set_out(make_guest(ours, "G").person, version)
    where = f"/partner/plats/{enrolment.pk}/ta-tillbaka/"
    assert signed_in.get(where).status_code == 200
    enrolment.refresh_from_db()
    assert enrolment.withdrawn_at is None
    signed_in.post(where)
    enrolment.refresh_from_db()
    assert enrolment.withdrawn_at is not None
    back = signed_in.get(where, follow=True)
    assert back.redirect_chain == [("/partner/", 302)]
    assert "Platsen går inte längre att ta tillbaka." in back.content.decode()
    signed_in.post("/partner/angra/")
    assert Enrolment.objects.filter(withdrawn_at=None).count() == 1


def test_nobody_elses_seat_is_given_or_taken(signed_in, ours):
    version = publish_course()
    quota = share(version, ours, 5)
    theirs = make_organisation("B")
    their_quota = share(version, theirs, 5)
    stranger = make_guest(theirs).person
    enrolment = set_out(stranger, version)
    refused = signed_in.post(f"/partner/platser/{quota.pk}/", {"person": stranger.pk, "ge": "1"})
    assert refused.status_code == 403
    assert signed_in.get(f"/partner/platser/{their_quota.pk}/").status_code == 404
    assert signed_in.post(f"/partner/plats/{enrolment.pk}/ta-tillbaka/").status_code == 404
    enrolment.refresh_from_db()
    assert enrolment.withdrawn_at is None


def test_more_than_there_are_seats_is_refused_in_plain_words(signed_in, ours):
    quota = share(publish_course(), ours, 1)
    people = [make_guest(ours).person.pk for _number in range(2)]
    page = signed_in.post(f"/partner/platser/{quota.pk}/", {"person": people})
    assert "fler personer än det finns platser" in page.content.decode()
    signed_in.post(f"/partner/platser/{quota.pk}/", {"person": people, "ge": "1"})
    assert not Enrolment.objects.exists()


def test_what_is_begun_cannot_be_taken_back(signed_in, ours):
    version = publish_course()
    share(version, ours, 1)
    enrolment = set_out(make_guest(ours, "G").person, version)
    Enrolment.objects.filter(pk=enrolment.pk).update(place_lesson="l1")
    assert "Ta tillbaka platsen" not in signed_in.get("/partner/").content.decode()
    told = signed_in.get(f"/partner/plats/{enrolment.pk}/ta-tillbaka/", follow=True)
    assert "Platsen går inte längre att ta tillbaka." in told.content.decode()


@pytest.mark.parametrize("who", ["guest", "manager", "coordinator"])
def test_the_page_opens_for_the_contact_alone(client, ours, who):
    user = {
        "guest": lambda: make_guest(ours),
        "manager": lambda: make_manager(make_unit("U")),
        "coordinator": lambda: account_with(Role.COORDINATOR),
    }[who]()
    client.force_login(user)
    opened = client.get("/partner/").status_code
    assert opened == 403
    assert client.get("/partner/var-organisation.csv").status_code == 403
    assert "/partner/" not in client.get("/min-sida/").content.decode()


def test_the_contact_finds_the_page_in_the_menu_and_opens_no_admin(signed_in):
    assert 'href="/partner/"' in signed_in.get("/min-sida/").content.decode()
    assert signed_in.get(f"{ADMIN}/").status_code == 403


def test_a_member_sees_and_takes_a_shared_course_that_guests_else_do_not_read(client, ours):
    version = publish_course(title="Delad")
    member = make_guest(ours)
    client.force_login(member)
    address = f"/kurser/{version.course.slug}/"
    assert client.get(address).status_code == 404
    assert "Delad" not in client.get("/kurser/").content.decode()
    assert client.post(address, {"action": "enrol"}).status_code == 403
    share(version, ours, 1)
    assert "Delad" in client.get("/kurser/").content.decode()
    assert "Börja kursen" in client.get(address).content.decode()
    client.post(address, {"action": "enrol"})
    assert Enrolment.objects.get().person == member.person


def test_a_member_is_told_whom_to_talk_to_when_the_seats_are_used(client, ours):
    version = publish_course()
    share(version, ours, 1)
    set_out(make_guest(ours).person, version)
    client.force_login(make_guest(ours))
    address = f"/kurser/{version.course.slug}/"
    text = client.get(address).content.decode()
    assert "Expeditionen, a@example.se" in text
    assert "Börja kursen" not in text
    refused = client.post(address, {"action": "enrol"}, follow=True)
    assert "Alla platser" in refused.content.decode()
    assert Enrolment.objects.count() == 1


# The coordinator.


@pytest.fixture
def coordinator(client):
    client.force_login(account_with(Role.COORDINATOR))
    return client


def test_the_coordinator_adds_an_organisation_a_guest_by_name_and_a_course(coordinator):
    version = publish_course(title="Delad")
    guest = make_guest(person_id="G", given_name="Ida", family_name="Ek").person
    employ(make_person("ANST", given_name="Ida", family_name="Al"), make_unit("U"))
    day = today().isoformat()
    coordinator.post(
        f"{ADMIN}/ny/",
        {"code": "GYF", "name": "Gymnasieförbundet", "takes_guests": "on", "starts_on": day},
    )
    ours = PartnerOrganisation.objects.get()
    searched = coordinator.post(f"{ADMIN}/{ours.pk}/hor-hit/", {"q": "ida", "search": "1"})
    assert "Ida Ek" in searched.content.decode()
    assert "Ida Al" not in searched.content.decode()
    coordinator.post(
        f"{ADMIN}/{ours.pk}/hor-hit/",
        {"q": "ida", "person": guest.pk, "sees_own": "on", "starts_on": day},
    )
    row = PartnerMembership.objects.get()
    assert (row.person, row.sees_own) == (guest, True)
    coordinator.post(
        f"{ADMIN}/{ours.pk}/dela-kurs/",
        {"course": version.course_id, "seats": 3, "starts_on": day, "ends_on": "2030-12-31"},
    )
    page = coordinator.get(f"{ADMIN}/{ours.pk}/").content.decode()
    assert "Ida Ek" in page
    assert "Delad" in page
    coordinator.post(f"{ADMIN}/medlem/{row.pk}/avsluta/", {"last_day": ""})
    assert not PartnerMembership.objects.in_force_on(today()).exists()
    for where in ("", f"{ours.pk}/andra/", f"platser/{ours.seat_quotas.get().pk}/"):
        assert coordinator.get(f"{ADMIN}/{where}").status_code == 200


def test_the_coordinator_is_told_roughly_how_many_hold_a_seat_also_when_lowering(coordinator, ours):
    version = publish_course()
    quota = share(version, ours, 9)
    for number in range(3):
        set_out(make_guest(ours, f"G{number}").person, version)
    text = coordinator.get(f"{ADMIN}/{ours.pk}/").content.decode()
    assert "färre än 5 personer" in text
    form = {"seats": 1, "starts_on": quota.starts_on, "ends_on": quota.ends_on}
    said = coordinator.post(f"{ADMIN}/platser/{quota.pk}/", form, follow=True).content.decode()
    assert "mer än det finns nu" not in said
    for number in range(3, 6):
        quota.refresh_from_db()
        quota.seats = 9
        quota.save()
        set_out(make_guest(ours, f"G{number}").person, version)
    said = coordinator.post(f"{ADMIN}/platser/{quota.pk}/", form, follow=True).content.decode()
    assert "Minst 5 personer" in said


def test_seats_are_as_many_and_as_late_as_can_be_meant_and_can_be_put_right(coordinator, ours):
    version = publish_course()
    day = today()
    long_ago = {"starts_on": "2020-01-01", "ends_on": "2021-12-31"}
    form = {"course": version.course_id, "seats": 999_999_999, **long_ago}
    refused = coordinator.post(f"{ADMIN}/{ours.pk}/dela-kurs/", form)
    assert set(refused.context["form"].errors) == {"seats", "ends_on"}
    # Shared before there were bounds.
    quota = share(version, ours, 9)
    SeatQuota.objects.filter(pk=quota.pk).update(seats=999_999_999, **long_ago)
    right = {"seats": 10_000, "starts_on": "2020-01-01", "ends_on": day.isoformat()}
    for wrong in ({"seats": 10_001}, {"ends_on": (day - timedelta(days=1)).isoformat()}):
        page = coordinator.post(f"{ADMIN}/platser/{quota.pk}/", right | wrong)
        assert set(page.context["form"].errors) == set(wrong)
    coordinator.post(f"{ADMIN}/platser/{quota.pk}/", right)
    quota.refresh_from_db()
    assert (quota.seats, quota.ends_on) == (10_000, day)


def test_an_organisation_that_takes_no_guests_says_so_and_errors_stay_on_the_form(coordinator):
    sapo = make_organisation("S", takes_guests=False)
    assert "bara i katalogen" in coordinator.get(f"{ADMIN}/{sapo.pk}/").content.decode()
    guest = make_guest().person
    refused = coordinator.post(
        f"{ADMIN}/{sapo.pk}/hor-hit/",
        {"q": "åsa", "person": guest.pk, "starts_on": today().isoformat()},
    )
    assert refused.context["form"].errors
    assert not PartnerMembership.objects.exists()


def test_editors_and_hr_have_no_way_to_the_organisations(client):
    for role in (Role.EDITOR, Role.HR_IMPORT, Role.REVIEWER):
        client.force_login(account_with(role))
        assert client.get(f"{ADMIN}/").status_code == 403


# As many questions of 300 as of 3, and exactly those of the day.


def _questions(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/partner/").status_code == 200
    return len(queries)


def test_the_page_asks_no_more_of_300_than_of_3(signed_in, ours):
    version = publish_course()
    share(version, ours, 400)

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            person = Person.objects.create(person_id=f"P{number:03}", family_name=f"Öst {number}")
            PartnerMembership.objects.create(
                person=person, organisation=ours, starts_on=date(2026, 1, 1)
            )
            if number % 3 == 0:
                complete(person, version)
            elif number % 3 == 1:
                set_out(person, version)

    grow(0, 3)
    _questions(signed_in)
    few = _questions(signed_in)
    grow(3, 300)
    assert _questions(signed_in) == few
    assert few < 40


@dataclass(frozen=True)
class Row:
    person: int
    organisation: int
    contact: bool
    starts: int
    ends: int | None
    withdrawn: bool

    def holds(self, day: int) -> bool:
        return not self.withdrawn and self.starts <= day and (self.ends is None or day <= self.ends)


DAYS = 10
PEOPLE = 5


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Random histories, also such as the service would refuse: several at once."""
    found = []
    for _number in range(draw(st.integers(0, 9))):
        starts = draw(st.integers(0, DAYS))
        ends = draw(st.one_of(st.none(), st.integers(starts, DAYS)))
        found.append(
            Row(
                draw(st.integers(0, PEOPLE - 1)),
                draw(st.integers(0, 2)),
                draw(st.booleans()),
                starts,
                ends,
                draw(st.sampled_from([False, False, False, True])),
            )
        )
    # One at a time, as the service has it: of those that overlap the first.
    kept: list[Row] = []
    for row in found:
        if row.withdrawn or not any(
            other.person == row.person
            and not other.withdrawn
            and any(row.holds(day) and other.holds(day) for day in range(DAYS + 2))
            for other in kept
        ):
            kept.append(row)
    return kept


class WhatTheContactSees(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows(), st.sets(st.integers(0, PEOPLE - 1)))
    def test_is_exactly_the_own_organisations_members_each_day(
        self, history: list[Row], with_role: set[int]
    ) -> None:
        organisations = [
            PartnerOrganisation.objects.create(code=f"O{n}", name=f"O{n}", starts_on=_day(0))
            for n in range(3)
        ]
        people = [Person.objects.create(person_id=f"P{n}") for n in range(PEOPLE)]
        users = [
            User.objects.create(email=f"{person.person_id}@example.se", person=person)
            for person in people
        ]
        for number in with_role:
            RoleAssignment.objects.create(user=users[number], role=Role.PARTNER, starts_on=_day(0))
        for row in history:
            PartnerMembership.objects.create(
                person=people[row.person],
                organisation=organisations[row.organisation],
                sees_own=row.contact,
                starts_on=_day(row.starts),
                ends_on=None if row.ends is None else _day(row.ends),
                withdrawn_at=NOON if row.withdrawn else None,
            )
        for day in range(DAYS + 2):
            for number, user in enumerate(users):
                user = User.objects.get(pk=user.pk)
                own = {
                    row.organisation
                    for row in history
                    if number in with_role
                    and row.person == number
                    and row.contact
                    and row.holds(day)
                }
                expected = sorted(
                    {
                        f"P{row.person}"
                        for row in history
                        if row.organisation in own and row.holds(day)
                    }
                )
                seen = Person.objects.shown_to_contact(user, _day(day))
                assert sorted(seen.values_list("person_id", flat=True)) == expected
                shared = shared_with(user, _day(day))
                assert (
                    sorted({line.person.person_id for line in shared.lines} if shared else [])
                    == expected
                )
                # Nothing more of what a manager sees.
                assert list(Person.objects.visible_to(user, _day(day))) == [user.person]


def _day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_every_link_on_the_page_leads_somewhere(signed_in, ours):
    version = publish_course()
    share(version, ours, 2)
    set_out(make_guest(ours).person, version)
    text = signed_in.get("/partner/").content.decode()
    links = set(re.findall(r'href="(/partner/[^"#]*)"', text))
    assert len(links) >= 5
    assert {signed_in.get(link.replace("&amp;", "&")).status_code for link in links} == {200}


def test_a_role_in_one_organisation_opens_no_other(ours):
    theirs = make_organisation("B")
    contact = make_contact(ours, "K")
    make_guest(theirs, "ANNAN")
    give_role(make_guest(theirs), Role.EDITOR)
    assert shared_with(contact, MONDAY).organisation == ours
    assert [person.person_id for person in shared_with(contact, MONDAY).people] == ["K"]


def test_a_guest_is_not_promised_every_course(client, db):
    client.force_login(make_guest())
    page = client.get("/kurser/").content.decode()
    assert "Här är de kurser som är öppna för dig." in page
    assert "Alla kurser är öppna för dig" not in page
    client.force_login(make_account(make_person()))
    assert "Alla kurser är öppna för dig" in client.get("/kurser/").content.decode()
