"""The rules that a complaint is handled by: proposed from dates and links, and set by staff for a reason."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Case, CaseLink, Determination, Kind, Regime, RegimeStart
from cases.regimes import AMENDED_2025, OF_2004, OF_2012, OF_2020, OLDEST_FIRST, Related, propose
from cases.selectors import get_case
from cases.services import determinations, links
from cases.services.determinations import CannotDetermine
from cases.services.locking import MayNot
from tests.cases.alleging import (
    a_directed_case_reported_on,
    alleged,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    set_actions,
)
from tests.cases.bodies import TOLD, a_paper
from tests.cast import AT, Cast, a_case, give_to, move

START_OF_2012 = dt.date(2012, 11, 22)


def proposed(day: str, *related: Related, again_on: dt.date | None = None) -> str:
    return propose(
        made_on=dt.date.fromisoformat(day),
        rules_of_2012_from=START_OF_2012,
        related=related,
        reinvestigated_on=again_on,
    ).regime


@pytest.mark.parametrize(
    ("day", "regime"),
    [
        ("2010-05-01", OF_2004), ("2012-11-21", OF_2004), ("2012-11-22", OF_2012), ("2020-01-31", OF_2012),
        ("2020-02-01", OF_2020), ("2025-05-27", OF_2020), ("2025-05-28", AMENDED_2025), ("2026-11-20", AMENDED_2025),
    ],
)  # fmt: skip
def test_the_day_it_was_made_decides(day: str, regime: str) -> None:
    assert proposed(day) == regime


def test_what_relates_to_a_matter_in_hand_under_older_rules_stays_with_them() -> None:
    """SI 2020/2 reg. 2(3); SI 2025/558 reg. 66."""
    assert proposed("2020-06-01", Related("A", OF_2012)) == OF_2012
    assert proposed("2025-06-01", Related("A", OF_2020), Related("B", OF_2012)) == OF_2012
    assert proposed("2020-06-01", Related("A", AMENDED_2025)) == OF_2020


def test_a_reinvestigation_follows_the_amended_text_whatever_the_day() -> None:
    assert proposed("2019-01-01", Related("A", OF_2004), again_on=dt.date(2025, 5, 28)) == AMENDED_2025
    assert proposed("2019-01-01", again_on=dt.date(2025, 5, 27)) == OF_2012


@given(day=st.dates(dt.date(2010, 1, 1), dt.date(2035, 12, 31)), others=st.lists(st.sampled_from(OLDEST_FIRST)))
def test_links_never_make_the_rules_newer(day: dt.date, others: list[str]) -> None:
    related = [Related(str(number), regime) for number, regime in enumerate(others)]

    alone = OLDEST_FIRST.index(proposed(day.isoformat()))

    assert OLDEST_FIRST.index(proposed(day.isoformat(), *related)) == min([alone, *map(OLDEST_FIRST.index, others)])


def test_the_day_of_2012_is_data_with_its_source(cast: Cast) -> None:
    start = RegimeStart.objects.get(regime=Regime.OF_2012)
    assert "not verified" in start.source
    assert determinations.propose_regime(dt.date(2012, 11, 30)).regime == OF_2012

    RegimeStart.objects.update(from_on=dt.date(2012, 12, 1))

    assert determinations.propose_regime(dt.date(2012, 11, 30)).regime == OF_2004


def test_a_case_begins_with_what_is_proposed_and_why(cast: Cast) -> None:
    old, new = a_case(cast, made_on=dt.date(2021, 3, 1)), a_case(cast)

    assert (old.regime, new.regime) == (OF_2020, AMENDED_2025)
    assert "1 February 2020" in old.regime_reason


def test_a_case_that_was_made_elsewhere_keeps_the_day_it_was_made(cast: Cast) -> None:
    """Transfer in: 9A A6."""
    case = a_case(cast, made_on=dt.date(2026, 9, 1))

    assert (case.made_on, case.received_on) == (dt.date(2026, 9, 1), AT.date())


def test_proposing_costs_a_new_case_no_query(cast: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        a_case(cast)
        determinations.propose_regime(dt.date(2021, 3, 1))

    assert not any("regimestart" in query["sql"] for query in queries.captured_queries)


class TestSetByStaff:
    def set(self, cast: Cast, case: Case, name: str = "amal") -> Case:
        return determinations.set_regime(
            **by(cast, name, case), regime=Regime.OF_2012, reason="It is about CO/12/2019."
        )

    def test_the_reason_is_kept_with_who_set_it(self, cast: Cast) -> None:
        case = self.set(cast, a_case(cast))

        assert (case.regime, case.regime_reason) == (OF_2012, "It is about CO/12/2019.")
        kept = Determination.objects.get(case=case)
        assert (kept.about, kept.answers, kept.made_by) == ("REGIME", {"regime": "2012"}, cast.users["amal"])

    def test_not_by_a_unit(self, cast: Cast) -> None:
        with pytest.raises(MayNot):
            self.set(cast, give_to(cast, a_case(cast), "northgate"), "cai")

    def test_not_of_a_comment(self, cast: Cast) -> None:
        with pytest.raises(CannotDetermine):
            self.set(cast, a_case(cast, kind=Kind.COMMENT), "beth")

    def test_not_once_it_was_decided_by_the_rules_that_stand(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case, "lev")
        decide(cast, allegation, "ACCEPTABLE")

        with pytest.raises(CannotDetermine, match="by the rules that stand"):
            self.set(cast, case, "beth")

    def test_through_the_api_with_the_proposal_beside_it(self, cast: Cast) -> None:
        case = a_case(cast)
        client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/regime/"

        read = client.get(url)
        set_to = client.put(
            url, {"regime": "2020", "reason": "See the other."}, format="json", headers={"If-Match": read["ETag"]}
        )

        assert read.json()["proposed"]["regime"] == "2020-2025"
        assert set_to.json()["regime"] == "2020"
        assert client.get(url).json()["reason"] == "See the other."


class TestTheProposalForACase:
    def test_follows_a_link_to_what_was_in_hand(self, cast: Cast) -> None:
        old, new = a_case(cast, made_on=dt.date(2019, 5, 1)), a_case(cast)
        assert determinations.proposal_for(new, actor=cast.actor("amal")).regime == AMENDED_2025

        links.add(**by(cast, "amal", new), other=old.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="One evening.")

        proposal = determinations.proposal_for(new, actor=cast.actor("amal"))
        assert proposal.regime == OF_2012
        assert old.reference in proposal.reason

    def test_not_a_link_that_says_only_who_complains(self, cast: Cast) -> None:
        old, new = a_case(cast, made_on=dt.date(2019, 5, 1)), a_case(cast)
        links.add(**by(cast, "amal", new), other=old.reference, kind=CaseLink.Kind.SAME_COMPLAINANT, reason="")

        assert determinations.proposal_for(new, actor=cast.actor("amal")).regime == AMENDED_2025

    def test_names_no_case_that_its_reader_may_not_see(self, cast: Cast) -> None:
        old, new = a_case(cast, made_on=dt.date(2019, 5, 1)), a_case(cast)
        links.add(**by(cast, "amal", new), other=old.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="")
        Case.objects.filter(pk=old.pk).update(restricted=True)

        assert old.reference not in determinations.proposal_for(new, actor=cast.actor("amal")).reason

    def test_the_iopc_investigating_again_brings_the_amended_text(self, cast: Cast) -> None:
        case = a_directed_case_reported_on(cast)
        Case.objects.filter(pk=case.pk).update(made_on=dt.date(2024, 1, 5))
        allegation = code(cast, alleged(cast, case))
        decide(cast, allegation, "ACCEPTABLE", "lev")
        set_actions(cast, allegation, name="lev")
        move(cast, case, "beth", "send_outcome", **TOLD)
        before = get_case(reference=case.reference, actor=cast.actor("beth"))
        assert determinations.proposal_for(before, actor=cast.actor("beth")).regime == OF_2020

        move(cast, case, "beth", "determine_independent", document=str(a_paper(case)), dated_on="2026-11-20")

        after = get_case(reference=case.reference, actor=cast.actor("beth"))
        assert determinations.proposal_for(after, actor=cast.actor("beth")).regime == AMENDED_2025
