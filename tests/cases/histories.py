"""Random histories of complaints, and the case that each leaves: the dates and parts that the moves and services would write."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from cases.models import (
    Allegation,
    BodyNotice,
    Case,
    Complainant,
    Referral,
    Review,
    Suspension,
    Withdrawal,
)

from .oracle import ONE, PERIODS, Event, History
from .paper import a_complaint, with_parts

TARGETS = ["first_contact", "recording_decision", "outside_resolution", "local_investigation", "finalisation"]
FIRST, LAST = (
    dt.date(2010, 1, 1),
    dt.date(2034, 10, 1),
)  # what begins by then ends in 2035, the last year with holidays known


def a_history(seed: int) -> History:
    """One way that a complaint made between 2010 and 2035 can have gone, by its number."""
    chance = random.Random(seed)  # noqa: S311 - a story, no secret
    return _Teller(chance).tell()


class _Teller:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.day = FIRST + chance.randrange((LAST - FIRST).days) * ONE
        regime = "2004" if self.day < dt.date(2012, 11, 22) else "2012" if self.day < dt.date(2020, 2, 1) else "2020"
        self.history = History([], chance.choice([1, 1, 2, 3]), chance.choice([0, 1, 2, 2, 3]), regime)
        self.suspensions: dict[int, int | None] = {}
        self.ceased: set[int] = set()
        self.asked = 0

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
        self._note("is_made")
        self._note("is_received", days=3)
        if self._may(0.9):
            self._taken()
        return self.history

    def _note(self, what: str, *, who: int = 0, part: int | None = None, days: int = 40) -> None:
        if self.history.events and self._may(0.7):
            self.day = min(self.day + self.chance.randrange(days + 1) * ONE, LAST)
        self.history.events.append(Event(self.day, what, who, part))

    def _may(self, share: float) -> bool:
        return self.chance.random() < share

    def _meanwhile(self) -> None:
        """What happens beside the path, at any time."""
        for _ in range(self.chance.choice([0, 0, 1, 2, 3])):
            self.chance.choice(
                [self._progress, self._progress, self._suspend, self._resume, self._cease, self._review, self._withdraw]
            )()

    def _progress(self) -> None:
        self._note("progress_is_told", who=self.chance.randrange(self.history.complainants))

    def _suspend(self) -> None:
        parts: list[int | None] = [None, *sorted(set(range(self.history.allegations)) - self.ceased)]
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

    def _cease(self) -> None:
        """Of what was suspended one allegation is not resumed: where it was the last, nothing would be left to handle."""
        for _ in range(self.history.allegations):
            self._suspend()
        parts = {part: who for who, part in self.suspensions.items() if part is not None}
        if parts and len(self.ceased) + 1 < self.history.allegations:
            part = self.chance.choice(sorted(parts))
            self.ceased.add(part)
            del self.suspensions[parts[part]]
            self._note("part_ceases", who=parts[part])

    def _review(self) -> None:
        if self.suspensions:
            self._note("suspension_is_reviewed", who=self.chance.choice(list(self.suspensions)))

    def _withdraw(self) -> None:
        gone = {event.who for event in self.history.events if event.what == "withdraws"}
        if len(gone) + 1 < self.history.complainants:
            self._note("withdraws", who=self.chance.choice(sorted(set(range(self.history.complainants)) - gone)))
        elif not self.asked and self._may(0.3):  # the last one, once
            self._note("withdrawal_is_asked", who=self.asked)
            self.asked += 1

    def _taken(self) -> None:
        self._note("is_taken", days=10)
        if self._may(0.8):
            self._note("is_contacted", days=10)
        self._meanwhile()
        self.chance.choice([self._outside, self._recorded, self._recorded, self._recorded, self._stays])()

    def _stays(self) -> None:
        if self._may(0.5):
            self._note("is_clear")

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
        self._note("is_resolved")
        self._perhaps_ended()

    def _unresolved(self) -> None:
        self._note("is_left_unresolved")
        self._perhaps_ended()

    def _perhaps_ended(self) -> None:
        if self._may(0.5):
            self._note("is_ended")
        if self._may(0.6):
            self._note("has_to_be_recorded", days=400)

    def _recorded(self) -> None:
        self._note("is_recorded")
        self._meanwhile()
        self.chance.choice([self._handled, self._handled, self._referred, self._stays])()

    def _referred(self) -> None:
        self._note("is_clear")
        self._with_the_iopc()

    def _with_the_iopc(self) -> None:
        self._note("is_referred", days=3)
        self._meanwhile()
        way = self.chance.choice(["waits", "back", "back", "local", "over", "over"])
        if way == "back":
            self._note("is_referred_back")
            self.chance.choice([self._handled, self._directed])()
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
        self._note("is_taken_over")
        self._meanwhile()
        if self._may(0.5):
            self._note("is_given_to_the_force")
            self._investigation()
        elif self._may(0.6):
            self._note("report_is_submitted")
            self._decide()

    def _handled(self) -> None:
        self._meanwhile()
        if self._may(0.4):
            self._note("is_handled_otherwise")
            self._meanwhile()
            if self._may(0.6):
                self._note("report_is_submitted")
                self._decide()
        elif self._may(0.8):
            self._note("is_investigated")
            self._investigation()

    def _investigation(self) -> None:
        for _ in range(self.chance.choice([0, 1, 1, 2, 3])):
            self._note("letter_is_written", days=400)
            self._meanwhile()
        if self._may(0.6):
            self._note("report_is_submitted", days=200)
            if self._may(0.3):
                self._note("letter_is_written")
            self._decide()

    def _decide(self) -> None:
        self._meanwhile()
        if self._may(0.8):
            self._note("is_decided")
            if self._may(0.7):
                while self.suspensions:  # 1.30: the outcome is told of all of it
                    self._resume()
                self._note("outcome_is_sent", days=8)
                iopcs = any(event.what == "is_taken_over" for event in self.history.events)
                if self._may(0.5) and not iopcs:
                    self._reviewed()

    def _reviewed(self) -> None:
        if self._may(0.3):
            self._note("is_finalised", days=60)
            self.suspensions.clear()
        self._note("is_applied_for", days=28)
        if self._may(0.2):
            return
        self._note("is_under_review", days=10)
        if self._may(0.4):
            self._note("is_applied_for_by_another", days=28)
        self.chance.choice([self._upheld, self._not_upheld, lambda: None])()

    def _not_upheld(self) -> None:
        self._note("review_is_decided")
        if self._may(0.6):
            self._note("review_is_closed", days=10)
            self.suspensions.clear()

    def _upheld(self) -> None:
        self._note("is_recommended")
        if self._may(0.8):
            self._note("recommendation_is_answered")
            if self._may(0.6):
                self._note("is_reopened")
                self._meanwhile()


class Desk:
    """Writes a history down as a case: field by field what the moves and services leave."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.fields: dict[str, Any] = {"regime": history.regime, "state": "RECEIVED"}
        self.parts: dict[str, list[Any]] = {
            "complainants": [Complainant(pk=n + 1, position=n + 1) for n in range(history.complainants)],
            "allegations": [Allegation(pk=n + 1, position=n + 1) for n in range(history.allegations)],
            "suspensions": [],
            "withdrawals": [],
            "referrals": [],
            "body_notices": [],
            "reviews": [],
        }

    def case(self) -> Case:
        for event in self.history.events:
            getattr(self, f"_{event.what}")(event)
        made_on = self.fields.pop("made_on")
        return with_parts(a_complaint(made_on, **self.fields), **self.parts)

    def who(self, rule: str, about: str) -> int:
        """The number that the oracle knows a part by, from its public id."""
        for name in ("complainants", "suspensions"):
            for number, row in enumerate(self.parts[name]):
                if str(row.public_id) == about:
                    return number
        asked = [each for each in self.parts["withdrawals"] if each.state == "ASKED"]
        return next((number for number, row in enumerate(asked) if str(row.public_id) == about), 0)

    def _notice(self, event: Event, decides: str) -> None:
        number = len(self.parts["body_notices"]) + 1
        self.parts["body_notices"].append(BodyNotice(pk=number, body="IOPC", decides=decides, dated_on=event.on))

    def _is_made(self, event: Event) -> None:
        self.fields["made_on"] = self.fields["received_on"] = event.on

    def _is_received(self, event: Event) -> None:
        self.fields["received_on"] = event.on

    def _is_taken(self, event: Event) -> None:
        self.fields |= {"handling_started_on": event.on, "state": "ASSESSING"}

    def _is_contacted(self, event: Event) -> None:
        self.fields |= {"contacted_on": event.on, "state": "CONTACTED"}

    def _progress_is_told(self, event: Event) -> None:
        self.parts["complainants"][event.who].progress_told_on = event.on

    def _is_handled_outside(self, _: Event) -> None:
        self.fields |= {"state": "HANDLING_OUTSIDE"}

    def _has_to_be_recorded(self, event: Event) -> None:
        self.fields["wishes_recording"] = True
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
        self.fields |= {"state": "REFERRED", "referred_on": event.on}
        self.parts["referrals"].append(Referral(basis="MANDATORY", made_on=event.on))

    def _referral_is_directed(self, event: Event) -> None:
        self.fields |= {"referral_clear_on": event.on}
        self._notice(event, "DIRECTS_REFERRAL")

    def _is_referred_back(self, event: Event) -> None:
        self.fields |= {"state": "REFERRED_BACK"}
        self._notice(event, "refer_back")

    def _is_handled_otherwise(self, _: Event) -> None:
        self.fields |= {"state": "OTBI", "investigating_since": None}

    def _is_investigated(self, event: Event) -> None:
        self.fields |= {"state": "LOCAL_INV", "investigating_since": event.on}

    def _is_taken_over(self, event: Event) -> None:
        self.fields |= {"state": "INDEPENDENT", "investigating_since": event.on, "form_set_by": "IOPC"}
        self._notice(event, "determine_independent")

    def _is_given_to_the_force(self, event: Event) -> None:
        self.fields |= {"state": "LOCAL_INV", "investigating_since": event.on, "form_set_by": "IOPC"}
        self._notice(event, "determine_local")

    def _letter_is_written(self, event: Event) -> None:
        self.fields["timeliness_written_on"] = event.on

    def _report_is_submitted(self, event: Event) -> None:
        self.fields |= {"state": "DECISION", "reported_on": event.on}

    def _is_decided(self, event: Event) -> None:
        self.fields["decided_on"] = event.on

    def _outcome_is_sent(self, event: Event) -> None:
        iopcs = any(each.decides == "determine_independent" for each in self.parts["body_notices"][-1:])
        self.fields |= {"state": "OUTCOME_SENT", "told_on": event.on, "review_body": "" if iopcs else "LPB"}
        self.fields["review_information_on"] = None if iopcs else event.on

    def _is_finalised(self, event: Event) -> None:
        self.fields |= {"state": "FINALISED", "closed_on": event.on}
        for row in self.parts["suspensions"]:
            if row.state == "SUSPENDED":
                row.state, row.ended_on = "ENDED", event.on
        self.parts["withdrawals"] = [row for row in self.parts["withdrawals"] if row.state != "ASKED"]

    def _is_applied_for(self, event: Event) -> None:
        self.parts["reviews"].append(Review(body="LPB", state="APPLIED", applied_on=event.on))

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
        review.state, review.decided_on = "NOT_UPHELD", event.on

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

    def _part_ceases(self, event: Event) -> None:
        row = self.parts["suspensions"][event.who]
        row.state, row.ended_on = "CEASED", event.on
        next(each for each in self.parts["allegations"] if each.pk == row.allegation_id).finding = "REGULATION_41"

    def _withdrawal_is_asked(self, event: Event) -> None:
        gone = {row.complainant_id for row in self.parts["withdrawals"]}
        left = next(row.pk for row in self.parts["complainants"] if row.pk not in gone)
        self.parts["withdrawals"].append(
            Withdrawal(complainant_id=left, state="ASKED", wished_on=event.on, asked_on=event.on)
        )

    def _withdraws(self, event: Event) -> None:
        self.parts["withdrawals"].append(
            Withdrawal(complainant_id=event.who + 1, state="SIGNED", wished_on=event.on, signed_on=event.on)
        )
