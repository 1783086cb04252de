"""Reviews, notices of bodies, determinations, restriction, links, matters and files: who is answered what."""

from uuid import UUID

from tests.architecture.access import Answers

NOTHING = str(UUID(int=1))
FORBIDDEN = 403
APPLICATION = {"complainant": NOTHING, "made_to": "LPB", "applied_on": "2026-11-20", "document": NOTHING}
DECISION = {"decides": "NOT_UPHELD", "dated_on": "2026-11-20", "document": NOTHING}
NOTICE = {"body": "IOPC", "decides": "REQUIRES_REFERRAL", "dated_on": "2026-11-20", "document": NOTHING}
REASON = {"reason": "It has to be so."}
LEAVE = {"who": "fay@westshire.test", **REASON}


def answers(*, decide: str, assess: str, work: str, see: str, **status: int) -> dict[str, tuple[dict, dict[str, int]]]:
    """The table of one situation: `decide`, `assess` and `work` may do so, of those who see the case; nobody else may."""

    def by(who: str, answer: int) -> dict[str, int]:
        return {name: answer if name in who.split() else FORBIDDEN for name in see.split()}

    return {
        "reviews": (APPLICATION, by(decide, 409)),
        "review-decision": (DECISION, by(decide, 404)),
        "review-answer": ({"says": "ACCEPTED", "reasons": "It is right."}, by(decide, 404)),
        "body-notices": (NOTICE, by(decide, status["notice"])),
        "duty-to-investigate": ({"indicates_misconduct": False}, by(decide, 409)),
        "chief-officer": ({"concerns_chief_officer": True, **REASON}, by(decide, status["complaint"])),
        "regime": (
            {"regime": "2020", **REASON},
            by(decide if status["complaint"] == 409 else assess, status["complaint"]),
        ),
        "same-decider": (LEAVE, by(decide, 409)),
        "restriction": (REASON, by(decide, 200)),
        "restriction-lift": (REASON, by(decide, 409)),
        "leave": (LEAVE, by(decide, 409)),
        "leave-end": (LEAVE, by(decide, 409)),
        "matters": ({"matter_type": "CONDUCT", "why": "Found."}, by(decide, status["arising"])),
        "interested-persons": (
            {"name": "Ola Reed", "email": "ola@home.test"},
            by(decide if status["complaint"] == 409 else assess, status["arising"]),
        ),
        "links": ({"other": "ZZZZZZZZ", "kind": "DUPLICATE"}, by(assess, 400)),
        "link-end": (REASON, by(see, 404)),
        "files": ({"file": b"Dear Sir or Madam"}, by(work, 201)),
    }


COMPLAINT = {"notice": 400, "complaint": 200, "arising": 201}
TABLE: Answers = {
    "a complaint with a unit": answers(
        decide="beth lev",
        assess="amal beth lev",
        work="amal beth lev cai dee",
        see="amal beth lev cai dee",
        **COMPLAINT,
    ),
    "a complaint about conduct": answers(
        decide="beth lev", assess="beth lev", work="beth lev", see="beth lev", **COMPLAINT
    ),
    "a comment with a unit": answers(
        decide="beth lev",
        assess="gwen beth lev",
        work="gwen beth lev cai dee",
        see="gwen beth lev cai dee",
        notice=409,
        complaint=409,
        arising=409,
    ),
    "a complaint about the authority's delegate": answers(
        decide="lev", assess="amal lev", work="amal lev dee", see="amal lev dee", **COMPLAINT
    ),
}
