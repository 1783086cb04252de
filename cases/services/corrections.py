"""A day that was entered wrongly is put right, for a reason; what was late by the old day stays in the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Refused
from cases import makers
from cases.deadlines import late_on
from cases.models import Case, DateCorrection, Notice, Proceeding, Referral, Review, Suspension, Withdrawal
from cases.timetable import timetable

from . import locking, steps, suspensions, withdrawals
from .due import forget, write_next_due
from .locking import MayNot

OF_THE_CASE = (
    "made_on", "received_on", "handling_started_on", "contacted_on", "sent_to_unit_on", "recording_offered_on",
    "recording_declined_on", "must_record_since", "recorded_on", "referral_clear_on", "referred_on", "investigating_since",
    "timeliness_written_on", "reported_on", "resolved_on", "decided_on", "told_on", "review_information_on",
    "chief_officer_found_on",
)  # fmt: skip
# The parts of a case (cases.selectors.PARTS) whose days may be corrected. What a body's notice says stands in its document:
# nobody changes it, its day neither.
OF_PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "complainant": ("complainants", ("progress_told_on",)),
    "referral": ("referrals", ("clear_on", "made_on", "form_on")),
    "review": ("reviews", ("applied_on", "forwarded_on", "decided_on", "recommended_on", "answered_on")),
    "suspension": ("suspensions", ("suspended_on", "reviewed_on", "concluded_on", "asked_on", "ended_on")),
    "withdrawal": ("withdrawals", ("wished_on", "signed_on", "asked_on", "settled_on")),
    "special_procedures": ("special_procedures", ("declared_on", "assessed_on", "accelerated_on", "ended_on")),
    "proceeding": ("proceedings", ("begun_on", "ended_on", "told_on")),
    "notice": ("notices", ("owed_on", "settled_on")),
}
CORRECTABLE = (*OF_THE_CASE, *(f"{part}.{name}" for part, (_, names) in OF_PARTS.items() for name in names))
# In each row the days that cannot come in another order.
IN_ORDER = (
    ("made_on", "received_on"),
    ("recording_offered_on", "recording_declined_on"),
    ("referral_clear_on", "referred_on"),
    ("resolved_on", "told_on"),
    ("decided_on", "told_on"),
    ("told_on", "review_information_on"),
    ("clear_on", "made_on"),
    ("made_on", "form_on"),
    ("applied_on", "forwarded_on"),
    ("applied_on", "decided_on"),
    ("forwarded_on", "decided_on"),
    ("recommended_on", "answered_on"),
    ("suspended_on", "reviewed_on"),
    ("suspended_on", "concluded_on"),
    ("suspended_on", "ended_on"),
    ("reviewed_on", "ended_on"),
    ("concluded_on", "asked_on"),
    ("concluded_on", "ended_on"),
    ("asked_on", "ended_on"),
    ("wished_on", "asked_on"),
    ("wished_on", "settled_on"),
    ("declared_on", "assessed_on"),
    ("declared_on", "accelerated_on"),
    ("declared_on", "ended_on"),
    ("begun_on", "ended_on"),
    ("ended_on", "told_on"),
    ("owed_on", "settled_on"),
)
CONFIRMED_IN_ORDER = ("asked_on", "settled_on")  # who signed or said no may have done so before the letter went
# Days of the case that are those of a referral too.
OF_A_REFERRAL = {"referral_clear_on": "clear_on", "referred_on": "made_on"}
# Days of a review that come from one document.
OF_ONE_DECISION = {"decided_on": "recommended_on", "recommended_on": "decided_on"}


class NothingToCorrect(Refused):
    """There is no such day, or it is that day already."""

    code = "nothing-to-correct"
    title = "There is nothing to correct so."


@transaction.atomic
def correct(
    *,
    reference: str,
    what: str,
    about: UUID | None,
    to: dt.date,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[DateCorrection, Case]:
    """Put a day right: `what` is one of CORRECTABLE, `about` the public id of the part of the case whose day it is.

    What is due follows from the day as it is now; the row keeps the old day, and every duty that was late by it. Where a letter
    that asks went later than was entered, nobody is found silent before their time is over. Raises Missing
    (404), Stale (412), MayNot (403), NothingToCorrect (409) where the day was never entered or is that one already, and Invalid
    (400) for a day to come, one before the complaint was made, or one out of order.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    row, name = _find(case, what, about)
    old = getattr(row, name)
    if old is None:
        raise NothingToCorrect("That day was not entered yet: make the move that enters it.")
    if old == to:
        raise NothingToCorrect("It is that day already.")
    late = late_on(case, timetable(), on=day_of(at))
    _write(case, row, name, to)
    _check(case, row, what, old, to, today=day_of(at))
    if name == "asked_on":
        _ask_again(case, row, old, to, today=day_of(at))
    correction = DateCorrection.objects.create(
        case_id=case.pk,
        what=what,
        about=str(about or ""),
        old=old,
        new=to,
        reason=reason,
        made_by_id=actor.account,
        made_at=at,
        breached=[
            {
                "rule": each.rule,
                "about": each.about,
                "started_on": each.started_on.isoformat(),
                "due_on": each.due_on.isoformat(),
                "is_statutory": each.is_statutory,
            }
            for each in late
        ],
    )
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id,
        verb="DATE_CORRECTED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"correction": str(correction.public_id), "what": what, "old": old.isoformat(), "new": to.isoformat()},
    )
    return correction, case


