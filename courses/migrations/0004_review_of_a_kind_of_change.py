import django.db.models.deletion
import lms.lib.fields
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
    dependencies = [("courses", "0003_courses_live")]

    operations = [
        migrations.AddField(
            model_name="versionreview",
            name="builds_on",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="courses.courseversion",
            ),
        ),
        migrations.AddField(
            model_name="versionreview",
            name="change",
            field=models.CharField(
                blank=True,
                choices=[
                    ("first", "first version"),
                    ("editorial", "editorial"),
                    ("material", "material"),
                    ("retake", "to be taken again"),
                ],
                max_length=20,
                verbose_name="kind of change",
            ),
        ),
        migrations.AddField(
            model_name="versionreview",
            name="note",
            field=lms.lib.fields.GuardedTextField(
                blank=True, max_length=500, verbose_name="what has changed"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
