from django.db import migrations

from lms.lib.append_only import AppendOnly, locking


class Migration(migrations.Migration):
    """Where a row could be replaced by another with the same unique columns (SQLite)."""

    dependencies = [
        ("competence", "0024_lineage"),
    ]

    operations = [
        locking(
            competence_acceptedsessions=AppendOnly(),
            competence_achievement=AppendOnly(
                free=("person_id",), once=("revoked_on", "revoked_with_rule", "withdrawn_at")
            ),
            competence_consultation=AppendOnly(free=("closes_on",)),
            competence_consultationparty=AppendOnly(),
            competence_equivalencerule=AppendOnly(
                free=("outside_course_id",), once=("withdrawn_on",)
            ),
            competence_exemption=AppendOnly(free=("person_id", "ends_on", "withdrawn_at")),
            competence_followupreport=AppendOnly(
                once=(
                    "document",
                    "checksum",
                    "signed_off_at",
                    "signed_off_by_id",
                    "released_at",
                    "released_by_id",
                    "discarded_at",
                    "discarded_by_id",
                )
            ),
            competence_keypersonassignment=AppendOnly(
                free=("person_id", "ends_on", "withdrawn_at", "deputy_id")
            ),
            competence_namingreview=AppendOnly(),
            competence_needsanswer=AppendOnly(
                free=("in_place_of_id",),
                once=("taken_back_at", "taken_back_by_id", "confirmed_at", "confirmed_by_id"),
            ),
            competence_needsform=AppendOnly(),
            competence_needsproposal=AppendOnly(),
            competence_outsiderecord=AppendOnly(
                free=("person_id", "outside_course_id"), once=("withdrawn_at",)
            ),
            competence_passagelink=AppendOnly(once=("ended_on", "ended_by_id", "end_reason")),
            competence_proposalsource=AppendOnly(),
            competence_reportschedule=AppendOnly(once=("ended_on",)),
            competence_reportsending=AppendOnly(once=("opened_at",)),
            competence_shownconsequences=AppendOnly(),
            competence_weekseats=AppendOnly(),
            competence_wishedlevel=AppendOnly(),
        ),
    ]
