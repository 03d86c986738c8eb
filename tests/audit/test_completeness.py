"""Every fact that can change somebody's status is in the ledger when it is written, ended or
moved: who, when, before and after, in codes and days that can be read without the tables."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models

from competence.engine.assume import Assumptions
from competence.engine.sessions import Held, quarters
from competence.models import (
    AcceptedSessions,
    Achievement,
    ActivityExpense,
    ActivityOutcome,
    ActivityStep,
    AssumptionChange,
    Consultation,
    ConsultationAnswer,
    ConsultationComment,
    CoverageTarget,
    EquivalenceRule,
    Exemption,
    ExemptionRequest,
    FollowUpReport,
    GoverningDocument,
    KeyGroup,
    KeyPersonAssignment,
    NamingReview,
    NeedsAnswer,
    NeedsDelegation,
    NeedsProposal,
    NeedsReminder,
    NeedsRound,
    ObligationStatus,
    OutsideCourse,
    OutsideRecord,
    PartnerStep,
    Passage,
    PassageLink,
    PlanActivity,
    PlanVersion,
    ProgrammeMember,
    ProgrammeTopic,
    ProposalDecision,
    Recognition,
    RenewalOrder,
    ReportHandover,
    ReportSchedule,
    ShownConsequences,
    SignInSheet,
    StandingProgramme,
    TrainingPlanVersion,
    WrittenOpinion,
)
from competence.models.history import HistoryBatch
from competence.services import history, programme
from competence.services.activities import (
    PartnerPart,
    change_activity,
    create_activity,
    remove_activity,
    set_partners,
)
from competence.services.activity_facts import (
    note_expense,
    note_partner_step,
    note_step,
    report_outcome,
    take_back_expense,
    take_back_outcome,
)
from competence.services.assumptions import change_assumptions, undo_assumption_change
from competence.services.consultation_end import close_consultation
from competence.services.consultations import (
    answer,
    comment,
    extend_consultation,
    open_consultation,
    register_opinion,
    withdraw_comment,
    withdraw_opinion,
)
from competence.services.corrections import RightFact, correct_name, put_right, revoke_achievement
from competence.services.equivalence_rules import withdraw_rule
from competence.services.exemption_requests import (
    Wanted,
    decide_exemption_requests,
    request_exemptions,
    withdraw_exemption_requests,
)
from competence.services.exemptions import grant_exemption, withdraw_exemption
from competence.services.fact_files import import_achievements, import_exemptions
from competence.services.followup import (
    discard_report,
    hand_over,
    release_report,
    sign_off_report,
)
from competence.services.followup_schedules import end_schedule, schedule_report
from competence.services.governing_file import import_governing_document
from competence.services.measures import (
    edit_passage,
    end_passage_link,
    join_to_passage,
    set_obligation_status,
)
from competence.services.naming_reviews import review_naming
from competence.services.namings import end_naming, name_key_person
from competence.services.needs_answers import confirm_answer, take_back_answer
from competence.services.needs_delegations import end_needs_delegation, leave_to_colleague
from competence.services.needs_notices import remind_of_forms, take_back_form_reminders
from competence.services.needs_rounds import close_needs_round, move_last_day
from competence.services.outside_courses import (
    add_outside_course,
    change_outside_course,
    merge_outside_courses,
    retire_outside_course,
)
from competence.services.plan import adopt_plan_version, draft_from, take_back_plan_version
from competence.services.plan_chapters import write_chapter
from competence.services.plan_consequences import consequences_shown, decide_as_shown
from competence.services.plan_editing import discard_draft
from competence.services.plan_states import add_registry_number, repeal
from competence.services.proposals import accept_proposal, answer_proposal, propose
from competence.services.recognition import (
    SingleCase,
    decide_recognitions,
    undo_decision,
    withdraw_claim,
)
from competence.services.renewals import order_renewal
from competence.services.session_proposals import Chosen, accept_sessions
from competence.services.sign_in_sheets import record_sign_in_sheet
from competence.services.targets import end_coverage_target, set_coverage_target
from competence.services.training_plan import adopt_training_plan, create_training_draft
from competence.services.withdrawn_records import put_record_back, withdraw_outside_record
from courses.models import (
    Certificate,
    Completion,
    Confirmation,
    Enrolment,
    SeatQuota,
    SignOff,
)
from courses.services.completing import confirm, sign_off
from courses.services.enrolment import take_back_seat, withdraw
from courses.services.seats import change_quota, set_quota
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import (
    Delegation,
    Employment,
    Leave,
    PartnerMembership,
    PartnerOrganisation,
    Person,
    RoleAssignment,
    Unit,
    User,
)
from lms.people.roles import Role
from lms.people.services import accounts, delegations, merge, partners, records, role_assignments
from lms.people.services.hr_import.undoing import last_import, undo_import
from tests.builders.competence import DAY, achieve, adopt, group, in_force, plan_of
from tests.builders.courses import (
    CONFIRM,
    LESSONS,
    NOON,
    SIGN_OFF,
    complete,
    enrol,
    publish_asking,
    publish_course,
    take_all,
)
from tests.builders.followup import AT as MADE
from tests.builders.followup import draft
from tests.builders.measures import document_of, passage, written
from tests.builders.needs import answer as hand_in_answer
from tests.builders.needs import form_of, later, make_operation, open_round
from tests.builders.partners import join, make_organisation
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    import_files,
    let_act,
    make_account,
    make_manager,
    make_person,
    make_unit,
)
from tests.builders.recognition import AT, make_claim, make_course, make_rule
from tests.competence.same_answer import assert_remembered_is_right

pytestmark = pytest.mark.django_db

FACTS: dict[type[models.Model], set[str]] = {
    Achievement: set(),
    Exemption: set(),
    KeyPersonAssignment: set(),
    NamingReview: set(),
    NeedsRound: set(),
    NeedsAnswer: set(),
    NeedsDelegation: set(),
    NeedsReminder: set(),
    NeedsProposal: set(),
    ProposalDecision: set(),
    RenewalOrder: set(),
    PlanVersion: set(),
    Consultation: set(),
    ConsultationComment: set(),
    WrittenOpinion: set(),
    ConsultationAnswer: set(),
    Completion: set(),
    Certificate: set(),
    Confirmation: set(),
    SignOff: set(),
    Enrolment: {"place_lesson", "place_block", "place_at", "completed_at"},
    Employment: set(),
    Leave: set(),
    Person: {"email"},
    Unit: {"tree_left", "tree_right", "depth"},
    User: {"password", "last_login", "language"},
    RoleAssignment: set(),
    Delegation: set(),
    PartnerOrganisation: set(),
    PartnerMembership: set(),
    SeatQuota: set(),
    Recognition: {"proof", "proof_name"},
    SignInSheet: {"proof", "proof_name"},
    OutsideCourse: set(),
    OutsideRecord: set(),
    EquivalenceRule: set(),
    ExemptionRequest: set(),
    CoverageTarget: set(),
    GoverningDocument: set(),
    Passage: set(),
    ObligationStatus: set(),
    PassageLink: set(),
    AssumptionChange: set(),
    ShownConsequences: set(),
    TrainingPlanVersion: set(),
    PlanActivity: set(),
    ActivityStep: set(),
    ActivityOutcome: set(),
    ActivityExpense: set(),
    PartnerStep: set(),
    StandingProgramme: set(),
    ProgrammeTopic: set(),
    ProgrammeMember: set(),
    AcceptedSessions: set(),
    FollowUpReport: {"figures", "document"},
    ReportHandover: set(),
    ReportSchedule: set(),
    HistoryBatch: {"file", "file_name", "columns", "summary", "rehearsed_at", "answers"},
}
"""The facts, with the columns that say nothing about a status."""

NO_FACTS = {
    # Follow from what is in the ledger, or are nobody's status.
    *("people.Invitation", "people.Person", "people.User"),
    *("notifications.Notice", "notifications.Delivery", "notifications.LastReminder"),
    *("courses.WhatsNewReading", "courses.LessonReport", "courses.ExpertQuestion"),
    # What was read in a file and what its wordings mean, while it waits: nothing counts before the
    # batch is taken in, and each answer is in the ledger by the question (`history.answered`).
    *("competence.HistoryRow", "competence.HistoryQuestion"),
    # What the engine and the rule of who sees whom answered one night; written by no one.
    *("competence.FiguresNight", "competence.UnitFigures"),
    *("people.ReachNight", "people.KnownReach", "people.ReachChange", "people.ReachedUnit"),
    # Counts without anybody in them, worked out from facts.
    *("competence.WeekOutlook", "competence.WeekSeats", "competence.TargetShortfall"),
    "competence.PublishedMonday",
    # Whether figures are told yet: nobody's status. Each step has an entry.
    "competence.PublishingStep",
    # What a decided version of a plan says, put together from its rows.
    "competence.KeptDocument",
    # Each save of a report's words has an entry on the report; what was sent by a schedule, and
    # that it was opened, is a log of its own.
    *("competence.ReportWords", "competence.ReportSending"),
    # What one of the staff says they need: an entry would outlive the row, which goes when it is
    # counted. That it was counted is in the ledger.
    "competence.StaffWish",
    # That a file was read in: said by the entries of what it changed.
    "competence.GoverningReading",
    # The steps of a version and whom a consultation asks: said by the entry of what they belong to.
    *("competence.PlanStep", "competence.ConsultationParty"),
    # What an import said that was recorded already: it gives nothing, and what is written anew
    # because of it is in the ledger then.
    "competence.HistoryStatement",
}


def _rows() -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (model._meta.label_lower, row["id"]): {
            name: value for name, value in row.items() if name not in silent
        }
        for model, silent in FACTS.items()
        for row in model._default_manager.values()
    }


@contextmanager
def in_the_ledger(by: User | None, because: str = "") -> Iterator[None]:
    """Whatever fact is written, changed or removed inside has an entry that says so. `because`:
    the reason that somebody has given, which every entry repeats. What was remembered before it of
    people's rows is forgotten where it has become another."""
    assert_remembered_is_right(DAY)
    before, last = _rows(), AuditEvent.objects.values_list("pk", flat=True).first() or 0
    yield
    assert_remembered_is_right(DAY)
    after = _rows()
    events = list(AuditEvent.objects.filter(pk__gt=last))
    about: dict[tuple[str, int], list[AuditEvent]] = {}
    for event in events:
        about.setdefault((event.object_type, int(event.object_id)), []).append(event)
    codes = {event.after.get("certificate") for event in events}
    touched = {key for key in before | after if before.get(key) != after.get(key)}
    assert touched
    for key in touched:
        if key[0] == "courses.certificate" and after[key]["code"] in codes:
            continue
        said = about.get(key, [])
        assert said, f"no entry about {key}: {before.get(key)} → {after.get(key)}"
        assert any(event.after or event.before for event in said), said
        if key in before:
            assert any(event.before for event in said), said
    assert by is None or any(event.by_id == by.pk for event in events)
    if because:
        assert {event.reason for event in events} == {because}
    for event in events:
        _is_readable(event)


