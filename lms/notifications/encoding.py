"""A notice's context as JSON that gives dates back as dates, so that a template written
years later can still say "30 september 2027" in the reader's language."""

import json
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

_DAY = "$day"
_MOMENT = "$moment"


class ContextEncoder(DjangoJSONEncoder):
    """Writes a date as {"$day": …} and a moment as {"$moment": …}."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return {_MOMENT: o.isoformat()}
        if isinstance(o, date):
            return {_DAY: o.isoformat()}
        return super().default(o)


def _revive(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        if _DAY in value:
            return date.fromisoformat(value[_DAY])
        if _MOMENT in value:
            return datetime.fromisoformat(value[_MOMENT])
    return value


class ContextDecoder(json.JSONDecoder):
    """Reads back what ContextEncoder wrote."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(object_hook=_revive, **kwargs)
