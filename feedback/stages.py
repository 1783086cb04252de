"""The states and duties of a case in words for the person who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A step on the way: its name, the date of the case that it was reached on, and the duty that it waits for.

    One that few cases come to is shown to those alone that came to it.
    """

    label: str
    reached: str
    rule: str = ""
    of_every_case: bool = True


RATING_COUNTED = "Your rating has been counted. Thank you."
RATING_NEXT = "Nothing more happens with a rating on its own. If you want an answer, send a comment or a complaint."
NOTHING_MORE = "Nothing more is due."

EXPLANATIONS: Mapping[str, str] = {
    "RECEIVED": "We have your complaint. It is with the Professional Standards Department.",
    "ASSESSING": "Somebody is reading your complaint to decide how it is best handled.",
    "CONTACTED": "We have spoken with you about it, and are deciding how it is best handled.",
    "NOT_A_COMPLAINT": "We found that this is not a complaint that we can handle, and told you why.",
    "NOT_RECORDED": "We decided that it need not be recorded, and told you why.",
    "HANDLING_OUTSIDE": "We are working to put it right with you, without a formal investigation.",
    "OUTSIDE_UNRESOLVED": "We could not put it right with you. You may have it recorded as a formal complaint.",
    "RESOLVED_OUTSIDE": "We have told you the outcome. A second person is checking how it was handled.",
    "CLOSED_OUTSIDE": "It was closed without being resolved. You may have it recorded as a formal complaint at any time.",
    "RECORDED": "Your complaint is recorded. We are deciding how it is handled.",
    "REFERRED": "We have referred your complaint to the Independent Office for Police Conduct, which decides what happens next.",
    "REFERRED_BACK": "The Independent Office for Police Conduct has asked us to handle your complaint.",
    "OTBI": "We are looking into your complaint without a formal investigation.",
    "NFA": "We are considering whether there is anything more that we can do.",
    "LOCAL_INV": "Your complaint is being investigated.",
    "DIRECTED": "Your complaint is being investigated under the direction of the Independent Office for Police Conduct.",
    "INDEPENDENT": "The Independent Office for Police Conduct is investigating your complaint.",
    "REPORT_SUBMITTED": "The investigation is complete. We are preparing the decision.",
    "DECISION": "The decision on your complaint is being made.",
    "OUTCOME_SENT": "We have told you the outcome.",
    "UNDER_REVIEW": "The outcome of your complaint is under review.",
    "REOPENED": "After the review your complaint has been opened again.",
    "FINALISED": "Your complaint is closed.",
    "WITHDRAWN": "Your complaint was withdrawn at your wish.",
    "TRANSFERRED_OUT": "Your complaint is with the authority that it belongs to. We have told you which.",
    "MERGED": "Your complaint is handled together with another one that you made about the same.",
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
    "hand_over": "We hand it over to the authority that it belongs to.",
    "recording_decision": "We decide how it is handled.",
    "handling_decision": "We decide how it is looked into.",
    "otherwise_than_by_investigation": "We aim to have looked into it.",
    "local_investigation": "We aim to have it investigated.",
    "timeliness_letter": "We write to you why it takes so long.",
    "timeliness_letter_again": "We write to you again why it takes so long.",
    "suspension_review": "We look again at whether it can go on.",
    "reply_silence": "You tell us whether you wish it to go on. Without an answer we take it that you do not.",
    "reply_silence_2012": "You tell us whether you wish it to go on. Without an answer we take it that you do not.",
    "review_window": "You may apply for a review until then.",
    "review_opening": "We send the body that reviews it what it needs.",
    "recommendation_answer": "We answer what the review recommends.",
    "notice": "We write to you.",
    "review_follow_up": "We act on what the review decided.",
    "finalisation": "A second person checks the handling, and the complaint is closed.",
    "triage": "We read it, and find out who can answer it.",
    "contribution": "Another team tells us what it knows.",
    "preservation": "We make sure that what was filmed or recorded is kept.",
    "unit_contribution": "The local team or department tells us what it knows.",
    "answer": "We answer you.",
}

# How it goes on is told by letter, after the harm test (SI 2020/2 regs 33 and 35). Until that letter has gone, its stage is
# that it is recorded; neither that something is kept back, nor what is due of it, is told.
TOLD_BY_LETTER = ("REFERRAL", "IOPC_DECISION", "HANDLING")
STAGES_TOLD_BY_LETTER = (
    "REFERRED",
    "REFERRED_BACK",
    "DIRECTED",
    "INDEPENDENT",
    "OTBI",
    "NFA",
    "LOCAL_INV",
    "REPORT_SUBMITTED",
    "DECISION",
)
UNTIL_TOLD = "RECORDED"
LEFT = "WITHDRAWN"  # where others go on, too: who has withdrawn is told nothing more of it
# What is done before anybody could make that test: it is shown to nobody as the next step.
NOT_TOLD = ("referral", "referral_2004", "withholding_review")
DUE_ONCE_TOLD = (
    "otherwise_than_by_investigation",
    "local_investigation",
    "timeliness_letter",
    "timeliness_letter_again",
)

STEPS: Mapping[str, tuple[Stage, ...]] = {
    "COMPLAINT": (
        Stage("Received", "received_on"),
        Stage("Being assessed", "handling_started_on"),
        Stage("First contact with you", "contacted_on", "first_contact"),
        Stage("Latest news of the progress", "progress_told_on", "progress_update"),
        Stage("Resolved", "resolved_on", "outside_resolution"),
        Stage("Formally recorded", "recorded_on", of_every_case=False),
        Stage("Referred to the Independent Office for Police Conduct", "referred_on", "referral", of_every_case=False),
        Stage("Decided", "decided_on", of_every_case=False),
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
