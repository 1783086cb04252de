"""What is done because of an allegation, and what the organisation learns: by whom, by when, and how it is known."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.audit import services as audit
from backend.common.errors import Invalid, Missing
from backend.notifications.models import Outgoing
from cases.models import (
    Allegation,
    AllegationAction,
    Case,
    CaseAccess,
    Involvement,
    Learning,
)
from cases.services import access, decisions, involvement
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

CASES = "/api/v1/cases/"
DONE = {"done_on": "2026-11-20", "evidence": "Held on Friday."}


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


class TestWhoIsNamed:
    """An owner knows what is theirs, and may say that it is done, without the case: here Cai of a unit, of a case of Standards."""

    def owned(self, cast: Cast, owner: str = "1003", text: str = "Train the desk.") -> Case:
        """A decided case with an apology and something to be learnt, both Cai's."""
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        learns = {"text": text, "owner": owner, "due_on": dt.date(2027, 1, 31)}
        decisions.add_learning(**by(cast, "beth", case), allegation=allegation.public_id, **learns)
        in_decision(cast, case)
        decide(cast, allegation, "NOT_ACCEPTABLE")
        set_actions(cast, allegation, NewAction("APOLOGY", owner=owner), NewAction("DEBRIEF"))
        return case

    def listed(self, cast: Cast, name: str = "cai", query: str = "") -> list[str]:
        client = cast.client(name)
        pages = [client.get(f"{CASES}{each}/{query}").json()["results"] for each in ("actions", "learning")]
        return [row["public_id"] for page in pages for row in page]

    def test_finds_it_by_what_by_when_and_reference_and_nothing_else_of_the_case(self, cast: Cast) -> None:
        case = self.owned(cast)
        client = cast.client("cai")

        (action,) = client.get(f"{CASES}actions/").json()["results"]
        (learning,) = client.get(f"{CASES}learning/").json()["results"]

        common = {
            "reference": case.reference,
            "owner": "Cai",
            "set_on": "2026-11-20",
            "done_on": None,
            "evidence": "",
        }
        assert action == {
            **common, "public_id": action["public_id"], "kind": "APOLOGY", "title": "Apology", "due_on": None,
        }  # fmt: skip
        assert learning == {
            **common, "public_id": learning["public_id"], "text": "Train the desk.", "due_on": "2027-01-31",
        }  # fmt: skip
        assert client.get(f"{CASES}{case.reference}/").status_code == 404
        for other in ("ed", "beth", "nobody"):
            assert self.listed(cast, other) == []

    def test_reads_no_name_of_who_complained(self, cast: Cast) -> None:
        self.owned(cast, text="Maya Field (maya@home.test) was kept waiting.")
        client = cast.client("cai")

        (learning,) = client.get(f"{CASES}learning/").json()["results"]
        owed = client.get(f"{CASES}owed/", {"days": 90}).json()["results"]
        said = client.put(f"{CASES}learning/{learning['public_id']}/done/", DONE, format="json").json()["text"]

        hidden = "[name not shown] ([name not shown]) was kept waiting."
        assert learning["text"] == said == hidden
        assert [row["duty"]["duty"] for row in owed if row["duty"]["rule"] == "learning"] == [
            f"Learn from it: {hidden}"
        ]

    def test_says_that_it_is_done_once_and_how_that_is_known(self, cast: Cast) -> None:
        case = self.owned(cast)
        client = cast.client("cai")
        version = Case.objects.get(pk=case.pk).version

        for route, public_id in zip(("actions", "learning"), self.listed(cast), strict=True):
            url = f"{CASES}{route}/{public_id}/done/"
            assert client.put(url, {**DONE, "done_on": "2026-11-19"}, format="json").status_code == 400
            answer = client.put(url, DONE, format="json")
            assert (answer.status_code, answer.json()["done_on"]) == (200, "2026-11-20")
            assert client.put(url, DONE, format="json").status_code == 409

        for row in (AllegationAction.objects.get(kind__code="APOLOGY"), Learning.objects.get()):
            assert (row.done_by, row.evidence) == (cast.users["cai"].person, "Held on Friday.")
        assert Case.objects.get(pk=case.pk).version == version + 2
        verbs = [event.verb for event, _ in audit.timeline(subject_kind="case", subject=case.reference)]
        assert verbs[-2:] == ["ACTION_DONE", "LEARNING_DONE"]
        assert (len(self.listed(cast)), len(self.listed(cast, query="?done=true"))) == (0, 2)

    def test_nobody_else_says_so_by_that_door(self, cast: Cast) -> None:
        self.owned(cast)

        for route, public_id in zip(("actions", "learning"), self.listed(cast), strict=True):
            for other in ("ed", "beth", "nobody"):
                url = f"{CASES}{route}/{public_id}/done/"
                assert cast.client(other).put(url, DONE, format="json").status_code == 404

    def test_is_told_that_there_is_something_and_not_what(self, cast: Cast) -> None:
        case = self.owned(cast)

        told = Outgoing.objects.filter(addressee=str(cast.users["cai"].public_id))

        assert [(each.about, each.subject) for each in told] == [(case.reference, "Something is waited for")] * 2
        for each in told:
            assert not any(word in each.body for word in (case.reference, "Apology", "desk", "complain"))

    def test_is_not_told_what_they_named_themselves_for_nor_any_more_what_was_replaced(self, cast: Cast) -> None:
        case = self.owned(cast)
        replaced = AllegationAction.objects.get(kind__code="APOLOGY")

        set_actions(cast, Allegation.objects.get(case=case), NewAction("EXPLANATION", owner="lev@westshire.test"))

        (mail,) = Outgoing.objects.filter(cause__startswith=f"owner:{replaced.public_id}")
        assert mail.state == "CALLED_OFF"
        assert not Outgoing.objects.filter(
            addressee=str(cast.users["lev"].public_id), cause__startswith="owner"
        ).exists()

    def test_who_becomes_part_of_the_case_knows_no_more_of_it(self, cast: Cast) -> None:
        case = self.owned(cast)
        theirs = self.listed(cast)

        involvement.name_person(**by(cast, "beth", case), who="1003", part=Involvement.Part.WITNESS)

        assert self.listed(cast) == []
        for route, public_id in zip(("actions", "learning"), theirs, strict=True):
            url = f"{CASES}{route}/{public_id}/done/"
            assert cast.client("cai").put(url, DONE, format="json").status_code == 404
        mails = Outgoing.objects.filter(addressee=str(cast.users["cai"].public_id))
        assert {each.state for each in mails} == {"CALLED_OFF"}

    def test_of_a_restricted_case_nobody_is_named_or_knows_without_leave(self, cast: Cast) -> None:
        case = self.owned(cast)
        access.restrict(**by(cast, "lev", case), reason="A colleague's wife.")

        assert self.listed(cast) == []
        allegation = Allegation.objects.get(case=case)
        with pytest.raises(Invalid) as refused:
            set_actions(cast, allegation, NewAction("EXPLANATION", owner="1003"))
        assert refused.value.errors == {"owner": ["The case is restricted, and they have no leave to know of it."]}

        leave = {"given_by": cast.users["lev"], "given_at": AT, "reason": "Theirs to do."}
        CaseAccess.objects.create(case=case, person=cast.users["cai"].person, **leave)
        set_actions(cast, allegation, NewAction("EXPLANATION", owner="1003"))
        assert len(self.listed(cast)) == 2
