"""What the holder of a receipt may read: the stage, what happens next and by when. Nothing internal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cases.deadlines import Deadline, open_deadlines
from cases.models import Case, Complainant, Kind, Notice, Suspension, Withdrawal
from cases.selectors import load_parts
from cases.standing import has_withdrawn
from cases.timetable import timetable
from feedback import stages
from feedback.stages import Stage

from . import opening, thread
from .opening import Opened
from .thread import Told

DAY = dt.timedelta(days=1)
REFERRAL, SUSPENSION = ("REFERRAL",), ("SUSPENSION",)
OTHERS = ("subject", "lpb", "iopc", "local policing body and iopc", "asker")


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
    messages: Sequence[Told]  # the newest, oldest first
    older: str  # the cursor of those before them; empty where there are none


def look_up(*, header: str, caller: str, at: dt.datetime) -> Progress:
    """Where it stands what the receipt `header` opens, and the newest of the thread about it. Raises as `opening.open_receipt`.

    Who has withdrawn reads that they did, and nothing that comes after it but what is still theirs.
    """
    return _progress(opening.open_receipt(header=header, caller=caller, at=at))


def _progress(opened: Opened) -> Progress:
    case, whose = opened.case, opened.complainant
    if case is None or whose is None:
        return Progress(
            opened.reference,
            opened.kind,
            opened.submitted_on,
            "COUNTED",
            stages.RATING_COUNTED,
            stages.RATING_NEXT,
            None,
            "",
            [Step("Received", opened.submitted_on, None)],
            [],
            "",
        )
    load_parts(case)
    has_left = _has_left(case, whose)
    not_theirs, theirs_alone = _of_others(case, whose), _of_one(case, whose)
    due = [
        each
        for each in open_deadlines(case, timetable())
        if each.owed_to.lower() not in OTHERS
        and each.about not in not_theirs
        and (each.about in theirs_alone or not has_left)
    ]
    kept = _is_kept(case, whose, stages.TOLD_BY_LETTER)
    stage = stages.UNTIL_TOLD if kept and case.state in stages.STAGES_TOLD_BY_LETTER else case.state
    stage = stages.LEFT if has_left else stage
    not_told = [
        *(stages.DUE_ONCE_TOLD if kept else ()),
        *(["suspension_review"] if _is_kept(case, whose, SUSPENSION) else ()),
    ]
    # What the force owes itself (a contribution, evidence to preserve) is no news for the complainant.
    upcoming = next((each for each in due if each.rule in stages.NEXT_STEPS and each.rule not in not_told), None)
    newest = thread.read(opened)
    return Progress(
        opened.reference,
        opened.kind,
        opened.submitted_on,
        stage,
        stages.EXPLANATIONS[stage],
        stages.NEXT_STEPS[upcoming.rule] if upcoming else stages.NOTHING_MORE,
        upcoming.due_on if upcoming else None,
        upcoming.basis if upcoming else "",
        _steps(case, whose, due),
        newest.rows,
        newest.next_cursor,
    )


def _has_left(case: Case, whose: Complainant, *, by: dt.date = dt.date.max) -> bool:
    """Whether they had withdrawn by that day, and others go on."""
    return case.kind == Kind.COMPLAINT and case.state != stages.LEFT and has_withdrawn(case, whose.pk, by=by)


def _is_kept(case: Case, whose: Complainant, kinds: Sequence[str]) -> bool:
    """Whether the last letter of these kinds to them has not gone, or is withheld."""
    if case.kind == Kind.COMMENT:
        return False
    theirs = [each for each in case.notices.all() if each.complainant_id == whose.pk and each.kind in kinds]
    last = max(theirs, key=lambda notice: (notice.owed_on, notice.pk), default=None)
    return last is not None and last.settled_as in ("", Notice.Settled.WITHHELD)


def _steps(case: Case, whose: Complainant, due: Sequence[Deadline]) -> list[Step]:
    due_on = {deadline.rule: deadline.due_on for deadline in due}
    told = [
        step for step in stages.STEPS[case.kind] if not (step.rule == "referral" and _is_kept(case, whose, REFERRAL))
    ]
    reached = [(step, _reached_on(step, case, whose)) for step in told]
    return [Step(step.label, on, due_on.get(step.rule)) for step, on in reached if on or step.of_every_case]


def _reached_on(step: Stage, case: Case, whose: Complainant) -> dt.date | None:
    # Each complainant hears how it is going by a clock of their own.
    day: dt.date | None = getattr(whose if step.reached == "progress_told_on" else case, step.reached)
    return None if day and _has_left(case, whose, by=day - DAY) else day


def _of_others(case: Case, whose: Complainant) -> set[str]:
    """The public ids of the other complainants, and of what is owed to them or waits for them alone."""
    if case.kind == Kind.COMMENT:
        return set()
    others = [each for each in case.complainants.all() if each.pk != whose.pk]
    not_asked = {str(each.public_id) for each in case.suspensions.all() if _waits_for_others(each, whose)}
    return {str(each.public_id) for each in others}.union(not_asked, *(_of_one(case, each) for each in others))


def _waits_for_others(suspension: Suspension, whose: Complainant) -> bool:
    """Whether it waits for an answer, and not for theirs: they have stated what they wish, or were never asked (reg. 41)."""
    if suspension.state != Suspension.State.ASKED:
        return False
    asked = [each for each in suspension.wishes.all() if each.asked_on and not each.wish]
    return whose.pk not in {each.complainant_id for each in asked}


def _of_one(case: Case, whose: Complainant) -> set[str]:
    """The public ids of what is owed to one complainant, or waits for them, alone."""
    if case.kind == Kind.COMMENT:
        return set()
    to_one: list[Withdrawal | Notice] = [*case.withdrawals.all(), *case.notices.all()]
    return {str(each.public_id) for each in to_one if each.complainant_id == whose.pk}
