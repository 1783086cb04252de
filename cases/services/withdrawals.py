"""Withdrawing a complaint, or one allegation of it: each complainant for themselves (SI 2020/2 regulations 38 and 39).

A signed notification is effective at once. An unsigned wish is not: the force writes, by recorded delivery, and asks; who
confirms has withdrawn, and so has who does not answer in 28 days from the day after the letter. Who says no is where they
were. Nothing of this moves the case: `withdraw` does, once every complainant has withdrawn from the whole.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import PUBLIC, Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import facts, makers, standing
from cases.machine import MACHINES
from cases.models import Allegation, Case, Complainant, Kind, Notice, Origin, Referral, Withdrawal
from cases.models.path import LetterWay
from cases.selectors import load_parts

from . import locking, matters, notices, outcome, steps, suspensions, wishes
from .due import forget
from .locking import MayNot
from .steps import find, keep, wrong
from .wishes import OPEN_TO_IT

State = Withdrawal.State
FOUND_AND_TOLD = (
    "What was found on it was told, and stands: all of it may be withdrawn, or the application for a review."
)
NO_CONSENT = "They act for somebody else, whose consent is not recorded: nobody withdraws without it."
IN_THE_WAY = (
    facts.is_for_this_authority, facts.somebody_may_be_told, facts.owes_no_referral, facts.iopc_lets_it_be_withdrawn,
)  # fmt: skip


class CannotWithdraw(Refused):
    """The case or the withdrawal does not stand where this step starts."""

    code = "cannot-withdraw"
    title = "It cannot be withdrawn so now."


@transaction.atomic
def enter_signed(
    *,
    reference: str,
    complainant: UUID,
    allegation: UUID | None,
    signed_on: dt.date,
    signed_by: Withdrawal.SignedBy,
    authority_seen_on: dt.date | None,
    document: UUID | None,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Withdrawal, Case]:
    """Enter a notification signed by the complainant, their solicitor, or another agent whose written authority was seen.

    `allegation` None withdraws the whole. A wish that waited for its answer is settled by it. Raises Missing (404), Stale
    (412), MayNot (403), Invalid (400) for a day that cannot be, an agent without authority, or the signature of somebody
    whom nobody knows; CannotWithdraw (409) where the case has ended, this was withdrawn before, or they act for somebody
    whose consent is not recorded, whoever signed.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may_enter(case, actor)
    who, what = _party(case, complainant, allegation)
    if who.lacks_consent:
        raise CannotWithdraw(NO_CONSENT)
    steps.check_day("signed_on", signed_on, since=case.made_on, on=day_of(at))
    _check_signature(who, signed_by, authority_seen_on, on=day_of(at))
    row = _standing(case, who, what) or Withdrawal(case_id=case.pk, complainant=who, allegation=what)
    if row.state in Withdrawal.EFFECTIVE:
        raise CannotWithdraw("They have withdrawn this already.")
    row.wished_on = row.wished_on or signed_on
    row.state, row.signed_on, row.signed_by, row.settled_on = State.SIGNED, signed_on, signed_by, signed_on
    row.authority_seen_on = authority_seen_on
    row.document = steps.document_of(case, document) if document else None
    row.save()
    wishes.not_asked_any_more(case, row, actor=actor, on=day_of(at))
    _take_effect(case, actor=actor, at=at)
    keep(case, "WITHDRAWAL_SIGNED", "withdrawals", actor=actor, at=at, details=_details(row, signed_on=signed_on))
    return row, case


