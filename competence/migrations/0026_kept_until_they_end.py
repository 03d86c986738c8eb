import django.db.models.deletion
import lms.lib.fields
from django.conf import settings
from django.db import migrations, models

from lms.lib.append_only import AppendOnly, locking
from lms.lib.kept import AppendOnlyUntil, KeptOnce, RewordedBy

OF_CONSULTATION = ("consultation_id", "competence_consultation")
PLANS = {
    "kompetensplan": ("PlanVersion", "PlanStep"),
    "utbildningsplan": ("TrainingPlanVersion", "TrainingPlanStep"),
}


def end_what_is_decided(apps, schema_editor):
    """A consultation whose version, or what that was continued as, is decided ended with the
    decision."""
    for each in apps.get_model("competence", "Consultation").objects.all():
        version_name, step_name = PLANS[each.document]
        versions = apps.get_model("competence", version_name).objects
        steps = apps.get_model("competence", step_name).objects
        way = list(versions.filter(number=each.number))
        for version in way:
            way.extend(versions.filter(continues=version))
        decided = [version for version in way if version.status == "adopted"]
        if decided:
            step = steps.filter(version=decided[0], to_status="adopted").order_by("pk").first()
            each.ended_at = step.created_at if step else decided[0].created_at
            each.save(update_fields=["ended_at"])


class Migration(migrations.Migration):

    dependencies = [
        ('competence', '0025_locks_know_unique_columns'),
        ('framework', '0002_locks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GoverningReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, verbose_name='code')),
                ('file_name', lms.lib.fields.GuardedCharField(max_length=255, verbose_name='file')),
                ('checksum', models.CharField(max_length=64, verbose_name='checksum')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'reading of a governing document',
                'verbose_name_plural': 'readings of governing documents',
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='consultation',
            name='end_reason',
            field=lms.lib.fields.GuardedTextField(blank=True, default='', verbose_name='why it is closed'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='consultation',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', False), models.Q(('end_reason', ''), ('ended_by__isnull', True)), _connector='OR'), name='consultation_says_why_only_where_it_has_ended', violation_error_message='The consultation has not ended.'),
        ),
        migrations.AddField(
            model_name='governingreading',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='governingdocument',
            name='read_in',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='competence.governingreading'),
        ),
        migrations.AddField(
            model_name='passage',
            name='read_in',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='competence.governingreading'),
        ),
        locking(
            competence_consultation=AppendOnlyUntil(
                free=("closes_on",), once=("ended_at", "ended_by_id", "end_reason")
            ),
            competence_consultationparty=AppendOnlyUntil(paths=((OF_CONSULTATION,),)),
            competence_consultationcomment=AppendOnlyUntil(
                once=("withdrawn_at",), paths=((OF_CONSULTATION,),)
            ),
            competence_writtenopinion=AppendOnlyUntil(
                once=("withdrawn_at",), paths=((OF_CONSULTATION,),)
            ),
            competence_consultationanswer=AppendOnlyUntil(
                paths=(
                    (("comment_id", "competence_consultationcomment"), OF_CONSULTATION),
                    (("opinion_id", "competence_writtenopinion"), OF_CONSULTATION),
                )
            ),
            competence_keygroup=AppendOnly(free=("name", "description")),
            competence_trainingactivity=AppendOnly(),
            competence_standingprogramme=AppendOnly(),
            competence_programmetopic=AppendOnly(free=("ends_on",)),
            competence_programmemember=AppendOnly(free=("ends_on",)),
            competence_programmeturn=KeptOnce(column="held_on"),
            competence_governingreading=AppendOnly(),
            competence_governingdocument=RewordedBy(
                words=(
                    *("title", "decided_by", "decided_on", "version", "owner_function"),
                    *("registry_number", "plan_period", "supersedes_id"),
                ),
                reading="read_in_id",
            ),
            competence_passage=RewordedBy(
                free=("owner_function", "owner_unit_id", "editorial_note"),
                words=("number", "title", "section", "kind", "words", "sort_order"),
                reading="read_in_id",
            ),
        ),
        migrations.RunPython(end_what_is_decided, migrations.RunPython.noop),
    ]
