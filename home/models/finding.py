"""What search looks in: one inverted index of our own, the same on every database.

Rebuilt from what is published; never a source of anything.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.fields import GuardedTextField, Sensitivity


class SearchEntry(models.Model):
    """One row per published page or lesson that search can find. Rewritten when its page is
    published, removed when it is withdrawn."""

    # "page:12", "lesson:7:m1-02": what the entry is about.
    key = models.CharField(max_length=140, unique=True)
    # The page whose readers may find it: the article itself, or the lesson's course.
    page = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.CASCADE, related_name="search_entries"
    )
    kind = models.CharField(max_length=20, db_index=True)
    title = models.CharField(max_length=255)
    # Where it belongs, shown beside the kind: the course of a lesson.
    context = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=500)
    text = GuardedTextField(sensitivity=Sensitivity.PLAIN)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")

    def __str__(self) -> str:
        return self.title


class SearchTerm(models.Model):
    """One row per stem in an entry, with how much it weighs there. Rewritten with its entry."""

    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="terms")
    term = models.CharField(max_length=60, db_index=True)
    weight = models.PositiveIntegerField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "term"], name="search_term_is_counted_once_in_an_entry"
            )
        ]

    def __str__(self) -> str:
        return self.term
