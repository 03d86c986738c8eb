"""Forms for partner organisations, who belongs to them, and their seats."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from courses.models import CourseVersion, SeatQuota
from courses.services.seats import MOST_SEATS
from lms.lib.forms import Form, ModelForm, bound_day
from lms.people.entry_forms import refuse_personnummer
from lms.people.forms import FoundPersonField, PersonSearchForm
from lms.people.models import PartnerMembership, PartnerOrganisation


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


_DAYS = {"starts_on": _day(), "ends_on": _day()}
_OPEN = _("Leave it empty for as long as it goes on.")


class OrganisationForm(ModelForm):
    class Meta:
        model = PartnerOrganisation
        fields = [
            *("code", "name", "kind", "contact_function", "mailbox", "takes_guests"),
            *("starts_on", "ends_on"),
        ]
        widgets = _DAYS
        help_texts = {
            "code": _("Short, and never changed. For example GYF."),
            "kind": _("For example huvudman, polis, region."),
            "contact_function": _("A function, for example rektorsexpeditionen. Never a person."),
            "mailbox": _("The function's, never a person's own."),
            "takes_guests": _(
                "Untick it for an organisation that is only in the directory, such as Säpo: nobody "
                "there gets an account."
            ),
            "ends_on": _OPEN,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators = [*field.validators, refuse_personnummer]


class MembershipForm(PersonSearchForm):
    """Which guest, and whether as the organisation's contact."""

    person = FoundPersonField(
        label=_("Guest"), error_messages={"required": _("Search for a guest and choose one.")}
    )
    sees_own = forms.BooleanField(
        label=_("Is the organisation's contact"),
        required=False,
        help_text=_("Sees the organisation's own people in shared courses and gives them seats."),
    )
    starts_on = forms.DateField(label=_("First day"), widget=_day())
    ends_on = forms.DateField(label=_("Last day"), widget=_day(), required=False, help_text=_OPEN)

    field_order = ("q", "person", "sees_own", "starts_on", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]


class CorrectionForm(ModelForm):
    class Meta:
        model = PartnerMembership
        fields = ["sees_own", "starts_on", "ends_on"]
        widgets = _DAYS
        labels = {"sees_own": _("Is the organisation's contact")}
        help_texts = {"ends_on": _OPEN}


class LastDayForm(Form):
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=_day(),
        help_text=_("Leave it empty and it ends at once, today included."),
    )


def _bound(form: ModelForm, today: date) -> None:
    """Seats that are over when they are given help nobody, and a slip of the pen gives too many."""
    bound_day(form.fields["ends_on"], earliest=today)
    most = _("Write a number that is at most %(limit_value)s.")
    form.fields["seats"].validators.append(MaxValueValidator(MOST_SEATS, most))


class QuotaForm(ModelForm):
    course = forms.ModelChoiceField(Page.objects.none(), label=_("Course"))

    class Meta:
        model = SeatQuota
        fields = ["course", "seats", "starts_on", "ends_on"]
        widgets = _DAYS

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = CourseVersion.objects.offered().order_by().values("course")
        courses = Page.objects.filter(pk__in=offered).order_by("title")
        self.fields["course"].queryset = courses  # type: ignore[attr-defined]
        _bound(self, today)


class ChangedQuotaForm(ModelForm):
    class Meta:
        model = SeatQuota
        fields = ["seats", "starts_on", "ends_on"]
        widgets = _DAYS

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound(self, today)
