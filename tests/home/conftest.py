from __future__ import annotations

import pytest

from tests.builders.people import employ, make_account, make_person, make_unit


@pytest.fixture
def files_on_disk(settings, tmp_path):
    """Uploaded files where the views that serve them look."""
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }


@pytest.fixture
def employee(db):
    """An account whose person works here."""
    person = make_person()
    employ(person, make_unit(f"ENHET-{person.person_id}"))
    return make_account(person)
