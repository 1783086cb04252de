"""What must be true of a case before a move: pure questions to a loaded case, which query nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .findings import is_decided_by_the_iopc, owes_an_opinion
from .standing import (
    acted_for_nobody,
    alleges_what_is_referred,
    complainants_of,
    has_withdrawn,
    is_about_the_chief_officer,
    is_owed_the_outcome,
    is_wholly_suspended,
    last_referral,
    last_review,
    live_allegations,
    open_suspensions,
    review_body_of,
    review_ends_on,
    said_of_a_further_referral,
    substituting_notice,
    taken_up_by_the_iopc_on,
    was_let_end,
    was_once_the_iopcs,
    was_said,
    was_told_of_withdrawal,
)

if TYPE_CHECKING:
    from .models import Case


@dataclass(frozen=True)
class Fact:
    """A condition of a move: the question, what to say where the answer is no, and the rule that it comes from."""

    holds: Callable[[Case], bool]
    otherwise: str
    rule: str

    def __call__(self, case: Any) -> bool:
        return self.holds(case)


def fact(otherwise: str, *, rule: str) -> Callable[[Callable[[Case], bool]], Fact]:
    return lambda question: Fact(question, otherwise, rule)


# ---- facts of a complaint: before anything is recorded

ACT = "Police Reform Act 2002"
SCHEDULE_3 = f"{ACT}, Schedule 3"
REGULATIONS = "Police (Complaints and Misconduct) Regulations 2020"
HOUSE = "House rule"


@fact(
    "It concerns the chief officer, whose appropriate authority is the local policing body: find so, and hand it over.",
    rule=f"{ACT}, section 29(1), and Schedule 3, paragraph 1",
)
def is_for_this_authority(case: Case) -> bool:
    """Whom it is about says it by their rank, also where no delegate has found so yet."""
    return not is_about_the_chief_officer(case)


@fact(
    "It was taken up for handling here: it is handed over only where it concerns the chief officer.",
    rule=f"{ACT}, section 29(1), and Schedule 3, paragraph 1",
)
def concerns_the_chief_officer(case: Case) -> bool:
    return case.concerns_chief_officer


@fact("Answer the four questions of the assessment first.", rule=f"{SCHEDULE_3}, paragraph 2(6A)")
def is_assessed(case: Case) -> bool:
    return None not in (
        case.alleges_death_or_serious_injury,
        case.alleges_crime_or_discipline,
        case.alleges_article_2_or_3,
        case.alleges_mandatory_referral,
    )


@fact(
    "It alleges something that must be recorded, so it cannot be handled outside Schedule 3.",
    rule=f"{SCHEDULE_3}, paragraph 2(6A)(b) and (6B)",
)
def need_not_be_recorded(case: Case) -> bool:
    return not case.concerns_conduct


@fact(
    "The complainant wishes it to be recorded, so it cannot be handled outside Schedule 3.",
    rule=f"{SCHEDULE_3}, paragraph 2(6A)(a)",
)
def has_no_wish_to_be_recorded(case: Case) -> bool:
    return not case.wishes_recording


@fact("It was referred to the IOPC: record it.", rule=f"{SCHEDULE_3}, paragraphs 2(6A) and 4")
def was_never_referred(case: Case) -> bool:
    """Also where nobody had standing to complain of it, and somebody has after all."""
    return last_referral(case) is None


@fact(
    "Contact the complainant and seek their views first, or record in the assessment why that is impossible.",
    rule=f"{SCHEDULE_3}, paragraph 2(6)",
)
def is_contacted_or_cannot_be(case: Case) -> bool:
    return case.contacted_on is not None or bool(case.contact_impossible_reason)


@fact("The first contact is recorded already.", rule=f"{SCHEDULE_3}, paragraph 2(6)")
def is_not_contacted(case: Case) -> bool:
    return case.contacted_on is None


@fact(
    "It must be referred to the IOPC first: nothing ends it before, a withdrawal neither.",
    rule=f"{SCHEDULE_3}, paragraph 4(1)",
)
def owes_no_referral(case: Case) -> bool:
    if last_referral(case):  # on whatever basis: a second one is owed at the IOPC's direction alone (paragraph 4(7))
        return not said_of_a_further_referral(case, "DIRECTS_REFERRAL")
    # A death or serious injury is always referred (paragraph 14C), and whatever the IOPC requires (paragraph 4(1)(c)).
    return not (alleges_what_is_referred(case) or case.matter_type == "DSI" or was_said(case, "REQUIRES_REFERRAL"))


@fact(
    "Say first whether it has to be referred to the IOPC: answer the four questions of the assessment.",
    rule=f"{SCHEDULE_3}, paragraphs 10, 11 and 13",
)
def is_known_whether_it_is_referred(case: Case) -> bool:
    """Asked of a matter, which was assessed by nobody when it arose."""
    return case.alleges_mandatory_referral is not None or last_referral(case) is not None


@fact("Tell the complainant the outcome first.", rule=f"{REGULATIONS}, regulation 34")
def has_told_the_complainant(case: Case) -> bool:
    """Each of them: also who takes a withdrawal back, or whose consent is recorded, once the others were told."""
    waiting = [each for each in complainants_of(case) if not has_withdrawn(case, each.pk)]
    return case.told_on is not None and not any(is_owed_the_outcome(case, each) for each in waiting)


@fact("It was recorded before.", rule=f"{SCHEDULE_3}, paragraph 2")
def was_never_recorded(case: Case) -> bool:
    return case.recorded_on is None


# ---- of a recorded one


@fact(
    "Say first whether there is an indication of a crime, of misconduct or of an infringement of article 2 or 3.",
    rule=f"{SCHEDULE_3}, paragraph 6",
)
def has_been_looked_at_for_misconduct(case: Case) -> bool:
    return case.indicates_misconduct is not None


@fact(
    "There is an indication that must be investigated, and no exception applies.",
    rule=f"{SCHEDULE_3}, paragraph 6, and {REGULATIONS}, regulation 6",
)
def need_not_be_investigated(case: Case) -> bool:
    """Special procedures are of an investigation: it goes on until they have ended, whatever else is said."""
    if any(special.ended_on is None for special in case.special_procedures.all()):
        return False
    return not case.indicates_misconduct or bool(case.investigation_exception)


@fact(need_not_be_investigated.otherwise, rule=need_not_be_investigated.rule)
def is_investigated_or_need_not_be(case: Case) -> bool:
    """Asked until the outcome is told: an indication may appear at any time before."""
    return case.investigating_since is not None or need_not_be_investigated(case)


@fact(
    "The IOPC decides on what it directed or investigated: it is for it to say that more is found out.",
    rule=f"{SCHEDULE_3}, paragraphs 15 and 22",
)
def is_the_authoritys_to_decide(case: Case) -> bool:
    return not is_decided_by_the_iopc(case)


@fact(
    "The IOPC determined that it is investigated: the authority may not end that.",
    rule=f"{SCHEDULE_3}, paragraph 15",
)
def form_is_the_authoritys_own(case: Case) -> bool:
    return case.form_set_by != "IOPC"


@fact(
    "The IOPC determined that it is investigated: enter its notice first that it may end.",
    rule=f"{SCHEDULE_3}, paragraph 15, and {REGULATIONS}, regulation 38(3)",
)
def iopc_lets_it_end(case: Case) -> bool:
    """Asked where nobody is left who could withdraw it."""
    return form_is_the_authoritys_own(case) or was_let_end(case)


@fact(
    "It was referred before: it is referred again at the IOPC's direction, or with its consent. Enter its notice first.",
    rule=f"{SCHEDULE_3}, paragraph 4(7)",
)
def may_be_referred(case: Case) -> bool:
    said = said_of_a_further_referral(case, "DIRECTS_REFERRAL", "CONSENTS_TO_REFERRAL")
    return last_referral(case) is None or bool(said)


@fact(
    "It is not the IOPC's to say: enter first that it was referred or called in, or what its review determined.",
    rule=f"{SCHEDULE_3}, paragraphs 15 and 25, and {ACT}, section 13B",
)
def iopc_may_set_its_form(case: Case) -> bool:
    if case.state in ("OUTCOME_SENT", "FINALISED"):  # a re-investigation follows an investigation of the IOPC's alone
        return was_once_the_iopcs(case)
    review = last_review(case)
    determined = review is not None and (review.body, review.state) == ("IOPC", "DETERMINED")
    ordered = determined and substituting_notice(case) is None
    return ordered if case.state == "UNDER_REVIEW" else ordered or last_referral(case) is not None


@fact(
    "The authority was investigating already, so it is referred back for that investigation to be completed.",
    rule=f"{SCHEDULE_3}, paragraph 5(2)",
)
def was_not_being_investigated(case: Case) -> bool:
    return case.investigating_since is None


@fact("Nobody was investigating it when it was referred.", rule=f"{SCHEDULE_3}, paragraph 5(2)")
def was_being_investigated(case: Case) -> bool:
    return case.investigating_since is not None


@fact(
    "The investigator owes an opinion on every allegation that is investigated first: whether there is a case to answer under "
    "special procedures, and there alone.",
    rule=f"{SCHEDULE_3}, paragraph 22",
)
def every_allegation_has_an_opinion(case: Case) -> bool:
    live = live_allegations(case)
    return bool(live) and not any(owes_an_opinion(case, allegation) for allegation in live)


@fact("Code every allegation first: category, and there is one at least.", rule="IOPC guidance on capturing data")
def every_allegation_is_coded(case: Case) -> bool:
    live = live_allegations(case)
    return bool(live) and all(allegation.code_id for allegation in live)


@fact(
    "Decide every allegation first, with reasons, and set what is to be done, or that nothing is.",
    rule=f"{SCHEDULE_3}, paragraphs 6 and 24",
)
def every_allegation_is_decided(case: Case) -> bool:
    return all(each.finding and each.decided_on and each.actions_set_on for each in live_allegations(case))


@fact(
    "Somebody acts for another whose consent is not recorded: record it, or that there is none.",
    rule=f"{ACT}, section 12",
)
def nobody_lacks_consent(case: Case) -> bool:
    """Asked of the end of a review: to an outcome that was told nobody is added, so it may end where nobody complains any more."""
    return not any(each.lacks_consent for each in complainants_of(case))


@fact(
    "Somebody acts for another whose consent is not recorded: record it, or that there is none, and add who they acted for.",
    rule=f"{ACT}, section 12",
)
def somebody_may_be_told(case: Case) -> bool:
    """Whom the outcome is told: each who complains for themselves, or with the consent of whom they act for."""
    is_somebodys = bool(complainants_of(case)) or not case.complainants.all()
    return is_somebodys and nobody_lacks_consent(case)


@fact(
    "Somebody complains of it, or may do so yet: enter first that the consent of whoever is acted for was refused or has ended.",
    rule=f"{ACT}, section 12",
)
def nobody_complains(case: Case) -> bool:
    """Whether all who sent it acted for somebody else, and none of them does any more or ever did."""
    return bool(acted_for_nobody(case)) and not complainants_of(case)


@fact(
    "The local policing body reviews it: enter first what it is called, and where to write to it.",
    rule=f"{REGULATIONS}, regulation 33",
)
def review_body_can_be_written_to(case: Case) -> bool:
    """Of the IOPC the address is known; and where nobody has a right to a review, nobody need write."""
    bodies = case.force.policing_bodies.all()
    return review_body_of(case) != "LPB" or any(body.stands_on(case.considered_on) for body in bodies)


@fact("All of it is suspended: resume it first.", rule=f"{REGULATIONS}, regulation 40")
def is_not_suspended(case: Case) -> bool:
    return not is_wholly_suspended(case)


@fact("It, or a part of it, is suspended: that has to go on or to end first.", rule=f"{REGULATIONS}, regulation 40")
def nothing_is_suspended(case: Case) -> bool:
    """Asked before an end: the rest is handled and decided while a part is suspended, and the outcome is told of all of it."""
    return not open_suspensions(case)


@fact(
    "Severity of every special procedure has to be assessed first.",
    rule=f"{SCHEDULE_3}, paragraph 19B, and {REGULATIONS}, regulation 16",
)
def every_severity_is_assessed(case: Case) -> bool:
    return all(special.severity != "NOT_ASSESSED" for special in case.special_procedures.all())


@fact(
    "Something of it still goes on: Part 2 ceases to apply where all that was suspended is decided not to be resumed.",
    rule=f"{REGULATIONS}, regulation 41",
)
def part_2_has_ceased(case: Case) -> bool:
    """As a whole, or allegation by allegation until none is left. What ended before the IOPC took it up ended nothing since."""
    since = taken_up_by_the_iopc_on(case)
    ended = [
        each
        for each in case.suspensions.all()
        if each.state in each.NOT_RESUMED and each.ended_on and each.ended_on >= since
    ]
    parts = {each.allegation_id for each in ended}
    left = {allegation.pk for allegation in live_allegations(case)} - parts
    return bool(ended) and (None in parts or not left) and not open_suspensions(case)


@fact(
    "Part 2 has ceased to apply to it, as it was decided not to be resumed: tell that it has ended.",
    rule=f"{REGULATIONS}, regulation 41",
)
def part_2_goes_on(case: Case) -> bool:
    return not part_2_has_ceased(case)


# ---- of its end


@fact(
    "The complainant may still apply for a review.",
    rule=f"{REGULATIONS}, regulation 29",
)
def review_window_is_over(case: Case) -> bool:
    ends = review_ends_on(case)
    return ends is None or ends < case.considered_on


@fact(
    "A right to a review is told with the outcome, or there is none: this case has none.",
    rule=f"{SCHEDULE_3}, paragraphs 6A and 25",
)
def has_a_right_to_a_review(case: Case) -> bool:
    return bool(case.review_body)


@fact(
    "It alleges something that must be recorded, or the complainant wishes it: record it.",
    rule=f"{SCHEDULE_3}, paragraph 2(6A)",
)
def may_end_where_it_stands(case: Case) -> bool:
    return case.recorded_on is not None or not (case.concerns_conduct or case.wishes_recording)


@fact("It is a conduct matter already.", rule=f"{SCHEDULE_3}, paragraph 21A")
def is_a_dsi_matter(case: Case) -> bool:
    return case.matter_type == "DSI"


@fact("A review was applied for: enter it with open_review.", rule=f"{SCHEDULE_3}, paragraphs 6A and 25")
def no_review_is_open(case: Case) -> bool:
    return not any(review.state in ("APPLIED", "AWAITING_RESPONSE") for review in case.reviews.all())


@fact("Enter the application for a review first.", rule=f"{SCHEDULE_3}, paragraphs 6A and 25")
def has_an_open_review(case: Case) -> bool:
    return any(review.state == "APPLIED" for review in case.reviews.all())


@fact("Enter how the review ended, and answer what it recommends, first.", rule=f"{SCHEDULE_3}, paragraphs 6A and 25")
def review_ended_without_more(case: Case) -> bool:
    """Also where the IOPC put its own findings in the place of the authority's: there is nothing to decide again."""
    last = last_review(case)
    return last is not None and (last.state in last.ENDED or substituting_notice(case) is not None)


