"""The choices of the catalogue, and the code of a certificate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.listing import Names, Wanted
from courses.models import CoursePage
from lms.lib.forms import Form


class CatalogueForm(Form):
    """Narrowing the catalogue; sent with GET."""

    area = forms.ChoiceField(label=_("Area"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    length = forms.ChoiceField(
        label=_("Length"),
        required=False,
        choices=[
            ("", _("Any length")),
            ("15", _("At most 15 minutes")),
            ("30", _("16–30 minutes")),
            ("60", _("31–60 minutes")),
            ("more", _("More than an hour")),
        ],
    )
    form = forms.ChoiceField(
        label=_("Form"), required=False, choices=[("", _("Any form")), *CoursePage.Form.choices]
    )
    required = forms.BooleanField(label=_("Only what I must do"), required=False)

    def __init__(self, *args: Any, names: Names, with_requirements: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            ("", _("All areas")),
            *sorted(names.areas.items(), key=lambda area: area[1]),
        ]
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            ("", _("All levels")),
            *((str(number), name) for number, name in sorted(names.levels.items())),
        ]
        for name in ("area", "level", "length", "form"):
            self.fields[name].widget.attrs["class"] = "select"
        if not with_requirements:
            del self.fields["required"]
        if self.is_bound:
            self.data = self._existing(self.data)

    def _existing(self, data: Any) -> dict[str, Any]:
        """A choice that does not exist, from an old link or a mistyped one, is no choice."""
        return {
            name: data.get(name)
            for name, field in self.fields.items()
            if not isinstance(field, forms.ChoiceField) or field.valid_value(data.get(name, ""))
        }

    def wanted(self) -> Wanted:
        """What was chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        return Wanted(
            required=bool(chosen.get("required")),
            area=chosen.get("area", ""),
            level=int(chosen["level"]) if chosen.get("level") else None,
            length=chosen.get("length", ""),
            form=chosen.get("form", ""),
        )


class CodeForm(Form):
    code = forms.CharField(
        label=_("Code on the certificate"),
        max_length=40,
        help_text=_("Twelve characters in three groups, below the QR code."),
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
