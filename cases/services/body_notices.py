"""What the IOPC and the local policing body say beside the path of a case: document, body and date, and never changed.

The force enters it, and cannot decide it for them. A decision that is a move of the case comes in with that move.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import facts, makers, standing
from cases.models import Body, BodyNotice, Case, Kind, Review

from . import assessment, locking, notices
from .due import forget
from .locking import MayNot
from .steps import check_day, document_of, wrong
from .steps import keep as keep_step

WITH_THE_IOPC = ("REFERRED", "DIRECTED", "INDEPENDENT")


@dataclass(frozen=True)
class Decision:
    """What a notice may decide: which bodies, where it can be, and what to say where it cannot."""

    says: str
    bodies: tuple[Body, ...]
    fits: Callable[[Case], bool]
    otherwise: str


def _is_open(case: Case) -> bool:
    return case.closed_on is None and case.state not in WITH_THE_IOPC


DECISIONS: Mapping[str, Decision] = {
    "REQUIRES_REFERRAL": Decision(
        "It has to be referred (Police Reform Act 2002, Schedule 3, paragraph 4(1)(c))",
        (Body.IOPC,),
        lambda case: _is_open(case) and not case.referrals.all(),
        "It is with the IOPC already, was referred before, or is closed: what is closed is called in.",
    ),
    "DIRECTS_REFERRAL": Decision(
        "It is to be referred again (paragraph 4(7))",
        (Body.IOPC,),
        lambda case: _is_open(case) and bool(case.referrals.all()),
        "It was not referred before, or is with the IOPC, or closed.",
    ),
    "CONSENTS_TO_REFERRAL": Decision(
        "It may be referred again (paragraph 4(7))",
        (Body.IOPC,),
        lambda case: _is_open(case) and bool(case.referrals.all()),
        "It was not referred before, or is with the IOPC, or closed.",
    ),
    "LETS_WITHDRAW": Decision(
        "A complaint that it has or has had may be withdrawn (SI 2020/2, regulation 38(3)), or ends where nobody complains",
        (Body.IOPC,),
        lambda case: case.closed_on is None and (bool(case.referrals.all()) or case.form_set_by == "IOPC"),
        "The IOPC never had it, or it is closed.",
    ),
    "KNOWS_OF_WITHDRAWAL": Decision(
        "It knows that a complaint under review is withdrawn (regulation 38(4))",
        (Body.IOPC, Body.LPB),
        lambda case: case.state == "UNDER_REVIEW" and bool(standing.what_was_withdrawn(case)),
        "It is not under review, or nobody has withdrawn: enter the withdrawal first.",
    ),
    "DIRECTS_CONTINUATION": Decision(
        "What is suspended is to go on (regulation 40)",
        (Body.IOPC,),
        lambda case: bool(standing.open_suspensions(case)),
        "Nothing of it is suspended.",
    ),
}


class CannotBeDecided(Refused):
    """The notice does not fit where the case stands: it is of another case, or comes with a move."""

    code = "notice-does-not-fit"
    title = "This notice does not fit the case."


@transaction.atomic
def enter(
    *,
    reference: str,
    body: Body,
    decides: str,
    dated_on: dt.date,
    document: UUID,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[BodyNotice, Case]:
    """Enter what a body decided (one of DECISIONS), by its document: the public id of a file of this case.

    A notice that requires or directs a referral makes it mandatory, and clear on the day of the notice, unless it was
    before: the end of the next day is the last to refer it. The review that was applied for by who has withdrawn ends where
    its body knows of that. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for a document, a day or a body
    that cannot be, CannotBeDecided (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    decision = DECISIONS[decides]
    if body not in decision.bodies:
        raise wrong("body", "This is not for this body to decide.")
    if case.kind == Kind.COMMENT or not decision.fits(case):
        raise CannotBeDecided(decision.otherwise)
    if decides == "KNOWS_OF_WITHDRAWAL":
        _check_may_know(case, body, dated_on, on=day_of(at))
    clear_on = None if facts.owes_no_referral(case) else case.referral_clear_on
    notice = keep(case, body=body, decides=decides, dated_on=dated_on, document=document, actor=actor, at=at)
    if decides in ("REQUIRES_REFERRAL", "DIRECTS_REFERRAL"):
        # One that is owed already stays due by what made it clear first.
        _has_to_be_referred(case, on=min(clear_on or dated_on, dated_on), actor=actor, at=at)
    if decides == "KNOWS_OF_WITHDRAWAL":
        _end_the_review(case, notice, actor=actor, on=day_of(at))
    told = {"notice": str(notice.public_id), "body": body, "decides": decides, "dated_on": str(dated_on)}
    keep_step(case, "BODY_NOTICE_ENTERED", "body_notices", "reviews", actor=actor, at=at, details=told)
    return notice, case


def keep(
    case: Case, *, body: str, decides: str, dated_on: dt.date, document: UUID, actor: Actor, at: dt.datetime
) -> BodyNotice:
    """The bare row, for a change that records itself. Raises Invalid (400) for a file or a day that cannot be."""
    file = document_of(case, document)
    check_day("dated_on", dated_on, since=case.made_on, on=day_of(at))
    forget(case, "body_notices")
    return BodyNotice.objects.create(
        case_id=case.pk,
        body=body,
        decides=decides,
        dated_on=dated_on,
        document=file,
        entered_by_id=actor.account,
        entered_at=at,
    )


def _has_to_be_referred(case: Case, *, on: dt.date, actor: Actor, at: dt.datetime) -> None:
    case.alleges_mandatory_referral = case.concerns_conduct = True
    case.note_what_must_be_recorded(on)
    case.referral_clear_on = on
    assessment.take_from_whom_it_is_not_for(case, actor=actor, at=at)


def _check_may_know(case: Case, body: Body, dated_on: dt.date, *, on: dt.date) -> None:
    review = standing.last_review(case)
    if review and body != review.body:
        raise wrong("body", "Another body reviews it: that one is told.")
    first = min(each.wished_on for each in case.withdrawals.all() if each.state in each.EFFECTIVE)
    check_day("dated_on", dated_on, since=first, on=on)


def _end_the_review(case: Case, notice: BodyNotice, *, actor: Actor, on: dt.date) -> None:
    """Where who applied for it had withdrawn by then, or everybody had: who has not keeps their review (regulation 38)."""
    by = notice.dated_on
    all_of_them = [standing.has_withdrawn(case, each.pk, by=by) for each in standing.complainants_of(case)]
    has_ended = all_of_them and all(all_of_them)
    for review in case.reviews.all():
        if review.state not in Review.OPEN or review.body != notice.body:
            continue
        if has_ended or standing.has_withdrawn(case, review.complainant_id, by=by):
            review.state, review.decided_on, review.decision = Review.State.WITHDRAWN, by, notice
            review.save(update_fields=["state", "decided_on", "decision"])
            if not review.waits:
                drop_the_bundle(case, actor=actor, on=on)


def drop_the_bundle(case: Case, *, actor: Actor, on: dt.date) -> None:
    """For a change that records itself, and by which the body has decided: it needs nothing more to do so."""
    notices.drop(case, "REVIEW_BUNDLE", reason="The body has decided on the review.", actor=actor, on=on)


# ---- the tray of Professional Standards: what bodies said


def notices_of(case: Case) -> QuerySet[BodyNotice]:
    """What bodies said about one case, oldest first."""
    said = BodyNotice.objects.filter(case_id=case.pk).select_related("case", "document", "entered_by__person")
    return said.order_by("entered_at", "id")


def notices_in(*, actor: Actor, body: str = "") -> QuerySet[BodyNotice]:
    """What bodies, or one of them, said about every case that the actor may see."""
    cases = Case.objects.visible_to(actor).exclude(kind=Kind.COMMENT)
    said = BodyNotice.objects.filter(case__in=cases).select_related("case", "document", "entered_by__person")
    return said.filter(body=body) if body else said
