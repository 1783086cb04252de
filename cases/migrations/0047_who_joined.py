"""Who joined a case later is found by itself: a first contact is owed to them too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0046_why_a_plan_ended")]

    operations = [
        migrations.AddIndex(
            model_name="complainant",
            index=models.Index(
                condition=models.Q(("added_on__isnull", False)), fields=["case"], name="complainant_joined"
            ),
        ),
    ]
