"""A letter about one allegation names it, and says neither that the whole has ended nor asks about the whole."""

from __future__ import annotations

import datetime as dt

import pytest

from cases.models import Allegation, Case, Notice, WishToResume
from cases.selectors import get_case
from cases.services import notices, settling, splitting, suspensions, withdrawals
from cases.services.correspondence import Way
from cases.services.intake import NewComplainant
from cases.services.settling import Completed
from tests.cases.alleging import (
    alleged,
    an_investigated_case,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    name_subject,
    set_actions,
)
from tests.cases.bodies import TOLD
from tests.cases.staying import DAY, TODAY, open_notices, sign, step, suspend, who, wish
from tests.cast import AT, Cast, move

MAYA = NewComplainant(name="Maya Field", email="maya@home.test", address="5 Mill Lane")
LATER = AT + DAY
RECORDED_DELIVERY = Completed(way=Way("RECORDED_DELIVERY"))
SWORE, PUSHED = "He swore at Maya Field.", "He pushed me."


def two(cast: Cast) -> tuple[Case, Allegation, Allegation]:
    """Two allegations, of which Ed is complained of for the first alone, and Dee for the second."""
    case = an_investigated_case(cast, complainants=[MAYA])
    swore, pushed = alleged(cast, case, summary=SWORE), alleged(cast, case, summary=PUSHED)
    name_subject(cast, case, "1005", allegation=swore.public_id)
    name_subject(cast, case, "1004", allegation=pushed.public_id)
    return case, swore, pushed


def drafts(cast: Cast, case: Case, kind: str, at: dt.datetime = AT) -> dict[str, str]:
    """The letters that are owed, by whom they are to."""
    read = get_case(reference=case.reference, actor=cast.actor("beth", at))
    texts = [settling.draft(read, each.public_id, at=at).text for each in open_notices(case, kind)]
    return {text.partition("\n")[0].removeprefix("Dear "): text for text in texts}


def end_by_withdrawal(cast: Cast, case: Case, *ended: Allegation) -> None:
    for each in ended:
        sign(cast, case, allegation=each.public_id)
        withdrawals.end_allegation(**by(cast, "beth", case), allegation=each.public_id, public_interest="ENDS")


def concluded(cast: Cast, case: Case, allegation: Allegation | None) -> None:
    row = suspend(cast, case, allegation=allegation.public_id if allegation else None)
    step(cast, row, suspensions.conclude, at=LATER, concluded_on=LATER.date())


class TestThatAPartHasEnded:
    def test_is_told_by_its_name_and_the_rest_goes_on(self, cast: Cast) -> None:
        case, swore, _ = two(cast)

        end_by_withdrawal(cast, case, swore)

        letters = drafts(cast, case, "WITHDRAWN")
        assert set(letters) == {"Maya Field", "Ed"}
        assert "A part of your complaint of 20 November 2026 has ended" in letters["Maya Field"]
        assert f"This is what it is about:\n\n- {SWORE}" in letters["Maya Field"]
        for text in letters.values():
            assert "This does not end the rest of" in text
            assert "Your complaint of" not in text

    def test_is_told_to_an_officer_without_names_and_not_what_others_are_complained_of_for(self, cast: Cast) -> None:
        case, swore, _ = two(cast)

        end_by_withdrawal(cast, case, swore)

        letters = drafts(cast, case, "WITHDRAWN")
        assert "- He swore at [name kept back]." in letters["Ed"]
        assert "Maya" not in letters["Ed"]
        assert "Dee" not in letters

    def test_is_told_without_a_guess_where_two_ended_on_one_day(self, cast: Cast) -> None:
        case, swore, pushed = two(cast)
        alleged(cast, case, summary="He left.")

        end_by_withdrawal(cast, case, swore, pushed)

        letter = drafts(cast, case, "WITHDRAWN")["Maya Field"]
        assert "A part of your complaint" in letter
        assert "what it is about" not in letter

    def test_by_regulation_41_is_told_so_too(self, cast: Cast) -> None:
        case, swore, _ = two(cast)
        row = suspend(cast, case, allegation=swore.public_id)
        step(cast, row, suspensions.conclude, at=LATER, concluded_on=LATER.date())
        stated = {"complainant": who(case).public_id, "wish": WishToResume.Wish.END, "stated_on": LATER.date()}
        step(cast, row, suspensions.state_wish, at=LATER, **stated)

        step(cast, row, suspensions.decide, at=LATER, public_interest="ENDS", reason="A trifle.")

        letters = drafts(cast, case, "CEASED", LATER)
        assert "We will do no more work on a part of your complaint" in letters["Maya Field"]
        assert SWORE in letters["Maya Field"]
        assert "We will do no more work on a part of a complaint that may be about you" in letters["Ed"]
        assert "Dee" not in letters

    def test_is_not_said_where_the_whole_has_ended(self, cast: Cast) -> None:
        case, _, _ = two(cast)
        sign(cast, case)

        move(cast, case, "beth", "withdraw", public_interest="ENDS")

        for text in drafts(cast, case, "WITHDRAWN").values():
            assert "A complaint that may have been about you has ended" in text


