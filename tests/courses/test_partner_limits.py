"""What a partner organisation's contact never reaches, opens or finds out."""

from __future__ import annotations

import pytest

from lms.people.access import MATRIX, Obj
from lms.people.roles import Role
from tests.builders.partners import make_contact, make_guest, make_organisation
from tests.builders.people import give_role

pytestmark = pytest.mark.django_db

ADMIN = "/admin/kurser/partner"
READ_THE_DIRECTORY = set(MATRIX[Obj.PARTNER_ORGANISATION])
OTHER_ROLES = [
    Role(value) for value, _words in Role.assignable_choices() if value not in READ_THE_DIRECTORY
]


@pytest.fixture
def ours():
    return make_organisation("A")


@pytest.fixture
def contact(ours):
    return make_contact(ours, "K")


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_no_other_role_takes_a_contact_into_the_directory(client, contact, role):
    theirs = make_organisation("B")
    make_guest(theirs, "ANNAN", family_name="Hemligsson")
    if role != Role.PARTNER:
        give_role(contact, role)
    client.force_login(contact)
    for url in (f"{ADMIN}/", f"{ADMIN}/{theirs.pk}/"):
        answer = client.get(url)
        assert answer.status_code != 200
        assert "Hemligsson" not in answer.content.decode()
    assert f'{ADMIN}/"' not in client.get("/admin/", follow=True).content.decode()
