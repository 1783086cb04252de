"""Reviews of the outcome: who may apply and until when, who decides what, and what follows."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, transaction

from backend.audit.models import Event
from backend.common.errors import Invalid, Missing, Stale
from cases import standing
from cases.models import BodyNotice, Case, CaseLink, Complainant, Message, Notice, Review, Withdrawal
from cases.selectors import deadlines
from cases.services import corrections, links, reviews
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.reviews import CannotDecideReview, NoReview
from cases.services.transitions import CannotMove
from tests.cases.alleging import (
    a_directed_case_reported_on,
    a_recorded_case,
    an_otbi_case,
    by,
    decide,
    in_decision,
    name_subject,
    set_actions,
)
from tests.cases.bodies import (
    CLOSE,
    RECOMMENDS,
    TOLD,
    a_case_told,
    a_case_under_review,
    a_paper,
    answered,
    apply,
    conclude,
    enter,
    on_day,
    tell_outcome_of,
)
from tests.cast import AT, Cast, a_case_handled_outside, add_user, assess, move, sign_withdrawal


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


class TestTheRight:
    """Police Reform Act 2002, Schedule 3, paragraphs 6A, 25 and 30."""

    def test_the_outcome_of_a_recorded_complaint_is_reviewed_by_the_local_policing_body(self, cast: Cast) -> None:
        case = a_case_told(cast)

        review = apply(cast, case)

        assert (review.body, review.state, review.applied_on) == ("LPB", "APPLIED", AT.date())

    def test_what_might_be_a_crime_is_reviewed_by_the_iopc(self, cast: Cast) -> None:
        assert apply(cast, a_case_told(cast, conduct=True)).body == "IOPC"

    @pytest.mark.parametrize("kind", [CaseLink.Kind.SAME_INCIDENT, CaseLink.Kind.JOINED])
    def test_what_arises_from_the_incident_of_another_that_the_iopc_reviews_is_the_iopcs_too(
        self, cast: Cast, kind: CaseLink.Kind
    ) -> None:
        one, two, three, four, referred = (an_otbi_case(cast) for _ in range(5))
        for case in (one, three):
            links.add(**by(cast, "beth", case), other=referred.reference, kind=kind, reason="One evening.")
        links.add(**by(cast, "beth", referred), other=two.reference, kind=kind, reason="One evening.")
        links.add(**by(cast, "beth", four), other=referred.reference, kind=CaseLink.Kind.DUPLICATE, reason="Alike.")
        ended = CaseLink.objects.get(case=three).public_id
        links.end(**by(cast, "beth", three), public_id=ended, reason="Another evening.")
        move(cast, referred, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")

        told = [tell_outcome_of(cast, case).review_body for case in (one, two, three, four)]

        assert told == ["IOPC", "IOPC", "LPB", "LPB"]

    def test_what_is_handled_outside_schedule_3_has_none(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        with pytest.raises(NoReview, match="right to a review"):
            apply(cast, case, made_to="LPB")

    def test_what_the_iopc_directed_has_none(self, cast: Cast) -> None:
        case = a_directed_case_reported_on(cast)

        with pytest.raises(NoReview, match="right to a review"):
            apply(cast, case, made_to="IOPC")

    def test_before_the_outcome_there_is_nothing_to_review(self, cast: Cast) -> None:
        with pytest.raises(NoReview):
            apply(cast, a_recorded_case(cast), made_to="LPB")

    def test_is_of_those_who_complain_alone(self, cast: Cast) -> None:
        case = a_case_told(cast)
        other = Complainant.objects.create(case=case, position=2, relationship="INTERESTED", name="Ola Reed")

        for stranger in (uuid4(), other.public_id):
            with pytest.raises(Invalid) as refused:
                apply(cast, case, complainant=stranger)
            assert set(refused.value.errors) == {"complainant"}

    def test_is_not_of_those_who_have_withdrawn(self, cast: Cast) -> None:
        case = a_case_told(cast)
        Withdrawal.objects.create(
            case=case, complainant=case.complainants.get(), state="SIGNED", wished_on=AT.date(), signed_by="COMPLAINANT"
        )

        with pytest.raises(NoReview, match="withdrawn"):
            apply(cast, case)

    def test_one_application_at_a_time_is_entered(self, cast: Cast) -> None:
        case = a_case_told(cast)
        apply(cast, case)

        with pytest.raises(NoReview, match="entered already"):
            apply(cast, case)

    def test_the_same_outcome_is_not_reviewed_twice_for_one_person(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        conclude(cast, review, "NOT_UPHELD")
        case = move(cast, review.case, "beth", "close_review", **CLOSE)

        with pytest.raises(NoReview, match="reviewed at their application already"):
            apply(cast, case)

    def test_the_other_of_two_complainants_has_their_own(self, cast: Cast) -> None:
        two = [NewComplainant(name="Maya Field", email="maya@home.test"), NewComplainant(name="Ben Field")]
        review = a_case_under_review(cast, complainants=two)
        conclude(cast, review, "NOT_UPHELD")
        case = move(cast, review.case, "beth", "close_review", **CLOSE)

        again = apply(cast, case, complainant=case.complainants.get(position=2).public_id)

        assert again.state == "APPLIED"


class TestTheTime:
    """SI 2020/2, regulation 29: 28 days from the day after the information was provided."""

    @pytest.mark.parametrize("days", [0, 1, 28])
    def test_is_kept_until_the_28th_day(self, cast: Cast, days: int) -> None:
        assert apply(cast, a_case_told(cast), at=on_day(days)).applied_on == on_day(days).date()

    def test_is_over_on_the_29th(self, cast: Cast) -> None:
        case = a_case_told(cast)

        with pytest.raises(NoReview, match="last day to apply was 18 December 2026"):
            apply(cast, case, at=on_day(29))

    def test_the_body_may_accept_it_late_for_special_circumstances(self, cast: Cast) -> None:
        case = a_case_told(cast)

        review = apply(cast, case, at=on_day(40), accepted_late_reason="In hospital until then.")

        assert review.accepted_late_reason == "In hospital until then."
        assert BodyNotice.objects.get(decides="REVIEW_ACCEPTED_LATE").body == "LPB"

    def test_a_finalised_case_comes_under_review_when_it_is_accepted_late(self, cast: Cast) -> None:
        case = a_case_told(cast)
        add_user(cast, "mo", "APPROPRIATE_AUTHORITY", cast.standards)
        move(cast, case, "mo", "finalise", at=on_day(29))
        apply(cast, fresh(case), at=on_day(40), accepted_late_reason="In hospital until then.")

        opened = move(cast, case, "beth", "open_review", at=on_day(40))

        assert (opened.state, opened.closed_on) == ("UNDER_REVIEW", None)

    def test_in_time_nothing_is_accepted_late(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as refused:
            apply(cast, a_case_told(cast), accepted_late_reason="To be sure.")

        assert set(refused.value.errors) == {"accepted_late_reason"}

    def test_the_days_with_the_wrong_body_do_not_count(self, cast: Cast) -> None:
        case = a_case_told(cast)

        review = apply(
            cast, case, at=on_day(35), made_to="IOPC", applied_on=on_day(28).date(), forwarded_on=on_day(35).date()
        )

        assert (review.body, review.days_with_wrong_body) == ("LPB", 7)

    @pytest.mark.parametrize(
        "rank", ["Assistant Chief  Constable", "assistant chief\u00a0constable", "T/Chief Constable"]
    )
    def test_it_is_the_iopcs_for_a_senior_officer_however_the_rank_is_written(self, cast: Cast, rank: str) -> None:
        case = an_otbi_case(cast)
        name_subject(cast, case, "", label="Who signed it", rank=rank)

        assert standing.review_body_of(fresh(case)) == "IOPC"

    def test_the_right_body_is_that_by_all_that_is_known_when_somebody_applies(self, cast: Cast) -> None:
        """Sch 3 paras 30 to 32: the body that was told forwards it, and the days with it do not count."""
        ticked, senior, linked = [a_case_told(cast) for _ in range(3)]
        assess(cast, ticked, "beth", alleges_crime_or_discipline=True)
        name_subject(cast, senior, "", label="The ACC", rank="Assistant Chief Constable")
        referred = move(
            cast, an_otbi_case(cast), "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20"
        )
        links.add(
            **by(cast, "beth", linked),
            other=referred.reference,
            kind=CaseLink.Kind.SAME_INCIDENT,
            reason="One evening.",
        )

        for case in (ticked, senior, linked):
            assert case.review_body == "LPB"
            with pytest.raises(Invalid, match="Correct the field") as refused:
                apply(cast, case, at=on_day(2), applied_on=AT.date())
            assert "forwarded" in str(refused.value.errors["forwarded_on"])

            review = apply(cast, case, at=on_day(2), applied_on=AT.date(), forwarded_on=on_day(2).date())

            assert (review.body, review.days_with_wrong_body, fresh(case).review_body) == ("IOPC", 2, "IOPC")
            move(cast, case, "beth", "open_review", at=on_day(2))
            assert Notice.objects.get(case=case, kind="REVIEW_BUNDLE").to == "IOPC"

    def test_the_days_with_the_wrong_body_make_the_time_longer_for_whoever_applies_or_finalises(
        self, cast: Cast
    ) -> None:
        case = a_case_told(cast)
        add_user(cast, "mo", "APPROPRIATE_AUTHORITY", cast.standards)
        forwarded = {"applied_on": on_day(2).date(), "forwarded_on": on_day(12).date()}
        review = apply(cast, case, at=on_day(12), made_to="IOPC", **forwarded)
        conclude(cast, review, "INVALID", at=on_day(14))

        (window,) = [each for each in deadlines(fresh(case)) if each.rule == "review_window"]
        assert window.due_on == on_day(38).date()
        with pytest.raises(CannotMove, match="may still apply"):
            move(cast, case, "mo", "finalise", at=on_day(38))
        with pytest.raises(NoReview, match="last day"):
            apply(cast, case, at=on_day(39))
        assert apply(cast, case, at=on_day(38)).state == "APPLIED"

    def test_the_days_with_the_wrong_body_make_the_time_of_nobody_else_longer(self, cast: Cast) -> None:
        two = [NewComplainant(name="Maya Field", email="maya@home.test"), NewComplainant(name="Ben Field")]
        case = a_case_told(cast, complainants=two)
        review = apply(
            cast, case, at=on_day(12), made_to="IOPC", applied_on=on_day(2).date(), forwarded_on=on_day(12).date()
        )
        conclude(cast, review, "WITHDRAWN", at=on_day(14))

        one, other = fresh(case).complainants.order_by("position")
        assert standing.review_ends_on(fresh(case), of=one) == on_day(38).date()
        assert standing.review_ends_on(fresh(case), of=other) == on_day(28).date()
        assert standing.last_to_apply(fresh(case)) == one
        (window,) = [each for each in deadlines(fresh(case)) if each.rule == "review_window"]
        assert window.due_on == standing.review_ends_on(fresh(case)) == on_day(38).date()
        with pytest.raises(NoReview, match="last day"):
            apply(cast, case, at=on_day(29), complainant=other.public_id)

    def test_a_corrected_day_of_forwarding_makes_the_days_with_the_wrong_body_fewer(self, cast: Cast) -> None:
        case = a_case_told(cast)
        forwarded = {"applied_on": on_day(2).date(), "forwarded_on": on_day(10).date()}
        review = apply(cast, case, at=on_day(10), made_to="IOPC", **forwarded)
        assert review.days_with_wrong_body == 8

        corrections.correct(
            **by(cast, "beth", case, on_day(10)), what="review.forwarded_on", about=review.public_id,
            to=on_day(4).date(), reason="Misread.",
        )  # fmt: skip

        assert Review.objects.get().days_with_wrong_body == 2
        assert standing.review_ends_on(fresh(case)) == on_day(30).date()

    def test_too_late_with_the_wrong_body_is_too_late(self, cast: Cast) -> None:
        case = a_case_told(cast)

        with pytest.raises(NoReview, match="last day"):
            apply(
                cast, case, at=on_day(35), made_to="IOPC", applied_on=on_day(29).date(), forwarded_on=on_day(35).date()
            )

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"made_to": "IOPC"}, "forwarded_on"),  # the wrong body, and not forwarded
            ({"made_to": "LPB", "forwarded_on": on_day(2).date()}, "forwarded_on"),  # the right one at once
            ({"made_to": "IOPC", "forwarded_on": on_day(1).date()}, "forwarded_on"),  # before it was made
            ({"made_to": "IOPC", "forwarded_on": on_day(3).date()}, "forwarded_on"),  # a day to come
            ({"applied_on": on_day(-1).date()}, "applied_on"),  # before the outcome
            ({"applied_on": on_day(3).date()}, "applied_on"),
        ],
    )
    def test_days_that_cannot_be_are_refused(self, cast: Cast, given: dict[str, Any], field: str) -> None:
        case = a_case_told(cast)

        with pytest.raises(Invalid) as refused:
            apply(cast, case, at=on_day(2), **given)

        assert set(refused.value.errors) == {field}


class TestTheOtherComplainantsApplication:
    """9A A25: each has a right to a review. What is applied for during another's review waits for its end, and is not lost."""

    TWO = (NewComplainant(name="Maya Field", email="maya@home.test"), NewComplainant(name="Ben Field"))

    def second(self, cast: Cast, case: Case, at: dt.datetime = AT, position: int = 2, **more: Any) -> Review:
        theirs = case.complainants.get(position=position).public_id
        return apply(cast, fresh(case), at=at, complainant=theirs, **more)

    def to_open(self, case: Case) -> list[tuple[str, dt.date]]:
        return [(each.about, each.started_on) for each in deadlines(fresh(case)) if each.rule == "review_opening"]

    def test_is_entered_while_the_first_is_under_review_and_leaves_that_as_it_is(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])

        second = self.second(cast, first.case, at=on_day(20))

        assert (second.state, second.applied_on, second.waits) == ("APPLIED", on_day(20).date(), True)
        assert fresh(first.case).state == "UNDER_REVIEW"
        assert standing.last_review(fresh(first.case)) == first
        assert self.to_open(first.case) == []
        assert Notice.objects.filter(case=first.case, kind="REVIEW_BUNDLE").count() == 1

    def test_is_owed_to_its_body_from_the_end_of_the_first_and_is_then_reviewed(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])
        second = self.second(cast, first.case, at=on_day(20))
        conclude(cast, first, "NOT_UPHELD", at=on_day(30))

        closed = move(cast, first.case, "beth", "close_review", at=on_day(34), **CLOSE)

        second.refresh_from_db()
        assert (closed.state, second.waits) == ("FINALISED", False)
        assert self.to_open(closed) == [(str(second.public_id), on_day(34).date())]
        opened = move(cast, closed, "beth", "open_review", at=on_day(35))
        assert (opened.state, self.to_open(opened)) == ("UNDER_REVIEW", [])
        assert Notice.objects.filter(case=closed, kind="REVIEW_BUNDLE", settled_on=None).count() == 1
        conclude(cast, second, "NOT_UPHELD", at=on_day(40))
        assert move(cast, closed, "beth", "close_review", at=on_day(40), **CLOSE).state == "FINALISED"
        assert self.to_open(closed) == []

    def test_that_it_is_owed_is_said_beforehand_and_found_by_whom_it_falls_to_and_its_body(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])
        self.second(cast, first.case)
        conclude(cast, first, "NOT_UPHELD")
        url, client = f"/api/v1/cases/{first.case.reference}/", cast.client("beth")

        with time_machine.travel(AT, tick=False):
            moves = {each["move"]: each for each in client.get(f"{url}moves/").json()["moves"]}
        assert moves["close_review"]["causes"]["starts"] == ["review_opening"]
        move(cast, first.case, "beth", "close_review", **CLOSE)
        with time_machine.travel(AT, tick=False):
            owed = client.get("/api/v1/cases/owed/", {"days": 10}).json()["results"]
            to_bodies = client.get("/api/v1/cases/body-notices/owed/").json()["results"]
        assert "review_opening" in [each["duty"]["rule"] for each in owed]
        assert ("REVIEW_BUNDLE", "LPB") in [(each["kind"], each["body"]) for each in to_bodies]

    def test_is_not_examined_while_it_waits_and_may_end_without(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])
        second = self.second(cast, first.case)

        with pytest.raises(CannotDecideReview, match="Open the review first"):
            conclude(cast, second, "NOT_UPHELD")
        conclude(cast, second, "INVALID")

        assert Notice.objects.get(case=first.case, kind="REVIEW_BUNDLE").settled_on is None
        for name, details in (("close_review", CLOSE), ("reopen_after_review", {})):
            with pytest.raises(CannotMove):  # the first is not decided
                move(cast, first.case, "beth", name, **details)
        conclude(cast, first, "NOT_UPHELD")
        closed = move(cast, first.case, "beth", "close_review", **CLOSE)
        assert self.to_open(closed) == []

    def test_what_the_first_calls_for_is_asked_of_the_first(self, cast: Cast) -> None:
        first = conclude(
            cast, a_case_under_review(cast, complainants=[*self.TWO]), "RECOMMENDS", recommendation=RECOMMENDS
        )
        second = self.second(cast, first.case)
        answered(cast, first, "ACCEPTED")

        case = move(cast, first.case, "beth", "reopen_after_review")

        second.refresh_from_db()
        assert case.state == "REOPENED"
        assert (second.state, second.superseded_by) == ("SUPERSEDED", "reopen_after_review")
        assert standing.last_review(fresh(case)) == first

    def test_waits_for_one_that_is_not_opened_yet_too(self, cast: Cast) -> None:
        case = a_case_told(cast, complainants=[*self.TWO])
        first = apply(cast, case)
        second = self.second(cast, case, at=on_day(3))
        assert self.to_open(case) == [(str(first.public_id), AT.date())]

        conclude(cast, first, "INVALID", at=on_day(5))

        assert self.to_open(case) == [(str(second.public_id), on_day(5).date())]
        move(cast, case, "beth", "open_review", at=on_day(6))
        assert conclude(cast, second, "NOT_UPHELD", at=on_day(7)).state == "NOT_UPHELD"

    def test_is_one_for_each(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])
        self.second(cast, first.case)

        with pytest.raises(NoReview, match="entered already"):
            self.second(cast, first.case)
        with pytest.raises(NoReview, match="entered already"):
            apply(cast, fresh(first.case))
        conclude(cast, first, "NOT_UPHELD")
        with pytest.raises(NoReview, match="reviewed at their application already"):
            apply(cast, fresh(first.case))

    def test_those_that_wait_are_taken_up_one_after_the_other(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO, NewComplainant(name="Noor Field")])
        second = self.second(cast, first.case)
        third = self.second(cast, first.case, position=3)
        case = first.case

        for review, following in ((first, second), (second, third)):
            conclude(cast, review, "NOT_UPHELD")
            move(cast, case, "beth", "close_review", **CLOSE)
            assert self.to_open(case) == [(str(following.public_id), AT.date())]
            move(cast, case, "beth", "open_review")
        assert standing.last_review(fresh(case)) == third

    def test_goes_to_the_body_that_is_right_when_it_is_made(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])
        assess(cast, first.case, "beth", alleges_crime_or_discipline=True)

        second = self.second(cast, first.case, made_to="IOPC")

        assert (second.body, fresh(first.case).review_body) == ("IOPC", "LPB")
        conclude(cast, first, "NOT_UPHELD")
        assert move(cast, first.case, "beth", "close_review", **CLOSE).review_body == "IOPC"
        move(cast, first.case, "beth", "open_review")
        assert Notice.objects.get(case=first.case, kind="REVIEW_BUNDLE", settled_on=None).to == "IOPC"

    def test_ends_with_their_withdrawal_once_the_body_knows(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])
        second = self.second(cast, first.case)
        Withdrawal.objects.create(
            case=first.case,
            complainant=second.complainant,
            state="SIGNED",
            wished_on=AT.date(),
            signed_by="COMPLAINANT",
        )

        enter(cast, first.case, "KNOWS_OF_WITHDRAWAL", body="LPB")

        assert [each.state for each in Review.objects.order_by("pk")] == ["APPLIED", "WITHDRAWN"]
        assert Notice.objects.get(case=first.case, kind="REVIEW_BUNDLE").settled_on is None

    def test_the_case_waits_for_the_force_once_the_first_is_decided(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])
        self.second(cast, first.case)

        def waits_for_others() -> bool:
            found = cast.client("beth").get("/api/v1/cases/", {"queue": "awaiting_others"}).json()["results"]
            return first.case.reference in [each["reference"] for each in found]

        assert waits_for_others()
        conclude(cast, first, "NOT_UPHELD")
        assert not waits_for_others()

    def test_nothing_that_waits_is_examined_in_the_database_either(self, cast: Cast) -> None:
        first = a_case_under_review(cast, complainants=[*self.TWO])
        second = self.second(cast, first.case)

        for fields in ({"state": "NOT_UPHELD"}, {"waits": False}):  # examined; or a second one that is open
            with pytest.raises(IntegrityError), transaction.atomic():
                Review.objects.filter(pk=second.pk).update(**fields)


