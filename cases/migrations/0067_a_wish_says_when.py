"""Every wish to have it recorded says when it was told, for only what is said later takes it back.

What was recorded by a wish, and found to have no standing since, had none: it stands until they are asked again, as 0055 has it.
"""

from django.db import migrations, models
from django.db.models import Q

WISHED_UNTIL_NOW = """
UPDATE cases_case SET recording_wished_at = now() WHERE wishes_recording AND recording_wished_at IS NULL
"""

CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # or the table waits for its checks, and cannot be altered


class Migration(migrations.Migration):
    dependencies = [("cases", "0066_found_out_of_reach")]

    operations = [
        migrations.RunSQL(WISHED_UNTIL_NOW, migrations.RunSQL.noop),
        migrations.RunSQL(CHECK_NOW, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                name="a_wish_says_when",
                condition=~Q(wishes_recording=True) | Q(recording_wished_at__isnull=False),
            ),
        ),
    ]
