"""The watcher: somebody is alerted before a duty is late, and when it is; once each, however often or late it looks."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from backend.accounts.actors import acting
from backend.accounts.models import Role, RoleGrant, User
from backend.notifications import services as outbox
from cases.clocks import Step
from cases.deadlines import open_deadlines
from cases.escalation import Moment, moments
from cases.models import Alert, Case, CaseAccess, Involvement, Recipient
from cases.selectors import PARTS
from cases.timetable import timetable

from .due import WORDS, raised_on

logger = logging.getLogger(__name__)

BATCH = 500
ABOVE = (Recipient.HANDLER, Recipient.SUPERVISOR, Recipient.AUTHORITY)  # each with the next above
SUBJECT = "Reference {reference}: please look at what is due"
BODY = """Something about reference {reference} is due, or was due and is not done.

Sign in to see what it is and by when. This message does not say it.

Please do not answer this message: nobody reads the answers.
"""


def watch(*, at: dt.datetime) -> int:
    """Raise every alert that is due at `at` and was not raised yet; answers how many. Each batch of cases is one commit.

    Only cases with something to alert to are read (`watch_at`, by its index). Several watchers share the work, and one that
    was stopped goes on where it was: what was raised stands beside the mails in one commit. A case that somebody is changing
    is left to the next look. Where nobody may be told, the log says it to the operator.
    """
    raised, looked_at = 0, 1
    while looked_at:
        looked_at, more = _watch_some(at=at)
        raised += more
    return raised


@transaction.atomic
def _watch_some(*, at: dt.datetime) -> tuple[int, int]:
    """One commit of the watcher: how many cases it looked at, and how many alerts it raised."""
    calendar = timetable()
    cases = list(
        Case.objects.filter(watch_at__lte=at)
        .defer(*WORDS)
        .prefetch_related(*PARTS, "alerts")
        .order_by("watch_at", "id")
        .select_for_update(skip_locked=True, of=("self",))[:BATCH]
    )
    due: list[tuple[Case, Moment]] = []
    for case in cases:
        alerts = moments(open_deadlines(case, calendar), calendar, raised=raised_on(case))
        due += [(case, each) for each in alerts if each.at <= at]
        case.watch_at = next((each.at for each in alerts if each.at > at), None)
    _raise(due, at=at)
    Case.objects.bulk_update(cases, ["watch_at"])
    return len(cases), len(due)


def _raise(due: Sequence[tuple[Case, Moment]], *, at: dt.datetime) -> None:
    readers = Readers([case for case, _ in due], at=at)
    alerts = []
    for case, moment in due:
        to, readers_of_it = readers.of(case, moment.step)
        if not readers_of_it:
            logger.error("Nobody may be told of what is due on %s: manage.py leave list", case.reference)
        duty = moment.deadline
        alerts.append(
            Alert(
                case_id=case.pk,
                rule=duty.rule,
                about=duty.about,
                started_on=duty.started_on,
                due_on=duty.due_on,
                stage=moment.step.stage,
                to=to,
                recipients=len(readers_of_it),
                raised_at=at,
            )
        )
        _write_to(case, moment, readers_of_it, at=at)
    Alert.objects.bulk_create(alerts)


def _write_to(case: Case, moment: Moment, readers: Mapping[str, str], *, at: dt.datetime) -> None:
    which = ":".join(map(str, moment.key))
    for name, address in readers.items():
        outbox.queue(
            cause=f"alert:{case.reference}:{which}:{name}",
            recipient=address,
            subject=SUBJECT.format(reference=case.reference),
            body=BODY.format(reference=case.reference),
            at=at,
            about=case.reference,
            addressee=name,
        )


class Readers:
    """Who may be written to about some cases: nobody who may not see the case, whatever their role."""

    def __init__(self, cases: Sequence[Case], *, at: dt.datetime) -> None:
        self.at = at
        self.cases = {case.pk: case for case in cases}
        self._seen_by: dict[int, set[int]] = {}
        forces = {case.force_id for case in cases}
        grants = RoleGrant.objects.held_at(at).filter(
            Q(unit__in=forces) | Q(unit__force__in=forces),
            role__in=[Role.LPU_SUPERVISOR, Role.APPROPRIATE_AUTHORITY],
            user__is_active=True,
        )
        self.grants = list(grants.select_related("unit", "user").order_by("user__email")) if cases else []
        handlers = User.objects.filter(pk__in={case.handler_id for case in cases if case.handler_id}, is_active=True)
        self.handlers = {user.pk: user for user in handlers} if cases else {}

    def of(self, case: Case, step: Step) -> tuple[Recipient, dict[str, str]]:
        """To whom an alert goes: addresses by the account's public id. Where there is nobody of that part, the next above."""
        to = Recipient(step.to)
        if to == Recipient.ADDRESS:
            account = User.objects.filter(email=step.address.lower()).first()
            if self._may_be_told(case, account):
                return to, {str(account.public_id) if account else "address": step.address}
            to = Recipient.AUTHORITY
        return self.first_from(case, to)

    def first_from(self, case: Case, to: Recipient) -> tuple[Recipient, dict[str, str]]:
        """Those of that part, or of the next above it that has somebody, by the account's public id."""
        for part in ABOVE[ABOVE.index(to) :]:
            readers = {
                str(user.public_id): user.email for user in self._users(case, part) if case.pk in self._seen(user)
            }
            if readers:
                return part, readers
        return Recipient.AUTHORITY, {}

    def _users(self, case: Case, part: Recipient) -> list[User]:
        if part == Recipient.HANDLER:
            return [self.handlers[case.handler_id]] if case.handler_id in self.handlers else []
        if part == Recipient.SUPERVISOR:
            units = (case.unit_id, case.force_id)
            return [each.user for each in self.grants if each.role == Role.LPU_SUPERVISOR and each.unit_id in units]
        return [
            each.user
            for each in self.grants
            if each.role == Role.APPROPRIATE_AUTHORITY and case.force_id in (each.unit_id, each.unit.force_id)
        ]

    def _seen(self, user: User) -> set[int]:
        """Which of the cases the account may see: asked once, for all of them."""
        if user.pk not in self._seen_by:
            visible = Case.objects.visible_to(acting(user, at=self.at)).filter(pk__in=self.cases)
            self._seen_by[user.pk] = set(visible.values_list("pk", flat=True))
        return self._seen_by[user.pk]

    def _may_be_told(self, case: Case, account: User | None) -> bool:
        """Whether an address of the table hears of a case: a wall keeps out whoever it belongs to."""
        person = account.person_id if account else None
        own = {"case_id": case.pk, "person_id": person, "ended_at": None}
        if person and Involvement.objects.filter(**own).exists():
            return False
        return not case.restricted or bool(person and CaseAccess.objects.filter(**own).exists())
