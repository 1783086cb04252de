"""The letters that ask and are owed already: each is of what waits for it, and is not owed where nothing does."""

from typing import Any

from django.db import migrations


def say_of_what(apps: Any, schema_editor: Any) -> None:
    names = ("Notice", "Withdrawal", "Suspension", "WishToResume")
    rows = {name: apps.get_model("cases", name).objects.using(schema_editor.connection.alias) for name in names}
    wished = rows["Withdrawal"].filter(state="WISHED", case__closed_on=None)
    concluded = rows["Suspension"].filter(state="CONCLUDED", case__closed_on=None)
    for notice in rows["Notice"].filter(kind__in=["ASK_TO_CONFIRM", "ASK_TO_RESUME"], settled_on=None).order_by("pk"):
        theirs = rows["Notice"].filter(complainant=notice.complainant_id, settled_on=None)
        if notice.kind == "ASK_TO_CONFIRM":
            waiting = wished.filter(complainant=notice.complainant_id)
            taken = theirs.filter(withdrawal__isnull=False).values("withdrawal")
            notice.withdrawal = waiting.exclude(pk__in=taken).order_by("pk").first()
        else:
            asked = rows["WishToResume"].filter(complainant=notice.complainant_id, asked_on__isnull=False)
            waiting = concluded.filter(case=notice.case_id).exclude(pk__in=asked.values("suspension"))
            taken = theirs.filter(suspension__isnull=False).values("suspension")
            notice.suspension = waiting.exclude(pk__in=taken).order_by("pk").first()
        if not (notice.withdrawal or notice.suspension):
            notice.settled_on, notice.settled_as = notice.owed_on, "NOT_OWED"
            notice.reason = "What it asks was settled."
        notice.save()


class Migration(migrations.Migration):
    dependencies = [("cases", "0032_of_what_a_letter_asks")]

    operations = [migrations.RunPython(say_of_what, migrations.RunPython.noop)]
