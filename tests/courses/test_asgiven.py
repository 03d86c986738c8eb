"""Answers as they arrive: late, twice, out of order, from two devices. The later given stands."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import grading
from courses.freezing import content_hash, lessons_of, outline_of
from courses.models import Answer, Attempt, ChecklistMark, CourseVersion, Enrolment, Reflection
from courses.services import enrolment as enrolling
from courses.services import learning
from courses.services.learning import Given
from courses.views import asgiven
from lms.people.models import Person
from tests.builders import courses
from tests.builders.answers import fields_for
from tests.builders.people import make_account, make_person

pytestmark = pytest.mark.django_db
NOON = courses.NOON
# What a page may send of a question, complete or not, and nothing where it was taken back.
RESPONSES: dict[str, list[Any]] = {
    "s": [0, 1, 2, None],
    "t": [True, False],
    "m": [[0], [0, 2], [1, 3], None],
    "o": [[0, 1, 2], [2, 2, 1], [0, None, None]],
    "n": ["12,5", "tolv", None],
}


@dataclass(frozen=True)
class Change:
    """One change on one page; `given` and `arrives` in seconds."""

    client: str
    sequence: int
    question: str
    response: Any
    given: int
    arrives: int = 0


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """What two pages changed, in the order in which it arrived: any order, some of it twice, and
    never before it was given."""
    changes = []
    for client in ("phone", "desk"):
        moments = sorted(draw(st.lists(st.integers(0, 20), max_size=6)))
        for sequence, moment in enumerate(moments, 1):
            key = draw(st.sampled_from(sorted(RESPONSES)))
            response = draw(st.sampled_from(RESPONSES[key]))
            changes.append(Change(client, sequence, key, response, moment))
    repeated = draw(st.lists(st.sampled_from(changes), max_size=4)) if changes else []
    return [
        replace(change, arrives=30 + place)
        for place, change in enumerate(draw(st.permutations([*changes, *repeated])))
    ]


@contextmanager
def undone() -> Iterator[None]:
    """Each example begins with what the test began with."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def lesson_of(enrolment: Enrolment) -> Any:
    return lessons_of(enrolment.version.content)[0]


def body(
    attempt: int, client: str, changes: Iterable[Change], now: int, seed: int, lesson: Any
) -> bytes:
    questions = {each["key"]: each for each in lesson["questions"]}
    return json.dumps(
        {
            "attempt": attempt,
            "client": client,
            "changes": [
                {
                    "question": change.question,
                    "sequence": change.sequence,
                    "age": 1000 * (now - change.given),
                    "fields": [
                        [name, value]
                        for name, values in fields_for(
                            questions[change.question], seed, change.response
                        ).items()
                        for value in values
                    ],
                }
                for change in changes
            ],
        }
    ).encode()


def deliver(enrolment: Enrolment, changes: Iterable[Change]) -> None:
    lesson = lesson_of(enrolment)
    seed = grading.seed_of(enrolment.pk, lesson["key"], 1)
    for change in changes:
        now = NOON + timedelta(seconds=change.arrives)
        sent = asgiven.read(body(1, change.client, [change], change.arrives, seed, lesson), now)
        learning.save_answers(
            enrolment=enrolment,
            lesson=lesson,
            number=sent.attempt,
            given=sent.responses(grading.all_questions([lesson]), seed),
            at=now,
        )


def stored() -> dict[str, Any]:
    return dict(Answer.objects.values_list("question_key", "response"))


@pytest.fixture
def person() -> Person:
    return make_person(given_name="Åsa", family_name="Öst")


@pytest.fixture
def enrolment(person: Person) -> Enrolment:
    version = courses.publish_course(
        lessons=2,
        questions=courses.all_kinds(),
        body=[courses.reflection(), courses.checklist()],
    )
    return courses.enrol(person, version)


