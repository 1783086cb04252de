"""The steps by which the tests bring a complaint before a review body, and enter what bodies say."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from backend.attachments.models import StoredFile
from cases.models import Case, CaseFile, Review
from cases.services import body_notices, reviews
from tests.attachments.samples import a_copy_on_disk
from tests.cases.alleging import alleged, an_otbi_case, by, code, decide, in_decision, set_actions
from tests.cast import AT, Cast, assess, move

CLOSE = {"told": "The review body found that your complaint was handled in a reasonable and proportionate way."}
RECOMMENDS = "Take the complainant's report again, and apologise."
TOLD = {"told": "The service that you were given was acceptable, because the desk was closed by then."}


def on_day(days: int) -> dt.datetime:
    """So many days after the outcome was told, which is the day of the cast."""
    return AT + dt.timedelta(days=days)


def a_paper(case: Case) -> UUID:
    """A file of the case: the notice of a body."""
    file = StoredFile.objects.create(
        name="notice.pdf", content_type="application/pdf", size=1, sha256="0" * 64, path=str(uuid4()),
        copy_path=a_copy_on_disk(), kept_at=AT,
    )  # fmt: skip
    CaseFile.objects.create(case=case, file=file)
    return file.public_id


def a_case_told(cast: Cast, *, conduct: bool = False, **more: Any) -> Case:
    """Handled otherwise than by investigation, decided by Lev, and its outcome told by Beth today.

    The local policing body reviews it, or the IOPC where it is about conduct.
    """
    case = an_otbi_case(cast, **more)
    if conduct:
        assess(cast, case, "beth", alleges_crime_or_discipline=True)
    return tell_outcome_of(cast, case)


def tell_outcome_of(cast: Cast, case: Case) -> Case:
    """Decided by Lev, on the one allegation that it gets, and told by Beth."""
    allegation = code(cast, alleged(cast, case))
    in_decision(cast, case, "lev")
    decide(cast, allegation, "ACCEPTABLE", "lev")
    set_actions(cast, allegation, name="lev")
    return move(cast, case, "beth", "send_outcome", **TOLD)


def apply(cast: Cast, case: Case, name: str = "beth", at: dt.datetime = AT, **more: Any) -> Review:
    """The first complainant applies to the right body on the day of `at`, unless it is said otherwise."""
    fields: dict[str, Any] = {
        "complainant": case.complainants.first().public_id,
        "made_to": case.review_body,
        "applied_on": at.date(),
        "forwarded_on": None,
        "accepted_late_reason": "",
        **more,
    }
    return reviews.apply(**by(cast, name, case, at), document=a_paper(case), **fields)[0]


def a_case_under_review(cast: Cast, at: dt.datetime = AT, **more: Any) -> Review:
    case = a_case_told(cast, **more)
    review = apply(cast, case, at=at)
    move(cast, case, "beth", "open_review", at=at)
    return review


def conclude(
    cast: Cast, review: Review, decides: str, name: str = "beth", at: dt.datetime = AT, recommendation: str = ""
) -> Review:
    """What the body decided on the day of `at`."""
    return reviews.decide(
        **by(cast, name, review.case, at),
        public_id=review.public_id,
        decides=decides,
        dated_on=at.date(),
        document=a_paper(review.case),
        recommendation=recommendation,
    )[0]


def enter(cast: Cast, case: Case, decides: str, name: str = "beth", body: str = "IOPC", **more: Any) -> Case:
    fields: dict[str, Any] = {"dated_on": AT.date(), "document": a_paper(case), **more}
    return body_notices.enter(**by(cast, name, case), body=body, decides=decides, **fields)[1]


def answered(cast: Cast, review: Review, says: str, name: str = "beth", at: dt.datetime = AT) -> Review:
    return reviews.answer(
        **by(cast, name, review.case, at),
        public_id=review.public_id,
        says=says,
        reasons="As it says.",
    )[0]
