"""Who has to be told what: every kind of notice, by when it is due and where that stands in the law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REGULATIONS = "Police (Complaints and Misconduct) Regulations 2020"
# The tables of cases.models.Code, where staff keep the grounds on which something may be kept back.
HARM_GROUNDS = "HARM_GROUND"
OF_A_RECORD_COPY = "RECORD_COPY_GROUND"  # regulation 3 knows fewer
NONE = ""


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice: what it says, and which clock (cases.clocks) runs from the day that it is owed.

    `withheld_on`: the table of the grounds on which it may be kept back; none where it has to be sent whatever the harm.
    `to_interested`: whether those are told it, too, who complain of nothing and are only kept informed (PRA 2002 s. 21).
    `to_withdrawn`: whether who has withdrawn is told it, too.
    """

    kind: str
    says: str
    clock: str
    basis: str
    withheld_on: str = HARM_GROUNDS
    by_recorded_delivery: bool = False
    to_interested: bool = True
    to_withdrawn: bool = False


def _kinds(*kinds: NoticeKind) -> Mapping[str, NoticeKind]:
    return {kind.kind: kind for kind in kinds}


NOTICES = _kinds(
    NoticeKind("RECORD_COPY", "A copy of the record of the complaint", "notice", f"{REGULATIONS}, regulation 3",
               withheld_on=OF_A_RECORD_COPY, to_interested=False),
    NoticeKind("HANDLING", "How the complaint is handled, and why", "notice", f"{REGULATIONS}, regulation 33"),
    NoticeKind("REFERRAL", "That it was referred to the IOPC", "notice", "Police Reform Act 2002, Schedule 3, paragraph 4(6)"),
    NoticeKind("IOPC_DECISION", "What the IOPC decided", "notice", "Police Reform Act 2002, Schedule 3, paragraph 15(5)"),
    NoticeKind("SUSPENSION", "That it is suspended, and why", "notice", f"{REGULATIONS}, regulation 40"),
    NoticeKind("RESUMPTION", "That it goes on", "notice", f"{REGULATIONS}, regulation 41"),
    NoticeKind("ASK_TO_RESUME", "Whether it is wished that it goes on", "notice", f"{REGULATIONS}, regulation 41(2)",
               withheld_on=NONE, by_recorded_delivery=True),
    NoticeKind("ASK_TO_CONFIRM", "Whether it is withdrawn", "notice", f"{REGULATIONS}, regulation 39(2)",
               withheld_on=NONE, by_recorded_delivery=True),
    NoticeKind("WITHDRAWAL", "That a complainant withdraws", "notice", f"{REGULATIONS}, regulation 38(3) and (4)",
               withheld_on=NONE),
    NoticeKind("WITHDRAWN", "That it was withdrawn", "notice", f"{REGULATIONS}, regulation 38", to_withdrawn=True),
    NoticeKind("CEASED", "That nothing more is done about it", "notice", f"{REGULATIONS}, regulation 41(8)"),
    NoticeKind("SPECIAL_PROCEDURES", "That it is investigated under special procedures, and how severe it is", "notice",
               f"{REGULATIONS}, regulation 17"),
    NoticeKind("NO_STANDING", "That they cannot complain for somebody who has not agreed to it", "notice",
               "Police Reform Act 2002, section 12"),
    NoticeKind("TIMELINESS", "Why the investigation takes so long", "notice", f"{REGULATIONS}, regulation 13"),
    NoticeKind("OUTCOME", "The outcome, and the right to a review", "outcome_notice", f"{REGULATIONS}, regulation 34"),
    NoticeKind("PROCEEDING_OUTCOME", "How the proceedings ended", "outcome_notice", f"{REGULATIONS}, regulation 34(2)(b)"),
    NoticeKind("REVIEW_BUNDLE", "What the review body needs", "notice", "Police Reform Act 2002, Schedule 3, paragraph 25(3)",
               withheld_on=NONE),
    NoticeKind("REVIEW", "That a review was applied for, and how it ended", "notice",
               "Police Reform Act 2002, Schedule 3, paragraph 25"),
    NoticeKind("RECOMMENDATION_ANSWER", "Whether the recommendation is accepted, and why", "recommendation_answer",
               f"{REGULATIONS}, regulation 30", withheld_on=NONE),
)  # fmt: skip


def may_be_withheld_on(kind: str, *, to: str) -> str:
    """The table of the grounds on which a notice may be kept back from `to`: the letter of regulation 13 never from the IOPC."""
    return NONE if (kind, to) == ("TIMELINESS", "IOPC") else NOTICES[kind].withheld_on
