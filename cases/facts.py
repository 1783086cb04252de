"""What must be true of a case before a move, and who may make it: pure questions to a loaded case, which query nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.accounts.actors import Actor
from backend.accounts.models import Role

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


@dataclass(frozen=True)
class Maker:
    """Who may make a move: the question to a case and an actor, and what to say to everybody else."""

    may: Callable[[Case, Actor], bool]
    otherwise: str

    def __call__(self, case: Any, actor: Any) -> bool:
        return self.may(case, actor)


def fact(otherwise: str, *, rule: str) -> Callable[[Callable[[Case], bool]], Fact]:
    return lambda question: Fact(question, otherwise, rule)


def maker(otherwise: str) -> Callable[[Callable[[Case, Actor], bool]], Maker]:
    return lambda question: Maker(question, otherwise)


# ---- facts of a complaint


@fact("Answer the four questions of the assessment first.", rule="Police Reform Act 2002, Schedule 3, paragraph 2(6A)")
def is_assessed(case: Case) -> bool:
    return None not in (
        case.alleges_death_or_serious_injury,
        case.alleges_crime_or_discipline,
        case.alleges_article_2_or_3,
        case.alleges_mandatory_referral,
    )


@fact(
    "It alleges something that must be recorded, so it cannot be handled outside Schedule 3.",
    rule="Police Reform Act 2002, Schedule 3, paragraph 2(6A)(b) and (6B)",
)
def need_not_be_recorded(case: Case) -> bool:
    return not case.concerns_conduct


@fact(
    "The complainant wishes it to be recorded, so it cannot be handled outside Schedule 3.",
    rule="Police Reform Act 2002, Schedule 3, paragraph 2(6A)(a)",
)
def has_no_wish_to_be_recorded(case: Case) -> bool:
    return not case.wishes_recording


@fact(
    "Contact the complainant and seek their views first, or record in the assessment why that is impossible.",
    rule="Police Reform Act 2002, Schedule 3, paragraph 2(6)",
)
def is_contacted_or_cannot_be(case: Case) -> bool:
    return case.contacted_on is not None or bool(case.contact_impossible_reason)


@fact(
    "It must be referred to the IOPC first: a withdrawal does not discharge the referral.",
    rule="Police Reform Act 2002, Schedule 3, paragraph 4(1)",
)
def owes_no_referral(case: Case) -> bool:
    return not case.alleges_mandatory_referral


@fact(
    "Tell the complainant the outcome first.",
    rule="Police (Complaints and Misconduct) Regulations 2020, regulation 34",
)
def has_told_the_complainant(case: Case) -> bool:
    return case.told_on is not None


# ---- who


@maker("An assessor of Professional Standards or the appropriate authority does this.")
def may_assess(case: Case, actor: Actor) -> bool:
    return actor.holds(Role.PSD_ASSESSOR, Role.APPROPRIATE_AUTHORITY, force_id=case.force_id)


@maker("The delegate of the appropriate authority does this.")
def may_decide(case: Case, actor: Actor) -> bool:
    return actor.holds(Role.APPROPRIATE_AUTHORITY, force_id=case.force_id)


@maker("The handler, a supervisor of the unit that holds it, or Professional Standards does this.")
def may_handle(case: Case, actor: Actor) -> bool:
    return _works_in_its_unit(case, actor) or actor.holds(
        Role.PSD_ASSESSOR, Role.PSD_INVESTIGATOR, Role.APPROPRIATE_AUTHORITY, force_id=case.force_id
    )


@maker("A supervisor of the unit or the appropriate authority does this, and never the one who resolved it.")
def may_close(case: Case, actor: Actor) -> bool:
    supervises = actor.holds_in(Role.LPU_SUPERVISOR, unit_id=case.unit_id, force_id=case.force_id)
    return case.resolved_by_id != actor.person_id and (supervises or may_decide(case, actor))


@maker("A moderator of Professional Standards or the appropriate authority does this.")
def may_answer_comments(case: Case, actor: Actor) -> bool:
    return actor.holds(Role.MODERATOR, Role.APPROPRIATE_AUTHORITY, force_id=case.force_id)


@maker("The unit that holds it, a moderator or the appropriate authority does this.")
def may_work_on_comments(case: Case, actor: Actor) -> bool:
    return may_answer_comments(case, actor) or _works_in_its_unit(case, actor)


@maker("A supervisor of the unit, an assessor or the appropriate authority assigns cases.")
def may_assign(case: Case, actor: Actor) -> bool:
    supervises = actor.holds_in(Role.LPU_SUPERVISOR, unit_id=case.unit_id, force_id=case.force_id)
    return supervises or may_assign_anywhere(case, actor)


@maker(
    "A supervisor assigns within their own reach; an assessor or the appropriate authority gives it to another unit."
)
def may_assign_anywhere(case: Case, actor: Actor) -> bool:
    return (case.kind == "COMMENT" and may_answer_comments(case, actor)) or may_assess(case, actor)


@maker(
    "Those who assess complaints name people, and those who answer comments; anybody may declare a conflict of their own."
)
def may_name_people(case: Case, actor: Actor) -> bool:
    return may_assess(case, actor) if case.kind == "COMPLAINT" else may_answer_comments(case, actor)


def _works_in_its_unit(case: Case, actor: Actor) -> bool:
    return actor.holds_in(Role.LPU_HANDLER, Role.LPU_SUPERVISOR, unit_id=case.unit_id, force_id=case.force_id)
