"""The coordinator's pages in the admin, and the plan as everyone reads it."""

from datetime import date

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from competence.figures.consequences_shown import Shown
from competence.figures.plan import Names, renewal_in_words, rule_in_words
from competence.models import (
    Achievement,
    Exemption,
    KeyGroupDefinition,
    KeyPersonAssignment,
    PlanVersion,
    RenewalOrder,
    ShownConsequences,
)
from competence.services.consequences import Order
from competence.services.exemptions import withdraw_exemption
from competence.services.fact_files import import_achievements
from competence.services.plan import PlanError, draft_from
from competence.services.plan_editing import define_key_group, save_requirement
from competence.services.plan_states import send_on
from competence.services.renewal_reach import reach_of_renewal
from competence.suppression import AtLeast
from competence.views import admin_plan
from courses.models import Certificate
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.framework.rules import PersonRule
from lms.people.anomalies import anomalies
from lms.people.finding import unit_label
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders import courses
from tests.builders.competence import achieve, adopt, as_file, group, in_force, plan_of, requirement
from tests.builders.pages import send
from tests.builders.people import account_with, employ, make_account, make_person, make_unit

ADMIN = "/admin/kompetens"
DAY = date(2026, 11, 23)


@pytest.fixture
def unit(db, monday):
    adopt(
        plan_of(
            {"area": "OM1", "renewal_months": 12, "grace_days": 0},
            rules={"G": [{"job_codes": ["LAR"]}], "H": [{"job_codes": ["KOCK"]}]},
        )
    )
    unit = make_unit("S1", make_unit("K"))
    for number in range(3):
        employ(make_person(f"L{number}"), unit, "LAR")
    employ(make_person("K0"), unit, "KOCK")
    return unit


@pytest.fixture
def coordinator(unit, client):
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


def test_rules_are_said_in_words(unit):
    rule = PersonRule(units=("S1",), job_codes=("LAR", "KOCK"), managers_only=True)
    assert rule_in_words(rule, Names.of([rule])) == (
        "är chef med personalansvar, arbetar som lar eller kock och arbetar i Enhet S1 "
        "eller enheterna under"
    )
    unknown = PersonRule(job_codes=("SSK",))
    assert rule_in_words(unknown, Names.of([unknown])) == "arbetar som SSK (befattningskod)"
    assert rule_in_words(PersonRule(), Names({}, {})) == "har en anställning"


def test_renewal_is_said_in_years_where_it_can():
    assert [renewal_in_words(months) for months in (None, 12, 24, 18, 1)] == [
        "förnyas inte",
        "varje år",
        "vart 2:e år",
        "var 18:e månad",
        "varje månad",
    ]


def test_everyone_who_works_here_reads_the_plan_and_a_key_group(unit, client):
    assert client.get("/kompetensplan/").status_code == 302
    client.force_login(make_account(make_person()))
    page = client.get("/kompetensplan/").content.decode()
    assert "Grupp G" in page
    group_page = client.get("/kompetensplan/G/").content.decode()
    assert "arbetar som lar" in group_page
    assert "varje år" in group_page
    assert client.get("/kompetensplan/FINNSINTE/").status_code == 404


def test_partner_without_a_post_does_not_read_the_plan(unit, client):
    client.force_login(account_with(Role.PARTNER))
    assert client.get("/kompetensplan/").status_code == 403
    assert client.get("/kompetensplan/G/").status_code == 403


def test_plan_page_asks_as_much_of_many_requirements_as_of_few(unit, client):
    client.force_login(make_account(make_person()))

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/kompetensplan/").status_code == 200
        return len(seen)

    queries()
    few = queries()
    areas = tuple(f"A{number}" for number in range(40))
    adopt(plan_of(*({"area": area} for area in areas), areas=areas), in_force_from=DAY)
    assert queries() == few


@pytest.mark.parametrize(
    "address",
    [
        *("plan/", "plan/1/", "fil/", "fil/framework.yaml", "nyckelpersoner/", "undantag/"),
        *("fornyelse/", "uppnatt/"),
    ],
)
def test_only_the_coordinator_opens_the_pages(unit, client, address):
    client.force_login(account_with(Role.EDITOR))
    assert client.get(f"{ADMIN}/{address}").status_code in (302, 403)
    client.force_login(account_with(Role.COORDINATOR))
    assert client.get(f"{ADMIN}/{address}").status_code == 200


