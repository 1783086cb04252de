"""The trail finds whatever was done to it: edits, deletions, insertions, swaps; a cut tail by what was kept elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from backend.audit import services as audit
from backend.audit.models import Detail, Event
from backend.audit.services import Head
from tests.cast import AT
from tests.database_setup import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ten() -> Head:
    """A trail of ten events, and its head."""
    for number in range(1, 11):
        audit.record(
            actor="amal",
            verb=f"STEP_{number}",
            subject_kind="case",
            subject="K7QM3XVD",
            at=AT,
            details={"number": number},
        )
    return audit.head()


def by_the_owner(*statements: str) -> None:
    """What somebody does who holds the owner's password, and switches the trigger off to cover it up."""
    connection.close()
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")


COPIED = "at, verb, actor, subject_kind, subject, details_hash, previous_hash, hash"
HARM: dict[str, tuple[list[str], int]] = {
    "another verb": (["UPDATE audit_event SET verb = 'NOTHING' WHERE sequence = 4"], 4),
    "another actor": (["UPDATE audit_event SET actor = 'beth' WHERE sequence = 1"], 1),
    "another subject": (["UPDATE audit_event SET subject = 'ZZZZZZZZ' WHERE sequence = 10"], 10),
    "another kind of subject": (["UPDATE audit_event SET subject_kind = 'user' WHERE sequence = 5"], 5),
    "another time": (["UPDATE audit_event SET at = at + interval '1 microsecond' WHERE sequence = 7"], 7),
    "another hash of the details": (["UPDATE audit_event SET details_hash = repeat('0', 64) WHERE sequence = 2"], 2),
    "another hash": (["UPDATE audit_event SET hash = repeat('0', 64) WHERE sequence = 3"], 3),
    "an edit with its own hash made anew": (
        [
            "UPDATE audit_event SET verb = 'NOTHING' WHERE sequence = 6",
            "UPDATE audit_event SET hash = audit_event_hash(audit_event) WHERE sequence = 6",
        ],
        7,
    ),
    "other details": (["UPDATE audit_detail SET details = '{\"number\": 9}' WHERE event_id = 8"], 8),
    "another salt": (["UPDATE audit_detail SET salt = repeat('0', 32) WHERE event_id = 8"], 8),
    "a deletion": (["DELETE FROM audit_detail WHERE event_id = 5", "DELETE FROM audit_event WHERE sequence = 5"], 6),
    "the first deleted": (
        ["DELETE FROM audit_detail WHERE event_id = 1", "DELETE FROM audit_event WHERE sequence = 1"], 2,
    ),
    "a deletion with the rest renumbered": (
        [
            "DELETE FROM audit_detail",
            "DELETE FROM audit_event WHERE sequence = 5",
            "UPDATE audit_event SET sequence = -sequence + 1 WHERE sequence > 5",
            "UPDATE audit_event SET sequence = -sequence WHERE sequence < 0",
        ],
        5,
    ),
    "an insertion": (
        [
            "DELETE FROM audit_detail",
            "UPDATE audit_event SET sequence = -sequence - 1 WHERE sequence >= 5",
            "UPDATE audit_event SET sequence = -sequence WHERE sequence < 0",
            f"INSERT INTO audit_event (sequence, {COPIED}) SELECT 5, {COPIED} FROM audit_event WHERE sequence = 4",
        ],
        5,
    ),
    "a swap": (
        [
            "DELETE FROM audit_detail",
            "UPDATE audit_event SET sequence = -1 WHERE sequence = 3",
            "UPDATE audit_event SET sequence = 3 WHERE sequence = 8",
            "UPDATE audit_event SET sequence = 8 WHERE sequence = -1",
        ],
        3,
    ),
    "the details of two swapped": (
        [
            "UPDATE audit_detail d SET salt = o.salt, details = o.details FROM audit_detail o "
            "WHERE (d.event_id, o.event_id) IN ((4, 9), (9, 4))"
        ],
        4,
    ),
}  # fmt: skip


def test_an_untouched_trail_is_whole(ten: Head) -> None:
    verdict = audit.verify(anchor=ten)

    assert (verdict.events, verdict.head, verdict.first_bad) == (10, ten, None)
    assert audit.verify(anchor=Head(0, "")).first_bad is None


@pytest.mark.parametrize(("statements", "first_bad"), HARM.values(), ids=HARM.keys())
def test_harm_is_found_and_the_first_bad_row_named(ten: Head, statements: list[str], first_bad: int) -> None:
    by_the_owner(*statements)

    verdict = audit.verify()

    assert verdict.first_bad == first_bad
    assert verdict.reason


