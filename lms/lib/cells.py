"""What a cell of a spreadsheet can hold."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from lms.lib.dates import STOCKHOLM

Value = str | int | float | Decimal | date | None

_MOST_CHARACTERS = 32_767
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def cell_text(value: str) -> str:
    """What a cell can hold of a text. XML knows one kind of new line."""
    return _NOT_IN_XML.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))[:_MOST_CHARACTERS]


def cell_moment(value: datetime) -> datetime:
    """In Swedish time, to the second, without its zone, which a spreadsheet cannot hold."""
    local = value.astimezone(STOCKHOLM) if value.tzinfo else value
    return local.replace(tzinfo=None, microsecond=0)
