"""A letter that asks says of which wish to withdraw, or of which suspension: two that run at once are two letters."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0031_derived_days_with_the_wrong_body")]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="withdrawal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.withdrawal",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="suspension",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.suspension",
            ),
        ),
    ]
