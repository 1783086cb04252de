"""Special procedures: declared on an indication, assessed and revised, accelerated, and the notice that is served."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from backend.common.errors import Invalid, Missing
from cases import facts, standing
from cases.models import (
    Allegation,
    BodyNotice,
    Case,
    Determination,
    Involvement,
    Notice,
    NoticeService,
    SeverityAssessment,
    SpecialProcedures,
)
from cases.services import allegations, determinations, special_procedures
from cases.services.locking import MayNot
from cases.services.special_procedures import CannotAssessSeverity, IOPCNotice, NotUnderInvestigation
from cases.services.transitions import CannotMove
from tests.cases.alleging import (
    a_recorded_case,
    alleged,
    an_investigated_case,
    an_otbi_case,
    by,
    name_subject,
    opine,
)
from tests.cases.staying import DAY, TODAY, a_document, open_notices
from tests.cast import AT, Cast, a_matter, give_to, move

CASES = "/api/v1/cases/"
ED, GWEN = "1005", "1007"
Severity = SpecialProcedures.Severity


def declare(cast: Cast, subject: Involvement, name: str = "fay", notice: IOPCNotice | None = None) -> SpecialProcedures:
    return special_procedures.declare(
        **by(cast, name, subject.case),
        subject=subject.public_id,
        indication=SpecialProcedures.Indication.DISCIPLINARY,
        reasons="The footage shows a push.",
        notice=notice,
    )[0]


def severe(cast: Cast, row: SpecialProcedures, severity: str, name: str = "fay", **more: Any) -> SpecialProcedures:
    given = {"reason": "By what the footage shows.", "consulted": "", "consulted_on": None, "notice": None, **more}
    return special_procedures.assess(
        **by(cast, name, row.case, more.pop("at", AT)), special=row.public_id, severity=Severity(severity), **given
    )[0]


def accelerate(cast: Cast, row: SpecialProcedures, name: str = "beth") -> SpecialProcedures:
    return special_procedures.accelerate(
        **by(cast, name, row.case), special=row.public_id, reason="It is all on film."
    )[0]


def serve(cast: Cast, subject: Involvement, name: str = "fay", **more: Any) -> NoticeService:
    given = {
        "served_on": TODAY, "how": NoticeService.How.IN_PERSON, "duty": NoticeService.Duty.RESTRICTED, "friend": "",
        "welfare_contact": "", **more,
    }  # fmt: skip
    return special_procedures.serve_notice(**by(cast, name, subject.case), subject=subject.public_id, **given)[0]


CONSULTED = {"consulted": "beth@westshire.test", "consulted_on": TODAY}


@pytest.fixture
def ed(cast: Cast) -> Involvement:
    """Ed, the subject of a case that Fay investigates."""
    return name_subject(cast, an_investigated_case(cast), ED)


class TestOpinions:
    """PRA 2002 Sch 3 paras 22 and 19A: whether there is a case to answer is asked under special procedures, and there alone."""

    def test_one_of_before_they_were_declared_is_none_on_that(self, cast: Cast, ed: Involvement) -> None:
        allegation = opine(cast, alleged(cast, ed.case))
        severe(cast, declare(cast, ed), "GROSS_MISCONDUCT")

        with pytest.raises(CannotMove, match="opinion on every allegation"):
            move(cast, ed.case, "fay", "submit_report", summary="Seen.")

        opine(cast, allegation, "CASE_TO_ANSWER_GROSS")
        assert move(cast, ed.case, "fay", "submit_report", summary="Seen.").state == "REPORT_SUBMITTED"

    def test_one_on_that_is_none_once_they_have_ended(self, cast: Cast, ed: Involvement) -> None:
        allegation, row = alleged(cast, ed.case), declare(cast, ed)
        severe(cast, row, "MISCONDUCT")
        opine(cast, allegation, "CASE_TO_ANSWER_MISCONDUCT")
        severe(cast, row, "NEITHER", **CONSULTED)

        with pytest.raises(CannotMove, match="opinion on every allegation"):
            move(cast, ed.case, "fay", "submit_report", summary="Seen.")

        opine(cast, allegation)
        assert move(cast, ed.case, "fay", "submit_report", summary="Seen.").state == "REPORT_SUBMITTED"


class TestDeclaring:
    def test_the_investigation_goes_on_until_they_have_ended_whatever_is_said_of_the_duty(
        self, cast: Cast, ed: Involvement
    ) -> None:
        """PRA 2002 Sch 3 para 19A: special procedures are of an investigation."""
        declare(cast, ed)
        determinations.set_duty_to_investigate(
            **by(cast, "beth", ed.case), indicates_misconduct=False, exception="", reason="It was a mistake."
        )

        with pytest.raises(CannotMove, match="must be investigated"):
            move(cast, ed.case, "beth", "handle_otherwise", reason="It can be put right at once.")

    def test_what_was_left_out_of_the_investigation_is_in_it_again_and_no_exception_stands(
        self, cast: Cast, ed: Involvement
    ) -> None:
        """PRA 2002 Sch 3 para 6, and SI 2020/2 reg. 6."""
        left_out = alleged(cast, ed.case)
        exception = {"indicates_misconduct": True, "exception": "It repeats what was dealt with."}
        determinations.set_duty_to_investigate(**by(cast, "beth", ed.case), reason="As it looks now.", **exception)
        allegations.set_handling(**by(cast, "beth", ed.case), allegation=left_out.public_id, handling="NFA")

        declare(cast, ed)

        left_out.refresh_from_db()
        case = Case.objects.get(pk=ed.case_id)
        assert (left_out.handling, case.investigation_exception) == ("", "")
        last = Determination.objects.filter(case=case, about="DUTY_TO_INVESTIGATE").latest("pk")
        assert (last.answers, last.made_by) == ({"indicates_misconduct": True, "exception": ""}, cast.users["fay"])

    def test_is_for_the_investigator_and_keeps_the_case_from_every_unit(self, cast: Cast, ed: Involvement) -> None:
        row = declare(cast, ed)

        assert (row.severity, row.declared_on, row.ended_on) == ("NOT_ASSESSED", TODAY, None)
        case = Case.objects.get(pk=ed.case_id)
        assert case.kept_from_units
        assert case.indicates_misconduct

    def test_takes_the_case_from_the_unit_that_holds_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        give_to(cast, case, "northgate")
        subject = name_subject(cast, case, ED)
        move(cast, case, "beth", "investigate", investigator="fay@westshire.test", terms="All of it.")
        assert Case.objects.visible_to(cast.actor("dee")).filter(pk=case.pk).exists()

        declare(cast, subject)

        case = Case.objects.get(pk=case.pk)
        assert (case.unit, case.handler) == (cast.standards, cast.users["fay"])
        assert not Case.objects.visible_to(cast.actor("dee")).filter(pk=case.pk).exists()

    def test_is_for_nobody_else(self, cast: Cast, ed: Involvement) -> None:
        for name in ("amal", "beth", "lev"):
            with pytest.raises(MayNot, match="investigator"):
                declare(cast, ed, name)
        with pytest.raises(Missing):
            declare(cast, ed, "kit")

    def test_is_of_somebody_identified(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        unknown = Involvement.objects.create(case=case, part="SUBJECT", label="The tall one")
        witness = Involvement.objects.create(case=case, part="WITNESS", person=cast.users["ed"].person)

        for subject in (unknown, witness):
            with pytest.raises(Invalid) as refusal:
                declare(cast, subject)
            assert "Nobody identified" in refusal.value.errors["subject"][0]

    def test_comes_once_a_person(self, cast: Cast, ed: Involvement) -> None:
        declare(cast, ed)
        again = Involvement.objects.create(case=ed.case, part="SUBJECT", person=ed.person)
        gwen = name_subject(cast, ed.case, GWEN)

        for subject in (ed, again):
            with pytest.raises(CannotAssessSeverity, match="declared for them already"):
                declare(cast, subject)
        assert declare(cast, gwen).severity == "NOT_ASSESSED"

    def test_belongs_to_an_investigation(self, cast: Cast) -> None:
        subject = name_subject(cast, an_otbi_case(cast), ED)

        with pytest.raises(NotUnderInvestigation):
            declare(cast, subject, "beth")

    def test_also_of_a_conduct_matter(self, cast: Cast) -> None:
        matter = a_matter(cast)
        subject = Involvement.objects.create(case=matter, part="SUBJECT", person=cast.users["ed"].person)
        move(cast, matter, "beth", "investigate", investigator="fay@westshire.test", terms="All of it.")

        assert declare(cast, subject).severity == "NOT_ASSESSED"

    @pytest.mark.parametrize("form", ["determine_directed", "determine_independent"])
    def test_in_an_investigation_of_the_iopc_the_delegate_enters_its_notice(self, cast: Cast, form: str) -> None:
        case = a_recorded_case(cast)
        subject = name_subject(cast, case, ED)
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
        document = a_document(case)
        move(cast, case, "beth", form, document=document, dated_on="2026-11-20")
        notice = IOPCNotice(UUID(document), TODAY)

        with pytest.raises(MayNot, match="delegate"):
            declare(cast, subject, "amal", notice)
        with pytest.raises(Invalid) as refusal:
            declare(cast, subject, "beth")
        assert "IOPC's investigation" in refusal.value.errors["notice"][0]
        with pytest.raises(Invalid):
            declare(cast, subject, "beth", IOPCNotice(uuid4(), TODAY))
        row = declare(cast, subject, "beth", notice)
        severe(cast, row, "GROSS_MISCONDUCT", "beth", notice=notice)
        assert severe(cast, row, "MISCONDUCT", "beth", notice=notice).severity == "MISCONDUCT"

        said = BodyNotice.objects.filter(case=case).order_by("pk").values_list("decides", flat=True)
        assert list(said)[-3:] == ["DECLARES_SPECIAL_PROCEDURES", "ASSESSES_SEVERITY", "ASSESSES_SEVERITY"]

    def test_rests_on_no_notice_of_the_iopc_where_the_authority_investigates(self, cast: Cast, ed: Involvement) -> None:
        with pytest.raises(Invalid):
            declare(cast, ed, notice=IOPCNotice(UUID(a_document(ed.case)), TODAY))


class TestSeverity:
    def test_is_assessed_and_the_person_is_owed_a_notice(self, cast: Cast, ed: Involvement) -> None:
        row = declare(cast, ed)
        assert open_notices(ed.case, "SPECIAL_PROCEDURES") == []

        row = severe(cast, row, "MISCONDUCT")

        assert (row.severity, row.assessed_on) == ("MISCONDUCT", TODAY)
        assert [notice.subject for notice in open_notices(ed.case, "SPECIAL_PROCEDURES")] == [ed]

    def test_has_to_be_assessed_before_the_report(self, cast: Cast, ed: Involvement) -> None:
        part = alleged(cast, ed.case)
        opine(cast, part)
        row = declare(cast, ed)
        with pytest.raises(CannotMove, match="Severity"):
            move(cast, ed.case, "fay", "submit_report", summary="A push.")

        severe(cast, row, "NEITHER")

        assert facts.every_severity_is_assessed(Case.objects.get(pk=ed.case_id))

    def test_that_is_neither_ends_it_and_a_new_indication_begins_it_anew(self, cast: Cast, ed: Involvement) -> None:
        row = severe(cast, declare(cast, ed), "NEITHER")

        assert (row.severity, row.ended_on) == ("NEITHER", TODAY)
        assert open_notices(ed.case, "SPECIAL_PROCEDURES") == []  # who was never told of it
        with pytest.raises(CannotAssessSeverity, match="ended"):
            severe(cast, row, "MISCONDUCT", **CONSULTED)
        assert declare(cast, ed).pk != row.pk

    def test_is_revised_after_consulting_the_authority_and_every_assessment_is_kept(
        self, cast: Cast, ed: Involvement
    ) -> None:
        row = severe(cast, declare(cast, ed), "MISCONDUCT")

        severe(cast, row, "GROSS_MISCONDUCT", reason="A second film.", **CONSULTED)
        row = severe(cast, row, "NEITHER", reason="It was not he.", **CONSULTED)

        assert row.ended_on == TODAY
        kept = SeverityAssessment.objects.filter(special=row).order_by("pk")
        assert [(each.severity, each.consulted) for each in kept] == [
            ("MISCONDUCT", None),
            ("GROSS_MISCONDUCT", cast.users["beth"]),
            ("NEITHER", cast.users["beth"]),
        ]
        assert len(open_notices(ed.case, "SPECIAL_PROCEDURES")) == 3  # that it has ended is told who was told of it

    @pytest.mark.parametrize(
        ("field", "given"),
        [
            ("consulted", {}),
            ("consulted", {"consulted": "amal@westshire.test", "consulted_on": TODAY}),
            ("consulted", {"consulted": "kit@eastshire.test", "consulted_on": TODAY}),
            ("consulted", {"consulted": "fay@westshire.test", "consulted_on": TODAY}),
            ("consulted_on", {"consulted": "beth@westshire.test"}),
            ("consulted_on", {"consulted": "beth@westshire.test", "consulted_on": TODAY + DAY}),
        ],
    )
    def test_is_not_revised_without_the_authority(
        self, cast: Cast, ed: Involvement, field: str, given: dict[str, Any]
    ) -> None:
        row = severe(cast, declare(cast, ed), "MISCONDUCT")

        with pytest.raises(Invalid) as refusal:
            severe(cast, row, "GROSS_MISCONDUCT", **given)

        assert list(refusal.value.errors) == [field]

    def test_is_not_consulted_about_the_first_time_or_revised_to_the_same(self, cast: Cast, ed: Involvement) -> None:
        row = declare(cast, ed)
        with pytest.raises(Invalid):
            severe(cast, row, "MISCONDUCT", **CONSULTED)
        severe(cast, row, "MISCONDUCT")

        with pytest.raises(CannotAssessSeverity, match="assessed before"):
            severe(cast, row, "MISCONDUCT", **CONSULTED)

    def test_is_for_the_investigator(self, cast: Cast, ed: Involvement) -> None:
        row = declare(cast, ed)

        for name in ("amal", "beth"):
            with pytest.raises(MayNot):
                severe(cast, row, "MISCONDUCT", name)

    def test_assessments_are_never_changed_or_removed(self, cast: Cast, ed: Involvement) -> None:
        severe(cast, declare(cast, ed), "MISCONDUCT")

        for statement in ("UPDATE cases_severityassessment SET reason = ''", "DELETE FROM cases_severityassessment"):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


class TestAcceleration:
    def test_is_for_gross_misconduct_and_takes_the_right_to_a_review(self, cast: Cast, ed: Involvement) -> None:
        row = severe(cast, declare(cast, ed), "MISCONDUCT")
        with pytest.raises(CannotAssessSeverity, match="Only gross misconduct"):
            accelerate(cast, row)
        severe(cast, row, "GROSS_MISCONDUCT", **CONSULTED)

        assert accelerate(cast, row).accelerated_on == TODAY

        assert standing.review_body_of(Case.objects.get(pk=ed.case_id)) == ""
        with pytest.raises(CannotAssessSeverity, match="already"):
            accelerate(cast, row)

    @pytest.mark.parametrize(
        ("others", "has_a_right"),
        [
            ([], False),
            ([{"named_for": "first"}], True),  # beside Ed, and not accelerated
            ([{"named_for": "second"}], True),
            ([{"named_for": "second", "accelerated": True}], False),
            ([{"named_for": "second", "who": ED}], False),  # of another allegation, too
        ],
        ids=["alone", "with another", "another allegation", "accelerated, too", "the same of both"],
    )
    def test_takes_the_right_to_a_review_only_where_all_of_it_is_accelerated(
        self, cast: Cast, others: list[dict[str, Any]], has_a_right: bool
    ) -> None:
        """PRA 2002 Sch 3 para 25(1A): one person's acceleration leaves the rest of the complaint as it is."""
        case = an_investigated_case(cast)
        places = sorted({"first", *(other["named_for"] for other in others)})
        named_for = {place: alleged(cast, case, summary=f"The {place} thing.") for place in places}
        ed = name_subject(cast, case, ED, allegation=named_for["first"].public_id)
        accelerate(cast, severe(cast, declare(cast, ed), "GROSS_MISCONDUCT"))
        for other in others:
            who = name_subject(cast, case, other.get("who", GWEN), allegation=named_for[other["named_for"]].public_id)
            if other.get("accelerated"):
                accelerate(cast, severe(cast, declare(cast, who), "GROSS_MISCONDUCT"))

        assert (standing.review_body_of(Case.objects.get(pk=case.pk)) != "") is has_a_right

    def test_of_one_leaves_the_right_where_an_allegation_is_about_nobody_known(
        self, cast: Cast, ed: Involvement
    ) -> None:
        case = ed.case
        second = alleged(cast, case, summary="Somebody left.")
        Involvement.objects.filter(pk=ed.pk).update(allegation=alleged(cast, case))
        accelerate(cast, severe(cast, declare(cast, ed), "GROSS_MISCONDUCT"))
        assert standing.review_body_of(Case.objects.get(pk=case.pk)) == "LPB"

        Allegation.objects.filter(pk=second.pk).update(finding="WITHDRAWN")

        assert standing.review_body_of(Case.objects.get(pk=case.pk)) == ""

    def test_is_for_the_delegate_and_never_for_the_investigator(self, cast: Cast, ed: Involvement) -> None:
        row = severe(cast, declare(cast, ed), "GROSS_MISCONDUCT")

        for name in ("fay", "amal"):
            with pytest.raises(MayNot):
                accelerate(cast, row, name)

    def test_is_not_for_what_was_reported_on(self, cast: Cast, ed: Involvement) -> None:
        """Who decides takes nobody's right to a review away."""
        row = severe(cast, declare(cast, ed), "GROSS_MISCONDUCT")
        Case.objects.filter(pk=row.case_id).update(reported_on=TODAY)

        with pytest.raises(CannotAssessSeverity, match="was reported on"):
            accelerate(cast, row)

    def test_is_taken_back(self, cast: Cast, ed: Involvement) -> None:
        row = severe(cast, declare(cast, ed), "GROSS_MISCONDUCT")
        back = {"special": row.public_id, "reason": "Not so clear."}
        with pytest.raises(CannotAssessSeverity, match="not accelerated"):
            special_procedures.return_to_ordinary(**by(cast, "beth", row.case), **back)
        accelerate(cast, row)

        row = special_procedures.return_to_ordinary(**by(cast, "beth", row.case), **back)[0]

        assert row.accelerated_on is None
        assert standing.review_body_of(Case.objects.get(pk=ed.case_id)) != ""

    def test_ends_where_it_is_gross_misconduct_no_more(self, cast: Cast, ed: Involvement) -> None:
        row = accelerate(cast, severe(cast, declare(cast, ed), "GROSS_MISCONDUCT"))

        assert severe(cast, row, "MISCONDUCT", **CONSULTED).accelerated_on is None


