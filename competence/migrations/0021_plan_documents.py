import lms.lib.fields
import django.db.models.deletion
from django.db import migrations, models

from lms.lib.append_only import AppendOnly, locking
from lms.lib.frozen import FrozenWith


class Migration(migrations.Migration):

    dependencies = [
        ('competence', '0020_seats'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('number', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('checksum', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'kept document',
                'verbose_name_plural': 'kept documents',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['kind', 'number'], name='kept_document_of_version')],
            },
        ),
        migrations.CreateModel(
            name='PlanChapter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(choices=[('bakgrund', 'Background and assignment'), ('behov', 'Needs'), ('nyckelgrupper', 'Key groups, areas and levels'), ('grund', 'Basic training for the first line'), ('fordjupning', 'In-depth training with others'), ('fornyelse', 'Introduction and renewal'), ('ansvar', 'Responsibility and resources'), ('uppfoljning', 'Follow-up, measures and targets'), ('kommunikation', 'Communication and arena'), ('kallor', 'Sources'), ('dokumentansvarig', 'Function responsible for the document'), ('foljs_upp', 'Followed up by, and when')], max_length=20, verbose_name='chapter')),
                ('text', lms.lib.fields.GuardedTextField(max_length=8000, verbose_name='text')),
                ('plan_version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chapters', to='competence.planversion')),
            ],
            options={
                'verbose_name': 'chapter of a plan',
                'verbose_name_plural': 'chapters of plans',
                'constraints': [models.UniqueConstraint(fields=('plan_version', 'key'), name='chapter_is_once_in_a_version', violation_error_message='The version has this chapter already.')],
            },
        ),
        locking(
            competence_keptdocument=AppendOnly(),
            competence_planchapter=FrozenWith(
                path=(("plan_version_id", "competence_planversion"),)
            ),
        ),
    ]
