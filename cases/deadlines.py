"""What is due on a case, and by when: derived from its dates, never counted up. How days are counted is in clocks.py.

Pure: the case comes with its parts loaded (cases.selectors.load_parts); one that is not saved has none yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

from backend.calendar.working_days import WorkingCalendar, day_of

from .clocks import CLOCKS, SUSPENDED, Counted, Stop, count_out, count_to, due_around, due_on
from .facts import owes_no_referral, part_2_has_ceased
from .notices import NOTICES
from .standing import (
    has_to_be_recorded_after_all,
    has_withdrawn,
    is_about_the_chief_officer,
    is_the_bodys_since,
    last_review,
    last_to_apply,
    next_review,
    review_ends_on,
    said_of_a_further_referral,
    stays_with_the_wrong_body,
    told_of_the_right_on,
)

if TYPE_CHECKING:
    from .models import Allegation, Case, Complainant, Review

By = Literal["FORCE", "COMPLAINANT", "IOPC"]
FORCE: Final = "FORCE"
COMPLAINANT: Final = "COMPLAINANT"
IOPC: Final = "IOPC"
BEFORE_RECORDING = ("RECEIVED", "ASSESSING", "CONTACTED")
TO_BE_HANDLED = ("RECORDED", "REFERRED_BACK", "REOPENED")
OF_THE_IOPC = ("DIRECTED", "INDEPENDENT")
INVESTIGATED = ("REFERRED", "LOCAL_INV", *OF_THE_IOPC)  # it is not completed by being referred
REPORTED = ("REPORT_SUBMITTED", "DECISION")
GONE = ("NOT_A_COMPLAINT", "NOT_RECORDED", "MERGED", "TRANSFERRED_OUT")  # there is no record here, or none any more
AWAITS_ITS_END = ("RESOLVED_OUTSIDE", "OUTCOME_SENT")
MAY_BE_REVIEWED = ("OUTCOME_SENT", "FINALISED")
TAKES_OVER = (
    "determine_directed",
    "determine_independent",
)  # notices of the IOPC, by the move that they are entered with
APPEAL_BROUGHT = "That an appeal was brought"
GIVES_BACK = ("determine_local", "refer_back", "refer_back_to_complete")


@dataclass(frozen=True)
class Deadline:
    """A duty that is open: `due_on` is the last day allowed, and ends at midnight in London.

    For a letter of regulation 13 it is the first day on which the letter is owed. What is owed by another than the force is
    a wait: after it, the force goes on. `about` is the public id of the complainant, notice or the like, where it is of one.
    `stops` are the days that were left out of it.
    """

    rule: str
    duty: str
    started_on: dt.date
    due_on: dt.date
    basis: str
    is_statutory: bool
    owed_by: By = FORCE
    owed_to: str = ""
    about: str = ""
    stops: tuple[Stop, ...] = ()


def open_deadlines(case: Case, calendar: WorkingCalendar) -> list[Deadline]:
    """Every duty that is open on the case, the first due first; none for history.

    Once it is closed: what it left to tell, a review that was applied for since, and to record it, where that has to be done
    after all.

    A service target leaves out the days on which all of the case was suspended, and is not among them while it still is.
    """
    if case.origin != "LIVE":
        return []
    duties = [Deadline(**duty) for duty in _duties(case, calendar)]
    if suspended := suspended_days(case):
        duties = [running for duty in duties if (running := _around(duty, suspended, calendar))]
    return sorted(duties, key=lambda each: (each.due_on, not each.is_statutory, each.rule, each.about))


def explained(case: Case, calendar: WorkingCalendar) -> list[tuple[Deadline, Counted]]:
    """The same, each with every day that was counted or left out on the way."""
    return [(each, _count(each, calendar)) for each in open_deadlines(case, calendar)]


def next_due(case: Case, calendar: WorkingCalendar) -> Deadline | None:
    """What the force has to look at first: a duty of its own, or the end of a wait for the complainant."""
    return first_to_look_at(open_deadlines(case, calendar))


def first_to_look_at(duties: list[Deadline]) -> Deadline | None:
    """The same of duties that are at hand, the first due first."""
    return next((each for each in duties if each.owed_by != IOPC), None)


def suspended_days(case: Case) -> tuple[Stop, ...]:
    """The days on which all of the case was suspended, as a whole or each live allegation by itself (SI 2020/2 reg. 40).

    The day on which it was suspended is one of them, the day on which it was resumed is not. Each day is as it was then: what
    was added later is no part of it yet, and what was moved, withdrawn or decided not to be resumed (reg. 41) is one until then.
    """
    rows = [] if case.kind == "COMMENT" else _rows(case, "suspensions")  # no comment is suspended
    if not rows:
        return ()
    allegations = _rows(case, "allegations")
    stops = [Stop(each.suspended_on, each.ended_on, SUSPENDED) for each in rows]
    of = [each.allegation_id for each in rows]
    ceased_on = {each.allegation_id: each.ended_on for each in rows if each.state in each.NOT_RESUMED}

    def suspended_on(day: dt.date) -> bool:
        parts = {part for part, stop in zip(of, stops, strict=True) if stop.covers(day)}
        live = parts | {each.pk for each in allegations if _lived_on(each, day)}
        left = live - {part for part, ended_on in ceased_on.items() if ended_on <= day}
        return None in parts or (bool(left) and parts >= left)

    # Between two of these days nothing changes.
    days = {day for stop in stops for day in (stop.from_on, stop.until_on)}
    days |= {day for each in allegations for day in (each.added_on, each.moved_on, each.decided_on)}
    edges = sorted(day for day in days if day)
    return tuple(
        Stop(start, end, SUSPENDED) for start, end in pairwise([*edges, None]) if start and suspended_on(start)
    )


def _lived_on(allegation: Allegation, day: dt.date) -> bool:
    """Whether it was handled in this case at the end of that day: added by then, and neither moved away nor withdrawn."""
    gone_on = allegation.moved_on or (allegation.decided_on if allegation.finding == "WITHDRAWN" else None)
    return (allegation.added_on is None or allegation.added_on <= day) and (gone_on is None or day < gone_on)


def late_on(case: Case, calendar: WorkingCalendar, *, on: dt.date) -> list[Deadline]:
    """Every duty of the force that was breached by that day: still open, or done, but too late. None for history."""
    if case.origin != "LIVE":
        return []
    done = [
        Deadline(**duty) for duty, done_on in _done(case, calendar) if done_on and duty["due_on"] < min(done_on, on)
    ]
    still = [each for each in open_deadlines(case, calendar) if each.owed_by == FORCE and each.due_on < on]
    return sorted([*done, *still], key=lambda each: (each.due_on, each.rule, each.about))


def _count(duty: Deadline, calendar: WorkingCalendar) -> Counted:
    counted = count_out(duty.rule, duty.started_on, calendar, duty.stops)
    was_set = counted.due != duty.due_on  # by somebody, for this one
    return count_to(duty.rule, duty.started_on, duty.due_on, calendar) if was_set else counted


def _around(duty: Deadline, suspended: tuple[Stop, ...], calendar: WorkingCalendar) -> Deadline | None:
    if not CLOCKS[duty.rule].pauses:
        return duty
    due = due_around(duty.rule, duty.started_on, calendar, suspended)
    return replace(duty, due_on=due, stops=suspended) if due else None


def _duties(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    if case.kind == "COMMENT":
        if not case.closed_on:
            yield from _of_the_diary(case, calendar)
            yield from _of_a_comment(case, calendar)
        return
    if is_about_the_chief_officer(case):
        if not case.closed_on:  # nothing else of it is this authority's (PRA 2002 s.29(1)), but what it still keeps
            yield _running("hand_over", is_the_bodys_since(case), calendar)
            yield from _of_evidence(case, calendar)
        return
    yield from _of_what_outlives_it(case, calendar)
    if case.closed_on:
        return
    yield from _of_the_diary(case, calendar)
    yield from _of_referrals(case, calendar)
    if _rows(case, "suspensions") and not case.told_on and part_2_has_ceased(case):
        yield _of_what_ceased(case, calendar)
        return
    if case.kind == "COMPLAINT" and not case.told_on:
        yield from _of_the_first_days(case, calendar)
    yield from _of_progress(case, calendar)
    yield from _of_handling(case, calendar)
    yield from _of_suspensions_and_withdrawals(case, calendar)
    yield from _of_the_end(case, calendar)


def _of_what_outlives_it(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    """What is owed also once it is closed: what was not told yet, an application for a review, and to record it after all.

    And until that is done, or proceedings that follow have ended, or where it goes on in another case, evidence that is
    deleted: the duty to preserve it ends with nothing before (Sch 3 para 1).
    """
    yield from _to_tell(case, calendar)
    if review := _review_to_open(case):
        since, about = _could_be_opened_from(case, review), str(review.public_id)
        yield _running("review_opening", since, calendar, owed_to=review.body, about=about)
    if has_to_be_recorded_after_all(case):
        yield _running("recording_decision", _to_be_recorded_since(case), calendar)
    if case.closed_on and _may_go_on(case):
        yield from _of_evidence(case, calendar)


def _may_go_on(case: Case) -> bool:
    """Whether what has ended here is, or may be, looked into yet."""
    if case.disposed_on:
        return False
    in_proceedings = any(each.ended_on is None for each in _rows(case, "proceedings"))
    is_to_be_handled = _review_to_open(case) is not None or has_to_be_recorded_after_all(case)
    return in_proceedings or is_to_be_handled or case.state == "MERGED"


def _of_a_comment(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    if not case.handling_started_on:
        yield _running("triage", case.received_on, calendar)
    elif case.state == "WITH_LPU" and case.sent_to_unit_on:
        yield _running("unit_contribution", case.sent_to_unit_on, calendar)
    yield _running("answer", case.received_on, calendar, owed_to="author")


def _of_the_diary(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    """What another unit was asked for, and evidence to be preserved: due on the day that was set for each."""
    for asked in _rows(case, "contributions"):
        if asked.state in asked.OUTSTANDING:
            about = str(asked.public_id)
            duty = _running("contribution", asked.asked_on, calendar, owed_to="asker", about=about)
            yield {**duty, "due_on": asked.due_on}
    yield from _of_evidence(case, calendar)


def _of_evidence(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    """What somebody deletes unless it is preserved: due on the last day on which it is kept."""
    for evidence in _rows(case, "preservations"):
        if evidence.is_open:
            duty = _running("preservation", evidence.captured_on, calendar, about=str(evidence.public_id))
            yield {**duty, "due_on": evidence.expires_on}


def _of_referrals(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    """From the day on which it became clear, or of the IOPC's notice; a second one from the notice that directs it.

    What it requires is in Sch 3 para 4(1)(c), what it directs in para 4(7). That a death or serious injury is referred is
    clear as soon as it comes to attention (para 14C).
    """
    if case.pk and owes_no_referral(case):
        return
    days: list[dt.date | None]
    if _rows(case, "referrals"):
        days = [each.dated_on for each in said_of_a_further_referral(case, "DIRECTS_REFERRAL")]
    else:
        required = [each for each in _rows(case, "body_notices") if each.decides == "REQUIRES_REFERRAL"]
        days = [each.dated_on for each in required]
        days.append(_first_to_be_referred_since(case))
    if known := [day for day in days if day]:
        yield _running(_referral(case), min(known), calendar, owed_to="IOPC")


def _first_to_be_referred_since(case: Case) -> dt.date | None:
    return case.referral_clear_on or (case.made_on if case.matter_type == "DSI" else None)


def _referral(case: Case) -> str:
    return "referral_2004" if case.regime == "2004" else "referral"


def _of_the_first_days(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    was_told_before = _rows(case, "reviews") or (case.recorded_on and case.first_told_on)  # and then opened again
    if not (case.contacted_on or case.contact_impossible_reason or was_told_before):
        yield _running("first_contact", case.made_on, calendar, owed_to="complainant")
    if case.state in BEFORE_RECORDING:
        yield _running("recording_decision", case.made_on, calendar)
    may_stay_outside = not (case.recorded_on or case.concerns_conduct or case.wishes_recording)
    if may_stay_outside and not case.resolved_on and case.state != "OUTSIDE_UNRESOLVED":
        yield _running("outside_resolution", _logged_on(case), calendar)


def _logged_on(case: Case) -> dt.date:
    """The day on which it was taken down: there is a log of it from then on. Staff may do that days after it came."""
    return day_of(case.received_at) if case.received_at else case.received_on


def _to_be_recorded_since(case: Case) -> dt.date:
    """The day of the wish or the yes that came once it was handled outside Schedule 3; else that on which it was made."""
    return case.must_record_since or case.made_on


def _of_progress(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    """Each complainant and interested person has a clock: from the start of handling, then from each notification of progress.

    It runs outside Schedule 3 and while the case is suspended too, ends for who has withdrawn, and begins anew when they take
    that back, or the case is opened again. Under a directed or independent investigation it is the IOPC's (PRA 2002 s.
    20(1)(b)); where the IOPC gives the case back, the force's four weeks begin with that.
    """
    first_on = case.handling_started_on or case.recorded_on
    if not first_on or case.told_on:
        return
    by, given_back_on = _who_informs(case)
    started_on = max(first_on, given_back_on or first_on)
    for party in _rows(case, "complainants"):
        if party.consent_ended_on is None and not _has_withdrawn(case, party):
            own = (party.added_on, party.returned_on, party.progress_told_on)
            since = max(day for day in (started_on, *own) if day)
            about = str(party.public_id)
            yield _running("progress_update", since, calendar, owed_by=by, owed_to="complainant", about=about)


def _who_informs(case: Case) -> tuple[By, dt.date | None]:
    """Who owes the updates, the outcome, the letters and a look at what is suspended; and since when the force does again."""
    is_the_iopcs, given_back_on = False, None
    notices = [each for each in _rows(case, "body_notices") if each.decides in TAKES_OVER + GIVES_BACK]
    for notice in sorted(notices, key=lambda each: each.pk):
        if is_the_iopcs and notice.decides in GIVES_BACK:
            given_back_on = notice.dated_on
        is_the_iopcs = notice.decides in TAKES_OVER
    # Its report goes to the IOPC, which decides: the force only enters that (Sch 3 para 22).
    if case.state in OF_THE_IOPC or (is_the_iopcs and case.state == "DECISION"):
        return IOPC, None
    return FORCE, given_back_on


def _has_withdrawn(case: Case, party: Any) -> bool:
    return bool(_rows(case, "withdrawals")) and has_withdrawn(case, party.pk)


def _of_handling(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    started_on = max(day for day in (case.recorded_on or case.made_on, case.handling_started_on) if day)
    if case.state in TO_BE_HANDLED:
        given_back = [each.dated_on for each in _rows(case, "body_notices") if each.decides in GIVES_BACK]
        yield _running("handling_decision", max([started_on, *given_back]), calendar)
    if case.state == "OTBI":
        yield _running("otherwise_than_by_investigation", started_on, calendar)
    if case.state == "LOCAL_INV":
        yield _running("local_investigation", started_on, calendar)
    if case.investigating_since and case.state in (*INVESTIGATED, *REPORTED):
        letter = _timeliness_letter(case, calendar)
        if case.state in INVESTIGATED or (case.reported_on and letter["due_on"] <= case.reported_on):
            yield letter


def _timeliness_letter(case: Case, calendar: WorkingCalendar) -> dict[str, Any]:
    """The letter that is owed next: after twelve months of the day made, that day included, and then every six, chained.

    A report that comes too late leaves what was owed when it came, until the outcome is told (SI 2020/2 reg. 13).
    """
    rule, start = "timeliness_letter", case.made_on
    first_day = due_on(rule, start, calendar)
    while case.timeliness_written_on and case.timeliness_written_on >= first_day:
        rule, start = "timeliness_letter_again", first_day
        first_day = due_on(rule, start, calendar)
    by, _ = _who_informs(case)
    return _running(rule, start, calendar, owed_by=by, owed_to="local policing body and IOPC")


def _of_suspensions_and_withdrawals(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    silence = "reply_silence_2012" if case.regime in ("2004", "2012") else "reply_silence"
    by, given_back_on = _who_informs(case)
    for suspension in _rows(case, "suspensions"):
        about = str(suspension.public_id)
        if suspension.state == "SUSPENDED":
            days = (suspension.suspended_on, suspension.reviewed_on, given_back_on)
            since = max(day for day in days if day)
            yield _running("suspension_review", since, calendar, owed_by=by, about=about)
        if suspension.state == "ASKED":
            yield _running(silence, suspension.asked_on, calendar, owed_by=COMPLAINANT, about=about)
    for withdrawal in _rows(case, "withdrawals"):
        if withdrawal.state == "ASKED":
            about = str(withdrawal.public_id)
            yield _running(silence, withdrawal.asked_on, calendar, owed_by=COMPLAINANT, about=about)


def _of_what_ceased(case: Case, calendar: WorkingCalendar) -> dict[str, Any]:
    """Nothing is left of it but to tell that Part 2 has ceased to apply, from the day on which that was decided."""
    decided_on = max(each.ended_on for each in _rows(case, "suspensions") if each.state in each.NOT_RESUMED)
    kind = NOTICES["CEASED"]
    duty = _running(kind.clock, decided_on, calendar, owed_to="complainant")
    return {**duty, "duty": f"Tell: {kind.says}", "basis": kind.basis}


def _of_the_end(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    reached = case.resolved_on or case.decided_on
    if reached and not case.told_on:
        by, _ = _who_informs(case)
        yield _running("outcome_notice", reached, calendar, owed_by=by, owed_to="complainant")
    is_held_up = has_to_be_recorded_after_all(case) or _review_to_open(case)
    if case.state in AWAITS_ITS_END and case.told_on and not is_held_up:
        last = last_to_apply(case)
        if told_on := told_of_the_right_on(case, of=last):
            yield _running("review_window", told_on, calendar, owed_by=COMPLAINANT, stops=_elsewhere(case, last))
        yield _running("finalisation", review_ends_on(case) or case.told_on, calendar)
    if case.state == "UNDER_REVIEW" and (review := last_review(case)):  # elsewhere it is superseded
        yield from _of_a_review(review, calendar)


def _review_to_open(case: Case) -> Review | None:
    """The application for a review that was entered, also once it was finalised, and is not with its body yet."""
    if case.state not in MAY_BE_REVIEWED:
        return None
    applied = (each for each in _rows(case, "reviews") if each.state == each.State.APPLIED and not each.waits)
    return next(applied, None) or next_review(case)


def _could_be_opened_from(case: Case, review: Review) -> dt.date:
    """The day on which it was made; where another's went before, and ended later, the day of that."""
    others = (each for each in _rows(case, "reviews") if each is not review and not each.waits)
    went_before = [each.decided_on for each in others if each.decided_on]
    ended_on = case.closed_on if went_before else None
    days: list[dt.date | None] = [review.forwarded_on or review.applied_on, *went_before, ended_on]
    return max(day for day in days if day)


