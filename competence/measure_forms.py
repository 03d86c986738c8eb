"""Forms about the measure register: how an obligation stands, what is joined to it, its file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.documents import get_document_model
from wagtail.models import Page

from competence.figures.joined import page_key
from competence.figures.measures import UNASSESSED, UNASSESSED_WORDS
from competence.forms import STOP, reason_field
from competence.models import KeyGroup, ObligationStatus, Passage, PassageLink
from competence.models.measures import LONGEST_COMMENT
from competence.services.measures import LONGEST_BACK
from courses.models import CoursePage
from lms.content.models import LegalReference
from lms.framework.indicators import indicators
from lms.framework.models import CompetenceArea
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form, bound_day, day_field
from lms.people.models import Unit

Kind = PassageLink.Kind


class RegisterFilter(Form):
    """What of the register is shown; an unknown choice narrows nothing."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    avsnitt = forms.ChoiceField(label=gettext_lazy("Section"), required=False)
    ansvarig = forms.ChoiceField(label=gettext_lazy("Responsible"), required=False)

    def __init__(self, *args: Any, sections: list[str], owners: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("All"))
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            every,
            *ObligationStatus.Status.choices,
            ("none", UNASSESSED_WORDS),
        ]
        self.fields["avsnitt"].choices = [every, *((each, each) for each in sections)]  # type: ignore[attr-defined]
        self.fields["ansvarig"].choices = [  # type: ignore[attr-defined]
            every,
            *((each, each) for each in owners),
            ("none", _("not stated in the document")),
        ]

    def chosen(self, name: str) -> str:
        """The choice that is on offer, or nothing."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))

    def status_chosen(self) -> str | None:
        """The status asked for; none where all are."""
        chosen = self.chosen("status")
        return UNASSESSED if chosen == "none" else chosen or None


class StatusForm(Form):
    status = forms.ChoiceField(
        label=gettext_lazy("Status"), choices=ObligationStatus.Status.choices
    )
    on = day_field(gettext_lazy("From"))
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=LONGEST_COMMENT,
        validators=[refuse_personal_data],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=format_lazy(
            "{} {}", gettext_lazy("What has been done, in a sentence or two."), STOP
        ),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_day(self.fields["on"], earliest=today - LONGEST_BACK, latest=today)


class _Joining(Form):
    """Something chosen, or the address of something elsewhere; one of them."""

    def joined(self) -> dict[str, str]:
        """The one thing chosen, as the service takes it."""
        chosen = self.cleaned_data
        for kind, key in (
            (Kind.COURSE, getattr(chosen.get("course"), "code", "")),
            (Kind.AREA, getattr(chosen.get("area"), "code", "")),
            (Kind.PAGE, page_key(chosen["page"]) if chosen.get("page") else ""),
            (Kind.DOCUMENT, str(getattr(chosen.get("document"), "pk", ""))),
            (Kind.ACTIVITY, chosen.get("activity", "").upper()),
            (Kind.REPORT, chosen.get("report", "").upper()),
        ):
            if key:
                return {"kind": str(kind), "key": key}
        if chosen.get("key_group"):
            return {
                "kind": str(Kind.REQUIREMENT),
                "key": f"{chosen['key_group'].code}:{chosen['of_area'].code}",
            }
        return {"kind": str(Kind.ADDRESS), "url": chosen.get("url", "")}

    def clean(self) -> None:
        if self.errors:
            return
        names = ("course", "area", "page", "document", "activity", "report", "key_group", "url")
        given = [name for name in names if self.cleaned_data.get(name)]
        if not given:
            raise forms.ValidationError(_("Choose one thing to join."))
        if len(given) > 1:
            raise forms.ValidationError(_("Choose one thing at a time."))
        if given == ["key_group"] and not self.cleaned_data.get("of_area"):
            self.add_error("of_area", _("Choose the area of the requirement."))


def _courses() -> Any:
    return CoursePage.objects.live().exclude(code="").order_by("title")


def _pages() -> Any:
    return Page.objects.live().filter(depth__gt=2).not_exact_type(CoursePage).order_by("title")


class EvidenceForm(_Joining):
    title = forms.CharField(
        label=gettext_lazy("What it shows"),
        max_length=200,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("For example: Riktlinjer för föreningsbidrag, beslutade."),
    )
    page = forms.ModelChoiceField(
        Page.objects.none(), label=gettext_lazy("Article or page"), required=False
    )
    course = forms.ModelChoiceField(
        CoursePage.objects.none(), label=gettext_lazy("Course"), required=False
    )
    document = forms.ModelChoiceField(
        get_document_model().objects.none(), label=gettext_lazy("Document"), required=False
    )
    activity = forms.CharField(
        label=gettext_lazy("Code of an activity in the training plan"),
        max_length=40,
        required=False,
        validators=[refuse_personal_data],
    )
    report = forms.CharField(
        label=gettext_lazy("Number of a follow-up report"),
        max_length=40,
        required=False,
        validators=[refuse_personal_data],
    )
    url = forms.URLField(
        label=gettext_lazy("Web address"), max_length=500, required=False, assume_scheme="https"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, page=_pages(), course=_courses(), document=get_document_model().objects.all())


class ServingForm(_Joining):
    course = forms.ModelChoiceField(
        CoursePage.objects.none(), label=gettext_lazy("Course"), required=False
    )
    page = forms.ModelChoiceField(
        Page.objects.none(), label=gettext_lazy("Article or page"), required=False
    )
    area = forms.ModelChoiceField(
        CompetenceArea.objects.all(), label=gettext_lazy("Area"), required=False
    )
    key_group = forms.ModelChoiceField(
        KeyGroup.objects.outside_drafts(),
        label=gettext_lazy("Requirement of the key group"),
        required=False,
    )
    of_area = forms.ModelChoiceField(
        CompetenceArea.objects.all(), label=gettext_lazy("in the area"), required=False
    )
    activity = forms.CharField(
        label=gettext_lazy("Code of an activity in the training plan"),
        max_length=40,
        required=False,
        validators=[refuse_personal_data],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, page=_pages(), course=_courses())


def _offer(form: Form, **choices: Any) -> None:
    for name, found in choices.items():
        form.fields[name].queryset = found  # type: ignore[attr-defined]


class IndicatorForm(Form):
    indicator = forms.ChoiceField(label=gettext_lazy("Indicator"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose an indicator")),
            *((each.code, str(each.name)) for each in indicators()),
        ]


class WithdrawForm(Form):
    reason = reason_field(gettext_lazy("Reason"))


class PassageForm(Form):
    owner_function = forms.CharField(
        label=gettext_lazy("Responsible function"),
        max_length=200,
        required=False,
        validators=[refuse_personal_data],
        help_text=gettext_lazy("A function, not a person. Empty: not stated in the document."),
    )
    owner_unit = forms.ModelChoiceField(
        Unit.objects.order_by("name"), label=gettext_lazy("Responsible unit"), required=False
    )
    editorial_note = forms.CharField(
        label=gettext_lazy("Editor's note"),
        max_length=1000,
        required=False,
        validators=[refuse_personal_data],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "What a reader has to know beside the words, for example that a law has been replaced."
        ),
    )
    legal_references = forms.ModelMultipleChoiceField(
        LegalReference.objects.all(), label=gettext_lazy("Law"), required=False
    )

    @staticmethod
    def initial_of(passage: Passage) -> dict[str, Any]:
        return {
            "owner_function": passage.owner_function,
            "owner_unit": passage.owner_unit_id,
            "editorial_note": passage.editorial_note,
            "legal_references": list(passage.legal_references.all()),
        }


class GoverningFileForm(Form):
    file = forms.FileField(
        label=gettext_lazy("File (YAML)"),
        help_text=gettext_lazy("The format is described in docs/how-to/styrdokument-som-fil.md."),
    )
