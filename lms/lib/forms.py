"""Our forms in our words: a choice not yet made says what to choose, and an error says what to
do. What a field says for itself stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# A longer label is a sentence or a question: it does not go into another one.
LONGEST_NOUN = 24
# The highest number that a column of whole numbers holds.
HIGHEST = 2**31 - 1


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day, typed or picked."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def bound_day(
    field: forms.Field, *, earliest: date | None = None, latest: date | None = None
) -> None:
    """Take no day outside these, in the field of one form: the picker offers none, and a day
    written says which days there are."""
    if earliest is not None:
        field.widget.attrs["min"] = earliest.isoformat()
        words = _("Choose %(day)s or a later day.") % {"day": date_format(earliest)}
        field.validators.append(MinValueValidator(earliest, words))
    if latest is not None:
        field.widget.attrs["max"] = latest.isoformat()
        words = _("Choose %(day)s or an earlier day.") % {"day": date_format(latest)}
        field.validators.append(MaxValueValidator(latest, words))


class OurWords:
    """For a form class, before Django's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            label = str(field.label or name)
            for code, words in _errors(field, label):
                if field.error_messages.get(code) is _by_django(type(field), code):
                    field.error_messages[code] = words
            _name_the_choice(field, label)
            _keep_within_the_database(field)


class Form(OurWords, forms.Form):
    """`django.forms.Form` in our words."""


class ModelForm(OurWords, forms.ModelForm):
    """`django.forms.ModelForm` in our words."""


def _by_django(kind: type[forms.Field], code: str) -> object:
    for each in kind.__mro__:
        words = getattr(each, "default_error_messages", {})
        if code in words:
            return words[code]
    return None


def _choose(label: str) -> Any:
    """ "Choose course", where the label is a noun that can be chosen."""
    if len(label) > LONGEST_NOUN or any(mark in label for mark in ":,;?.("):
        return gettext_lazy("Choose in the list")
    return format_lazy(gettext_lazy("Choose {what}"), what=label[:1].lower() + label[1:])


def _errors(field: forms.Field, label: str) -> Iterator[tuple[str, Any]]:
    match field:
        case forms.MultipleChoiceField() | forms.ModelMultipleChoiceField():
            yield "required", gettext_lazy("Choose at least one.")
            yield "invalid_choice", gettext_lazy("Choose among those in the list.")
        case forms.ChoiceField():
            yield "required", format_lazy("{words}.", words=_choose(label))
            yield "invalid_choice", gettext_lazy("Choose among those in the list.")
        case forms.BooleanField():
            yield "required", gettext_lazy("Tick the box to go on.")
        case forms.DateField():
            yield "required", gettext_lazy("Give a day, for example 2026-03-14.")
            yield "invalid", gettext_lazy("Write the day as year, month and day: 2026-03-14.")
        case forms.DateTimeField():
            words = gettext_lazy("Give a day and a time, for example 2026-03-14 13:00.")
            yield "required", words
            yield "invalid", words
        case forms.TimeField():
            words = gettext_lazy("Give a time, for example 13:00.")
            yield "required", words
            yield "invalid", words
        case forms.IntegerField():
            yield "required", gettext_lazy("Write a number, for example 12.")
            yield "invalid", gettext_lazy("Write a whole number in figures, for example 12.")
            yield "min_value", gettext_lazy("Write a number that is at least %(limit_value)s.")
            yield "max_value", gettext_lazy("Write a number that is at most %(limit_value)s.")
        case forms.FileField():
            yield "required", gettext_lazy("Choose a file.")
            yield "empty", gettext_lazy("The file is empty. Choose another file.")
        case forms.EmailField():
            yield "required", gettext_lazy("Write an e-mail address.")
            yield "invalid", gettext_lazy("Write the whole address, for example name@example.se.")
        case forms.CharField():
            yield (
                "required",
                format_lazy(gettext_lazy("Write something under “{what}”."), what=label),
            )
            yield (
                "max_length",
                gettext_lazy(
                    "Shorten the text to %(limit_value)d characters. It is %(show_value)d now."
                ),
            )


def _keep_within_the_database(field: forms.Field) -> None:
    """A number that no key or column can hold is a choice that is not there, or too high a number:
    asked for, the database would refuse it as no answer at all."""
    if isinstance(field, forms.ModelChoiceField):
        clean = field.clean

        def cleaned(value: Any) -> Any:
            try:
                return clean(value)
            except OverflowError as error:
                words = field.error_messages["invalid_choice"]
                raise ValidationError(
                    words, code="invalid_choice", params={"value": value, "pk": value}
                ) from error

        field.clean = cleaned  # type: ignore[method-assign]
    elif type(field) is forms.IntegerField:
        if field.max_value is None:
            field.validators.append(MaxValueValidator(HIGHEST, field.error_messages["max_value"]))
        if field.min_value is None:
            field.validators.append(MinValueValidator(-HIGHEST, field.error_messages["min_value"]))


def _name_the_choice(field: forms.Field, label: str) -> None:
    words = _choose(label) if field.required else gettext_lazy("Not chosen")
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == _DASHES:
            field.empty_label = words
    elif isinstance(field, forms.ChoiceField) and not callable(field.choices):
        given = list(field.choices)
        if given and tuple(given[0]) == ("", _DASHES):
            field.choices = [("", words), *given[1:]]


_DASHES = "---------"
