"""Who joins a complaint; who one complainant is, their receipt, and the end of a consent. No id here is of anybody: 404 is a yes."""

from __future__ import annotations

from typing import Any

from tests.architecture.access import Answers

OMAR = {"name": "Omar Reed", "relationship": "WITNESS"}
ENDED = {"ended_on": "2026-11-01"}
CONTACT = {"name": "Omar Reed", "email": "omar@home.test", "telephone": "", "address": ""}


def answers(*, work: str, **joining: int) -> dict[str, tuple[dict[str, Any], dict[str, int]]]:
    """Those of `work` handle it, and are told that there is nobody with the id; `joining` is by name."""
    nobody = dict.fromkeys(work.split(), 404)
    return {
        "complainants": (OMAR, joining),
        "complainant-receipt": ({}, nobody),
        "complainant-contact": (CONTACT, nobody),
        "consent-end": (ENDED, nobody),
    }


TABLE: Answers = {
    "a complaint with a unit": answers(work="amal beth lev cai dee", amal=201, beth=201, lev=201, cai=403, dee=403),
    "a complaint about conduct": answers(work="beth lev", beth=201, lev=201),
    "a comment with a unit": answers(work="gwen beth lev cai dee", gwen=403, beth=409, lev=409, cai=403, dee=403),
    "a complaint about the authority's delegate": answers(work="amal lev dee", amal=201, lev=201, dee=403),
}
