"""Allegations and subjects: who is answered what. No allegation or subject has the id that is asked for: whoever may, misses it."""

from tests.architecture.access import Answers

FORBIDDEN, MISSING, CONFLICT = 403, 404, 409
ALLEGED = {"summary": "He swore at me."}
DONE = {"done_on": "2026-11-20", "evidence": "Seen."}
BODIES = {
    "allegation": ALLEGED,
    "allegation-coding": {"category": "H1"},
    "allegation-handling": {"handling": "NFA"},
    "allegation-learning": {"text": "Train the desk.", "owner": "1006", "due_on": "2035-01-01"},
    "allegation-split": {"summary": "He swore.", "second": "He left."},
    "allegation-move": {"into": "ZZZZZZZZ"},
    "allegation-opinion": {"opinion": "NOT_SPECIAL", "reasons": "Nothing in it."},
    "allegation-decision": {"finding": "ACCEPTABLE", "rationale": "It was."},
    "allegation-actions": {"actions": []},
    "action-done": DONE,
    "learning-done": DONE,
    "involvement-identity": {"who": "1005"},
    "involvement-end": {"reason": "Misread."},
    "involvement-equality": {"sex": "FEMALE"},
}
HANDLING = ("allegation", "allegation-coding", "allegation-learning", "allegation-split")
DELEGATED = ("allegation-handling", "allegation-move")
DECIDING = ("allegation-decision", "allegation-actions")
FINISHING = ("action-done", "learning-done")
NAMING = ("involvement-identity", "involvement-end", "involvement-equality")


def answers(
    *, see: str, handle: str, decide: str, name: str, alleges: bool = True
) -> dict[str, tuple[dict[str, object], dict[str, int]]]:
    """Of those who see the case: who handles it, who is the delegate, who names people. Nobody is its investigator."""

    def by(route: str, who: str, answer: int, otherwise: int = FORBIDDEN) -> tuple[dict[str, object], dict[str, int]]:
        return BODIES[route], {each: answer if each in who.split() else otherwise for each in see.split()}

    found = MISSING if alleges else CONFLICT
    table = {route: by(route, handle, found) for route in HANDLING}
    table |= {route: by(route, decide, found) for route in DELEGATED}
    table |= {route: by(route, decide, CONFLICT) for route in DECIDING}  # it is not being decided yet
    table |= {route: by(route, handle, MISSING) for route in FINISHING}
    table |= {route: by(route, name, MISSING) for route in NAMING}
    if not alleges:  # whoever handles a comment is told so before who may
        for route in DELEGATED:
            table[route] = by(route, handle, CONFLICT)
    return {
        **table,
        "allegation-opinion": by("allegation-opinion", "", FORBIDDEN),
        "allegations": (ALLEGED, by("allegation", handle, 201 if alleges else CONFLICT)[1]),
    }


TABLE: Answers = {
    "a complaint with a unit": answers(
        see="amal beth lev cai dee", handle="amal beth lev cai dee", decide="beth lev", name="amal beth lev"
    ),
    "a complaint about conduct": answers(see="beth lev", handle="beth lev", decide="beth lev", name="beth lev"),
    "a comment with a unit": answers(
        see="gwen beth lev cai dee", handle="beth lev cai dee", decide="beth lev", name="gwen beth lev", alleges=False
    ),
    "a complaint about the authority's delegate": answers(
        see="amal lev dee", handle="amal lev dee", decide="lev", name="amal lev"
    ),
}
