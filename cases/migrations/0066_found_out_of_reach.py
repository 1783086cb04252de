"""Why the complainants could not be contacted is kept as it was found; an assessment may find another reason since."""

from django.db import migrations, models

# Of what was found before, the words are known as long as nobody answered anew since.
KEEP = """
INSERT INTO cases_determination (case_id, about, answers, reason, made_by_id, made_at)
SELECT found.id, 'CONTACT_IMPOSSIBLE', '{}', found.contact_impossible_reason, account.id, event.at
FROM cases_case found
JOIN LATERAL (
    SELECT at, actor FROM audit_event
    WHERE subject_kind = 'case' AND subject = found.reference AND verb = 'CONTACT_FOUND_IMPOSSIBLE'
    ORDER BY sequence DESC LIMIT 1
) event ON TRUE
JOIN accounts_user account ON account.public_id::text = event.actor
WHERE found.contact_impossible_reason <> ''
    AND NOT EXISTS (SELECT FROM cases_assessment WHERE case_id = found.id AND made_at > event.at)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0002_chain"),
        ("cases", "0065_referred_by_another"),
    ]

    operations = [
        migrations.AlterField(
            model_name="determination",
            name="about",
            field=models.CharField(
                choices=[
                    ("DUTY_TO_INVESTIGATE", "Whether it has to be investigated"),
                    ("CHIEF_OFFICER", "Whether it concerns the chief officer"),
                    ("REGIME", "The rules that it is handled by"),
                    ("RESTRICTION", "Whether it is restricted"),
                    ("LEAVE", "Leave to see it"),
                    ("SAME_HANDLER", "That it goes again to somebody who handled it before"),
                    ("NO_EVIDENCE", "That there is no evidence to preserve"),
                    ("CONTACT_IMPOSSIBLE", "That the complainants cannot be contacted"),
                    ("SAME_DECIDER", "That somebody decides it again who decided it before"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