def test_draft_is_edited_its_consequences_seen_and_decided(coordinator, client):
    client.post(f"{ADMIN}/plan/nytt-utkast/")
    draft = PlanVersion.objects.get(status="draft")
    send(
        client,
        f"{ADMIN}/plan/{draft.number}/nyckelgrupp/G/",
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-job_codes": "LAR, KOCK",
            **left_out("L0"),
        },
    )
    definition = KeyGroupDefinition.objects.get(plan_version=draft, key_group__code="G")
    assert definition.rules == [{"job_codes": ["LAR", "KOCK"]}]
    assert [person.person_id for person in definition.excluded.all()] == ["L0"]
    decision = {
        "in_force_from": "2026-12-01",
        "adopted_on": "2026-11-23",
        "adopted_by": "Kommunstyrelsen",
    }
    seen = client.post(f"{ADMIN}/plan/{draft.number}/besluta/", decision)
    shown = seen.context["summary"].shown
    assert str(shown.asked) == str(shown.released) == "färre än 5 personer"
    (line,) = shown.groups
    assert (line.name, line.some_join, line.some_leave) == ("Grupp G", True, True)
    assert AuditEvent.objects.filter(action="plan_version.consequences_seen").count() == 1
    draft.refresh_from_db()
    assert draft.status == "draft"
    token = {"decide": "1", "seen": seen.context["seen"]}
    client.post(f"{ADMIN}/plan/{draft.number}/besluta/", decision | token)
    draft.refresh_from_db()
    assert (draft.status, draft.in_force_from) == ("adopted", date(2026, 12, 1))
    kept = ShownConsequences.objects.get(plan_version=draft)
    assert Shown.read(kept.shown) == shown
    page = client.get(f"{ADMIN}/plan/{draft.number}/").content.decode()
    assert "Vad som visades före beslutet" in page


def test_nothing_is_decided_that_was_not_seen_as_it_stands(coordinator, client):
    draft = draft_from(in_force(), by=None)
    decision = {
        "in_force_from": "2026-12-01",
        "adopted_on": "2026-11-23",
        "adopted_by": "Kommunstyrelsen",
    }
    address = f"{ADMIN}/plan/{draft.number}/besluta/"
    assert "Se först vad det innebär" in client.post(address, decision | {"decide": "1"}).text
    seen = client.post(address, decision).context["seen"]
    token = {"decide": "1", "seen": seen}
    later = client.post(address, decision | token | {"in_force_from": "2026-12-02"})
    assert "Se först vad det innebär" in later.text
    define_key_group(version=draft, key_group=group(), rules=[], excluded=[], by=None)
    assert "Se först vad det innebär" in client.post(address, decision | token).text
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not ShownConsequences.objects.exists()


def left_out(*words: str) -> dict[str, str]:
    forms = {f"excluded-{number}-excluded": each for number, each in enumerate(words)}
    return forms | {
        "excluded-TOTAL_FORMS": str(len(words)),
        "excluded-INITIAL_FORMS": "0",
    }


def test_people_left_out_may_be_named_by_the_id_of_a_merged_record(coordinator, client):
    stands, goes = (Person.objects.get(person_id=code) for code in ("L0", "L1"))
    merge_people(survivor=stands, loser=goes, by=coordinator)
    draft = draft_from(in_force(), by=None)
    address = f"{ADMIN}/plan/{draft.number}/nyckelgrupp/G/"
    rules = {"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"}
    send(client, address, rules | left_out("L1"))
    definition = KeyGroupDefinition.objects.get(plan_version=draft, key_group__code="G")
    assert list(definition.excluded.all()) == [stands]
    assert client.get(address).context["excluded"].initial == [{"excluded": stands}]


