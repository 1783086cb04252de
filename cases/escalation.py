"""When somebody is alerted to a duty: before its last day, on it, and after it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from backend.calendar.working_days import LONDON

from .clocks import DAY, Step, Timetable
from .deadlines import IOPC, Deadline

Key = tuple[str, str, dt.date, dt.date, str]  # rule, about, started_on, due_on, stage: an alert is raised once each


@dataclass(frozen=True)
class Moment:
    """One alert that is to be raised from an instant on."""

    at: dt.datetime
    deadline: Deadline
    step: Step

    @property
    def key(self) -> Key:
        duty = self.deadline
        return duty.rule, duty.about, duty.started_on, duty.due_on, self.step.stage


def moments(duties: Sequence[Deadline], timetable: Timetable, *, raised: Collection[Key] = ()) -> list[Moment]:
    """The alerts of open duties that were not raised yet, the earliest first.

    Nobody is alerted to what the IOPC owes. A warning that would come no later than the day on which the period began is
    none: whoever began it knows.
    """
    found = [
        Moment(_instant(duty, step), duty, step)
        for duty in duties
        if duty.owed_by != IOPC
        for step in timetable.steps_of(duty.rule)
        if step.days > 0 or duty.due_on + step.days * DAY > duty.started_on
    ]
    return sorted((each for each in found if each.key not in raised), key=lambda each: (each.at, each.key))


def _instant(duty: Deadline, step: Step) -> dt.datetime:
    return dt.datetime.combine(duty.due_on + step.days * DAY, dt.time(step.hour), LONDON)
