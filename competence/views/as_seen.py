"""What a page showed, to come back with what is posted from it: so that nobody writes over, throws
away or decides on what somebody else has changed since, without having seen it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

FIELD = "seen"


def mark_of(*said: Any) -> str:
    """The same for the same, and for nothing else. For `competence/part_seen.html`."""
    return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:32]


def changed_since(request: HttpRequest, mark: str) -> bool:
    """Whether what is posted comes from a page that showed something else. Without a mark nothing
    tells what was shown; of what is new there is none, and `mark` is empty."""
    return request.method == "POST" and request.POST.get(FIELD, "") != mark


def changed_words() -> str:
    return _(
        "Somebody else has changed this since you opened the page. What you have written is still "
        "here. Look at how it stands now, and save once more to put yours in its place."
    )


def refuse_unseen(request: HttpRequest, form: forms.BaseForm, mark: str) -> bool:
    """Whether the form may not be saved, since somebody else has; it then says so, keeps what was
    typed, and may be saved once more."""
    if not changed_since(request, mark):
        return False
    form.add_error(None, changed_words())
    return True


def refuse_removal(request: HttpRequest, mark: str) -> bool:
    """Whether what is to be taken out looks otherwise than on the page it was asked from; it then
    says so."""
    if not changed_since(request, mark):
        return False
    messages.error(
        request,
        _(
            "Somebody else has changed this since you opened the page. Look at how it stands now, "
            "and take it out once more if it is still to go."
        ),
    )
    return True
