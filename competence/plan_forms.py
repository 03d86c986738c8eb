"""The forms of a version's way: sending it on, its consultation, the decision's facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.forms import STOP
from competence.models import (
    ConsultationAnswer,
    ConsultationComment,
    CoverageGoal,
    DecidedDocument,
    KeyGroup,
    PlanVersion,
    Requirement,
)
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, ModelForm, bound_day, day_field
from lms.people.models import Unit
from lms.people.partners import PartnerOrganisation

LONGEST = 4000


def _text(label: Any, *, required: bool = True, help_text: Any = STOP, rows: int = 4) -> Any:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        validators=[refuse_personal_data],
    )


class CompareForm(Form):
    """Two versions of one plan, the latest two unless others are chosen: `versions` are those there
    are."""

    was: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("From version"),
        queryset=PlanVersion.objects.none(),
        to_field_name="number",
    )
    becomes: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("To version"),
        queryset=PlanVersion.objects.none(),
        to_field_name="number",
    )

    def __init__(self, *args: Any, versions: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        latest = list(versions.order_by("-number").values_list("number", flat=True)[:2])
        for name, number in zip(("becomes", "was"), latest, strict=False):
            self.fields[name].initial = number
        for name in ("was", "becomes"):
            self.fields[name].queryset = versions.all()  # type: ignore[attr-defined]


class SendOutForm(Form):
    """Whom to ask, until when, and about what."""

    closes_on = day_field(gettext_lazy("Views at the latest"))
    units = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Units to ask"),
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Their managers and contacts get a notice, and answer here."),
    )
    partners = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Organisations to ask"),
        queryset=PartnerOrganisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Send them the proposal yourself, and register what they write."),
    )
    others = forms.CharField(
        label=gettext_lazy("Other organisations"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One on each line."),
        validators=[refuse_personal_data],
    )
    question = _text(
        gettext_lazy("What you want views on"),
        required=False,
        help_text=gettext_lazy("Stands above the proposal. Leave it empty to ask about all of it."),
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = Unit.objects.filter(depth__lte=1)  # type: ignore[attr-defined]
        self.fields["partners"].queryset = PartnerOrganisation.objects.valid_on(day)  # type: ignore[attr-defined]
        bound_day(self.fields["closes_on"], earliest=day + timedelta(days=1))

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        if not (asked.get("units") or asked.get("partners") or asked.get("others")):
            self.add_error("units", _("Choose whom to ask."))
        return asked

    def organisations(self) -> list[str]:
        names = [partner.name for partner in self.cleaned_data["partners"]]
        return [*names, *(line.strip()[:200] for line in self.cleaned_data["others"].splitlines())]


class StepForm(Form):
    """A step that a forum takes of a version."""

    taken_on = day_field(gettext_lazy("Day"))
    forum = forms.CharField(
        label=gettext_lazy("Forum"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The body that took the step, for example KSAU."),
        validators=[refuse_personal_data],
    )
    note = _text(gettext_lazy("Note"), required=False)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["taken_on"], latest=day)


class TakeBackForm(StepForm):
    note = _text(gettext_lazy("Why it is taken back"))


class RegistryForm(Form):
    registry_number = forms.CharField(
        label=gettext_lazy("Registry number"),
        max_length=60,
        help_text=gettext_lazy("As in the registry, for example KS 2027/0412."),
        validators=[refuse_personal_data],
    )


class RepealForm(Form):
    """The decision that takes a version out of force."""

    repealed_on = day_field(
        gettext_lazy("Not in force from"),
        help_text=gettext_lazy("The first day on which the plan no longer applies."),
    )
    decided_on = day_field(gettext_lazy("Repeal decided on"))
    decided_by = forms.CharField(
        label=gettext_lazy("Decided by"), max_length=200, validators=[refuse_personal_data]
    )
    registry_number = forms.CharField(
        label=gettext_lazy("Registry number"),
        max_length=60,
        required=False,
        validators=[refuse_personal_data],
    )
    reason = _text(gettext_lazy("Reason of the repeal"))

    def __init__(self, *args: Any, version: DecidedDocument, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["decided_on"], earliest=version.adopted_on, latest=day)
        first = version.in_force_from
        if first is not None and first <= day:
            bound_day(self.fields["repealed_on"], earliest=first + timedelta(days=1))

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        first, decided = asked.get("repealed_on"), asked.get("decided_on")
        if first and decided and first < decided:
            self.add_error("repealed_on", _("A repeal does not reach back before it was decided."))
        return asked


class MoreTimeForm(Form):
    closes_on = day_field(gettext_lazy("New last day"))

    def __init__(self, *args: Any, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["closes_on"], earliest=earliest)


class CommentForm(Form):
    """A unit's view. What it is about: a part of the plan, or one of its key groups."""

    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=Unit.objects.none())
    about = forms.ChoiceField(label=gettext_lazy("About"))
    text = _text(gettext_lazy("Your view"), help_text="", rows=5)

    def __init__(
        self, *args: Any, units: Iterable[Unit], key_groups: Iterable[KeyGroup], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = list(units)
        self.key_groups = {group.code: group for group in key_groups}
        self.fields["unit"].queryset = Unit.objects.filter(  # type: ignore[attr-defined]
            pk__in=[unit.pk for unit in own]
        )
        if len(own) == 1:
            self.fields["unit"].initial = own[0]
        about = ConsultationComment.About
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            *((each.value, each.label) for each in about if each != about.KEY_GROUP),
            *((f"grupp-{code}", group.name) for code, group in self.key_groups.items()),
        ]

    def subject(self) -> tuple[ConsultationComment.About, KeyGroup | None]:
        asked: str = self.cleaned_data["about"]
        if asked.startswith("grupp-"):
            group = self.key_groups[asked.removeprefix("grupp-")]
            return ConsultationComment.About.KEY_GROUP, group
        return ConsultationComment.About(asked), None


