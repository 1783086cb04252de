"""The machine of a complaint and of a comment: what moves, what does not, and who may."""

import datetime as dt

import pytest

from backend.accounts.actors import PUBLIC
from backend.audit.models import Event
from backend.common.errors import Invalid, Missing, Stale
from backend.notifications.models import Outgoing
from cases.models import Case, CommentState, Kind, Message, Note
from cases.services import messages, transitions
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.transitions import CannotMove
from tests.cast import AT, CONTACT, RESOLVE, Cast, a_case, a_case_handled_outside, assess, move, sign_withdrawal

ENDS = {"public_interest": "ENDS"}


def test_a_complaint_goes_from_receipt_to_closure_outside_schedule_3(cast: Cast) -> None:
    case = a_case_handled_outside(cast)

    move(cast, case, "amal", "resolve", **RESOLVE)
    closed = move(cast, case, "beth", "finalise")

    assert closed.state == "FINALISED"
    assert closed.outcome == "RESOLVED"
    assert closed.closed_on == AT.date()
    assert closed.next_due_on is None


def test_every_move_leaves_one_audit_event_and_one_version(cast: Cast) -> None:
    case = a_case(cast)

    moved = move(cast, case, "amal", "take")

    assert moved.version == 2
    events = Event.objects.filter(subject_kind="case", subject=case.reference)
    assert [(event.verb, event.actor) for event in events] == [("TAKE", str(cast.users["amal"].public_id))]


def test_taking_a_case_makes_its_taker_the_handler_and_starts_the_handling(cast: Cast) -> None:
    taken = move(cast, a_case(cast), "amal", "take")

    assert taken.handler == cast.users["amal"]
    assert taken.handling_started_on == AT.date()


def test_a_move_that_does_not_start_here_is_a_conflict_and_changes_nothing(cast: Cast) -> None:
    case = a_case(cast)

    with pytest.raises(CannotMove, match="stands in Received"):
        move(cast, case, "beth", "finalise")

    assert Case.objects.get(pk=case.pk).version == 1
    assert not Event.objects.filter(verb="FINALISE").exists()


def test_a_conflict_is_told_before_a_missing_permission(cast: Cast) -> None:
    case = a_case_handled_outside(cast)

    with pytest.raises(CannotMove):
        move(cast, case, "amal", "finalise")


def test_who_may_not_make_a_move_is_told_who_may(cast: Cast) -> None:
    case = a_case(cast)
    move(cast, case, "amal", "take")
    assess(cast, case)
    move(cast, case, "amal", "record_contact", **CONTACT)

    with pytest.raises(MayNot, match="delegate of the appropriate authority"):
        move(cast, case, "amal", "handle_outside")


def test_a_case_out_of_sight_is_missing_for_a_move_too(cast: Cast) -> None:
    case = a_case(cast)

    for name in ("cai", "ed", "fay", "gwen", "hal", "ida", "jo", "kit", "nobody"):
        with pytest.raises(Missing):
            move(cast, case, name, "take")
    with pytest.raises(Missing):
        transitions.perform(reference=case.reference, move="take", actor=PUBLIC, at=AT, version=1, details={})


def test_another_version_than_the_one_that_was_read_is_refused(cast: Cast) -> None:
    case = a_case(cast)
    move(cast, case, "amal", "take")

    with pytest.raises(Stale):
        transitions.perform(
            reference=case.reference, move="withdraw", actor=cast.actor("beth"), at=AT, version=1, details={}
        )


def test_a_comment_has_no_moves_of_a_complaint(cast: Cast) -> None:
    case = a_case(cast, kind=Kind.COMMENT)

    with pytest.raises(Invalid, match="Name a move"):
        move(cast, case, "beth", "take")


