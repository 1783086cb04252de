"""The code is driven beside a second writing of the law (tests/cases/law.py), by chance, and the two agree at every step."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
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
from backend.common.errors import Invalid, Missing, NotAllowed, Refused
from cases import findings, standing
from cases.deadlines import open_deadlines
from cases.models import Body, Case, CaseFile, Involvement, Message, Notice, SpecialProcedures, Withdrawal
from cases.models.complaint import ComplaintMove
from cases.moves import NEEDS
from cases.selectors import get_case, next_moves
from cases.services import (
    access,
    allegations,
    assessment,
    assignment,
    body_notices,
    decisions,
    determinations,
    involvement,
    messages,
    notes,
    reviews,
    special_procedures,
    suspensions,
    transitions,
    withdrawals,
)
from cases.services.intake import NewComplainant
from cases.timetable import timetable
from tests.attachments.samples import png_with_text
from tests.cases.days import due
from tests.cases.law import (
    ASSESSORS,
    AT_THE_IOPC,
    AUTHORITY,
    ENDED,
    EVERYBODY,
    INVESTIGATED,
    INVESTIGATORS,
    SCHEDULE_3,
    WAYS,
    Law,
)
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
BOTH = (
    NewComplainant(name="Maya Field", email="maya@home.test"),
    NewComplainant(name="Ben Field", email="ben@home.test"),
)
UNSAID: dict[str, Any] = {"contact_impossible_reason": None, "reason": ""}
CATEGORY = "A1"  # one that any unit may handle
CONSTABLE = "1999"  # whom it is about: somebody under whom nobody works
SUSPENDABLE = {"HANDLING_OUTSIDE"} | SCHEDULE_3


def needs_of(move: str) -> list[str]:
    return [need.name for need in NEEDS[move]]


class Complaint(RuleBasedStateMachine):
    """One complaint, everybody who may work on it, and the law beside it."""

    cast: Cast  # set by the test: the stage is the same for every run
    actors: dict[str, Actor]
    turn = 0

    @initialize(
        wish=st.booleans(), so_far=st.sampled_from(["RECEIVED", "RECORDED", "LOCAL_INV", "ASKED", "ASKED IN PART"])
    )
    def begin(self, wish: bool, so_far: str) -> None:
        """Many stories begin where most can happen: by the way that leads there, with two parts and whom it is about."""
        self.receive(wish=wish)
        if so_far == "RECEIVED":
            return
        self.make("amal", "take")
        self.assess(who="beth", yes=set(), wish=None)
        self.make("amal", "record")
        self.allege(coded=True)
        self.allege(coded=True)
        self.name_whom_it_is_about()
        if so_far != "RECORDED":
            self.make("beth", "investigate")
        if so_far.startswith("ASKED"):
            part = None if so_far == "ASKED" else 0
            self.suspend(really=True, part=part, until="CRIMINAL_PROCEEDINGS")
            self.conclude(part)
            self.ask_whether_it_goes_on()

    def receive(self, *, wish: bool) -> None:
        self.at = AT
        self.case = a_case(self.cast, wishes_recording=wish, complainants=[*BOTH])
        self.law = Law(made_on=AT.date(), wish=wish)
        self.paper = attachments.keep(content=BytesIO(png_with_text()), name="notice.png", at=AT)
        CaseFile.objects.create(case_id=self.case.pk, file=self.paper)
        self.reviewed_on: dict[int, dt.date] = {}  # by the position of who applied
        self.suspended: dict[int | None, Any] = {}  # the last suspension of each part, and of the whole

    # ---- time, and whoever reads

    @property
    def today(self) -> dt.date:
        return day_of(self.at)

    @rule(days=st.sampled_from([1, 2, 29]))
    def wait(self, days: int) -> None:
        self.at += dt.timedelta(days=days)

    def read(self, who: str = "") -> Any:
        """As they see it, or else whoever of the authority does."""
        who = who or next(each for each in sorted(AUTHORITY) if self.law.sees(each))
        case = get_case(reference=self.case.reference, actor=self.actor(who))
        case.considered_on = self.today
        return case

    def actor(self, who: str) -> Actor:
        """Their roles never change in these stories: they are read once."""
        return self.actors[who]

    def door(self, who: str, *, of: Case | None = None) -> dict[str, Any]:
        case = Case.objects.only("reference", "version").get(pk=(of or self.case).pk)
        return {"reference": case.reference, "actor": self.actor(who), "at": self.at, "version": case.version}

    # ---- the moves

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """Mostly what the law lets somebody do, sometimes anything by anybody."""
        permitted = sorted((who, name) for who in EVERYBODY for name in self.law.permitted(who, self.today) - {"merge"})
        anything = st.tuples(st.sampled_from(sorted(EVERYBODY)), st.sampled_from(sorted(set(WAYS) - {"merge"})))
        tempted = not permitted or data.draw(st.integers(0, 5), label="tempted") == 0
        who, name = data.draw(anything if tempted else st.sampled_from(permitted), label="who makes which move")
        self.make(who, name, mandatory=data.draw(st.booleans(), label="mandatory"))

    def make(self, who: str, name: str, *, mandatory: bool = False, **more: str) -> None:
        """Made by whom the law lets make it, with what it was said to bring; refused to everybody else."""
        if name not in self.law.permitted(who, self.today):
            details, _ = self.details(name, mandatory=mandatory)
            with pytest.raises((Refused, NotAllowed, Missing)):
                transitions.perform(**self.door(who), move=name, details={**details, **more})
            return
        if "investigator" in needs_of(name) and not self.who_may_investigate():
            self.assign("fay")  # who had it before, with the reason why it is theirs again
        details, learnt = self.details(name, mandatory=mandatory)
        promise = Promise.of(self.read(), name)
        moved = transitions.perform(**self.door(who), move=name, details={**details, **more})
        self.law.follow(name, who, self.today, **learnt)
        promise.check(moved)

    def details(self, name: str, *, mandatory: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the move is told; and of it what the law has to know."""
        today = self.today.isoformat()
        investigator = min(self.who_may_investigate() or {"fay"})
        mandatory = mandatory or self.law.must_be_referred
        clear_on = (self.law.clear_on if self.law.must_be_referred else None) or self.today
        known: dict[str, Any] = {
            "why": "DEALT_WITH_BY_DISCIPLINARY_PROCEEDINGS" if name == "decide_not_to_record" else "NO_STANDING",
            "told": TOLD, "reason": "For a reason.", "result": "Looked into.", "terms": "To find out.", "summary": "Found.",
            "contacted_on": today, "views": "An apology.", "wishes_recording": False, "declined_on": today,
            "to": "LOCAL_POLICING_BODY" if self.law.bodys_since else "OTHER_FORCE",
            "basis": "MANDATORY" if mandatory else "VOLUNTARY", "ground": "SERIOUS_ASSAULT" if mandatory else "GRAVITY",
            "clear_on": clear_on.isoformat(), "document": str(self.paper.public_id), "dated_on": today,
            "investigator": f"{investigator}@westshire.test", **INDEPENDENT, "public_interest": "ENDS", "into": "",
        }  # fmt: skip
        learnt: dict[str, Any] = {}
        if "investigator" in needs_of(name):
            learnt["investigator"] = investigator
        if name == "refer":
            learnt["mandatory"] = mandatory
        return {need: known[need] for need in needs_of(name)}, learnt

    def who_may_investigate(self) -> set[str]:
        return INVESTIGATORS - self.law.had_it_before

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
        assessment.assess(**self.door(who), ticks=ticks, wishes_recording=wish, **UNSAID)
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
        self.law.unread.add(1)  # by the first receipt
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

    @precondition(lambda self: self.may_work_on_allegations() and not all(part.coded for part in self.law.parts))
    @rule()
    def code(self) -> None:
        for row, part in self.rows():
            if not part.coded:
                allegations.code(**self.door("lev"), allegation=row.public_id, category=CATEGORY, factors=[])
                part.coded = True
                self.changed()

    @precondition(
        lambda self: (
            self.law.state == "LOCAL_INV"
            and bool(self.law.investigator)
            and self.law.sees(self.law.investigator)
            and not self.law.has_ceased
        )
    )
    @rule()
    def give_opinions(self) -> None:
        for row, part in self.rows():
            if part.ceased:
                continue
            opinions = {"ON_CONDUCT": "NO_CASE_TO_ANSWER", "PLAIN": "NOT_SPECIAL"}
            door = {**self.door(self.law.investigator), "allegation": row.public_id, "reasons": "The evidence."}
            decisions.give_opinion(**door, opinion=opinions.pop(self.law.asked_for))
            part.opinion = self.law.asked_for
            self.changed()
            [(_, other)] = opinions.items()
            with pytest.raises(Invalid):
                decisions.give_opinion(**{**door, **self.door(self.law.investigator)}, opinion=other)

    def iopcs_notice(self) -> special_procedures.IOPCNotice | None:
        """What is the IOPC's to say of an investigation is entered by its notice (9A A29)."""
        if self.law.state not in ("DIRECTED", "INDEPENDENT"):
            return None
        return special_procedures.IOPCNotice(document=self.paper.public_id, dated_on=self.today)

    def who_investigates(self) -> str:
        return self.law.investigator if self.law.state == "LOCAL_INV" and self.law.investigator else "beth"

    @precondition(lambda self: not self.law.is_about_somebody and not self.law.closed)
    @rule()
    def name_whom_it_is_about(self) -> None:
        involvement.name_person(**self.door("beth"), who=CONSTABLE, part=Involvement.Part.SUBJECT)
        self.law.is_about_somebody = True
        self.changed()

    @precondition(lambda self: self.law.state in INVESTIGATED and self.law.is_about_somebody and not self.law.special)
    @rule()
    def declare_special_procedures(self) -> None:
        [subject] = standing.subjects_of(self.read())
        self.special, _ = special_procedures.declare(
            **self.door(self.who_investigates()),
            subject=subject.public_id,
            indication=SpecialProcedures.Indication.DISCIPLINARY,
            reasons="What was seen.",
            notice=self.iopcs_notice(),
        )
        self.law.is_special()
        self.changed()

    @precondition(lambda self: self.law.state in INVESTIGATED and self.law.special)
    @rule(severity=st.sampled_from(["MISCONDUCT", "GROSS_MISCONDUCT", "GROSS_MISCONDUCT", "NEITHER"]))
    def assess_severity(self, severity: Any) -> None:
        """Revised after consulting the authority (regulation 19), where it investigates itself."""
        assert self.law.special
        if severity == self.law.special.severity:
            return
        who = self.who_investigates()
        consulted = bool(self.law.special.severity) and self.law.state == "LOCAL_INV"
        special_procedures.assess(
            **self.door(who),
            special=self.special.public_id,
            severity=severity,
            reason="As it looks now.",
            consulted="lev@westshire.test" if consulted else "",
            consulted_on=self.today if consulted else None,
            notice=self.iopcs_notice(),
        )
        self.law.is_of_severity(severity)
        self.changed()

    @precondition(lambda self: self.law.state in INVESTIGATED and self.law.special and not self.law.dates.reported)
    @rule(who=st.sampled_from(sorted(EVERYBODY)))
    def accelerate(self, who: str) -> None:
        """For gross misconduct, by the authority (paragraph 20A); and back to the ordinary way (regulation 26)."""
        special = self.law.special
        if not special or not self.law.sees(who):
            return
        step = special_procedures.return_to_ordinary if special.accelerated else special_procedures.accelerate
        door = {**self.door(who), "special": self.special.public_id, "reason": "On the evidence."}
        if who not in AUTHORITY or special.severity != "GROSS_MISCONDUCT":
            with pytest.raises((Refused, NotAllowed)):
                step(**door)
            return
        step(**door)
        special.accelerated = not special.accelerated
        self.changed()

    def is_substituted(self) -> bool:
        return self.law.state == "UNDER_REVIEW" and self.law.reviews[-1] == "SUBSTITUTED"

    def may_be_decided(self) -> bool:
        return self.law.state == "DECISION" and not self.law.all_suspended and not self.law.has_ceased

    @precondition(lambda self: self.is_substituted() or self.may_be_decided())
    @rule(who=st.sampled_from(sorted(AUTHORITY)))
    def decide(self, who: str) -> None:
        iopcs = self.is_substituted() or self.law.determined in ("determine_directed", "determine_independent")
        if not iopcs and not self.law.may(who, "begin_decision"):
            return
        for number, (row, part) in enumerate(self.rows()):
            if not part.coded or part.ceased or number in self.law.suspensions:
                continue
            may_be_found = findings.findings_for(self.read(), row)
            assert ("CASE_TO_ANSWER" in may_be_found) == bool(self.law.special), self.law  # 1.38
            finding = min(may_be_found)
            found = {"allegation": row.public_id, "finding": finding, "rationale": "On the evidence.", "notice": None}
            was_not_looked_into = part.opinion != self.law.asked_for  # it was added after the report
            if self.law.investigated and not iopcs and was_not_looked_into:
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
        if not self.law.people:
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

    @precondition(
        lambda self: self.law.state in SUSPENDABLE and not self.law.the_iopc_decides and not self.law.has_ceased
    )
    @rule(
        really=st.sampled_from([False, True]),
        part=st.sampled_from([None, 0, 1]),
        until=st.sampled_from(["CRIMINAL_INVESTIGATION", "CRIMINAL_PROCEEDINGS", "CRIMINAL_PROCEEDINGS"]),
    )
    def suspend(self, really: bool, part: int | None, until: str) -> None:
        """All of it, or one part of two; of what is suspended as a whole no part is, nor the whole of what is in part."""
        if not really or self.law.suspensions.keys() & {None, part} or (part is None and self.law.suspensions):
            return
        rows = self.rows()
        if part is not None and (len(rows) < 2 or self.law.parts[part].ceased):
            return
        suspension, _ = suspensions.suspend(
            **self.door("beth"),
            allegation=None if part is None else rows[part][0].public_id,
            reason="The trial of that evening.",
            until=until,
        )
        self.suspended[part] = suspension.public_id
        self.law.is_suspended(part, self.today, for_proceedings=until == "CRIMINAL_PROCEEDINGS")
        self.changed()

    def is_the_iopcs_to_say(self) -> bool:
        return self.law.state in ("DIRECTED", "INDEPENDENT") or self.law.the_iopc_decides

    def waits(self, part: int | None, who: str = "lev") -> dict[str, Any]:
        return {**self.door(who), "suspension": self.suspended[part]}

    @precondition(lambda self: self.law.suspensions and not self.law.closed)
    @rule()
    def resume(self) -> None:
        """Whichever was suspended first: what waits still, or, by the word of the IOPC that has the case, whatever was asked."""
        part, suspended = next(iter(self.law.suspensions.items()))
        if self.is_the_iopcs_to_say():
            suspensions.follow_direction(**self.waits(part), document=self.paper.public_id, dated_on=self.today)
        elif suspended.concluded:
            with pytest.raises(suspensions.CannotGoOn):
                suspensions.resume(**self.waits(part), reason="The trial is off.")
            return
        else:
            suspensions.resume(**self.waits(part), reason="The trial is off.")
        self.law.is_resumed(part, self.today)
        self.changed()

    @precondition(lambda self: self.law.suspensions and not self.law.closed)
    @rule(data=st.data())
    def conclude_what_it_waits_for(self, data: st.DataObject) -> None:
        self.conclude(data.draw(st.sampled_from(list(self.law.suspensions)), label="what was suspended"))

    def conclude(self, part: int | None) -> None:
        if self.is_the_iopcs_to_say() or self.law.suspensions[part].concluded:
            with pytest.raises(suspensions.CannotGoOn):
                suspensions.conclude(**self.waits(part), concluded_on=self.today)
            return
        suspensions.conclude(**self.waits(part), concluded_on=self.today)
        self.law.has_concluded(part, self.today)
        self.changed()

    @precondition(lambda self: self.law.suspensions and not self.law.closed)
    @rule(data=st.data(), who=st.sampled_from([1, 2]), wish=st.sampled_from(["RESUME", "END", "END", "END"]))
    def say_whether_it_goes_on(self, data: st.DataObject, who: int, wish: Any) -> None:
        """Asked or not, before the proceedings conclude or after; the last wish counts."""
        if who not in self.law.gone:
            self.say_of(data.draw(st.sampled_from(list(self.law.suspensions)), label="what"), who=who, wish=wish)

    def say_of(self, part: int | None, *, who: int, wish: Any) -> None:
        suspensions.state_wish(
            **self.waits(part),
            complainant=self.read().complainants.get(position=who).public_id,
            wish=wish,
            stated_on=self.today,
        )
        self.law.suspensions[part].wishes[who] = wish == "RESUME"
        self.law.goes_where_they_wish(part, self.today)
        self.changed()

    @precondition(lambda self: not self.law.closed and any(map(self.law.to_be_asked, self.law.suspensions)))
    @rule()
    def ask_whether_it_goes_on(self) -> None:
        """Everybody on one day: who is asked later has 28 days of their own."""
        part = next(part for part in self.law.suspensions if self.law.to_be_asked(part))
        for who in sorted(self.law.to_be_asked(part)):
            suspensions.enter_letter(
                **self.waits(part),
                complainant=self.read().complainants.get(position=who).public_id,
                sent_on=self.today,
            )
            self.law.suspensions[part].asked[who] = self.today
            self.changed()

    @precondition(lambda self: not self.law.closed and any(map(self.law.awaits_answers_since, self.law.suspensions)))
    @rule()
    def hear_nothing(self) -> None:
        """No reply in 28 days from the day after the letter; and nobody is silent who wrote what nobody has read."""
        part = next(part for part in self.law.suspensions if self.law.awaits_answers_since(part))
        asked_on = self.law.awaits_answers_since(part)
        assert asked_on
        if self.today <= asked_on + dt.timedelta(days=28) or self.law.unread & self.law.people:
            with pytest.raises(suspensions.CannotGoOn):
                suspensions.find_silent(**self.waits(part))
            return
        suspensions.find_silent(**self.waits(part))
        self.law.suspensions[part].silent = True
        self.changed()

    @precondition(lambda self: not self.law.closed and any(map(self.law.is_to_be_decided, self.law.suspensions)))
    @rule(public_interest=st.sampled_from(["ENDS", "CONDUCT_MATTER"]))
    def decide_that_it_does_not_go_on(self, public_interest: str) -> None:
        """For the authority, where nobody wishes it; whatever the IOPC takes up, it takes up on a later day in this model."""
        part = next(part for part in self.law.suspensions if self.law.is_to_be_decided(part))
        decision = {"public_interest": public_interest, "reason": "Nobody wishes it to go on."}
        if self.law.state in AT_THE_IOPC:
            return
        if self.law.must_be_referred or self.law.the_iopc_decides:
            with pytest.raises(suspensions.CannotGoOn):
                suspensions.decide(**self.waits(part), **decision)
            return
        suspensions.decide(**self.waits(part), **decision)
        self.law.is_not_resumed(part, self.today)
        self.changed()
        self.at += dt.timedelta(days=1)

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
        self.law.is_given_to(who)
        self.changed()

    @precondition(lambda self: not self.law.closed)
    @rule(
        really=st.sampled_from([False, False, True]),
        who=st.sampled_from(sorted(AUTHORITY)),
        is_so=st.sampled_from([False, False, False, True]),
    )
    def find_that_it_concerns_the_chief_officer(self, really: bool, who: str, is_so: bool) -> None:
        """Sealed, and for another authority (1.8, 9A A7): handed over, or taken back and unsealed by a second delegate."""
        if not really:
            return
        [other] = AUTHORITY - {who}
        finds: dict[str, Any] = {"concerns_chief_officer": True, "reason": "By what they look like."}
        determinations.set_chief_officer(**self.door(who), **finds)
        self.law.is_the_bodys(who, self.today)
        self.changed()
        self.agree()
        access.give(**self.door(who), who=f"{other}@westshire.test", reason="A second one has to know.")
        self.law.leave.add(other)
        self.changed()
        for each in sorted(move for move, (sources, _) in WAYS.items() if self.law.state in sources):
            if each not in ("transfer_out", "merge"):
                self.make(other, each)
        finds["concerns_chief_officer"] = False
        with pytest.raises(determinations.CannotDetermine):
            determinations.set_chief_officer(**self.door(who), **finds)
        if is_so:
            self.make(other, "transfer_out")
            return
        determinations.set_chief_officer(**self.door(other), **finds)
        self.law.is_the_bodys_no_more()
        self.changed()
        self.agree()
        access.lift(**self.door(other), reason="They took somebody else for the chief officer.")
        self.law.is_unsealed()
        self.changed()

    @precondition(lambda self: "merge" in self.law.permitted("beth", self.today))
    @rule(really=st.sampled_from([False, False, True]))
    def merge(self, really: bool) -> None:
        """Into another of the same people that alleges all that this one does; what stands still, or is given up, stays alone."""
        if not really or self.law.suspensions or self.law.gone:
            return
        into = a_case(self.cast, complainants=[*BOTH])
        involvement.name_person(**self.door("beth", of=into), who=CONSTABLE, part=Involvement.Part.SUBJECT)
        alleged = dict.fromkeys(NO_TICKS, True)
        assessment.assess(**self.door("beth", of=into), ticks=alleged, wishes_recording=None, **UNSAID)
        transitions.perform(**self.door("beth", of=into), move="record", details={})
        self.make("beth", "merge", into=into.reference)

    # ---- at every step

    def agree(self) -> None:
        """As at every step, and to everybody."""
        self.the_state_the_version_and_the_trail_agree()
        for _ in EVERYBODY:
            self.what_is_offered_is_what_the_law_permits()
        self.something_is_due_next_or_nothing_is()
        self.what_runs_is_due_on_the_day_that_the_law_counts()

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
        owes_it_here = owes_a_notice and not self.law.bodys_since
        assert (case.next_due_on is not None) == (owes_it_here or self.law.is_due), self.law

    @invariant()
    def what_runs_is_due_on_the_day_that_the_law_counts(self) -> None:
        case = self.read()
        notices = {str(notice.public_id) for notice in case.notices.all()}
        duties = [duty for duty in open_deadlines(case, timetable()) if duty.about not in notices]
        assert Counter((duty.rule, duty.due_on) for duty in duties) == due(self.law), self.law


