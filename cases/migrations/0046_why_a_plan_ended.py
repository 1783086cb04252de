"""Who ends a contact plan says why."""

from django.db import migrations

import backend.common.fields


class Migration(migrations.Migration):
    dependencies = [("cases", "0045_whose_opinions_there_are")]

    operations = [
        migrations.AddField(
            model_name="contactplan",
            name="ended_because",
            field=backend.common.fields.EncryptedTextField(blank=True, db_default="", default=""),
        ),
    ]
