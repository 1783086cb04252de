"""What somebody else commits between two steps of one request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from backend.audit import services as audit
from backend.common.errors import Missing
from cases.models import Case, CaseLink, Involvement
from cases.services import identity, involvement, links, notes, retention
from cases.services.disposed import Disposed
from tests.cases.alleging import by, version_of
from tests.cases.retaining import DUE, a_proposed_case, an_ended_case, propose, reviewed
from tests.cast import AT, a_case, gather
from tests.database_setup import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(work: Callable[[], Any]) -> Callable[[], list[Any]]:
    """Start the work on a connection of its own; what is returned waits for it, and answers what came of it."""
    came: list[Any] = []

    def run() -> None:
        try:
            came.append(work())
        except Exception as error:
            came.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()

    def wait() -> list[Any]:
        thread.join(30)
        return came

    return wait


def wait_until_somebody_waits_for_a_lock() -> None:
    with as_owner() as cursor:
        for _ in range(3000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody waits for a lock")


def test_who_is_named_while_they_wait_learns_nothing_of_it() -> None:
    cast = gather()
    case = a_case(cast)
    read = {"reference": case.reference, "actor": cast.actor("lev"), "at": AT, "version": version_of(case)}
    with transaction.atomic():
        involvement.name_person(who="1012", part=Involvement.Part.SUBJECT, **by(cast, "beth", case))
        written = elsewhere(lambda: notes.add(text="Mine.", **read))
        wait_until_somebody_waits_for_a_lock()

    assert [type(each) for each in written()] == [Missing]


def test_the_end_of_a_link_brings_no_erased_word_back(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = gather()
    case, other = an_ended_case(cast), an_ended_case(cast)
    same = CaseLink.Kind.SAME_INCIDENT
    links.add(**by(cast, "beth", case), other=other.reference, kind=same, reason="Zyxomma was there.")
    reviewed(case)
    propose(cast, case)
    confirming, ending = by(cast, "lev", case, DUE), by(cast, "beth", other, DUE)
    check = links._check_who

    def dispose_of_it_first(*who: Any) -> None:
        elsewhere(lambda: retention.confirm(**confirming))()
        check(*who)

    monkeypatch.setattr(links, "_check_who", dispose_of_it_first)
    links.end(public_id=CaseLink.objects.get().public_id, reason="It was another day.", **ending)

    assert Case.objects.get(pk=case.pk).disposed_on
    assert "Zyxomma" not in CaseLink.objects.get().reason


def test_a_reveal_holds_up_the_disposal_that_would_leave_its_reason_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = gather()
    case = a_proposed_case(cast)
    confirming = by(cast, "lev", case, DUE)
    waits: list[Callable[[], list[Any]]] = []
    record = audit.record

    def confirm_meanwhile(**event: Any) -> None:
        if not waits:
            waits.append(elsewhere(lambda: retention.confirm(**confirming)))
            wait_until_somebody_waits_for_a_lock()
        record(**event)

    monkeypatch.setattr(audit, "record", confirm_meanwhile)
    beth = cast.actor("beth", DUE)
    identity.reveal(reference=case.reference, reason="Zyxomma rang.", actor=beth, at=DUE)
    waits[0]()

    assert Case.objects.get(pk=case.pk).disposed_on
    told = [details for _, details in audit.timeline(subject_kind="case", subject=case.reference)]
    assert "Zyxomma" not in str(told)
    with pytest.raises(Disposed):
        identity.reveal(reference=case.reference, reason="Again.", actor=beth, at=DUE)
