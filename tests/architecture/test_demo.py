"""The demo has something to look at, however small it is made."""

from datetime import date

import pytest

from lms.demo.organisation import CAST_UNIT, build_world

DAY = date(2026, 11, 29)


@pytest.mark.parametrize("people", [60, 400, 7200])
def test_the_rektor_of_the_demo_has_a_team_and_the_cast_the_same_ids(people: int) -> None:
    world = build_world(people, DAY)
    team = {
        post.person_id
        for post in world.posts
        if post.unit_code == CAST_UNIT
        and not post.is_manager
        and post.starts_on <= DAY
        and (post.ends_on is None or post.ends_on >= DAY)
    }
    assert 12 <= len(team) <= 30
    assert world.cast["medarbetare"] in team
    assert [world.cast[login] for login in ("medarbetare", "chef", "samordnare")] == [
        "E00001",
        "E00002",
        "E00003",
    ]
    assert len({post.person_id for post in world.posts}) >= people