def set_the_stage() -> None:
    Complaint.cast = gather()
    for name in sorted(INVESTIGATORS - {"fay"}):
        add_user(Complaint.cast, name, Role.PSD_INVESTIGATOR, Complaint.cast.standards)
    Complaint.actors = {who: Complaint.cast.actor(who) for who in EVERYBODY}


def drive(how: settings) -> None:
    set_the_stage()
    run_state_machine_as_test(Complaint, settings=how)


@pytest.mark.django_db
def test_the_code_does_what_the_law_says() -> None:
    drive(SHORT)


@pytest.mark.django_db
@pytest.mark.prove
def test_the_code_does_what_the_law_says_two_thousand_times() -> None:
    drive(LONG)


def a_story(so_far: str = "RECEIVED") -> Complaint:
    """One that is told step by step, for what the short run hardly ever comes upon."""
    set_the_stage()
    story = Complaint()
    story.begin(wish=False, so_far=so_far)
    return story


def tell(story: Complaint, *steps: Callable[[], None]) -> None:
    story.agree()
    for step in steps:
        step()
        story.agree()


@pytest.mark.django_db
def test_who_had_it_while_it_was_handled_decides_nothing_of_it_though_another_has_it_by_then() -> None:
    """Law and code once differed on this alone in two thousand stories: the law had forgotten who had it before."""
    story = a_story()

    tell(
        story,
        lambda: story.make("lev", "take"),
        lambda: story.assess(who="beth", yes=set(), wish=None),
        lambda: story.make("beth", "refer"),
        lambda: story.make("beth", "refer_back"),
        lambda: story.look_for_misconduct(who="beth", indication=False, exception=False),
        lambda: story.make("beth", "take_no_further_action"),
        lambda: story.assign(who="fay"),
        lambda: story.make("lev", "begin_decision"),
    )

    assert (story.law.state, story.law.worked) == ("NFA", {"beth", "lev", "fay"})


