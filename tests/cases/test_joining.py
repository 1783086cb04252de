"""Somebody joins a complaint that others made: while its outcome is still to come."""

from __future__ import annotations

import pytest

from cases.models import Case, Complainant
from cases.services import complainants
from cases.services.complainants import CannotJoin
from tests.cases.alleging import a_recorded_case, by
from tests.cases.bodies import a_case_told, a_case_under_review
from tests.cases.staying import NOOR, open_notices
from tests.cast import RESOLVE, Cast, a_case_handled_outside, move


def add(cast: Cast, case: Case) -> Complainant:
    return complainants.add(**by(cast, "beth", case), new=NOOR)[0]


def test_who_joins_what_is_recorded_is_owed_the_record(cast: Cast) -> None:
    case = a_recorded_case(cast)

    noor = add(cast, case)

    assert noor in [each.complainant for each in open_notices(case, "RECORD_COPY")]


def test_nobody_joins_once_the_outcome_was_told(cast: Cast) -> None:
    """They would have neither the outcome nor the time to ask for a review of it: theirs is a complaint of its own."""
    resolved = move(cast, a_case_handled_outside(cast), "amal", "resolve", **RESOLVE)

    for case in (a_case_told(cast), a_case_under_review(cast).case, resolved):
        with pytest.raises(CannotJoin, match="complaint of its own"):
            add(cast, case)