CUT = ["DELETE FROM audit_detail WHERE event_id > 7", "DELETE FROM audit_event WHERE sequence > 7"]


def test_a_cut_tail_is_found_with_the_anchor_alone(ten: Head) -> None:
    by_the_owner(*CUT)

    assert audit.verify().first_bad is None
    assert audit.verify(anchor=ten).first_bad == 10


def test_a_tail_that_was_cut_and_written_anew_is_found_with_the_anchor_alone(ten: Head) -> None:
    by_the_owner(*CUT)
    for number in range(8, 12):
        audit.record(actor="beth", verb=f"OTHER_{number}", subject_kind="case", subject="K7QM3XVD", at=AT)

    assert audit.verify().first_bad is None
    assert audit.verify(anchor=ten).first_bad == 10


def test_erased_details_leave_the_trail_whole_and_are_gone(ten: Head) -> None:
    by_the_owner("DELETE FROM audit_detail WHERE event_id IN (1, 5, 10)")

    assert audit.verify(anchor=ten).first_bad is None
    told = [details for _, details in audit.timeline(subject_kind="case", subject="K7QM3XVD")]
    assert [details is None for details in told] == [number in (1, 5, 10) for number in range(1, 11)]


@pytest.mark.parametrize("table", ["audit_event", "audit_detail"])
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} DISABLE TRIGGER ALL"]
)
def test_the_apps_role_only_adds_and_reads(ten: Head, table: str, verb: str) -> None:
    column = "verb" if table == "audit_event" else "salt"

    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), connection.cursor() as cursor:
        cursor.execute(verb.format(table, column, column))

    assert audit.verify(anchor=ten).first_bad is None


def test_the_app_does_not_choose_number_and_hashes(ten: Head) -> None:
    Event.objects.create(
        sequence=3, at=AT, verb="X", subject_kind="case", subject="", details_hash="", previous_hash="0", hash="0"
    )

    assert audit.head().sequence == 11
    assert audit.verify(anchor=ten).first_bad is None


def test_a_rolled_back_change_leaves_neither_event_nor_gap(ten: Head) -> None:
    def fail() -> None:
        with transaction.atomic():
            audit.record(actor="", verb="X", subject_kind="case", subject="", at=AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert audit.head() == ten
    assert audit.record(actor="", verb="X", subject_kind="case", subject="", at=AT) == 11


def test_writers_at_once_make_one_chain_without_a_gap() -> None:
    def write(number: int) -> None:
        try:
            for step in range(10):
                audit.record(actor=str(number), verb=str(step), subject_kind="case", subject="", at=AT)
        finally:
            connection.close()

    at_once(write, 8)

    assert audit.verify().events == 80
    assert audit.verify().first_bad is None
    assert list(Event.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 81))
    assert Detail.objects.count() == 80


def test_bulk_and_single_writers_at_once_make_one_chain() -> None:
    def write(number: int) -> None:
        try:
            with transaction.atomic():
                if number % 2:
                    said: dict[str, Any] = {f"{number}-{each}": {"each": each} for each in range(20)}
                    audit.record_many(
                        actor="clock", verb="IMPORTED", subject_kind="case", at=AT, details_by_subject=said
                    )
                else:
                    audit.record(actor=str(number), verb="X", subject_kind="case", subject="", at=AT)
        finally:
            connection.close()

    at_once(write, 8)

    assert (audit.verify().events, audit.verify().first_bad) == (84, None)


def at_once(write: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=write, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_temporary_table_of_the_same_name_does_not_mislead_the_chain() -> None:
    """Whoever may make temporary tables could put one before the real one: the trigger looks in our schema first."""
    audit.record(actor="", verb="FIRST", subject_kind="test", subject="1", at=AT)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE audit_event (LIKE public.audit_event)")
        cursor.execute(
            "INSERT INTO audit_event SELECT 1000, at, verb, actor, subject_kind, subject, details_hash, '', '' FROM public.audit_event"
        )
        cursor.execute(
            "INSERT INTO public.audit_event (at, verb, actor, subject_kind, subject, details_hash) "
            "SELECT at, 'SECOND', '', 'test', '2', details_hash FROM public.audit_event RETURNING sequence"
        )
        assert cursor.fetchall() == [(2,)]
        cursor.execute("DROP TABLE pg_temp.audit_event")

    assert audit.verify().first_bad is None