@pytest.mark.django_db
def test_an_accelerated_investigation_leaves_nobody_a_right_to_a_review() -> None:
    story = a_story("LOCAL_INV")

    tell(
        story,
        story.give_opinions,
        story.declare_special_procedures,
        lambda: story.make("fay", "submit_report"),
        lambda: story.assess_severity(severity="GROSS_MISCONDUCT"),
        lambda: story.accelerate(who="beth"),
        story.give_opinions,
        lambda: story.make("fay", "submit_report"),
        lambda: story.make("lev", "begin_decision"),
        lambda: story.decide(who="lev"),
        lambda: story.make("beth", "send_outcome"),
        lambda: story.make("beth", "finalise"),
    )

    assert (story.law.state, story.law.review_body) == ("FINALISED", "")


@pytest.mark.django_db
def test_what_nobody_wishes_to_go_on_ends_and_what_the_iopc_then_calls_in_goes_on() -> None:
    story = a_story("ASKED")

    tell(
        story,
        story.hear_nothing,
        lambda: story.wait(days=29),
        story.hear_nothing,
        lambda: story.decide_that_it_does_not_go_on(public_interest="ENDS"),
        lambda: story.make("beth", "handle_otherwise"),
        lambda: story.make("beth", "cease"),
        lambda: story.make("beth", "call_in"),
        lambda: story.make("beth", "determine_local"),
        lambda: story.make("beth", "cease"),
    )

    assert (story.law.state, story.law.ceased) == ("LOCAL_INV", set())


