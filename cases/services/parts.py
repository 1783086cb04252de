"""What a notice is about: the whole of a case, or some of its allegations."""

from __future__ import annotations

from cases.models import Allegation, Case, Notice

ENDS = {"WITHDRAWN": Allegation.Finding.WITHDRAWN, "CEASED": Allegation.Finding.REGULATION_41}


def part_of(case: Case, notice: Notice) -> list[Allegation] | None:
    """The allegations that a notice is about, as the case stands; None where it is about the whole.

    An empty list says that it is about a part, and not for sure about which.
    """
    if notice.kind in ENDS:
        return _ended_with(case, notice)
    if asks_of := notice.withdrawal or notice.suspension:
        about = [asks_of.allegation_id]
    elif notice.kind == "WITHDRAWAL":
        about = [each.allegation_id for each in case.withdrawals.all() if each.state in each.EFFECTIVE]
    else:
        return None
    if not about or None in about:
        return None
    return [each for each in case.allegations.all() if each.pk in about]


def _ended_with(case: Case, notice: Notice) -> list[Allegation] | None:
    """The allegation that ended on the day from which this is owed; the whole where that has ended so."""
    finding = ENDS[notice.kind]
    if case.outcome == finding:
        return None
    ended = [each for each in case.allegations.all() if (each.finding, each.decided_on) == (finding, notice.owed_on)]
    return ended if len(ended) == 1 else []
