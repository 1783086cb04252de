"""A real log of the receipt of permit applications, played through the API; its eight weeks are two of our four.

docs/event-logs.md has the mapping, and counts and explains every refusal. The log itself is not in the repository.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.calendar.working_days import LONDON, day_of
from cases.models import Case
from cases.services.due import stale_cases
from tests.cast import Cast, gather

from .replaying import (
    ASSESS,
    CONTACT,
    PROGRESS,
    ByTheLaw,
    Event,
    Figures,
    Replay,
    Step,
    documented,
    first_cases,
    move,
    note,
    rows_of,
)

LOG = Path(settings.ROOT).parent / "shared" / "data" / "events_receipt" / "receipt.csv"
CALCULATOR, TARGETS = "/api/v1/deadlines/calculator/", "/api/v1/deadlines/targets/"
APPLICATION = "The application itself"
DAY = dt.timedelta(days=1)

MAPPING: Mapping[str, Sequence[Step]] = {
    APPLICATION: (),
    "Confirmation of receipt": (),
    "T02 Check confirmation of receipt": (move("amal", "take"),),
    "T03 Adjust confirmation of receipt": (note("The confirmation was adjusted."),),
    "T04 Determine confirmation of receipt": (ASSESS,),
    "T05 Print and send confirmation of receipt": (PROGRESS,),
    "T06 Determine necessity of stop advice": (CONTACT,),
    "T10 Determine necessity to stop indication": (move("beth", "handle_outside"),),
    "T11 Create document X request unlicensed": (note("The document is drafted."),),
    "T12 Check document X request unlicensed": (note("The document was checked."),),
    "T13 Adjust document X request unlicensed": (note("The document was adjusted."),),
    "T14 Determine document X request unlicensed": (
        move("amal", "resolve", result="As the log has it.", told="It has been put right."),
    ),
    "T15 Print document X request unlicensed": (move("lev", "finalise"),),
    "T16 Report reasons to hold request": (note("Reasons to hold it."),),
    "T17 Check report Y to stop indication": (note("The report was checked."),),
    "T18 Adjust report Y to stop indicition": (note("The report was adjusted."),),
    "T19 Determine report Y to stop indication": (
        move("amal", "leave_unresolved", result="As the log has it.", told="You may have it recorded."),
    ),
    "T20 Print report Y to stop indication": (
        move("lev", "close_outside", declined_on="{today}", told="It is closed, as you did not want it recorded."),
    ),
}
ADVICE = (note("Advice was asked for or came in."),)  # T07, T08 and T09, each for one of several aspects and parties

# Why the API refuses, where it is not that the move does not start where the case stands.
SAID = {
    ("handle_outside", "ASSESSING"): "Contact the complainant and seek their views first",
    ("handle_outside", "CONTACTED"): "Answer the four questions of the assessment first",
    ("messages", "CLOSED_OUTSIDE"): "The outcome was told already",
}

pytestmark = pytest.mark.skipif(not LOG.exists(), reason=f"the log is not at {LOG}")


def in_london(written: str) -> dt.datetime:
    """The wall clock of the log, read in London, which puts its clocks forward and back on the same nights."""
    return dt.datetime.fromisoformat(written).replace(tzinfo=LONDON)


def steps_of(activity: str) -> Sequence[Step]:
    return ADVICE if activity[:3] in ("T07", "T08", "T09") else MAPPING[activity]


def events() -> list[Event]:
    """The rows of the log, and before those of each case the application itself, by which its eight weeks begin."""
    rows = list(rows_of(LOG))
    began = {row["case:concept:name"]: in_london(row["case:startdate"]) for row in rows}
    made = [Event(case, APPLICATION, at) for case, at in began.items()]
    return made + [
        Event(row["case:concept:name"], row["concept:name"], in_london(row["time:timestamp"])) for row in rows
    ]


def periods() -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """The start and the deadline that the log has for each of its cases."""
    return {
        row["case:concept:name"]: (in_london(row["case:startdate"]), in_london(row["case:deadline"]))
        for row in rows_of(LOG)
    }


def eight_weeks() -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """Of those that were given eight weeks."""
    return {case: given for case, given in periods().items() if (given[1].date() - given[0].date()).days == 56}


def check(replay: Replay, played: Sequence[Event]) -> None:
    """Each call came out as by the law, for the reason that is known, and nothing is left half done."""
    law = ByTheLaw(replay.mapping)
    law.play(played)
    replay.check_equals(law)
    replay.check_the_reasons(SAID)
    assert len(replay.references) == len({event.case for event in played}) == Case.objects.count()
    assert list(stale_cases()) == []
    assert audit.verify().first_bad is None


def mapping_of(played: Sequence[Event]) -> Mapping[str, Sequence[Step]]:
    return {event.activity: steps_of(event.activity) for event in played}


def replay_of(cast: Cast, played: Sequence[Event]) -> Replay:
    """Where the answer is due as in that town: eight weeks of calendar days after the application."""
    replay = Replay(mapping_of(played), cast=cast)
    eight_weeks = {"rule": "outside_resolution", "count": 56, "unit": "CALENDAR_DAYS", "from_on": "2010-01-01"}
    set_so = cast.client("beth").post(TARGETS, {**eight_weeks, "source": "As the log has it"}, format="json")
    assert set_so.status_code == 201, set_so.content
    replay.play(played)
    return replay


def check_the_deadlines(replay: Replay) -> Counter[bool]:
    """Of whoever was given eight weeks and still waits, the API's due day is the log's; counted by whether the clocks change.

    One is left out, which the log has begun weeks before its own start.
    """
    counted: Counter[bool] = Counter()
    client, received = replay.cast.client("beth"), dict(Case.objects.values_list("reference", "received_on"))
    for case, (start, deadline) in eight_weeks().items():
        reference = replay.references.get(case)
        if reference is None or received[reference] != day_of(start):
            continue
        duties = client.get(f"/api/v1/cases/{reference}/deadlines/").json()
        due = [each["due_on"] for each in duties if each["rule"] == "outside_resolution"]
        is_answered = replay.states[case] in ("RESOLVED_OUTSIDE", "OUTSIDE_UNRESOLVED", "FINALISED", "CLOSED_OUTSIDE")
        assert due == ([] if is_answered else [f"{day_of(deadline)}"]), case
        counted[start.utcoffset() != deadline.utcoffset()] += bool(due)
    return counted


def test_the_first_cases_of_the_log_go_their_way(cast: Cast) -> None:
    played = first_cases(events(), 30)

    replay = replay_of(cast, played)

    check(replay, played)
    assert replay.figures == Figures(
        made=Counter(
            {
                ("T02 Check confirmation of receipt", "take"): 29,
                ("T04 Determine confirmation of receipt", "assessment"): 29,
                ("T05 Print and send confirmation of receipt", "messages"): 29,
                ("T06 Determine necessity of stop advice", "record_contact"): 13,
                ("T10 Determine necessity to stop indication", "handle_outside"): 9,
                ("T14 Determine document X request unlicensed", "resolve"): 1,
                ("T15 Print document X request unlicensed", "finalise"): 1,
            }
        ),
        refused=Counter(
            {
                ("T02 Check confirmation of receipt", "take", "ASSESSING"): 8,
                ("T02 Check confirmation of receipt", "take", "CONTACTED"): 4,
                ("T06 Determine necessity of stop advice", "record_contact", "RECEIVED"): 22,
                ("T06 Determine necessity of stop advice", "record_contact", "CONTACTED"): 3,
                ("T10 Determine necessity to stop indication", "handle_outside", "RECEIVED"): 16,
                ("T10 Determine necessity to stop indication", "handle_outside", "CONTACTED"): 4,
                ("T19 Determine report Y to stop indication", "leave_unresolved", "RECEIVED"): 1,
                ("T20 Print report Y to stop indication", "close_outside", "RECEIVED"): 1,
            }
        ),
        stand=Counter({"ASSESSING": 16, "HANDLING_OUTSIDE": 8, "CONTACTED": 4, "FINALISED": 1, "RECEIVED": 1}),
    )
    assert check_the_deadlines(replay) == {True: 8}, "the clocks go back between October and December"


def test_the_figures_that_are_documented_are_those_of_the_law_over_the_whole_log() -> None:
    law = ByTheLaw(mapping_of(events()))

    law.play(events())

    assert law.figures == documented("Receipts of permit applications")


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_the_whole_log_goes_its_way() -> None:
    played = events()

    replay = replay_of(gather(), played)

    check(replay, played)
    assert len(played) == 8_577 + 1_434
    assert replay.figures == documented("Receipts of permit applications")
    assert check_the_deadlines(replay) == {False: 715, True: 324}


def test_the_eight_weeks_of_the_log_are_two_of_our_four_across_the_clock_changes(db: None, browser: APIClient) -> None:
    found: Counter[bool] = Counter()
    answers: dict[str, str] = {}

    def four_weeks_after(day: str) -> str:
        if day not in answers:
            query = {"rule": "progress_update", "start": day}
            answers[day] = str(browser.get(CALCULATOR, query).json()["due"])
        return answers[day]

    for start, deadline in eight_weeks().values():
        ends = four_weeks_after(four_weeks_after(f"{day_of(start)}"))
        assert ends == f"{day_of(deadline)}"
        found[start.utcoffset() != deadline.utcoffset()] += 1

    # The other 354 were given longer or shorter by decisions that the log does not name.
    assert found == {False: 736, True: 344}


def test_a_case_whose_progress_is_told_after_four_weeks_is_due_when_the_log_says(cast: Cast) -> None:
    across = next(
        (start, deadline)
        for start, deadline in sorted(eight_weeks().values())
        if start.utcoffset() != deadline.utcoffset()
    )
    start, deadline = across
    case = "one that crosses a change of the clocks"
    replay = Replay({"T02": (move("amal", "take"),), "T05": (PROGRESS,)}, cast=cast)

    replay.play([Event(case, "T02", start), Event(case, "T05", start + 28 * DAY)])

    with time_machine.travel(start + 29 * DAY, tick=False):
        due = cast.client("amal").get(f"/api/v1/cases/{replay.references[case]}/deadlines/").json()
    assert {each["due_on"] for each in due if each["rule"] == "progress_update"} == {f"{day_of(deadline)}"}
