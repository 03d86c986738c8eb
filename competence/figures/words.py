"""Words that pages share: small numbers and long lists in running text."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

_NAMED = 3

_NUMBERS = (
    gettext_lazy("no one"),
    pgettext_lazy("people", "one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
    gettext_lazy("ten"),
    gettext_lazy("eleven"),
    gettext_lazy("twelve"),
)


def in_words(number: int) -> str:
    """A number of people as running text has it: words up to twelve."""
    return str(_NUMBERS[number]) if 0 <= number < len(_NUMBERS) else str(number)


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def named(called: Sequence[str]) -> str:
    """The first three names of a list, and how many more there are; four in full."""
    more = len(called) - _NAMED
    if more <= 1:
        return ", ".join(called)
    return ngettext("%(groups)s and %(number)s more", "%(groups)s and %(number)s more", more) % {
        "groups": ", ".join(called[:_NAMED]),
        "number": more,
    }