def _is_readable(event: AuditEvent) -> None:
    """Codes, not keys: an area, a level, a group, a unit or a person by what they are called."""
    codes = {
        "area": set(CompetenceArea.objects.values_list("code", flat=True)),
        "level": {None, *TrainingLevel.objects.values_list("number", flat=True)},
        "unit": {None, *Unit.objects.values_list("code", flat=True)},
        "person": set(Person.objects.values_list("person_id", flat=True)),
        "key_group": {None, *KeyGroup.objects.values_list("code", flat=True)},
        "outside_course": {None, *(str(course) for course in OutsideCourse.objects.all())},
        "rule": {None, *EquivalenceRule.objects.values_list("number", flat=True)},
        "outside_record": {None, *OutsideRecord.objects.values_list("pk", flat=True)},
        "achievement": {None, *Achievement.objects.values_list("pk", flat=True)},
        "batch": set(HistoryBatch.objects.values_list("pk", flat=True)),
    }
    for values in (event.before, event.after):
        for name, value in values.items():
            assert not name.endswith("_id") or name == "person_id", (event, values)
            if name in codes and not event.action.endswith("_import_undone"):
                assert value in codes[name], (event, values)
            if name.endswith("_on"):
                assert value is None or date.fromisoformat(value), (event, values)


def test_what_competence_decides():
    adopt(plan_of({"area": "OM1"}))
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    officer, person = account_with(Role.COORDINATOR), make_person("P1")
    with in_the_ledger(officer):
        exemption = grant_exemption(
            person=person, area=area, level=level, starts_on=DAY, ends_on=None,
            reason="Har utbildningen sedan tidigare", by=officer,
        )  # fmt: skip
    with in_the_ledger(officer):
        withdraw_exemption(exemption=exemption, on=date(2027, 1, 1), by=officer, reason="Fel")
    with in_the_ledger(officer):
        naming = name_key_person(
            key_group=group(), person=person, starts_on=DAY, motive="Ny uppgift", by=officer
        )
    with in_the_ledger(officer):
        end_naming(naming=naming, ends_on=date(2026, 12, 1), by=officer)
    with in_the_ledger(officer):
        order_renewal(
            area=area, level=level, achieved_before=DAY, last_valid_day=DAY, decided_on=DAY,
            reason="Ny lag", by=officer,
        )  # fmt: skip
    with in_the_ledger(officer):
        draft = draft_from(in_force(), by=officer)
    write_chapter(version=draft, key="bakgrund", text="Så här.", by=officer)
    with in_the_ledger(officer):
        adopt_plan_version(version=draft, in_force_from=DAY, adopted_on=DAY, by=officer)
    version = PlanVersion.objects.get(number=2)
    with in_the_ledger(officer):
        add_registry_number(version=version, registry_number="KS 1", by=officer)
    with in_the_ledger(officer, because="Ny lag"):
        repeal(
            version=version, repealed_on=date(2027, 1, 1), decided_on=DAY, decided_by="KS",
            reason="Ny lag", day=DAY, by=officer,
        )  # fmt: skip
    with in_the_ledger(officer):
        import_exemptions(
            source=io.BytesIO(
                b"person_id,area,level,starts_on,ends_on,reason\nP1,OM4,1,2026-01-01,,Beslut"
            ),
            by=officer,
        )
    with in_the_ledger(None):
        achievement = achieve(person, "OM1", on=date(2026, 1, 1))
    with in_the_ledger(officer):
        revoke_achievement(achievement=achievement, on=DAY, reason="Fel person", by=officer)
    achieve(person, "OM4", on=date(2026, 1, 1))
    with in_the_ledger(officer):
        import_achievements(
            source=io.BytesIO(
                b"person_id,area,level,achieved_on,revoked_on,source\n"
                b"P1,OM4,1,2026-01-01,2026-02-01,import"
            ),
            name="achievements.csv",
            by=officer,
        )


