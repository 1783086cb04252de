"""Nobody overwrites what another reviewer of a contact plan wrote."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0037_the_office_that_wrote")]

    operations = [
        migrations.AddField(
            model_name="contactplan",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
    ]
