"""Somebody who says that they act for another, and does not, or does so no more, holds nothing up and is told nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.common.errors import Invalid
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant, Message, Withdrawal
from cases.services import complainants, messages, preferences, suspensions, withdrawals
from cases.services.intake import NewComplainant
from cases.services.preferences import NoConsent
from cases.services.transitions import CannotMove
from cases.services.withdrawals import CannotWithdraw
from tests.cases.alleging import a_recorded_case, alleged, an_investigated_case, by
from tests.cases.staying import DAY, MAYA, sign, step, suspend
from tests.cast import AT, RESOLVE, Cast, a_case_handled_outside, move

RITA = NewComplainant(
    name="Rita Rep", email="rita@home.test", relationship=Complainant.Relationship.REPRESENTATIVE, acts_for="Zed Zulu"
)
ZED = NewComplainant(name="Zed Zulu", email="zed@home.test")


def rita_of(case: Case) -> Complainant:
    return Complainant.objects.get(case=case, position=1)


def consent(cast: Cast, case: Case) -> None:
    how = {"given_by": "Zed", "given_on": AT.date(), "how": "A letter.", "document": None}
    preferences.record_consent(**by(cast, "amal", case), complainant=rita_of(case).public_id, **how)


def end(cast: Cast, case: Case, at: dt.datetime = AT) -> None:
    preferences.end_consent(**by(cast, "amal", case, at), complainant=rita_of(case).public_id, ended_on=at.date())


class TestWhoseConsentNeverCame:
    def test_is_entered_as_acting_for_nobody_and_the_outcome_goes_to_who_complains(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        complainants.add(new=ZED, **by(cast, "amal", case))
        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "amal", "resolve", **RESOLVE)

        end(cast, case)

        assert move(cast, case, "amal", "resolve", **RESOLVE).state == "RESOLVED_OUTSIDE"
        told = Message.objects.filter(case=case, direction="OUT").values_list("complainant__position", flat=True)
        assert set(told) == {2}

    def test_does_not_stop_the_complainant_from_withdrawing(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        zed, _ = complainants.add(new=ZED, **by(cast, "amal", case))
        end(cast, case)
        signed = {"signed_on": AT.date(), "signed_by": "COMPLAINANT", "authority_seen_on": None, "document": None}
        withdrawals.enter_signed(complainant=zed.public_id, allegation=None, **signed, **by(cast, "beth", case))

        assert move(cast, case, "beth", "withdraw", public_interest="ENDS").state == "WITHDRAWN"

    @pytest.mark.parametrize("name", ["leave_unresolved", "resolve"])
    def test_is_told_no_outcome(self, cast: Cast, name: str) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])

        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "amal", name, result="It was looked into.", told="What came of it.")

        assert not Message.objects.filter(case=case, text__contains="What came of it").exists()

    def test_it_is_entered_once_and_of_representatives_alone(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        zed, _ = complainants.add(new=ZED, **by(cast, "amal", case))
        end(cast, case)

        with pytest.raises(NoConsent):
            end(cast, case)
        with pytest.raises(NoConsent):
            preferences.end_consent(**by(cast, "amal", case), complainant=zed.public_id, ended_on=AT.date())


class TestWhoseConsentIsNotRecorded:
    """Decision 19: the end of a withdrawal waits until it is."""

    @pytest.mark.parametrize("signed_by", ["COMPLAINANT", "SOLICITOR", "AGENT"])
    def test_signs_no_withdrawal_by_whoever_it_is_signed(self, cast: Cast, signed_by: str) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        seen = AT.date() if signed_by == "AGENT" else None

        with pytest.raises(CannotWithdraw, match="whose consent is not recorded"):
            sign(cast, case, signed_by=signed_by, authority_seen_on=seen)

        consent(cast, case)
        assert sign(cast, case, signed_by=signed_by, authority_seen_on=seen).state == "SIGNED"

    def test_withdraws_nothing_by_what_was_signed_before_anybody_asked(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        signed = {"state": "SIGNED", "wished_on": AT.date(), "signed_on": AT.date(), "signed_by": "COMPLAINANT"}
        Withdrawal.objects.create(case=case, complainant=rita_of(case), **signed)

        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "beth", "withdraw", public_interest="ENDS")

        consent(cast, case)
        assert move(cast, case, "beth", "withdraw", public_interest="ENDS").state == "WITHDRAWN"

    def test_ends_no_allegation_either(self, cast: Cast) -> None:
        case = a_recorded_case(cast, complainants=[RITA])
        part = alleged(cast, case)
        alleged(cast, case, summary="He left.")
        signed = {"state": "SIGNED", "wished_on": AT.date(), "signed_on": AT.date(), "signed_by": "COMPLAINANT"}
        Withdrawal.objects.create(case=case, complainant=rita_of(case), allegation=part, **signed)

        with pytest.raises(CannotWithdraw, match="consent is not recorded"):
            withdrawals.end_allegation(**by(cast, "beth", case), allegation=part.public_id, public_interest="ENDS")


class TestWhoseConsentWasTakenBack:
    def test_is_not_written_to_by_hand_either(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA, ZED])
        consent(cast, case)
        end(cast, case)

        with pytest.raises(Invalid, match="Write to somebody else"):
            messages.write(
                **by(cast, "amal", case), about="PROGRESS", text="News.", complainant=rita_of(case).public_id, way=None, files=[]
            )  # fmt: skip

        to_rita = Outgoing.objects.filter(about=case.reference, addressee=str(rita_of(case).public_id))
        assert not to_rita.filter(state="PENDING").exists()

    @pytest.mark.parametrize("others", [[MAYA], []], ids=["others were asked", "nobody else complains"])
    def test_leaves_no_suspension_waiting_for_them(self, cast: Cast, others: list[NewComplainant]) -> None:
        case = an_investigated_case(cast, complainants=[RITA, *others])
        consent(cast, case)
        row = step(cast, suspend(cast, case), suspensions.conclude, at=AT + DAY, concluded_on=(AT + DAY).date())
        for each in Complainant.objects.filter(case=case, position=2):
            asked = {"complainant": each.public_id, "sent_on": (AT + 2 * DAY).date()}
            row = step(cast, row, suspensions.enter_letter, at=AT + 2 * DAY, **asked)

        end(cast, case, AT + 3 * DAY)

        row.refresh_from_db()
        assert row.state == ("ASKED" if others else "DECIDING")
        if others:
            assert step(cast, row, suspensions.find_silent, at=AT + 60 * DAY).state == "DECIDING"


def test_who_wishes_what_stands_already_changes_no_version(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    sender = Complainant.objects.get(case=case)
    wishes = preferences.Wishes(
        contact_by=Complainant.ContactBy.TRACKING, never_by_post=True, text_by_email=False, quiet_from=None, quiet_until=None,
        language="Welsh", access_needs="",
    )  # fmt: skip
    preferences.set_own(complainant=sender, wishes=wishes, at=AT)
    before = Case.objects.get(pk=case.pk).version

    preferences.set_own(complainant=sender, wishes=wishes, at=AT)

    assert Case.objects.get(pk=case.pk).version == before > case.version
