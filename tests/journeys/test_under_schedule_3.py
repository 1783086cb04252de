"""Stories of recorded complaints: investigated, handled otherwise, suspended, reviewed (PRA 2002 Sch 3; SI 2020/2)."""

from __future__ import annotations

from typing import Any

from tests.cast import INDEPENDENT

from .steps import CONDUCT, TOLD, Story

AGAIN = "You said no, and we looked again."


# ---- an investigation, and how it ends


def test_special_procedures_may_end_with_neither_and_the_investigation_goes_on(story: Story) -> None:
    story.complain().recorded()
    story.does("beth", "post", "involvements/", {"who": "1004", "part": "SUBJECT"})
    [subject] = story.read(path="involvements/")
    story.looked_at(indicates_misconduct=True)
    allegation = story.alleged()
    story.investigated()

    declared = {"subject": subject["public_id"], "indication": "DISCIPLINARY", "reasons": "What the recording shows."}
    special = story.does("fay", "post", "special-procedures/", declared)
    story.does(
        "fay", "put", f"allegations/{allegation}/opinion/", {"opinion": "NO_CASE_TO_ANSWER", "reasons": "Evidence."}
    )
    story.cannot("fay", "submit_report", "Severity", summary="Done.")
    severity = {"severity": "NEITHER", "reason": "A matter for reflection."}
    story.does("fay", "post", f"special-procedures/{special['public_id']}/severity/", severity)

    story.reported(allegation, "NOT_SPECIAL").decided(allegation, "ACCEPTABLE").told()
    story.reads("OUTCOME_SENT", "told you the outcome")


def test_somebody_else_takes_over_from_an_investigator_who_falls_ill(story: Story) -> None:
    story.complain().recorded().looked_at(indicates_misconduct=True).investigated()

    amal = {"investigator": "amal@westshire.test", **INDEPENDENT, "reason": "Ill."}
    again = {"move": "replace_investigator", "details": amal}
    assert story.send("beth", "post", "moves/", again).status_code == 400, "Amal does not investigate"
    story.move("beth", "replace_investigator", "LOCAL_INV", investigator="fay@westshire.test", reason="Back again.")


def test_no_further_action_is_decided_by_somebody_else_than_handled_it(story: Story) -> None:
    story.complain().recorded().looked_at(indicates_misconduct=False)
    allegation = story.alleged()
    story.move("lev", "take_no_further_action", "NFA", reason="It was looked into two years ago.")
    story.hears("NFA", "anything more that we can do")

    story.cannot("lev", "begin_decision", "chose to do no more")
    story.decided(allegation, "NO_FURTHER_ACTION")
    story.cannot("beth", "send_outcome", "never one who decided it", told=TOLD)
    story.told()

    assert story.read()["review_body"] == "IOPC"


def test_what_indicates_misconduct_is_investigated(story: Story) -> None:
    story.complain().recorded().looked_at(indicates_misconduct=True)

    for move in ("handle_otherwise", "take_no_further_action"):
        story.cannot("beth", move, "must be investigated", reason="Quicker.")


# ---- suspended, as a whole and in part


def suspended(story: Story, until: str, **part: Any) -> dict[str, Any]:
    body = {"until": until, "reason": "The trial of the same evening.", **part}
    made: dict[str, Any] = story.does("beth", "post", "suspensions/", body)
    return made


