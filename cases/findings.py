"""What may be found on an allegation, by how it is handled and by which rules: pure questions to a case with its parts loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .standing import BY_THE_IOPC, form_last_determined, substituting_notice

if TYPE_CHECKING:
    from .models import Allegation, Case

OUTSIDE_STATES = ("HANDLING_OUTSIDE", "OUTSIDE_UNRESOLVED", "RESOLVED_OUTSIDE", "CLOSED_OUTSIDE")
OLD_REGIMES = ("2004", "2012")

ENDED = ("WITHDRAWN", "REGULATION_41")  # nobody found anything on these
OF_THE_SERVICE = frozenset({"ACCEPTABLE", "NOT_ACCEPTABLE", "UNDETERMINED"})
OF_OLD = frozenset({"UPHELD", "NOT_UPHELD"})  # the words of before 2020, for what is still handled by those rules
TO_ANSWER = frozenset({"CASE_TO_ANSWER", "NO_CASE_TO_ANSWER"})
FINDINGS: Mapping[str, frozenset[str]] = {
    "OUTSIDE": frozenset({"RESOLVED", "NOT_RESOLVED"}),
    "NFA": frozenset({"NO_FURTHER_ACTION"}),
}
OPINIONS_ON_CONDUCT = frozenset({"CASE_TO_ANSWER_MISCONDUCT", "CASE_TO_ANSWER_GROSS", "NO_CASE_TO_ANSWER"})
NOT_SPECIAL = frozenset({"NOT_SPECIAL"})
# How staff may say that one allegation is handled, otherwise than the case is (2.5 of the guidance on capturing data).
OTHERWISE: Mapping[str, frozenset[str]] = {
    "OTBI": frozenset({"NFA"}),
    "NFA": frozenset({"OTBI"}),
    "LOCAL": frozenset({"OTBI", "NFA"}),
}


def live_allegations(case: Case) -> list[Allegation]:
    """Those that were not moved to another case or withdrawn, in their order."""
    live = [each for each in case.allegations.all() if not each.moved_to_id and each.finding != "WITHDRAWN"]
    return sorted(live, key=lambda each: each.position)


def is_decided_by_the_iopc(case: Case) -> bool:
    """Whether the IOPC directed or made the investigation, and so decides what is found (PRA 2002 Sch 3 paras 15 and 22)."""
    return case.form_set_by == "IOPC" and form_last_determined(case) in BY_THE_IOPC


def is_under_special_procedures(case: Case, allegation: Allegation) -> bool:
    """Whether somebody who is complained about in it is investigated under special procedures that have not ended.

    They are of a person: named for the whole case, or for one allegation and then for another.
    """
    special = {each.subject_id for each in case.special_procedures.all() if each.ended_on is None}
    standing = [each for each in case.involvements.all() if each.part == "SUBJECT" and each.ended_at is None]
    people = {each.person_id for each in standing if each.pk in special and each.person_id}
    concerned = [each for each in standing if each.allegation_id in (None, allegation.pk)]
    return any(each.pk in special or each.person_id in people for each in concerned)


def handling_by_path(case: Case, allegation: Allegation) -> str:
    """How the allegation is handled, as far as the way of the case says."""
    if is_decided_by_the_iopc(case):
        return form_last_determined(case)
    if case.state in OUTSIDE_STATES or case.recorded_on is None:
        return "OUTSIDE"
    if case.investigating_since is None:
        return "NFA" if case.state == "NFA" else "OTBI"
    return "SPECIAL" if is_under_special_procedures(case, allegation) else "LOCAL"


def handling_of(case: Case, allegation: Allegation) -> str:
    """How the allegation is handled: as it was set, or by the way of the case. Special procedures are never set aside."""
    by_path = handling_by_path(case, allegation)
    return by_path if by_path == "SPECIAL" else allegation.handling or by_path


def may_be_handled_as(case: Case, allegation: Allegation) -> frozenset[str]:
    """How the allegation may be handled otherwise than the way of the case says."""
    return OTHERWISE.get(handling_by_path(case, allegation), frozenset())


def findings_for(case: Case, allegation: Allegation) -> frozenset[str]:
    """What may be found. Case to answer is of special procedures alone (PRA 2002 Sch 3 paras 19A-19E and 22-24).

    On a review the IOPC finds what it thinks right, or leaves what was found (para 25).
    """
    by_handling = FINDINGS.get(handling_of(case, allegation), frozenset())
    if by_handling and substituting_notice(case) is None:
        return by_handling
    of_the_service = OF_OLD if case.regime in OLD_REGIMES else OF_THE_SERVICE
    to_answer = TO_ANSWER if is_under_special_procedures(case, allegation) else frozenset()
    return by_handling | of_the_service | to_answer


def opinions_for(case: Case, allegation: Allegation) -> frozenset[str]:
    """What the investigator may think of it: whether there is a case to answer, under special procedures alone."""
    return OPINIONS_ON_CONDUCT if is_under_special_procedures(case, allegation) else NOT_SPECIAL


def owes_an_opinion(case: Case, allegation: Allegation) -> bool:
    """Whether the authority investigates it, and the investigator has not said what they think (PRA 2002 Sch 3 para 22).

    What they thought before special procedures were declared, or before these ended, answers another question.
    """
    is_investigated = allegation.finding not in ENDED and handling_of(case, allegation) in ("LOCAL", "SPECIAL")
    return is_investigated and allegation.opinion not in opinions_for(case, allegation)


def is_suspended(case: Case, allegation: Allegation) -> bool:
    """Whether the allegation, or the whole case, is suspended (SI 2020/2 reg. 40)."""
    return any(
        each.state in each.OPEN and each.allegation_id in (None, allegation.pk) for each in case.suspensions.all()
    )
