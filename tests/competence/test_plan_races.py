"""Two who write to a plan, a consultation or a report at the same moment. On PostgreSQL only:
SQLite lets one writer in at a time. `make prove` runs these where there is a PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from competence.models import (
    Consultation,
    ConsultationAnswer,
    ConsultationComment,
    PlanChapter,
    PlanVersion,
)
from competence.services import (
    consultations,
    plan,
    plan_chapters,
    plan_editing,
    plan_states,
)
from competence.services.consultations import answer, comment, open_consultation
from competence.services.plan import adopt_plan_version, draft_from, take_back_plan_version
from competence.services.plan_chapters import write_chapter
from competence.services.plan_content import fingerprint_of
from competence.services.plan_editing import discard_draft
from competence.services.plan_states import Status, send_on
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, in_force, plan_of
from tests.builders.people import account_with, make_manager, make_unit
from tests.courses.test_races import Pause, at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL"),
]

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Out:
    """A version out for consultation, with a view that is not met."""

    def __init__(self) -> None:
        adopt(plan_of({"renewal_months": 36}))
        self.unit = make_unit("S")
        self.manager, self.officer = make_manager(self.unit, "M"), account_with(Role.COORDINATOR)
        self.version = draft_from(in_force(), by=None)
        self.consultation = open_consultation(
            version=self.version,
            opened_on=DAY,
            closes_on=DAY + timedelta(days=42),
            units=[self.unit],
            by=self.officer,
            at=AT,
        )
        self.view = self.say()

    def say(self) -> ConsultationComment:
        return comment(
            consultation=self.consultation,
            unit=self.unit,
            about=ConsultationComment.About.WHOLE,
            key_group=None,
            text="Vi hinner.",
            by=self.manager,
            day=DAY,
            at=AT,
        )

    def meet(self) -> str:
        answer(
            to=self.view,
            outcome=ConsultationAnswer.Outcome.HEEDED,
            motivation="Ja.",
            by=self.officer,
            at=AT,
        )
        return "met"

    def decide(self) -> str:
        adopt_plan_version(version=self.version, in_force_from=DAY, adopted_on=DAY, by=None)
        return "decided"


def test_a_view_met_or_given_while_the_plan_is_decided_is_refused(monkeypatch) -> None:
    out = Out()
    deciding = Pause(monkeypatch, plan_states, "end_with_decision")

    def late() -> str:
        first, second = "", ""
        try:
            first = out.meet()
        except consultations.ConsultationError as error:
            first = str(error)
        try:
            second = str(out.say())
        except consultations.ConsultationError as error:
            second = str(error)
        return first + second

    decided, said = at_once(out.decide, deciding.then(late))
    assert decided == "decided"
    assert "Planen är beslutad" in said
    assert not ConsultationAnswer.objects.exists()
    assert ConsultationComment.objects.count() == 1


def test_a_row_written_past_the_services_while_the_plan_is_decided_is_refused(monkeypatch) -> None:
    out = Out()
    deciding = Pause(monkeypatch, plan_states, "end_with_decision")

    def late() -> str:
        ConsultationAnswer.objects.create(
            comment=out.view, outcome="not", motivation="Nej.", by=out.officer, created_at=AT
        )
        return "written"

    decided, said = at_once(out.decide, deciding.then(late))
    assert decided == "decided"
    assert said.startswith("IntegrityError")
    assert not ConsultationAnswer.objects.exists()


def test_a_view_met_at_the_moment_before_the_decision_stands(monkeypatch) -> None:
    out = Out()
    meeting = Pause(monkeypatch, consultations, "record")
    assert at_once(out.meet, meeting.then(out.decide)) == ["met", "decided"]
    assert ConsultationAnswer.objects.count() == 1
    assert Consultation.objects.get().has_ended


def test_two_who_decide_on_the_same_day_at_once_decide_on_one(monkeypatch) -> None:
    adopt(plan_of({}))
    drafts = [draft_from(in_force(), by=None) for _each in range(2)]
    deciding = Pause(monkeypatch, plan_states, "keep_document")

    def decide(draft: PlanVersion) -> str:
        adopt_plan_version(
            version=draft, in_force_from=DAY + timedelta(days=9), adopted_on=DAY, by=None
        )
        return "decided"

    first, second = at_once(lambda: decide(drafts[0]), deciding.then(lambda: decide(drafts[1])))
    assert first == "decided"
    assert second.startswith("PlanError")
    assert PlanVersion.objects.adopted().count() == 2


def test_a_version_decided_by_two_at_once_is_decided_once(monkeypatch) -> None:
    out = Out()
    deciding = Pause(monkeypatch, plan_states, "keep_document")
    first, second = at_once(out.decide, deciding.then(out.decide))
    assert first == "decided"
    assert second.startswith("PlanError")


def test_a_chapter_written_while_its_draft_is_decided_is_not_in_what_is_decided(
    monkeypatch,
) -> None:
    adopt(plan_of({}))
    draft = draft_from(in_force(), by=None)
    shown = fingerprint_of(draft)
    deciding = Pause(monkeypatch, plan_states, "keep_document")

    def decide() -> str:
        adopt_plan_version(
            version=draft,
            in_force_from=DAY + timedelta(days=9),
            adopted_on=DAY,
            as_shown=shown,
            by=None,
        )
        return "decided"

    def write() -> str:
        write_chapter(version=draft, key="bakgrund", text="För sent.", by=None)
        return "written"

    first, second = at_once(decide, deciding.then(write))
    assert first == "decided"
    assert second.startswith("PlanError")
    assert not PlanChapter.objects.exists()

    other = draft_from(in_force(), by=None)
    shown = fingerprint_of(other)
    writing = Pause(monkeypatch, plan_chapters, "record")

    def decide_other() -> str:
        adopt_plan_version(
            version=other,
            in_force_from=DAY + timedelta(days=19),
            adopted_on=DAY,
            as_shown=shown,
            by=None,
        )
        return "decided"

    def write_other() -> str:
        write_chapter(version=other, key="bakgrund", text="I tid.", by=None)
        return "written"

    first, second = at_once(write_other, writing.then(decide_other))
    assert first == "written"
    assert second.startswith("PlanError")
    other.refresh_from_db()
    assert other.is_draft


def test_a_draft_is_thrown_away_or_sent_and_never_both(monkeypatch) -> None:
    adopt(plan_of({}))
    draft = draft_from(in_force(), by=None)
    sending = Pause(monkeypatch, plan_states, "_step")

    def send() -> str:
        send_on(version=draft, to=Status.PREPARATION, taken_on=DAY, by=None)
        return "sent"

    def throw() -> str:
        discard_draft(version=draft, by=None)
        return "thrown"

    first, second = at_once(send, sending.then(throw))
    assert first == "sent"
    assert second.startswith("PlanError")

    other = draft_from(in_force(), by=None)
    throwing = Pause(monkeypatch, plan_editing, "record")

    def throw_other() -> str:
        discard_draft(version=other, by=None)
        return "thrown"

    def send_other() -> str:
        send_on(version=other, to=Status.PREPARATION, taken_on=DAY, by=None)
        return "sent"

    first, second = at_once(throw_other, throwing.then(send_other))
    assert first == "thrown"
    assert not second.startswith("sent")
    assert not PlanVersion.objects.filter(pk=other.pk).exists()


def test_what_is_taken_back_and_decided_at_once_is_one_of_them(monkeypatch) -> None:
    out = Out()
    taking = Pause(monkeypatch, plan_states, "_step")

    def take_back() -> str:
        take_back_plan_version(version=out.version, taken_on=DAY, note="Om", by=out.officer)
        return "taken back"

    first, second = at_once(take_back, taking.then(out.decide))
    assert first == "taken back"
    assert second.startswith("PlanError")
    assert not Consultation.objects.get().has_ended


def test_two_new_drafts_at_once_have_a_number_each(monkeypatch) -> None:
    adopt(plan_of({}))
    drafting = Pause(monkeypatch, plan, "write_content")

    def draft() -> int:
        return draft_from(in_force(), by=None).number

    assert at_once(draft, drafting.then(draft)) == [2, 3]
