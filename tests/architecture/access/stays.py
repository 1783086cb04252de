"""Withdrawals, suspensions, special procedures and proceedings: who is answered what, in each situation.

The ids are of nothing: whoever may is told that the case has no such thing (400 in a body, 404 in an address), or that it does
not stand where the step starts (409).
"""

from __future__ import annotations

from typing import Any

from tests.architecture.access import Answers

NOTHING = "00000000-0000-4000-8000-000000000000"
DAY = "2026-11-20"
SIGNED = {"complainant": NOTHING, "signed_on": DAY, "signed_by": "COMPLAINANT"}
WISH = {"complainant": NOTHING, "wished_on": DAY}
ENTERED: dict[str, tuple[dict[str, Any], int]] = {  # by who handles it
    "withdrawal-signed": (SIGNED, 400),
    "withdrawal-wish": (WISH, 400),
    "withdrawal-letter": ({"sent_on": DAY, "way": "RECORDED_DELIVERY"}, 404),
    "withdrawal-answer": ({"answer": "DENIED", "answered_on": DAY}, 404),
    "withdrawal-silence": ({}, 404),
    "suspension-wish": ({"complainant": NOTHING, "wish": "RESUME", "stated_on": DAY}, 404),
    "suspension-letter": ({"complainant": NOTHING, "sent_on": DAY}, 404),
    "suspension-silence": ({}, 404),
}
DECIDED: dict[str, tuple[dict[str, Any], int]] = {  # by the delegate of the authority
    "withdrawal-allegation": ({"allegation": NOTHING, "public_interest": "ENDS"}, 400),
    "suspensions": ({"until": "CRIMINAL_PROCEEDINGS", "reason": "The trial."}, 409),
    "suspension-review": ({"until": "CRIMINAL_PROCEEDINGS", "reason": "The trial goes on."}, 404),
    "suspension-resume": ({"reason": "No trial."}, 404),
    "suspension-direction": ({"document": NOTHING, "dated_on": DAY}, 404),
    "suspension-conclude": ({"concluded_on": DAY}, 404),
    "suspension-decide": ({"public_interest": "ENDS", "reason": "No interest."}, 404),
    "special-procedures": ({"subject": NOTHING, "indication": "CRIME", "reasons": "A blow."}, 409),
    "special-severity": ({"severity": "MISCONDUCT", "reason": "A blow."}, 409),
    "special-accelerate": ({"reason": "Clear."}, 404),
    "special-ordinary": ({"reason": "Not clear."}, 404),
}
FOLLOWED: dict[str, tuple[dict[str, Any], int]] = {  # by Professional Standards
    "notice-services": ({"subject": NOTHING, "served_on": DAY, "how": "IN_PERSON", "duty": "FULL"}, 400),
    "notice-service": ({"duty": "FULL"}, 404),
    "proceedings": ({"kind": "CRIMINAL", "begun_on": DAY, "contact": "DC Shaw"}, 201),
    "proceeding": ({"contact": "DC Shaw"}, 404),
    "proceeding-end": ({"ended_on": DAY, "result": "Acquitted."}, 404),
    "proceeding-told": ({"text": "It has ended."}, 404),
}


def answers(*, seen_by: str, handle: str, decide: str, follow: str) -> dict[str, tuple[dict[str, Any], dict[str, int]]]:
    """Each route with what everybody who sees the case is answered: 403 where they may not."""
    groups = ((ENTERED, handle), (DECIDED, decide), (FOLLOWED, follow))
    return {
        route: (body, {name: status if name in may.split() else 403 for name in seen_by.split()})
        for routes, may in groups
        for route, (body, status) in routes.items()
    }


def of_a_comment() -> dict[str, tuple[dict[str, Any], dict[str, int]]]:
    """Nothing of this is about a comment."""
    table = answers(seen_by="gwen beth lev cai dee", handle="beth lev cai dee", decide="beth lev", follow="beth lev")
    conflict = ("withdrawal-", "proceeding")

    def told(route: str, status: int) -> int:
        return 409 if route.startswith(conflict) and status != 403 else status

    return {
        route: (body, {name: told(route, status) for name, status in statuses.items()})
        for route, (body, statuses) in table.items()
    }


TABLE: Answers = {
    "a complaint with a unit": answers(
        seen_by="amal beth lev cai dee", handle="amal beth lev cai dee", decide="beth lev", follow="amal beth lev"
    ),
    "a complaint about conduct": answers(seen_by="beth lev", handle="beth lev", decide="beth lev", follow="beth lev"),
    "a comment with a unit": of_a_comment(),
    "a complaint about the authority's delegate": answers(
        seen_by="amal lev dee", handle="amal lev dee", decide="lev", follow="amal lev"
    ),
}
