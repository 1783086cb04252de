from django.db import migrations, models
from django.db.models import Q

STATES = [
    ("PENDING", "Waiting to be sent"),
    ("CLAIMED", "A worker is sending it"),
    ("SENT", "Accepted by the mail server"),
    ("DEAD", "Given up"),
    ("CALLED_OFF", "Not to be sent any more"),
]


class Migration(migrations.Migration):
    """A message that nobody should get any more is found, and not sent."""

    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField("outgoing", "about", models.CharField(blank=True, max_length=40, db_default="")),
        migrations.AddField("outgoing", "addressee", models.CharField(blank=True, max_length=40, db_default="")),
        migrations.AddField("outgoing", "called_off", models.CharField(blank=True, max_length=300, db_default="")),
        migrations.AlterField("outgoing", "state", models.CharField(choices=STATES, default="PENDING", max_length=10)),
        migrations.AddConstraint(
            "outgoing",
            models.CheckConstraint(name="called_off_says_why", condition=~Q(state="CALLED_OFF") | ~Q(called_off="")),
        ),
    ]
