"""The law of a complaint's way, written down a second time: from the Act and the Regulations, without a look at the code.

tests/cases/test_model.py drives the code against it; tests/cases/days.py counts from it what is due when. Two complainants, one
whom it is about, and no unit: what they change is tested elsewhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

BEFORE = {"RECEIVED", "ASSESSING", "CONTACTED"}
OUTSIDE = {"HANDLING_OUTSIDE", "OUTSIDE_UNRESOLVED"}
ENDED_OUTSIDE = {"RESOLVED_OUTSIDE", "CLOSED_OUTSIDE"}
OPEN_HOW = {"RECORDED", "REFERRED_BACK", "REOPENED"}
SCHEDULE_3 = OPEN_HOW | {"OTBI", "NFA", "LOCAL_INV", "REPORT_SUBMITTED", "DECISION"}
AT_THE_IOPC = {"REFERRED", "DIRECTED", "INDEPENDENT"}
LIVE = BEFORE | OUTSIDE | SCHEDULE_3 | AT_THE_IOPC | {"OUTCOME_SENT", "UNDER_REVIEW"}
AGAIN = {"REFERRED", "DIRECTED", "INDEPENDENT"}  # where an investigation by the IOPC's word may start from
TOLD = {"OUTCOME_SENT", "UNDER_REVIEW", "FINALISED"}
INVESTIGATED = {"LOCAL_INV", "DIRECTED", "INDEPENDENT"}  # now: until the report
# Somebody is at work on it: before, it is assessed, and after, it is decided (row 18).
AT_WORK = INVESTIGATED | {"HANDLING_OUTSIDE", "OTBI", "NFA", "REPORT_SUBMITTED"}

# Where each move starts, and where it leads.
WAYS: dict[str, tuple[set[str], str]] = {
    "take": ({"RECEIVED"}, "ASSESSING"),
    "record_contact": ({"ASSESSING"} | OUTSIDE | SCHEDULE_3 | AT_THE_IOPC, "CONTACTED"),
    "find_not_a_complaint": ({"ASSESSING", "CONTACTED"}, "NOT_A_COMPLAINT"),
    "find_no_standing": (LIVE - {"RECEIVED", "REFERRED", *TOLD}, "NOT_A_COMPLAINT"),
    "decide_not_to_record": ({"ASSESSING", "CONTACTED"}, "NOT_RECORDED"),
    "reopen": ({"NOT_A_COMPLAINT", "NOT_RECORDED"}, "ASSESSING"),
    "handle_outside": ({"ASSESSING", "CONTACTED"}, "HANDLING_OUTSIDE"),
    "resolve": ({"HANDLING_OUTSIDE"}, "RESOLVED_OUTSIDE"),
    "leave_unresolved": ({"HANDLING_OUTSIDE"}, "OUTSIDE_UNRESOLVED"),
    "close_outside": ({"OUTSIDE_UNRESOLVED"}, "CLOSED_OUTSIDE"),
    "record": (BEFORE | OUTSIDE | ENDED_OUTSIDE | {"FINALISED"}, "RECORDED"),
    "transfer_out": (BEFORE | {"RECORDED"}, "TRANSFERRED_OUT"),
    "refer": (BEFORE | OUTSIDE | ENDED_OUTSIDE | SCHEDULE_3 | {"OUTCOME_SENT", "UNDER_REVIEW"}, "REFERRED"),
    "enter_referral": (BEFORE | OUTSIDE | ENDED_OUTSIDE | SCHEDULE_3 | {"OUTCOME_SENT", "UNDER_REVIEW"}, "REFERRED"),
    "call_in": (
        (LIVE - AT_THE_IOPC) | ENDED_OUTSIDE | {"NOT_A_COMPLAINT", "NOT_RECORDED", "FINALISED"},
        "REFERRED",
    ),
    "refer_back": ({"REFERRED"}, "REFERRED_BACK"),
    "refer_back_to_complete": ({"REFERRED"}, "LOCAL_INV"),
    "determine_local": (AGAIN | {"UNDER_REVIEW"}, "LOCAL_INV"),
    "determine_directed": ((AGAIN | TOLD | {"LOCAL_INV"}) - {"DIRECTED"}, "DIRECTED"),
    "determine_independent": ((AGAIN | TOLD | {"LOCAL_INV"}) - {"INDEPENDENT"}, "INDEPENDENT"),
    "handle_otherwise": (OPEN_HOW | {"NFA", "LOCAL_INV"}, "OTBI"),
    "take_no_further_action": (OPEN_HOW | {"OTBI"}, "NFA"),
    "investigate": (OPEN_HOW | {"OTBI", "NFA", "REPORT_SUBMITTED", "DECISION"}, "LOCAL_INV"),
    "replace_investigator": ({"LOCAL_INV"}, "LOCAL_INV"),
    "submit_report": ({"LOCAL_INV"}, "REPORT_SUBMITTED"),
    "begin_decision": ({"OTBI", "NFA", "REPORT_SUBMITTED"}, "DECISION"),
    "enter_iopc_report": ({"DIRECTED", "INDEPENDENT"}, "DECISION"),
    "send_outcome": ({"DECISION"}, "OUTCOME_SENT"),
    "open_review": ({"OUTCOME_SENT", "FINALISED"}, "UNDER_REVIEW"),
    "close_review": ({"UNDER_REVIEW"}, "FINALISED"),
    "reopen_after_review": ({"UNDER_REVIEW"}, "REOPENED"),
    "finalise": ({"RESOLVED_OUTSIDE", "OUTCOME_SENT"}, "FINALISED"),
    "withdraw": (LIVE, "WITHDRAWN"),
    "cease": (SCHEDULE_3, "FINALISED"),
    "merge": (BEFORE | OUTSIDE | {"RECORDED"}, "MERGED"),
}

COMPLAINANTS = (1, 2)
AUTHORITY = {"beth", "lev"}
ASSESSORS = {"amal"} | AUTHORITY
INVESTIGATORS = {"fay", "gus", "hugh"}
EVERYBODY = ASSESSORS | INVESTIGATORS


@dataclass
class Part:
    """One allegation."""

    coded: bool = False
    opinion: str = ""  # PLAIN, or ON_CONDUCT: whether there is a case to answer
    finding: bool = False
    actions: bool = False
    decider: str = ""
    ceased: bool = False  # Part 2 applies to it no more (1.31): nobody finds anything on it


@dataclass
class Suspended:
    """The whole or a part of it (1.30), until it goes on, or is decided not to (1.31)."""

    since: dt.date
    of_an_investigation: bool
    for_proceedings: bool  # and not for a criminal investigation that may come to none
    concluded: bool = False  # what it waited for; and who complains is asked
    asked: dict[int, dt.date] = field(default_factory=dict)
    wishes: dict[int, bool] = field(default_factory=dict)  # that it goes on, by who complains
    silent: bool = False


@dataclass
class Special:
    """An investigation is subject to special procedures (1.26), until it is found to be of neither (9A A15)."""

    severity: str = ""  # MISCONDUCT or GROSS_MISCONDUCT, once it was assessed
    accelerated: bool = False


@dataclass
class Dates:
    """When it happened of which the clocks run (7.3, 9B): None where it did not, or does not count any more."""

    started: dt.date | None = None  # the handling, by whoever has it now
    recorded: dt.date | None = None
    had_to_be_recorded: dt.date | None = None  # after all, when it was handled outside already
    ceased: dt.date | None = None  # the last time that something of it was decided not to go on
    given_back: list[dt.date] = field(default_factory=list)  # by the IOPC, to be handled or investigated by the force
    force_informs: dt.date | None = None  # again, since the IOPC directed or made it
    directed: dt.date | None = None  # that it is referred again
    suspended: dt.date | None = None  # all of it
    stood_still: set[dt.date] = field(default_factory=set)  # the days on which all of it was, before that
    reported: dt.date | None = None
    iopcs_findings: dt.date | None = None  # the paper that has them
    decided: dt.date | None = None  # the last of its parts
    closed: dt.date | None = None
    applied: dt.date | None = None  # for the review that is next, or under way
    applied_meanwhile: list[dt.date] = field(default_factory=list)
    review_decided: dt.date | None = None
    answered: dt.date | None = None


@dataclass
class Law:
    """What is true of one complaint, and what may follow from it."""

    made_on: dt.date
    state: str = "RECEIVED"
    changes: int = 0  # versions after the first, and rows on the trail
    bodys_since: dt.date | None = None  # that it concerns the chief officer was found
    leave: set[str] = field(default_factory=set)  # who may know of it, while it is sealed
    wish: bool = False  # theirs: no role overrules it (6A(a)), and nobody gives it up in this model
    alleged: bool | None = None  # any of the four questions; None until they are answered
    mandatory: bool = False
    clear_on: dt.date | None = None  # since when it has to be referred
    contacted: bool = False
    recorded: bool = False
    started: bool = False  # the handling
    # With the IOPC: how often referred, the form of the last referral, and what it said since.
    referred_on: dt.date | None = None
    form: str = ""
    determined: str = ""  # the last word of the IOPC on who investigates
    was_the_iopcs: bool = False
    # That it is referred again: until that was done, or the IOPC has it by its own word.
    consents: bool = False
    directs: bool = False
    lets_withdraw: list[dt.date] = field(default_factory=list)
    # Handling under Schedule 3.
    indication: bool | None = None
    exception: bool = False
    investigated: bool = False
    is_about_somebody: bool = False  # who is known (9A A26)
    special: Special | None = None
    whose: str = ""
    handler: str = ""
    investigator: str = ""
    # For good: who had it while it was handled, or held that no further action is taken.
    worked: set[str] = field(default_factory=set)
    worked_before: set[str] = field(default_factory=set)  # until it was opened again
    parts: list[Part] = field(default_factory=list)
    decided_by: str = ""
    decided_before: set[str] = field(default_factory=set)  # until a reason is recorded why they decide it again
    resolved_by: str = ""
    # Its end.
    told: bool = False
    closed: bool = False
    told_on: dt.date | None = None
    review_body: str = ""
    review_of: str = ""  # the body that the last application went to
    reviews: list[str] = field(default_factory=list)
    told_before: bool = (
        False  # what was recorded, and is open again since: nobody is asked anew for the first contact (9B B15)
    )
    waiting: list[str] = field(default_factory=list)  # the bodies of what others applied for meanwhile (9A A25)
    gone: set[int] = field(default_factory=set)  # of the complainants, by position: each withdraws for themselves
    withdrawn_on: dt.date | None = None  # the last of them
    suspensions: dict[int | None, Suspended] = field(default_factory=dict)  # of which part; None: of the whole
    ceased: set[int | None] = field(default_factory=set)  # since the IOPC last took it up, if it did
    unread: set[int] = field(default_factory=set)  # who wrote what nobody has read
    is_the_iopcs: bool = False  # by its last word on who investigates
    dates: Dates = field(default_factory=Dates)

    # ---- who

    def sees(self, who: str) -> bool:
        """Whoever was appointed investigates it, whoever else handles it meanwhile. What is sealed is seen by leave alone."""
        if self.leave and who not in self.leave:
            return False
        return who in AUTHORITY or who in (self.handler, self.investigator) or (who == "amal" and not self.alleged)

    def may(self, who: str, move: str) -> bool:
        if move in ("take", "record"):
            return who in ASSESSORS
        if move in ("record_contact", "resolve", "leave_unresolved"):
            return who in EVERYBODY
        if move in ("close_outside", "finalise"):
            return who in AUTHORITY and who != self.resolved_by
        if move == "reopen":
            return who in ASSESSORS and who not in {self.handler, self.decided_by, *self.worked}
        if move == "submit_report":
            return who == self.investigator
        if move == "begin_decision":
            return who in AUTHORITY and who not in {self.handler, self.investigator, *self.worked, *self.decided_before}
        if move == "send_outcome":
            return who in AUTHORITY and who not in {self.decided_by, *(part.decider for part in self.parts)}
        return who in AUTHORITY

    # ---- what stands in the way

    @property
    def must_be_referred(self) -> bool:
        """Paragraph 4(1), and again at the IOPC's direction alone (4(7))."""
        if self.referred_on is not None:
            return self.directs
        return self.mandatory

    @property
    def must_be_recorded(self) -> bool:
        return bool(self.alleged) or self.wish

    @property
    def must_be_recorded_after_all(self) -> bool:
        """The wish counts at any time, also where it was resolved, closed or finalised outside Schedule 3 (6A(a))."""
        return self.must_be_recorded and not self.recorded and self.state in OUTSIDE | ENDED_OUTSIDE | {"FINALISED"}

    def possible(self, move: str, today: dt.date) -> bool:
        sources, _ = WAYS[move]
        if self.bodys_since:  # nothing is left but to hand it over (9A A7)
            return move == "transfer_out" and self.state in LIVE | {"RESOLVED_OUTSIDE"}
        if self.state not in sources:
            return False
        waits = getattr(self, f"_{move}", None)
        return True if waits is None else bool(waits(today))

    def permitted(self, who: str, today: dt.date) -> set[str]:
        if not self.sees(who):
            return set()
        return {move for move in WAYS if self.possible(move, today) and self.may(who, move)}

    def is_the_bodys(self, who: str, today: dt.date) -> None:
        """It concerns the chief officer (1.8), and is sealed (9A A7): whoever finds that has leave, and gives it to others."""
        self.bodys_since, self.leave = today, {who}

    def is_the_bodys_no_more(self) -> None:
        self.bodys_since = None

    def is_unsealed(self) -> None:
        self.leave = set()

    @property
    def assessed(self) -> bool:
        return self.alleged is not None

    def _record_contact(self, today: dt.date) -> bool:
        return self.state == "ASSESSING" or not self.contacted

    def _find_not_a_complaint(self, today: dt.date) -> bool:
        return self.assessed and not self.alleged and not self.must_be_referred

    def _find_no_standing(self, today: dt.date) -> bool:
        return False  # everybody complains for themselves, in this model

    def _decide_not_to_record(self, today: dt.date) -> bool:
        return self.assessed and not self.must_be_referred

    def _handle_outside(self, today: dt.date) -> bool:
        return self.assessed and not self.must_be_recorded and self.contacted and self.referred_on is None

    def _resolve(self, today: dt.date) -> bool:
        return not self.must_be_recorded and not self.suspensions

    def _leave_unresolved(self, today: dt.date) -> bool:
        return not self.all_suspended

    def _close_outside(self, today: dt.date) -> bool:
        return not self.must_be_recorded and not self.must_be_referred and not self.suspensions

    def _record(self, today: dt.date) -> bool:
        return self.assessed and not self.recorded

    def _refer(self, today: dt.date) -> bool:
        if not self.assessed:
            return False
        return self.referred_on is None or self.consents or self.directs

    def _enter_referral(self, today: dt.date) -> bool:
        """The local policing body refers it by itself (4(3)), assessed or not; again as the authority (4(7))."""
        return self.referred_on is None or self.consents or self.directs

    def _refer_back(self, today: dt.date) -> bool:
        return not self.investigated

    def _refer_back_to_complete(self, today: dt.date) -> bool:
        return self.investigated

    def _by_the_iopcs_word(self, today: dt.date) -> bool:
        ordered = bool(self.reviews) and self.reviews[-1] == "DETERMINED" and self.review_of == "IOPC"
        if self.state == "UNDER_REVIEW":
            return ordered
        if self.state in ("OUTCOME_SENT", "FINALISED"):  # section 13B: a re-investigation
            return self.was_the_iopcs
        return ordered or self.referred_on is not None

    _determine_local = _determine_directed = _determine_independent = _by_the_iopcs_word

    @property
    def must_be_investigated(self) -> bool:
        """Paragraph 6, for as long as it is not; and what was declared on an indication, until that has ended."""
        indicated = bool(self.indication) and not self.exception
        return (indicated or self.special is not None) and not self.investigated

    @property
    def the_iopc_decides(self) -> bool:
        return self.state == "DECISION" and self.determined in ("determine_directed", "determine_independent")

    def _need_not_be_investigated(self, today: dt.date) -> bool:
        looked = self.indication is not None and (not self.indication or self.exception)
        ours = self.whose != "IOPC" and not self.has_ceased
        return looked and self.special is None and not self.must_be_referred and ours

    _handle_otherwise = _take_no_further_action = _need_not_be_investigated

    def _investigate(self, today: dt.date) -> bool:
        return not self.must_be_referred and not self.the_iopc_decides and not self.has_ceased

    def _replace_investigator(self, today: dt.date) -> bool:
        return not self.has_ceased

    def _submit_report(self, today: dt.date) -> bool:
        """Row 17 and 1.26: with an opinion on every part of it, and the severity assessed."""
        thought_of = bool(self.parts) and all(part.ceased or part.opinion == self.asked_for for part in self.parts)
        is_severe = self.special is None or bool(self.special.severity)
        return thought_of and is_severe and not self.all_suspended and not self.has_ceased

    @property
    def asked_for(self) -> str:
        """What the investigator gives an opinion on (1.38): what they thought of something else answers nothing."""
        return "ON_CONDUCT" if self.special else "PLAIN"

    def _begin_decision(self, today: dt.date) -> bool:
        held_up = self.all_suspended or self.has_ceased
        return not self.must_be_referred and not held_up and not self.must_be_investigated

    def _send_outcome(self, today: dt.date) -> bool:
        ready = bool(self.parts) and all(part.coded and part.finding and part.actions for part in self.parts)
        held_up = bool(self.suspensions) or self.has_ceased
        return ready and not self.must_be_referred and not held_up and not self.must_be_investigated

    def _open_review(self, today: dt.date) -> bool:
        return bool(self.review_body) and "APPLIED" in self.reviews

    def _close_review(self, today: dt.date) -> bool:
        if self.must_be_referred or not self.reviews:
            return False
        if self.reviews[-1] == "SUBSTITUTED":  # the IOPC's own findings take effect first
            return all(part.finding and part.actions for part in self.parts)
        return self.reviews[-1] in ("INVALID", "NOT_UPHELD", "REFUSED", "WITHDRAWN")

    def _reopen_after_review(self, today: dt.date) -> bool:
        return bool(self.reviews) and self.reviews[-1] == "ACCEPTED"  # what the IOPC orders is investigated (9A A23)

    def _finalise(self, today: dt.date) -> bool:
        if self.must_be_referred or not self.told or {"APPLIED", "AWAITING_RESPONSE"} & set(self.reviews):
            return False
        if not self.recorded and self.must_be_recorded:
            return False
        return not self.review_body or self.told_on is None or today > self.told_on + dt.timedelta(days=28)

    def _withdraw(self, today: dt.date) -> bool:
        if not self.assessed or self.must_be_referred or self.withdrawn_on is None:
            return False
        if self.state == "UNDER_REVIEW":
            return False  # nobody has told the body, in this model
        if self.referred_on is None or self.form == "BACK":
            return True
        return any(day >= max(self.referred_on, self.withdrawn_on) for day in self.lets_withdraw)

    def _cease(self, today: dt.date) -> bool:
        return self.has_ceased and not self.must_be_referred

    def _merge(self, today: dt.date) -> bool:
        return self.assessed and not self.must_be_referred

    # ---- what follows

    def follow(self, move: str, who: str, today: dt.date, *, investigator: str = "", mandatory: bool = False) -> None:
        """The move was made: what is true from now on."""
        was, (_, target) = self.state, WAYS[move]
        then = getattr(self, f"_then_{move}", None)
        if then is not None:
            then(who, today)
        if move in ("record", "refer", "enter_referral", "call_in"):
            self._is_recorded(today)
        if move in ("refer", "enter_referral", "call_in"):
            self._is_referred(today, mandatory=mandatory)
        if move.startswith(("refer_back", "determine_")):
            self._is_determined(move, today)
        if investigator:
            self.investigator = self.handler = investigator
        self._may_be_told(move, today)
        if move in DECIDED_ANEW:
            self._is_decided_anew(keeps_opinions=move == "refer_back_to_complete")
        self._is_reviewed_no_more(target)
        self.state = target if move != "record_contact" or was == "ASSESSING" else was
        self._is_worked_on()
        self.closed = self.state in ENDED if move in ENDING else self.closed
        self.dates.closed = (self.dates.closed or today) if self.closed else None
        self.changes += 1

    def is_given_to(self, who: str) -> None:
        self.handler = who
        self._is_worked_on()

    def _is_worked_on(self) -> None:
        if self.state in AT_WORK:
            self.worked |= {self.handler, self.investigator} - {""}

    @property
    def had_it_before(self) -> set[str]:
        """Whoever investigates what was opened again, or is reviewed, is somebody else (row 22), but for a reason."""
        return self.worked_before | self.worked | {self.handler, self.investigator}

    def _then_record_contact(self, who: str, today: dt.date) -> None:
        self.contacted = True

    def _then_take(self, who: str, today: dt.date) -> None:
        self.started, self.handler = True, self.handler or who
        self.dates.started = today

    def _then_investigate(self, who: str, today: dt.date) -> None:
        is_found_out_more = self.state in ("REPORT_SUBMITTED", "DECISION")
        self.whose = "IOPC" if is_found_out_more and self.whose == "IOPC" else "AUTHORITY"
        self.investigated, self.decided_by = True, ""
        self.dates.reported = None

    def _then_handle_otherwise(self, who: str, today: dt.date) -> None:
        self.investigated, self.investigator, self.whose = False, "", ""

    def _then_take_no_further_action(self, who: str, today: dt.date) -> None:
        self.worked.add(who)

    def _then_begin_decision(self, who: str, today: dt.date) -> None:
        self.decided_by = who

    _then_find_not_a_complaint = _then_decide_not_to_record = _then_begin_decision

    def _then_submit_report(self, who: str, today: dt.date) -> None:
        self.dates.reported = today

    def _then_enter_iopc_report(self, who: str, today: dt.date) -> None:
        self.decided_by = ""
        self.dates.reported = self.dates.iopcs_findings = today

    def _then_reopen(self, who: str, today: dt.date) -> None:
        self._is_open_again(today)
        self.handler = who

    def _then_reopen_after_review(self, who: str, today: dt.date) -> None:
        self._is_open_again(today)

    def _then_resolve(self, who: str, today: dt.date) -> None:
        self.resolved_by = who

    _then_leave_unresolved = _then_resolve

    def _then_close_review(self, who: str, today: dt.date) -> None:
        """Each who complains has a right to a review: the next application is the one to be opened."""
        if self.waiting:
            self.reviews.append("APPLIED")
            self.review_of = self.review_body = self.waiting.pop(0)
            self.dates.applied = self.dates.applied_meanwhile.pop(0)

    @property
    def is_reviewed(self) -> bool:
        """Whether an application is under way: whoever else applies has to wait."""
        return self.state == "UNDER_REVIEW" or bool({"APPLIED", "AWAITING_RESPONSE"} & set(self.reviews))

    def _is_reviewed_no_more(self, target: str) -> None:
        """There is a review of an outcome that stands alone: one that is taken back, or a case that ends, has none."""
        if target not in TOLD:
            under_way = ("APPLIED", "AWAITING_RESPONSE")
            self.reviews = ["SUPERSEDED" if each in under_way else each for each in self.reviews]
            self.waiting.clear()
            self.dates.applied_meanwhile.clear()

    @property
    def right_body(self) -> str:
        """Whose a review is by what is known when somebody applies (paragraph 30), whatever was told: "" where there is no right."""
        serious = self.alleged or self.referred_on is not None
        return self.review_body and ("IOPC" if serious else "LPB")

    def becomes_clear(self, today: dt.date) -> None:
        """That it has to be referred; where it had to already, that stays clear since then (9B B14)."""
        if not self.must_be_referred or self.clear_on is None:
            self.clear_on = today

    def has_to_be_recorded(self, today: dt.date) -> None:
        """By a wish or a yes (6A, 6B): what is handled outside already is recorded after all, and the decision on it due anew."""
        if self.must_be_recorded_after_all:
            self.dates.had_to_be_recorded = self.dates.had_to_be_recorded or today

    @property
    def all_suspended(self) -> bool:
        """Regulation 40: as a whole, or each part by itself; the rest of it goes on meanwhile."""
        live = {number for number, part in enumerate(self.parts) if not part.ceased}
        return None in self.suspensions or (bool(live) and live <= set(self.suspensions))

    def is_suspended(self, part: int | None, today: dt.date, *, for_proceedings: bool) -> None:
        of_an_investigation = self.state == "LOCAL_INV"
        self.suspensions[part] = Suspended(today, of_an_investigation, for_proceedings)
        self._stands_still_or_not(today)

    @property
    def people(self) -> set[int]:
        return set(COMPLAINANTS) - self.gone

    def has_concluded(self, part: int | None, today: dt.date) -> None:
        """Regulation 41, and 9A A18: asked is only where an investigation waited for proceedings, and somebody complains."""
        suspended = self.suspensions[part]
        if suspended.of_an_investigation and suspended.for_proceedings and self.people:
            suspended.concluded = True
            self.goes_where_they_wish(part, today)
        else:
            self.is_resumed(part, today)

    def goes_where_they_wish(self, part: int | None, today: dt.date) -> None:
        """Whoever wishes it has it go on; nobody else decides that."""
        suspended = self.suspensions[part]
        if suspended.concluded and any(suspended.wishes.get(who) for who in self.people):
            self.is_resumed(part, today)

    def to_be_asked(self, part: int | None) -> set[int]:
        suspended = self.suspensions[part]
        return self.people - set(suspended.wishes) - set(suspended.asked) if suspended.concluded else set()

    def is_to_be_decided(self, part: int | None) -> bool:
        """A no from all, or silence: what the public interest asks for."""
        suspended = self.suspensions[part]
        return suspended.concluded and (suspended.silent or self.people <= set(suspended.wishes))

    def awaits_answers_since(self, part: int | None) -> dt.date | None:
        suspended = self.suspensions[part]
        if not suspended.concluded or self.to_be_asked(part) or self.is_to_be_decided(part):
            return None
        return max(suspended.asked[who] for who in self.people - set(suspended.wishes))

    def is_not_resumed(self, part: int | None, today: dt.date) -> None:
        """Part 2 ceases to apply to it; nothing of it is left to find out or to decide."""
        del self.suspensions[part]
        self.ceased.add(part)
        self.dates.ceased = today
        if part is not None:
            ended = self.parts[part]
            ended.ceased = ended.finding = ended.actions = True
            ended.opinion, ended.decider = "", ""
            if self.state == "DECISION":
                self.are_decided(today)
        self._stands_still_or_not(today)

    @property
    def has_ceased(self) -> bool:
        """Whether Part 2 applies to nothing of it any more: then it ends, and goes on in no other way of the authority's."""
        left = set(range(len(self.parts))) - self.ceased
        return bool(self.ceased) and (None in self.ceased or not left) and not self.suspensions

    def is_resumed(self, part: int | None, today: dt.date) -> None:
        del self.suspensions[part]
        self._stands_still_or_not(today)

    def is_alleged(self, today: dt.date) -> None:
        self.parts.append(Part())
        self.dates.decided = None
        self._stands_still_or_not(today)

    def _stands_still_or_not(self, today: dt.date) -> None:
        """A day counts as suspended where all of it was at the end of the day."""
        if self.all_suspended:
            self.dates.suspended = self.dates.suspended or today
        elif since := self.dates.suspended:
            self.dates.stood_still |= {since + dt.timedelta(days=n) for n in range((today - since).days)}
            self.dates.suspended = None

    def is_special(self) -> None:
        """Declared on an indication (1.26): no exception stands any more (1.18)."""
        self.special = Special()
        self.indication, self.exception = True, False

    def is_of_severity(self, severity: str) -> None:
        """Neither ends it (9A A15); what is not gross misconduct is not accelerated (paragraph 20A)."""
        assert self.special
        gross = severity == "GROSS_MISCONDUCT"
        self.special = None if severity == "NEITHER" else Special(severity, gross and self.special.accelerated)

    def are_decided(self, today: dt.date) -> None:
        if self.parts and all(part.finding for part in self.parts):
            self.dates.decided = today

    def findings_are_set_aside(self) -> None:
        for part in self.parts:
            if not part.ceased:
                part.finding = part.actions = False
                part.decider = ""
        self.dates.decided = None

    def _is_decided_anew(self, *, keeps_opinions: bool) -> None:
        self.findings_are_set_aside()
        for part in self.parts:
            part.opinion = part.opinion if keeps_opinions else ""

    def _is_recorded(self, today: dt.date) -> None:
        if not self.recorded:
            if self.closed or self.state == "RESOLVED_OUTSIDE":
                self._is_open_again(today)
            self.dates.recorded = today
        self.recorded = True

    def _is_referred(self, today: dt.date, *, mandatory: bool) -> None:
        self._outcome_is_taken_back(today)
        if mandatory:
            self.becomes_clear(today)
            self.alleged = self.mandatory = True
        self.referred_on, self.form = today, ""
        self.consents = self.directs = False
        self.ceased.clear()

    def _is_determined(self, move: str, today: dt.date) -> None:
        self.form = "BACK" if move.startswith("refer_back") else move
        self.determined = move
        self.consents = self.directs = False
        if move == "refer_back":
            self.whose = ""
        if move.startswith("determine_"):
            self._outcome_is_taken_back(today)
            self.ceased.clear()
            self.investigated, self.whose = True, "IOPC"
            self.dates.reported = None
        if move in ("determine_directed", "determine_independent"):
            self.was_the_iopcs = self.is_the_iopcs = True
            self.dates.force_informs = None
            return
        self.dates.given_back.append(today)
        if self.is_the_iopcs:
            self.is_the_iopcs, self.dates.force_informs = False, today

    def _outcome_is_taken_back(self, today: dt.date) -> None:
        if self.told:
            self._is_open_again(today)
        else:
            self.decided_by, self.dates.decided = "", None

    def _is_open_again(self, today: dt.date) -> None:
        self.worked_before |= {*self.worked, self.handler, self.investigator} - {""}
        self.decided_before |= {self.decided_by, *(part.decider for part in self.parts)} - {""}
        self.told_before = self.told_before or (self.recorded and self.told)
        self.handler = self.investigator = self.resolved_by = self.decided_by = ""
        self.investigated = self.told = self.closed = False
        self.told_on, self.review_body, self.started = None, "", True
        self.dates.started, self.dates.reported, self.dates.decided = today, None, None

    def _may_be_told(self, move: str, today: dt.date) -> None:
        if move in ENDS_BY_TELLING:
            self.told, self.told_on = True, today
        if move == "send_outcome":
            self.told, self.told_on = True, today
            of_the_iopc = self.determined in ("determine_directed", "determine_independent")
            no_right = of_the_iopc or (self.special is not None and self.special.accelerated)  # 1.33, 9C D7
            serious = self.alleged or self.referred_on is not None
            self.review_body = "" if no_right else "IOPC" if serious else "LPB"

    # ---- whether the force has anything to look at next

    @property
    def is_due(self) -> bool:
        """Apart from notices that are owed: those are counted where they lie."""
        if self.bodys_since:
            return not self.closed
        if self.closed:
            return self.must_be_recorded_after_all or "APPLIED" in self.reviews  # 9A A22: FINALISED is not the end
        if self.has_ceased and not self.told:
            return True  # that it has ended is to be told
        informs = self.state not in ("DIRECTED", "INDEPENDENT") and not self.the_iopc_decides
        may_stay = not self.recorded and not self.must_be_recorded and self.state != "OUTSIDE_UNRESOLVED"
        untold = not self.told and (
            not self.contacted
            or self.state in BEFORE
            or may_stay
            or (informs and (self.started or self.recorded) and self.withdrawn_on is None)
        )
        handled = self.state in OPEN_HOW | {"OTBI", "LOCAL_INV"}
        # 9A A23: whatever the body decided, the authority answers it or acts on it.
        decided_on_review = self.state == "UNDER_REVIEW" and self.reviews[-1] != "APPLIED"
        ending = self.told and self.state in ("RESOLVED_OUTSIDE", "OUTCOME_SENT")
        # 9B B6: an investigation is not completed by being referred, so its letter comes due.
        not_completed = self.investigated and self.state == "REFERRED"
        return bool(
            self.must_be_recorded_after_all
            # The IOPC looks at what is suspended while it has the case (B3).
            or (informs and any(not each.concluded for each in self.suspensions.values()))
            or any(self.awaits_answers_since(part) for part in self.suspensions)
            or self.must_be_referred
            or untold
            or handled
            or not_completed
            or ending
            or decided_on_review
        )


ENDS_BY_TELLING = (
    "find_not_a_complaint", "decide_not_to_record", "transfer_out", "withdraw", "close_outside", "resolve", "cease", "merge",
)  # fmt: skip
DECIDED_ANEW = (
    "reopen", "handle_outside", "record", "investigate", "handle_otherwise", "take_no_further_action", "reopen_after_review",
    "determine_local", "determine_directed", "determine_independent", "refer_back", "refer_back_to_complete",
)  # fmt: skip
ENDED = {"NOT_A_COMPLAINT", "NOT_RECORDED", "CLOSED_OUTSIDE", "FINALISED", "WITHDRAWN", "TRANSFERRED_OUT", "MERGED"}
ENDING = {move for move, (_, target) in WAYS.items() if target in ENDED} | {"open_review"}