@fact(
    "The IOPC put its own findings in the place of the authority's: enter each of them, and what is done because of it, first.",
    rule=f"{SCHEDULE_3}, paragraph 25",
)
def iopcs_findings_are_entered(case: Case) -> bool:
    return substituting_notice(case) is None or every_allegation_is_decided(case)


@fact(
    "Nothing of a review calls for it to be opened again: an accepted recommendation does. What the IOPC determined to be "
    "investigated goes on by its word on who investigates.",
    rule=f"{SCHEDULE_3}, paragraphs 6A and 25",
)
def review_calls_for_more(case: Case) -> bool:
    """The authority handles it again as was recommended; what the IOPC orders is no choice of the authority's (paragraph 15)."""
    last = last_review(case)
    return last is not None and last.state == last.State.ACCEPTED


@fact(
    "Every complainant has to have withdrawn: by a signed notification, by confirming, or by silence for the time allowed.",
    rule=f"{REGULATIONS}, regulations 38 and 39",
)
def every_complainant_has_withdrawn(case: Case) -> bool:
    """From the whole, or from each of its allegations. Who is only kept informed (section 21) has nothing to withdraw."""
    complainants = complainants_of(case)
    return bool(complainants) and all(has_withdrawn(case, each.pk) for each in complainants)


@fact(
    "It is with the IOPC, which decides first whether it ends: enter its notice.",
    rule=f"{REGULATIONS}, regulation 38(3)",
)
def iopc_lets_it_be_withdrawn(case: Case) -> bool:
    last = last_referral(case)
    if last is None or last.form == "BACK":
        return True
    return was_told_of_withdrawal(case, "LETS_WITHDRAW", body="IOPC", since=last.made_on)


@fact(
    "It is under review: enter the notice by which the review body acknowledges the withdrawal first.",
    rule=f"{REGULATIONS}, regulation 38(4)",
)
def review_body_knows_of_withdrawal(case: Case) -> bool:
    if case.state != "UNDER_REVIEW":
        return True
    review = last_review(case)
    body = review.body if review else case.review_body
    return was_told_of_withdrawal(case, "KNOWS_OF_WITHDRAWAL", body=body, since=case.made_on)
