from django.db import migrations

from lms.lib.append_only import AppendOnly, locking


class Migration(migrations.Migration):

    dependencies = [
        ("courses", "0006_score_of_what_was_done"),
        ("audit", "0004_append_only"),
    ]

    operations = [
        locking(
            courses_completion=AppendOnly(free=("person_id",), once=("revoked_on",)),
            courses_certificate=AppendOnly(
                free=("person_id",), once=("revoked_on", "revoked_reason", "superseded_by_id")
            ),
            courses_confirmation=AppendOnly(),
            courses_signoff=AppendOnly(),
        ),
    ]
