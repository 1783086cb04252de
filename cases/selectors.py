"""Reading a case with its parts, and what may be done with it next. Lists of cases are in cases.lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from psycopg2.sql import SQL, Identifier

from backend.accounts.actors import Actor
from backend.attachments.models import StoredFile
from backend.common.errors import Missing
from backend.common.pagination import Order, Page
from backend.notifications import selectors as outbox
from cases.clocks import Timetable
from cases.consequences import Consequences, consequences_of
from cases.deadlines import Deadline, explained, late_on, open_deadlines
from cases.foresight import foresee
from cases.machine import MACHINES, Against, permission_of, reasons_against, target_of
from cases.models import (
    EQUALITY,
    Alert,
    Allegation,
    Case,
    CaseFile,
    Code,
    DateCorrection,
    EditingHold,
    Escalation,
    Intake,
    Involvement,
    Kind,
    Message,
    Note,
    Notice,
    NoticeService,
    Proceeding,
    RetentionPeriod,
    RetentionStep,
    ServiceTarget,
    SpecialProcedures,
    Suspension,
    Withdrawal,
    WithholdingReview,
)
from cases.models.case import CaseQuerySet
from cases.moves import NEEDS, Need
from cases.timetable import timetable

PARTS = (
    "complainants", "allegations", "involvements", "referrals", "body_notices", "reviews", "suspensions", "withdrawals",
    "special_procedures", "proceedings", "notices", "contributions", "preservations",
)  # fmt: skip
PARTS_OF_COMMENTS = ("complainants", "allegations", "contributions", "preservations")
# What is asked besides before an ended case is disposed of (cases.retention).
PARTS_OF_RETENTION = (
    *PARTS, "allegations__actions", "allegations__learning", "allegations__moved_to__case", "links__other", "links_to__case",
    "retention_holds", "retention_reviews__decided_by",
)  # fmt: skip
HAS_ROWS = SQL("EXISTS (SELECT FROM {} WHERE {} = ANY(%(cases)s))")
RELATED = ("unit", "about_unit", "neighbourhood", "handler__person")
WRITTEN_FIRST = Order("written", ("written_at", "id"))
SENT_FIRST = Order("sent", ("sent_at", "id"))


def get_case(*, reference: str, actor: Actor) -> Case:
    """One case as the machine of its kind. Raises Missing (404) where the actor may not see it."""
    kind = Case.objects.visible_to(actor).filter(reference=reference).values_list("kind", flat=True).first()
    if kind is None:
        raise Missing
    case: Case = related(MACHINES[Kind(kind)].objects.all()).get(reference=reference)
    load_parts(case)
    return case


def related(cases: CaseQuerySet) -> CaseQuerySet:
    """The cases with the places and people that rules and answers speak of; without what is long and not read."""
    return (
        cases.select_related(*RELATED, "force", "investigator__person")
        .prefetch_related("force__policing_bodies")
        .defer("words", "search", "neighbourhood__boundary")
    )


def load_parts(*cases: Case) -> None:
    """Load what facts and deadlines ask of the cases, so that neither queries anything."""
    _load([case for case in cases if case.kind != Kind.COMMENT], PARTS)
    _load([case for case in cases if case.kind == Kind.COMMENT], PARTS_OF_COMMENTS)


def _load(cases: list[Case], names: tuple[str, ...]) -> None:
    """Most cases have rows of few kinds: one question tells which, and the others are not asked for."""
    if not cases:
        return
    relations: list[Any] = [Case._meta.get_field(name) for name in names]
    asked = [
        HAS_ROWS.format(*map(Identifier, (each.related_model._meta.db_table, each.remote_field.column)))
        for each in relations
    ]
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT {}").format(SQL(", ").join(asked)), {"cases": [case.pk for case in cases]})
        has_rows = dict(zip(names, cursor.fetchone(), strict=True))
    prefetch_related_objects(cases, *(name for name in names if has_rows[name]))
    for case in cases:
        loaded = case.__dict__.setdefault("_prefetched_objects_cache", {})
        for name in names:
            if not has_rows[name]:
                loaded[name] = getattr(case, name).all()
                loaded[name]._result_cache = []  # noqa: SLF001 (what a prefetch leaves where it finds nothing)


def load_for_retention(*cases: Case) -> None:
    """Load what cases.retention asks of the cases, so that it queries nothing."""
    prefetch_related_objects(cases, *PARTS_OF_RETENTION)


@dataclass(frozen=True)
class NextMove:
    """One move of the machine: whether this actor may make it now, why not, and what it needs to be told."""

    move: str
    label: str
    allowed: bool
    why_not: list[Against]
    target: str
    who: str
    needs: tuple[Need, ...]
    causes: Consequences


def next_moves(case: Case, *, actor: Actor, on: dt.date) -> list[NextMove]:
    """Every move of the case's machine, those that start where it stands first. Asks the same rules as the door does."""
    case.considered_on = on
    times = timetable()
    moves = []
    for move in case.moves:
        rule, why_not = permission_of(case, move.value), reasons_against(case, move.value)
        if not rule(case, actor):
            why_not.append(Against(rule.otherwise, "Who may make this move"))
        moves.append(
            NextMove(
                move=move.value,
                label=move.label,
                allowed=not why_not,
                why_not=why_not,
                target=target_of(case, move.value),
                who=rule.otherwise,
                needs=needs_of(move.value, on=on),
                causes=foreseen(case, move.value, times),
            )
        )
    return sorted(moves, key=lambda each: not each.allowed)


