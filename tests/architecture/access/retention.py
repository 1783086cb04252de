"""Retention: Professional Standards holds a case, the delegate lifts and decides; nothing is to be decided on a case that goes on."""

from __future__ import annotations

from typing import Any

from tests.architecture.access import Answers

REASON = {"reason": "A claim is expected."}
DECIDED: dict[str, tuple[dict[str, Any], int]] = {  # by the delegate of the authority
    "retention-lift": (REASON, 404),
    "retention-decide": ({"decision": "DISPOSE", **REASON}, 409),
    "retention-confirm": ({}, 409),
    "retention-refuse": (REASON, 409),
}


def answers(*, seen_by: str, hold: str, decide: str) -> dict[str, tuple[dict[str, Any], dict[str, int]]]:
    """Each route with what everybody who sees the case is answered: 403 where they may not."""
    return {
        "retention-hold": (
            {"ground": "LITIGATION", **REASON},
            {name: 201 if name in hold.split() else 403 for name in seen_by.split()},
        ),
        **{
            route: (body, {name: status if name in decide.split() else 403 for name in seen_by.split()})
            for route, (body, status) in DECIDED.items()
        },
    }


TABLE: Answers = {
    "a complaint with a unit": answers(seen_by="amal beth lev cai dee", hold="amal beth lev", decide="beth lev"),
    "a complaint about conduct": answers(seen_by="beth lev", hold="beth lev", decide="beth lev"),
    "a comment with a unit": answers(seen_by="gwen beth lev cai dee", hold="gwen beth lev", decide="beth lev"),
    "a complaint about the authority's delegate": answers(seen_by="amal lev dee", hold="amal lev", decide="lev"),
}
