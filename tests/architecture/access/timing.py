"""Corrected dates: only the delegate of the appropriate authority puts a day right."""

from tests.architecture.access import Answers

PUT_RIGHT = {"what": "made_on", "to": "2026-11-19", "reason": "The letter is dated the day before."}

TABLE: Answers = {
    "a complaint with a unit": {
        "corrections": (PUT_RIGHT, {"amal": 403, "beth": 201, "lev": 201, "cai": 403, "dee": 403}),
    },
    "a complaint about conduct": {"corrections": (PUT_RIGHT, {"beth": 201, "lev": 201})},
    "a comment with a unit": {
        "corrections": (PUT_RIGHT, {"gwen": 403, "beth": 201, "lev": 201, "cai": 403, "dee": 403}),
    },
    "a complaint about the authority's delegate": {
        "corrections": (PUT_RIGHT, {"amal": 403, "lev": 201, "dee": 403}),
    },
}
