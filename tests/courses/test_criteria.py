"""What it takes to complete a course: a pure function, so any conditions may be tried."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses.criteria import Facts, evaluate

KEYS = [f"k{number}" for number in range(5)]
LESSONS = [f"lesson-{number}" for number in range(4)]


def item(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "key": key, "text": f"Text {key}", **more}


items = st.one_of(
    st.sampled_from(KEYS).map(lambda key: item("confirm", key)),
    st.sampled_from(KEYS).map(lambda key: item("signoff", key)),
    st.sampled_from(LESSONS).map(lambda lesson: item("lesson", "l", lesson=lesson)),
    st.integers(1, 100).map(lambda percent: item("score", "s", percent=percent)),
    st.just(item("lessons", "lessons")),
)


@st.composite
def groups(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for _number in range(draw(st.integers(0, 3))):
        members = draw(st.lists(items, min_size=1, max_size=4))
        rule = draw(st.sampled_from(["all", "some", "one"]))
        count = draw(st.integers(1, len(members))) if rule == "some" else None
        found.append({"rule": rule, "count": count, "items": members})
    return found


facts = st.builds(
    Facts,
    lessons=st.just(frozenset(LESSONS)),
    lessons_done=st.frozensets(st.sampled_from(LESSONS)),
    score=st.none() | st.integers(0, 100),
    confirmed=st.frozensets(st.sampled_from(KEYS)),
    signed_off=st.frozensets(st.sampled_from(KEYS)),
)


def slow(conditions: list[dict[str, Any]], done: Facts) -> bool:
    """The same, as somebody would say it aloud."""
    if not conditions:
        return done.lessons == done.lessons_done
    for group in conditions:
        met = 0
        for each in group["items"]:
            if each["kind"] == "confirm":
                met += each["key"] in done.confirmed
            elif each["kind"] == "signoff":
                met += each["key"] in done.signed_off
            elif each["kind"] == "lesson":
                met += each["lesson"] in done.lessons_done
            elif each["kind"] == "score":
                over_all = done.lessons == done.lessons_done and done.score is not None
                met += over_all and done.score >= each["percent"]
            else:
                met += all(lesson in done.lessons_done for lesson in done.lessons)
        wanted = {"all": len(group["items"]), "one": 1, "some": group["count"]}[group["rule"]]
        if met < wanted:
            return False
    return True


@given(groups(), facts)
def test_conditions_are_met_as_they_are_said(conditions: list[dict[str, Any]], done: Facts) -> None:
    assert evaluate(conditions, done).met == slow(conditions, done)


@given(groups(), facts, st.sampled_from(KEYS))
def test_doing_more_never_undoes_what_was_met(
    conditions: list[dict[str, Any]], done: Facts, key: str
) -> None:
    more = Facts(
        lessons=done.lessons,
        lessons_done=done.lessons,
        score=100,
        confirmed=done.confirmed | {key},
        signed_off=done.signed_off | {key},
    )
    if evaluate(conditions, done).met:
        assert evaluate(conditions, more).met


def with_all_by_learner(done: Facts) -> Facts:
    """The facts of somebody who has done all that is theirs to do."""
    return replace(done, lessons_done=done.lessons, score=100, confirmed=frozenset(KEYS))


@given(groups(), facts)
def test_who_waits_only_for_a_manager_is_done_when_the_manager_has_spoken(
    conditions: list[dict[str, Any]], done: Facts
) -> None:
    if evaluate(conditions, done).waits_only_for_signoff:
        assert not evaluate(conditions, done).met
        assert evaluate(conditions, replace(done, signed_off=frozenset(KEYS))).met


@given(groups(), facts)
def test_nobody_waits_only_for_a_manager_while_there_is_another_way(
    conditions: list[dict[str, Any]], done: Facts
) -> None:
    if evaluate(conditions, done).waits_only_for_signoff:
        assert not evaluate(conditions, with_all_by_learner(done)).met
    all_done = evaluate(conditions, with_all_by_learner(done))
    assert all_done.waits_only_for_signoff == (not all_done.met)


@given(groups(), facts)
def test_what_is_missing_is_what_is_not_met(conditions: list[dict[str, Any]], done: Facts) -> None:
    state = evaluate(conditions, done)
    assert bool(state.missing) == (not state.met)
    assert all(0 < group.needed <= len(group.items) for group in state.missing)
    assert not any(item.met for group in state.missing for item in group.items)
