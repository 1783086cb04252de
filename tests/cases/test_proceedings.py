"""Proceedings that follow or run beside a case, and outlast it: begun, followed, ended, told."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from backend.common.errors import Invalid
from cases.deadlines import Deadline, open_deadlines
from cases.models import Case, Complainant, Kind, Message, Notice, Proceeding
from cases.selectors import get_case
from cases.services import preferences, proceedings, settling, steps
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.proceedings import CannotFollow
from cases.services.settling import ConsentNotRecorded
from tests.cases.alleging import a_recorded_case, by, name_subject
from tests.cases.staying import BOTH, DAY, TODAY, open_notices, who
from tests.cast import AT, RESOLVE, Cast, a_case, a_case_handled_outside, give_to, move

CASES = "/api/v1/cases/"
RITA = NewComplainant(
    name="Rita Rep", email="rita@home.test", relationship=Complainant.Relationship.REPRESENTATIVE, acts_for="Zed Zulu"
)


def begin(cast: Cast, case: Case, name: str = "amal", **more: Any) -> Proceeding:
    given = {
        "kind": Proceeding.Kind.CRIMINAL,
        "subject": None,
        "begun_on": TODAY,
        "next_date_on": None,
        "contact": "",
        **more,
    }
    return proceedings.begin(**by(cast, name, case), **given)[0]


def end(cast: Cast, row: Proceeding, at: dt.datetime = AT, **more: Any) -> Proceeding:
    given = {"ended_on": at.date(), "result": "Acquitted.", **more}
    return proceedings.end(**by(cast, "amal", row.case, at), proceeding=row.public_id, **given)[0]


def tell(cast: Cast, row: Proceeding, at: dt.datetime = AT) -> Proceeding:
    text = "The court has found him not guilty."
    return proceedings.tell(**by(cast, "amal", row.case, at), proceeding=row.public_id, text=text)[0]


def telling(cast: Cast, case: Case) -> list[Deadline]:
    seen = get_case(reference=case.reference, actor=cast.actor("beth"))
    found = open_deadlines(seen, steps.working_calendar())
    return [each for each in found if each.rule == "outcome_notice"]


def to_be_told(cast: Cast, case: Case) -> list[dt.date]:
    return [each.due_on for each in telling(cast, case)]


def what_is_to_be_told(cast: Cast, case: Case) -> list[str]:
    return [each.duty for each in telling(cast, case)]


def test_they_begin_with_whom_to_ask_and_the_next_day_in_court(cast: Cast) -> None:
    case = a_recorded_case(cast)
    subject = name_subject(cast, case, "1005")

    row = begin(cast, case, subject=subject.public_id, next_date_on=TODAY + 90 * DAY, contact="DC Shaw")

    assert (row.subject, row.contact, row.next_date_on) == (subject, "DC Shaw", TODAY + 90 * DAY)
    follow = {"proceeding": row.public_id, "next_date_on": TODAY + 120 * DAY, "contact": "J. Lane, CPS"}
    row, _ = proceedings.follow(**by(cast, "beth", case), **follow)
    assert (row.next_date_on, row.contact) == (TODAY + 120 * DAY, "J. Lane, CPS")


def test_the_next_day_in_court_is_among_what_is_owed_until_it_was_followed(cast: Cast) -> None:
    case = a_recorded_case(cast)
    row = begin(cast, case, next_date_on=TODAY + 2 * DAY)

    def days(**query: Any) -> list[tuple[str, str, int]]:
        rows = cast.client("beth").get(f"{CASES}owed/", query).json()["results"]
        mine = [each for each in rows if each["duty"]["rule"] == "proceeding"]
        return [(each["duty"]["about"], each["duty"]["due_on"], each["days_over"]) for each in mine]

    with time_machine.travel(AT, tick=False):
        assert days(days=1) == days(overdue="true") == days(statutory="true") == []
        assert days(days=2) == [(str(row.public_id), "2026-11-22", -2)]
    with time_machine.travel(AT + 3 * DAY, tick=False):
        assert days(overdue="true") == [(str(row.public_id), "2026-11-22", 1)]
        follow = {"proceeding": row.public_id, "next_date_on": TODAY + 120 * DAY, "contact": ""}
        proceedings.follow(**by(cast, "beth", case), **follow)
        assert days() == []


def test_their_days_are_in_order(cast: Cast) -> None:
    case = a_recorded_case(cast)
    row = begin(cast, case)

    for given in ({"begun_on": TODAY + DAY}, {"next_date_on": TODAY - DAY}, {"subject": uuid4()}):
        with pytest.raises(Invalid):
            begin(cast, case, **given)
    for day in (TODAY - DAY, TODAY + DAY):
        with pytest.raises(Invalid):
            end(cast, row, ended_on=day)


def test_their_end_is_told_to_each_complainant_within_five_working_days(cast: Cast) -> None:
    case = a_recorded_case(cast, complainants=BOTH)
    row = begin(cast, case, next_date_on=TODAY)

    row = end(cast, row)

    assert (row.result, row.next_date_on) == ("Acquitted.", None)
    assert len(open_notices(case, "PROCEEDING_OUTCOME")) == 2
    assert to_be_told(cast, case) == [dt.date(2026, 11, 27)] * 2


def test_telling_it_settles_what_was_owed(cast: Cast) -> None:
    row = end(cast, begin(cast, a_recorded_case(cast, complainants=BOTH)))

    told = tell(cast, row)

    assert told.told_on == TODAY
    assert Notice.objects.filter(case=row.case, kind="PROCEEDING_OUTCOME", settled_as="SENT").count() == 2
    assert to_be_told(cast, row.case) == []
    letters = Message.objects.filter(case=row.case, template__kind="PROCEEDING_OUTCOME", template__version=1)
    assert letters.filter(text__contains="This is what was decided.\n\nThe court").count() == 2
    with pytest.raises(CannotFollow, match="told already"):
        tell(cast, row)


class TestWhoIsTold:
    """Each notice of it is owed to one complainant, and settled for that one alone."""

    def withhold(self, cast: Cast, row: Proceeding, notice: Notice) -> Notice:
        ground = {"ground": "ADVERSE_EFFECT", "reason": "She is a witness in the next trial."}
        return settling.withhold(**by(cast, "beth", row.case), notice=notice.public_id, **ground)[0]

    def by_letter(self, cast: Cast, row: Proceeding, notice: Notice) -> None:
        completed = settling.Completed(gaps={"outcome": "Acquitted."})
        settling.send(**by(cast, "beth", row.case), notice=notice.public_id, completed=completed)

    def who_heard(self, row: Proceeding) -> list[int]:
        told = Message.objects.filter(case=row.case, about="OUTCOME").order_by("complainant__position")
        return list(told.values_list("complainant__position", flat=True))

    def test_not_from_whom_it_is_kept_back(self, cast: Cast) -> None:
        row = end(cast, begin(cast, a_recorded_case(cast, complainants=BOTH)))
        kept, _ = open_notices(row.case, "PROCEEDING_OUTCOME")
        self.withhold(cast, row, kept)

        told = tell(cast, row)

        assert (self.who_heard(row), told.told_on) == ([2], TODAY)
        kept.refresh_from_db()
        assert (kept.settled_as, kept.message) == ("WITHHELD", None)

    def test_nobody_where_it_is_kept_back_from_all(self, cast: Cast) -> None:
        row = end(cast, begin(cast, a_recorded_case(cast)))
        (kept,) = open_notices(row.case, "PROCEEDING_OUTCOME")
        self.withhold(cast, row, kept)

        with pytest.raises(CannotFollow, match="kept back"):
            tell(cast, row)

        row.refresh_from_db()
        assert (self.who_heard(row), row.told_on) == ([], None)

    def test_who_is_told_later_is_told_of_the_same_proceedings(self, cast: Cast) -> None:
        row = end(cast, begin(cast, a_recorded_case(cast, complainants=BOTH)))
        kept = self.withhold(cast, row, open_notices(row.case, "PROCEEDING_OUTCOME")[0])
        assert tell(cast, row).told_on == TODAY

        settling.review_withholding(
            **by(cast, "beth", row.case), notice=kept.public_id, still_withheld="NO", reason="The trial is over."
        )

        row.refresh_from_db()
        assert row.told_on is None
        assert tell(cast, row, AT + DAY).told_on == TODAY + DAY
        assert self.who_heard(row) == [1, 2]

    def test_a_representative_once_consent_is_recorded(self, cast: Cast) -> None:
        row = end(cast, begin(cast, a_recorded_case(cast, complainants=[*BOTH, RITA])))
        assert tell(cast, row).told_on is None
        assert self.who_heard(row) == [1, 2]
        with pytest.raises(ConsentNotRecorded, match="Nobody else is left"):
            tell(cast, row)

        how = {"given_by": "Zed", "given_on": TODAY, "how": "A letter.", "document": None}
        preferences.record_consent(**by(cast, "amal", row.case), complainant=who(row.case, 3).public_id, **how)

        assert tell(cast, row).told_on == TODAY
        assert self.who_heard(row) == [1, 2, 3]

    def test_nor_is_anybody_else_held_up_by_who_turns_out_to_act_for_nobody(self, cast: Cast) -> None:
        row = end(cast, begin(cast, a_recorded_case(cast, complainants=[*BOTH, RITA])))
        tell(cast, row)

        nobody = {"complainant": who(row.case, 3).public_id, "ended_on": TODAY}
        preferences.end_consent(**by(cast, "amal", row.case), **nobody)

        row.refresh_from_db()
        assert row.told_on == TODAY

    def test_nobody_twice_who_was_told_by_letter(self, cast: Cast) -> None:
        row = end(cast, begin(cast, a_recorded_case(cast, complainants=BOTH)))
        first, second = open_notices(row.case, "PROCEEDING_OUTCOME")
        self.by_letter(cast, row, first)
        row.refresh_from_db()
        assert row.told_on is None

        self.by_letter(cast, row, second)

        row.refresh_from_db()
        assert row.told_on == TODAY
        with pytest.raises(CannotFollow, match="told already"):
            tell(cast, row)
        assert self.who_heard(row) == []

    def test_of_two_proceedings_each_by_itself(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        row, other = end(cast, begin(cast, case)), end(cast, begin(cast, case, kind=Proceeding.Kind.MISCONDUCT_MEETING))

        tell(cast, row)

        other.refresh_from_db()
        assert other.told_on is None
        assert [each.proceeding for each in open_notices(case, "PROCEEDING_OUTCOME")] == [other]

    def test_of_an_appeal_that_ended_before_anybody_heard_of_it_once(self, cast: Cast) -> None:
        row = end(cast, begin(cast, a_recorded_case(cast), kind=Proceeding.Kind.APPEAL), result="Dismissed.")

        assert tell(cast, row).told_on == TODAY

        assert self.who_heard(row) == [1]
        assert to_be_told(cast, row.case) == []


def test_they_go_on_end_and_are_told_after_the_case_has(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    row = begin(cast, case)
    move(cast, case, "amal", "resolve", **RESOLVE)
    closed = move(cast, case, "beth", "finalise")
    assert closed.next_due_on is None

    end(cast, row, AT + 100 * DAY)

    assert Case.objects.get(pk=case.pk).state == "FINALISED"
    assert len(to_be_told(cast, case)) == 1
    tell(cast, row, AT + 101 * DAY)
    assert to_be_told(cast, case) == []
    assert begin(cast, case, kind=Proceeding.Kind.MISCONDUCT_MEETING).ended_on is None


def test_what_was_handed_over_is_told_of_by_whoever_has_it(cast: Cast) -> None:
    case = a_recorded_case(cast)
    row = begin(cast, case)
    move(cast, case, "beth", "transfer_out", to="OTHER_FORCE", told="The other force has it now.")

    end(cast, row, AT + DAY)

    assert to_be_told(cast, case) == []
    with pytest.raises(CannotFollow, match="where it goes on"):
        begin(cast, case)


def test_that_an_appeal_was_brought_is_told_and_its_end_again(cast: Cast) -> None:
    row = begin(cast, a_recorded_case(cast), kind=Proceeding.Kind.APPEAL)
    assert what_is_to_be_told(cast, row.case) == ["Tell: That an appeal was brought"]
    tell(cast, row)
    assert to_be_told(cast, row.case) == []

    row = end(cast, row, result="Dismissed.")

    assert what_is_to_be_told(cast, row.case) == ["Tell: How the proceedings ended"]
    assert tell(cast, row).told_on == TODAY


def test_nothing_is_told_before_they_end_and_nothing_is_followed_after(cast: Cast) -> None:
    row = begin(cast, a_recorded_case(cast))
    with pytest.raises(CannotFollow, match="not ended yet"):
        tell(cast, row)
    end(cast, row)

    with pytest.raises(CannotFollow, match="ended already"):
        end(cast, row)
    with pytest.raises(CannotFollow, match="have ended"):
        proceedings.follow(**by(cast, "amal", row.case), proceeding=row.public_id, next_date_on=None, contact="")


def test_they_are_followed_by_professional_standards_alone(cast: Cast) -> None:
    case = give_to(cast, a_case(cast), "northgate")

    for name in ("cai", "dee"):
        with pytest.raises(MayNot, match="Professional Standards"):
            begin(cast, case, name)


def test_none_follow_from_a_comment(cast: Cast) -> None:
    with pytest.raises(CannotFollow):
        begin(cast, a_case(cast, kind=Kind.COMMENT), "beth")


def test_proceedings_go_through_http(cast: Cast) -> None:
    case = a_recorded_case(cast)
    client, url = cast.client("amal"), f"{CASES}{case.reference}/"

    def send(method: str, path: str, body: dict[str, Any], status: int) -> Any:
        tag = client.get(url)["ETag"]
        sent = getattr(client, method)(f"{url}proceedings/{path}", body, format="json", headers={"If-Match": tag})
        assert sent.status_code == status, sent.content
        return sent.json()

    row = send("post", "", {"kind": "MISCONDUCT_HEARING", "begun_on": str(TODAY), "contact": "DC Shaw"}, 201)
    item = f"{row['public_id']}/"
    assert send("put", item, {"next_date_on": "2027-02-01"}, 200)["next_date_on"] == "2027-02-01"
    assert send("post", f"{item}told/", {"text": "?"}, 409)["type"].endswith("cannot-follow")
    assert send("post", f"{item}end/", {"ended_on": str(TODAY), "result": "Final warning."}, 200)["result"]
    assert send("post", f"{item}told/", {"text": "He was given a final written warning."}, 200)["told_on"]

    assert [each["kind"] for each in client.get(f"{url}proceedings/").json()] == ["MISCONDUCT_HEARING"]


def test_the_letter_says_that_an_appeal_was_brought_and_once_it_has_ended_that(cast: Cast) -> None:
    row = begin(cast, a_recorded_case(cast), kind=Proceeding.Kind.APPEAL)

    def letter() -> str:
        seen = get_case(reference=row.case.reference, actor=cast.actor("beth"))
        return settling.draft(seen, open_notices(row.case, "PROCEEDING_OUTCOME")[-1].public_id, at=AT).text

    assert "An appeal has now been brought." in letter()
    assert "ended. This is what was decided" not in letter()
    end(cast, row, result="Dismissed.")
    assert "These have now ended. This is what was decided." in letter()
