"""Forms that say what they showed, sent as a reader sends them: after the page was opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.test import Client


def send(
    client: Client,
    address: str,
    data: Mapping[str, Any] | None = None,
    *,
    shown: str = "",
    **more: Any,
) -> Any:
    """Open the page and send its form, with the mark of what it showed. `shown`: the page, where
    the form is sent to another address."""
    page = client.get(shown or address)
    return client.post(address, {**(data or {}), "seen": page.context["seen"]}, **more)
