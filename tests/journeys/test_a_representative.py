"""Stories of somebody who complains for another: what waits for the consent, who is told, who may end it (PRA 2002 s. 12)."""

from __future__ import annotations

from typing import Any

from backend.notifications.models import Outgoing

from .steps import CONDUCT, TOLD, Story

RAVI = {
    "name": "Ravi Shah",
    "email": "ravi@home.test",
    "relationship": "REPRESENTATIVE",
    "acts_for": "Maya Field",
    "has_authority": True,  # as he says
}


def complained(story: Story) -> str:
    """Ravi complains for Maya, and it is recorded; answers who he is in the case."""
    story.complain(**RAVI).recorded(**CONDUCT)
    [ravi] = story.complainants()
    return ravi


def notice(story: Story, kind: str) -> str:
    [found] = [
        each["public_id"]
        for each in story.read(path="notices/")
        if (each["kind"], each["to"], each["settled_on"]) == (kind, "COMPLAINANT", None)
    ]
    return f"notices/{found}/send/"


def consents(story: Story, who: str) -> None:
    body = {"given_by": "Maya Field", "given_on": story.today, "document": story.upload()}
    story.does("beth", "put", f"complainants/{who}/consent/", body)


def mailed(address: str) -> int:
    """How many mails there are to it."""
    return [mail.recipient for mail in Outgoing.objects.all()].count(address)


def why_not(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]


def test_letters_of_the_law_wait_for_the_consent_and_then_go_to_the_representative(story: Story) -> None:
    ravi = complained(story)
    copy = notice(story, "RECORD_COPY")
    assert why_not(story.send("beth", "post", copy)) == (409, "consent-not-recorded"), "what he says is no consent"
    ask = {"text": "Please send us what Maya Field signed.", "about": "ACKNOWLEDGEMENT", "complainant": ravi}
    story.does("beth", "post", "messages/", ask)
    [asked] = story.was_told()
    assert "Please send us what Maya Field signed." in asked

    story.wait(days=6)
    consents(story, ravi)
    story.does("beth", "post", copy)

    letter = story.was_told()[-1]
    assert letter.startswith("Dear Ravi Shah")
    [listed] = story.read()["complainants"]
    assert listed["consented_on"] == story.today
    assert not mailed("maya@home.test")
    story.looked_at(indicates_misconduct=True)
    allegation = story.alleged()
    story.investigated().reported(allegation).decided(allegation).told()
    assert "Dear Ravi Shah" in story.was_told()[-1]


def test_without_the_consent_the_outcome_is_told_to_nobody(story: Story) -> None:
    ravi = complained(story)
    story.looked_at(indicates_misconduct=True)
    allegation = story.alleged()
    story.investigated().reported(allegation).decided(allegation)

    story.cannot("lev", "send_outcome", "consent is not recorded", told=TOLD)
    assert story.was_told() == []
    consents(story, ravi)

    story.told()


def test_put_right_outside_schedule_3_it_waits_for_the_consent_too(story: Story) -> None:
    story.complain(**RAVI).handled_outside()
    [ravi] = story.complainants()

    story.cannot("amal", "resolve", "consent is not recorded", result="Rang.", told=TOLD)
    consents(story, ravi)

    story.move("amal", "resolve", "RESOLVED_OUTSIDE", result="Rang.", told=TOLD)


def test_nobody_withdraws_for_somebody_else_without_authority(story: Story) -> None:
    ravi = complained(story)
    wish = {"text": "We stop here.", "wish": "WITHDRAW"}
    said = story.browser.post("/api/v1/track/messages/", wish, format="json", headers={"X-Receipt": story.receipt})
    assert said.status_code == 201
    [row] = story.read(path="withdrawals/")
    where = f"withdrawals/{row['public_id']}/"

    # His wish is asked about like any other, but neither his answer nor his silence counts before Maya consents.
    refused = story.send("beth", "post", f"{where}letter/", {"sent_on": story.today, "way": "RECORDED_DELIVERY"})
    assert why_not(refused) == (409, "cannot-withdraw")
    signed = {"complainant": ravi, "signed_on": story.today, "signed_by": "AGENT"}
    assert why_not(story.send("beth", "post", "withdrawals/signed/", signed)) == (409, "cannot-withdraw")
    story.cannot("beth", "withdraw", "Every complainant has to have withdrawn", public_interest="ENDS")

    consents(story, ravi)
    unseen = story.send("beth", "post", "withdrawals/signed/", signed)
    assert (unseen.status_code, set(unseen.json()["errors"])) == (400, {"authority_seen_on"})
    story.does("beth", "post", "withdrawals/signed/", {**signed, "authority_seen_on": story.today})
    story.move("beth", "withdraw", "WITHDRAWN", public_interest="ENDS")
    story.reads("WITHDRAWN", "withdrawn")


def test_a_consent_that_is_taken_back_ends_what_they_hear_and_maya_goes_on_herself(story: Story) -> None:
    ravi = complained(story)
    consents(story, ravi)
    story.does("beth", "post", notice(story, "RECORD_COPY"))
    story.looked_at(indicates_misconduct=True)
    allegation = story.alleged()
    story.investigated()
    story.wait(days=3)

    story.does("beth", "post", f"complainants/{ravi}/consent/end/", {"ended_on": story.today})

    mails = mailed("ravi@home.test")
    his = {"X-Receipt": story.receipt}
    gone = story.browser.get("/api/v1/track/", headers=his)
    assert gone.status_code == 404
    assert story.browser.get("/api/v1/track/").content == gone.content, "as if there had never been one"
    write = story.browser.post("/api/v1/track/messages/", {"text": "But I…"}, format="json", headers=his)
    assert write.status_code == 404
    assert "progress_update" not in story.owed(), "he is owed nothing more"
    assert not [each for each in story.read(path="notices/") if each["to"] == "COMPLAINANT" and not each["settled_on"]]
    assert why_not(story.send("beth", "post", f"complainants/{ravi}/receipt/")) == (409, "no-receipt")
    again = story.send("beth", "post", f"complainants/{ravi}/consent/end/", {"ended_on": story.today})
    assert why_not(again) == (409, "no-consent")
    story.reported(allegation).decided(allegation)
    story.cannot("lev", "send_outcome", "add who they acted for", told=TOLD)

    added = story.does("beth", "post", "complainants/", {"name": "Maya Field", "relationship": "AFFECTED"})
    story.receipt = story.does("beth", "post", f"complainants/{added['public_id']}/receipt/")["receipt"]
    assert story.was_told() == [], "nothing that was written to Ravi"
    assert "progress_update" in story.owed(), "she hears how it is going from now on"
    story.does("beth", "post", notice(story, "RECORD_COPY"))
    story.told()
    assert len(story.was_told()) == 2
    assert mailed("ravi@home.test") == mails


def test_a_consent_may_be_given_again(story: Story) -> None:
    ravi = complained(story)
    consents(story, ravi)
    story.does("beth", "post", f"complainants/{ravi}/consent/end/", {"ended_on": story.today})

    consents(story, ravi)

    story.reads("RECORDED", "recorded")
    assert "progress_update" in story.owed()
