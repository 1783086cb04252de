"""What indicates a crime or misconduct is for no unit: what one holds goes home to Professional Standards."""

from typing import Any

from django.db import migrations


def bring_home(apps: Any, schema_editor: Any) -> None:
    """As the services do from now on: who was appointed to investigate stays."""
    alias = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(alias)
    units = apps.get_model("areas", "Unit").objects.using(alias)
    standards = dict(units.filter(is_professional_standards=True, ends_on=None).values_list("force_id", "pk"))
    indicated = cases.filter(indicates_misconduct=True)
    held = indicated.filter(closed_on=None, unit__is_professional_standards=False)
    for case in held.only("force_id", "unit_id", "handler_id", "investigator_id"):
        case.unit_id = standards.get(case.force_id, case.unit_id)
        if case.handler_id != case.investigator_id:
            case.handler_id = None
        case.save(update_fields=["unit_id", "handler_id"])
    indicated.filter(kept_from_units=False).update(kept_from_units=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0042_reviews_to_open")]

    operations = [migrations.RunPython(bring_home, migrations.RunPython.noop)]
