"""The words for what search finds."""

from django.utils.translation import gettext_lazy as _

from home.models import ArticlePage

KINDS = {
    **dict(ArticlePage.Kind.choices),
    "page": _("Page"),
    "course": _("Course"),
    "lesson": _("Lesson"),
}


def kind_label(code: str) -> str:
    return str(KINDS.get(code, code))
