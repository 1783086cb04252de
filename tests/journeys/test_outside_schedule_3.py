"""Stories that end, or begin, outside Schedule 3 (PRA 2002 Sch 3 para 2(6C))."""

from __future__ import annotations

from tests.cast import NO_TICKS

from .steps import CONDUCT, TOLD, Story


def test_a_complaint_is_put_right_outside_schedule_3(story: Story) -> None:
    story.complain()
    story.reads("RECEIVED", "We have your complaint")
    assert story.tracked()["next_step"]
    story.handled_outside()
    story.reads("HANDLING_OUTSIDE", "without a formal investigation")

    story.move("amal", "resolve", "RESOLVED_OUTSIDE", result="The sergeant rang.", told=TOLD)
    story.cannot("amal", "finalise", "supervisor of the unit or the appropriate authority")
    story.move("beth", "finalise", "FINALISED")

    story.reads("FINALISED", "closed")
    [told] = story.was_told()
    assert TOLD in told
    assert story.tracked()["next_by"] is None
    assert story.owed() == []


def test_what_could_not_be_put_right_is_recorded_when_the_complainant_wishes_it(story: Story) -> None:
    story.complain().handled_outside()

    story.move(
        "amal",
        "leave_unresolved",
        "OUTSIDE_UNRESOLVED",
        result="They want it formal.",
        told="You may have it recorded.",
    )
    story.reads("OUTSIDE_UNRESOLVED", "You may have it recorded")
    story.wait(days=3)
    declined = {"declined_on": story.today, "told": TOLD}
    story.move("beth", "close_outside", "CLOSED_OUTSIDE", **declined)
    story.reads("CLOSED_OUTSIDE", "at any time")
    story.wait(days=40)
    recorded = story.move("amal", "record", "RECORDED")

    assert recorded["recorded_because"] == "DISSATISFACTION"
    assert recorded["closed_on"] is None
    story.reads("RECORDED", "recorded")
    assert "progress_update" in story.owed()


def test_nobody_declines_what_was_not_offered_yet(story: Story) -> None:
    story.complain(incident_on="2026-11-01").handled_outside()
    story.wait(days=5)
    early = story.today
    story.wait(days=1)
    story.move("amal", "leave_unresolved", "OUTSIDE_UNRESOLVED", result="No.", told="You may have it recorded.")

    refused = story.send(
        "beth", "post", "moves/", {"move": "close_outside", "details": {"declined_on": early, "told": TOLD}}
    )

    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["declined_on"]


def test_what_is_not_a_complaint_is_told_so_and_may_be_assessed_again(story: Story) -> None:
    story.complain(what_happened="Please send me a copy of my crime report.").assessed()
    story.move("beth", "find_not_a_complaint", "NOT_A_COMPLAINT", why="INFORMATION_REQUEST", told=TOLD)
    story.reads("NOT_A_COMPLAINT", "not a complaint")
    assert story.owed() == []

    story.cannot("amal", "reopen", "never one who handled it or ended it", reason="They wrote again.")
    story.cannot("beth", "reopen", "never one who handled it or ended it", reason="I was too quick.")
    reopened = story.move("lev", "reopen", "ASSESSING", reason="They wrote again, about the officer.")

    assert reopened["handler"]["name"] == "Lev"
    story.reads("ASSESSING", "reading your complaint")
    assert "progress_update" in story.owed()


def test_what_was_dealt_with_by_proceedings_already_is_not_recorded(story: Story) -> None:
    story.complain().assessed(**CONDUCT).contacted()
    story.cannot("beth", "handle_outside", "must be recorded")

    withdrawn = {"move": "decide_not_to_record", "details": {"why": "WITHDRAWN_BEFORE", "told": TOLD}}
    assert story.send("beth", "post", "moves/", withdrawn).status_code == 400, "nobody has withdrawn"
    story.move("beth", "decide_not_to_record", "NOT_RECORDED", why="DEALT_WITH_BY_DISCIPLINARY_PROCEEDINGS", told=TOLD)

    story.reads("NOT_RECORDED", "need not be recorded")
    [told] = story.was_told()
    assert TOLD in told


