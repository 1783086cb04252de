"""Who knows of a case: by role and place, and before any role, the walls."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.actors import PUBLIC
from backend.accounts.models import Person, Role, RoleGrant
from backend.accounts.services import people
from backend.common.errors import Invalid
from cases.models import Case, Involvement, Kind
from cases.services import assignment, involvement
from cases.services.assignment import CannotAssign
from cases.services.involvement import NamedAlready
from cases.services.locking import MayNot
from tests.cases.alleging import alleged, an_investigated_case, opine
from tests.cast import AT, FOUNDER, PASSWORD, Cast, a_case, add_user, assess, move


def sees(cast: Cast, name: str, case: Case) -> bool:
    return bool(Case.objects.visible_to(cast.actor(name)).filter(pk=case.pk).exists())


def who_sees(cast: Cast, case: Case) -> set[str]:
    return {name for name in cast.users if sees(cast, name, case)}


def assign(cast: Cast, case: Case, name: str, **to: str | None) -> Case:
    if case.kind == Kind.COMPLAINT and not Case.objects.get(pk=case.pk).assessed_by_id:
        assess(cast, case)
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    given: dict[str, Any] = {"unit": None, "handler": None, **to}
    return assignment.assign(reference=case.reference, actor=cast.actor(name), at=AT, version=version, **given)


def name_person(cast: Cast, case: Case, name: str, number: str, part: Involvement.Part) -> Case:
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return involvement.name_person(
        reference=case.reference, who=number, part=part, actor=cast.actor(name), at=AT, version=version
    )


def number_of(cast: Cast, name: str) -> str:
    return cast.users[name].person.collar_number


def test_a_new_complaint_is_seen_by_professional_standards_alone(cast: Cast) -> None:
    assert who_sees(cast, a_case(cast)) == {"amal", "beth", "lev"}


def test_a_new_comment_is_seen_by_moderators_and_the_authority(cast: Cast) -> None:
    assert who_sees(cast, a_case(cast, kind=Kind.COMMENT)) == {"gwen", "beth", "lev"}


def test_a_unit_sees_what_it_was_given_and_no_other_unit_does(cast: Cast) -> None:
    case = a_case(cast)

    assign(cast, case, "amal", unit="northgate")

    assert who_sees(cast, case) == {"amal", "beth", "lev", "cai", "dee"}


def test_a_complaint_that_nobody_has_assessed_is_shown_to_no_unit(cast: Cast) -> None:
    add_user(cast, "mo", Role.LPU_SUPERVISOR, cast.force)
    case = a_case(cast)
    assert not sees(cast, "mo", case)

    with pytest.raises(CannotAssign, match="four questions"):
        assignment.assign(
            reference=case.reference, unit="northgate", handler=None, actor=cast.actor("amal"), at=AT, version=1
        )

    assert not sees(cast, "cai", case)


def test_a_handler_for_the_whole_force_sees_every_unit(cast: Cast) -> None:
    add_user(cast, "mo", Role.LPU_SUPERVISOR, cast.force)
    case = a_case(cast)
    assign(cast, case, "amal", unit="southgate")

    assert sees(cast, "mo", case)


def test_what_turns_out_to_be_about_conduct_leaves_the_unit_at_once(cast: Cast) -> None:
    case = a_case(cast)
    assign(cast, case, "amal", unit="northgate", handler="cai@westshire.test")

    assess(cast, case, alleges_crime_or_discipline=True)

    assert who_sees(cast, case) == {"beth", "lev"}
    kept = Case.objects.get(pk=case.pk)
    assert (kept.unit, kept.handler) == (cast.standards, None)


def test_a_conduct_case_is_seen_by_the_investigator_and_assessor_that_it_is_given_to(cast: Cast) -> None:
    case = a_case(cast)
    assess(cast, case, alleges_crime_or_discipline=True)
    assert not sees(cast, "fay", case)

    assign(cast, case, "beth", handler="fay@westshire.test")

    assert who_sees(cast, case) == {"beth", "lev", "fay"}


class TestWhoWasAppointedToInvestigate:
    def given_away(self, cast: Cast) -> Case:
        """Fay investigates it, and Mo handles it."""
        add_user(cast, "mo", Role.PSD_INVESTIGATOR, cast.standards)
        return assign(cast, an_investigated_case(cast), "beth", handler="mo@westshire.test")

    def test_sees_it_whoever_handles_it(self, cast: Cast) -> None:
        case = self.given_away(cast)

        assert {"fay", "mo"} <= who_sees(cast, case)
        assert [each["reference"] for each in cast.client("fay").get("/api/v1/cases/").json()["results"]] == [
            case.reference
        ]

    def test_submits_the_report_and_its_handler_does_not(self, cast: Cast) -> None:
        case = self.given_away(cast)
        opine(cast, alleged(cast, case), name="fay")

        with pytest.raises(MayNot):
            move(cast, case, "mo", "submit_report", summary="Seen.")
        assert move(cast, case, "fay", "submit_report", summary="Seen.").state == "REPORT_SUBMITTED"

    def test_sees_it_no_more_once_another_was_appointed(self, cast: Cast) -> None:
        case = self.given_away(cast)

        move(cast, case, "beth", "replace_investigator", investigator="mo@westshire.test", reason="Fay is ill.")

        assert not sees(cast, "fay", case)

    def test_ends_where_they_turn_out_to_be_part_of_the_case(self, cast: Cast) -> None:
        """SI 2020/2, regulation 12: nobody investigates what they are part of."""
        case = self.given_away(cast)

        name_person(cast, case, "beth", "1006", Involvement.Part.SUBJECT)

        case.refresh_from_db()
        assert (case.handler, case.investigator) == (cast.users["mo"], None)
        assert cast.users["fay"].person_id in case.worked_on_by, "who worked on it is remembered"

    def test_no_appointment_looks_over_a_wall_or_into_what_is_restricted(self, cast: Cast) -> None:
        walled, sealed = self.given_away(cast), an_investigated_case(cast)
        assign(cast, sealed, "beth", handler="mo@westshire.test")

        name_person(cast, walled, "beth", number_of(cast, "fay"), Involvement.Part.WITNESS)
        Case.objects.filter(pk=sealed.pk).update(restricted=True)

        assert not sees(cast, "fay", walled)
        assert not sees(cast, "fay", sealed)

    def test_sees_it_by_that_role_alone(self, cast: Cast) -> None:
        case = self.given_away(cast)

        RoleGrant.objects.filter(user=cast.users["fay"]).update(role=Role.PSD_ASSESSOR)
        Case.objects.filter(pk=case.pk).update(concerns_conduct=True)

        assert not sees(cast, "fay", case)


def test_nobody_but_investigators_is_asked_whom_a_case_was_given_to_investigate(cast: Cast) -> None:
    def asked(name: str) -> str:
        with CaptureQueriesContext(connection) as captured:
            list(Case.objects.visible_to(cast.actor(name)).values_list("pk"))
        return captured.captured_queries[-1]["sql"]

    assert [name for name in cast.users if "investigator_id" in asked(name)] == ["fay"]


def test_a_conduct_case_is_never_assigned_to_a_unit(cast: Cast) -> None:
    case = a_case(cast)
    assess(cast, case, alleges_crime_or_discipline=True)

    with pytest.raises(CannotAssign, match="Professional Standards keeps it"):
        assign(cast, case, "beth", unit="northgate")


def test_the_public_and_an_account_without_roles_see_nothing(cast: Cast) -> None:
    a_case(cast)

    assert not Case.objects.visible_to(PUBLIC).exists()
    assert not Case.objects.visible_to(cast.actor("nobody")).exists()


class TestWalls:
    @pytest.mark.parametrize("part", list(Involvement.Part))
    @pytest.mark.parametrize("name", ["amal", "beth", "cai", "dee", "lev"])
    def test_no_role_looks_over_a_wall(self, cast: Cast, name: str, part: Involvement.Part) -> None:
        case = a_case(cast)
        assign(cast, case, "amal", unit="northgate")
        assert sees(cast, name, case)
        other = "amal" if name != "amal" else "beth"

        name_person(cast, case, other, number_of(cast, name), part)

        assert not sees(cast, name, case)
        assert who_sees(cast, case) == {"amal", "beth", "lev", "cai", "dee"} - {name}

    def test_the_wall_follows_the_person_to_every_account(self, cast: Cast) -> None:
        case = a_case(cast)
        second = people.open_account(
            email="beth.second@westshire.test",
            person=cast.users["beth"].person,
            password=PASSWORD,
            actor=FOUNDER,
            at=AT,
        )
        people.grant_role(user=second, role=Role.APPROPRIATE_AUTHORITY, unit=cast.force, actor=FOUNDER, at=AT)
        cast.users["beth_second"] = second
        assert sees(cast, "beth_second", case)

        name_person(cast, case, "amal", number_of(cast, "beth"), Involvement.Part.SUBJECT)

        assert not sees(cast, "beth_second", case)

    def test_the_handler_who_is_named_stops_being_the_handler(self, cast: Cast) -> None:
        case = move(cast, a_case(cast), "amal", "take")

        name_person(cast, case, "beth", number_of(cast, "amal"), Involvement.Part.SUBJECT)

        assert Case.objects.get(pk=case.pk).handler is None
        assert not sees(cast, "amal", case)

    def test_a_case_is_not_assigned_over_a_wall(self, cast: Cast) -> None:
        case = a_case(cast)
        assign(cast, case, "amal", unit="northgate")
        name_person(cast, case, "amal", number_of(cast, "cai"), Involvement.Part.CONFLICT)

        with pytest.raises(CannotAssign, match="a wall keeps them"):
            assign(cast, case, "dee", handler="cai@westshire.test")

        assert Case.objects.get(pk=case.pk).handler is None

    def test_a_handler_declares_a_conflict_of_their_own_and_no_one_elses(self, cast: Cast) -> None:
        case = a_case(cast)
        assign(cast, case, "amal", unit="northgate")
        with pytest.raises(MayNot):
            name_person(cast, case, "cai", number_of(cast, "dee"), Involvement.Part.CONFLICT)

        name_person(cast, case, "cai", number_of(cast, "cai"), Involvement.Part.CONFLICT)

        assert not sees(cast, "cai", case)

    def test_an_unknown_number_is_refused_and_so_is_the_same_part_twice(self, cast: Cast) -> None:
        case = a_case(cast)
        with pytest.raises(Invalid, match="Check whom you name"):
            name_person(cast, case, "amal", "0000", Involvement.Part.SUBJECT)
        with pytest.raises(Invalid, match="Check whom you name"):
            name_person(cast, case, "amal", "", Involvement.Part.SUBJECT)
        name_person(cast, case, "amal", number_of(cast, "ed"), Involvement.Part.SUBJECT)

        with pytest.raises(NamedAlready):
            name_person(cast, case, "amal", number_of(cast, "ed"), Involvement.Part.SUBJECT)

    def test_somebody_without_a_number_is_named_by_their_account(self, cast: Cast) -> None:
        add_user(cast, "pat", Role.APPROPRIATE_AUTHORITY, cast.standards)
        case = a_case(cast)

        name_person(cast, case, "pat", "Pat@westshire.test", Involvement.Part.CONFLICT)

        assert not sees(cast, "pat", case)

    def test_a_moderator_walls_off_a_comment_and_no_complaint(self, cast: Cast) -> None:
        comment = a_case(cast, kind=Kind.COMMENT)

        name_person(cast, comment, "gwen", number_of(cast, "cai"), Involvement.Part.SUBJECT)

        assert not sees(cast, "cai", comment)

    def test_an_officer_of_another_force_is_not_found_by_their_number(self, cast: Cast) -> None:
        Person.objects.create(name="Other", kind=Person.Kind.OFFICER, force=cast.eastshire, collar_number="7777")

        with pytest.raises(Invalid):
            name_person(cast, a_case(cast), "amal", "7777", Involvement.Part.SUBJECT)


class TestRolesInTime:
    def test_a_role_that_has_ended_shows_nothing(self, cast: Cast) -> None:
        case = a_case(cast)
        grant = RoleGrant.objects.get(user=cast.users["amal"])

        people.end_role(grant=grant, actor=FOUNDER, at=AT)

        assert not sees(cast, "amal", case)

    def test_a_role_that_has_not_begun_shows_nothing(self, cast: Cast) -> None:
        case = a_case(cast)
        user = cast.users["nobody"]
        people.grant_role(
            user=user, role=Role.PSD_ASSESSOR, unit=cast.standards, actor=FOUNDER, at=AT + dt.timedelta(days=1)
        )

        assert not sees(cast, "nobody", case)
        assert Case.objects.visible_to(cast.actor("nobody", AT + dt.timedelta(days=1))).filter(pk=case.pk).exists()

    def test_a_handler_who_moves_unit_leaves_the_old_units_cases_behind(self, cast: Cast) -> None:
        case = a_case(cast)
        assign(cast, case, "amal", unit="northgate", handler="cai@westshire.test")
        people.end_role(grant=RoleGrant.objects.get(user=cast.users["cai"]), actor=FOUNDER, at=AT)
        people.grant_role(user=cast.users["cai"], role=Role.LPU_HANDLER, unit=cast.southgate, actor=FOUNDER, at=AT)

        assert not sees(cast, "cai", case)


class TestAssignment:
    def test_a_supervisor_gives_a_case_of_the_unit_to_a_handler_of_it(self, cast: Cast) -> None:
        case = a_case(cast)
        assign(cast, case, "amal", unit="northgate")

        assert assign(cast, case, "dee", handler="cai@westshire.test").handler == cast.users["cai"]
        assert assign(cast, case, "dee", handler="").handler is None

    def test_a_handler_does_not_assign(self, cast: Cast) -> None:
        case = a_case(cast)
        assign(cast, case, "amal", unit="northgate")

        with pytest.raises(MayNot):
            assign(cast, case, "cai", handler="cai@westshire.test")

    def test_a_supervisor_does_not_give_a_case_to_another_unit(self, cast: Cast) -> None:
        case = a_case(cast)
        assign(cast, case, "amal", unit="northgate")

        with pytest.raises(MayNot, match="within their own reach"):
            assign(cast, case, "dee", unit="southgate")

    def test_a_new_unit_starts_without_a_handler(self, cast: Cast) -> None:
        case = a_case(cast)
        assign(cast, case, "amal", unit="northgate", handler="cai@westshire.test")

        assert assign(cast, case, "amal", unit="southgate").handler is None

    def test_somebody_who_could_not_see_the_case_is_refused(self, cast: Cast) -> None:
        case = a_case(cast)
        for stranger in ("ed", "hal", "ida", "jo", "nobody"):
            with pytest.raises(CannotAssign):
                assign(cast, case, "amal", unit="northgate", handler=cast.users[stranger].email)
        with pytest.raises(Invalid, match="somebody with an account"):
            assign(cast, case, "amal", handler="ghost@westshire.test")

        assert Case.objects.get(pk=case.pk).unit == cast.standards
