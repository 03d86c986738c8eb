"""What the staff say they need, in a round that asks them too: their own rows until they are
counted, then numbers that may be shown and no rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competence.models.needs import NeedsForm, NeedsRound
from lms.framework.models import CompetenceArea
from lms.lib.append_only import AppendOnly
from lms.people.models import Person


class StaffWish(models.Model):
    """One row per person whom a round asks what they need for their work. Written over as it is
    ticked, shown to nobody but the person, and removed when the answers of its form are counted.
    It says nothing of when it was written."""

    class Said(models.TextChoices):
        ENOUGH = "enough", _("Enough for my work")
        MORE = "more", _("I need more")
        UNSURE = "unsure", _("Do not know")

    # The round of the form: a person is asked once in it.
    needs_round = models.ForeignKey(NeedsRound, on_delete=models.PROTECT, related_name="+")
    form = models.ForeignKey(NeedsForm, on_delete=models.PROTECT, related_name="staff_wishes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="staff_wishes")
    # Area code → Said. Empty: not answered.
    said = models.JSONField(default=dict, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("what one of the staff needs")
        verbose_name_plural = _("what the staff need")
        constraints = [
            models.UniqueConstraint(
                fields=["needs_round", "person"],
                name="a_round_asks_a_person_once",
                violation_error_message=_("The round already asks this person."),
            )
        ]


class Told(models.TextChoices):
    """How much is told of a count of people."""

    FEW = "few", _("few")  # fewer than the smallest number that is told, perhaps nobody
    NUMBER = "number", _("the number")
    MOST = "most", _("all or nearly all")


def _has_number_where_told(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=(
            Q(told=Told.NUMBER, **{f"{field}__isnull": False})
            | ~Q(told=Told.NUMBER) & Q(**{f"{field}__isnull": True})
        ),
        name=name,
        violation_error_message=_("A number is kept where it is told, and nowhere else."),
    )


class StaffCount(models.Model):
    """One row per form whose staff have been asked, made when their answers are counted and their
    own rows removed: what may be shown of how many answered, and nothing that may not. Never
    changed, and made once."""

    form = models.OneToOneField(NeedsForm, on_delete=models.PROTECT, related_name="staff_count")
    asked = models.PositiveIntegerField(_("asked"))
    told = models.CharField(_("told"), max_length=10, choices=Told)
    answered = models.PositiveIntegerField(_("answered"), null=True, blank=True)
    # The smallest number of people that was told when it was made.
    threshold = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    append_only = AppendOnly()

    class Meta:
        verbose_name = _("count of what the staff need")
        verbose_name_plural = _("counts of what the staff need")
        constraints = [
            _has_number_where_told("answered", "a_staff_count_has_its_number_where_it_is_told")
        ]


class StaffCountArea(models.Model):
    """One row per area of a count in which enough have answered: how many need more. Never
    changed."""

    count = models.ForeignKey(StaffCount, on_delete=models.PROTECT, related_name="areas")
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="+")
    told = models.CharField(_("told"), max_length=10, choices=Told)
    more = models.PositiveIntegerField(_("need more"), null=True, blank=True)

    append_only = AppendOnly()

    class Meta:
        ordering = ["area__sort_order", "area__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["count", "area"],
                name="a_staff_count_holds_an_area_once",
                violation_error_message=_("The area is already counted."),
            ),
            _has_number_where_told("more", "an_area_has_its_number_where_it_is_told"),
        ]
