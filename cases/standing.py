"""How a case stands, read from its parts, for facts, deadlines, notices and services alike: pure, and queries nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Allegation, Case, Complainant, Referral, Review, Suspension

SENIOR_RANKS = {  # above chief superintendent
    "ASSISTANT CHIEF CONSTABLE",
    "DEPUTY CHIEF CONSTABLE",
    "CHIEF CONSTABLE",
    "COMMANDER",
    "DEPUTY ASSISTANT COMMISSIONER",
    "ASSISTANT COMMISSIONER",
    "DEPUTY COMMISSIONER",
    "COMMISSIONER",
}
# From any of these a complaint is recorded as it stands, also where it was closed there.
HANDLED_OUTSIDE = ("HANDLING_OUTSIDE", "OUTSIDE_UNRESOLVED", "RESOLVED_OUTSIDE", "CLOSED_OUTSIDE", "FINALISED")
FORMS_OF_THE_IOPC = ("determine_directed", "determine_independent")


def has_to_be_recorded_after_all(case: Case) -> bool:
    """Whether a complaint that is handled outside Schedule 3, or ended so, has to be recorded (Sch 3 para 2(6A)).

    By a wish, which counts at any time, or by what it alleges. Where the local policing body is its authority, that records it.
    """
    was_made_here = case.kind == "COMPLAINT" and case.origin == "LIVE"
    outside = was_made_here and case.state in HANDLED_OUTSIDE and case.recorded_on is None
    return outside and not case.concerns_chief_officer and bool(case.wishes_recording or case.concerns_conduct)


def is_wholly_suspended(case: Case) -> bool:
    """Whether all of it is suspended: as a whole, or every live allegation by itself."""
    suspended = open_suspensions(case)
    if any(suspension.allegation_id is None for suspension in suspended):
        return True
    live = {allegation.pk for allegation in live_allegations(case) if allegation.finding != "REGULATION_41"}
    return bool(live) and live <= {suspension.allegation_id for suspension in suspended}


def open_suspensions(case: Case) -> list[Suspension]:
    return [suspension for suspension in case.suspensions.all() if suspension.state in suspension.OPEN]


def last_referral(case: Case) -> Referral | None:
    return max(case.referrals.all(), key=lambda referral: (referral.made_on, referral.pk), default=None)


def last_review(case: Case) -> Review | None:
    return max(case.reviews.all(), key=lambda review: review.pk, default=None)


def review_ends_on(case: Case) -> dt.date | None:
    """The last day to apply for a review: 28 days from the day after the information was provided; None where there is no right."""
    if case.review_information_on is None or not case.review_body:
        return None
    return case.review_information_on + dt.timedelta(days=28)


def review_body_of(case: Case) -> str:
    """The body that reviews the outcome, "" where there is no right to a review (Sch 3 paras 6A, 25 and 30).

    None after an investigation that the IOPC directed or made, nor where all that was investigated was accelerated. The IOPC
    where the complaint was or has to be referred, concerns a senior officer, or alleges what might be a crime, justify
    disciplinary proceedings or infringe article 2 or 3; else the local policing body.
    """
    if _form_last_determined(case) in FORMS_OF_THE_IOPC:
        return ""
    special = [each for each in case.special_procedures.all() if each.ended_on is None]
    if special and all(each.accelerated_on for each in special):
        return ""
    return "IOPC" if is_the_iopcs_to_review(case) else "LPB"


def is_the_iopcs_to_review(case: Case) -> bool:
    """Whether it, or a part that came from another case, was referred, concerns a senior officer, or alleges what must be recorded."""
    senior = any(
        each.part == "SUBJECT" and each.ended_at is None and any(rank in each.rank.upper() for rank in SENIOR_RANKS)
        for each in case.involvements.all()
    )
    return bool(last_referral(case)) or senior or case.concerns_conduct or case.iopc_reviews_a_part


def live_allegations(case: Case) -> list[Allegation]:
    """Those that were not moved to another case or withdrawn."""
    return [each for each in case.allegations.all() if not each.moved_to_id and each.finding != "WITHDRAWN"]


def _form_last_determined(case: Case) -> str:
    """The move by which the IOPC last said who investigates, or that it goes back; also without a referral, by a review."""
    said = [notice for notice in case.body_notices.all() if notice.decides.startswith(("determine_", "refer_back"))]
    return max(said, key=lambda notice: notice.pk).decides if said else ""


def complainants_of(case: Case) -> list[Complainant]:
    """Those who complain: not who is only kept informed (section 21), nor who acted for somebody and does so no more."""
    return [
        each for each in case.complainants.all() if each.relationship != "INTERESTED" and each.consent_ended_on is None
    ]


def is_withdrawn_by_all(case: Case, allegation: Allegation) -> bool:
    """Whether each complainant has withdrawn this allegation, by itself or with the whole."""
    withdrawn, complainants = what_was_withdrawn(case), complainants_of(case)
    return bool(complainants) and all(
        (each.pk, None) in withdrawn or (each.pk, allegation.pk) in withdrawn for each in complainants
    )


def what_was_withdrawn(case: Case) -> set[tuple[int, int | None]]:
    """Who has withdrawn what, by key: None for the whole."""
    return {
        (each.complainant_id, each.allegation_id) for each in case.withdrawals.all() if each.state in each.EFFECTIVE
    }


def was_told_of_withdrawal(case: Case, decides: str, *, body: str, since: dt.date) -> bool:
    """Whether the body answered, by a notice of that day or later, and after the last who withdrew did."""
    wishes = [each.wished_on for each in case.withdrawals.all() if each.state in each.EFFECTIVE]
    return any(
        notice.decides == decides and notice.body == body and notice.dated_on >= max([since, *wishes])
        for notice in case.body_notices.all()
    )


def substitutes_findings(case: Case, review: Review) -> bool:
    return any(
        notice.pk == review.decision_id and notice.decides == "REVIEW_SUBSTITUTES_FINDINGS"
        for notice in case.body_notices.all()
    )


def was_said(case: Case, decides: str) -> bool:
    return any(notice.decides == decides for notice in case.body_notices.all())
