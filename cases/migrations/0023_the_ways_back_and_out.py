"""The database keeps to the machine with the ways back to an investigation, and out where nobody complains; and new letters."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.db import migrations

HEADING = "Your reference {reference}"
FROM = dt.date(2020, 2, 1)  # as all the first versions
TEXTS = Path(__file__).resolve().parent.parent / "letters" / "first_versions.toml"
NEW = ("NO_STANDING", "MATTER_OUTCOME")

GUARD = """\
CREATE OR REPLACE FUNCTION cases_case_keep_to_the_machine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.origin = 'LIVE' AND (NEW.kind, NEW.state) NOT IN (('COMMENT', 'SUBMITTED'), ('COMPLAINT', 'RECEIVED'), ('MATTER', 'RECORDED')) THEN
            RAISE EXCEPTION 'A case of kind % does not begin in %', NEW.kind, NEW.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.kind <> OLD.kind OR NEW.origin <> OLD.origin THEN
        RAISE EXCEPTION 'The kind and the origin of a case never change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (NEW.kind, OLD.state, NEW.state) NOT IN (
            ('COMMENT', 'SUBMITTED', 'TRIAGE'),
            ('COMMENT', 'TRIAGE', 'WITH_LPU'),
            ('COMMENT', 'WITH_LPU', 'ANSWERED'),
            ('COMMENT', 'WITH_LPU', 'TRIAGE'),
            ('COMPLAINT', 'ASSESSING', 'CONTACTED'),
            ('COMPLAINT', 'ASSESSING', 'HANDLING_OUTSIDE'),
            ('COMPLAINT', 'ASSESSING', 'MERGED'),
            ('COMPLAINT', 'ASSESSING', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'ASSESSING', 'NOT_RECORDED'),
            ('COMPLAINT', 'ASSESSING', 'RECORDED'),
            ('COMPLAINT', 'ASSESSING', 'REFERRED'),
            ('COMPLAINT', 'ASSESSING', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'ASSESSING', 'WITHDRAWN'),
            ('COMPLAINT', 'CLOSED_OUTSIDE', 'RECORDED'),
            ('COMPLAINT', 'CLOSED_OUTSIDE', 'REFERRED'),
            ('COMPLAINT', 'CONTACTED', 'HANDLING_OUTSIDE'),
            ('COMPLAINT', 'CONTACTED', 'MERGED'),
            ('COMPLAINT', 'CONTACTED', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'CONTACTED', 'NOT_RECORDED'),
            ('COMPLAINT', 'CONTACTED', 'RECORDED'),
            ('COMPLAINT', 'CONTACTED', 'REFERRED'),
            ('COMPLAINT', 'CONTACTED', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'CONTACTED', 'WITHDRAWN'),
            ('COMPLAINT', 'DECISION', 'DECISION'),
            ('COMPLAINT', 'DECISION', 'FINALISED'),
            ('COMPLAINT', 'DECISION', 'LOCAL_INV'),
            ('COMPLAINT', 'DECISION', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'DECISION', 'OUTCOME_SENT'),
            ('COMPLAINT', 'DECISION', 'REFERRED'),
            ('COMPLAINT', 'DECISION', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'DECISION', 'WITHDRAWN'),
            ('COMPLAINT', 'DIRECTED', 'DECISION'),
            ('COMPLAINT', 'DIRECTED', 'DIRECTED'),
            ('COMPLAINT', 'DIRECTED', 'INDEPENDENT'),
            ('COMPLAINT', 'DIRECTED', 'LOCAL_INV'),
            ('COMPLAINT', 'DIRECTED', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'DIRECTED', 'WITHDRAWN'),
            ('COMPLAINT', 'FINALISED', 'DIRECTED'),
            ('COMPLAINT', 'FINALISED', 'INDEPENDENT'),
            ('COMPLAINT', 'FINALISED', 'RECORDED'),
            ('COMPLAINT', 'FINALISED', 'REFERRED'),
            ('COMPLAINT', 'FINALISED', 'UNDER_REVIEW'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'HANDLING_OUTSIDE'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'MERGED'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'OUTSIDE_UNRESOLVED'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'RECORDED'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'REFERRED'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'RESOLVED_OUTSIDE'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'HANDLING_OUTSIDE', 'WITHDRAWN'),
            ('COMPLAINT', 'INDEPENDENT', 'DECISION'),
            ('COMPLAINT', 'INDEPENDENT', 'DIRECTED'),
            ('COMPLAINT', 'INDEPENDENT', 'INDEPENDENT'),
            ('COMPLAINT', 'INDEPENDENT', 'LOCAL_INV'),
            ('COMPLAINT', 'INDEPENDENT', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'INDEPENDENT', 'WITHDRAWN'),
            ('COMPLAINT', 'LOCAL_INV', 'DIRECTED'),
            ('COMPLAINT', 'LOCAL_INV', 'FINALISED'),
            ('COMPLAINT', 'LOCAL_INV', 'INDEPENDENT'),
            ('COMPLAINT', 'LOCAL_INV', 'LOCAL_INV'),
            ('COMPLAINT', 'LOCAL_INV', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'LOCAL_INV', 'OTBI'),
            ('COMPLAINT', 'LOCAL_INV', 'REFERRED'),
            ('COMPLAINT', 'LOCAL_INV', 'REPORT_SUBMITTED'),
            ('COMPLAINT', 'LOCAL_INV', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'LOCAL_INV', 'WITHDRAWN'),
            ('COMPLAINT', 'NFA', 'DECISION'),
            ('COMPLAINT', 'NFA', 'FINALISED'),
            ('COMPLAINT', 'NFA', 'LOCAL_INV'),
            ('COMPLAINT', 'NFA', 'NFA'),
            ('COMPLAINT', 'NFA', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'NFA', 'OTBI'),
            ('COMPLAINT', 'NFA', 'REFERRED'),
            ('COMPLAINT', 'NFA', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'NFA', 'WITHDRAWN'),
            ('COMPLAINT', 'NOT_A_COMPLAINT', 'ASSESSING'),
            ('COMPLAINT', 'NOT_A_COMPLAINT', 'REFERRED'),
            ('COMPLAINT', 'NOT_RECORDED', 'ASSESSING'),
            ('COMPLAINT', 'NOT_RECORDED', 'REFERRED'),
            ('COMPLAINT', 'OTBI', 'DECISION'),
            ('COMPLAINT', 'OTBI', 'FINALISED'),
            ('COMPLAINT', 'OTBI', 'LOCAL_INV'),
            ('COMPLAINT', 'OTBI', 'NFA'),
            ('COMPLAINT', 'OTBI', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'OTBI', 'OTBI'),
            ('COMPLAINT', 'OTBI', 'REFERRED'),
            ('COMPLAINT', 'OTBI', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'OTBI', 'WITHDRAWN'),
            ('COMPLAINT', 'OUTCOME_SENT', 'DIRECTED'),
            ('COMPLAINT', 'OUTCOME_SENT', 'FINALISED'),
            ('COMPLAINT', 'OUTCOME_SENT', 'INDEPENDENT'),
            ('COMPLAINT', 'OUTCOME_SENT', 'REFERRED'),
            ('COMPLAINT', 'OUTCOME_SENT', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'OUTCOME_SENT', 'UNDER_REVIEW'),
            ('COMPLAINT', 'OUTCOME_SENT', 'WITHDRAWN'),
            ('COMPLAINT', 'OUTSIDE_UNRESOLVED', 'CLOSED_OUTSIDE'),
            ('COMPLAINT', 'OUTSIDE_UNRESOLVED', 'MERGED'),
            ('COMPLAINT', 'OUTSIDE_UNRESOLVED', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'OUTSIDE_UNRESOLVED', 'OUTSIDE_UNRESOLVED'),
            ('COMPLAINT', 'OUTSIDE_UNRESOLVED', 'RECORDED'),
            ('COMPLAINT', 'OUTSIDE_UNRESOLVED', 'REFERRED'),
            ('COMPLAINT', 'OUTSIDE_UNRESOLVED', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'OUTSIDE_UNRESOLVED', 'WITHDRAWN'),
            ('COMPLAINT', 'RECEIVED', 'ASSESSING'),
            ('COMPLAINT', 'RECEIVED', 'MERGED'),
            ('COMPLAINT', 'RECEIVED', 'RECORDED'),
            ('COMPLAINT', 'RECEIVED', 'REFERRED'),
            ('COMPLAINT', 'RECEIVED', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'RECEIVED', 'WITHDRAWN'),
            ('COMPLAINT', 'RECORDED', 'FINALISED'),
            ('COMPLAINT', 'RECORDED', 'LOCAL_INV'),
            ('COMPLAINT', 'RECORDED', 'MERGED'),
            ('COMPLAINT', 'RECORDED', 'NFA'),
            ('COMPLAINT', 'RECORDED', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'RECORDED', 'OTBI'),
            ('COMPLAINT', 'RECORDED', 'RECORDED'),
            ('COMPLAINT', 'RECORDED', 'REFERRED'),
            ('COMPLAINT', 'RECORDED', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'RECORDED', 'WITHDRAWN'),
            ('COMPLAINT', 'REFERRED', 'DIRECTED'),
            ('COMPLAINT', 'REFERRED', 'INDEPENDENT'),
            ('COMPLAINT', 'REFERRED', 'LOCAL_INV'),
            ('COMPLAINT', 'REFERRED', 'REFERRED'),
            ('COMPLAINT', 'REFERRED', 'REFERRED_BACK'),
            ('COMPLAINT', 'REFERRED', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'REFERRED', 'WITHDRAWN'),
            ('COMPLAINT', 'REFERRED_BACK', 'FINALISED'),
            ('COMPLAINT', 'REFERRED_BACK', 'LOCAL_INV'),
            ('COMPLAINT', 'REFERRED_BACK', 'NFA'),
            ('COMPLAINT', 'REFERRED_BACK', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'REFERRED_BACK', 'OTBI'),
            ('COMPLAINT', 'REFERRED_BACK', 'REFERRED'),
            ('COMPLAINT', 'REFERRED_BACK', 'REFERRED_BACK'),
            ('COMPLAINT', 'REFERRED_BACK', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'REFERRED_BACK', 'WITHDRAWN'),
            ('COMPLAINT', 'REOPENED', 'FINALISED'),
            ('COMPLAINT', 'REOPENED', 'LOCAL_INV'),
            ('COMPLAINT', 'REOPENED', 'NFA'),
            ('COMPLAINT', 'REOPENED', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'REOPENED', 'OTBI'),
            ('COMPLAINT', 'REOPENED', 'REFERRED'),
            ('COMPLAINT', 'REOPENED', 'REOPENED'),
            ('COMPLAINT', 'REOPENED', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'REOPENED', 'WITHDRAWN'),
            ('COMPLAINT', 'REPORT_SUBMITTED', 'DECISION'),
            ('COMPLAINT', 'REPORT_SUBMITTED', 'FINALISED'),
            ('COMPLAINT', 'REPORT_SUBMITTED', 'LOCAL_INV'),
            ('COMPLAINT', 'REPORT_SUBMITTED', 'NOT_A_COMPLAINT'),
            ('COMPLAINT', 'REPORT_SUBMITTED', 'REFERRED'),
            ('COMPLAINT', 'REPORT_SUBMITTED', 'REPORT_SUBMITTED'),
            ('COMPLAINT', 'REPORT_SUBMITTED', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'REPORT_SUBMITTED', 'WITHDRAWN'),
            ('COMPLAINT', 'RESOLVED_OUTSIDE', 'FINALISED'),
            ('COMPLAINT', 'RESOLVED_OUTSIDE', 'RECORDED'),
            ('COMPLAINT', 'RESOLVED_OUTSIDE', 'REFERRED'),
            ('COMPLAINT', 'RESOLVED_OUTSIDE', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'UNDER_REVIEW', 'DIRECTED'),
            ('COMPLAINT', 'UNDER_REVIEW', 'FINALISED'),
            ('COMPLAINT', 'UNDER_REVIEW', 'INDEPENDENT'),
            ('COMPLAINT', 'UNDER_REVIEW', 'LOCAL_INV'),
            ('COMPLAINT', 'UNDER_REVIEW', 'REFERRED'),
            ('COMPLAINT', 'UNDER_REVIEW', 'REOPENED'),
            ('COMPLAINT', 'UNDER_REVIEW', 'TRANSFERRED_OUT'),
            ('COMPLAINT', 'UNDER_REVIEW', 'WITHDRAWN'),
            ('MATTER', 'DECISION', 'FINALISED'),
            ('MATTER', 'DECISION', 'LOCAL_INV'),
            ('MATTER', 'DECISION', 'REFERRED'),
            ('MATTER', 'DECISION', 'TRANSFERRED_OUT'),
            ('MATTER', 'DIRECTED', 'DECISION'),
            ('MATTER', 'DIRECTED', 'DIRECTED'),
            ('MATTER', 'DIRECTED', 'INDEPENDENT'),
            ('MATTER', 'DIRECTED', 'LOCAL_INV'),
            ('MATTER', 'DIRECTED', 'TRANSFERRED_OUT'),
            ('MATTER', 'FINALISED', 'DIRECTED'),
            ('MATTER', 'FINALISED', 'INDEPENDENT'),
            ('MATTER', 'FINALISED', 'REFERRED'),
            ('MATTER', 'INDEPENDENT', 'DECISION'),
            ('MATTER', 'INDEPENDENT', 'DIRECTED'),
            ('MATTER', 'INDEPENDENT', 'INDEPENDENT'),
            ('MATTER', 'INDEPENDENT', 'LOCAL_INV'),
            ('MATTER', 'INDEPENDENT', 'TRANSFERRED_OUT'),
            ('MATTER', 'LOCAL_INV', 'DIRECTED'),
            ('MATTER', 'LOCAL_INV', 'INDEPENDENT'),
            ('MATTER', 'LOCAL_INV', 'LOCAL_INV'),
            ('MATTER', 'LOCAL_INV', 'REFERRED'),
            ('MATTER', 'LOCAL_INV', 'REPORT_SUBMITTED'),
            ('MATTER', 'LOCAL_INV', 'TRANSFERRED_OUT'),
            ('MATTER', 'RECORDED', 'LOCAL_INV'),
            ('MATTER', 'RECORDED', 'REFERRED'),
            ('MATTER', 'RECORDED', 'TRANSFERRED_OUT'),
            ('MATTER', 'REFERRED', 'DIRECTED'),
            ('MATTER', 'REFERRED', 'INDEPENDENT'),
            ('MATTER', 'REFERRED', 'LOCAL_INV'),
            ('MATTER', 'REFERRED', 'REFERRED_BACK'),
            ('MATTER', 'REFERRED', 'TRANSFERRED_OUT'),
            ('MATTER', 'REFERRED_BACK', 'LOCAL_INV'),
            ('MATTER', 'REFERRED_BACK', 'REFERRED'),
            ('MATTER', 'REFERRED_BACK', 'TRANSFERRED_OUT'),
            ('MATTER', 'REPORT_SUBMITTED', 'DECISION'),
            ('MATTER', 'REPORT_SUBMITTED', 'LOCAL_INV'),
            ('MATTER', 'REPORT_SUBMITTED', 'REFERRED'),
            ('MATTER', 'REPORT_SUBMITTED', 'TRANSFERRED_OUT')
    ) THEN
        RAISE EXCEPTION 'A case of kind % does not go from % to %', NEW.kind, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
"""


def write_the_new_letters(apps: Any, schema_editor: Any) -> None:
    """A database that begins today has them already, from 0011_correspondence."""
    templates = apps.get_model("cases", "LetterTemplate").objects.using(schema_editor.connection.alias)
    texts = tomllib.loads(TEXTS.read_text())
    for kind in NEW:
        for audience, letter in texts[kind].items():
            first = {"kind": kind, "audience": audience, "force": None, "version": 1}
            if not templates.filter(**first).exists():
                templates.create(**first, heading=HEADING, body=letter["body"].strip(), from_on=FROM)


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_superseded_reviews")]

    operations = [
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunPython(write_the_new_letters, migrations.RunPython.noop),
    ]
