import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import competence.models.recognition
import lms.lib.files


class Migration(migrations.Migration):

    dependencies = [
        ("competence", "0010_facts_are_append_only"),
    ]

    operations = [
        migrations.RemoveConstraint("achievement", "rule_gives_once_for_a_record"),
        migrations.AddConstraint(
            "achievement",
            models.UniqueConstraint(
                fields=["outside_record", "rule"],
                condition=Q(
                    outside_record__isnull=False,
                    rule__isnull=False,
                    revoked_on__isnull=True,
                    withdrawn_at__isnull=True,
                ),
                name="rule_gives_once_for_a_record",
                violation_error_message="The rule has already given this.",
            ),
        ),
        migrations.CreateModel(
            name="ProofFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "file",
                    models.FileField(
                        storage=lms.lib.files.private_storage,
                        upload_to=competence.models.recognition.random_name,
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="file name")),
                (
                    "recognition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="further_proofs",
                        to="competence.recognition",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a report",
                "verbose_name_plural": "files of reports",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("recognition", "number"),
                        name="proof_file_has_a_number_of_its_own",
                        violation_error_message="The report has a file with this number.",
                    ),
                    models.CheckConstraint(
                        condition=Q(number__range=(2, 5)),
                        name="claim_has_five_files_at_most",
                        violation_error_message="Five files at most can be sent.",
                    ),
                ],
            },
        ),
    ]
