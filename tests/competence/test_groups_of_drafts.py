"""A key group that is in nothing but a draft is offered and told in that draft alone; a draft is
thrown away only after a question; and a form takes no more rows than it shows."""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter

import pytest
from django.test import Client
from django.urls import reverse

from competence.models import KeyGroup, PlanVersion
from competence.needs_forms import NamingFilterForm
from competence.needs_round_forms import NeedsRoundForm
from competence.services.consultations import open_consultation
from competence.services.plan import draft_from
from competence.services.plan_editing import create_key_group, define_key_group
from lms.framework.rules import PersonRule
from lms.people.roles import Role
from tests.builders.competence import adopt, in_force, plan_of
from tests.builders.home import make_article
from tests.builders.needs import NOW
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
SECRET = "Grupp som bara är tänkt"


@pytest.fixture
def coordinator(monday, client):
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


@pytest.fixture
def unit(monday):
    adopt(plan_of({"area": "OM4"}, rules={"G": [{"job_codes": ["LAR"]}]}))
    return make_unit("K")


def think_of_a_group(by) -> PlanVersion:
    draft = draft_from(in_force(), by=by)
    group = create_key_group(code="NY", name=SECRET, description="", by=by)
    define_key_group(version=draft, key_group=group, rules=[PersonRule()], excluded=[], by=by)
    return draft


def test_it_is_offered_and_told_nowhere_else(unit, coordinator, client):
    manager = make_manager(unit)
    sent = draft_from(in_force(), by=coordinator)
    open_consultation(
        version=sent,
        opened_on=MONDAY,
        closes_on=MONDAY + timedelta(days=42),
        units=[unit],
        by=coordinator,
        at=NOW,
    )
    draft = think_of_a_group(coordinator)
    assert SECRET in client.get(f"/admin/kompetens/plan/{draft.number}/").content.decode()
    addresses = [
        reverse("competence:consultation", args=["kompetensplan", sent.number]),
        reverse("competence:coverage"),
        reverse("competence:seats"),
        reverse("competence:plan"),
        reverse("competence:plan_document", args=[sent.number]),
        *(
            reverse(f"competence_admin:{name}", args=args)
            for name, args in (
                ("version", [sent.number]),
                ("needs_new_round", []),
                ("namings", []),
                ("targets", []),
                ("group_messages", []),
                ("programmes", []),
            )
        ),
    ]
    told = [a for a in addresses if SECRET in client.get(a).content.decode()]
    of_the_manager = Client()
    of_the_manager.force_login(manager)
    for address in (addresses[0], reverse("competence:team")):
        page = of_the_manager.get(address)
        assert page.status_code == 200
        told += [address] if SECRET in page.content.decode() else []
    assert told == []
    assert of_the_manager.get(reverse("competence:key_group", args=["NY"])).status_code == 404
    offered = {
        *NeedsRoundForm(day=MONDAY).fields["key_groups"].queryset,
        *NamingFilterForm().fields["grupp"].queryset,
    }
    assert offered == {KeyGroup.objects.get(code="G")}


def test_an_article_is_written_for_it_only_where_it_was_chosen_already(
    unit, arena, coordinator, client
):
    think_of_a_group(coordinator)
    article = make_article()
    page = reverse("wagtailadmin_pages:edit", args=[article.pk])
    new = reverse("wagtailadmin_pages:add", args=["home", "articlepage", article.get_parent().pk])
    for address in (page, new):
        offered = client.get(address)
        assert "Grupp G" in offered.content.decode()
        assert SECRET not in offered.content.decode()
    article.key_groups.set([KeyGroup.objects.get(code="NY")])
    article.save_revision().publish()
    assert SECRET in client.get(page).content.decode()
    assert SECRET not in client.get(new).content.decode()


def test_it_is_everywhere_once_its_version_is_sent_or_decided(unit, coordinator):
    draft = think_of_a_group(coordinator)
    assert set(KeyGroup.objects.outside_drafts().values_list("code", flat=True)) == {"G"}
    open_consultation(
        version=draft,
        opened_on=MONDAY,
        closes_on=MONDAY + timedelta(days=42),
        units=[unit],
        by=coordinator,
        at=NOW,
    )
    assert set(KeyGroup.objects.outside_drafts().values_list("code", flat=True)) == {"G", "NY"}


def test_a_draft_is_thrown_away_after_a_question(unit, coordinator, client):
    draft = draft_from(in_force(), by=coordinator)
    address = reverse("competence_admin:discard", args=[draft.number])
    page = client.get(f"/admin/kompetens/plan/{draft.number}/").content.decode()
    assert f'href="{address}"' in page
    assert f'action="{address}"' not in page
    asked = client.get(address)
    assert asked.status_code == 200
    assert str(draft) in asked.content.decode()
    assert PlanVersion.objects.filter(pk=draft.pk).exists()


def test_a_count_of_rows_that_nobody_sent_builds_none(unit, coordinator, client):
    draft = draft_from(in_force(), by=coordinator)
    began = perf_counter()
    sent = {
        f"{prefix}-{name}": count
        for prefix in ("form", "excluded")
        for name, count in (("TOTAL_FORMS", "9" * 21), ("INITIAL_FORMS", "0"))
    }
    page = client.post(f"/admin/kompetens/plan/{draft.number}/nyckelgrupp/G/", sent)
    assert page.status_code == 200
    assert page.content.decode().count('name="form-') < 101 * 12
    assert perf_counter() - began < 15


def test_staffing_is_for_those_who_may_open_the_team(unit, monday):
    employee = make_person()
    employ(employee, unit)
    for reader in (make_account(employee), account_with(Role.PARTNER), account_with(Role.ELECTED)):
        browser = Client()
        browser.force_login(reader)
        for name in ("team", "coverage_targets"):
            assert browser.get(reverse(f"competence:{name}")).status_code == 403, name
