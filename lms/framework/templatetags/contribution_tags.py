"""What the page of a thing says of the plan it serves."""

from __future__ import annotations

from typing import Any

from django import template

from lms.framework.contributions import Contribution, contributions_of
from lms.lib.dates import today

register = template.Library()


@register.simple_tag
def contributes_to(kind: str, what: Any) -> tuple[Contribution, ...]:
    return contributions_of(kind, what, today())
