"""What a move promised to bring with it (GET …/moves/ shows it beforehand), held against what it brought."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from cases.consequences import PART_2_ENDS, Consequences
from cases.deadlines import open_deadlines
from cases.models import Case, Complainant, Involvement, Message, Notice, Review, Withdrawal
from cases.selectors import foreseen, load_parts
from cases.timetable import timetable

REVIEWED = ("OUTCOME_SENT", "UNDER_REVIEW", "FINALISED")
Clocks = dict[tuple[str, str], dt.date]


@dataclass(frozen=True)
class Promise:
    """A case before a move, and what the move is said to bring."""

    move: str
    causes: Consequences
    open_notices: frozenset[int]
    all_notices: frozenset[int]
    ends_with_part_2: frozenset[int]  # but for what was answered to a recommendation, which is told all the same
    ends_with_the_outcome: frozenset[int]  # what tells of it, and the bundle of a review that is under way
    messages: int
    clocks: Clocks

    @classmethod
    def of(cls, case: Case, move: str) -> Promise:
        """`case` with its parts loaded and the day on it, as the door of the moves shows it."""
        notices = Notice.objects.filter(case_id=case.pk)
        open_notices = notices.filter(settled_on=None)
        bundles = open_notices.filter(kind="REVIEW_BUNDLE", case__reviews__state__in=Review.OPEN)
        outcomes = open_notices.filter(kind="OUTCOME")
        return cls(
            move=move,
            causes=foreseen(case, move, timetable()),
            open_notices=keys(open_notices),
            all_notices=keys(notices),
            ends_with_part_2=keys(open_notices.exclude(kind="RECOMMENDATION_ANSWER")),
            ends_with_the_outcome=keys(bundles) | keys(outcomes),
            messages=Message.objects.filter(case_id=case.pk).count(),
            clocks=clocks_of(case),
        )

    def check(self, after: Case) -> None:
        """`after` is the case once the move was made; its parts are loaded anew."""
        load_parts(after)
        self._check_notices(after)
        self._check_clocks(clocks_of(after))

    def _check_notices(self, after: Case) -> None:
        made = Notice.objects.filter(case_id=after.pk).exclude(pk__in=self.all_notices)
        assert Counter(made.values_list("kind", "to")) == owed_to_whom(after, self.causes), self.move
        settled = Notice.objects.filter(pk__in=self.open_notices).exclude(settled_on=None)
        ended = self.ends_with_the_outcome if after.state not in REVIEWED else frozenset()
        assert keys(settled) == (self.ends_with_part_2 if self.move in PART_2_ENDS else ended), self.move
        told = Message.objects.filter(case_id=after.pk).count() - self.messages
        everybody = after.complainants.count()
        assert told == ((who_goes_on(after).count() or everybody) if self.causes.tells else 0), self.move

    def _check_clocks(self, clocks: Clocks) -> None:
        began = {rule for (rule, about), day in clocks.items() if self.clocks.get((rule, about)) != day}
        ended = {rule for rule, _ in self.clocks} - {rule for rule, _ in clocks}
        assert began == set(self.causes.starts), (self.move, "starts", began, self.causes.starts)
        assert ended == set(self.causes.stops), (self.move, "stops", ended, self.causes.stops)


def keys(notices: QuerySet[Notice]) -> frozenset[int]:
    return frozenset(notices.values_list("pk", flat=True))


def clocks_of(case: Case) -> Clocks:
    """The clocks that run for the force or the complainant, and since when; not those of notices, which are told of apart."""
    notices = {str(notice.public_id) for notice in case.notices.all()}
    return {
        (duty.rule, duty.about): duty.started_on
        for duty in open_deadlines(case, timetable())
        if duty.about not in notices and duty.owed_by != "IOPC"
    }


def who_goes_on(case: Case) -> QuerySet[Complainant]:
    """Those of the complainants who have not withdrawn."""
    gone = case.withdrawals.filter(allegation=None, state__in=Withdrawal.EFFECTIVE).values("complainant")
    return case.complainants.exclude(pk__in=gone)


def owed_to_whom(case: Case, causes: Consequences) -> Counter[tuple[str, str]]:
    """The notices that were promised, one to each who is in that part of the case, and has not withdrawn."""
    complainants = who_goes_on(case).count()
    named = case.involvements.filter(part=Involvement.Part.SUBJECT, person__isnull=False, ended_at=None)
    subjects = named.values("person").distinct().count()
    owed: Counter[tuple[str, str]] = Counter()
    for each in causes.owed:
        to = case.review_body if each.to == "REVIEW_BODY" else each.to
        owed[each.kind, to] += {"COMPLAINANT": complainants, "SUBJECT": subjects}.get(to, int(bool(to)))
    return +owed
