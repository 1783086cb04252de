"""Which rules a complaint is handled by: proposed from the day it was made and what it relates to. Pure; staff may differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OF_2004, OF_2012, OF_2020, AMENDED_2025 = "2004", "2012", "2020", "2020-2025"
OLDEST_FIRST = (OF_2004, OF_2012, OF_2020, AMENDED_2025)
RULES_OF_2020: Final = dt.date(2020, 2, 1)  # SI 2020/2, regulations 1 and 2
AMENDMENTS_OF_2025: Final = dt.date(2025, 5, 28)  # SI 2025/558, regulations 1 and 66


@dataclass(frozen=True)
class Proposal:
    """The rules, and why: for staff to read, and to keep or change."""

    regime: str
    reason: str


@dataclass(frozen=True)
class Related:
    """A matter that the case relates to and that was in hand already, by its reference and its rules."""

    reference: str
    regime: str


def propose(
    *,
    made_on: dt.date,
    rules_of_2012_from: dt.date | None = None,
    related: Sequence[Related] = (),
    reinvestigated_on: dt.date | None = None,
) -> Proposal:
    """The rules for a case made on that London day. Whoever asks about a day before 1 February 2020 knows `rules_of_2012_from`.

    A re-investigation by the IOPC follows the text of 2025 whatever the day (SI 2025/558 reg. 66); else what relates to a
    matter in hand under older rules stays with those (SI 2020/2 reg. 2(3)); else the day it was made decides.
    """
    if reinvestigated_on and reinvestigated_on >= AMENDMENTS_OF_2025:
        return Proposal(AMENDED_2025, "The IOPC investigates it again, under section 13B: the amended text applies.")
    by_day = _by_day(made_on, rules_of_2012_from)
    older = [each for each in related if OLDEST_FIRST.index(each.regime) < OLDEST_FIRST.index(by_day.regime)]
    if not older:
        return by_day
    first = min(older, key=lambda each: OLDEST_FIRST.index(each.regime))
    return Proposal(first.regime, f"It relates to {first.reference}, which is in hand under these rules.")


def _by_day(made_on: dt.date, rules_of_2012_from: dt.date | None) -> Proposal:
    if made_on >= AMENDMENTS_OF_2025:
        return Proposal(AMENDED_2025, f"Made on or after {AMENDMENTS_OF_2025:%-d %B %Y}.")
    if made_on >= RULES_OF_2020:
        return Proposal(OF_2020, f"Made on or after {RULES_OF_2020:%-d %B %Y}, before the amendments of 2025.")
    if rules_of_2012_from is None:
        raise ValueError("Before 1 February 2020 the day matters on which the regulations of 2012 began.")
    if made_on >= rules_of_2012_from:
        return Proposal(OF_2012, f"Made before {RULES_OF_2020:%-d %B %Y}.")
    return Proposal(OF_2004, f"Made before {rules_of_2012_from:%-d %B %Y}.")
