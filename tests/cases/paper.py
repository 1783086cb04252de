"""Cases on paper: nothing of them is saved, and their parts lie beside them as if they had been loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from cases.models import Case, ComplaintCase, Kind
from cases.selectors import PARTS

RELATIONS = {name: Case._meta.get_field(name).related_model for name in PARTS}


def with_parts(case: Case, **parts: Sequence[Any]) -> Case:
    """The case with these parts, and no others."""
    case.pk = case.pk or 1
    loaded = {}
    for name, model in RELATIONS.items():
        rows = model._default_manager.none()
        rows._result_cache = list(parts.get(name, []))
        loaded[name] = rows
        for number, row in enumerate(rows._result_cache, start=1):
            row.pk, row.case_id = row.pk or number, case.pk
    case._prefetched_objects_cache = loaded
    return case


def a_complaint(made_on: dt.date, *, state: str = "RECEIVED", **fields: Any) -> ComplaintCase:
    return ComplaintCase(
        **{
            "kind": Kind.COMPLAINT,
            "origin": "LIVE",
            "received_on": made_on,
            "made_on": made_on,
            "state": state,
            **fields,
        }
    )
