"""Files of the arena, served only to those who may read a page that shows them."""

from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage

from lms.content.visibility import file_is_visible


def _image_of(path: str) -> AbstractImage | None:
    """The image whose original or rendition lies at `path`."""
    model = get_image_model()
    rendition = model.get_rendition_model().objects.filter(file=path).select_related("image")
    found = rendition.first()
    return found.image if found else model.objects.filter(file=path).first()


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An image. Documents have an address of their own; nothing else in the media folder has
    one here."""
    if ".." in PurePosixPath(path).parts:
        raise Http404
    image = _image_of(path)
    if image is None or not file_is_visible(image, request.user):
        raise Http404
    try:
        stamp = http_date(default_storage.get_modified_time(path).timestamp())
        if request.headers.get("If-Modified-Since") == stamp:
            return HttpResponseNotModified()
        response: HttpResponseBase = FileResponse(default_storage.open(path, "rb"))
    except FileNotFoundError as error:
        raise Http404 from error
    response["Last-Modified"] = stamp
    # Private: what one reader may see another may not.
    response["Cache-Control"] = "private, max-age=300"
    response["X-Content-Type-Options"] = "nosniff"
    if path.lower().endswith(".svg"):
        response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
