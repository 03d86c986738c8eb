"""Search over the arena and the courses."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from home.kinds import kind_label
from home.services.search import NOTHING, search

LONGEST_QUERY = 200
SHOWN = 30


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """What I may read about something."""
    query = " ".join(request.GET.get("q", "").split())[:LONGEST_QUERY]
    kind = request.GET.get("typ", "")
    found = search(query, user=request.user, kind=kind, limit=SHOWN) if query else NOTHING
    return render(
        request,
        "home/search.html",
        {
            "query": query,
            "kind": kind,
            "found": found,
            "all_kinds": sum(count for _kind, count in found.kinds),
            "kinds": [(code, kind_label(code), count) for code, count in found.kinds],
        },
    )
