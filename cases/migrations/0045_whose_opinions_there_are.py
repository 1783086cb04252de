"""Of the opinions that there are, those of open investigations are taken to be the present investigator's."""

from django.db import migrations

FILL = """
UPDATE cases_allegation SET opinion_by_id = accounts_user.person_id
FROM cases_case JOIN accounts_user ON accounts_user.id = cases_case.investigator_id
WHERE cases_case.id = cases_allegation.case_id AND cases_case.closed_on IS NULL AND cases_allegation.opinion <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0044_whose_opinion")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