@pytest.mark.django_db
def test_the_outcome_of_the_rest_is_told_with_the_part_that_nobody_wished_to_go_on() -> None:
    story = a_story("ASKED IN PART")

    def say_no(who: int) -> None:
        story.say_of(0, who=who, wish="END")

    tell(
        story,
        story.give_opinions,
        lambda: story.make(story.law.investigator, "submit_report"),
        lambda: story.make("lev", "begin_decision"),
        lambda: story.decide(who="lev"),
        lambda: say_no(1),
        lambda: say_no(2),
        lambda: story.decide_that_it_does_not_go_on(public_interest="CONDUCT_MATTER"),
        lambda: story.make("beth", "send_outcome"),
    )

    assert story.law.state == "OUTCOME_SENT"


@pytest.mark.django_db
def test_what_is_the_bodys_is_sealed_and_what_is_not_may_be_merged() -> None:
    story = a_story("RECORDED")

    tell(
        story,
        lambda: story.find_that_it_concerns_the_chief_officer(really=True, who="beth", is_so=False),
        lambda: story.merge(really=True),
        lambda: story.wish_it_recorded(really=True),
    )

    assert story.law.state == "MERGED"


@pytest.mark.django_db
def test_what_is_the_bodys_is_handed_over_from_wherever_it_stands() -> None:
    story = a_story("ASKED")

    tell(story, lambda: story.find_that_it_concerns_the_chief_officer(really=True, who="lev", is_so=True))

    assert story.law.state == "TRANSFERRED_OUT"


def test_the_law_and_the_machine_know_the_same_moves() -> None:
    assert set(WAYS) == set(ComplaintMove.values)
