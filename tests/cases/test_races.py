"""Two people at one case at once: one of them wins, and nothing of either is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections

from backend.audit import services as audit
from backend.audit.models import Event
from backend.common.errors import Stale
from cases.models import Case, Note
from cases.services import notes, transitions
from cases.services.transitions import CannotMove
from tests.cast import AT, CONTACT, Cast, a_case, assess, gather, move

RACES = 100
RUNNERS = 4


def run_together(*tasks: Callable[[], str]) -> list[str]:
    """Run the tasks in threads of their own, let go at one moment; answer what each of them answered."""
    barrier, answers = threading.Barrier(len(tasks)), [""] * len(tasks)

    def run(place: int, task: Callable[[], str]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            answers[place] = task()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, task)) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def attempt(cast: Cast, case: Case, name: str, move_name: str, version: int, **details: object) -> Callable[[], str]:
    actor = cast.actor(name)

    def task() -> str:
        try:
            transitions.perform(
                reference=case.reference, move=move_name, actor=actor, at=AT, version=version, details=details
            )
        except Stale:
            return "stale"
        except CannotMove:
            return "conflict"
        return "won"

    return task


@pytest.mark.django_db(transaction=True)
def test_of_conflicting_moves_exactly_one_wins_each_time() -> None:
    cast = gather()
    for race in range(RACES):
        case = a_case(cast)
        assess(cast, case)
        move(cast, case, "amal", "take")
        version = Case.objects.get(pk=case.pk).version
        signed = {"signed_on": "2026-11-20", "signed_by": "The complainant"}

        answers = run_together(
            *(
                attempt(cast, case, "amal", "record_contact", version, **CONTACT)
                if runner % 2
                else attempt(cast, case, "beth", "withdraw", version, **signed)
                for runner in range(RUNNERS)
            )
        )

        assert answers.count("won") == 1, (race, answers)
        assert answers.count("stale") == RUNNERS - 1, (race, answers)
        events = Event.objects.filter(subject=case.reference, verb__in=["RECORD_CONTACT", "WITHDRAW"])
        assert events.count() == 1
        assert Case.objects.get(pk=case.pk).version == version + 1
    assert audit.verify().first_bad is None


@pytest.mark.django_db(transaction=True)
def test_no_note_is_lost_when_many_write_at_once() -> None:
    cast = gather()
    case = a_case(cast)
    actor = cast.actor("amal")

    def write() -> str:
        for _ in range(1000):
            version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
            try:
                notes.add(reference=case.reference, text="Seen.", actor=actor, at=AT, version=version)
            except Stale:
                continue
            return "written"
        return "gave up"

    answers = [answer for _ in range(5) for answer in run_together(*[write] * RUNNERS)]

    assert answers == ["written"] * 5 * RUNNERS
    assert Note.objects.count() == 5 * RUNNERS
    assert Case.objects.get(pk=case.pk).version == 1 + 5 * RUNNERS
    assert Event.objects.filter(verb="NOTE_ADDED").count() == 5 * RUNNERS
