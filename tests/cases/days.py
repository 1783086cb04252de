"""When what is owed in a story of tests/cases/law.py is due: from 7.3 and 9B of the law, and never from the case's own columns.

The days themselves are counted by tests/cases/oracle.py. What notices tell is not among it: those are counted where they lie.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from tests.cases.law import AT_THE_IOPC, BEFORE, OPEN_HOW, Law
from tests.cases.oracle import History, Oracle, months_after

REVIEW_WINDOW = dt.timedelta(days=28)
Start = tuple[str, dt.date]


def due(law: Law) -> Counter[tuple[str, dt.date]]:
    """Each clock that runs, and its last day; a target does not run while all of it is suspended."""
    oracle = Oracle(History(events=[]))
    oracle.suspended, oracle.suspended_since = law.dates.stood_still, law.dates.suspended
    counted = ((rule, oracle.count(rule, start)) for rule, start in _running(law))
    days = Counter((rule, day) for rule, day in counted if day)
    if letter := _letter(law):
        days["timeliness_letter", letter] += 1
    return days


def _running(law: Law) -> Iterator[Start]:
    """The clocks that run, and since when."""
    if law.bodys_since:  # 9A A7: what an authority owes is the body's
        yield from [] if law.closed else [("hand_over", law.bodys_since)]
        return
    yield from _of_what_outlives_it(law)
    if not law.closed:
        yield from _while_it_is_open(law)


def _while_it_is_open(law: Law) -> Iterator[Start]:
    dates = law.dates
    if law.must_be_referred:
        since = law.clear_on if law.referred_on is None else dates.directed
        assert since
        yield "referral", since
    if law.has_ceased and not law.told:  # B15: nothing runs any more but to tell that
        assert dates.ceased
        yield "notice", dates.ceased
        return
    if not law.told:
        yield from _of_the_first_days(law)
        yield from _of_progress(law)
        if dates.decided:
            yield "outcome_notice", dates.decided
    yield from _of_handling(law)
    yield from _of_suspensions(law)
    yield from _of_the_end(law)


def _of_what_outlives_it(law: Law) -> Iterator[Start]:
    dates = law.dates
    if law.must_be_recorded_after_all:
        yield "recording_decision", dates.had_to_be_recorded or law.made_on
    if _is_to_be_opened(law):
        assert dates.applied
        went_before = law.closed and any(each not in ("APPLIED", "SUPERSEDED") for each in law.reviews)
        yield "review_opening", max(dates.applied, dates.closed) if went_before and dates.closed else dates.applied


def _is_to_be_opened(law: Law) -> bool:
    return law.state in ("OUTCOME_SENT", "FINALISED") and "APPLIED" in law.reviews


def _of_the_first_days(law: Law) -> Iterator[Start]:
    if not (law.contacted or law.reviews or law.told_before):
        yield "first_contact", law.made_on
    if law.state in BEFORE:
        yield "recording_decision", law.made_on
    if not law.recorded and not law.must_be_recorded and law.state != "OUTSIDE_UNRESOLVED":
        yield "outside_resolution", law.made_on


def _of_progress(law: Law) -> Iterator[Start]:
    """B1 to B3: one clock each who has not withdrawn; where the IOPC gives it back, the four weeks begin with that."""
    first_on = law.dates.started or law.dates.recorded
    if first_on:
        for _ in law.people:
            yield "progress_update", max(first_on, _informs_since(law) or first_on)


def _informs_since(law: Law) -> dt.date | None:
    """Since when the force informs again; None where the IOPC does, or never did."""
    return None if law.state in ("DIRECTED", "INDEPENDENT") or law.the_iopc_decides else law.dates.force_informs


def _of_handling(law: Law) -> Iterator[Start]:
    since = [day for day in (law.dates.recorded or law.made_on, law.dates.started) if day]
    if law.state in OPEN_HOW:
        yield "handling_decision", max([*since, *law.dates.given_back])
    if law.state == "OTBI":
        yield "otherwise_than_by_investigation", max(since)
    if law.state == "LOCAL_INV":
        yield "local_investigation", max(since)


def _of_suspensions(law: Law) -> Iterator[Start]:
    """Looked at again while it waits; once that has concluded, only an answer to the letter has a day (1.31, 9A A18)."""
    for part, suspended in law.suspensions.items():
        if not suspended.concluded:
            yield "suspension_review", max(suspended.since, _informs_since(law) or suspended.since)
        if asked_on := law.awaits_answers_since(part):
            yield "reply_silence", asked_on


def _letter(law: Law) -> dt.date | None:
    """B6: the first day after twelve months of the day made, also of a report that came later."""
    if law.closed or law.bodys_since or not law.investigated or (law.has_ceased and not law.told):
        return None
    first_day, reported = months_after(law.made_on, 12), law.dates.reported
    if law.state in AT_THE_IOPC | {"LOCAL_INV"}:
        return first_day
    is_late = reported is not None and reported >= first_day
    return first_day if is_late and law.state in ("REPORT_SUBMITTED", "DECISION") else None


def _of_the_end(law: Law) -> Iterator[Start]:
    dates, told_on = law.dates, law.told_on
    is_held_up = law.must_be_recorded_after_all or _is_to_be_opened(law)
    if law.state in ("RESOLVED_OUTSIDE", "OUTCOME_SENT") and told_on and not is_held_up:
        if law.review_body:
            yield "review_window", told_on
        yield "finalisation", told_on + REVIEW_WINDOW if law.review_body else told_on
    if law.state == "UNDER_REVIEW":
        if law.reviews[-1] == "AWAITING_RESPONSE" and dates.review_decided:
            yield "recommendation_answer", dates.review_decided
        elif acted_on_from := dates.answered or dates.review_decided:
            yield "review_follow_up", acted_on_from
