"""Forms about outside courses: reported, reviewed, listed, and what rules give for them."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from competence.forms import STOP
from competence.models import EquivalenceRule, OutsideCourse
from competence.models.recognition import MOST_FILES
from competence.services.proofs import (
    NamedProof,
    ProofError,
    checked_proof,
    draft_of,
    drop_draft,
    keep_draft,
)
from competence.services.recognition import SingleCase
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import earliest_learnt, today
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, ModelForm
from lms.people.models import User

OTHER = "annan"


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _day_learnt(day: date) -> date:
    if day > today():
        raise forms.ValidationError(_("The day cannot be later than today."))
    if day < earliest_learnt(today()):
        raise forms.ValidationError(_("The day cannot be more than 50 years ago."))
    return day


def _reason(label: Any = None, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label or gettext_lazy("Reason"),
        max_length=300,
        required=required,
        help_text=STOP,
        validators=[refuse_personal_data],
    )


class ProofMixin(Form):
    """Files as proof, kept for the next try where something else has to be put right. Each is
    checked by itself."""

    by: User
    proof_is_required = True
    most_files = 1

    def _sent_now(self) -> tuple[list[NamedProof], list[str]]:
        """The files that passed, and what is wrong with the others."""
        files = cast(
            "list[UploadedFile]", getattr(self.files, "getlist", lambda _name: [])("proof")
        )
        if len(files) > self.most_files:
            most = ngettext(
                "Send %(most)d file at most.", "Send %(most)d files at most.", self.most_files
            )
            return [], [most % {"most": self.most_files}]
        found, wrong = [], []
        for file in files:
            name = file.name or ""
            try:
                found.append(NamedProof(checked_proof(file), name))  # type: ignore[arg-type]
            except ProofError as error:
                wrong.append(str(error) if len(files) == 1 else f"{name}: {error}")
        return found, wrong

    def _tokens(self) -> list[str]:
        tokens: list[str] = getattr(self.data, "getlist", lambda _name: [])("kept")
        return [token for token in tokens if token][: self.most_files]

    def clean(self) -> None:
        super().clean()
        self.proofs: list[NamedProof] = []
        self.kept: list[tuple[str, str]] = []
        self.proofs, wrong = self._sent_now()
        self.drafts: list[str] = []
        if not self.proofs:
            # What is chosen anew takes the place of what was kept; what cannot be taken does not.
            read = [(token, draft_of(token, by=self.by)) for token in self._tokens()]
            self.drafts = [token for token, draft in read if draft is not None]
            self.proofs = [NamedProof(*draft) for _token, draft in read if draft is not None]
        # An empty file has been told of already.
        for each in wrong if not self.has_error("proof") else ():
            self.add_error("proof", each)
        if wrong:
            return
        if not self.proofs and self.proof_is_required:
            self.add_error("proof", _("Choose a photo or a PDF of the certificate."))

    def keep(self) -> None:
        """Put the files aside: the page is shown again. The tokens go back in hidden fields, each
        with the name of its file."""
        tokens = self.drafts or [
            keep_draft(each.proof, each.name, by=self.by) for each in self.proofs
        ]
        self.kept = [(token, each.name) for token, each in zip(tokens, self.proofs, strict=True)]

    def done(self) -> None:
        """The files have found their place: what was put aside is no longer needed."""
        for token in self._tokens():
            drop_draft(token, by=self.by)


class ClaimForm(ProofMixin):
    most_files = MOST_FILES

    course = forms.CharField(label=gettext_lazy("Which course"), required=False)
    title = forms.CharField(
        label=gettext_lazy("The course's name"),
        max_length=200,
        required=False,
        validators=[refuse_personal_data],
    )
    provider = forms.CharField(
        label=gettext_lazy("Who gave it"),
        max_length=200,
        required=False,
        validators=[refuse_personal_data],
    )
    completed_on = _day(gettext_lazy("The day you finished it"))
    proof = forms.FileField(label=gettext_lazy("Certificate or other proof"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Something the reviewer should know"),
        max_length=300,
        required=False,
        help_text=STOP,
        validators=[refuse_personal_data],
    )

    def __init__(self, *args: Any, by: User, you: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if not you:
            self.fields["completed_on"].label = _("The day it was finished")

    def clean_course(self) -> OutsideCourse | None:
        value = self.cleaned_data["course"]
        if value == OTHER:
            return None
        course = (
            OutsideCourse.objects.filter(pk=value, retired_at__isnull=True).first()
            if value.isdecimal() and len(value) < 19
            else None
        )
        if course is None:
            raise forms.ValidationError(_("Choose the course, or “Another course”."))
        return course

    def clean_completed_on(self) -> date:
        return _day_learnt(self.cleaned_data["completed_on"])

    def clean(self) -> None:
        if self.data.get("course") == OTHER and not self.cleaned_data.get("title"):
            self.add_error("title", _("Write the course's name."))
        super().clean()


class RefuseForm(Form):
    reason = _reason(gettext_lazy("Why it cannot be recognised, and what is missing"))


class ApproveForm(Form):
    """What one claim gives where no rule says it."""

    outside_course = forms.ModelChoiceField(
        OutsideCourse.objects.filter(retired_at__isnull=True),
        label=gettext_lazy("The course in the list"),
        required=False,
        empty_label=gettext_lazy("Not in the list"),
    )
    area = forms.ModelChoiceField(
        CompetenceArea.objects.all(),
        label=gettext_lazy("Gives, this once, in the area"),
        required=False,
        empty_label=gettext_lazy("Nothing: only record it"),
    )
    level = forms.ModelChoiceField(
        TrainingLevel.objects.all(), label=gettext_lazy("Level"), required=False
    )
    valid_until = _day(
        gettext_lazy("Valid until"), required=False, help_text=gettext_lazy("Empty: no last day")
    )
    reason = _reason(required=False)

    def clean(self) -> None:
        said = self.cleaned_data
        if bool(said.get("area")) != bool(said.get("level")):
            self.add_error("level", _("Choose both the area and the level, or neither."))

    def single(self) -> SingleCase | None:
        said = self.cleaned_data
        if not said["area"]:
            return None
        return SingleCase(said["area"], said["level"], said["valid_until"])


class UndoForm(Form):
    reason = _reason()


class OutsideCourseForm(ModelForm):
    url = forms.URLField(
        label=gettext_lazy("Where it is described"), required=False, assume_scheme="https"
    )

    class Meta:
        model = OutsideCourse
        fields = ("name", "provider", "url")


class MergeForm(Form):
    survivor = forms.ModelChoiceField(
        OutsideCourse.objects.all(), label=gettext_lazy("Is the same course as")
    )


class EquivalenceForm(ModelForm):
    outside_course = forms.ModelChoiceField(
        OutsideCourse.objects.filter(retired_at__isnull=True),
        label=gettext_lazy("Outside course"),
    )

    class Meta:
        model = EquivalenceRule
        fields = (
            *("outside_course", "area", "level", "validity_months"),
            *("completed_from", "completed_until", "decided_on", "reason"),
        )
        labels = {"area": gettext_lazy("Area"), "level": gettext_lazy("Level")}
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("completed_from", "completed_until", "decided_on")
        }
        help_texts = {
            "validity_months": gettext_lazy("Counted from the day of the course. Empty: no end."),
            "completed_until": gettext_lazy("Empty: until further"),
        }


class RuleFileForm(Form):
    file = forms.FileField(label=gettext_lazy("The file, equivalence.yaml"))


class SheetForm(ProofMixin):
    proof_is_required = False

    outside_course = forms.ModelChoiceField(
        OutsideCourse.objects.filter(retired_at__isnull=True),
        label=gettext_lazy("Outside course"),
    )
    completed_on = _day(gettext_lazy("The day of the course"))
    people = forms.CharField(
        label=gettext_lazy("Who took part"),
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("One on each line: person id, e-mail or full name."),
        max_length=40_000,
    )
    proof = forms.FileField(
        label=gettext_lazy("The sheet, as a photo or a PDF"),
        required=False,
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_completed_on(self) -> date:
        return _day_learnt(self.cleaned_data["completed_on"])
