"""Receipts that staff give to complainants who sent no form; a consent that is taken back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_room_for_every_rule"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("receipt_hash", models.BinaryField(max_length=32)),
                ("issued_at", models.DateTimeField()),
                (
                    "complainant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipt", to="cases.complainant"
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField("complainant", "consent_ended_on", models.DateField(blank=True, null=True)),
        migrations.AddConstraint(
            "complainant",
            models.CheckConstraint(
                name="consent_ends_after_it_began",
                condition=models.Q(consent_ended_on=None) | models.Q(consented_on__lte=models.F("consent_ended_on")),
            ),
        ),
    ]
