"""Cases linked to each other, and merged where surely the same people complain: nobody's identity goes from one to another."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from backend.audit.models import Event
from backend.common.errors import Invalid, Missing
from backend.notifications.models import Outgoing
from cases.identities import is_the_same
from cases.models import Case, CaseLink, Complainant, Involvement, Kind, Withdrawal
from cases.selectors import get_case
from cases.services import access, determinations, involvement, links, matters, messages, splitting, withdrawals
from cases.services.intake import NewComplainant
from cases.services.links import CannotLink, CannotMerge
from cases.services.locking import MayNot
from cases.services.transitions import CannotMove
from cases.timeline import Entry, timeline
from tests.cases.alleging import a_recorded_case, alleged, an_otbi_case, by, in_decision, name_subject, version_of
from tests.cases.bodies import a_case_told
from tests.cases.staying import answer, open_notices, sign, suspend, wish
from tests.cast import AT, RESOLVE, Cast, a_case, a_case_handled_outside, assess, give_to, move

MERGED = {"told": "You sent us this twice: we deal with it under the other reference."}
MAYA = NewComplainant(name="Maya Field", email="maya@home.test", telephone="0121 496 0000")


def add(cast: Cast, case: Case, other: Case, kind: str = "SAME_INCIDENT", name: str = "amal") -> CaseLink:
    return links.add(**by(cast, name, case), other=other.reference, kind=CaseLink.Kind(kind), reason="One evening.")[0]


def end(cast: Cast, case: Case, public_id: UUID, name: str = "amal") -> Case:
    return links.end(**by(cast, name, case), public_id=public_id, reason="Another street.")


def seen(cast: Cast, case: Case, name: str = "amal") -> list[str]:
    return [link.kind for link in links.links_of(case, actor=cast.actor(name))]


class TestALink:
    def test_is_read_from_both_sides_and_in_the_history_of_both(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)

        add(cast, case, other)

        assert seen(cast, case) == seen(cast, other) == ["SAME_INCIDENT"]
        events = Event.objects.filter(verb="LINKED").values_list("subject", flat=True)
        assert set(events) == {case.reference, other.reference}

    @pytest.mark.parametrize("kind", [kind.value for kind in links.LINKED_BY_HAND])
    def test_is_made_once(self, cast: Cast, kind: str) -> None:
        case, other = a_case(cast), a_case(cast)
        add(cast, case, other, kind, "beth")

        with pytest.raises(CannotLink, match="linked so already"):
            add(cast, case, other, kind, "beth")

    def test_that_reads_the_same_both_ways_is_made_once_in_either(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        add(cast, case, other)

        with pytest.raises(CannotLink):
            add(cast, other, case)
        assert add(cast, case, other, "SUPERSEDES") != add(cast, other, case, "SUPERSEDES")

    def test_is_within_a_force(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        Case.objects.filter(pk=other.pk).update(force=cast.eastshire)

        with pytest.raises(Invalid) as refused:
            add(cast, case, other)

        assert set(refused.value.errors) == {"other"}

    def test_is_to_another_case_that_its_maker_sees(self, cast: Cast) -> None:
        case, hidden = a_case(cast), assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)

        for other in (case, hidden):
            with pytest.raises(Invalid):
                add(cast, case, other)

    def test_is_not_told_in_the_history_to_who_may_not_see_the_other_side(self, cast: Cast) -> None:
        case, hidden = a_case(cast), a_case(cast)
        name_subject(cast, hidden, "1001")

        ended = add(cast, case, hidden, name="beth")
        end(cast, case, ended.public_id, "beth")

        def told(name: str) -> list[str]:
            page = timeline(case, actor=cast.actor(name), cursor="", size=100)
            return [entry.what for entry in page.rows if entry.what.startswith("LINK")]

        assert told("beth") == ["LINKED", "LINK_ENDED"]
        assert told("amal") == []

    def test_is_not_shown_to_who_may_not_see_the_other_side(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        made = add(cast, case, other)
        assess(cast, other, "beth", alleges_crime_or_discipline=True)

        assert seen(cast, case, "beth") == ["SAME_INCIDENT"]
        assert seen(cast, case, "amal") == []
        with pytest.raises(Missing):
            end(cast, case, made.public_id, "amal")

    def test_ends_with_a_reason_and_stays_in_the_history(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        made = add(cast, case, other)

        end(cast, other, made.public_id)

        made.refresh_from_db()
        assert (made.ended_at, made.reason) == (AT, "One evening.\nEnded: Another street.")
        assert seen(cast, case) == ["SAME_INCIDENT"]
        with pytest.raises(CannotLink):
            end(cast, case, made.public_id)
        assert add(cast, case, other) != made

    def test_that_a_move_made_stands(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        made = links.link(case, other, CaseLink.Kind.SPLIT, reason="", actor=cast.actor("amal"), at=AT)

        with pytest.raises(CannotLink):
            end(cast, case, made.public_id)

    def test_is_not_a_units_to_make(self, cast: Cast) -> None:
        case, other = give_to(cast, a_case(cast), "northgate"), give_to(cast, a_case(cast), "northgate")

        with pytest.raises(MayNot):
            add(cast, case, other, name="dee")


class TestInvestigatedTogether:
    """SI 2020/2, regulation 14."""

    def test_is_the_authoritys_decision(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)

        with pytest.raises(MayNot):
            add(cast, case, other, "JOINED", "amal")

        assert add(cast, case, other, "JOINED", "beth").kind == "JOINED"

    def test_is_of_what_is_open_and_no_comment(self, cast: Cast) -> None:
        case = a_case(cast)
        comment, closed = a_case(cast, kind=Kind.COMMENT), a_case(cast)
        Case.objects.filter(pk=closed.pk).update(closed_on=AT.date())

        for other in (comment, closed):
            with pytest.raises(CannotLink, match="still open"):
                add(cast, case, other, "JOINED", "beth")

    def test_leaves_each_its_days_and_people(self, cast: Cast) -> None:
        case, other = (
            a_case(cast, made_on=dt.date(2026, 11, 1)),
            a_case(cast, complainants=[NewComplainant(name="Ben")]),
        )

        add(cast, case, other, "JOINED", "beth")

        case.refresh_from_db()
        assert case.made_on == dt.date(2026, 11, 1)
        assert [each.name for each in other.complainants.all()] == ["Ben"]


def merge(cast: Cast, case: Case, into: Case) -> Case:
    assess(cast, case)
    return move(cast, case, "beth", "merge", into=into.reference, **MERGED)


def happened(cast: Cast, case: Case, what: str) -> list[Entry]:
    beth = cast.actor("beth")
    page = timeline(get_case(reference=case.reference, actor=beth), actor=beth, cursor="", size=100)
    return [each for each in page.rows if each.what == what]


class TestAMerger:
    def test_of_the_same_complainants_complaints_points_to_the_other(self, cast: Cast) -> None:
        into, case = a_case(cast, complainants=[MAYA]), a_case(cast, complainants=[MAYA])

        merged = merge(cast, case, into)

        assert (merged.state, merged.outcome) == ("MERGED", "MERGED")
        assert CaseLink.objects.get().other == into

    def test_copies_nobody(self, cast: Cast) -> None:
        into = a_case(cast, complainants=[NewComplainant(name="Maya Field", telephone="+44 121 496 0000")])
        case = a_case(cast, complainants=[MAYA])
        before = list(Complainant.objects.order_by("id").values("id", "case_id", "name", "email", "telephone"))

        merge(cast, case, into)

        after = list(Complainant.objects.order_by("id").values("id", "case_id", "name", "email", "telephone"))
        assert after == before

    @pytest.mark.parametrize(
        "others",
        [
            [NewComplainant(name="Ben Field", email="maya@home.test")],  # a household's address
            [NewComplainant(name="Maya Field", email="maya.field@work.test")],  # a namesake, for all we know
            [NewComplainant(name="Maya Field")],
            [NewComplainant(anonymous=True)],
            [NewComplainant(anonymous=True, email="maya@home.test")],
            [MAYA, NewComplainant(name="Ben Field", email="ben@home.test")],  # somebody would be lost
            [],
        ],
    )
    def test_of_different_or_unknown_people_is_refused(self, cast: Cast, others: list[NewComplainant]) -> None:
        one, two = a_case(cast, complainants=[MAYA]), a_case(cast, complainants=others)

        for case, into in ((one, two), (two, one)):
            with pytest.raises(CannotMerge, match="link them instead"):
                merge(cast, case, into)

    def test_into_one_that_alleges_less_is_refused(self, cast: Cast) -> None:
        """Sch 3 paras 2(6B) and 30: what it alleges would be lost, and with it who may not see it, and whose the review is."""
        case, into = a_case(cast), a_recorded_case(cast)
        assess(cast, case, "beth", alleges_article_2_or_3=True)

        with pytest.raises(CannotMerge, match="assess the other first"):
            move(cast, case, "beth", "merge", into=into.reference, **MERGED)
        assess(cast, into, "beth", alleges_article_2_or_3=True, alleges_crime_or_discipline=True)

        assert move(cast, case, "beth", "merge", into=into.reference, **MERGED).state == "MERGED"

    def test_of_what_no_unit_may_have_into_one_that_a_unit_may_is_refused(self, cast: Cast) -> None:
        case, into = a_case(cast), a_recorded_case(cast)
        assess(cast, case)
        name_subject(cast, case, "", label="The one who signed it", rank="Assistant Chief Constable")

        with pytest.raises(CannotMerge, match="move its allegations there first"):
            move(cast, case, "beth", "merge", into=into.reference, **MERGED)
        allegation = alleged(cast, case)
        splitting.move_to(**by(cast, "beth", case), allegation=allegation.public_id, into=into.reference)

        assert move(cast, case, "beth", "merge", into=into.reference, **MERGED).state == "MERGED"

    def test_brings_what_indicates_misconduct_along(self, cast: Cast) -> None:
        """Sch 3 para 6(2A): the other was not found to indicate it."""
        case, into = a_recorded_case(cast), an_otbi_case(cast)
        given = {"indicates_misconduct": True, "exception": "", "reason": "The footage shows it."}
        determinations.set_duty_to_investigate(**by(cast, "beth", case), **given)

        move(cast, case, "beth", "merge", into=into.reference, **MERGED)

        with pytest.raises(CannotMove, match="must be investigated"):
            in_decision(cast, into, "lev")
        assert Case.objects.get(pk=into.pk).kept_from_units

    def test_stands_in_both_histories_and_makes_a_version_of_the_other(self, cast: Cast) -> None:
        case, into = a_recorded_case(cast), a_recorded_case(cast)
        read = version_of(into)

        move(cast, case, "beth", "merge", into=into.reference, **MERGED)

        (there,) = happened(cast, into, "MERGED_HERE")
        assert there.details["other"] == case.reference
        assert version_of(into) == read + 1

    def test_holds_the_other_until_it_is_done_and_waits_for_nobody(self, cast: Cast) -> None:
        """What it was refused for does not come to be true meanwhile, and two into each other do not wait for ever."""
        case, into = a_recorded_case(cast), a_recorded_case(cast)

        with CaptureQueriesContext(connection) as asked:
            move(cast, case, "beth", "merge", into=into.reference, **MERGED)

        assert [
            each for each in asked.captured_queries if "FOR NO KEY UPDATE" in each["sql"] and "NOWAIT" in each["sql"]
        ]

    def test_into_one_whose_outcome_was_told_is_refused(self, cast: Cast) -> None:
        resolved = a_case_handled_outside(cast)
        move(cast, resolved, "amal", "resolve", **RESOLVE)

        for into in (resolved, a_case_told(cast)):
            with pytest.raises(CannotMerge, match="was told"):
                move(cast, a_recorded_case(cast), "beth", "merge", into=into.reference, **MERGED)

    @pytest.mark.parametrize("restricted", [0, 1])
    def test_between_what_is_restricted_and_what_is_not_is_refused(self, cast: Cast, restricted: int) -> None:
        cases = [a_recorded_case(cast), a_recorded_case(cast)]
        access.restrict(**by(cast, "beth", cases[restricted]), reason="A covert inquiry is under way.")

        with pytest.raises(CannotMerge, match="restricted"):
            move(cast, cases[0], "beth", "merge", into=cases[1].reference, **MERGED)

    @pytest.mark.parametrize("part", [Involvement.Part.SUBJECT, Involvement.Part.WITNESS, Involvement.Part.CONFLICT])
    def test_leaves_nobody_without_their_wall(self, cast: Cast, part: Involvement.Part) -> None:
        case, into = a_recorded_case(cast), a_recorded_case(cast)
        involvement.name_person(**by(cast, "beth", case), who="1003", part=part)

        with pytest.raises(CannotMerge, match="name them there first"):
            move(cast, case, "beth", "merge", into=into.reference, **MERGED)
        involvement.name_person(**by(cast, "beth", into), who="1003", part=part)

        assert move(cast, case, "beth", "merge", into=into.reference, **MERGED).state == "MERGED"

    def test_leaves_nobody_without_news(self, cast: Cast) -> None:
        """PRA 2002 s. 21: who has an interest in how it is handled."""
        case, into = a_recorded_case(cast), a_recorded_case(cast)
        ola = {"name": "Ola Reed", "email": "ola@home.test", "telephone": "", "address": ""}
        matters.add_interested_person(**by(cast, "beth", case), **ola)

        with pytest.raises(CannotMerge, match="kept informed"):
            move(cast, case, "beth", "merge", into=into.reference, **MERGED)
        matters.add_interested_person(**by(cast, "beth", into), **ola)

        assert move(cast, case, "beth", "merge", into=into.reference, **MERGED).state == "MERGED"

    def test_of_what_was_made_first_is_refused(self, cast: Cast) -> None:
        """SI 2020/2, regulation 13: its twelve months began with the day on which it was made."""
        first, second = a_recorded_case(cast, made_on=dt.date(2026, 11, 1)), a_recorded_case(cast)

        with pytest.raises(CannotMerge, match="made before the other"):
            move(cast, first, "beth", "merge", into=second.reference, **MERGED)

        assert move(cast, second, "beth", "merge", into=first.reference, **MERGED).state == "MERGED"

    @pytest.mark.parametrize("suspended", [0, 1])
    def test_of_what_is_suspended_is_refused(self, cast: Cast, suspended: int) -> None:
        cases = [a_recorded_case(cast), a_recorded_case(cast)]
        suspend(cast, cases[suspended])

        with pytest.raises(CannotMerge, match="suspended"):
            move(cast, cases[0], "beth", "merge", into=cases[1].reference, **MERGED)

    @pytest.mark.parametrize("withdrawn", [0, 1])
    @pytest.mark.parametrize("step", [sign, wish])
    def test_of_what_is_withdrawn_is_refused_until_they_say_that_it_goes_on(
        self, cast: Cast, step: Any, withdrawn: int
    ) -> None:
        cases = [a_recorded_case(cast), a_recorded_case(cast)]
        row = step(cast, cases[withdrawn])

        with pytest.raises(CannotMerge, match="withdrawn"):
            move(cast, cases[0], "beth", "merge", into=cases[1].reference, **MERGED)
        answer(cast, row, withdrawals.deny)

        assert move(cast, cases[0], "beth", "merge", into=cases[1].reference, **MERGED).state == "MERGED"

    def test_into_one_that_was_closed_is_refused(self, cast: Cast) -> None:
        into, case = a_case(cast), a_case(cast)
        merge(cast, into, case)
        third = a_case(cast)

        with pytest.raises(Invalid):
            merge(cast, third, into)


def test_who_handles_it_where_it_goes_on_hears_of_what_is_written_to_the_merged_one(cast: Cast) -> None:
    into, case = a_case(cast, complainants=[MAYA]), a_case(cast, complainants=[MAYA])
    move(cast, into, "amal", "take")
    merge(cast, case, into)

    messages.receive(case_id=case.pk, text="It was at a quarter past ten.", wish="", files=[], at=AT)

    (told,) = Outgoing.objects.filter(subject=f"Reference {case.reference}")
    assert told.addressee == str(cast.users["amal"].public_id)


class TestAWishOfWhoHasTheReceiptOfAMergedOne:
    def write(self, case: Case, wished: str) -> None:
        given = {"text": "Please.", "wish": wished, "files": [], "at": AT}
        messages.receive(case_id=case.pk, writer=case.complainants.get(), **given)

    def merged(self, cast: Cast, case: Case, *others: Case) -> Case:
        """The last of the others, into which the case was merged by way of the others."""
        for other in others:
            move(cast, case, "beth", "merge", into=other.reference, **MERGED)
            case = other
        return case

    def test_to_have_it_recorded_counts_where_it_goes_on(self, cast: Cast) -> None:
        """Sch 3 para 2(6A)(a): at any time."""
        case = a_case_handled_outside(cast)
        into = self.merged(cast, case, a_case_handled_outside(cast), a_case_handled_outside(cast))

        self.write(case, "RECORD")

        into.refresh_from_db()
        assert (into.wishes_recording, into.flags) == (True, ["WISH_TO_RECORD"])
        with pytest.raises(CannotMove, match="wishes it to be recorded"):
            move(cast, into, "amal", "resolve", **RESOLVE)
        assert [each.details["other"] for each in happened(cast, into, "WISH_RECEIVED")] == [case.reference]
        case.refresh_from_db()
        assert case.flags == ["UNREAD_MESSAGE"]

    def test_to_withdraw_asks_there_for_an_answer(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        into = self.merged(cast, case, a_recorded_case(cast))

        self.write(case, "WITHDRAW")

        assert Withdrawal.objects.get().complainant == into.complainants.get()
        assert len(open_notices(into, "ASK_TO_CONFIRM")) == 1

    def test_is_refused_where_nobody_there_surely_is_who_wishes_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        into = self.merged(cast, case, a_recorded_case(cast))
        Complainant.objects.filter(case=into).update(name="Maya Hill")

        with pytest.raises(Invalid, match="with the receipt of that one"):
            self.write(case, "RECORD")


def somebody(**given: Any) -> Complainant:
    return Complainant(**given)


names = st.sampled_from(["", "Maya Field", "maya  FIELD", "Ben Field"])
emails = st.sampled_from(["", "maya@home.test", "MAYA@home.test", "ben@home.test"])
telephones = st.sampled_from(["", "0121 496 0000", "+44 121 4960000", "0121 496 0001"])
people = st.builds(somebody, name=names, email=emails, telephone=telephones, anonymous=st.booleans())


@given(one=people, other=people)
def test_nobody_is_taken_for_another(one: Complainant, other: Complainant) -> None:
    same = is_the_same(one, other)

    assert same == is_the_same(other, one)
    if one.anonymous or other.anonymous or {one.name[:3].lower(), other.name[:3].lower()} == {"may", "ben"}:
        assert not same
    if not (one.email or one.telephone):
        assert not same


def test_links_through_the_api(cast: Cast) -> None:
    case, other = a_case(cast), a_case(cast)
    client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/links/"
    body = {"other": other.reference, "kind": "DUPLICATE", "reason": "Sent twice."}

    made = client.post(url, body, format="json", headers={"If-Match": client.get(url)["ETag"]})
    ended = client.post(
        f"{url}{made.json()['public_id']}/end/",
        {"reason": "Not so."},
        format="json",
        headers={"If-Match": made["ETag"]},
    )

    assert (made.status_code, made.json()["other"]) == (201, other.reference)
    assert ended.json()[0]["ended_at"] is not None
    refused = client.post(url, {**body, "kind": "MERGED"}, format="json", headers={"If-Match": ended["ETag"]})
    assert refused.status_code == 400