class TestAnApplicationThatIsNotOpened:
    """9A A22, and row 21 of 7.1: the body waits for the authority, whatever became of the case."""

    def to_open(self, case: Case) -> list[tuple[str, str, dt.date, dt.date]]:
        found = [each for each in deadlines(fresh(case)) if each.rule == "review_opening"]
        return [(each.owed_by, each.owed_to, each.started_on, each.due_on) for each in found]

    def test_is_owed_to_its_body_and_the_end_of_the_case_waits(self, cast: Cast) -> None:
        case = a_case_told(cast)
        assert {"review_window", "finalisation"} <= {each.rule for each in deadlines(fresh(case))}

        review = apply(cast, case, at=on_day(3))

        assert self.to_open(case) == [("FORCE", "LPB", on_day(3).date(), dt.date(2026, 11, 30))]
        assert not {"review_window", "finalisation"} & {each.rule for each in deadlines(fresh(case))}
        conclude(cast, review, "INVALID", at=on_day(4))
        assert self.to_open(case) == []
        assert {"review_window", "finalisation"} <= {each.rule for each in deadlines(fresh(case))}

    def test_is_owed_once_the_case_was_finalised_too_until_it_is_opened(self, cast: Cast) -> None:
        case = a_case_told(cast)
        add_user(cast, "mo", "APPROPRIATE_AUTHORITY", cast.standards)
        move(cast, case, "mo", "finalise", at=on_day(29))
        apply(cast, fresh(case), at=on_day(31), accepted_late_reason="In hospital until then.")

        assert self.to_open(case) == [("FORCE", "LPB", on_day(31).date(), dt.date(2026, 12, 30))]
        assert fresh(case).target_due_on is not None
        with time_machine.travel(on_day(31), tick=False):
            found = cast.client("beth").get("/api/v1/cases/owed/", {"days": 10}).json()["results"]
        assert "review_opening" in [each["duty"]["rule"] for each in found]
        move(cast, case, "beth", "open_review", at=on_day(32))
        assert self.to_open(case) == []

    def test_is_owed_from_the_day_on_which_it_was_forwarded(self, cast: Cast) -> None:
        case = a_case_told(cast)
        forwarded = {"applied_on": on_day(2).date(), "forwarded_on": on_day(12).date()}

        apply(cast, case, at=on_day(12), made_to="IOPC", **forwarded)

        assert self.to_open(case) == [("FORCE", "LPB", on_day(12).date(), dt.date(2026, 12, 9))]


