from .allegation_parts import AllegationAction, AllegationDecision, Learning, Naming
from .case import Case, Flag, FormSetBy, Kind, MatterType, Origin, RecordedBecause
from .comment import CommentCase
from .complaint import ComplaintCase
from .correspondence import LetterTemplate, MessageFile, MessageRead
from .determinations import Determination, LocalPolicingBody, RegimeStart
from .diary import (
    CaseVersion,
    ContactAttempt,
    ContactPlan,
    Contribution,
    ContributionEntry,
    EditingHold,
    Intake,
    OfficerLookup,
    Preservation,
)
from .history import HistorySource
from .matter import MatterCase
from .parts import (
    Allegation,
    Assessment,
    CaseFile,
    Complainant,
    EqualityAnswers,
    Involvement,
    Message,
    Note,
    Notice,
    SubjectType,
)
from .path import (
    Body,
    BodyNotice,
    CaseAccess,
    CaseLink,
    Proceeding,
    Referral,
    Review,
    SpecialProcedures,
    Suspension,
    Withdrawal,
)
from .receipts import Receipt
from .reference import Code, Regime
from .saved_views import SavedView
from .states import CommentState, ComplaintState, MatterState
from .stays import NoticeService, SeverityAssessment, SuspensionReview, WishToResume
from .timing import Alert, DateCorrection, Escalation, Recipient, ServiceTarget, Stage

__all__ = [
    "Alert",
    "Allegation",
    "AllegationAction",
    "AllegationDecision",
    "Assessment",
    "Body",
    "BodyNotice",
    "Case",
    "CaseAccess",
    "CaseFile",
    "CaseLink",
    "CaseVersion",
    "Code",
    "CommentCase",
    "CommentState",
    "Complainant",
    "ComplaintCase",
    "ComplaintState",
    "ContactAttempt",
    "ContactPlan",
    "Contribution",
    "ContributionEntry",
    "DateCorrection",
    "Determination",
    "EditingHold",
    "EqualityAnswers",
    "Escalation",
    "Flag",
    "FormSetBy",
    "HistorySource",
    "Intake",
    "Involvement",
    "Kind",
    "Learning",
    "LetterTemplate",
    "LocalPolicingBody",
    "MatterCase",
    "MatterState",
    "MatterType",
    "Message",
    "MessageFile",
    "MessageRead",
    "Naming",
    "Note",
    "Notice",
    "NoticeService",
    "OfficerLookup",
    "Origin",
    "Preservation",
    "Proceeding",
    "Receipt",
    "Recipient",
    "RecordedBecause",
    "Referral",
    "Regime",
    "RegimeStart",
    "Review",
    "SavedView",
    "ServiceTarget",
    "SeverityAssessment",
    "SpecialProcedures",
    "Stage",
    "SubjectType",
    "Suspension",
    "SuspensionReview",
    "WishToResume",
    "Withdrawal",
]
