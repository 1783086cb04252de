"""A letter keeps the name of the department that wrote it: the case may go to another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0036_letters_of_a_part")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="office",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
    ]
