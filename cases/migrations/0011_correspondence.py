"""Letters by template, the two-way thread, and how each complainant wishes to be written to."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.common.fields
import backend.common.identifiers
from backend.database.grants import append_only

HEADING = "Your reference {reference}"
HEADING_FOR_BODIES = "Our reference {reference}"
FROM = dt.date(2020, 2, 1)  # as the regulations of 2020
TEXTS = Path(__file__).resolve().parent.parent / "letters" / "first_versions.toml"


def write_first_versions(apps: Any, schema_editor: Any) -> None:
    templates = apps.get_model("cases", "LetterTemplate").objects.using(schema_editor.connection.alias)
    for kind, audiences in tomllib.loads(TEXTS.read_text()).items():
        for audience, letter in audiences.items():
            templates.create(
                kind=kind,
                audience=audience,
                version=1,
                heading=HEADING_FOR_BODIES if audience == "BODY" else HEADING,
                body=letter["body"].strip(),
                from_on=FROM,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("attachments", "0001_initial"),
        ("cases", "0010_reviews_and_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("kind", models.CharField(max_length=30)),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("COMPLAINANT", "Complainant"),
                            ("SUBJECT", "Person complained about"),
                            ("BODY", "Local policing body or IOPC"),
                        ],
                        max_length=11,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("heading", models.CharField(max_length=120)),
                ("body", models.TextField()),
                ("from_on", models.DateField()),
                ("made_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="MessageFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.CreateModel(
            name="MessageRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="complainant",
            name="consent_document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="attachments.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="complainant",
            name="consent_given_by",
            field=backend.common.fields.EncryptedTextField(blank=True),
        ),
        migrations.AddField(
            model_name="complainant",
            name="consent_how",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="complainant",
            name="consented_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="complainant",
            name="contact_by",
            field=models.CharField(
                choices=[
                    ("TRACKING", "With the receipt, on the tracking page"),
                    ("EMAIL", "By e-mail"),
                    ("TELEPHONE", "By telephone"),
                    ("POST", "By post"),
                ],
                default="TRACKING",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="complainant",
            name="never_by_post",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="complainant",
            name="quiet_from",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="complainant",
            name="quiet_until",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="complainant",
            name="safe_address",
            field=backend.common.fields.EncryptedTextField(blank=True),
        ),
        migrations.AddField(
            model_name="complainant",
            name="text_by_email",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="message",
            name="addressed_to",
            field=backend.common.fields.EncryptedTextField(blank=True),
        ),
        migrations.AddField(
            model_name="message",
            name="complainant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.complainant",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="delivery",
            field=models.CharField(
                choices=[
                    ("TRACKING", "With the receipt, announced by a mail that says nothing"),
                    ("EMAIL", "The text itself, by e-mail"),
                    ("POST", "By post"),
                    ("RECORDED_DELIVERY", "By recorded delivery"),
                    ("HAND", "By hand"),
                    ("SECURE", "By staff, over a secure channel"),
                ],
                default="TRACKING",
                max_length=17,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="delivery_reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="message",
            name="direction",
            field=models.CharField(
                choices=[("OUT", "From the force"), ("IN", "To the force")], default="OUT", max_length=3
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="heading",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="message",
            name="party",
            field=models.CharField(
                choices=[
                    ("COMPLAINANT", "Complainant"),
                    ("SUBJECT", "Person complained about"),
                    ("LPB", "Local policing body"),
                    ("IOPC", "IOPC"),
                ],
                default="COMPLAINANT",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="subject",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.involvement",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="wish",
            field=models.CharField(
                blank=True, choices=[("WITHDRAW", "To withdraw it"), ("RECORD", "To have it recorded")], max_length=8
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="reviewed_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="withheld_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="message",
            name="about",
            field=models.CharField(
                choices=[
                    ("PROGRESS", "How it is going"),
                    ("OUTCOME", "The outcome"),
                    ("ANSWER", "The answer"),
                    ("OFFER", "An offer to record it"),
                    ("NOTICE", "A notice"),
                    ("REPLY", "An answer to what was written"),
                    ("ACKNOWLEDGEMENT", "An acknowledgement"),
                    ("WRITTEN", "Written to us"),
                ],
                max_length=15,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="complainant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from", None), ("quiet_until", None)),
                    models.Q(
                        ("quiet_from__isnull", False),
                        ("quiet_until__isnull", False),
                        models.Q(("quiet_from", models.F("quiet_until")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="quiet_hours_begin_and_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="complainant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consented_on", None),
                    models.Q(("consent_how", ""), _negated=True),
                    ("consent_document__isnull", False),
                    _connector="OR",
                ),
                name="consent_says_how",
            ),
        ),
        migrations.AddField(
            model_name="lettertemplate",
            name="force",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.unit"
            ),
        ),
        migrations.AddField(
            model_name="lettertemplate",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="template",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.lettertemplate",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("author__isnull", False), ("direction", "OUT")),
                    models.Q(("author", None), ("direction", "IN"), ("party", "COMPLAINANT")),
                    _connector="OR",
                ),
                name="staff_write_what_goes_out",
            ),
        ),
        migrations.AddField(
            model_name="messagefile",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="attachments.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="messagefile",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="cases.message"
            ),
        ),
        migrations.AddField(
            model_name="messageread",
            name="message",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="read", to="cases.message"
            ),
        ),
        migrations.AddField(
            model_name="messageread",
            name="read_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertemplate",
            constraint=models.UniqueConstraint(
                fields=("kind", "audience", "force", "version"), name="one_letter_a_version", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("heading", ""), _negated=True), models.Q(("body", ""), _negated=True)),
                name="letter_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagefile",
            constraint=models.UniqueConstraint(fields=("message", "file"), name="one_file_a_message"),
        ),
        migrations.RunPython(write_first_versions, migrations.RunPython.noop),
        append_only("cases_lettertemplate"),
        append_only("cases_messagefile"),
        append_only("cases_messageread"),
    ]
