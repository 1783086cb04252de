from .case import Case, Kind, Origin
from .comment import CommentCase
from .complaint import ComplaintCase
from .history import HistorySource
from .parts import Allegation, Assessment, CaseFile, Complainant, EqualityAnswers, Involvement, Message, Note
from .states import CommentState, ComplaintState

__all__ = [
    "Allegation",
    "Assessment",
    "Case",
    "CaseFile",
    "CommentCase",
    "CommentState",
    "Complainant",
    "ComplaintCase",
    "ComplaintState",
    "EqualityAnswers",
    "HistorySource",
    "Involvement",
    "Kind",
    "Message",
    "Note",
    "Origin",
]
