"""Which questions an attempt asks: those written in the lesson, and those drawn from the pools
that were frozen with it.

A draw is {"kind": "draw", "key", "strata": [{"count", "pool": [question, …]}]}. Where strata
share questions, each question belongs to one of them for a learner, so that no attempt asks one
twice. Each stratum has an order of its own for every learner, and the attempts go through it in
turn: a question comes back only when the others of its stratum have been asked.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from courses.grading.seeds import seed_of

Question = Mapping[str, Any]
# The lesson key of the test that shows a whole course to be known already.
TEST_OUT = "test-out"
# Its place among the lessons' addresses.
TEST_OUT_SLUG = "kunskapsprov"


@dataclass
class _Stratum:
    """`order` is what it can draw as this learner meets it, `own` what is this stratum's."""

    count: int
    order: dict[str, Question]
    own: set[str] = field(default_factory=set)

    def asked(self, number: int) -> Iterator[Question]:
        row = [question for key, question in self.order.items() if key in self.own]
        count = min(self.count, len(row))
        start = (number - 1) * count
        for place in range(count):
            yield row[(start + place) % len(row)]


class _Sharing:
    """Deals the questions out in rounds, to each stratum as many as one attempt asks. A stratum
    that finds nothing free takes from another that can take something else, so that each round
    holds as many different questions as any way of dealing could give."""

    def __init__(self, strata: Sequence[_Stratum]) -> None:
        self.strata = strata
        self.owner: dict[str, int] = {}
        # A question once dealt is never free again.
        self.unseen = [iter(stratum.order) for stratum in strata]

    def _free(self, place: int) -> str | None:
        for key in self.unseen[place]:
            if key not in self.owner:
                return key
        return None

    def _hand_over(self, key: str, place: int) -> None:
        if key in self.owner:
            self.strata[self.owner[key]].own.remove(key)
        self.owner[key] = place
        self.strata[place].own.add(key)

    def _gain(self, place: int) -> bool:
        """Give a stratum one question more, and no other stratum fewer."""
        # By stratum: the question it would give away, and to whom.
        gives: dict[int, tuple[str, int]] = {}
        waiting = [place]
        for taker in waiting:
            free = self._free(taker)
            if free is not None:
                self._hand_over(free, taker)
                giver = taker
                while giver != place:
                    key, receiver = gives[giver]
                    self._hand_over(key, receiver)
                    giver = receiver
                return True
            for key in self.strata[taker].order:
                owner = self.owner[key]
                if owner != place and owner not in gives:
                    gives[owner] = (key, taker)
                    waiting.append(owner)
        return False

    def deal(self) -> None:
        asking = [place for place, stratum in enumerate(self.strata) if stratum.count > 0]
        growing = sorted(asking, key=lambda place: len(self.strata[place].order))
        while growing:
            # Who cannot gain now never can: what is dealt stays dealt.
            growing = [
                place
                for place in growing
                if all(self._gain(place) for _turn in range(self.strata[place].count))
            ]


def _strata(lesson: Mapping[str, Any], enrolment_pk: int) -> list[_Stratum]:
    """The strata of a lesson in the order written, each with the questions that are its own."""
    written = {question["key"] for question in all_questions([lesson], drawn=False)}
    strata: list[_Stratum] = []
    for question in lesson["questions"]:
        if question["kind"] != "draw":
            continue
        for place, stratum in enumerate(question["strata"]):
            pool = {each["key"]: each for each in stratum["pool"]}
            keys = sorted(pool)
            seed = seed_of(enrolment_pk, f"{lesson['key']}:{question['key']}:{place}", 0)
            random.Random(seed).shuffle(keys)
            order = {key: pool[key] for key in keys if key not in written}
            strata.append(_Stratum(stratum["count"], order))
    _Sharing(strata).deal()
    return strata


def questions_asked(lesson: Mapping[str, Any], *, enrolment_pk: int, number: int) -> list[Question]:
    """What attempt `number` (from 1) asks of this learner; always the same."""
    strata = iter(_strata(lesson, enrolment_pk))
    # By key: a question that is written twice is asked once.
    asked: dict[str, Question] = {}
    for question in lesson["questions"]:
        if question["kind"] != "draw":
            asked.setdefault(question["key"], question)
            continue
        for _stratum in question["strata"]:
            asked.update((each["key"], each) for each in next(strata).asked(number))
    return list(asked.values())


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


def number_drawn(lesson: Mapping[str, Any]) -> int:
    """How many different questions the draws of a lesson give together; to every learner the
    same number, each attempt."""
    return sum(len(list(stratum.asked(1))) for stratum in _strata(lesson, 0))


def number_asked(lesson: Mapping[str, Any]) -> int:
    """How many questions an attempt at the lesson asks."""
    written = {question["key"] for question in all_questions([lesson], drawn=False)}
    return len(written) + number_drawn(lesson)


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


def number_in_test(lessons: Sequence[Mapping[str, Any]], count: int) -> int:
    """How many questions a test of about `count` really asks: more where there are more lessons,
    fewer where the lessons have no more."""
    return number_asked(lesson_for_test_out(lessons, count))
