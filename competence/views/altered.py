"""What a reader is told where a document that was kept is no longer what its checksum is of: that
it is so, and never the words or figures of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from competence.figures.followup.frozen import AlteredError

log = logging.getLogger(__name__)


def said_where_altered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except AlteredError as error:
            log.error("What is kept is not what the checksum %s is of: %s", error, request.path)
            return render(request, "competence/altered.html", {"checksum": str(error)}, status=500)

    return answered
