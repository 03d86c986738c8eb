"""Forms for signing in, activating an account and the register."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.audit.actions import ACTIONS
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, ModelForm, OurWords, day_field
from lms.people.finding import PersonField, Written, few_with_posts
from lms.people.middleware import share_computer
from lms.people.models import Person, RoleAssignment, Unit, User
from lms.people.querysets import PersonQuerySet
from lms.people.roles import Role
from lms.people.services.ledger import Asked


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _shared_computer() -> forms.BooleanField:
    return forms.BooleanField(
        label=gettext_lazy("This is a shared computer"),
        required=False,
        help_text=gettext_lazy(
            "You are signed out when you close the browser, or after 30 minutes without activity."
        ),
    )


class LoginForm(OurWords, AllauthLoginForm):
    """E-mail, password, and whether others use the computer too."""

    shared_computer = _shared_computer()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password", "shared_computer"])

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        response: HttpResponse = super().login(request, redirect_url)
        if self.cleaned_data["shared_computer"]:
            share_computer(request)
        return response


class CodeForm(Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=30,
        help_text=gettext_lazy("Twelve characters on your sheet, for example 7KTM-92QH-XW4D."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}
        ),
    )


class ActivationForm(Form):
    """The first password, and with a printed code the address to sign in with."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    shared_computer = _shared_computer()

    def __init__(self, *args: Any, email_known: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())
        if email_known:
            del self.fields["email"]
        self.email_known = email_known

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if password := data.get("password"):
            address = data.get("email") or self.email_known
            try:
                validate_password(password, User(email=address))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class LanguageForm(Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("sv", "Svenska"), ("en", "English")]
    )


class UploadForm(Form):
    """The three files of HR."""

    units = forms.FileField(label=gettext_lazy("Units"), help_text="code, name, parent_code, kind")
    staff = forms.FileField(
        label=gettext_lazy("Employments"),
        help_text=(
            "person_id, given_name, family_name, email, unit_code, job_code, job_title, "
            "is_manager, starts_on, ends_on, form"
        ),
    )
    leave = forms.FileField(
        label=gettext_lazy("Leave"), required=False, help_text="person_id, starts_on, ends_on"
    )


class PersonFilterForm(Form):
    q = forms.CharField(label=gettext_lazy("Name, person id or e-mail"), required=False)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("All units"),
    )
    account = forms.ChoiceField(
        label=gettext_lazy("Account"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("with", gettext_lazy("Can sign in")),
            ("without", gettext_lazy("Cannot sign in yet")),
        ],
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = (  # type: ignore[attr-defined]
            lambda unit: "\u2003" * unit.depth + unit.name
        )


class FoundPersonField(forms.ModelChoiceField):
    """One of the people that a search by name has found: whoever is chosen must be among `people`,
    and only those found are shown."""

    FEW = 20
    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Person.objects.none(), empty_label=None, **kwargs)
        self.more = False
        self.only: int | None = None

    def search(self, people: PersonQuerySet, words: str, day: date) -> None:
        self.queryset = people
        enough = len(words.strip()) >= 2
        found = few_with_posts(people.called(words), day, self.FEW + 1) if enough else []
        self.more = len(found) > self.FEW
        self.choices = found[: self.FEW]
        self.only = found[0][0] if len(found) == 1 else None


