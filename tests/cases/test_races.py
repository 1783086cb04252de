"""Two people at one case at once: one of them wins, and nothing of either is lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
from django.db import connection, connections

from backend.accounts.models import Role
from backend.audit import services as audit
from backend.audit.models import Event
from backend.common.errors import Missing, Stale
from cases.models import Case, CaseLink, Note, Notice
from cases.selectors import get_case, next_moves
from cases.services import access, assignment, contact_plans, determinations, links, notes, transitions
from cases.services.contact_plans import HasAPlan
from cases.services.intake import NewComplainant
from cases.services.transitions import CannotMove
from tests.cases.law import WAYS
from tests.cast import AT, CONTACT, INDEPENDENT, Cast, a_case, add_user, assess, gather, move, sign_withdrawal

RACES, RACES_TO_PROVE = 50, 1000
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

# Each of which ends it, or takes it out of the force's hands: whichever is first, no other starts from there.
EXCLUSIVE = ("withdraw", "find_not_a_complaint", "decide_not_to_record", "transfer_out", "refer")


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


def attempt(cast: Cast, case: Case, name: str, version: int | None) -> Callable[[], str]:
    """The move at that version; without one, at whichever stands, read again for as long as somebody else was quicker.

    Answers the move, or the status of what it was refused with.
    """
    who, details = CONTESTED[name]
    actor = cast.actor(who)

    def task() -> str:
        while True:
            stands = version_of(case) if version is None else version
            try:
                transitions.perform(
                    reference=case.reference, move=name, actor=actor, at=AT, version=stands, details=details
                )
            except Stale as stale:
                if version is None:
                    continue
                return f"{stale.status}"
            except CannotMove as conflict:
                return f"{conflict.status}"
            return name

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


def check_one_won(case: Case, version: int, answers: list[str], *, losers: str) -> None:
    """The case, its version and the trail have the winner's move and no other; each of the others was refused with `losers`."""
    (winner,) = (answer for answer in answers if answer in CONTESTED)
    assert Counter(answers) == {winner: 1, losers: RUNNERS - 1}, answers
    verbs = [name.upper() for name in CONTESTED]
    events = Event.objects.filter(subject=case.reference, verb__in=verbs)
    assert [event.verb for event in events] == [winner.upper()]
    after = Case.objects.get(pk=case.pk)
    assert (after.version, after.state) == (version + 1, WAYS[winner][1])


def of_runners(moves: Iterator[str]) -> list[str]:
    """Three different moves, and the first of them once more."""
    names = [next(moves) for _ in range(RUNNERS - 1)]
    return [*names, names[0]]


def race_at_one_version(cast: Cast, rounds: int) -> None:
    """Each round four runners who have all read the same version of one case: the losers have to read it again."""
    moves = cycle(CONTESTED)
    for _ in range(rounds):
        case, version = contested(cast)

        answers = run_together(*(attempt(cast, case, name, version) for name in of_runners(moves)))

        check_one_won(case, version, answers, losers="412")
    assert audit.verify().first_bad is None


def race_at_any_version(cast: Cast, rounds: int) -> None:
    """Each round four runners whose moves were all offered, and who read the case again: for the losers the way is gone."""
    moves = cycle(EXCLUSIVE)
    for _ in range(rounds):
        case, version = contested(cast)
        names = of_runners(moves)
        for name in set(names):
            actor = cast.actor(CONTESTED[name][0])
            read = get_case(reference=case.reference, actor=actor)
            assert name in {each.move for each in next_moves(read, actor=actor, on=AT.date()) if each.allowed}

        answers = run_together(*(attempt(cast, case, name, None) for name in names))

        check_one_won(case, version, answers, losers="409")
    assert audit.verify().first_bad is None


@pytest.mark.django_db(transaction=True)
def test_of_conflicting_moves_at_one_version_one_wins_and_the_others_are_told_to_read_again() -> None:
    race_at_one_version(gather(), RACES)


@pytest.mark.django_db(transaction=True)
def test_of_conflicting_moves_one_wins_and_who_reads_again_finds_that_theirs_starts_there_no_more() -> None:
    race_at_any_version(gather(), RACES // 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.prove
def test_of_conflicting_moves_one_wins_a_thousand_times() -> None:
    cast = gather()
    race_at_one_version(cast, RACES_TO_PROVE // 2)
    race_at_any_version(cast, RACES_TO_PROVE // 2)


def race_over_http(rounds: int) -> None:
    cast, moves = gather(), cycle(CONTESTED)
    for _ in range(rounds):
        case, version = contested(cast)
        url = f"/api/v1/cases/{case.reference}/"
        tag = cast.client("beth").get(url)["ETag"]

        def sending(name: str, url: str = url, tag: str = tag) -> Callable[[], str]:
            who, details = CONTESTED[name]
            client = cast.client(who)
            body = {"move": name, "details": details}

            def task() -> str:
                answer = client.post(f"{url}moves/", body, format="json", headers={"If-Match": tag})
                return name if answer.status_code == 200 else f"{answer.status_code}"

            return task

        answers = run_together(*(sending(name) for name in of_runners(moves)))

        check_one_won(case, version, answers, losers="412")
    assert audit.verify().first_bad is None


@pytest.mark.django_db(transaction=True)
def test_over_http_with_one_etag_one_is_answered_and_the_others_are_told_to_read_again() -> None:
    race_over_http(20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.prove
def test_over_http_with_one_etag_a_thousand_times() -> None:
    race_over_http(RACES_TO_PROVE)


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
@pytest.mark.parametrize("service", [access.restrict, determinations.set_chief_officer])
def test_two_who_close_off_two_merged_cases_do_not_wait_for_ever(service: Callable[..., Any]) -> None:
    """Each closes off the other, too: both are held in one order. Whoever comes second does not know of theirs any more."""
    cast, finds = gather(), {} if service is access.restrict else {"concerns_chief_officer": True}
    for turn in range(10):
        one, other = a_case(cast), a_case(cast)
        CaseLink.objects.create(kind="MERGED", case=one, other=other, made_by=cast.users["amal"], made_at=AT)

        def closing(name: str, case: Case) -> Callable[[], str]:
            actor, version = cast.actor(name), version_of(case)

            def task() -> str:
                try:
                    service(reference=case.reference, reason="Covert.", actor=actor, at=AT, version=version, **finds)
                except Missing:
                    return "missing"
                return "closed off"

            return task

        assert sorted(run_together(closing("beth", one), closing("lev", other))) == ["closed off", "missing"], turn
        assert Case.objects.filter(pk__in=[one.pk, other.pk], restricted=True).count() == 2


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
