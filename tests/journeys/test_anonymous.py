"""Stories of complaints under Schedule 3 by people who never say who they are: all that they are told waits behind the receipt."""

from __future__ import annotations

from typing import Any

import pytest

from backend.notifications.models import Outgoing

from .steps import CONDUCT, NO_TICKS, TOLD, Story

NO_WAY = "They left no name, no address and no number."


def recorded(story: Story, *, wish: bool | None = None, **ticks: bool) -> Story:
    """Nobody can be asked how it is to be handled: why is recorded, and it goes on all the same."""
    story.complain(name="", email="", wishes_recording=wish)
    story.move("amal", "take", "ASSESSING")
    story.cannot("beth", "handle_outside", "why that is impossible")
    assessment = {**NO_TICKS, **ticks, "contact_impossible_reason": NO_WAY}
    story.does("amal", "put", "assessment/", assessment)
    story.move("amal", "record", "RECORDED")
    story.reads("RECORDED", "recorded")
    assert "first_contact" not in story.owed()
    return story


def due(story: Story, rule: str) -> str:
    [day] = [duty["due_on"] for duty in story.read(path="deadlines/") if duty["rule"] == rule]
    return str(day)


def day(story: Story, days: int) -> str:
    """The day so many days from now."""
    story.wait(days=days)
    on = story.today
    story.wait(days=-days)
    return on


def sends(story: Story, kind: str, **parts: str) -> None:
    """The notice that the complainant is owed, with the receipt: there is no other way to them."""
    [notice] = [
        each
        for each in story.read(path="notices/")
        if (each["kind"], each["to"], each["settled_on"]) == (kind, "COMPLAINANT", None)
    ]
    for way in ("POST", "EMAIL"):
        body = {"parts": parts, "delivery": way, "delivery_reason": "Their wish."}
        assert story.send("beth", "post", f"notices/{notice['public_id']}/send/", body).status_code == 400
    story.does("beth", "post", f"notices/{notice['public_id']}/send/", {"parts": parts})


def heard_by_the_receipt_alone(story: Story) -> None:
    """No mail went to anybody outside the force, and nothing by post."""
    assert not [mail for mail in Outgoing.objects.all() if not mail.recipient.endswith("@westshire.test")]
    [who] = story.complainants()
    ways = {each["delivery"] for each in story.read(path="messages/")["results"] if each["complainant"] == who}
    assert ways == {"TRACKING"}


def reads_the_outcome_and_the_right(story: Story, body: str) -> None:
    [outcome] = [each["text"] for each in story.tracked()["messages"] if each["about"] == "OUTCOME"]
    assert TOLD in outcome
    assert "review" in outcome
    assert body in outcome
    seen = story.tracked()
    assert (seen["stage"], seen["next_step"]) == ("OUTCOME_SENT", "You may apply for a review until then.")
    assert seen["next_by"] == due(story, "review_window") == day(story, 28)


def test_forced_by_what_is_alleged_it_is_investigated_decided_and_told_by_the_receipt_alone(story: Story) -> None:
    recorded(story, **CONDUCT)
    sends(story, "RECORD_COPY")
    assert "copy of the record" in story.was_told()[-1]
    story.looked_at(indicates_misconduct=True)
    allegation = story.alleged()
    story.investigated()
    sends(story, "HANDLING", explanation="It is investigated.", next_steps="We look at the recording.")

    story.wait(days=20)
    assert due(story, "progress_update") == day(story, 8), "a notice is no news of how it is going"
    story.does("fay", "post", "messages/", {"text": "We have the recording."})
    assert due(story, "progress_update") == day(story, 28)
    assert story.tracked()["steps"][3]["reached_on"] == story.today
    kept = story.browser.post(
        "/api/v1/track/messages/", {"text": "It was at noon."}, format="json", headers={"X-Receipt": story.receipt}
    )
    assert kept.status_code == 201

    story.wait(days=7)
    story.reported(allegation).decided(allegation)
    assert due(story, "outcome_notice") == day(story, 7), "five working days"
    story.wait(days=3)
    story.told()

    assert "outcome_notice" not in story.owed()
    assert "progress_update" not in story.owed()
    reads_the_outcome_and_the_right(story, "Independent Office for Police Conduct")
    heard_by_the_receipt_alone(story)
    story.wait(days=29)
    story.move("beth", "finalise", "FINALISED")
    story.reads("FINALISED", "closed")
    heard_by_the_receipt_alone(story)


def test_by_their_wish_it_is_recorded_handled_otherwise_and_told_by_the_receipt_alone(story: Story) -> None:
    recorded(story, wish=True)

    sends(story, "RECORD_COPY")
    story.handled_otherwise()

    reads_the_outcome_and_the_right(story, "Westshire Commissioner")
    heard_by_the_receipt_alone(story)


def test_they_apply_for_a_review_and_hear_by_the_receipt_how_it_ended(story: Story) -> None:
    recorded(story, wish=True).handled_otherwise()
    story.wait(days=10)
    application = {"complainant": story.complainants()[0], "made_to": "LPB", "applied_on": story.today}
    review = story.does("beth", "post", "reviews/", {**application, "document": story.upload()})
    story.move("beth", "open_review", "UNDER_REVIEW")
    story.reads("UNDER_REVIEW", "under review")

    story.does("lev", "put", f"reviews/{review['public_id']}/decision/", {"decides": "NOT_UPHELD", **story.paper()})
    story.move("beth", "close_review", "FINALISED", told="The review found that it was handled properly.")

    assert "The review found that it was handled properly." in story.was_told()[-1]
    heard_by_the_receipt_alone(story)


@pytest.mark.parametrize("without", [None, "", "K7QM3XVD-AAAA-BBBB-CCCC-DDDD"])
def test_without_the_receipt_nobody_is_told_anything(story: Story, without: Any) -> None:
    recorded(story, **CONDUCT)

    headers = {} if without is None else {"X-Receipt": without}

    assert story.browser.get("/api/v1/track/", headers=headers).status_code == 404
