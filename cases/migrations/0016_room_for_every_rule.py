"""The name of one rule was longer than its column: a case on which it was due first could not be saved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_the_people_who_worked_on_it")]

    operations = [
        migrations.AlterField(
            model_name="case", name="next_due_rule", field=models.CharField(blank=True, max_length=40)
        ),
    ]
