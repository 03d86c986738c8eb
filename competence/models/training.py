"""The training plan: what in-depth training with others is planned, activity by activity. What has
come of an activity is beside the plan, in `training_facts`."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from competence.models.decided import DecidedDocument, DocumentStep
from competence.models.plan import KeyGroup
from competence.querysets import TrainingPlanVersionQuerySet
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField
from lms.lib.frozen import FrozenWith
from lms.people.models import PartnerOrganisation, Unit

MOST_KRONOR = 100_000_000
MOST_PEOPLE = 100_000


WITH_ITS_VERSION = FrozenWith(path=(("version_id", "competence_trainingplanversion"),))


class TrainingPlanVersion(DecidedDocument):
    """One row per version of the training plan. Only a draft is edited; what was sent or decided
    is never updated, except for the facts that come later (see `DecidedDocument`)."""

    kind = "utbildningsplan"
    audit_prefix = "training_plan"

    objects = TrainingPlanVersionQuerySet.as_manager()

    class Meta(DecidedDocument.Meta):
        verbose_name = _("training plan version")
        verbose_name_plural = _("training plan versions")

    def __str__(self) -> str:
        return str(_("Training plan version %(number)s") % {"number": self.number})


class TrainingPlanStep(DocumentStep):
    """One row per step of a version of the training plan. Never updated or deleted."""

    version = models.ForeignKey(TrainingPlanVersion, on_delete=models.PROTECT, related_name="steps")

    class Meta(DocumentStep.Meta):
        verbose_name = _("step of a training plan version")
        verbose_name_plural = _("steps of training plan versions")


class TrainingActivity(models.Model):
    """One row per activity, the same through all versions of the training plan: what has come of it
    hangs here and outlives the version. Never changed, never deleted."""

    append_only = AppendOnly()

    number = models.PositiveIntegerField(_("number"), unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"A{self.number}"

    @classmethod
    def next_number(cls) -> int:
        return (cls.objects.aggregate(highest=Max("number"))["highest"] or 0) + 1


class PlanActivityQuerySet(models.QuerySet["PlanActivity"]):
    def with_parts(self) -> PlanActivityQuerySet:
        """With all that is told of each. Seven queries whatever the number."""
        return self.select_related(
            "activity", "version", "responsible_unit", "course"
        ).prefetch_related("key_groups", "areas", "levels", "partners__organisation")


class PlanActivity(models.Model):
    """One row per activity in a version of the training plan: what is planned. Changed only while
    the version is a draft. Whom it is for is said of groups, never of anyone who takes part."""

    frozen = WITH_ITS_VERSION

    class Kind(models.TextChoices):
        BASIC = "basic", _("basic training")
        IN_DEPTH = "in_depth", _("in-depth training")
        INTRODUCTION = "introduction", _("introduction for those who are new")
        RENEWAL = "renewal", _("renewal")
        PILOT = "pilot", _("pilot in violence prevention")
        ASSOCIATIONS = "associations", _("associations")
        PARENTING = "parenting", _("parental support")
        EXERCISE = "exercise", _("exercise")
        OTHER = "other", _("other")

    class Split(models.TextChoices):
        ALONE = "alone", _("the municipality pays all")
        PERCENT = "percent", _("each pays a part in per cent")
        KRONOR = "kronor", _("each pays a fixed sum")

    version = models.ForeignKey(
        TrainingPlanVersion, on_delete=models.CASCADE, related_name="activities"
    )
    activity = models.ForeignKey(TrainingActivity, on_delete=models.PROTECT, related_name="planned")
    kind = models.CharField(_("type"), max_length=20, choices=Kind, default=Kind.IN_DEPTH)
    title = GuardedCharField(_("title"), max_length=200)
    key_groups = models.ManyToManyField(
        KeyGroup, blank=True, related_name="+", verbose_name=_("key groups")
    )
    # Whom it is for where no key group says it: "tränare i idrottsföreningar". Never a name.
    audience = GuardedCharField(_("whom it is for"), max_length=200, blank=True)
    areas = models.ManyToManyField(
        CompetenceArea, blank=True, related_name="+", verbose_name=_("areas")
    )
    levels = models.ManyToManyField(
        TrainingLevel, blank=True, related_name="+", verbose_name=_("levels")
    )
    # Passages of the governing document that it serves: "S15".
    measures = models.JSONField(_("measures"), default=list, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    # Empty: not stated. Where people are not stated they are sessions × seats.
    sessions = models.PositiveIntegerField(
        _("sessions"), null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    seats = models.PositiveIntegerField(
        _("seats in a session"), null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    people = models.PositiveIntegerField(
        _("people"), null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    form = GuardedCharField(_("form"), max_length=120, blank=True)
    responsible = GuardedCharField(_("responsible function"), max_length=120, blank=True)
    responsible_unit = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("responsible unit"),
    )
    # The course that it is, where it is one: what seats can be shared in.
    course = models.ForeignKey(
        "wagtailcore.Page",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("course"),
    )
    cost_external = models.PositiveIntegerField(
        _("bought from others, kronor"), default=0, validators=[MaxValueValidator(MOST_KRONOR)]
    )
    cost_trainer = models.PositiveIntegerField(
        _("lecturers and trainers, kronor"), default=0, validators=[MaxValueValidator(MOST_KRONOR)]
    )
    cost_venue = models.PositiveIntegerField(
        _("venue, kronor"), default=0, validators=[MaxValueValidator(MOST_KRONOR)]
    )
    # Of each who takes part. Empty: what the planning assumptions say of the level.
    hours = models.DecimalField(
        _("hours for each person"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(200)],
    )
    split = models.CharField(
        _("how the cost is shared"), max_length=10, choices=Split, default=Split.ALONE
    )
    # The municipality's own part where the cost is shared in per cent.
    own_percent = models.PositiveSmallIntegerField(_("own part, per cent"), null=True, blank=True)
    # Where it comes from: "prognos 2026-11-29".
    note = GuardedCharField(_("note"), max_length=300, blank=True)

    objects = PlanActivityQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("planned activity")
        verbose_name_plural = _("planned activities")
        ordering = ["starts_on", "ends_on", "activity"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "activity"],
                name="activity_is_once_in_a_version",
                violation_error_message=_("The activity is already in this version."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="planned_activity_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=(Q(split="percent") & Q(own_percent__range=(0, 100)))
                | (~Q(split="percent") & Q(own_percent__isnull=True)),
                name="own_part_is_said_where_parts_are_in_per_cent",
                violation_error_message=_("Say the municipality's own part in per cent."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def planned_people(self) -> int:
        """How many take part by the plan, those of partners included."""
        if self.people is not None:
            return self.people
        return (self.sessions or 0) * (self.seats or 0)

    @property
    def planned_kronor(self) -> int:
        """What is paid for: what the partners' parts are parts of."""
        return self.cost_external + self.cost_trainer + self.cost_venue

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on.year - self.starts_on.year > 4:
            raise ValidationError({"ends_on": _("An activity spans five years at most.")})


class ActivityPartner(models.Model):
    """One row per partner of a planned activity: its role, its seats and its part of the cost.
    Changed only while the version is a draft; how far it has agreed is in `PartnerStep`."""

    frozen = FrozenWith(path=(("planned_id", "competence_planactivity"), *WITH_ITS_VERSION.path))

    planned = models.ForeignKey(PlanActivity, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        PartnerOrganisation, on_delete=models.PROTECT, related_name="+"
    )
    role = GuardedCharField(_("role"), max_length=200, blank=True)
    # Empty: none are set aside for it.
    seats = models.PositiveIntegerField(
        _("seats"), null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    # Its part as the activity's split says: per cent, or kronor. Empty: none.
    share = models.PositiveIntegerField(
        _("part of the cost"), null=True, blank=True, validators=[MaxValueValidator(MOST_KRONOR)]
    )

    class Meta:
        verbose_name = _("partner of an activity")
        verbose_name_plural = _("partners of activities")
        ordering = ["organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["planned", "organisation"],
                name="partner_is_once_in_an_activity",
                violation_error_message=_("The partner is already in the activity."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.planned_id} {self.organisation_id}"