def test_after_a_trial_the_complainant_is_asked_and_who_is_silent_ends_it(story: Story) -> None:
    story.complain().recorded().looked_at(indicates_misconduct=True).alleged()
    story.investigated()
    stay = suspended(story, "CRIMINAL_PROCEEDINGS")
    story.cannot("fay", "submit_report", "suspended", summary="Done.")
    assert "progress_update" in story.owed(), "updates are owed meanwhile too"
    story.wait(days=60)

    where = f"suspensions/{stay['public_id']}/"
    concluded = story.does("beth", "post", f"{where}conclusion/", {"concluded_on": story.today})
    assert concluded["state"] == "CONCLUDED"
    assert any("goes on" in duty["duty"] for duty in story.read(path="deadlines/"))
    [maya] = story.complainants()
    story.does("beth", "post", f"{where}letter/", {"complainant": maya, "sent_on": story.today})
    story.wait(days=28)
    assert story.send("beth", "post", f"{where}silence/").status_code == 409, "the 28th day is still theirs"
    story.wait(days=1)
    story.does("beth", "post", f"{where}silence/")
    story.does("beth", "post", f"{where}decision/", {"public_interest": "ENDS", "reason": "Nothing else is at stake."})

    story.move("beth", "cease", "FINALISED", told="Nothing more is done, because we had no answer.")
    assert story.read()["outcome"] == "REGULATION_41"


def test_part_of_it_is_suspended_the_rest_goes_on_and_no_letter_is_needed(story: Story) -> None:
    story.complain().recorded().looked_at(indicates_misconduct=True)
    first, second = story.alleged(), story.alleged("A1")
    story.investigated()
    stay = suspended(story, "CRIMINAL_PROCEEDINGS", allegation=second)
    story.does("fay", "put", f"allegations/{first}/opinion/", {"opinion": "NOT_SPECIAL", "reasons": "The recording."})
    story.wait(days=40)

    where = f"suspensions/{stay['public_id']}/"
    [maya] = story.complainants()
    story.does("beth", "post", f"{where}wishes/", {"complainant": maya, "wish": "RESUME", "stated_on": story.today})
    concluded = story.does("beth", "post", f"{where}conclusion/", {"concluded_on": story.today})

    assert concluded["state"] == "RESUMED", "who wished it is not asked"
    story.cannot("beth", "cease", "still goes on", told=TOLD)
    story.does("fay", "put", f"allegations/{second}/opinion/", {"opinion": "NOT_SPECIAL", "reasons": "The trial."})
    story.move("fay", "submit_report", "REPORT_SUBMITTED", summary="Both.")


# ---- reviewed


def to_be_reviewed(story: Story, **ticks: bool) -> str:
    """Handled otherwise than by investigation, and told; answers the allegation."""
    story.complain()
    if ticks:
        story.recorded(**ticks)
    else:
        story.assessed().contacted(wishes_recording=True).move("amal", "record", "RECORDED")
    return story.handled_otherwise()


def applied(story: Story, body: str, **more: Any) -> str:
    document = story.upload()
    sent = {"complainant": story.complainants()[0], "made_to": body, "applied_on": story.today, "document": document}
    review = story.does("beth", "post", "reviews/", {**sent, **more})
    story.move("beth", "open_review", "UNDER_REVIEW")
    story.reads("UNDER_REVIEW", "under review")
    return str(review["public_id"])


def ended(story: Story, review: str, decides: str, **more: Any) -> dict[str, Any]:
    paper = story.paper()
    found: dict[str, Any] = story.does(
        "lev", "put", f"reviews/{review}/decision/", {"decides": decides, **paper, **more}
    )
    return found


