from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("competence", "0010_facts_are_append_only"),
    ]

    operations = [
        migrations.RemoveConstraint("achievement", "rule_gives_once_for_a_record"),
        migrations.AddConstraint(
            "achievement",
            models.UniqueConstraint(
                fields=["outside_record", "rule"],
                condition=Q(
                    outside_record__isnull=False,
                    rule__isnull=False,
                    revoked_on__isnull=True,
                    withdrawn_at__isnull=True,
                ),
                name="rule_gives_once_for_a_record",
                violation_error_message="The rule has already given this.",
            ),
        ),
    ]
