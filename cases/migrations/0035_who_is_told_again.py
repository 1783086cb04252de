"""Since when somebody is told again who had withdrawn, or whose consent had ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0034_ended_with_what_was_suspended")]

    operations = [
        migrations.AddField(
            model_name="complainant", name="returned_on", field=models.DateField(blank=True, null=True)
        ),
    ]
