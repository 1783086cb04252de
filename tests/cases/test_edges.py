"""The database keeps to the machines by itself, against update() and raw SQL."""

from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from cases.machine import MACHINES, edges, guard_sql
from cases.models import Case, CommentState, ComplaintState, Kind, MatterState, MatterType, Origin
from tests.cast import AT, Cast, a_case, a_matter, gather

STATES = {Kind.COMPLAINT: ComplaintState.values, Kind.COMMENT: CommentState.values, Kind.MATTER: MatterState.values}
ALLOWED = {(edge.kind, edge.source, edge.target) for edge in edges()}


def lines(kind: str, text: str) -> set[tuple[str, str, str]]:
    """`A B -> C D`: from each of A and B to each of C and D, but never to itself."""
    found = set()
    for line in text.strip().splitlines():
        sources, targets = (side.split() for side in line.split("->"))
        found |= {(kind, source, target) for source in sources for target in targets if source != target}
    return found


# The machines as the law and domain.md 7.1 and 9A have them, written down a second time: a slip in the code is not one in both.
BY_HAND = (
    lines(
        "COMMENT",
        """
    SUBMITTED -> TRIAGE
    TRIAGE -> WITH_LPU
    WITH_LPU -> TRIAGE ANSWERED
    """,
    )
    | lines(
        "COMPLAINT",
        """
    RECEIVED -> ASSESSING
    ASSESSING -> CONTACTED
    ASSESSING CONTACTED -> NOT_A_COMPLAINT NOT_RECORDED HANDLING_OUTSIDE
    HANDLING_OUTSIDE OUTSIDE_UNRESOLVED -> NOT_A_COMPLAINT
    RECORDED REFERRED_BACK REOPENED OTBI NFA LOCAL_INV REPORT_SUBMITTED DECISION -> NOT_A_COMPLAINT
    DIRECTED INDEPENDENT -> NOT_A_COMPLAINT
    NOT_A_COMPLAINT NOT_RECORDED -> ASSESSING
    HANDLING_OUTSIDE -> RESOLVED_OUTSIDE OUTSIDE_UNRESOLVED
    OUTSIDE_UNRESOLVED -> CLOSED_OUTSIDE
    RECEIVED ASSESSING CONTACTED HANDLING_OUTSIDE OUTSIDE_UNRESOLVED RESOLVED_OUTSIDE CLOSED_OUTSIDE FINALISED -> RECORDED
    RECEIVED ASSESSING CONTACTED RECORDED -> TRANSFERRED_OUT
    HANDLING_OUTSIDE OUTSIDE_UNRESOLVED REFERRED_BACK REOPENED OTBI NFA LOCAL_INV REPORT_SUBMITTED DECISION -> TRANSFERRED_OUT
    RESOLVED_OUTSIDE REFERRED DIRECTED INDEPENDENT OUTCOME_SENT UNDER_REVIEW -> TRANSFERRED_OUT
    RECEIVED ASSESSING CONTACTED HANDLING_OUTSIDE OUTSIDE_UNRESOLVED RESOLVED_OUTSIDE CLOSED_OUTSIDE -> REFERRED
    RECORDED REFERRED_BACK REOPENED OTBI NFA LOCAL_INV REPORT_SUBMITTED DECISION OUTCOME_SENT UNDER_REVIEW -> REFERRED
    NOT_A_COMPLAINT NOT_RECORDED FINALISED -> REFERRED
    REFERRED -> REFERRED_BACK LOCAL_INV DIRECTED INDEPENDENT
    LOCAL_INV DIRECTED INDEPENDENT -> LOCAL_INV DIRECTED INDEPENDENT
    OUTCOME_SENT FINALISED -> DIRECTED INDEPENDENT
    UNDER_REVIEW -> LOCAL_INV DIRECTED INDEPENDENT
    RECORDED REFERRED_BACK REOPENED -> OTBI NFA LOCAL_INV
    OTBI -> NFA LOCAL_INV DECISION
    NFA -> OTBI LOCAL_INV DECISION
    LOCAL_INV -> OTBI REPORT_SUBMITTED
    REPORT_SUBMITTED DIRECTED INDEPENDENT -> DECISION
    REPORT_SUBMITTED DECISION -> LOCAL_INV
    DECISION -> OUTCOME_SENT
    OUTCOME_SENT FINALISED -> UNDER_REVIEW
    UNDER_REVIEW -> FINALISED REOPENED
    RESOLVED_OUTSIDE OUTCOME_SENT -> FINALISED
    RECEIVED ASSESSING CONTACTED HANDLING_OUTSIDE OUTSIDE_UNRESOLVED -> WITHDRAWN
    RECORDED REFERRED REFERRED_BACK REOPENED OTBI NFA LOCAL_INV DIRECTED INDEPENDENT REPORT_SUBMITTED DECISION -> WITHDRAWN
    OUTCOME_SENT UNDER_REVIEW -> WITHDRAWN
    RECORDED REFERRED_BACK REOPENED OTBI NFA LOCAL_INV REPORT_SUBMITTED DECISION -> FINALISED
    RECEIVED ASSESSING CONTACTED HANDLING_OUTSIDE OUTSIDE_UNRESOLVED RECORDED -> MERGED
    """,
    )
    | lines(
        "MATTER",
        """
    RECORDED REFERRED_BACK OTBI LOCAL_INV REPORT_SUBMITTED DECISION FINALISED -> REFERRED
    REFERRED -> REFERRED_BACK LOCAL_INV DIRECTED INDEPENDENT
    LOCAL_INV DIRECTED INDEPENDENT -> LOCAL_INV DIRECTED INDEPENDENT
    FINALISED -> DIRECTED INDEPENDENT
    RECORDED REFERRED_BACK -> OTBI LOCAL_INV
    OTBI -> LOCAL_INV DECISION
    LOCAL_INV -> REPORT_SUBMITTED
    REPORT_SUBMITTED DIRECTED INDEPENDENT -> DECISION
    REPORT_SUBMITTED DECISION -> LOCAL_INV
    DECISION -> FINALISED
    RECORDED -> MERGED
    RECORDED REFERRED_BACK OTBI LOCAL_INV REPORT_SUBMITTED DECISION REFERRED DIRECTED INDEPENDENT -> TRANSFERRED_OUT
    """,
    )
)


def put(case: Case, state: str) -> None:
    """Set the state past the machine, as only the trigger's owner could: for the start of an edge."""
    from tests.database_setup import as_owner

    with as_owner() as cursor:
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER USER")
        cursor.execute("UPDATE cases_case SET state = %s WHERE id = %s", [state, case.pk])
        cursor.execute("ALTER TABLE cases_case ENABLE TRIGGER USER")


def test_the_machines_have_the_edges_that_were_agreed() -> None:
    assert {edge for edge in ALLOWED if edge[1] != edge[2]} == BY_HAND


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
    cast = gather()
    case = a_matter(cast) if kind == Kind.MATTER else a_case(cast, kind=kind)
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
            kind=kind,
            state=state,
            matter_type=MatterType.DSI if kind == Kind.MATTER else "",
            force=cast.force,
            received_at=AT,
            received_on=AT.date(),
            made_on=AT.date(),
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
