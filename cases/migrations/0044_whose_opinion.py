"""Whose opinion it is: what somebody thought stands no more where they turn out to be part of the case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("cases", "0043_kept_from_units_by_an_indication")]

    operations = [
        migrations.AddField(
            model_name="allegation",
            name="opinion_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.person",
            ),
        ),
    ]