class PersonSearchForm(Form):
    """A person who is searched for by name, then chosen among those found."""

    q = forms.CharField(
        label=gettext_lazy("Search by name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("At least two letters."),
    )
    person = FoundPersonField(
        label=gettext_lazy("Person"), error_messages={"required": gettext_lazy("Choose a person.")}
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("Never write anything about a child, a client or an event at work."),
    )

    def __init__(self, *args: Any, people: PersonQuerySet, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self["q"].value() or ""
        self.searched = bool(words.strip())
        self.finder.search(people, words, day)
        self.guessed = False
        if only := self.finder.only:
            self.initial["person"] = only
            if self.is_bound and not self["person"].data:
                # Shown as chosen; whom it concerns is still seen before anything is done.
                data = self.data.copy()  # type: ignore[attr-defined]
                data[self.add_prefix("person")] = str(only)
                self.data = data
                self.guessed = True

    def clean_person(self) -> Person:
        if self.guessed:
            raise forms.ValidationError(_("Do you mean the person below? Then go on."))
        person: Person = self.cleaned_data["person"]
        return person

    @property
    def finder(self) -> FoundPersonField:
        field = self.fields["person"]
        assert isinstance(field, FoundPersonField)
        return field


class ViewAsForm(PersonSearchForm):
    """Which manager, and why."""

    person = FoundPersonField(
        label=gettext_lazy("Manager"),
        error_messages={"required": gettext_lazy("Choose a manager.")},
    )


class DelegationForm(PersonSearchForm):
    """Who acts in the manager's place, for which unit, when and why."""

    person = FoundPersonField(
        label=gettext_lazy("Deputy"),
        error_messages={"required": gettext_lazy("Search for your deputy and choose one.")},
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("Unit"),
        empty_label=None,
        help_text=gettext_lazy("The deputy also sees every unit below."),
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=_day_input())
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=_day_input())

    field_order = ("q", "person", "unit", "starts_on", "ends_on", "reason")

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = (  # type: ignore[attr-defined]
            lambda unit: "\u2003" * unit.depth + unit.name
        )

    def clean(self) -> None:
        super().clean()
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first day."))


class MergeForm(Form):
    survivor = PersonField(label=gettext_lazy("Keep"))
    loser = PersonField(label=gettext_lazy("Merge into it"))


class WhoField(PersonField):
    """Somebody who can sign in, or be invited to: an account by its address, or a person."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text=gettext_lazy("Name, person id or e-mail."), **kwargs)

    def clean(self, value: Any) -> Any:
        words = value.words if isinstance(value, Written) else str(value or "").strip()
        if "@" in words:
            found = User.objects.filter(email__iexact=words).first()
            if found is not None:
                return found
            people = Person.objects.current().filter(email__iexact=words)[:2]
            if len(people) != 1:
                raise forms.ValidationError(_("Nobody was found. Check the person id or address."))
            return people[0]
        person = super().clean(value)
        if person is not None and not person.email and not hasattr(person, "user"):
            raise forms.ValidationError(
                _("The person has no e-mail address and no account. Use a printed code first.")
            )
        return person


class RoleForm(ModelForm):
    """Give a role to somebody, by name, person id or e-mail."""

    who = WhoField(label=gettext_lazy("Who gets the role"))

    class Meta:
        model = RoleAssignment
        fields = ["role", "unit", "starts_on", "ends_on", "reason"]
        labels = {"unit": gettext_lazy("Unit")}
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].empty_label = _("The whole organisation")  # type: ignore[attr-defined]
        self.fields["unit"].help_text = _("The role also reaches every unit below.")
        self.order_fields(["who", "role", "unit", "starts_on", "ends_on", "reason"])

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class ReachForm(Form):
    """Which changes of reach to show. A field that is left empty narrows nothing."""

    name = forms.CharField(
        label=gettext_lazy("Whose reach"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Person id, name or e-mail"),
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit gained or lost"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Code or name"),
    )
    first_day = day_field(gettext_lazy("From"), required=False)
    last_day = day_field(gettext_lazy("To"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first day."))
        return data


class LedgerForm(Form):
    """What to look for in the log. A field that is left empty narrows nothing."""

    person = forms.CharField(
        label=gettext_lazy("Person it is about"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Person id, name or e-mail"),
    )
    by = forms.CharField(
        label=gettext_lazy("Who did it"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Person id, name or e-mail"),
    )
    action = forms.ChoiceField(label=gettext_lazy("What happened"), required=False)
    first_day = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last_day = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = forms.CharField(
        label=gettext_lazy("Words in the reason"), max_length=100, required=False
    )
    object = forms.CharField(
        label=gettext_lazy("Object"),
        max_length=170,
        required=False,
        help_text=gettext_lazy("As in the column of the file, for example people.unit:12"),
    )

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = sorted(((code, str(said)) for code, said in ACTIONS.items()), key=lambda it: it[1])
        self.fields["action"].choices = [  # type: ignore[attr-defined]
            ("", _("Everything")),
            *words,
        ]
        if person is not None:
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first day."))
        return data

    def asked(self) -> Asked:
        """What was found to be asked; where the form has errors, what is right of it."""
        self.is_valid()
        return Asked(**{name: value for name, value in self.cleaned_data.items() if value})
