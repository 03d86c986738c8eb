"""Forms about follow-up reports: making one, writing in it, giving it to a forum, and to whom it
goes by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from competence.figures.followup.gathering import cut_offs
from competence.figures.followup.periods import Period, half_of, periods, year_of
from competence.models import FollowUpReport, ReportHandover, ReportSchedule, ReportWords
from lms.lib.dates import add_months
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, ModelForm, bound_day, day_field
from lms.people.models import User

LINES = 6


class ReportForm(Form):
    """What a report is to be of. `supersedes` is none, or the report that it puts right."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=FollowUpReport.Kind.choices, widget=forms.RadioSelect
    )
    period = forms.ChoiceField(
        label=gettext_lazy("Period"),
        help_text=gettext_lazy("One that is not over is counted up to the day of the figures."),
    )
    cut_off = forms.ChoiceField(
        label=gettext_lazy("Figures of"),
        help_text=gettext_lazy(
            "A Monday whose figures are published. Nothing in the report is of another day."
        ),
    )
    correction = forms.CharField(
        label=gettext_lazy("What is put right"),
        max_length=300,
        validators=[refuse_personal_data],
        widget=forms.TextInput(attrs={"aria-describedby": "stopp id_correction_helptext"}),
        help_text=gettext_lazy("Stands in the new report. Describe no person."),
    )

    def __init__(
        self, *args: Any, today: date, supersedes: FollowUpReport | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        days = cut_offs(today)
        self.fields["cut_off"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), date_format(day, "j F Y")) for day in days
        ]
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (period_value(each), each.name) for each in periods(days[0])
        ]
        if supersedes is None:
            del self.fields["correction"]

    def clean_cut_off(self) -> date:
        return date.fromisoformat(self.cleaned_data["cut_off"])

    def clean(self) -> dict[str, Any]:
        """The period by its days."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "period" in cleaned:
            first, last = cleaned.pop("period").split(_BETWEEN)
            cleaned["period_from"] = date.fromisoformat(first)
            cleaned["period_until"] = date.fromisoformat(last)
        return cleaned


_BETWEEN = "/"


def period_value(period: Period) -> str:
    """A period as it stands in the form."""
    return f"{period.first.isoformat()}{_BETWEEN}{period.last.isoformat()}"


def usual_period(today: date) -> dict[str, Any]:
    """The half-year that ended last, or in its last weeks the one that is ending: told as its whole
    year where it is the later half. The figures are the first after the period, or the latest."""
    day = today + timedelta(days=31)
    first_half = day.month <= 6
    year = day.year - 1 if first_half else day.year
    january = date(year, 1, 1)
    period = year_of(january) if first_half else half_of(january)
    days = cut_offs(today)
    return {
        "kind": FollowUpReport.Kind.YEAR if first_half else FollowUpReport.Kind.HALF,
        "period": period_value(period),
        "cut_off": min((each for each in days if each > period.last), default=days[0]).isoformat(),
    }


class WordsForm(ModelForm):
    class Meta:
        model = ReportWords
        fields = ["summary", "proposals", "next_steps"]
        help_texts = {
            "summary": gettext_lazy(
                "What the reader has to know first, one sentence a line. Describe no person."
            ),
            "proposals": gettext_lazy("One proposal a line. Describe no person."),
            "next_steps": gettext_lazy(
                "For the extract: what happens next, one step a line. Describe no person."
            ),
        }
        widgets = {
            name: forms.Textarea(
                attrs={"rows": LINES, "aria-describedby": f"stopp id_{name}_helptext"}
            )
            for name in ("summary", "proposals", "next_steps")
        }


class HandoverForm(ModelForm):
    given_on = day_field(gettext_lazy("Given on"))

    class Meta:
        model = ReportHandover
        fields = ["form", "forum", "given_on"]
        help_texts = {"forum": gettext_lazy("For example Kommunstyrelsen or BRÅ. Not a person.")}
        widgets = {"forum": forms.TextInput(attrs={"aria-describedby": "stopp id_forum_helptext"})}

    def __init__(self, *args: Any, today: date, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["given_on"], earliest=earliest, latest=today)


class ScheduleForm(ModelForm):
    first_on = day_field(gettext_lazy("The first time"))

    class Meta:
        model = ReportSchedule
        fields = ["form", "recipient", "first_on", "every"]

    def __init__(self, *args: Any, today: date, recipients: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipient"].queryset = recipients  # type: ignore[attr-defined]
        bound_day(self.fields["first_on"], earliest=today, latest=add_months(today, 24))
