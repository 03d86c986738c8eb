"""Forms of a round of needs: what opens it, and what the staff say in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.figures.namings import standing_namings
from competence.models import KeyGroup, KeyPersonAssignment, StaffWish
from lms.framework.models import CompetenceArea
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, bound_day, day_field
from lms.people.models import Unit

_AREA = "area_"


class NeedsRoundForm(Form):
    """A round to open."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, validators=[refuse_personal_data]
    )
    period_from = day_field(
        gettext_lazy("About the time from"),
        help_text=gettext_lazy("The time that the needs are about, for example next year."),
    )
    period_until = day_field(gettext_lazy("and until"))
    starts_on = day_field(gettext_lazy("First day to answer"))
    ends_on = day_field(gettext_lazy("Last day to answer"))
    ask_staff = forms.BooleanField(
        label=gettext_lazy("Ask the staff too"),
        required=False,
        help_text=gettext_lazy(
            "Those in the key groups say on their phone, in a minute, in which areas they need "
            "more. Nobody sees what one person answers: when their time to answer is over, the "
            "manager sees how many. Where they are too few for that, nobody is asked. Each one's "
            "own answers are then removed, and only the numbers stay."
        ),
    )
    staff_until = day_field(
        gettext_lazy("Last day for the staff"),
        required=False,
        help_text=gettext_lazy(
            "Before the managers' last day, so that they have the numbers when they answer."
        ),
    )
    unit_kind = forms.ChoiceField(label=gettext_lazy("Which kind of unit is asked"))
    key_groups = forms.ModelMultipleChoiceField(
        KeyGroup.objects.outside_drafts(),
        label=gettext_lazy("About which key groups"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    namings = forms.ModelMultipleChoiceField(
        KeyPersonAssignment.objects.none(),
        label=gettext_lazy("About which key persons' functions"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = Unit.objects.exclude(kind="").order_by("kind").values_list("kind", flat=True)
        field = self.fields["unit_kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind, kind) for kind in kinds.distinct()]
        named = self.fields["namings"]
        assert isinstance(named, forms.ModelMultipleChoiceField)
        named.queryset = (
            standing_namings(day)
            .filter(starts_on__lte=day)
            .select_related("person", "key_group")
            .order_by("key_group__code", "person__family_name", "person__given_name")
        )
        named.label_from_instance = _naming_label  # type: ignore[method-assign, assignment]
        bound_day(self.fields["starts_on"], earliest=day)

    def clean(self) -> None:
        asked = self.cleaned_data
        if not self.errors and not (asked["key_groups"] or asked["namings"]):
            raise forms.ValidationError(_("Choose at least one key group or key person."))
        if not asked.get("ask_staff"):
            asked["staff_until"] = None
        elif not asked.get("staff_until"):
            if "staff_until" not in self.errors:
                self.add_error("staff_until", _("Give the last day for the staff."))
        elif "ends_on" in asked and asked["staff_until"] > asked["ends_on"]:
            self.add_error("staff_until", _("Choose a day before the last day to answer."))
        elif "starts_on" in asked and asked["staff_until"] < asked["starts_on"]:
            self.add_error("staff_until", _("Choose a day after the first day to answer."))


def _naming_label(naming: Any) -> str:
    function = f" – {naming.function}" if naming.function else ""
    return f"{naming.person.name}, {naming.key_group.name}{function}"


class MyWishForm(Form):
    """What one of the staff needs, area by area. No text can be written."""

    def __init__(
        self,
        *args: Any,
        areas: Sequence[CompetenceArea],
        said: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.areas = list(areas)
        for area in self.areas:
            self.fields[f"{_AREA}{area.pk}"] = forms.ChoiceField(
                label=area.name,
                choices=StaffWish.Said.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=said.get(area.code, ""),
            )

    def said(self) -> dict[str, str]:
        """Area code → what is said; areas that are left are left out."""
        return {
            area.code: self.cleaned_data[f"{_AREA}{area.pk}"]
            for area in self.areas
            if self.cleaned_data[f"{_AREA}{area.pk}"]
        }
