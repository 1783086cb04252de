"""Applications for a review of the outcome, and how each ends (PRA 2002 Sch 3 paras 6A, 25 and 28-32; SI 2020/2 reg. 29).

The body decides, by its own document; the force enters that, and answers what a local policing body recommends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.attachments.models import StoredFile
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import facts, makers, standing
from cases.models import (
    Allegation,
    Body,
    BodyNotice,
    Case,
    Complainant,
    Determination,
    Kind,
    Message,
    Note,
    Review,
    SpecialProcedures,
    Suspension,
)
from cases.moves import WITH_A_NOTE
from cases.selectors import files_of, messages_of, special_procedures_of, suspensions_of

from . import body_notices, decisions, determinations, links, locking, notes, notices
from .locking import MayNot
from .steps import check_day, complainant_of, find, keep, wrong

Decides = Literal[
    "INVALID", "WITHDRAWN", "NOT_UPHELD", "RECOMMENDS", "DETERMINES_INVESTIGATION", "SUBSTITUTES_FINDINGS"
]
Answer = Literal["ACCEPTED", "REFUSED"]
TOLD_THE_OUTCOME = ("OUTCOME_SENT", "FINALISED")
# What staff wrote for the file, by the move that asked for it, that the body reads all the same: how it was handled, and why.
FOR_THE_REVIEW = {
    "investigate": "Terms of reference",
    "replace_investigator": "Why another investigator was named",
    "handle_otherwise": "Why it was handled otherwise than by investigation",
    "take_no_further_action": "Why no further action was taken",
    "submit_report": "The investigator's report",
}
WITHOUT_AN_EXAMINATION = ("INVALID", "WITHDRAWN")


@dataclass(frozen=True)
class Ending:
    """What a decision makes of the review, and which bodies may decide so."""

    state: Review.State
    bodies: tuple[Body, ...]


BOTH = (Body.IOPC, Body.LPB)
ENDINGS: Mapping[Decides, Ending] = {
    "INVALID": Ending(Review.State.INVALID, BOTH),
    "WITHDRAWN": Ending(Review.State.WITHDRAWN, BOTH),
    "NOT_UPHELD": Ending(Review.State.NOT_UPHELD, BOTH),
    # A local policing body recommends, and the authority answers; the IOPC determines.
    "RECOMMENDS": Ending(Review.State.AWAITING_RESPONSE, (Body.LPB,)),
    "DETERMINES_INVESTIGATION": Ending(Review.State.DETERMINED, (Body.IOPC,)),
    "SUBSTITUTES_FINDINGS": Ending(Review.State.DETERMINED, (Body.IOPC,)),
}


class NoReview(Refused):
    """There is no right to a review of it, not any more, or not again."""

    code = "no-review"
    title = "There is no review of this."


class CannotDecideReview(Refused):
    code = "review-stands-elsewhere"
    title = "The review does not stand where this can be entered."


@transaction.atomic
def apply(
    *,
    reference: str,
    complainant: UUID,
    made_to: Body,
    applied_on: dt.date,
    forwarded_on: dt.date | None,
    accepted_late_reason: str,
    document: UUID,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Review, Case]:
    """Enter that somebody who complains applied for a review, by the body's document; `open_review` then opens it.

    Each of them has a right of their own. Where the review of another is open, theirs waits, and is taken up once that has
    ended: then it is owed to its body like any other.

    In time until 28 days from the day after the information was provided (reg. 29); later only where the body accepts it for
    special circumstances. An application to the wrong body is forwarded, and made on that day: the days with the wrong body
    do not count. Which is the right one is asked anew: what the case alleges, concerns or is linked to may have come to light
    since the outcome was told. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for a day or a person that cannot be, and
    NoReview (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    _check_right(case)
    on, told_on = day_of(at), case.review_information_on or case.made_on
    applicant = complainant_of(case, complainant)
    body = _right_body(case)
    check_day("applied_on", applied_on, since=told_on, on=on)
    _check_body(body, made_to, applied_on, forwarded_on, on=on)
    _check_time(case, applicant, applied_on, accepted_late_reason)
    _check_applicant(case, applicant)
    waits = case.state == "UNDER_REVIEW" or not facts.no_review_is_open(case)
    if not waits:
        case.review_body = body
    review = Review.objects.create(
        case_id=case.pk,
        complainant=applicant,
        body=body,
        waits=waits,
        applied_on=applied_on,
        forwarded_on=forwarded_on,
        accepted_late_reason=accepted_late_reason,
    )
    notice = _keep_notice(
        case,
        review,
        "REVIEW_ACCEPTED_LATE" if accepted_late_reason else "REVIEW_APPLIED",
        dated_on=forwarded_on or applied_on,
        document=document,
        actor=actor,
        at=at,
    )
    told = {"review": str(review.public_id), "body": review.body, "notice": str(notice.public_id)}
    keep(case, "REVIEW_APPLIED", "reviews", "body_notices", actor=actor, at=at, details=told)
    return review, case


@transaction.atomic
def decide(
    *,
    reference: str,
    public_id: UUID,
    decides: Decides,
    dated_on: dt.date,
    document: UUID,
    recommendation: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Review, Case]:
    """Enter what the body decided on the day of its document. `recommendation` is its text, where it recommends.

    A recommendation is answered within 28 days. Where the IOPC determines an investigation, the move that enters whose it is
    follows; where it puts its own findings in the place of the authority's, those are set aside, and the IOPC's are entered on
    each allegation before the review is closed. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for what is not
    for this body, a day or a document that cannot be, or a recommendation without its text; CannotDecideReview (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    review: Review = find(case.reviews, public_id)
    _check_stands(case, review, decides)
    if review.body not in ENDINGS[decides].bodies:
        raise wrong("decides", "A local policing body recommends, and the IOPC determines: this is the other's to say.")
    if (decides == "RECOMMENDS") != bool(recommendation):
        raise wrong("recommendation", "Where the body recommends something, say what, in its words; else leave it out.")
    check_day("dated_on", dated_on, since=review.forwarded_on or review.applied_on, on=day_of(at))
    review.decision = _keep_notice(
        case, review, f"REVIEW_{decides}", dated_on=dated_on, document=document, actor=actor, at=at
    )
    review.state, review.decided_on = ENDINGS[decides].state, dated_on
    if decides == "RECOMMENDS":
        review.recommended_on, review.recommendation = dated_on, recommendation
    review.save()
    if not review.waits:
        body_notices.drop_the_bundle(case, actor=actor, on=day_of(at))
    if decides == "SUBSTITUTES_FINDINGS":
        decisions.set_aside(case)
    if case.state in TOLD_THE_OUTCOME and not review.waits:
        take_up_the_next(case)
    told = {"review": str(review.public_id), "decides": decides, "notice": str(review.decision.public_id)}
    keep(case, "REVIEW_DECIDED", "reviews", "body_notices", actor=actor, at=at, details=told)
    return review, case


@transaction.atomic
def answer(
    *, reference: str, public_id: UUID, says: Answer, reasons: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Review, Case]:
    """Answer a recommendation, with reasons, on the day of `at`; the letter that says so is owed within the same 28 days.

    Raises Missing (404), Stale (412), MayNot (403), CannotDecideReview (409) where no recommendation waits.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    review: Review = find(case.reviews, public_id)
    if review.state != Review.State.AWAITING_RESPONSE or review.recommended_on is None:
        raise CannotDecideReview("No recommendation of this review waits for an answer.")
    review.state, review.answered_on, review.answer = Review.State(says), day_of(at), reasons
    review.save()
    notices.owe(case, "RECOMMENDATION_ANSWER", to=review.body, on=review.recommended_on)
    told = {"review": str(review.public_id), "answer": says}
    keep(case, "RECOMMENDATION_ANSWERED", "reviews", "notices", actor=actor, at=at, details=told)
    return review, case


def take_up_the_next(case: Case) -> None:
    """What waited for the review that has ended is the one to be opened now. For a change that records itself."""
    review = standing.next_review(case)
    if review is not None:
        review.waits, case.review_body = False, review.body
        review.save(update_fields=["waits"])


def reviews_of(case: Case) -> list[Review]:
    """The applications of a case, oldest first."""
    return list(Review.objects.filter(case_id=case.pk).select_related("complainant").order_by("id"))


@dataclass(frozen=True)
class Bundle:
    """What the review body needs to see how the complaint was handled.

    Of staff's notes for each other there are none but the terms of reference, the report and why it was handled so: `notes`,
    each with the move that asked for it.
    """

    notes: list[tuple[str, Note]]
    determinations: list[Determination]
    suspensions: list[Suspension]
    special_procedures: list[SpecialProcedures]
    allegations: list[Allegation]
    messages: list[Message]
    body_notices: list[BodyNotice]
    files: list[StoredFile]


def bundle_of(case: Case) -> Bundle:
    """What belongs in the bundle for a review of `case`, each oldest first: not what was moved to another case."""
    allegations = Allegation.objects.filter(case_id=case.pk, moved_to=None).select_related("code", "unit", "opinion_by")
    allegations = allegations.prefetch_related("opinions__given_by", "decisions__decided_by")
    said = BodyNotice.objects.filter(case_id=case.pk).select_related("document").order_by("entered_at", "id")
    return Bundle(
        notes=[(move, note) for move, note in notes.written_with(case, WITH_A_NOTE) if move in FOR_THE_REVIEW],
        determinations=determinations.determinations_of(case),
        suspensions=suspensions_of(case),
        special_procedures=special_procedures_of(case),
        allegations=list(allegations.order_by("position")),
        messages=messages_of(case),
        body_notices=list(said),
        files=files_of(case),
    )


def _check_right(case: Case) -> None:
    if case.kind != Kind.COMPLAINT or not facts.has_a_right_to_a_review(case):
        raise NoReview(
            "There is a right to a review only of the outcome of a recorded complaint that the authority handled or "
            "investigated itself, and not where all of it was accelerated."
        )
    if case.state not in (*TOLD_THE_OUTCOME, "UNDER_REVIEW"):
        raise NoReview("It stands where no application is entered: the case is open again.")


def _check_applicant(case: Case, applicant: Complainant) -> None:
    theirs = [each for each in case.reviews.all() if each.complainant_id == applicant.pk]
    if any(each.state in Review.OPEN for each in theirs):
        raise NoReview("Their application is entered already: enter how it ends first.")
    if any(each in theirs for each in _examined(case)):
        raise NoReview("This outcome was reviewed at their application already.")
    if standing.has_withdrawn(case, applicant.pk):
        raise NoReview("They have withdrawn their complaint.")


def _right_body(case: Case) -> str:
    """Whose the review is by all that is known now, which the complainants may have been told otherwise (Sch 3 para 30)."""
    links.note_whose_review_it_is(case)
    return standing.review_body_of(case) or case.review_body


def _check_body(body: str, made_to: Body, applied_on: dt.date, forwarded_on: dt.date | None, *, on: dt.date) -> None:
    right = Body(body).label
    if made_to == body:
        if forwarded_on:
            raise wrong("forwarded_on", "It went to the right body at once.")
        return
    if forwarded_on is None:
        raise wrong("forwarded_on", f"The review is for the {right}: enter the day on which it was forwarded there.")
    check_day("forwarded_on", forwarded_on, since=applied_on, on=on)


def _check_time(case: Case, applicant: Complainant, applied_on: dt.date, accepted_late_reason: str) -> None:
    """Held against the day it was first made: the days with the wrong body are left out. None runs before they are told."""
    ends_on = None if standing.is_owed_the_outcome(case, applicant) else standing.review_ends_on(case, of=applicant)
    is_late = ends_on is not None and applied_on > ends_on
    if is_late and not accepted_late_reason:
        raise NoReview(
            f"The last day to apply was {ends_on:%d %B %Y}. Where the body accepts it late, enter its reason and notice."
        )
    if accepted_late_reason and not is_late:
        raise wrong("accepted_late_reason", "It is in time: leave this out.")


def _examined(case: Case) -> list[Review]:
    """The reviews that this outcome had: one that was not valid, or was withdrawn, is none."""
    since = case.review_information_on or case.made_on
    return [
        review
        for review in case.reviews.all()
        if review.applied_on >= since
        and review.state in (Review.State.NOT_UPHELD, Review.State.REFUSED, *Review.UPHELD)
    ]


def _check_stands(case: Case, review: Review, decides: Decides) -> None:
    if review.state != Review.State.APPLIED:
        raise CannotDecideReview("How this review ended is entered already.")
    if decides not in WITHOUT_AN_EXAMINATION and (case.state != "UNDER_REVIEW" or review.waits):
        raise CannotDecideReview("Open the review first, with open_review: nothing was examined before.")


def _keep_notice(
    case: Case, review: Review, decides: str, *, dated_on: dt.date, document: UUID, actor: Actor, at: dt.datetime
) -> BodyNotice:
    return body_notices.keep(
        case, body=review.body, decides=decides, dated_on=dated_on, document=document, actor=actor, at=at
    )
