from django.db import migrations

from backend.database.grants import append_only


class Migration(migrations.Migration):
    """What was said to a complainant, noted or answered is never changed and never removed by the application."""

    dependencies = [("cases", "0004_what_was_asked_and_answered")]
    operations = [append_only("cases_message"), append_only("cases_note"), append_only("cases_assessment")]
