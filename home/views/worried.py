"""Orolig: from every page within two taps, and nothing is stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from home.models import ArticlePage
from lms.content.visibility import visible_to


@require_safe
@never_cache
def worried(request: HttpRequest) -> HttpResponse:
    """What to do when I worry about a child: the routine, the e-service, the numbers."""
    routines = visible_to(ArticlePage.objects.all(), request.user).filter(
        kind=ArticlePage.Kind.ROUTINE, areas__code="OM4"
    )
    routine = routines.order_by("-last_published_at").first()
    return render(
        request,
        "home/worried.html",
        {"routine": {"title": routine.title, "url": routine.get_url(request)} if routine else None},
    )
