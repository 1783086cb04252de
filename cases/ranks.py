"""Ranks as they are written down, and how they stand to each other: pure."""

from __future__ import annotations

BESIDE = {"POLICE", "DETECTIVE", "TEMPORARY", "ACTING"}
ORDER = (
    "CONSTABLE", "SERGEANT", "INSPECTOR", "CHIEF INSPECTOR", "SUPERINTENDENT", "CHIEF SUPERINTENDENT",
)  # fmt: skip
SENIOR = {  # above chief superintendent
    "ASSISTANT CHIEF CONSTABLE",
    "DEPUTY CHIEF CONSTABLE",
    "CHIEF CONSTABLE",
    "COMMANDER",
    "DEPUTY ASSISTANT COMMISSIONER",
    "ASSISTANT COMMISSIONER",
    "DEPUTY COMMISSIONER",
    "COMMISSIONER",
}
CHIEF_OFFICERS = ("CHIEF CONSTABLE", "COMMISSIONER")


def plain(rank: str) -> str:
    """The rank without what is written beside it: a detective sergeant is a sergeant."""
    return " ".join(word for word in rank.upper().split() if word not in BESIDE)


def is_of_a_senior_officer(rank: str) -> bool:
    """Whether it is, or says that it is, above chief superintendent."""
    return any(each in plain(rank) for each in SENIOR)


def is_of_the_chief_officer(rank: str) -> bool:
    """Of the force, or of a named one: not of a deputy or an assistant."""
    return any(plain(rank) == each or plain(rank).startswith(f"{each} OF ") for each in CHIEF_OFFICERS)


def is_no_lower(rank: str, than: str) -> bool:
    """Whether both are known, and the one is not below the other. Nothing is said of ranks that the order has not got."""
    known = (*ORDER, *SENIOR)
    one, other = plain(rank), plain(than)
    return one in known and other in ORDER and (one in SENIOR or ORDER.index(one) >= ORDER.index(other))