@pytest.fixture
def learner(person: Person, client: Client) -> Client:
    client.force_login(make_account(person))
    return client


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories())
def test_the_later_given_stands_whatever_the_order_in_which_it_arrives(
    enrolment: Enrolment, history: list[Change]
) -> None:
    in_order = sorted(history, key=lambda change: (change.given, change.client, change.sequence))
    with undone():
        deliver(enrolment, history)
        assert stored() == {change.question: change.response for change in in_order}
        rows = list(Answer.objects.order_by("pk").values())
        deliver(enrolment, [replace(change, arrives=90) for change in reversed(history)])
        assert list(Answer.objects.order_by("pk").values()) == rows
        if in_order:
            enrolment.refresh_from_db()
            latest = {
                f"q-{change.question}" for change in in_order if change.given == in_order[-1].given
            }
            assert enrolment.place_block in latest


@given(
    pools=st.lists(
        st.lists(st.integers(0, 15), min_size=1, max_size=8, unique=True), min_size=1, max_size=3
    ),
    counts=st.lists(st.integers(1, 4), min_size=3, max_size=3),
    written=st.lists(st.integers(0, 15), max_size=3, unique=True),
    number=st.integers(1, 9),
    learner=st.integers(1, 10_000),
)
def test_an_attempt_never_asks_a_question_twice(
    pools: list[list[int]], counts: list[int], written: list[int], number: int, learner: int
) -> None:
    def asked(key: int) -> dict[str, Any]:
        return {"kind": "truefalse", "key": str(key)}

    strata = [
        {"count": count, "pool": [asked(key) for key in pool]}
        for pool, count in zip(pools, counts, strict=False)
    ]
    lesson = {
        "key": "l",
        "questions": [*map(asked, written), {"kind": "draw", "key": "d", "strata": strata}],
    }
    keys = [q["key"] for q in grading.questions_asked(lesson, enrolment_pk=learner, number=number)]
    assert len(keys) == len(set(keys))
    assert keys[: len(written)] == [str(key) for key in written]


