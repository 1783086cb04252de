"""A case with words in every place that has room for some: the test of the erasure looks for them afterwards."""

from __future__ import annotations

import io
from typing import Any

from django.apps import apps
from django.db import connection, models

from backend.attachments import services as attachments
from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.notifications import services as outbox
from cases.models import (
    Allegation,
    AllegationAction,
    AllegationDecision,
    AllegationOpinion,
    Assessment,
    BodyNotice,
    Case,
    CaseAccess,
    CaseFile,
    CaseLink,
    Code,
    Complainant,
    ContactAttempt,
    Contribution,
    ContributionEntry,
    DateCorrection,
    Determination,
    EditingHold,
    EqualityAnswers,
    Intake,
    Involvement,
    Learning,
    Message,
    MessageFile,
    MessageRead,
    Naming,
    Note,
    Notice,
    NoticeService,
    Preservation,
    Proceeding,
    Receipt,
    Review,
    SeverityAssessment,
    SpecialProcedures,
    Suspension,
    SuspensionReview,
    WishToResume,
    Withdrawal,
    WithholdingReview,
)
from tests.cast import AT, Cast, a_case

MARKER = "Zyxomma"  # a word that nothing else says
TODAY = AT.date()


def words(model: type[models.Model], **given: Any) -> dict[str, Any]:
    """`given`, and the marker in every text of the model that is neither given nor a code of the house."""
    found = dict(given)
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.TextField | models.CharField) and not field.choices and field.editable
        if is_text and field.name not in given:
            found[field.name] = MARKER
    return found


