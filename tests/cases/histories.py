"""Random histories of complaints, and the case that each leaves: the dates and parts that the moves and services would write."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from cases.models import (
    Allegation,
    BodyNotice,
    Case,
    CommentCase,
    Complainant,
    Contribution,
    Involvement,
    Kind,
    MatterCase,
    Notice,
    Preservation,
    Proceeding,
    Referral,
    Review,
    Suspension,
    Withdrawal,
)

from .oracle import ONE, PERIODS, Event, History
from .paper import a_complaint, with_parts

TARGETS = ["first_contact", "recording_decision", "outside_resolution", "local_investigation", "finalisation"]
FIRST = dt.date(2010, 1, 1)
LAST = dt.date(2034, 10, 1)  # what begins by then ends in 2035, the last year with holidays known


def a_history(seed: int) -> History:
    """One way that a complaint made between 2010 and 2035 can have gone, by its number."""
    chance = random.Random(seed)  # noqa: S311 - a story, no secret
    return _Teller(chance).tell()


WHOSE = ("is_taken_over", "is_given_to_the_force", "is_investigated_again")
FORMS = [("INDEPENDENT", "determine_independent"), ("DIRECTED", "determine_directed")]


class _Teller:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.day = FIRST + chance.randrange((LAST - FIRST).days) * ONE
        began = [
            ("2004", FIRST),
            ("2012", dt.date(2012, 11, 22)),
            ("2020", dt.date(2020, 2, 1)),
            ("2020-2025", dt.date(2025, 5, 28)),
        ]
        regimes = [regime for regime, from_on in began if from_on <= self.day]
        # A28: what relates to a matter already in hand stays under its rules, whenever it is made.
        regime = chance.choice(regimes) if chance.random() < 0.1 else regimes[-1]
        self.history = History([], chance.choice([1, 1, 2, 3]), chance.choice([0, 1, 2, 2, 3]), regime)
        self.suspensions: dict[int, int | None] = {}
        self.concluded: dict[int, str] = {}  # of the suspensions, how far the letter of regulation 41 is
        self.alleged = self.history.allegations  # so many ever were
        self.parts = set(range(self.alleged))  # those that are left: neither withdrawn nor ceased
        self.people = self.history.complainants  # who complained, joined or is interested
        self.gone: set[int] = set()
        self.asking: tuple[int, int] | None = None  # which letter asks whom whether they withdraw
        self.letters = self.notices = self.asks = self.evidence = 0
        self.owed: list[int] = []  # the notices that are
        self.copies: set[int] = set()  # of the notices, those that are copies of the record
        self.withheld: list[int] = []
        self.open_asks: list[int] = []
        self.at_risk: list[int] = []
        self.is_told = False  # to its end

    def tell(self) -> History:
        made = self.day
        for _ in range(self.chance.choice([0, 0, 1, 3])):  # days of mourning, weddings, jubilees
            self.history.holidays.add(made + self.chance.randrange(1, 300) * ONE)
        for rule in self.chance.sample(TARGETS, self.chance.choice([0, 0, 1, 2])):
            count, _ = PERIODS[rule]
            from_on = made + self.chance.randrange(-100, 200) * ONE
            self.history.targets[rule] = [
                (from_on, self.chance.randrange(1, 2 * count + 3), self.chance.choice(["wd", "cd"]))
            ]
        kind = self.chance.choice(["COMPLAINT"] * 10 + ["MATTER", "COMMENT"])
        self.history.kind = kind
        if kind == "COMMENT":
            self._comment()
        elif kind == "MATTER":
            self.people = self.history.complainants = 0
            self._matter()
        else:
            self._complaint()
        return self.history

    def _complaint(self) -> None:
        self._note("is_made")
        self._note("is_received", days=3)
        self._note("is_logged", days=5)
        if self._may(0.05):
            self._turns_out_to_be_the_bodys()
        elif self._may(0.9):
            self._taken()

    def _matter(self) -> None:
        self._note("comes_to_attention")
        self._meanwhile()
        self.chance.choice([self._matter_handled, self._matter_handled, self._referred, self._stays])()

    def _matter_handled(self) -> None:
        self._meanwhile()
        if self._may(0.3):
            self._note("is_handled_otherwise")
            self._meanwhile()
            if self._may(0.6):
                self._note("report_is_submitted")
                self._matter_decided()
        elif self._may(0.8):
            self._note("is_investigated")
            self._letters()
            if self._may(0.6):
                self._note("report_is_submitted", days=200)
                self._matter_decided()

    def _matter_decided(self) -> None:
        self._meanwhile()
        if self._may(0.5):
            self._note("is_decided")
            if self._may(0.5):
                self._goes_on_with_all_of_it()
                self._perhaps_nothing_is_kept_back()
                self._note("is_finalised")

    def _comment(self) -> None:
        self._note("is_submitted")
        self._beside()
        if not self._may(0.8):
            return
        self._note("is_triaged", days=3)
        self._beside()
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            self._note("goes_to_the_unit", days=3)
            self._beside()
            if self._may(0.3):
                self._note("is_answered", days=12)
                return
            if not self._may(0.5):
                return
            self._note("comes_back_to_triage", days=5)

    def _beside(self) -> None:
        """What others are asked, and what has to be preserved, at any time."""
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            self.chance.choice([self._ask_a_unit, self._unit_answers, self._evidence, self._preserved])()

    def _ask_a_unit(self) -> None:
        self._note("unit_is_asked", who=self.asks, then=10)
        self.open_asks.append(self.asks)
        self.asks += 1

    def _unit_answers(self) -> None:
        if self.open_asks:
            self._note("unit_has_answered", who=self._one_of(self.open_asks))

    def _evidence(self) -> None:
        self._note("evidence_has_to_be_preserved", who=self.evidence, then=30)
        self.at_risk.append(self.evidence)
        self.evidence += 1

    def _preserved(self) -> None:
        if self.at_risk:
            self._note("evidence_is_preserved", who=self._one_of(self.at_risk))

    def _one_of(self, numbers: list[int]) -> int:
        """Any of them, and no more among them."""
        return numbers.pop(self.chance.randrange(len(numbers)))

    def _owe(self) -> None:
        what = self.chance.choice(["notice_is_owed", "copy_is_owed", "copy_is_owed", "proceedings_end"])
        if self._is_the_iopcs():
            what = "notice_is_owed"
        self._note(what, who=self.notices)
        self.owed.append(self.notices)
        if what == "copy_is_owed":
            self.copies.add(self.notices)
        self.notices += 1

    def _tell(self) -> None:
        if self.owed:
            self._note("notice_is_sent", who=self._one_of(self.owed))

    def _withhold(self) -> None:
        if self.owed:
            who = self._one_of(self.owed)
            if who in self.copies:
                self.withheld.append(who)
            self._note("copy_is_withheld" if who in self.copies else "notice_is_withheld", who=who)

    def _perhaps_nothing_is_kept_back(self) -> None:
        if self._may(0.5):  # it outlives the case then
            return
        for who in self.withheld:
            self._note("withholding_ends", who=who)
            self._note("copy_is_owed", who=self.notices, days=0)
            self.copies.add(self.notices)
            self.owed.append(self.notices)
            self.notices += 1
        self.withheld.clear()

    def _look_again(self) -> None:
        if self.withheld:
            self._note("withholding_is_reviewed", who=self.chance.choice(self.withheld))

    def _join(self) -> None:
        is_a_matter = self.history.kind == "MATTER"  # of which nobody complains
        self._note("is_interested" if is_a_matter or self._may(0.5) else "joins", who=self.people)
        self.people += 1

    def _note(
        self, what: str, *, who: int = 0, part: int | None = None, days: int = 40, then: int | None = None
    ) -> None:
        if self.is_told:
            return
        if self.history.events and self._may(0.7):
            self.day = min(self.day + self.chance.randrange(days + 1) * ONE, LAST)
        day = None if then is None else self.day + self.chance.randrange(1, then + 1) * ONE
        self.history.events.append(Event(self.day, what, who, part, day))

    def _may(self, share: float) -> bool:
        return self.chance.random() < share

    def _meanwhile(self) -> None:
        """What happens beside the path, at any time."""
        for _ in range(self.chance.choice([0, 0, 1, 2, 3])):
            self.chance.choice(
                [
                    self._progress, self._progress, self._suspend, self._suspend, self._resume, self._cease, self._review,
                    self._conclude, self._conclude, self._withdraw, self._deny, self._join, self._owe, self._owe, self._tell,
                    self._withhold, self._look_again, self._correct, self._allege, self._withdraw_a_part,
                ]
            )()  # fmt: skip
        self._beside()
        if self._may(0.01):
            self._turns_out_to_be_the_bodys()

    def _progress(self) -> None:
        if self.people:
            self._note("progress_is_told", who=self.chance.randrange(self.people))

    def _correct(self) -> None:
        """It was made before the day that was entered: that is known from a letter."""
        first = self.history.events[0]
        if (
            first.what == "is_made"
            and not self.is_told
            and all(each.what != "made_is_corrected" for each in self.history.events)
        ):
            day = max(first.on - self.chance.randrange(1, 40) * ONE, FIRST)  # no holidays are known before
            self.history.events.append(Event(self.day, "made_is_corrected", day=day))

    def _suspend(self) -> None:
        parts: list[int | None] = [None, *sorted(self.parts)]
        part = self.chance.choice([part for part in parts if part not in self.suspensions.values()] or [None])
        if part not in self.suspensions.values():
            who = sum(event.what == "is_suspended" for event in self.history.events)
            self.suspensions[who] = part
            self._note("is_suspended", who=who, part=part)

    def _resume(self) -> None:
        if self.suspensions:
            who = self.chance.choice(list(self.suspensions))
            del self.suspensions[who]
            self._note("is_resumed", who=who)

    def _goes_on_with_all_of_it(self) -> None:
        """1.30: what comes of it is told of all of it."""
        while self.suspensions:
            self._resume()

    def _conclude(self) -> None:
        """The next step of regulation 41: the proceedings conclude, the letter is sent, and no wish comes to go on."""
        if self.suspensions:
            who = self.chance.choice(list(self.suspensions))
            steps = ["proceedings_conclude", "is_asked_whether_it_goes_on", "says_no_or_nothing"]
            done = steps.index(self.concluded[who]) + 1 if who in self.concluded else 0
            for step in steps[done : done + self.chance.choice([1, 2, 2, 3])]:
                self._note(step, who=who)
                self.concluded[who] = step

    def _cease(self) -> None:
        """Of what was suspended one allegation is not resumed: where it was the last, nothing would be left to handle."""
        for _ in self.parts:
            self._suspend()
        parts = {part: who for who, part in self.suspensions.items() if part is not None}
        if parts and len(self.parts) > 1:
            part = self.chance.choice(sorted(parts))
            self.parts.remove(part)
            del self.suspensions[parts[part]]
            self._note("part_ceases", who=parts[part])

    def _allege(self) -> None:
        """Something else, also while all that was alleged before is suspended, or once it goes on again."""
        self._note("allegation_is_added", part=self.alleged)
        self.parts.add(self.alleged)
        self.alleged += 1

    def _withdraw_a_part(self) -> None:
        """By all who complain, suspended or not: the rest goes on."""
        if len(self.parts) > 1:
            part = self.chance.choice(sorted(self.parts))
            self.parts.remove(part)
            self.suspensions = {who: of for who, of in self.suspensions.items() if of != part}
            self._note("allegation_is_withdrawn", part=part)

    def _review(self) -> None:
        going_on = [who for who in self.suspensions if who not in self.concluded]
        if going_on:
            self._note("suspension_is_reviewed", who=self.chance.choice(going_on))

    def _withdraw(self) -> None:
        """All but one, so that somebody still complains; and the wish of the last is asked about."""
        complain = sorted(set(range(self.history.complainants)) - self.gone)
        if len(complain) > 1 and self._may(0.6):
            who = self.chance.choice([each for each in complain if self.asking is None or each != self.asking[1]])
            self.gone.add(who)
            self._note("consent_ends" if self._may(0.2) else "withdraws", who=who)
        elif complain and self.asking is None:
            self.asking = self.letters, self.chance.choice(complain)
            self.letters += 1
            self._note("withdrawal_is_asked", who=self.asking[1], part=self.asking[0])

    def _deny(self) -> None:
        if self.asking is not None:
            letter, who = self.asking
            self.asking = None
            self._note("withdrawal_is_denied", who=who, part=letter)

    def _taken(self) -> None:
        self._note("is_taken", days=10)
        if self._may(0.8):
            self._note("is_contacted", days=10)
        elif self._may(0.3):
            self._note("cannot_be_contacted", days=10)
        self._meanwhile()
        if self._may(0.1):
            self._goes_no_further()
            return
        self.chance.choice([self._outside, self._recorded, self._recorded, self._recorded, self._stays])()

    def _goes_no_further(self) -> None:
        if not self.suspensions:
            self._note("goes_no_further")
            self.is_told = True

    def _turns_out_to_be_the_bodys(self) -> None:
        """It concerns the chief officer, by a finding or their rank: nothing more happens here, but that it is handed over."""
        self._note("concerns_the_chief_officer", part=self.chance.randrange(2))
        if self._may(0.3):
            self._note("goes_no_further")
        self.is_told = True

    def _stays(self) -> None:
        if self._may(0.5):
            self._becomes_clear()

    def _becomes_clear(self) -> None:
        self._note("is_clear")
        if self._may(0.1) and not self.is_told:  # it was clear earlier than was entered first
            earlier = self.day - self.chance.randrange(1, 10) * ONE
            self.history.events.append(Event(self.day, "clear_is_corrected", day=earlier))

    def _outside(self) -> None:
        self._note("is_handled_outside")
        self._meanwhile()
        self.chance.choice([self._resolved, self._unresolved, self._forced, self._recorded, self._stays])()

    def _forced(self) -> None:
        """By a wish or a tick, while it is handled outside: some are taken back, some stand, some are followed."""
        for _ in range(self.chance.choice([1, 1, 2])):
            self._note("has_to_be_recorded")
        self._meanwhile()
        self.chance.choice([self._taken_back, self._recorded, self._stays])()

    def _taken_back(self) -> None:
        self._note("is_taken_back")
        self.chance.choice([self._resolved, self._forced, self._stays])()

    def _resolved(self) -> None:
        self._goes_on_with_all_of_it()
        self._note("is_resolved")
        self._perhaps_ended()

    def _unresolved(self) -> None:
        self._goes_on_with_all_of_it()
        self._note("is_left_unresolved")
        self._perhaps_ended()

    def _perhaps_ended(self) -> None:
        if self._may(0.5):
            self._perhaps_nothing_is_kept_back()
            self._note("is_ended")
        if self._may(0.6):
            self._note("has_to_be_recorded", days=400)

    def _recorded(self) -> None:
        self._note("is_recorded")
        self._meanwhile()
        self.chance.choice([self._handled, self._handled, self._referred, self._stays])()

    def _referred(self) -> None:
        if self._may(0.8):  # else of the force's own will
            self._becomes_clear()
        self._with_the_iopc()

    def _with_the_iopc(self, *, under_way: bool = False) -> None:
        self._note(self.chance.choice(["is_referred", "is_referred", "is_referred", "is_called_in"]), days=3)
        self._meanwhile()
        way = self.chance.choice(["waits", "back", "back", "local", "over", "over"])
        if way == "back" and under_way:
            self._note("is_given_back_to_be_completed")
            self._investigation()
        elif way == "back":
            self._note("is_referred_back")
            self.chance.choice([self._go_on_handling, self._directed])()
        elif way == "local":
            self._note("is_given_to_the_force")
            self._investigation()
        elif way == "over":
            self._iopc()

    def _directed(self) -> None:
        """On the day on which it came back, too."""
        self._note("referral_is_directed", days=3)
        self._meanwhile()
        if self._may(0.6):
            self._with_the_iopc()

    def _iopc(self) -> None:
        while self.owed:
            self._tell()
        self._note("is_taken_over", part=self.chance.randrange(2))
        self._meanwhile()
        if self._may(0.5):
            self._note("is_given_to_the_force")
            self._investigation()
        elif self._may(0.6):
            self._note("report_is_submitted")
            if self.history.kind == "COMPLAINT":
                self._decide()

    def _go_on_handling(self) -> None:
        if self.history.kind == "MATTER":
            self._matter_handled()
        else:
            self._handled()

    def _handled(self) -> None:
        self._meanwhile()
        if self._may(0.1):
            self._note("has_nothing_more_done")
            self._decide()
        elif self._may(0.4):
            self._otherwise()
        elif self._may(0.8):
            self._note("is_investigated")
            if self._may(0.1):
                self._meanwhile()
                self._otherwise()
            elif self._may(0.15):
                self._meanwhile()
                if self._may(0.7):
                    self._note("is_clear")
                self._with_the_iopc(under_way=True)
            else:
                self._investigation()

    def _otherwise(self) -> None:
        self._note("is_handled_otherwise")
        self._meanwhile()
        if self._may(0.6):
            self._note("report_is_submitted")
            self._decide()

    def _letters(self) -> None:
        for _ in range(self.chance.choice([0, 1, 1, 2, 3])):
            self._note("letter_is_written", days=400)
            self._meanwhile()

    def _investigation(self) -> None:
        self._letters()
        if self._may(0.6):
            self._note("report_is_submitted", days=200)
            if self._may(0.3):
                self._note("letter_is_written")
            if self._may(0.15):
                self._note("is_decided")
                self._note("is_investigated_further")
                self._investigation()
            elif self.history.kind == "COMPLAINT":
                self._decide()

    def _decide(self) -> None:
        self._meanwhile()
        if self._may(0.9):
            self._note("is_decided")
            if self._may(0.85):
                self._goes_on_with_all_of_it()
                self._note("outcome_is_sent", days=8)
                self._afterwards()
                if self._may(0.1):
                    while self.owed:
                        self._tell()
                    self._note("is_investigated_again", part=self.chance.randrange(2), days=20)
                    self._meanwhile()
                elif self._may(0.7) and not self._is_the_iopcs():
                    self._reviewed()

    def _is_the_iopcs(self) -> bool:
        whose = [each.what for each in self.history.events if each.what in WHOSE]
        return whose[-1:] != [] and whose[-1] != "is_given_to_the_force"

    def _afterwards(self) -> None:
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            self.chance.choice([self._owe, self._tell, self._withhold, self._look_again])()

    def _reviewed(self) -> None:
        if self._may(0.3):
            self._perhaps_nothing_is_kept_back()
            self._note("is_finalised", days=60)
            self._all_ends()
            for _ in range(self.chance.choice([0, 0, 1, 2])):
                self.chance.choice([self._owe, self._tell])()
        self._note("is_applied_for", days=28)
        if self._may(0.2):
            self._note("is_forwarded", days=9)
        if self._may(0.3):
            if self._may(0.5):
                self._note("is_applied_for_by_another", who=1, days=5)
            self._note("application_fails", part=self.chance.randrange(2), days=5)
            return
        if self._may(0.2):
            return
        self._note("is_under_review", days=10)
        if self._may(0.4):
            self._note("is_applied_for_by_another", who=1, days=28)
        self.chance.choice([self._upheld, self._not_upheld, lambda: None])()

    def _all_ends(self) -> None:
        self.suspensions.clear()
        self.asking = None

    def _not_upheld(self) -> None:
        self._note("review_is_decided", part=self.chance.randrange(4))
        if self._may(0.6):
            self._perhaps_nothing_is_kept_back()
            self._note("review_is_closed", days=10)
            self._all_ends()

    def _upheld(self) -> None:
        self._note("is_recommended")
        if self._may(0.6):
            self._note("recommendation_is_answered")
            if self._may(0.6):
                self._note("is_reopened")
                self._meanwhile()


class Desk:
    """Writes a history down as a case: field by field what the moves and services leave."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.fields: dict[str, Any] = {"regime": history.regime, "state": "RECEIVED"}
        self.asked: dict[int, Withdrawal] = {}  # by the number of the letter
        self.parts: dict[str, list[Any]] = {
            "complainants": [Complainant(pk=n + 1, position=n + 1) for n in range(history.complainants)],
            "allegations": [Allegation(pk=n + 1, position=n + 1) for n in range(history.allegations)],
            "suspensions": [],
            "withdrawals": [],
            "referrals": [],
            "body_notices": [],
            "reviews": [],
            "involvements": [],
            "proceedings": [],
            "notices": [],
            "contributions": [],
            "preservations": [],
        }

    def case(self) -> Case:
        for event in self.history.events:
            getattr(self, f"_{event.what}")(event)
        made_on = self.fields.pop("made_on")
        kind = {"MATTER": MatterCase, "COMMENT": CommentCase}.get(self.history.kind)
        if kind is None:
            return with_parts(a_complaint(made_on, **self.fields), **self.parts)
        values = {"kind": Kind(self.history.kind), "origin": "LIVE", "made_on": made_on, **self.fields}
        return with_parts(kind(**values), **self.parts)

    def who(self, about: str) -> str:
        """What the oracle calls a part, from its public id."""
        for number, row in self.asked.items():
            if str(row.public_id) == about:
                return f"withdrawals {number}"
        for name, rows in self.parts.items():
            for number, row in enumerate(rows):
                if str(row.public_id) == about:
                    return f"{name} {number}"
        return about

    def _notice(self, event: Event, decides: str) -> None:
        number = len(self.parts["body_notices"]) + 1
        self.parts["body_notices"].append(BodyNotice(pk=number, body="IOPC", decides=decides, dated_on=event.on))

    def _is_made(self, event: Event) -> None:
        self.fields["made_on"] = self.fields["received_on"] = event.on

    def _is_received(self, event: Event) -> None:
        self.fields["received_on"] = event.on

    def _is_logged(self, event: Event) -> None:
        self.fields["received_at"] = dt.datetime.combine(event.on, dt.time(12), dt.UTC)

    def _is_taken(self, event: Event) -> None:
        self.fields |= {"handling_started_on": event.on, "state": "ASSESSING"}

    def _is_contacted(self, event: Event) -> None:
        self.fields |= {"contacted_on": event.on, "state": "CONTACTED"}

    def _cannot_be_contacted(self, _: Event) -> None:
        self.fields["contact_impossible_reason"] = "Nobody knows who it was."

    def _consent_ends(self, event: Event) -> None:
        row = self.parts["complainants"][event.who]
        row.relationship, row.consented_on, row.consent_ended_on = "REPRESENTATIVE", self.fields["made_on"], event.on
        row.consent_how = "In a letter."

    def _progress_is_told(self, event: Event) -> None:
        self.parts["complainants"][event.who].progress_told_on = event.on

    def _is_handled_outside(self, _: Event) -> None:
        self.fields |= {"state": "HANDLING_OUTSIDE"}

    def _has_to_be_recorded(self, event: Event) -> None:
        wished_at = dt.datetime.combine(event.on, dt.time(12), tzinfo=dt.UTC)
        self.fields |= {"wishes_recording": True, "recording_wished_at": wished_at}
        self._note_since(event)

    def _note_since(self, event: Event) -> None:
        if self.fields["state"] in (
            "HANDLING_OUTSIDE",
            "OUTSIDE_UNRESOLVED",
            "RESOLVED_OUTSIDE",
            "CLOSED_OUTSIDE",
            "FINALISED",
        ):
            self.fields["must_record_since"] = self.fields.get("must_record_since") or event.on

    def _is_taken_back(self, _: Event) -> None:
        self.fields |= {"wishes_recording": False, "must_record_since": None}

    def _is_left_unresolved(self, event: Event) -> None:
        self.fields |= {"state": "OUTSIDE_UNRESOLVED", "recording_offered_on": event.on}

    def _is_ended(self, event: Event) -> None:
        if self.fields["state"] == "RESOLVED_OUTSIDE":
            self.fields |= {"state": "FINALISED", "closed_on": event.on}
        else:
            ended = dict.fromkeys(("recording_declined_on", "resolved_on", "told_on", "closed_on"), event.on)
            self.fields |= {"state": "CLOSED_OUTSIDE", **ended}

    def _is_resolved(self, event: Event) -> None:
        self.fields |= {"state": "RESOLVED_OUTSIDE", "resolved_on": event.on, "told_on": event.on}

    def _is_recorded(self, event: Event) -> None:
        self.fields |= {"state": "RECORDED", "recorded_on": event.on}

    def _is_clear(self, event: Event) -> None:
        self.fields |= {"referral_clear_on": event.on, "alleges_mandatory_referral": True, "concerns_conduct": True}
        self._note_since(event)

    def _is_referred(self, event: Event) -> None:
        self._goes_to_the_iopc(event, "MANDATORY" if self.fields.get("referral_clear_on") else "VOLUNTARY")

    def _goes_to_the_iopc(self, event: Event, basis: str) -> None:
        self.fields |= {"state": "REFERRED", "referred_on": event.on}
        self.fields["recorded_on"] = self.fields.get("recorded_on") or event.on
        self.parts["referrals"].append(Referral(basis=basis, made_on=event.on))

    def _referral_is_directed(self, event: Event) -> None:
        self.fields |= {"referral_clear_on": event.on}
        self._notice(event, "DIRECTS_REFERRAL")

    def _is_referred_back(self, event: Event) -> None:
        self.fields |= {"state": "REFERRED_BACK"}
        self._notice(event, "refer_back")

    def _is_handled_otherwise(self, _: Event) -> None:
        self.fields |= {"state": "OTBI", "investigating_since": None, "form_set_by": ""}

    def _is_investigated(self, event: Event) -> None:
        self.fields |= {"state": "LOCAL_INV", "investigating_since": event.on, "form_set_by": "AUTHORITY"}

    def _is_taken_over(self, event: Event) -> None:
        state, decides = FORMS[event.part or 0]
        self.fields["investigating_since"] = self.fields.get("investigating_since") or event.on
        self.fields |= {"state": state, "form_set_by": "IOPC", "reported_on": None}
        self._notice(event, decides)

    def _is_investigated_again(self, event: Event) -> None:
        undone = ("told_on", "decided_on", "closed_on", "review_information_on", "investigating_since")
        self.fields["first_told_on"] = self.fields["told_on"]
        self.fields |= {**dict.fromkeys(undone), "review_body": "", "handling_started_on": event.on}
        self._is_taken_over(event)

    def _clear_is_corrected(self, event: Event) -> None:
        self.fields["referral_clear_on"] = event.day

    def _is_given_to_the_force(self, event: Event) -> None:
        self.fields |= {"state": "LOCAL_INV", "investigating_since": event.on, "form_set_by": "IOPC"}
        self._notice(event, "determine_local")

    def _is_investigated_further(self, _: Event) -> None:
        self.fields |= {"state": "LOCAL_INV", "reported_on": None, "decided_on": None}

    def _letter_is_written(self, event: Event) -> None:
        self.fields["timeliness_written_on"] = event.on

    def _report_is_submitted(self, event: Event) -> None:
        if self.fields.get("investigating_since"):
            own = self.fields["state"] == "LOCAL_INV"
            self.fields |= {"state": "REPORT_SUBMITTED" if own else "DECISION", "reported_on": event.on}
        else:
            self.fields["state"] = "DECISION"

    def _is_decided(self, event: Event) -> None:
        self.fields |= {"state": "DECISION", "decided_on": event.on}

    def _outcome_is_sent(self, event: Event) -> None:
        forms = [each.decides for each in self.parts["body_notices"] if each.decides.startswith("determine")]
        iopcs = forms[-1:] in (["determine_independent"], ["determine_directed"])
        self.fields |= {"state": "OUTCOME_SENT", "told_on": event.on, "review_body": "" if iopcs else "LPB"}
        self.fields["review_information_on"] = None if iopcs else event.on

    def _is_finalised(self, event: Event) -> None:
        self.fields |= {"state": "FINALISED", "closed_on": event.on}
        self._nothing_is_open(event)

    def _nothing_is_open(self, event: Event) -> None:
        for row in self.parts["suspensions"]:
            if row.state in Suspension.OPEN:
                row.state, row.ended_on = "ENDED", event.on
        self.parts["withdrawals"] = [row for row in self.parts["withdrawals"] if row.state != "ASKED"]

    def _is_applied_for(self, event: Event) -> None:
        self.parts["reviews"].append(Review(body="LPB", state="APPLIED", applied_on=event.on))

    def _is_forwarded(self, event: Event) -> None:
        self.parts["reviews"][-1].forwarded_on = event.on

    def _application_fails(self, event: Event) -> None:
        review, *others = self.parts["reviews"]
        review.state, review.decided_on = ("INVALID", "WITHDRAWN")[event.part or 0], event.on
        for other in others:
            other.waits = False

    def _is_applied_for_by_another(self, event: Event) -> None:
        self._is_applied_for(event)
        self.parts["reviews"][-1].waits = True

    def _is_under_review(self, _: Event) -> None:
        self.fields |= {"state": "UNDER_REVIEW", "closed_on": None}

    def _is_recommended(self, event: Event) -> None:
        review = self.parts["reviews"][0]
        review.state, review.decided_on, review.recommended_on = "AWAITING_RESPONSE", event.on, event.on

    def _recommendation_is_answered(self, event: Event) -> None:
        review = self.parts["reviews"][0]
        review.state, review.answered_on = "ACCEPTED", event.on

    def _review_is_decided(self, event: Event) -> None:
        review = self.parts["reviews"][0]
        endings = ("NOT_UPHELD", "INVALID", "WITHDRAWN", "DETERMINED")
        review.state, review.decided_on = endings[event.part or 0], event.on

    def _review_is_closed(self, event: Event) -> None:
        self._is_finalised(event)
        for review in self.parts["reviews"]:
            review.waits = False

    def _is_reopened(self, event: Event) -> None:
        self.fields |= {"state": "REOPENED", "handling_started_on": event.on, "decided_on": None, "told_on": None}
        self.fields |= {"investigating_since": None, "review_body": "", "review_information_on": None}

    def _is_suspended(self, event: Event) -> None:
        allegation = None if event.part is None else event.part + 1
        row = Suspension(
            suspended_on=event.on, for_criminal_proceedings=True, of_an_investigation=True, reason="Trial."
        )
        row.allegation_id = allegation
        self.parts["suspensions"].append(row)

    def _suspension_is_reviewed(self, event: Event) -> None:
        self.parts["suspensions"][event.who].reviewed_on = event.on

    def _is_resumed(self, event: Event) -> None:
        row = self.parts["suspensions"][event.who]
        row.state, row.ended_on = "RESUMED", event.on

    def _allegation_is_added(self, event: Event) -> None:
        number = len(self.parts["allegations"]) + 1
        self.parts["allegations"].append(Allegation(pk=number, position=number, added_on=event.on))

    def _allegation_is_withdrawn(self, event: Event) -> None:
        assert event.part is not None
        allegation = self.parts["allegations"][event.part]
        allegation.finding, allegation.decided_on = "WITHDRAWN", event.on
        for row in self.parts["suspensions"]:
            if row.allegation_id == allegation.pk and row.state in Suspension.OPEN:
                row.state, row.ended_on = "ENDED", event.on

    def _part_ceases(self, event: Event) -> None:
        row = self.parts["suspensions"][event.who]
        row.state, row.ended_on = "CEASED", event.on
        next(each for each in self.parts["allegations"] if each.pk == row.allegation_id).finding = "REGULATION_41"

    def _proceedings_conclude(self, event: Event) -> None:
        row = self.parts["suspensions"][event.who]
        row.state, row.concluded_on = "CONCLUDED", event.on

    def _is_asked_whether_it_goes_on(self, event: Event) -> None:
        row = self.parts["suspensions"][event.who]
        row.state, row.asked_on = "ASKED", event.on

    def _says_no_or_nothing(self, event: Event) -> None:
        self.parts["suspensions"][event.who].state = "DECIDING"

    def _withdrawal_is_asked(self, event: Event) -> None:
        assert event.part is not None
        row = Withdrawal(complainant_id=event.who + 1, state="ASKED", wished_on=event.on, asked_on=event.on)
        self.asked[event.part] = row
        self.parts["withdrawals"].append(row)

    def _withdrawal_is_denied(self, event: Event) -> None:
        assert event.part is not None
        row = self.asked[event.part]
        row.state, row.settled_on = "DENIED", event.on

    def _withdraws(self, event: Event) -> None:
        self.parts["withdrawals"].append(
            Withdrawal(complainant_id=event.who + 1, state="SIGNED", wished_on=event.on, signed_on=event.on)
        )

    def _made_is_corrected(self, event: Event) -> None:
        self.fields["made_on"] = event.day

    def _joins(self, event: Event, relationship: str = "AFFECTED") -> None:
        number = event.who + 1
        self.parts["complainants"].append(
            Complainant(pk=number, position=number, relationship=relationship, added_on=event.on)
        )

    def _is_interested(self, event: Event) -> None:
        self._joins(event, "INTERESTED")

    def _goes_no_further(self, event: Event) -> None:
        is_the_bodys = self.fields.get("concerns_chief_officer") or self.parts["involvements"]
        state = "TRANSFERRED_OUT" if is_the_bodys else "NOT_A_COMPLAINT"
        self.fields |= {"state": state, "told_on": event.on, "closed_on": event.on}
        self._nothing_is_open(event)
        for row in self.parts["notices"]:
            if not row.settled_on:
                row.settled_on, row.settled_as = event.on, "NOT_OWED"

    def _concerns_the_chief_officer(self, event: Event) -> None:
        if event.part:
            self.fields |= {"concerns_chief_officer": True, "chief_officer_found_on": event.on}
        else:
            chief = Involvement(part="SUBJECT", rank="Temporary Chief Constable", rank_known_on=event.on)
            self.parts["involvements"].append(chief)

    def _is_called_in(self, event: Event) -> None:
        self._goes_to_the_iopc(event, "CALLED_IN")
        self._notice(event, "call_in")

    def _is_given_back_to_be_completed(self, event: Event) -> None:
        self.fields["state"] = "LOCAL_INV"
        self._notice(event, "refer_back_to_complete")

    def _has_nothing_more_done(self, _: Event) -> None:
        self.fields["state"] = "NFA"

    def _copy_is_owed(self, event: Event) -> None:
        self._notice_is_owed(event, "RECORD_COPY")

    def _notice_is_owed(self, event: Event, kind: str = "HANDLING") -> None:
        about = {"complainant_id": 1} if self.parts["complainants"] else {}
        row = Notice(pk=event.who + 1, kind=kind, to="COMPLAINANT" if about else "SUBJECT", owed_on=event.on, **about)
        self.parts["notices"].append(row)

    def _proceedings_end(self, event: Event) -> None:
        number = len(self.parts["proceedings"]) + 1
        self.parts["proceedings"].append(
            Proceeding(pk=number, kind="CRIMINAL", begun_on=event.on, ended_on=event.on, result="Acquitted.")
        )
        self._notice_is_owed(event, "PROCEEDING_OUTCOME")
        self.parts["notices"][-1].proceeding_id = number

    def _notice_is_sent(self, event: Event) -> None:
        row = self.parts["notices"][event.who]
        row.settled_on, row.settled_as = event.on, "SENT"

    def _notice_is_withheld(self, event: Event) -> None:
        row = self.parts["notices"][event.who]
        row.settled_on, row.settled_as, row.reason = event.on, "WITHHELD", "It would prejudice the trial."

    def _copy_is_withheld(self, event: Event) -> None:
        self._notice_is_withheld(event)

    def _withholding_ends(self, event: Event) -> None:
        self.parts["notices"][event.who].withheld_until = event.on

    def _withholding_is_reviewed(self, event: Event) -> None:
        self.parts["notices"][event.who].reviewed_on = event.on

    def _unit_is_asked(self, event: Event) -> None:
        self.parts["contributions"].append(
            Contribution(
                pk=event.who + 1, state="ASKED", question="What is known?", asked_on=event.on, due_on=event.day
            )
        )

    def _unit_has_answered(self, event: Event) -> None:
        self.parts["contributions"][event.who].state = "SUBMITTED"

    def _evidence_has_to_be_preserved(self, event: Event) -> None:
        self.parts["preservations"].append(
            Preservation(pk=event.who + 1, kind="CCTV", what="Film.", captured_on=event.on, expires_on=event.day)
        )

    def _evidence_is_preserved(self, event: Event) -> None:
        self.parts["preservations"][event.who].preserved_on = event.on

    def _comes_to_attention(self, event: Event) -> None:
        day = event.on
        self.fields |= {"state": "RECORDED", "made_on": day, "received_on": day, "recorded_on": day}
        self.fields |= {"matter_type": "CONDUCT", "concerns_conduct": True}

    def _is_submitted(self, event: Event) -> None:
        self.fields |= {"state": "SUBMITTED", "made_on": event.on, "received_on": event.on}

    def _is_triaged(self, event: Event) -> None:
        self.fields |= {"state": "TRIAGE", "handling_started_on": event.on}

    def _goes_to_the_unit(self, event: Event) -> None:
        self.fields |= {"state": "WITH_LPU", "sent_to_unit_on": event.on}

    def _comes_back_to_triage(self, _: Event) -> None:
        self.fields["state"] = "TRIAGE"

    def _is_answered(self, event: Event) -> None:
        self.fields |= {"state": "ANSWERED", "told_on": event.on, "closed_on": event.on}