@given(
    size=st.integers(1, 12),
    count=st.integers(1, 5),
    learner=st.integers(1, 10_000),
)
def test_a_draw_asks_fresh_questions_until_its_pool_is_used_up(
    size: int, count: int, learner: int
) -> None:
    pool = [{"kind": "truefalse", "key": str(key)} for key in range(size)]
    draw = {"kind": "draw", "key": "d", "strata": [{"count": count, "pool": pool}]}
    seen: list[str] = []
    for number in range(1, size // count + 1):
        asked = grading.questions_asked(
            {"key": "l", "questions": [draw]}, enrolment_pk=learner, number=number
        )
        assert len(asked) == count
        seen += [question["key"] for question in asked]
    assert len(seen) == len(set(seen))


def address(enrolment: Enrolment, name: str, *arguments: str) -> str:
    lesson = lesson_of(enrolment)
    return reverse(
        f"courses:{name}", args=[enrolment.version.course.slug, lesson["slug"], *arguments]
    )


def send(client: Client, enrolment: Enrolment, changes: list[Change], attempt: int = 1) -> Any:
    lesson = lesson_of(enrolment)
    seed = grading.seed_of(enrolment.pk, lesson["key"], attempt)
    now = max(change.arrives for change in changes)
    return client.post(
        address(enrolment, "answers"),
        body(attempt, changes[0].client, changes, now, seed, lesson),
        content_type="application/json",
        headers={"accept": "application/json"},
    )


def hand_in(client: Client, enrolment: Enrolment, attempt: int = 1) -> Any:
    return client.post(
        address(enrolment, "answers"),
        {"attempt": attempt, "submit": "1"},
        headers={"accept": "application/json"},
    )


def answer_everything(
    enrolment: Enrolment, at: datetime = NOON, number: int = 1, **wrong: Any
) -> None:
    lesson = lesson_of(enrolment)
    responses = {**courses.right_responses(lesson), **wrong}
    learning.save_answers(
        enrolment=enrolment,
        lesson=lesson,
        number=number,
        given=courses.give(responses, at),
        at=at,
    )


def odd(
    *,
    attempt: str = "1",
    client: str = "x",
    question: str = "s",
    sequence: str = "1",
    age: str = "0",
    fields: str = "[]",
) -> bytes:
    """One change, each part of it as it stands in JSON."""
    return (
        f'{{"attempt": {attempt}, "client": "{client}", "changes": [{{"question": "{question}", '
        f'"sequence": {sequence}, "age": {age}, "fields": {fields}}}]}}'
    ).encode()


def test_incomplete_answers_are_kept_and_shown_again(learner: Client, enrolment: Enrolment) -> None:
    changes = [
        Change("phone", 1, "o", [2, None, None], 0),
        Change("phone", 2, "n", "tolv", 1),
        Change("phone", 3, "l", [0, None], 2),
        Change("phone", 4, "b", [0], 3, arrives=4),
    ]
    response = send(learner, enrolment, changes)
    assert (response.status_code, response.json()["answered"]) == (200, 0)
    assert stored() == {"o": [2, None, None], "n": "tolv", "l": [0, None], "b": [0]}
    fields = learner.get(address(enrolment, "state")).json()["fields"]
    assert fields["q-n"] == ["tolv"]
    assert [
        len(fields[name]) for name in ("q-o-0", "q-o-1", "q-l-0", "q-l-1", "q-b-0", "q-b-1")
    ] == [*(1, 0, 1, 0, 1, 0)]


def test_an_answer_ten_minutes_old_does_not_replace_one_given_since(
    learner: Client, enrolment: Enrolment
) -> None:
    send(learner, enrolment, [Change("desk", 1, "s", 1, 590, arrives=591)])
    send(learner, enrolment, [Change("phone", 9, "s", 0, 0, arrives=600)])
    assert stored() == {"s": 1}
    send(learner, enrolment, [Change("phone", 10, "s", 2, 600, arrives=600)])
    assert stored() == {"s": 2}


def test_the_place_is_the_question_given_last_and_not_the_one_that_arrived_last(
    learner: Client, enrolment: Enrolment
) -> None:
    send(
        learner,
        enrolment,
        [Change("phone", 1, "t", True, 500), Change("phone", 2, "s", 1, 400, arrives=600)],
    )
    learner.post(
        address(enrolment, "place"),
        {"block": "r", "client": "phone", "sequence": "3", "age": "150000"},
    )
    enrolment.refresh_from_db()
    assert enrolment.place_block == "q-t"
    learner.post(
        address(enrolment, "place"),
        {"block": "c", "client": "phone", "sequence": "4", "age": "50"},
    )
    enrolment.refresh_from_db()
    assert enrolment.place_block == "c"


def test_a_request_that_was_long_on_its_way_does_not_hold_the_place(
    learner: Client, enrolment: Enrolment
) -> None:
    # Given at 0 and three seconds on its way; the next given at 1 and there at once.
    send(learner, enrolment, [Change("phone", 1, "s", 1, 3, arrives=3)])
    send(learner, enrolment, [Change("phone", 2, "t", True, 1, arrives=4)])
    enrolment.refresh_from_db()
    assert enrolment.place_block == "q-t"


def test_coming_back_to_the_same_place_makes_it_the_latest(enrolment: Enrolment) -> None:
    key = lesson_of(enrolment)["key"]
    for block, minute in (("x", 0), ("x", 10), ("y", 5)):
        learning.remember_place(
            enrolment=enrolment,
            lesson_key=key,
            block_key=block,
            at=NOON + timedelta(minutes=minute),
        )
    enrolment.refresh_from_db()
    assert enrolment.place_block == "x"


def test_a_page_of_an_attempt_that_is_not_the_open_one_is_told_so(
    learner: Client, enrolment: Enrolment
) -> None:
    response = send(learner, enrolment, [Change("phone", 1, "s", 1, 0)], attempt=3)
    assert (response.status_code, response.json()["final"]) == (409, True)
    answer_everything(enrolment, s=0, t=False)
    assert hand_in(learner, enrolment).json()["next"].endswith("/#resultat")
    late = send(learner, enrolment, [Change("phone", 2, "s", 1, 0)])
    assert (late.status_code, late.json()["final"]) == (409, True)
    assert stored()["s"] == 0
    assert hand_in(learner, enrolment, attempt=3).status_code == 409
    assert Attempt.objects.count() == 1


def test_handing_in_twice_leads_to_the_same_result(learner: Client, enrolment: Enrolment) -> None:
    answer_everything(enrolment)
    first, second = hand_in(learner, enrolment), hand_in(learner, enrolment)
    assert first.json() == second.json() == {"next": f"{address(enrolment, 'lesson')}#resultat"}
    assert enrolment.lesson_completions.count() == 1


def test_handing_in_with_a_question_open_leads_to_what_is_missing(
    learner: Client, enrolment: Enrolment
) -> None:
    send(learner, enrolment, [Change("phone", 1, "s", 1, 0)])
    next_page = hand_in(learner, enrolment).json()["next"]
    assert next_page == f"{address(enrolment, 'lesson')}?saknas=1#fragor"
    assert "8 frågor saknar svar" in learner.get(next_page).content.decode()


def test_what_is_sent_to_an_enrolment_that_is_no_more_is_said_to_be_gone(
    learner: Client, enrolment: Enrolment
) -> None:
    enrolling.withdraw(enrolment=enrolment, by=None, at=NOON)
    response = send(learner, enrolment, [Change("phone", 1, "s", 1, 0)])
    assert (response.status_code, response.json()["final"]) == (404, True)


@pytest.mark.parametrize(
    "sent",
    [
        b"null",
        b"[]",
        b'{"attempt": 1, "client": "", "changes": []}',
        b'{"attempt": 1, "client": "x", "changes": [{"question": "s"}]}',
        b'{"attempt": 1, "client": "x", "changes": [{"question": "s", "sequence": 1, "age": "x",'
        b' "fields": []}]}',
        odd(sequence="1e999"),
        odd(sequence="9" * 5000),
        odd(age="9" * 5000),
        odd(attempt="1e999"),
        odd(attempt='"' + "9" * 5000 + '"'),
        odd(client="\\u0000"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    learner: Client, enrolment: Enrolment, sent: bytes
) -> None:
    response = learner.post(address(enrolment, "answers"), sent, content_type="application/json")
    assert response.status_code == 400
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("age", ["-Infinity", "Infinity", "-1e300", "1e300", "9" * 400])
def test_an_age_that_cannot_be_is_taken_for_the_nearest_that_can(
    learner: Client, enrolment: Enrolment, age: str
) -> None:
    response = learner.post(
        address(enrolment, "answers"), odd(age=age), content_type="application/json"
    )
    assert response.status_code == 200


def test_what_no_database_takes_is_left_out(learner: Client, enrolment: Enrolment) -> None:
    sent = odd(client="p\\u0000h\\ud83d", question="n", fields='[["q-n", "1\\u00002\\ud83d"]]')
    learner.post(address(enrolment, "answers"), sent, content_type="application/json")
    answer = Answer.objects.get()
    assert (answer.response, answer.client) == ("12", "ph")
    learner.post(
        address(enrolment, "reflection", "r"),
        {"text": "Ett\x00\ntvå\x07", "client": "p\x00h", "sequence": "1", "age": "0"},
    )
    text = Reflection.objects.get()
    assert (text.text, text.client) == ("Ett\ntvå", "ph")


@pytest.mark.parametrize("name", ["sequence", "age"])
def test_a_stamp_with_thousands_of_digits_is_no_stamp(
    learner: Client, enrolment: Enrolment, name: str
) -> None:
    fields = {"text": "Ett", "client": "p", "sequence": "1", "age": "0", name: "9" * 5000}
    assert learner.post(address(enrolment, "reflection", "r"), fields).status_code == 302
    assert Reflection.objects.get().client == ""


def test_a_text_and_ticks_follow_the_same_order(learner: Client, enrolment: Enrolment) -> None:
    def post(name: str, block: str, **fields: Any) -> Any:
        return learner.post(
            address(enrolment, name, block), fields, headers={"accept": "application/json"}
        )

    desk, phone = {"client": "desk"}, {"client": "phone"}
    post("reflection", "r", text="Nyare", **desk, sequence=1, age=0)
    post("reflection", "r", text="Äldre", **phone, sequence=5, age=60_000)
    post("checklist", "c", touched=["0", "1"], item=["0", "1"], **desk, sequence=2, age=0)
    post("checklist", "c", touched=["0"], **phone, sequence=6, age=60_000)
    post("checklist", "c", touched=["1"], **desk, sequence=3, age=0)
    state = learner.get(address(enrolment, "state")).json()
    assert (state["texts"], state["ticks"]) == ({"r": "Nyare"}, {"c": [0]})
    assert Reflection.objects.get().client == "desk"
    assert ChecklistMark.objects.count() == 2


@pytest.mark.parametrize(("name", "block"), [("reflection", "r"), ("checklist", "c")])
def test_what_did_not_arrive_whole_changes_nothing(
    learner: Client, enrolment: Enrolment, name: str, block: str
) -> None:
    fields = {"text": "Det jag skrev", "touched": "0", "item": "0"}
    learner.post(address(enrolment, name, block), fields | {"client": "x", "sequence": 1, "age": 0})
    cut = learner.generic(
        "POST",
        address(enrolment, name, block),
        b"cut",
        "application/x-www-form-urlencoded",
        CONTENT_LENGTH="80",
        **{"wsgi.input": io.BytesIO(b"")},
    )
    assert cut.status_code == 400
    state = learner.get(address(enrolment, "state")).json()
    assert state["texts"]["r"] == ("Det jag skrev" if name == "reflection" else "")
    assert state["ticks"]["c"] == ([0] if name == "checklist" else [])


def with_rest(version: CourseVersion, attempts: int, hours: int) -> None:
    """A frozen version with an attempt limit."""
    for lesson in version.content["modules"][0]["lessons"]:
        lesson["rest"] = {"attempts": attempts, "hours": hours}
    version.outline = outline_of(version.content)
    version.content_hash = content_hash(version.content)
    version.save()


def test_without_a_limit_one_may_try_as_often_as_one_likes(
    learner: Client, enrolment: Enrolment
) -> None:
    page = learner.get(address(enrolment, "lesson")).content.decode()
    assert "Du kan försöka så många gånger du vill." in page


def test_a_limit_says_how_many_tries_are_left_and_when_the_next_may_begin(
    learner: Client, enrolment: Enrolment
) -> None:
    with_rest(enrolment.version, attempts=2, hours=24)
    enrolment.refresh_from_db()
    url = address(enrolment, "lesson")
    page = learner.get(url).content.decode()
    assert "så många gånger du vill" not in page
    assert "Du har 2 försök kvar före en paus på 24 timmar, det här inräknat." in page
    now = timezone.now()
    answer_everything(enrolment, now, s=0, t=False, m=[1])
    hand_in(learner, enrolment)
    page = learner.get(url + "?forsok=1").content.decode()
    assert "Det här är sista försöket före en paus på 24 timmar." in page
    answer_everything(enrolment, now, number=2, s=0, t=False, m=[0])
    hand_in(learner, enrolment, attempt=2)
    response = learner.get(url + "?forsok=1")
    attempt = response.context["attempt"]
    until = timezone.localtime(attempt.rests_until)
    assert until - now > timedelta(hours=23)
    page = response.content.decode()
    assert f"Nästa försök från {until.day} " in page
    assert f" kl. {until:%H.%M}" in page
    assert "Delvis rätt, 50\u00a0%" in page
    assert "Försök igen" not in page
    refused = send(learner, enrolment, [Change("phone", 1, "s", 1, 0)], attempt=3)
    assert (refused.status_code, refused.json()["final"]) == (409, True)


def test_after_the_rest_the_next_attempt_begins(enrolment: Enrolment) -> None:
    with_rest(enrolment.version, attempts=1, hours=24)
    enrolment.refresh_from_db()
    answer_everything(enrolment, s=0, t=False)
    lesson = lesson_of(enrolment)
    learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=1, at=NOON)
    given_now = {"s": Given(1, NOON)}
    for hours, begins in ((23, False), (24, True)):
        at = NOON + timedelta(hours=hours)
        if not begins:
            with pytest.raises(learning.RestError):
                learning.save_answers(
                    enrolment=enrolment, lesson=lesson, number=2, given=given_now, at=at
                )
            continue
        saved = learning.save_answers(
            enrolment=enrolment, lesson=lesson, number=2, given=given_now, at=at
        )
        assert saved.attempt.number == 2
