"""The engine gives on random worlds what docs/gap.md, read slowly, gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence import engine
from tests.competence.answers import answer, slow_answer
from tests.competence.worlds import Seeded, days_to_ask, edge_world, make_world, write_world

T = TypeVar("T")


class Drawn:
    """Choices made by hypothesis, which shrinks them."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def number(self, low: int, high: int) -> int:
        return self._data.draw(st.integers(low, high))

    def one_of(self, choices: Sequence[T]) -> T:
        return self._data.draw(st.sampled_from(choices))


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_engine_answers_as_the_slow_one_on_drawn_worlds(data: st.DataObject):
    source = Drawn(data)
    world = make_world(source)
    days = days_to_ask(source, world)
    with transaction.atomic():
        write_world(world)
        for day in days:
            assert answer(engine, day) == slow_answer(world, day)
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(30))
def test_engine_answers_as_the_slow_one_on_seeded_worlds(seed: int):
    source = Seeded(seed)
    world = make_world(source)
    write_world(world)
    for day in days_to_ask(source, world):
        assert answer(engine, day) == slow_answer(world, day)


@pytest.mark.django_db
def test_engine_answers_as_the_slow_one_on_turns_that_chance_seldom_takes():
    world, days = edge_world()
    write_world(world)
    for day in days:
        assert answer(engine, day) == slow_answer(world, day)
