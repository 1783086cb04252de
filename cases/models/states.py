"""The states of the machines, by the names of the law and the house."""

from collections.abc import Mapping

from django.db import models


class ComplaintState(models.TextChoices):
    """Where a complaint stands on its path. What is independent of the path is a dated fact or a small machine of its own."""

    RECEIVED = "RECEIVED", "Received"
    ASSESSING = "ASSESSING", "Being assessed"
    CONTACTED = "CONTACTED", "Complainant contacted"
    NOT_A_COMPLAINT = "NOT_A_COMPLAINT", "Not a complaint"
    NOT_RECORDED = "NOT_RECORDED", "Not recorded"
    HANDLING_OUTSIDE = "HANDLING_OUTSIDE", "Handled outside Schedule 3"
    OUTSIDE_UNRESOLVED = "OUTSIDE_UNRESOLVED", "Not resolved outside Schedule 3"
    RESOLVED_OUTSIDE = "RESOLVED_OUTSIDE", "Resolved outside Schedule 3"
    CLOSED_OUTSIDE = "CLOSED_OUTSIDE", "Closed outside Schedule 3, not resolved"
    RECORDED = "RECORDED", "Recorded under Schedule 3"
    REFERRED = "REFERRED", "Referred to the IOPC"
    REFERRED_BACK = "REFERRED_BACK", "Referred back by the IOPC"
    OTBI = "OTBI", "Handled otherwise than by investigation"
    NFA = "NFA", "No further action proposed"
    LOCAL_INV = "LOCAL_INV", "Local investigation"
    DIRECTED = "DIRECTED", "Investigation directed by the IOPC"
    INDEPENDENT = "INDEPENDENT", "Independent investigation by the IOPC"
    REPORT_SUBMITTED = "REPORT_SUBMITTED", "Report submitted"
    DECISION = "DECISION", "Being decided"
    OUTCOME_SENT = "OUTCOME_SENT", "Outcome sent"
    UNDER_REVIEW = "UNDER_REVIEW", "Under review"
    REOPENED = "REOPENED", "Reopened after a review"
    FINALISED = "FINALISED", "Finalised"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"
    TRANSFERRED_OUT = "TRANSFERRED_OUT", "Transferred to another authority"
    MERGED = "MERGED", "Merged into another case"


# Somebody is at work on it, outside Schedule 3 or under it: before, it is assessed; after, it is decided.
BEING_HANDLED = {"HANDLING_OUTSIDE", "OTBI", "NFA", "LOCAL_INV", "DIRECTED", "INDEPENDENT", "REPORT_SUBMITTED"}


# Nothing more is done on a case of these, which is closed for as long as it stands there; no other case is closed.
ENDED = {
    "NOT_A_COMPLAINT", "NOT_RECORDED", "CLOSED_OUTSIDE", "FINALISED", "WITHDRAWN", "TRANSFERRED_OUT", "MERGED", "ANSWERED",
}  # fmt: skip


# How what was dealt with here ended, in words; what was no complaint by a code of the table NOT_A_COMPLAINT, and history in the
# words of its source.
OUTCOMES: Mapping[str, str] = {
    "RESOLVED": "Resolved outside Schedule 3",
    "NOT_RESOLVED": "Not resolved outside Schedule 3",
    "DECIDED": "Decided under Schedule 3",
    "WITHDRAWN": "Withdrawn",
    "REGULATION_41": "Not resumed after a suspension (regulation 41)",
    "TRANSFERRED": "Handed over to another authority",
    "MERGED": "Merged into another case",
    "DEALT_WITH_BY_CRIMINAL_PROCEEDINGS": "Not recorded: dealt with by criminal proceedings",
    "DEALT_WITH_BY_DISCIPLINARY_PROCEEDINGS": "Not recorded: dealt with by disciplinary proceedings",
    "WITHDRAWN_BEFORE": "Not recorded: withdrawn before",
    "ANSWERED": "Answered",
}


class MatterState(models.TextChoices):
    """Where a conduct or DSI matter stands: no complainant, so neither contact nor review."""

    RECORDED = "RECORDED", "Recorded"
    REFERRED = "REFERRED", "Referred to the IOPC"
    REFERRED_BACK = "REFERRED_BACK", "Referred back by the IOPC"
    OTBI = "OTBI", "Handled otherwise than by investigation"
    LOCAL_INV = "LOCAL_INV", "Local investigation"
    DIRECTED = "DIRECTED", "Investigation directed by the IOPC"
    INDEPENDENT = "INDEPENDENT", "Independent investigation by the IOPC"
    REPORT_SUBMITTED = "REPORT_SUBMITTED", "Report submitted"
    DECISION = "DECISION", "Being decided"
    FINALISED = "FINALISED", "Finalised"
    TRANSFERRED_OUT = "TRANSFERRED_OUT", "Transferred to another authority"
    MERGED = "MERGED", "Merged into another case"


class CommentState(models.TextChoices):
    """Where a comment stands."""

    SUBMITTED = "SUBMITTED", "Submitted"
    TRIAGE = "TRIAGE", "In triage"
    WITH_LPU = "WITH_LPU", "With the local unit or department"
    ANSWERED = "ANSWERED", "Answered"
