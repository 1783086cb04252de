"""Two people at the allegations of one case, or of two, at once: nothing is lost, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections

from backend.common.errors import Stale
from cases.models import Allegation
from cases.services import allegations, splitting
from tests.cases.alleging import alleged, version_of
from tests.cast import AT, a_case, gather


def together(*tasks: Callable[[], None]) -> list[str]:
    """Run the tasks in threads of their own, let go at one moment; answer how each of them ended."""
    barrier, answers = threading.Barrier(len(tasks)), [""] * len(tasks)

    def run(place: int, task: Callable[[], None]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            task()
            answers[place] = "done"
        except Stale:
            answers[place] = "stale"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_at_once_one_does_and_the_places_have_no_gap() -> None:
    cast = gather()
    case = a_case(cast)
    version, actor = version_of(case), cast.actor("beth")

    def add() -> None:
        allegations.add(
            reference=case.reference, described={"summary": "He swore."}, actor=actor, at=AT, version=version
        )

    assert sorted(together(add, add)) == ["done", "stale"]
    assert list(Allegation.objects.values_list("position", flat=True)) == [1]


@pytest.mark.django_db(transaction=True)
def test_two_who_move_between_the_same_cases_in_opposite_directions_do_not_wait_for_ever() -> None:
    cast = gather()
    one, other = a_case(cast), a_case(cast)
    here, there = alleged(cast, one), alleged(cast, other)
    versions, actor = {each.pk: version_of(each) for each in (one, other)}, cast.actor("beth")

    def move(allegation: Allegation, into: str) -> Callable[[], None]:
        case = allegation.case
        return lambda: (
            splitting.move_to(
                reference=case.reference, allegation=allegation.public_id, into=into, actor=actor, at=AT,
                version=versions[case.pk],
            ),
            None,
        )[1]  # fmt: skip

    answers = together(move(here, other.reference), move(there, one.reference))

    assert sorted(answers) == ["done", "stale"]
    assert Allegation.objects.filter(moved_to__isnull=False).count() == 1