class TestHandlingOutsideSchedule3:
    """Police Reform Act 2002, Schedule 3, paragraph 2."""

    def test_needs_the_assessment(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        move(cast, case, "amal", "record_contact", **CONTACT)

        with pytest.raises(CannotMove, match="four questions"):
            move(cast, case, "beth", "handle_outside")

    def test_needs_contact_with_the_complainant_first(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        assess(cast, case)

        with pytest.raises(CannotMove, match="seek their views first"):
            move(cast, case, "beth", "handle_outside")

    @pytest.mark.parametrize(
        "tick",
        [
            "alleges_death_or_serious_injury",
            "alleges_crime_or_discipline",
            "alleges_article_2_or_3",
            "alleges_mandatory_referral",
        ],
    )
    def test_is_closed_to_what_must_be_recorded(self, cast: Cast, tick: str) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        move(cast, case, "amal", "record_contact", **CONTACT)
        assess(cast, case, **{tick: True})

        with pytest.raises(CannotMove, match="must be recorded"):
            move(cast, case, "beth", "handle_outside")

    def test_is_closed_where_the_complainant_wishes_recording(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        assess(cast, case)
        move(cast, case, "amal", "record_contact", **{**CONTACT, "wishes_recording": True})

        with pytest.raises(CannotMove, match="wishes it to be recorded"):
            move(cast, case, "beth", "handle_outside")


def test_the_one_who_resolved_a_complaint_does_not_close_it(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    move(cast, case, "beth", "resolve", **RESOLVE)

    with pytest.raises(MayNot, match="never the one who resolved it"):
        move(cast, case, "beth", "finalise")

    assert move(cast, case, "lev", "finalise").state == "FINALISED"


def test_resolving_tells_the_complainant_and_keeps_the_result_for_the_file(cast: Cast) -> None:
    case = a_case_handled_outside(cast)

    move(cast, case, "amal", "resolve", **RESOLVE)

    message = Message.objects.get(case=case)
    assert message.about == "OUTCOME"
    assert RESOLVE["told"] in message.text
    assert [note.text for note in Note.objects.filter(case=case)] == [RESOLVE["result"]]
    mail = Outgoing.objects.get()
    assert mail.recipient == "maya@home.test"
    assert RESOLVE["told"] not in mail.body
    assert case.reference in mail.body


def test_who_left_no_address_is_told_by_receipt_alone(cast: Cast) -> None:
    case = a_case_handled_outside(cast, complainants=[NewComplainant(anonymous=True)])

    move(cast, case, "amal", "resolve", **RESOLVE)

    assert Message.objects.filter(case=case).count() == 1
    assert Outgoing.objects.count() == 0


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_a_signed_notification_withdraws_a_complaint_from_any_live_state(cast: Cast, steps: int) -> None:
    case = a_case(cast)
    assess(cast, case)
    for name, step, details in [
        ("amal", "take", {}),
        ("amal", "record_contact", CONTACT),
        ("beth", "handle_outside", {}),
    ][:steps]:
        move(cast, case, name, step, **details)

    with pytest.raises(CannotMove, match="Every complainant has to have withdrawn"):
        move(cast, case, "beth", "withdraw", **ENDS)
    sign_withdrawal(cast, case)
    withdrawn = move(cast, case, "beth", "withdraw", **ENDS)

    assert (withdrawn.state, withdrawn.outcome, withdrawn.closed_on) == ("WITHDRAWN", "WITHDRAWN", AT.date())
    signed = withdrawn.withdrawals.get()
    assert (signed.state, signed.signed_on, signed.signed_by) == ("SIGNED", AT.date(), "COMPLAINANT")
    assert "you want to stop it" in Message.objects.get(case=case).text


def test_a_withdrawal_does_not_discharge_a_mandatory_referral(cast: Cast) -> None:
    case = a_case(cast)
    assess(cast, case, alleges_mandatory_referral=True)
    sign_withdrawal(cast, case)

    with pytest.raises(CannotMove, match="referred to the IOPC first"):
        move(cast, case, "beth", "withdraw", **ENDS)


def test_a_resolved_complaint_is_not_withdrawn(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    sign_withdrawal(cast, case)
    move(cast, case, "amal", "resolve", **RESOLVE)

    with pytest.raises(CannotMove, match="stands in Resolved"):
        move(cast, case, "beth", "withdraw", **ENDS)


class TestDetails:
    @pytest.mark.parametrize(
        ("field", "value", "why"),
        [
            ("contacted_on", "2026-11-21", "not come yet"),
            ("contacted_on", "2026-11-19", "before 20 November 2026"),
            ("contacted_on", "yesterday", "a date like"),
            ("contacted_on", None, "a date like"),
            ("views", "   ", "write it here"),
            ("views", 7, "write it here"),
            ("wishes_recording", "no", "true or false"),
            ("wishes_recording", 0, "true or false"),
        ],
    )
    def test_a_wrong_detail_is_named_and_nothing_moves(self, cast: Cast, field: str, value: object, why: str) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")

        with pytest.raises(Invalid) as refusal:
            move(cast, case, "amal", "record_contact", **{**CONTACT, field: value})

        assert why in " ".join(refusal.value.errors[field])
        assert Case.objects.get(pk=case.pk).state == "ASSESSING"

    def test_a_detail_that_the_move_does_not_take_is_named(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as refusal:
            move(cast, a_case(cast), "amal", "take", handler="somebody")

        assert refusal.value.errors == {"handler": ["This move does not take it."]}


class TestComments:
    def test_a_comment_is_triaged_sent_to_a_unit_and_answered(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        move(cast, case, "gwen", "triage")
        sent = move(cast, case, "gwen", "send_to_unit", unit="northgate")
        assert (sent.state, sent.unit) == (CommentState.WITH_LPU, cast.northgate)

        answered = move(cast, case, "beth", "answer", told="Thank you. We have doubled the patrols.")

        assert (answered.state, answered.closed_on) == ("ANSWERED", AT.date())
        assert Message.objects.get(case=case).about == "ANSWER"

    def test_a_unit_may_return_what_is_not_for_it_and_loses_sight_of_it(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        move(cast, case, "gwen", "triage")
        move(cast, case, "gwen", "send_to_unit", unit="northgate")

        returned = move(cast, case, "cai", "return_to_triage", reason="It was in Southgate.")

        assert (returned.state, returned.unit) == ("TRIAGE", cast.standards)
        assert not Case.objects.visible_to(cast.actor("cai")).filter(pk=case.pk).exists()

    def test_a_unit_does_not_write_to_the_author_past_professional_standards(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        move(cast, case, "gwen", "triage")
        sent = move(cast, case, "gwen", "send_to_unit", unit="northgate")
        told = {"reference": case.reference, "text": "From us.", "at": AT, "version": sent.version}

        with pytest.raises(MayNot, match="moderator"):
            messages.tell_progress(actor=cast.actor("cai"), **told)

        assert "From us." in messages.tell_progress(actor=cast.actor("gwen"), **told)[0].text

    def test_who_wants_no_reply_gets_no_mail_and_may_still_read_the_answer(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT, reply_wanted=False)
        move(cast, case, "gwen", "triage")
        move(cast, case, "gwen", "send_to_unit", unit="northgate")

        move(cast, case, "gwen", "answer", told="Thank you.")

        assert Message.objects.filter(case=case).count() == 1
        assert Outgoing.objects.count() == 0

    def test_a_unit_does_not_send_the_answer_itself(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        move(cast, case, "gwen", "triage")
        move(cast, case, "gwen", "send_to_unit", unit="northgate")

        with pytest.raises(MayNot):
            move(cast, case, "cai", "answer", told="From us directly.")

    def test_a_unit_of_another_force_is_unknown(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        move(cast, case, "gwen", "triage")

        with pytest.raises(Invalid, match="unit of this force"):
            move(cast, case, "gwen", "send_to_unit", unit="eastshire")


def test_the_day_of_a_move_is_londons_not_utcs(cast: Cast) -> None:
    late = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)  # half past midnight on 1 July in London

    taken = move(cast, a_case(cast, at=late), "amal", "take", at=late)

    assert taken.received_on == taken.handling_started_on == dt.date(2026, 7, 1)
