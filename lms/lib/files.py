"""Where uploaded files lie that no address serves."""

from __future__ import annotations

from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    """Files that no address serves."""
    return storages["private"]
