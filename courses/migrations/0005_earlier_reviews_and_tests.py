from courses.freezing import test_out_of
from django.db import migrations, models


def fill(apps, schema_editor):
    """Earlier requests were for the version after the latest one at the time, as the mildest kind
    of change."""
    CourseVersion = apps.get_model("courses", "CourseVersion")
    VersionReview = apps.get_model("courses", "VersionReview")
    before = CourseVersion.objects.filter(
        course=models.OuterRef("course"), published_at__lte=models.OuterRef("requested_at")
    ).order_by("-number")
    VersionReview.objects.update(builds_on=models.Subquery(before.values("pk")[:1]))
    VersionReview.objects.filter(builds_on__isnull=True).update(change="first")
    VersionReview.objects.filter(builds_on__isnull=False).update(change="editorial")


def count(apps, schema_editor):
    """How many questions the test that stands for a course really asks."""
    CourseVersion = apps.get_model("courses", "CourseVersion")
    for version in CourseVersion.objects.exclude(outline__test_out=None).iterator():
        if version.content.get("test_out"):
            version.outline["test_out"] = test_out_of(version.content)
            version.save(update_fields=["outline"])


class Migration(migrations.Migration):
    # Apart from the new columns: PostgreSQL makes no index on rows written in the same transaction.
    dependencies = [("courses", "0004_review_of_a_kind_of_change")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
