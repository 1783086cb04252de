import datetime as dt
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backend.common.identifiers import random_public_id
from backend.database.grants import append_only

# Not read in the commencement provision itself: to be corrected in the table, with its source, where it is found to differ.
RULES_OF_2012 = {"regime": "2012", "from_on": dt.date(2012, 11, 22), "source": "SI 2012/1204; the day is not verified"}


def add_the_start_of_2012(apps: Any, schema_editor: Any) -> None:
    starts = apps.get_model("cases", "RegimeStart").objects.using(schema_editor.connection.alias)
    starts.create(**RULES_OF_2012)


class Migration(migrations.Migration):
    """What the authority determines and what bodies decide is added to and never changed; local policing bodies by name."""

    dependencies = [
        ("cases", "0009_stays"),
        ("areas", "0002_boundary_digest_and_attribution"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Determination",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("DUTY_TO_INVESTIGATE", "Whether it has to be investigated"),
                            ("CHIEF_OFFICER", "Whether it concerns the chief officer"),
                            ("REGIME", "The rules that it is handled by"),
                            ("RESTRICTION", "Whether it is restricted"),
                            ("LEAVE", "Leave to see it"),
                            ("SAME_HANDLER", "That it goes again to somebody who handled it before"),
                        ],
                        max_length=20,
                    ),
                ),
                ("answers", models.JSONField()),
                ("reason", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="determinations", to="cases.case"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LocalPolicingBody",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=random_public_id, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("address", models.TextField()),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                (
                    "force",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.unit"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(until_on=None), fields=["force"], name="one_body_a_force"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(until_on=None) | models.Q(until_on__gt=models.F("from_on")),
                        name="body_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegimeStart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "regime",
                    models.CharField(
                        choices=[
                            ("2004", "Regulations of 2004"),
                            ("2012", "Regulations of 2012"),
                            ("2020", "Regulations of 2020"),
                            ("2020-2025", "Regulations of 2020 as amended in 2025"),
                        ],
                        max_length=9,
                        unique=True,
                    ),
                ),
                ("from_on", models.DateField()),
                ("source", models.CharField(max_length=200)),
            ],
        ),
        migrations.AddField("complainant", "added_on", models.DateField(blank=True, null=True)),
        migrations.AddField(
            "review",
            "decision",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.bodynotice",
            ),
        ),
        migrations.RunPython(add_the_start_of_2012, migrations.RunPython.noop),
        append_only("cases_determination"),
        append_only("cases_bodynotice"),
    ]
