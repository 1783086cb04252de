"""Stories of more than one case: a matter that arises, cases that are joined, and one that ends in another."""

from __future__ import annotations

from tests.cast import NO_TICKS

from .steps import CASES, TOLD, Story


def another(story: Story, **fields: str) -> Story:
    return Story(story.cast, story.browser, story.clock, now=story.now).complain(**fields)


def after(other: Story, story: Story) -> Story:
    """The story goes on once the other has come so far: one clock goes for both."""
    story.now = other.now
    return story


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
    """SI 2020/2 regulation 14: one investigator, and each complaint its own copy, outcome, right to a review and end."""
    maya = story.complain().recorded()
    noor = another(maya, name="Noor Shah", email="noor@home.test").recorded()
    after(noor, maya).does(
        "beth", "post", "links/", {"other": noor.reference, "kind": "JOINED", "reason": "One evening."}
    )
    assert [link["kind"] for link in noor.read(path="links/")] == ["JOINED"]

    said = "We looked at the same evening. This is what we found about yours, and why."
    allegations = {}
    for each, before in ((maya, maya), (noor, maya)):
        allegations[each.reference] = after(before, each).looked_at(indicates_misconduct=True).alleged()
        each.investigated().hears("LOCAL_INV", "is being investigated")
    for each, before in ((maya, noor), (noor, maya)):
        after(before, each).reported(allegations[each.reference])

    after(noor, maya).decided(allegations[maya.reference]).told()
    maya.reads("OUTCOME_SENT", "told you the outcome")
    noor.reads("REPORT_SUBMITTED", "")
    assert [TOLD in letter for letter in noor.was_told()] == [False], "only how hers is handled: her outcome is another"
    after(maya, noor).decided(allegations[noor.reference], "ACCEPTABLE")
    noor.move("lev", "send_outcome", "OUTCOME_SENT", told=said)
    assert (said in noor.was_told()[-1], said in str(maya.was_told())) == (True, False)
    assert [each.read()["review_body"] for each in (maya, noor)] == ["IOPC", "IOPC"]

    noor.wait(days=29)
    noor.move("beth", "finalise", "FINALISED")
    noor.reads("FINALISED", "closed")
    maya.reads("OUTCOME_SENT", "told you the outcome")
    after(noor, maya).move("beth", "finalise", "FINALISED")
    maya.reads("FINALISED", "closed")


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