def test_a_recommendation_is_accepted_and_the_case_opened_again_and_decided_by_somebody_else(story: Story) -> None:
    allegation = to_be_reviewed(story)
    assert story.read()["review_body"] == "LPB"
    assert "review_window" in story.owed()
    story.cannot("beth", "finalise", "may still apply for a review")
    review = applied(story, "LPB")
    ended(story, review, "RECOMMENDS", recommendation="Look at the recording.")
    assert "recommendation_answer" in story.owed()

    story.does("beth", "put", f"reviews/{review}/answer/", {"says": "ACCEPTED", "reasons": "They are right."})
    story.cannot("beth", "close_review", "how the review ended", told=AGAIN)
    story.move("beth", "reopen_after_review", "REOPENED")

    story.reads("REOPENED", "opened again")
    case = story.read()
    assert (case["handler"], case["told_on"], case["review_body"]) == (None, None, "")
    assert [each["finding"] for each in case["allegations"]] == [""], "it is decided again"
    again = story.send("beth", "put", "assignment/", {"handler": "amal@westshire.test"})
    assert again.status_code == 409, "Amal had it before"
    story.does("beth", "put", "assignment/", {"handler": "fay@westshire.test"})

    story.looked_at(indicates_misconduct=False)
    story.move("beth", "handle_otherwise", "OTBI", reason="The recording is there, and nothing indicates misconduct.")
    story.hears("OTBI", "without a formal investigation")
    story.cannot("beth", "begin_decision", "decided it before it was opened again")
    story.move("lev", "begin_decision", "DECISION")
    finding = {"finding": "ACCEPTABLE", "rationale": "What the recording shows."}
    story.does("lev", "put", f"allegations/{allegation}/decision/", finding)
    story.does("lev", "put", f"allegations/{allegation}/actions/", {"actions": []})
    story.cannot("lev", "send_outcome", "never one who decided it", told=AGAIN)
    story.move("beth", "send_outcome", "OUTCOME_SENT", told=AGAIN)

    assert AGAIN in story.was_told()[-1]
    assert [each["finding"] for each in story.read()["allegations"]] == ["ACCEPTABLE"]
    assert "review_window" in story.owed(), "of this outcome too"
    story.wait(days=29)
    story.move("beth", "finalise", "FINALISED")
    story.reads("FINALISED", "closed")


def test_a_recommendation_is_refused_with_reasons(story: Story) -> None:
    to_be_reviewed(story)
    review = applied(story, "LPB")
    ended(story, review, "RECOMMENDS", recommendation="Apologise again.")
    story.does("beth", "put", f"reviews/{review}/answer/", {"says": "REFUSED", "reasons": "It was said already."})

    story.cannot("beth", "reopen_after_review", "Nothing of a review calls for it")
    story.move("beth", "close_review", "FINALISED", told=AGAIN)

    assert AGAIN in story.was_told()[-1]


def test_an_application_that_is_not_valid_ends_without_more(story: Story) -> None:
    to_be_reviewed(story)
    ended(story, applied(story, "LPB"), "INVALID")

    story.move("lev", "close_review", "FINALISED", told="The body could not look at it.")


def test_an_application_comes_late_and_is_accepted_for_special_circumstances(story: Story) -> None:
    to_be_reviewed(story)
    story.wait(days=28)
    story.cannot("beth", "finalise", "may still apply for a review")
    story.wait(days=1)
    story.move("beth", "finalise", "FINALISED")
    story.wait(days=10)

    late = {
        "complainant": story.complainants()[0],
        "made_to": "LPB",
        "applied_on": story.today,
        "document": story.upload(),
    }
    assert story.send("beth", "post", "reviews/", late).status_code in (400, 409)
    review = applied(story, "LPB", accepted_late_reason="They were in hospital.")

    ended(story, review, "NOT_UPHELD")
    story.move("beth", "close_review", "FINALISED", told=AGAIN)


def test_the_iopc_orders_an_investigation_on_review(story: Story) -> None:
    to_be_reviewed(story, **CONDUCT)
    assert story.read()["review_body"] == "IOPC"
    review = applied(story, "IOPC")
    story.cannot("beth", "determine_independent", "not the IOPC's to say", **story.paper())
    ended(story, review, "DETERMINES_INVESTIGATION")

    story.move("beth", "determine_local", "LOCAL_INV", investigator="fay@westshire.test", **story.paper())

    story.hears("LOCAL_INV", "is being investigated")
    story.cannot("beth", "handle_otherwise", "the authority may not end that", reason="Quicker.")
    assert [each["finding"] for each in story.read()["allegations"]] == [""]


def to_tell(story: Story) -> list[str]:
    return [each["kind"] for each in story.read(path="notices/") if not each["settled_on"]]