def test_the_way_of_a_version_and_what_is_said_of_it():
    adopt(plan_of({"area": "OM1"}))
    officer, unit = account_with(Role.COORDINATOR), make_unit("A")
    draft = draft_from(in_force(), by=officer)
    with in_the_ledger(officer):
        found = open_consultation(
            version=draft, opened_on=DAY, closes_on=date(2026, 12, 1), units=[unit],
            by=officer, at=NOON,
        )  # fmt: skip
    with in_the_ledger(officer):
        extend_consultation(consultation=found, closes_on=date(2026, 12, 2), day=DAY, by=officer)
    with in_the_ledger(officer):
        view = comment(
            consultation=found, unit=unit, about=ConsultationComment.About.WHOLE,
            key_group=None, text="Bra.", by=officer, day=DAY, at=NOON,
        )  # fmt: skip
    with in_the_ledger(officer):
        opinion = register_opinion(
            consultation=found, organisation="Polisen", dated_on=DAY, registry_number="",
            summary="Bra.", by=officer, at=NOON,
        )  # fmt: skip
    with in_the_ledger(officer):
        answer(
            to=view, outcome=ConsultationAnswer.Outcome.NOT, motivation="Nej.", by=officer,
            at=NOON,
        )  # fmt: skip
    with in_the_ledger(officer):
        withdraw_comment(comment=view, by=officer, day=DAY, at=NOON)
    with in_the_ledger(officer, because="Fel plan"):
        withdraw_opinion(opinion=opinion, reason="Fel plan", by=officer, at=NOON)
    with in_the_ledger(officer):
        later = take_back_plan_version(version=draft, taken_on=DAY, note="Synpunkter", by=officer)
    with in_the_ledger(officer):
        discard_draft(version=later, by=officer)
    with in_the_ledger(officer, because="Planen skrivs om"):
        close_consultation(consultation=found, reason="Planen skrivs om", by=officer, at=NOON)


