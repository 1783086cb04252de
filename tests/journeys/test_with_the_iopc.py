"""Stories in which the Independent Office for Police Conduct, or another authority, has its say (PRA 2002 Sch 3 paras 1-15)."""

from __future__ import annotations

from .steps import CASES, CONDUCT, GRAVE, TOLD, Story


def referred(story: Story) -> Story:
    story.complain().assessed(**GRAVE)
    assert "referral" in story.owed(), "it runs from the day on which it became clear"
    refer = {"basis": "MANDATORY", "ground": "SERIOUS_ASSAULT", "clear_on": story.today}
    voluntary = {"move": "refer", "details": {**refer, "basis": "VOLUNTARY", "ground": "GRAVITY"}}
    assert story.send("beth", "post", "moves/", voluntary).status_code == 400, "it must be referred"
    story.move("beth", "refer", "REFERRED", **refer)
    story.hears("REFERRED", "Independent Office for Police Conduct")
    assert "referral" not in story.owed()
    return story


def test_a_mandatory_referral_is_investigated_by_the_iopc_itself(story: Story) -> None:
    referred(story)
    assert story.read()["recorded_on"], "what is referred is recorded with it"
    allegation = story.alleged("B4")
    story.move("beth", "determine_independent", "INDEPENDENT", **story.paper())
    story.hears("INDEPENDENT", "is investigating")
    assert all(duty["owed_by"] == "IOPC" for duty in story.read(path="deadlines/") if duty["rule"] == "progress_update")

    story.wait(days=200)
    story.move("lev", "enter_iopc_report", "DECISION", **story.paper())
    story.decided(allegation, "NOT_ACCEPTABLE").told()

    assert story.read()["review_body"] == "", "nobody reviews what the IOPC decided"
    story.cannot("beth", "open_review", "right to a review")
    story.move("beth", "finalise", "FINALISED")
    story.reads("FINALISED", "closed")


def test_a_referral_is_investigated_under_the_direction_of_the_iopc_up_to_its_end(story: Story) -> None:
    referred(story)
    allegation = story.alleged("B4")
    story.move("beth", "determine_directed", "DIRECTED", **story.paper())
    story.hears("DIRECTED", "under the direction")
    story.cannot("beth", "handle_otherwise", "does not start there", reason="No.")
    assert all(duty["owed_by"] == "IOPC" for duty in story.read(path="deadlines/") if duty["rule"] == "progress_update")

    story.wait(days=120)
    story.cannot("beth", "send_outcome", "does not start there", told=TOLD)
    story.move("lev", "enter_iopc_report", "DECISION", **story.paper())
    story.decided(allegation, "NOT_ACCEPTABLE").told()

    assert story.read()["review_body"] == "", "nobody reviews what the IOPC decided"
    story.move("beth", "finalise", "FINALISED")
    story.reads("FINALISED", "closed")


def test_a_directed_investigation_is_taken_over_by_the_iopc_which_ends_it(story: Story) -> None:
    referred(story)
    allegation = story.alleged("B4")
    story.move("beth", "determine_directed", "DIRECTED", **story.paper())
    story.hears("DIRECTED", "under the direction")

    story.wait(days=30)
    story.move("beth", "determine_independent", "INDEPENDENT", **story.paper())
    story.hears("INDEPENDENT", "is investigating")

    story.wait(days=90)
    story.move("lev", "enter_iopc_report", "DECISION", **story.paper())
    story.decided(allegation, "ACCEPTABLE").told()
    story.move("beth", "finalise", "FINALISED")
    story.reads("FINALISED", "closed")


def test_a_running_investigation_that_was_referred_is_given_back_to_be_completed(story: Story) -> None:
    story.complain().recorded().looked_at(indicates_misconduct=True)
    allegation = story.alleged("B4")
    story.investigated()
    story.move("beth", "refer", "REFERRED", basis="MANDATORY", ground="RELEVANT_OFFENCE", clear_on=story.today)

    story.cannot("beth", "refer_back", "for that investigation to be completed", **story.paper())
    story.move("beth", "refer_back_to_complete", "LOCAL_INV", **story.paper())

    story.hears("LOCAL_INV", "is being investigated")
    story.cannot(
        "beth", "refer", "IOPC's direction, or with its consent", basis="VOLUNTARY", ground="GRAVITY", clear_on=""
    )
    story.reported(allegation).decided(allegation).told()
    assert story.read()["review_body"] == "IOPC"


