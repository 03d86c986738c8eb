from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from lms.lib.append_only import AppendOnly, lock, locking, unlock

TABLE = "competence_achievement"
BEFORE = AppendOnly(free=("person_id",), once=("revoked_on", "withdrawn_at"))
AFTER = AppendOnly(free=("person_id",), once=("revoked_on", "revoked_with_rule", "withdrawn_at"))


def open_table(_apps: Any, schema_editor: Any) -> None:
    unlock(schema_editor.connection, TABLE)


def lock_as_before(_apps: Any, schema_editor: Any) -> None:
    lock(schema_editor.connection, TABLE, BEFORE)


def say_what_was_revoked_with_its_rule(apps: Any, _schema_editor: Any) -> None:
    """From the same day as the rule was withdrawn, or from its own first day after that."""
    given = apps.get_model("competence", "Achievement").objects.filter(
        rule__withdrawn_on__isnull=False, withdrawn_at__isnull=True
    )
    with_rule = given.filter(
        Q(revoked_on=F("rule__withdrawn_on"))
        | Q(revoked_on=F("achieved_on"), rule__withdrawn_on__lt=F("achieved_on"))
    )
    keys = list(with_rule.values_list("pk", flat=True))
    for start in range(0, len(keys), 1000):
        given.model.objects.filter(pk__in=keys[start : start + 1000]).update(revoked_with_rule=True)


class Migration(migrations.Migration):

    dependencies = [
        ("competence", "0013_week_outlook"),
    ]

    operations = [
        migrations.RunPython(open_table, lock_as_before),
        migrations.AddField(
            "achievement",
            "revoked_with_rule",
            models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            "achievement",
            "corrects",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="competence.achievement",
            ),
        ),
        migrations.RunPython(say_what_was_revoked_with_its_rule, migrations.RunPython.noop),
        locking(competence_achievement=AFTER),
        migrations.CreateModel(
            name="HistoryStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
                ),
                (
                    "achievement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="competence.achievement",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="competence.historybatch",
                    ),
                ),
                (
                    "outside_record",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="competence.outsiderecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "what an import also said",
                "verbose_name_plural": "what imports also said",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(outside_record__isnull=False, achievement__isnull=True)
                        | Q(outside_record__isnull=True, achievement__isnull=False),
                        name="history_statement_is_of_one_fact",
                        violation_error_message="An import states a course or a level.",
                    ),
                ],
            },
        ),
    ]
