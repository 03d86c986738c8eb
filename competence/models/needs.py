"""Needs assessment: rounds that ask, forms that are filled in, and the answers handed in. What was
answered is a fact; an answer taken back is followed by another, never changed."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from competence.models.plan import KeyGroup, KeyPersonAssignment
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField
from lms.people.models import Employment, Person, Unit
from lms.people.querysets import valid_on_q


class NeedsRoundQuerySet(models.QuerySet["NeedsRound"]):
    def open_on(self, day: date) -> NeedsRoundQuerySet:
        """Begun, neither past their last day nor closed."""
        return self.filter(valid_on_q(day), closed_at__isnull=True)


class NeedsRound(models.Model):
    """One row per round of needs assessment: the units of one kind are asked about key groups, for
    a period. Its last day may be moved by a logged change, it is closed once, and never deleted."""

    name = GuardedCharField(_("name"), max_length=120)
    # The time that the needs are about, not the days on which they are asked.
    period_from = models.DateField(_("about the time from"))
    period_until = models.DateField(_("and until"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    unit_kind = models.CharField(_("kind of unit"), max_length=60)
    # The last day on which the staff may say what they need. Empty: only managers are asked.
    staff_until = models.DateField(_("last day for the staff"), null=True, blank=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = NeedsRoundQuerySet.as_manager()
    append_only = AppendOnly(free=("ends_on",), once=("closed_at",))

    class Meta:
        verbose_name = _("needs round")
        verbose_name_plural = _("needs rounds")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="needs_round_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(period_until__gte=F("period_from")),
                name="needs_round_is_about_a_time",
                violation_error_message=_("The time it is about ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(staff_until__isnull=True) | Q(staff_until__gte=F("starts_on")),
                name="needs_round_asks_the_staff_after_it_starts",
                violation_error_message=_("The last day for the staff is before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_open_on(self, day: date) -> bool:
        return self.closed_at is None and self.starts_on <= day <= self.ends_on

    @property
    def last_day_for_staff(self) -> date | None:
        """The last day on which the staff may answer: never after the round's own."""
        return min(self.staff_until, self.ends_on) if self.staff_until else None

    def asks_staff_on(self, day: date) -> bool:
        last = self.last_day_for_staff
        return last is not None and self.is_open_on(day) and day <= last


