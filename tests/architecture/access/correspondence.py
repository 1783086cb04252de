"""Letters, notices, the thread, and how each complainant wishes to be written to. No id here is of anything: 404 is a yes."""

from __future__ import annotations

from tests.architecture.access import Answers

SEND = {"parts": {"explanation": "It is recorded."}}
WITHHOLD = {"ground": "PUBLIC_INTEREST", "reason": "A witness is at risk."}
REVIEW = {"still_withheld": "YES", "reason": "The witness still is."}
LATE = {
    "progress": "Two witnesses were heard.",
    "reasons": "A third is abroad.",
    "next_steps": "She is heard by video.",
    "estimated_end": "June",
}
WISHES = {"contact_by": "TELEPHONE", "never_by_post": True, "text_by_email": False}
CONSENT = {"given_by": "Omar Field", "given_on": "2026-11-01", "how": "A signed letter."}

TABLE: Answers = {
    "a complaint with a unit": {
        "message-read": ({}, dict.fromkeys(["amal", "beth", "lev", "cai", "dee"], 404)),
        "notice-send": (SEND, dict.fromkeys(["amal", "beth", "lev", "cai", "dee"], 404)),
        "notice-withhold": (WITHHOLD, {"amal": 403, "beth": 404, "lev": 404, "cai": 403, "dee": 403}),
        "notice-review": (REVIEW, {"amal": 403, "beth": 404, "lev": 404, "cai": 403, "dee": 403}),
        "timeliness-letters": (LATE, {"amal": 409, "beth": 409, "lev": 409, "cai": 403, "dee": 403}),
        "preferences": (WISHES, dict.fromkeys(["amal", "beth", "lev", "cai", "dee"], 404)),
        "consent": (CONSENT, dict.fromkeys(["amal", "beth", "lev", "cai", "dee"], 404)),
    },
    "a complaint about conduct": {
        "message-read": ({}, {"beth": 404, "lev": 404}),
        "notice-send": (SEND, {"beth": 404, "lev": 404}),
        "notice-withhold": (WITHHOLD, {"beth": 404, "lev": 404}),
        "notice-review": (REVIEW, {"beth": 404, "lev": 404}),
        "timeliness-letters": (LATE, {"beth": 409, "lev": 409}),
        "preferences": (WISHES, {"beth": 404, "lev": 404}),
        "consent": (CONSENT, {"beth": 404, "lev": 404}),
    },
    "a comment with a unit": {
        "message-read": ({}, {"gwen": 404, "beth": 404, "lev": 404, "cai": 403, "dee": 403}),
        "notice-send": (SEND, {"gwen": 403, "beth": 404, "lev": 404, "cai": 404, "dee": 404}),
        "notice-withhold": (WITHHOLD, {"gwen": 403, "beth": 404, "lev": 404, "cai": 403, "dee": 403}),
        "notice-review": (REVIEW, {"gwen": 403, "beth": 404, "lev": 404, "cai": 403, "dee": 403}),
        "timeliness-letters": (LATE, {"gwen": 403, "beth": 409, "lev": 409, "cai": 403, "dee": 403}),
        "preferences": (WISHES, dict.fromkeys(["gwen", "beth", "lev", "cai", "dee"], 404)),
        "consent": (CONSENT, dict.fromkeys(["gwen", "beth", "lev", "cai", "dee"], 404)),
    },
    "a complaint about the authority's delegate": {
        "message-read": ({}, {"amal": 404, "lev": 404, "dee": 404}),
        "notice-send": (SEND, {"amal": 404, "lev": 404, "dee": 404}),
        "notice-withhold": (WITHHOLD, {"amal": 403, "lev": 404, "dee": 403}),
        "notice-review": (REVIEW, {"amal": 403, "lev": 404, "dee": 403}),
        "timeliness-letters": (LATE, {"amal": 409, "lev": 409, "dee": 403}),
        "preferences": (WISHES, {"amal": 404, "lev": 404, "dee": 404}),
        "consent": (CONSENT, {"amal": 404, "lev": 404, "dee": 404}),
    },
}
