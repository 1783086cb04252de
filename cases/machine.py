"""The machines as plain data: which state may follow which, what a move waits for and who may make it.

The database's trigger is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django_fsm import FSMField

from .makers import Maker
from .models import Case, CommentCase, ComplaintCase, Kind, MatterCase

MACHINES = {Kind.COMPLAINT: ComplaintCase, Kind.COMMENT: CommentCase, Kind.MATTER: MatterCase}


@dataclass(frozen=True, order=True)
class Edge:
    kind: str
    source: str
    target: str
    move: str


def edges() -> list[Edge]:
    """Every edge of both machines, sorted."""
    found: list[Edge] = []
    for kind, machine in MACHINES.items():
        field = machine._meta.get_field("state")
        steps = field.get_all_transitions(machine) if isinstance(field, FSMField) else ()
        found += [Edge(str(kind), str(step.source), str(step.target or step.source), step.name) for step in steps]
    return sorted(found)


@dataclass(frozen=True)
class Against:
    """One reason why a move is not possible now, and the rule that it comes from."""

    why: str
    rule: str


def reasons_against(case: Case, move: str) -> list[Against]:
    """Why the move is not possible now; empty where it is. `case` is the machine of its kind, with its parts loaded."""
    if case.disposed_on:
        return [Against("It was disposed of: what is left of it goes nowhere.", "UK GDPR, article 5(1)(e)")]
    step = getattr(case, move)._django_fsm.get_transition(case.state)
    if step is None:
        where = f"It stands in {case.get_state_display()}, and this move does not start there."
        return [Against(where, "The machine of its kind")]
    return [Against(fact.otherwise, fact.rule) for fact in step.conditions if not fact(case)]


def permission_of(case: Case, move: str) -> Maker:
    """The rule that says who may make the move."""
    rule: Maker = _step(case, move).permission
    return rule


def target_of(case: Case, move: str) -> str:
    """The state that the move leads to: from where the case stands, or else from where the move starts."""
    step = _step(case, move)
    return str(step.target or step.source)


def _step(case: Case, move: str) -> Any:
    steps = getattr(case, move)._django_fsm.transitions
    leading = (step for step in steps.values() if step.target)
    return steps.get(case.state) or next(leading, None) or next(iter(steps.values()))


def guard_sql() -> str:
    """The SQL that makes the database refuse any other edge, a change of kind or origin, and any other first state."""
    firsts = ", ".join(f"('{kind}', '{machine.first_state}')" for kind, machine in sorted(MACHINES.items()))
    pairs = sorted({(edge.kind, edge.source, edge.target) for edge in edges()})
    allowed = ",\n            ".join(f"('{kind}', '{source}', '{target}')" for kind, source, target in pairs)
    return f"""CREATE OR REPLACE FUNCTION cases_case_keep_to_the_machine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.origin = 'LIVE' AND (NEW.kind, NEW.state) NOT IN ({firsts}) THEN
            RAISE EXCEPTION 'A case of kind % does not begin in %', NEW.kind, NEW.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.kind <> OLD.kind OR NEW.origin <> OLD.origin THEN
        RAISE EXCEPTION 'The kind and the origin of a case never change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (NEW.kind, OLD.state, NEW.state) NOT IN (
            {allowed}
    ) THEN
        RAISE EXCEPTION 'A case of kind % does not go from % to %', NEW.kind, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
"""
