"""The steps by which the tests bring a case to its end, to its retention review, and to its disposal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cases.models import Case, RetentionHold, RetentionReview
from cases.services import retention, retention_watch
from tests.cases.alleging import by
from tests.cast import AT, RESOLVE, Cast, a_case_handled_outside, move

DAY = dt.timedelta(days=1)
DUE = AT.replace(year=2032)  # six years after the day of the cast, that day included, are over
WHY = "The six years are over, and nobody needs it."


def an_ended_case(cast: Cast, **more: Any) -> Case:
    """Resolved outside Schedule 3 by Amal, and finalised by Beth today."""
    case = a_case_handled_outside(cast, **more)
    move(cast, case, "amal", "resolve", **RESOLVE)
    return move(cast, case, "beth", "finalise")


def reviewed(case: Case, at: dt.datetime = DUE) -> RetentionReview:
    """The review that the clock opens."""
    retention_watch.watch(at=at)
    return RetentionReview.objects.get(case=case, state="OPEN")


def keep(cast: Cast, case: Case, until_on: dt.date, name: str = "beth", at: dt.datetime = DUE) -> RetentionReview:
    reason = "The officer's appeal is expected."
    return retention.decide(**by(cast, name, case, at), decision="KEEP", until_on=until_on, reason=reason)[0]


def propose(cast: Cast, case: Case, name: str = "beth", at: dt.datetime = DUE) -> RetentionReview:
    return retention.decide(**by(cast, name, case, at), decision="DISPOSE", until_on=None, reason=WHY)[0]


def confirm(cast: Cast, case: Case, name: str = "lev", at: dt.datetime = DUE) -> Case:
    return retention.confirm(**by(cast, name, case, at))[1]


def refuse(cast: Cast, case: Case, name: str = "lev", at: dt.datetime = DUE) -> RetentionReview:
    return retention.refuse(**by(cast, name, case, at), reason="The family still writes.")[0]


def hold(
    cast: Cast, case: Case, name: str = "beth", at: dt.datetime = DUE, until_on: dt.date | None = None
) -> RetentionHold:
    ground, reason = RetentionHold.Ground.LITIGATION, "A claim is expected."
    return retention.hold(**by(cast, name, case, at), ground=ground, until_on=until_on, reason=reason)[0]


def lift(cast: Cast, row: RetentionHold, name: str = "beth", at: dt.datetime = DUE) -> RetentionHold:
    return retention.lift(**by(cast, name, row.case, at), hold=row.public_id, reason="It was settled.")[0]


def a_proposed_case(cast: Cast, **more: Any) -> Case:
    """Ended, kept long enough, and its disposal proposed by Beth."""
    case = an_ended_case(cast, **more)
    reviewed(case)
    propose(cast, case)
    return Case.objects.get(pk=case.pk)


def a_disposed_case(cast: Cast, **more: Any) -> Case:
    return confirm(cast, a_proposed_case(cast, **more))
