"""The states and duties of a case in words for the person who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A step on the way: its name, the date of the case that it was reached on, and the duty that it waits for."""

    label: str
    reached: str
    rule: str = ""


RATING_COUNTED = "Your rating has been counted. Thank you."
RATING_NEXT = "Nothing more happens with a rating on its own. If you want an answer, send a comment or a complaint."
NOTHING_MORE = "Nothing more is due."

EXPLANATIONS: Mapping[str, str] = {
    "RECEIVED": "We have your complaint. It is with the Professional Standards Department.",
    "ASSESSING": "Somebody is reading your complaint to decide how it is best handled.",
    "CONTACTED": "We have spoken with you about it, and are deciding how it is best handled.",
    "HANDLING_OUTSIDE": "We are working to put it right with you, without a formal investigation.",
    "RESOLVED_OUTSIDE": "We have told you the outcome. A second person is checking how it was handled.",
    "FINALISED": "Your complaint is closed.",
    "WITHDRAWN": "Your complaint was withdrawn at your signed wish.",
    "SUBMITTED": "We have your comment.",
    "TRIAGE": "Somebody is reading your comment to see who can answer it.",
    "WITH_LPU": "The local team or department is helping us with the answer.",
    "ANSWERED": "We have answered your comment.",
}

NEXT_STEPS: Mapping[str, str] = {
    "first_contact": "We contact you, where you left a way to, and ask how you would like it handled.",
    "progress_update": "We tell you how it is going.",
    "outside_resolution": "We aim to have it resolved.",
    "outcome_notice": "We tell you the outcome.",
    "finalisation": "A second person checks the handling, and the complaint is closed.",
    "triage": "We read it, and find out who can answer it.",
    "unit_contribution": "The local team or department tells us what it knows.",
    "answer": "We answer you.",
}

STEPS: Mapping[str, tuple[Stage, ...]] = {
    "COMPLAINT": (
        Stage("Received", "received_on"),
        Stage("Being assessed", "handling_started_on"),
        Stage("First contact with you", "contacted_on", "first_contact"),
        Stage("Latest news of the progress", "progress_told_on", "progress_update"),
        Stage("Resolved", "resolved_on", "outside_resolution"),
        Stage("Outcome told", "told_on", "outcome_notice"),
        Stage("Closed", "closed_on", "finalisation"),
    ),
    "COMMENT": (
        Stage("Received", "received_on"),
        Stage("Read", "handling_started_on", "triage"),
        Stage("With the local team or department", "sent_to_unit_on", "unit_contribution"),
        Stage("Answered", "told_on", "answer"),
    ),
}
