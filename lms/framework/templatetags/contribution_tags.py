"""What the page of a thing says of the plan it serves."""

from __future__ import annotations

from typing import Any

from django import template

from lms.framework.contributions import Contribution, contributions_of
from lms.lib.dates import today

register = template.Library()


@register.simple_tag(takes_context=True)
def contributes_to(context: template.Context, kind: str, what: Any) -> tuple[Contribution, ...]:
    request = context.get("request")
    return contributions_of(kind, what, request.user, today()) if request else ()
