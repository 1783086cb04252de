"""Letters with the outcome of before 0063 keep which right to a review stands in them, by which nobody is told of it twice."""

from django.db import migrations

# The house's text alone has been written by, whose first version says it in these words.
KEEP = """
UPDATE cases_message message SET review_right_id = told.id
FROM cases_case found, cases_lettertemplate letter, cases_lettertemplate told
WHERE found.id = message.case_id AND letter.id = message.template_id AND letter.kind = 'OUTCOME'
    AND told.kind = 'REVIEW_RIGHT_' || found.review_body AND told.audience = 'COMPLAINANT'
    AND told.force_id IS NULL AND told.version = 1
    AND message.review_right_id IS NULL AND message.complainant_id IS NOT NULL
    AND strpos(message.text, 'You may ask for a review') > 0
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0063_version_of_the_right")]

    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