def test_requirement_is_added_changed_and_taken_out_of_a_draft_only(coordinator, client):
    draft = draft_from(in_force(), by=None)
    values = {
        "key_group": group("H").pk,
        "area": CompetenceArea.objects.get(code="OM4").pk,
        "level": TrainingLevel.objects.get(number=2).pk,
        "kind": "mandatory",
        "effective_from": "2027-01-01",
        "grace_days": "60",
        "window_days": "30",
    }
    client.post(f"{ADMIN}/plan/{draft.number}/krav/", values)
    added = draft.requirements.get(key_group__code="H")
    assert (added.grace_days, added.renewal_months) == (60, None)
    page = f"{ADMIN}/plan/{draft.number}/krav/{added.pk}/"
    send(client, page, values | {"grace_days": "10"})
    added.refresh_from_db()
    assert added.grace_days == 10
    send(client, f"{page}ta-bort/", shown=page)
    assert not draft.requirements.filter(key_group__code="H").exists()
    assert client.get(f"{ADMIN}/plan/1/krav/{requirement().pk}/").status_code == 404
    with pytest.raises(PlanError):
        save_requirement(requirement=requirement(), by=None)


def test_unknown_codes_are_refused_by_name(coordinator, client):
    draft = draft_from(in_force(), by=None)
    page = client.post(
        f"{ADMIN}/plan/{draft.number}/nyckelgrupp/G/",
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "0",
            "form-0-units": ["S1, FEL"],
            **left_out(""),
        },
    )
    assert "Okänt: FEL" in page.content.decode()
    assert "S1, FEL" in page.content.decode()


def test_units_and_people_left_out_are_chosen_by_name(coordinator, client, unit):
    make_unit("S9", unit, "Östra skolan")
    Person.objects.filter(person_id="L0").update(given_name="Östen", family_name="Ahl")
    draft = draft_from(in_force(), by=None)
    address = f"{ADMIN}/plan/{draft.number}/nyckelgrupp/G/"
    sent = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "0",
        "form-0-units": [unit_label(unit), "östra skolan", ""],
        **left_out("Östen Ahl", ""),
    }
    send(client, address, sent)
    definition = KeyGroupDefinition.objects.get(plan_version=draft, key_group__code="G")
    assert definition.rules == [{"units": [unit.code, "S9"]}]
    assert [person.person_id for person in definition.excluded.all()] == ["L0"]
    page = client.get(address).content.decode()
    assert 'value="Östra skolan (S9)"' in page
    assert "Östen Ahl" in page
    # Saved as it is shown, it says the same; emptied, they belong again.
    send(client, address, sent | left_out("", ""))
    assert not definition.excluded.exists()


def test_draft_is_discarded_and_an_adopted_version_never(coordinator, client):
    draft = draft_from(in_force(), by=None)
    send(client, f"{ADMIN}/plan/{draft.number}/ta-bort/")
    assert not PlanVersion.objects.filter(pk=draft.pk).exists()
    assert client.post(f"{ADMIN}/plan/1/ta-bort/").status_code == 404


def test_a_draft_that_is_sent_while_it_is_discarded_stays_and_that_is_said(
    coordinator, client, monkeypatch
):
    draft = draft_from(in_force(), by=None)
    address = f"{ADMIN}/plan/{draft.number}/ta-bort/"
    shown = {"seen": client.get(address).context["seen"]}
    look = admin_plan._draft

    def sent_meanwhile(number):
        found = look(number)
        send_on(version=draft, to=PlanVersion.Status.PREPARATION, taken_on=DAY, by=None)
        return found

    monkeypatch.setattr(admin_plan, "_draft", sent_meanwhile)
    said = client.post(address, shown, follow=True)
    assert "är inte längre ett utkast" in said.content.decode()
    assert PlanVersion.objects.filter(pk=draft.pk).exists()


def test_key_person_is_named_and_the_naming_ended(coordinator, client):
    values = {
        "key_group": group().pk,
        "person": "K0",
        "starts_on": "2026-11-23",
        "function": "Representant i SSPF",
    }
    page = client.post(f"{ADMIN}/nyckelpersoner/", values | {"motive": "Ring 070-123 45 67"})
    assert KeyPersonAssignment.objects.count() == 0
    assert "telefonnummer" in page.content.decode()
    client.post(f"{ADMIN}/nyckelpersoner/", values | {"motive": "Kontaktperson för SSPF"})
    naming = KeyPersonAssignment.objects.get()
    client.post(
        f"{ADMIN}/nyckelpersoner/{naming.pk}/avsluta/",
        {"ends_on": "2026-12-31", "reason": "Ny funktion"},
    )
    naming.refresh_from_db()
    assert naming.ends_on == date(2026, 12, 31)