def needs_of(move: str, *, on: dt.date) -> tuple[Need, ...]:
    """What a move needs to be told, with the choices that staff keep as they stand on that day."""
    return tuple(
        replace(need, choices=tuple(choices_on(on, need.table)[need.table])) if need.table else need
        for need in NEEDS[move]
    )


def foreseen(case: Case, move: str, times: Timetable) -> Consequences:
    """What the move brings with it: where it is possible now, with the very clocks that it would start and stop."""
    causes, clocks = consequences_of(case, move), foresee(case, move, times)
    return causes if clocks is None else replace(causes, starts=clocks[0], stops=clocks[1])


def deadlines(case: Case) -> list[Deadline]:
    """The open duties of a case, the first due first."""
    return open_deadlines(case, timetable())


def late(case: Case, *, on: dt.date) -> list[Deadline]:
    """What of the case the force did too late, or has not done and is late with, the first due first."""
    return late_on(case, timetable(), on=on)


def explained_deadlines(case: Case) -> list[dict[str, Any]]:
    """The same, each with `days`: every day that was counted or skipped (cases.clocks.Day), and by when to post it."""
    return [
        {**asdict(deadline), "last_working_day_before": counted.last_working_day_before, "days": counted.days}
        for deadline, counted in explained(case, timetable())
    ]


def service_targets() -> list[ServiceTarget]:
    return list(ServiceTarget.objects.order_by("rule", "from_on"))


def retention_periods() -> list[RetentionPeriod]:
    """Every value, as it is and was."""
    return list(RetentionPeriod.objects.order_by("ending", "from_on"))


def retention_steps_of(case: Case) -> list[RetentionStep]:
    rows = RetentionStep.objects.filter(case=case).select_related("author__person")
    return list(rows.order_by("taken_at", "id"))


def escalations() -> list[Escalation]:
    return list(Escalation.objects.order_by("rule", "days", "hour"))


def corrections_of(case: Case) -> list[DateCorrection]:
    rows = DateCorrection.objects.filter(case=case).select_related("made_by__person")
    return list(rows.order_by("made_at", "id"))


def alerts_of(case: Case) -> list[Alert]:
    return list(Alert.objects.filter(case=case).order_by("raised_at", "due_on", "id"))


def page_of_notes(case: Case, *, cursor: str, size: int) -> Page[Note]:
    """`size` notes after the cursor, oldest first. Raises ValidationError (400) for a cursor not made here."""
    rows = Note.objects.filter(case=case).select_related("author__person").defer("words")
    return WRITTEN_FIRST.page(rows, cursor=cursor, size=size)


def messages_of(case: Case) -> list[Message]:
    """What went out and what came in, oldest first: all of it."""
    found = list(_messages(case).order_by("sent_at", "id"))
    _look_up_mail(found)
    return found


def page_of_messages(case: Case, *, cursor: str, size: int) -> Page[Message]:
    """`size` of them after the cursor. Raises ValidationError (400) for a cursor not made here."""
    page = SENT_FIRST.page(_messages(case), cursor=cursor, size=size)
    _look_up_mail(page.rows)
    return page


def _messages(case: Case) -> QuerySet[Message]:
    rows = Message.objects.filter(case=case).select_related(
        "author__person", "complainant", "subject", "template", "review_right", "read"
    )
    return rows.defer("words").prefetch_related("files__file")


def notices_of(case: Case) -> list[Notice]:
    """What somebody has to be told, or was: the oldest first, each with the looks again at what was kept back of it."""
    rows = Notice.objects.filter(case=case).select_related(
        "complainant", "subject", "withdrawal", "suspension", "message__complainant"
    )
    reviews = WithholdingReview.objects.select_related("reviewed_by__person").order_by("id")
    found = list(rows.prefetch_related(Prefetch("reviews", reviews)).order_by("owed_on", "id"))
    _look_up_mail([notice.message for notice in found if notice.message])
    return found


