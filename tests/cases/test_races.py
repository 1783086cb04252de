"""Two people at one case at once: one of them wins, and nothing of either is lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from django.db import connection, connections

from backend.accounts.models import Role
from backend.audit import services as audit
from backend.audit.models import Event
from backend.common.errors import Stale
from cases.models import Case, CaseLink, Note, Notice
from cases.services import assignment, contact_plans, links, notes, transitions
from cases.services.contact_plans import HasAPlan
from cases.services.intake import NewComplainant
from cases.services.transitions import CannotMove
from tests.cases.law import WAYS
from tests.cast import AT, CONTACT, INDEPENDENT, Cast, a_case, add_user, assess, gather, move, sign_withdrawal

RACES, RACES_TO_PROVE = 100, 1000
RUNNERS = 4
TOLD = {"told": "This is what we decided, and why."}
CONTESTED: dict[str, tuple[str, dict[str, Any]]] = {  # moves that start from one state, and end in as many
    "record_contact": ("amal", CONTACT),
    "withdraw": ("beth", {"public_interest": "ENDS"}),
    "record": ("amal", {}),
    "find_not_a_complaint": ("lev", {"why": "NO_STANDING", **TOLD}),
    "decide_not_to_record": ("beth", {"why": "DEALT_WITH_BY_CRIMINAL_PROCEEDINGS", **TOLD}),
    "transfer_out": ("lev", {"to": "OTHER_FORCE", **TOLD}),
    "refer": ("beth", {"basis": "VOLUNTARY", "ground": "GRAVITY", "clear_on": "2026-11-20"}),
}


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
        return move_name

    return task


def contested(cast: Cast) -> tuple[Case, int]:
    """A case from which every move of CONTESTED may start, and its version."""
    case = a_case(cast)
    assess(cast, case)
    move(cast, case, "amal", "take")
    sign_withdrawal(cast, case)
    return case, version_of(case)


def version_of(case: Case) -> int:
    version: int = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return version


def race(rounds: int) -> None:
    """Each round four runners, with three different moves between them, at one version of one case."""
    cast, runners = gather(), cycle(CONTESTED)
    for turn in range(rounds):
        case, version = contested(cast)
        names = [next(runners) for _ in range(RUNNERS - 1)]
        names.append(names[0])

        answers = run_together(
            *(attempt(cast, case, CONTESTED[name][0], name, version, **CONTESTED[name][1]) for name in names)
        )

        winners = [answer for answer in answers if answer in CONTESTED]
        assert (len(winners), answers.count("stale")) == (1, RUNNERS - 1), (turn, names, answers)
        verbs = [name.upper() for name in CONTESTED]
        events = Event.objects.filter(subject=case.reference, verb__in=verbs)
        assert [event.verb for event in events] == [winners[0].upper()]
        after = Case.objects.get(pk=case.pk)
        assert (after.version, after.state) == (version + 1, WAYS[winners[0]][1])
    assert audit.verify().first_bad is None


@pytest.mark.django_db(transaction=True)
def test_of_conflicting_moves_exactly_one_wins_each_time() -> None:
    race(RACES)


@pytest.mark.django_db(transaction=True)
@pytest.mark.prove
def test_of_conflicting_moves_exactly_one_wins_a_thousand_times() -> None:
    race(RACES_TO_PROVE)


def race_over_http(rounds: int) -> None:
    cast, runners = gather(), cycle(CONTESTED)
    for turn in range(rounds):
        case, _ = contested(cast)
        url = f"/api/v1/cases/{case.reference}/"
        tag = cast.client("beth").get(url)["ETag"]

        def sending(name: str, url: str = url, tag: str = tag) -> Callable[[], str]:
            who, details = CONTESTED[name]
            client = cast.client(who)
            body = {"move": name, "details": details}

            def task() -> str:
                answer = client.post(f"{url}moves/", body, format="json", headers={"If-Match": tag})
                return str(answer.status_code)

            return task

        answers = run_together(*(sending(next(runners)) for _ in range(RUNNERS)))

        assert Counter(answers) == {"200": 1, "412": RUNNERS - 1}, (turn, answers)


@pytest.mark.django_db(transaction=True)
def test_over_http_with_one_etag_one_is_answered_and_the_others_are_told_to_read_again() -> None:
    race_over_http(20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.prove
def test_over_http_with_one_etag_two_hundred_times() -> None:
    race_over_http(200)


def again_and_again(change: Callable[[int], None], case: Case) -> Callable[[], str]:
    """The change, on the version that was just read, until it is not stale."""

    def task() -> str:
        for _ in range(1000):
            try:
                change(version_of(case))
            except Stale:
                continue
            return "done"
        return "gave up"

    return task


@pytest.mark.django_db(transaction=True)
def test_two_who_link_two_cases_to_each_other_do_not_wait_for_ever() -> None:
    """What is linked is not locked, nor is the key of what is: one of the two would else be killed each time."""
    cast = gather()
    for _ in range(5):
        one, other = a_case(cast), a_case(cast)

        def linking(name: str, case: Case, to: Case) -> Callable[[], str]:
            actor, version = cast.actor(name), version_of(case)

            def task() -> str:
                links.add(
                    reference=case.reference, other=to.reference, kind=CaseLink.Kind.SUPERSEDES, reason="Sent twice.",
                    actor=actor, at=AT, version=version,
                )  # fmt: skip
                return "linked"

            return task

        assert run_together(linking("amal", one, other), linking("beth", other, one)) == ["linked", "linked"]


@pytest.mark.django_db(transaction=True)
def test_two_who_make_a_plan_for_one_person_make_one() -> None:
    cast = gather()
    for turn in range(10):
        maya = NewComplainant(name="Maya Field", email=f"maya{turn}@home.test")
        cases = [a_case(cast, complainants=[maya]), a_case(cast, complainants=[maya])]

        def planning(name: str, case: Case) -> Callable[[], str]:
            actor, whom = cast.actor(name), case.complainants.get().public_id

            def task() -> str:
                try:
                    contact_plans.make(
                        reference=case.reference, complainant=whom, text="By letter alone.", review_on=dt.date(2027, 1, 4),
                        actor=actor, at=AT,
                    )  # fmt: skip
                except HasAPlan:
                    return "has one"
                return "made"

            return task

        answers = run_together(planning("amal", cases[0]), planning("beth", cases[1]))

        assert sorted(answers) == ["has one", "made"], turn


@pytest.mark.django_db(transaction=True)
def test_no_note_is_lost_when_many_write_at_once() -> None:
    cast = gather()
    case = a_case(cast)
    actor = cast.actor("amal")

    def write(version: int) -> None:
        notes.add(reference=case.reference, text="Seen.", actor=actor, at=AT, version=version)

    answers = [answer for _ in range(5) for answer in run_together(*[again_and_again(write, case)] * RUNNERS)]

    assert answers == ["done"] * 5 * RUNNERS
    assert Note.objects.count() == 5 * RUNNERS
    assert version_of(case) == 1 + 5 * RUNNERS
    assert Event.objects.filter(verb="NOTE_ADDED").count() == 5 * RUNNERS


@pytest.mark.django_db(transaction=True)
def test_moves_that_stay_where_they_are_notes_and_reassignments_lose_nothing_of_each_other() -> None:
    cast = gather()
    add_user(cast, "gus", Role.PSD_INVESTIGATOR, cast.standards)
    case = a_case(cast)
    assess(cast, case)
    move(cast, case, "amal", "record")
    move(cast, case, "beth", "investigate", investigator="fay@westshire.test", terms="All of it.")
    before, beth = version_of(case), cast.actor("beth")
    who = {"reference": case.reference, "actor": beth, "at": AT}

    def replace(version: int) -> None:
        details = {"investigator": "gus@westshire.test", **INDEPENDENT, "reason": "Ill."}
        transitions.perform(**who, move="replace_investigator", version=version, details=details)

    def write(version: int) -> None:
        notes.add(**who, text="Seen.", version=version)

    def assign(version: int) -> None:
        assignment.assign(**who, unit=None, handler="amal@westshire.test", version=version)

    changes = [again_and_again(change, case) for change in (replace, write, assign, write)]
    answers = [answer for _ in range(5) for answer in run_together(*changes)]

    assert answers == ["done"] * 20
    assert version_of(case) == before + 20
    verbs = Counter(Event.objects.filter(subject=case.reference).values_list("verb", flat=True))
    assert (verbs["REPLACE_INVESTIGATOR"], verbs["NOTE_ADDED"], verbs["ASSIGNED"]) == (5, 10, 5)
    assert Note.objects.filter(case_id=case.pk, text="Seen.").count() == 10
    assert Notice.objects.filter(case_id=case.pk, kind="HANDLING").count() == 1, "to Maya; nobody is named as subject"
    assert Case.objects.get(pk=case.pk).state == "LOCAL_INV"
    assert audit.verify().first_bad is None
