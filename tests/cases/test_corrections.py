"""A wrong day is put right, for a reason: what is due moves with it, and what was late by the old day stays in the history."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from backend.audit.models import Event
from backend.common.errors import Invalid, Stale
from cases.models import Case, Complainant, DateCorrection, Notice, Proceeding, Suspension
from cases.services import corrections, proceedings, suspensions, withdrawals
from cases.services.corrections import NothingToCorrect
from cases.services.due import recompute_open_cases, stale_cases
from cases.services.locking import HistoryStands, MayNot
from cases.services.suspensions import CannotGoOn
from cases.services.transitions import CannotMove
from cases.services.withdrawals import CannotWithdraw
from tests.cases.alleging import a_recorded_case, an_investigated_case, by
from tests.cases.bodies import a_case_told
from tests.cases.staying import answer, ask, find_silent, step, suspend, who, wish
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, move

TODAY = AT.date()
DAY = dt.timedelta(days=1)


def correct(
    cast: Cast, case: Case, what: str, to: dt.date, *, name: str = "beth", about: Any = None, later: int = 0
) -> Case:
    at = AT + later * DAY
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    _, corrected = corrections.correct(
        reference=case.reference, what=what, about=about, to=to, reason="The letter is dated so.", actor=cast.actor(name, at),
        at=at, version=version,
    )  # fmt: skip
    return corrected


def test_an_earlier_day_made_moves_what_is_due(cast: Cast) -> None:
    case = a_case(cast)

    corrected = correct(cast, case, "made_on", dt.date(2026, 11, 17))

    assert corrected.next_due_on == dt.date(2026, 11, 20)  # three working days of a Tuesday
    assert corrected.version == case.version + 1
    assert list(stale_cases()) == []


def test_what_was_late_by_the_old_day_stays_when_the_new_one_excuses_it(cast: Cast) -> None:
    case = a_case(cast, made_on=dt.date(2026, 11, 2))
    assert Case.objects.get(pk=case.pk).next_due_on == dt.date(2026, 11, 5)

    corrected = correct(cast, case, "made_on", dt.date(2026, 11, 19))

    (kept,) = DateCorrection.objects.all()
    assert (kept.old, kept.new) == (dt.date(2026, 11, 2), dt.date(2026, 11, 19))
    assert {(each["rule"], each["due_on"]) for each in kept.breached} == {
        ("acknowledgement", "2026-11-03"),
        ("first_contact", "2026-11-05"),
        ("recording_decision", "2026-11-09"),
    }
    assert corrected.next_due_on == dt.date(2026, 11, 24)


def test_what_was_done_too_late_by_the_old_day_stays_too(cast: Cast) -> None:
    case = a_case_handled_outside(cast, made_on=dt.date(2026, 11, 2))

    correct(cast, case, "made_on", dt.date(2026, 11, 18))

    assert "first_contact" in {each["rule"] for each in DateCorrection.objects.get().breached}


def test_the_day_of_a_part_is_put_right_by_its_public_id(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    Complainant.objects.filter(case=case).update(progress_told_on=TODAY)
    recompute_open_cases()
    (party,) = Complainant.objects.filter(case=case)

    corrected = correct(cast, case, "complainant.progress_told_on", TODAY + 3 * DAY, about=party.public_id, later=5)

    party.refresh_from_db()
    assert party.progress_told_on == TODAY + 3 * DAY
    assert list(stale_cases()) == []
    assert corrected.version == case.version + 1


def test_a_suspensions_day_moves_its_review_and_the_targets(cast: Cast) -> None:
    case = a_case_handled_outside(cast, made_on=dt.date(2026, 11, 2))
    suspended = Suspension.objects.create(
        case=case, suspended_on=TODAY, reason="A trial.", for_criminal_proceedings=True, of_an_investigation=False
    )
    recompute_open_cases()

    correct(cast, case, "suspension.suspended_on", TODAY - DAY, about=suspended.public_id)

    suspended.refresh_from_db()
    assert suspended.suspended_on == TODAY - DAY
    assert list(stale_cases()) == []


def test_the_day_it_became_clear_is_put_right_on_the_referral_too(cast: Cast) -> None:
    case = move(cast, a_case(cast, made_on=dt.date(2026, 11, 2)), "amal", "take")
    case = _referred(cast, case)

    correct(cast, case, "referral_clear_on", dt.date(2026, 11, 12))

    (referral,) = Case.objects.get(pk=case.pk).referrals.all()
    assert referral.clear_on == dt.date(2026, 11, 12)
    assert [each["rule"] for each in DateCorrection.objects.get().breached if each["rule"] == "referral"] == [
        "referral"
    ]


def _referred(cast: Cast, case: Case) -> Case:
    assess(cast, case, "beth")
    return move(cast, case, "beth", "refer", basis="MANDATORY", ground="SERIOUS_ASSAULT", clear_on="2026-11-10")


@pytest.mark.parametrize(
    ("what", "to"),
    [
        ("made_on", dt.date(2026, 11, 21)),  # to come
        ("received_on", dt.date(2026, 11, 1)),  # before it was made
        ("contacted_on", dt.date(2026, 10, 1)),
        ("made_on", dt.date(2026, 11, 20) + DAY),
    ],
)
def test_a_day_that_cannot_be_is_refused(cast: Cast, what: str, to: dt.date) -> None:
    case = a_case_handled_outside(cast, made_on=dt.date(2026, 11, 2))

    with pytest.raises(Invalid), transaction.atomic():
        correct(cast, case, what, to)
    assert not DateCorrection.objects.exists()


class TestTheDayOfALetterThatAsks:
    """Who has time to answer until a later day was found silent too early (SI 2020/2 regulations 39(4) and 41(4))."""

    LATER = AT + 29 * DAY

    def test_who_was_found_silent_about_a_withdrawal_is_waited_for_again(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        row = find_silent(cast, ask(cast, wish(cast, case)), self.LATER)

        correct(cast, case, "withdrawal.asked_on", TODAY + 10 * DAY, about=row.public_id, later=29)

        row.refresh_from_db()
        assert (row.state, row.settled_on) == ("ASKED", None)
        with pytest.raises(CannotMove, match="withdrawn"):
            move(cast, case, "beth", "withdraw", at=self.LATER, public_interest="ENDS")
        with pytest.raises(CannotWithdraw, match="until the end"):
            find_silent(cast, row, AT + 38 * DAY)
        assert find_silent(cast, row, AT + 39 * DAY).state == "SILENT"

    def test_a_day_that_leaves_the_silence_leaves_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        row = find_silent(cast, ask(cast, wish(cast, case)), AT + 35 * DAY)

        correct(cast, case, "withdrawal.asked_on", TODAY + 6 * DAY, about=row.public_id, later=35)

        row.refresh_from_db()
        assert row.state == "SILENT"

    def test_nobody_was_found_silent_while_they_might_answer(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        row = find_silent(cast, ask(cast, wish(cast, case)), self.LATER)

        with pytest.raises(Invalid) as refused, transaction.atomic():
            correct(cast, case, "withdrawal.settled_on", TODAY + 28 * DAY, about=row.public_id, later=29)

        assert "might answer" in str(refused.value.errors)

    def test_who_was_found_silent_about_resuming_is_waited_for_again(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = step(cast, suspend(cast, case), suspensions.conclude, concluded_on=TODAY)
        row = step(cast, row, suspensions.enter_letter, complainant=who(case).public_id, sent_on=TODAY)
        row = step(cast, row, suspensions.find_silent, at=self.LATER)

        correct(cast, case, "suspension.asked_on", TODAY + 10 * DAY, about=row.public_id, later=29)

        row.refresh_from_db()
        assert (row.state, row.wishes.get().asked_on) == ("ASKED", TODAY + 10 * DAY)
        with pytest.raises(CannotGoOn, match="asked first"):
            step(cast, row, suspensions.decide, at=self.LATER, public_interest="ENDS", reason="Nothing.")
        assert step(cast, row, suspensions.find_silent, at=AT + 39 * DAY).state == "DECIDING"

    def test_who_wishes_it_to_end_is_not_asked_again(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = step(cast, suspend(cast, case), suspensions.conclude, concluded_on=TODAY)
        row = step(cast, row, suspensions.enter_letter, complainant=who(case).public_id, sent_on=TODAY)
        wish_on = {"complainant": who(case).public_id, "wish": "END", "stated_on": TODAY + DAY}
        row = step(cast, row, suspensions.state_wish, at=AT + DAY, **wish_on)

        correct(cast, case, "suspension.asked_on", TODAY + DAY, about=row.public_id, later=2)

        row.refresh_from_db()
        assert row.state == "DECIDING"


class TestDaysInOrder:
    MADE = dt.date(2026, 11, 1)

    def refused(self, cast: Cast, case: Case, what: str, to: dt.date, **more: Any) -> str:
        with pytest.raises(Invalid) as refused, transaction.atomic():
            correct(cast, case, what, to, **more)
        return str(refused.value.errors)

    def test_nobody_is_told_before_it_is_decided(self, cast: Cast) -> None:
        case = a_case_told(cast, made_on=self.MADE)

        assert "decided_on" in self.refused(cast, case, "told_on", self.MADE + DAY)

    def test_nobody_declines_what_was_not_offered(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, made_on=self.MADE)
        move(cast, case, "amal", "leave_unresolved", result="-", told="We could not put it right.")
        move(cast, case, "beth", "close_outside", declined_on="2026-11-20", told="It is closed.")

        assert "recording_offered_on" in self.refused(cast, case, "recording_declined_on", self.MADE + DAY)

    def test_nobody_confirms_before_they_are_asked(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        row = answer(cast, ask(cast, wish(cast, case)), withdrawals.confirm)

        told = self.refused(cast, case, "withdrawal.asked_on", TODAY + DAY, about=row.public_id, later=2)

        assert "settled_on" in told

    def test_of_a_referral_stand_in_the_case_too(self, cast: Cast) -> None:
        case = a_recorded_case(cast, made_on=self.MADE)
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-05")
        referral = case.referrals.get()

        correct(cast, case, "referral.made_on", dt.date(2026, 11, 10), about=referral.public_id)
        assert Case.objects.get(pk=case.pk).referred_on == dt.date(2026, 11, 10)

        correct(cast, case, "referred_on", dt.date(2026, 11, 9))
        assert case.referrals.get().made_on == dt.date(2026, 11, 9)
        assert "clear_on" in self.refused(
            cast, case, "referral.made_on", dt.date(2026, 11, 4), about=referral.public_id
        )

    def test_that_stood_in_another_order_already_are_put_right_one_by_one(self, cast: Cast) -> None:
        case = a_case_told(cast, made_on=self.MADE)
        Case.objects.filter(pk=case.pk).update(told_on=self.MADE + DAY)

        assert correct(cast, case, "decided_on", self.MADE + 2 * DAY).decided_on == self.MADE + 2 * DAY


@pytest.mark.parametrize("part", corrections.OF_PARTS)
def test_every_day_that_is_offered_may_be_written(cast: Cast, part: str) -> None:
    relation, names = corrections.OF_PARTS[part]
    rows = Case._meta.get_field(relation).related_model

    for name in names:
        assert rows.objects.filter(pk=0).update(**{name: TODAY}) == 0  # the database asks for the right first


def test_what_a_body_said_is_not_corrected(cast: Cast) -> None:
    with pytest.raises(Invalid), transaction.atomic():
        correct(cast, a_case(cast), "body_notice.dated_on", TODAY - DAY, about=uuid4())


class TestProceedingsThatBeganBeforeItWasMade:
    """A trial may have begun before anybody complained: that holds up no other day, and is put right itself."""

    @pytest.fixture
    def case(self, cast: Cast) -> Case:
        case = a_case_handled_outside(cast, made_on=dt.date(2026, 11, 2))
        for kind in (Proceeding.Kind.CRIMINAL, Proceeding.Kind.APPEAL):
            proceedings.begin(
                **by(cast, "beth", case), kind=kind, subject=None, begun_on=dt.date(2026, 9, 1), next_date_on=None, contact=""
            )  # fmt: skip
        return case

    def test_every_other_day_is_still_put_right(self, cast: Cast, case: Case) -> None:
        correct(cast, case, "contacted_on", dt.date(2026, 11, 19))
        correct(cast, case, "made_on", dt.date(2026, 10, 30))
        corrected = correct(cast, case, "made_on", dt.date(2026, 11, 1))

        assert (corrected.contacted_on, corrected.made_on) == (dt.date(2026, 11, 19), dt.date(2026, 11, 1))

    def test_they_and_what_is_told_of_them_are_put_right_too(self, cast: Cast, case: Case) -> None:
        trial = Proceeding.objects.get(case=case, kind=Proceeding.Kind.CRIMINAL)
        owed = Notice.objects.get(case=case, kind="PROCEEDING_OUTCOME")  # that the appeal was brought

        correct(cast, case, "proceeding.begun_on", dt.date(2026, 8, 31), about=trial.public_id)
        correct(cast, case, "notice.owed_on", dt.date(2026, 9, 2), about=owed.public_id)

        trial.refresh_from_db()
        owed.refresh_from_db()
        assert (trial.begun_on, owed.owed_on) == (dt.date(2026, 8, 31), dt.date(2026, 9, 2))

    def test_no_other_day_comes_before_it_was_made_for_that(self, cast: Cast, case: Case) -> None:
        correct(cast, case, "contacted_on", TODAY - DAY)

        for what, to in (("contacted_on", dt.date(2026, 11, 1)), ("made_on", TODAY)):
            with pytest.raises(Invalid, match="named") as refused, transaction.atomic():
                correct(cast, case, what, to)
            assert "proceeding" not in str(refused.value.errors)


def test_a_later_day_made_is_refused_for_each_day_that_it_would_come_after(cast: Cast) -> None:
    case = a_case_handled_outside(cast, made_on=dt.date(2026, 11, 2))
    Case.objects.filter(pk=case.pk).update(contacted_on=dt.date(2026, 11, 4))

    with pytest.raises(Invalid) as refused, transaction.atomic():
        correct(cast, case, "made_on", dt.date(2026, 11, 5))

    assert "contacted_on" in str(refused.value.errors)
    assert correct(cast, case, "made_on", dt.date(2026, 11, 4)).made_on == dt.date(2026, 11, 4)


def test_a_day_that_stands_too_early_for_whatever_reason_holds_up_no_other(cast: Cast) -> None:
    case = a_case_handled_outside(cast, made_on=dt.date(2026, 11, 2))
    Case.objects.filter(pk=case.pk).update(handling_started_on=dt.date(2026, 11, 1))

    assert correct(cast, case, "contacted_on", dt.date(2026, 11, 19)).contacted_on == dt.date(2026, 11, 19)
    assert correct(cast, case, "made_on", dt.date(2026, 11, 3)).made_on == dt.date(2026, 11, 3)
    corrected = correct(cast, case, "handling_started_on", dt.date(2026, 11, 4))
    assert corrected.handling_started_on == dt.date(2026, 11, 4)


def test_a_day_that_was_never_entered_or_is_right_already_is_no_correction(cast: Cast) -> None:
    case = a_case(cast)

    for what, to in (("decided_on", TODAY), ("made_on", TODAY)):
        with pytest.raises(NothingToCorrect), transaction.atomic():
            correct(cast, case, what, to)


def test_a_part_that_the_case_has_not_is_refused(cast: Cast) -> None:
    case = a_case(cast)

    for what, about in (
        ("suspension.asked_on", uuid4()),
        ("made_on", uuid4()),
        ("tea", None),
        ("suspension.reason", None),
    ):
        with pytest.raises(Invalid), transaction.atomic():
            correct(cast, case, what, TODAY - DAY, about=about)


@pytest.mark.parametrize("name", ["amal"])
def test_only_the_authority_puts_a_day_right(cast: Cast, name: str) -> None:
    with pytest.raises(MayNot):
        correct(cast, a_case(cast), "made_on", TODAY - DAY, name=name)


def test_history_and_a_stale_version_are_refused(cast: Cast) -> None:
    case = a_case(cast)
    with pytest.raises(Stale), transaction.atomic():
        corrections.correct(
            reference=case.reference, what="made_on", about=None, to=TODAY - DAY, reason="x", actor=cast.actor("beth"), at=AT,
            version=99,
        )  # fmt: skip
    past = Case.objects.create(
        kind="COMPLAINT",
        state="FINALISED",
        origin="IMPORTED",
        source="x",
        force=cast.force,
        made_on=TODAY,
        received_on=TODAY,
    )
    with pytest.raises(HistoryStands), transaction.atomic():
        correct(cast, past, "made_on", TODAY - DAY)


def test_the_trail_keeps_the_days_and_no_words(cast: Cast) -> None:
    correct(cast, a_case(cast), "made_on", TODAY - DAY)

    event = Event.objects.order_by("-sequence").first()
    assert event is not None
    assert event.verb == "DATE_CORRECTED"


def test_a_correction_cannot_be_changed(cast: Cast) -> None:
    correct(cast, a_case(cast), "made_on", TODAY - DAY)

    with pytest.raises(ProgrammingError), transaction.atomic():
        DateCorrection.objects.update(reason="Another.")


def test_over_http(cast: Cast) -> None:
    case = a_case(cast)
    beth, url = cast.client("beth"), f"/api/v1/cases/{case.reference}/corrections/"
    body = {"what": "made_on", "to": "2026-11-18", "reason": "The envelope says so."}

    missing = beth.post(url, body, format="json")
    made = beth.post(url, body, format="json", headers={"If-Match": f'"{case.reference}.{case.version}"'})
    stale = beth.post(url, body, format="json", headers={"If-Match": f'"{case.reference}.{case.version}"'})

    assert (missing.status_code, made.status_code, stale.status_code) == (428, 201, 412)
    (listed,) = beth.get(url).json()
    assert (listed["old"], listed["new"], listed["made_by"]) == ("2026-11-20", "2026-11-18", "Beth")
