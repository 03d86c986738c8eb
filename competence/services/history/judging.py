"""What would become of each row, by the answers given and what is recorded already. Asked by the
rehearsal and again, inside its transaction, by the commit: what is written is never what a page
said, only what the rows and the answers mean then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import F

from competence.models import Achievement, OutsideRecord
from competence.models.history import HistoryBatch, HistoryQuestion, HistoryRow
from competence.services.awards import valid_until
from courses.models import CourseVersion
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User

Verdict = HistoryRow.Verdict
Answer = HistoryQuestion.Answer
_FORMED = date(1971, 1, 1)
_CHUNK = 2000


class Level(NamedTuple):
    """A level in an area that a row gives, and its last valid day."""

    area: int
    level: int
    valid_until: date | None


class Judgement(NamedTuple):
    """`course`: the outside course of the record to write. `levels`: what to write besides.
    `known_record` and `known_levels`, with the last days by the row: what is recorded already."""

    verdict: str
    reason: str = ""
    warning: str = ""
    person: int | None = None
    course: int | None = None
    levels: tuple[Level, ...] = ()
    title: str = ""
    known_record: int | None = None
    known_levels: tuple[tuple[int, date | None], ...] = ()


class Judge:
    """Judges the rows of a batch in the order of the file. Seven queries, whatever the size."""

    def __init__(self, batch: HistoryBatch, by: User | None = None) -> None:
        self.questions = {each.pk: each for each in batch.questions.all()}
        # Nobody takes in what speaks of themselves.
        self._own_person = None if by is None else by.person_id
        # What was revoked from its first day never counted: a file may bring it anew.
        self._levels: dict[tuple[int, int, int, date], tuple[int, date | None]] = {
            (person, area, level, day): (pk, until)
            for pk, person, area, level, day, until in Achievement.objects.standing()
            .exclude(revoked_on__lte=F("achieved_on"))
            .order_by()
            .values_list("pk", "person_id", "area_id", "level_id", "achieved_on", "valid_until")
            .iterator(_CHUNK)
        }
        self._records: dict[tuple[int, int, date], tuple[int, date | None]] = {
            (person, course, day): (pk, until)
            for pk, person, course, day, until in OutsideRecord.objects.standing()
            .order_by()
            .values_list("pk", "person_id", "outside_course_id", "completed_on", "valid_until")
            .iterator(_CHUNK)
        }
        self._merged = dict(_merged_people())
        self._seen: set[tuple[int, ...]] = set()
        areas = dict(CompetenceArea.objects.values_list("code", "pk"))
        levels = dict(TrainingLevel.objects.values_list("number", "pk"))
        asked = {q.course_id for q in self.questions.values() if q.course_id}
        self._own = {
            version.course_id: (
                version.title,
                [(areas[g.area_code], levels[g.level], g.validity_months) for g in version.grants],
            )
            for version in CourseVersion.objects.latest_of_each().filter(course__in=asked)
        }

    def of(self, row: HistoryRow) -> Judgement:
        if row.fault:
            return Judgement(Verdict.REJECTED, row.fault)
        person_question = self._question(row.person_question_id)
        course_question = self._question(row.course_question_id)
        asked = [each for each in (person_question, course_question) if each is not None]
        if any(each.answer == Answer.LEAVE for each in asked):
            return Judgement(Verdict.REJECTED, "left_out")
        if any(not each.answer for each in asked):
            return Judgement(Verdict.ASKED)
        person = row.person_id if person_question is None else person_question.person_id
        day = row.completed_on
        if person is None or course_question is None or day is None:
            return Judgement(Verdict.REJECTED, "no_person")
        while person in self._merged:
            person = self._merged[person]
        if person == self._own_person:
            return Judgement(Verdict.REJECTED, "your_own")
        if course_question.answer == Answer.OUTSIDE:
            return self._record(row, person, course_question, day)
        return self._gives(row, person, course_question, day)

    def _question(self, pk: int | None) -> HistoryQuestion | None:
        return None if pk is None else self.questions[pk]

    def _warning(self, day: date, differs: bool) -> str:
        return "other_end" if differs else "old" if day < _FORMED else ""

    def _again(self, *key: int) -> bool:
        """Whether an earlier row of the file says the same."""
        if key in self._seen:
            return True
        self._seen.add(key)
        return False

    def _record(
        self, row: HistoryRow, person: int, question: HistoryQuestion, day: date
    ) -> Judgement:
        course = question.outside_course_id
        assert course is not None
        if (person, course, day) in self._records:
            pk, until = self._records[person, course, day]
            differs = bool(row.valid_until and until != row.valid_until)
            return Judgement(Verdict.KNOWN, "known", self._warning(day, differs), known_record=pk)
        if self._again(person, course, day.toordinal()):
            return Judgement(Verdict.KNOWN, "twice")
        return Judgement(
            Verdict.ACCEPTED, "", self._warning(day, False), person=person, course=course
        )

    def _gives(
        self, row: HistoryRow, person: int, question: HistoryQuestion, day: date
    ) -> Judgement:
        title = ""
        if question.answer == Answer.OWN and question.course_id is not None:
            title, grants = self._own[question.course_id]
        else:
            assert question.area_id is not None
            assert question.level_id is not None
            grants = [(question.area_id, question.level_id, None)]
        new, twice, differs = [], False, False
        known: list[tuple[int, date | None]] = []
        for area, level, months in grants:
            ends = [each for each in (row.valid_until, valid_until(day, months)) if each]
            given = Level(area, level, min(ends, default=None))
            if (person, area, level, day) in self._levels:
                pk, until = self._levels[person, area, level, day]
                known.append((pk, given.valid_until))
                differs = differs or bool(row.valid_until and until != given.valid_until)
            elif self._again(person, area, level, day.toordinal()):
                twice = True
            else:
                new.append(given)
        if not new:
            reason = "twice" if twice else "known"
            return Judgement(
                Verdict.KNOWN, reason, self._warning(day, differs), known_levels=tuple(known)
            )
        return Judgement(
            Verdict.ACCEPTED,
            "",
            self._warning(day, False),
            person=person,
            levels=tuple(new),
            title=title,
            known_levels=tuple(known),
        )


def _merged_people() -> Iterable[tuple[int, int]]:
    for pk, into in Person.objects.filter(merged_into__isnull=False).values_list(
        "pk", "merged_into_id"
    ):
        if into is not None:
            yield pk, into


def judge_again(batch: HistoryBatch, by: User | None) -> list[tuple[HistoryRow, Judgement]]:
    """Judge every row, for `by` to take in, and write the verdicts that have changed: one statement
    for each kind of verdict and thousand rows. Returns what was judged."""
    judge = Judge(batch, by)
    judged = [(row, judge.of(row)) for row in batch.lines.order_by("line", "pk")]
    changed: dict[tuple[str, str, str], list[int]] = {}
    for row, said in judged:
        if (row.verdict, row.reason, row.warning) != said[:3]:
            row.verdict, row.reason, row.warning = said[:3]
            changed.setdefault(said[:3], []).append(row.pk)
    for (verdict, reason, warning), pks in changed.items():
        for start in range(0, len(pks), 900):
            HistoryRow.objects.filter(pk__in=pks[start : start + 900]).update(
                verdict=verdict, reason=reason, warning=warning
            )
    return judged
