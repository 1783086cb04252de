import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.common.fields
import backend.common.identifiers
from backend.database.grants import append_only


class Migration(migrations.Migration):
    """Each step of withdrawals, suspensions and special procedures; what was assessed or reviewed is never changed."""

    dependencies = [
        ("attachments", "0001_initial"),
        ("cases", "0008_allegations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="NoticeService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("served_on", models.DateField()),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("IN_PERSON", "In person"),
                            ("BY_FRIEND", "Through their police friend"),
                            ("RECORDED_DELIVERY", "Recorded delivery"),
                            ("ELECTRONIC", "Electronically"),
                        ],
                        max_length=17,
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("FULL", "Full duties"),
                            ("RESTRICTED", "Restricted duties"),
                            ("MOVED", "Moved to other duties"),
                            ("SUSPENDED", "Suspended from duty"),
                        ],
                        max_length=10,
                    ),
                ),
                ("friend", backend.common.fields.EncryptedTextField(blank=True)),
                ("welfare_contact", backend.common.fields.EncryptedTextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notice_services", to="cases.case"
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.involvement"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeverityAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("NOT_ASSESSED", "To be assessed"),
                            ("MISCONDUCT", "Misconduct"),
                            ("GROSS_MISCONDUCT", "Gross misconduct"),
                            ("NEITHER", "Neither: the special procedures have ended"),
                        ],
                        max_length=16,
                    ),
                ),
                ("assessed_on", models.DateField()),
                ("reason", models.TextField()),
                ("consulted_on", models.DateField(blank=True, null=True)),
                (
                    "assessed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "consulted",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "special",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="cases.specialprocedures",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SuspensionReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reviewed_on", models.DateField()),
                ("reason", models.TextField()),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "suspension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="cases.suspension"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WishToResume",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_on", models.DateField(blank=True, null=True)),
                (
                    "wish",
                    models.CharField(
                        blank=True,
                        choices=[("RESUME", "That it goes on"), ("END", "That it does not go on")],
                        max_length=6,
                    ),
                ),
                ("stated_on", models.DateField(blank=True, null=True)),
                (
                    "complainant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.complainant"
                    ),
                ),
                (
                    "suspension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="wishes", to="cases.suspension"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="specialprocedures",
            name="indication",
            field=models.CharField(
                choices=[
                    ("CRIME", "That they may have committed a criminal offence"),
                    ("DISCIPLINARY", "That they behaved in a way that would justify disciplinary proceedings"),
                ],
                default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="specialprocedures",
            name="reasons",
            field=models.TextField(default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="asked_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("RECORDED_DELIVERY", "Recorded delivery"),
                    ("POST", "Ordinary post"),
                    ("EMAIL", "E-mail"),
                    ("RECEIPT", "Read with the receipt"),
                    ("BY_HAND", "By hand"),
                ],
                max_length=17,
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="authority_seen_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="attachments.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="way_reason",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="suspension",
            name="state",
            field=models.CharField(
                choices=[
                    ("SUSPENDED", "Suspended"),
                    ("CONCLUDED", "Proceedings concluded: the complainant is to be asked"),
                    ("ASKED", "Proceedings concluded, complainant asked"),
                    ("DECIDING", "No wish to go on: public interest to be decided"),
                    ("RESUMED", "Resumed"),
                    ("CONDUCT_MATTER", "To be treated as a conduct matter"),
                    ("CEASED", "Part 2 ceased to apply"),
                ],
                default="SUSPENDED",
                max_length=14,
            ),
        ),
        migrations.AlterField(
            model_name="withdrawal",
            name="signed_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("COMPLAINANT", "The complainant"),
                    ("SOLICITOR", "The complainant's solicitor"),
                    ("AGENT", "Another agent whom the complainant authorised"),
                ],
                max_length=11,
            ),
        ),
        migrations.AlterField(
            model_name="withdrawal",
            name="state",
            field=models.CharField(
                choices=[
                    ("WISHED", "An unsigned wish: to be asked to confirm it"),
                    ("ASKED", "Asked to confirm an unsigned wish"),
                    ("SIGNED", "Signed"),
                    ("CONFIRMED", "Confirmed"),
                    ("SILENT", "No answer in the time allowed"),
                    ("DENIED", "Denied: it goes on"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_on", None), models.Q(("result", ""), _negated=True), _connector="XOR"),
                name="proceeding_ends_with_a_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_on", None), ("ended_on__gte", models.F("begun_on")), _connector="OR"),
                name="proceeding_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="specialprocedures",
            constraint=models.CheckConstraint(
                condition=models.Q(("accelerated_on", None), ("severity", "GROSS_MISCONDUCT"), _connector="OR"),
                name="accelerated_is_gross",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["SUSPENDED", "CONCLUDED", "ASKED", "DECIDING"])),
                fields=("case", "allegation"),
                name="one_open_suspension_a_part",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ASKED"), _negated=True), ("asked_on__isnull", False), _connector="OR"
                ),
                name="asked_to_resume_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["SUSPENDED", "CONCLUDED", "ASKED", "DECIDING"]),
                    ("ended_on__isnull", False),
                    _connector="XOR",
                ),
                name="stay_ends_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("asked_by__in", ["", "RECORDED_DELIVERY"]),
                    models.Q(("way_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="other_way_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "SILENT"), _negated=True), ("asked_on__isnull", False), _connector="OR"
                ),
                name="silent_was_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "DENIED"), _negated=True),
                fields=("complainant", "allegation"),
                name="one_withdrawal_a_part",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="severityassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity", "NOT_ASSESSED"), _negated=True), name="an_assessment_assesses"
            ),
        ),
        migrations.AddConstraint(
            model_name="severityassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("consulted", None), ("consulted_on", None)),
                    models.Q(("consulted__isnull", False), ("consulted_on__isnull", False)),
                    _connector="OR",
                ),
                name="consulted_says_whom_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="wishtoresume",
            constraint=models.UniqueConstraint(fields=("suspension", "complainant"), name="one_wish_a_complainant"),
        ),
        migrations.AddConstraint(
            model_name="wishtoresume",
            constraint=models.CheckConstraint(
                condition=models.Q(("wish", ""), ("stated_on__isnull", False), _connector="XOR"), name="wish_says_when"
            ),
        ),
        append_only("cases_severityassessment"),
        append_only("cases_suspensionreview"),
    ]