def _find(case: Case, what: str, about: UUID | None) -> tuple[Any, str]:
    """The row whose day it is, and the name of the day."""
    if what in OF_THE_CASE:
        if about is not None:
            raise _wrong("about", "This is a day of the case itself: leave it out.")
        return case, what
    part, _, name = what.partition(".")
    relation, names = OF_PARTS.get(part, ("", ()))
    if name not in names:
        raise _wrong("what", f"Name one of: {', '.join(CORRECTABLE)}.")
    for row in getattr(case, relation).all():
        if row.public_id == about:
            return row, name
    raise _wrong("about", "The case has no such part: give the public id of the one whose day it is.")


def _write(case: Case, row: Any, name: str, to: dt.date) -> None:
    old = getattr(row, name)
    setattr(row, name, to)
    if row is case:
        if copy := OF_A_REFERRAL.get(name):
            case.referrals.filter(**{copy: old}).update(**{copy: to})
            forget(case, "referrals")
        return
    row.save(update_fields=[name])
    if isinstance(row, Referral):
        for of_the_case, copy in OF_A_REFERRAL.items():
            if name == copy and getattr(case, of_the_case) == old:
                setattr(case, of_the_case, to)
    if isinstance(row, Review) and (same := OF_ONE_DECISION.get(name)) and getattr(row, same) == old:
        setattr(row, same, to)
        row.save(update_fields=[same])


def _ask_again(case: Case, row: Any, old: dt.date, to: dt.date, *, today: dt.date) -> None:
    """The letter went on another day: who has time to answer until a later day was found silent too early."""
    if case.closed_on:
        return
    if isinstance(row, Withdrawal):
        withdrawals.wait_on(case, row)
    if isinstance(row, Suspension):
        row.wishes.filter(asked_on=old).update(asked_on=to)
        forget(case, "suspensions")
        suspensions.wait_on(case, row, on=today)


def _check(case: Case, row: Any, what: str, old: dt.date, to: dt.date, *, today: dt.date) -> None:
    if to > today:
        raise _wrong("to", "This day is still to come.")
    name = what.rpartition(".")[2]
    for first, then in _in_order(row):
        before, after = getattr(row, first, None), getattr(row, then, None)
        if name not in (first, then) or before is None or after is None:
            continue
        # Days that came in another order already are put right one after the other.
        stood = old <= after if name == first else before <= old
        if stood and before > after:
            raise _wrong("to", f"Then {first} ({before}) would come after {then} ({after}).")
    _check_silence(case, row, name)
    if too_early := _too_early(case, row, what, old, to):
        raise _wrong("to", f"Before {case.made_on:%-d %B %Y}, the day on which it was made: {', '.join(too_early)}.")
    if case.closed_on and case.received_on > case.closed_on:
        raise _wrong("to", f"It was closed on {case.closed_on:%-d %B %Y}.")


def _in_order(row: Any) -> tuple[tuple[str, str], ...]:
    was_confirmed = isinstance(row, Withdrawal) and row.state == Withdrawal.State.CONFIRMED
    return (*IN_ORDER, CONFIRMED_IN_ORDER) if was_confirmed else IN_ORDER


def _check_silence(case: Case, row: Any, name: str) -> None:
    """Nobody was silent on a day on which they might still answer."""
    if isinstance(row, Withdrawal) and name == "settled_on" and withdrawals.was_found_too_early(case, row):
        last_day = steps.last_day_to_answer(case, row.asked_on or row.wished_on)
        raise _wrong("to", f"They might answer until the end of {last_day:%-d %B %Y}.")


def _too_early(case: Case, row: Any, what: str, old: dt.date, to: dt.date) -> list[str]:
    """The days that the correction alone would put before the one on which it was made: none may come before that.

    What came before it already stands against no other day: each is put right by itself.
    """
    if what == "made_on":
        return [name for name, day in _days(case) if old <= day < to]
    return [what] if to < case.made_on and not _is_of_proceedings(row) else []


def _days(case: Case) -> Iterator[tuple[str, dt.date]]:
    """Every day of the case and its parts that is known and cannot come before it was made."""
    yield from ((name, day) for name in OF_THE_CASE if (day := getattr(case, name)))
    for part, (relation, names) in OF_PARTS.items():
        for row in getattr(case, relation).all():
            if not _is_of_proceedings(row):
                yield from ((f"{part}.{name}", day) for name in names if (day := getattr(row, name)))
    yield from (("body_notice.dated_on", each.dated_on) for each in case.body_notices.all())


def _is_of_proceedings(row: Any) -> bool:
    """Proceedings, and what is told of them: a trial may have begun, and ended too, before anybody complained."""
    return isinstance(row, Proceeding) or (isinstance(row, Notice) and row.kind == "PROCEEDING_OUTCOME")


def _wrong(name: str, told: str) -> Invalid:
    return Invalid("Correct the field that is named, and send it again.", errors={name: [told]})