class TestServingTheNotice:
    def test_is_logged_and_settles_what_was_owed(self, cast: Cast, ed: Involvement) -> None:
        severe(cast, declare(cast, ed), "MISCONDUCT")

        row = serve(cast, ed, friend="Sgt Vale", welfare_contact="Insp Moor, 0121 496 0000")

        assert (row.served_on, row.duty, row.friend) == (TODAY, "RESTRICTED", "Sgt Vale")
        notice = Notice.objects.get(case=ed.case, kind="SPECIAL_PROCEDURES")
        assert (notice.settled_on, notice.settled_as) == (TODAY, "SENT")
        with connection.cursor() as cursor:
            cursor.execute("SELECT friend || welfare_contact FROM cases_noticeservice")
            assert "Vale" not in cursor.fetchone()[0]

    def test_comes_after_the_severity_which_it_states(self, cast: Cast, ed: Involvement) -> None:
        declare(cast, ed)

        with pytest.raises(CannotAssessSeverity, match="assess that"):
            serve(cast, ed)

    def test_was_on_a_day_that_can_be(self, cast: Cast, ed: Involvement) -> None:
        severe(cast, declare(cast, ed), "MISCONDUCT")

        for day in (TODAY - DAY, TODAY + DAY):
            with pytest.raises(Invalid):
                serve(cast, ed, served_on=day)

    @pytest.mark.parametrize(("regime", "may"), [("2020-2025", True), ("2020", False), ("2012", False)])
    def test_is_electronic_only_under_the_rules_of_2025(
        self, cast: Cast, ed: Involvement, regime: str, may: bool
    ) -> None:
        severe(cast, declare(cast, ed), "MISCONDUCT")
        Case.objects.filter(pk=ed.case_id).update(regime=regime)

        if may:
            assert serve(cast, ed, how=NoticeService.How.ELECTRONIC).how == "ELECTRONIC"
        else:
            with pytest.raises(Invalid):
                serve(cast, ed, how=NoticeService.How.ELECTRONIC)

    def test_is_followed_by_what_becomes_of_them(self, cast: Cast, ed: Involvement) -> None:
        severe(cast, declare(cast, ed), "MISCONDUCT")
        row = serve(cast, ed)

        row, _ = special_procedures.update_service(
            **by(cast, "amal", ed.case), service=row.public_id, duty=NoticeService.Duty.SUSPENDED, friend="Sgt Vale",
            welfare_contact="",
        )  # fmt: skip

        assert (row.duty, row.friend, row.served_on) == ("SUSPENDED", "Sgt Vale", TODAY)


