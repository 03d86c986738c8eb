import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import lms.lib.fields
from django.conf import settings
from django.db import migrations, models

from lms.lib.append_only import locking
from lms.lib.frozen import FrozenWith


class Migration(migrations.Migration):
    dependencies = [
        ("competence", "0026_kept_until_they_end"),
        ("framework", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SeatScenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    lms.lib.fields.GuardedCharField(
                        error_messages={"unique": "There is a scenario with this name already."},
                        max_length=80,
                        unique=True,
                        verbose_name="name",
                    ),
                ),
                ("asked", models.JSONField(verbose_name="what is supposed")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "seat scenario",
                "verbose_name_plural": "seat scenarios",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="CoverageGoal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="goal, per cent",
                    ),
                ),
                ("reach_by", models.DateField(verbose_name="to be reached by")),
                (
                    "note",
                    lms.lib.fields.GuardedCharField(
                        blank=True, max_length=200, verbose_name="note"
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="framework.competencearea",
                        verbose_name="area",
                    ),
                ),
                (
                    "key_group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="competence.keygroup",
                        verbose_name="key group",
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="framework.traininglevel",
                        verbose_name="level",
                    ),
                ),
                (
                    "plan_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="goals",
                        to="competence.planversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "coverage goal",
                "verbose_name_plural": "coverage goals",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent__range", (1, 100))),
                        name="coverage_goal_is_a_share",
                        violation_error_message="A goal is 1 to 100 percent.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area__isnull", True), ("level__isnull", True)),
                            models.Q(
                                ("area__isnull", False),
                                ("key_group__isnull", False),
                                ("level__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="coverage_goal_of_an_area_has_level_and_group",
                        violation_error_message="A goal for an area has a level, and a key group.",
                    ),
                    models.UniqueConstraint(
                        models.F("plan_version"),
                        django.db.models.functions.comparison.Coalesce(
                            "key_group", models.Value(0)
                        ),
                        django.db.models.functions.comparison.Coalesce("area", models.Value(0)),
                        django.db.models.functions.comparison.Coalesce("level", models.Value(0)),
                        models.F("reach_by"),
                        name="coverage_goal_is_of_one_thing_and_day",
                        violation_error_message="There is a goal for this by that day already.",
                    ),
                ],
            },
        ),
        locking(
            competence_coveragegoal=FrozenWith(
                path=(("plan_version_id", "competence_planversion"),)
            ),
        ),
    ]
