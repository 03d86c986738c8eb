from django.db import migrations

from lms.lib.append_only import AppendOnly, locking


class Migration(migrations.Migration):
    """Where a row could be replaced by another with the same unique columns (SQLite)."""

    dependencies = [
        ("courses", "0011_seat_quotas"),
    ]

    operations = [
        locking(
            courses_certificate=AppendOnly(
                free=("person_id",), once=("revoked_on", "revoked_reason", "superseded_by_id")
            ),
            courses_completion=AppendOnly(free=("person_id",), once=("revoked_on",)),
            courses_confirmation=AppendOnly(),
            courses_signoff=AppendOnly(),
        ),
    ]
