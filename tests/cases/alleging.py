"""The steps by which the tests bring allegations to where they begin: each on the version that stands in the database."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from backend.attachments.models import StoredFile
from cases.models import Allegation, Case, CaseFile, Involvement, SpecialProcedures
from cases.services import allegations, decisions, determinations, involvement
from cases.services.decisions import NewAction
from tests.cast import AT, CONTACT, Cast, a_case, assess, move

WHY = "The footage shows it; the officer agrees."


def version_of(case: Case) -> int:
    return int(Case.objects.values_list("version", flat=True).get(pk=case.pk))


def by(cast: Cast, name: str, case: Case, at: dt.datetime = AT) -> dict[str, Any]:
    """The arguments that every change takes."""
    return {"reference": case.reference, "actor": cast.actor(name), "at": at, "version": version_of(case)}


def alleged(cast: Cast, case: Case, name: str = "beth", summary: str = "He swore at me.", **more: Any) -> Allegation:
    return allegations.add(**by(cast, name, case), described={"summary": summary, **more})[0]


def code(cast: Cast, allegation: Allegation, category: str = "H1", *factors: str, name: str = "beth") -> Allegation:
    allegations.code(
        **by(cast, name, allegation.case), allegation=allegation.public_id, category=category, factors=factors
    )
    return Allegation.objects.get(pk=allegation.pk)


def decide(
    cast: Cast,
    allegation: Allegation,
    finding: str,
    name: str = "lev",
    notice: UUID | None = None,
    at: dt.datetime = AT,
) -> Allegation:
    decisions.decide(
        **by(cast, name, allegation.case, at), allegation=allegation.public_id, finding=finding, rationale=WHY, notice=notice
    )  # fmt: skip
    return Allegation.objects.get(pk=allegation.pk)


def set_actions(cast: Cast, allegation: Allegation, *actions: NewAction, name: str = "lev") -> Allegation:
    decisions.set_actions(**by(cast, name, allegation.case), allegation=allegation.public_id, actions=actions)
    return Allegation.objects.get(pk=allegation.pk)


def opine(
    cast: Cast, allegation: Allegation, opinion: str = "NOT_SPECIAL", name: str = "fay", reasons: str = WHY
) -> Allegation:
    decisions.give_opinion(
        **by(cast, name, allegation.case), allegation=allegation.public_id, opinion=opinion, reasons=reasons
    )
    return Allegation.objects.get(pk=allegation.pk)


def name_subject(cast: Cast, case: Case, who: str, name: str = "beth", **more: Any) -> Involvement:
    """Name a subject by their e-mail, or with "" and a label somebody who is not known."""
    involvement.name_person(**by(cast, name, case), who=who, part=Involvement.Part.SUBJECT, **more)
    return Involvement.objects.filter(case=case).latest("pk")


def a_recorded_case(cast: Cast, **more: Any) -> Case:
    """Recorded by Amal, who handles it, with no indication of misconduct."""
    case = a_case(cast, **more)
    move(cast, case, "amal", "take")
    assess(cast, case)
    move(cast, case, "amal", "record_contact", **CONTACT)
    move(cast, case, "amal", "record")
    determinations.set_duty_to_investigate(
        **by(cast, "beth", case), indicates_misconduct=False, exception="", reason="Nothing points to it."
    )
    return Case.objects.get(pk=case.pk)


def an_otbi_case(cast: Cast, **more: Any) -> Case:
    return move(cast, a_recorded_case(cast, **more), "beth", "handle_otherwise", reason="It can be put right at once.")


def an_investigated_case(cast: Cast, **more: Any) -> Case:
    """Investigated locally by Fay."""
    case = a_recorded_case(cast, **more)
    return move(
        cast, case, "beth", "investigate", investigator="fay@westshire.test", terms="What was said at the desk."
    )


def in_decision(cast: Cast, case: Case, name: str = "beth") -> Case:
    return move(cast, case, name, "begin_decision")


def a_directed_case_reported_on(cast: Cast, on: str = "2026-11-19") -> Case:
    """The IOPC directed the investigation, and its report was entered."""
    case = a_recorded_case(cast, made_on=dt.date(2026, 11, 1))
    move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-02")
    notice = {"document": a_document(case), "dated_on": "2026-11-03"}
    move(cast, case, "beth", "determine_directed", **notice)
    return move(cast, case, "beth", "enter_iopc_report", document=notice["document"], dated_on=on)


def a_document(case: Case) -> str:
    """A file of the case: the notice of a body."""
    file = StoredFile.objects.create(
        name="notice.pdf", content_type="application/pdf", size=1, sha256=uuid4().hex * 2, kept_at=AT
    )
    CaseFile.objects.create(case=case, file=file)
    return str(file.public_id)


def under_special_procedures(subject: Involvement) -> SpecialProcedures:
    return SpecialProcedures.objects.create(
        case=subject.case, subject=subject, indication="DISCIPLINARY", declared_on=AT.date(), severity="MISCONDUCT",
        assessed_on=AT.date(),
    )  # fmt: skip
