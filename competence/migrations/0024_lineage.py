import django.db.models.deletion
from django.db import migrations, models

from lms.lib.append_only import locking
from lms.lib.frozen import Freezing


class Migration(migrations.Migration):

    dependencies = [
        ('competence', '0023_followup'),
    ]

    operations = [
        migrations.AddField(
            model_name='planversion',
            name='follows',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='competence.planversion'),
        ),
        # Locked again: on SQLite the lock names the columns.
        locking(
            competence_planversion=Freezing(
                onward=(
                    "consultation>preparation",
                    "consultation>adopted",
                    "preparation>adopted",
                ),
                arrives="adopted",
                on_arrival=("in_force_from", "adopted_on", "adopted_by"),
                once=(
                    *("registry_number", "closed_at", "repealed_on", "repeal_decided_on"),
                    *("repealed_by", "repeal_registry_number", "repeal_reason"),
                ),
                unique=("number",),
            ),
        ),
    ]