class TestWhatTheBodyDecides:
    def test_an_application_is_opened_by_its_own_move_which_owes_the_bundle(self, cast: Cast) -> None:
        review = a_case_under_review(cast)

        assert fresh(review.case).state == "UNDER_REVIEW"
        assert Notice.objects.get(case=review.case, kind="REVIEW_BUNDLE").to == "LPB"

    def test_nothing_is_opened_without_an_application(self, cast: Cast) -> None:
        with pytest.raises(CannotMove, match="application for a review"):
            move(cast, a_case_told(cast), "beth", "open_review")

    def test_nothing_is_finalised_over_an_application(self, cast: Cast) -> None:
        case = a_case_told(cast)
        apply(cast, case)

        with pytest.raises(CannotMove, match="review was applied for"):
            move(cast, case, "beth", "finalise", at=on_day(30))

    def test_not_upheld_closes_it(self, cast: Cast) -> None:
        review = a_case_under_review(cast)

        conclude(cast, review, "NOT_UPHELD", at=on_day(20))
        closed = move(cast, review.case, "beth", "close_review", at=on_day(20), **CLOSE)

        assert (closed.state, closed.closed_on) == ("FINALISED", on_day(20).date())
        assert Review.objects.get().decision.decides == "REVIEW_NOT_UPHELD"

    @pytest.mark.parametrize("decides", ["INVALID", "WITHDRAWN"])
    def test_what_is_not_examined_closes_it_too(self, cast: Cast, decides: str) -> None:
        review = a_case_under_review(cast)

        conclude(cast, review, decides)

        assert move(cast, review.case, "beth", "close_review", **CLOSE).state == "FINALISED"

    @pytest.mark.parametrize("decides", ["INVALID", "WITHDRAWN", "NOT_UPHELD"])
    def test_the_bundle_is_not_owed_any_more_once_it_has(self, cast: Cast, decides: str) -> None:
        review = a_case_under_review(cast)

        conclude(cast, review, decides)

        bundle = Notice.objects.get(case=review.case, kind="REVIEW_BUNDLE")
        assert (bundle.settled_as, bundle.settled_on) == ("NOT_OWED", AT.date())

    @pytest.mark.parametrize("decides", ["INVALID", "WITHDRAWN"])
    def test_an_application_may_end_before_it_is_opened_and_leaves_the_case_as_it_is(
        self, cast: Cast, decides: str
    ) -> None:
        case = a_case_told(cast)

        review = conclude(cast, apply(cast, case), decides)

        assert review.state == decides
        assert fresh(case).state == "OUTCOME_SENT"
        assert apply(cast, case).state == "APPLIED"

    def test_nothing_is_examined_before_it_is_opened(self, cast: Cast) -> None:
        review = apply(cast, a_case_told(cast))

        with pytest.raises(CannotDecideReview, match="Open the review first"):
            conclude(cast, review, "NOT_UPHELD")

    def test_it_ends_once(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        conclude(cast, review, "NOT_UPHELD")

        with pytest.raises(CannotDecideReview, match="entered already"):
            conclude(cast, review, "INVALID")

    def test_nothing_is_closed_before_the_body_has_decided(self, cast: Cast) -> None:
        review = a_case_under_review(cast)

        for name, details in (("close_review", CLOSE), ("reopen_after_review", {})):
            with pytest.raises(CannotMove, match="review"):
                move(cast, review.case, "beth", name, **details)

    @pytest.mark.parametrize(
        ("conduct", "decides"),
        [(False, "DETERMINES_INVESTIGATION"), (False, "SUBSTITUTES_FINDINGS"), (True, "RECOMMENDS")],
    )
    def test_no_body_decides_what_is_the_others(self, cast: Cast, conduct: bool, decides: str) -> None:
        review = a_case_under_review(cast, conduct=conduct)

        with pytest.raises(Invalid) as refused:
            conclude(cast, review, decides, recommendation=RECOMMENDS if decides == "RECOMMENDS" else "")

        assert set(refused.value.errors) == {"decides"}

    def test_the_document_is_a_file_of_the_case(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        fields = {"decides": "NOT_UPHELD", "dated_on": AT.date(), "recommendation": "", "document": uuid4()}

        with pytest.raises(Invalid) as refused:
            reviews.decide(**by(cast, "beth", review.case), public_id=review.public_id, **fields)

        assert set(refused.value.errors) == {"document"}

    def test_it_is_dated_between_the_application_and_today(self, cast: Cast) -> None:
        review = a_case_under_review(cast, at=on_day(5))

        for day in (on_day(4).date(), on_day(7).date()):
            fields = {"decides": "NOT_UPHELD", "dated_on": day, "recommendation": "", "document": a_paper(review.case)}
            with pytest.raises(Invalid) as refused:
                reviews.decide(**by(cast, "beth", review.case, on_day(6)), public_id=review.public_id, **fields)
            assert set(refused.value.errors) == {"dated_on"}

    def test_what_a_body_said_is_never_changed(self, cast: Cast) -> None:
        conclude(cast, a_case_under_review(cast), "NOT_UPHELD")

        with pytest.raises(ProgrammingError), transaction.atomic():
            BodyNotice.objects.update(dated_on=on_day(1).date())


class TestTheReviewOfAnOutcomeThatStandsNoMore:
    """What goes elsewhere has no outcome to review: the application ends with it, and the next outcome has its own."""

    WAYS = ("refer", "call_in")

    def take(self, cast: Cast, case: Case, way: str, **more: Any) -> Case:
        details = {"document": str(a_paper(case)), "dated_on": "2026-11-20"}
        if way == "refer":
            details = {"basis": "VOLUNTARY", "ground": "GRAVITY", "clear_on": "2026-11-20"}
        return move(cast, case, "beth", way, **details, **more)

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("stands", ["APPLIED", "OPENED", "AWAITING_RESPONSE"])
    def test_ends_with_it_on_a_day_and_by_a_move(self, cast: Cast, way: str, stands: str) -> None:
        review = apply(cast, a_case_told(cast)) if stands == "APPLIED" else a_case_under_review(cast)
        if stands == "AWAITING_RESPONSE":
            conclude(cast, review, "RECOMMENDS", recommendation=RECOMMENDS)

        case = self.take(cast, review.case, way)

        review.refresh_from_db()
        assert (review.state, review.superseded_on, review.superseded_by) == ("SUPERSEDED", AT.date(), way)
        assert "recommendation_answer" not in [each.rule for each in deadlines(case)]
        owed = cast.client("beth").get("/api/v1/cases/body-notices/owed/").json()["results"]
        assert "REVIEW_BUNDLE" not in [each["kind"] for each in owed]

    def test_of_a_finalised_case_ends_too_and_one_that_was_examined_stays_as_it_ended(self, cast: Cast) -> None:
        two = [NewComplainant(name="Maya Field"), NewComplainant(name="Ben Field")]
        first = conclude(cast, a_case_under_review(cast, complainants=two), "NOT_UPHELD")
        case = move(cast, first.case, "beth", "close_review", **CLOSE)
        second = apply(cast, case, complainant=case.complainants.get(position=2).public_id)

        self.take(cast, case, "call_in")

        assert [each.state for each in Review.objects.order_by("pk")] == ["NOT_UPHELD", "SUPERSEDED"]
        with pytest.raises(CannotDecideReview):
            conclude(cast, second, "INVALID")

    def test_leaves_the_next_outcome_its_own(self, cast: Cast) -> None:
        old = apply(cast, a_case_told(cast))
        case = self.take(cast, old.case, "refer")
        move(cast, case, "beth", "refer_back", document=str(a_paper(case)), dated_on="2026-11-20")
        move(cast, case, "beth", "handle_otherwise", reason="It can be put right at once.")
        in_decision(cast, case, "beth")
        set_actions(cast, decide(cast, case.allegations.get(), "NOT_ACCEPTABLE", "beth"), name="beth")
        case = move(cast, case, "lev", "send_outcome", **TOLD)

        with pytest.raises(CannotMove, match="application for a review"):
            move(cast, case, "beth", "open_review")
        add_user(cast, "mo", "APPROPRIATE_AUTHORITY", cast.standards)
        case = move(cast, case, "mo", "finalise", at=on_day(29))
        new = apply(cast, case, at=on_day(30), accepted_late_reason="In hospital until then.")

        assert (old.body, new.body, new.state) == ("LPB", "IOPC", "APPLIED")

    def test_ends_with_a_withdrawal_by_all_too(self, cast: Cast) -> None:
        review = apply(cast, a_case_told(cast))
        sign_withdrawal(cast, review.case)

        move(cast, review.case, "beth", "withdraw", public_interest="ENDS")

        review.refresh_from_db()
        assert (review.state, review.superseded_by) == ("SUPERSEDED", "withdraw")

    def test_is_not_answered_any_more(self, cast: Cast) -> None:
        review = conclude(cast, a_case_under_review(cast), "RECOMMENDS", recommendation=RECOMMENDS)
        self.take(cast, review.case, "call_in")

        with pytest.raises(CannotDecideReview):
            answered(cast, review, "ACCEPTED")

    def test_says_when_and_by_what_in_the_database_too(self, cast: Cast) -> None:
        apply(cast, a_case_told(cast))

        for fields in ({"state": "SUPERSEDED"}, {"superseded_by": "refer"}, {"superseded_on": AT.date()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Review.objects.update(**fields)


def test_what_is_said_of_a_review_is_by_and_to_its_own_body(cast: Cast) -> None:
    review = a_case_under_review(cast)
    Case.objects.filter(pk=review.case.pk).update(review_body="IOPC")

    answered(cast, conclude(cast, review, "RECOMMENDS", recommendation=RECOMMENDS), "REFUSED")
    sign_withdrawal(cast, review.case)

    assert BodyNotice.objects.get(decides="REVIEW_RECOMMENDS").body == "LPB"
    assert Notice.objects.get(kind="RECOMMENDATION_ANSWER").to == "LPB"
    assert Notice.objects.get(kind="WITHDRAWAL").to == "LPB"


def test_only_the_authority_enters_what_bodies_do(cast: Cast) -> None:
    review = a_case_under_review(cast)
    case = review.case

    with pytest.raises(MayNot):
        conclude(cast, review, "NOT_UPHELD", "amal")
    with pytest.raises(Missing):
        conclude(cast, review, "NOT_UPHELD", "cai")
    with pytest.raises(MayNot):
        apply(cast, case, "amal")
    with pytest.raises(Stale):
        reviews.answer(
            **{**by(cast, "beth", case), "version": 1}, public_id=review.public_id, says="ACCEPTED", reasons="-"
        )


def test_each_step_leaves_one_version_and_one_event_without_words(cast: Cast) -> None:
    review = a_case_under_review(cast)
    before = fresh(review.case).version

    conclude(cast, review, "RECOMMENDS", recommendation="CANARY apologise")
    answered(cast, review, "REFUSED")

    assert fresh(review.case).version == before + 2
    events = Event.objects.filter(subject=review.case.reference).order_by("sequence")
    assert [event.verb for event in events][-2:] == ["REVIEW_DECIDED", "RECOMMENDATION_ANSWERED"]
    assert all("CANARY" not in str(event.detail.details) for event in events)


def test_the_bundle_is_what_the_body_needs_and_no_note(cast: Cast) -> None:
    review = a_case_under_review(cast)

    bundle = reviews.bundle_of(review.case)

    assert [allegation.finding for allegation in bundle.allegations] == ["ACCEPTABLE"]
    outcomes = [message.text for message in bundle.messages if message.about == Message.About.OUTCOME]
    assert [TOLD["told"] in text for text in outcomes] == [True]
    assert [notice.decides for notice in bundle.body_notices] == ["REVIEW_APPLIED"]
    assert len(bundle.files) == 1


def test_a_review_from_application_to_refusal_through_the_api(cast: Cast) -> None:
    case = a_case_told(cast)
    client, url = cast.client("beth"), f"/api/v1/cases/{case.reference}/"

    def call(method: str, route: str, body: dict[str, Any]) -> Any:
        etag = client.get(url)["ETag"]
        answer = getattr(client, method)(url + route, body, format="json", headers={"If-Match": etag})
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    complainant = str(case.complainants.get().public_id)
    applied = call(
        "post",
        "reviews/",
        {"complainant": complainant, "made_to": "LPB", "applied_on": "2026-11-20", "document": str(a_paper(case))},
    )
    call("post", "moves/", {"move": "open_review"})
    decision = {
        "decides": "RECOMMENDS",
        "dated_on": "2026-11-20",
        "document": str(a_paper(case)),
        "recommendation": RECOMMENDS,
    }
    call("put", f"reviews/{applied['public_id']}/decision/", decision)
    answer = call("put", f"reviews/{applied['public_id']}/answer/", {"says": "REFUSED", "reasons": "It was done."})
    call("post", "moves/", {"move": "close_review", "details": CLOSE})

    assert answer["state"] == "REFUSED"
    assert [each["state"] for each in client.get(url + "reviews/").json()] == ["REFUSED"]
    assert client.get(url).json()["state"] == "FINALISED"
