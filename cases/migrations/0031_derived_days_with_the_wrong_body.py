"""How long an application was with the wrong body follows from its days."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0030_leave_by_an_operator")]

    operations = [migrations.RemoveField("review", "days_with_wrong_body")]
