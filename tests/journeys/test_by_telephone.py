"""Stories of complaints that came by telephone, and of a second complainant: each follows it by a receipt of their own."""

from __future__ import annotations

from .steps import CASES, Story


def rang(story: Story) -> None:
    body = {
        "channel": "TELEPHONE", "narrative": "Nobody called me back.", "made_on": story.today, "received_on": story.today,
        "complainants": [{"name": "Maya Field", "relationship": "AFFECTED"}],
    }  # fmt: skip
    answer = story.cast.client("amal").post(f"{CASES}intake/", body, format="json")
    assert answer.status_code == 201, answer.content
    story.reference = answer.json()["reference"]
    [told] = answer.json()["receipts"]
    story.receipt = told["receipt"]


def test_who_rang_follows_it_to_its_end_and_writes_in_the_thread(story: Story) -> None:
    rang(story)
    story.reads("RECEIVED", "We have your complaint")
    story.assessed().contacted(wishes_recording=True).move("amal", "record", "RECORDED")
    kept = story.browser.post(
        "/api/v1/track/messages/", {"text": "It was PC 1004."}, format="json", headers={"X-Receipt": story.receipt}
    )
    assert kept.status_code == 201
    assert story.read()["flags"] == ["UNREAD_MESSAGE"]

    story.handled_otherwise()

    assert [each["by"] for each in story.tracked()["messages"]] == ["YOU", "US", "US"]


def test_who_lost_the_receipt_gets_another_and_a_second_complainant_one_of_their_own(story: Story) -> None:
    story.complain().recorded()
    lost = story.receipt
    [maya] = story.complainants()
    noor = story.does("beth", "post", "complainants/", {"name": "Noor Field", "relationship": "WITNESS"})["public_id"]

    noors = story.does("beth", "post", f"complainants/{noor}/receipt/")["receipt"]
    assert story.tracked()["messages"] == [], "Maya's stands"
    story.receipt = story.does("beth", "post", f"complainants/{maya}/receipt/")["receipt"]

    assert story.browser.get("/api/v1/track/", headers={"X-Receipt": lost}).status_code == 404
    story.does("beth", "post", "messages/", {"text": "To Maya alone.", "complainant": maya})
    [told] = story.was_told()
    assert "To Maya alone." in told
    story.receipt = noors
    assert story.was_told() == []
    said = [each["what"] for each in story.read(path="timeline/")["results"]]
    assert said.count("RECEIPT_ISSUED") == 2
