"""What is done because of an allegation, and what the organisation learns: by whom, by when, and how it is known."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.common.errors import Invalid, Missing
from cases.models import (
    Allegation,
    AllegationAction,
    Case,
    Learning,
)
from cases.services import decisions
from cases.services.decisions import CannotDecide, DoneAlready, NewAction
from tests.cases.alleging import (
    alleged,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    name_subject,
    set_actions,
)
from tests.cast import AT, Cast, a_case


class TestActionsAndLearning:
    def decided(self, cast: Cast) -> Allegation:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)
        return decide(cast, allegation, "NOT_ACCEPTABLE")

    def test_they_are_set_with_an_owner_and_a_day(self, cast: Cast) -> None:
        allegation = self.decided(cast)

        set_actions(
            cast, allegation, NewAction("APOLOGY", owner="1001", due_on=dt.date(2026, 12, 1)), NewAction("other")
        )

        kept = [(each.kind.code, each.owner, each.due_on) for each in AllegationAction.objects.order_by("id")]
        assert kept == [("APOLOGY", cast.users["amal"].person, dt.date(2026, 12, 1)), ("OTHER", None, None)]
        allegation.refresh_from_db()
        assert (allegation.action, allegation.actions_set_on) == ("Apology; Other", AT.date())

    def test_to_do_nothing_is_said_too(self, cast: Cast) -> None:
        allegation = set_actions(cast, self.decided(cast))

        assert (allegation.action, allegation.actions_set_on) == ("None", AT.date())

    def test_they_follow_the_decision(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)

        with pytest.raises(CannotDecide, match="Decide it first"):
            set_actions(cast, allegation)

    def test_setting_them_again_replaces_what_is_not_done(self, cast: Cast) -> None:
        allegation = self.decided(cast)
        set_actions(cast, allegation, NewAction("APOLOGY"), NewAction("DEBRIEF"))
        apology = AllegationAction.objects.get(kind__code="APOLOGY")
        decisions.finish_action(
            **by(cast, "beth", allegation.case), action=apology.public_id, done_on=AT.date(), evidence="Letter sent."
        )

        set_actions(cast, allegation, NewAction("EXPLANATION"))

        kinds = AllegationAction.objects.order_by("id").values_list("kind__code", flat=True)
        assert list(kinds) == ["APOLOGY", "EXPLANATION"]

    @pytest.mark.parametrize(
        ("action", "field"),
        [
            (NewAction("FLOGGING"), "actions"),
            (NewAction("APOLOGY", owner="0000"), "owner"),
            (NewAction("APOLOGY", owner="1005"), "owner"),
            (NewAction("APOLOGY", due_on=dt.date(2026, 11, 19)), "due_on"),
        ],
    )
    def test_what_cannot_be_is_refused(self, cast: Cast, action: NewAction, field: str) -> None:
        allegation = self.decided(cast)
        name_subject(cast, allegation.case, "1005")

        with pytest.raises(Invalid) as refused:
            set_actions(cast, allegation, action)
        assert list(refused.value.errors) == [field]

    def test_an_action_is_done_once_with_its_evidence_by_those_who_handle_or_own_it(self, cast: Cast) -> None:
        allegation = set_actions(cast, self.decided(cast), NewAction("APOLOGY"))
        action, case = AllegationAction.objects.get(), allegation.case
        done = {"action": action.public_id, "evidence": "Letter sent."}

        for wrong in (AT.date() - dt.timedelta(days=1), AT.date() + dt.timedelta(days=1)):
            with pytest.raises(Invalid):
                decisions.finish_action(**by(cast, "amal", case), **done, done_on=wrong)
        decisions.finish_action(**by(cast, "amal", case), **done, done_on=AT.date())

        action.refresh_from_db()
        assert (action.done_on, action.done_by, action.evidence) == (
            AT.date(),
            cast.users["amal"].person,
            "Letter sent.",
        )
        with pytest.raises(DoneAlready):
            decisions.finish_action(**by(cast, "amal", case), **done, done_on=AT.date())

    def test_an_action_of_another_case_is_missing(self, cast: Cast) -> None:
        set_actions(cast, self.decided(cast), NewAction("APOLOGY"))

        with pytest.raises(Missing):
            decisions.finish_action(
                **by(cast, "amal", a_case(cast)),
                action=AllegationAction.objects.get().public_id,
                done_on=AT.date(),
                evidence="Sent.",
            )

    def test_what_is_learnt_has_an_owner_and_a_day_and_outlives_the_case(self, cast: Cast) -> None:
        allegation = self.decided(cast)
        case = allegation.case
        learning, _ = decisions.add_learning(
            **by(cast, "beth", case), allegation=allegation.public_id, text="Train the desk.", owner="1001",
            due_on=dt.date(2027, 1, 31),
        )  # fmt: skip
        set_actions(cast, allegation)
        Case.objects.filter(pk=case.pk).update(closed_on=AT.date())

        decisions.finish_learning(
            **by(cast, "amal", case), learning=learning.public_id, done_on=AT.date(), evidence="Trained on 20 November."
        )

        kept = Learning.objects.get()
        assert (kept.owner, kept.due_on, kept.done_on) == (
            cast.users["amal"].person,
            dt.date(2027, 1, 31),
            AT.date(),
        )