def test_a_referral_is_given_back_and_handled_by_the_force(story: Story) -> None:
    referred(story)
    story.move("beth", "refer_back", "REFERRED_BACK", **story.paper())
    story.hears("REFERRED_BACK", "asked us to handle")
    story.handled_otherwise()
    assert story.read()["review_body"] == "IOPC", "for it had to be referred"


def test_what_the_iopc_determined_is_not_turned_into_less_by_the_force(story: Story) -> None:
    referred(story).looked_at(indicates_misconduct=False)
    story.move("beth", "determine_local", "LOCAL_INV", investigator="fay@westshire.test", **story.paper())

    story.cannot("beth", "handle_otherwise", "the authority may not end that", reason="Quicker.")


def test_the_iopc_calls_in_what_was_not_recorded_yet(story: Story) -> None:
    story.complain().handled_outside()
    given = story.send("beth", "put", "assignment/", {"unit": "northgate", "handler": "cai@westshire.test"})
    assert given.status_code == 200

    story.move("beth", "call_in", "REFERRED", **story.paper())

    case = story.read()
    assert (case["recorded_on"], case["unit"]["slug"], case["handler"]) == (story.today, "professional-standards", None)
    assert story.cast.client("cai").get(f"{CASES}{story.reference}/").status_code == 404
    owed = " ".join(duty["duty"] for duty in story.read(path="deadlines/"))
    assert "copy of the record" in owed.lower()
    assert "referred" in owed.lower()


def test_a_complaint_about_the_chief_constable_goes_to_the_local_policing_body_and_nowhere_else(story: Story) -> None:
    story.complain(what_happened="The Chief Constable lied to the public meeting.").assessed(**CONDUCT).contacted()
    story.does("beth", "put", "chief-officer/", {"concerns_chief_officer": True, "reason": "It names them."})
    assert story.owed() == ["hand_over"]

    for move in ("record", "investigate", "refer"):
        assert not story.offered("beth", move)["allowed"]
    story.cannot("beth", "record", "local policing body")
    elsewhere = {"move": "transfer_out", "details": {"to": "OTHER_FORCE", "told": TOLD}}
    assert story.send("beth", "post", "moves/", elsewhere).status_code == 400
    story.move("beth", "transfer_out", "TRANSFERRED_OUT", to="LOCAL_POLICING_BODY", told="The Commissioner has it now.")

    story.reads("TRANSFERRED_OUT", "the authority that it belongs to")


def test_that_it_concerns_the_chief_constable_may_turn_out_late(story: Story) -> None:
    story.complain().recorded().looked_at(indicates_misconduct=True).investigated()
    story.cannot(
        "beth", "transfer_out", "only where it concerns the chief officer", to="LOCAL_POLICING_BODY", told=TOLD
    )

    story.does("beth", "put", "chief-officer/", {"concerns_chief_officer": True, "reason": "The order was theirs."})

    story.move("beth", "transfer_out", "TRANSFERRED_OUT", to="LOCAL_POLICING_BODY", told="The Commissioner has it now.")


def test_nothing_ends_what_has_to_be_referred_and_was_not(story: Story) -> None:
    story.complain().assessed(**GRAVE).contacted()

    first = "nothing ends it before"
    story.cannot("beth", "decide_not_to_record", first, why="DEALT_WITH_BY_CRIMINAL_PROCEEDINGS", told=TOLD)
    story.cannot("beth", "withdraw", first, public_interest="ENDS")
    story.move("amal", "record", "RECORDED")
    story.looked_at(indicates_misconduct=False)
    story.cannot("beth", "handle_otherwise", first, reason="It is small.")
    story.cannot("beth", "investigate", first, investigator="fay@westshire.test", terms="All of it.")
