"""Suspending the whole or one allegation, and how it goes on afterwards (SI 2020/2 regulations 40 and 41).

It goes on without asking, but in one case: an investigation was suspended until criminal proceedings concluded, they have,
and a complainant has stated no wish. Then the force writes and asks. Whoever wishes it to go on has it go on; a no from all,
or no answer in 28 days from the day after the letter, leaves the authority to decide what the public interest asks for.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import facts, findings, makers, standing
from cases.models import Allegation, Case, Complainant, Kind, Notice, Suspension, SuspensionReview, WishToResume

from . import locking, matters, notices, outcome, steps, wishes
from .due import forget
from .locking import MayNot
from .steps import find, keep

State = Suspension.State
Wish = WishToResume.Wish
SUSPENDABLE = (
    "HANDLING_OUTSIDE", "RECORDED", "REFERRED_BACK", "REOPENED", "OTBI", "NFA", "LOCAL_INV", "REPORT_SUBMITTED", "DECISION",
)  # fmt: skip
WITH_THE_IOPC = ("REFERRED", "DIRECTED", "INDEPENDENT")
THE_IOPCS = "It is with the IOPC, which decides whether it is suspended."
UNTIL = ("CRIMINAL_INVESTIGATION", "CRIMINAL_PROCEEDINGS")


class CannotSuspend(Refused):
    """The case does not stand where it may be suspended, or this part of it is suspended already."""

    code = "cannot-suspend"
    title = "It cannot be suspended now."


class CannotGoOn(Refused):
    """The suspension does not stand where this step starts."""

    code = "cannot-go-on"
    title = "The suspension cannot go on so now."


@transaction.atomic
def suspend(
    *, reference: str, allegation: UUID | None, until: str, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Suspension, Case]:
    """Suspend the whole, or one allegation, because going on would prejudice what it waits for: `until` is one of UNTIL.

    The complainant and the person complained about are owed a notice. Service targets stop; keeping people informed does
    not. Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotSuspend (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may(case, makers.may_decide, actor)
    if case.state in WITH_THE_IOPC or _is_the_iopcs(case):
        raise CannotSuspend(THE_IOPCS)
    if case.kind == Kind.COMMENT or case.state not in SUSPENDABLE:
        raise CannotSuspend("Nothing of it is being handled now, so there is nothing to suspend.")
    if not facts.part_2_goes_on(case):
        raise CannotSuspend(facts.part_2_goes_on.otherwise)
    part = steps.allegation_of(case, allegation) if allegation else None
    _check_not_suspended(case, part)
    suspension = Suspension.objects.create(
        case_id=case.pk,
        allegation=part,
        suspended_on=day_of(at),
        reason=reason,
        for_criminal_proceedings=until == "CRIMINAL_PROCEEDINGS",
        of_an_investigation=case.state == "LOCAL_INV",
    )
    _tell_everybody(case, "SUSPENSION", part=part, on=day_of(at))
    _keep(case, suspension, "SUSPENDED", actor=actor, at=at, until=until)
    return suspension, case


@transaction.atomic
def review(
    *, reference: str, suspension: UUID, reason: str, until: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Suspension, Case]:
    """Look again at a suspension, and record why it goes on and for what it waits now; owed every 28 days.

    Raises Missing (404), Stale (412), MayNot (403), CannotGoOn (409) where it is not suspended any more.
    """
    case, row = _suspended(reference, suspension, actor=actor, version=version)
    SuspensionReview.objects.create(suspension=row, reviewed_on=day_of(at), reviewed_by_id=actor.account, reason=reason)
    row.reviewed_on, row.for_criminal_proceedings = day_of(at), until == "CRIMINAL_PROCEEDINGS"
    row.save(update_fields=["reviewed_on", "for_criminal_proceedings"])
    _keep(case, row, "SUSPENSION_REVIEWED", actor=actor, at=at, until=until)
    return row, case


@transaction.atomic
def resume(
    *, reference: str, suspension: UUID, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Suspension, Case]:
    """Go on although what it waited for has not concluded: it would prejudice nothing any more.

    Raises Missing (404), Stale (412), MayNot (403), CannotGoOn (409).
    """
    case, row = _suspended(reference, suspension, actor=actor, version=version)
    row.decision_reason = reason
    _go_on(case, row, actor=actor, at=at)
    _keep(case, row, "RESUMED", actor=actor, at=at)
    return row, case


@transaction.atomic
def follow_direction(
    *,
    reference: str,
    suspension: UUID,
    document: UUID,
    dated_on: dt.date,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Suspension, Case]:
    """Enter that the IOPC directs that it goes on (regulation 40), by its notice: a file of the case, and the day on it.

    Whatever the complainant was asked, and the only way on while the IOPC has it. Raises Missing (404), Stale (412), MayNot
    (403), Invalid (400), CannotGoOn (409).
    """
    case, row = _open(reference, suspension, by=makers.may_decide, actor=actor, version=version)
    steps.check_day("dated_on", dated_on, since=row.suspended_on, on=day_of(at))
    steps.keep_body_notice(case, "DIRECTS_CONTINUATION", document=document, dated_on=dated_on, actor=actor, at=at)
    _go_on(case, row, actor=actor, at=at)
    _keep(case, row, "RESUMED_BY_DIRECTION", actor=actor, at=at, document=document, dated_on=dated_on)
    return row, case


@transaction.atomic
def conclude(
    *, reference: str, suspension: UUID, concluded_on: dt.date, actor: Actor, at: dt.datetime, version: int
) -> tuple[Suspension, Case]:
    """Enter that what it waited for has concluded: it goes on, or the complainant is asked, or the authority decides.

    Each complainant who has stated no wish is owed the letter of regulation 41, and none where that is not due: outside an
    investigation, after anything but criminal proceedings, or once somebody wished it to go on. Raises Missing (404), Stale
    (412), MayNot (403), Invalid (400), CannotGoOn (409).
    """
    case, row = _suspended(reference, suspension, actor=actor, version=version)
    steps.check_day("concluded_on", concluded_on, since=row.suspended_on, on=day_of(at))
    row.concluded_on = concluded_on
    if _asks(case, row):
        row.state = State.CONCLUDED
        for complainant in _without_a_wish(case, row):
            notices.owe_one(case, "ASK_TO_RESUME", to=complainant, of=row, on=day_of(at))
        _settle(case, row, actor=actor, at=at)
    else:
        _go_on(case, row, actor=actor, at=at)
    row.save()
    _keep(case, row, "PROCEEDINGS_CONCLUDED", actor=actor, at=at, concluded_on=concluded_on, state=row.state)
    return row, case


@transaction.atomic
def state_wish(
    *,
    reference: str,
    suspension: UUID,
    complainant: UUID,
    wish: WishToResume.Wish,
    stated_on: dt.date,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Suspension, Case]:
    """Enter what a complainant wishes, asked or not, before the proceedings conclude or after; the last wish counts.

    A wish that it goes on is followed as soon as they have concluded, also where the answer came late. Raises Missing (404),
    Stale (412), MayNot (403), Invalid (400), CannotGoOn (409) where the suspension has ended.
    """
    case, row = _open(reference, suspension, by=makers.may_handle, actor=actor, version=version)
    who = steps.complainant_of(case, complainant)
    steps.check_day("stated_on", stated_on, since=row.suspended_on, on=day_of(at))
    WishToResume.objects.update_or_create(
        suspension=row, complainant=who, defaults={"wish": wish, "stated_on": stated_on}
    )
    _not_asked_any_more(case, row, who, reason="They have stated what they wish.", actor=actor, at=at)
    _settle(case, row, actor=actor, at=at)
    row.save()
    details = {"complainant": who.public_id, "wish": wish, "stated_on": stated_on, "state": row.state}
    _keep(case, row, "WISH_TO_RESUME_STATED", actor=actor, at=at, **details)
    return row, case


@transaction.atomic
def enter_letter(
    *,
    reference: str,
    suspension: UUID,
    complainant: UUID,
    sent_on: dt.date,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Suspension, Case]:
    """Enter that the letter of regulation 41 was sent to a complainant: the 28 days begin on the next day.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotGoOn (409) where nobody is to be asked.
    """
    case, row = _open(reference, suspension, by=makers.may_handle, actor=actor, version=version)
    who = steps.complainant_of(case, complainant)
    if row.concluded_on is None or who not in _to_be_asked(case, row):
        raise CannotGoOn("They are not to be asked now.")
    steps.check_day("sent_on", sent_on, since=row.concluded_on, on=day_of(at))
    notices.settle_one(case, "ASK_TO_RESUME", to=who, of=row, as_=Notice.Settled.SENT, actor=actor, on=sent_on)
    note_letter(case, row, complainant=who, sent_on=sent_on)
    _keep(case, row, "ASKED_TO_RESUME", actor=actor, at=at, complainant=who.public_id, sent_on=sent_on)
    return row, case


def note_letter(case: Case, suspension: Suspension, *, complainant: Complainant, sent_on: dt.date) -> None:
    """The bare fact that the letter was sent, for a change that records itself."""
    WishToResume.objects.update_or_create(
        suspension=suspension, complainant=complainant, defaults={"asked_on": sent_on}
    )
    suspension.asked_on = max(sent_on, suspension.asked_on or sent_on)
    if not _to_be_asked(case, suspension):
        suspension.state = State.ASKED
    suspension.save()


@transaction.atomic
def find_silent(
    *, reference: str, suspension: UUID, actor: Actor, at: dt.datetime, version: int
) -> tuple[Suspension, Case]:
    """Find that no wish that it goes on came in the time allowed: the authority decides (regulation 41(4)).

    Raises Missing (404), Stale (412), MayNot (403), CannotGoOn (409) where nobody was asked, or the time still runs.
    """
    case, row = _open(reference, suspension, by=makers.may_handle, actor=actor, version=version)
    if row.state != State.ASKED or row.asked_on is None or _to_be_asked(case, row):
        raise CannotGoOn("Everybody who stated no wish has to be asked by letter first.")
    last_day = steps.last_day_to_answer(case, row.asked_on)
    if day_of(at) <= last_day:
        raise CannotGoOn(f"They may answer until the end of {last_day:%d %B %Y}.")
    if steps.wrote_unread(case, _who_counts(case, row)):
        raise CannotGoOn(steps.READ_FIRST)
    row.state = State.DECIDING
    row.save()
    _keep(case, row, "SILENT_ON_RESUMING", actor=actor, at=at, last_day=last_day)
    return row, case


def wait_on(case: Case, row: Suspension, *, on: dt.date) -> None:
    """For a change that records itself, once the letter is known to have gone later: a wish is waited for as before."""
    was_silence = row.state == State.DECIDING and bool(_without_a_wish(case, row))
    if was_silence and row.asked_on and on <= steps.last_day_to_answer(case, row.asked_on):
        row.state = State.ASKED
        row.save(update_fields=["state"])


@transaction.atomic
def decide(
    *, reference: str, suspension: UUID, public_interest: str, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Suspension, Case]:
    """Decide what the public interest asks for where nobody wishes it to go on (regulation 41(5)-(6)).

    `public_interest` is ENDS or CONDUCT_MATTER (cases.moves), which opens a linked conduct matter; Part 2 ceases to apply to
    the complaint either way. One allegation ends at once; the whole by the move `cease`. Raises Missing (404), Stale (412),
    MayNot (403), CannotGoOn (409): also where somebody who complains by now was not asked, or acts without recorded consent.
    """
    case, row = _open(reference, suspension, by=makers.may_decide, actor=actor, version=version)
    if _is_the_iopcs(case):
        raise CannotGoOn(THE_IOPCS)
    if row.state != State.DECIDING:
        raise CannotGoOn("There is nothing to decide on: the complainant has to be asked first, or it goes on.")
    if _to_be_asked(case, row):
        raise CannotGoOn("Everybody who stated no wish has to be asked by letter first.")
    for fact in (facts.owes_no_referral, facts.somebody_may_be_told):
        if not fact(case):
            raise CannotGoOn(fact.otherwise)
    row.decision_reason, row.ended_on = reason, day_of(at)
    row.state = State.CEASED
    if public_interest == "CONDUCT_MATTER":
        row.state = State.CONDUCT_MATTER
        matters.open_from(case, why=reason, actor=actor, at=at)
    row.save()
    _end_allegation(case, row, actor=actor, on=day_of(at))
    _keep(case, row, "NOT_RESUMED", actor=actor, at=at, public_interest=public_interest)
    return row, case


# ---- what several steps do


def _open(reference: str, suspension: UUID, *, by: makers.Maker, actor: Actor, version: int) -> tuple[Case, Suspension]:
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may(case, by, actor)
    row: Suspension = find(case.suspensions, suspension)
    if row.state not in row.OPEN or case.closed_on:
        raise CannotGoOn("This suspension has ended.")
    return case, row


def _suspended(reference: str, suspension: UUID, *, actor: Actor, version: int) -> tuple[Case, Suspension]:
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may(case, makers.may_decide, actor)
    row: Suspension = find(case.suspensions, suspension)
    if row.state != State.SUSPENDED or case.closed_on:
        raise CannotGoOn("It is not waiting any more: what it was suspended for has concluded, or it has ended.")
    if _is_the_iopcs(case):
        raise CannotGoOn(THE_IOPCS)
    return case, row


def _is_the_iopcs(case: Case) -> bool:
    """Whether the IOPC directs or makes the investigation, or decides on it: then it says by a notice what goes on."""
    return case.state in ("DIRECTED", "INDEPENDENT", "DECISION") and findings.is_decided_by_the_iopc(case)


def _check_may(case: Case, by: makers.Maker, actor: Actor) -> None:
    if not by(case, actor):
        raise MayNot(by.otherwise)
    if not facts.is_for_this_authority(case):
        raise CannotGoOn(facts.is_for_this_authority.otherwise)


def _check_not_suspended(case: Case, part: Allegation | None) -> None:
    suspended = {each.allegation_id for each in standing.open_suspensions(case)}
    if None in suspended or (part and part.pk in suspended):
        raise CannotSuspend("It is suspended already.")
    if part is None and suspended:
        raise CannotSuspend("Parts of it are suspended: suspend the others by themselves.")


def _asks(case: Case, row: Suspension) -> bool:
    """Whether regulation 41 asks for the complainant's wish at all."""
    return row.of_an_investigation and row.for_criminal_proceedings and bool(_who_counts(case, row))


def _who_counts(case: Case, row: Suspension) -> list[Complainant]:
    """Those whose wish counts: whoever has withdrawn from it has none."""
    withdrawn = standing.what_was_withdrawn(case)
    return [
        each
        for each in standing.complainants_of(case)
        if (each.pk, row.allegation_id) not in withdrawn and not standing.has_withdrawn(case, each.pk)
    ]


def _without_a_wish(case: Case, row: Suspension) -> list[Complainant]:
    stated = {each.complainant_id: each.wish for each in row.wishes.all()}
    wishes = {each: stated.get(each.pk) for each in _who_counts(case, row)}
    if Wish.RESUME in wishes.values():
        return []
    return [each for each, wish in wishes.items() if not wish]


def _to_be_asked(case: Case, row: Suspension) -> list[Complainant]:
    asked = {each.complainant_id for each in row.wishes.all() if each.asked_on}
    return [each for each in _without_a_wish(case, row) if each.pk not in asked]


def _settle(case: Case, row: Suspension, *, actor: Actor, at: dt.datetime) -> None:
    """Go where the wishes lead, once the proceedings have concluded: on, to the decision, or on waiting for the others."""
    if row.state not in (State.CONCLUDED, State.ASKED, State.DECIDING):
        return
    counted = {each.pk for each in _who_counts(case, row)}
    wishes = {each.complainant_id: each.wish for each in row.wishes.all() if each.complainant_id in counted}
    if Wish.RESUME in wishes.values():
        _go_on(case, row, actor=actor, at=at)
    elif not _without_a_wish(case, row):
        row.state = State.DECIDING
    elif row.state == State.CONCLUDED and not _to_be_asked(case, row):
        row.state = State.ASKED


def look_again(case: Case, *, actor: Actor, at: dt.datetime) -> None:
    """For a change that records itself, and after which others complain: a suspension waits for their wishes, and no others."""
    for row in case.suspensions.all():
        if row.state in row.OPEN and row.concluded_on:
            _ask_who_counts_now(case, row, actor=actor, at=at)
            _settle(case, row, actor=actor, at=at)
            row.save()
    forget(case, "suspensions")


def end_with(case: Case, *, allegation: Allegation | None, actor: Actor, at: dt.datetime) -> None:
    """For a change that records itself, and that ends the case (None) or one allegation: none of that is suspended any more."""
    for row in standing.open_suspensions(case):
        if allegation is None or row.allegation_id == allegation.pk:
            row.state, row.ended_on = State.ENDED, day_of(at)
            row.save()
            for each in case.complainants.all():
                _not_asked_any_more(case, row, each, reason="What was suspended has ended.", actor=actor, at=at)
            forget(case, "suspensions")


def _ask_who_counts_now(case: Case, row: Suspension, *, actor: Actor, at: dt.datetime) -> None:
    """Who counts no more is not asked; who does by now is, and it is decided on after their 28 days at the earliest."""
    to_be_asked = _to_be_asked(case, row)
    still_owed = case.notices.filter(kind="ASK_TO_RESUME", suspension=row, settled_on=None)
    owed_to = set(still_owed.values_list("complainant_id", flat=True))
    for each in case.complainants.all():
        if each.pk in owed_to and each not in to_be_asked:
            _not_asked_any_more(case, row, each, reason="They are not to be asked any more.", actor=actor, at=at)
        elif each in to_be_asked and each.pk not in owed_to:
            notices.owe_one(case, "ASK_TO_RESUME", to=each, of=row, on=day_of(at))
    if to_be_asked:
        row.state = State.CONCLUDED
    elif row.state == State.DECIDING and _without_a_wish(case, row) and _time_runs(case, row, at=at):
        row.state = State.ASKED


def _time_runs(case: Case, row: Suspension, *, at: dt.datetime) -> bool:
    return row.asked_on is not None and day_of(at) <= steps.last_day_to_answer(case, row.asked_on)


def _go_on(case: Case, row: Suspension, *, actor: Actor, at: dt.datetime) -> None:
    row.state, row.ended_on = State.RESUMED, day_of(at)
    row.save()
    for each in case.complainants.all():
        _not_asked_any_more(case, row, each, reason="It goes on already.", actor=actor, at=at)
    _tell_everybody(case, "RESUMPTION", part=row.allegation, on=day_of(at))


def _not_asked_any_more(
    case: Case, row: Suspension, complainant: Complainant, *, reason: str, actor: Actor, at: dt.datetime
) -> None:
    notices.settle_one(
        case,
        "ASK_TO_RESUME",
        to=complainant,
        of=row,
        as_=Notice.Settled.NOT_OWED,
        actor=actor,
        on=day_of(at),
        reason=reason,
    )


def _end_allegation(case: Case, row: Suspension, *, actor: Actor, on: dt.date) -> None:
    if row.allegation is None:
        return
    ended = row.allegation
    ended.finding = Allegation.Finding.REGULATION_41
    ended.decided_on = ended.actions_set_on = on
    ended.save(update_fields=["finding", "decided_on", "actions_set_on"])
    outcome.settle(case)  # it may have been the last that was to be decided
    wishes.drop_unsettled(case, allegation=ended, actor=actor, on=on)
    _tell_everybody(case, "CEASED", part=ended, on=on)


def _tell_everybody(case: Case, kind: str, *, part: Allegation | None, on: dt.date) -> None:
    for to in ("COMPLAINANT", "SUBJECT"):
        notices.owe(case, kind, to=to, on=on, part=part)


def _keep(case: Case, row: Suspension, verb: str, *, actor: Actor, at: dt.datetime, **more: object) -> None:
    part = str(row.allegation.public_id) if row.allegation else ""
    details = {"suspension": str(row.public_id), "allegation": part, **{name: str(it) for name, it in more.items()}}
    keep(case, verb, "suspensions", "allegations", actor=actor, at=at, details=details)
