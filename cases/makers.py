"""Who may make a move or another change of a case: pure questions to a loaded case and an actor, which query nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.accounts.actors import Actor
from backend.accounts.models import Role

if TYPE_CHECKING:
    from .models import Case


@dataclass(frozen=True)
class Maker:
    """Who may make a move: the question to a case and an actor, and what to say to everybody else."""

    may: Callable[[Case, Actor], bool]
    otherwise: str

    def __call__(self, case: Any, actor: Any) -> bool:
        return self.may(case, actor)


def maker(otherwise: str) -> Callable[[Callable[[Case, Actor], bool]], Maker]:
    return lambda question: Maker(question, otherwise)


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


@maker("An assessor or investigator of Professional Standards or the appropriate authority does this.")
def may_follow_proceedings(case: Case, actor: Actor) -> bool:
    return actor.holds(Role.PSD_ASSESSOR, Role.PSD_INVESTIGATOR, Role.APPROPRIATE_AUTHORITY, force_id=case.force_id)


@maker("Professional Standards or the appropriate authority does this.")
def may_hold(case: Case, actor: Actor) -> bool:
    """Keeping something harms nobody; lifting a hold is the delegate's."""
    return actor.holds(
        Role.MODERATOR, Role.PSD_ASSESSOR, Role.PSD_INVESTIGATOR, Role.APPROPRIATE_AUTHORITY, force_id=case.force_id
    )


@maker("The investigator who was appointed to it does this.")
def may_investigate(case: Case, actor: Actor) -> bool:
    return case.investigator_id is not None and case.investigator_id == actor.user_id


@maker(
    "The delegate of the appropriate authority does this, and never one who handled or investigated it, or chose to do no more; "
    "nor, without a recorded reason, one who decided it before it was opened again."
)
def may_decide_on_others_work(case: Case, actor: Actor) -> bool:
    apart = {*case.worked_on_by, *case.holders, *case.decided_before}
    return may_decide(case, actor) and actor.person_id not in apart


@maker("The delegate of the appropriate authority does this, and never one who decided it or investigated it.")
def may_check(case: Case, actor: Actor) -> bool:
    """Who handled it otherwise may: of two delegates the one handled it and checks what the other decided."""
    return may_decide(case, actor) and actor.person_id not in case.deciders | case.investigators


@maker(
    "An assessor of Professional Standards or the appropriate authority does this, and never one who handled it or ended it."
)
def may_take_up_again(case: Case, actor: Actor) -> bool:
    return may_assess(case, actor) and actor.person_id not in {*case.worked_on_by, *case.holders, case.decided_by_id}


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
    return may_answer_comments(case, actor) if case.kind == "COMMENT" else may_assess(case, actor)


def _works_in_its_unit(case: Case, actor: Actor) -> bool:
    return actor.holds_in(Role.LPU_HANDLER, Role.LPU_SUPERVISOR, unit_id=case.unit_id, force_id=case.force_id)
