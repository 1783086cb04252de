"""Allegations: added, described, and coded by the list of their rules."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.audit.models import Detail
from backend.common.errors import Invalid, Missing, Stale
from cases.models import (
    Allegation,
    Case,
    Involvement,
    Kind,
)
from cases.services import allegations
from cases.services.allegations import AllegationIsDecided, CannotChangeAllegations
from cases.services.decisions import CannotDecide
from tests.cases.alleging import (
    WHY,
    alleged,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    set_actions,
)
from tests.cast import AT, Cast, a_case, assess, give_to, move


def sees(cast: Cast, name: str, case: Case) -> bool:
    return bool(Case.objects.visible_to(cast.actor(name)).filter(pk=case.pk).exists())


class TestAdding:
    def test_each_is_given_the_next_place(self, cast: Cast) -> None:
        case = a_case(cast)

        places = [alleged(cast, case, "amal", summary=summary).position for summary in ("He swore.", "He left.")]

        assert places == [1, 2]

    def test_it_says_where_when_and_of_which_unit(self, cast: Cast) -> None:
        case = a_case(cast)

        allegation = alleged(
            cast, case, location="The front desk", unit="northgate", happened_from=dt.date(2026, 11, 1), happened_to=AT.date()
        )  # fmt: skip

        assert (allegation.unit, allegation.location) == (cast.northgate, "The front desk")
        assert (allegation.happened_from, allegation.happened_to) == (dt.date(2026, 11, 1), AT.date())

    @pytest.mark.parametrize(
        ("first", "last"),
        [(dt.date(2026, 11, 2), dt.date(2026, 11, 1)), (None, dt.date(2026, 11, 1)), (dt.date(2026, 11, 21), None)],
    )
    def test_days_in_the_wrong_order_or_to_come_are_refused(
        self, cast: Cast, first: dt.date | None, last: dt.date | None
    ) -> None:
        with pytest.raises(Invalid, match="Correct the days"):
            alleged(cast, a_case(cast), happened_from=first, happened_to=last)

    def test_a_unit_of_another_force_is_refused(self, cast: Cast) -> None:
        with pytest.raises(Invalid, match="unit of this force"):
            alleged(cast, a_case(cast), unit="eastshire")

    def test_a_comment_alleges_nothing(self, cast: Cast) -> None:
        with pytest.raises(CannotChangeAllegations, match="comment"):
            alleged(cast, a_case(cast, kind=Kind.COMMENT))

    def test_who_only_sees_the_case_does_not_add_to_it(self, cast: Cast) -> None:
        case = a_case(cast)

        with pytest.raises(Missing):
            alleged(cast, case, "fay")
        with pytest.raises(Missing):
            alleged(cast, case, "kit")

    def test_nothing_is_added_once_the_outcome_was_told(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)
        set_actions(cast, decide(cast, allegation, "ACCEPTABLE", "beth"), name="beth")
        move(cast, case, "lev", "send_outcome", told="It was acceptable, because …")

        with pytest.raises(CannotChangeAllegations, match="was told"):
            alleged(cast, case)

    def test_the_trail_keeps_no_word_of_it(self, cast: Cast) -> None:
        allegation = alleged(cast, a_case(cast), summary="CANARY swore at me.")

        detail = Detail.objects.get(event__verb="ALLEGATION_ADDED")
        assert detail.details == {"allegation": str(allegation.public_id), "position": 1}

    def test_of_two_who_add_on_the_same_version_one_is_told_to_read_again(self, cast: Cast) -> None:
        case = a_case(cast)
        version = case.version
        alleged(cast, case)

        with pytest.raises(Stale):
            allegations.add(
                reference=case.reference, described={"summary": "He left."}, actor=cast.actor("amal"), at=AT, version=version
            )  # fmt: skip


class TestDescribing:
    def test_what_is_not_named_stays(self, cast: Cast) -> None:
        allegation = alleged(cast, a_case(cast), location="The desk", happened_from=dt.date(2026, 11, 1))

        allegations.describe(
            **by(cast, "amal", allegation.case), allegation=allegation.public_id, changes={"summary": "He shouted."}
        )

        allegation.refresh_from_db()
        assert (allegation.summary, allegation.location) == ("He shouted.", "The desk")
        assert allegation.happened_from == dt.date(2026, 11, 1)

    def test_what_was_decided_on_is_not_changed_afterwards(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)
        decide(cast, allegation, "ACCEPTABLE")

        with pytest.raises(AllegationIsDecided):
            allegations.describe(
                **by(cast, "beth", case), allegation=allegation.public_id, changes={"summary": "Something else."}
            )


class TestCoding:
    def test_the_words_are_written_with_the_code(self, cast: Cast) -> None:
        allegation = code(cast, alleged(cast, a_case(cast)), "b4", "RESTRAINT", "CUSTODY")

        assert (allegation.category_code, allegation.category) == (
            "B4",
            "Police powers, policies and procedures: Use of force",
        )
        assert {factor.code for factor in allegation.factors.all()} == {"RESTRAINT", "CUSTODY"}
        assert Case.objects.get(pk=allegation.case_id).category == "Police powers, policies and procedures"

    def test_a_category_with_sub_categories_is_not_enough(self, cast: Cast) -> None:
        allegation = alleged(cast, a_case(cast))

        with pytest.raises(Invalid, match="sub-category"):
            code(cast, allegation, "B")
        assert code(cast, allegation, "E").category == "Use of police vehicles"

    @pytest.mark.parametrize("unknown", ["I", "B10", "Z1", ""])
    def test_what_the_list_has_not_is_refused(self, cast: Cast, unknown: str) -> None:
        with pytest.raises(Invalid, match="list that this case is coded by"):
            code(cast, alleged(cast, a_case(cast)), unknown)

    def test_a_factor_that_is_not_in_the_table_is_named(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as refused:
            code(cast, alleged(cast, a_case(cast)), "H1", "CUSTODY", "WEATHER")
        assert refused.value.errors == {"factors": ["Not in the table: WEATHER."]}

    @pytest.mark.parametrize("regime", ["2004", "2012"])
    def test_a_case_of_the_old_rules_is_coded_by_the_old_list(self, cast: Cast, regime: str) -> None:
        case = a_case(cast)
        Case.objects.filter(pk=case.pk).update(regime=regime)
        allegation = alleged(cast, case)

        with pytest.raises(Invalid, match="list that this case is coded by"):
            code(cast, allegation, "H1")
        assert code(cast, allegation, "U").category == "Incivility, impoliteness and intolerance"

    def test_a_case_of_the_new_rules_is_not_coded_by_the_old_list(self, cast: Cast) -> None:
        with pytest.raises(Invalid):
            code(cast, alleged(cast, a_case(cast)), "U")

    @pytest.mark.parametrize("category", ["F6", "G2", "J1"])
    def test_what_is_never_for_a_unit_leaves_it_at_once(self, cast: Cast, category: str) -> None:
        case = give_to(cast, a_case(cast), "northgate")
        allegation = alleged(cast, case, "cai")

        code(cast, allegation, category, name="cai")

        kept = Case.objects.get(pk=case.pk)
        assert (kept.unit, kept.handler, kept.kept_from_units) == (cast.standards, None, True)
        assert not sees(cast, "cai", case)
        assert sees(cast, "amal", case)

    def test_a_case_that_is_kept_from_units_is_given_to_none(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast))
        code(cast, alleged(cast, case), "F6")

        with pytest.raises(Exception, match="too serious for a unit"):
            give_to(cast, case, "northgate")

    def test_another_category_does_not(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        code(cast, alleged(cast, case, "cai"), "H1", name="cai")

        assert sees(cast, "cai", case)

    def test_rules_that_changed_since_ask_for_another_code(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)
        Case.objects.filter(pk=case.pk).update(regime="2012")

        with pytest.raises(CannotDecide, match="code it again"):
            decide(cast, allegation, "UPHELD")
        assert decide(cast, code(cast, allegation, "U"), "UPHELD").finding == "UPHELD"


class TestThroughHttp:
    def test_an_allegation_is_added_coded_decided_and_acted_on(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        address = f"/api/v1/cases/{case.reference}/allegations/"

        def send(name: str, method: str, path: str, body: dict[str, object]) -> dict[str, object]:
            tag = cast.client(name).get(address)["ETag"]
            answer = getattr(cast.client(name), method)(address + path, body, format="json", headers={"If-Match": tag})
            assert answer.status_code in (200, 201), answer.content
            assert answer["ETag"] != tag
            return dict(answer.json())

        added = send("amal", "post", "", {"summary": "He swore.", "unit": "northgate", "happened_from": "2026-11-19"})
        one = f"{added['public_id']}/"
        send("amal", "patch", one, {"location": "The desk"})
        send("amal", "put", f"{one}coding/", {"category": "H1", "factors": ["NEIGHBOURHOOD"]})
        in_decision(cast, case)
        send("lev", "put", f"{one}decision/", {"finding": "NOT_ACCEPTABLE", "rationale": WHY})
        send(
            "lev", "put", f"{one}actions/", {"actions": [{"kind": "APOLOGY", "owner": "1001", "due_on": "2035-01-01"}]}
        )
        send("lev", "post", f"{one}learning/", {"text": "Train the desk.", "owner": "1001", "due_on": "2035-01-01"})
        (shown,) = cast.client("amal").get(address).json()

        assert (shown["category_code"], shown["category"]) == ("H1", "Individual behaviours: Impolite language/tone")
        assert (shown["finding"], shown["handling"], shown["rationale"]) == ("NOT_ACCEPTABLE", "OTBI", WHY)
        assert shown["factors"] == [{"code": "NEIGHBOURHOOD", "title": "Neighbourhood policing"}]
        assert [(each["kind"], each["owner"]) for each in shown["actions"]] == [("APOLOGY", "Amal")]
        assert [each["text"] for each in shown["learning"]] == ["Train the desk."]
        assert [each["by_the_iopc"] for each in shown["decisions"]] == [False]

    def test_a_change_without_the_version_that_was_read_is_refused(self, cast: Cast) -> None:
        case = a_case(cast)
        address = f"/api/v1/cases/{case.reference}/allegations/"

        answer = cast.client("amal").post(address, {"summary": "He swore."}, format="json")

        assert answer.status_code == 428
        assert not Allegation.objects.exists()
        assert not Involvement.objects.exists()
