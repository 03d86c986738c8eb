"""Taking a batch in, and back: each in one transaction, everything in bulk, every row logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.models import Achievement, OutsideCourse, OutsideRecord
from competence.models.history import HistoryBatch, HistoryRow, HistoryStatement
from competence.services.equivalence import give_by_rules
from competence.services.history.judging import Judgement, Verdict, judge_again
from competence.services.history.rehearsing import HistoryError, open_batch, without_progress
from competence.services.other_sources import stand_on_other_sources
from competence.services.outside_entries import withdraw_facts
from lms.audit.services import Entry, record, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.registry import Reporter
from lms.people.models import User

State = HistoryBatch.State
_BATCH = 2000
KEPT_DAYS = 90
# Any constant: two batches never write at the same time.
_LOCK = 7_203_402


class Ready(NamedTuple):
    """A row to be written: what was judged of it, whose it is and of which day."""

    row: HistoryRow
    said: Judgement
    person: int
    day: date


class Codes(NamedTuple):
    """What areas and levels are called in the ledger, by primary key."""

    areas: dict[int, str]
    levels: dict[int, int]


def _lock() -> None:
    """Wait for any other batch. SQLite's transaction already holds the only lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def source_of(batch: HistoryBatch, row: HistoryRow, title: str) -> str:
    """How an achievement names the import, in files and lists."""
    said = title or row.given.get("reference", "")
    return f"historik {batch.pk}, {said}"[:200] if said else f"historik {batch.pk}"


def commit_batch(
    *, batch: HistoryBatch, by: User | None, progress: Reporter = without_progress
) -> HistoryBatch:
    """Write the facts of every row that is ready. Rows with an unanswered question, and those that
    cannot be taken in, are left. Said again of a batch that is in, nothing is written."""
    total = batch.lines.count()
    progress(0, total, _("Writes the facts"))
    try:
        with transaction.atomic():
            _lock()
            batch = HistoryBatch.objects.select_for_update().get(pk=batch.pk)
            if batch.state == State.COMMITTED:
                return batch
            batch = open_batch(batch.pk)
            if batch.rehearsed_at is None:
                raise HistoryError(_("The file has not been read yet."))
            _write(batch, by)
    except IntegrityError:
        raise HistoryError(
            _("Somebody recorded the same meanwhile. Nothing has been taken in. Try again.")
        ) from None
    progress(total, total, _("Writes the facts"))
    return batch


def _write(batch: HistoryBatch, by: User | None) -> None:
    judged = judge_again(batch, by)
    ready = [
        Ready(row, said, said.person, row.completed_on)
        for row, said in judged
        if said.verdict == Verdict.ACCEPTED and said.person and row.completed_on
    ]
    records = [
        OutsideRecord(
            person_id=each.person,
            outside_course_id=each.said.course,
            completed_on=each.day,
            valid_until=each.row.valid_until,
            by=by,
            history_batch=batch,
        )
        for each in ready
        if each.said.course is not None
    ]
    OutsideRecord.objects.bulk_create(records, batch_size=_BATCH)
    new = [
        (
            Achievement(
                person_id=each.person,
                area_id=level.area,
                level_id=level.level,
                achieved_on=each.day,
                valid_until=level.valid_until,
                source=source_of(batch, each.row, each.said.title),
                by=by,
                history_batch=batch,
            ),
            each.row,
        )
        for each in ready
        for level in each.said.levels
    ]
    Achievement.objects.bulk_create((each for each, _row in new), batch_size=_BATCH)
    record_many(_record_entries(batch, records, ready), by=by)
    codes = _codes()
    record_many((_achievement_entry(batch, *each, codes) for each in new), by=by)
    by_rules = give_by_rules(records=records, by=by)
    if not _is_in_already(batch):
        HistoryStatement.objects.bulk_create(_also_said(batch, judged), batch_size=_BATCH)
    batch.state = State.COMMITTED
    batch.committed_at = timezone.now()
    batch.committed_by = by
    batch.summary = {
        **batch.summary,
        "counts": dict(Counter(said.verdict for _row, said in judged)),
        "written": {
            "rows": len(ready),
            "records": len(records),
            "achievements": len(new) + len(by_rules),
        },
    }
    file = batch.file.name
    batch.file = ""
    batch.save()
    batch.lines.filter(verdict__in=[Verdict.ACCEPTED, Verdict.KNOWN]).delete()
    record(
        "history.committed",
        batch,
        by=by,
        before={"state": State.WAITING},
        after={"state": State.COMMITTED, **batch.summary["written"]},
    )
    transaction.on_commit(lambda: _remove(batch, file))


def _is_in_already(batch: HistoryBatch) -> bool:
    """Whether an import that stands took in the very same file: the same file once more states
    nothing more than it did."""
    content = batch.summary.get("content")
    same = HistoryBatch.objects.filter(state=State.COMMITTED, summary__content=content)
    return content is not None and same.exists()