class OpinionForm(Form):
    """A written opinion from outside."""

    organisation = forms.CharField(
        label=gettext_lazy("Organisation"), max_length=200, validators=[refuse_personal_data]
    )
    dated_on = day_field(gettext_lazy("Dated"))
    registry_number = forms.CharField(
        label=gettext_lazy("Registry number"),
        max_length=60,
        required=False,
        validators=[refuse_personal_data],
    )
    summary = _text(
        gettext_lazy("Summary"),
        help_text=format_lazy(
            "{} {}", gettext_lazy("What the organisation thinks, in a few sentences."), STOP
        ),
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["dated_on"], latest=day)


class AnswerForm(Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("The view is"),
        choices=ConsultationAnswer.Outcome.choices,
        widget=forms.RadioSelect,
    )
    motivation = _text(gettext_lazy("Motivation"))


class ReasonForm(Form):
    reason = _text(gettext_lazy("Reason"), rows=2)


class CoverageGoalForm(ModelForm):
    """A goal of a draft: the instance says of which version."""

    class Meta:
        model = CoverageGoal
        fields = ("key_group", "area", "level", "percent", "reach_by", "note")
        labels = {
            "key_group": gettext_lazy("Key group"),
            "area": gettext_lazy("Area"),
            "level": gettext_lazy("Level"),
            "percent": gettext_lazy("Goal, %"),
            "reach_by": gettext_lazy("To be reached by"),
            "note": gettext_lazy("Note"),
        }
        help_texts = {
            "key_group": gettext_lazy("Leave it empty for all key groups together."),
            "area": gettext_lazy(
                "Leave area and level empty for all that is mandatory for the group."
            ),
            "note": format_lazy(
                "{} {}", gettext_lazy("For example where the figure comes from."), STOP
            ),
        }
        widgets = {
            "percent": forms.NumberInput(attrs={"class": "own-number"}),
            "reach_by": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here an empty choice is a choice, and says what it means.
        whole = {
            "key_group": _("All key groups together"),
            "area": _("All that is mandatory"),
            "level": _("All that is mandatory"),
        }
        for name, words in whole.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.empty_label = words

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        group, area, level = (asked.get(name) for name in ("key_group", "area", "level"))
        if group and area and level:
            requirements = self.instance.plan_version.requirements.filter(
                key_group=group, area=area, level=level, kind=Requirement.Kind.MANDATORY
            )
            if not requirements.exists():
                self.add_error(
                    "level", _("The draft asks the group for no such level in the area.")
                )
        return asked
