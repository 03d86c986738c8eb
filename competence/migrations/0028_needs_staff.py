import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lms.lib.append_only import AppendOnly, locking


class Migration(migrations.Migration):

    dependencies = [
        ('competence', '0027_coverage_goals'),
        ('framework', '0001_initial'),
        ('people', '0004_reach'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StaffCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked', models.PositiveIntegerField(verbose_name='asked')),
                ('told', models.CharField(choices=[('few', 'few'), ('number', 'the number'), ('most', 'all or nearly all')], max_length=10, verbose_name='told')),
                ('answered', models.PositiveIntegerField(blank=True, null=True, verbose_name='answered')),
                ('threshold', models.PositiveIntegerField()),
                ('counted_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'count of what the staff need',
                'verbose_name_plural': 'counts of what the staff need',
            },
        ),
        migrations.CreateModel(
            name='StaffCountArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('told', models.CharField(choices=[('few', 'few'), ('number', 'the number'), ('most', 'all or nearly all')], max_length=10, verbose_name='told')),
                ('more', models.PositiveIntegerField(blank=True, null=True, verbose_name='need more')),
            ],
            options={
                'ordering': ['area__sort_order', 'area__code'],
            },
        ),
        migrations.CreateModel(
            name='StaffWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('said', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'verbose_name': 'what one of the staff needs',
                'verbose_name_plural': 'what the staff need',
            },
        ),
        migrations.AddField(
            model_name='needsround',
            name='staff_until',
            field=models.DateField(blank=True, null=True, verbose_name='last day for the staff'),
        ),
        migrations.AddConstraint(
            model_name='needsround',
            constraint=models.CheckConstraint(condition=models.Q(('staff_until__isnull', True), ('staff_until__gte', models.F('starts_on')), _connector='OR'), name='needs_round_asks_the_staff_after_it_starts', violation_error_message='The last day for the staff is before the first day.'),
        ),
        migrations.AddField(
            model_name='staffcount',
            name='form',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='staff_count', to='competence.needsform'),
        ),
        migrations.AddField(
            model_name='staffcountarea',
            name='area',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='framework.competencearea'),
        ),
        migrations.AddField(
            model_name='staffcountarea',
            name='count',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='competence.staffcount'),
        ),
        migrations.AddField(
            model_name='staffwish',
            name='form',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff_wishes', to='competence.needsform'),
        ),
        migrations.AddField(
            model_name='staffwish',
            name='needs_round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='competence.needsround'),
        ),
        migrations.AddField(
            model_name='staffwish',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff_wishes', to='people.person'),
        ),
        migrations.AddConstraint(
            model_name='staffcount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered__isnull', False), ('told', 'number')), models.Q(models.Q(('told', 'number'), _negated=True), ('answered__isnull', True)), _connector='OR'), name='a_staff_count_has_its_number_where_it_is_told', violation_error_message='A number is kept where it is told, and nowhere else.'),
        ),
        migrations.AddConstraint(
            model_name='staffcountarea',
            constraint=models.UniqueConstraint(fields=('count', 'area'), name='a_staff_count_holds_an_area_once', violation_error_message='The area is already counted.'),
        ),
        migrations.AddConstraint(
            model_name='staffcountarea',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('more__isnull', False), ('told', 'number')), models.Q(models.Q(('told', 'number'), _negated=True), ('more__isnull', True)), _connector='OR'), name='an_area_has_its_number_where_it_is_told', violation_error_message='A number is kept where it is told, and nowhere else.'),
        ),
        migrations.AddConstraint(
            model_name='staffwish',
            constraint=models.UniqueConstraint(fields=('needs_round', 'person'), name='a_round_asks_a_person_once', violation_error_message='The round already asks this person.'),
        ),
        # The rounds locked again: on SQLite the lock names the columns.
        locking(
            competence_needsround=AppendOnly(free=("ends_on",), once=("closed_at",)),
            competence_staffcount=AppendOnly(),
            competence_staffcountarea=AppendOnly(),
        ),
    ]
