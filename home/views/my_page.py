"""Min sida."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from home.services.my_page import my_page as my_page_of
from lms.lib.dates import today


@login_required
def my_page(request: HttpRequest) -> HttpResponse:
    """What I must do now, by when and why."""
    person = getattr(request.user, "person", None)
    page = my_page_of(person, user=request.user, day=today(), request=request)
    return render(request, "home/my_page.html", {"page": page})
