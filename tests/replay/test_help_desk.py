"""A real log of a help desk, played through the API as complaints handled outside Schedule 3.

docs/event-logs.md has the mapping and explains every refusal. The log itself is not in the repository.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from django.conf import settings

from backend.audit import services as audit
from cases.models import Case
from cases.services.due import stale_cases
from tests.cast import Cast, gather

from .replaying import ASSESS, CONTACT, PROGRESS, Event, Replay, Step, first_cases, move, note, rows_of

LOG = Path(settings.ROOT).parent / "shared" / "data" / "events_helpdesk" / "helpdesk.csv"
RESOLVED = {"result": "As the log has it.", "told": "It has been put right."}

MAPPING: Mapping[str, Sequence[Step]] = {
    "Insert ticket": (),
    "Assign seriousness": (move("amal", "take"), ASSESS),
    "Take in charge ticket": (CONTACT, move("beth", "handle_outside")),
    "Wait": (PROGRESS,),
    "Resolve ticket": (move("amal", "resolve", **RESOLVED),),
    "RESOLVED": (move("amal", "resolve", **RESOLVED),),
    "Closed": (move("lev", "finalise"),),
    "INVALID": (move("beth", "find_not_a_complaint", why="SERVICE_REQUEST", told="This is not a complaint."),),
    "Require upgrade": (note("An upgrade is needed."),),
    "Create SW anomaly": (note("An anomaly was entered."),),
    "Resolve SW anomaly": (note("The anomaly was put right."),),
    "Schedule intervention": (note("A visit was arranged."),),
    "VERIFIED": (note("Verified."),),
    "DUPLICATE": (note("Said to be a duplicate; of which is not in the log."),),
}

# Why the machine refuses: the log has the activity where the path of a complaint does not.
EXPLAINED = {
    "take": "It was taken up before: seriousness was assigned again.",
    "record_contact": "It was not taken up yet, or contact was made already: it was taken in charge again.",
    "handle_outside": "It was not assessed yet, or it is handled already: it was taken in charge again.",
    "messages": "The outcome was told already, so there is no progress to tell.",
    "resolve": "Nobody had decided how to handle it, or it was resolved before.",
    "finalise": "It is not resolved yet, or it was finalised before.",
    "assessment": "It is closed already.",
    "find_not_a_complaint": "It is handled or resolved already.",
}

pytestmark = pytest.mark.skipif(not LOG.exists(), reason=f"the log is not at {LOG}")


def events() -> list[Event]:
    return [Event(row["case_id"], row["activity"], dt.datetime.fromisoformat(row["timestamp"])) for row in rows_of(LOG)]


def check(replay: Replay, played: Sequence[Event]) -> None:
    """Every activity was played, every refusal is one that is explained, and nothing is left half done."""
    assert len(replay.references) == len({event.case for event in played}) == Case.objects.count()
    asked = sum(len(MAPPING[event.activity]) for event in played)
    assert sum(replay.made.values()) + sum(replay.refused.values()) == asked
    assert {status for _, _, status in replay.refused} <= {409}
    assert {step for _, step, _ in replay.refused} <= set(EXPLAINED)
    stands = dict(Case.objects.values_list("reference", "state"))
    assert {replay.references[case]: state for case, state in replay.states.items()} == stands
    assert list(stale_cases()) == []
    assert audit.verify().first_bad is None


def test_the_first_cases_of_the_log_go_their_way(cast: Cast) -> None:
    played = first_cases(events(), 25)
    replay = Replay(cast, MAPPING)

    replay.play(played)

    check(replay, played)
    assert replay.made["finalise"] > 12


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_the_whole_log_goes_its_way() -> None:
    played = events()
    replay = Replay(gather(), MAPPING)

    replay.play(played)

    check(replay, played)
    assert len(played) == 21_348
