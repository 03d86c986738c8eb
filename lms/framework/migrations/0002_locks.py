from django.db import migrations

from lms.lib.append_only import AppendOnly, locking


class Migration(migrations.Migration):
    """What decided plans are said in: areas and levels are renamed, and nothing more."""

    dependencies = [
        ("framework", "0001_initial"),
        # The disposals that the function of the lock may ask about.
        ("audit", "__first__"),
    ]

    operations = [
        locking(
            framework_competencearea=AppendOnly(
                free=("name", "short_name", "description", "sort_order")
            ),
            framework_traininglevel=AppendOnly(free=("name", "description")),
        ),
    ]
