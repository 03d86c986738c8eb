"""Forms that ask about one person: a day to look at, a case with its reason, a post to try."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.engine.suppose import Supposed
from lms.framework.models import CompetenceArea
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, day_field
from lms.people.finding import PersonField
from lms.people.models import Employment, Unit

LONGEST_AHEAD = timedelta(days=5 * 366)


def _not_ahead(day: date, today: date) -> date:
    if day > today:
        raise forms.ValidationError(_("The day has not come yet. Choose today or an earlier day."))
    return day


class DayForm(Form):
    dag = day_field(gettext_lazy("Day"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_dag(self) -> date:
        return _not_ahead(self.cleaned_data["dag"], self.today)


class _Reasoned(Form):
    person = PersonField()
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy(
            "Which case it concerns, for example its number. The reason and the opening are kept "
            "in the log."
        ),
        validators=[refuse_personal_data],
        error_messages={"required": gettext_lazy("Say why you open this.")},
    )


class CaseForm(_Reasoned):
    day = day_field(gettext_lazy("Day"))
    area = forms.ModelChoiceField(
        CompetenceArea.objects.all(),
        label=gettext_lazy("Area"),
        required=False,
        empty_label=gettext_lazy("Every area"),
    )
    field_order = ("person", "day", "area", "reason")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self) -> date:
        return _not_ahead(self.cleaned_data["day"], self.today)


class MoveForm(Form):
    """A post to try. What the jobs and forms are called is what the register says of them."""

    enhet = forms.ModelChoiceField(
        Unit.objects.order_by("tree_left"),
        label=gettext_lazy("Unit"),
        to_field_name="code",
        empty_label=gettext_lazy("Choose a unit"),
    )
    jobb = forms.ChoiceField(label=gettext_lazy("Job"))
    form = forms.ChoiceField(label=gettext_lazy("Form of employment"), required=False)
    chef = forms.BooleanField(label=gettext_lazy("Manager with staff"), required=False)
    dag = day_field(gettext_lazy("First day"))
    kvar = forms.BooleanField(label=gettext_lazy("Keeps the present post as well"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        standing = Employment.objects.standing()
        titles = standing.order_by("job_code").values_list("job_code").annotate(Max("job_title"))
        self.titles = {code: title or code for code, title in titles}
        jobs: Any = self.fields["jobb"]
        jobs.choices = [
            ("", _("Choose a job")),
            *sorted(
                ((code, f"{title} ({code})") for code, title in self.titles.items()),
                key=lambda choice: choice[1].casefold(),
            ),
        ]
        kinds = standing.exclude(form="").order_by("form").values_list("form", flat=True)
        given: Any = self.fields["form"]
        given.choices = [("", _("Not stated")), *((kind, kind) for kind in kinds.distinct())]

    def clean_dag(self) -> date:
        day: date = self.cleaned_data["dag"]
        if day < self.today:
            raise forms.ValidationError(_("The day has passed. Choose today or a later day."))
        if day > self.today + LONGEST_AHEAD:
            raise forms.ValidationError(_("Choose a day within five years."))
        return day

    def supposed(self) -> Supposed:
        data = self.cleaned_data
        return Supposed(
            unit_pk=data["enhet"].pk,
            unit_code=data["enhet"].code,
            unit_name=data["enhet"].name,
            job_code=data["jobb"],
            job_title=self.titles[data["jobb"]],
            form=data["form"],
            is_manager=data["chef"],
            starts_on=data["dag"],
            old_ends=not data["kvar"],
        )


class CaseMoveForm(MoveForm, _Reasoned):
    field_order = ("person", "enhet", "jobb", "form", "chef", "dag", "kvar", "reason")
