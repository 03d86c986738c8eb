"""Two who work with the same draft or report: nobody writes over, throws away or decides on what
the other has changed since, without having seen it; and what was typed stays in the form."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.urls import reverse

from competence.figures.followup.frozen import AlteredError, bytes_of
from competence.models import (
    CoverageGoal,
    KeptDocument,
    PlanChapter,
    PlanVersion,
    TrainingPlanVersion,
)
from competence.services.activities import change_activity
from competence.services.plan import adopt_plan_version, draft_from
from competence.services.plan_chapters import write_chapter
from competence.services.plan_documents import document_of
from competence.services.plan_editing import define_key_group, discard_draft, save_requirement
from competence.services.plan_goals import save_goal
from competence.services.plan_states import Status, add_registry_number, send_on
from lms.framework.rules import PersonRule
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, group, in_force, plan_of
from tests.builders.people import MONDAY, account_with, make_unit
from tests.builders.training import add_activity, make_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

CHANGED = "Någon annan har ändrat det här"


@pytest.fixture
def draft(monday) -> PlanVersion:
    adopt(plan_of({"area": "OM1", "renewal_months": 24}))
    return draft_from(in_force(), by=None)


@pytest.fixture
def coordinator(client: Client) -> Client:
    client.force_login(account_with(Role.COORDINATOR))
    return client


def at(name: str, *arguments: object) -> str:
    return reverse(f"competence_admin:{name}", args=arguments)


def seen(page: str) -> dict[str, str]:
    """What the page would send back of what it showed."""
    return {"seen": re.findall(r'name="seen" value="(\w+)"', page)[-1]}


def test_a_chapter_is_not_written_over_by_somebody_who_has_not_seen_it(draft, coordinator) -> None:
    address = at("chapter", draft.number, "bakgrund")
    opened = seen(coordinator.get(address).content.decode())
    write_chapter(version=draft, key="bakgrund", text="Den andras ord.", by=None)
    page = coordinator.post(address, {"text": "Mina ord."} | opened).content.decode()
    assert CHANGED in page
    assert "Mina ord." in page
    assert "Den andras ord." in page
    assert PlanChapter.objects.get().text == "Den andras ord."
    coordinator.post(address, {"text": "Båda."} | seen(page))
    assert PlanChapter.objects.get().text == "Båda."


def test_a_chapter_sent_when_the_version_has_gone_out_is_kept_in_the_form(
    draft, coordinator
) -> None:
    address = at("chapter", draft.number, "bakgrund")
    send_on(version=draft, to=Status.PREPARATION, taken_on=DAY, by=None)
    page = coordinator.post(address, {"text": "Mina ord."})
    assert page.status_code == 200
    assert "Mina ord." in page.content.decode()
    assert not PlanChapter.objects.exists()
    assert coordinator.get(address).status_code == 404


def test_an_activity_is_not_written_over_by_somebody_who_has_not_seen_it(coordinator) -> None:
    planned = add_activity(make_draft(), people=20)
    address = at("activity", 1, planned.activity.number, 2)
    opened = seen(coordinator.get(address).content.decode())
    change_activity(planned=planned, people=30, by=None)
    page = coordinator.post(address, {"people": "25", "form": "Träffar"} | opened).content.decode()
    assert CHANGED in page
    assert "Träffar" in page
    planned.refresh_from_db()
    assert planned.people == 30
    coordinator.post(address, {"people": "25", "form": "Träffar"} | seen(page))
    planned.refresh_from_db()
    assert (planned.people, planned.form) == (25, "Träffar")


def test_a_requirement_is_not_written_over_by_somebody_who_has_not_seen_it(
    draft, coordinator
) -> None:
    row = draft.requirements.get()
    address = at("requirement", draft.number, row.pk)
    opened = seen(coordinator.get(address).content.decode())
    row.grace_days = 7
    save_requirement(requirement=row, by=None)
    asked = {
        "key_group": row.key_group_id, "area": row.area_id, "level": row.level_id,
        "kind": row.kind, "effective_from": row.effective_from.isoformat(),
        "grace_days": 99, "renewal_months": 24, "window_days": row.window_days,
        "motive": "Så", "effective_until": "",
    }  # fmt: skip
    page = coordinator.post(address, asked | opened).content.decode()
    assert CHANGED in page
    row.refresh_from_db()
    assert row.grace_days == 7
    coordinator.post(address, asked | seen(page))
    row.refresh_from_db()
    assert row.grace_days == 99


def test_who_belongs_is_not_written_over_by_somebody_who_has_not_seen_it(
    draft, coordinator
) -> None:
    address = at("edit_key_group", draft.number, "G")
    opened = seen(coordinator.get(address).content.decode())

    def define(code: str) -> None:
        rules = [PersonRule(job_codes=(code,))]
        define_key_group(version=draft, key_group=group(), rules=rules, excluded=[], by=None)

    define("LAR")
    asked = {
        "form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 0, "form-0-everyone": "on",
        "excluded-TOTAL_FORMS": 0, "excluded-INITIAL_FORMS": 0,
    }  # fmt: skip
    page = coordinator.post(address, asked | opened).content.decode()
    assert CHANGED in page
    assert re.search(r'name="form-0-everyone"[^>]* checked', page)
    assert draft.definitions.get(key_group=group()).rules == [{"job_codes": ["LAR"]}]
    coordinator.post(address, asked | seen(page))
    assert draft.definitions.get(key_group=group()).rules == [{}]


def test_a_draft_is_thrown_away_after_a_question_and_only_the_one_that_was_shown(
    draft, coordinator
) -> None:
    address = at("discard", draft.number)
    opened = seen(coordinator.get(address).content.decode())
    write_chapter(version=draft, key="bakgrund", text="Den andras ord.", by=None)
    page = coordinator.post(address, opened).content.decode()
    assert "Någon har ändrat utkastet" in page
    assert PlanVersion.objects.filter(pk=draft.pk).exists()
    # A new draft has taken the number of the one that the page was of.
    discard_draft(version=draft, by=None)
    other = draft_from(in_force(), by=None)
    assert other.number == draft.number
    coordinator.post(address, seen(page))
    assert PlanVersion.objects.filter(pk=other.pk).exists()
    coordinator.post(address, seen(coordinator.get(address).content.decode()))
    assert not PlanVersion.objects.filter(pk=other.pk).exists()


def test_a_requirement_is_taken_out_only_as_it_was_shown(draft, coordinator) -> None:
    row = draft.requirements.get()
    address, gone = (
        at("requirement", draft.number, row.pk),
        at("delete_requirement", draft.number, row.pk),
    )
    opened = seen(coordinator.get(address).content.decode())
    row.grace_days = 7
    save_requirement(requirement=row, by=None)
    for sent in (opened, {}):
        page = coordinator.post(gone, sent, follow=True).content.decode()
        assert CHANGED in page
        assert draft.requirements.filter(pk=row.pk).exists()
    coordinator.post(gone, seen(page))
    assert not draft.requirements.filter(pk=row.pk).exists()


def test_a_goal_is_taken_out_only_as_it_was_shown(draft, coordinator) -> None:
    goal = save_goal(goal=CoverageGoal(plan_version=draft, percent=80, reach_by=DAY), by=None)
    address, gone = at("goal", draft.number, goal.pk), at("delete_goal", draft.number, goal.pk)
    opened = seen(coordinator.get(address).content.decode())
    goal.percent = 90
    save_goal(goal=goal, by=None)
    for sent in (opened, {}):
        page = coordinator.post(gone, sent, follow=True).content.decode()
        assert CHANGED in page
        assert 'value="90"' in page
        assert draft.goals.filter(pk=goal.pk).exists()
    coordinator.post(gone, seen(page))
    assert not draft.goals.filter(pk=goal.pk).exists()


def test_an_activity_is_taken_out_only_as_it_was_shown(coordinator) -> None:
    planned = add_activity(make_draft())
    address = at("remove_activity", 1, planned.activity.number)
    opened = seen(coordinator.get(address).content.decode())
    change_activity(planned=planned, people=30, by=None)
    for sent in (opened, {}):
        page = coordinator.post(address, sent).content.decode()
        assert CHANGED in page
        assert planned.version.activities.filter(pk=planned.pk).exists()
    coordinator.post(address, seen(page))
    assert not planned.version.activities.filter(pk=planned.pk).exists()


def test_what_is_sent_without_a_mark_is_not_saved(draft, coordinator) -> None:
    address = at("chapter", draft.number, "bakgrund")
    page = coordinator.post(address, {"text": "Mina ord."}).content.decode()
    assert CHANGED in page
    assert "Mina ord." in page
    assert not PlanChapter.objects.exists()


def test_a_draft_of_the_training_plan_is_thrown_away_only_as_it_was_shown(coordinator) -> None:
    planned = add_activity(make_draft())
    address = at("discard_training", 1)
    opened = seen(coordinator.get(address).content.decode())
    change_activity(planned=planned, people=30, by=None)
    page = coordinator.post(address, opened).content.decode()
    assert "Någon har ändrat utkastet" in page
    coordinator.post(address, seen(page))
    assert not TrainingPlanVersion.objects.exists()


def test_no_other_draft_with_the_same_number_is_sent_out(draft, coordinator) -> None:
    address = at("send_out", "kompetensplan", draft.number)
    opened = seen(coordinator.get(address).content.decode())
    discard_draft(version=draft, by=None)
    other = draft_from(in_force(), by=None)
    unit = make_unit("R")
    asked = {"closes_on": MONDAY + timedelta(days=20), "units": [unit.pk], "question": "Hinner ni?"}
    page = coordinator.post(address, asked | opened).content.decode()
    assert CHANGED in page
    assert "Hinner ni?" in page
    other.refresh_from_db()
    assert other.is_draft


def test_a_decision_sent_twice_is_told_that_it_is_made(draft, coordinator) -> None:
    adopt_plan_version(version=draft, in_force_from=MONDAY, adopted_on=MONDAY, by=None)
    page = coordinator.post(at("adopt", draft.number), {"decide": "1"}, follow=True)
    assert "redan beslutad eller stängd" in page.content.decode()
    assert coordinator.get(at("adopt", draft.number)).status_code == 404


def test_a_document_kept_beside_the_decided_one_is_found_out(draft) -> None:
    version = adopt_plan_version(
        version=draft, in_force_from=MONDAY, adopted_on=MONDAY, registry_number="", by=None
    )
    document = document_of(version, MONDAY)
    kept = KeptDocument.objects.get(kind=version.kind, number=version.number)

    def forged() -> None:
        KeptDocument.objects.create(
            kind=version.kind,
            number=version.number,
            content=kept.content | {"title": "En annan plan"},
            checksum=checksum_of(kept.content | {"title": "En annan plan"}),
        )

    version = add_registry_number(version=version, registry_number="KS 1", by=None)
    assert document_of(version, MONDAY) == document.with_registry_number("KS 1")
    forged()
    with pytest.raises(AlteredError):
        document_of(version, MONDAY)


def checksum_of(content: object) -> str:
    return sha256(bytes_of(content)).hexdigest()