def test_exemption_needs_a_reason_without_personal_data(coordinator, client):
    values = {
        "person": "L0",
        "area": CompetenceArea.objects.get(code="OM1").pk,
        "level": TrainingLevel.objects.get(number=1).pk,
        "starts_on": "2026-11-23",
    }
    client.post(f"{ADMIN}/undantag/", values | {"reason": "Se 19811218-9876"})
    client.post(f"{ADMIN}/undantag/", values | {"reason": ""})
    assert Exemption.objects.count() == 0
    client.post(f"{ADMIN}/undantag/", values | {"reason": "Arbetar inte med barn i vår"})
    exemption = Exemption.objects.get()
    client.post(
        f"{ADMIN}/undantag/{exemption.pk}/aterta/",
        {"on": "2026-12-01", "reason": "Tillbaka"},
    )
    exemption.refresh_from_db()
    assert exemption.ends_on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("1900-01-01", "2999-12-31", "starts_on"),
        ("2025-11-22", "", "starts_on"),
        ("2026-11-23", "2036-11-24", "ends_on"),
        ("2026-11-23", "2026-11-22", "ends_on"),
        ("2025-11-23", "2036-11-23", None),
    ],
)
def test_an_exemption_has_days_that_can_be_meant(coordinator, client, first, last, field):
    form = client.post(
        f"{ADMIN}/undantag/",
        {
            "person": "L0",
            "area": CompetenceArea.objects.get(code="OM1").pk,
            "level": TrainingLevel.objects.get(number=1).pk,
            "starts_on": first,
            "ends_on": last,
            "reason": "Arbetar inte med barn",
        },
    )
    assert Exemption.objects.exists() is (field is None)
    if field:
        assert field in form.context["form"].errors


def test_exemptions_of_one_area_and_level_do_not_overlap(coordinator, client):
    values = {
        "person": "L0",
        "area": CompetenceArea.objects.get(code="OM1").pk,
        "level": TrainingLevel.objects.get(number=1).pk,
        "reason": "Arbetar inte med barn",
    }

    def decide(first: str, last: str) -> bool:
        before = Exemption.objects.count()
        client.post(f"{ADMIN}/undantag/", values | {"starts_on": first, "ends_on": last})
        return Exemption.objects.count() > before

    assert decide("2026-11-23", "2026-12-31")
    assert not decide("2026-12-31", "2027-01-31")
    assert not decide("2026-11-01", "")
    assert decide("2026-11-01", "2026-11-22")
    assert decide("2027-01-01", "")
    assert not decide("2028-01-01", "2028-02-01")
    withdrawn = Exemption.objects.get(starts_on=date(2027, 1, 1))
    withdraw_exemption(exemption=withdrawn, on=withdrawn.starts_on, by=None)
    assert decide("2028-01-01", "2028-02-01")


def test_renewal_shows_whom_it_reaches_before_it_is_decided(coordinator, client):
    for person in Person.objects.filter(person_id__in=["L0", "L1"]):
        achieve(person, on=date(2026, 6, 1))
    order = {
        "area": CompetenceArea.objects.get(code="OM1").pk,
        "level": "",
        "achieved_before": "2026-09-01",
        "last_valid_day": "2026-11-23",
        "decided_on": "2026-11-23",
        "reason": "Ny lag",
    }
    seen = client.post(f"{ADMIN}/fornyelse/", order)
    reach = seen.context["reach"]
    assert str(reach.people) == str(reach.to_do_at_once) == "för få för att sägas, eller ingen"
    look = AuditEvent.objects.get(action="renewal_order.reach_seen")
    assert look.after == {
        "level": None,
        "achieved_before": "2026-09-01",
        "last_valid_day": order["last_valid_day"],
        "decided_on": "2026-11-23",
    }
    confirmed = seen.context["confirms"]
    assert RenewalOrder.objects.count() == 0
    client.post(f"{ADMIN}/fornyelse/", order | {"decide": "1", "confirmed": confirmed})
    assert RenewalOrder.objects.get().reason == "Ny lag"