class TestWhomAPartIsNotAbout:
    """Whose own part goes on hears nothing of what was said of others, and whose part is gone nothing of the rest."""

    def test_they_hear_of_no_suspension_and_who_is_named_for_the_whole_does(self, cast: Cast) -> None:
        case, swore, _ = two(cast)
        name_subject(cast, case, "cai@westshire.test")

        row = suspend(cast, case, allegation=swore.public_id)
        step(cast, row, suspensions.resume, reason="It does no harm.")

        for kind in ("SUSPENSION", "RESUMPTION"):
            assert set(drafts(cast, case, kind)) == {"Maya Field", "Ed", "Cai"}

    def test_nor_where_they_become_known_while_another_part_is_suspended(self, cast: Cast) -> None:
        case, swore, pushed = two(cast)
        suspend(cast, case, allegation=swore.public_id)

        name_subject(cast, case, "cai@westshire.test", allegation=pushed.public_id)

        assert "Cai" not in drafts(cast, case, "SUSPENSION")

    def test_the_copy_of_the_record_has_what_they_are_complained_of_for_alone(self, cast: Cast) -> None:
        case, _, _ = two(cast)

        letters = drafts(cast, case, "RECORD_COPY")

        assert [(PUSHED in letters[name], "swore" in letters[name]) for name in ("Maya Field", "Ed", "Dee")] == [
            (True, True), (False, True), (True, False),
        ]  # fmt: skip

    @pytest.mark.parametrize("how", ["withdrawn", "moved"])
    def test_the_outcome_of_the_rest_is_not_owed_to_whom_it_is_not_about(self, cast: Cast, how: str) -> None:
        case = an_otbi_case(cast, complainants=[MAYA])
        swore, pushed = alleged(cast, case, summary=SWORE), code(cast, alleged(cast, case, summary=PUSHED))
        name_subject(cast, case, "1005", allegation=swore.public_id)
        name_subject(cast, case, "1004", allegation=pushed.public_id)
        if how == "withdrawn":
            end_by_withdrawal(cast, case, swore)
        else:
            into = an_otbi_case(cast, complainants=[MAYA]).reference
            splitting.move_to(**by(cast, "beth", case), allegation=swore.public_id, into=into)
        in_decision(cast, case, "lev")
        set_actions(cast, decide(cast, pushed, "ACCEPTABLE"))

        move(cast, case, "beth", "send_outcome", **TOLD)

        assert set(drafts(cast, case, "OUTCOME")) == {"Dee"}

    def test_who_is_complained_of_elsewhere_by_now_is_owed_the_record_of_that_alone(self, cast: Cast) -> None:
        case, into = an_otbi_case(cast, complainants=[MAYA]), an_otbi_case(cast, complainants=[MAYA])
        swore, pushed = alleged(cast, case, summary=SWORE), alleged(cast, case, summary=PUSHED)
        for number, part in (("1005", swore), ("1004", swore), ("1004", pushed)):
            name_subject(cast, case, number, allegation=part.public_id)

        splitting.move_to(**by(cast, "beth", case), allegation=swore.public_id, into=into.reference)

        assert set(drafts(cast, case, "RECORD_COPY")) == {"Maya Field", "Dee"}
        assert PUSHED in drafts(cast, case, "RECORD_COPY")["Dee"]
        assert set(drafts(cast, into, "RECORD_COPY")) == {"Maya Field", "Ed", "Dee"}

    def test_that_the_whole_ceases_is_told_to_all_whose_part_ended_with_it(self, cast: Cast) -> None:
        case, swore, pushed = two(cast)
        Allegation.objects.filter(pk__in=[swore.pk, pushed.pk]).update(finding="REGULATION_41", decided_on=TODAY)

        notices.owe(Case.objects.get(pk=case.pk), "CEASED", to="SUBJECT", on=LATER.date())

        assert {each.subject.person.name for each in open_notices(case, "CEASED") if each.subject} == {"Ed", "Dee"}


class TestALetterThatAsks:
    @pytest.mark.parametrize("kind", ["ASK_TO_CONFIRM", "ASK_TO_RESUME"])
    def test_names_the_part_that_it_asks_about(self, cast: Cast, kind: str) -> None:
        case, swore, _ = two(cast)
        if kind == "ASK_TO_CONFIRM":
            wish(cast, case, allegation=swore.public_id)
        else:
            concluded(cast, case, swore)
        notice = Notice.objects.get(case=case, kind=kind)

        sent, _ = settling.send(**by(cast, "beth", case, LATER), notice=notice.public_id, completed=RECORDED_DELIVERY)

        assert f"- {SWORE}" in sent.text
        assert PUSHED not in sent.text
        assert "a part of your complaint of 20 November 2026" in sent.text
        assert "This letter is not about the rest of your complaint." in sent.text

    @pytest.mark.parametrize("kind", ["ASK_TO_CONFIRM", "ASK_TO_RESUME"])
    def test_asks_about_the_whole_where_that_is_asked(self, cast: Cast, kind: str) -> None:
        case, _, _ = two(cast)
        if kind == "ASK_TO_CONFIRM":
            wish(cast, case)
        else:
            concluded(cast, case, None)

        (letter,) = drafts(cast, case, kind, LATER).values()

        assert "part" not in letter

    def test_is_one_for_each_part_that_is_asked_about(self, cast: Cast) -> None:
        case, swore, pushed = two(cast)
        for each in (swore, pushed):
            wish(cast, case, allegation=each.public_id)
        read = get_case(reference=case.reference, actor=cast.actor("beth"))

        owed = open_notices(case, "ASK_TO_CONFIRM")

        asked = [settling.draft(read, each.public_id, at=AT).text for each in owed]
        assert [(f"- {SWORE}" in text, f"- {PUSHED}" in text) for text in asked] == [(True, False), (False, True)]


def test_a_body_is_told_that_a_part_is_withdrawn_and_which_without_names(cast: Cast) -> None:
    case, swore, _ = two(cast)
    move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on=str(TODAY))

    sign(cast, case, allegation=swore.public_id)

    (letter,) = drafts(cast, case, "WITHDRAWAL").values()
    assert f"{case.reference} has told us that they want to stop a part of it." in letter
    assert "- He swore at [name kept back]." in letter
