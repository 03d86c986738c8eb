"""What a form calls its fields, and what it answers, is in our words."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django import forms
from django.http import QueryDict
from django.urls import get_resolver

import competence.case_forms
import competence.fact_forms
import competence.forms
import competence.history_forms
import competence.measure_forms
import competence.recognition_forms
import lms.people.entry_forms
import lms.people.forms
from lms.lib.forms import Form, OurWords

MODULES = (
    *(competence.forms, competence.case_forms, competence.fact_forms),
    *(competence.history_forms, competence.recognition_forms, competence.measure_forms),
    *(lms.people.entry_forms, lms.people.forms),
)


def _fields() -> Iterator[tuple[str, forms.Field]]:
    for module in MODULES:
        for form in vars(module).values():
            if getattr(form, "__module__", "") == module.__name__ and hasattr(form, "base_fields"):
                for name, field in form.base_fields.items():
                    if not field.widget.is_hidden:
                        yield f"{form.__name__}.{name}", field


def test_no_form_takes_its_label_from_the_name_of_a_field() -> None:
    """A label made of the field's own name is a plain string; a translated one is read late."""
    assert [
        name
        for name, field in _fields()
        if field.label is None or (type(field.label) is str and field.label)
    ] == []


def _ours() -> Iterator[type[forms.BaseForm]]:
    def below(kind: type) -> Iterator[type]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    assert get_resolver().url_patterns  # Reading them reads every module that has a form.
    for kind in set(below(forms.BaseForm)):
        package = kind.__module__.partition(".")[0]
        if package in ("lms", "courses", "competence", "home"):
            yield kind


def test_every_form_of_ours_answers_in_our_words() -> None:
    forms_of_ours = {kind.__qualname__: kind for kind in _ours()}
    assert len(forms_of_ours) > 40
    assert [
        name for name, kind in sorted(forms_of_ours.items()) if not issubclass(kind, OurWords)
    ] == []


def _numbered() -> list[tuple[str, forms.Field]]:
    """Every field of ours that takes the key of a row, or a whole number."""
    found = []
    for kind in sorted(set(_ours()), key=lambda each: each.__qualname__):
        for name, field in kind.base_fields.items():
            if isinstance(field, forms.ModelChoiceField | forms.IntegerField):
                found.append((f"{kind.__qualname__}.{name}", field))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["1" * 21, f"-{'9' * 21}", "9" * 5000])
def test_a_number_that_no_row_can_have_is_an_error_beside_the_field(number: str) -> None:
    fields = _numbered()
    assert len(fields) > 40
    for name, field in fields:
        asked = deepcopy(field)
        if isinstance(asked, forms.ModelChoiceField):
            if asked.queryset is None:
                # Set when the form is made; its kind of field is asked of others.
                continue
            asked.queryset = asked.queryset.model._default_manager.all()
        probe = type("Probe", (Form,), {"asked": asked})
        form = probe(QueryDict(f"asked={number}"))
        assert not form.is_valid(), name
        assert form.errors["asked"], name
