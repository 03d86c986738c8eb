"""Which questions an attempt asks: those written in the lesson, and those drawn from the pools
that were frozen with it.

A draw is {"kind": "draw", "key", "strata": [{"count", "pool": [question, …]}]}. Each stratum is
laid in an order of its own for every learner, and the attempts go through it in turn: a question
comes back only when the others of its stratum have been asked. No attempt asks one twice.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from courses.grading.seeds import seed_of

Question = Mapping[str, Any]
# The lesson key of the test that shows a whole course to be known already.
TEST_OUT = "test-out"
# Its place among the lessons' addresses.
TEST_OUT_SLUG = "kunskapsprov"


def _from_stratum(
    pool: Sequence[Question], count: int, seed: int, number: int, taken: set[str]
) -> Iterator[Question]:
    free = [question for question in pool if question["key"] not in taken]
    order = sorted(free, key=lambda question: question["key"])
    random.Random(seed).shuffle(order)
    start = (number - 1) * count
    for place in range(min(count, len(order))):
        yield order[(start + place) % len(order)]


def questions_asked(lesson: Mapping[str, Any], *, enrolment_pk: int, number: int) -> list[Question]:
    """What attempt `number` (from 1) asks of this learner; always the same."""
    written = {question["key"] for question in all_questions([lesson], drawn=False)}
    taken = set(written)
    asked: list[Question] = []
    for question in lesson["questions"]:
        if question["kind"] != "draw":
            asked.append(question)
            continue
        for place, stratum in enumerate(question["strata"]):
            seed = seed_of(enrolment_pk, f"{lesson['key']}:{question['key']}:{place}", 0)
            drawn = list(_from_stratum(stratum["pool"], stratum["count"], seed, number, taken))
            taken |= {each["key"] for each in drawn}
            asked.extend(drawn)
    return asked


def all_questions(
    lessons: Iterable[Mapping[str, Any]], *, drawn: bool = True
) -> Iterator[Question]:
    """Every question that the lessons can ask, each pool included if `drawn`."""
    for lesson in lessons:
        for question in lesson["questions"]:
            if question["kind"] != "draw":
                yield question
            elif drawn:
                for stratum in question["strata"]:
                    yield from stratum["pool"]


def number_asked(lesson: Mapping[str, Any]) -> int:
    """How many questions an attempt at the lesson asks."""
    return sum(
        sum(min(stratum["count"], len(stratum["pool"])) for stratum in question["strata"])
        if question["kind"] == "draw"
        else 1
        for question in lesson["questions"]
    )


def lesson_for_test_out(lessons: Sequence[Mapping[str, Any]], count: int) -> dict[str, Any]:
    """The questions of a whole course as one test of about `count`, at least one from every
    lesson: what somebody answers to show that they know it already."""
    pools = [pool for lesson in lessons if (pool := list(all_questions([lesson])))]
    each, over = divmod(max(count, len(pools)), max(len(pools), 1))
    return {
        "key": TEST_OUT,
        "slug": TEST_OUT_SLUG,
        "blocks": [],
        "questions": [
            {
                "kind": "draw",
                "key": TEST_OUT,
                "strata": [
                    {"count": each + (place < over), "pool": pool}
                    for place, pool in enumerate(pools)
                ],
            }
        ],
    }
