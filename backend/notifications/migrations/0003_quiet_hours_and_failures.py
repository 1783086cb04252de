from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A message keeps the hours in which it must not go; what is given up is told, and seen to."""

    dependencies = [("notifications", "0002_calling_off")]

    operations = [
        migrations.AddField("outgoing", "quiet_from", models.TimeField(blank=True, null=True)),
        migrations.AddField("outgoing", "quiet_until", models.TimeField(blank=True, null=True)),
        migrations.AddField("outgoing", "failure_told_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("outgoing", "failure_settled_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "outgoing",
            models.Index(name="outgoing_untold", fields=["id"], condition=Q(state="DEAD", failure_told_at=None)),
        ),
        migrations.AddIndex(
            "outgoing",
            models.Index(
                name="outgoing_unsettled", fields=["about"], condition=Q(state="DEAD", failure_settled_at=None)
            ),
        ),
        migrations.AddConstraint(
            "outgoing",
            models.CheckConstraint(
                name="outgoing_quiet_hours_begin_and_end",
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ),
    ]
