import django.db.models.deletion
import lms.lib.fields
from django.db import migrations, models


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
    ]
