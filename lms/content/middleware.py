"""Who reads, and what a reader sees where a bare answer would say nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lms.content.references import read_for


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
