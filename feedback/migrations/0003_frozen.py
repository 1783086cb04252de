from django.db import migrations

from backend.database.grants import append_only


class Migration(migrations.Migration):
    """The original of a submission stays as it was sent."""

    dependencies = [("feedback", "0002_flags_go_with_the_case")]
    operations = [append_only("feedback_submission"), append_only("feedback_rating")]
