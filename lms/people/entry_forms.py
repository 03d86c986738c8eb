"""Forms for what is entered in the register by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.lib import guard
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, ModelForm
from lms.people.models import Employment, Leave, Person, Unit, User
from lms.people.querysets import PersonQuerySet
from lms.people.services.hr_import.reading import PERSONNUMMER


def refuse_personnummer(value: str) -> None:
    """Names, titles and addresses hold no personal identity number."""
    if any(finding.kind == "personnummer" for finding in guard.scan(value)):
        raise forms.ValidationError(
            _("This looks like a personal identity number. Remove it; nothing has been stored.")
        )


def _day(**kwargs: Any) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", **kwargs}, format="%Y-%m-%d")


_DAYS = {"starts_on": _day(), "ends_on": _day()}


class _Entry(ModelForm):
    """Every text is looked through before anything is stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators = [*field.validators, refuse_personnummer]
            if isinstance(field, forms.ModelChoiceField):
                field.label_from_instance = _indented  # type: ignore[assignment]


def _indented(unit: Unit) -> str:
    """A unit's name, set in as deep as it lies in the organisation."""
    return "\u2003" * unit.depth + unit.name


class PersonEntryForm(_Entry):
    """Somebody whom HR's file does not hold."""

    somebody_else = forms.BooleanField(
        label=gettext_lazy("This is somebody else. Make a new record."), required=False
    )

    class Meta:
        model = Person
        fields = ["person_id", "given_name", "family_name", "email"]
        help_texts = {
            "person_id": gettext_lazy(
                "Any code that nobody else has, for example G-001. Never a personal identity "
                "number."
            ),
            "email": gettext_lazy("Leave it empty where there is none; a code can be printed."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_name"].required = self.fields["family_name"].required = True
        self.similar: list[Person] = []
        self._somebody_else = self.fields.pop("somebody_else")

    def clean_person_id(self) -> str:
        value: str = self.cleaned_data["person_id"].strip()
        if PERSONNUMMER.fullmatch(value):
            refusal = _(
                "This looks like a personal identity number. Use an employee number "
                "instead; nothing has been stored."
            )
            raise forms.ValidationError(refusal)
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        self.similar = list(_similar_people(data)[:10])
        if self.similar:
            self.fields["somebody_else"] = self._somebody_else
            if not self._somebody_else.widget.value_from_datadict(self.data, {}, "somebody_else"):
                self.add_error(
                    "somebody_else", _("Somebody in the register may be the same person.")
                )
        return data


def _similar_people(data: dict[str, Any]) -> PersonQuerySet:
    same = Q(
        given_name__iexact=data["given_name"].strip(),
        family_name__iexact=data["family_name"].strip(),
    )
    if data["email"]:
        same |= Q(email__iexact=data["email"])
    people: PersonQuerySet = Person.objects.current().filter(same)
    return people


class EmploymentEntryForm(_Entry):
    class Meta:
        model = Employment
        fields = ["unit", "job_code", "job_title", "is_manager", "form", "starts_on", "ends_on"]
        widgets = _DAYS
        labels = {"unit": gettext_lazy("Unit")}
        help_texts = {"ends_on": gettext_lazy("Leave it empty for as long as it goes on.")}


class LeaveEntryForm(_Entry):
    class Meta:
        model = Leave
        fields = ["starts_on", "ends_on"]
        widgets = _DAYS
        help_texts = {"ends_on": gettext_lazy("Leave it empty for as long as it goes on.")}


class UnitEntryForm(_Entry):
    class Meta:
        model = Unit
        fields = ["code", "name", "kind", "parent"]
        labels = {"parent": gettext_lazy("Belongs to")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].empty_label = _("No other unit")  # type: ignore[attr-defined]


class LastDayForm(Form):
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=_day(),
        help_text=gettext_lazy(
            "A day before the first one takes the employment back: it never began."
        ),
    )


class AccountEntryForm(_Entry):
    """An account for somebody who is not in the register: an auditor, a supplier."""

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True
        self.similar: list[Person] = []

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        self.similar = list(Person.objects.current().filter(email__iexact=email)[:10])
        if self.similar:
            raise forms.ValidationError(
                _("The address belongs to somebody in the register. Invite them from there.")
            )
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("The address already belongs to an account."))
        return email


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("Is kept in the log. Nothing about health or private matters."),
    )
