"""Taking in history: what is exact, what is asked, what is written, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from competence.engine import gap_rows
from competence.models import Achievement, EquivalenceRule, OutsideCourse, OutsideRecord
from competence.models.history import HistoryBatch, HistoryQuestion, HistoryRow
from competence.reports.tables import GAP_COLUMNS, as_csv, gap_records
from competence.services import history
from competence.services.corrections import revoke_achievement
from competence.services.equivalence import give_by_rules
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User
from tests.builders.competence import DAY, achieve, adopt, plan_of
from tests.builders.courses import publish_course
from tests.builders.people import employ, make_account, make_person, make_unit

pytestmark = pytest.mark.django_db

HEAD = "Anst.nr;E-post;Namn;Kurs;Genomförd;Giltig till;Arrangör"
CVE = "Grundutbildning om våldsbejakande extremism"
DAYS = (date(2023, 1, 1), date(2024, 6, 1), date(2025, 6, 1), DAY, date(2028, 1, 1))


@pytest.fixture
def by() -> User:
    """A plan that asks for OM1 (each year) and OM4, four people and one who has left."""
    adopt(plan_of({"area": "OM1", "renewal_months": 12}, {"area": "OM4"}))
    unit = make_unit("U")
    for number, (given, family) in enumerate(
        [("Åsa", "Öst"), ("Karl-Erik", "Svensson"), ("Zlatan", "Bäck"), ("Anna", "Ek")], 1
    ):
        employ(make_person(f"P{number}", given, family), unit)
    gone = make_person("P9", "Rut", "Borta")
    employ(gone, unit, starts_on=date(2015, 1, 1), ends_on=date(2024, 1, 31))
    return make_account(make_person("SAM", "Sam", "Ordnare"))


def file_of(*lines: str, encoding: str = "utf-8") -> SimpleUploadedFile:
    return SimpleUploadedFile("historik.csv", "\n".join([HEAD, *lines]).encode(encoding))


def rehearse(by: User, *lines: str, encoding: str = "utf-8") -> HistoryBatch:
    batch = history.store_file(upload=file_of(*lines, encoding=encoding), by=by)
    history.read_rows(batch=batch, columns=batch.columns, day=DAY, by=by)
    batch.refresh_from_db()
    return batch


def verdicts(batch: HistoryBatch) -> list[tuple[str, str]]:
    history.rehearse(batch=HistoryBatch.objects.get(pk=batch.pk), day=DAY)
    return list(batch.lines.values_list("verdict", "reason"))


def outside(*, ruled: bool = True) -> OutsideCourse:
    course = OutsideCourse.objects.create(name=CVE, provider="CVE")
    if ruled:
        rule(course)
    return course


def rule(course: OutsideCourse, number: int = 12) -> EquivalenceRule:
    return EquivalenceRule.objects.create(
        number=number,
        outside_course=course,
        area=CompetenceArea.objects.get(code="OM1"),
        level=TrainingLevel.objects.get(number=1),
        validity_months=36,
        completed_from=date(2017, 1, 1),
        decided_on=DAY,
        reason="Samma mål",
    )


def gaps() -> list[bytes]:
    return [as_csv(GAP_COLUMNS, gap_records(gap_rows(None, day))).encode() for day in DAYS]


def question(batch: HistoryBatch, kind: str = "person") -> HistoryQuestion:
    return batch.questions.get(kind=kind, answer="")


def answer(batch: HistoryBatch, code: str, by: User, kind: str = "person") -> None:
    asked = question(batch, kind)
    history.answer_question(question=asked, code=code, revision=asked.revision, by=by)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_who_and_what_are_taken_as_they_stand_where_they_say_it_exactly(by: User, encoding: str):
    outside()
    batch = rehearse(
        by,
        "P1;;Öst, Åsa;OM4 nivå 1;1 mars 2024;;",
        f";p2@example.se;;{CVE};1/3 2024;;CVE",
        "P9;;;Område OM4, Grund;2019-05-02;;",
        encoding=encoding,
    )
    assert verdicts(batch) == [("accepted", "")] * 3
    history.commit_batch(batch=batch, by=by)
    facts = Achievement.objects.order_by("person__person_id").values_list(
        "person__person_id", "area__code", "achieved_on", "source"
    )
    assert list(facts) == [
        ("P1", "OM4", date(2024, 3, 1), f"historik {batch.pk}"),
        ("P2", "OM1", date(2024, 3, 1), "regel 12"),
        ("P9", "OM4", date(2019, 5, 2), f"historik {batch.pk}"),
    ]
    assert OutsideRecord.objects.get().history_batch == batch


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (";;;OM4 1;2024-03-01;;", "no_person"),
        ("X99;;;OM4 1;2024-03-01;;", "unknown_person"),
        (";;Nils Nilsson;OM4 1;2024-03-01;;", "unknown_person"),
        ("P1;p2@example.se;;OM4 1;2024-03-01;;", "two_people"),
        ("P1;;;;2024-03-01;;", "no_title"),
        ("P1;;;OM4 1;;;", "no_day"),
        ("P1;;;OM4 1;31/2 2024;;", "bad_day"),
        ("P1;;;OM4 1;mars 2024;;", "bad_day"),
        ("P1;;;OM4 1;2027-03-01;;", "future_day"),
        ("P1;;;OM4 1;2024-03-01;snart;", "bad_end"),
        ("P1;;;OM4 1;2024-03-01;2024-02-01;", "end_before"),
    ],
)
def test_a_row_that_cannot_be_taken_in_says_why_and_the_others_go_in(
    by: User, line: str, reason: str
):
    batch = rehearse(by, line, "P1;;;OM4 1;2024-03-01;;")
    assert verdicts(batch) == [("rejected", reason), ("accepted", "")]
    history.commit_batch(batch=batch, by=by)
    assert Achievement.objects.count() == 1
    assert batch.lines.count() == 1


@pytest.mark.parametrize(
    "name",
    ["Åsa Öst", "Öst, Åsa", "ÖST ÅSA", "Asa Ost", "Å Öst", "Karl Erik Svenson", "Svensson, Karl"],
)
def test_a_name_is_never_taken_in_before_somebody_has_confirmed_it(by: User, name: str):
    batch = rehearse(by, f";;{name};OM4 1;2024-03-01;;")
    assert verdicts(batch) == [("asked", "")]
    person = Person.objects.get(person_id="P2" if "Sv" in name else "P1")
    assert question(batch).candidates[0][0] == f"person:{person.pk}"
    HistoryRow.objects.filter(batch=batch).update(verdict="accepted", reason="")
    history.commit_batch(batch=batch, by=by)
    assert not Achievement.objects.exists()
    assert batch.lines.count() == 1


def test_a_confirmed_name_goes_in_and_the_batch_says_who_confirmed(by: User):
    batch = rehearse(by, ";;Åsa Öst;OM4 1;2024-03-01;;", ";;öst, åsa;OM4 1;2024-05-01;;")
    person = Person.objects.get(person_id="P1")
    answer(batch, f"person:{person.pk}", by)
    assert batch.questions.get(kind="person").decided_by == by
    history.commit_batch(batch=batch, by=by)
    assert list(Achievement.objects.values_list("person", flat=True)) == [person.pk] * 2


def test_the_database_refuses_a_person_that_nobody_has_confirmed(by: User):
    batch = rehearse(by, ";;Åsa Öst;OM4 1;2024-03-01;;")
    with pytest.raises(IntegrityError), transaction.atomic():
        batch.questions.filter(kind="person").update(answer="person")


def test_names_that_one_person_alone_has_are_confirmed_together_the_others_one_by_one(by: User):
    make_person("P5", "Anna", "Ek")
    batch = rehearse(
        by,
        ";;Åsa Öst;OM4 1;2024-03-01;;",
        ";;Zlatan Back;OM4 1;2024-03-01;;",
        ";;Anna Ek;OM4 1;2024-03-01;;",
        ";;Karl-Erik Svenson;OM4 1;2024-03-01;;",
    )
    with pytest.raises(history.AnswerError):
        history.confirm_same_names(batch=batch, expected=4, by=by)
    assert history.confirm_same_names(batch=batch, expected=2, by=by) == 2
    assert [verdict for verdict, _reason in verdicts(batch)] == [
        "accepted",
        "accepted",
        "asked",
        "asked",
    ]


def test_a_person_id_of_somebody_with_quite_another_name_is_asked_about(by: User):
    batch = rehearse(by, "P1;;Bo Ek;OM4 1;2024-03-01;;", "P1;;Åsa Lind;OM4 1;2024-03-01;;")
    assert [verdict for verdict, _reason in verdicts(batch)] == ["asked", "accepted"]


def test_one_question_for_each_wording_of_a_course_with_a_guess(by: User):
    course = outside()
    batch = rehearse(
        by,
        "P1;;;Grundutb VBE CVE 2023;2024-03-01;;",
        "P2;;;grundutb. vbe (CVE) 2023;2024-03-01;;",
        "P2;;;Hjärt-lungräddning;2024-03-01;;",
    )
    asked = batch.questions.get(kind="course", key__startswith="grundutb")
    assert (asked.rows, asked.candidates[0][0]) == (2, f"outside:{course.pk}")
    assert batch.questions.get(key__startswith="hjart").candidates == []
    history.commit_batch(batch=batch, by=by)
    assert not OutsideRecord.objects.exists()


def test_a_course_may_be_left_out_one_of_ours_or_a_level(by: User):
    course = publish_course(gives=(("OM1", 1, 12), ("OM4", 2, None)))
    batch = rehearse(
        by,
        "P1;;;Kurs A;2024-03-01;;",
        "P1;;;Kurs B;2024-03-01;;",
        f"P2;;;{course.title};2024-03-01;2024-09-30;",
    )
    first, second = batch.questions.filter(answer="").order_by("wording")
    history.answer_question(question=first, code="leave", revision=0, by=by)
    area = CompetenceArea.objects.get(code="OM4")
    level = TrainingLevel.objects.get(number=2)
    history.answer_question(question=second, code=f"level:{area.pk}:{level.pk}", revision=0, by=by)
    assert verdicts(batch) == [("rejected", "left_out"), ("accepted", ""), ("accepted", "")]
    history.commit_batch(batch=batch, by=by)
    rows = Achievement.objects.order_by("pk").values_list(
        "person__person_id", "area__code", "level__number", "valid_until", "source"
    )
    source = f"historik {batch.pk}"
    ours = f"{source}, {course.title}"
    assert list(rows) == [
        ("P1", "OM4", 2, None, source),
        ("P2", "OM1", 1, date(2024, 9, 30), ours),
        ("P2", "OM4", 2, date(2024, 9, 30), ours),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "person:x",
        "person:999999",
        "outside:1",
        "level:1",
        "own:7:7",
        "person",
        "nonsense",
        "leave:1",
    ],
)
def test_what_is_no_answer_to_the_question_is_refused(by: User, code: str):
    outside()
    batch = rehearse(by, ";;Åsa Öst;OM4 1;2024-03-01;;")
    with pytest.raises(history.AnswerError):
        answer(batch, code, by)
    assert verdicts(batch) == [("asked", "")]


def test_of_two_who_answer_at_once_the_second_is_told_of_the_first(by: User):
    batch = rehearse(by, ";;Åsa Öst;OM4 1;2024-03-01;;")
    seen = question(batch)
    other = make_account(make_person("SAM2", "Siv", "Lund"))
    person = Person.objects.get(person_id="P1")
    history.answer_question(question=seen, code=f"person:{person.pk}", revision=0, by=other)
    with pytest.raises(history.AnswerError, match="Siv Lund"):
        history.answer_question(question=seen, code="leave", revision=0, by=by)
    assert batch.questions.get(kind="person").answer == "person"


def lines_of_all_sorts() -> Callable[..., list[str]]:
    return lambda: [
        "P1;;;OM4 nivå 2;2024-03-01;;",
        f"P1;;;{CVE};2023-03-01;;CVE",
        f"P2;;;{CVE};2024-04-01;2025-01-31;CVE",
        "P3;;;OM1 1;2024-05-01;;",
        "P9;;;OM1 1;2022-05-01;;",
        "P9;;;OM1 1;2022-05-01;;",
        ";;Åsa Öst;OM1 1;2024-03-01;;",
        "P4;;;OM1 1;inte;;",
    ]


def test_the_same_file_a_second_time_writes_nothing_and_says_so(by: User):
    outside()
    lines = lines_of_all_sorts()()
    first = rehearse(by, *lines)
    assert history.counts_of(first) == {"accepted": 5, "asked": 1, "known": 1, "rejected": 1}
    history.commit_batch(batch=first, by=by)
    before = Achievement.objects.count(), OutsideRecord.objects.count(), gaps()
    second = rehearse(by, *lines)
    assert history.counts_of(second) == {"accepted": 0, "asked": 1, "known": 6, "rejected": 1}
    history.commit_batch(batch=second, by=by)
    second.refresh_from_db()
    assert second.summary["written"] == {"rows": 0, "records": 0, "achievements": 0}
    assert (Achievement.objects.count(), OutsideRecord.objects.count(), gaps()) == before


def test_a_batch_that_is_taken_in_twice_by_a_double_click_is_taken_in_once(by: User):
    batch = rehearse(by, "P1;;;OM4 1;2024-03-01;;")
    stale = HistoryBatch.objects.get(pk=batch.pk)
    history.commit_batch(batch=batch, by=by)
    history.commit_batch(batch=stale, by=by)
    assert Achievement.objects.count() == 1
    assert AuditEvent.objects.filter(action="history.committed").count() == 1


def test_what_hr_or_a_course_has_recorded_is_known(by: User):
    achieve(Person.objects.get(person_id="P1"), "OM4", on=date(2024, 3, 1))
    batch = rehearse(by, "P1;;;OM4 1;2024-03-01;2026-03-01;", "P1;;;OM4 1;2024-03-02;;")
    assert verdicts(batch) == [("known", "known"), ("accepted", "")]
    assert batch.lines.first().warning == "other_end"


def test_undo_leaves_the_gaps_of_every_day_as_they_were_byte_for_byte(by: User):
    course = outside()
    achieve(Person.objects.get(person_id="P3"), "OM1", on=date(2023, 6, 1))
    before = gaps()
    batch = rehearse(by, *lines_of_all_sorts()())
    history.commit_batch(batch=batch, by=by)
    assert all(one != other for one, other in zip(gaps()[1:], before[1:], strict=True))
    # A rule decided later makes more of it, and a fact of it is revoked.
    rule(course, 13).refresh_from_db()
    give_by_rules(records=OutsideRecord.objects.filter(history_batch=batch), by=by)
    revoke_achievement(
        achievement=Achievement.objects.filter(person__person_id="P3").last(),
        on=DAY,
        reason="Fel",
        by=by,
    )
    kept = Achievement.objects.count()
    history.undo_batch(batch=batch, by=by)
    assert gaps() == before
    assert Achievement.objects.count() == kept
    assert not OutsideRecord.objects.standing().exists()
    history.undo_batch(batch=batch, by=by)
    again = rehearse(by, *lines_of_all_sorts()())
    history.commit_batch(batch=again, by=by)
    assert again.pk != batch.pk
    again.refresh_from_db()
    assert again.summary["written"]["rows"] == 5
    history.undo_batch(batch=again, by=by)
    assert gaps() == before


def test_every_fact_and_the_batch_are_in_the_log(by: User):
    outside()
    batch = rehearse(by, *lines_of_all_sorts()())
    history.commit_batch(batch=batch, by=by)
    counted = {
        action: AuditEvent.objects.filter(action=action, by=by).count()
        for action in ("history.committed", "achievement.imported", "outside_record.imported")
    }
    assert counted == {
        "history.committed": 1,
        "achievement.imported": 3,
        "outside_record.imported": 2,
    }
    history.undo_batch(batch=batch, by=by)
    assert AuditEvent.objects.filter(action="achievement.withdrawn").count() == 5


def test_the_rehearsal_counts_what_would_be_born_expired_and_writes_no_fact(by: User):
    outside(ruled=False)
    batch = rehearse(
        by,
        "P1;;;OM1 1;2024-03-01;;",
        "P2;;;OM1 1;2026-06-01;;",
        "P3;;;OM1 1;2025-12-15;;",
        "P9;;;OM1 1;2016-12-15;;",
        "P4;;;OM4 1;2016-12-15;2020-01-01;",
        "P4;;;OM4 1;1969-12-15;;",
        f"P4;;;{CVE};2024-03-01;;CVE",
    )
    said = batch.summary["forecast"]
    assert (said["valid"], said["soon"], said["expired"]) == (3, 1, 2)
    assert said["without_rule"] == 1
    assert [(row["code"], row["valid"], row["soon"], row["expired"]) for row in said["table"]] == [
        ("OM1", 2, 1, 1),
        ("OM4", 1, 0, 1),
    ]
    assert batch.summary["warnings"] == {"old": 1}
    assert not Achievement.objects.exists()


@pytest.mark.parametrize("heading", ["Personnummer", "Person-nr", "Uppgift"])
def test_a_file_with_personal_identity_numbers_is_refused_and_nothing_of_it_kept(
    by: User, heading: str
):
    number = "19121212-1212"
    upload = SimpleUploadedFile(
        "a.csv", f"Anst.nr;{heading};Kurs;Datum\nP1;{number};OM4 1;2024-03-01".encode()
    )
    with pytest.raises(history.HistoryError) as refusal:
        history.store_file(upload=upload, by=by)
    assert heading in str(refusal.value)
    assert number not in str(refusal.value)
    assert not HistoryBatch.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="history").exists()


def test_a_file_that_is_gone_says_so_and_what_was_read_can_still_be_taken_in(by: User):
    batch = rehearse(by, "P1;;;OM4 1;2024-03-01;;")
    batch.file.storage.delete(batch.file.name)
    with pytest.raises(history.HistoryError, match="finns inte kvar"):
        history.read_rows(batch=batch, columns=batch.columns, day=DAY, by=by)
    history.commit_batch(batch=batch, by=by)
    assert Achievement.objects.count() == 1


def test_answers_stay_when_the_file_is_read_again_and_people_added_since_are_found(by: User):
    batch = rehearse(by, ";;Åsa Öst;OM4 1;2024-03-01;;", "P77;;;OM4 1;2024-03-01;;")
    answer(batch, f"person:{Person.objects.get(person_id='P1').pk}", by)
    make_person("P77", "Ny", "Person")
    history.read_rows(batch=batch, columns=batch.columns, day=DAY, by=by)
    assert verdicts(batch) == [("accepted", ""), ("accepted", "")]


def test_the_file_and_the_rows_that_were_taken_in_are_removed(
    by: User, django_capture_on_commit_callbacks
):
    batch = rehearse(by, "P1;;;OM4 1;2024-03-01;;", ";;Nils Nilsson;OM4 1;2024-03-01;;")
    name, storage = batch.file.name, batch.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        history.commit_batch(batch=batch, by=by)
    assert not storage.exists(name)
    assert list(batch.lines.values_list("verdict", flat=True)) == ["rejected"]
    history.remove_rest(batch=batch, by=by)
    assert not batch.lines.exists()
    other = rehearse(by, "P1;;;OM4 1;2024-03-01;;")
    history.discard_batch(batch=other, by=by)
    assert not HistoryRow.objects.exists()
    with pytest.raises(history.HistoryError):
        history.commit_batch(batch=other, by=by)
