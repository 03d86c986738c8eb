"""What a form calls its fields is Swedish where the site is."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms

import competence.forms
import competence.recognition_forms
import lms.people.entry_forms
import lms.people.forms

MODULES = (
    *(competence.forms, competence.recognition_forms),
    *(lms.people.entry_forms, lms.people.forms),
)


def _fields() -> Iterator[tuple[str, forms.Field]]:
    for module in MODULES:
        for form in vars(module).values():
            if getattr(form, "__module__", "") == module.__name__ and hasattr(form, "base_fields"):
                for name, field in form.base_fields.items():
                    yield f"{form.__name__}.{name}", field


def test_no_form_takes_its_label_from_the_name_of_a_field() -> None:
    """A label made of the field's own name is a plain string; a translated one is read late."""
    assert [
        name
        for name, field in _fields()
        if field.label is None or (type(field.label) is str and field.label)
    ] == []
