"""Since when a rank is entered in a case; of what there is since they were named."""

from django.db import migrations, models

RANK_KNOWN_ON = """
UPDATE cases_involvement SET rank_known_on = named.first_on
FROM (
    SELECT involvement_id, min((at AT TIME ZONE 'Europe/London')::date) AS first_on FROM cases_naming GROUP BY involvement_id
) named
WHERE named.involvement_id = cases_involvement.id AND cases_involvement.rank <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0067_a_wish_says_when")]

    operations = [
        migrations.AddField(
            model_name="involvement", name="rank_known_on", field=models.DateField(blank=True, null=True)
        ),
        migrations.RunSQL(RANK_KNOWN_ON, migrations.RunSQL.noop),
    ]
