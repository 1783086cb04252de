"""Each complainant has a right to a review: what one applies for during another's waits until that has ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0047_who_joined")]

    operations = [
        migrations.AddField(
            model_name="review",
            name="waits",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RemoveConstraint(model_name="review", name="one_open_review_a_case"),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["APPLIED", "AWAITING_RESPONSE"]), ("waits", False)),
                fields=("case",),
                name="one_open_review_a_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("waits", False), ("state__in", ["APPLIED", "INVALID", "WITHDRAWN", "SUPERSEDED"]), _connector="OR"
                ),
                name="nothing_is_examined_while_it_waits",
            ),
        ),
    ]
