"""Forms of the needs assessment: what a manager fills in, and what the coordinator decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.figures.needs_asked import AreaToWish
from competence.forms import STOP, reason_field
from competence.models import (
    KeyGroup,
    KeyPersonAssignment,
    NamingReview,
    NeedsAnswer,
    NeedsContent,
    NeedsDraft,
    NeedsForm,
    PlanVersion,
    Requirement,
)
from competence.services.needs_answers import NeedsWritten
from lms.framework.models import TrainingLevel
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, bound_day, day_field
from lms.people.forms import PersonSearchForm

_LEVEL = "level_"
LONGEST_MOTIVE = 300


class NeedsAnswerForm(Form):
    """The eight questions. What is not valid is left as it was saved before."""

    need = forms.ChoiceField(
        label=gettext_lazy("Is there a need of in-depth training?"),
        choices=NeedsContent.Need.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    motives = forms.MultipleChoiceField(
        label=gettext_lazy("Why?"),
        choices=NeedsContent.Motive.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Choose all that apply."),
    )
    motive_text = forms.CharField(
        label=gettext_lazy("Why, in your own words"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": "stopp"}),
        validators=[refuse_personal_data],
    )
    how_many = forms.ChoiceField(
        label=gettext_lazy("Roughly how many?"),
        choices=NeedsContent.HowMany.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("A rough number is enough. No names."),
    )
    suits = forms.ChoiceField(
        label=gettext_lazy("When does it suit you?"),
        choices=NeedsContent.Suits.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    obstacles = forms.MultipleChoiceField(
        label=gettext_lazy("What makes it hard?"),
        choices=NeedsContent.Obstacle.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    more = forms.CharField(
        label=gettext_lazy("One thing more?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": "stopp"}),
        validators=[refuse_personal_data],
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    client = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, form: NeedsForm, areas: Sequence[AreaToWish], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.areas = list(areas)
        if form.naming is not None:
            self.fields["need"].label = _("Does the function need in-depth training?")
            for name in ("how_many", "obstacles"):
                del self.fields[name]
        for each in self.areas:
            self.fields[f"{_LEVEL}{each.area.pk}"] = forms.ChoiceField(
                label=each.area.name,
                choices=[("", _("No wish")), *((one.number, one.name) for one in each.levels)],
                required=False,
                help_text=(
                    _("Today: %(level)s") % {"level": each.asked_now.name} if each.asked_now else ""
                ),
            )

    @staticmethod
    def initial_of(draft: NeedsDraft, areas: Sequence[AreaToWish]) -> dict[str, Any]:
        wished = {f"{_LEVEL}{each.area.pk}": draft.levels.get(each.area.code, "") for each in areas}
        columns = ("need", "motive_text", "how_many", "suits", "obstacles", "more", "revision")
        return {
            **{name: getattr(draft, name) for name in columns},
            "motives": list(draft.motives),
            **wished,
        }

    def wishes(self, *, asked_today: bool) -> list[forms.BoundField]:
        return [
            self[f"{_LEVEL}{each.area.pk}"]
            for each in self.areas
            if (each.asked_now is not None) is asked_today
        ]

    def wishes_today(self) -> list[forms.BoundField]:
        return self.wishes(asked_today=True)

    def wishes_beside(self) -> list[forms.BoundField]:
        return self.wishes(asked_today=False)

    def wishes_beside_are_used(self) -> bool:
        return any(field.value() for field in self.wishes_beside())

    def written(self, kept: NeedsDraft | None) -> NeedsWritten:
        """What is valid of it; the rest as it was kept."""
        said = self.cleaned_data
        was = NeedsWritten.of(kept) if kept else NeedsWritten()
        levels = {
            each.area.code: int(said[f"{_LEVEL}{each.area.pk}"])
            for each in self.areas
            if said.get(f"{_LEVEL}{each.area.pk}")
        }
        order = NeedsContent.Motive.values
        return NeedsWritten(
            need=said.get("need", was.need),
            levels=levels,
            motives="".join(sorted(said.get("motives", ()), key=order.index)),
            motive_text=said.get("motive_text", was.motive_text),
            how_many=said.get("how_many", ""),
            suits=said.get("suits", was.suits),
            obstacles=tuple(said.get("obstacles", ())),
            more=said.get("more", was.more),
        )


class ColleagueForm(PersonSearchForm):
    """Who fills in a form in the manager's place, until when."""

    ends_on = day_field(gettext_lazy("Last day"))
    field_order = ("q", "person", "ends_on")

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]
        bound_day(self.fields["ends_on"], earliest=kwargs["day"], latest=latest)


class LastDayForm(Form):
    ends_on = day_field(gettext_lazy("Last day to answer"))
    reason = reason_field(gettext_lazy("Reason"))


class CloseForm(Form):
    reason = reason_field(gettext_lazy("Reason"))


class ProposalForm(Form):
    """A proposal from chosen answers."""

    level = forms.ModelChoiceField(TrainingLevel.objects.all(), label=gettext_lazy("Level"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Requirement.Kind.choices)
    motive = forms.CharField(
        label=gettext_lazy("Motive"),
        max_length=LONGEST_MOTIVE,
        help_text=STOP,
        validators=[refuse_personal_data],
    )
    answers = forms.ModelMultipleChoiceField(
        NeedsAnswer.objects.none(),
        label=gettext_lazy("Rests on the answers from"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, answers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = answers
        field.label_from_instance = _unit_label  # type: ignore[method-assign, assignment]


def _unit_label(answer: Any) -> str:
    return str(answer.form.unit.name)


class AcceptForm(Form):
    """Into which draft an accepted proposal is written, and from when."""

    version = forms.ModelChoiceField(
        PlanVersion.objects.filter(status=PlanVersion.Status.DRAFT),
        label=gettext_lazy("Into the draft"),
        required=False,
        empty_label=gettext_lazy("A new draft, copied from the plan in force"),
    )
    effective_from = day_field(gettext_lazy("Applies from"))
    renewal_months = forms.IntegerField(
        label=gettext_lazy("Renewal, months"),
        min_value=1,
        max_value=1200,
        required=False,
        help_text=gettext_lazy("Empty: it is not renewed."),
    )


class ReviewForm(Form):
    """What a review of a key person says."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What applies from now on?"),
        choices=NamingReview.Outcome.choices,
        widget=forms.RadioSelect,
    )
    reason = reason_field(gettext_lazy("Reason"))
    next_review_on = day_field(
        gettext_lazy("Next review"),
        required=False,
        help_text=gettext_lazy("Empty: when the person changes work."),
    )

    def __init__(self, *args: Any, naming: KeyPersonAssignment, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["next_review_on"], earliest=date.fromordinal(day.toordinal() + 1))
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        if naming.deputy is None:
            field.choices = [
                each
                for each in NamingReview.Outcome.choices
                if each[0] != NamingReview.Outcome.MOVED
            ]


class NamingFilterForm(Form):
    """Narrowing the list of key persons."""

    grupp = forms.ModelChoiceField(
        KeyGroup.objects.outside_drafts(),
        to_field_name="code",
        label=gettext_lazy("Key group"),
        required=False,
        empty_label=gettext_lazy("All key groups"),
    )
    visa = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("granska", gettext_lazy("To be reviewed")),
            ("utan", gettext_lazy("Without a deputy")),
        ],
    )
    ordning = forms.ChoiceField(
        label=gettext_lazy("Sort by"),
        required=False,
        choices=[
            ("", gettext_lazy("Key group")),
            ("namn", gettext_lazy("Name")),
            ("granskas", gettext_lazy("Next review")),
            ("slutar", gettext_lazy("Last day")),
        ],
    )