def test_renewal_that_reaches_nobody_is_not_told_apart_from_one_that_reaches_few(unit):
    reach = reach_of_renewal(
        order=Order(CompetenceArea.objects.get(code="OM4"), None, DAY, DAY, DAY),
        threshold=5,
        by=None,
    )
    assert (reach.people, reach.units) == (AtLeast(0), ())


def test_a_record_is_opened_by_person_area_and_day_on_record_and_can_be_revoked(
    coordinator, client
):
    person = Person.objects.get(person_id="L0")
    area = CompetenceArea.objects.get(code="OM1")
    achievement = achieve(person, on=date(2026, 6, 1))
    case = {"person": "L0", "area": area.pk, "achieved_on": "2026-06-01"}
    page = client.get(f"{ADMIN}/uppnatt/", case)
    ((shown, token),) = page.context["rows"]
    assert shown == achievement
    opened = AuditEvent.objects.get(action="person.achievements_opened")
    assert (opened.person_key, opened.by) == (person.pk, coordinator)
    assert client.get(f"{ADMIN}/uppnatt/{token}/aterkalla/").status_code == 200
    client.post(
        f"{ADMIN}/uppnatt/{token}/aterkalla/",
        {"on": "2026-11-01", "reason": "Fel person i filen"},
    )
    achievement.refresh_from_db()
    assert achievement.revoked_on == date(2026, 11, 1)


@pytest.mark.parametrize("on", ["2026-05-31", "2026-11-24", "2030-01-01"])
def test_what_was_reached_is_revoked_from_no_day_to_come_and_none_before_it(
    coordinator, client, on
):
    achievement = achieve(Person.objects.get(person_id="L0"), on=date(2026, 6, 1))
    token = signing.dumps(achievement.pk, salt=f"competence.achievement.{coordinator.pk}")
    page = client.post(f"{ADMIN}/uppnatt/{token}/aterkalla/", {"on": on, "reason": "Fel"})
    assert "on" in page.context["form"].errors
    achievement.refresh_from_db()
    assert achievement.revoked_on is None


def test_an_exemption_withdrawn_from_a_day_to_come_is_said_to_hold_until_then(coordinator, client):
    exemption = Exemption.objects.create(
        person=Person.objects.get(person_id="L0"),
        area=CompetenceArea.objects.get(code="OM1"),
        level=TrainingLevel.objects.order_by("number").first(),
        starts_on=date(2026, 9, 1),
        reason="Tjänstledig",
    )
    address = f"{ADMIN}/undantag/{exemption.pk}/aterta/"
    for impossible in ("2026-08-31", "2030-01-01"):
        page = client.post(address, {"on": impossible, "reason": "Tillbaka"})
        assert "on" in page.context["form"].errors
    page = client.post(address, {"on": "2027-01-01", "reason": "Tillbaka"}, follow=True)
    assert "återtaget från 1 januari 2027. Till dess gäller det." in page.content.decode()
    exemption.refresh_from_db()
    assert exemption.ends_on == date(2026, 12, 31)


def test_asking_whether_something_is_recorded_is_on_record_also_where_nothing_is(
    coordinator, client
):
    person = Person.objects.get(person_id="L0")
    area = CompetenceArea.objects.get(code="OM1")
    case = {"person": "L0", "area": area.pk, "achieved_on": "2026-06-01"}
    assert client.get(f"{ADMIN}/uppnatt/", case).context["case"] is None
    opened = AuditEvent.objects.get(action="person.achievements_opened")
    assert (opened.person_key, opened.by) == (person.pk, coordinator)
    assert opened.after == {"area": "OM1", "achieved_on": "2026-06-01", "records": 0}


def test_what_a_named_person_has_learnt_is_not_read_through(coordinator, client):
    achievement = achieve(Person.objects.get(person_id="L0"), on=date(2026, 6, 1))
    page = client.get(f"{ADMIN}/uppnatt/", {"person": "L0"})
    assert page.context["case"] is None
    assert "Ange intygskoden" in page.content.decode()
    assert client.get(f"{ADMIN}/uppnatt/{achievement.pk}/aterkalla/").status_code == 404
    other = account_with(Role.COORDINATOR)
    token = signing.dumps(achievement.pk, salt=f"competence.achievement.{other.pk}")
    assert client.get(f"{ADMIN}/uppnatt/{token}/aterkalla/").status_code == 404
    assert not AuditEvent.objects.filter(action="person.achievements_opened").exists()


