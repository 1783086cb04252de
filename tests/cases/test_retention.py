"""How long an ended case is kept, what holds it, and who decides what becomes of it: never one person alone."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction

from backend.accounts.models import Role
from backend.accounts.services import people
from backend.audit.models import Event
from backend.common.errors import Invalid, Missing, Stale
from cases import retention as rules
from cases.jobs import review_retention
from cases.models import (
    AllegationAction,
    Case,
    CaseLink,
    Code,
    Ending,
    Involvement,
    Notice,
    Proceeding,
    RetentionPeriod,
    RetentionReview,
    Review,
    Suspension,
)
from cases.selectors import get_case, load_for_retention, retention_periods
from cases.services import access, contact, links, messages, retention, retention_watch
from cases.services import retention_periods as periods
from cases.services.locking import HistoryStands, MayNot
from cases.services.retention import CannotRetain, OwnProposal
from cases.timeline import timeline
from tests.cases.alleging import an_otbi_case, by
from tests.cases.retaining import (
    DAY,
    DUE,
    a_proposed_case,
    an_ended_case,
    confirm,
    hold,
    keep,
    lift,
    propose,
    refuse,
    reviewed,
)
from tests.cast import (
    AT,
    FOUNDER,
    PASSWORD,
    Cast,
    a_case,
    a_case_handled_outside,
    a_matter,
    assess,
    move,
    sign_withdrawal,
)

CASES = "/api/v1/cases/"
TODAY = AT.date()
ALWAYS = dt.date(1900, 1, 1)


def states(case: Case) -> list[str]:
    return list(RetentionReview.objects.filter(case=case).order_by("id").values_list("state", flat=True))


def read(case: Case) -> Case:
    found = Case.objects.get(pk=case.pk)
    load_for_retention(found)
    return found


def answered(cast: Cast) -> Case:
    case = a_case(cast, kind="COMMENT")
    move(cast, case, "gwen", "triage")
    move(cast, case, "gwen", "send_to_unit", unit="northgate")
    return move(cast, case, "gwen", "answer", told="Thank you: the lamp is mended.")


def withdrawn(cast: Cast) -> Case:
    case = a_case_handled_outside(cast)
    sign_withdrawal(cast, case)
    return move(cast, case, "beth", "withdraw", public_interest="ENDS")


def found_not_a_complaint(cast: Cast) -> Case:
    case = a_case(cast)
    move(cast, case, "amal", "take")
    assess(cast, case)
    return move(cast, case, "lev", "find_not_a_complaint", why="NO_STANDING", told="It is no complaint.")


class TestHowLong:
    @pytest.mark.parametrize(
        ("make", "ending", "years"),
        [
            (an_ended_case, "OUTSIDE", 6),
            (withdrawn, "WITHDRAWN", 6),
            (found_not_a_complaint, "NOT_A_COMPLAINT", 6),
            (answered, "COMMENT", 3),
        ],
    )
    def test_is_by_how_it_ended(self, cast: Cast, make: Any, ending: str, years: int) -> None:
        case = read(make(cast))

        period = rules.period_for(case, retention_periods())

        assert period is not None
        assert (rules.ending_of(case), period.years) == (ending, years)
        assert rules.due_on(case, period) == TODAY.replace(year=TODAY.year + years)

    def test_what_was_found_goes_before_how_it_ended(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        Case.objects.filter(pk=case.pk).update(recorded_on=TODAY)
        assert rules.ending_of(read(case)) == "HANDLED"

        Proceeding.objects.create(
            case=case, kind="MISCONDUCT_HEARING", begun_on=TODAY, ended_on=TODAY, result="Warned."
        )

        assert rules.ending_of(read(case)) == "MISCONDUCT"

    def test_a_death_is_kept_longer(self, cast: Cast) -> None:
        matter = a_matter(cast, matter_type="DSI")
        Case.objects.filter(pk=matter.pk).update(closed_on=TODAY)

        assert rules.ending_of(read(matter)) == "IOPC"

    def test_while_it_goes_on_there_is_no_end_of_it(self, cast: Cast) -> None:
        case = read(a_case(cast))

        assert (rules.ending_of(case), rules.period_for(case, retention_periods())) == ("", None)

    @pytest.mark.django_db
    def test_nothing_that_it_begins_with_is_verified(self) -> None:
        begun = RetentionPeriod.objects.all()

        assert {each.ending for each in begun} == set(Ending.values)
        assert not any(each.verified for each in begun)
        assert all(each.source and each.basis for each in begun)

    def test_is_set_from_a_day_on_for_what_ends_then(self, cast: Cast) -> None:
        case = read(an_ended_case(cast))
        later = {
            "ending": "OUTSIDE",
            "years": 8,
            "basis": "As decided",
            "source": "The chief's schedule",
            "verified": True,
        }

        for from_on, years in ((TODAY + DAY, 6), (TODAY, 8)):
            periods.set_period(**later, from_on=from_on, actor=cast.actor("jo"), at=AT)
            found = rules.period_for(case, retention_periods())
            assert found is not None
            assert found.years == years

        rows = RetentionPeriod.objects.filter(ending="OUTSIDE").order_by("from_on")
        assert [(each.from_on, each.until_on) for each in rows] == [
            (ALWAYS, TODAY),
            (TODAY, TODAY + DAY),
            (TODAY + DAY, None),
        ]
        assert Event.objects.filter(verb="RETENTION_PERIOD_SET").count() == 2

    def test_is_set_by_the_delegate_or_an_administrator(self, cast: Cast) -> None:
        given = {"ending": "OUTSIDE", "basis": "Law", "source": "Law", "verified": False, "from_on": TODAY, "at": AT}

        for name in ("amal", "dee", "ida"):
            with pytest.raises(MayNot):
                periods.set_period(**given, years=7, actor=cast.actor(name))
        for years in (0, 101):
            with pytest.raises(Invalid):
                periods.set_period(**given, years=years, actor=cast.actor("beth"))
        with pytest.raises(Invalid):
            periods.set_period(**{**given, "source": " "}, years=7, actor=cast.actor("beth"))


class TestTheClock:
    def test_opens_a_review_on_the_day_and_not_before(self, cast: Cast) -> None:
        case = an_ended_case(cast)

        assert retention_watch.watch(at=DUE - DAY) == 0
        assert retention_watch.watch(at=DUE) == 1

        row = RetentionReview.objects.get(case=case)
        assert (row.state, row.ending, row.years, row.ended_on, row.due_on) == ("OPEN", "OUTSIDE", 6, TODAY, DUE.date())
        assert Case.objects.get(pk=case.pk).version == case.version + 1
        assert Event.objects.get(verb="RETENTION_REVIEW_OPENED").actor == "clock"

    def test_opens_it_once_however_often_and_late_it_looks(self, cast: Cast) -> None:
        case = an_ended_case(cast)

        assert [retention_watch.watch(at=DUE + 99 * DAY) for _ in range(3)] == [1, 0, 0]
        assert RetentionReview.objects.get(case=case).due_on == DUE.date()

    def test_is_one_of_the_workers_jobs(self, cast: Cast) -> None:
        an_ended_case(cast)

        with time_machine.travel(DUE, tick=False):
            assert review_retention() == 1

    def test_leaves_alone_what_goes_on(self, cast: Cast) -> None:
        for case in (a_case(cast), a_case_handled_outside(cast), an_otbi_case(cast)):
            Case.objects.filter(pk=case.pk).update(received_on=dt.date(2001, 1, 1))

        assert retention_watch.watch(at=DUE) == 0

    def test_never_looks_at_history(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        Case.objects.create(
            kind="COMPLAINT", state="FINALISED", origin="IMPORTED", source="old", force=cast.force,
            received_on=dt.date(2001, 1, 1), made_on=dt.date(2001, 1, 1), closed_on=dt.date(2002, 1, 1),
        )  # fmt: skip

        assert retention_watch.watch(at=DUE) == 1
        assert RetentionReview.objects.get().case == case


def suspended(case: Case, cast: Cast) -> None:
    Suspension.objects.create(
        case=case, suspended_on=TODAY, reason="?", for_criminal_proceedings=True, of_an_investigation=False
    )


def under_review(case: Case, cast: Cast) -> None:
    Review.objects.create(case=case, complainant=None, body="LPB", applied_on=TODAY)


def followed(case: Case, cast: Cast) -> None:
    Proceeding.objects.create(case=case, kind="CRIMINAL", begun_on=TODAY)


def to_be_done(case: Case, cast: Cast) -> None:
    kind = Code.objects.filter(table=Code.Table.ACTION).first()
    allegation = case.allegations.create(position=1)
    AllegationAction.objects.create(allegation=allegation, kind=kind, set_by=cast.users["beth"].person, set_on=TODAY)


def to_be_told(case: Case, cast: Cast) -> None:
    Notice.objects.create(case=case, kind="OUTCOME", to="COMPLAINANT", owed_on=TODAY)


def unread(case: Case, cast: Cast) -> None:
    Case.objects.filter(pk=case.pk).update(flags=["UNREAD_MESSAGE"])


def to_be_recorded(case: Case, cast: Cast) -> None:
    wish = {"text": "I want it recorded.", "wish": "RECORD", "files": [], "at": AT}
    message = messages.receive(case_id=case.pk, **wish)
    messages.mark_read(message=message.public_id, **by(cast, "beth", case))


def to_be_recorded_by_telephone(case: Case, cast: Cast) -> None:
    told = {"how": "TELEPHONE", "tried_at": AT, "reached": True, "views": "", "wishes_recording": True, "note": ""}
    contact.log_attempt(**by(cast, "beth", case), complainant=None, **told)


def linked(case: Case, cast: Cast) -> None:
    CaseLink.objects.create(kind="SAME_INCIDENT", case=a_case(cast), other=case, made_by=cast.users["amal"], made_at=AT)


def restricted(case: Case, cast: Cast) -> None:
    access.restrict(**by(cast, "beth", case), reason="?")


def partly_elsewhere(case: Case, cast: Cast) -> None:
    goes_on = a_case(cast).allegations.create(position=1)
    case.allegations.create(position=1, moved_to=goes_on, moved_on=AT.date())


def held(case: Case, cast: Cast) -> None:
    hold(cast, case)


AGAINST = [
    suspended, under_review, followed, to_be_done, to_be_told, unread, to_be_recorded, to_be_recorded_by_telephone, linked,
    partly_elsewhere, restricted, held,
]  # fmt: skip


class TestWhatStandsAgainstIt:
    @pytest.mark.parametrize("happens", AGAINST)
    def test_no_review_is_opened(self, cast: Cast, happens: Any) -> None:
        happens(an_ended_case(cast), cast)

        assert retention_watch.watch(at=DUE) == 0

    @pytest.mark.parametrize("happens", AGAINST)
    def test_a_review_that_is_open_is_called_off_by_the_clock(self, cast: Cast, happens: Any) -> None:
        case = an_ended_case(cast)
        reviewed(case)
        happens(case, cast)

        retention_watch.watch(at=DUE)

        assert states(case) == ["CALLED_OFF"]

    @pytest.mark.parametrize("happens", [each for each in AGAINST if each is not held])
    def test_neither_is_a_disposal_proposed_nor_confirmed(self, cast: Cast, happens: Any) -> None:
        open_case, proposed = an_ended_case(cast), a_proposed_case(cast)
        for case in (open_case, proposed):
            happens(case, cast)

        with pytest.raises(CannotRetain):
            propose(cast, open_case)
        with pytest.raises((CannotRetain, Missing)):
            confirm(cast, proposed)

        assert not Case.objects.filter(disposed_on__isnull=False).exists()

    def test_nobody_learns_by_it_of_a_linked_case_that_is_hidden_from_them(self, cast: Cast) -> None:
        case, other = an_ended_case(cast), a_case(cast)
        reviewed(case)
        links.add(**by(cast, "beth", case), other=other.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="")
        access.restrict(**by(cast, "beth", other), reason="Sealed.")
        lev, address = cast.client("lev"), f"/api/v1/cases/{case.reference}/"

        retention_watch.watch(at=DUE)

        assert lev.get(f"{address}links/").json() == []
        shown = lev.get(f"{address}retention/").json()
        assert (
            shown["against"] == [each["text"] for each in shown["history"][-1:]] == ["Something else still needs it."]
        )

    def test_it_is_reviewed_again_once_nothing_does(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        reviewed(case)
        followed(case, cast)
        retention_watch.watch(at=DUE)

        Proceeding.objects.update(ended_on=DUE.date(), result="Acquitted.")
        retention_watch.watch(at=DUE + DAY)

        assert states(case) == ["CALLED_OFF", "OPEN"]

    def test_a_link_that_has_ended_or_is_to_what_has_ended_does_not(self, cast: Cast) -> None:
        case, other = an_ended_case(cast), a_case(cast)
        common: dict[str, Any] = {"case": case, "made_by": cast.users["amal"], "made_at": AT}
        CaseLink.objects.create(kind="SAME_INCIDENT", other=other, ended_at=AT, **common)
        CaseLink.objects.create(kind="SAME_INCIDENT", other=an_ended_case(cast), **common)

        assert retention_watch.watch(at=DUE) == 2


class TestHolds:
    def test_are_put_on_a_case_that_goes_on_too_and_keep_it_until_they_are_lifted(self, cast: Cast) -> None:
        case = a_case(cast)
        row = hold(cast, case, at=AT)

        assert (row.ground, row.until_on, row.placed_on) == ("LITIGATION", None, TODAY)
        assert lift(cast, row).lifted_on == DUE.date()
        with pytest.raises(CannotRetain, match="lifted"):
            lift(cast, row)

    def test_until_a_day_end_after_it_by_themselves(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        row = hold(cast, case, until_on=DUE.date() + DAY)

        assert [retention_watch.watch(at=DUE + n * DAY) for n in range(3)] == [0, 0, 1]
        with pytest.raises(CannotRetain):
            lift(cast, row, at=DUE + 2 * DAY)

    def test_each_of_several_has_to_be_lifted(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        first, second = hold(cast, case), hold(cast, case)

        lift(cast, first)
        assert retention_watch.watch(at=DUE) == 0
        lift(cast, second)
        assert retention_watch.watch(at=DUE) == 1

    def test_call_an_open_review_off(self, cast: Cast) -> None:
        case = a_proposed_case(cast)

        hold(cast, case, name="amal")

        assert states(case) == ["CALLED_OFF"]
        with pytest.raises(CannotRetain, match="No disposal"):
            confirm(cast, case)

    def test_are_for_professional_standards_to_put_and_for_the_delegate_to_lift(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        row = hold(cast, case, name="amal")

        with pytest.raises(MayNot):
            lift(cast, row, name="amal")
        with pytest.raises(Missing):
            hold(cast, case, name="ed")
        with pytest.raises(Missing):
            retention.lift(**by(cast, "beth", case), hold=uuid4(), reason="?")

    def test_do_not_begin_in_the_past(self, cast: Cast) -> None:
        with pytest.raises(Invalid):
            hold(cast, a_case(cast), at=AT, until_on=TODAY - DAY)

    def test_are_of_no_history(self, cast: Cast) -> None:
        case = Case.objects.create(
            kind="COMPLAINT", state="FINALISED", origin="IMPORTED", source="old", force=cast.force,
            received_on=TODAY, made_on=TODAY,
        )  # fmt: skip

        with pytest.raises(HistoryStands):
            hold(cast, case)


class TestDeciding:
    def test_to_keep_it_has_it_looked_at_again_on_that_day(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        reviewed(case)
        until = DUE.date() + 365 * DAY

        row = keep(cast, case, until)

        assert (row.state, row.kept_until, row.settled_on) == ("KEPT", until, DUE.date())
        assert retention_watch.watch(at=DUE + 364 * DAY) == 0
        assert retention_watch.watch(at=DUE + 365 * DAY) == 1

    @pytest.mark.parametrize("until", [None, DUE.date(), DUE.date() - DAY, dt.date(2999, 1, 1)])
    def test_to_keep_it_needs_a_day_to_come(self, cast: Cast, until: Any) -> None:
        case = an_ended_case(cast)
        reviewed(case)

        with pytest.raises(Invalid):
            keep(cast, case, until)

    def test_to_dispose_of_it_waits_for_a_second_person(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        reviewed(case)

        row = propose(cast, case)

        assert (row.state, row.decided_by, row.settled_on) == ("PROPOSED", cast.users["beth"], None)
        assert Case.objects.get(pk=case.pk).disposed_on is None
        with pytest.raises(Invalid):
            retention.decide(
                **by(cast, "beth", reviewed_anew(cast), DUE), decision="DISPOSE", until_on=DUE.date() + DAY, reason="?"
            )

    def test_needs_a_review_that_is_open(self, cast: Cast) -> None:
        case = an_ended_case(cast)

        with pytest.raises(CannotRetain):
            propose(cast, case)
        with pytest.raises(CannotRetain):
            keep(cast, case, DUE.date() + DAY)
        proposed = a_proposed_case(cast)
        with pytest.raises(CannotRetain):
            propose(cast, proposed, name="lev")

    def test_is_for_the_delegate_alone(self, cast: Cast) -> None:
        case, proposed = an_ended_case(cast), a_proposed_case(cast)
        retention_watch.watch(at=DUE)

        for name in ("amal",):
            with pytest.raises(MayNot):
                propose(cast, case, name=name)
            with pytest.raises(MayNot):
                confirm(cast, proposed, name=name)
            with pytest.raises(MayNot):
                refuse(cast, proposed, name=name)
        for name in ("ed", "jo", "ida", "kit"):
            with pytest.raises(Missing):
                propose(cast, case, name=name)

    def test_is_of_the_version_that_was_read(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        reviewed(case)

        with pytest.raises(Stale):
            retention.decide(
                reference=case.reference, decision="DISPOSE", until_on=None, reason="?", actor=cast.actor("beth"), at=DUE,
                version=case.version,
            )  # fmt: skip


def reviewed_anew(cast: Cast) -> Case:
    case = an_ended_case(cast)
    reviewed(case)
    return case


class TestTheSecondPerson:
    def test_is_somebody_else(self, cast: Cast) -> None:
        case = a_proposed_case(cast)

        for step in (confirm, refuse):
            with pytest.raises(OwnProposal):
                step(cast, case, name="beth")

    def test_is_a_person_and_no_second_account(self, cast: Cast) -> None:
        case, beth = a_proposed_case(cast), cast.users["beth"].person
        cast.users["beth too"] = people.open_account(
            email="beth.too@westshire.test", person=beth, password=PASSWORD, actor=FOUNDER, at=AT
        )
        people.grant_role(
            user=cast.users["beth too"], role=Role.APPROPRIATE_AUTHORITY, unit=cast.standards, actor=FOUNDER, at=AT
        )

        for step in (confirm, refuse):
            with pytest.raises(OwnProposal):
                step(cast, case, name="beth too")

    def test_who_refuses_has_it_decided_anew(self, cast: Cast) -> None:
        case = a_proposed_case(cast)

        anew = refuse(cast, case)

        assert states(case) == ["REFUSED", "OPEN"]
        assert (anew.state, anew.due_on) == ("OPEN", DUE.date())
        propose(cast, case, name="lev")
        assert confirm(cast, case, name="beth").disposed_on == DUE.date()

    def test_needs_a_proposal(self, cast: Cast) -> None:
        case = reviewed_anew(cast)

        for step in (confirm, refuse):
            with pytest.raises(CannotRetain):
                step(cast, case)

    def test_the_database_asks_for_two_too(self, cast: Cast) -> None:
        row = RetentionReview.objects.get(case=a_proposed_case(cast))

        for changed in ({}, {"seconded_by": row.decided_by}):
            with pytest.raises(IntegrityError), transaction.atomic():
                RetentionReview.objects.filter(pk=row.pk).update(state="DISPOSED", settled_on=DUE.date(), **changed)


class TestOpenedAgain:
    def test_what_was_to_be_decided_is_called_off(self, cast: Cast) -> None:
        case = a_proposed_case(cast)

        move(cast, case, "amal", "record", at=DUE)

        assert states(case) == ["CALLED_OFF"]
        assert retention_watch.watch(at=DUE + 9999 * DAY) == 0

    def test_ended_anew_it_is_kept_anew_whatever_was_decided_before(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        reviewed(case)
        keep(cast, case, DUE.date() + 30 * 365 * DAY)

        Case.objects.filter(pk=case.pk).update(closed_on=TODAY + DAY)

        assert reviewed(case, DUE + DAY).due_on == (DUE + DAY).date()


class TestTheTimeline:
    def test_tells_each_step_with_who_and_why(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        row = hold(cast, case)
        lift(cast, row)
        reviewed(case)
        propose(cast, case)
        refuse(cast, case)

        found = get_case(reference=case.reference, actor=cast.actor("beth"))
        entries = timeline(found, actor=cast.actor("beth"), cursor="", size=100).rows

        told = [(each.what, each.who, each.text) for each in entries if each.at == DUE]
        assert told == [
            ("RETENTION_HELD", "Beth", "A claim is expected."),
            ("RETENTION_HOLD_LIFTED", "Beth", "It was settled."),
            ("RETENTION_REVIEW_OPENED", "The system", ""),
            ("DISPOSAL_PROPOSED", "Beth", "The six years are over, and nobody needs it."),
            ("DISPOSAL_REFUSED", "Lev", "The family still writes."),
        ]


class TestOverHTTP:
    def test_a_case_is_held_kept_and_disposed_of(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        url = f"{CASES}{case.reference}/retention/"
        with time_machine.travel(DUE, tick=False):
            beth, lev = cast.client("beth"), cast.client("lev")

            def send(client: Any, route: str, body: Any = None) -> Any:
                tag = beth.get(url)["ETag"]
                return client.post(f"{url}{route}", body or {}, format="json", headers={"If-Match": tag})

            held = send(beth, "holds/", {"ground": "PUBLIC_INQUIRY", "reason": "The inquest."})
            assert held.status_code == 201
            assert retention_watch.watch(at=DUE) == 0
            assert send(beth, f"holds/{held.json()['public_id']}/lift/", {"reason": "It is over."}).status_code == 200
            retention_watch.watch(at=DUE)
            shown = beth.get(url).json()
            assert (shown["ending"], shown["due_on"], shown["against"]) == ("OUTSIDE", "2032-11-20", [])
            assert {each["step"] for each in shown["steps"] if each["allowed"]} == {"hold", "keep", "dispose"}
            waiting = beth.get(f"{CASES}retention/").json()["results"]
            assert [each["case"]["reference"] for each in waiting] == [case.reference]
            assert send(beth, "decision/", {"decision": "DISPOSE", "reason": "Over."}).json()["state"] == "PROPOSED"
            assert send(beth, "confirmation/").status_code == 409
            assert send(lev, "refusal/", {"reason": "Not yet."}).json()["state"] == "OPEN"
            assert send(lev, "decision/", {"decision": "DISPOSE", "reason": "Over."}).status_code == 200
            assert lev.get(f"{CASES}retention/", {"state": "OPEN"}).json()["results"] == []
            assert len(beth.get(f"{CASES}retention/", {"state": "PROPOSED"}).json()["results"]) == 1
            done = send(beth, "confirmation/")
            assert (done.status_code, done.json()["state"]) == (200, "DISPOSED")
            stub = beth.get(url).json()
            assert stub["disposed_on"] == "2032-11-20"
            assert not any(each["allowed"] for each in stub["steps"])

    def test_who_does_not_decide_is_told_who_does_and_nothing_else(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        linked(case, cast)

        shown = cast.client("amal").get(f"{CASES}{case.reference}/retention/").json()

        assert shown["against"] == []
        assert {each["step"]: each["allowed"] for each in shown["steps"]} == {
            "hold": True, "lift": False, "keep": False, "dispose": False, "confirm": False, "refuse": False,
        }  # fmt: skip
        assert all("delegate" in " ".join(each["why_not"]) for each in shown["steps"] if not each["allowed"])

    def test_the_list_is_of_who_decides_and_may_see_the_case(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        reviewed(case)
        involved = Involvement.objects.create(case=case, person=cast.users["beth"].person, part="CONFLICT")

        for name, count in (("lev", 1), ("beth", 0), ("amal", 0), ("kit", 0), ("ida", 0), ("jo", 0)):
            assert len(cast.client(name).get(f"{CASES}retention/").json()["results"]) == count, (name, involved)

    def test_the_periods_are_read_by_staff_and_set_by_who_keeps_them(self, cast: Cast) -> None:
        url = "/api/v1/deadlines/retention-periods/"
        body = {
            "ending": "COMMENT",
            "years": 2,
            "basis": "Short",
            "source": "A decision",
            "verified": True,
            "from_on": "2026-12-01",
        }

        assert cast.client("amal").post(url, body, format="json").status_code == 403
        made = cast.client("jo").post(url, body, format="json")

        assert (made.status_code, made.json()["years"]) == (201, 2)
        assert len(cast.client("cai").get(url).json()) == RetentionPeriod.objects.count() == 11


class TestTheCommand:
    def run(self, *arguments: str, at: dt.datetime = DUE) -> list[str]:
        told = StringIO()
        with time_machine.travel(at, tick=False):
            call_command("retention", *arguments, stdout=told)
        return told.getvalue().splitlines()

    def test_lists_what_is_due_held_waiting_and_disposed_of_by_reference(self, cast: Cast) -> None:
        due, held_one, disposed = an_ended_case(cast), an_ended_case(cast), a_proposed_case(cast)
        confirm(cast, disposed)
        hold(cast, held_one)

        said = self.run("--dry-run")

        assert f"open {due.reference} OUTSIDE 2032-11-20" in said
        assert f"held {held_one.reference} LITIGATION until it is lifted" in said
        assert f"disposed {disposed.reference} 2032-11-20" in said
        assert "Maya" not in " ".join(said)

    def test_dry_it_opens_nothing(self, cast: Cast) -> None:
        case = an_ended_case(cast)

        assert self.run("--dry-run") == [f"due {case.reference} OUTSIDE 2032-11-20", "Due: 1. Reviews opened: 0."]
        assert not RetentionReview.objects.exists()
        assert self.run()[-1] == "Due: 1. Reviews opened: 1."
        assert self.run()[-1] == "Due: 0. Reviews opened: 0."
