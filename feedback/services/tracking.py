"""What the holder of a receipt may read: the stage, what happens next and by when. Nothing internal."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from backend.calendar.working_days import day_of
from backend.common.errors import Missing
from backend.requests import services as requests
from cases.deadlines import Deadline, open_deadlines
from cases.models import Case
from cases.selectors import load_parts
from cases.timetable import timetable
from feedback import stages
from feedback.models import Submission

from . import receipts, thread
from .thread import Told

logger = logging.getLogger(__name__)
MINUTE = dt.timedelta(minutes=1)
OTHERS = ("subject", "lpb", "iopc", "local policing body and iopc", "asker")
WRONG_TRIES_A_MINUTE = 10
WRONG_TRIES_OF_ALL_A_MINUTE = 1000


@dataclass(frozen=True)
class Step:
    """One stage on the way: when it was reached, or until when it is to be; both are London dates."""

    label: str
    reached_on: dt.date | None
    due_on: dt.date | None


@dataclass(frozen=True)
class Progress:
    """Where a submission stands, in words for its sender."""

    reference: str
    kind: str
    submitted_on: dt.date
    stage: str
    explanation: str
    next_step: str
    next_by: dt.date | None
    next_basis: str
    steps: Sequence[Step]
    messages: Sequence[Told]


def look_up(*, header: str, caller: str, at: dt.datetime) -> Progress:
    """The progress of the submission whose receipt `header` is, and the thread about it. Raises as `open_receipt`."""
    return _progress(open_receipt(header=header, caller=caller, at=at))


def open_receipt(*, header: str, caller: str, at: dt.datetime) -> Submission:
    """The submission whose receipt `header` is.

    Raises Missing (404), alike for a wrong reference, a wrong secret and none, and TooMany (429) after ten wrong tries a
    minute from one address, or a thousand from all.
    """
    _refuse_guessers(caller=caller, at=at)
    reference, secret = receipts.read(header)
    found = Submission.objects.filter(reference=reference).values_list("pk", "receipt_hash").first()
    number, receipt_hash = found or (0, None)
    # Nothing else is read before the secret fits: what is not opened takes the same time as what is not there.
    if not receipts.opens(secret=secret, receipt_hash=receipt_hash):
        _count_wrong_try(caller=caller, at=at)
        raise Missing("There is no submission with this receipt. Check each letter and figure, and try again.")
    return Submission.objects.select_related("case").defer("original").get(pk=number)


def _refuse_guessers(*, caller: str, at: dt.datetime) -> None:
    if requests.tries(what="receipt", caller=caller, per=MINUTE, at=at) >= WRONG_TRIES_A_MINUTE:
        raise requests.TooMany(wait=MINUTE)
    if requests.tries(what="receipt", caller="everybody", per=MINUTE, at=at) >= WRONG_TRIES_OF_ALL_A_MINUTE:
        logger.error("Receipts are being guessed: a thousand wrong ones within a minute.")
        raise requests.TooMany(wait=MINUTE)


def _count_wrong_try(*, caller: str, at: dt.datetime) -> None:
    for whose, limit in ((caller, WRONG_TRIES_A_MINUTE), ("everybody", WRONG_TRIES_OF_ALL_A_MINUTE)):
        requests.count_try(what="receipt", caller=whose, limit=limit, per=MINUTE, at=at)


def _progress(submission: Submission) -> Progress:
    submitted_on = day_of(submission.submitted_at)
    case = submission.case
    if case is None:
        return Progress(
            submission.reference,
            submission.kind,
            submitted_on,
            "COUNTED",
            stages.RATING_COUNTED,
            stages.RATING_NEXT,
            None,
            "",
            [Step("Received", submitted_on, None)],
            [],
        )
    load_parts(case)
    due = [each for each in open_deadlines(case, timetable()) if _concerns_sender(each)]
    # What the force owes itself (a contribution, evidence to preserve) is no news for the complainant.
    upcoming = next((each for each in due if each.rule in stages.NEXT_STEPS), None)
    return Progress(
        submission.reference,
        submission.kind,
        submitted_on,
        case.state,
        stages.EXPLANATIONS[case.state],
        stages.NEXT_STEPS[upcoming.rule] if upcoming else stages.NOTHING_MORE,
        upcoming.due_on if upcoming else None,
        upcoming.basis if upcoming else "",
        _steps(case, due),
        thread.read(case),
    )


def _steps(case: Case, due: Sequence[Deadline]) -> list[Step]:
    due_on = {deadline.rule: deadline.due_on for deadline in due}
    reached = [(step, getattr(case, step.reached)) for step in stages.STEPS[case.kind]]
    return [Step(step.label, on, due_on.get(step.rule)) for step, on in reached if on or step.of_every_case]


def _concerns_sender(deadline: Deadline) -> bool:
    """What is owed to others, or by them, is no news for who sent it."""
    return deadline.owed_to.lower() not in OTHERS
