"""What the log leaves out."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied


class WithoutTraceOfRefusals(logging.Filter):
    """A refused page is in the log with its address. Where in the code it was refused is no news:
    every refusal is raised in the same few places."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True
