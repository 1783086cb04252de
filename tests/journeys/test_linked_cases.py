"""Stories of more than one case: a matter that arises, cases that are joined, and one that ends in another."""

from __future__ import annotations

from tests.cast import NO_TICKS

from .steps import CASES, TOLD, Story


def another(story: Story) -> Story:
    return Story(story.cast, story.browser, story.clock, now=story.now).complain()


def test_a_conduct_matter_arises_and_goes_its_own_way_while_the_complaint_goes_on(story: Story) -> None:
    story.complain().recorded()
    opened = story.does(
        "beth", "post", "matters/", {"matter_type": "CONDUCT", "why": "Messages on a shared telephone."}
    )
    matter = Story(story.cast, story.browser, story.clock, reference=opened["reference"], now=story.now)
    assert matter.read()["state"] == "RECORDED"
    allegation = matter.alleged()
    matter.does("beth", "put", "assessment/", NO_TICKS)
    matter.investigated()
    matter.reported(allegation).decided(allegation)
    matter.move("lev", "finalise", "FINALISED")

    story.reads("RECORDED", "recorded")
    [link] = story.read(path="links/")
    assert (link["kind"], link["case"], link["other"]) == ("ARISING", matter.reference, story.reference)


def test_every_death_or_serious_injury_is_referred_before_anything_else(story: Story) -> None:
    story.complain().recorded()
    opened = story.does("beth", "post", "matters/", {"matter_type": "DSI", "why": "They fell from the wall."})
    matter = Story(story.cast, story.browser, story.clock, reference=opened["reference"], now=story.now)
    assert "referral" in matter.owed()

    matter.cannot("beth", "investigate", "referred to the IOPC first", investigator="fay@westshire.test", terms="All.")
    matter.move("beth", "refer", "REFERRED", basis="MANDATORY", ground="DEATH_OR_SERIOUS_INJURY", clear_on=matter.today)
    matter.move("beth", "determine_independent", "INDEPENDENT", **matter.paper())
    matter.move("beth", "find_conduct", "INDEPENDENT", reason="The recording shows a push.")

    assert matter.read()["matter_type"] == "CONDUCT"


def test_two_complaints_are_investigated_together_and_each_keeps_its_own_letters_and_end(story: Story) -> None:
    story.complain().recorded()
    other = another(story).recorded()
    other.now = story.now = max(story.now, other.now)

    story.does("beth", "post", "links/", {"other": other.reference, "kind": "JOINED", "reason": "One evening."})

    assert [link["kind"] for link in other.read(path="links/")] == ["JOINED"]
    story.handled_otherwise()
    other.reads("RECORDED", "recorded")
    assert other.was_told() == []


def test_a_duplicate_ends_in_the_first_and_both_keep_their_own_history(story: Story) -> None:
    story.complain().assessed()
    first = story.reference
    copy = another(story).assessed()

    copy.move("beth", "merge", "MERGED", into=first, told="We handle it with your first complaint.")

    copy.reads("MERGED", "together with another one that you made")
    [told] = copy.was_told()
    assert "together with another case.\n\nWe handle it with your first complaint." in told
    story.reads("ASSESSING", "reading your complaint")
    assert story.cast.client("beth").get(f"{CASES}{first}/").json()["state"] == "ASSESSING"
    assert not [told for told in story.was_told() if TOLD in told]
