from django.db import migrations, models


def fill(apps, schema_editor):
    """A course completed without any lesson has no score, and a test that stood for a course is
    among what was finished, so that both say the same wherever they are read."""
    Attempt = apps.get_model("courses", "Attempt")
    Completion = apps.get_model("courses", "Completion")
    LessonCompletion = apps.get_model("courses", "LessonCompletion")
    passed = (
        Attempt.objects.filter(lesson_key="test-out", passed=True)
        .order_by("enrolment", "-score", "submitted_at")
        .values_list("enrolment", "score", "submitted_at")
    )
    best = {}
    for enrolment, score, at in passed:
        best.setdefault(enrolment, (score, at))
    LessonCompletion.objects.bulk_create(
        LessonCompletion(enrolment_id=pk, lesson_key="test-out", score=score, completed_at=at)
        for pk, (score, at) in best.items()
    )
    something = LessonCompletion.objects.filter(enrolment=models.OuterRef("enrolment"))
    Completion.objects.filter(~models.Exists(something)).update(score=None)


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_earlier_reviews_and_tests")]

    operations = [
        migrations.AlterField(
            model_name="completion",
            name="score",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="score, percent"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