@transaction.atomic
def enter_wish(
    *,
    reference: str,
    complainant: UUID,
    allegation: UUID | None,
    wished_on: dt.date,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Withdrawal, Case]:
    """Enter that a complainant wishes to withdraw, said or written without a signature: the force has to write and ask.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) and CannotWithdraw (409), as `enter_signed`.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may_enter(case, actor)
    who, what = _party(case, complainant, allegation)
    steps.check_day("wished_on", wished_on, since=case.made_on, on=day_of(at))
    return _wish(case, who, what, wished_on=wished_on, actor=actor, at=at), case


@transaction.atomic
def wish_from_complainant(
    case: Case, *, complainant: Complainant, at: dt.datetime, allegation: Allegation | None = None
) -> Withdrawal:
    """The complainant's own wish, by their receipt: unsigned, so the force has to write and ask.

    Who calls has made sure that it is theirs. Takes the case's lock itself. Raises CannotWithdraw (409) where the case has
    ended, is history, or this was wished before.
    """
    locked: Case = MACHINES[Kind(case.kind)].objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    load_parts(locked)
    _check_is_open(locked)
    if complainant.pk not in {each.pk for each in standing.complainants_of(locked)}:
        raise CannotWithdraw("Only who complained may withdraw.")
    return _wish(locked, complainant, allegation, wished_on=day_of(at), actor=PUBLIC, at=at)


@transaction.atomic
def enter_letter(
    *,
    reference: str,
    withdrawal: UUID,
    sent_on: dt.date,
    way: LetterWay,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Withdrawal, Case]:
    """Enter that the letter which asks whether it is withdrawn was sent: the 28 days begin on the next day.

    It goes by recorded delivery, or in another way for a `reason`. Raises Missing (404), Stale (412), MayNot (403), Invalid
    (400), and CannotWithdraw (409) where nobody is waiting to be asked.
    """
    case, row = _pending(reference, withdrawal, actor=actor, version=version)
    if row.state != State.WISHED:
        raise CannotWithdraw("They were asked already.")
    steps.check_day("sent_on", sent_on, since=row.wished_on, on=day_of(at))
    note_letter(case, row, sent_on=sent_on, way=way, reason=reason)
    notices.settle_one(
        case, "ASK_TO_CONFIRM", to=row.complainant, of=row, as_=Notice.Settled.SENT, actor=actor, on=sent_on
    )
    details = _details(row, sent_on=sent_on, way=way)
    keep(case, "WITHDRAWAL_ASKED", "withdrawals", actor=actor, at=at, details=details)
    return row, case


def note_letter(case: Case, withdrawal: Withdrawal, *, sent_on: dt.date, way: LetterWay, reason: str) -> None:
    """The bare fact that the letter was sent, for a change that records itself. Raises Invalid (400) without the reason."""
    if way != LetterWay.RECORDED_DELIVERY and not reason:
        raise wrong("reason", "Regulation 39 wants recorded delivery: say why it went in another way.")
    withdrawal.state, withdrawal.asked_on = State.ASKED, sent_on
    withdrawal.asked_by = way
    withdrawal.way_reason = "" if way == LetterWay.RECORDED_DELIVERY else reason
    withdrawal.save()


@transaction.atomic
def confirm(
    *, reference: str, withdrawal: UUID, answered_on: dt.date, actor: Actor, at: dt.datetime, version: int
) -> tuple[Withdrawal, Case]:
    """Enter that the complainant answered yes: it counts as if they had signed (regulation 39(4)).

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotWithdraw (409) where they were not asked.
    """
    case, row = _pending(reference, withdrawal, actor=actor, version=version)
    steps.check_day("answered_on", answered_on, since=_asked_on(row), on=day_of(at))
    row.state, row.settled_on = State.CONFIRMED, answered_on
    row.save()
    _take_effect(case, actor=actor, at=at)
    details = _details(row, answered_on=answered_on)
    keep(case, "WITHDRAWAL_CONFIRMED", "withdrawals", actor=actor, at=at, details=details)
    return row, case


@transaction.atomic
def find_silent(
    *, reference: str, withdrawal: UUID, actor: Actor, at: dt.datetime, version: int
) -> tuple[Withdrawal, Case]:
    """Find that no answer came in the time allowed: it counts as if they had signed (regulation 39(4)).

    Raises Missing (404), Stale (412), MayNot (403), CannotWithdraw (409) where they were not asked or the time still runs.
    """
    case, row = _pending(reference, withdrawal, actor=actor, version=version)
    last_day = steps.last_day_to_answer(case, _asked_on(row))
    if day_of(at) <= last_day:
        raise CannotWithdraw(f"They may answer until the end of {last_day:%d %B %Y}.")
    if steps.wrote_unread(case, [row.complainant]):
        raise CannotWithdraw(steps.READ_FIRST)
    row.state, row.settled_on = State.SILENT, day_of(at)
    row.save()
    _take_effect(case, actor=actor, at=at)
    keep(case, "WITHDRAWAL_SILENT", "withdrawals", actor=actor, at=at, details=_details(row, last_day=last_day))
    return row, case


def was_found_too_early(case: Case, row: Withdrawal) -> bool:
    """Whether the silence that was found does not count, for the days in which an answer might come were not over."""
    if row.state != State.SILENT or row.asked_on is None or row.settled_on is None:
        return False
    return row.settled_on <= steps.last_day_to_answer(case, row.asked_on)


def wait_on(case: Case, row: Withdrawal) -> None:
    """For a change that records itself, once the letter is known to have gone later: an answer is waited for as before.

    What was ended by the silence stays as it is.
    """
    is_ended = row.allegation is not None and row.allegation.finding == Allegation.Finding.WITHDRAWN
    if was_found_too_early(case, row) and not is_ended:
        row.state, row.settled_on = State.ASKED, None
        row.save(update_fields=["state", "settled_on"])
    forget(case, "withdrawals")


def drop_those_of(case: Case, complainant: Complainant, *, on: dt.date) -> None:
    """For a change that records itself: what somebody wished who complains no more stops and asks for nothing any more."""
    for row in case.withdrawals.all():
        if row.complainant_id == complainant.pk and row.state in row.PENDING:
            wishes.stop(row, on=on)
    forget(case, "withdrawals")


def has_ended(case: Case) -> bool:
    """Whether nothing of it is left to withdraw."""
    return bool(case.closed_on) or case.state == "RESOLVED_OUTSIDE"


@transaction.atomic
def deny(
    *, reference: str, withdrawal: UUID, answered_on: dt.date, actor: Actor, at: dt.datetime, version: int
) -> tuple[Withdrawal, Case]:
    """Enter that the complainant does not withdraw, or not any more: it goes on where it is.

    Also taken back so is what was signed, confirmed or passed over in silence, for as long as nothing was ended by it.
    Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotWithdraw (409) where the case or the allegation
    has ended, or they said so before.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may_enter(case, actor)
    row: Withdrawal = find(case.withdrawals, withdrawal)
    if row.state == State.DENIED:
        raise CannotWithdraw("They said already that it goes on.")
    if row.allegation and row.allegation.finding == Allegation.Finding.WITHDRAWN:
        raise CannotWithdraw("That allegation has ended as withdrawn.")
    steps.check_day("answered_on", answered_on, since=row.wished_on, on=day_of(at))
    was_gone = standing.has_withdrawn(case, row.complainant_id)
    row.state, row.settled_on = State.DENIED, answered_on
    row.save()
    wishes.not_asked_any_more(case, row, actor=actor, on=day_of(at))
    forget(case, "withdrawals")
    if was_gone and not standing.has_withdrawn(case, row.complainant_id):
        notices.tell_again(case, row.complainant, since=answered_on, on=day_of(at))
    suspensions.look_again(case, actor=actor, at=at)
    details = _details(row, answered_on=answered_on)
    keep(case, "WITHDRAWAL_DENIED", "withdrawals", actor=actor, at=at, details=details)
    return row, case


