"""Contributions, contact attempts, evidence, editing and contact plans."""

from tests.architecture.access import Answers

QUESTION = {"unit": "custody", "question": "Was the footage of cell 4 kept?"}
ATTEMPT = {"how": "TELEPHONE", "tried_at": "2026-11-20T09:00:00Z", "reached": False}
EVIDENCE = {"kind": "BODY_WORN_VIDEO", "what": "Camera at the front desk.", "captured_on": "2026-11-19"}
REASON = {"reason": "Nobody answered."}
PLAN = {"complainant": "5b0fca2c-98a4-4f05-8c35-5a7f4f2d3f0e", "text": "One letter a month.", "review_on": "2099-01-01"}


def answers(
    *, seen_by: str, steps: dict[str, int], **by_route: dict[str, int]
) -> dict[str, tuple[dict, dict[str, int]]]:
    """The answers at each route; `steps` at those of a part that is not there: 404, or 403 for who may not anyway."""
    return {
        "contributions": (QUESTION, by_route["contributions"]),
        "contribution-accept": ({}, steps),
        "contribution-send-back": (REASON, steps),
        "contribution-cancel": (REASON, steps),
        "contact-attempts": (ATTEMPT, by_route["attempts"]),
        "contact-impossible": (REASON, by_route["impossible"]),
        "evidence": (EVIDENCE, by_route["evidence"]),
        "evidence-none": (REASON, by_route["no_evidence"]),
        "evidence-preserved": ({"preserved_on": "2026-11-20"}, steps),
        "evidence-lost": (REASON, steps),
        "editing": ({}, dict.fromkeys(seen_by.split(), 200)),
        "contact-plans": (PLAN, by_route["plans"]),
        "contact-plan-review": ({"version": 1, "review_on": "2099-01-01"}, by_route["plan_steps"]),
        "contact-plan-end": ({"version": 1, **REASON}, by_route["plan_steps"]),
    }


def everybody(names: str, status: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(names.split(), status), **others}


TABLE: Answers = {
    "a complaint with a unit": answers(
        seen_by="amal beth lev cai dee",
        steps=everybody("amal beth lev cai dee", 404),
        contributions=everybody("amal beth lev cai dee", 201),
        attempts=everybody("amal beth lev cai dee", 201),
        impossible=everybody("amal beth lev", 409, cai=403, dee=403),  # nobody has tried to reach her
        evidence=everybody("amal beth lev cai dee", 201),
        no_evidence=everybody("amal beth lev cai dee", 200),
        plans=everybody("amal beth lev", 400, cai=403, dee=403),
        plan_steps=everybody("amal beth lev", 404, cai=403, dee=403),
    ),
    "a complaint about conduct": answers(
        seen_by="beth lev",
        steps=everybody("beth lev", 404),
        contributions=everybody("beth lev", 201),
        attempts=everybody("beth lev", 201),
        impossible=everybody("beth lev", 409),
        evidence=everybody("beth lev", 201),
        no_evidence=everybody("beth lev", 200),
        plans=everybody("beth lev", 400),
        plan_steps=everybody("beth lev", 404),
    ),
    "a comment with a unit": answers(
        seen_by="gwen beth lev cai dee",
        steps=everybody("gwen beth lev cai dee", 404),
        contributions=everybody("gwen beth lev cai dee", 201),
        attempts=everybody("beth lev cai dee", 409, gwen=403),  # a comment has no complainant
        impossible=everybody("beth lev", 409, gwen=403, cai=403, dee=403),
        evidence=everybody("gwen beth lev cai dee", 201),
        no_evidence=everybody("gwen beth lev cai dee", 409),  # nothing is alleged in it
        plans=everybody("beth lev", 400, gwen=403, cai=403, dee=403),
        plan_steps=everybody("beth lev", 404, gwen=403, cai=403, dee=403),
    ),
    "a complaint about the authority's delegate": answers(
        seen_by="amal lev dee",
        steps=everybody("amal lev dee", 404),
        contributions=everybody("amal lev dee", 201),
        attempts=everybody("amal lev dee", 201),
        impossible=everybody("amal lev", 409, dee=403),
        evidence=everybody("amal lev dee", 201),
        no_evidence=everybody("amal lev dee", 200),
        plans=everybody("amal lev", 400, dee=403),
        plan_steps=everybody("amal lev", 404, dee=403),
    ),
}