def _also_said(
    batch: HistoryBatch, judged: list[tuple[HistoryRow, Judgement]]
) -> list[HistoryStatement]:
    """What the file says that was recorded already: it rests on this import too."""
    records = {
        said.known_record: row.valid_until for row, said in judged if said.known_record is not None
    }
    levels = {pk: last for _row, said in judged for pk, last in said.known_levels}
    return [
        *(
            HistoryStatement(batch=batch, outside_record_id=pk, valid_until=last)
            for pk, last in records.items()
        ),
        *(
            HistoryStatement(batch=batch, achievement_id=pk, valid_until=last)
            for pk, last in levels.items()
        ),
    ]


def _record_entries(
    batch: HistoryBatch,
    records: list[OutsideRecord],
    ready: list[Ready],
) -> Iterator[Entry]:
    rows = (each.row for each in ready if each.said.course is not None)
    courses = OutsideCourse.objects.in_bulk()
    for each, row in zip(records, rows, strict=True):
        yield Entry(
            "outside_record.imported",
            "competence.outsiderecord",
            str(each.pk),
            each.person_id,
            after={
                "outside_course": str(courses[each.outside_course_id]),
                "completed_on": each.completed_on.isoformat(),
                "batch": batch.pk,
                "line": row.line,
                "reference": row.given.get("reference", ""),
            },
        )


def _codes() -> Codes:
    return Codes(
        dict(CompetenceArea.objects.values_list("pk", "code")),
        dict(TrainingLevel.objects.values_list("pk", "number")),
    )


def _achievement_entry(
    batch: HistoryBatch, each: Achievement, row: HistoryRow, codes: Codes
) -> Entry:
    return Entry(
        "achievement.imported",
        "competence.achievement",
        str(each.pk),
        each.person_id,
        after={
            "area": codes.areas[each.area_id],
            "level": codes.levels[each.level_id],
            "achieved_on": each.achieved_on.isoformat(),
            "valid_until": each.valid_until.isoformat() if each.valid_until else None,
            "source": each.source,
            "batch": batch.pk,
            "line": row.line,
        },
    )


def _remove(batch: HistoryBatch, name: str | None) -> None:
    if name:
        batch.file.storage.delete(name)


@transaction.atomic
def undo_batch(*, batch: HistoryBatch, by: User | None) -> HistoryBatch:
    """Take back everything the batch brought, also what rules decided later made of it and what
    has been revoked since: it never counted. What a claim approved with its own proof says too, or
    another import that was taken in, stands. Nothing is deleted. Said again, nothing happens."""
    _lock()
    batch = HistoryBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == State.UNDONE:
        return batch
    if batch.state != State.COMMITTED:
        raise HistoryError(_("Only an import that has been taken in can be taken back."))
    at = timezone.now()
    of_batch = OutsideRecord.objects.standing().filter(history_batch=batch)
    # A claim decided at the same moment either finds the record taken back, or is kept with it.
    courses = set(of_batch.values_list("outside_course_id", flat=True))
    list(OutsideCourse.objects.select_for_update().filter(pk__in=courses).order_by("pk"))
    brought = list(
        Achievement.objects.standing()
        .filter(Q(history_batch=batch) | Q(outside_record__history_batch=batch))
        .select_related("rule")
        .order_by("pk")
    )
    records = list(of_batch.order_by("pk"))
    withdraw_facts(
        achievements=brought,
        records=of_batch.order_by("pk"),
        at=at,
        by=by,
        batch=batch.pk,
    )
    batch.state = State.UNDONE
    batch.undone_at = at
    batch.undone_by = by
    batch.save(update_fields=["state", "undone_at", "undone_by"])
    stand_on_other_sources(records=records, facts=brought, by=by)
    batch.lines.all().delete()
    batch.questions.all().delete()
    record(
        "history.undone",
        batch,
        by=by,
        before={"state": State.COMMITTED, **batch.summary.get("written", {})},
        after={"state": State.UNDONE},
    )
    return batch


@transaction.atomic
def discard_batch(*, batch: HistoryBatch, by: User | None) -> None:
    """Throw the file away, with all that was read in it."""
    batch = open_batch(batch.pk)
    file = batch.file.name
    batch.state = State.DISCARDED
    batch.file = ""
    batch.save(update_fields=["state", "file"])
    batch.lines.all().delete()
    batch.questions.all().delete()
    record(
        "history.discarded",
        batch,
        by=by,
        before={"state": State.WAITING},
        after={"state": State.DISCARDED},
    )
    transaction.on_commit(lambda: _remove(batch, file))


@transaction.atomic
def remove_rest(*, batch: HistoryBatch, by: User | None) -> None:
    """Remove the rows that were not taken in, with the names in them."""
    batch = HistoryBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != State.COMMITTED:
        raise HistoryError(_("The import has not been taken in."))
    count = batch.lines.count()
    batch.lines.all().delete()
    batch.questions.all().delete()
    record("history.rest_removed", batch, by=by, before={"rows": count})


def purge_old_files() -> None:
    """What nobody has decided about for 90 days, and what was left of what was decided."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    for batch in HistoryBatch.objects.filter(state=State.WAITING, created_at__lt=before):
        discard_batch(batch=batch, by=None)
    for batch in HistoryBatch.objects.filter(
        state=State.COMMITTED, committed_at__lt=before, questions__isnull=False
    ).distinct():
        remove_rest(batch=batch, by=None)
