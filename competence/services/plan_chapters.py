"""The words of a draft's chapters: the municipality's own, or none."""

from __future__ import annotations

from django.db import transaction

from competence.models import PlanChapter, PlanVersion
from competence.services.plan_states import locked_draft
from lms.audit.services import record
from lms.people.models import User


@transaction.atomic
def write_chapter(*, version: PlanVersion, key: str, text: str, by: User | None) -> None:
    """The words of a chapter in a draft; no words take the chapter's own away."""
    draft = locked_draft(version)
    chapter = draft.chapters.filter(key=key).first()
    before = chapter.text if chapter else ""
    text = text.strip()
    if text == before:
        return
    if not text:
        assert chapter is not None
        chapter.delete()
    else:
        chapter = chapter or PlanChapter(plan_version=draft, key=key)
        chapter.text = text
        chapter.full_clean(validate_unique=False)
        chapter.save()
    record(
        "plan_version.chapter_written",
        draft,
        by=by,
        before={"chapter": key, "text": before},
        after={"chapter": key, "text": text},
    )


def carry_chapters(source: PlanVersion, draft: PlanVersion) -> None:
    """The words of a version, into the draft that is made of it."""
    PlanChapter.objects.bulk_create(
        PlanChapter(plan_version=draft, key=key, text=text)
        for key, text in source.chapters.order_by("key").values_list("key", "text")
    )
