"""Text fields that declare how sensitive their content may be. Every free-text field
declares its class; `manage.py check` finds the field that declares none (`lms.checks`).

strict     a person may be described here by mistake: the guard stops personnummer and phones
editorial  published text: the guard warns, the editor decides
contact    contact details are the purpose of the field: allowed
plain      names of things, codes, machine text: nothing a person writes freely about people
"""

from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.lib import guard


class Sensitivity(Enum):
    STRICT = "strict"
    EDITORIAL = "editorial"
    CONTACT = "contact"
    PLAIN = "plain"


def refuse_personal_data(value: str) -> None:
    """Raise ValidationError naming what was found, never repeating it."""
    kinds = list(dict.fromkeys(str(finding.label) for finding in guard.scan(value)))
    if kinds:
        raise ValidationError(
            ngettext(
                "The text seems to contain %(what)s. Remove it and save again.",
                "The text seems to contain %(what)s. Remove them and save again.",
                len(kinds),
            ),
            code="sensitive",
            params={"what": _(" and ").join(kinds)},
        )


class Guarded:
    """What both guarded fields share: the declared class, and the guard where it is strict."""

    sensitivity: Sensitivity

    def __init__(self, *args: Any, sensitivity: Sensitivity = Sensitivity.STRICT, **kwargs: Any):
        self.sensitivity = sensitivity
        super().__init__(*args, **kwargs)
        if sensitivity is Sensitivity.STRICT:
            self.validators = [*self.validators, refuse_personal_data]  # type: ignore[has-type]


class GuardedTextField(Guarded, models.TextField):  # type: ignore[misc]
    """A TextField with a sensitivity class; STRICT unless something else is declared."""


class GuardedCharField(Guarded, models.CharField):  # type: ignore[misc]
    """A CharField with a sensitivity class; STRICT unless something else is declared."""