def _of_a_review(review: Review, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    """Once its body has decided it is the authority's turn: it answers what is recommended, and acts on everything else."""
    about = str(review.public_id)
    if review.state == review.State.AWAITING_RESPONSE and review.recommended_on:
        yield _running("recommendation_answer", review.recommended_on, calendar, owed_to=review.body, about=about)
    elif acted_on_from := review.answered_on or review.decided_on:
        yield _running("review_follow_up", acted_on_from, calendar, about=about)


def _elsewhere(case: Case, of: Complainant | None) -> tuple[Stop, ...]:
    """The days that their application for a review spent with the wrong body: they are left out (SI 2020/2 reg. 29)."""
    stays = stays_with_the_wrong_body(case, of=of)
    return tuple(Stop(from_on, until_on, "with the wrong body") for from_on, until_on in stays)


def _to_tell(case: Case, calendar: WorkingCalendar) -> Iterator[dict[str, Any]]:
    """What was decided and somebody was not told of yet: this outlives the case."""
    for notice in _rows(case, "notices"):
        if notice.settled_on is None:
            kind = NOTICES[notice.kind]
            duty = _running(
                kind.clock, notice.owed_on, calendar, owed_to=notice.to.lower(), about=str(notice.public_id)
            )
            says = APPEAL_BROUGHT if _is_of_an_appeal_brought(case, notice) else kind.says
            yield {**duty, "duty": f"Tell: {says}", "basis": kind.basis}
        elif _is_under_review(notice) and case.state not in GONE and not case.disposed_on:
            since, about = notice.reviewed_on or notice.settled_on, str(notice.public_id)
            yield _running("withholding_review", since, calendar, owed_to=notice.to.lower(), about=about)


def _is_of_an_appeal_brought(case: Case, notice: Any) -> bool:
    """Whether the proceedings that it tells of go on: that an appeal was brought is told too (SI 2020/2 reg. 34(2)(b))."""
    return notice.proceeding_id is not None and any(
        each.pk == notice.proceeding_id and each.ended_on is None for each in _rows(case, "proceedings")
    )


def _is_under_review(notice: Any) -> bool:
    """Whether it is a copy of the record that was refused: that is looked at again and again (SI 2020/2 reg. 3)."""
    return notice.kind == "RECORD_COPY" and notice.settled_as == "WITHHELD" and not notice.withheld_until


def _done(case: Case, calendar: WorkingCalendar) -> Iterator[tuple[dict[str, Any], dt.date | None]]:
    """Duties with the day on which they were done, None where they are not."""
    if case.kind == "COMMENT":
        return
    if case.kind == "COMPLAINT":
        if case.received_at:  # the acknowledgement goes with the log by itself
            yield _running("logging", case.received_on, calendar), _logged_on(case)
            if case.reply_wanted:
                yield _running("acknowledgement", case.made_on, calendar), _logged_on(case)
        yield _running("first_contact", case.made_on, calendar), case.contacted_on
        yield _running("recording_decision", _to_be_recorded_since(case), calendar), case.recorded_on
        if reached := case.resolved_on or case.decided_on:
            yield _running("outcome_notice", reached, calendar), case.told_on
    owed_since = _first_to_be_referred_since(case)
    for referral in sorted(_rows(case, "referrals"), key=lambda each: each.pk):
        if since := referral.clear_on if referral.basis == "MANDATORY" else owed_since:
            yield _running(_referral(case), since, calendar, about=str(referral.public_id)), referral.made_on
        owed_since = None  # with the first, also where the body makes it or the IOPC calls it in, it is referred


def _rows(case: Case, name: str) -> list[Any]:
    if not case.pk:
        return []
    # What is loaded is read where it lies: a new query set for each look would cost most of a pass over all cases.
    loaded = getattr(case, "_prefetched_objects_cache", {}).get(name)
    return list(getattr(case, name).all() if loaded is None else loaded)


def _running(
    rule: str, started_on: dt.date, calendar: WorkingCalendar, *, stops: Sequence[Stop] = (), **more: Any
) -> dict[str, Any]:
    clock = CLOCKS[rule]
    due = due_around(rule, started_on, calendar, stops) if stops else due_on(rule, started_on, calendar)
    return {
        "rule": rule,
        "duty": clock.duty,
        "started_on": started_on,
        "due_on": due,
        "basis": clock.basis,
        "is_statutory": clock.is_statutory,
        "stops": tuple(stops),
        **more,
    }
