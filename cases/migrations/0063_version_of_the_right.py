"""A letter with the outcome keeps the version of the right to a review that stands in it, too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0062_opinions")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="review_right",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.lettertemplate",
            ),
        ),
    ]
