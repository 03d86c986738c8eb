"""The form that changes the planning assumptions."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from competence.engine.assume import KINDS, Assumptions, Kind, Unit, plain, read
from competence.figures.assumptions import GROUPS, LABELS, MEANINGS, UNITS
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, bound_day, day_field


class DatedReasonForm(Form):
    """From when a change counts, and why."""

    starts_on = day_field(gettext_lazy("Counts from"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("Where the figure comes from, for example last year's accounts."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["starts_on"], earliest=today)


class AssumptionsForm(DatedReasonForm):
    """Every value as it counts today, to be changed. What is left as it was shown is not said
    again: a change that counts from a later day stands."""

    # Each value as the form showed it, as JSON. Empty or unreadable: as it counts today.
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = [*(name for _title, names in GROUPS for name in names), "starts_on", "reason"]

    def __init__(self, *args: Any, assumptions: Assumptions, today: date, **kwargs: Any) -> None:
        values = {name: getattr(assumptions, name) for name in KINDS}
        self.counting = {name: plain(value) for name, value in values.items()}
        initial = values | {"starts_on": today, "shown": json.dumps(self.counting)}
        super().__init__(*args, today=today, initial=initial, **kwargs)

    def clean_shown(self) -> dict[str, Any]:
        try:
            shown = json.loads(self.cleaned_data["shown"] or "{}")
        except ValueError:
            shown = {}
        return self.counting | (shown if isinstance(shown, dict) else {})

    def values(self) -> dict[str, Any]:
        """What was changed from what the form showed."""
        given = {name: read(name, self.cleaned_data[name]) for name in KINDS}
        shown = self.cleaned_data["shown"]
        return {name: value for name, value in given.items() if plain(value) != shown[name]}


def _field(name: str, kind: Kind) -> forms.Field:
    label: Any = format_lazy("{label} ({unit})", label=LABELS[name], unit=UNITS[kind.unit])
    meaning: Any = MEANINGS.get(name, "")
    if kind.unit is Unit.MONTHS:
        label = LABELS[name]
        return forms.TypedMultipleChoiceField(
            label=label,
            choices=list(MONTHS.items()),
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=meaning,
        )
    limits: dict[str, Any] = {"min_value": kind.low, "max_value": kind.high}
    if kind.unit is Unit.HOURS:
        return forms.DecimalField(
            label=label, decimal_places=2, help_text=meaning, localize=False, **limits
        )
    return forms.IntegerField(label=label, help_text=meaning, **limits)


for _name, _kind in KINDS.items():
    AssumptionsForm.base_fields[_name] = _field(_name, _kind)
