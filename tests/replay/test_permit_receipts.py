"""A real log of the receipt of permit applications, played through the API; its eight weeks are two of our four.

docs/event-logs.md has the mapping and explains every refusal. The log itself is not in the repository.
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

from .replaying import ASSESS, CONTACT, PROGRESS, Event, Replay, Step, first_cases, move, note, rows_of

LOG = Path(settings.ROOT).parent / "shared" / "data" / "events_receipt" / "receipt.csv"
CALCULATOR = "/api/v1/deadlines/calculator/"
DAY = dt.timedelta(days=1)

MAPPING: Mapping[str, Sequence[Step]] = {
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

EXPLAINED = {
    "take": "It was taken up before: the confirmation was checked again after an adjustment.",
    "messages": "The outcome was told already.",
    "record_contact": "It was not taken up yet, as its confirmation was not checked, or contact was made already.",
    "handle_outside": "It was not assessed or contacted yet, or it is handled already.",
    "resolve": "Nobody had decided how to handle it.",
    "finalise": "It is not resolved.",
    "leave_unresolved": "Nobody had decided how to handle it.",
    "close_outside": "It was not left unresolved before.",
    "assessment": "It is closed already.",
}

pytestmark = pytest.mark.skipif(not LOG.exists(), reason=f"the log is not at {LOG}")


def in_london(written: str) -> dt.datetime:
    """The wall clock of the log, read in London, which puts its clocks forward and back on the same nights."""
    return dt.datetime.fromisoformat(written).replace(tzinfo=LONDON)


def steps_of(activity: str) -> Sequence[Step]:
    return ADVICE if activity[:3] in ("T07", "T08", "T09") else MAPPING[activity]


def events() -> list[Event]:
    return [
        Event(row["case:concept:name"], row["concept:name"], in_london(row["time:timestamp"])) for row in rows_of(LOG)
    ]


def periods() -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """The start and the deadline that the log has for each of its cases."""
    return {
        row["case:concept:name"]: (in_london(row["case:startdate"]), in_london(row["case:deadline"]))
        for row in rows_of(LOG)
    }


def check(replay: Replay, played: Sequence[Event]) -> None:
    assert len(replay.references) == len({event.case for event in played}) == Case.objects.count()
    assert sum(replay.made.values()) + sum(replay.refused.values()) == sum(len(steps_of(e.activity)) for e in played)
    assert {status for _, _, status in replay.refused} <= {409}
    assert {step for _, step, _ in replay.refused} <= set(EXPLAINED)
    assert list(stale_cases()) == []
    assert audit.verify().first_bad is None


def replay_of(cast: Cast, played: Sequence[Event]) -> Replay:
    replay = Replay(cast, {event.activity: steps_of(event.activity) for event in played})
    replay.play(played)
    return replay


def test_the_first_cases_of_the_log_go_their_way(cast: Cast) -> None:
    played = first_cases(events(), 30)

    replay = replay_of(cast, played)

    check(replay, played)
    assert replay.made["handle_outside"] > 5


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_the_whole_log_goes_its_way() -> None:
    played = events()

    replay = replay_of(gather(), played)

    check(replay, played)
    assert len(played) == 8_577


def test_the_eight_weeks_of_the_log_are_two_of_our_four_across_the_clock_changes(db: None, browser: APIClient) -> None:
    eight_weeks = {
        case: (start, deadline)
        for case, (start, deadline) in periods().items()
        if (deadline.date() - start.date()).days == 56
    }

    found: Counter[bool] = Counter()
    answers: dict[str, str] = {}

    def four_weeks_after(day: str) -> str:
        if day not in answers:
            query = {"rule": "progress_update", "start": day}
            answers[day] = str(browser.get(CALCULATOR, query).json()["due"])
        return answers[day]

    for start, deadline in eight_weeks.values():
        ends = four_weeks_after(four_weeks_after(f"{day_of(start)}"))
        assert ends == f"{day_of(deadline)}"
        found[start.utcoffset() != deadline.utcoffset()] += 1

    # The other 354 were given longer or shorter by decisions that the log does not name.
    assert found == {False: 736, True: 344}


def test_a_case_whose_progress_is_told_after_four_weeks_is_due_when_the_log_says(cast: Cast) -> None:
    across = next(
        (start, deadline)
        for start, deadline in sorted(periods().values())
        if (deadline.date() - start.date()).days == 56 and start.utcoffset() != deadline.utcoffset()
    )
    start, deadline = across
    case = "one that crosses a change of the clocks"
    replay = Replay(cast, {"T02": (move("amal", "take"),), "T05": (PROGRESS,)})

    replay.play([Event(case, "T02", start), Event(case, "T05", start + 28 * DAY)])

    with time_machine.travel(start + 29 * DAY, tick=False):
        due = cast.client("amal").get(f"/api/v1/cases/{replay.references[case]}/deadlines/").json()
    assert {each["due_on"] for each in due if each["rule"] == "progress_update"} == {f"{day_of(deadline)}"}