def test_what_a_course_gives_and_what_is_taken_back():
    adopt(plan_of({"area": "OM1"}))
    officer, person = account_with(Role.COORDINATOR), make_person("P1")
    version = publish_course(gives=(("OM1", 1, 12),))
    with in_the_ledger(None):
        enrolment = complete(person, version)
    certificate = enrolment.completion.certificates.get()
    Person.objects.filter(pk=person.pk).update(family_name="Ny")
    certificate.person.refresh_from_db()
    with in_the_ledger(officer):
        correct_name(certificate=certificate, reason="Bytt namn", by=officer)
    with in_the_ledger(officer):
        revoke_achievement(
            achievement=Achievement.objects.get(person=person),
            on=DAY,
            reason="Fel person",
            by=officer,
        )
    other = enrol(make_person("P2"), version)
    with in_the_ledger(officer):
        withdraw(enrolment=other, by=officer, at=NOON)


def test_a_record_of_an_outside_course_taken_back_put_back_and_merged(private_files):
    adopt(plan_of({"area": "OM1"}))
    officer, person, other = account_with(Role.COORDINATOR), make_person("P1"), make_person("P2")
    course = make_course()
    make_rule(course)
    for each in (person, other):
        claim = make_claim(each, course)
        decide_recognitions(recognitions=[claim], approved=True, by=officer, at=AT)
    row = OutsideRecord.objects.get(person=person)
    with in_the_ledger(officer, because="Fel kurs"):
        withdraw_outside_record(record=row, reason="Fel kurs", by=officer, at=AT)
    with in_the_ledger(officer):
        row = put_record_back(record=row, reason="Rätt ändå", by=officer, at=AT)
    given = row.achievements.get(withdrawn_at=None)
    revoke_achievement(achievement=given, on=DAY, reason="Fel", by=officer)
    with in_the_ledger(officer):
        merge.merge_people(survivor=person, loser=other, by=officer, reason="Samma person")


def test_sessions_of_the_forecast_taken_into_a_draft():
    adopt(plan_of({"area": "OM1"}))
    officer = account_with(Role.COORDINATOR)
    draft = create_training_draft(by=None)
    held = [Held(date(2027, 5, 1), "OM1", 1, date(2027, 5, 1), 2)]
    (quarter,) = quarters(held, Assumptions())
    with in_the_ledger(officer):
        accept_sessions(
            version=draft,
            chosen=[Chosen(quarter, quarter.months[0], quarter.last_day, 2, 20, ("G",))],
            monday=DAY,
            by=officer,
        )


def test_what_is_confirmed():
    adopt(plan_of({"area": "OM1"}))
    officer = account_with(Role.COORDINATOR)
    version = publish_asking(("all", None, [LESSONS, CONFIRM, SIGN_OFF]))
    enrolment = enrol(make_person("P1"), version)
    take_all(enrolment)
    wanted = {
        item["kind"]: item["key"] for conditions in version.criteria for item in conditions["items"]
    }
    with in_the_ledger(None):
        confirm(enrolment=enrolment, item_key=wanted["confirm"], at=NOON)
    with in_the_ledger(officer):
        sign_off(
            enrolments=[enrolment], item_key=wanted["signoff"], done_on=DAY, by=officer, at=NOON
        )


def test_what_the_register_says():
    officer = account_with(Role.SYSTEM_ADMIN)
    with in_the_ledger(officer):
        unit = records.add_unit(code="K", name="Kommunen", by=officer)
    with in_the_ledger(officer):
        person = records.add_person(person_id="P1", given_name="Eva", by=officer)
    with in_the_ledger(officer):
        post = records.add_employment(
            person=person, unit=unit, job_code="LARARE", starts_on=DAY, by=officer
        )
    with in_the_ledger(officer):
        records.end_employment(employment=post, on=date(2026, 12, 1), by=officer)
    later = records.add_employment(
        person=person, unit=unit, job_code="REKTOR", starts_on=DAY, by=officer
    )
    with in_the_ledger(officer):
        records.end_employment(employment=later, on=date(2026, 1, 1), by=officer)
    with in_the_ledger(officer):
        records.add_leave(person=person, starts_on=DAY, by=officer)
    with in_the_ledger(officer):
        user = accounts.make_account(person=person, email="eva@example.se", by=officer)
    with in_the_ledger(officer):
        role = role_assignments.assign_role(
            user=user, role=Role.AUDITOR, starts_on=DAY, by=officer, reason="Revision 2026"
        )
    with in_the_ledger(officer):
        role_assignments.end_role(assignment=role, on=date(2026, 12, 1), by=officer)
    with in_the_ledger(officer):
        accounts.close_account(user=user, by=officer, reason="Slutat")
    with in_the_ledger(officer):
        accounts.reopen_account(user=user, by=officer, reason="Tillbaka")


