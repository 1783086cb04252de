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
from cases.models import Case, DateCorrection, Notice, Proceeding
from cases.timetable import timetable

from . import locking
from .due import forget, write_next_due
from .locking import MayNot

OF_THE_CASE = (
    "made_on", "received_on", "handling_started_on", "contacted_on", "sent_to_unit_on", "recording_offered_on",
    "recording_declined_on", "must_record_since", "recorded_on", "referral_clear_on", "referred_on", "investigating_since",
    "timeliness_written_on", "reported_on", "resolved_on", "decided_on", "told_on", "review_information_on",
    "chief_officer_found_on",
)  # fmt: skip
# The parts of a case (cases.selectors.PARTS) whose days may be corrected. What a body's notice says stands in its document.
OF_PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "complainant": ("complainants", ("progress_told_on",)),
    "referral": ("referrals", ("clear_on", "made_on", "form_on")),
    "body_notice": ("body_notices", ("dated_on",)),
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
    ("suspended_on", "ended_on"),
    ("wished_on", "asked_on"),
    ("wished_on", "settled_on"),
    ("concluded_on", "asked_on"),
    ("told_on", "review_information_on"),
    ("declared_on", "ended_on"),
    ("begun_on", "ended_on"),
    ("owed_on", "settled_on"),
    ("applied_on", "decided_on"),
)


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

    What is due follows from the day as it is now; the row keeps the old day, and every duty that was late by it. Raises Missing
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
        if name == "referral_clear_on":
            case.referrals.filter(clear_on=old).update(clear_on=to)
            forget(case, "referrals")
        return
    row.save(update_fields=[name])
    if name == "clear_on" and case.referral_clear_on == old:
        case.referral_clear_on = to


def _check(case: Case, row: Any, what: str, old: dt.date, to: dt.date, *, today: dt.date) -> None:
    if to > today:
        raise _wrong("to", "This day is still to come.")
    for first, then in IN_ORDER:
        before, after = getattr(row, first, None), getattr(row, then, None)
        if before and after and before > after:
            raise _wrong("to", f"Then {first} ({before}) would come after {then} ({after}).")
    if too_early := _too_early(case, row, what, old, to):
        raise _wrong("to", f"Before {case.made_on:%-d %B %Y}, the day on which it was made: {', '.join(too_early)}.")
    if case.closed_on and case.received_on > case.closed_on:
        raise _wrong("to", f"It was closed on {case.closed_on:%-d %B %Y}.")


def _too_early(case: Case, row: Any, what: str, old: dt.date, to: dt.date) -> list[str]:
    """The days that the correction alone would put before the one on which it was made: none may come before that.

    What came before it already stands against no other day: each is put right by itself.
    """
    if what == "made_on":
        return [name for name, day in _days(case) if old <= day < to]
    return [what] if to < case.made_on and not _is_of_proceedings(row) else []


def _days(case: Case) -> Iterator[tuple[str, dt.date]]:
    """Every day of the case and its parts that may be corrected, is known, and cannot come before it was made."""
    yield from ((name, day) for name in OF_THE_CASE if (day := getattr(case, name)))
    for part, (relation, names) in OF_PARTS.items():
        for row in getattr(case, relation).all():
            if not _is_of_proceedings(row):
                yield from ((f"{part}.{name}", day) for name in names if (day := getattr(row, name)))


def _is_of_proceedings(row: Any) -> bool:
    """Proceedings, and what is told of them: a trial may have begun, and ended too, before anybody complained."""
    return isinstance(row, Proceeding) or (isinstance(row, Notice) and row.kind == "PROCEEDING_OUTCOME")


def _wrong(name: str, told: str) -> Invalid:
    return Invalid("Correct the field that is named, and send it again.", errors={name: [told]})
