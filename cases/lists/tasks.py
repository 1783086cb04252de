"""What is to be done and no clock runs for: found by what is open, not by every case.

By a day that was set for it: what somebody undertook to do, the next day in court, and a contact plan to be looked at again. Without one, and so
never late: the decision of regulation 41, the end of what all have withdrawn, evidence to be looked for, a first contact with who
joined later, what came in and nobody has looked at, and an offer to record that nobody has answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from backend.accounts.actors import Actor
from backend.accounts.models import Person, Role
from backend.calendar.working_days import day_of
from cases import facts
from cases.clocks import TARGET
from cases.deadlines import FORCE, IOPC
from cases.findings import ENDED, is_decided_by_the_iopc
from cases.identities import as_read_by
from cases.models import (
    Allegation,
    AllegationAction,
    Case,
    Complainant,
    ComplaintState,
    ContactAttempt,
    ContactPlan,
    Contribution,
    Determination,
    Kind,
    Learning,
    Message,
    Preservation,
    Proceeding,
    Suspension,
    Withdrawal,
)
from cases.models.case import CaseQuerySet
from cases.notices import REGULATIONS
from cases.standing import has_to_be_recorded_after_all, has_withdrawn, is_about_the_chief_officer, is_withdrawn_by_all

# Offered to be recorded, unresolved as it is; what has to be recorded or handed over has a duty of its own.
OFFERED = Q(
    ~Q(wishes_recording=True),
    state=ComplaintState.OUTSIDE_UNRESOLVED,
    closed_on=None,
    concerns_conduct=False,
    concerns_chief_officer=False,
)


# Open, and nobody has found anything on it yet: what is the local policing body's it preserves.
BEFORE_ITS_DECISION = Q(
    kind__in=[Kind.COMPLAINT, Kind.MATTER],
    closed_on=None,
    resolved_on=None,
    reported_on=None,
    decided_on=None,
    told_on=None,
    concerns_chief_officer=False,
)


@dataclass(frozen=True)
class Task:
    """Something to be done for which no clock runs. `due_on` is the day that was set for it; None: there is none.

    `about` is the public id of the action, of what is to be learnt, of the proceedings, of the suspension that is decided on, of the allegation that
    was withdrawn, of the message, of the contribution, of the complainant or of the contact plan; "" where it is of the whole case.
    """

    rule: str
    duty: str
    started_on: dt.date
    due_on: dt.date | None
    about: str
    basis: str = TARGET
    is_statutory: bool = False
    owed_by: str = FORCE
    owed_to: str = ""


@dataclass(frozen=True)
class Unseen:
    """A case that its reader may not see: they were named to do something in it, and know what it is called."""

    reference: str
    kind: None = None
    state: None = None
    unit: None = None
    handler: None = None


@dataclass(frozen=True)
class ToDo:
    """A task of a case; `owner` is who was named to do it, where somebody was."""

    case: Case | Unseen
    task: Task
    owner: str = ""


def with_tasks(cases: CaseQuerySet, filters: Mapping[str, Any], *, actor: Actor, until: dt.date) -> CaseQuerySet:
    """Those of `cases` in which something is to be done by `until`, or without a day. `filters` as in `owed`."""
    cases = cases.filter(disposed_on=None)
    found: list[QuerySet[Any, Any]] = []
    if not filters["statutory"]:
        open_rows = {"done_on": None, "due_on__lte": until}
        found += [
            AllegationAction.objects.filter(**open_rows).values("allegation__case"),
            Learning.objects.filter(**open_rows).values("allegation__case"),
            _in_court(until=until).values("case"),
            _plans(cases, actor=actor, until=until).values("shown_on"),
        ]
    if not filters["overdue"]:
        found += [_deciding().values("case"), _withdrawn().values("pk"), _joined().values("case")]
    if not (filters["statutory"] or filters["overdue"]):
        found += [_unread().values("case"), _contributed().values("case"), cases.filter(OFFERED).values("pk")]
    return cases.filter(pk__in=found[0].union(*found[1:])) if found else cases.none()


def without_evidence(cases: CaseQuerySet, filters: Mapping[str, Any]) -> CaseQuerySet:
    """Those of `cases` of which nobody has noted any evidence, nor said that there is none to preserve: most that are new."""
    if filters["overdue"]:
        return cases.none()
    noted = Preservation.objects.filter(case=OuterRef("pk"))
    none = Determination.objects.filter(case=OuterRef("pk"), about=Determination.About.NO_EVIDENCE)
    found: CaseQuerySet = cases.filter(BEFORE_ITS_DECISION, ~Exists(noted), ~Exists(none), disposed_on=None)
    return found


def with_own(filters: Mapping[str, Any], *, actor: Actor, until: dt.date) -> CaseQuerySet:
    """Those in which the actor was named to do something by `until`, and which they may not see: whose they are is not told."""
    if filters["statutory"] or filters.get("unit"):
        return Case.objects.none()
    actions, learning = (
        model.objects.owned_by(actor).filter(done_on=None, due_on__lte=until).values("allegation__case")
        for model in (AllegationAction, Learning)
    )
    seen = Case.objects.visible_to(actor).filter(pk=OuterRef("pk"))
    return Case.objects.filter(~Exists(seen), pk__in=actions.union(learning))


def tasks_of(page: Sequence[Case], cases: CaseQuerySet, *, actor: Actor, until: dt.date) -> list[ToDo]:
    """What is to be done in each of them, with their parts loaded: first what has no day, then by its day.

    They are a page of `cases`, of which the newest of a person shows the plan for them.
    """
    among = {case.pk: case for case in page}
    found = [
        ToDo(case, _to_decide(case, row))
        for case in page
        for row in (case.suspensions.all() if case.kind != Kind.COMMENT else ())  # of which no such parts are loaded
        if row.state == row.State.DECIDING and not case.closed_on
    ]
    found += [ToDo(case, task) for case in page for task in _to_end(case)]
    joined = _joined().filter(case__in=among)
    found += [
        ToDo(among[row.case_id], _to_contact(row)) for row in joined if not has_withdrawn(among[row.case_id], row.pk)
    ]
    found += [ToDo(among[row.case_id], _to_read(row)) for row in _unread().filter(case__in=among)]
    found += [ToDo(among[row.case_id], _to_accept(row)) for row in _contributed().filter(case__in=among)]
    found += [ToDo(case, task) for case in page for task in _to_ask_about_recording(case)]
    plans = _plans(cases.filter(disposed_on=None), actor=actor, until=until).filter(shown_on__in=among)
    undertaken = _undertaken(among, AllegationAction.objects.all(), Learning.objects.all(), until=until)
    in_court = (ToDo(among[row.case_id], _to_follow(row)) for row in _in_court(until=until).filter(case__in=among))
    dated = [*undertaken, *in_court, *(ToDo(among[plan.shown_on], _to_review(plan)) for plan in plans)]
    return found + sorted(dated, key=lambda each: each.task.due_on or until)


def evidence_tasks(page: Sequence[Case]) -> list[ToDo]:
    """To look for evidence in each of them."""
    return [ToDo(case, _to_preserve(case)) for case in page]


def own_tasks(page: Sequence[Case], *, actor: Actor, until: dt.date) -> list[ToDo]:
    """What the actor was named to do in each of them, by its day, and nothing else of the case."""
    among = {case.pk: Unseen(case.reference) for case in page}
    actions, learning = AllegationAction.objects.owned_by(actor), Learning.objects.owned_by(actor)
    own = _undertaken(among, actions, learning, until=until, reader=actor)
    return sorted(own, key=lambda each: each.task.due_on or until)


def _deciding() -> QuerySet[Suspension]:
    """What was suspended, and nobody wishes to go on."""
    return Suspension.objects.filter(state=Suspension.State.DECIDING, case__closed_on=None)


def _complains() -> QuerySet[Complainant]:
    """As standing.complainants_of."""
    still = Complainant.objects.filter(consent_ended_on=None)
    return still.exclude(relationship=Complainant.Relationship.INTERESTED)


def _withdrawn() -> CaseQuerySet:
    """Complaints before their outcome of which each who complains withdrew something: whether it was all, their parts tell."""
    withdrawals = Withdrawal.objects.filter(state__in=Withdrawal.EFFECTIVE)
    complains = _complains().filter(case=OuterRef("pk"))
    goes_on = Exists(complains.exclude(Exists(withdrawals.filter(complainant=OuterRef("pk")))))
    return Case.objects.filter(~goes_on, pk__in=withdrawals.values("case"), closed_on=None, told_on=None)


def _joined() -> QuerySet[Complainant]:
    """Who joined a complaint after its first contact, may be reached by what they left, and was not reached yet.

    Of a case whose contact was found impossible, who was not tried.
    """
    tried = ContactAttempt.objects.filter(complainant=OuterRef("pk"))
    contacted = Q(case__contacted_on__lte=F("added_on"))
    found_impossible = Q(~Q(case__contact_impossible_reason=""), ~Exists(tried), case__contacted_on=None)
    is_open = {"case__kind": Kind.COMPLAINT, "case__closed_on": None, "case__told_on": None}
    rows = _complains().filter(
        contacted | found_impossible, added_on__isnull=False, case__concerns_chief_officer=False, **is_open
    )
    never = rows.exclude(email="", telephone="", address="").exclude(Exists(tried.filter(reached=True)))
    return never.order_by("added_on", "pk")


def _unread() -> QuerySet[Message]:
    """What complainants wrote and nobody has read: also to a case that has ended, for a wish counts at any time."""
    return Message.objects.filter(direction=Message.Direction.IN, read=None).order_by("sent_at", "id")


def _contributed() -> QuerySet[Contribution]:
    """What units contributed, and nobody has accepted or sent back."""
    rows: QuerySet[Contribution] = Contribution.objects.filter(
        state=Contribution.State.SUBMITTED, case__closed_on=None
    ).order_by("due_on", "id")
    return rows


def _to_ask_about_recording(case: Case) -> Iterator[Task]:
    """From the offer until it is recorded or declined. Nobody declines by silence: without an answer it stays open, and here."""
    if case.state != ComplaintState.OUTSIDE_UNRESOLVED:
        return
    has_a_duty = has_to_be_recorded_after_all(case) or is_about_the_chief_officer(case)
    if not has_a_duty and not facts.every_complainant_has_withdrawn(case):
        offered_on = case.recording_offered_on or case.received_on
        says = "Ask whether they wish it to be recorded: then record it, or close it"
        yield Task("recording_offer", says, offered_on, None, about="", owed_to="complainant")


def _plans(cases: CaseQuerySet, *, actor: Actor, until: dt.date) -> QuerySet[Any]:
    """The contact plans to be looked at again by then, for those who do that; each with the newest of `cases` that their person made.

    It may have ended: the plan is of the person, and stands for what they make next.
    """
    asked = actor.forces_of(Role.PSD_ASSESSOR, Role.APPROPRIATE_AUTHORITY)
    theirs = Complainant.objects.filter(
        (Q(email_index=OuterRef(OuterRef("email_index"))) & ~Q(email_index=""))
        | (Q(telephone_index=OuterRef(OuterRef("telephone_index"))) & ~Q(telephone_index=""))
    )
    made = cases.filter(force=OuterRef("force"), pk__in=theirs.values("case")).order_by("-received_on", "-pk")
    due = ContactPlan.objects.filter(force__in=asked, ended_on=None, review_on__lte=until)
    return due.annotate(shown_on=Subquery(made.values("pk")[:1])).order_by("review_on", "pk")


def _in_court(*, until: dt.date) -> QuerySet[Proceeding]:
    """The proceedings of which the next day comes by then, or has come, and nobody has entered what followed."""
    return Proceeding.objects.filter(ended_on=None, next_date_on__lte=until).order_by("id")


def _undertaken(
    among: Mapping[int, Case] | Mapping[int, Unseen],
    actions: QuerySet[AllegationAction],
    learning: QuerySet[Learning],
    *,
    until: dt.date,
    reader: Actor | None = None,
) -> Iterator[ToDo]:
    """What somebody was to do, or see to that it is learnt, by a day that comes until then, and has not done.

    For a `reader` who sees nothing else of the case, without the names that are kept from them.
    """
    still = {"allegation__case__in": among, "done_on": None, "due_on__lte": until}
    for action in actions.filter(**still).select_related("allegation", "owner", "kind").order_by("id"):
        says, about = f"Do what was decided: {action.kind.label}", str(action.public_id)
        task = Task("action", says, action.set_on, action.due_on, about)
        yield ToDo(among[action.allegation.case_id], task, _name(action.owner))
    for row in learning.filter(**still).select_related("allegation", "owner").order_by("id"):
        text = as_read_by(reader, case=row.allegation.case)(row.text) if reader else row.text
        says, about = f"Learn from it: {text}", str(row.public_id)
        task = Task("learning", says, row.set_on, row.due_on, about)
        yield ToDo(among[row.allegation.case_id], task, _name(row.owner))


def _name(owner: Person | None) -> str:
    return owner.name if owner else ""


def _to_decide(case: Case, suspension: Suspension) -> Task:
    since = suspension.asked_on or suspension.concluded_on or suspension.suspended_on
    return Task(
        "public_interest",
        "Decide what the public interest asks for: nobody wishes it to go on",
        since,
        None,
        about=str(suspension.public_id),
        basis=f"{REGULATIONS}, regulation 41",
        is_statutory=True,
        owed_by=IOPC if is_decided_by_the_iopc(case) else FORCE,
    )


def _to_end(case: Case) -> Iterator[Task]:
    """The whole, or else each allegation, that every complainant has withdrawn, and nobody has ended yet.

    Not once the outcome was told: then its review or its end is due. Nor what has ceased, or is to be handed over, anyway.
    """
    if case.kind != Kind.COMPLAINT or case.closed_on or case.told_on or is_about_the_chief_officer(case):
        return
    rows = [each for each in case.withdrawals.all() if each.state in each.EFFECTIVE]
    if not rows or not facts.part_2_goes_on(case):
        return
    if facts.every_complainant_has_withdrawn(case):
        yield _withdrawn_by_all(case, rows)
        return
    for allegation in case.allegations.all():
        is_open = not allegation.moved_to_id and allegation.finding not in ENDED
        if is_open and is_withdrawn_by_all(case, allegation):
            yield _withdrawn_by_all(
                case, [each for each in rows if each.allegation_id in (None, allegation.pk)], allegation
            )


def _withdrawn_by_all(case: Case, rows: Sequence[Withdrawal], allegation: Allegation | None = None) -> Task:
    is_the_forces = facts.iopc_lets_it_be_withdrawn(case)
    asks = "End {it}, and decide what the public interest asks for" if is_the_forces else "Say whether {it} ends"
    return Task(
        "allegation_withdrawn" if allegation else "withdrawn",
        f"{asks.format(it='that part' if allegation else 'it')}: every complainant has withdrawn",
        max(each.settled_on or each.wished_on for each in rows),
        None,
        about=str(allegation.public_id) if allegation else "",
        basis=f"{REGULATIONS}, regulations 38 and 39",
        is_statutory=True,
        owed_by=FORCE if is_the_forces else IOPC,
    )


def _to_preserve(case: Case) -> Task:
    return Task(
        "evidence",
        "Note the evidence that has to be preserved, or say that there is none",
        case.made_on,
        None,
        about="",
        basis=f"{facts.SCHEDULE_3}, paragraphs 1 and 12",
        is_statutory=True,
    )


def _to_contact(complainant: Complainant) -> Task:
    return Task(
        "joined",
        "Contact them, and seek their views: they joined after the first contact",
        complainant.added_on or complainant.case.received_on,
        None,
        about=str(complainant.public_id),
        basis=f"{facts.SCHEDULE_3}, paragraph 2(6)",
        is_statutory=True,
        owed_to="complainant",
    )


def _to_read(message: Message) -> Task:
    return Task("message", "Read what they wrote", day_of(message.sent_at), None, about=str(message.public_id))


def _to_review(plan: ContactPlan) -> Task:
    says = "Look again at the contact plan: somebody else than who made it does"
    return Task("contact_plan", says, plan.reviewed_on or plan.made_on, plan.review_on, about=str(plan.public_id))


def _to_follow(proceeding: Proceeding) -> Task:
    says = f"{proceeding.get_kind_display()}: enter what came of this day, and the next"
    return Task("proceeding", says, proceeding.begun_on, proceeding.next_date_on, about=str(proceeding.public_id))


def _to_accept(contribution: Contribution) -> Task:
    says = "Look at what was contributed: accept it, or send it back"
    return Task("contributed", says, contribution.asked_on, None, about=str(contribution.public_id))