def _look_up_mail(messages: list[Message]) -> None:
    """Set how the mail of each message stands."""
    causes = {message.mail_cause: message for message in messages if message.complainant}
    for cause, state in outbox.states_of(causes).items() if causes else ():
        causes[cause].mail = state


def intake_of(case: Case) -> Intake | None:
    """How it came in, where staff wrote it down."""
    return Intake.objects.filter(case=case).select_related("entered_by__person").first()


def withdrawals_of(case: Case) -> list[Withdrawal]:
    rows = Withdrawal.objects.filter(case=case).select_related("complainant", "allegation", "document")
    return list(rows.order_by("id"))


def suspensions_of(case: Case) -> list[Suspension]:
    rows = Suspension.objects.filter(case=case).select_related("allegation")
    steps = ("reviews__reviewed_by__person", "wishes__complainant")
    return list(rows.prefetch_related(*steps).order_by("id"))


def special_procedures_of(case: Case) -> list[SpecialProcedures]:
    rows = SpecialProcedures.objects.filter(case=case).select_related("subject__person")
    steps = ("assessments__assessed_by__person", "assessments__consulted__person")
    return list(rows.prefetch_related(*steps).order_by("id"))


def notice_services_of(case: Case) -> list[NoticeService]:
    return list(NoticeService.objects.filter(case=case).select_related("subject").order_by("served_on", "id"))


def proceedings_of(case: Case) -> list[Proceeding]:
    return list(Proceeding.objects.filter(case=case).select_related("subject").order_by("begun_on", "id"))


def involvements_of(case: Case) -> list[Involvement]:
    return list(Involvement.objects.filter(case=case).select_related("person", "allegation", "unit").order_by("id"))


def files_of(case: Case) -> list[StoredFile]:
    return [link.file for link in CaseFile.objects.filter(case=case).select_related("file").order_by("id")]


def get_file(*, reference: str, public_id: str, actor: Actor) -> StoredFile:
    """A file of a case that the actor may see. Raises Missing (404)."""
    case = get_case(reference=reference, actor=actor)
    link = CaseFile.objects.filter(case=case, file__public_id=public_id).select_related("file").first()
    if link is None:
        raise Missing
    return link.file


def editors_of(case: Case, *, at: dt.datetime) -> list[EditingHold]:
    """Who has the case open for editing at that instant, the first first."""
    holds = EditingHold.objects.filter(case_id=case.pk, until__gt=at).select_related("user__person")
    return list(holds.order_by("since", "id"))


def allegations_of(case: Case) -> list[Allegation]:
    """The allegations of a case in their order, each with its code, subjects, decisions, actions and learning."""
    rows = Allegation.objects.filter(case=case).select_related("code__parent", "unit", "split_from", "moved_to")
    parts = ("factors", "involvements__person", "actions__kind", "actions__owner", "learning__owner")
    return list(rows.prefetch_related(*parts, "opinions__given_by", "decisions").order_by("position"))


def codes_of(*, table: str, on: dt.date) -> list[Code]:
    """The values of one of the tables that staff keep, as it stood on a day, those of before 2020 last."""
    rows = Code.objects.current_on(on).filter(table=table).select_related("parent")
    return sorted(rows, key=lambda code: (code.before_2020, natural(code.code)))


def choices_on(on: dt.date, *tables: str) -> dict[str, list[str]]:
    """The codes that may be chosen from each of the tables on that day."""
    found: dict[str, list[str]] = {table: [] for table in tables}
    for code in Code.objects.current_on(on).filter(table__in=tables):
        found[code.table].append(code.code)
    return {table: sorted(codes, key=natural) for table, codes in found.items()}


def equality_choices(*, on: dt.date) -> dict[str, list[Code]]:
    """The answers that each of the equality questions offers on that day."""
    return {question: codes_of(table=table, on=on) for question, table in EQUALITY.items()}


def every_code_of(*, table: str) -> list[Code]:
    """All that was ever in a table, what has ended too."""
    rows = Code.objects.filter(table=table).select_related("parent")
    return sorted(rows, key=lambda code: (code.before_2020, natural(code.code), code.from_on))


def labels_of(*, table: str) -> dict[str, str]:
    """What each code of a table says, with what has ended: the last words for it."""
    return {code.code: code.label for code in every_code_of(table=table)}


def natural(code: str) -> tuple[str, int]:
    """F2 before F10."""
    letters = code.rstrip("0123456789")
    return letters, int(code[len(letters) :] or 0)
