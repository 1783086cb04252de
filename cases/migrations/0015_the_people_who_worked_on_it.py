"""Not the last handler alone is remembered, but everybody who held a case while it was being handled."""

import django.contrib.postgres.fields
from django.db import migrations, models

REMEMBER = """
UPDATE cases_case c SET
    worked_on_before = ARRAY(SELECT person_id FROM accounts_user WHERE id = c.former_handler_id),
    worked_on_by = ARRAY(
        SELECT DISTINCT person_id FROM accounts_user
        WHERE id IN (c.former_handler_id, c.handler_id, c.investigator_id) ORDER BY person_id
    )
WHERE coalesce(c.former_handler_id, c.handler_id, c.investigator_id) IS NOT NULL AND c.kind <> 'COMMENT'
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_timing")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="worked_on_before",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="worked_on_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.RunSQL(REMEMBER, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="case", name="former_handler"),
    ]
