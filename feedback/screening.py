"""A first look at what was written, by machine: it puts flags on, and decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cases.models import Flag

# Words, each at a word's edge. The lists are short on purpose: a flag asks a person to look first, nothing more.
_SIGNS: Mapping[Flag, tuple[str, ...]] = {
    Flag.URGENT: (
        r"right now",
        r"happening now",
        r"in danger",
        r"going to kill",
        r"kill (?:me|myself|him|her|them)",
        r"end my life",
        r"suicid\w*",
        r"self[- ]harm\w*",
        r"has a (?:knife|gun)",
        r"help me now",
        r"999",
    ),
    Flag.SAFEGUARDING: (
        r"child(?:ren)?",
        r"my (?:son|daughter)",
        r"domestic (?:abuse|violence)",
        r"sexual(?:ly)? (?:abuse|assault)\w*",
        r"rape[d]?",
        r"vulnerable",
    ),
    Flag.OFFICER_NAMED: (
        r"(?i:pc|ps|pcso|dc|ds|dci|sergeant|sgt|inspector|constable|officer)\s+[A-Z][a-z]+",
        r"(?:collar|shoulder) number",
        r"\b[A-Z]{0,3}\d{4,5}\b",
    ),
    Flag.THIRD_PARTY: (r"[\w.+-]+@[\w-]+\.\w+", r"\b0\d{9,10}\b", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"),
    Flag.DISSATISFACTION: (
        r"complain(?:t|ed|ing)?",
        r"unhappy",
        r"dissatisfied",
        r"disgust\w*",
        r"rude",
        r"aggressive\w*",
        r"assault\w*",
        r"ignored",
        r"never (?:came|called|turned up|rang|replied)",
        r"did nothing",
        r"let down",
        r"unacceptable",
        r"appall\w*",
        r"fail(?:ed|ure)?",
        r"no (?:reply|response|update)",
        r"unfair\w*",
        r"discriminat\w*",
        r"racis\w*",
    ),
}
_CASE_MATTERS = {Flag.OFFICER_NAMED, Flag.THIRD_PARTY}
_PATTERNS = {
    flag: re.compile(
        "|".join(sign if sign.startswith(r"\b") else rf"\b(?:{sign})\b" for sign in signs),
        0 if flag in _CASE_MATTERS else re.IGNORECASE,
    )
    for flag, signs in _SIGNS.items()
}


def screen(text: str) -> list[str]:
    """The flags that the text calls for: URGENT, SAFEGUARDING, OFFICER_NAMED, THIRD_PARTY, DISSATISFACTION; in that order."""
    return [flag.value for flag, pattern in _PATTERNS.items() if pattern.search(text)]
