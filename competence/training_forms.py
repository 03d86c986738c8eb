"""Forms of the training plan: its activities step by step, what came of them, and the standing
programmes. Whom an activity is for is said of groups; what a person writes is guarded."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.forms import STOP
from competence.models import (
    ActivityExpense,
    ActivityStep,
    KeyGroup,
    PartnerStep,
    PlanActivity,
    ProgrammeMember,
    ProgrammeTopic,
)
from competence.models.training import MOST_KRONOR, MOST_PEOPLE
from competence.services.activities import PartnerPart
from courses.models import CoursePage
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, bound_day, day_field
from lms.people.finding import UnitsField
from lms.people.models import PartnerOrganisation

# Rows for partners beyond those that are there.
EXTRA_PARTNERS = 3
MOST_PARTNERS = 100


def words_field(
    label: Any, most: int, *, required: bool = False, help_text: Any = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        validators=[refuse_personal_data],
    )


def _number(label: Any, most: int, *, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=most, help_text=help_text
    )


def _kronor(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_KRONOR, initial=0)


class WhatForm(Form):
    """Step 1: what, for whom and when."""

    title = words_field(gettext_lazy("Title"), 200, required=True)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=PlanActivity.Kind.choices)
    starts_on = day_field(gettext_lazy("First day"))
    ends_on = day_field(gettext_lazy("Last day"))
    key_groups = forms.ModelMultipleChoiceField(
        KeyGroup.objects.outside_drafts(),
        label=gettext_lazy("Key groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    audience = words_field(
        gettext_lazy("Others it is for"),
        200,
        help_text=gettext_lazy(
            "A group, as “leaders of sports clubs”. Never those who take part. For whoever is in "
            "no key group no staff hours are counted."
        ),
    )
    areas = forms.ModelMultipleChoiceField(
        CompetenceArea.objects.all(),
        label=gettext_lazy("Areas"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    levels = forms.ModelMultipleChoiceField(
        TrainingLevel.objects.all(),
        label=gettext_lazy("Levels"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    measures = forms.CharField(
        label=gettext_lazy("Measures that it serves"),
        required=False,
        max_length=200,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("Passages of the governing document: S11, S15."),
    )
    note = words_field(gettext_lazy("Note"), 300, help_text=STOP)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first day."))
        said = given.get("key_groups") or given.get("audience")
        if not said and "audience" not in self.errors:
            self.add_error("audience", _("Choose a key group, or say whom it is for."))
        return given

    def clean_measures(self) -> list[str]:
        words = self.cleaned_data["measures"].replace(",", " ").split()
        return list(dict.fromkeys(word.strip() for word in words))


class HowMuchForm(Form):
    """Step 2: how much, in which form, and who is responsible."""

    sessions = _number(gettext_lazy("Sessions"), MOST_PEOPLE)
    seats = _number(gettext_lazy("Seats in a session"), MOST_PEOPLE)
    people = _number(
        gettext_lazy("People in all"),
        MOST_PEOPLE,
        help_text=gettext_lazy("Empty: sessions times seats. Those of partners are counted in."),
    )
    form = words_field(
        gettext_lazy("Form"), 120, help_text=gettext_lazy("Half a day at a session and on the web.")
    )
    responsible = words_field(
        gettext_lazy("Responsible function"),
        120,
        help_text=gettext_lazy("A function, not a name: “säkerhetssamordnare”."),
    )
    responsible_unit = UnitsField(
        several=False,
        label=gettext_lazy("Responsible unit"),
        help_text=gettext_lazy("Its department answers for the cost."),
    )
    course = forms.ModelChoiceField(
        CoursePage.objects.live().order_by("title"),
        label=gettext_lazy("Course"),
        required=False,
        empty_label=gettext_lazy("No course in the catalogue"),
        help_text=gettext_lazy("Where it is one: partners can be given their seats in it."),
    )


class CostForm(Form):
    """Step 3: what it costs."""

    cost_external = _kronor(gettext_lazy("Bought from others, kronor"))
    cost_trainer = _kronor(gettext_lazy("Lecturers and trainers, kronor"))
    cost_venue = _kronor(gettext_lazy("Venue, kronor"))
    hours = forms.DecimalField(
        label=gettext_lazy("Hours for each who takes part"),
        required=False,
        min_value=0,
        max_value=200,
        decimal_places=2,
        help_text=gettext_lazy(
            "Empty: what the planning assumptions say of the highest level. 0 for those who take "
            "part on other time than the municipality's, as elected representatives."
        ),
    )


class SplitForm(Form):
    """Step 4: how the cost is shared."""

    split = forms.ChoiceField(
        label=gettext_lazy("How the cost is shared"), choices=PlanActivity.Split.choices
    )
    own_percent = forms.IntegerField(
        label=gettext_lazy("The municipality's own part, per cent"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("Only where each pays a part in per cent. All parts must be 100."),
    )


class PartnerForm(Form):
    organisation = forms.ModelChoiceField(
        PartnerOrganisation.objects.all(),
        label=gettext_lazy("Partner"),
        required=False,
        empty_label=gettext_lazy("No partner"),
    )
    role = words_field(gettext_lazy("Its role"), 200)
    seats = _number(gettext_lazy("Its seats"), MOST_PEOPLE)
    share = _number(gettext_lazy("Its part: per cent or kronor"), MOST_KRONOR)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("organisation") and any(
            given.get(name) not in (None, "") for name in ("role", "seats", "share")
        ):
            self.add_error("organisation", _("Choose the partner."))
        return given

    def part(self) -> PartnerPart | None:
        given = self.cleaned_data
        if not given.get("organisation"):
            return None
        return PartnerPart(
            given["organisation"], given["role"], seats=given["seats"], share=given["share"]
        )


PartnerFormSet = forms.formset_factory(
    PartnerForm, extra=EXTRA_PARTNERS, max_num=MOST_PARTNERS, absolute_max=MOST_PARTNERS + 1
)


class StepForm(Form):
    step = forms.ChoiceField(label=gettext_lazy("How it stands"), choices=ActivityStep.Step.choices)
    on = day_field(gettext_lazy("From"))
    reason = words_field(
        gettext_lazy("Reason"), 300, help_text=gettext_lazy("Needed where it is cancelled.")
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        cancelled = given.get("step") == ActivityStep.Step.CANCELLED
        if cancelled and not given.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why it is cancelled."))
        return given


class OutcomeForm(Form):
    on = day_field(gettext_lazy("Held up to and with"))
    sessions = forms.IntegerField(
        label=gettext_lazy("Sessions held since the last report"),
        min_value=0,
        max_value=MOST_PEOPLE,
        initial=0,
    )
    people = _number(
        gettext_lazy("How many took part"),
        MOST_PEOPLE,
        help_text=gettext_lazy("A number, never who. Empty: not counted."),
    )
    result = words_field(gettext_lazy("What it led to"), 500, help_text=STOP)
    evaluation = forms.URLField(
        label=gettext_lazy("Link to the evaluation"), required=False, assume_scheme="https"
    )


class ExpenseForm(Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ActivityExpense.Kind.choices)
    on = day_field(gettext_lazy("Day"))
    kronor = _number(gettext_lazy("Kronor"), MOST_KRONOR)
    hours = _number(
        gettext_lazy("Hours"), 1_000_000, help_text=gettext_lazy("Of staff and cover only.")
    )
    note = words_field(gettext_lazy("Note"), 200)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind = given.get("kind")
        kronor, hours = given.get("kronor") or 0, given.get("hours") or 0
        if kind == ActivityExpense.Kind.STAFF and kronor:
            self.add_error("kronor", _("Staff hours are counted in hours, not in kronor."))
        elif kind not in (ActivityExpense.Kind.STAFF, ActivityExpense.Kind.COVER) and hours:
            self.add_error("hours", _("Hours are of staff and of cover."))
        elif kind and not kronor and not hours and not self.errors:
            self.add_error("kronor", _("Write the kronor or the hours."))
        return given | {"kronor": kronor, "hours": hours}


class PartnerStepForm(Form):
    organisation = forms.ModelChoiceField(
        PartnerOrganisation.objects.none(), label=gettext_lazy("Partner")
    )
    step = forms.ChoiceField(label=gettext_lazy("Its answer"), choices=PartnerStep.Step.choices)
    on = day_field(gettext_lazy("Day"))
    note = words_field(
        gettext_lazy("Note"), 200, help_text=gettext_lazy("A function, not a name. Never a case.")
    )

    def __init__(self, *args: Any, partners: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = PartnerOrganisation.objects.filter(pk__in=partners)


class TrainingFilter(Form):
    """Narrowing the plan; sent with GET. What does not exist, from an old link, is no choice."""

    omrade = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    part = forms.ChoiceField(label=gettext_lazy("Partner"), required=False)
    lage = forms.ChoiceField(
        label=gettext_lazy("How it stands"),
        required=False,
        choices=[("", gettext_lazy("All")), *ActivityStep.Step.choices],
    )

    def __init__(
        self,
        *args: Any,
        areas: list[tuple[str, str]],
        partners: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("omrade", areas), ("part", partners)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *choices]


class ProgrammeForm(Form):
    key_group = forms.ModelChoiceField(
        KeyGroup.objects.outside_drafts().filter(programme=None), label=gettext_lazy("Key group")
    )
    name = words_field(gettext_lazy("Name"), 120, required=True)


class TopicForm(Form):
    title = words_field(gettext_lazy("Topic"), 120, required=True)
    area = forms.ModelChoiceField(CompetenceArea.objects.all(), label=gettext_lazy("Area"))
    starts_on = day_field(gettext_lazy("First day"))


class MemberForm(Form):
    function = words_field(
        gettext_lazy("Function"),
        120,
        required=True,
        help_text=gettext_lazy("A function, not a name: “brottsförebyggande strateg”."),
    )
    organisation = forms.ModelChoiceField(
        PartnerOrganisation.objects.all(),
        label=gettext_lazy("Organisation"),
        required=False,
        empty_label=gettext_lazy("The municipality"),
    )
    headcount = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=999, initial=1
    )
    starts_on = day_field(gettext_lazy("First day"))


class LastDayForm(Form):
    on = day_field(gettext_lazy("Last day"))


class TurnForm(Form):
    """Another topic for a turn, or the day on which it was held."""

    topic = forms.ModelChoiceField(ProgrammeTopic.objects.none(), label=gettext_lazy("Topic"))
    held_on = day_field(
        gettext_lazy("Held"), required=False, help_text=gettext_lazy("Empty: not held yet.")
    )

    def __init__(self, *args: Any, member: ProgrammeMember, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["topic"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = ProgrammeTopic.objects.filter(programme=member.programme_id)
        bound_day(self.fields["held_on"], latest=day)