def test_what_an_import_from_hr_writes_and_what_its_undoing_takes_back():
    with in_the_ledger(None):
        import_files(
            "K,Kommunen,,",
            "P1,Eva,Ek,,K,LARARE,Lärare,0,2020-01-01,",
            "P1,2026-03-01,2026-04-01",
        )
    officer = account_with(Role.HR_IMPORT)
    person = Person.objects.get(person_id="P1")
    with in_the_ledger(officer):
        undo_import(run=last_import(), by=officer)
    undone = AuditEvent.objects.filter(action="employment_import_undone")
    assert list(undone.values_list("person_key", flat=True)) == [person.pk]


def test_what_is_claimed_of_outside_courses_decided_and_taken_back():
    adopt(plan_of({"area": "OM1"}))
    officer, person = account_with(Role.COORDINATOR), make_person("P1")
    course, learner = make_course(), make_account(person)
    with in_the_ledger(officer):
        rule = make_rule(course, by=officer)
    with in_the_ledger(learner):
        claim = make_claim(person, course, by=learner)
    with in_the_ledger(officer):
        decide_recognitions(recognitions=[claim], approved=True, by=officer, at=AT)
    claim.refresh_from_db()
    with in_the_ledger(officer, because="Fel dag"):
        undo_decision(recognition=claim, reason="Fel dag", by=officer, at=AT)
    claim.refresh_from_db()
    with in_the_ledger(officer, because="Fel kurs"):
        decide_recognitions(
            recognitions=[claim], approved=False, reason="Fel kurs", by=officer, at=AT
        )
    words = make_claim(person, None, by=learner, title="Samtal om hot", on=date(2026, 9, 1))
    with in_the_ledger(officer):
        decide_recognitions(
            recognitions=[words],
            approved=True,
            single=SingleCase(
                CompetenceArea.objects.get(code="OM4"), TrainingLevel.objects.get(number=1)
            ),
            by=officer,
            at=AT,
        )
    again = make_claim(person, course, by=learner, on=date(2026, 8, 1))
    with in_the_ledger(learner):
        withdraw_claim(recognition=again, by=learner, at=AT)
    with in_the_ledger(officer):
        record_sign_in_sheet(
            people=[person, make_person("P2")],
            outside_course=course,
            completed_on=date(2026, 7, 1),
            proof=None,
            proof_name="",
            by=officer,
            at=AT,
        )
    with in_the_ledger(officer, because="Ändrat innehåll"):
        withdraw_rule(rule=rule, on=DAY, reason="Ändrat innehåll", as_of=DAY, by=officer)


def test_what_is_decided_about_the_list_of_outside_courses():
    adopt(plan_of({"area": "OM1"}))
    officer, person = account_with(Role.COORDINATOR), make_person("P1")
    with in_the_ledger(officer):
        kept = add_outside_course(name="Samverkan", provider="Länet", by=officer)
    goes = make_course("Samverkann")
    for course in (kept, goes):
        make_rule(course)
        claim = make_claim(person, course)
        decide_recognitions(recognitions=[claim], approved=True, by=officer, at=AT)
    only = make_claim(make_person("P2"), goes)
    decide_recognitions(recognitions=[only], approved=True, by=officer, at=AT)
    with in_the_ledger(officer):
        merge_outside_courses(survivor=kept, loser=goes, by=officer, at=AT)
    with in_the_ledger(officer):
        change_outside_course(
            course=kept, name="Samverkan lokalt", provider="Länet", url="", by=officer
        )
    with in_the_ledger(officer):
        retire_outside_course(course=kept, retired=True, by=officer, at=AT)
    with in_the_ledger(officer):
        retire_outside_course(course=kept, retired=False, by=officer, at=AT)


def test_what_managers_ask_and_let_others_do():
    adopt(plan_of({"area": "OM1"}))
    officer, unit, person = account_with(Role.COORDINATOR), make_unit("K"), make_person("P1")
    manager, deputy = make_manager(unit), make_person("P2")
    employ(deputy, unit)
    make_account(deputy)
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)

    def ask() -> list[ExemptionRequest]:
        return request_exemptions(
            wanted=[Wanted(person.pk, area.pk, level.pk)],
            starts_on=DAY,
            ends_on=date(2027, 3, 1),
            reason="Byter tjänst",
            by=manager,
            at=NOON,
        )

    with in_the_ledger(manager, because="Byter tjänst"):
        asked = ask()
    with in_the_ledger(manager):
        withdraw_exemption_requests(requests=asked, by=manager, at=NOON)
    asked = ask()
    with in_the_ledger(officer, because="Kursen är kort"):
        decide_exemption_requests(
            requests=asked, granted=False, reason="Kursen är kort", by=officer, at=NOON
        )
    asked = ask()
    with in_the_ledger(officer):
        decide_exemption_requests(requests=asked, granted=True, reason="", by=officer, at=NOON)
    with in_the_ledger(manager, because="Semester"):
        delegation = let_act(manager, deputy, unit)
    with in_the_ledger(manager):
        delegations.end_delegation(delegation=delegation, by=manager, on=delegation.starts_on)


