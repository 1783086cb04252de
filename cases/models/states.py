"""The states of the two machines, by the names of the law and the house."""

from django.db import models


class ComplaintState(models.TextChoices):
    """Where a complaint stands. Handling outside Schedule 3 only: the recorded path comes with the full machine."""

    RECEIVED = "RECEIVED", "Received"
    ASSESSING = "ASSESSING", "Being assessed"
    CONTACTED = "CONTACTED", "Complainant contacted"
    HANDLING_OUTSIDE = "HANDLING_OUTSIDE", "Handled outside Schedule 3"
    RESOLVED_OUTSIDE = "RESOLVED_OUTSIDE", "Resolved outside Schedule 3"
    FINALISED = "FINALISED", "Finalised"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"


class CommentState(models.TextChoices):
    """Where a comment stands."""

    SUBMITTED = "SUBMITTED", "Submitted"
    TRIAGE = "TRIAGE", "In triage"
    WITH_LPU = "WITH_LPU", "With the local unit or department"
    ANSWERED = "ANSWERED", "Answered"
