import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.common.blind_indexes
import backend.common.fields
import backend.common.identifiers
from backend.database.grants import append_only


def know_again(apps, schema_editor):
    """Those who complained before this was kept are known again too."""
    own = schema_editor.connection.alias
    complainants = apps.get_model("cases", "Complainant").objects.using(own).exclude(email="", telephone="")
    for complainant in complainants.iterator():
        complainant.save(using=own, update_fields=["email_index", "telephone_index"])


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("trail", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ContactAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("TELEPHONE", "By telephone"),
                            ("TEXT", "By text message"),
                            ("EMAIL", "By e-mail"),
                            ("LETTER", "By letter"),
                            ("VISIT", "By a visit"),
                            ("COUNTER", "At the counter"),
                        ],
                        max_length=9,
                    ),
                ),
                ("tried_at", models.DateTimeField()),
                ("reached", models.BooleanField()),
                ("views", models.TextField(blank=True)),
                ("wishes_recording", models.BooleanField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                ("logged_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ContactPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("email", backend.common.fields.EncryptedTextField(blank=True)),
                ("telephone", backend.common.fields.EncryptedTextField(blank=True)),
                (
                    "email_index",
                    backend.common.blind_indexes.BlindIndexField(
                        blank=True, db_default="", editable=False, max_length=64, of="email"
                    ),
                ),
                (
                    "telephone_index",
                    backend.common.blind_indexes.BlindIndexField(
                        blank=True, db_default="", editable=False, max_length=64, of="telephone"
                    ),
                ),
                ("text", backend.common.fields.EncryptedTextField()),
                ("made_on", models.DateField()),
                ("review_on", models.DateField()),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                ("ended_on", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKED", "Asked"),
                            ("SUBMITTED", "Submitted"),
                            ("SENT_BACK", "Sent back"),
                            ("ACCEPTED", "Accepted"),
                            ("CANCELLED", "Cancelled"),
                        ],
                        default="ASKED",
                        max_length=9,
                    ),
                ),
                ("question", models.TextField()),
                ("asked_on", models.DateField()),
                ("due_on", models.DateField()),
                ("settled_on", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ContributionEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("ASKED", "Asked"),
                            ("SUBMITTED", "Submitted"),
                            ("SENT_BACK", "Sent back"),
                            ("ACCEPTED", "Accepted"),
                            ("CANCELLED", "Cancelled"),
                        ],
                        max_length=9,
                    ),
                ),
                ("written_at", models.DateTimeField()),
                ("text", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="EditingHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Intake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("TELEPHONE", "By telephone"),
                            ("LETTER", "By letter"),
                            ("EMAIL", "By e-mail"),
                            ("COUNTER", "At a counter"),
                            ("IN_PERSON", "To an officer"),
                            ("LPB", "Through the local policing body"),
                            ("IOPC", "Through the IOPC"),
                            ("TRANSFER", "Transferred by another authority"),
                        ],
                        max_length=9,
                    ),
                ),
                ("received_by", models.CharField(max_length=160)),
                ("transferred_from", models.CharField(blank=True, max_length=160)),
                ("their_reference", models.CharField(blank=True, max_length=80)),
                ("entered_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OfficerLookup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("made_at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("shown", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Preservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BODY_WORN_VIDEO", "Body-worn video"),
                            ("CUSTODY_FOOTAGE", "Custody footage"),
                            ("CCTV", "CCTV"),
                            ("CALL_RECORDING", "Recording of a call"),
                            ("DATA", "Data of a system"),
                            ("OTHER", "Something else"),
                        ],
                        max_length=15,
                    ),
                ),
                ("what", models.TextField()),
                ("where", models.TextField(blank=True)),
                ("captured_on", models.DateField()),
                ("expires_on", models.DateField()),
                ("preserved_on", models.DateField(blank=True, null=True)),
                ("lost_on", models.DateField(blank=True, null=True)),
                ("lost_reason", models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name="complainant",
            name="email_index",
            field=backend.common.blind_indexes.BlindIndexField(
                blank=True, db_default="", editable=False, max_length=64, of="email"
            ),
        ),
        migrations.AddField(
            model_name="complainant",
            name="telephone_index",
            field=backend.common.blind_indexes.BlindIndexField(
                blank=True, db_default="", editable=False, max_length=64, of="telephone"
            ),
        ),
        migrations.AddIndex(
            model_name="complainant",
            index=models.Index(
                condition=models.Q(("email_index", ""), _negated=True),
                fields=["email_index"],
                name="complainant_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="complainant",
            index=models.Index(
                condition=models.Q(("telephone_index", ""), _negated=True),
                fields=["telephone_index"],
                name="complainant_by_telephone",
            ),
        ),
        migrations.AddField(
            model_name="caseversion",
            name="case",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="contact_attempts", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="complainant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="contact_attempts", to="cases.complainant"
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="logged_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contactplan",
            name="force",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.unit"),
        ),
        migrations.AddField(
            model_name="contactplan",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contactplan",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="contributions", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="files",
            field=models.ManyToManyField(blank=True, related_name="+", to="attachments.storedfile"),
        ),
        migrations.AddField(
            model_name="contribution",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="unit",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.unit"),
        ),
        migrations.AddField(
            model_name="contributionentry",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="contributionentry",
            name="contribution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="cases.contribution"
            ),
        ),
        migrations.AddField(
            model_name="editinghold",
            name="case",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"),
        ),
        migrations.AddField(
            model_name="editinghold",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="intake", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="entered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="officerlookup",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="officerlookup",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
            ),
        ),
        migrations.AddField(
            model_name="preservation",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="preservations", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="preservation",
            name="logged_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="caseversion",
            constraint=models.UniqueConstraint(fields=("case", "version"), name="one_mark_a_version"),
        ),
        migrations.AddConstraint(
            model_name="contactattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reached", True), models.Q(("views", ""), ("wishes_recording", None)), _connector="OR"
                ),
                name="views_of_somebody_reached",
            ),
        ),
        migrations.AddIndex(
            model_name="contactplan",
            index=models.Index(
                condition=models.Q(("email_index", ""), _negated=True),
                fields=["email_index"],
                name="contact_plan_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="contactplan",
            index=models.Index(
                condition=models.Q(("telephone_index", ""), _negated=True),
                fields=["telephone_index"],
                name="contact_plan_by_telephone",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("email_index", ""), ("telephone_index", ""), _negated=True),
                name="contact_plan_of_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(fields=["unit", "due_on", "id"], name="contribution_of_unit"),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_on__isnull", False), ("state__in", ["ACCEPTED", "CANCELLED"])),
                    models.Q(("settled_on", None), ("state__in", ["ASKED", "SUBMITTED", "SENT_BACK"])),
                    _connector="OR",
                ),
                name="contribution_settled_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("asked_on"))), name="contribution_due_after_asked"
            ),
        ),
        migrations.AddConstraint(
            model_name="editinghold",
            constraint=models.UniqueConstraint(fields=("case", "user"), name="one_hold_an_editor"),
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "TRANSFER"), _negated=True),
                    models.Q(("transferred_from", ""), _negated=True),
                    _connector="OR",
                ),
                name="transfer_says_from_whom",
            ),
        ),
        migrations.AddIndex(
            model_name="preservation",
            index=models.Index(
                condition=models.Q(("lost_on", None), ("preserved_on", None)),
                fields=["expires_on", "id"],
                name="preservation_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="preservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("preserved_on", None), ("lost_on", None), _connector="OR"), name="preserved_or_lost"
            ),
        ),
        migrations.AddConstraint(
            model_name="preservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lost_on", None), ("lost_reason", "")),
                    models.Q(("lost_on__isnull", False), models.Q(("lost_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="lost_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="preservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_on__gte", models.F("captured_on"))), name="expires_after_captured"
            ),
        ),
        migrations.RunPython(know_again, migrations.RunPython.noop),
        append_only("cases_contributionentry"),
        append_only("cases_contactattempt"),
        append_only("cases_caseversion"),
        append_only("cases_intake"),
        append_only("cases_officerlookup"),
    ]