def test_who_belongs_to_a_partner_organisation_and_what_seats_it_has():
    officer, guest = account_with(Role.COORDINATOR), make_person("P1")
    facts = {
        "name": "Gymnasieförbundet",
        "kind": "huvudman",
        "contact_function": "Expeditionen",
        "mailbox": "expedition@example.se",
        "takes_guests": True,
        "starts_on": date(2026, 1, 1),
    }
    with in_the_ledger(officer):
        ours = partners.add_organisation(code="GYF", **facts, by=officer)
    with in_the_ledger(officer):
        partners.change_organisation(
            organisation=ours, **facts, ends_on=date(2028, 1, 1), day=DAY, by=officer
        )
    with in_the_ledger(officer):
        row = partners.open_membership(person=guest, organisation=ours, starts_on=DAY, by=officer)
    with in_the_ledger(officer):
        partners.correct_membership(
            membership=row, sees_own=True, starts_on=date(2026, 1, 1), ends_on=None, by=officer
        )
    version = publish_course()
    with in_the_ledger(officer):
        quota = set_quota(
            course=version.course,
            organisation=ours,
            seats=3,
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
            by=officer,
        )
    with in_the_ledger(officer):
        change_quota(
            quota=quota,
            seats=1,
            starts_on=quota.starts_on,
            ends_on=quota.ends_on,
            day=DAY,
            by=officer,
        )
    enrolment = enrol(guest, version)
    with in_the_ledger(officer):
        take_back_seat(enrolment=enrolment, by=officer, at=NOON)
    with in_the_ledger(officer):
        partners.end_membership(membership=row, on=date(2026, 12, 1), by=officer)


def test_what_is_reported_to_the_board():
    officer, reader = account_with(Role.COORDINATOR), account_with(Role.EXECUTIVE_VIEWER)
    with in_the_ledger(officer):
        thrown = draft(officer)
    with in_the_ledger(officer):
        discard_report(report=thrown, at=MADE, by=officer)
    report = draft(officer)
    with in_the_ledger(officer):
        sign_off_report(report=report, at=MADE, by=officer)
    with in_the_ledger(officer):
        release_report(report=report, at=MADE, by=officer)
    with in_the_ledger(officer):
        hand_over(
            report=report,
            form="extract",
            forum="Lokala BRÅ",
            given_on=MADE.date(),
            at=MADE,
            by=officer,
        )
    with in_the_ledger(officer, because="Fel period"):
        draft(officer, supersedes=report, correction="Fel period")
    with in_the_ledger(officer):
        schedule = schedule_report(
            form="whole",
            recipient=reader,
            first_on=MADE.date(),
            every=1,
            at=MADE,
            by=officer,
            day=MADE.date(),
        )
    with in_the_ledger(officer):
        end_schedule(schedule=schedule, on=MADE.date(), by=officer)


def test_how_many_are_to_know():
    adopt(plan_of({"area": "OM1"}))
    officer, unit = account_with(Role.COORDINATOR), make_unit("K")
    said: dict[str, Any] = {
        "key_group": group(),
        "unit": unit,
        "places": CoverageTarget.Places.WHOLE,
        "unit_kind": "",
        "area": CompetenceArea.objects.get(code="OM1"),
        "level": TrainingLevel.objects.get(number=1),
        "ends_on": None,
        "by": officer,
    }
    with in_the_ledger(officer, because="Planen, sidan 4"):
        target = set_coverage_target(**said, at_least=2, starts_on=DAY, motive="Planen, sidan 4")
    with in_the_ledger(officer, because="Ny plan"):
        target = set_coverage_target(
            **said, at_least=3, starts_on=date(2027, 1, 1), motive="Ny plan", replaces=target
        )
    with in_the_ledger(officer, because="Behövs inte"):
        end_coverage_target(target=target, on=date(2027, 2, 1), reason="Behövs inte", by=officer)


def test_what_is_planned_with_others_and_what_comes_of_it():
    officer, partner = account_with(Role.COORDINATOR), make_organisation("A")
    with in_the_ledger(officer):
        draft = create_training_draft(by=officer)
    with in_the_ledger(officer):
        planned = create_activity(
            version=draft, title="Fördjupning", starts_on=DAY, audience="ledare", by=officer
        )
    with in_the_ledger(officer):
        change_activity(planned=planned, cost_venue=900, by=officer)
    with in_the_ledger(officer):
        set_partners(
            planned=planned,
            split="percent",
            own_percent=60,
            parts=[PartnerPart(partner, share=40)],
            by=officer,
        )
    extra = create_activity(version=draft, title="Övning", starts_on=DAY, by=officer)
    with in_the_ledger(officer):
        remove_activity(planned=extra, by=officer)
    with in_the_ledger(officer):
        adopt_training_plan(
            version=draft, in_force_from=DAY, adopted_on=DAY, adopted_by="KS", by=officer
        )
    said: dict[str, Any] = {
        "activity": planned.activity,
        "on": DAY,
        "day": DAY,
        "by": officer,
    }
    with in_the_ledger(officer):
        note_partner_step(organisation=partner, step="asked", **said)
    with in_the_ledger(officer):
        note_step(step="begun", **said)
    with in_the_ledger(officer, because="Sjukdom"):
        note_step(step="cancelled", reason="Sjukdom", **said)
    with in_the_ledger(officer):
        outcome = report_outcome(sessions=1, people=20, **said)
    with in_the_ledger(officer):
        expense = note_expense(kind="venue", kronor=900, **said)
    with in_the_ledger(officer):
        take_back_outcome(outcome=outcome, by=officer, at=NOON)
    with in_the_ledger(officer):
        take_back_expense(expense=expense, by=officer, at=NOON)


