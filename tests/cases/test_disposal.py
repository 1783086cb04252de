"""Disposing of a case: what is personal is nowhere afterwards, what is counted stays, and only two people together can do it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.attachments import services as attachments
from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.audit.models import Event
from backend.common.errors import Invalid, Missing, Stale
from cases.machine import MACHINES
from cases.models import (
    Allegation,
    Case,
    CaseLink,
    Complainant,
    ContactPlan,
    Involvement,
    Message,
    Note,
    Receipt,
    RetentionReview,
    RetentionStep,
)
from cases.selectors import get_case, next_moves
from cases.services import (
    contact_plans,
    editing,
    identity,
    links,
    messages,
    notes,
    retention,
    retention_watch,
    review_bundle,
    transitions,
)
from cases.services.disposed import Disposed
from cases.services.intake import NewComplainant
from cases.services.retention import CannotRetain
from cases.timeline import timeline
from feedback.models import Rating, Submission
from reports.periods import Period
from reports.selectors import briefing_frames
from tests.cases.alleging import by, version_of
from tests.cases.marking import MARKER, TODAY, mark, tables_of_a_case, tables_with
from tests.cases.retaining import (
    DAY,
    DUE,
    WHY,
    a_disposed_case,
    a_proposed_case,
    an_ended_case,
    confirm,
    hold,
    propose,
    reviewed,
)
from tests.cases.test_races import run_together
from tests.cast import AT, RESOLVE, Cast, a_case, assess, gather, move

CASES = "/api/v1/cases/"
YEARS = Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
CODES_ALONE = {"cases_alert", "cases_bodynotice", "cases_referral"}  # what is written there is of a list of the house
COMPLAINT = {"what_happened": f"{MARKER} was rude.", "name": f"{MARKER} Field", "email": f"{MARKER}@home.test"}


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path / "files"
    return Path(settings.FILES_ROOT)


def a_full_case(cast: Cast) -> tuple[Case, str]:
    """Sent by the public with a receipt, ended, and with the marker wherever there is room for words; its receipt."""
    with time_machine.travel(AT, tick=False):
        sent = APIClient().post("/api/v1/complaints/", {**COMPLAINT, "neighbourhood": "OT1"}, format="json").json()
    case = Case.objects.get(reference=sent["reference"])
    move(cast, case, "amal", "take")
    assess(cast, case)
    contacted = {"contacted_on": "2026-11-20", "views": MARKER, "wishes_recording": False}
    move(cast, case, "amal", "record_contact", **contacted)
    move(cast, case, "beth", "handle_outside")
    move(cast, case, "amal", "resolve", **RESOLVE)
    return move(cast, case, "beth", "finalise"), sent["receipt"]


def track(receipt: str) -> Any:
    return APIClient().get("/api/v1/track/", headers={"X-Receipt": receipt})


def in_two_steps(cast: Cast, case: Case) -> Case:
    reviewed(case)
    propose(cast, case)
    return confirm(cast, case)


class TestWhatIsErased:
    def test_is_everything_that_was_said_in_every_table(self, cast: Cast) -> None:
        case, _ = a_full_case(cast)
        mark(cast, case)
        hold_and_lift(cast, case)
        before = tables_with(MARKER)
        assert tables_of_a_case() - set(before) == CODES_ALONE

        in_two_steps(cast, case)

        assert tables_with(MARKER) == {}

    def test_who_complained_and_about_whom_is_nobody(self, cast: Cast) -> None:
        case, _ = a_full_case(cast)
        mark(cast, case)

        in_two_steps(cast, case)

        for complainant in Complainant.objects.filter(case=case):
            assert (complainant.name, complainant.email, complainant.email_index, complainant.telephone_index) == (
                "", "", "", "",
            )  # fmt: skip
        rows = Involvement.objects.filter(case=case)
        assert [(each.part, each.person, each.label) for each in rows] == [("SUBJECT", None, "")]
        assert not Message.objects.filter(case=case).exists()
        assert not Note.objects.filter(case=case).exists()
        assert not Receipt.objects.filter(complainant__case=case).exists()
        assert list(Case.objects.matching(MARKER)) == []

    def test_are_the_bytes_of_its_files_too(
        self, cast: Cast, files: Path, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        case, _ = a_full_case(cast)
        paths = mark(cast, case)
        assert all((files / path).exists() for path in paths)

        with django_capture_on_commit_callbacks(execute=True):
            in_two_steps(cast, case)

        assert not StoredFile.objects.exists()
        assert [path for path in paths if (files / path).exists()] == []

    def test_files_that_could_not_be_removed_at_once_are_swept(self, cast: Cast, files: Path) -> None:
        case, _ = a_full_case(cast)
        paths = mark(cast, case)
        in_two_steps(cast, case)

        attachments.sweep(at=timezone.now() + 3 * DAY)

        assert [path for path in paths if (files / path).exists()] == []

    def test_is_the_contact_plan_of_a_person_with_the_last_of_their_cases(self, cast: Cast) -> None:
        maya = NewComplainant(name="Maya Field", email="maya@home.test", telephone="0121 496 0000")
        omar = NewComplainant(name="Omar Reed", email="omar@home.test")
        by_number = NewComplainant(anonymous=True, telephone="+44 121 496 0000")
        first, last = an_ended_case(cast, complainants=[maya, omar]), an_ended_case(cast, complainants=[by_number])
        elsewhere = a_case(cast, complainants=[omar])
        plans = {
            each.email: contact_plans.make(
                reference=first.reference, complainant=each.public_id, text=MARKER, review_on=TODAY + DAY,
                actor=cast.actor("amal"), at=AT,
            )
            for each in first.complainants.all()
        }  # fmt: skip
        contact_plans.end(
            reference=elsewhere.reference, public_id=plans[omar.email].public_id, reason=MARKER, version=1,
            actor=cast.actor("beth"), at=AT,
        )  # fmt: skip

        in_two_steps(cast, first)
        assert set(ContactPlan.objects.all()) == set(plans.values())
        propose(cast, last)
        confirm(cast, last)

        assert list(ContactPlan.objects.all()) == [plans[omar.email]]
        trail = audit.timeline(subject_kind="contact_plan", subject=str(plans[maya.email].public_id))
        assert [event.verb for event, _ in trail] == ["CONTACT_PLAN_MADE", "CONTACT_PLAN_ERASED"]

    def test_is_of_this_case_alone(self, cast: Cast) -> None:
        case, other = an_ended_case(cast), an_ended_case(cast)
        notes.add(**by(cast, "beth", other), text="Theirs.")
        before = whole_of(other)

        reviewed(case)
        propose(cast, case)
        confirm(cast, case)

        after = whole_of(other)
        assert after == before
        assert Complainant.objects.get(case=other).name == "Maya Field"


class TestWhatStays:
    def test_is_the_stub(self, cast: Cast) -> None:
        case, _ = a_full_case(cast)
        mark(cast, case)
        before = Case.objects.get(pk=case.pk)

        after = in_two_steps(cast, case)

        for name in (
            "reference", "kind", "state", "made_on", "received_on", "closed_on", "contacted_on", "resolved_on", "told_on",
            "force_id", "unit_id", "about_unit_id", "neighbourhood_id", "outcome", "category", "recorded_on", "regime",
        ):  # fmt: skip
            assert getattr(after, name) == getattr(before, name), name
        allegation = Allegation.objects.get(case=case)
        assert (allegation.category_code, allegation.finding, allegation.action) == ("H1", "ACCEPTABLE", "None")
        assert allegation.actions.get().kind_id
        assert (after.narrative, after.disposed_on) == ("", DUE.date())

    def test_are_the_figures(self, cast: Cast) -> None:
        case, _ = a_full_case(cast)
        mark(cast, case)
        before = [frame.to_dict() for _, frame in briefing_frames(period=YEARS, unit=cast.force, on=TODAY).named()]

        in_two_steps(cast, case)

        after = [frame.to_dict() for _, frame in briefing_frames(period=YEARS, unit=cast.force, on=TODAY).named()]
        assert after == before

    def test_is_the_score_of_a_comment(self, cast: Cast) -> None:
        body = {"text": "The lamp is out.", "scores": {"overall": 3}, "neighbourhood": "OT1"}
        with time_machine.travel(AT, tick=False):
            sent = APIClient().post("/api/v1/comments/", body, format="json").json()
        case = Case.objects.get(reference=sent["reference"])
        for name, details in (("triage", {}), ("send_to_unit", {"unit": "northgate"}), ("answer", {"told": "Mended."})):
            move(cast, case, "gwen", name, **details)

        in_two_steps(cast, case)

        submission = Submission.objects.get(case=case)
        assert (submission.original, submission.kind) == ("", "COMMENT")
        assert Rating.objects.get(submission=submission).overall == 3

    def test_is_why_and_by_whom_it_was_disposed_of(self, cast: Cast) -> None:
        case = a_disposed_case(cast)

        row = RetentionReview.objects.get(case=case)
        assert (row.state, row.decided_by, row.seconded_by) == ("DISPOSED", cast.users["beth"], cast.users["lev"])
        assert RetentionStep.objects.get(case=case, what="PROPOSED").text == WHY
        event = Event.objects.get(verb="DISPOSED")
        assert (event.subject, event.actor) == (case.reference, str(cast.users["lev"].public_id))
        assert event.detail.details["ending"] == "OUTSIDE"

    def test_is_the_trail_whole_though_what_it_said_is_gone(self, cast: Cast) -> None:
        case = a_disposed_case(cast)

        assert audit.verify().first_bad is None
        events = audit.timeline(subject_kind="case", subject=case.reference)
        assert len(events) > 5
        assert [event.verb for event, details in events if details is not None] == ["DISPOSED"]

    def test_is_the_timeline_without_words(self, cast: Cast) -> None:
        case = a_disposed_case(cast)

        entries = timeline(case, actor=cast.actor("beth"), cursor="", size=100).rows

        assert "DISPOSED" in [each.what for each in entries]
        assert {each.text for each in entries} == {"", WHY}


class TestTheStub:
    def test_is_read_over_the_api(self, cast: Cast) -> None:
        case = a_disposed_case(cast)

        shown = cast.client("beth").get(f"{CASES}{case.reference}/").json()

        assert (shown["disposed_on"], shown["narrative"], shown["closed_on"]) == ("2032-11-20", "", str(TODAY))
        for part in (
            "messages",
            "notes",
            "files",
            "involvements",
            "notices",
            "links",
            "timeline",
            "retention",
            "moves",
        ):
            assert cast.client("beth").get(f"{CASES}{case.reference}/{part}/").status_code == 200, part

    def test_is_for_the_authority_alone(self, cast: Cast) -> None:
        case = a_disposed_case(cast)

        for name in ("amal", "cai", "dee", "fay", "gwen", "jo", "kit"):
            assert cast.client(name).get(f"{CASES}{case.reference}/").status_code == 404, name

    def test_refuses_every_move(self, cast: Cast) -> None:
        case = a_disposed_case(cast)

        for move_name in MACHINES[case.kind].moves.values:
            with pytest.raises(Disposed):
                transitions.perform(**by(cast, "beth", case), move=move_name, details={})
        found = get_case(reference=case.reference, actor=cast.actor("beth"))
        assert not any(each.allowed for each in next_moves(found, actor=cast.actor("beth"), on=DUE.date()))

    def test_refuses_every_change(self, cast: Cast) -> None:
        case = a_disposed_case(cast)
        change = by(cast, "beth", case, DUE)
        who = {"reference": case.reference, "actor": cast.actor("beth"), "at": DUE}

        for refused in (
            lambda: notes.add(**change, text="?"),
            lambda: hold(cast, case),
            lambda: propose(cast, case),
            lambda: confirm(cast, case),
            lambda: identity.reveal(**who, reason="?"),
            lambda: editing.hold(**who),
            lambda: review_bundle.as_pdf(**who),
        ):
            with pytest.raises(Disposed):
                refused()
        with pytest.raises(Missing):
            messages.receive(case_id=case.pk, text="?", wish="", files=[], at=DUE)

    def test_nothing_is_linked_to_it(self, cast: Cast) -> None:
        case = a_disposed_case(cast)

        with pytest.raises(Invalid):
            links.add(
                **by(cast, "beth", a_case(cast)), other=case.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="?"
            )

    def test_its_receipt_is_one_that_does_not_exist(self, cast: Cast) -> None:
        case, receipt = a_full_case(cast)
        assert track(receipt).status_code == 200
        in_two_steps(cast, case)

        gone, absent = track(receipt), track("ZZZZZZZZ-AAAA-BBBB-CCCC-DDDD")

        assert (gone.status_code, gone.content) == (absent.status_code, absent.content) == (404, absent.content)


class TestTheDatabase:
    def test_disposes_of_nothing_that_two_people_have_not_decided(self, cast: Cast) -> None:
        ended, open_one, proposed = an_ended_case(cast), a_case(cast), a_proposed_case(cast)
        reviewed(ended)

        for case in (ended, open_one, proposed):
            with pytest.raises(IntegrityError), transaction.atomic():
                call(case)

    def test_asks_for_two_people_and_not_two_accounts(self, cast: Cast) -> None:
        case = a_proposed_case(cast)
        cast.users["lev"].person = cast.users["beth"].person
        cast.users["lev"].save()
        settle(case, by=cast.users["lev"])

        with pytest.raises(IntegrityError, match="Two people"), transaction.atomic():
            call(case)

    def test_disposes_of_nothing_that_is_held_restricted_open_or_history(self, cast: Cast) -> None:
        case = a_proposed_case(cast)
        settle(case, by=cast.users["lev"])

        with transaction.atomic():
            hold(cast, case)
            with pytest.raises(IntegrityError, match="held"), transaction.atomic():
                call(case)
            transaction.set_rollback(True)
        for changed in ({"restricted": True}, {"closed_on": None}, {"closed_on": DUE.date()}):
            with transaction.atomic():
                Case.objects.filter(pk=case.pk).update(**changed)
                with pytest.raises(IntegrityError), transaction.atomic():
                    call(case)
                transaction.set_rollback(True)
        call(case)
        with pytest.raises(IntegrityError), transaction.atomic():
            call(case)
        assert Case.objects.get(pk=case.pk).disposed_on == DUE.date()

    def test_disposes_of_nothing_that_has_to_be_recorded(self, cast: Cast) -> None:
        case = a_proposed_case(cast)
        settle(case, by=cast.users["lev"])

        for changed in ({"wishes_recording": True, "recording_wished_at": AT}, {"concerns_conduct": True}):
            with transaction.atomic():
                Case.objects.filter(pk=case.pk).update(**changed)
                with pytest.raises(IntegrityError, match="what_must_be_recorded_is_kept"), transaction.atomic():
                    call(case)
                transaction.set_rollback(True)

    def test_a_decision_of_before_the_case_was_opened_again_is_none(self, cast: Cast) -> None:
        case = a_proposed_case(cast)
        settle(case, by=cast.users["lev"])
        Case.objects.filter(pk=case.pk).update(closed_on=TODAY + DAY)

        with pytest.raises(IntegrityError, match="Two people"), transaction.atomic():
            call(case)

    def test_lets_the_app_say_of_no_case_that_it_was_disposed_of(self, cast: Cast) -> None:
        case = an_ended_case(cast)
        Case.objects.filter(pk=case.pk).update(narrative="")

        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(disposed_on=DUE.date())

    def test_lets_nobody_change_a_stub(self, cast: Cast) -> None:
        case = a_disposed_case(cast)

        for changed in ({"disposed_on": None}, {"narrative": "?"}, {"version": 99}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Case.objects.filter(pk=case.pk).update(**changed)

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM cases_note",
            "DELETE FROM cases_message",
            "UPDATE cases_allegationdecision SET rationale = 'Erased'",
            "DELETE FROM audit_detail",
            "UPDATE feedback_submission SET original = ''",
            "UPDATE cases_retentionstep SET text = ''",
            "DELETE FROM cases_retentionstep",
            "UPDATE cases_withholdingreview SET reason = 'Erased'",
            "ALTER FUNCTION cases_dispose_of(bigint, date) SECURITY INVOKER",
            "ALTER TABLE cases_case DISABLE TRIGGER cases_case_stays_disposed_of",
        ],
    )
    @pytest.mark.django_db
    def test_still_lets_the_app_erase_nothing_itself(self, statement: str) -> None:
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    @pytest.mark.django_db
    def test_lets_nobody_but_the_app_call_it(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT prosecdef, proconfig, has_function_privilege('public', oid, 'EXECUTE'), "
                "has_function_privilege(oid, 'EXECUTE'), pg_get_userbyid(proowner) = current_user "
                "FROM pg_proc WHERE proname = 'cases_dispose_of'"
            )
            assert cursor.fetchall() == [(True, ["search_path=pg_catalog, public, pg_temp"], False, True, False)]


class TestAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_of_a_hold_and_a_confirmation_exactly_one_wins(self) -> None:
        cast = gather()
        for turn in range(10):
            case = a_proposed_case(cast)
            version, beth, lev = version_of(case), cast.actor("beth"), cast.actor("lev")
            who: dict[str, Any] = {"reference": case.reference, "at": DUE, "version": version}

            def holding(who: dict[str, Any] = who, beth: Any = beth) -> str:
                try:
                    retention.hold(**who, actor=beth, ground="LITIGATION", until_on=None, reason="A claim.")
                except (Stale, Disposed) as refused:
                    return type(refused).__name__
                return "held"

            def confirming(who: dict[str, Any] = who, lev: Any = lev) -> str:
                try:
                    retention.confirm(**who, actor=lev)
                except (Stale, CannotRetain) as refused:
                    return type(refused).__name__
                return "disposed of"

            answers = run_together(holding, confirming)

            is_gone = Case.objects.get(pk=case.pk).disposed_on is not None
            assert answers == (["Disposed", "disposed of"] if is_gone else ["held", "Stale"]), turn
            assert Complainant.objects.get(case=case).name == ("" if is_gone else "Maya Field")
        assert audit.verify().first_bad is None

    @pytest.mark.django_db(transaction=True)
    def test_two_clocks_open_one_review(self) -> None:
        cast = gather()
        cases = [an_ended_case(cast) for _ in range(5)]

        def looking() -> str:
            return str(retention_watch.watch(at=DUE))

        run_together(looking, looking, looking)
        retention_watch.watch(at=DUE)

        assert RetentionReview.objects.count() == len(cases)


def hold_and_lift(cast: Cast, case: Case) -> None:
    row = retention.hold(**by(cast, "beth", case), ground="OTHER", until_on=None, reason=MARKER)[0]
    retention.lift(**by(cast, "beth", case), hold=row.public_id, reason=MARKER)


def call(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_dispose_of(%s, %s)", [case.pk, DUE.date()])


def settle(case: Case, *, by: Any) -> None:
    """The row of a confirmed disposal, without the disposal."""
    RetentionReview.objects.filter(case=case).update(state="DISPOSED", seconded_by=by, settled_on=DUE.date())


def whole_of(case: Case) -> list[tuple[Any, ...]]:
    parts = (Complainant, Note, Message, Involvement, Allegation)
    rows = [tuple(part.objects.filter(case=case).order_by("pk").values_list()) for part in parts]
    return [*rows, tuple(Case.objects.filter(pk=case.pk).values_list("narrative", "disposed_on"))]
