"""Forms of the forecast of seats: what if, a goal, and the sessions that are taken into a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.engine.assume import KINDS, Assumptions
from competence.engine.coming_due import AHEAD
from competence.engine.seats import BACKLOG_MONTHS, Supposed
from competence.engine.sessions import Goal
from competence.figures.seats import Counted
from competence.models import TrainingPlanVersion
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, bound_day, day_field

MOST_MONTHS = 120
NO_BREAK = "\N{NO-BREAK SPACE}"
ENDLESS = 0
"""Written as the validity: what is reached never runs out."""


def _assumed(name: str, label: Any) -> forms.IntegerField:
    kind = KINDS[name]
    return forms.IntegerField(label=label, required=False, min_value=kind.low, max_value=kind.high)


def line_code(area: str, level: int) -> str:
    return f"{area}-{level}"


def line_choices(counted: Counted) -> list[tuple[str, str]]:
    return [
        (
            line_code(line.area, line.level),
            f"{counted.areas.get(line.area, line.area)}, "
            f"{counted.levels.get(line.level, line.level)}",
        )
        for line in counted.lines
    ]


class WhatIfForm(Form):
    """What if we planned otherwise, or the plan asked otherwise for one area and level. What is
    left empty is as it is."""

    ta_igen = forms.IntegerField(
        label=gettext_lazy("Make up for today's gaps in, months"),
        required=False,
        min_value=1,
        max_value=AHEAD,
    )
    omsattning = _assumed("turnover_percent", gettext_lazy("Turnover in a year, %"))
    uteblivna = _assumed("no_show_percent", gettext_lazy("Who do not come, %"))
    platser = _assumed("seats_per_session", gettext_lazy("Seats in a session"))
    krav = forms.ChoiceField(label=gettext_lazy("Area and level to change"), required=False)
    giltighet = forms.IntegerField(
        label=gettext_lazy("Valid for, months"),
        help_text=gettext_lazy("0: it never runs out."),
        required=False,
        min_value=ENDLESS,
        max_value=MOST_MONTHS,
    )
    niva = forms.ChoiceField(label=gettext_lazy("Asked at level"), required=False)
    grupp_in = forms.ChoiceField(label=gettext_lazy("Ask it also of"), required=False)
    grupp_ut = forms.ChoiceField(label=gettext_lazy("Ask it no longer of"), required=False)

    def __init__(self, *args: Any, counted: Counted, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = ("", _("As it is"))
        groups = [empty, *counted.groups.items()]
        self._choices("krav", [empty, *line_choices(counted)])
        self._choices("niva", [empty, *((str(k), name) for k, name in counted.levels.items())])
        self._choices("grupp_in", groups)
        self._choices("grupp_ut", groups)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        about_the_plan = ("giltighet", "niva", "grupp_in", "grupp_ut")
        if not data.get("krav") and any(
            data.get(name) not in (None, "") for name in about_the_plan
        ):
            self.add_error("krav", _("Choose the area and level that you want to change."))
        return data

    @property
    def in_words(self) -> list[str]:
        """What is supposed, field by field, a number with what it is counted in: "Turnover in a
        year: 20 %"."""
        said = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value in (None, ""):
                continue
            if isinstance(field, forms.ChoiceField):
                value = dict(field.choices).get(value, value)  # type: ignore[arg-type]
                said.append(f"{field.label}: {value}")
                continue
            if name == "giltighet" and value == ENDLESS:
                said.append(_("Never runs out"))
                continue
            # The label of a number ends in what it is counted in, where that is not plain.
            label, _comma, unit = str(field.label).partition(", ")
            said.append(f"{label}: {value}{NO_BREAK}{unit}" if unit else f"{label}: {value}")
        return said

    @property
    def backlog_months(self) -> int:
        return self.cleaned_data.get("ta_igen") or BACKLOG_MONTHS

    def assumed(self, assume: Assumptions) -> Assumptions:
        names = {
            "omsattning": "turnover_percent",
            "uteblivna": "no_show_percent",
            "platser": "seats_per_session",
        }
        return assume.replaced(
            {
                names[field]: value
                for field, value in self.cleaned_data.items()
                if field in names and value is not None
            }
        )

    @property
    def supposed(self) -> Supposed | None:
        data = self.cleaned_data
        if not data.get("krav"):
            return None
        area, _dash, level = data["krav"].rpartition("-")
        months = data["giltighet"]
        return Supposed(
            area,
            int(level),
            months=months or None,
            endless=months == ENDLESS,
            to_level=int(data["niva"]) if data["niva"] else None,
            group_in=data["grupp_in"],
            group_out=data["grupp_ut"],
        )


class ScenarioForm(Form):
    """The name of a what if that is saved."""

    name = forms.CharField(
        label=gettext_lazy("Name of the scenario"),
        max_length=80,
        help_text=gettext_lazy("For example “Two years' validity”. Never a person's name."),
        validators=[refuse_personal_data],
    )


class ComparedForm(Form):
    """Two saved scenarios, or one beside what is planned."""

    ett = forms.ChoiceField(label=gettext_lazy("Compare"))
    tva = forms.ChoiceField(label=gettext_lazy("With"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("ett", "tva"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        if "ett" in asked and asked["ett"] == asked.get("tva"):
            self.add_error("tva", _("Choose another than the one you compare."))
        return asked


class GoalForm(Form):
    """How large a part is to hold it, and by when."""

    mal = forms.IntegerField(
        label=gettext_lazy("How large a part, %"), min_value=1, max_value=100, initial=90
    )
    vad = forms.ChoiceField(label=gettext_lazy("Of whom"))
    senast = day_field(gettext_lazy("On this day at the latest"))

    def __init__(self, *args: Any, counted: Counted, day: date, latest: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["vad"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (_("Key groups"), [(f"grupp:{code}", name) for code, name in counted.groups.items()]),
            (_("Area and level"), line_choices(counted)),
        ]
        bound_day(self.fields["senast"], earliest=day, latest=latest)

    @property
    def goal(self) -> Goal:
        data = self.cleaned_data
        kind, colon, group = data["vad"].partition(":")
        if colon:
            return Goal(data["mal"], data["senast"], group=group)
        area, _dash, level = kind.rpartition("-")
        return Goal(data["mal"], data["senast"], area=area, level=int(level))


class SessionsForm(Form):
    """One quarter's sessions of an area and level, as they are taken into the draft."""

    take = forms.BooleanField(label=gettext_lazy("Take with"), required=False)
    code = forms.CharField(max_length=60, widget=forms.HiddenInput)
    starts_on = day_field(gettext_lazy("First day"))
    ends_on = day_field(gettext_lazy("Last day"))
    sessions = forms.IntegerField(
        label=gettext_lazy("Sessions"), min_value=1, max_value=KINDS["sessions_per_month"].high
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Seats in each"), min_value=1, max_value=KINDS["seats_per_session"].high
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first day."))
        return data


class DraftForm(Form):
    """Into which draft of the training plan, and what is said of all that is taken where it is not
    to be as each row says."""

    version = forms.ModelChoiceField(
        label=gettext_lazy("Draft"), queryset=TrainingPlanVersion.objects.none()
    )
    form = forms.CharField(
        label=gettext_lazy("Form"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Empty: as stands in each row."),
        validators=[refuse_personal_data],
    )
    responsible = forms.CharField(
        label=gettext_lazy("Responsible function"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A function, not a person. Empty: as stands in each row."),
        validators=[refuse_personal_data],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["version"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = TrainingPlanVersion.objects.drafts()
