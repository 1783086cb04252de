"""A restricted case: nobody knows of it but by leave, given by name and for a reason, its own handler included."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from backend.accounts.models import Person
from backend.accounts.services import people
from backend.audit.models import Event
from backend.common.errors import Invalid, Missing
from backend.notifications.models import Outgoing
from cases.models import Case, CaseAccess, Determination, Involvement, Kind, MatterType
from cases.services import access, alerts, assignment, bulk, determinations, involvement, matters, messages, subjects
from cases.services.access import CannotRestrict
from cases.services.assignment import CannotAssign
from cases.services.bulk import Wanted
from cases.services.locking import MayNot
from tests.architecture.test_access import EVERYBODY, call, routes
from tests.cases.alleging import a_recorded_case, by, name_subject
from tests.cases.bodies import a_case_under_review
from tests.cast import AT, FOUNDER, Cast, a_case, assess, move

WHY = "A covert inquiry is under way."
CASES = "/api/v1/cases/"


def restrict(cast: Cast, case: Case, name: str = "beth") -> Case:
    return access.restrict(**by(cast, name, case), reason=WHY)


def lift(cast: Cast, case: Case, name: str) -> Case:
    return access.lift(**by(cast, name, case), reason="The inquiry is over.")


def give(cast: Cast, case: Case, who: str, name: str = "beth") -> CaseAccess:
    return access.give(**by(cast, name, case), who=f"{who}@westshire.test", reason="To handle it.")[0]


def end(cast: Cast, case: Case, who: str, name: str = "beth") -> Case:
    return access.end(**by(cast, name, case), who=f"{who}@westshire.test", reason="Moved to another team.")


def who_sees(cast: Cast, case: Case) -> set[str]:
    return {name for name in cast.users if Case.objects.visible_to(cast.actor(name)).filter(pk=case.pk).exists()}


class TestRestricting:
    def test_leaves_it_to_who_does_it_and_not_even_to_its_handler(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        assert case.handler == cast.users["amal"]

        restrict(cast, case)

        assert who_sees(cast, case) == {"beth"}

    def test_calls_off_what_waits_to_be_mailed_to_others_of_the_force(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        messages.receive(case_id=case.pk, text="I am afraid.", wish="", files=[], at=AT)  # Amal is told
        about_it = Outgoing.objects.filter(about=case.reference)
        waits = set(about_it.exclude(addressee=str(cast.users["amal"].public_id)).values_list("pk", flat=True))

        restrict(cast, case)

        assert {each.pk for each in about_it if each.state == "PENDING"} == waits, "Maya's are not called off"
        assert about_it.get(addressee=str(cast.users["amal"].public_id)).state == "CALLED_OFF"

    @pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.COMMENT])
    def test_hides_it_at_every_address_as_if_it_were_not_there(self, cast: Cast, kind: Kind) -> None:
        case = restrict(cast, a_case(cast, kind=kind))

        for name in set(EVERYBODY) - {"beth"}:
            client = cast.client(name)
            absent = client.get(f"{CASES}ZZZZZZZZ/")
            for address, methods in routes().values():
                if "get" in methods:
                    answer = call(client, "get", address, case, None)
                    assert (answer.status_code, answer.content) == (404, absent.content), (name, address)

    def test_hides_it_in_lists_counts_and_searches(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        restrict(cast, case)

        for name, expected in (("beth", {case.reference, other.reference}), ("amal", {other.reference})):
            client = cast.client(name)
            for query in ({}, {"search": "rude"}, {"handler": "anybody"}, {"open": "false"}, {"history": "include"}):
                found = client.get(CASES, query).json()["results"]
                assert {each["reference"] for each in found} == expected, (name, query)
            assert client.get(f"{CASES}counts/").json()["total"]["count"] == len(expected)

    def test_hides_it_in_the_tray_of_bodies(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        restrict(cast, review.case)

        for name in ("amal", "lev"):
            for tray in ("body-notices/", "body-notices/owed/"):
                assert review.case.reference not in cast.client(name).get(CASES + tray).content.decode()
        assert cast.client("beth").get(f"{CASES}body-notices/owed/").json()["results"] != []

    def test_is_investigated_by_nobody_without_leave(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))
        appoint = {"investigator": "fay@westshire.test", "terms": "What happened at the desk."}

        with pytest.raises(Invalid) as refusal:
            move(cast, case, "beth", "investigate", **appoint)
        assert "no leave" in str(refusal.value.errors)

        give(cast, case, "fay")
        assert move(cast, case, "beth", "investigate", **appoint).investigator == cast.users["fay"]

    def test_is_not_moved_by_who_has_no_leave(self, cast: Cast) -> None:
        case = restrict(cast, a_case(cast))

        answer = call(cast.client("amal"), "post", "{reference}/moves/", case, {"move": "take"})

        assert answer.status_code == 404
        (one,) = bulk.move_each(
            cases=[Wanted(case.reference, case.version)], move="take", details={}, actor=cast.actor("amal"), at=AT
        )
        assert isinstance(one.problem, Missing)

    def test_is_the_authoritys_and_done_once(self, cast: Cast) -> None:
        case = a_case(cast)

        with pytest.raises(MayNot):
            restrict(cast, case, "amal")
        restrict(cast, case)
        with pytest.raises(CannotRestrict, match="already"):
            restrict(cast, case)

    def test_keeps_the_reason(self, cast: Cast) -> None:
        case = restrict(cast, a_case(cast))

        kept = Determination.objects.get(case=case, about="RESTRICTION")
        assert (kept.answers, kept.reason, kept.made_by) == ({"restricted": True}, WHY, cast.users["beth"])


class TestWhatIsOfTheSame:
    """A matter that arose from it says what it is about, and so does what was merged with it."""

    def arise(self, cast: Cast, case: Case) -> Case:
        return matters.open_matter(**by(cast, "beth", case), matter_type=MatterType.CONDUCT, why="A second lie.")[0]

    def merged(self, cast: Cast, case: Case) -> Case:
        duplicate = a_recorded_case(cast)
        return move(cast, duplicate, "beth", "merge", into=case.reference, told="We deal with it together.")

    def test_is_restricted_with_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        duplicate, matter = self.merged(cast, case), self.arise(cast, case)
        further, other = self.arise(cast, matter), self.arise(cast, a_recorded_case(cast))

        restrict(cast, case)

        for each in (duplicate, matter, further):
            assert who_sees(cast, each) == {"beth"}
            kept = Determination.objects.get(case=each, about="RESTRICTION")
            assert case.reference not in kept.reason
            assert Event.objects.filter(verb="RESTRICTED", subject=each.reference).exists()
        assert who_sees(cast, other) == {"beth", "lev"}

    def test_is_restricted_with_what_was_merged_into_it_too(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        duplicate, matter = self.merged(cast, case), self.arise(cast, case)

        restrict(cast, duplicate)

        for each in (duplicate, case, matter):
            assert who_sees(cast, each) == {"beth"}

    def test_is_with_what_turns_out_to_concern_the_chief_officer(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        matter = self.arise(cast, case)

        determinations.set_chief_officer(**by(cast, "beth", case), concerns_chief_officer=True, reason="It names him.")

        assert who_sees(cast, matter) == {"beth"}

    def test_is_opened_again_by_itself(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        matter = self.arise(cast, case)
        restrict(cast, case)
        give(cast, case, "lev")

        lift(cast, case, "lev")

        assert who_sees(cast, matter) == {"beth"}
        give(cast, matter, "lev")
        assert not lift(cast, matter, "lev").restricted

    def test_keeps_the_leave_that_was_given_to_it_before(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        matter = restrict(cast, self.arise(cast, case), "lev")

        restrict(cast, case)

        assert who_sees(cast, matter) == {"lev"}

    def test_is_not_lost_to_the_authority_by_who_stands_behind_a_wall_of_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        matter = self.arise(cast, case)
        name_subject(cast, matter, "1002", name="lev")

        restrict(cast, case)

        assert who_sees(cast, matter) == {"lev"}


class TestTheLastOfTheAuthorityWhoSeesIt:
    def test_is_not_lost_by_a_conflict_of_their_own(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))
        give(cast, case, "amal")  # who gives nobody leave
        own = {"who": "beth@westshire.test", "part": Involvement.Part.CONFLICT}

        with pytest.raises(CannotRestrict, match="give somebody else of it leave first"):
            involvement.name_person(**by(cast, "beth", case), **own)
        assert who_sees(cast, case) == {"amal", "beth"}
        give(cast, case, "lev")
        involvement.name_person(**by(cast, "beth", case), **own)

        assert who_sees(cast, case) == {"amal", "lev"}

    def test_nor_is_what_was_closed_off_with_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        matter, _ = matters.open_matter(**by(cast, "beth", case), matter_type=MatterType.CONDUCT, why="A second lie.")
        restrict(cast, case)
        give(cast, case, "lev")
        own = {"who": "beth@westshire.test", "part": Involvement.Part.CONFLICT}

        with pytest.raises(CannotRestrict, match=f"see {matter.reference} any more"):
            involvement.name_person(**by(cast, "beth", case), **own)
        assert who_sees(cast, case) == {"beth", "lev"}
        give(cast, matter, "lev")
        involvement.name_person(**by(cast, "beth", case), **own)

        assert who_sees(cast, case) == who_sees(cast, matter) == {"lev"}

    def test_nor_by_who_says_that_they_are_somebody_who_was_not_known(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))
        row = name_subject(cast, case, "", label="Who took the call")

        with pytest.raises(CannotRestrict, match="leave first"):
            subjects.identify(**by(cast, "beth", case), involvement=row.public_id, who="beth@westshire.test")
        assert who_sees(cast, case) == {"beth"}

    def test_does_not_end_their_own_leave(self, cast: Cast) -> None:
        case = restrict(cast, a_case(cast))
        give(cast, case, "lev")
        people.close_account(user=cast.users["beth"], actor=FOUNDER, at=AT)

        with pytest.raises(CannotRestrict, match="leave first"):
            end(cast, case, "lev", "lev")
        assert who_sees(cast, case) >= {"lev"}

    def test_a_wall_stands_all_the_same(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))
        give(cast, case, "amal")

        name_subject(cast, case, "1002", name="amal")

        assert who_sees(cast, case) == {"amal"}


class TestOneThatIsLost:
    """Nobody of the authority sees it any more: their role has ended, or their account, or a wall stands before them."""

    LATER = AT + dt.timedelta(days=1)

    def lost(self, cast: Cast) -> Case:
        case = restrict(cast, a_case(cast))
        people.end_role(grant=cast.users["beth"].role_grants.get(), actor=FOUNDER, at=AT)
        return case

    def leave(self, *words: str) -> str:
        out = io.StringIO()
        with time_machine.travel(self.LATER, tick=False):
            call_command("leave", *words, stdout=out)
        return out.getvalue()

    def test_is_listed_by_its_reference_alone(self, cast: Cast) -> None:
        restrict(cast, a_case(cast), "lev")
        a_case(cast)
        case = self.lost(cast)

        assert self.leave("list") == f"{case.reference}\n"

    def test_is_given_back_to_a_delegate_by_the_operator(self, cast: Cast) -> None:
        case = self.lost(cast)

        self.leave("give", case.reference, "lev@westshire.test", "--reason", "The chief officer asked for it.")

        assert who_sees(cast, case) == {"lev"}
        *_, shown = cast.client("lev").get(f"{CASES}{case.reference}/leave/").json()
        assert (shown["given_by"], shown["reason"]) == ("An operator of the server", "The chief officer asked for it.")
        event = Event.objects.get(verb="LEAVE_GIVEN", subject=case.reference)
        assert event.actor == "operator"
        give(cast, case, "amal", "lev")

    def test_is_given_to_nobody_who_is_no_delegate_or_behind_a_wall(self, cast: Cast) -> None:
        case = restrict(cast, a_case(cast))
        name_subject(cast, case, "1012")
        people.end_role(grant=cast.users["beth"].role_grants.get(), actor=FOUNDER, at=AT)

        for who in ("lev", "amal", "nobody"):
            with pytest.raises(CommandError, match="They would not see it"):
                self.leave("give", case.reference, f"{who}@westshire.test", "--reason", WHY)
        with pytest.raises(CommandError, match="account by this address"):
            self.leave("give", case.reference, "kit@eastshire.test", "--reason", WHY)
        assert not CaseAccess.objects.exclude(given_by=cast.users["beth"]).exists()

    def test_is_the_only_one_that_an_operator_opens(self, cast: Cast) -> None:
        seen, open_to_all = restrict(cast, a_case(cast)), a_case(cast)

        for reference in (seen.reference, open_to_all.reference):
            with pytest.raises(CommandError, match="It is not lost"):
                self.leave("give", reference, "lev@westshire.test", "--reason", WHY)
        with pytest.raises(CommandError):
            self.leave("give", "ZZZZZZZZ", "lev@westshire.test", "--reason", WHY)

    def test_alerts_the_operator_to_what_nobody_may_be_told(self, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
        case = a_recorded_case(cast)
        assess(cast, case, "beth", alleges_mandatory_referral=True)
        restrict(cast, case)
        people.end_role(grant=cast.users["beth"].role_grants.get(), actor=FOUNDER, at=AT)

        alerts.watch(at=AT + dt.timedelta(days=5))

        assert f"Nobody may be told of what is due on {case.reference}" in caplog.text


class TestLifting:
    def test_is_done_by_a_second_person_with_leave(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))
        give(cast, case, "lev")

        lifted = lift(cast, case, "lev")

        assert not lifted.restricted
        assert who_sees(cast, case) == {"amal", "beth", "lev"}
        assert not CaseAccess.objects.filter(case=case, ended_at=None).exists()

    def test_never_by_who_restricted_it(self, cast: Cast) -> None:
        case = restrict(cast, a_case(cast))

        with pytest.raises(CannotRestrict, match="second person"):
            lift(cast, case, "beth")

    def test_not_by_somebody_without_leave(self, cast: Cast) -> None:
        with pytest.raises(Missing):
            lift(cast, restrict(cast, a_case(cast)), "lev")

    def test_not_while_it_concerns_the_chief_officer(self, cast: Cast) -> None:
        case = a_case(cast)
        determinations.set_chief_officer(**by(cast, "beth", case), concerns_chief_officer=True, reason="It names him.")
        give(cast, case, "lev")

        with pytest.raises(CannotRestrict, match="chief officer"):
            lift(cast, case, "lev")

    def test_not_of_what_is_open_to_all_whose_work_it_is(self, cast: Cast) -> None:
        with pytest.raises(CannotRestrict, match="not restricted"):
            lift(cast, a_case(cast), "beth")


class TestLeave:
    def test_is_given_by_name_and_shows_the_case(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))

        leave = give(cast, case, "amal")

        assert (leave.person, leave.given_by) == (cast.users["amal"].person, cast.users["beth"])
        assert who_sees(cast, case) == {"amal", "beth"}

    def test_is_never_given_to_oneself_nor_twice(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))
        give(cast, case, "amal")

        for who in ("beth", "amal"):
            with pytest.raises(CannotRestrict, match="leave already"):
                give(cast, case, who)

    def test_makes_no_handler_of_anybody_and_takes_no_wall_away(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        involvement.name_person(**by(cast, "beth", case), who="lev@westshire.test", part=Involvement.Part.SUBJECT)
        restrict(cast, case)

        for who in ("hal", "cai", "lev"):
            with pytest.raises(CannotRestrict, match="no role for it, or a wall"):
                give(cast, case, who)
        give(cast, case, "fay")  # who investigates for the force may be given it from then on
        assert who_sees(cast, case) == {"beth"}

    def test_is_for_people_of_the_force(self, cast: Cast) -> None:
        case = restrict(cast, a_case(cast))

        for who in ("kit@eastshire.test", "nobody@nowhere.test"):
            with pytest.raises(Invalid):
                access.give(**by(cast, "beth", case), who=who, reason="To know.")

    def test_ends_at_once(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))
        give(cast, case, "amal")

        end(cast, case, "amal")

        assert who_sees(cast, case) == {"beth"}
        with pytest.raises(CannotRestrict, match="no leave"):
            end(cast, case, "amal")
        assert give(cast, case, "amal").ended_at is None

    def test_of_who_restricted_it_does_not_end(self, cast: Cast) -> None:
        case = restrict(cast, a_case(cast))
        give(cast, case, "lev")

        with pytest.raises(CannotRestrict, match="keep their leave"):
            end(cast, case, "beth", "lev")

    def test_is_given_by_the_authority_alone(self, cast: Cast) -> None:
        case = restrict(cast, a_recorded_case(cast))
        give(cast, case, "amal")

        with pytest.raises(MayNot):
            give(cast, case, "lev", "amal")
        with pytest.raises(MayNot):
            end(cast, case, "amal", "amal")

    def test_is_for_a_restricted_case_alone(self, cast: Cast) -> None:
        with pytest.raises(CannotRestrict, match="not restricted"):
            give(cast, a_case(cast), "amal")

    def test_comes_before_the_case_is_handed_to_somebody(self, cast: Cast) -> None:
        case = restrict(cast, assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True))

        with pytest.raises(CannotAssign):
            assignment.assign(**by(cast, "beth", case), unit=None, handler="lev@westshire.test")
        give(cast, case, "lev")

        assert assignment.assign(**by(cast, "beth", case), unit=None, handler="lev@westshire.test").handler


def test_restriction_and_leave_through_the_api(cast: Cast) -> None:
    case = a_recorded_case(cast)

    def post(name: str, route: str, **body: Any) -> Any:
        return call(cast.client(name), "post", "{reference}/" + route, case, body)

    assert post("beth", "restriction/", reason=WHY).status_code == 200
    assert post("lev", "restriction/lift/", reason="Over.").status_code == 404
    assert post("beth", "leave/", who="lev@westshire.test", reason="To check.").status_code == 201
    leave = cast.client("lev").get(f"{CASES}{case.reference}/leave/").json()
    assert [(each["name"], each["given_by"]) for each in leave] == [("Beth", "Beth"), ("Lev", "Beth")]
    assert post("beth", "leave/end/", who="lev@westshire.test", reason="Done.").status_code == 200
    assert post("beth", "restriction/lift/", reason="Over.").status_code == 409
    assert Person.objects.count() == len(EVERYBODY)
