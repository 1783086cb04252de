"""Stories of complainants who withdraw, each for themselves (SI 2020/2 regulations 38 and 39)."""

from __future__ import annotations

from typing import Any

from .steps import GRAVE, TOLD, Story
from .test_a_representative import consents
from .test_under_schedule_3 import applied, to_be_reviewed


def signed(story: Story, complainant: str, **more: Any) -> None:
    body = {"complainant": complainant, "signed_on": story.today, "signed_by": "COMPLAINANT", **more}
    story.does("beth", "post", "withdrawals/signed/", body)


def wished(story: Story) -> str:
    """Said on the telephone, and asked by recorded delivery to confirm; answers where the wish is."""
    [maya] = story.complainants()
    wish = story.does("beth", "post", "withdrawals/wishes/", {"complainant": maya, "wished_on": story.today})
    story.cannot("beth", "withdraw", "Every complainant has to have withdrawn", public_interest="ENDS")
    where = f"withdrawals/{wish['public_id']}/"
    story.does("beth", "post", f"{where}letter/", {"sent_on": story.today, "way": "RECORDED_DELIVERY"})
    return where


def withdrawn(story: Story, public_interest: str = "ENDS") -> None:
    story.move("beth", "withdraw", "WITHDRAWN", public_interest=public_interest)
    story.reads("WITHDRAWN", "withdrawn at your wish")
    assert "you want to stop it" in story.was_told()[-1]


def test_a_signed_notification_ends_it(story: Story) -> None:
    story.complain().recorded()
    [maya] = story.complainants()
    signed(story, maya)
    withdrawn(story)
    assert story.read()["outcome"] == "WITHDRAWN"


def test_an_unsigned_wish_is_confirmed(story: Story) -> None:
    story.complain().recorded()
    where = wished(story)
    story.wait(days=5)
    story.does("beth", "post", f"{where}answer/", {"answer": "CONFIRMED", "answered_on": story.today})
    withdrawn(story)


def test_an_unsigned_wish_is_denied_and_the_complaint_goes_on_where_it_was(story: Story) -> None:
    story.complain().recorded()
    where = wished(story)
    story.wait(days=5)
    story.does("beth", "post", f"{where}answer/", {"answer": "DENIED", "answered_on": story.today})

    story.cannot("beth", "withdraw", "Every complainant has to have withdrawn", public_interest="ENDS")
    story.reads("RECORDED", "recorded")
    story.handled_otherwise()


def test_silence_for_28_days_counts_as_a_signature(story: Story) -> None:
    story.complain().recorded()
    where = wished(story)
    story.wait(days=28)
    assert story.send("beth", "post", f"{where}silence/").status_code == 409, "the 28th day is still theirs"
    story.wait(days=1)
    story.does("beth", "post", f"{where}silence/")
    withdrawn(story)


def test_while_it_is_with_the_iopc_that_decides_whether_it_ends(story: Story) -> None:
    story.complain().assessed(**GRAVE)
    story.move("beth", "refer", "REFERRED", basis="MANDATORY", ground="SERIOUS_ASSAULT", clear_on=story.today)
    [maya] = story.complainants()
    signed(story, maya)

    story.cannot("beth", "withdraw", "with the IOPC", public_interest="ENDS")
    story.does("beth", "post", "body-notices/", {"body": "IOPC", "decides": "LETS_WITHDRAW", **story.paper()})

    withdrawn(story)


def test_while_it_is_under_review_the_body_is_told_first(story: Story) -> None:
    to_be_reviewed(story)
    applied(story, "LPB")
    [maya] = story.complainants()
    signed(story, maya)

    story.cannot("beth", "withdraw", "under review", public_interest="ENDS")
    story.does("beth", "post", "body-notices/", {"body": "LPB", "decides": "KNOWS_OF_WITHDRAWAL", **story.paper()})

    withdrawn(story)


def test_what_the_public_interest_asks_for_goes_on_as_a_conduct_matter_and_the_complainant_is_told_so(
    story: Story,
) -> None:
    story.complain().recorded()
    [maya] = story.complainants()
    signed(story, maya)

    withdrawn(story, "CONDUCT_MATTER")

    assert "must look into what happened all the same" in story.was_told()[-1]
    [link] = story.read(path="links/")
    assert (link["kind"], link["other"]) == ("ARISING", story.reference)


def joined(story: Story) -> str:
    """Noor complains of the same, at the desk; answers who she is in the case."""
    body = {"name": "Noor Field", "email": "noor@home.test", "relationship": "AFFECTED"}
    return str(story.does("amal", "post", "complainants/", body)["public_id"])


def test_one_of_two_withdraws_and_the_other_keeps_it_alive_up_to_its_outcome_and_end(story: Story) -> None:
    story.complain().recorded()
    [maya] = story.complainants()
    noor = joined(story)
    signed(story, maya)

    story.cannot("beth", "withdraw", "Every complainant has to have withdrawn", public_interest="ENDS")
    owed = [duty["about"] for duty in story.read(path="deadlines/") if duty["rule"] == "progress_update"]
    assert owed == [noor]

    of_maya, of_noor = story.receipt, story.does("amal", "post", f"complainants/{noor}/receipt/")["receipt"]
    story.receipt = of_noor
    story.handled_otherwise()
    story.reads("OUTCOME_SENT", "told you the outcome")
    application = {"made_to": "IOPC", "applied_on": story.today, "document": story.upload()}
    refused = story.send("beth", "post", "reviews/", {**application, "complainant": maya})
    assert refused.status_code in (400, 409), "who has withdrawn has nothing to be reviewed"

    story.wait(days=29)
    story.move("beth", "finalise", "FINALISED")
    story.reads("FINALISED", "closed")
    assert story.read()["outcome"] == "DECIDED"
    story.receipt = of_maya
    assert TOLD not in str(story.was_told()), "the outcome is Noor's"


def test_it_ends_once_both_of_two_have_withdrawn(story: Story) -> None:
    story.complain().recorded()
    [maya] = story.complainants()
    noor = joined(story)
    signed(story, maya)
    story.cannot("beth", "withdraw", "Every complainant has to have withdrawn", public_interest="ENDS")

    signed(story, noor)

    withdrawn(story)


def test_a_solicitor_signs_for_somebody_who_is_represented(story: Story) -> None:
    story.complain(
        name="Ravi Shah", acts_for="Maya Field", has_authority=True, relationship="REPRESENTATIVE"
    ).recorded()
    [ravi] = story.complainants()
    consents(story, ravi)

    signed(story, ravi, signed_by="SOLICITOR")

    withdrawn(story)
