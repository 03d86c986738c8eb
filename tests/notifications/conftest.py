from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as live_settings

from tests.builders.notifications import RECEIPT, REMINDER, registered


@pytest.fixture(autouse=True)
def sample_kinds(settings) -> Iterator[None]:
    """Two kinds, one of each sort, with the templates beside these tests; mail in memory."""
    templates = live_settings.TEMPLATES[0]
    settings.TEMPLATES = [
        {**templates, "DIRS": [*templates["DIRS"], Path(__file__).parent / "templates"]}
    ]
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    with registered(RECEIPT, REMINDER):
        yield
