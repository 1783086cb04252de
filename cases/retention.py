"""How long an ended case is kept, and what stands against its disposal. Pure: the case comes with its parts loaded.

The parts are those of cases.selectors.load_for_retention. The day is the case's `considered_on`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .clocks import corresponding_date
from .facts import HOUSE, fact, no_review_is_open
from .standing import has_to_be_recorded_after_all, open_suspensions, was_once_the_iopcs

if TYPE_CHECKING:
    from .models import Case, RetentionPeriod

DATA_PROTECTION = "UK GDPR, article 5(1)(e)"
ACCUSING = ("MISCONDUCT_MEETING", "MISCONDUCT_HEARING", "ACCELERATED_HEARING")
UNREAD = "UNREAD_MESSAGE"
WISH_TO_RECORD = "WISH_TO_RECORD"


# ---- how long


def ending_of(case: Case) -> str:
    """The kind of ending (models.Ending) that the case is kept by; "" while it has not ended.

    What was found goes before how it ended: a case to answer is kept for as long as one, also where it was withdrawn then.
    """
    if case.closed_on is None:
        return ""
    if case.kind == "COMMENT":
        return "COMMENT"
    if _found_misconduct(case):
        return "MISCONDUCT"
    if case.matter_type == "DSI" or was_once_the_iopcs(case):
        return "IOPC"
    if case.state == "FINALISED":
        return "HANDLED" if case.recorded_on else "OUTSIDE"
    return "OUTSIDE" if case.state == "CLOSED_OUTSIDE" else case.state


def _found_misconduct(case: Case) -> bool:
    return any(each.finding == "CASE_TO_ANSWER" for each in case.allegations.all()) or any(
        each.kind in ACCUSING for each in case.proceedings.all()
    )


def period_for(case: Case, periods: Iterable[RetentionPeriod]) -> RetentionPeriod | None:
    """The period of the case's ending, as it was in force on the day on which it ended; None where there is none."""
    ending, ended_on = ending_of(case), case.closed_on
    if ended_on is None:
        return None
    found = (each for each in periods if each.ending == ending and each.from_on <= ended_on)
    return next((each for each in found if each.until_on is None or ended_on < each.until_on), None)


def due_on(case: Case, period: RetentionPeriod) -> dt.date | None:
    """The first day after the period, which begins with the day on which the case ended; later where somebody kept it longer.

    What was kept before the case was opened again and ended anew does not count any more.
    """
    if case.closed_on is None:
        return None
    due = corresponding_date(case.closed_on, 12 * period.years)
    kept = [each.kept_until for each in case.retention_reviews.all() if each.ended_on == case.closed_on]
    return max([due, *(day for day in kept if day)])


# ---- what stands against it


@fact("It was brought in from the force's records: history stays as it was.", rule=HOUSE)
def was_made_here(case: Case) -> bool:
    return case.origin == "LIVE"


@fact("It was disposed of already.", rule=DATA_PROTECTION)
def is_not_disposed(case: Case) -> bool:
    return case.disposed_on is None


@fact("It has not ended.", rule=DATA_PROTECTION)
def has_ended(case: Case) -> bool:
    return case.closed_on is not None


@fact("It is held: lift the hold first.", rule="A legal hold goes before every period")
def is_not_held(case: Case) -> bool:
    return not any(hold.stands_on(case.considered_on) for hold in case.retention_holds.all())


@fact("It is restricted: nothing is done to what hardly anybody knows of. Lift that first.", rule=HOUSE)
def is_not_restricted(case: Case) -> bool:
    return not case.restricted


@fact("Something of it is suspended.", rule=DATA_PROTECTION)
def nothing_is_suspended(case: Case) -> bool:
    return not open_suspensions(case)


@fact("Proceedings that follow from it go on: enter how they ended.", rule=DATA_PROTECTION)
def no_proceedings_go_on(case: Case) -> bool:
    return all(each.ended_on for each in case.proceedings.all())


@fact("An action or something to be learnt is not done yet.", rule=DATA_PROTECTION)
def everything_is_done(case: Case) -> bool:
    return all(
        all(task.done_on for task in each.actions.all()) and all(task.done_on for task in each.learning.all())
        for each in case.allegations.all()
    )


@fact("Somebody has yet to be told something: send the notice, or settle it.", rule=DATA_PROTECTION)
def everybody_was_told(case: Case) -> bool:
    return all(each.settled_on for each in case.notices.all())


@fact("They wrote, and nobody has read it yet: read it first.", rule=HOUSE)
def everything_was_read(case: Case) -> bool:
    return UNREAD not in case.flags


@fact(
    "They wish it to be recorded, or it alleges what must be, and nothing was done about it: record it.",
    rule="Police Reform Act 2002, Schedule 3, paragraph 2(6A)",
)
def no_wish_to_record_stands(case: Case) -> bool:
    if has_to_be_recorded_after_all(case):
        return False
    return WISH_TO_RECORD not in case.flags or case.recorded_on is not None


# It is not said that it is a linked case: that one may be restricted, and nobody is to learn of it here.
@fact("Something else still needs it.", rule=DATA_PROTECTION)
def no_linked_case_goes_on(case: Case) -> bool:
    """Neither what it is linked to, nor that in which a part of it goes on."""
    linked = [each.other for each in case.links.all() if each.ended_at is None]
    linked += [each.case for each in case.links_to.all() if each.ended_at is None]
    linked += [each.moved_to.case for each in case.allegations.all() if each.moved_to]
    return all(each.closed_on for each in linked)


FACTS = (
    was_made_here,
    is_not_disposed,
    has_ended,
    is_not_held,
    is_not_restricted,
    nothing_is_suspended,
    no_proceedings_go_on,
    no_review_is_open,
    everything_is_done,
    everybody_was_told,
    everything_was_read,
    no_wish_to_record_stands,
    no_linked_case_goes_on,
)
