"""A refused page is one line in the log; what went wrong keeps its trace."""

from __future__ import annotations

import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied

from lms.lib.logs import WithoutTraceOfRefusals


@pytest.mark.parametrize(("error", "traced"), [(PermissionDenied(), False), (ValueError(), True)])
def test_only_a_refusal_loses_its_trace(error, traced):
    try:
        raise error
    except Exception:
        record = logging.LogRecord("x", logging.WARNING, "", 1, "said", (), sys.exc_info())
    assert WithoutTraceOfRefusals().filter(record)
    assert bool(record.exc_info) is traced
