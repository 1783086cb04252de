"""An allegation becomes two, or goes on in another case: both sides keep where it came from, and no complainant moves along."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.audit import services as audit
from backend.audit.models import Event
from backend.common.errors import Invalid
from cases.identities import as_read_by
from cases.letters.names import NOT_SHOWN
from cases.models import (
    Allegation,
    Case,
    CaseLink,
    Message,
    Notice,
    Suspension,
)
from cases.selectors import deadlines, get_case
from cases.services import access, determinations, identity, letters, links, notes, settling, splitting
from cases.services.allegations import AllegationIsDecided, CannotChangeAllegations
from cases.services.correspondence import Way
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.settling import Completed
from cases.services.splitting import CannotMoveAllegation
from cases.services.transitions import CannotMove
from tests.cases.alleging import (
    a_recorded_case,
    alleged,
    an_investigated_case,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    name_subject,
    opine,
    set_actions,
    under_special_procedures,
)
from tests.cases.bodies import TOLD, a_paper
from tests.cases.staying import sign, suspend, wish
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, give_to, move

EXCEPTED = "It was investigated already, with the same evidence."


def referred_back(cast: Cast, case: Case, basis: str = "VOLUNTARY", ground: str = "GRAVITY") -> Case:
    move(cast, case, "beth", "refer", basis=basis, ground=ground, clear_on="2026-11-20")
    return move(cast, case, "beth", "refer_back", document=str(a_paper(case)), dated_on="2026-11-20")


def outcome_of(cast: Cast, allegation: Allegation) -> Case:
    """The outcome of its case was told, which was handled otherwise than by investigation."""
    in_decision(cast, allegation.case, "lev")
    decide(cast, allegation, "ACCEPTABLE", "lev")
    set_actions(cast, allegation, name="lev")
    return move(cast, allegation.case, "beth", "send_outcome", **TOLD)


def look(cast: Cast, case: Case, *, exception: str = "") -> None:
    """There is an indication of misconduct, from whose investigation the case is excepted where one is given."""
    determinations.set_duty_to_investigate(
        **by(cast, "beth", case), indicates_misconduct=True, exception=exception, reason="As it is told."
    )


def sees(cast: Cast, name: str, case: Case) -> bool:
    return bool(Case.objects.visible_to(cast.actor(name)).filter(pk=case.pk).exists())


class TestSplitting:
    def test_two_stand_where_one_was_and_the_second_says_where_it_came_from(self, cast: Cast) -> None:
        case = a_case(cast)
        first = alleged(cast, case, summary="He swore and left.", location="The desk")
        name_subject(cast, case, "1005", allegation=first.public_id)

        second, _ = splitting.split(
            **by(cast, "amal", case), allegation=first.public_id, summary="He swore.", second="He left."
        )

        first.refresh_from_db()
        assert (first.summary, second.summary, second.location) == ("He swore.", "He left.", "The desk")
        assert (second.split_from, second.position) == (first, 2)
        assert [each.person for each in second.involvements.all()] == [cast.users["ed"].person]

    def test_what_the_investigator_thinks_of_it_was_said_of_both(self, cast: Cast) -> None:
        first = opine(cast, alleged(cast, an_investigated_case(cast)))

        second, _ = splitting.split(
            **by(cast, "fay", first.case), allegation=first.public_id, summary="He swore.", second="He left."
        )

        assert (second.opinion, second.opinion_reasons) == (first.opinion, first.opinion_reasons)

    def test_a_decided_one_is_not_split(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)
        decide(cast, allegation, "ACCEPTABLE")

        with pytest.raises(AllegationIsDecided):
            splitting.split(**by(cast, "beth", case), allegation=allegation.public_id, summary="A.", second="B.")

    @pytest.mark.parametrize("settle", [suspend, sign, wish])
    def test_what_is_suspended_or_withdrawn_is_not_freed_by_half(self, cast: Cast, settle: Any) -> None:
        """Regulations 38 to 40: the second half would be decided meanwhile."""
        allegation = alleged(cast, an_investigated_case(cast))
        settle(cast, allegation.case, allegation=allegation.public_id)

        with pytest.raises(CannotMoveAllegation, match="settle that first"):
            splitting.split(
                **by(cast, "beth", allegation.case), allegation=allegation.public_id, summary="A.", second="B."
            )


class TestMoving:
    def go(self, cast: Cast, allegation: Allegation, other: Case, name: str = "beth") -> Allegation:
        return splitting.move_to(
            **by(cast, name, allegation.case), allegation=allegation.public_id, into=other.reference
        )[0]

    def of(self, cast: Cast, name: str, email: str) -> Case:
        return a_case(cast, complainants=[NewComplainant(name=name, email=email)])

    def test_between_two_cases_of_the_same_person_it_goes_on_and_both_sides_say_so(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        allegation = alleged(cast, case)
        alleged(cast, other)

        there = self.go(cast, allegation, other)

        allegation.refresh_from_db()
        assert (there.case_id, there.position, there.summary) == (other.pk, 2, allegation.summary)
        assert (allegation.moved_to, there.split_from) == (there, allegation)
        verbs = Event.objects.filter(verb__in=["ALLEGATION_MOVED", "ALLEGATION_RECEIVED"])
        assert {(each.verb, each.subject) for each in verbs} == {
            ("ALLEGATION_MOVED", case.reference),
            ("ALLEGATION_RECEIVED", other.reference),
        }
        with pytest.raises(CannotChangeAllegations, match="goes on there"):
            code(cast, allegation)

    def test_between_strangers_it_does_not_go_unless_they_are_linked(self, cast: Cast) -> None:
        case, other = a_case(cast), self.of(cast, "Noor Hale", "noor@home.test")
        allegation = alleged(cast, case)

        with pytest.raises(CannotMoveAllegation, match="different complainants"):
            self.go(cast, allegation, other)
        links.add(
            **by(cast, "beth", case), other=other.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="One evening."
        )
        there = self.go(cast, allegation, other)

        assert there.case_id == other.pk
        assert [each.name for each in other.complainants.all()] == ["Noor Hale"]
        assert [each.name for each in case.complainants.all()] == ["Maya Field"]

    def test_the_letters_of_the_other_case_name_nobody_of_the_first(self, cast: Cast) -> None:
        """Neither to who complains there, nor to whom it is about, though they may read who that is; by two moves too."""
        first, second, third = (
            a_recorded_case(cast, complainants=[NewComplainant(name=name, email=f"{name[:4]}@home.test")])
            for name in ("Maya Field", "Omar Reed", "Noor Hale")
        )
        for one, another in ((first, second), (second, third)):
            links.add(**by(cast, "beth", one), other=another.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="So.")
        allegation = alleged(cast, first, summary="Maya Field was pushed by Noor Hale.")
        name_subject(cast, first, "1005", allegation=allegation.public_id)

        self.go(cast, self.go(cast, allegation, second), third)

        sent = {}
        for notice in Notice.objects.filter(case=third, kind="RECORD_COPY", settled_on=None):
            completed = Completed(way=Way(Message.Delivery.HAND), identity="SHOWN", harm_check="None.")
            letter, _ = settling.send(**by(cast, "beth", third), notice=notice.public_id, completed=completed)
            sent[notice.to] = letter.text
        assert set(sent) == {"COMPLAINANT", "SUBJECT"}
        assert "Who complained: Noor Hale" in sent["SUBJECT"]
        for text in sent.values():
            assert "- [name kept back] was pushed by Noor Hale." in text

    def test_who_complains_in_both_is_named_in_their_own_letter(self, cast: Cast) -> None:
        case, other = a_recorded_case(cast), a_recorded_case(cast)

        self.go(cast, alleged(cast, case, summary="Maya Field was pushed."), other)

        letter = letters.preview(
            get_case(reference=other.reference, actor=cast.actor("beth")),
            "RECORD_COPY",
            to=letters.to_complainant(other.complainants.get()),
            on=AT.date(),
        )
        assert "- Maya Field was pushed." in letter.text

    def test_nor_does_a_search_find_it_by_who_complained_in_the_first(self, cast: Cast) -> None:
        case, other = a_case(cast), self.of(cast, "Noor Hale", "noor@home.test")
        links.add(
            **by(cast, "beth", case), other=other.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="One evening."
        )
        self.go(cast, alleged(cast, case), other)

        notes.add(text="Field saw the camera.", **by(cast, "beth", other))

        def found(word: str) -> list[str]:
            answer = cast.client("beth").get(f"/api/v1/cases/?search={word}").json()
            return [each["reference"] for each in answer["results"]]

        assert found("camera") == [other.reference]
        assert found("field") == []

    def test_on_the_screen_who_complained_in_the_first_is_looked_up_there(self, cast: Cast) -> None:
        case, other = a_case(cast), self.of(cast, "Noor Hale", "noor@home.test")
        links.add(
            **by(cast, "beth", case), other=other.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="One evening."
        )
        self.go(cast, alleged(cast, case), other)

        def read() -> str:
            seen, beth = get_case(reference=other.reference, actor=cast.actor("beth")), cast.actor("beth")
            return as_read_by(beth, case=seen)("Noor Hale says that Maya Field was pushed.")

        identity.reveal(reference=other.reference, reason="To ring.", actor=cast.actor("beth"), at=AT)
        assert read() == f"Noor Hale says that {NOT_SHOWN} was pushed."
        identity.reveal(reference=case.reference, reason="To ring.", actor=cast.actor("beth"), at=AT)
        assert read() == "Noor Hale says that Maya Field was pushed."

    @pytest.mark.parametrize("kind", [CaseLink.Kind.DUPLICATE, CaseLink.Kind.SUPERSEDES])
    def test_another_link_is_not_enough(self, cast: Cast, kind: CaseLink.Kind) -> None:
        case, other = a_case(cast), self.of(cast, "Noor Hale", "noor@home.test")
        links.add(**by(cast, "beth", case), other=other.reference, kind=kind, reason="Alike.")

        with pytest.raises(CannotMoveAllegation):
            self.go(cast, alleged(cast, case), other)

    def test_nobody_is_the_same_as_somebody_anonymous(self, cast: Cast) -> None:
        anonymous = {"complainants": [NewComplainant(anonymous=True)]}

        with pytest.raises(CannotMoveAllegation):
            self.go(cast, alleged(cast, a_case(cast, **anonymous)), a_case(cast, **anonymous))

    def test_a_wall_goes_with_it_and_stays_behind_too(self, cast: Cast) -> None:
        case, other = a_case(cast), give_to(cast, a_case(cast), "northgate")
        allegation = alleged(cast, case)
        name_subject(cast, case, "1003", allegation=allegation.public_id)
        assert sees(cast, "cai", other)

        self.go(cast, allegation, other)

        assert not sees(cast, "cai", other)
        assert sees(cast, "dee", other)

    def test_what_no_unit_may_have_takes_the_other_case_from_its_unit(self, cast: Cast) -> None:
        case, other = a_case(cast), give_to(cast, a_recorded_case(cast), "northgate")
        assess(cast, case, alleges_crime_or_discipline=True)

        self.go(cast, alleged(cast, case), other)

        assert Case.objects.get(pk=other.pk).kept_from_units
        assert not sees(cast, "cai", other)

    def test_what_has_to_be_recorded_is_alleged_of_the_other_from_then_on(self, cast: Cast) -> None:
        """Sch 3 para 2(6B): who may not see it there does not see it here."""
        case, other = a_case(cast), a_recorded_case(cast)
        assess(cast, case, alleges_crime_or_discipline=True, alleges_article_2_or_3=True)
        Case.objects.filter(pk=other.pk).update(handler=None)
        assert sees(cast, "amal", other)

        self.go(cast, alleged(cast, case), other)

        other.refresh_from_db()
        assert (other.alleges_crime_or_discipline, other.alleges_article_2_or_3) == (True, True)
        assert (other.alleges_death_or_serious_injury, other.alleges_mandatory_referral) == (False, False)
        assert other.concerns_conduct
        assert not sees(cast, "amal", other)
        trail = audit.timeline(subject_kind="case", subject=other.reference)
        (details,) = [details for event, details in trail if event.verb == "ALLEGATION_RECEIVED" and details]
        assert details["alleges_article_2_or_3"] is True

    def test_its_review_is_the_iopcs_wherever_it_goes(self, cast: Cast) -> None:
        """Sch 3 para 30: of a complaint of which any part was referred, concerns a senior officer, or alleges such a thing."""
        conduct = assess(cast, a_recorded_case(cast), "beth", alleges_crime_or_discipline=True)
        senior = a_recorded_case(cast)
        name_subject(cast, senior, "", label="The one who signed it", rank="Assistant Chief Constable")

        for case in (conduct, senior, referred_back(cast, a_recorded_case(cast))):
            alleged(cast, case, summary="He left me there.")
            there = self.go(cast, alleged(cast, case), a_recorded_case(cast))
            further = self.go(cast, there, an_otbi_case(cast))

            assert outcome_of(cast, code(cast, further)).review_body == "IOPC"
        assert outcome_of(cast, code(cast, alleged(cast, an_otbi_case(cast)))).review_body == "LPB"

    def test_what_was_referred_is_referred_with_the_other_too(self, cast: Cast) -> None:
        """Para 4(1): a complaint about the same is referred by itself; it was never before the IOPC."""
        case, other = a_recorded_case(cast), a_recorded_case(cast)
        referred_back(cast, case, basis="MANDATORY", ground="SERIOUS_ASSAULT")
        alleged(cast, case, summary="He left me there.")

        self.go(cast, alleged(cast, case), other)

        seen = get_case(reference=other.reference, actor=cast.actor("beth"))
        assert {each.rule: each.due_on for each in deadlines(seen)}["referral"] == AT.date() + dt.timedelta(days=1)
        with pytest.raises(CannotMove, match="referred to the IOPC first"):
            move(cast, other, "beth", "handle_otherwise", reason="It can be put right at once.")

    def test_what_has_to_be_investigated_has_to_be_in_the_other_too(self, cast: Cast) -> None:
        """Para 6(2A): the other was not found to indicate it, or was excepted, by what it alleged before."""
        case, plain, excepted = (a_recorded_case(cast) for _ in range(3))
        look(cast, case)
        look(cast, excepted, exception=EXCEPTED)

        for other in (plain, excepted):
            self.go(cast, alleged(cast, case), other)

            with pytest.raises(CannotMove, match="must be investigated"):
                move(cast, other, "beth", "handle_otherwise", reason="It can be put right at once.")
            last = determinations.determinations_of(other)[-1]
            assert (last.answers["exception"], case.reference in last.reason) == ("", True)
            trail = audit.timeline(subject_kind="case", subject=other.reference)
            (details,) = [details for event, details in trail if event.verb == "ALLEGATION_RECEIVED" and details]
            assert details["indicates_misconduct"] is True

    def test_what_is_excepted_is_so_in_the_other_and_leaves_it_no_freer(self, cast: Cast) -> None:
        case, plain, bound = (a_recorded_case(cast) for _ in range(3))
        look(cast, case, exception=EXCEPTED)
        look(cast, bound)

        for other in (plain, bound):
            self.go(cast, alleged(cast, case), other)
            other.refresh_from_db()

        assert (plain.indicates_misconduct, plain.investigation_exception) == (True, EXCEPTED)
        assert (bound.indicates_misconduct, bound.investigation_exception) == (True, "")

    def test_who_is_named_in_the_whole_case_is_behind_the_wall_for_every_part_of_it(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        name_subject(cast, case, "1012")

        self.go(cast, alleged(cast, case), other)

        assert not sees(cast, "lev", other)

    def test_what_has_to_be_recorded_does_not_go_where_nothing_is(self, cast: Cast) -> None:
        """PRA 2002 Sch 3 para 2(6A): a move would be a way round the recording."""
        forced, recorded, other = a_case(cast), a_recorded_case(cast), a_case_handled_outside(cast)
        assess(cast, forced, alleges_crime_or_discipline=True)

        for case in (forced, recorded):
            with pytest.raises(CannotMoveAllegation, match="record the other first"):
                self.go(cast, alleged(cast, case), other)

    def test_what_has_to_be_referred_does_not_go_before_it_is(self, cast: Cast) -> None:
        """Para 4(1): the other case would be decided without the IOPC."""
        case, other = a_case(cast), a_recorded_case(cast)
        assess(cast, case, alleges_mandatory_referral=True)

        with pytest.raises(CannotMoveAllegation, match="referred to the IOPC first"):
            self.go(cast, alleged(cast, case), other)

    def test_what_the_iopc_has_or_determined_stays_there(self, cast: Cast) -> None:
        case, other = a_recorded_case(cast), a_recorded_case(cast)
        allegation = alleged(cast, case)
        refer = {"basis": "VOLUNTARY", "ground": "GRAVITY", "clear_on": "2026-11-20"}
        move(cast, case, "beth", "refer", **refer)
        notice = {"document": str(a_paper(case)), "dated_on": "2026-11-20"}

        with pytest.raises(CannotMoveAllegation, match="with the IOPC"):
            self.go(cast, allegation, other)
        move(cast, case, "beth", "determine_local", **notice, investigator="fay@westshire.test")
        with pytest.raises(CannotMoveAllegation, match="as the IOPC determined"):
            self.go(cast, allegation, other)

    def test_what_concerns_the_chief_officer_is_only_handed_over(self, cast: Cast) -> None:
        """Restricted for that, it is no more alike what is restricted for another reason (PRA 2002 s. 29(1))."""
        case, other = an_otbi_case(cast), an_otbi_case(cast)
        allegation, _ = alleged(cast, case), alleged(cast, case, summary="He left me there.")
        for each in (case, other):
            access.restrict(**by(cast, "beth", each), reason="A covert inquiry.")
        determinations.set_chief_officer(
            **by(cast, "beth", case), concerns_chief_officer=True, reason="The one who signed it."
        )

        with pytest.raises(CannotMoveAllegation, match="hand it over"):
            self.go(cast, allegation, other)
        with pytest.raises(CannotMoveAllegation, match="hand it over"):
            self.go(cast, alleged(cast, other), case)

    @pytest.mark.parametrize("other_is", ["suspended", "withdrawn", "with the IOPC"])
    def test_nothing_goes_where_something_else_ends_or_stops_it(self, cast: Cast, other_is: str) -> None:
        case, other = an_otbi_case(cast), an_otbi_case(cast)
        allegation, _ = alleged(cast, case), alleged(cast, case, summary="He left me there.")
        if other_is == "suspended":
            suspend(cast, other)
        elif other_is == "withdrawn":
            sign(cast, other)
        else:
            move(cast, other, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")

        with pytest.raises(CannotMoveAllegation, match=other_is):
            self.go(cast, allegation, other)

    @pytest.mark.parametrize("is_of_the_whole", [True, False])
    def test_what_is_under_special_procedures_stays_until_they_end(self, cast: Cast, is_of_the_whole: bool) -> None:
        """Paras 19A to 19E: there are none in the other case."""
        case, other = an_investigated_case(cast), an_otbi_case(cast)
        allegation, _ = alleged(cast, case), alleged(cast, case, summary="He left me there.")
        named = {} if is_of_the_whole else {"allegation": allegation.public_id}
        special = under_special_procedures(name_subject(cast, case, "1005", **named))

        with pytest.raises(CannotMoveAllegation, match="special procedures"):
            self.go(cast, allegation, other)
        special.severity, special.ended_on = "NEITHER", AT.date()
        special.save()

        assert self.go(cast, allegation, other).case_id == other.pk

    def test_the_last_one_stays_where_only_an_outcome_ends_the_case(self, cast: Cast) -> None:
        recorded, handled, other = a_recorded_case(cast), an_otbi_case(cast), an_otbi_case(cast)
        last = alleged(cast, handled)

        with pytest.raises(CannotMoveAllegation, match="all that is left to be decided"):
            self.go(cast, last, other)
        alleged(cast, handled, summary="He left me there.")

        assert self.go(cast, last, other).case_id == other.pk
        assert self.go(cast, alleged(cast, recorded), other).case_id == other.pk, "this one can still be merged"

    def test_a_case_that_the_mover_does_not_see_is_not_there(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        name_subject(cast, other, "1002", name="amal")

        with pytest.raises(Invalid, match="Name another case"):
            self.go(cast, alleged(cast, case, "amal"), other)

    def test_only_the_delegate_moves_it(self, cast: Cast) -> None:
        with pytest.raises(MayNot):
            self.go(cast, alleged(cast, a_case(cast)), a_case(cast), "amal")

    def test_neither_a_decided_nor_a_suspended_one_goes_nor_into_a_restricted_case(self, cast: Cast) -> None:
        case, other = an_otbi_case(cast), a_case(cast)
        decided, suspended = code(cast, alleged(cast, case)), alleged(cast, case)
        Suspension.objects.create(
            case=case, allegation=suspended, suspended_on=AT.date(), reason="The trial.", for_criminal_proceedings=True,
            of_an_investigation=False,
        )  # fmt: skip
        in_decision(cast, case)
        decide(cast, decided, "ACCEPTABLE")

        with pytest.raises(AllegationIsDecided):
            self.go(cast, decided, other)
        with pytest.raises(CannotMoveAllegation, match="suspended"):
            self.go(cast, suspended, other)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["add", "code", "decide", "split", "move"]), min_size=1, max_size=8))
def test_whatever_happens_the_outcome_has_a_day_exactly_when_every_live_allegation_is_decided(
    cast: Cast, steps: list[str]
) -> None:
    case, other = an_otbi_case(cast), a_recorded_case(cast)
    in_decision(cast, case)
    for step in ["add", *steps]:
        live = Allegation.objects.filter(case=case, moved_to=None, finding="").order_by("position")
        first = live.first()
        if step == "add":
            alleged(cast, case)
        elif step == "code" and first:
            code(cast, first)
        elif step == "decide" and first and first.code_id:
            decide(cast, first, "ACCEPTABLE")
        elif step == "split" and first:
            splitting.split(**by(cast, "beth", case), allegation=first.public_id, summary="A.", second="B.")
        elif step == "move" and first:
            is_the_last = Allegation.objects.filter(case=case, moved_to=None).count() == 1
            with pytest.raises(CannotMoveAllegation) if is_the_last else contextlib.nullcontext():
                splitting.move_to(**by(cast, "beth", case), allegation=first.public_id, into=other.reference)

        standing = Allegation.objects.filter(case=case, moved_to=None)
        all_decided = standing.exists() and not standing.filter(finding="").exists()
        places = list(Allegation.objects.filter(case=case).order_by("position").values_list("position", flat=True))
        assert (Case.objects.get(pk=case.pk).decided_on is not None) == all_decided
        assert places == list(range(1, len(places) + 1))
