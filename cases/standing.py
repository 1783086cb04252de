"""How a case stands, read from its parts, for facts, deadlines, notices and services alike: pure, and queries nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import ranks

if TYPE_CHECKING:
    from .models import Allegation, BodyNotice, Case, Complainant, Involvement, Referral, Review, Suspension

DAY = dt.timedelta(days=1)
REVIEW_DAYS = 28  # SI 2020/2 reg. 29
# From any of these a complaint is recorded as it stands, also where it was closed there.
HANDLED_OUTSIDE = ("HANDLING_OUTSIDE", "OUTSIDE_UNRESOLVED", "RESOLVED_OUTSIDE", "CLOSED_OUTSIDE", "FINALISED")
# What the IOPC determines of who investigates, by the move that its notice makes.
FORMS: Mapping[str, str] = {
    "determine_local": "LOCAL",
    "determine_directed": "DIRECTED",
    "determine_independent": "INDEPENDENT",
    "refer_back": "BACK",
    "refer_back_to_complete": "BACK",
}
BY_THE_IOPC = ("DIRECTED", "INDEPENDENT")


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


def subjects_of(case: Case) -> list[Involvement]:
    """Those whom it is about, known or not."""
    rows = case.involvements.all() if case.pk else ()
    return [each for each in rows if each.part == "SUBJECT" and each.ended_at is None]


def is_about_the_chief_officer(case: Case) -> bool:
    """Whether a delegate found so, or whom it is about was the chief officer by their rank (PRA 2002 s.29(1))."""
    return case.concerns_chief_officer or bool(_chief_officers(case))


def is_the_bodys_since(case: Case) -> dt.date:
    """For what is about the chief officer: the day on which that was found, or on which the rank was entered that says so."""
    entered_on = [each.rank_known_on for each in _chief_officers(case)]
    return min((day for day in (case.chief_officer_found_on, *entered_on) if day), default=case.made_on)


def _chief_officers(case: Case) -> list[Involvement]:
    return [each for each in subjects_of(case) if ranks.is_of_the_chief_officer(each.rank)]


def alleges_what_is_referred(case: Case) -> bool:
    """Whether it alleges what has to be referred: a death or serious injury, or what the Regulations name (Sch 3 para 4(1))."""
    return bool(case.alleges_death_or_serious_injury or case.alleges_mandatory_referral)


def last_referral(case: Case, *, by: dt.date = dt.date.max) -> Referral | None:
    """The last that was made by that day."""
    made = (each for each in case.referrals.all() if each.made_on <= by)
    return max(made, key=lambda referral: (referral.made_on, referral.pk), default=None)


def last_review(case: Case) -> Review | None:
    """The one that is under way, or was; not what somebody applied for meanwhile, which waits for its end."""
    return max((each for each in case.reviews.all() if not each.waits), key=lambda review: review.pk, default=None)


def next_review(case: Case) -> Review | None:
    """What is taken up once the one that is under way has ended: the first that waits for it."""
    waiting = (each for each in case.reviews.all() if each.waits and each.state == each.State.APPLIED)
    return min(waiting, key=lambda review: review.pk, default=None)


def told_of_the_right_on(case: Case, *, of: Complainant | None = None) -> dt.date | None:
    """The day on which one complainant, or the last of them, was told the outcome with the right; None where there is none.

    Who was not told it with the others is by a letter of their own.
    """
    if case.review_information_on is None or not case.review_body:
        return None
    days = [case.review_information_on]
    for letter in case.notices.all() if case.pk else ():
        is_theirs = letter.complainant_id == of.pk if of else letter.complainant_id is not None
        if is_theirs and letter.kind == "OUTCOME" and letter.settled_as == "SENT" and letter.settled_on:
            days.append(letter.settled_on)
    return max(days)


def is_owed_the_outcome(case: Case, complainant: Complainant) -> bool:
    """Whether it was told to others, and is still to be told to this one."""
    return any(
        each.complainant_id == complainant.pk and each.kind == "OUTCOME" and each.settled_on is None
        for each in case.notices.all()
    )


def review_ends_on(case: Case, *, of: Complainant | None = None) -> dt.date | None:
    """The last day to apply for a review, of one complainant or the last of them; None where there is no right.

    28 days from the day after the information was provided; those that an application spent with the wrong body are left out.
    """
    of = of or last_to_apply(case)
    told_on = told_of_the_right_on(case, of=of)
    return last_day_for_a_review(case, told_on, of=of) if told_on else None


def last_to_apply(case: Case) -> Complainant | None:
    """Whose time to apply for a review ends last; None where there is no right to one, or nobody is known who complains."""
    told = {each: told_of_the_right_on(case, of=each) for each in (complainants_of(case) if case.pk else ())}
    ends = {each: last_day_for_a_review(case, on, of=each) for each, on in told.items() if on}
    return max(ends, key=lambda each: ends[each], default=None)


def last_day_for_a_review(case: Case, told_on: dt.date, *, of: Complainant | None) -> dt.date:
    """For who is told of the right on that day."""
    day, left = told_on, REVIEW_DAYS
    stays = stays_with_the_wrong_body(case, of=of)
    while left:
        day += DAY
        left -= not any(from_on <= day < until_on for from_on, until_on in stays)
    return day


def stays_with_the_wrong_body(case: Case, *, of: Complainant | None) -> list[tuple[dt.date, dt.date]]:
    """From when until the day before when each application of theirs was with the wrong body (SI 2020/2 reg. 29).

    One of which nobody knows whose it was counts for everybody.
    """
    return [
        (each.applied_on, each.forwarded_on)
        for each in (case.reviews.all() if case.pk else ())
        if each.forwarded_on
        and each.applied_on < each.forwarded_on
        and (of is None or each.complainant_id in (None, of.pk))
    ]


def review_body_of(case: Case) -> str:
    """The body that reviews the outcome, "" where there is no right to a review (Sch 3 paras 6A, 25 and 30).

    None after an investigation that the IOPC directed or made, nor where all that was investigated was accelerated. The IOPC
    where the complaint was or has to be referred, concerns a senior officer, or alleges what might be a crime, justify
    disciplinary proceedings or infringe article 2 or 3; else the local policing body.
    """
    if form_last_determined(case) in BY_THE_IOPC:
        return ""
    if _is_accelerated_throughout(case):
        return ""
    return "IOPC" if is_the_iopcs_to_review(case) else "LPB"


def is_the_iopcs_to_review(case: Case) -> bool:
    """Whether it was referred, concerns a senior officer or alleges what must be recorded; or a part of it came from one that is
    the IOPC's, or one of the same incident is.
    """
    senior = any(ranks.is_of_a_senior_officer(each.rank) for each in subjects_of(case))
    return bool(last_referral(case)) or senior or case.concerns_conduct or case.iopc_reviews_a_part


def _is_accelerated_throughout(case: Case) -> bool:
    """Whether every live allegation is under an accelerated special procedure, against each whom it concerns (para 25(1A)).

    One accelerated person takes the right to a review neither from what others are complained of for, nor from another
    allegation. Special procedures are of a person, who may be named for the whole case or for one allegation after another.
    """
    special = [each for each in case.special_procedures.all() if each.ended_on is None]
    accelerated = {each.subject_id for each in special if each.accelerated_on}
    subjects = [each for each in case.involvements.all() if each.part == "SUBJECT" and each.ended_at is None]
    people = {each.person_id for each in subjects if each.pk in accelerated and each.person_id}

    def is_throughout(allegation: Allegation) -> bool:
        concerned = [each for each in subjects if each.allegation_id in (None, allegation.pk)]
        return bool(concerned) and all(each.pk in accelerated or each.person_id in people for each in concerned)

    is_of_all = bool(special) and len(accelerated) == len(special)
    return is_of_all and all(is_throughout(each) for each in live_allegations(case))


def live_allegations(case: Case) -> list[Allegation]:
    """Those that were not moved to another case or withdrawn."""
    return [each for each in case.allegations.all() if not each.moved_to_id and each.finding != "WITHDRAWN"]


def form_last_determined(case: Case) -> str:
    """Who investigates (of FORMS), as the IOPC last said; also without a referral, by a review. "" where it never did."""
    said = _notice_of_the_form(case)
    return FORMS[said.decides] if said else ""


def taken_up_by_the_iopc_on(case: Case) -> dt.date:
    """The day on which it was last referred, or on which the IOPC said since who investigates; the first of all where neither."""
    referral, said = last_referral(case), _notice_of_the_form(case)
    days = [referral.made_on if referral else None, said.dated_on if said and FORMS[said.decides] != "BACK" else None]
    return max((day for day in days if day), default=dt.date.min)


def said_of_a_further_referral(case: Case, *decides: str) -> list[BodyNotice]:
    """What the IOPC said since it last had the case of referring it again (para 4(7)), as it was entered and whatever its day.

    Each referral ends with its word on who investigates, and answers what was entered before that. So does an investigation that
    it takes up by itself: there is nothing left to refer.
    """
    if case.state == "REFERRED":
        return []
    last = _notice_of_the_form(case)
    return [
        notice
        for notice in case.body_notices.all()
        if notice.decides in decides and (last is None or notice.pk > last.pk)
    ]


def was_once_the_iopcs(case: Case) -> bool:
    """Whether the IOPC ever determined that it directs or makes the investigation."""
    return any(FORMS.get(notice.decides) in BY_THE_IOPC for notice in case.body_notices.all())


def _notice_of_the_form(case: Case) -> BodyNotice | None:
    said = [notice for notice in case.body_notices.all() if notice.decides in FORMS]
    return max(said, key=lambda notice: notice.pk, default=None)


def complainants_of(case: Case) -> list[Complainant]:
    """Those who complain: not who is only kept informed (section 21), nor who acted for somebody and does so no more."""
    return [
        each for each in case.complainants.all() if each.relationship != "INTERESTED" and each.consent_ended_on is None
    ]


def may_have_a_receipt(case: Case, complainant: Complainant) -> bool:
    """Whether there is something of theirs to follow: not for who complains of nothing, as everybody in a matter."""
    return case.kind != "MATTER" and complainant in complainants_of(case)


def acted_for_nobody(case: Case) -> list[Complainant]:
    """Those who acted for somebody whose consent was refused, or has ended."""
    return [each for each in case.complainants.all() if each.consent_ended_on is not None]


def is_withdrawn_by_all(case: Case, allegation: Allegation) -> bool:
    """Whether each complainant has withdrawn this allegation, by itself or with the whole."""
    withdrawn, complainants = what_was_withdrawn(case), complainants_of(case)
    return bool(complainants) and all(
        (each.pk, None) in withdrawn or (each.pk, allegation.pk) in withdrawn for each in complainants
    )


def has_withdrawn(case: Case, complainant: int | None, *, by: dt.date = dt.date.max) -> bool:
    """Whether somebody, by key, withdrew by that day: from the whole, or from each of its allegations."""
    withdrawn = what_was_withdrawn(case, by=by)
    from_each = [(complainant, each.pk) in withdrawn for each in case.allegations.all() if not each.moved_to_id]
    return (complainant, None) in withdrawn or (bool(from_each) and all(from_each))


def what_was_withdrawn(case: Case, *, by: dt.date = dt.date.max) -> set[tuple[int | None, int | None]]:
    """Who has withdrawn what by that day, by key: None for the whole."""
    return {
        (each.complainant_id, each.allegation_id)
        for each in case.withdrawals.all()
        if each.state in each.EFFECTIVE and each.wished_on <= by
    }


def was_told_of_withdrawal(case: Case, decides: str, *, body: str, since: dt.date) -> bool:
    """Whether the body answered, by a notice of that day or later, and after the last who withdrew did."""
    wishes = [each.wished_on for each in case.withdrawals.all() if each.state in each.EFFECTIVE]
    return any(
        notice.decides == decides and notice.body == body and notice.dated_on >= max([since, *wishes])
        for notice in case.body_notices.all()
    )


def was_let_end(case: Case) -> bool:
    """Whether the IOPC said that it may end, after it last determined who investigates."""
    determined = _notice_of_the_form(case)
    return any(
        notice.decides == "LETS_WITHDRAW" and (determined is None or notice.pk > determined.pk)
        for notice in case.body_notices.all()
    )


def substituting_notice(case: Case) -> BodyNotice | None:
    """The notice by which the IOPC, under review, put its own findings in the place of the authority's; None where it did not."""
    review = last_review(case)
    if case.state != "UNDER_REVIEW" or review is None:
        return None
    said = [each for each in case.body_notices.all() if each.decides == "REVIEW_SUBSTITUTES_FINDINGS"]
    return next((each for each in said if each.pk == review.decision_id), None)


def was_said(case: Case, decides: str) -> bool:
    return any(notice.decides == decides for notice in case.body_notices.all())