def test_what_a_standing_programme_holds():
    adopt(plan_of({"area": "OM1"}))
    officer, area = account_with(Role.COORDINATOR), CompetenceArea.objects.get(code="OM1")
    with in_the_ledger(officer):
        row = programme.create_programme(key_group=group(), name="Fortbildning", by=officer)
    said: dict[str, Any] = {"programme": row, "starts_on": DAY, "by": officer}
    with in_the_ledger(officer):
        topic = programme.add_topic(title="Samtal", area=area, **said)
    with in_the_ledger(officer):
        programme.add_member(function="strateg", headcount=1, **said)
    with in_the_ledger(officer):
        programme.end_part(part=topic, on=date(2027, 1, 1), by=officer)


def test_what_is_assumed_and_what_was_shown_before_a_decision():
    adopt(plan_of({"area": "OM1"}))
    officer, draft = account_with(Role.COORDINATOR), draft_from(in_force(), by=None)
    with in_the_ledger(officer, because="Bokslutet"):
        change = change_assumptions(
            values={"seats_per_session": 24}, starts_on=DAY, reason="Bokslutet", by=officer
        )
    with in_the_ledger(officer, because="Fel siffra"):
        undo_assumption_change(change=change, starts_on=DAY, reason="Fel siffra", by=officer)
    (summary,) = consequences_shown(draft, DAY, today=DAY, threshold=5)
    with in_the_ledger(officer):
        decide_as_shown(
            version=draft,
            shown=summary.shown.said(),
            assumed=summary.assumptions.everything_said(),
            in_force_from=DAY,
            adopted_on=DAY,
            adopted_by="KS",
            by=officer,
        )


def test_what_a_batch_of_history_brings_and_what_its_undoing_takes_back():
    adopt(plan_of({"area": "OM1"}, {"area": "OM4"}))
    officer = account_with(Role.COORDINATOR)
    employ(make_person("P1"), make_unit("K"))
    make_rule(make_course("Samverkan i praktiken", "Länet"))

    def store(*lines: str) -> HistoryBatch:
        text = "\n".join(["Anst.nr;Kurs;Genomförd", *lines])
        batch = history.store_file(
            upload=SimpleUploadedFile("historik.csv", text.encode()), by=officer
        )
        history.read_rows(batch=batch, columns=batch.columns, day=DAY, by=officer)
        return HistoryBatch.objects.get(pk=batch.pk)

    with in_the_ledger(officer):
        batch = store("P1;OM4 nivå 1;2024-03-01", "P1;Samverkan i praktiken;2025-03-01")
    with in_the_ledger(officer):
        batch = history.commit_batch(batch=batch, by=officer)
    assert Achievement.objects.count() == 2
    with in_the_ledger(officer):
        history.undo_batch(batch=batch, by=officer)
    assert not Achievement.objects.standing().exists()
    batch = store("P1;OM4 nivå 1;2024-03-01")
    with in_the_ledger(officer):
        history.discard_batch(batch=batch, by=officer)


def test_what_is_put_right():
    adopt(plan_of({"area": "OM1"}))
    officer = account_with(Role.COORDINATOR)
    wrong = achieve(make_person("P1"), "OM1", on=date(2026, 1, 1))
    right = RightFact(make_person("P2"), wrong.area, wrong.level, date(2026, 1, 2))
    with in_the_ledger(officer, because="Fel person"):
        put_right(achievement=wrong, right=right, reason="Fel person", by=officer, day=DAY, at=NOON)


def test_what_is_asked_answered_and_decided_about_needs():
    adopt(plan_of({"area": "OM4"}))
    officer = account_with(Role.COORDINATOR)
    unit = make_operation("V")
    manager, contact = make_manager(unit), account_with(Role.UNIT_CONTACT, unit)
    colleague = make_account(make_person("P1"))
    employ(colleague.person, unit)
    with in_the_ledger(officer):
        opened = open_round(officer)
    form = form_of(unit)
    with in_the_ledger(manager):
        left = leave_to_colleague(
            form=form, colleague=colleague.person, ends_on=opened.ends_on, by=manager, at=later(1)
        )
    with in_the_ledger(officer):
        (reminder,) = remind_of_forms(forms=[form], day=MONDAY, by=officer, at=later(1))
    with in_the_ledger(officer):
        take_back_form_reminders(reminders=[reminder.pk], by=officer, at=later(2))
    with in_the_ledger(colleague):
        first = hand_in_answer(form, colleague, at=later(3))
    with in_the_ledger(manager):
        end_needs_delegation(delegation=left, by=manager, on=MONDAY)
    with in_the_ledger(manager):
        take_back_answer(answer=first, by=manager, at=later(4))
    with in_the_ledger(manager):
        second = hand_in_answer(form, manager, at=later(5))
    with in_the_ledger(contact):
        confirm_answer(answer=second, by=contact, at=later(6))
    with in_the_ledger(officer):
        proposal = propose(
            needs_round=opened,
            key_group=group(),
            area=CompetenceArea.objects.get(code="OM4"),
            level=TrainingLevel.objects.get(number=2),
            kind="mandatory",
            motive="Rutinen är ny",
            answers=[second],
            by=officer,
            at=later(7),
        )
    decide = {"proposal": proposal, "by": officer, "at": later(8)}
    with in_the_ledger(officer):
        answer_proposal(outcome="postponed", reason="Kursen saknas", **decide)
    with in_the_ledger(officer):
        accept_proposal(version=None, effective_from=DAY, renewal_months=24, day=DAY, **decide)
    with in_the_ledger(officer):
        move_last_day(
            needs_round=opened, ends_on=date(2027, 1, 31), reason="Mer tid", by=officer, day=DAY
        )
    with in_the_ledger(officer):
        close_needs_round(needs_round=opened, reason="Klart", by=officer, at=later(9))


