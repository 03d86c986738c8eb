"""Forms about what stands for one person: a naming, an exemption, a record to put right."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.forms import STOP, reason_field
from competence.models import Exemption, KeyGroup
from competence.services.corrections import Case, RightFact, case_of_certificate, case_of_day
from courses.services.completing import tidy_code
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import add_months, earliest_learnt
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, bound_day, day_field
from lms.people.finding import PersonField

# How far back an exemption decided here may begin, and how far ahead it may last.
MOST_MONTHS_BACK, MOST_MONTHS_AHEAD = 12, 120


class NamingForm(Form):
    key_group = forms.ModelChoiceField(
        KeyGroup.objects.outside_drafts(), label=gettext_lazy("Key group")
    )
    person = PersonField()
    starts_on = day_field(gettext_lazy("First day"))
    ends_on = day_field(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until further")
    )
    function = forms.CharField(
        label=gettext_lazy("Which function the person holds"),
        max_length=200,
        help_text=STOP,
        validators=[refuse_personal_data],
    )
    motive = reason_field(gettext_lazy("Motive: why the function needs more"))
    deputy = PersonField(
        label=gettext_lazy("Deputy in the function"),
        required=False,
        help_text=gettext_lazy("Name or person id. Empty: none."),
    )
    review_on = day_field(
        gettext_lazy("To be reviewed"),
        required=False,
        help_text=gettext_lazy("Empty: when the person changes work."),
    )


class ExemptionForm(Form):
    person = PersonField()
    area = forms.ModelChoiceField(CompetenceArea.objects.all(), label=gettext_lazy("Area"))
    level = forms.ModelChoiceField(
        TrainingLevel.objects.all(),
        label=gettext_lazy("Up to and with level"),
        empty_label=gettext_lazy("Choose a level"),
    )
    starts_on = day_field(gettext_lazy("First day"))
    ends_on = day_field(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until further")
    )
    reason = reason_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        latest = add_months(today, MOST_MONTHS_AHEAD)
        earliest = add_months(today, -MOST_MONTHS_BACK)
        bound_day(self.fields["starts_on"], earliest=earliest, latest=latest)
        bound_day(self.fields["ends_on"], latest=latest)

    def clean(self) -> None:
        if self.errors:
            return
        asked = self.cleaned_data
        first, last = asked["starts_on"], asked["ends_on"]
        if last is not None and last < first:
            self.add_error("ends_on", _("The last day is before the first day."))
            return
        same = Exemption.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=first),
            *([Q(starts_on__lte=last)] if last else []),
            person=asked["person"],
            area=asked["area"],
            level=asked["level"],
            withdrawn_at__isnull=True,
        )
        if met := same.order_by("starts_on").first():
            self.add_error("starts_on", _overlap_in_words(met))


def _overlap_in_words(met: Exemption) -> str:
    if met.ends_on is None:
        return _(
            "There is already an exemption here from %(first)s until further. Withdraw that one "
            "first, or choose other days."
        ) % {"first": date_format(met.starts_on)}
    return _(
        "There is already an exemption here, %(first)s – %(last)s. Withdraw that one first, or "
        "choose other days."
    ) % {"first": date_format(met.starts_on), "last": date_format(met.ends_on)}


class RecordForm(Form):
    """Which record a correction is about: one certificate, or one person, area and day."""

    code = forms.CharField(
        label=gettext_lazy("Certificate code"),
        max_length=20,
        required=False,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("Or, for what has no certificate: the person and the day."),
    )
    person = PersonField(required=False)
    area = forms.ModelChoiceField(
        CompetenceArea.objects.all(),
        label=gettext_lazy("Area"),
        required=False,
        empty_label=gettext_lazy("None: the record of an outside course"),
    )
    achieved_on = day_field(gettext_lazy("Reached, or the day of the course"), required=False)

    def clean_code(self) -> str:
        return tidy_code(self.cleaned_data["code"])

    def clean(self) -> None:
        given = [self.cleaned_data.get(name) for name in ("person", "achieved_on")]
        if not self.errors and not self.cleaned_data.get("code") and not all(given):
            raise forms.ValidationError(_("Give the certificate code, or the person and the day."))

    def case(self) -> Case | None:
        """The records; none where nothing is recorded."""
        asked = self.cleaned_data
        if asked["code"]:
            return case_of_certificate(asked["code"])
        case = case_of_day(
            person=asked["person"], area=asked["area"], achieved_on=asked["achieved_on"]
        )
        return case if case.achievements or case.records else None


class RevokeGivenForm(Form):
    """A level that a rule gave: whether the record of the course is wrong, or the verdict alone."""

    RECORD, VERDICT = "record", "verdict"

    wrong = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        widget=forms.RadioSelect,
        choices=(
            (
                RECORD,
                gettext_lazy(
                    "The record of the course. It is taken back, and everything the rules gave by "
                    "it never counted."
                ),
            ),
            (
                VERDICT,
                gettext_lazy(
                    "Only what the rule gave. The record of the course stands, but no rule gives "
                    "this level by it again."
                ),
            ),
        ),
    )
    on = day_field(
        gettext_lazy("First day it no longer counts"),
        required=False,
        help_text=gettext_lazy("Only where the record of the course stands."),
    )
    reason = reason_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, earliest: date, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["on"], earliest=earliest, latest=latest)

    def clean(self) -> None:
        asked = self.cleaned_data
        if asked.get("wrong") == self.VERDICT and "on" in asked and not asked["on"]:
            self.add_error("on", _("State the first day it no longer counts."))


class RightFactForm(Form):
    """What should have been recorded."""

    person = PersonField()
    area = forms.ModelChoiceField(CompetenceArea.objects.all(), label=gettext_lazy("Area"))
    level = forms.ModelChoiceField(TrainingLevel.objects.all(), label=gettext_lazy("Level"))
    achieved_on = day_field(gettext_lazy("Reached"))
    valid_until = day_field(
        gettext_lazy("Own last day"),
        required=False,
        help_text=gettext_lazy("Empty: no last day of its own."),
    )
    reason = reason_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["achieved_on"], earliest=earliest_learnt(today))

    def right(self) -> RightFact:
        given = {name: self.cleaned_data[name] for name in self.fields if name != "reason"}
        return RightFact(**given)


class TranscriptForm(Form):
    person = PersonField()


class ReasonForm(Form):
    reason = reason_field(gettext_lazy("Reason"))
