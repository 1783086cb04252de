"""Special procedures: one person investigated on an indication against them, and how severe it is (PRA 2002 Sch 3 19A-20A).

While the authority investigates itself this is the investigator's to say; in an investigation that the IOPC directs or makes,
the authority's delegate enters what its notice says.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor, acting
from backend.accounts.models import Role, User
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import facts, makers
from cases.models import Case, Involvement, Notice, NoticeService, Regime, SeverityAssessment, SpecialProcedures

from . import determinations, locking, notes, notices, steps
from .locking import MayNot
from .steps import find, keep, wrong

Severity = SpecialProcedures.Severity
SEVERE = (Severity.MISCONDUCT, Severity.GROSS_MISCONDUCT)
OF_THE_IOPC = ("DIRECTED", "INDEPENDENT")


class NotUnderInvestigation(Refused):
    code = "not-under-investigation"
    title = "It is not being investigated."


class CannotAssessSeverity(Refused):
    code = "cannot-assess-severity"
    title = "The special procedures do not stand where this can be done."


@dataclass(frozen=True)
class IOPCNotice:
    """What the IOPC's notice rests on: a file of the case, by its public id, and the day on it."""

    document: UUID
    dated_on: dt.date


@transaction.atomic
def declare(
    *,
    reference: str,
    subject: UUID,
    indication: SpecialProcedures.Indication,
    reasons: str,
    notice: IOPCNotice | None,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[SpecialProcedures, Case]:
    """Declare the investigation subject to special procedures for one identified person; no unit sees the case any more.

    They rest on an indication that is investigated: what was left out of the investigation is in it again.
    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for somebody unknown, or without the IOPC's notice where it
    is its investigation; NotUnderInvestigation (409), CannotAssessSeverity (409) where they are declared for them already.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_investigated(case, actor)
    who = steps.subject_of(case, subject)
    running = [each for each in case.special_procedures.all() if each.ended_on is None]
    if any(each.subject.person_id == who.person_id for each in running):
        raise CannotAssessSeverity("It is declared for them already.")
    _keep_notice(case, "DECLARES_SPECIAL_PROCEDURES", notice, actor=actor, at=at)
    special = SpecialProcedures.objects.create(
        case_id=case.pk, subject=who, indication=indication, reasons=reasons, declared_on=day_of(at)
    )
    determinations.indicate_by_declaration(case, actor=actor, at=at)
    _keep(case, special, "SPECIAL_PROCEDURES_DECLARED", actor=actor, at=at, indication=indication)
    return special, case


@transaction.atomic
def assess(
    *,
    reference: str,
    special: UUID,
    severity: SpecialProcedures.Severity,
    reason: str,
    consulted: str,
    consulted_on: dt.date | None,
    notice: IOPCNotice | None,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[SpecialProcedures, Case]:
    """Assess how severe the conduct would be if it were proved, or revise that: every assessment is kept.

    A revision comes after consulting the appropriate authority (regulation 19): `consulted` is the e-mail address of its
    delegate's account, `consulted_on` the day; "" and None for the first assessment. The person is owed a notice of the
    result. NEITHER ends the special procedures. Raises Missing (404), Stale (412), MayNot (403), Invalid (400),
    NotUnderInvestigation (409), CannotAssessSeverity (409) where they have ended or nothing is revised.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_investigated(case, actor)
    row: SpecialProcedures = find(case.special_procedures, special)
    _check_running(row)
    before = Severity(row.severity)
    if severity == before:
        raise CannotAssessSeverity("That is how severe it was assessed before.")
    delegate = _consulted(case, row, consulted, consulted_on, actor=actor, at=at)
    _keep_notice(case, "ASSESSES_SEVERITY", notice, actor=actor, at=at)
    SeverityAssessment.objects.create(
        special=row,
        severity=severity,
        assessed_on=day_of(at),
        assessed_by_id=actor.account,
        reason=reason,
        consulted=delegate,
        consulted_on=consulted_on,
    )
    row.severity, row.assessed_on = severity, day_of(at)
    if severity != Severity.GROSS_MISCONDUCT:
        row.accelerated_on = None
    if severity == Severity.NEITHER:
        row.ended_on = day_of(at)
    row.save()
    if severity in SEVERE or before in SEVERE:  # who was never told of it need not be told that it has ended
        notices.owe_one(case, "SPECIAL_PROCEDURES", to=row.subject, on=day_of(at))
    _keep(case, row, "SEVERITY_ASSESSED", actor=actor, at=at, severity=severity)
    return row, case


@transaction.atomic
def accelerate(
    *, reference: str, special: UUID, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[SpecialProcedures, Case]:
    """Treat it as accelerated: gross misconduct on evidence that is enough, and who should leave without delay (para 20A).

    It is for the authority's delegate, and not for the investigator, while the investigation goes on: it takes the right to a
    review away, which nobody does who decides. Raises Missing (404), Stale (412), MayNot (403), CannotAssessSeverity (409)
    where it is not assessed as gross misconduct, is accelerated already, or was reported on.
    """
    case, row = _for_the_authority(reference, special, actor=actor, version=version)
    if case.reported_on:
        raise CannotAssessSeverity("The investigation was reported on: it is accelerated before that, or not at all.")
    if row.severity != Severity.GROSS_MISCONDUCT:
        raise CannotAssessSeverity("Only gross misconduct is accelerated: assess the severity first.")
    if row.accelerated_on:
        raise CannotAssessSeverity("It is accelerated already.")
    row.accelerated_on = day_of(at)
    row.save(update_fields=["accelerated_on"])
    notes.write(case, text=reason, actor=actor, at=at)
    _keep(case, row, "ACCELERATED", actor=actor, at=at)
    return row, case


@transaction.atomic
def return_to_ordinary(
    *, reference: str, special: UUID, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[SpecialProcedures, Case]:
    """Take the acceleration back: the special conditions are not met (regulation 26).

    Raises Missing (404), Stale (412), MayNot (403), CannotAssessSeverity (409) where it is not accelerated.
    """
    case, row = _for_the_authority(reference, special, actor=actor, version=version)
    if row.accelerated_on is None:
        raise CannotAssessSeverity("It is not accelerated.")
    row.accelerated_on = None
    row.save(update_fields=["accelerated_on"])
    notes.write(case, text=reason, actor=actor, at=at)
    _keep(case, row, "RETURNED_TO_ORDINARY", actor=actor, at=at)
    return row, case


@transaction.atomic
def serve_notice(
    *,
    reference: str,
    subject: UUID,
    served_on: dt.date,
    how: NoticeService.How,
    duty: NoticeService.Duty,
    friend: str,
    welfare_contact: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[NoticeService, Case]:
    """Log that the written notice of investigation was served on somebody; what was owed to them is settled by it.

    `friend` and `welfare_contact` are "" where there is none yet. Raises Missing (404), Stale (412), MayNot (403), Invalid
    (400) for a day that cannot be, an unknown person, or electronic service of a case under the rules before 28 May 2025
    (SI 2025/558); CannotAssessSeverity (409) where no special procedures run for them.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may_log(case, actor)
    who = steps.subject_of(case, subject)
    running = [each for each in case.special_procedures.all() if each.subject.person_id == who.person_id]
    first = min((each.declared_on for each in running if each.severity in SEVERE), default=None)
    if first is None:
        raise CannotAssessSeverity("A notice says how severe it is: assess that for them first.")
    steps.check_day("served_on", served_on, since=first, on=day_of(at))
    if how == NoticeService.How.ELECTRONIC and case.regime != Regime.AMENDED_2025:
        raise wrong("how", "Notices of this case are not served electronically: the rules of before 28 May 2025 apply.")
    row = NoticeService.objects.create(
        case_id=case.pk,
        subject=who,
        served_on=served_on,
        how=how,
        entered_by_id=actor.account,
        duty=duty,
        friend=friend,
        welfare_contact=welfare_contact,
    )
    _settle_notice(case, running, actor=actor, on=served_on)
    details = {"service": str(row.public_id), "subject": str(who.public_id), "served_on": str(served_on), "how": how}
    keep(case, "NOTICE_SERVED", "notice_services", actor=actor, at=at, details={**details, "duty": duty})
    return row, case


@transaction.atomic
def update_service(
    *,
    reference: str,
    service: UUID,
    duty: NoticeService.Duty,
    friend: str,
    welfare_contact: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[NoticeService, Case]:
    """Keep up to date what duties they do, their police friend and who looks after their welfare; when it was served stands.

    Raises Missing (404), Stale (412), MayNot (403).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may_log(case, actor)
    row: NoticeService = find(case.notice_services.select_related("subject"), service)
    row.duty, row.friend, row.welfare_contact = duty, friend, welfare_contact
    row.save(update_fields=["duty", "friend", "welfare_contact"])
    details = {"service": str(row.public_id), "duty": duty}
    keep(case, "NOTICE_SERVICE_UPDATED", "notice_services", actor=actor, at=at, details=details)
    return row, case


# ---- what several steps do


def _check_investigated(case: Case, actor: Actor) -> None:
    of_the_iopc = case.state in OF_THE_IOPC
    rule = makers.may_decide if of_the_iopc or case.investigator_id is None else makers.may_investigate
    if not rule(case, actor):
        raise MayNot(rule.otherwise)
    _check_ours(case)
    if not of_the_iopc and case.state != "LOCAL_INV":
        raise NotUnderInvestigation("Special procedures belong to an investigation, until its report is submitted.")


def _check_ours(case: Case) -> None:
    """What concerns the chief officer is for the local policing body to investigate."""
    if not facts.is_for_this_authority(case):
        raise CannotAssessSeverity(facts.is_for_this_authority.otherwise)


def _check_running(row: SpecialProcedures) -> None:
    if row.ended_on:
        raise CannotAssessSeverity("They have ended: declare it anew on a new indication.")


def _keep_notice(case: Case, decides: str, notice: IOPCNotice | None, *, actor: Actor, at: dt.datetime) -> None:
    if case.state not in OF_THE_IOPC:
        if notice:
            raise wrong("notice", "The authority investigates itself: there is no notice of the IOPC to rest on.")
        return
    if notice is None:
        raise wrong("notice", "It is the IOPC's investigation: give its notice, by the document and the day on it.")
    steps.check_day("dated_on", notice.dated_on, since=case.made_on, on=day_of(at))
    steps.keep_body_notice(case, decides, document=notice.document, dated_on=notice.dated_on, actor=actor, at=at)


def _consulted(
    case: Case, row: SpecialProcedures, email: str, on: dt.date | None, *, actor: Actor, at: dt.datetime
) -> User | None:
    """The delegate who was consulted about a revision. A first assessment, and one of the IOPC's, consults nobody here."""
    if row.assessed_on is None or case.state in OF_THE_IOPC:
        if email or on:
            raise wrong("consulted", "Only a revision in the authority's own investigation comes after consulting it.")
        return None
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None or user.pk == actor.user_id or not _is_delegate(case, user, at=at):
        raise wrong("consulted", "Give the e-mail address of the authority's delegate who was consulted.")
    if on is None:
        raise wrong("consulted_on", "Say on which day the authority was consulted.")
    steps.check_day("consulted_on", on, since=row.assessed_on, on=day_of(at))
    return user


def _is_delegate(case: Case, user: User, *, at: dt.datetime) -> bool:
    consulted = acting(user, at=at)
    sees = Case.objects.visible_to(consulted).filter(pk=case.pk).exists()
    return sees and consulted.holds(Role.APPROPRIATE_AUTHORITY, force_id=case.force_id)


def _for_the_authority(reference: str, special: UUID, *, actor: Actor, version: int) -> tuple[Case, SpecialProcedures]:
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor) or case.investigator_id == actor.user_id:
        raise MayNot(makers.may_decide.otherwise)
    _check_ours(case)
    row: SpecialProcedures = find(case.special_procedures, special)
    _check_running(row)
    if case.closed_on or case.told_on:
        raise CannotAssessSeverity("The outcome was told already.")
    return case, row


def _check_may_log(case: Case, actor: Actor) -> None:
    if not makers.may_follow_proceedings(case, actor):
        raise MayNot(makers.may_follow_proceedings.otherwise)
    _check_ours(case)


def _settle_notice(case: Case, running: list[SpecialProcedures], *, actor: Actor, on: dt.date) -> None:
    for special in running:
        notices.settle_one(case, "SPECIAL_PROCEDURES", to=special.subject, as_=Notice.Settled.SENT, actor=actor, on=on)


def _keep(case: Case, row: SpecialProcedures, verb: str, *, actor: Actor, at: dt.datetime, **more: Any) -> None:
    subject: Involvement = row.subject
    details = {
        "special_procedures": str(row.public_id),
        "subject": str(subject.public_id),
        **{name: str(value) for name, value in more.items()},
    }
    keep(case, verb, "special_procedures", actor=actor, at=at, details=details)