def mark(cast: Cast, case: Case) -> list[str]:
    """Put the marker wherever a case has room for words; answers where below FILES_ROOT its files are."""
    beth, cai = cast.users["beth"], cast.users["cai"]
    person = cai.person

    def make(model: type[models.Model], **given: Any) -> Any:
        return model._default_manager.create(**words(model, **given))

    texts = (
        "narrative", "location", "officers_described", "harm", "views_on_handling", "views_at_contact",
        "contact_impossible_reason", "investigation_exception", "regime_reason",
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(**dict.fromkeys(texts, MARKER), flags=["OFFICER_NAMED"])
    stored = attachments.keep(content=io.BytesIO(MARKER.encode()), name=f"{MARKER}.txt", at=AT)
    link = CaseFile.objects.create(case=case, file=stored)
    generated = attachments.keep_generated(
        content=b"%PDF-1.7 Zyxomma", name=f"{MARKER}.pdf", content_type="application/pdf", at=AT
    )
    CaseFile.objects.create(case=case, file=generated)
    Complainant.objects.filter(case=case).update(**words(Complainant), consented_on=TODAY, consent_document=generated)
    complainant = Complainant.objects.filter(case=case).earliest("pk")
    complainant.save()  # with its blind indexes
    allegation = make(
        Allegation, case=case, position=9, finding="ACCEPTABLE", action="None", category="Manner", category_code="H1"
    )
    subject = make(Involvement, case=case, person=person, part="SUBJECT", subject_type="OFFICER", allegation=allegation)
    Receipt.objects.create(complainant=complainant, receipt_hash=b"r" * 32, issued_by=beth, issued_at=AT)
    make(EqualityAnswers, complainant=complainant, involvement=None)
    make(EqualityAnswers, complainant=None, involvement=subject)
    notice = make(
        BodyNotice,
        case=case,
        body="IOPC",
        decides="LETS_WITHDRAW",
        dated_on=TODAY,
        document=stored,
        entered_by=beth,
        entered_at=AT,
    )
    make(
        AllegationDecision,
        allegation=allegation,
        handling="OTBI",
        finding="ACCEPTABLE",
        decided_on=TODAY,
        decided_by=beth.person,
        entered_by=beth,
        entered_at=AT,
    )
    make(AllegationOpinion, allegation=allegation, opinion="NOT_SPECIAL", given_by=beth.person, given_at=AT)
    kind = Code.objects.filter(table=Code.Table.ACTION).earliest("pk")
    done = {"set_by": beth.person, "set_on": TODAY, "done_on": TODAY, "done_by": beth.person}
    make(AllegationAction, allegation=allegation, kind=kind, owner=person, **done)
    make(Learning, allegation=allegation, owner=beth.person, due_on=TODAY, **done)
    make(Naming, involvement=subject, what="TAKEN_DOWN", by=beth.person, at=AT)
    make(Assessment, case=case, person=beth.person, made_at=AT, answers={})
    make(Note, case=case, author=beth, written_at=AT)
    message = make(
        Message, case=case, about="OUTCOME", author=beth, sent_at=AT, complainant=complainant, subject=subject
    )
    MessageFile.objects.create(message=message, file=link.file)
    came_in = make(Message, case=case, about="WRITTEN", direction="IN", sent_at=AT, complainant=complainant)
    MessageRead.objects.create(message=came_in, read_by=beth, read_at=AT)
    owed = make(
        Notice,
        case=case,
        kind="OUTCOME",
        to="COMPLAINANT",
        complainant=complainant,
        owed_on=TODAY,
        settled_on=TODAY,
        settled_as="SENT",
        message=message,
        harm="",
    )
    make(WithholdingReview, notice=owed, reviewed_by=beth, reviewed_at=AT, still_withheld=True)
    make(
        Review,
        case=case,
        complainant=complainant,
        body="IOPC",
        state="NOT_UPHELD",
        applied_on=TODAY,
        decision=notice,
        superseded_by="",
    )
    make(
        Withdrawal,
        case=case,
        complainant=complainant,
        state="SILENT",
        wished_on=TODAY,
        asked_on=TODAY,
        asked_by="POST",
        document=stored,
    )
    suspension = make(
        Suspension,
        case=case,
        state="RESUMED",
        suspended_on=TODAY,
        ended_on=TODAY,
        for_criminal_proceedings=True,
        of_an_investigation=True,
    )
    make(SuspensionReview, suspension=suspension, reviewed_on=TODAY, reviewed_by=beth)
    WishToResume.objects.create(suspension=suspension, complainant=complainant, wish="END", stated_on=TODAY)
    special = make(SpecialProcedures, case=case, subject=subject, indication="CRIME", declared_on=TODAY)
    make(SeverityAssessment, special=special, severity="MISCONDUCT", assessed_on=TODAY, assessed_by=beth)
    make(NoticeService, case=case, subject=subject, served_on=TODAY, how="IN_PERSON", entered_by=beth, duty="FULL")
    make(Proceeding, case=case, kind="CRIMINAL", subject=subject, begun_on=TODAY, ended_on=TODAY)
    other = a_case(cast)
    Case.objects.filter(pk=other.pk).update(closed_on=TODAY)
    make(CaseLink, kind="SAME_INCIDENT", case=case, other=other, made_by=beth, made_at=AT)
    make(CaseLink, kind="SAME_COMPLAINANT", case=other, other=case, made_by=beth, made_at=AT)
    make(CaseAccess, case=case, person=beth.person, given_by=beth, given_at=AT, ended_at=AT)
    make(Determination, case=case, about="DUTY_TO_INVESTIGATE", answers={"exception": MARKER}, made_by=beth, made_at=AT)
    asked = make(
        Contribution,
        case=case,
        unit=cast.custody,
        state="ACCEPTED",
        asked_by=beth,
        asked_on=TODAY,
        due_on=TODAY,
        settled_on=TODAY,
    )
    asked.files.add(stored)
    make(ContributionEntry, contribution=asked, step="ASKED", author=beth, written_at=AT)
    make(
        ContactAttempt,
        case=case,
        complainant=complainant,
        how="TELEPHONE",
        tried_at=AT,
        reached=True,
        logged_by=beth,
        logged_at=AT,
    )
    make(Preservation, case=case, kind="CCTV", captured_on=TODAY, expires_on=TODAY, lost_on=TODAY, logged_by=beth)
    EditingHold.objects.create(case=case, user=beth, since=AT, until=AT)
    make(Intake, case=case, channel="TRANSFER", entered_by=beth, entered_at=AT)
    make(
        DateCorrection,
        case=case,
        what="made_on",
        about="",
        old=TODAY,
        new=TODAY.replace(day=1),
        made_by=beth,
        made_at=AT,
    )
    for cause in (
        f"acknowledge:{case.reference}",
        f"message:{message.public_id}:x",
        f"contribution:{asked.public_id}:x",
    ):
        outbox.queue(cause=cause, recipient=f"{MARKER}@home.test", subject=MARKER, body=MARKER, at=AT)
    outbox.queue(cause="news", recipient="a@home.test", subject=MARKER, body=MARKER, at=AT, about=case.reference)
    audit.record(actor="", verb="NOTED", subject_kind="case", subject=case.reference, at=AT, details={"reason": MARKER})
    return [path for file in StoredFile.objects.all() for path in {file.path, file.copy_path} if path]


def tables_with(marker: str) -> dict[str, set[str]]:
    """Where the marker stands: the columns of each table, as the database has them and as the application decrypts them."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'tsvector', 'bytea', 'ARRAY')"
        )
        for table, column in cursor.fetchall():
            # A tsvector has the word as its stem, bytes as a text in hexadecimal.
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}"::text ILIKE %s OR "{column}"::text ILIKE %s)',
                [f"%{marker}%", f"%{marker.encode().hex()}%"],
            )
            if cursor.fetchone()[0]:
                found.setdefault(table, set()).add(column)
    for model in apps.get_models(include_auto_created=True):
        fields = [field for field in model._meta.concrete_fields if type(field).__name__ == "EncryptedTextField"]
        for row in model._default_manager.all() if fields else ():
            for field in fields:
                if marker.lower() in str(getattr(row, field.attname)).lower():
                    found.setdefault(model._meta.db_table, set()).add(str(field.column))
    return found


def tables_of_a_case() -> set[str]:
    """Every table whose rows are of one case, by however many steps, and that has room for words."""
    reached: set[type[models.Model]] = {Case}
    while more := {model for model in apps.get_models() if _refers_to(model, reached)} - reached:
        reached |= more
    return {model._meta.db_table for model in reached if _has_words(model)}


def _refers_to(model: type[models.Model], others: set[type[models.Model]]) -> bool:
    return not model._meta.proxy and any(
        field.related_model in others for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one
    )


def _has_words(model: type[models.Model]) -> bool:
    return any(
        isinstance(field, models.TextField | models.CharField) and not field.choices and field.editable
        for field in model._meta.concrete_fields
    )
