"""The administration's start page says what each role can do there, and leads to it."""

import re

import pytest

from lms.people.roles import Role
from lms.people.services.role_assignments import sync_admin_access
from tests.builders.home import make_article
from tests.builders.people import MONDAY, account_with

ROLES = {
    Role.HR_IMPORT: "/admin/personer/import/",
    Role.AUDITOR: "/kompetensplan/",
    Role.INSTRUCTOR: "/kurser/",
    Role.REVIEWER: "/kurser/",
    Role.SYSTEM_ADMIN: "/admin/personer/",
}


@pytest.mark.parametrize("role", ROLES)
def test_the_start_page_leads_each_role_to_what_it_may_open(arena, client, role):
    user = account_with(role)
    sync_admin_access(user=user, day=MONDAY)
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    panel = page.partition('aria-labelledby="har-kan-du"')[2].partition("</section>")[0]
    addresses = re.findall(r'href="([^"]+)"', panel)
    assert any(each.startswith(ROLES[role]) for each in addresses), addresses
    assert {each: client.get(each).status_code for each in addresses} == dict.fromkeys(
        addresses, 200
    )


def test_the_reviewer_finds_the_pages_past_their_review(arena, client):
    article = make_article("Gammal text", reviewed_on=MONDAY.replace(year=2020))
    user = account_with(Role.REVIEWER)
    sync_admin_access(user=user, day=MONDAY)
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    assert f'<a href="/admin/pages/{article.pk}/edit/">Gammal text</a>' in page
