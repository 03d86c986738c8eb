import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lms.lib.fields
from lms.lib.append_only import AppendOnly, locking


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0003_on_behalf_of"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Disposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("horizon", models.DateTimeField()),
                ("reason", lms.lib.fields.GuardedCharField(max_length=300, verbose_name="reason")),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("removed", models.PositiveIntegerField(blank=True, null=True)),
                ("by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["-opened_at", "-pk"]},
        ),
        locking(
            audit_auditevent=AppendOnly(dated="at"),
            audit_disposal=AppendOnly(once=("closed_at", "removed")),
        ),
    ]
