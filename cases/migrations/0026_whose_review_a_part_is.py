"""A part of a case may have come from another, whose outcome the IOPC reviews."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0025_contact_set_anew")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="iopc_reviews_a_part",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