@pytest.fixture
def certificate(coordinator):
    courses.areas_and_levels("OM1")
    courses.complete(Person.objects.get(person_id="L0"), courses.publish_course())
    return Certificate.objects.get()


def test_a_certificate_no_longer_stands_when_the_level_it_gave_is_revoked(certificate, client):
    page = client.get(f"{ADMIN}/uppnatt/", {"code": certificate.code.lower().replace("-", " ")})
    ((achievement, token),) = page.context["rows"]
    form = client.get(f"{ADMIN}/uppnatt/{token}/aterkalla/").content.decode()
    assert certificate.course_title in form
    client.post(f"{ADMIN}/uppnatt/{token}/aterkalla/", {"on": str(DAY), "reason": "Fel person"})
    achievement.refresh_from_db()
    certificate.refresh_from_db()
    assert achievement.revoked_on == certificate.revoked_on == DAY
    assert certificate.completion.revoked_on == DAY
    assert client.get(f"/verifiera/{certificate.code}/").context["status"] == "revoked"
    assert AuditEvent.objects.filter(action="achievement.revoked").count() == 1


def test_a_file_that_revokes_what_a_course_gave_takes_the_certificate_with_it(certificate, client):
    row = Achievement.objects.get(completion=certificate.completion)
    import_achievements(
        source=as_file(
            "person_id;area;level;achieved_on;valid_until;revoked_on;source",
            f"L0;OM1;{row.level.number};{row.achieved_on};{row.valid_until or ''};"
            f"{row.achieved_on};{row.source}",
        ),
        name="a.csv",
    )
    certificate.refresh_from_db()
    assert certificate.revoked_on == row.achieved_on


def test_a_name_is_corrected_by_a_new_certificate(certificate, client):
    def token():
        return client.get(f"{ADMIN}/uppnatt/", {"code": certificate.code}).context["correct"]

    address = f"{ADMIN}/intyg/{token()}/ratta-namn/"
    refused = client.post(address, {"reason": "Felstavat"})
    assert "HR-filen" in refused.content.decode()
    Person.objects.filter(person_id="L0").update(given_name="Åsa-Lena")
    client.post(address, {"reason": "Felstavat"})
    certificate.refresh_from_db()
    new = certificate.superseded_by
    assert new is not None
    assert new.name.startswith("Åsa-Lena")
    assert client.get(f"/verifiera/{certificate.code}/").context["status"] == "superseded"
    assert client.get(f"/verifiera/{new.code}/").context["status"] == "valid"
    assert token() == ""


def test_plan_file_is_shown_before_it_is_applied_and_a_bad_one_changes_nothing(coordinator, client):
    text = client.get(f"{ADMIN}/fil/framework.yaml").content.decode()
    changed = text.replace("Grupp H", "Kökspersonal")
    file = SimpleUploadedFile("framework.yaml", changed.encode())
    seen = client.post(f"{ADMIN}/fil/", {"file": file, "as_draft": "on"})
    assert seen.context["changes"].key_groups_renamed == ["H"]
    assert group("H").name == "Grupp H"
    client.post(f"{ADMIN}/fil/", {"apply": seen.context["upload"]})
    assert group("H").name == "Kökspersonal"
    bad = SimpleUploadedFile("framework.yaml", b"areas: [")
    assert client.post(f"{ADMIN}/fil/", {"file": bad}).context["errors"]
    assert client.post(f"{ADMIN}/fil/", {"apply": "skräp"}).status_code == 302


def test_people_and_codes_outside_the_plan_are_anomalies(unit):
    employ(make_person("V0"), unit, "VAKT")
    found = {row.kind.code: [f.subject for f in row.findings] for row in anomalies(DAY)}
    assert found["no_key_group"] == ["Kock (KOCK)", "Vakt (VAKT)"]
    assert found["job_code_without_rule"] == ["Vakt (VAKT)"]
