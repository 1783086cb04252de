"""What each move brings with it: the notices that become owed, the clocks that start and stop. Shown before, done after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .findings import is_decided_by_the_iopc
from .standing import last_referral, open_suspensions

if TYPE_CHECKING:
    from .models import Case, Involvement


@dataclass(frozen=True)
class Owed:
    """A notice (cases.notices) that a move makes owed, to everyone in that part of the case."""

    kind: str
    to: str  # COMPLAINANT, SUBJECT, LPB, IOPC, REVIEW_BODY (one of these two), or ACTED_FOR_NOBODY


@dataclass(frozen=True)
class Consequences:
    """Plain facts about a move. `starts` and `stops` name clocks (cases.clocks); `also` says the rest in words."""

    owed: tuple[Owed, ...] = ()
    tells: bool = False  # the complainant is told at once, by the text that the move needs
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


COMPLAINANT, SUBJECT, ACTED_FOR_NOBODY = "COMPLAINANT", "SUBJECT", "ACTED_FOR_NOBODY"
BOTH = (COMPLAINANT, SUBJECT)
ALL_CLOCKS = ("every clock of the force",)
NEW_HANDLER = "It is for somebody else than handled it before, unless a reason is recorded."


def _both(kind: str) -> tuple[Owed, ...]:
    return tuple(Owed(kind, to) for to in BOTH)


CONSEQUENCES: Mapping[str, Consequences] = {
    "take": Consequences(starts=("progress_update",)),
    "find_not_a_complaint": Consequences(tells=True, stops=ALL_CLOCKS),
    "find_no_standing": Consequences(
        owed=(Owed("NO_STANDING", ACTED_FOR_NOBODY),),
        stops=ALL_CLOCKS,
        also=("Who acted without consent is told that alone, and nobody else is told anything.",),
    ),
    "reopen": Consequences(starts=("progress_update",), also=(NEW_HANDLER,)),
    "record_contact": Consequences(stops=("first_contact",)),
    "handle_outside": Consequences(starts=("outside_resolution",), stops=("recording_decision",)),
    "resolve": Consequences(tells=True, starts=("finalisation",), stops=("progress_update", "outside_resolution")),
    "leave_unresolved": Consequences(tells=True, also=("The complainant is offered to have it recorded.",)),
    "close_outside": Consequences(tells=True, stops=ALL_CLOCKS),
    "record": Consequences(owed=_both("RECORD_COPY"), starts=("handling_decision",), stops=("outside_resolution",)),
    "decide_not_to_record": Consequences(tells=True, stops=ALL_CLOCKS),
    "transfer_out": Consequences(tells=True, stops=ALL_CLOCKS, also=("A copy of the evidence stays here.",)),
    "refer": Consequences(owed=_both("REFERRAL"), stops=("referral",), also=("No local unit sees it any more.",)),
    "enter_referral": Consequences(
        owed=_both("REFERRAL"), stops=("referral",), also=("No local unit sees it any more.",)
    ),
    "call_in": Consequences(owed=_both("REFERRAL"), stops=("referral",), also=("No local unit sees it any more.",)),
    "refer_back": Consequences(owed=_both("IOPC_DECISION"), starts=("handling_decision",)),
    "refer_back_to_complete": Consequences(owed=_both("IOPC_DECISION"), starts=("local_investigation",)),
    "determine_local": Consequences(owed=_both("IOPC_DECISION"), starts=("local_investigation", "timeliness_letter")),
    "determine_directed": Consequences(owed=_both("IOPC_DECISION"), stops=ALL_CLOCKS),
    "determine_independent": Consequences(owed=_both("IOPC_DECISION"), stops=ALL_CLOCKS),
    "handle_otherwise": Consequences(
        owed=(Owed("HANDLING", COMPLAINANT),),
        starts=("otherwise_than_by_investigation",),
        stops=("local_investigation", "timeliness_letter", "handling_decision"),
    ),
    "take_no_further_action": Consequences(owed=(Owed("HANDLING", COMPLAINANT),), stops=("handling_decision",)),
    "investigate": Consequences(
        owed=_both("HANDLING"), starts=("local_investigation", "timeliness_letter"), stops=("handling_decision",)
    ),
    "replace_investigator": Consequences(
        owed=(Owed("HANDLING", SUBJECT),), also=("The case goes to the new investigator.",)
    ),
    "submit_report": Consequences(stops=("local_investigation",), also=("The authority decides on each allegation.",)),
    "begin_decision": Consequences(stops=("otherwise_than_by_investigation",)),
    "enter_iopc_report": Consequences(also=("The IOPC has decided: enter its findings for each allegation.",)),
    "send_outcome": Consequences(
        owed=(Owed("OUTCOME", SUBJECT),),
        tells=True,
        starts=("review_window",),
        stops=("progress_update", "outcome_notice", "timeliness_letter"),
    ),
    "open_review": Consequences(
        owed=(Owed("REVIEW", SUBJECT), Owed("REVIEW_BUNDLE", "REVIEW_BODY")), stops=("review_opening",)
    ),
    "close_review": Consequences(owed=(Owed("REVIEW", SUBJECT),), tells=True, stops=ALL_CLOCKS),
    "reopen_after_review": Consequences(
        owed=_both("REVIEW"),
        starts=("handling_decision", "progress_update"),
        stops=("review_follow_up",),
        also=(NEW_HANDLER,),
    ),
    "finalise": Consequences(stops=ALL_CLOCKS),
    "withdraw": Consequences(owed=(Owed("WITHDRAWN", SUBJECT),), tells=True, stops=ALL_CLOCKS),
    "cease": Consequences(owed=(Owed("CEASED", SUBJECT),), tells=True, stops=ALL_CLOCKS),
    "merge": Consequences(
        tells=True, stops=ALL_CLOCKS, also=("It points to the other case, and keeps its own history.",)
    ),
    "find_conduct": Consequences(also=("It is a conduct matter from now on.",)),
    "triage": Consequences(stops=("triage",)),
    "send_to_unit": Consequences(starts=("unit_contribution",)),
    "return_to_triage": Consequences(stops=("unit_contribution",)),
    "answer": Consequences(tells=True, stops=ALL_CLOCKS),
}


def owed_to_who_becomes_known(case: Case, subject: Involvement) -> tuple[str, ...]:
    """What those whom the case is about were owed before, and what is still true for one of them who becomes known now.

    A copy of the record (SI 2020/2 reg. 3), that it was referred, or what the IOPC decided on that, that it is investigated or
    suspended, as far as that is about them, and what came of it. Nothing once it is closed, and nothing was owed to anybody
    unknown.
    """
    if case.closed_on:
        return ()
    last, was_told = last_referral(case), case.state in ("OUTCOME_SENT", "UNDER_REVIEW")
    is_ours = case.investigating_since is not None and case.form_set_by != "IOPC"
    holds = {
        "RECORD_COPY": case.kind == "COMPLAINT" and case.recorded_on is not None,
        "REFERRAL": case.state == "REFERRED",
        "IOPC_DECISION": last is not None and bool(last.form) and case.state != "REFERRED" and not was_told,
        "HANDLING": is_ours and case.state != "REFERRED" and not was_told,
        "SUSPENSION": any(
            subject.allegation_id is None or each.allegation_id in (None, subject.allegation_id)
            for each in open_suspensions(case)
        ),
        "OUTCOME": was_told,
        "REVIEW": case.state == "UNDER_REVIEW",
    }
    return tuple(kind for kind, is_so in holds.items() if is_so)


RECORDING = ("record", "refer", "enter_referral", "call_in")
PART_2_ENDS = (
    "find_not_a_complaint",
    "find_no_standing",
    "decide_not_to_record",
    "transfer_out",
    "close_outside",
    "withdraw",
    "cease",
    "merge",
)


def consequences_of(case: Case, move: str) -> Consequences:
    """What the move brings with it for this case as it stands: asked before it is made.

    Whatever goes to the IOPC unrecorded is recorded with it, and the copies of the record are owed then too. A matter has
    nobody who is told with its end: its outcome is owed to whoever is kept informed, unless the IOPC decided it, which tells
    them itself, and to whom it is about.
    """
    causes = CONSEQUENCES[move]
    if move == "finalise" and case.kind == "MATTER":
        outcome = _both("OUTCOME")
        return replace(causes, owed=outcome[1:] if is_decided_by_the_iopc(case) else outcome)
    if move in RECORDING and case.recorded_on is None and _both("RECORD_COPY")[0] not in causes.owed:
        return replace(causes, owed=(*_both("RECORD_COPY"), *causes.owed))
    return causes
