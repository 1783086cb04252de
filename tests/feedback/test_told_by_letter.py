"""How a case goes on is told by letter, after the harm test: the tracking page is not ahead of it, nor tells what is kept back."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Case, Notice
from cases.services import settling
from cases.services.settling import Completed
from feedback.stages import EXPLANATIONS
from tests.cases.alleging import by
from tests.cases.test_receipts import issue, on_the_day, shown, track
from tests.cast import AT, Cast, a_case, assess, move

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def referred(cast: Cast) -> Case:
    case = a_case(cast)
    assess(cast, case, "beth", alleges_crime_or_discipline=True, alleges_mandatory_referral=True)
    return move(cast, case, "beth", "refer", basis="MANDATORY", ground="SERIOUS_ASSAULT", clear_on=f"{AT.date()}")


def tracked(cast: Cast, case: Case) -> dict[str, Any]:
    found: dict[str, Any] = track(shown(issue(cast, case, case.complainants.get(), "beth"))).json()
    return found


def the_letter(case: Case, kind: str) -> Notice:
    return Notice.objects.get(case=case, kind=kind, to="COMPLAINANT")


def steps_of(seen: dict[str, Any]) -> set[str]:
    return {step["name"] for step in seen["steps"]}


REFERRED = "Referred to the Independent Office for Police Conduct"


def test_until_the_letter_has_gone_it_is_recorded_and_no_more(cast: Cast) -> None:
    case = referred(cast)

    seen = tracked(cast, case)

    assert (seen["stage"], seen["explanation"]) == ("RECORDED", EXPLANATIONS["RECORDED"])
    assert REFERRED not in steps_of(seen)
    assert "Independent" not in str(seen)


def test_once_it_has_gone_the_page_says_so_too(cast: Cast) -> None:
    case = referred(cast)
    completed = Completed(gaps={"explanation": "It is serious."})
    settling.send(notice=the_letter(case, "REFERRAL").public_id, completed=completed, **by(cast, "beth", case))

    seen = tracked(cast, case)

    assert seen["stage"] == "REFERRED"
    assert REFERRED in steps_of(seen)


def test_what_is_withheld_is_not_on_the_page_either_nor_that_it_is(cast: Cast) -> None:
    case = referred(cast)
    settling.withhold(
        notice=the_letter(case, "REFERRAL").public_id, ground="CRIME_PREVENTION", reason="He would be warned.",
        **by(cast, "beth", case),
    )  # fmt: skip

    seen = tracked(cast, case)

    assert seen["stage"] == "RECORDED"
    for word in ("Independent", "could not send", "withheld"):
        assert word not in str(seen)


def test_an_investigation_shows_with_the_letter_that_tells_of_it(cast: Cast) -> None:
    case = a_case(cast)
    assess(cast, case, "beth", alleges_crime_or_discipline=True)
    move(cast, case, "beth", "record")
    move(cast, case, "beth", "investigate", investigator="fay@westshire.test", terms="Find out.")

    before = tracked(cast, case)
    completed = Completed(gaps={"explanation": "We look into it.", "next_steps": "We write again."})
    settling.send(notice=the_letter(case, "HANDLING").public_id, completed=completed, **by(cast, "beth", case))
    after = tracked(cast, case)

    assert (before["stage"], after["stage"]) == ("RECORDED", "LOCAL_INV")
    assert "investigat" not in before["next_step"]
