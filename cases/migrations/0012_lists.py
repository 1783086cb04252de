import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import backend.common.identifiers


def first_day(name, field):
    """The cases that owe something, by the first day of one kind of duty."""
    return migrations.AddIndex(
        model_name="case",
        index=models.Index(
            name=name,
            fields=["force", field, "id"],
            condition=models.Q(**{"origin": "LIVE", f"{field}__isnull": False}),
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_correspondence"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField("case", "legal_due_on", models.DateField(blank=True, null=True)),
        migrations.AddField("case", "target_due_on", models.DateField(blank=True, null=True)),
        migrations.AddField("case", "others_due_on", models.DateField(blank=True, null=True)),
        first_day("case_owed_by_law", "legal_due_on"),
        first_day("case_owed_by_target", "target_due_on"),
        first_day("case_owed_by_others", "others_due_on"),
        migrations.AddIndex(
            model_name="allegation",
            index=models.Index(
                name="allegation_by_code",
                fields=["code", "case"],
                condition=models.Q(("code__isnull", False), ("moved_to", None)),
            ),
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("name", models.CharField(max_length=80)),
                ("filters", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("owner"),
                        django.db.models.functions.text.Lower("name"),
                        name="one_view_a_name",
                    )
                ],
            },
        ),
    ]