def test_special_procedures_go_through_http_to_neither(cast: Cast, ed: Involvement) -> None:
    client, case = cast.client("fay"), f"{CASES}{ed.case.reference}/"

    def send(method: str, path: str, body: dict[str, Any], status: int) -> Any:
        tag = client.get(case)["ETag"]
        sent = getattr(client, method)(f"{case}{path}", body, format="json", headers={"If-Match": tag})
        assert sent.status_code == status, sent.content
        return sent.json()

    subject = str(ed.public_id)
    body = {"subject": subject, "indication": "CRIME", "reasons": "A blow to the head."}
    half = {**body, "dated_on": str(TODAY)}
    assert "Give both" in str(send("post", "special-procedures/", half, 400))
    made = send("post", "special-procedures/", body, 201)
    day = made["declared_on"]
    item = f"special-procedures/{made['public_id']}/severity/"
    assert send("post", item, {"severity": "NOT_ASSESSED", "reason": "?"}, 400)
    assert send("post", item, {"severity": "MISCONDUCT", "reason": "A push."}, 200)["severity"] == "MISCONDUCT"
    served = send(
        "post", "notice-services/",
        {"subject": subject, "served_on": day, "how": "IN_PERSON", "duty": "FULL", "friend": "Sgt Vale"}, 201,
    )  # fmt: skip
    changed = send("put", f"notice-services/{served['public_id']}/", {"duty": "MOVED"}, 200)
    assert (changed["duty"], changed["friend"]) == ("MOVED", "")
    revised = {
        "severity": "NEITHER",
        "reason": "Not he.",
        "consulted": "beth@westshire.test",
        "consulted_on": day,
    }
    assert send("post", item, revised, 200)["ended_on"] == day

    (seen,) = client.get(f"{case}special-procedures/").json()
    assert [each["consulted"] for each in seen["assessments"]] == [None, "Beth"]
    assert len(client.get(f"{case}notice-services/").json()) == 1
