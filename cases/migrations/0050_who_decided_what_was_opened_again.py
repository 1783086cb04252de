"""Of the cases that were opened again and are not decided yet, who decided them is read from the decisions that were kept."""

from django.db import migrations

FILL = """
UPDATE cases_case SET decided_before = ARRAY(
    SELECT DISTINCT decision.decided_by_id FROM cases_allegationdecision decision
    JOIN cases_allegation ON cases_allegation.id = decision.allegation_id
    WHERE cases_allegation.case_id = cases_case.id AND decision.decided_by_id IS NOT NULL
    ORDER BY decision.decided_by_id
)
WHERE worked_on_before <> '{}' AND closed_on IS NULL AND told_on IS NULL AND state <> 'DECISION'
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0049_who_decided_before")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
