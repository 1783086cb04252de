"""What has to be referred is found by itself, for the list of what is owed to the IOPC."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0038_reviews_of_contact_plans")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                name="case_to_be_referred",
                fields=["force"],
                condition=Q(origin="LIVE", closed_on=None)
                & (Q(alleges_death_or_serious_injury=True) | Q(alleges_mandatory_referral=True) | Q(matter_type="DSI")),
            ),
        ),
    ]
