"""What each move needs to be told: one list for the API that shows it, the API that reads it, and the door that checks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from backend.common.errors import Invalid

Kind = Literal["text", "date", "boolean", "unit", "choice", "account", "case", "document"]
KINDS: tuple[Kind, ...] = ("text", "date", "boolean", "unit", "choice", "account", "case", "document")


@dataclass(frozen=True)
class Need:
    """One thing that a move needs to be told. A date is a London date, today at the latest."""

    name: str
    kind: Kind
    label: str
    max_length: int = 10_000
    choices: tuple[str, ...] = ()
    table: str = ""  # of cases.models.Code, where staff keep the choices


TOLD = Need("told", "text", "What the complainant is told: the outcome and the reasons, in plain English")
REASON = Need("reason", "text", "The reason, for the file", max_length=2000)
NOTICE = (
    Need("document", "document", "The body's notice: the public id of a file of this case"),
    Need("dated_on", "date", "The day on the notice"),
)
INVESTIGATOR = (  # SI 2020/2 reg. 12
    Need("investigator", "account", "The e-mail address of the investigator's account"),
    Need(
        "independence",
        "text",
        "How you know that the investigator is not under the management of whom it is about, and that nothing connects them",
        max_length=2000,
    ),
)

NOT_RECORDED = ("DEALT_WITH_BY_CRIMINAL_PROCEEDINGS", "DEALT_WITH_BY_DISCIPLINARY_PROCEEDINGS", "WITHDRAWN_BEFORE")
# What has to be referred (Sch 3 para 4(1) and SI 2020/2 reg. 4), and what may be (para 4(2)).
MANDATORY_GROUNDS = (
    "DEATH_OR_SERIOUS_INJURY", "SERIOUS_ASSAULT", "SERIOUS_SEXUAL_OFFENCE", "SERIOUS_CORRUPTION",
    "AGGRAVATED_BY_DISCRIMINATION", "RELEVANT_OFFENCE", "SAME_INCIDENT", "SENIOR_OFFICER", "REQUIRED_BY_IOPC",
)  # fmt: skip
VOLUNTARY_GROUNDS = ("GRAVITY", "EXCEPTIONAL_CIRCUMSTANCES")
AUTHORITIES = (
    "LOCAL_POLICING_BODY", "OTHER_FORCE", "NATIONAL_CRIME_AGENCY", "HM_REVENUE_AND_CUSTOMS",
    "GANGMASTERS_AND_LABOUR_ABUSE_AUTHORITY", "FOOD_STANDARDS_AGENCY", "SERVICE_POLICE", "OTHER",
)  # fmt: skip
PUBLIC_INTEREST = ("ENDS", "CONDUCT_MATTER")

NEEDS: Mapping[str, tuple[Need, ...]] = {
    "take": (),
    "find_not_a_complaint": (Need("why", "choice", "Why it is not a complaint", table="NOT_A_COMPLAINT"), TOLD),
    "find_no_standing": (REASON,),
    "reopen": (REASON,),
    "record_contact": (
        Need("contacted_on", "date", "The day on which the complainant was first contacted"),
        Need("views", "text", "How the complainant would like it to be handled, in their words"),
        Need("wishes_recording", "boolean", "Whether the complainant wishes the complaint to be recorded"),
    ),
    "handle_outside": (),
    "resolve": (Need("result", "text", "What was found and done: for the file"), TOLD),
    "leave_unresolved": (
        Need("result", "text", "What was done, and why the complainant is not satisfied: for the file"),
        Need("told", "text", "What the complainant is told, with the offer to have it recorded"),
    ),
    "close_outside": (Need("declined_on", "date", "The day on which the complainant declined the recording"), TOLD),
    "record": (),
    "decide_not_to_record": (Need("why", "choice", "Why it need not be recorded", choices=NOT_RECORDED), TOLD),
    "transfer_out": (Need("to", "choice", "The appropriate authority", choices=AUTHORITIES), TOLD),
    "refer": (
        Need("basis", "choice", "Whether the referral is mandatory", choices=("MANDATORY", "VOLUNTARY")),
        Need(
            "ground",
            "choice",
            "The ground of the referral: gravity and exceptional circumstances are those of a voluntary one",
            choices=(*MANDATORY_GROUNDS, *VOLUNTARY_GROUNDS),
        ),
        Need("clear_on", "date", "The day on which it became clear that it is referred"),
    ),
    "call_in": NOTICE,
    "enter_referral": NOTICE,
    "refer_back": NOTICE,
    "refer_back_to_complete": NOTICE,
    "determine_local": (*NOTICE, *INVESTIGATOR),
    "determine_directed": NOTICE,
    "determine_independent": NOTICE,
    "handle_otherwise": (REASON,),
    "take_no_further_action": (REASON,),
    "investigate": (*INVESTIGATOR, Need("terms", "text", "The terms of reference")),
    "replace_investigator": (*INVESTIGATOR, REASON),
    "submit_report": (Need("summary", "text", "The report, summed up: for the file"),),
    "begin_decision": (),
    "enter_iopc_report": NOTICE,
    "send_outcome": (TOLD,),
    "open_review": (),
    "close_review": (TOLD,),
    "reopen_after_review": (),
    "finalise": (),
    "withdraw": (
        Need(
            "public_interest",
            "choice",
            "Whether the public interest asks for it to be treated as a conduct matter",
            choices=PUBLIC_INTEREST,
        ),
    ),
    "cease": (TOLD,),
    "merge": (Need("into", "case", "The reference of the case that it is merged into"), TOLD),
    "find_conduct": (REASON,),
    "triage": (),
    "send_to_unit": (Need("unit", "unit", "The slug of the local policing unit or department"),),
    "return_to_triage": (Need("reason", "text", "Why it is for another unit", max_length=1000),),
    "answer": (Need("told", "text", "The answer, as its author will read it"),),
}


FOR_THE_FILE = ("result", "reason", "summary", "terms")  # details that are kept as a note of staff for staff
WITH_A_NOTE = frozenset(move for move, needs in NEEDS.items() if any(need.name in FOR_THE_FILE for need in needs))


def kind_of(move: str, name: str) -> Kind:
    """What kind of thing one detail of a move is."""
    return next(need.kind for need in NEEDS[move] if need.name == name)


def read_details(needs: Sequence[Need], given: Mapping[str, Any], *, today: dt.date) -> dict[str, Any]:
    """What a move needs, each of its kind. Raises Invalid (400) naming every field that is missing, unknown or wrong."""
    known = {need.name: need for need in needs}
    errors = {name: ["This move does not take it."] for name in given if name not in known}
    details = {}
    for name, need in known.items():
        try:
            details[name] = _READERS[need.kind](need, given.get(name), today)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise Invalid("Correct the fields that are named, and send the move again.", errors=errors)
    return details


def _text(need: Need, value: Any, today: dt.date) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{need.label}: write it here.")
    if len(value) > need.max_length:
        raise ValueError(f"At most {need.max_length:,} characters.")
    return value.strip()


def _date(need: Need, value: Any, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{need.label}: a date like 2026-11-21.") from None
    if day > today:
        raise ValueError("This day has not come yet.")
    return day


def _boolean(need: Need, value: Any, today: dt.date) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{need.label}: true or false.")
    return value


def _slug(need: Need, value: Any, today: dt.date) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 254:
        raise ValueError(f"{need.label}.")
    return value.strip()


def _choice(need: Need, value: Any, today: dt.date) -> str:
    if value not in need.choices:
        raise ValueError(f"{need.label}: one of {', '.join(need.choices)}.")
    return str(value)


def _document(need: Need, value: Any, today: dt.date) -> str:
    try:
        return str(UUID(value))
    except (TypeError, ValueError, AttributeError):
        raise ValueError(f"{need.label}: upload it to the case first.") from None


_READERS = {
    "text": _text,
    "date": _date,
    "boolean": _boolean,
    "unit": _slug,
    "account": _slug,
    "case": _slug,
    "choice": _choice,
    "document": _document,
}
