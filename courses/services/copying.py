"""Copies that Wagtail makes of course pages: it keeps the ids of blocks and questions, by which a
course version knows what somebody ticked, wrote and answered."""

from __future__ import annotations

from django.db import transaction
from wagtail.models import Page

from courses.models import LessonPage
from courses.services.studio import STREAMS, with_new_ids
from lms.people.models import User


def _renew(lesson: LessonPage) -> None:
    for name in STREAMS[LessonPage]:
        raw = with_new_ids(list(getattr(lesson, name).get_prep_value()))
        setattr(lesson, name, LessonPage._meta.get_field(name).to_python(raw))


@transaction.atomic
def give_own_ids(*, page: Page, by: User | None) -> None:
    """Give every lesson that the new page is or holds block and question ids of its own, in what
    is published and in the draft."""
    for lesson in LessonPage.objects.descendant_of(page, inclusive=True):
        has_draft = lesson.has_unpublished_changes
        draft = lesson.get_latest_revision_as_object()
        _renew(lesson)
        lesson.save(clean=False)
        if has_draft:
            _renew(draft)
        else:
            draft = lesson
        revision = draft.save_revision(user=by, changed=False, clean=False)
        if lesson.live and not has_draft:
            LessonPage.objects.filter(pk=lesson.pk).update(live_revision=revision)
