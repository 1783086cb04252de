"""The database keeps to the machines by itself, against update() and raw SQL."""

from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from cases.machine import MACHINES, edges, guard_sql
from cases.models import Case, CommentState, ComplaintState, Kind, Origin
from tests.cast import AT, Cast, a_case

STATES = {Kind.COMPLAINT: ComplaintState.values, Kind.COMMENT: CommentState.values}
ALLOWED = {(edge.kind, edge.source, edge.target) for edge in edges()}

# The thin machine as domain.md has it, written down a second time: a slip in the code is not a slip in both.
BY_HAND = {
    ("COMPLAINT", "RECEIVED", "ASSESSING"),
    ("COMPLAINT", "ASSESSING", "CONTACTED"),
    ("COMPLAINT", "ASSESSING", "HANDLING_OUTSIDE"),
    ("COMPLAINT", "CONTACTED", "HANDLING_OUTSIDE"),
    ("COMPLAINT", "HANDLING_OUTSIDE", "RESOLVED_OUTSIDE"),
    ("COMPLAINT", "RESOLVED_OUTSIDE", "FINALISED"),
    ("COMPLAINT", "RECEIVED", "WITHDRAWN"),
    ("COMPLAINT", "ASSESSING", "WITHDRAWN"),
    ("COMPLAINT", "CONTACTED", "WITHDRAWN"),
    ("COMPLAINT", "HANDLING_OUTSIDE", "WITHDRAWN"),
    ("COMMENT", "SUBMITTED", "TRIAGE"),
    ("COMMENT", "TRIAGE", "WITH_LPU"),
    ("COMMENT", "WITH_LPU", "TRIAGE"),
    ("COMMENT", "WITH_LPU", "ANSWERED"),
}


def put(case: Case, state: str) -> None:
    """Set the state past the machine, as only the trigger's owner could: for the start of an edge."""
    from tests.database_setup import as_owner

    with as_owner() as cursor:
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER USER")
        cursor.execute("UPDATE cases_case SET state = %s WHERE id = %s", [state, case.pk])
        cursor.execute("ALTER TABLE cases_case ENABLE TRIGGER USER")


def test_the_machines_have_the_edges_that_were_agreed() -> None:
    assert ALLOWED == BY_HAND


@pytest.mark.django_db
def test_the_database_holds_the_guard_that_the_code_generates() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('cases_case_keep_to_the_machine'::regproc)")
        (stored,) = cursor.fetchone()

    generated = guard_sql().split("$$")[1]
    assert stored.split("$function$")[1] == generated


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", list(Kind))
def test_raw_sql_takes_the_machines_edges_and_no_others(kind: Kind) -> None:
    from tests.cast import gather

    case = a_case(gather(), kind=kind)
    taken, refusals = set(), {}
    for source, target in product(STATES[kind], STATES[kind]):
        if source == target:
            continue
        put(case, source)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE cases_case SET state = %s WHERE id = %s", [target, case.pk])
            taken.add((kind.value, source, target))
        except IntegrityError as error:
            refusals[source, target] = str(error)

    assert all(f"from {source} to {target}" in words for (source, target), words in refusals.items())
    assert taken == {edge for edge in BY_HAND if edge[0] == kind}


def test_update_of_a_queryset_is_held_by_the_guard_too(cast: Cast) -> None:
    case = a_case(cast)

    with pytest.raises(IntegrityError, match="does not go from RECEIVED to FINALISED"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="FINALISED")


def test_a_case_never_changes_its_kind_or_its_origin(cast: Cast) -> None:
    case = a_case(cast)

    for change in ({"kind": "COMMENT", "state": "SUBMITTED"}, {"origin": "IMPORTED", "source": "x"}):
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**change)


@pytest.mark.parametrize(
    ("kind", "state"), [(kind, state) for kind in Kind for state in STATES[kind] if state != MACHINES[kind].first_state]
)
def test_a_live_case_begins_in_the_first_state_alone(cast: Cast, kind: Kind, state: str) -> None:
    with pytest.raises(IntegrityError, match="does not begin in"), transaction.atomic():
        Case.objects.create(
            kind=kind, state=state, force=cast.force, received_at=AT, received_on=AT.date(), made_on=AT.date()
        )


def test_history_may_enter_in_a_final_state(cast: Cast) -> None:
    case = Case.objects.create(
        kind=Kind.COMPLAINT,
        state="FINALISED",
        origin=Origin.IMPORTED,
        source="old books",
        source_reference="1",
        force=cast.force,
        received_on=AT.date(),
        made_on=AT.date(),
    )

    assert Case.objects.get(pk=case.pk).state == "FINALISED"


def test_an_unknown_state_or_one_of_the_other_kind_is_refused(cast: Cast) -> None:
    for state in ("BOGUS", "SUBMITTED"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.create(
                kind=Kind.COMPLAINT,
                state=state,
                origin=Origin.IMPORTED,
                source="x",
                source_reference=state,
                force=cast.force,
                received_on=AT.date(),
                made_on=AT.date(),
            )
