"""Forms of the history import: the file, its columns, and the answers to what it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.models.history import HistoryQuestion
from competence.parsers.history_table import ROLES, faults_of
from lms.lib.forms import Form
from lms.people.finding import PersonField
from lms.people.models import Person

NEW, OTHER = "new", "other"


class HistoryFileForm(Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or Excel (XLSX), with headings. One row for each person and course. Never "
            "personal identity numbers."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )


class ColumnsForm(Form):
    """One choice of column for each thing a row can say."""

    def __init__(
        self, headings: Iterable[str], *args: Any, columns: Mapping[str, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("Not in the file")),
            *((str(n), h or "–") for n, h in enumerate(headings)),
        ]
        for role, label in ROLES.items():
            self.fields[role] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=str(columns.get(role, ""))
            )

    def columns(self) -> dict[str, int]:
        return {role: int(value) for role, value in self.cleaned_data.items() if value}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        columns = {role: int(value) for role, value in said.items() if value}
        for fault in faults_of(columns):
            self.add_error(None, fault)
        return said


class AnswerForm(Form):
    """What one wording means: one of the guesses, something else, or nothing."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        question: HistoryQuestion,
        data: Any = None,
        *,
        guesses: list[tuple[str, str]],
        everything: list[Any],
    ) -> None:
        self.question = question
        super().__init__(data, prefix=f"q{question.pk}", initial={"revision": question.revision})
        is_course = question.kind == HistoryQuestion.Kind.COURSE
        choices = list(guesses)
        if is_course:
            choices += [
                (OTHER, _("Something else, chosen below")),
                (NEW, _("A new outside course")),
            ]
        else:
            choices += [(OTHER, _("Somebody else, written below"))]
        choices += [("leave", _("Leave these rows out"))]
        self.fields["choice"] = forms.ChoiceField(
            label=_("What is meant"), choices=choices, required=False, widget=forms.RadioSelect
        )
        if is_course:
            self.fields["other"] = forms.ChoiceField(
                label=_("Something else"), choices=[("", "–"), *everything], required=False
            )
            self.fields["name"] = forms.CharField(
                label=_("Name of the new course"), max_length=200, required=False
            )
            self.fields["provider"] = forms.CharField(
                label=_("Provider"), max_length=200, required=False
            )
        else:
            self.fields["other"] = PersonField(label=_("Somebody else"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        choice, other = said.get("choice"), said.get("other")
        if choice and choice != OTHER:
            self.errors.pop("other", None)
        if not choice and other:
            choice = said["choice"] = OTHER
        if choice == OTHER and not other and "other" not in self.errors:
            self.add_error("other", _("Say which."))
        elif isinstance(other, Person):
            said["other"] = f"person:{other.pk}"
        if choice == NEW:
            for name in ("name", "provider"):
                if not said.get(name):
                    self.add_error(name, _("A value is missing."))
        return said
