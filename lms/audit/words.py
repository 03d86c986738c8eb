"""The words of the log's page and its files: actions, names of values, values and reasons."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from lms.audit.actions import ACTIONS
from lms.audit.fields import FIELDS
from lms.lib.dates import STOCKHOLM

NOTHING = "–"


def action_words(action: str) -> str:
    """What happened; an action from an earlier time keeps its code."""
    return str(ACTIONS.get(action, action))


def field_words(name: str) -> str:
    return str(FIELDS.get(name, name))


VALUES: dict[tuple[str, str], Promise] = {
    ("channel", "print"): gettext_lazy("printed code"),
    ("channel", "mail"): gettext_lazy("E-mail"),
    ("kind", "mandatory"): gettext_lazy("mandatory"),
    ("kind", "recommended"): gettext_lazy("recommended"),
    ("opened", "list"): gettext_lazy("the list of forms"),
    ("opened", "wishes"): gettext_lazy("what is wished for"),
    ("opened", "answer"): gettext_lazy("an answer"),
    ("origin", "manager"): gettext_lazy("by a manager"),
    ("origin", "partner"): gettext_lazy("by one's organisation"),
    ("origin", "requirement"): gettext_lazy("because of a requirement"),
    ("origin", "self"): gettext_lazy("by oneself"),
    ("standing", "gap"): gettext_lazy("lack it or have let it run out"),
    ("standing", "to_do"): gettext_lazy("lack it or have it to do"),
    ("standing", "expiring"): gettext_lazy("have it, and it runs out soon"),
    ("standing", "everyone"): gettext_lazy("are asked to have it"),
    ("state", "committed"): gettext_lazy("taken in"),
    ("state", "discarded"): gettext_lazy("thrown away"),
    ("state", "undone"): gettext_lazy("taken back"),
    ("state", "waiting"): gettext_lazy("waiting"),
    ("state", "granted"): gettext_lazy("granted"),
    ("state", "refused"): gettext_lazy("refused"),
    ("state", "withdrawn"): gettext_lazy("taken back"),
    ("about", "whole"): gettext_lazy("The plan as a whole"),
    ("about", "requirements"): gettext_lazy("What is asked, of whom"),
    ("about", "times"): gettext_lazy("Deadlines and renewal"),
    ("about", "resources"): gettext_lazy("Time, money and resources"),
    ("about", "key_group"): gettext_lazy("A key group"),
    ("outcome", "heeded"): gettext_lazy("heeded"),
    ("outcome", "partly"): gettext_lazy("heeded in part"),
    ("outcome", "not"): gettext_lazy("not heeded"),
    ("plan", "kompetensplan"): gettext_lazy("the competence plan"),
    ("plan", "utbildningsplan"): gettext_lazy("the training plan"),
    ("status", "adopted"): gettext_lazy("adopted"),
    ("status", "consultation"): gettext_lazy("out for consultation"),
    ("status", "preparation"): gettext_lazy("in preparation"),
    ("status", "draft"): gettext_lazy("draft"),
    ("role", "evidence"): gettext_lazy("evidence"),
    ("role", "serves"): gettext_lazy("serves the passage"),
    ("role", "indicator"): gettext_lazy("indicator"),
    ("status", "not_started"): pgettext_lazy("obligation", "not started"),
    ("status", "ongoing"): pgettext_lazy("obligation", "ongoing"),
    ("status", "done"): pgettext_lazy("obligation", "done"),
    ("status", "dormant"): pgettext_lazy("obligation", "dormant"),
    ("waits_for", "start"): gettext_lazy("the municipality's first day"),
    ("waits_for", "demo"): gettext_lazy("the demo's history"),
    ("way", "course"): gettext_lazy("by taking the course"),
    ("way", "test"): gettext_lazy("by the test that stands for it"),
}

REASONS: dict[str, Promise] = {
    "merged": gettext_lazy("The records were merged"),
    "people merged": gettext_lazy("The records were merged"),
    "last employment ended": gettext_lazy("The last employment ended"),
}


def reason_words(reason: str) -> str:
    """Why, as somebody wrote it; or what the program wrote, in words."""
    if reason in REASONS:
        return str(REASONS[reason])
    for start, words in (
        ("HR import ", gettext_lazy("Staff files, import %(what)s")),
        ("import ", gettext_lazy("From the file %(what)s")),
    ):
        if reason.startswith(start):
            return str(words) % {"what": reason.removeprefix(start)}
    return reason


def value_words(value: Any, name: str = "") -> str:
    """A value as it is read: days in words, yes and no, and nothing as a dash. `name`: of what."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(value_words(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{field_words(name)}: {value_words(one)}" for name, one in value.items())
    if isinstance(value, str):
        if words := VALUES.get((name, value)):
            return str(words)
        return _day_or_moment(value, get_language()) or value
    return str(value)


@lru_cache(maxsize=4096)
def _day_or_moment(text: str, language: str | None) -> str:
    """In a language, which is that of the thread: a file of the log says the same day often."""
    try:
        if len(text) == 10:
            return date_format(date.fromisoformat(text), "j F Y")
        if len(text) > 18 and text[4:5] == "-" and text[10:11] == "T":
            moment = datetime.fromisoformat(text).astimezone(STOCKHOLM)
            return date_format(moment, "j F Y H:i")
    except ValueError:
        pass
    return ""
