"""The files of a course version."""

from __future__ import annotations

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from courses.models import Enrolment, VersionAsset
from courses.views.readers import reader
from lms.lib.dates import today
from lms.people.access import Action, Obj, can

# The most that is read into memory for one request of a player, in bytes.
PIECE = 4 * 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})$")


@require_GET
@cache_control(private=True, max_age=31_536_000, immutable=True)
def asset(request: HttpRequest, version_pk: int, key: str) -> HttpResponseBase:
    """A version's own copy of a file, to those who have set out on it and those who may see what
    it asks: a picture may be a question's. A film is sent in the pieces that the player asks
    for."""
    found = get_object_or_404(VersionAsset, version=version_pk, key=key)
    user = reader(request)
    enrolled = Enrolment.objects.filter(version=version_pk, person=user.person_id).exists()
    if not enrolled and not can(user, Action.READ, Obj.QUESTION_BANK, day=today(), own=False):
        raise Http404
    is_shown = key.startswith(("image-", "film-", "captions-"))
    response: HttpResponse | FileResponse = FileResponse(
        found.file.open("rb"), filename=found.name, as_attachment=not is_shown
    )
    response["Accept-Ranges"] = "bytes"
    asked = _RANGE.match(request.headers.get("Range", ""))
    if asked:
        size = found.file.size
        first = int(asked[1])
        last = min(int(asked[2] or size), first + PIECE - 1, size - 1)
        if first > last:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        found.file.seek(first)
        content_type = response["Content-Type"]
        part = HttpResponse(
            found.file.read(last - first + 1), status=206, content_type=content_type
        )
        part["Accept-Ranges"] = "bytes"
        part["Content-Range"] = f"bytes {first}-{last}/{size}"
        return part
    return response
