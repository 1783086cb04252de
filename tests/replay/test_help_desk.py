"""A real log of a help desk, played through the API as complaints handled outside Schedule 3.

docs/event-logs.md has the mapping, and counts and explains every refusal. The log itself is not in the repository.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from django.conf import settings

from backend.audit import services as audit
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

# Why the API refuses, where it is not that the move does not start where the case stands.
SAID = {
    ("record_contact", "HANDLING_OUTSIDE"): "The first contact is recorded already",
    ("messages", "RESOLVED_OUTSIDE"): "The outcome was told already",
}

pytestmark = pytest.mark.skipif(not LOG.exists(), reason=f"the log is not at {LOG}")


def events() -> list[Event]:
    return [Event(row["case_id"], row["activity"], dt.datetime.fromisoformat(row["timestamp"])) for row in rows_of(LOG)]


def check(replay: Replay, played: Sequence[Event]) -> None:
    """Each call came out as by the law, for the reason that is known, and nothing is left half done."""
    law = ByTheLaw(MAPPING)
    law.play(played)
    replay.check_equals(law)
    replay.check_the_reasons(SAID)
    assert len(replay.references) == len({event.case for event in played}) == Case.objects.count()
    stands = dict(Case.objects.values_list("reference", "state"))
    assert {replay.references[case]: state for case, state in replay.states.items()} == stands
    assert list(stale_cases()) == []
    assert audit.verify().first_bad is None


def test_the_first_cases_of_the_log_go_their_way(cast: Cast) -> None:
    played = first_cases(events(), 25)
    replay = Replay(MAPPING, cast=cast)

    replay.play(played)

    check(replay, played)
    assert replay.figures == Figures(
        made=Counter(
            {
                ("Assign seriousness", "take"): 25,
                ("Assign seriousness", "assessment"): 32,
                ("Take in charge ticket", "record_contact"): 25,
                ("Take in charge ticket", "handle_outside"): 25,
                ("Resolve ticket", "resolve"): 25,
                ("Closed", "finalise"): 25,
            }
        ),
        refused=Counter(
            {
                ("Assign seriousness", "take", "ASSESSING"): 7,
                ("Take in charge ticket", "record_contact", "HANDLING_OUTSIDE"): 1,
                ("Take in charge ticket", "record_contact", "RESOLVED_OUTSIDE"): 2,
                ("Take in charge ticket", "handle_outside", "HANDLING_OUTSIDE"): 1,
                ("Take in charge ticket", "handle_outside", "RESOLVED_OUTSIDE"): 2,
                ("Resolve ticket", "resolve", "RESOLVED_OUTSIDE"): 2,
                ("Closed", "finalise", "FINALISED"): 3,
            }
        ),
        stand=Counter({"FINALISED": 25}),
    )


def test_the_figures_that_are_documented_are_those_of_the_law_over_the_whole_log() -> None:
    law = ByTheLaw(MAPPING)

    law.play(events())

    assert law.figures == documented("A help desk")


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_the_whole_log_goes_its_way() -> None:
    played = events()
    replay = Replay(MAPPING, cast=gather())

    replay.play(played)

    check(replay, played)
    assert len(played) == 21_348
    assert replay.figures == documented("A help desk")
