"""What is written stays as it was written: the database refuses, whoever asks and in what way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from competence.models import (
    Achievement,
    Exemption,
    KeyPersonAssignment,
    RenewalOrder,
    ReportSchedule,
    WeekSeats,
)
from competence.services.exemptions import grant_exemption, withdraw_exemption
from competence.services.namings import end_naming, name_key_person
from competence.services.renewals import order_renewal
from courses.models import Certificate, Completion
from courses.services.completing import revoke_completion, supersede_certificate
from lms.audit.models import AuditEvent, Disposal
from lms.audit.services import DISPOSED, dispose_events, record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.append_only import installed, lock, triggers
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, group, plan_of
from tests.builders.courses import complete, publish_course
from tests.builders.people import account_with, make_person
from tests.database import locked_models, locked_tables

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        yield


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def an_event() -> AuditEvent:
    return record("person_created", make_person(), by=None, after={"person_id": "P1"})


def _save(event: AuditEvent) -> None:
    event.reason = "En annan"
    event.save()


def _save_field(event: AuditEvent) -> None:
    event.save(update_fields=["reason"])


def _bulk(event: AuditEvent) -> None:
    event.reason = "En annan"
    AuditEvent.objects.bulk_update([event], ["reason"])


def _upsert(event: AuditEvent) -> None:
    AuditEvent.objects.bulk_create(
        [AuditEvent(pk=event.pk, at=event.at, action="x", object_type="x", object_id="1")],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["action"],
    )


WAYS: dict[str, Callable[[AuditEvent], object]] = {
    "instance save": _save,
    "save of one field": _save_field,
    "instance delete": lambda event: event.delete(),
    "update": lambda event: AuditEvent.objects.update(reason="En annan"),
    "delete": lambda event: AuditEvent.objects.all().delete(),
    "bulk_update": _bulk,
    "upsert": _upsert,
    "raw update": lambda event: sql("UPDATE audit_auditevent SET reason = 'En annan'"),
    "raw update of the moment": lambda event: sql(
        "UPDATE audit_auditevent SET at = %s", timezone.now() - timedelta(days=9)
    ),
    "raw delete": lambda event: sql("DELETE FROM audit_auditevent WHERE id = %s", event.pk),
    "raw delete of all": lambda event: sql("DELETE FROM audit_auditevent"),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_entry_of_the_ledger_is_neither_rewritten_nor_removed(way):
    event = an_event()
    before = list(AuditEvent.objects.values())
    with refused():
        WAYS[way](event)
    assert list(AuditEvent.objects.values()) == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's")
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE audit_auditevent",
        "TRUNCATE people_user CASCADE",
        "SET LOCAL session_replication_role = replica; DELETE FROM audit_auditevent",
    ],
)
def test_postgresql_neither_empties_the_ledger_nor_forgets_its_locks(statement):
    an_event()
    connection.check_constraints()
    with refused():
        sql(statement)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_sqlite_replaces_no_entry():
    event = an_event()
    with refused():
        sql(
            "INSERT OR REPLACE INTO audit_auditevent "
            "(id, at, action, object_type, object_id, before, after, reason) "
            "VALUES (%s, '2026-01-01', 'x', 'x', '1', '{}', '{}', '')",
            event.pk,
        )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_sqlite_replaces_no_row_by_a_column_that_is_unique():
    WeekSeats.objects.create(monday=DAY, made_at=timezone.now(), figures={"a": 1})
    with refused():
        sql(
            "INSERT OR REPLACE INTO competence_weekseats (monday, made_at, figures) "
            "VALUES (%s, '2026-01-01', '{}')",
            DAY,
        )
    assert WeekSeats.objects.get().figures == {"a": 1}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_sqlite_replaces_no_row_while_the_condition_of_its_unique_columns_holds():
    account, other = account_with(Role.EXECUTIVE_VIEWER), account_with(Role.EXECUTIVE_VIEWER)
    insert = (
        "INSERT OR REPLACE INTO competence_reportschedule "
        "(form, recipient_id, first_on, every, ended_on, created_at, by_id) "
        "VALUES (%s, %s, '2026-01-01', 1, %s, '2026-01-01', %s)"
    )
    sql(insert, "whole", account.pk, "2026-02-01", account.pk)
    sql(insert, "whole", account.pk, None, account.pk)
    with refused():
        sql(insert, "whole", account.pk, None, account.pk)
    sql(insert, "whole", account.pk, "2026-03-01", account.pk)
    sql(insert, "extract", account.pk, None, account.pk)
    sql(insert, "whole", other.pk, None, account.pk)
    assert ReportSchedule.objects.count() == 5


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_sqlite_moves_no_row_into_the_place_of_another():
    adopt(plan_of({"area": "OM1"}))
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    one, two = (
        grant_exemption(
            person=make_person(name), area=area, level=level, starts_on=DAY, ends_on=None,
            reason="Har utbildningen sedan tidigare", by=None,
        )
        for name in ("ETT", "TVA")
    )  # fmt: skip
    with refused():
        sql(
            "UPDATE OR REPLACE competence_exemption SET person_id = %s WHERE id = %s",
            two.person_id,
            one.pk,
        )
    assert Exemption.objects.count() == 2


def test_the_database_of_a_site_is_not_flushed(monkeypatch):
    an_event()
    kept = type(connection.ops).execute_sql_flush
    monkeypatch.setattr(
        connection.ops, "execute_sql_flush", kept.__get__(connection.ops), raising=False
    )
    before = AuditEvent.objects.count()
    with pytest.raises(Exception, match=r"append-only|couldn't be flushed"), transaction.atomic():
        call_command("flush", interactive=False, verbosity=0)
    assert AuditEvent.objects.count() == before


def test_disposal_is_the_one_way_out_and_is_itself_in_the_ledger():
    officer = account_with(Role.SYSTEM_ADMIN)
    old = an_event()
    horizon = timezone.now()
    newer = record("role_assigned", officer, by=officer)
    gone = AuditEvent.objects.filter(at__lt=horizon).count()
    disposal = dispose_events(before=horizon, reason="Gallringsbeslut 12/2026", by=officer)
    assert disposal.removed == gone > 0
    assert not AuditEvent.objects.filter(pk=old.pk).exists()
    assert AuditEvent.objects.filter(pk=newer.pk).exists()
    said = AuditEvent.objects.get(action=DISPOSED)
    assert (said.by, said.reason) == (officer, "Gallringsbeslut 12/2026")
    assert said.before == {"entries": gone}
    with refused():
        AuditEvent.objects.all().delete()


def test_a_disposal_reaches_only_what_was_written_before_its_horizon():
    an_event()
    Disposal.objects.create(horizon=timezone.now() - timedelta(days=1), reason="Beslut")
    with refused():
        AuditEvent.objects.all().delete()
    with refused():
        AuditEvent.objects.update(reason="En annan")


def test_a_disposal_needs_a_reason_and_a_past():
    with pytest.raises(ValueError, match="reason"):
        dispose_events(before=timezone.now(), reason=" ", by=None)
    with pytest.raises(ValueError, match="not yet"):
        dispose_events(before=timezone.now() + timedelta(days=1), reason="Beslut", by=None)


def test_what_was_disposed_is_not_unsaid():
    an_event()
    disposal = dispose_events(before=timezone.now(), reason="Beslut", by=None)
    with refused():
        disposal.delete()
    with refused():
        Disposal.objects.update(removed=0)
    with refused():
        Disposal.objects.update(reason="Ett annat beslut")
    with refused():
        Disposal.objects.update(closed_at=None)


def _facts() -> dict[type[models.Model], models.Model]:
    """One of each kind of fact, by the services."""
    adopt(plan_of({"area": "OM1"}))
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    person = make_person("FAKTA")
    completion = complete(person, publish_course(gives=(("OM1", 1, 12),))).completion
    return {
        Achievement: achieve(person, area.code, on=DAY),
        Exemption: grant_exemption(
            person=person, area=area, level=level, starts_on=DAY, ends_on=None,
            reason="Har utbildningen sedan tidigare", by=None,
        ),
        KeyPersonAssignment: name_key_person(
            key_group=group(), person=person, starts_on=DAY, by=None
        ),
        RenewalOrder: order_renewal(
            area=area, level=level, achieved_before=DAY, last_valid_day=DAY, decided_on=DAY,
            reason="Ny lag", by=None,
        ),
        Completion: completion,
        Certificate: completion.certificates.get(),
    }  # fmt: skip


def test_no_fact_is_deleted_or_rewritten():
    for model, row in _facts().items():
        rule = model.append_only
        table = model._meta.db_table
        with refused():
            sql(f"DELETE FROM {table}")
        for field in model._meta.concrete_fields:
            if field.primary_key or field.column in (*rule.free, *rule.once):
                continue
            value = getattr(row, field.attname)
            other = {
                "DateField": date(2020, 1, 1),
                "DateTimeField": timezone.now(),
                "JSONField": ["annat"],
            }.get(field.get_internal_type(), 1 if value is None else value)
            if other == value:
                other = 77 if isinstance(value, int) else "annat"
            with refused():
                model.objects.filter(pk=row.pk).update(**{field.attname: other})


def test_what_is_revoked_stays_revoked_that_day():
    facts = _facts()
    completion = facts[Completion]
    revoke_completion(completion=completion, on=DAY, by=None, reason="Fel person")
    for model in (Completion, Certificate, Achievement):
        row = model.objects.filter(revoked_on=DAY).get()
        for other in (None, date(2027, 1, 1)):
            with refused():
                model.objects.filter(pk=row.pk).update(revoked_on=other)


def test_the_later_facts_that_end_earlier_ones_go_through():
    facts = _facts()
    withdraw_exemption(exemption=facts[Exemption], on=date(2026, 5, 1), by=None)
    end_naming(naming=facts[KeyPersonAssignment], ends_on=date(2026, 5, 1), by=None)
    replacement = supersede_certificate(certificate=facts[Certificate], by=None)
    with refused():
        Certificate.objects.filter(superseded_by=replacement).update(superseded_by=None)
    # The same values written once more are no change.
    facts[Completion].save()


def test_the_locks_in_the_database_are_those_the_models_say():
    """Where a later migration has made a table anew, or added a column, on SQLite: let it lock
    the table again with lms.lib.append_only.locking."""
    assert {model._meta.label for model in locked_models()} == {
        *("audit.AuditEvent", "audit.Disposal"),
        *("competence.Achievement", "competence.Exemption", "competence.KeyPersonAssignment"),
        *("competence.RenewalOrder", "courses.Completion", "courses.Certificate"),
        *("courses.Confirmation", "courses.SignOff"),
        *("competence.OutsideRecord", "competence.EquivalenceRule", "competence.PlanStep"),
        *("competence.ActivityStep", "competence.ActivityOutcome", "competence.ActivityExpense"),
        *("competence.PartnerStep", "competence.TrainingPlanStep"),
        *("competence.NeedsRound", "competence.NeedsForm", "competence.NeedsAnswer"),
        *("competence.WishedLevel", "competence.NeedsDelegation", "competence.NeedsReminder"),
        *("competence.StaffCount", "competence.StaffCountArea"),
        *("competence.NeedsProposal", "competence.ProposalSource"),
        *("competence.ProposalDecision", "competence.NamingReview"),
        *("competence.AssumptionChange", "competence.ShownConsequences"),
        *("competence.WeekSeats", "competence.AcceptedSessions", "competence.PublishedMonday"),
        "competence.PublishingStep",
        *("competence.Consultation", "competence.ConsultationParty", "competence.WrittenOpinion"),
        *("competence.ConsultationComment", "competence.ConsultationAnswer"),
        *("competence.KeptDocument", "competence.ObligationStatus", "competence.PassageLink"),
        *("competence.FollowUpReport", "competence.ReportWords", "competence.ReportHandover"),
        *("competence.ReportSchedule", "competence.ReportSending"),
        *("competence.GoverningReading", "competence.GoverningDocument", "competence.Passage"),
        *("competence.StandingProgramme", "competence.ProgrammeTopic"),
        *("competence.ProgrammeMember", "competence.ProgrammeTurn"),
        *("competence.TrainingActivity", "competence.KeyGroup"),
        *("framework.CompetenceArea", "framework.TrainingLevel"),
    }
    for table, rule in locked_tables().items():
        found = installed(connection, table)
        assert found.keys() == triggers(connection, table, rule).keys(), table
        with transaction.atomic():
            lock(connection, table, rule)
            assert installed(connection, table) == found, table
