"""Words that pages share: small numbers in running text."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

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
