"""Consultation on a version: who is asked and told, what they say, and how it is met."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.formats import date_format

from competence.figures.consultation import compilation_table, read_consultation
from competence.figures.consultation_standing import last_day_of, leads_nowhere
from competence.figures.waiting import waiting_for
from competence.figures.way import way_of
from competence.models import (
    Consultation,
    ConsultationAnswer,
    ConsultationComment,
    PlanVersion,
    WrittenOpinion,
)
from competence.services import consultation_notices
from competence.services.consultation_end import close_consultation
from competence.services.consultations import (
    ConsultationError,
    answer,
    comment,
    extend_consultation,
    open_consultation,
    register_opinion,
    withdraw_comment,
    withdraw_opinion,
)
from competence.services.plan import (
    adopt_plan_version,
    draft_from,
    take_back_plan_version,
)
from competence.services.plan_content import content_of
from competence.services.plan_editing import discard_draft
from competence.services.plan_states import Status, send_on
from lms.audit.models import AuditEvent
from lms.lib.dates import today
from lms.notifications.mail import tell
from lms.notifications.models import Notice
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, group, in_force, plan_of
from tests.builders.pages import send
from tests.builders.people import account_with, make_account, make_manager, make_person, make_unit

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LAST = DAY + timedelta(days=42)
WHOLE = ConsultationComment.About.WHOLE


class World:
    """Two units with managers, a coordinator, and a version out for consultation to one of them
    and to the police."""

    def __init__(self) -> None:
        adopt(plan_of({"renewal_months": 36}, {"area": "OM4"}))
        self.root = make_unit("R", name="Förvaltningen")
        self.school = make_unit("S", self.root, name="Skolan")
        self.care = make_unit("C", self.root, name="Omsorgen")
        for unit in (self.root, self.school, self.care):
            unit.refresh_from_db()  # where it lies in the tree
        self.manager = make_manager(self.school, "M")
        self.other = make_manager(self.care, "O")
        self.officer = account_with(Role.COORDINATOR)
        self.version = draft_from(in_force(), by=self.officer)
        self.consultation = open_consultation(
            version=self.version,
            opened_on=DAY,
            closes_on=LAST,
            units=[self.school],
            organisations=["Polisen", " Polisen "],
            question="Hinner ni?",
            by=self.officer,
            at=AT,
        )

    def say(self, text="Vi hinner.", *, unit=None, by=None, about=WHOLE, key_group=None, day=DAY):
        return comment(
            consultation=self.consultation, unit=unit or self.school, about=about,
            key_group=key_group, text=text, by=by or self.manager, day=day, at=AT,
        )  # fmt: skip

    def write(self, organisation="Polisen"):
        return register_opinion(
            consultation=self.consultation, organisation=organisation, dated_on=DAY,
            registry_number="A 1", summary="Bra plan.", by=self.officer, at=AT,
        )  # fmt: skip

    def figures(self):
        return read_consultation(self.consultation, self.manager)

    def to_preparation(self):
        return send_on(version=self.version, to=Status.PREPARATION, taken_on=DAY, by=self.officer)


@pytest.fixture
def world() -> World:
    return World()


def test_sending_out_locks_the_version_and_asks_each_party_once(world):
    assert PlanVersion.objects.get(number=2).status == "consultation"
    assert [(party.name, party.outside) for party in world.figures().parties] == [
        ("Skolan", False),
        ("Polisen", True),
    ]
    with pytest.raises((ConsultationError, ValidationError)):
        open_consultation(
            version=world.version, opened_on=DAY, closes_on=LAST, units=[world.care],
            by=world.officer, at=AT,
        )  # fmt: skip


def test_nobody_to_ask_is_no_consultation(world):
    draft = draft_from(in_force(), by=None)
    with pytest.raises(ConsultationError):
        open_consultation(
            version=draft, opened_on=DAY, closes_on=LAST, units=[], organisations=[" "],
            by=world.officer, at=AT,
        )  # fmt: skip
    draft.refresh_from_db()
    assert draft.is_draft


def test_who_answers_for_a_unit_is_told_and_reminded_until_there_is_a_view(world):
    told = Notice.objects.filter(kind=consultation_notices.ASKED)
    assert [notice.person.person_id for notice in told] == ["M"]
    assert consultation_notices.still_asked(list(told), DAY) == {told.get().pk}
    week_before = LAST - timedelta(days=7)
    assert consultation_notices.remind_before_closing(as_of=week_before, at=AT) == 1
    assert consultation_notices.remind_before_closing(as_of=week_before, at=AT) == 0
    world.say()
    assert consultation_notices.still_asked(list(told), DAY) == set()
    assert consultation_notices.remind_before_closing(as_of=week_before, at=AT) == 0


def test_a_view_stands_by_what_it_is_about_and_changes_nothing(world):
    before = content_of(world.version)
    world.say("Bra.", about=ConsultationComment.About.KEY_GROUP, key_group=group())
    world.say("För kort tid.", unit=world.care, by=world.other)
    figures = world.figures()
    assert [
        (section.title, [(view.who, view.text, view.is_mine) for view in section.views])
        for section in figures.sections
    ] == [
        ("Planen som helhet", [("Omsorgen", "För kort tid.", False)]),
        ("Grupp G", [("Skolan", "Bra.", True)]),
    ]
    assert (figures.answered_parties, figures.unanswered) == (1, 2)
    assert content_of(world.version) == before


def test_what_is_sent_twice_is_said_once(world):
    first = world.say("Bra.")
    assert world.say("Bra.") == first
    assert world.say("Bra.", unit=world.care, by=world.other) != first
    assert world.write() == world.write()
    assert len(world.figures().views) == 3
    withdraw_comment(comment=first, by=world.manager, day=DAY, at=AT)
    assert world.say("Bra.") != first


def test_a_view_that_describes_somebody_is_stopped(world):
    with pytest.raises(ValidationError):
        world.say("Eleven 20121224-1231 mår dåligt.")


def test_a_view_is_taken_until_the_last_day_and_while_the_version_is_out(world):
    world.say(day=LAST)
    with pytest.raises(ConsultationError):
        world.say(day=LAST + timedelta(days=1))
    extend_consultation(
        consultation=world.consultation,
        closes_on=LAST + timedelta(days=7),
        day=DAY,
        by=world.officer,
    )
    world.consultation.refresh_from_db()
    world.say(day=LAST + timedelta(days=1))
    with pytest.raises(ConsultationError):
        extend_consultation(
            consultation=world.consultation, closes_on=LAST, day=DAY, by=world.officer
        )
    world.to_preparation()
    with pytest.raises(ConsultationError):
        world.say()


def test_only_its_author_withdraws_a_view_and_only_while_the_consultation_lasts(world):
    mine, kept = world.say(), world.say("Den här står kvar.")
    with pytest.raises(ConsultationError):
        withdraw_comment(comment=mine, by=world.other, day=DAY, at=AT)
    withdraw_comment(comment=mine, by=world.manager, day=DAY, at=AT)
    assert [view.text for view in world.figures().views] == ["Den här står kvar."]
    world.to_preparation()
    with pytest.raises(ConsultationError):
        withdraw_comment(comment=kept, by=world.manager, day=DAY, at=AT)


def test_an_opinion_from_outside_is_registered_late_too_and_withdrawn_if_it_was_a_mistake(world):
    world.to_preparation()
    opinion = world.write()
    assert [party.has_answered for party in world.figures().parties] == [False, True]
    withdraw_opinion(opinion=opinion, reason="Fel plan", by=world.officer, at=AT)
    assert world.figures().views == ()


def test_a_unit_below_that_speaks_has_not_answered_for_the_unit_that_is_asked(world):
    room = make_unit("S1", world.school, name="Klassen")
    for unit in (world.school, room):
        unit.refresh_from_db()
    world.say(unit=room)
    figures = world.figures()
    assert [(party.has_answered, party.within) for party in figures.parties] == [
        (False, ("Klassen",)),
        (False, ()),
    ]
    assert figures.answered_parties == 0
    _header, rows = compilation_table(figures)
    assert [(row[0], row[5]) for row in rows] == [
        ("Klassen", "Vi hinner."),
        ("Skolan", "Har inte svarat för egen del"),
        ("Polisen", "Har inte svarat"),
    ]
    told = Notice.objects.filter(kind=consultation_notices.ASKED)
    assert consultation_notices.still_asked(list(told), DAY) == {told.get().pk}
    world.say()
    assert world.figures().answered_parties == 1


def test_a_consultation_that_is_sent_on_ended_that_day_and_not_the_last_it_was_given(world):
    def note(day):
        return way_of(PlanVersion.objects.get(number=2), day).steps[1].note

    assert note(DAY) == f"Till {date_format(LAST)}"
    world.to_preparation()
    assert note(DAY) == f"Slut {date_format(DAY)}"
    assert last_day_of(world.consultation, PlanVersion.objects.get(number=2)) == DAY


def test_each_view_is_met_with_a_motivation_and_the_later_answer_counts(world):
    view, opinion = world.say(), world.write()
    outcome = ConsultationAnswer.Outcome
    for to, how, why in (
        (view, outcome.NOT, "Kostar för mycket."),
        (view, outcome.PARTLY, "Tiden ändras."),
        (opinion, outcome.HEEDED, "Infört."),
    ):
        answer(to=to, outcome=how, motivation=why, by=world.officer, at=AT)
    figures = world.figures()
    assert [(each.answer.words, each.answer.motivation) for each in figures.views] == [
        ("beaktas delvis", "Tiden ändras."),
        ("beaktas", "Infört."),
    ]
    assert figures.outcomes == (("beaktas", 1), ("beaktas delvis", 1), ("beaktas inte", 0))


def test_views_are_met_until_the_draft_that_they_led_to_is_decided(world):
    view = world.say()
    draft = take_back_plan_version(
        version=world.version, taken_on=DAY, note="Synpunkterna", by=world.officer
    )
    answer(
        to=view, outcome=ConsultationAnswer.Outcome.HEEDED, motivation="Ja.",
        by=world.officer, at=AT,
    )  # fmt: skip
    adopt_plan_version(version=draft, in_force_from=DAY, adopted_on=DAY, by=None)
    for late in (
        lambda: answer(
            to=view, outcome=ConsultationAnswer.Outcome.NOT, motivation="Nej.",
            by=world.officer, at=AT,
        ),
        world.write,
    ):  # fmt: skip
        with pytest.raises(ConsultationError):
            late()


# The pages.


@pytest.fixture
def running(world) -> World:
    """The consultation as it is today, whatever day that is."""
    Consultation.objects.update(closes_on=today() + timedelta(days=10))
    return world


def page_of(number: int = 2) -> str:
    return f"/plan/remiss/kompetensplan/{number}/"


def test_a_manager_reads_the_proposal_and_gives_a_view(running, client):
    client.force_login(running.manager)
    shown = client.get(page_of()).content.decode()
    for words in ("Version 2 är ute på remiss.", "Hinner ni?", "Ingenting ändras", "Grupp G"):
        assert words in shown
    assert (
        shown.index('href="#svara"') < shown.index("Visa hela tabellen") < shown.index('id="svara"')
    )
    asked = {"svar-unit": running.school.pk, "svar-about": "grupp-G", "svar-text": "Bra."}
    assert client.post(page_of(), asked).status_code == 302
    assert ConsultationComment.objects.get().key_group == group()
    shown = client.post(page_of(), asked | {"svar-text": "Barnet 20121224-1231."})
    assert "Barnet 20121224-1231." in shown.content.decode()
    assert ConsultationComment.objects.count() == 1
    client.post(f"{page_of()}synpunkt/{ConsultationComment.objects.get().pk}/aterta/")
    assert ConsultationComment.objects.get().withdrawn_at is not None


def test_nobody_gives_a_view_for_somebody_elses_unit(running, client):
    client.force_login(running.other)
    asked = {"svar-unit": running.school.pk, "svar-about": "whole", "svar-text": "Bra."}
    client.post(page_of(), asked)
    client.force_login(running.officer)
    assert client.post(page_of(), asked).status_code == 403
    client.force_login(account_with(Role.AUDITOR))
    assert client.get(page_of()).status_code == 200
    assert client.post(page_of(), asked).status_code == 403
    client.force_login(make_account(make_person("E")))
    assert client.get(page_of()).status_code == 403
    assert not ConsultationComment.objects.exists()


def test_a_view_that_comes_when_the_consultation_is_over_is_shown_to_be_copied(running, client):
    late = "Vi behöver ett år till."
    asked = {"svar-unit": running.school.pk, "svar-about": "whole", "svar-text": late}
    running.to_preparation()
    client.force_login(running.manager)
    shown = client.post(page_of(), asked)
    assert shown.status_code == 200
    for words in ("Remissen är slut.", "inte sparat", "Det du skrev: Din synpunkt", late):
        assert words in shown.content.decode()
    assert late not in client.get(page_of()).content.decode()
    client.force_login(running.officer)
    assert client.post(page_of(), asked).status_code == 403
    refused = AuditEvent.objects.filter(action="access_refused").values_list("by", flat=True)
    assert set(refused) == {running.officer.pk}
    assert not ConsultationComment.objects.exists()


def test_a_contact_gives_a_view_for_the_unit_of_the_role(running, client):
    client.force_login(account_with(Role.UNIT_CONTACT, running.care))
    asked = {"svar-unit": running.care.pk, "svar-about": "times", "svar-text": "Kort."}
    assert client.post(page_of(), asked).status_code == 302
    assert ConsultationComment.objects.get().unit == running.care


def test_the_coordinator_sends_out_compiles_answers_and_takes_back(client):
    adopt(plan_of({}))
    unit, police = make_unit("R", name="Förvaltningen"), "Polisen\nLänsstyrelsen"
    client.force_login(account_with(Role.COORDINATOR))
    draft_from(in_force(), by=None)

    def at(name: str, *arguments: object) -> str:
        return reverse(f"competence_admin:{name}", args=["kompetensplan", 2, *arguments])

    last = today() + timedelta(days=20)
    assert send(client, at("send_out"), {"closes_on": last}).status_code == 200
    send(client, at("send_out"), {"closes_on": last, "units": [unit.pk], "others": police})
    found = Consultation.objects.get()
    assert found.parties.count() == 3
    client.post(
        at("compilation"),
        {"organisation": "Polisen", "dated_on": today(), "summary": "Bra plan."},
    )
    opinion = WrittenOpinion.objects.get()
    client.post(
        at("answer_view", "yttrande", opinion.pk), {"outcome": "heeded", "motivation": "Infört."}
    )
    lines = client.get(at("compilation_file")).getvalue().decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines] == [
        *("Vem", "Polisen", "Förvaltningen", "Länsstyrelsen")
    ]
    assert lines[1].endswith("Bra plan.;beaktas;Infört.")
    assert client.get(at("compilation_file_xlsx")).getvalue()[:2] == b"PK"
    for times in (1, 2):
        page = client.post(
            at("withdraw_opinion", opinion.pk), {"reason": "Fel plan"}, follow=True
        ).content.decode()
        assert ("Yttrandet är redan borttaget. Ingenting ändrades." in page) is (times == 2)
    client.post(at("more_time"), {"closes_on": last + timedelta(days=5)})
    found.refresh_from_db()
    assert found.closes_on == last + timedelta(days=5)
    assert client.get("/admin/kompetens/plan/2/").status_code == 200
    send(client, at("take_back"), {"taken_on": today(), "note": "Synpunkter"})
    assert PlanVersion.objects.get(number=3).continues.number == 2
    for name in ("send_out", "prepare", "take_back", "add_number", "repeal"):
        assert client.get(at(name)).status_code == 404


def test_the_decision_its_number_and_its_repeal_are_written_down_in_the_admin(client):
    adopt(plan_of({}))
    client.force_login(account_with(Role.COORDINATOR))

    def at(name: str) -> str:
        return reverse(f"competence_admin:{name}", args=["kompetensplan", 1])

    assert "saknas" in client.get("/admin/kompetens/plan/").content.decode()
    send(client, at("add_number"), {"registry_number": "KS 2026/0412"})
    first = {"repealed_on": today(), "decided_on": today(), "decided_by": "KS", "reason": ""}
    assert PlanVersion.objects.get().registry_number == "KS 2026/0412"
    assert send(client, at("repeal"), first).status_code == 200
    send(client, at("repeal"), first | {"reason": "Ny lag"})
    assert PlanVersion.objects.get().repealed_by == "KS"
    shown = client.get("/kompetensplan/").content.decode()
    assert "Ingen kompetensplan gäller i dag." in shown
    assert "KS 2026/0412" in shown
    compared = client.get("/admin/kompetens/plan/jamfor/?was=1&becomes=1").content.decode()
    assert "De två versionerna säger samma sak." in compared


def test_the_plan_page_leads_managers_to_what_is_out(running, client):
    for reader, led in ((running.manager, True), (make_account(make_person("E")), False)):
        client.force_login(reader)
        shown = client.get("/kompetensplan/").content.decode()
        assert (page_of() in shown) is led
        assert "ej angivet i dokumentet" in shown


@pytest.mark.parametrize("views", [3, 300])
def test_as_few_queries_however_many_have_answered(world, django_assert_num_queries, views):
    ConsultationComment.objects.bulk_create(
        ConsultationComment(
            consultation=world.consultation, unit=world.school, about=WHOLE, text="Bra.",
            by=world.manager, created_at=AT,
        )
        for _number in range(views)
    )  # fmt: skip
    with django_assert_num_queries(4):
        assert len(world.figures().views) == views


def test_a_manager_of_an_asked_unit_is_told_until_the_unit_has_said_something(world):
    [waiting] = waiting_for(world.manager, DAY)
    assert waiting.url == f"/plan/remiss/kompetensplan/{world.version.number}/"
    assert "förslaget till kompetensplan" in waiting.words
    assert waiting_for(world.other, DAY) == ()
    assert waiting_for(world.manager, LAST + timedelta(days=1)) == ()
    view = world.say()
    assert waiting_for(world.manager, DAY) == ()
    withdraw_comment(comment=view, by=world.manager, day=DAY, at=AT)
    assert len(waiting_for(world.manager, DAY)) == 1


# How it ends.


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def met(world, *, of=None) -> ConsultationAnswer:
    view = of or world.say()
    return answer(
        to=view, outcome=ConsultationAnswer.Outcome.HEEDED, motivation="Ja.",
        by=world.officer, at=AT,
    )  # fmt: skip


def test_a_decision_ends_the_consultation_and_the_database_keeps_the_compilation(world):
    view, opinion = world.say(), world.write()
    given, other = met(world, of=view), world.say("En till.", unit=world.care, by=world.other)
    adopt_plan_version(version=world.version, in_force_from=DAY, adopted_on=DAY, by=world.officer)
    found = Consultation.objects.get()
    assert (found.has_ended, found.end_reason, found.ended_by) == (True, "", world.officer)

    def anew(row, **changes):
        row = copy(row)
        row.pk = None
        for name, value in changes.items():
            setattr(row, name, value)
        return row

    comments, opinions = ConsultationComment.objects, WrittenOpinion.objects
    for attempt in (
        lambda: comments.bulk_create([anew(view, text="Efteråt.")]),
        lambda: anew(view).save(),
        lambda: comments.filter(pk=other.pk).update(withdrawn_at=AT),
        lambda: comments.filter(pk=view.pk).update(text="Annat."),
        lambda: opinions.bulk_create([anew(opinion)]),
        lambda: opinions.filter(pk=opinion.pk).update(withdrawn_at=AT),
        lambda: ConsultationAnswer.objects.bulk_create([anew(given, outcome="not")]),
        lambda: ConsultationAnswer.objects.bulk_create(
            [anew(given, comment=None, opinion=opinion)]
        ),
        lambda: ConsultationAnswer.objects.filter(pk=given.pk).update(outcome="not"),
        lambda: found.parties.create(organisation="Regionen"),
        lambda: Consultation.objects.update(closes_on=LAST + timedelta(days=1)),
        lambda: Consultation.objects.update(ended_at=None),
        lambda: sql("UPDATE competence_consultation SET ended_at = NULL"),
        lambda: sql("DELETE FROM competence_consultationcomment"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert [each.answer and each.answer.words for each in world.figures().views] == [
        *("beaktas", None, None)
    ]


def test_a_consultation_that_leads_to_no_decision_is_closed_and_then_stands(world):
    view = world.say()
    with pytest.raises(ConsultationError):
        close_consultation(
            consultation=world.consultation, reason="För tidigt", by=world.officer, at=AT
        )
    draft = take_back_plan_version(
        version=world.version, taken_on=DAY, note="Synpunkterna", by=world.officer
    )
    assert not leads_nowhere(world.consultation)
    discard_draft(version=draft, by=world.officer)
    assert leads_nowhere(world.consultation)
    # Until it is closed each view can still be met.
    met(world, of=view)
    for reason in ("", "  "):
        with pytest.raises(ConsultationError):
            close_consultation(
                consultation=world.consultation, reason=reason, by=world.officer, at=AT
            )
    close_consultation(
        consultation=world.consultation, reason="Planen skrivs om.", by=world.officer, at=AT
    )
    assert not leads_nowhere(Consultation.objects.get())
    for late in (
        lambda: met(world, of=view),
        world.write,
        lambda: close_consultation(
            consultation=world.consultation, reason="Igen", by=world.officer, at=AT
        ),
    ):
        with pytest.raises(ConsultationError):
            late()
    told = Notice.objects.get(kind=consultation_notices.MET)
    assert (told.person.person_id, told.context["occasion"], told.context["heeded"]) == (
        *("M", "closed"),
        1,
    )


def test_those_who_gave_views_are_told_how_they_were_met(world):
    view, kept = world.say(), world.say("För kort tid.")
    withdraw_comment(
        comment=world.say("Fel.", unit=world.care, by=world.other),
        by=world.other, day=DAY, at=AT,
    )  # fmt: skip
    met(world, of=view)
    world.to_preparation()
    told = Notice.objects.filter(kind=consultation_notices.MET)
    assert [(each.person.person_id, each.context["occasion"]) for each in told] == [
        ("M", "preparation")
    ]
    answer(
        to=kept, outcome=ConsultationAnswer.Outcome.NOT, motivation="Nej.",
        by=world.officer, at=AT,
    )  # fmt: skip
    adopt_plan_version(version=world.version, in_force_from=DAY, adopted_on=DAY, by=None)
    last = told.get(context__occasion="decided")
    assert last.person.person_id == "M"
    assert last.url == f"{page_of()}#synpunkter"
    said = tell(last, last.person)
    assert said.title == "Så möttes dina synpunkter på kompetensplanen, version 2"
    assert "Planen är beslutad." in said.body
    assert "Beaktas: 1. Beaktas delvis: 0. Beaktas inte: 1." in said.body


def test_nobody_without_an_answer_is_told_that_the_version_is_in_preparation(world):
    world.say()
    world.to_preparation()
    assert not Notice.objects.filter(kind=consultation_notices.MET).exists()


def test_the_pages_say_that_the_consultation_leads_nowhere_and_let_it_be_closed(running, client):
    running.say()
    draft = take_back_plan_version(
        version=running.version, taken_on=DAY, note="Synpunkterna", by=running.officer
    )
    client.force_login(running.officer)

    def at(name: str) -> str:
        return reverse(f"competence_admin:{name}", args=["kompetensplan", 2])

    assert client.get(at("close_consultation")).status_code == 404
    discard_draft(version=draft, by=running.officer)
    assert "har kastats" in client.get("/admin/kompetens/plan/2/").content.decode()
    assert at("close_consultation") in client.get(at("compilation")).content.decode()
    assert "Förslaget går inte vidare." in client.get(page_of()).content.decode()
    assert "En synpunkt är inte bemött" in client.get(at("close_consultation")).content.decode()
    refused = client.post(at("close_consultation"), {"reason": "Chefen 19640823-3234 slutar."})
    assert "19640823-3234" in refused.content.decode()
    client.post(at("close_consultation"), {"reason": "Planen skrivs om."})
    for page in (at("compilation"), page_of()):
        assert "Planen skrivs om." in client.get(page).content.decode()
    assert "Registrera yttrandet" not in client.get(at("compilation")).content.decode()
    # Sent twice, or opened again: it is told that it has ended, and how.
    for again in (
        client.post(at("close_consultation"), {"reason": "Igen."}, follow=True),
        client.get(at("close_consultation"), follow=True),
    ):
        assert again.redirect_chain == [(at("compilation"), 302)]
        assert "Remissen är redan avslutad. Ingenting ändrades." in again.content.decode()
    running.consultation.refresh_from_db()
    assert running.consultation.end_reason == "Planen skrivs om."
