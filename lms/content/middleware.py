"""Who reads, what no view is given, and what a reader sees where a bare answer says nothing."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from lms.content.references import read_for

NUL = "\0"


class RefuseNul:
    """The one character that PostgreSQL stores in no text, and SQLite in any. Nobody types it: an
    address with it leads nowhere, and a form is taken without it, so that nothing that somebody
    wrote is lost; whichever view is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        # The form has been read, to find its token; one that has not is left for its view.
        if "_post" in vars(request) and any(
            NUL in text for name, values in request.POST.lists() for text in (name, *values)
        ):
            taken = QueryDict(mutable=True, encoding=request.encoding)
            for name, values in request.POST.lists():
                taken.setlist(name.replace(NUL, ""), [text.replace(NUL, "") for text in values])
            request.POST = taken  # type: ignore[assignment]
        return None


def drop_cookies_with_nul(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A quoted cookie may hold the same character, and names the session: before that is asked
    for, such a cookie is none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if NUL in name + value]:
            del request.COOKIES[name]
        return get_response(request)

    return middleware


def know_the_reader(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """What a view renders by itself, before any whole page, is for the reader of the request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        read_for(request)
        return get_response(request)

    return middleware


def explain_refused_method(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """An address that only takes forms, opened by itself (a reload, an old tab, the language
    switch), gets a page with a way on in place of an empty 405."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and not response.content and request.method == "GET":
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware
