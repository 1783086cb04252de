"""The machines as plain data: which state may follow which, what a move waits for and who may make it.

The database's trigger is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django_fsm import FSMField

from .facts import Maker
from .models import Case, CommentCase, ComplaintCase, Kind

MACHINES = {Kind.COMPLAINT: ComplaintCase, Kind.COMMENT: CommentCase}


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
        found += [Edge(str(kind), str(step.source), str(step.target), step.name) for step in steps]
    return sorted(found)


def reasons_against(case: Case, move: str) -> list[str]:
    """Why the move is not possible now, in words; empty where it is. `case` is the machine of its kind."""
    step = getattr(case, move)._django_fsm.get_transition(case.state)
    if step is None:
        return [f"It stands in {case.get_state_display()}, and this move does not start there."]
    return [fact.otherwise for fact in step.conditions if not fact(case)]


def permission_of(case: Case, move: str) -> Maker:
    """The rule that says who may make the move."""
    rule: Maker = _first_step(case, move).permission
    return rule


def target_of(case: Case, move: str) -> str:
    """The state that the move leads to."""
    return str(_first_step(case, move).target)


def _first_step(case: Case, move: str) -> Any:
    return next(iter(getattr(case, move)._django_fsm.transitions.values()))


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
