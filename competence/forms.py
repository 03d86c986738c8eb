"""Forms of the coordinator's pages. Every field where a person could be described carries the
guard of the model field it fills."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.models import (
    CoverageTarget,
    DecidedDocument,
    GroupMessage,
    KeyGroup,
    Requirement,
)
from competence.services.consequences import Order
from competence.services.group_messages import Filter
from competence.services.renewal_decisions import refused_last_day
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.framework.rules import PersonRule
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, ModelForm, bound_day, day_field
from lms.people.finding import PersonField, PersonInput, UnitsField
from lms.people.models import Employment, Person, Unit

FARTHEST = timedelta(days=10 * 366)

STOP = gettext_lazy(
    "Do not write a name, a personnummer, an address or anything else that points out a person. If "
    "you are worried about a child: report it to the social services. If a life is in danger: call "
    "112."
)


def reason_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=300, help_text=STOP, validators=[refuse_personal_data]
    )


class CodesField(forms.CharField):
    """Several codes with commas between them, each known."""

    def __init__(self, known: str, **kwargs: Any) -> None:
        self.known = known
        super().__init__(required=False, validators=[refuse_personal_data], **kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:  # type: ignore[override]
        text = super().clean(value)
        codes = tuple(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
        unknown = set(codes) - self._known(codes)
        if unknown:
            raise forms.ValidationError(
                _("Unknown: %(codes)s") % {"codes": ", ".join(sorted(unknown))}
            )
        return codes

    def _known(self, codes: tuple[str, ...]) -> set[str]:
        if self.known == "job":
            return set(
                Employment.objects.filter(job_code__in=codes).values_list("job_code", flat=True)
            )
        return set(codes)


class EndForm(Form):
    ends_on = day_field(gettext_lazy("Last day"))
    reason = reason_field(gettext_lazy("Reason"))


class WithdrawForm(Form):
    on = day_field(gettext_lazy("First day it no longer counts"))
    reason = reason_field(gettext_lazy("Reason"))

    def __init__(
        self, *args: Any, earliest: date | None = None, latest: date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["on"], earliest=earliest, latest=latest)


class CoverageTargetForm(Form):
    key_group = forms.ModelChoiceField(
        KeyGroup.objects.outside_drafts(),
        label=gettext_lazy("Key group or forum"),
        required=False,
        empty_label=gettext_lazy("Everyone with a post"),
    )
    places = forms.ChoiceField(
        label=gettext_lazy("How it is counted"), choices=CoverageTarget.Places.choices
    )
    unit = UnitsField(
        several=False,
        label=gettext_lazy("Unit"),
        help_text=gettext_lazy("The unit's name or code. Empty: everywhere."),
    )
    unit_kind = forms.ChoiceField(label=gettext_lazy("Kind of unit"), required=False)
    area = forms.ModelChoiceField(CompetenceArea.objects.all(), label=gettext_lazy("Area"))
    level = forms.ModelChoiceField(TrainingLevel.objects.all(), label=gettext_lazy("Level"))
    at_least = forms.IntegerField(
        label=gettext_lazy("At least so many"), min_value=1, max_value=999, initial=2
    )
    starts_on = day_field(gettext_lazy("In force from"))
    ends_on = day_field(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until further")
    )
    motive = forms.CharField(
        label=gettext_lazy("Motive"),
        max_length=300,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("Which passage of the plan it rests on."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = Unit.objects.exclude(kind="").order_by("kind").values_list("kind", flat=True)
        field = self.fields["unit_kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("No kind")), *((kind, kind) for kind in kinds.distinct())]


class CountedOnForm(Form):
    """The day for which the consequences of a draft are counted."""

    dag = day_field(
        gettext_lazy("Counted for the day"),
        help_text=gettext_lazy("Usually the day on which all that is changed has taken effect."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["dag"], earliest=today, latest=today + FARTHEST)


class OrderForm(Form):
    """A renewal order, without its reason."""

    area = forms.ModelChoiceField(CompetenceArea.objects.all(), label=gettext_lazy("Area"))
    level = forms.ModelChoiceField(
        TrainingLevel.objects.all(),
        label=gettext_lazy("Level"),
        required=False,
        empty_label=gettext_lazy("Every level"),
    )
    achieved_before = day_field(
        gettext_lazy("Reached before"),
        help_text=gettext_lazy("What was reached earlier than this day must be renewed."),
    )
    last_valid_day = day_field(gettext_lazy("Valid no longer than"))
    decided_on = day_field(gettext_lazy("Decided on"))

    def order(self) -> Order:
        return Order(**{each: self.cleaned_data[each] for each in _ORDER})


_ORDER = ("area", "level", "achieved_before", "last_valid_day", "decided_on")


class RenewalForm(OrderForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("For example the changed law. Shown to everyone it reaches."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> None:
        if not self.errors and (fault := refused_last_day(self.order(), self.today)):
            self.add_error("last_valid_day", fault)


class GroupMessageForm(Form):
    key_group = forms.ModelChoiceField(
        KeyGroup.objects.outside_drafts(),
        label=gettext_lazy("Key group"),
        required=False,
        empty_label=gettext_lazy("All key groups"),
    )
    unit = UnitsField(
        several=False,
        label=gettext_lazy("Unit"),
        help_text=gettext_lazy("The unit's name or code. Empty: everywhere."),
    )
    area = forms.ModelChoiceField(CompetenceArea.objects.all(), label=gettext_lazy("Area"))
    level = forms.ModelChoiceField(
        TrainingLevel.objects.all(),
        label=gettext_lazy("Level"),
        required=False,
        empty_label=gettext_lazy("Every level"),
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("Those who"), choices=GroupMessage.Standing.choices
    )
    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=120, validators=[refuse_personal_data]
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=2000,
        help_text=STOP,
        widget=forms.Textarea(attrs={"rows": 6}),
        validators=[refuse_personal_data],
    )
    reason = reason_field(gettext_lazy("Reason"))

    def wanted(self) -> Filter:
        given = ("key_group", "unit", "area", "level", "standing")
        return Filter(**{name: self.cleaned_data[name] for name in given})


class OpenNamesForm(Form):
    opening_reason = forms.CharField(
        label=gettext_lazy("Why you need the names"),
        max_length=300,
        min_length=10,
        help_text=gettext_lazy("Written in the log, with your name and who was shown."),
        validators=[refuse_personal_data],
    )


class FrameworkForm(Form):
    file = forms.FileField(label=gettext_lazy("framework.yaml"))
    as_draft = forms.BooleanField(
        label=gettext_lazy("Make a draft of it"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Without a draft the file comes into force at once."),
    )


class KeyGroupForm(ModelForm):
    class Meta:
        model = KeyGroup
        fields = ("code", "name", "description")


class RuleForm(Form):
    """One rule: all that is filled in must hold, on the same employment."""

    units = UnitsField(label=gettext_lazy("In the units, or below them"))
    except_units = UnitsField(label=gettext_lazy("But not in the units"))
    job_codes = CodesField("job", label=gettext_lazy("With the job codes"))
    except_job_codes = CodesField("job", label=gettext_lazy("But not the job codes"))
    managers_only = forms.BooleanField(
        label=gettext_lazy("Only managers with staff"), required=False
    )
    everyone = forms.BooleanField(
        label=gettext_lazy("Everyone with an employment"),
        required=False,
        help_text=gettext_lazy("Tick this only for a rule without conditions."),
    )
    # Last: the name hides django.forms in what follows.
    forms = CodesField("", label=gettext_lazy("With the forms of employment"))
    field_order = ("units", "except_units", "job_codes", "except_job_codes", "forms")

    def rule(self) -> PersonRule | None:
        """The rule filled in; none where nothing was."""
        given = {key: value for key, value in self.cleaned_data.items() if key in _CONDITIONS}
        for key in _UNITS & given.keys():
            given[key] = tuple(unit.code for unit in given[key])
        everyone = self.cleaned_data.get("everyone")
        return PersonRule(**given) if everyone or any(given.values()) else None

    @staticmethod
    def initial_of(rule: PersonRule) -> dict[str, Any]:
        data = rule.to_json()
        return {
            key: ", ".join(value) if isinstance(value, list) and key not in _UNITS else value
            for key, value in data.items()
        } | {"everyone": not data}


_UNITS = {"units", "except_units"}
_CONDITIONS = (
    *("units", "except_units", "job_codes", "except_job_codes", "forms"),
    "managers_only",
)

MOST_RULES, MOST_LEFT_OUT = 100, 500
"""Rows that one form takes. What is sent with more is refused before a row is built."""

RuleFormSet = forms.formset_factory(
    RuleForm, extra=1, can_delete=True, max_num=MOST_RULES, absolute_max=MOST_RULES + 1
)


class ExcludedForm(Form):
    """Somebody who is left out; who is already is shown by name below the id."""

    excluded = PersonField(label=gettext_lazy("Left out"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.initial.get("excluded")
        if isinstance(person, Person):
            self.initial = {"excluded": person.person_id}
            if not self.is_bound:
                box = self.fields["excluded"].widget
                assert isinstance(box, PersonInput)
                box.found, box.chosen = ((person.pk, person.name),), person.pk


class BaseExcludedFormSet(forms.BaseFormSet[ExcludedForm]):
    def people(self) -> list[Person]:
        """Those left out: of two merged records, the one that was kept."""
        given = (form.cleaned_data.get("excluded") for form in self.forms)
        return list(dict.fromkeys(person for person in given if person is not None))

    @staticmethod
    def initial_of(people: Iterable[Person]) -> list[dict[str, Any]]:
        kept = {(person.merged_into or person) for person in people}
        return [{"excluded": person} for person in sorted(kept, key=lambda each: each.name)]


ExcludedFormSet = cast(
    "type[BaseExcludedFormSet]",
    forms.formset_factory(
        ExcludedForm,
        formset=BaseExcludedFormSet,
        extra=2,
        max_num=MOST_LEFT_OUT,
        absolute_max=MOST_LEFT_OUT + 1,
    ),
)


class RequirementForm(ModelForm):
    class Meta:
        model = Requirement
        fields = (
            *("key_group", "area", "level", "kind", "effective_from", "effective_until"),
            *("grace_days", "renewal_months", "window_days", "motive"),
        )
        labels = {
            "key_group": gettext_lazy("Key group"),
            "area": gettext_lazy("Area"),
            "level": gettext_lazy("Level"),
        }
        widgets = {
            "effective_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "effective_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }


class AdoptForm(Form):
    """The decision on a version of either plan."""

    in_force_from = day_field(gettext_lazy("In force from"))
    adopted_on = day_field(gettext_lazy("Decided on"))
    adopted_by = forms.CharField(
        label=gettext_lazy("Decided by"),
        max_length=200,
        help_text=gettext_lazy("The body that decided, for example Kommunstyrelsen."),
        validators=[refuse_personal_data],
    )
    registry_number = forms.CharField(
        label=gettext_lazy("Registry number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("May be added later, once, where it is not known yet."),
        validators=[refuse_personal_data],
    )

    def __init__(self, *args: Any, version: DecidedDocument, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions: Any = type(version)._default_manager
        first, last = today - FARTHEST, today + FARTHEST
        bound_day(self.fields["in_force_from"], earliest=first, latest=last)
        bound_day(self.fields["adopted_on"], earliest=first, latest=today)

    def clean_in_force_from(self) -> date:
        day: date = self.cleaned_data["in_force_from"]
        if self.versions.coming_into_force_on(day).exists():
            raise forms.ValidationError(_("Another version comes into force that day."))
        return day


class ChapterForm(Form):
    text = forms.CharField(
        label=gettext_lazy("Words of the chapter"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=format_lazy(
            "{} {}",
            gettext_lazy(
                "An empty line between paragraphs. Lines that begin with “- ” become a list."
            ),
            STOP,
        ),
        validators=[refuse_personal_data],
    )
