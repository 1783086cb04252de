"""The code is driven beside a second writing of the law (tests/cases/law.py), by chance, and the two agree at every step."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend.accounts.actors import Actor
from backend.accounts.models import Role
from backend.attachments import services as attachments
from backend.audit.models import Event
from backend.calendar.working_days import day_of
from backend.common.errors import Missing, NotAllowed, Refused
from cases import findings
from cases.deadlines import open_deadlines
from cases.models import Body, Case, CaseFile, Message, Notice, Withdrawal
from cases.models.complaint import ComplaintMove
from cases.moves import NEEDS
from cases.selectors import get_case, next_moves
from cases.services import (
    allegations,
    assessment,
    assignment,
    body_notices,
    decisions,
    determinations,
    messages,
    notes,
    reviews,
    suspensions,
    transitions,
    withdrawals,
)
from cases.services.intake import NewComplainant
from cases.timetable import timetable
from tests.attachments.samples import png_with_text
from tests.cases.days import due
from tests.cases.law import ASSESSORS, AUTHORITY, ENDED, EVERYBODY, INVESTIGATORS, SCHEDULE_3, WAYS, Law
from tests.cases.promises import Promise
from tests.cast import AT, INDEPENDENT, NO_TICKS, Cast, a_case, add_user, gather

SHORT = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # a failure is a story of 25 steps: to shorten it would take a hundred times as long
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=2000, stateful_step_count=50, derandomize=False)
TOLD = "This is what we found, and why."
BOTH = (NewComplainant(name="Maya Field", email="maya@home.test"), NewComplainant(name="Ben Field"))
CATEGORY = "A1"  # one that any unit may handle
SUSPENDABLE = {"HANDLING_OUTSIDE"} | SCHEDULE_3


class Complaint(RuleBasedStateMachine):
    """One complaint, everybody who may work on it, and the law beside it."""

    cast: Cast  # set by the test: the stage is the same for every run
    actors: dict[str, Actor]
    turn = 0

    @initialize(wish=st.booleans())
    def receive(self, wish: bool) -> None:
        self.at = AT
        self.case = a_case(self.cast, wishes_recording=wish, complainants=[*BOTH])
        self.law = Law(made_on=AT.date(), wish=wish)
        self.paper = attachments.keep(content=BytesIO(png_with_text()), name="notice.png", at=AT)
        CaseFile.objects.create(case_id=self.case.pk, file=self.paper)
        self.reviewed_on: dict[int, dt.date] = {}  # by the position of who applied

    # ---- time, and whoever reads

    @property
    def today(self) -> dt.date:
        return day_of(self.at)

    @rule(days=st.sampled_from([1, 2, 29]))
    def wait(self, days: int) -> None:
        self.at += dt.timedelta(days=days)

    def read(self, who: str = "beth") -> Any:
        case = get_case(reference=self.case.reference, actor=self.actor(who))
        case.considered_on = self.today
        return case

    def actor(self, who: str) -> Actor:
        """Their roles never change in these stories: they are read once."""
        return self.actors[who]

    def door(self, who: str) -> dict[str, Any]:
        version = Case.objects.values_list("version", flat=True).get(pk=self.case.pk)
        return {"reference": self.case.reference, "actor": self.actor(who), "at": self.at, "version": version}

    # ---- the moves

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """Mostly what the law lets somebody do, sometimes anything by anybody."""
        permitted = sorted((who, name) for who in EVERYBODY for name in self.law.permitted(who, self.today) - {"merge"})
        anything = st.tuples(st.sampled_from(sorted(EVERYBODY)), st.sampled_from(sorted(set(WAYS) - {"merge"})))
        tempted = not permitted or data.draw(st.integers(0, 5), label="tempted") == 0
        who, name = data.draw(anything if tempted else st.sampled_from(permitted), label="who makes which move")
        may = name in self.law.permitted(who, self.today)
        details, learnt = self.details(name, data)
        promise = Promise.of(self.read(), name) if may else None
        if not may:
            with pytest.raises((Refused, NotAllowed, Missing)):
                transitions.perform(**self.door(who), move=name, details=details)
            return
        moved = transitions.perform(**self.door(who), move=name, details=details)
        self.law.follow(name, who, self.today, **learnt)
        assert promise is not None
        promise.check(moved)

    def details(self, name: str, data: st.DataObject) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the move is told; and of it what the law has to know."""
        today = self.today.isoformat()
        investigator = min(INVESTIGATORS - {self.law.former, self.law.handler, self.law.investigator})
        mandatory = self.law.must_be_referred or data.draw(st.booleans(), label="mandatory")
        clear_on = (self.law.clear_on if self.law.must_be_referred else None) or self.today
        known: dict[str, Any] = {
            "why": "DEALT_WITH_BY_DISCIPLINARY_PROCEEDINGS" if name == "decide_not_to_record" else "NO_STANDING",
            "told": TOLD, "reason": "For a reason.", "result": "Looked into.", "terms": "To find out.", "summary": "Found.",
            "contacted_on": today, "views": "An apology.", "wishes_recording": False, "declined_on": today,
            "to": "OTHER_FORCE", "basis": "MANDATORY" if mandatory else "VOLUNTARY",
            "ground": "SERIOUS_ASSAULT" if mandatory else "GRAVITY",
            "clear_on": clear_on.isoformat(), "document": str(self.paper.public_id), "dated_on": today,
            "investigator": f"{investigator}@westshire.test", **INDEPENDENT, "public_interest": "ENDS",
        }  # fmt: skip
        learnt: dict[str, Any] = {}
        if "investigator" in {need.name for need in NEEDS[name]}:
            learnt["investigator"] = investigator
        if name == "refer":
            learnt["mandatory"] = mandatory
        return {need.name: known[need.name] for need in NEEDS[name]}, learnt

    # ---- beside the moves

    def changed(self) -> None:
        self.law.changes += 1

    @precondition(lambda self: not self.law.closed)
    @rule(
        who=st.sampled_from(sorted(ASSESSORS)),
        yes=st.sets(st.sampled_from(sorted(NO_TICKS)), max_size=2),
        wish=st.sampled_from([None, None, True]),
    )
    def assess(self, who: str, yes: set[str], wish: bool | None) -> None:
        """What was said yes to stays: taking it back is tested by itself."""
        if not self.law.sees(who):
            return
        case = Case.objects.get(pk=self.case.pk)
        ticks = {name: bool(getattr(case, name)) or name in yes for name in NO_TICKS}
        assessment.assess(
            **self.door(who), ticks=ticks, wishes_recording=wish, contact_impossible_reason=None, reason=""
        )
        self.law.alleged = any(ticks.values())
        self.law.mandatory = ticks["alleges_death_or_serious_injury"] or ticks["alleges_mandatory_referral"]
        if self.law.mandatory and self.law.clear_on is None:
            self.law.clear_on = self.today
        self.law.wish = self.law.wish or bool(wish)
        self.law.has_to_be_recorded(self.today)
        self.changed()

    @precondition(lambda self: self.law.wish and not self.law.closed)
    @rule(who=st.sampled_from(sorted(ASSESSORS)))
    def overrule_the_wish(self, who: str) -> None:
        """They have not given it up: whoever takes it back is refused, and nothing changes."""
        ticks = {name: bool(getattr(Case.objects.get(pk=self.case.pk), name)) for name in NO_TICKS}
        with pytest.raises((Refused, NotAllowed, Missing)):
            assessment.assess(
                **self.door(who), ticks=ticks, wishes_recording=False, contact_impossible_reason=None, reason="No need."
            )

    @precondition(lambda self: self.law.recorded and not self.law.closed and not self.law.told)
    @rule(who=st.sampled_from(sorted(AUTHORITY)), indication=st.booleans(), exception=st.booleans())
    def look_for_misconduct(self, who: str, indication: bool, exception: bool) -> None:
        determinations.set_duty_to_investigate(
            **self.door(who),
            indicates_misconduct=indication,
            exception="It repeats what was dealt with." if indication and exception else "",
            reason="As it looks now.",
        )
        self.law.indication, self.law.exception = indication, indication and exception
        self.changed()

    @rule(really=st.sampled_from([False, False, True]))
    def wish_it_recorded(self, really: bool) -> None:
        """By the receipt, at any time: in whatever state it is, and after its end."""
        if not really:
            return
        messages.receive(
            case_id=self.case.pk, text="I want it on record.", wish=Message.Wish.RECORD, files=[], at=self.at
        )
        self.law.wish = True
        self.law.has_to_be_recorded(self.today)
        self.changed()

    def may_work_on_allegations(self) -> bool:
        return not self.law.closed and self.law.state not in ("OUTCOME_SENT", "UNDER_REVIEW", "RESOLVED_OUTSIDE")

    @precondition(lambda self: self.may_work_on_allegations() and len(self.law.parts) < 2)
    @rule(coded=st.sampled_from([True, True, False]))
    def allege(self, coded: bool) -> None:
        allegations.add(**self.door("beth"), described={"summary": "They were rude."})
        self.changed()
        self.law.is_alleged(self.today)
        if coded:
            self.code()

    @precondition(lambda self: self.may_work_on_allegations())
    @rule()
    def code(self) -> None:
        for row, part in self.rows():
            if not part.coded:
                allegations.code(**self.door("lev"), allegation=row.public_id, category=CATEGORY, factors=[])
                part.coded = True
                self.changed()

    @precondition(
        lambda self: (
            self.law.state == "LOCAL_INV" and bool(self.law.investigator) and self.law.sees(self.law.investigator)
        )
    )
    @rule()
    def give_opinions(self) -> None:
        for row, part in self.rows():
            opinion = min(findings.opinions_for(self.read(), row))
            decisions.give_opinion(
                **self.door(self.law.investigator), allegation=row.public_id, opinion=opinion, reasons="The evidence."
            )
            part.opinion = True
            self.changed()

    def is_substituted(self) -> bool:
        return self.law.state == "UNDER_REVIEW" and self.law.reviews[-1] == "SUBSTITUTED"

    @precondition(lambda self: self.is_substituted() or (self.law.state == "DECISION" and not self.law.all_suspended))
    @rule(who=st.sampled_from(sorted(AUTHORITY)))
    def decide(self, who: str) -> None:
        iopcs = self.is_substituted() or self.law.determined in ("determine_directed", "determine_independent")
        if not iopcs and not self.law.may(who, "begin_decision"):
            return
        for number, (row, part) in enumerate(self.rows()):
            if not part.coded or number in self.law.suspensions:
                continue
            finding = min(findings.findings_for(self.read(), row))
            found = {"allegation": row.public_id, "finding": finding, "rationale": "On the evidence.", "notice": None}
            if self.law.investigated and not iopcs and not part.opinion:  # it was added after the report
                with pytest.raises(decisions.CannotDecide):
                    decisions.decide(**self.door(who), **found)
                continue
            decisions.decide(**self.door(who), **found)
            decisions.set_actions(**self.door(who), allegation=row.public_id, actions=[])
            part.finding = part.actions = True
            part.decider = "" if iopcs else who
            self.changed()
            self.changed()
        on = self.law.dates.iopcs_findings if iopcs else self.today
        assert on is not None
        self.law.are_decided(on)

    def rows(self) -> list[tuple[Any, Any]]:
        return list(zip(self.read().allegations.order_by("position"), self.law.parts, strict=True))

    @precondition(lambda self: self.law.review_body and self.law.state in ("OUTCOME_SENT", "UNDER_REVIEW", "FINALISED"))
    @rule(position=st.sampled_from([1, 2]))
    def apply_for_a_review(self, position: int) -> None:
        if position in self.law.gone:
            return
        assert self.law.told_on is not None
        if self.reviewed_on.get(position, dt.date.min) >= self.law.told_on:
            return  # this outcome was reviewed at their application already, or is to be
        late = self.today > self.law.told_on + dt.timedelta(days=28)
        reviews.apply(
            **self.door("beth"),
            complainant=self.read().complainants.get(position=position).public_id,
            made_to=Body(self.law.right_body),
            applied_on=self.today,
            forwarded_on=None,
            accepted_late_reason="They were in hospital." if late else "",
            document=self.paper.public_id,
        )
        self.reviewed_on[position] = self.today
        if self.law.is_reviewed:
            self.law.waiting.append(self.law.right_body)
            self.law.dates.applied_meanwhile.append(self.today)
        else:
            self.law.reviews.append("APPLIED")
            self.law.dates.applied = self.today
            self.law.review_of = self.law.review_body = self.law.right_body
        self.changed()

    @precondition(lambda self: self.law.state == "UNDER_REVIEW" and self.law.reviews[-1:] == ["APPLIED"])
    @rule(data=st.data())
    def end_the_review(self, data: st.DataObject) -> None:
        iopc = {
            "NOT_UPHELD": "NOT_UPHELD",
            "INVALID": "INVALID",
            "DETERMINES_INVESTIGATION": "DETERMINED",
            "SUBSTITUTES_FINDINGS": "SUBSTITUTED",
        }
        lpb = {"NOT_UPHELD": "NOT_UPHELD", "INVALID": "INVALID", "RECOMMENDS": "AWAITING_RESPONSE"}
        endings = iopc if self.law.review_of == "IOPC" else lpb
        decides = data.draw(st.sampled_from(sorted(endings)), label="decides")
        review = self.read().reviews.filter(waits=False).order_by("pk").last()
        reviews.decide(
            **self.door("lev"),
            public_id=review.public_id,
            decides=decides,
            dated_on=self.today,
            document=self.paper.public_id,
            recommendation="Apologise." if decides == "RECOMMENDS" else "",
        )
        self.law.reviews[-1] = endings[decides]
        self.law.dates.review_decided, self.law.dates.answered = self.today, None
        if decides == "SUBSTITUTES_FINDINGS":
            self.law.findings_are_set_aside()
            self.law.dates.iopcs_findings = self.today
        self.changed()

    @precondition(lambda self: self.law.reviews[-1:] == ["AWAITING_RESPONSE"] and self.law.state == "UNDER_REVIEW")
    @rule(says=st.sampled_from(["ACCEPTED", "REFUSED"]))
    def answer_the_recommendation(self, says: Any) -> None:
        review = self.read().reviews.filter(waits=False).order_by("pk").last()
        reviews.answer(**self.door("beth"), public_id=review.public_id, says=says, reasons="For good reasons.")
        self.law.reviews[-1] = says
        self.law.dates.answered = self.today
        self.changed()

    @precondition(
        lambda self: self.law.withdrawn_on is None and not self.law.closed and self.law.state != "RESOLVED_OUTSIDE"
    )
    @rule(really=st.sampled_from([False, False, True]), position=st.sampled_from([1, 2]))
    def sign_a_withdrawal(self, really: bool, position: int) -> None:
        """The other keeps it alive; once both have, it may be ended."""
        if not really or position in self.law.gone:
            return
        withdrawals.enter_signed(
            **self.door("beth"),
            complainant=self.read().complainants.get(position=position).public_id,
            allegation=None,
            signed_on=self.today,
            signed_by=Withdrawal.SignedBy.COMPLAINANT,
            authority_seen_on=None,
            document=None,
        )
        self.changed()
        self.law.gone.add(position)
        if len(self.law.gone) == len(BOTH):
            self.law.withdrawn_on = self.today

    @precondition(lambda self: self.law.assessed and not self.law.closed)
    @rule(decides=st.sampled_from(["REQUIRES_REFERRAL", "DIRECTS_REFERRAL", "CONSENTS_TO_REFERRAL", "LETS_WITHDRAW"]))
    def hear_from_the_iopc(self, decides: str) -> None:
        case = self.read()
        decision = body_notices.DECISIONS[decides]
        if not decision.fits(case):
            return
        body_notices.enter(
            **self.door("lev"), body=Body.IOPC, decides=decides, dated_on=self.today, document=self.paper.public_id
        )
        is_owed = decides in ("REQUIRES_REFERRAL", "DIRECTS_REFERRAL")
        if is_owed:
            self.law.becomes_clear(self.today)
            self.law.alleged = self.law.mandatory = True
        if decides == "DIRECTS_REFERRAL" and not self.law.directs:
            self.law.directs, self.law.dates.directed = True, self.today
        self.law.consents |= decides == "CONSENTS_TO_REFERRAL"
        if decides == "LETS_WITHDRAW":
            self.law.lets_withdraw.append(self.today)
        self.changed()

    @precondition(lambda self: self.law.state in SUSPENDABLE and not self.law.the_iopc_decides)
    @rule(really=st.sampled_from([False, True]), part=st.sampled_from([None, 0, 1]))
    def suspend(self, really: bool, part: int | None) -> None:
        """All of it, or one part of two; of what is suspended as a whole no part is, nor the whole of what is in part."""
        if not really or self.law.suspensions.keys() & {None, part} or (part is None and self.law.suspensions):
            return
        rows = self.rows()
        if part is not None and len(rows) < 2:
            return
        suspensions.suspend(
            **self.door("beth"),
            allegation=None if part is None else rows[part][0].public_id,
            reason="The trial of that evening.",
            until="CRIMINAL_PROCEEDINGS",
        )
        self.law.is_suspended(part, self.today)
        self.changed()

    @precondition(lambda self: self.law.suspensions and not self.law.closed)
    @rule()
    def resume(self) -> None:
        """Whichever was suspended first."""
        suspension = next(each for each in self.read().suspensions.order_by("pk") if each.state == "SUSPENDED")
        part = next(iter(self.law.suspensions))
        door = {**self.door("lev"), "suspension": suspension.public_id}
        if self.law.state in ("DIRECTED", "INDEPENDENT") or self.law.the_iopc_decides:
            suspensions.follow_direction(**door, document=self.paper.public_id, dated_on=self.today)
        else:
            suspensions.resume(**door, reason="The trial is off.")
        self.law.is_resumed(part, self.today)
        self.changed()

    @precondition(lambda self: self.law.decided_before)
    @rule()
    def let_somebody_decide_again(self) -> None:
        who = min(self.law.decided_before)
        [other] = AUTHORITY - {who}
        determinations.let_decide_again(
            **self.door(other), who=f"{who}@westshire.test", reason="Nobody else of the authority is left."
        )
        self.law.decided_before.remove(who)
        self.changed()

    @rule(who=st.sampled_from(sorted(AUTHORITY)))
    def note(self, who: str) -> None:
        notes.add(**self.door(who), text="Seen.")
        self.changed()

    @precondition(lambda self: not self.law.closed)
    @rule(who=st.sampled_from(["amal", "fay", "lev"]))
    def assign(self, who: str) -> None:
        handler = f"{who}@westshire.test"
        assignment.assign(**self.door("beth"), unit=None, handler=handler, reason="They know it.")
        self.law.handler = who
        self.changed()

    # ---- at every step

    @invariant()
    def the_state_the_version_and_the_trail_agree(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        assert case.state == self.law.state
        assert case.version == 1 + self.law.changes
        assert Event.objects.filter(subject_kind="case", subject=case.reference).count() == self.law.changes
        assert (case.closed_on is not None) == (case.state in ENDED)
        assert (case.closed_on is not None, case.told_on is not None) == (self.law.closed, self.law.told)
        assert case.referral_clear_on == self.law.clear_on
        assert (case.review_body, case.recorded_on is not None) == (self.law.review_body, self.law.recorded)

    @invariant()
    def what_is_offered_is_what_the_law_permits(self) -> None:
        """To one of the six at every step: everybody has their turn."""
        self.turn = (self.turn + 1) % len(EVERYBODY)
        who = sorted(EVERYBODY)[self.turn]
        seen = Case.objects.visible_to(self.actor(who)).filter(pk=self.case.pk).exists()
        assert seen == self.law.sees(who), who
        if seen:
            moves = next_moves(self.read(who), actor=self.actor(who), on=self.today)
            offered = {each.move for each in moves if each.allowed}
            assert offered == self.law.permitted(who, self.today), (who, self.law)

    @invariant()
    def something_is_due_next_or_nothing_is(self) -> None:
        case = Case.objects.get(pk=self.case.pk)
        owes_a_notice = Notice.objects.filter(case_id=case.pk, settled_on=None).exists()
        assert (case.next_due_on is not None) == (owes_a_notice or self.law.is_due), self.law

    @invariant()
    def what_runs_is_due_on_the_day_that_the_law_counts(self) -> None:
        case = self.read()
        notices = {str(notice.public_id) for notice in case.notices.all()}
        duties = [duty for duty in open_deadlines(case, timetable()) if duty.about not in notices]
        assert Counter((duty.rule, duty.due_on) for duty in duties) == due(self.law), self.law


def drive(how: settings) -> None:
    Complaint.cast = gather()
    for name in sorted(INVESTIGATORS - {"fay"}):
        add_user(Complaint.cast, name, Role.PSD_INVESTIGATOR, Complaint.cast.standards)
    Complaint.actors = {who: Complaint.cast.actor(who) for who in EVERYBODY}
    run_state_machine_as_test(Complaint, settings=how)


@pytest.mark.django_db
def test_the_code_does_what_the_law_says() -> None:
    drive(SHORT)


@pytest.mark.django_db
@pytest.mark.prove
def test_the_code_does_what_the_law_says_two_thousand_times() -> None:
    drive(LONG)


def test_the_law_and_the_machine_know_the_same_moves() -> None:
    assert set(WAYS) == set(ComplaintMove.values)
