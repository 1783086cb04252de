import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backend.common.identifiers import random_public_id
from backend.database.grants import append_only


class Migration(migrations.Migration):
    """How a force is reached by who gets its letters, as their head has it from a day on."""

    dependencies = [
        ("areas", "0002_boundary_digest_and_attribution"),
        ("cases", "0052_letters_of_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=random_public_id, editable=False, unique=True)),
                ("address", models.TextField()),
                ("telephone", models.CharField(max_length=60)),
                ("web", models.CharField(max_length=200)),
                ("from_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                (
                    "force",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.unit"),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        append_only("cases_letterhead"),
    ]
