"""The coordinator's editing days in the demo: pages are read again when it is time, and now and
then one is changed. What fell due lately waits in the queue."""

from __future__ import annotations

from datetime import date

from home.models import ArticlePage
from home.services.redaction import confirm_review
from lms.content.governance import governed_models, pages_due
from lms.people.models import User

# Days before today on which an article was changed; the slug says which.
CHANGES = {
    9: "digitala-miljoer",
    31: "fragor-och-svar",
    64: "samtal-som-haller-dorren-oppen",
    150: "kalender-och-lankar",
}
NOTE = "Kontakter och länkar är kontrollerade."
# What fell due after this many days before today has not been read yet.
WAITING = 60


def tend_pages(*, day: date, today: date, by: User) -> None:
    """Read again what is due, while there still was time to."""
    if (today - day).days < WAITING:
        return
    due = {page.pk for page in pages_due(day)}
    for model in governed_models():
        for page in model.objects.filter(pk__in=due).order_by("pk"):
            confirm_review(page=page, by=by, on=day)


def change_article(*, days_ago: int, by: User) -> None:
    """Publish the article that was changed that many days ago, if one was."""
    page = ArticlePage.objects.filter(slug=CHANGES.get(days_ago, "")).first()
    if page is not None:
        page.change_note = NOTE
        page.save_revision(user=by).publish(user=by)
