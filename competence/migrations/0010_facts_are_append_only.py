from django.db import migrations

from lms.lib.append_only import AppendOnly, locking


class Migration(migrations.Migration):

    dependencies = [
        ("competence", "0006_coverage_target"),
        ("audit", "0004_append_only"),
    ]

    operations = [
        locking(
            competence_achievement=AppendOnly(
                free=("person_id",), once=("revoked_on", "withdrawn_at")
            ),
            competence_exemption=AppendOnly(free=("person_id", "ends_on", "withdrawn_at")),
            competence_keypersonassignment=AppendOnly(
                free=("person_id", "ends_on", "withdrawn_at")
            ),
            competence_renewalorder=AppendOnly(),
            competence_outsiderecord=AppendOnly(
                free=("person_id", "outside_course_id"), once=("withdrawn_at",)
            ),
            competence_equivalencerule=AppendOnly(
                free=("outside_course_id",), once=("withdrawn_on",)
            ),
        ),
    ]
