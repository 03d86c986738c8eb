"""What decided plans, held turns and governing documents are said in is fixed by the database: by
the ORM in whatever way, and by SQL written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from competence.models import (
    GoverningDocument,
    GoverningReading,
    KeyGroup,
    Passage,
    ProgrammeMember,
    ProgrammeTopic,
    ProgrammeTurn,
    StandingProgramme,
    TrainingActivity,
)
from competence.services.measures import edit_passage
from competence.services.programme import (
    add_member,
    add_topic,
    choose_topic,
    create_programme,
    end_part,
    mark_held,
    plan_year,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from tests.builders.competence import DAY, adopt, group, plan_of
from tests.builders.measures import passage, read_in
from tests.builders.training import add_activity, make_draft

pytestmark = pytest.mark.django_db

HELD = date(2026, 11, 2)


@contextmanager
def refused():
    with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
        yield


def all_refused(attempts: Iterable[Callable[[], object]]) -> None:
    for attempt in attempts:
        with refused():
            attempt()


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def turn() -> ProgrammeTurn:
    """A turn of a standing programme, not held yet."""
    adopt(plan_of({"area": "OM1", "level": 3, "renewal_months": 12}))
    programme = create_programme(key_group=group(), name="Fortbildning", by=None)
    area = CompetenceArea.objects.get(code="OM1")
    for title in ("Utträde", "Hot och hat"):
        add_topic(programme=programme, title=title, area=area, starts_on=HELD, by=None)
    add_member(programme=programme, function="strateg", headcount=1, starts_on=HELD, by=None)
    plan_year(programme=programme, year=2026, day=DAY, by=None)
    return ProgrammeTurn.objects.get()


def test_a_turn_is_free_until_it_was_held_and_then_stands(turn: ProgrammeTurn) -> None:
    other = ProgrammeTopic.objects.exclude(pk=turn.topic_id).get()
    choose_topic(turn=turn, topic=other, by=None)
    mark_held(turn=turn, on=HELD, day=DAY, by=None)
    rows = ProgrammeTurn.objects.filter(pk=turn.pk)
    turn = rows.get()
    all_refused(
        [
            lambda: rows.update(held_on=None),
            lambda: rows.update(held_on=DAY),
            lambda: rows.update(quarter=1),
            lambda: rows.update(topic=ProgrammeTopic.objects.exclude(pk=other.pk).get()),
            rows.delete,
            lambda: rows._raw_delete("default"),
            lambda: sql("UPDATE competence_programmeturn SET year = 2030"),
            lambda: sql("DELETE FROM competence_programmeturn"),
        ]
    )
    turn.save()
    if connection.vendor == "sqlite":
        insert = (
            "INSERT OR REPLACE INTO competence_programmeturn "
            "(id, member_id, topic_id, year, quarter) VALUES (%s, %s, %s, %s, %s)"
        )
        for key, quarter in ((turn.pk, 1), (999, turn.quarter)):
            with refused():
                sql(insert, key, turn.member_id, turn.topic_id, turn.year, quarter)
    # What the turn is said in stands with it; that a part ends is a later fact.
    all_refused(
        [
            lambda: ProgrammeTopic.objects.update(title="Annat"),
            lambda: ProgrammeMember.objects.update(function="Annan"),
            lambda: ProgrammeMember.objects.update(headcount=9),
            lambda: StandingProgramme.objects.update(name="Annat"),
            lambda: sql("DELETE FROM competence_programmetopic"),
        ]
    )
    end_part(part=other, on=DAY, by=None)
    assert rows.get().held_on == HELD


def test_a_turn_that_was_not_held_goes(turn: ProgrammeTurn) -> None:
    turn.delete()
    assert not ProgrammeTurn.objects.exists()


def test_what_plans_are_said_in_keeps_its_number_and_its_code() -> None:
    adopt(plan_of({"area": "OM1"}))
    add_activity(make_draft())
    all_refused(
        [
            lambda: TrainingActivity.objects.update(number=77),
            lambda: sql("DELETE FROM competence_trainingactivity"),
            lambda: TrainingLevel.objects.filter(number=1).update(number=9),
            lambda: TrainingLevel.objects.filter(number=3).delete(),
            lambda: sql("UPDATE framework_traininglevel SET number = number + 10"),
            lambda: CompetenceArea.objects.filter(code="OM1").update(code="OM99"),
            lambda: sql("DELETE FROM framework_competencearea"),
            lambda: KeyGroup.objects.filter(code="G").update(code="X"),
            lambda: sql("DELETE FROM competence_keygroup"),
        ]
    )
    # Names are the register's.
    TrainingLevel.objects.filter(number=1).update(name="Grundnivå")
    CompetenceArea.objects.filter(code="OM1").update(name="Annat namn")
    KeyGroup.objects.filter(code="G").update(name="Annat namn")


def test_the_words_of_a_governing_document_change_only_with_a_reading_of_its_file() -> None:
    first = read_in({"code": "S1", "words": "Kommunen ska."}, {"code": "S2"})
    row = passage("S1")
    passages, documents = Passage.objects.filter(pk=row.pk), GoverningDocument.objects.all()
    reading = GoverningReading.objects.get()
    assert (row.read_in, first.read_in) == (reading, reading)
    all_refused(
        [
            lambda: passages.update(words="Kommunen kan."),
            lambda: passages.update(title="Annat"),
            lambda: passages.update(kind="description"),
            lambda: passages.update(words="Kommunen kan.", read_in=None),
            lambda: passages.update(words="Kommunen kan.", read_in=reading),
            lambda: passages.update(code="S9"),
            passages.delete,
            lambda: sql("UPDATE competence_passage SET words = 'Kommunen kan.'"),
            lambda: sql("DELETE FROM competence_passage"),
            lambda: documents.update(title="Ett annat dokument"),
            lambda: documents.update(decided_on=date(2020, 1, 1)),
            lambda: documents.update(code="annat"),
            documents.delete,
            lambda: GoverningReading.objects.update(checksum="0"),
            lambda: sql("DELETE FROM competence_governingreading"),
        ]
    )
    edit_passage(
        passage=row, owner_function="Skolchef", owner_unit=None, editorial_note="Lagen är ny.",
        legal_references=[], by=None,
    )  # fmt: skip
    read_in({"code": "S1", "words": "Kommunen ska alltid."}, {"code": "S2"})
    later = passage("S1")
    assert later.words == "Kommunen ska alltid."
    assert later.read_in_id is not None
    assert later.read_in_id > reading.pk
    # What the file did not change keeps the reading that it is from.
    assert passage("S2").read_in == reading
    assert GoverningReading.objects.count() == 2
