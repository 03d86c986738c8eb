"""The arena's questions and answers, which grow by what readers ask."""

from __future__ import annotations

from django.db import transaction
from django.utils.html import linebreaks
from wagtail.rich_text import RichText

from home.models import ArticlePage
from lms.people.models import User

# The article that answered questions are added to.
SLUG = "fragor-och-svar"


@transaction.atomic
def add_question(*, question: str, answer: str, by: User | None) -> bool:
    """Add a question with its answer last in the article, as an editorial change of its own. A
    draft that somebody is writing gets it too and stays a draft. False where there is no such
    article, or the question stands there already."""
    article = ArticlePage.objects.live().filter(slug=SLUG).select_for_update(of=("self",)).first()
    if article is None or _asked(article, question):
        return False
    draft = article.get_latest_revision_as_object() if article.has_unpublished_changes else None
    _append(article, question, answer)
    article.change = ArticlePage.Change.EDITORIAL
    # Who may publish the answer is asked where it is published.
    article.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    if draft is not None:
        _append(draft, question, answer)
        draft.save_revision(user=by)
    return True


def _asked(article: ArticlePage, question: str) -> bool:
    return any(
        block.block_type == "question" and block.value["question"] == question
        for block in article.body
    )


def _append(article: ArticlePage, question: str, answer: str) -> None:
    value = {"question": question, "answer": RichText(linebreaks(answer, autoescape=True))}
    article.body.append(("question", value))