@transaction.atomic
def end_allegation(
    *, reference: str, allegation: UUID, public_interest: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Allegation, Case]:
    """End an allegation that every complainant has withdrawn: its finding is that it was withdrawn.

    Until the outcome is told: from then on what was found stands. What stands in the way of a withdrawal of the whole stands in
    the way of this too: the chief officer, a consent that is not recorded, a referral that is owed, the IOPC not having
    answered. `public_interest` is ENDS or CONDUCT_MATTER (cases.moves). Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotWithdraw (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    _check_is_open(case)
    ended = steps.allegation_of(case, allegation)
    if case.told_on:
        raise CannotWithdraw(FOUND_AND_TOLD)
    if not standing.is_withdrawn_by_all(case, ended):
        raise CannotWithdraw("Every complainant has to have withdrawn this allegation first.")
    for fact in IN_THE_WAY:
        if not fact(case):
            raise CannotWithdraw(fact.otherwise)
    ended.finding, ended.decided_on = Allegation.Finding.WITHDRAWN, day_of(at)
    ended.save(update_fields=["finding", "decided_on"])
    wishes.drop_unsettled(case, allegation=ended, actor=actor, on=day_of(at))
    suspensions.end_with(case, allegation=ended, actor=actor, at=at)
    outcome.settle(case)  # it may have been the last that was to be decided
    if public_interest == "CONDUCT_MATTER":
        why = "An allegation was withdrawn; the public interest asks for it."
        matters.open_from(case, why=why, actor=actor, at=at)
    for to in ("COMPLAINANT", "SUBJECT"):
        notices.owe(case, "WITHDRAWN", to=to, on=day_of(at), part=ended)
    details = {"allegation": str(ended.public_id), "public_interest": public_interest}
    keep(case, "ALLEGATION_WITHDRAWN", "allegations", actor=actor, at=at, details=details)
    return ended, case


# ---- what several steps do


def _check_may_enter(case: Case, actor: Actor) -> None:
    if not makers.may_handle(case, actor):
        raise MayNot(makers.may_handle.otherwise)
    _check_is_open(case)


def _check_is_open(case: Case) -> None:
    if case.kind != Kind.COMPLAINT or case.origin != Origin.LIVE or has_ended(case):
        raise CannotWithdraw(OPEN_TO_IT)


def _party(case: Case, complainant: UUID, allegation: UUID | None) -> tuple[Complainant, Allegation | None]:
    what = steps.allegation_of(case, allegation) if allegation else None
    return steps.complainant_of(case, complainant), what


def _standing(case: Case, who: Complainant, what: Allegation | None) -> Withdrawal | None:
    """What of theirs covers this: of the same part, or of the whole once that is effective."""
    part = what.pk if what else None
    theirs = [each for each in case.withdrawals.all() if each.complainant_id == who.pk and each.state != State.DENIED]
    same = next((each for each in theirs if each.allegation_id == part), None)
    return same or next((each for each in theirs if not each.allegation_id and each.state in each.EFFECTIVE), None)


def _check_signature(
    who: Complainant, signed_by: Withdrawal.SignedBy, authority_seen_on: dt.date | None, *, on: dt.date
) -> None:
    if signed_by == Withdrawal.SignedBy.COMPLAINANT and who.anonymous:
        told = "Nobody knows who they are, so a signature says nothing: enter it as a wish, and ask."
        raise wrong("signed_by", told)
    if signed_by != Withdrawal.SignedBy.AGENT and authority_seen_on:
        raise wrong("authority_seen_on", "Only another agent than a solicitor shows an authority.")
    if signed_by == Withdrawal.SignedBy.AGENT:
        if authority_seen_on is None:
            raise wrong("authority_seen_on", "An agent needs the complainant's authority: say when it was seen.")
        steps.check_day("authority_seen_on", authority_seen_on, since=dt.date.min, on=on)


def _wish(
    case: Case, who: Complainant, what: Allegation | None, *, wished_on: dt.date, actor: Actor, at: dt.datetime
) -> Withdrawal:
    if _standing(case, who, what):
        raise CannotWithdraw("They wished so before: that is being settled, or is effective already.")
    row = Withdrawal.objects.create(
        case_id=case.pk, complainant=who, allegation=what, state=State.WISHED, wished_on=wished_on
    )
    notices.owe_one(case, "ASK_TO_CONFIRM", to=who, of=row, on=day_of(at))
    keep(case, "WITHDRAWAL_WISHED", "withdrawals", actor=actor, at=at, details=_details(row, wished_on=wished_on))
    return row


def _pending(reference: str, withdrawal: UUID, *, actor: Actor, version: int) -> tuple[Case, Withdrawal]:
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may_enter(case, actor)
    row: Withdrawal = find(case.withdrawals, withdrawal)
    if row.state not in Withdrawal.PENDING:
        raise CannotWithdraw("This withdrawal is settled.")
    if row.complainant.lacks_consent:
        raise CannotWithdraw(NO_CONSENT)
    return case, row


def _asked_on(row: Withdrawal) -> dt.date:
    if row.state != State.ASKED or row.asked_on is None:
        raise CannotWithdraw("Write to them and ask first: their wish was not signed.")
    return row.asked_on


def _take_effect(case: Case, *, actor: Actor, at: dt.datetime) -> None:
    """Somebody has withdrawn: who else decides is told, and no suspension waits for their wish."""
    forget(case, "withdrawals")
    _tell_who_else_decides(case, on=day_of(at))
    suspensions.look_again(case, actor=actor, at=at)


def _tell_who_else_decides(case: Case, *, on: dt.date) -> None:
    """Who has it has to be told that somebody withdrew (regulation 38(3) and (4)), also the body of a review that is not
    opened yet: how that ends is for it to say.
    """
    last = standing.last_referral(case)
    if last and last.form != Referral.Form.BACK:
        notices.owe(case, "WITHDRAWAL", to="IOPC", on=on)
    bodies = {review.body for review in case.reviews.all() if review.state in review.OPEN}
    if case.state == "UNDER_REVIEW" and (under_way := standing.last_review(case)):
        bodies.add(under_way.body)
    for body in sorted(bodies):
        notices.owe(case, "WITHDRAWAL", to=body, on=on)


def _details(row: Withdrawal, **more: object) -> dict[str, str]:
    allegation = str(row.allegation.public_id) if row.allegation else ""
    return {
        "withdrawal": str(row.public_id),
        "complainant": str(row.complainant.public_id),
        "allegation": allegation,
        **{name: str(value) for name, value in more.items()},
    }
