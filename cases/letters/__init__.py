"""How a letter is made: a text with named gaps, filled from the case or by its handler. Pure; the texts are rows that staff edit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from cases.notices import NOTICES

OTHER_KINDS: Mapping[str, str] = {
    "ACKNOWLEDGEMENT": "That it has arrived",
    "PROGRESS": "How it is going",
    "GENERAL": "Anything that no other letter is made for",
    "MATTER_OUTCOME": "The outcome that nobody can have reviewed, as that of a conduct or DSI matter, to whom it is about",
    "ASK_TO_RESUME_PART": "Whether it is wished that a part goes on",
    "ASK_TO_CONFIRM_PART": "Whether a part is withdrawn",
    "WITHDRAWAL_PART": "That a complainant withdraws a part",
    "WITHDRAWN_PART": "That a part was withdrawn",
    "CEASED_PART": "That nothing more is done about a part",
    "REFERRED_BY_ANOTHER": "That the local policing body referred it to the IOPC, or the IOPC called it in",
    "APPEAL_BROUGHT": "That an appeal was brought in the proceedings",
    "NOT_A_COMPLAINT": "That it is not a complaint, and why",
    "NOT_RECORDED": "That it is not recorded, and why",
    "RESOLVED": "What was found and done outside Schedule 3",
    "OFFER": "An offer to have it recorded",
    "CLOSED_OUTSIDE": "That it is closed, and is not recorded",
    "TRANSFER": "That another body deals with it",
    "MERGED": "That it goes on with another case",
    "REVIEW_RESULT": "How a review ended",
    "WITHDRAWN_GOES_ON": "That it was withdrawn, and what happened is looked into all the same",
    "ANSWER": "The answer to a comment",
    "AS_TOLD": "What was told to those who complained, for who is only kept informed",
    "MAIL_RECEIVED": "The mail that it has arrived, to who sent it",
    "MAIL_TAKEN_DOWN": "The mail that it was written down, to who told staff",
    "REVIEW_RIGHT_IOPC": "The right to a review by the IOPC: a part of the letter with the outcome",
    "REVIEW_RIGHT_LPB": "The right to a review by the local policing body: a part of the letter with the outcome",
}
# Nobody complained of a matter, nor has a right to a review, which some complaints have not either: the letter to one who is
# written to, by its kind.
WITHOUT_A_REVIEW: Mapping[tuple[str, str], str] = {("OUTCOME", "SUBJECT"): "MATTER_OUTCOME"}
# What is told of one allegation, and not of the whole, has a letter of its own.
OF_A_PART: Mapping[str, str] = {
    kind: f"{kind}_PART" for kind in ("ASK_TO_RESUME", "ASK_TO_CONFIRM", "WITHDRAWAL", "WITHDRAWN", "CEASED")
}
# What a move tells at once is told by these, with the handler's words in them; a withdrawal needs none.
TOLD_BY: Mapping[str, str] = {
    "find_not_a_complaint": "NOT_A_COMPLAINT",
    "decide_not_to_record": "NOT_RECORDED",
    "resolve": "RESOLVED",
    "leave_unresolved": "OFFER",
    "close_outside": "CLOSED_OUTSIDE",
    "transfer_out": "TRANSFER",
    "merge": "MERGED",
    "send_outcome": "OUTCOME",
    "close_review": "REVIEW_RESULT",
    "cease": "CEASED",
    "answer": "ANSWER",
}
WITHDRAWN: Mapping[str, str] = {"ENDS": "WITHDRAWN", "CONDUCT_MATTER": "WITHDRAWN_GOES_ON"}  # by the public interest
# What the handler writes into these is one text, which has one place in them.
IN_ONE_PIECE = {
    *TOLD_BY.values(), "PROGRESS", "ACKNOWLEDGEMENT", "GENERAL", "AS_TOLD", "PROCEEDING_OUTCOME", "APPEAL_BROUGHT",
}  # fmt: skip
# These are mailed as they are, to an address that others may read: they tell no more than their subject line.
MAILED = ("MAIL_RECEIVED", "MAIL_TAKEN_DOWN")
# A part of a letter that its handler writes nothing into.
REVIEW_RIGHTS = ("REVIEW_RIGHT_IOPC", "REVIEW_RIGHT_LPB")
# The gaps that a text of these kinds cannot do without: SI 2020/2 reg. 33 wants the body, its address and the last day told,
# and who has lost the page has nothing to name but the reference.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "REVIEW_RIGHT_IOPC": ("review_by",),
    "REVIEW_RIGHT_LPB": ("body_name", "body_address", "review_by"),
    **dict.fromkeys(MAILED, ("reference",)),
}
KINDS: Mapping[str, str] = {**{kind: notice.says for kind, notice in NOTICES.items()}, **OTHER_KINDS}

# What the case itself fills.
FROM_THE_CASE: Mapping[str, str] = {
    "reference": "Our reference",
    "force": "The name of the force",
    "office": "The department that writes",
    "addressee": "Whom the letter is to",
    "made_on": "The day on which the complaint was made",
    "today": "The day of the letter",
    "answer_by": "The last day to answer a letter that asks",
    "record": "What was complained of, as it was recorded",
    "part": "What the part of the complaint is about that the letter is about",
    "complainant": "Who complained, or that their name is kept back",
    "body_name": "The body that reviews the outcome",
    "body_address": "Where that body is written to",
    "review_by": "The last day to apply for a review",
    "review_right": "The right to a review, for who has one: the text of REVIEW_RIGHT_IOPC or REVIEW_RIGHT_LPB",
}
# What the handler writes into a letter.
FROM_THE_HANDLER: Mapping[str, str] = {
    "explanation": "What happened or was decided, and why",
    "progress": "What has been done since the last letter",
    "next_steps": "What is done next",
    "estimated_end": "When it is expected to end",
    "reasons": "Why it takes so long",
    "outcome": "The outcome, with reasons, and what is done about it",
}
GAP = re.compile(r"\{([^{}]*)\}")
KEPT_BACK = "[name kept back]"


def gaps_in(text: str) -> list[str]:
    """The names of the gaps of a text, each once, in their order."""
    return list(dict.fromkeys(GAP.findall(text)))


def unknown_in(text: str) -> list[str]:
    """What stands in braces and is no gap that can be filled."""
    return [name for name in gaps_in(text) if name not in FROM_THE_CASE and name not in FROM_THE_HANDLER]


def for_the_handler(text: str) -> list[str]:
    """The gaps that the handler has to fill."""
    return [name for name in gaps_in(text) if name in FROM_THE_HANDLER]


def without_paragraphs_of(text: str, gaps: Collection[str]) -> str:
    """The text without the paragraphs that stand for these gaps alone, and without what announces one and ends in a colon."""
    kept: list[str] = []
    for paragraph in text.split("\n\n"):
        in_it = gaps_in(paragraph)
        if not in_it or not set(in_it) <= set(gaps):
            kept.append(paragraph)
        elif kept and kept[-1].rstrip().endswith(":"):
            kept.pop()
    return "\n\n".join(kept)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its gaps filled, in one pass: what is filled in is text, whatever it looks like.

    A gap without a value stays as it is, for a preview shows what is still to be written.
    """
    return GAP.sub(lambda gap: values.get(gap[1], gap[0]), text)
