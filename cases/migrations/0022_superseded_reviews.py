"""A review that was under way when its outcome was taken back has ended, on a day and by a move."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_who_is_told")]

    operations = [
        migrations.AddField(
            model_name="review",
            name="superseded_by",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="review",
            name="superseded_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="review",
            name="state",
            field=models.CharField(
                choices=[
                    ("APPLIED", "Applied for"),
                    ("INVALID", "Not valid"),
                    ("WITHDRAWN", "Withdrawn"),
                    ("NOT_UPHELD", "Not upheld"),
                    ("AWAITING_RESPONSE", "Recommendation to be answered"),
                    ("ACCEPTED", "Recommendation accepted"),
                    ("REFUSED", "Recommendation not accepted"),
                    ("DETERMINED", "Upheld, and determined by the IOPC"),
                    ("SUPERSEDED", "Ended with the outcome that it was of"),
                ],
                default="APPLIED",
                max_length=17,
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "SUPERSEDED"),
                        ("superseded_on__isnull", False),
                        models.Q(("superseded_by", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "SUPERSEDED"), _negated=True), ("superseded_by", ""), ("superseded_on", None)
                    ),
                    _connector="OR",
                ),
                name="superseded_says_when_and_by_what",
            ),
        ),
    ]
