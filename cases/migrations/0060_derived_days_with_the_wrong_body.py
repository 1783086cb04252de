"""How long an application was with the wrong body follows from its days."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0029_ended_by_the_iopcs_word")]

    operations = [migrations.RemoveField("review", "days_with_wrong_body")]