def test_an_investigation_that_was_ordered_on_review_comes_under_special_procedures(story: Story) -> None:
    """What was handled otherwise, for nothing indicated misconduct, ends with a case to answer."""
    allegation = to_be_reviewed(story, **CONDUCT)
    story.does("beth", "post", "involvements/", {"who": "1004", "part": "SUBJECT"})
    [subject] = story.read(path="involvements/")
    declared = {"subject": subject["public_id"], "indication": "DISCIPLINARY", "reasons": "What the footage shows."}
    ended(story, applied(story, "IOPC"), "DETERMINES_INVESTIGATION")
    refused = story.send("beth", "post", "special-procedures/", declared)
    assert refused.status_code == 409, "nobody investigates it yet"

    story.move("beth", "determine_local", "LOCAL_INV", investigator="fay@westshire.test", **story.paper())
    special = story.does("fay", "post", "special-procedures/", declared)
    severity = {"severity": "GROSS_MISCONDUCT", "reason": "If it is proved, they could be dismissed."}
    story.does("fay", "post", f"special-procedures/{special['public_id']}/severity/", severity)
    assert "SPECIAL_PROCEDURES" in to_tell(story)
    served = {"subject": subject["public_id"], "served_on": story.today, "how": "IN_PERSON", "duty": "RESTRICTED"}
    story.does("fay", "post", "notice-services/", served)
    assert "SPECIAL_PROCEDURES" not in to_tell(story)
    for way in ("handle_otherwise", "begin_decision"):
        assert not story.offered("lev", way)["allowed"]

    plain = {"opinion": "NOT_SPECIAL", "reasons": "The footage."}
    assert story.send("fay", "put", f"allegations/{allegation}/opinion/", plain).status_code == 400
    story.reported(allegation, "CASE_TO_ANSWER_GROSS")
    story.cannot("beth", "begin_decision", "decided it before it was opened again")
    story.move("lev", "begin_decision", "DECISION")
    finding = {"finding": "CASE_TO_ANSWER", "rationale": "What the footage shows."}
    story.does("lev", "put", f"allegations/{allegation}/decision/", finding)
    story.does("lev", "put", f"allegations/{allegation}/actions/", {"actions": []})
    story.move("beth", "send_outcome", "OUTCOME_SENT", told=AGAIN)

    assert AGAIN in story.was_told()[-1]
    assert story.read()["review_body"] == "IOPC", "of this outcome too"
    assert "review_window" in story.owed()


def test_the_iopc_investigates_itself_what_it_reviewed_and_then_nobody_reviews_it_again(story: Story) -> None:
    allegation = to_be_reviewed(story, **CONDUCT)
    ended(story, applied(story, "IOPC"), "DETERMINES_INVESTIGATION")
    story.move("beth", "determine_independent", "INDEPENDENT", **story.paper())
    story.move("beth", "enter_iopc_report", "DECISION", **story.paper())

    story.decided(allegation).told()

    assert story.read()["review_body"] == ""


def test_the_iopc_puts_its_own_findings_in_the_place_of_the_forces_and_the_case_ends_with_them(story: Story) -> None:
    allegation = to_be_reviewed(story, **CONDUCT)
    ended(story, applied(story, "IOPC"), "SUBSTITUTES_FINDINGS")
    assert [each["finding"] for each in story.read()["allegations"]] == [""]
    story.cannot("beth", "reopen_after_review", "Nothing of a review calls for it")
    story.cannot("beth", "close_review", "put its own findings", told=AGAIN)

    finding = {"finding": "ACCEPTABLE", "rationale": "What the IOPC found, and why."}
    story.does("lev", "put", f"allegations/{allegation}/decision/", finding)
    story.does("lev", "put", f"allegations/{allegation}/actions/", {"actions": []})
    story.move("beth", "close_review", "FINALISED", told=AGAIN)

    assert [each["finding"] for each in story.read()["allegations"]] == ["ACCEPTABLE"]
    decisions = next(each["decisions"] for each in story.read(path="allegations/"))
    assert [(each["finding"], each["by_the_iopc"]) for each in decisions] == [
        ("NOT_ACCEPTABLE", False),
        ("ACCEPTABLE", True),
    ]
