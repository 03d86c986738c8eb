"""Every text a person may write in a form of the product is guarded, or is named here with why not:
a personnummer or a phone number is refused where it is written."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from django import forms
from django.apps import apps
from django.db import models

import competence
from lms.lib.fields import Guarded, refuse_personal_data

SOUGHT = {
    "competence.needs_forms.ColleagueForm.q": "words to look for a colleague with",
    "competence.recognition_forms.ClaimForm.course": "the key of a course among those on offer",
    "competence.recognition_forms.SheetForm.people": "person ids and names, each found or refused",
}
"""Fields whose words are looked up and never kept."""

LONGEST_CODE = 20
CODES = {
    "AcceptedSessions.code",
    "Achievement.source",
    "CoverageTarget.unit_kind",
    "GoverningDocument.code",
    "GoverningDocument.plan_period",
    "GoverningDocument.registry_number",
    "GoverningDocument.version",
    "GoverningReading.checksum",
    "GoverningReading.code",
    "KeptDocument.checksum",
    "NeedsDraft.client",
    "NeedsRound.unit_kind",
    "ProofFile.name",
    "Recognition.proof_name",
    "SignInSheet.proof_name",
}
"""Columns of text where nobody writes: chosen, made by the product, or read from a file that is
looked through as it is read."""


def _classes(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from _classes(each)


def _load(package: Any) -> None:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in found.name and ".management" not in found.name:
            importlib.import_module(found.name)


def _forms() -> list[type[forms.BaseForm]]:
    _load(competence)
    found = {each for each in _classes(forms.BaseForm) if each.__module__.startswith("competence")}
    return sorted(found, key=lambda each: f"{each.__module__}.{each.__name__}")


def _is_written(field: forms.Field) -> bool:
    return (
        isinstance(field, forms.CharField)
        and not isinstance(field, forms.URLField | forms.EmailField)
        and not field.widget.is_hidden
    )


def _is_guarded(form: type[forms.BaseForm], name: str, field: forms.Field) -> bool:
    if refuse_personal_data in field.validators:
        return True
    if not issubclass(form, forms.ModelForm):
        return False
    return refuse_personal_data in form._meta.model._meta.get_field(name).validators


def test_every_text_of_a_form_refuses_personal_data():
    bare = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in _forms()
        for name, field in form.base_fields.items()
        if _is_written(field) and not _is_guarded(form, name, field)
    }
    assert bare == set(SOUGHT)


def test_every_column_of_text_declares_its_class():
    bare = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("competence").get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.CharField | models.TextField)
        and refuse_personal_data not in field.validators
        and not isinstance(field, Guarded | models.URLField | models.EmailField)
        and not field.choices
        and (field.max_length or LONGEST_CODE + 1) > LONGEST_CODE
    }
    assert bare == CODES