def test_the_wish_to_have_it_recorded_is_overruled_by_nobody(story: Story) -> None:
    story.complain().assessed().contacted(wishes_recording=True)

    for who in ("beth", "lev"):
        story.cannot(who, "handle_outside", "wishes it to be recorded")
    before = story.read()
    nobody_takes_it_away(story)
    recorded = story.move("amal", "record", "RECORDED")
    assert recorded["version"] == before["version"] + 1, "nothing of what they tried was kept"
    nobody_takes_it_away(story)

    assert recorded["recorded_because"] == "WISH"
    owed = story.read(path="deadlines/")
    assert [duty["owed_to"] for duty in owed if "copy of the record" in duty["duty"].lower()] == ["complainant"]


def nobody_takes_it_away(story: Story) -> None:
    """Neither by assessing it again nor by a contact in which they are said not to wish it: whatever their role is."""
    assessed = {**NO_TICKS, "wishes_recording": False, "reason": "There is no need of it."}
    contacted = {"contacted_on": story.today, "views": "An apology.", "wishes_recording": False}
    for who in story.cast.users:
        may_assess = who in ("amal", "beth", "lev")
        refused = story.send(who, "put", "assessment/", assessed)
        assert refused.status_code in ([409] if may_assess else [403, 404]), (who, refused.content)
        refused = story.send(who, "post", "moves/", {"move": "record_contact", "details": contacted})
        assert refused.status_code in ([409] if may_assess else [403, 404, 409]), (who, refused.content)
    assert story.read()["wishes_recording"] is True


def test_what_is_alleged_forces_the_recording_also_of_what_is_handled_outside(story: Story) -> None:
    story.complain().handled_outside()

    story.does("amal", "put", "assessment/", {
        "alleges_death_or_serious_injury": False, "alleges_crime_or_discipline": True, "alleges_article_2_or_3": False,
        "alleges_mandatory_referral": False,
    })  # fmt: skip

    story.cannot("amal", "resolve", "must be recorded", result="Done.", told=TOLD)
    assert story.move("amal", "record", "RECORDED")["recorded_because"] == "NATURE"


def test_a_complaint_without_a_name_goes_the_whole_way(story: Story) -> None:
    story.complain(name="", email="").assessed()
    story.cannot("beth", "handle_outside", "seek their views first")

    reason = {"contact_impossible_reason": "They left no way to reach them."}
    story.does("amal", "put", "assessment/", {
        "alleges_death_or_serious_injury": False, "alleges_crime_or_discipline": False, "alleges_article_2_or_3": False,
        "alleges_mandatory_referral": False, **reason,
    })  # fmt: skip
    story.move("beth", "handle_outside", "HANDLING_OUTSIDE")
    story.move("amal", "resolve", "RESOLVED_OUTSIDE", result="Spoke to the officer.", told=TOLD)
    story.move("lev", "finalise", "FINALISED")

    assert story.read()["complainants"][0]["anonymous"] is True
    [told] = story.was_told()
    assert TOLD in told, "by the receipt alone"


def test_a_complaint_about_another_force_is_handed_over_with_the_day_that_it_was_made(story: Story) -> None:
    story.complain().assessed()
    story.wait(days=2)
    handed = story.move(
        "beth", "transfer_out", "TRANSFERRED_OUT", to="OTHER_FORCE", told="It is with Eastshire Police."
    )

    assert handed["made_on"] == "2026-11-20"
    story.reads("TRANSFERRED_OUT", "the authority that it belongs to")
    assert story.owed() == []


def test_who_was_never_reached_before_the_recording_is_contacted_after_it(story: Story) -> None:
    story.complain().assessed(**CONDUCT)
    story.move("amal", "record", "RECORDED")
    assert "first_contact" in story.owed()

    contact = {"contacted_on": story.today, "views": "That it stops.", "wishes_recording": True}
    story.move("amal", "record_contact", "RECORDED", **contact)

    assert "first_contact" not in story.owed()
    story.cannot("amal", "record_contact", "recorded already", **contact)
