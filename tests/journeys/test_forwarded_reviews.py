"""Stories of applications that reached the wrong review body and were forwarded (PRA 2002 Sch 3 paras 31 and 32; SI 2020/2 reg. 29)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from .steps import CONDUCT, Story
from .test_under_schedule_3 import AGAIN, applied, ended, to_be_reviewed


def due(story: Story, rule: str) -> list[str]:
    return [duty["due_on"] for duty in story.read(path="deadlines/") if duty["rule"] == rule]


def application(story: Story, to: str, on: str, **more: Any) -> Any:
    body = {"complainant": story.complainants()[0], "made_to": to, "applied_on": on, "document": story.upload()}
    return story.send("beth", "post", "reviews/", {**body, **more})


def owed_notices(story: Story) -> set[tuple[str, str]]:
    return {(each["kind"], each["to"]) for each in story.read(path="notices/") if not each["settled_on"]}


def test_in_time_by_the_day_it_first_arrived_it_is_forwarded_reviewed_and_ended(story: Story) -> None:
    to_be_reviewed(story)
    assert story.read()["review_body"] == "LPB"
    story.does("beth", "post", "involvements/", {"who": "1004", "part": "SUBJECT"})
    last_day = (story.now + dt.timedelta(days=28)).date().isoformat()
    assert due(story, "review_window") == [last_day]
    story.wait(days=28)
    first_arrived = story.today
    assert first_arrived == last_day
    story.wait(days=7)

    refused = application(story, "IOPC", first_arrived)
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"forwarded_on"})
    early = application(story, "IOPC", first_arrived, forwarded_on=story.today, accepted_late_reason="In hospital.")
    assert (early.status_code, set(early.json()["errors"])) == (400, {"accepted_late_reason"}), "it is in time"
    entered = application(story, "IOPC", first_arrived, forwarded_on=story.today)
    assert entered.status_code == 201, entered.content

    review = entered.json()
    assert (review["body"], review["days_with_wrong_body"]) == ("LPB", 7)
    assert due(story, "review_opening") == ["2027-01-05"], "the days with the wrong body are none of the force's"
    assert due(story, "review_window") == due(story, "finalisation") == [], "nobody waits for who has applied"
    story.move("beth", "open_review", "UNDER_REVIEW")
    story.reads("UNDER_REVIEW", "under review")
    assert {("REVIEW_BUNDLE", "LPB"), ("REVIEW", "SUBJECT")} <= owed_notices(story)

    yesterday = (story.now - dt.timedelta(days=1)).date().isoformat()
    too_early = {"decides": "NOT_UPHELD", "document": story.upload(), "dated_on": yesterday}
    where = f"reviews/{review['public_id']}/decision/"
    assert story.send("lev", "put", where, too_early).status_code == 400, "it was with the other body still"
    story.wait(days=20)
    ended(story, review["public_id"], "NOT_UPHELD")
    story.move("beth", "close_review", "FINALISED", told=AGAIN)
    assert AGAIN in story.was_told()[-1]
    assert application(story, "LPB", story.today).status_code == 409, "it was reviewed once"


def test_a_day_later_it_was_too_late_wherever_it_went_unless_the_body_accepts_it(story: Story) -> None:
    to_be_reviewed(story)
    story.wait(days=29)
    first_arrived = story.today
    story.wait(days=3)

    late = application(story, "IOPC", first_arrived, forwarded_on=story.today)
    assert (late.status_code, late.json()["type"].rsplit(":", 1)[-1]) == (409, "no-review")
    review = applied(
        story, "IOPC", applied_on=first_arrived, forwarded_on=story.today, accepted_late_reason="They were in hospital."
    )

    ended(story, review, "RECOMMENDS", recommendation="Look at the recording.")
    story.does("beth", "put", f"reviews/{review}/answer/", {"says": "ACCEPTED", "reasons": "They are right."})
    story.move("beth", "reopen_after_review", "REOPENED")


def test_what_was_finalised_meanwhile_is_reviewed_all_the_same(story: Story) -> None:
    """The force hears of it once it is forwarded: until then nothing keeps it from closing the case on the 29th day."""
    to_be_reviewed(story)
    story.wait(days=27)
    first_arrived = story.today
    story.wait(days=2)
    story.move("beth", "finalise", "FINALISED")
    story.wait(days=3)

    review = applied(story, "IOPC", applied_on=first_arrived, forwarded_on=story.today)

    assert story.read()["closed_on"] is None
    ended(story, review, "NOT_UPHELD")
    story.move("beth", "close_review", "FINALISED", told=AGAIN)


def test_it_goes_the_other_way_too_from_the_local_policing_body_to_the_iopc(story: Story) -> None:
    to_be_reviewed(story, **CONDUCT)
    assert story.read()["review_body"] == "IOPC"
    story.wait(days=28)
    first_arrived = story.today
    story.wait(days=10)

    review = applied(story, "LPB", applied_on=first_arrived, forwarded_on=story.today)

    assert ("REVIEW_BUNDLE", "IOPC") in owed_notices(story)
    ended(story, review, "DETERMINES_INVESTIGATION")
    story.move("beth", "determine_local", "LOCAL_INV", investigator="fay@westshire.test", **story.paper())
    story.hears("LOCAL_INV", "is being investigated")
