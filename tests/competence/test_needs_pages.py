"""The pages of needs: who may open which, what is kept as it is typed, and what is told."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils.translation import override

from competence.models import (
    NeedsAnswer,
    NeedsDraft,
    NeedsForm,
    NeedsReminder,
    NeedsRound,
    PlanVersion,
)
from competence.services.namings import name_key_person
from competence.services.needs_answers import NeedsWritten, why_not_open
from competence.services.needs_delegations import leave_to_colleague
from competence.services.needs_rounds import close_needs_round
from competence.services.plan import adopt_plan_version
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea
from lms.people.roles import Role
from tests.builders.competence import adopt, group, plan_of
from tests.builders.needs import LAST_DAY, NOW, answer, form_of, make_operation, open_round
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db, monday) -> SimpleNamespace:
    top = make_unit("K")
    unit, other = make_operation("A", top, "Norr"), make_operation("B", top, "Söder")
    adopt(plan_of({"area": "OM4", "level": 1}, rules={"G": [{"job_codes": ["LAR"]}], "N": []}))
    colleague = make_person("KOLLEGA", given_name="Vera", family_name="Värd")
    employ(colleague, unit)
    employ(make_person(), other)
    officer = account_with(Role.COORDINATOR)
    opened = open_round(officer)
    return SimpleNamespace(
        unit=unit,
        other=other,
        form=form_of(unit),
        round=opened,
        officer=officer,
        manager=make_manager(unit, "CHEF1"),
        stranger=make_manager(other, "CHEF2"),
        contact=account_with(Role.UNIT_CONTACT, top),
        auditor=account_with(Role.AUDITOR),
        colleague=make_account(colleague),
        om4=CompetenceArea.objects.get(code="OM4").pk,
    )


def page(browser, user, address: str, /, *args, **data):
    return _asked(browser, user, reverse(f"competence:{address}", args=args), data)


def admin(browser, user, address: str, /, *args, **data):
    return _asked(browser, user, reverse(f"competence_admin:{address}", args=args), data)


def _asked(browser, user, address: str, data: dict[str, object]):
    browser.force_login(user)
    return browser.post(address, data) if data else browser.get(address)


def typed(town, **changes) -> dict[str, object]:
    return {
        "need": "yes",
        f"level_{town.om4}": "2",
        "motives": ["S", "P"],
        "motive_text": "Rutinen är ny",
        "how_many": "some",
        "suits": "spring",
        "more": "",
        "revision": "0",
        "client": "sida",
    } | changes


def test_a_manager_cannot_open_the_form_of_another_unit_and_that_is_logged(client, town):
    assert page(client, town.manager, "needs_form", town.form.pk).status_code == 200
    for name, data in (
        ("needs_form", {}),
        ("needs_form", typed(town)),
        ("needs_keep", typed(town)),
        ("needs_leave", {}),
    ):
        assert page(client, town.stranger, name, town.form.pk, **data).status_code == 403
    assert not NeedsDraft.objects.exists()
    refused = AuditEvent.objects.filter(by=town.stranger).values_list("action", flat=True)
    assert set(refused) == {"access_refused"}


def test_the_contact_and_the_auditor_read_what_they_may_not_write(client, town):
    answer(town.form, town.manager)
    assert page(client, town.contact, "needs_form", town.form.pk).status_code == 200
    assert page(client, town.contact, "needs_keep", town.form.pk, **typed(town)).status_code == 403
    assert admin(client, town.auditor, "needs_round", town.round.pk).status_code == 200
    assert admin(client, town.auditor, "needs_remind", town.round.pk, all="1").status_code == 403
    assert admin(client, town.manager, "needs_round", town.round.pk).status_code in (302, 403)
    confirmed = page(client, town.contact, "needs_confirm", town.form.pk, ok="1")
    assert confirmed.status_code == 302
    assert NeedsAnswer.objects.get().confirmed_by == town.contact


def test_a_colleague_opens_the_form_that_is_left_to_them_and_no_other(client, town):
    assert page(client, town.colleague, "needs").status_code == 200
    assert page(client, town.colleague, "needs_form", town.form.pk).status_code == 403
    leave_to_colleague(
        form=town.form,
        colleague=town.colleague.person,
        ends_on=LAST_DAY,
        by=town.manager,
        at=NOW,
    )
    assert page(client, town.colleague, "needs_form", town.form.pk).status_code == 200
    other = form_of(town.other)
    assert page(client, town.colleague, "needs_form", other.pk).status_code == 403
    assert page(client, town.colleague, "needs_leave", town.form.pk).status_code == 403


def test_what_is_typed_is_kept_and_what_describes_somebody_is_not(client, town):
    kept = page(client, town.manager, "needs_keep", town.form.pk, **typed(town)).json()
    assert (kept["saved"], kept["revision"], kept["faults"]) == ("09.00", 1, {})
    faulty = typed(town, motive_text="Det är 19900101-2384", suits="autumn")
    again = page(client, town.manager, "needs_keep", town.form.pk, **faulty).json()
    assert list(again["faults"]) == ["motive_text"]
    draft = NeedsDraft.objects.get()
    assert (draft.motive_text, draft.suits, draft.levels) == (
        "Rutinen är ny",
        "autumn",
        {"OM4": 2},
    )


def test_who_writes_at_the_same_time_is_told_and_nothing_typed_is_lost(client, town):
    page(client, town.manager, "needs_keep", town.form.pk, **typed(town))
    mine = typed(town, client="annan", motive_text="Mitt eget skäl")
    refused = page(client, town.manager, "needs_keep", town.form.pk, **mine)
    assert refused.status_code == 409
    assert NeedsDraft.objects.get().motive_text == "Rutinen är ny"
    # Without script: the page comes back with what was typed, and saving once more lets it stand.
    shown = page(client, town.manager, "needs_form", town.form.pk, **mine, save="1")
    assert shown.status_code == 200
    assert "Mitt eget skäl" in shown.content.decode()
    again = {**mine, "revision": "1", "save": "1"}
    assert page(client, town.manager, "needs_form", town.form.pk, **again).status_code == 302
    assert NeedsDraft.objects.get().motive_text == "Mitt eget skäl"


def test_a_form_is_handed_in_and_taken_back_without_script(client, town):
    empty = page(
        client, town.manager, "needs_form", town.form.pk, **typed(town, need=""), hand_in="1"
    )
    assert empty.status_code == 200
    assert not NeedsAnswer.objects.exists()
    page(client, town.manager, "needs_form", town.form.pk, **typed(town), hand_in="1")
    handed_in = NeedsAnswer.objects.get()
    assert [(wish.area.code, wish.level.number) for wish in handed_in.wishes.all()] == [("OM4", 2)]
    assert page(client, town.manager, "needs_keep", town.form.pk, **typed(town)).status_code == 409
    page(client, town.manager, "needs_take_back", town.form.pk, ok="1")
    handed_in.refresh_from_db()
    assert handed_in.taken_back_by == town.manager
    form = page(client, town.manager, "needs_form", town.form.pk).content.decode()
    assert "Rutinen är ny" in form


MINE = "Mitt långa skäl"


def test_a_form_that_somebody_else_has_handed_in_shows_what_was_typed_to_be_copied(client, town):
    answer(town.form, town.manager)
    leave_to_colleague(
        form=town.form, colleague=town.colleague.person, ends_on=LAST_DAY, by=town.manager, at=NOW
    )
    mine = typed(town, motive_text=MINE, more="En sak till")
    late = page(client, town.colleague, "needs_form", town.form.pk, **mine, hand_in="1")
    shown = late.content.decode()
    assert f"{town.manager} lämnade formuläret medan du skrev." in shown
    for words in ("inte sparat", "Det du skrev: Varför, med egna ord", MINE, "En sak till"):
        assert words in shown
    again = page(client, town.manager, "needs_form", town.form.pk, **mine, save="1")
    assert "Du har lämnat formuläret i ett annat fönster." in again.content.decode()
    assert MINE in again.content.decode()
    assert NeedsAnswer.objects.count() == 1
    assert MINE not in page(client, town.manager, "needs_form", town.form.pk).content.decode()


def test_a_round_that_was_closed_meanwhile_shows_what_was_typed_to_be_copied(client, town):
    close_needs_round(needs_round=town.round, reason="Klart", by=town.officer, at=NOW)
    mine = typed(town, motive_text=MINE)
    late = page(client, town.manager, "needs_form", town.form.pk, **mine, hand_in="1")
    assert "Omgången är avslutad. Det går inte att lämna fler svar." in late.content.decode()
    assert MINE in late.content.decode()
    empty = typed(town, motive_text="")
    late = page(client, town.manager, "needs_form", town.form.pk, **empty, hand_in="1")
    assert "Det du skickade är inte sparat." in late.content.decode()
    assert not NeedsDraft.objects.exists()


def test_why_a_round_takes_no_answers_is_said_as_it_is(town):
    assert why_not_open(town.round, MONDAY) == ""
    assert why_not_open(town.round, MONDAY - timedelta(days=1)) == "Omgången har inte börjat."
    assert why_not_open(town.round, LAST_DAY + timedelta(days=1)) == (
        "Sista dagen att svara var 31 december 2026. Samordnaren kan förlänga omgången."
    )


def test_a_form_that_is_handed_in_twice_from_one_page_is_one_answer(client, town):
    for _twice in range(2):
        said = page(client, town.manager, "needs_form", town.form.pk, **typed(town), hand_in="1")
        assert (said.status_code, said.url) == (302, reverse("competence:needs"))
    assert NeedsAnswer.objects.count() == 1


def test_the_coordinator_previews_opens_follows_reminds_and_fetches(client, town):
    for unit in (town.unit, town.other):
        for _each in range(4):
            employ(make_person(), unit)
    asked = {
        "name": "Omgång två",
        "period_from": "2028-01-01",
        "period_until": "2028-12-31",
        "starts_on": "2026-11-23",
        "ends_on": "2026-12-15",
        "unit_kind": "verksamhet",
        "key_groups": [group().pk],
    }
    preview = admin(client, town.officer, "needs_new_round", **asked)
    assert "Norr" in preview.content.decode()
    assert NeedsRound.objects.count() == 1
    admin(client, town.officer, "needs_new_round", **asked, open="1")
    opened = NeedsRound.objects.get(name="Omgång två")
    assert opened.forms.count() == 2
    answer(form_of(town.other, opened), town.stranger)
    admin(client, town.officer, "needs_remind", opened.pk, all="1")
    assert [each.form.unit for each in NeedsReminder.objects.all()] == [town.unit]
    shown = admin(client, town.officer, "needs_round", opened.pk).content.decode()
    assert reverse("competence_admin:needs_undo_reminders", args=[opened.pk]) in shown
    admin(client, town.officer, "needs_undo_reminders", opened.pk, ok="1")
    assert NeedsReminder.objects.get().taken_back_at is not None
    table = admin(client, town.officer, "needs_file", opened.pk).content
    lines = table.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "Område OM4: Fördjupning" in lines[2]
    for name in ("needs_file_xlsx", "needs_extend", "needs_close", "proposals"):
        assert admin(client, town.officer, name, opened.pk).status_code == 200


def test_a_round_that_is_sent_twice_is_opened_once_and_its_name_is_taken(client, town):
    for unit in (town.unit, town.other):
        for _each in range(4):
            employ(make_person(), unit)
    asked = {
        "name": "Omgång två",
        "period_from": "2028-01-01",
        "period_until": "2028-12-31",
        "starts_on": "2026-11-23",
        "ends_on": "2026-12-15",
        "unit_kind": "verksamhet",
        "key_groups": [group().pk],
    }
    sent = [admin(client, town.officer, "needs_new_round", **asked, open="1") for _ in range(2)]
    opened = NeedsRound.objects.get(name="Omgång två")
    there = reverse("competence_admin:needs_round", args=[opened.pk])
    assert [answered.url for answered in sent] == [there, there]
    assert NeedsForm.objects.filter(needs_round=opened).count() == 2
    assert AuditEvent.objects.filter(action="needs_round.opened").count() == 2  # with the town's
    taken = "Det finns redan en omgång som heter Omgång två, till 15 december 2026."
    other = asked | {"name": "omgång två", "ends_on": "2026-12-16"}
    for data in (other, other | {"open": "1"}):
        shown = admin(client, town.officer, "needs_new_round", **data)
        assert taken in str(shown.context["form"].errors)
        assert shown.context["preview"] is None
    assert NeedsRound.objects.filter(name__iexact="omgång två").count() == 1
    close_needs_round(needs_round=opened, reason="Klart", by=town.officer, at=NOW)
    assert admin(client, town.officer, "needs_new_round", **other, open="1").status_code == 302


def test_an_answer_becomes_a_requirement_whose_page_says_where_it_comes_from(client, town):
    handed_in = answer(
        town.form, town.manager, NeedsWritten(need="yes", levels={"OM4": 2}, motives="P")
    )
    assert admin(client, town.officer, "proposals", town.round.pk).status_code == 200
    made = admin(
        client,
        town.officer,
        "new_proposal",
        *(town.round.pk, "G", "OM4"),
        level=handed_in.wishes.get().level_id,
        kind="mandatory",
        motive="Rutinen är ny",
        answers=[handed_in.pk],
    )
    assert made.status_code == 302
    proposal = town.round.proposals.get()
    assert admin(client, town.officer, "proposal", proposal.pk).status_code == 200
    admin(
        client,
        town.officer,
        "proposal",
        proposal.pk,
        accept="1",
        effective_from="2026-11-23",
        renewal_months="24",
    )
    draft = PlanVersion.objects.get(status="draft")
    adopt_plan_version(
        version=draft, in_force_from=MONDAY, adopted_on=MONDAY, adopted_by="KS", by=town.officer
    )
    with override("en"):
        told = page(client, town.manager, "key_group", "G").content.decode()
        untold = page(client, town.colleague, "key_group", "G").content.decode()
        became = page(client, town.manager, "needs_form", town.form.pk).content.decode()
    assert ("Norr" in told, "Norr" in untold) == (True, False)
    assert "version 2" in became
    assert admin(client, town.officer, "needs_answer", handed_in.pk).status_code == 200


def test_a_manager_reviews_key_persons_of_the_team_alone(client, town):
    naming = name_key_person(
        key_group=group("N"),
        person=town.colleague.person,
        starts_on=MONDAY - timedelta(days=60),
        review_on=MONDAY,
        function="Representant",
        by=town.officer,
    )
    assert page(client, town.manager, "needs").context["to_review"][0].naming == naming
    assert page(client, town.stranger, "needs").context["to_review"] == []
    assert page(client, town.stranger, "naming", naming.pk).status_code == 403
    reading = page(client, town.colleague, "naming", naming.pk)
    assert (reading.status_code, reading.context["form"]) == (200, None)
    assert page(client, town.colleague, "naming", naming.pk, outcome="kept").status_code == 403
    page(client, town.manager, "naming", naming.pk, outcome="kept", reason="Följer med")
    assert naming.reviews.get().by == town.manager
    assert page(client, town.manager, "needs").context["to_review"] == []


def test_the_coordinator_filters_sorts_and_reviews_key_persons(client, town):
    people = [make_person(f"N{n}", family_name=name) for n, name in enumerate(("Öst", "Alm"))]
    namings = [
        name_key_person(
            key_group=group("N"),
            person=person,
            starts_on=MONDAY,
            deputy=deputy,
            function="Representant",
            by=town.officer,
        )
        for person, deputy in zip(people, (None, people[0]), strict=True)
    ]
    employ(people[0], town.unit, starts_on=MONDAY + timedelta(days=1))

    def shown(query: str) -> list[str]:
        client.force_login(town.officer)
        found = client.get(reverse("competence_admin:namings") + query)
        return [each.naming.person.family_name for each in found.context["page"]]

    assert shown("?ordning=namn") == ["Alm", "Öst"]
    assert shown("?visa=utan") == ["Öst"]
    assert shown("?visa=granska") == []
    assert shown("?grupp=G") == []
    assert admin(client, town.officer, "naming", namings[1].pk).status_code == 200
    moved = admin(
        client, town.officer, "naming", namings[1].pk, outcome="moved", reason="Ny uppgift"
    )
    # The deputy has a naming of their own in the group: nothing is moved, and it is said.
    assert moved.status_code == 200
    assert moved.context["form"].errors
