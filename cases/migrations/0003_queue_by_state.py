from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_keep_to_the_machine")]
    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                name="case_queue_of_force_by_state",
                fields=["force", "state", "queue_on", "id"],
                condition=models.Q(origin="LIVE", closed_on=None),
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                name="case_queue_of_unit_by_state",
                fields=["unit", "state", "queue_on", "id"],
                condition=models.Q(origin="LIVE", closed_on=None),
            ),
        ),
    ]
