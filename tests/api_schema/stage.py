"""What schemathesis is told exists: cases at every stage, and at least one row of everything that an address names."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

from backend.attachments.services import keep
from cases.models import (
    Allegation,
    AllegationAction,
    Case,
    CaseFile,
    CaseLink,
    Code,
    Complainant,
    ContactPlan,
    Contribution,
    Involvement,
    Kind,
    Learning,
    Message,
    Notice,
    NoticeService,
    Preservation,
    Proceeding,
    RetentionHold,
    Review,
    SavedView,
    SpecialProcedures,
    Suspension,
    Withdrawal,
)
from cases.services import assignment, decisions, special_procedures
from cases.services.decisions import NewAction
from feedback.services.drafts import ComplaintDraft, PlaceNamed
from feedback.services.submission import submit_complaint
from reports import jobs
from reports.models import Briefing
from tests.attachments.samples import photograph
from tests.cases.alleging import (
    alleged,
    an_investigated_case,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    name_subject,
    set_actions,
    under_special_procedures,
)
from tests.cases.bodies import a_case_under_review
from tests.cases.staying import ask, suspend, wish
from tests.cast import AT, CONTACT, INDEPENDENT, RESOLVE, Cast, a_case, assess, move

MOVES: list[dict[str, Any]] = [
    {"move": "take", "details": {}},
    {"move": "record_contact", "details": CONTACT},
    {"move": "handle_outside", "details": {}},
    {"move": "resolve", "details": RESOLVE},
    {"move": "record", "details": {}},
    {"move": "handle_otherwise", "details": {"reason": "It can be put right at once."}},
    {
        "move": "investigate",
        "details": {"investigator": "fay@westshire.test", **INDEPENDENT, "terms": "What was said."},
    },
    {"move": "begin_decision", "details": {}},
    {"move": "finalise", "details": {}},
    {"move": "triage", "details": {}},
    {"move": "send_to_unit", "details": {"unit": "northgate"}},
    {"move": "answer", "details": {"told": "More patrols are coming."}},
]
# Fields of a body, wherever they are, and what to put into them.
WORDS = {
    "unit": ["northgate", "southgate", "custody"],
    "about_unit": ["northgate"],
    "force": ["westshire"],
    "neighbourhood": ["OT1", ""],
    "who": ["1005", "lev@westshire.test"],
    "owner": ["1005", "lev@westshire.test"],
    "collar_number": ["1005"],
    "handler": ["cai@westshire.test", ""],
    "category": ["H1", "A1"],
    "factors": [[]],
    "subject_type": ["OFFICER", ""],
    "equality": [{"sex": "FEMALE"}, {}],
    "sex": ["FEMALE", ""],
    "ethnicity": ["WHITE_BRITISH"],
    "age": ["30_39"],
    "disability": ["NO"],
    "filters": [{"state": "RECEIVED"}, {"kind": "COMMENT", "open": False}],
}
# By the word before the id in an address: the rows, and how they name their case.
ROWS: dict[str, tuple[Any, str]] = {
    "actions": (AllegationAction, "allegation__case"),
    "allegations": (Allegation, "case"),
    "complainants": (Complainant, "case"),
    "evidence": (Preservation, "case"),
    "holds": (RetentionHold, "case"),
    "involvements": (Involvement, "case"),
    "learning": (Learning, "allegation__case"),
    "links": (CaseLink, "case"),
    "messages": (Message, "case"),
    "notice-services": (NoticeService, "case"),
    "notices": (Notice, "case"),
    "proceedings": (Proceeding, "case"),
    "reviews": (Review, "case"),
    "special-procedures": (SpecialProcedures, "case"),
    "suspensions": (Suspension, "case"),
    "withdrawals": (Withdrawal, "case"),
}


def a_few_of_everything(cast: Cast, *, at: dt.datetime) -> dict[str, Any]:
    """Cases at every stage with what hangs on them, a receipt, lists that are kept, and a briefing."""
    cases = [*the_first_steps(cast, at=at), *under_schedule_3(cast)]
    for case in (cases[0], cases[1], cases[-1]):
        beside_the_path(cast, case, at=at)
    maya = str(Complainant.objects.filter(case=cases[0])[0].public_id)
    enter(cast, cases[0], "contact-plans", complainant=maya, text="Once a week.", review_on=f"{at.year + 1}-01-01")
    cases += [a_case(cast, kind=Kind.COMMENT, at=at) for _ in range(2)]
    sent = submit_complaint(
        draft=ComplaintDraft(place=PlaceNamed(), what_happened="Nobody came."), files=[], key=None, at=at
    )
    period = {"period_from": f"{at.year}-01-01", "period_to": f"{at.year}-12-31"}
    briefing = cast.client("beth").post("/api/v1/reports/briefings/", period, format="json").json()["public_id"]
    jobs.make_briefing(Briefing.objects.get(public_id=briefing).pk)
    for name in ("beth", "cai", "jo"):
        kept = {"name": "New", "filters": {"state": "RECEIVED"}}
        assert cast.client(name).post("/api/v1/cases/views/", kept, format="json").status_code == 201
    return {
        "references": [case.reference for case in cases],
        "rows": rows(cases[0].reference),
        "briefings": [briefing],
        "receipts": [sent.receipt],
        "codes": [{"table": table.lower(), "code": code} for table, code in Code.objects.values_list("table", "code")],
        "moves": MOVES,
        "words": WORDS,
        "today": f"{at:%Y-%m-%d}",
    }


def the_first_steps(cast: Cast, *, at: dt.datetime) -> list[Case]:
    """Received, taken, given to Cai, contacted, handled outside Schedule 3; each has a file."""
    cases = [a_case(cast, at=at, files=[a_photograph(at)]) for _ in range(6)]
    for case in cases[2:]:
        move(cast, case, "beth", "take", at)
    for case in cases[:5]:
        assignment.assign(
            reference=case.reference, unit="northgate", handler="cai@westshire.test", actor=cast.actor("amal", at), at=at,
            version=assess(cast, case).version,
        )  # fmt: skip
    for case in cases[4:]:
        move(cast, case, "beth", "record_contact", at, **{**CONTACT, "contacted_on": f"{at:%Y-%m-%d}"})
    move(cast, cases[4], "beth", "handle_outside", at)
    return cases


def a_photograph(at: dt.datetime) -> Any:
    return keep(content=BytesIO(photograph()), name="a.jpg", at=at)


def under_schedule_3(cast: Cast) -> list[Case]:
    """Under review; decided, with an action and something to learn; suspended; withdrawn from; under special procedures."""
    reviewed, decided = a_case_under_review(cast).case, an_otbi_case(cast)
    allegation = code(cast, alleged(cast, decided))
    in_decision(cast, decided, "lev")
    decide(cast, allegation, "ACCEPTABLE")
    set_actions(cast, allegation, NewAction("APOLOGY", "1005", None))
    decisions.add_learning(
        **by(cast, "lev", decided), allegation=allegation.public_id, text="Say when the desk closes.", owner="1005",
        due_on=dt.date(2099, 1, 1),
    )  # fmt: skip
    suspended, withdrawn, investigated = (an_investigated_case(cast, files=[a_photograph(AT)]) for _ in range(3))
    suspend(cast, suspended)
    ask(cast, wish(cast, withdrawn))
    alleged(cast, investigated)
    subject = name_subject(cast, investigated, "ed@westshire.test")
    under_special_procedures(subject)
    special_procedures.serve_notice(
        **by(cast, "fay", investigated), subject=subject.public_id, served_on=AT.date(), how=NoticeService.How.IN_PERSON,
        duty=NoticeService.Duty.FULL, friend="", welfare_contact="",
    )  # fmt: skip
    return [reviewed, decided, suspended, withdrawn, investigated]


def beside_the_path(cast: Cast, case: Case, *, at: dt.datetime) -> None:
    """What Beth enters on a case at any time."""
    name_subject(cast, case, "lev@westshire.test")
    file, today = str(CaseFile.objects.filter(case=case)[0].file.public_id), f"{at:%Y-%m-%d}"
    enter(cast, case, "allegations", summary="He swore at me.")
    enter(cast, case, "contributions", unit="custody", question="Who was on the desk?", files=[file])
    enter(cast, case, "evidence", kind="CCTV", what="The camera at the desk.", captured_on=today)
    enter(cast, case, "links", other=a_case(cast, at=at).reference, kind="SAME_INCIDENT")
    enter(cast, case, "messages", text="We are looking into it.")
    enter(cast, case, "proceedings", kind="MISCONDUCT_MEETING", begun_on=today)
    enter(cast, case, "retention/holds", ground="LITIGATION", reason="A claim was announced.")


def enter(cast: Cast, case: Case, part: str, /, **body: Any) -> None:
    """One row of a case, by Beth and through the API."""
    client, address = cast.client("beth"), f"/api/v1/cases/{case.reference}/"
    read = client.get(address)["ETag"]
    answered = client.post(f"{address}{part}/", body, format="json", headers={"If-Match": read})
    assert answered.status_code == 201, answered.content


def rows(with_a_plan: str) -> dict[str, list[dict[str, str]]]:
    """Every row that an address can name: the parameters of the address, by the word before its id."""
    found = {
        word: [
            {"reference": reference, "public_id": str(public_id)}
            for reference, public_id in model.objects.values_list(f"{case}__reference", "public_id")
        ]
        for word, (model, case) in ROWS.items()
    }
    # The notices of bodies are rows without a file here.
    files = CaseFile.objects.exclude(file__copy_path="").values_list("case__reference", "file__public_id")
    found["files"] = [{"reference": reference, "public_id": str(file)} for reference, file in files]
    asked = Contribution.objects.values_list("case__reference", "public_id", "files__public_id")
    found["contributions"] = [
        {"reference": reference, "public_id": str(public_id), "file": str(file)} for reference, public_id, file in asked
    ]
    plans = ContactPlan.objects.values_list("public_id", flat=True)
    found["contact-plans"] = [{"reference": with_a_plan, "public_id": str(public_id)} for public_id in plans]
    found["views"] = [{"public_id": str(each)} for each in SavedView.objects.values_list("public_id", flat=True)]
    return found
