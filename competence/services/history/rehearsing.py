"""A file becomes rows and questions, and what would come of them is counted. It writes no fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.models.history import HistoryBatch, HistoryQuestion, HistoryRow
from competence.parsers.history_table import (
    Table,
    TableError,
    faults_of,
    guess_columns,
    read_table,
)
from competence.parsers.loose_days import loose_day
from competence.services.history.answers import put_answer
from competence.services.history.forecast import forecast
from competence.services.history.judging import Judge, Judgement, Verdict, judge_again
from competence.services.history.likeness import folded
from competence.services.history.people import PeopleIndex
from competence.services.history.targets import CourseIndex
from lms.audit.services import record
from lms.lib import guard
from lms.notifications.registry import Reporter
from lms.people.models import User

Kind = HistoryQuestion.Kind
_MAX_REFERENCE = 100


class HistoryError(ValueError):
    """It cannot be done; the message says why."""


def without_progress(done: int, total: int = 0, message: str = "") -> None:
    """For what is done while the reader waits."""


@transaction.atomic
def store_file(*, upload: UploadedFile, by: User) -> HistoryBatch:
    """Keep a file until it is decided about. HistoryError where it cannot be read or holds what
    must not be kept."""
    name = (upload.name or "")[:120]
    try:
        content = upload.read()
        table = read_table(content, name)
    except TableError as error:
        raise HistoryError(str(error)) from None
    upload.seek(0)
    if guard.scan(name):
        name = _("file")
    batch = HistoryBatch(by=by, file_name=name, columns=guess_columns(table.headings))
    # The same file once more is known by its content, also when it has been removed.
    batch.summary = {"lines": len(table.rows), "content": sha256(content).hexdigest()}
    batch.file.save(f"historik-{timezone.now():%Y%m%d%H%M%S}", upload, save=False)
    batch.save()
    record("history.uploaded", batch, by=by, after={"rows": len(table.rows)})
    return batch


def table_of(batch: HistoryBatch) -> Table:
    try:
        with batch.file.open("rb") as file:
            return read_table(file.read(), batch.file_name)
    except (OSError, ValueError):
        raise HistoryError(
            _("The file is no longer there. Upload it again; nothing has been taken in.")
        ) from None


def read_rows(
    *,
    batch: HistoryBatch,
    columns: Mapping[str, int],
    day: date,
    by: User | None,
    progress: Reporter = without_progress,
) -> None:
    """Read the file by these columns, anew where it has been read before: answers stay with their
    wordings. HistoryError."""
    table = table_of(batch)
    if faults := faults_of(columns):
        raise HistoryError(" ".join(faults))
    if any(index >= len(table.headings) for index in columns.values()):
        raise HistoryError(_("The file has no such column."))
    found = _Reading(columns, day).read(table, progress)
    with transaction.atomic():
        batch = open_batch(batch.pk)
        batch.lines.all().delete()
        batch.columns = dict(columns)
        _keep_questions(batch, found)
        _count(batch, _keep_rows(batch, found), day)
        record("history.read", batch, by=by, after={"counts": batch.summary["counts"]})


def open_batch(pk: int) -> HistoryBatch:
    """The batch, locked; HistoryError where it has been decided about."""
    batch = HistoryBatch.objects.select_for_update().get(pk=pk)
    if batch.state != HistoryBatch.State.WAITING:
        raise HistoryError(_("The import has been decided about already."))
    return batch


@transaction.atomic
def rehearse(*, batch: HistoryBatch, day: date) -> None:
    """Judge every row and say what would come of it."""
    _count(batch, judge_again(batch, batch.by), day)


def _count(batch: HistoryBatch, judged: list[tuple[HistoryRow, Judgement]], day: date) -> None:
    batch.summary = {
        **batch.summary,
        "lines": len(judged),
        "counts": dict(Counter(said.verdict for _row, said in judged)),
        "warnings": dict(Counter(said.warning for _row, said in judged if said.warning)),
        "forecast": forecast(judged, day=day),
        "answers": batch.answers,
    }
    batch.rehearsed_at = timezone.now()
    batch.save(update_fields=["columns", "summary", "rehearsed_at"])


def counts_of(batch: HistoryBatch) -> dict[str, int]:
    """Rows by verdict as they stand. One query."""
    counts = dict.fromkeys(Verdict.values, 0)
    found: QuerySet[HistoryRow, Any] = batch.lines.order_by().values_list("verdict")
    counts.update(found.annotate(count=Count("pk")))
    return counts


class _Reading:
    """One reading of a file: its rows, and the wordings to ask about."""

    def __init__(self, columns: Mapping[str, int], day: date) -> None:
        self.columns = columns
        self.day = day
        self.people = PeopleIndex()
        self.courses = CourseIndex()
        self.rows: list[HistoryRow] = []
        self.asked: dict[tuple[str, str], HistoryQuestion] = {}
        self._days: dict[str, date | None] = {"": None}
        self.keys: list[tuple[tuple[str, str] | None, tuple[str, str] | None]] = []

    def read(self, table: Table, progress: Reporter) -> _Reading:
        for number, (line, cells) in enumerate(table.rows):
            if number % 2000 == 0:
                progress(number, len(table.rows), _("Reads the rows"))
            given = {role: cells[index] for role, index in self.columns.items() if cells[index]}
            self._row(line, given)
        progress(len(table.rows), len(table.rows), _("Counts what would come of it"))
        return self

    def _row(self, line: int, given: dict[str, str]) -> None:
        row = HistoryRow(line=line, given=given, verdict=Verdict.REJECTED)
        who = self.people.who(given)
        row.person_id = who.person
        title = _title(given)
        row.completed_on = self._day(given.get("completed", ""))
        row.valid_until = self._day(given.get("valid_until", ""))
        row.fault = who.fault or self._fault(row, given, title)
        about = person = None
        if not row.fault:
            if who.wording:
                person = self._ask(Kind.PERSON, who.wording)
                question = self.asked[person]
                question.candidates = [[f"person:{pk}", score] for pk, score in who.candidates]
            about = self._ask(Kind.COURSE, title)
        self.rows.append(row)
        self.keys.append((person, about))

    def _day(self, text: str) -> date | None:
        if text not in self._days:
            self._days[text] = loose_day(text)
        return self._days[text]

    def _fault(self, row: HistoryRow, given: Mapping[str, str], title: str) -> str:
        if not folded(title):
            return "no_title"
        if row.completed_on is None:
            return "bad_day" if given.get("completed") else "no_day"
        if row.completed_on > self.day:
            return "future_day"
        if row.valid_until is None and given.get("valid_until"):
            return "bad_end"
        if row.valid_until is not None and row.valid_until < row.completed_on:
            return "end_before"
        if guard.scan(given.get("reference", "")[:_MAX_REFERENCE]):
            return "personal_data"
        return ""

    def _ask(self, kind: str, wording: str) -> tuple[str, str]:
        key = (str(kind), folded(wording)[:300])
        question = self.asked.get(key)
        if question is None:
            question = HistoryQuestion(kind=kind, key=key[1], wording=wording[:300], rows=0)
            self.asked[key] = question
        question.rows += 1
        return key


def _title(given: Mapping[str, str]) -> str:
    """The course in the words of the row, with who gave it where that is said."""
    title = given.get("title", "")
    if not title:
        return f"{given.get('area', '')} {given.get('level', '')}".strip()
    provider = given.get("provider", "")
    if provider and folded(provider) not in folded(title):
        title = f"{title} ({provider})"
    return title


def _keep_questions(batch: HistoryBatch, found: _Reading) -> None:
    """The wordings of this reading. One that was answered before keeps its answer."""
    before = {(each.kind, each.key): each for each in batch.questions.all()}
    new, kept = [], []
    for key, question in found.asked.items():
        old = before.pop(key, None)
        if old is None:
            question.batch = batch
            if question.kind == Kind.COURSE:
                code = found.courses.exactly(question.wording)
                if code is None:
                    question.candidates = [list(g) for g in found.courses.guesses(question.wording)]
                else:
                    question.candidates = [[code, 100]]
                    put_answer(question, code)
            new.append(question)
        else:
            old.rows = question.rows
            if question.kind == Kind.PERSON:
                old.candidates = question.candidates
            kept.append(old)
            found.asked[key] = old
    HistoryQuestion.objects.filter(pk__in=[each.pk for each in before.values()]).delete()
    HistoryQuestion.objects.bulk_create(new, batch_size=1000)
    HistoryQuestion.objects.bulk_update(kept, ["rows", "candidates"], batch_size=500)


def _keep_rows(batch: HistoryBatch, found: _Reading) -> list[tuple[HistoryRow, Judgement]]:
    """The rows, judged before they are written: they are written once."""
    for row, (person, about) in zip(found.rows, found.keys, strict=True):
        row.batch = batch
        row.person_question = found.asked[person] if person else None
        row.course_question = found.asked[about] if about else None
    judge = Judge(batch, batch.by)
    judged = [(row, judge.of(row)) for row in found.rows]
    for row, said in judged:
        row.verdict, row.reason, row.warning = said[:3]
    HistoryRow.objects.bulk_create(found.rows, batch_size=2000)
    return judged