class NeedsForm(models.Model):
    """One row per form that a round asks: a unit about a key group, or about the function of one
    named key person. Never changed."""

    needs_round = models.ForeignKey(NeedsRound, on_delete=models.PROTECT, related_name="forms")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="needs_forms")
    key_group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="needs_forms")
    # The naming whose function is asked about. Empty: the whole key group in the unit is.
    naming = models.ForeignKey(
        KeyPersonAssignment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs_forms",
    )

    append_only = AppendOnly()

    class Meta:
        verbose_name = _("needs form")
        verbose_name_plural = _("needs forms")
        ordering = ["unit__tree_left", "key_group__code", "naming_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["needs_round", "unit", "key_group"],
                condition=Q(naming__isnull=True),
                name="a_unit_is_asked_once_about_a_key_group",
                violation_error_message=_("The unit is already asked about this key group."),
            ),
            models.UniqueConstraint(
                fields=["needs_round", "naming"],
                condition=Q(naming__isnull=False),
                name="a_key_person_is_asked_about_once",
                violation_error_message=_("The round already asks about this key person."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.key_group}"


class NeedsContent(models.Model):
    """What a form asks: an abstract part of the draft and of the answer."""

    class Need(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        UNSURE = "unsure", _("Do not know")

    class Motive(models.TextChoices):
        CONCERN = "S", _("We must report concern for children (19 kap. 1 § SoL)")
        SCHOOL = "L", _("The Education Act asks for it")
        SAFETY = "M", _("The work environment: risks and safety at work")
        PREVENTION = "B", _("The municipality's duty to prevent crime")
        EQUALITY = "O", _("Objectivity and equal treatment")
        DISCLOSURE = "U", _("The duty to hand over information to law enforcement")
        PLAN = "P", _("The municipality's plan asks for it")

    class HowMany(models.TextChoices):
        FEW = "few", _("Fewer than 5")
        SOME = "some", _("5–9")
        MANY = "many", _("10–24")
        MORE = "more", _("25–49")
        MOST = "most", _("50 or more")
        UNSURE = "unsure", _("Do not know")

    class Suits(models.TextChoices):
        SPRING = "spring", _("In spring")
        AUTUMN = "autumn", _("In autumn")
        ANY = "any", _("Any time")
        LATER = "later", _("Not in this period")

    class Obstacle(models.TextChoices):
        COVER = "cover", _("Cover is hard to find")
        SCHEDULE = "schedule", _("The schedule: evenings, nights or holidays")
        SMALL = "small", _("We are too few to be away at the same time")
        TRAVEL = "travel", _("The way to the course is long")
        DIGITAL = "digital", _("Computers or quiet rooms are missing")

    need = models.CharField(_("need"), max_length=10, choices=Need, blank=True)
    # The letters of the motives, in the order of `Motive`.
    motives = models.CharField(_("motives"), max_length=7, blank=True)
    motive_text = GuardedCharField(_("why"), max_length=300, blank=True)
    how_many = models.CharField(_("how many"), max_length=10, choices=HowMany, blank=True)
    suits = models.CharField(_("when it suits"), max_length=10, choices=Suits, blank=True)
    # A list of Obstacle values.
    obstacles = models.JSONField(_("obstacles"), default=list, blank=True)
    more = GuardedCharField(_("one thing more"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def motive_words(self) -> list[str]:
        return [str(self.Motive(letter).label) for letter in self.motives]

    def obstacle_words(self) -> list[str]:
        return [str(self.Obstacle(value).label) for value in self.obstacles]


class NeedsDraft(NeedsContent):
    """One row per form that somebody has begun to fill in: kept as it is typed, and written over.
    No fact: what counts is the answer handed in."""

    form = models.OneToOneField(NeedsForm, on_delete=models.PROTECT, related_name="draft")
    # Area code → level number; an area without a wish is left out.
    levels = models.JSONField(default=dict, blank=True)
    # Goes up by one each time it is saved, by the page that is open in a browser: who saves on top
    # of another's is told.
    revision = models.PositiveIntegerField(default=0)
    client = models.CharField(max_length=64, blank=True)
    saved_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("needs draft")
        verbose_name_plural = _("needs drafts")


class NeedsAnswerQuerySet(models.QuerySet["NeedsAnswer"]):
    def standing(self) -> NeedsAnswerQuerySet:
        return self.filter(taken_back_at__isnull=True)


class NeedsAnswer(NeedsContent):
    """One row per answer handed in. Taken back once while the round is open, confirmed once by the
    department's contact; nothing else changes, and another answer is another row."""

    form = models.ForeignKey(NeedsForm, on_delete=models.PROTECT, related_name="answers")
    handed_in_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="needs_answers"
    )
    # In whose place it was answered, by a deputy or a colleague. Empty: in nobody's.
    in_place_of = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = NeedsAnswerQuerySet.as_manager()
    wagtail_reference_index_ignore = True
    append_only = AppendOnly(
        free=("in_place_of_id",),
        once=("taken_back_at", "taken_back_by_id", "confirmed_at", "confirmed_by_id"),
    )

    class Meta:
        verbose_name = _("needs answer")
        verbose_name_plural = _("needs answers")
        ordering = ["-handed_in_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["form"],
                condition=Q(taken_back_at__isnull=True),
                name="a_needs_form_has_one_standing_answer",
                violation_error_message=_("The form is already answered."),
            ),
        ]


class WishedLevel(models.Model):
    """One row per area in which an answer wishes for a level. Never changed."""

    answer = models.ForeignKey(NeedsAnswer, on_delete=models.PROTECT, related_name="wishes")
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="+")

    append_only = AppendOnly()

    class Meta:
        ordering = ["area__sort_order", "area__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "area"],
                name="an_answer_wishes_for_one_level_in_an_area",
                violation_error_message=_("One level is wished for in each area."),
            )
        ]


class NeedsDelegationQuerySet(models.QuerySet["NeedsDelegation"]):
    def in_force_on(self, day: date) -> NeedsDelegationQuerySet:
        """Begun, neither over nor ended before, given by somebody who that day still manages the
        form's unit or one above by their own post, to somebody who still works here."""
        posts = Employment.objects.valid_on(day)
        manages = posts.filter(
            person=OuterRef("giver"),
            is_manager=True,
            unit__tree_left__lte=OuterRef("form__unit__tree_left"),
            unit__tree_right__gte=OuterRef("form__unit__tree_right"),
        )
        return self.filter(
            valid_on_q(day),
            Q(ended_on__isnull=True) | Q(ended_on__gt=day),
            Exists(manages),
            Exists(posts.filter(person=OuterRef("colleague"))),
        )


class NeedsDelegation(models.Model):
    """One row per time a manager lets a colleague fill in a form in their place, until a day. Ended
    early with `ended_on`; never deleted."""

    form = models.ForeignKey(NeedsForm, on_delete=models.PROTECT, related_name="delegations")
    giver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="needs_given")
    colleague = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="needs_received")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    # The first day on which it is not in force, where the manager ended it before its last day.
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = NeedsDelegationQuerySet.as_manager()
    wagtail_reference_index_ignore = True
    append_only = AppendOnly(free=("giver_id", "colleague_id"), once=("ended_on",))

    class Meta:
        verbose_name = _("form left to a colleague")
        verbose_name_plural = _("forms left to colleagues")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="needs_delegation_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]


class NeedsReminder(models.Model):
    """One row per reminder of a form that has no answer. `taken_back_at` is set once, where it was
    taken back in time; nothing else changes."""

    form = models.ForeignKey(NeedsForm, on_delete=models.PROTECT, related_name="reminders")
    reminded_on = models.DateField()
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)

    append_only = AppendOnly(once=("taken_back_at",))

    class Meta:
        verbose_name = _("reminder of a needs form")
        verbose_name_plural = _("reminders of needs forms")
        ordering = ["-created_at", "-pk"]