def test_what_is_reviewed_about_key_persons():
    adopt(plan_of({"area": "OM1"}))
    officer, unit = account_with(Role.COORDINATOR), make_unit("K")
    person, deputy = make_person("P1"), make_person("P2")
    employ(person, unit)
    naming = name_key_person(
        key_group=group(), person=person, starts_on=DAY, deputy=deputy, by=officer
    )
    for outcome in ("kept", "moved"):
        with in_the_ledger(officer):
            review_naming(
                naming=naming,
                outcome=outcome,
                reason="Ny uppgift",
                next_review_on=None,
                on=DAY,
                by=officer,
                at=NOON,
            )


def test_what_follows_a_person_into_another_record():
    adopt(plan_of({"area": "OM1"}))
    officer, unit = account_with(Role.SYSTEM_ADMIN), make_unit("K")
    kept, goes = make_person("P1"), make_person("P2")
    employ(kept, unit, starts_on=date(2020, 1, 1), ends_on=date(2024, 1, 1))
    employ(goes, unit, starts_on=date(2020, 1, 1))
    employ(goes, unit, job_code="REKTOR")
    records.add_leave(person=goes, starts_on=DAY, by=None)
    achieve(goes, "OM4", on=date(2026, 1, 1))
    complete(goes, publish_course(gives=(("OM1", 1, 12),)))
    for named, deputy in ((goes, None), (kept, goes)):
        name_key_person(key_group=group(), person=named, starts_on=DAY, deputy=deputy, by=None)
    manager, course = make_manager(unit), make_course()
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    claim = make_claim(goes, course, by=manager)
    decide_recognitions(recognitions=[claim], approved=True, by=officer, at=AT)
    make_claim(goes, course, by=manager, on=date(2026, 8, 1))
    request_exemptions(
        wanted=[Wanted(goes.pk, area.pk, level.pk)],
        starts_on=DAY,
        ends_on=date(2027, 3, 1),
        reason="Byter tjänst",
        by=manager,
        at=NOON,
    )
    make_account(goes)
    let_act(manager, goes, unit)
    guest = make_organisation("A")
    join(goes, guest, starts_on=date(2019, 1, 1), ends_on=date(2019, 12, 31))
    with in_the_ledger(officer):
        merge.merge_people(survivor=kept, loser=goes, by=officer, reason="Samma person")


def test_what_the_measure_register_keeps():
    officer, unit = account_with(Role.COORDINATOR), make_unit("KLK")
    first, second = {"code": "S1", "courses": ["K1"]}, {"code": "S2"}
    for document in (
        document_of(first, second),
        document_of(second, first, title="Plan för kommunen, rättad"),
    ):
        with in_the_ledger(officer):
            import_governing_document(
                content=written(document), name="plan.yaml", on=DAY, by=officer
            )
    with in_the_ledger(officer):
        edit_passage(
            passage=passage("S1"),
            owner_function="Samordnare",
            owner_unit=unit,
            editorial_note="",
            legal_references=[],
            by=officer,
        )
    with in_the_ledger(officer, because="Klart"):
        set_obligation_status(
            passage=passage("S1"), status="done", on=DAY, comment="Klart", today=DAY, by=officer
        )
    with in_the_ledger(officer):
        link = join_to_passage(
            passage=passage("S1"),
            role=PassageLink.Role.EVIDENCE,
            kind=PassageLink.Kind.ADDRESS,
            url="https://example.se/",
            title="Beslut",
            on=DAY,
            by=officer,
        )
    with in_the_ledger(officer, because="Fel"):
        end_passage_link(link=link, on=DAY, reason="Fel", by=officer)


def test_every_kind_of_row_about_a_person_is_a_fact_in_the_ledger_or_said_not_to_be():
    about = {
        relation.related_model
        for relation in Person._meta.related_objects
        if not relation.many_to_many
    }
    unknown = {
        model._meta.label
        for model in about
        if model not in FACTS and model._meta.label not in NO_FACTS
    }
    assert unknown == set(), "Is it a fact? Then its services write to the ledger."


ROOT = Path(__file__).resolve().parents[2]


def test_the_services_that_change_a_status_write_to_the_ledger_themselves():
    """Whoever makes or changes a fact records it in the same module, or lets a neighbour do so."""
    names = "|".join(model.__name__ for model in FACTS if model not in (User, Unit, Person))
    writes = re.compile(rf"\b({names})\.objects\.(bulk_create|create|bulk_update|get_or_create)\(")
    records_it = re.compile(r"\b(record|record_many|ledger\.note)\(")
    silent = [
        str(path.relative_to(ROOT))
        for app in ("lms/people", "competence", "courses")
        for path in sorted((ROOT / app).rglob("services/**/*.py"))
        if writes.search(path.read_text()) and not records_it.search(path.read_text())
    ]
    assert silent == []
