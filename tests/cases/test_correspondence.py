"""Who is told what, how, and what may be kept back; and that nothing internal goes out."""

from __future__ import annotations

import ast
import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from rest_framework.test import APIClient

from backend.attachments.services import Upload
from backend.audit import services as audit
from backend.audit.models import Event
from backend.common.errors import Invalid, Missing
from backend.notifications.models import Outgoing
from backend.notifications.services import send_due
from cases import notices as kinds
from cases.letters.names import NOT_SHOWN
from cases.lists.owed import owed_to_bodies
from cases.models import Case, CaseFile, Complainant, Involvement, Kind, Message, Note, Notice, Suspension, Withdrawal
from cases.selectors import deadlines, get_case
from cases.services import (
    complainants,
    files,
    identity,
    involvement,
    matters,
    messages,
    preferences,
    settling,
    timeliness,
    withdrawals,
)
from cases.services.correspondence import NeverByPost, Way
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.messages import NobodyToTell, NothingToTell
from cases.services.settling import Completed, ConsentNotRecorded, MustBeSent, NothingToAsk, NoticeSettled
from cases.services.timeliness import KeptBack, NoLetterOwed
from cases.timeline import timeline
from tests.cases.alleging import alleged, an_investigated_case, code, opine
from tests.cast import AT, INDEPENDENT, Cast, a_case, a_case_handled_outside, a_matter, assess, gather, move
from tests.mail_server import MailServer

ROOT = Path(__file__).resolve().parents[2]
Delivery = Message.Delivery
MAYA = NewComplainant(name="Maya Field", email="maya@home.test", address="5 Mill Lane", telephone="0121 496 0000")
OMAR = NewComplainant(name="Omar Reed", email="omar@home.test")
PARTS = {"explanation": "We follow the CCTV.", "next_steps": "We write again."}
LATE = {"progress": "Two heard.", "reasons": "One is abroad.", "next_steps": "A video call.", "estimated_end": "June"}


def now(cast: Cast, case: Case, name: str = "beth", at: dt.datetime = AT) -> dict[str, Any]:
    """The arguments of a change on the version that stands."""
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return {"reference": case.reference, "actor": cast.actor(name), "at": at, "version": version}


def recorded(cast: Cast, *, at: dt.datetime = AT, **more: Any) -> Case:
    """A recorded complaint about conduct with Sam as its subject: the copies of the record are owed."""
    case = a_case(cast, complainants=[MAYA], at=at, **more)
    assess(cast, case, alleges_crime_or_discipline=True)
    involvement.name_person(who="1005", part=Involvement.Part.SUBJECT, **now(cast, case))
    move(cast, case, "beth", "record", at=at)
    return case


def owed(case: Case, kind: str, to: str = "COMPLAINANT") -> Notice:
    return Notice.objects.get(case=case, kind=kind, to=to, settled_on=None)


def maya_of(case: Case) -> Complainant:
    return Complainant.objects.get(case=case, position=1)


def wish(cast: Cast, case: Case, who: Complainant | None = None, **more: Any) -> Complainant:
    """Set how somebody wishes to be written to."""
    who = who or maya_of(case)
    wishes = {
        "contact_by": "TRACKING", "never_by_post": False, "safe_address": "", "text_by_email": False,
        "quiet_from": None, "quiet_until": None, "language": "", "access_needs": "", **more,
    }  # fmt: skip
    changed, _ = preferences.set_preferences(
        complainant=who.public_id, preferences=preferences.Preferences(**wishes), **now(cast, case)
    )
    return changed


def send(cast: Cast, case: Case, notice: Notice, way: Way | None = None, name: str = "beth", **more: Any) -> Message:
    completed = Completed(**{"gaps": {}, "way": way or Way(), **more})
    message, _ = settling.send(notice=notice.public_id, completed=completed, **now(cast, case, name))
    return message


def withhold(cast: Cast, case: Case, notice: Notice, ground: str = "PUBLIC_INTEREST", name: str = "beth") -> Notice:
    kept, _ = settling.withhold(
        notice=notice.public_id, ground=ground, reason="A witness is at risk.", **now(cast, case, name)
    )
    return kept


class TestMessages:
    def test_each_of_two_complainants_gets_one_of_their_own(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA, OMAR])

        messages.tell_progress(text="We are on it.", **now(cast, case))

        told = {message.complainant.name: message.addressed_to for message in case.messages.all()}
        assert told == {"Maya Field": "Maya Field", "Omar Reed": "Omar Reed"}
        assert sorted(mail.recipient for mail in Outgoing.objects.all()) == ["maya@home.test", "omar@home.test"]

    def test_progress_told_to_one_starts_their_four_weeks_alone(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA, OMAR])
        later = AT + dt.timedelta(days=10)

        messages.tell_progress(text="To you alone.", complainant=maya_of(case).public_id, **now(cast, case, at=later))

        told = dict(Complainant.objects.filter(case=case).values_list("position", "progress_told_on"))
        assert told == {1: later.date(), 2: None}
        due = {each.about: each.due_on for each in deadlines(get_case(reference=case.reference, actor=cast.actor("beth")))
               if each.rule == "progress_update"}  # fmt: skip
        assert sorted(due.values()) == [AT.date() + dt.timedelta(days=28), later.date() + dt.timedelta(days=28)]

    @pytest.mark.parametrize("about", ["ACKNOWLEDGEMENT", "REPLY"])
    def test_an_acknowledgement_or_an_answer_resets_no_clock(self, cast: Cast, about: str) -> None:
        case = a_case_handled_outside(cast)

        messages.write(
            about=Message.About(about), text="We have it.", complainant=None, way=None, files=[],
            **now(cast, case, at=AT + dt.timedelta(days=10)),
        )  # fmt: skip

        case.refresh_from_db()
        assert case.progress_told_on is None
        assert maya_of(case).progress_told_on is None

    def test_an_answer_may_be_written_after_the_end_and_progress_not(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        move(cast, case, "amal", "resolve", result="Done.", told="We are sorry.")

        messages.write(
            about=Message.About.REPLY, text="You asked for it.", complainant=None, way=None, files=[], **now(cast, case)
        )

        with pytest.raises(NothingToTell):
            messages.tell_progress(text="On it.", **now(cast, case))

    def test_where_nobody_complained_nobody_is_told(self, cast: Cast) -> None:
        with pytest.raises(NobodyToTell):
            messages.tell_progress(text="On it.", **now(cast, a_matter(cast)))

    def test_somebody_of_another_case_is_not_written_to(self, cast: Cast) -> None:
        case, other = a_case_handled_outside(cast), a_case_handled_outside(cast)

        with pytest.raises(Invalid, match="complainant of the case"):
            messages.tell_progress(text="On it.", complainant=maya_of(other).public_id, **now(cast, case))

    def test_text_recipient_and_attachments_stay_as_they_went(self, cast: Cast, settings: Any, tmp_path: Path) -> None:
        settings.FILES_ROOT = tmp_path
        case = recorded(cast)
        stored, _ = files.put(file=_upload(), **now(cast, case))
        message, _ = messages.write(
            about=Message.About.REPLY, text="With this.", complainant=None, way=Way(Delivery.POST),
            files=[stored.public_id], **now(cast, case),
        )  # fmt: skip

        Complainant.objects.filter(case=case).update(name="Maya Other", address="Elsewhere")

        message.refresh_from_db()
        assert message.addressed_to == "Maya Field\n5 Mill Lane"
        for change in (
            lambda: Message.objects.filter(pk=message.pk).update(text="Other."),
            lambda: message.files.all().delete(),
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                change()

    def test_a_file_of_another_case_does_not_go_out(self, cast: Cast, settings: Any, tmp_path: Path) -> None:
        settings.FILES_ROOT = tmp_path
        case, other = recorded(cast), recorded(cast)
        stored, _ = files.put(file=_upload(), **now(cast, other))

        with pytest.raises(Invalid):
            messages.write(
                about=Message.About.REPLY, text="With this.", complainant=None, way=None, files=[stored.public_id],
                **now(cast, case),
            )  # fmt: skip


def _upload() -> Upload:
    return Upload("statement.txt", BytesIO(b"What I saw."))


class TestNothingInternalGoesOut:
    def test_no_call_turns_a_note_into_a_message_nor_a_message_into_a_note(self) -> None:
        """Modules that write to the outside know no notes; the one that writes notes knows no messages."""
        outward = ["messages", "correspondence", "letters", "settling", "timeliness", "papers"]
        for module in outward:
            assert not _names(module) & {"Note", "notes", "page_of_notes"}, module
        assert not _names("notes") & {"Message", "messages", "correspondence", "outbox"}

    def test_the_thread_of_the_public_knows_no_notes(self) -> None:
        tree = ast.parse((ROOT / "feedback/services/thread.py").read_text())

        assert not {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"Note", "notes"}

    def test_no_request_takes_a_note_for_a_message(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        amal, url = cast.client("amal"), f"/api/v1/cases/{case.reference}"
        tag = amal.get(f"{url}/")["ETag"]
        note = amal.post(f"{url}/notes/", {"text": "INTERNAL"}, format="json", headers={"If-Match": tag}).json()

        tag = amal.get(f"{url}/")["ETag"]
        refused = amal.post(f"{url}/messages/{note['public_id']}/read/", {}, format="json", headers={"If-Match": tag})
        letter = amal.get(f"{url}/messages/{note['public_id']}/letter.pdf")

        assert (refused.status_code, letter.status_code) == (404, 404)
        assert Note.objects.count() == 1
        assert not Message.objects.filter(text__contains="INTERNAL").exists()


def _names(module: str) -> set[str]:
    tree = ast.parse((ROOT / f"cases/services/{module}.py").read_text())
    imported = {alias.name.split(".")[-1] for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names}  # fmt: skip
    return imported | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


class TestNotices:
    def test_a_notice_is_settled_by_its_letter_and_keeps_the_version_it_was_written_by(self, cast: Cast) -> None:
        case = recorded(cast)
        notice = owed(case, "RECORD_COPY")

        message = send(cast, case, notice)

        notice.refresh_from_db()
        assert (notice.settled_as, notice.settled_on, notice.message) == ("SENT", AT.date(), message)
        assert message.template is not None
        assert (message.template.kind, message.template.version) == ("RECORD_COPY", 1)
        assert case.narrative in message.text
        assert Event.objects.get(verb="NOTICE_SENT").subject == case.reference

    def test_what_is_settled_is_not_sent_again(self, cast: Cast) -> None:
        case = recorded(cast)
        notice = owed(case, "RECORD_COPY")
        send(cast, case, notice)

        with pytest.raises(NoticeSettled):
            send(cast, case, notice)

    def test_a_notice_of_another_case_is_nowhere(self, cast: Cast) -> None:
        case, other = recorded(cast), recorded(cast)

        with pytest.raises(Missing):
            send(cast, case, owed(other, "RECORD_COPY"))

    def test_the_duty_to_tell_ends_with_the_letter(self, cast: Cast) -> None:
        case = recorded(cast)
        notice = owed(case, "RECORD_COPY")

        def open_duties() -> set[str]:
            return {each.about for each in deadlines(get_case(reference=case.reference, actor=cast.actor("beth")))}

        assert str(notice.public_id) in open_duties()
        send(cast, case, notice)
        assert str(notice.public_id) not in open_duties()

    def test_an_open_part_of_the_letter_is_named_and_nothing_goes(self, cast: Cast) -> None:
        case = recorded(cast)
        notice = Notice.objects.create(
            case=case, kind="HANDLING", to="COMPLAINANT", complainant=maya_of(case), owed_on=AT.date()
        )

        with pytest.raises(Invalid) as refusal:
            send(cast, case, notice, gaps={"explanation": "By CCTV."})

        assert set(refusal.value.errors) == {"next_steps"}
        assert not Message.objects.exists()

    def test_a_draft_shows_what_is_left_to_write(self, cast: Cast) -> None:
        case = recorded(cast)
        Notice.objects.create(
            case=case, kind="HANDLING", to="COMPLAINANT", complainant=maya_of(case), owed_on=AT.date()
        )
        notice = owed(case, "HANDLING")

        drafted = cast.client("beth").get(f"/api/v1/cases/{case.reference}/notices/{notice.public_id}/draft/").json()

        assert set(drafted["parts"]) == {"explanation", "next_steps"}
        assert "Dear [name not shown]" in drafted["text"]
        assert "{explanation}" in drafted["text"]


class TestTheCopyForThePersonComplainedAbout:
    """SI 2020/2 regulation 3: after a harm check, and without the complainant's identity where that is asked."""

    CHECK = "Nobody is at risk; no proceedings are under way."

    def test_goes_only_after_the_harm_check(self, cast: Cast) -> None:
        case = recorded(cast)

        with pytest.raises(Invalid) as refusal:
            send(cast, case, owed(case, "RECORD_COPY", "SUBJECT"), Way(Delivery.HAND))

        assert set(refusal.value.errors) == {"identity", "harm_check"}

    def test_does_not_tell_who_complained_where_that_is_kept_back(self, cast: Cast) -> None:
        case = recorded(cast, narrative="I am Maya Field of 5 Mill Lane, 01214960000. He was rude to me.")

        message = send(
            cast,
            case,
            owed(case, "RECORD_COPY", "SUBJECT"),
            Way(Delivery.HAND),
            identity="REDACTED",
            harm_check=self.CHECK,
        )

        for known in ("Maya", "Field", "Mill Lane", "0121"):
            assert known not in message.text
        assert "He was rude to me." in message.text
        assert "Dear Ed" in message.text

    @pytest.mark.parametrize(
        ("who", "told", "known"),
        [
            ({"name": "Jo Li"}, "He said: Ms Li, go home.", "Li"),
            ({"name": "Ann Smith-Jones"}, "He said: Smith, go home.", "Smith"),
            ({"name": "Ann O'Brien"}, "He said: O’Brien, go home.", "Brien"),
            ({"telephone": "07700 900123"}, "He rang me at +44 7700 900123 at night.", "900123"),
        ],
    )
    def test_leaves_no_form_of_a_name_or_number_standing(
        self, cast: Cast, who: dict[str, str], told: str, known: str
    ) -> None:
        case = recorded(cast, narrative=told)
        Complainant.objects.filter(case=case).update(**who)

        copy = owed(case, "RECORD_COPY", "SUBJECT")
        message = send(cast, case, copy, Way(Delivery.HAND), identity="REDACTED", harm_check=self.CHECK)

        assert known not in message.text
        assert "[name kept back]" in message.text

    def test_tells_it_where_it_may(self, cast: Cast) -> None:
        case = recorded(cast)

        message = send(
            cast,
            case,
            owed(case, "RECORD_COPY", "SUBJECT"),
            Way(Delivery.HAND),
            identity="SHOWN",
            harm_check=self.CHECK,
        )

        assert "Who complained: Maya Field" in message.text
        assert Notice.objects.get(message=message).reason == self.CHECK

    def test_tells_of_nobody_who_is_only_kept_informed(self, cast: Cast) -> None:
        case = recorded(cast, narrative="I was with Ola Reed. He was rude to me.")
        matters.add_interested_person(
            name="Ola Reed", email="ola@home.test", telephone="", address="", **now(cast, case)
        )

        copy = owed(case, "RECORD_COPY", "SUBJECT")
        message = send(cast, case, copy, Way(Delivery.HAND), identity="SHOWN", harm_check=self.CHECK)

        assert "Who complained: Maya Field\n" in message.text
        assert "Ola" not in message.text

    def test_does_not_go_by_a_receipt_that_they_have_not(self, cast: Cast) -> None:
        case = recorded(cast)

        with pytest.raises(Invalid, match="Correct the field"):
            send(cast, case, owed(case, "RECORD_COPY", "SUBJECT"), identity="SHOWN", harm_check=self.CHECK)

    def test_the_copy_of_one_complainant_tells_nothing_of_another(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA, OMAR], narrative="I was with Omar Reed when he was rude to us.")
        assess(cast, case)
        move(cast, case, "amal", "record")
        mine = Notice.objects.get(case=case, kind="RECORD_COPY", complainant__position=1)

        message = send(cast, case, mine)

        assert "Omar" not in message.text
        assert "Dear Maya Field" in message.text


class TestKeepingBack:
    def test_a_notice_is_kept_back_on_a_ground_and_for_a_reason(self, cast: Cast) -> None:
        case = recorded(cast)

        kept = withhold(cast, case, owed(case, "RECORD_COPY", "SUBJECT"), "PROCEEDINGS")

        assert (kept.settled_as, kept.harm, kept.reason) == ("WITHHELD", "PROCEEDINGS", "A witness is at risk.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(details::text, '') FROM audit_detail")
            assert "at risk" not in cursor.fetchone()[0]

    def test_a_copy_of_the_record_knows_two_grounds_alone(self, cast: Cast) -> None:
        case = recorded(cast)

        with pytest.raises(Invalid) as refusal:
            withhold(cast, case, owed(case, "RECORD_COPY", "SUBJECT"), "NATIONAL_SECURITY")

        assert "PROCEEDINGS, PUBLIC_INTEREST" in refusal.value.errors["ground"][0]

    @pytest.mark.parametrize(
        "kind", ["ASK_TO_CONFIRM", "ASK_TO_RESUME", "REVIEW_BUNDLE", "RECOMMENDATION_ANSWER", "WITHDRAWAL"]
    )
    def test_what_the_law_has_to_be_sent_is_not_kept_back(self, cast: Cast, kind: str) -> None:
        case = recorded(cast)
        notice = Notice.objects.create(
            case=case, kind=kind, to="COMPLAINANT", complainant=maya_of(case), owed_on=AT.date()
        )

        with pytest.raises(MustBeSent):
            withhold(cast, case, notice)

    def test_from_the_iopc_the_letter_of_regulation_13_is_not_kept_back(self) -> None:
        assert kinds.may_be_withheld_on("TIMELINESS", to="IOPC") == kinds.NONE
        assert kinds.may_be_withheld_on("TIMELINESS", to="LPB") == kinds.HARM_GROUNDS

    @pytest.mark.parametrize("name", ["amal", "fay"])
    def test_the_delegate_of_the_authority_alone_keeps_anything_back(self, cast: Cast, name: str) -> None:
        case = a_case(cast, complainants=[MAYA])
        assess(cast, case)
        move(cast, case, "amal", "record")
        Case.objects.filter(pk=case.pk).update(handler=cast.users["fay"])

        with pytest.raises(MayNot):
            withhold(cast, case, owed(case, "RECORD_COPY"), name=name)

    def test_a_refused_copy_is_looked_at_again_every_four_weeks(self, cast: Cast) -> None:
        case = recorded(cast)
        kept = withhold(cast, case, owed(case, "RECORD_COPY", "SUBJECT"))

        def due() -> list[dt.date]:
            found = deadlines(get_case(reference=case.reference, actor=cast.actor("beth")))
            return [each.due_on for each in found if each.rule == "withholding_review"]

        assert due() == [AT.date() + dt.timedelta(days=28)]
        later = AT + dt.timedelta(days=20)
        settling.review_withholding(
            notice=kept.public_id, still_withheld="YES", reason="He still is.", **now(cast, case, at=later)
        )
        assert due() == [later.date() + dt.timedelta(days=28)]

    def test_why_it_was_kept_back_stays_and_each_look_again_says_why(self, cast: Cast) -> None:
        case = recorded(cast)
        kept = withhold(cast, case, owed(case, "RECORD_COPY", "SUBJECT"))
        days = [AT + dt.timedelta(days=days) for days in (20, 40)]

        for at, says, why in zip(days, ("YES", "NO"), ("He still is.", "The trial is over."), strict=True):
            again = {"notice": kept.public_id, "still_withheld": says, "reason": why}
            settling.review_withholding(**again, **now(cast, case, "lev", at))

        shown = cast.client("beth").get(f"/api/v1/cases/{case.reference}/notices/").json()
        (notice,) = [each for each in shown if each["public_id"] == str(kept.public_id)]
        assert (notice["reason"], notice["harm"]) == ("A witness is at risk.", "PUBLIC_INTEREST")
        assert [(each["still_withheld"], each["reason"], each["reviewed_by"]) for each in notice["reviews"]] == [
            (True, "He still is.", "Lev"), (False, "The trial is over.", "Lev"),
        ]  # fmt: skip
        for change in ("UPDATE cases_withholdingreview SET reason = 'Other.'", "DELETE FROM cases_withholdingreview"):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)

    def test_the_timeline_says_why_it_was_kept_back_and_why_it_still_is(self, cast: Cast) -> None:
        case = recorded(cast)
        kept = withhold(cast, case, owed(case, "RECORD_COPY", "SUBJECT"))
        why = "Maya Field has not been heard yet."
        settling.review_withholding(notice=kept.public_id, still_withheld="YES", reason=why, **now(cast, case))

        def said(name: str) -> dict[str, str]:
            listed = cast.client(name).get(f"/api/v1/cases/{case.reference}/timeline/").json()["results"]
            return {each["what"]: each["text"] for each in listed if "WITHH" in each["what"]}

        assert said("beth") == {
            "NOTICE_WITHHELD": "A witness is at risk.",
            "WITHHOLDING_REVIEWED": f"{NOT_SHOWN} has not been heard yet.",
        }
        identity.reveal(reference=case.reference, reason="To ring.", actor=cast.actor("lev"), at=AT)
        assert said("lev")["WITHHOLDING_REVIEWED"] == why
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(details::text, '') FROM audit_detail")
            assert "heard" not in cursor.fetchone()[0]

    def test_what_is_not_kept_back_any_more_is_owed_anew_and_the_refusal_stays(self, cast: Cast) -> None:
        case = recorded(cast)
        kept = withhold(cast, case, owed(case, "RECORD_COPY", "SUBJECT"))
        later = AT + dt.timedelta(days=20)

        again, _ = settling.review_withholding(
            notice=kept.public_id, still_withheld="NO", reason="The trial is over.", **now(cast, case, at=later)
        )

        kept.refresh_from_db()
        assert (again.owed_on, again.settled_on, again.subject) == (later.date(), None, kept.subject)
        assert (kept.settled_as, kept.withheld_until) == ("WITHHELD", later.date())
        with pytest.raises(NoticeSettled):
            settling.review_withholding(
                notice=kept.public_id, still_withheld="YES", reason="-", **now(cast, case, at=later)
            )


class TestLettersThatAsk:
    """SI 2020/2 regulations 39 and 41: by recorded delivery, and the 28 days begin on the day after."""

    def wished(self, cast: Cast) -> Case:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        withdrawals.enter_wish(
            complainant=maya_of(case).public_id, allegation=None, wished_on=AT.date(), **now(cast, case)
        )
        return case

    def test_recorded_delivery_starts_the_28_days_in_the_same_commit(self, cast: Cast) -> None:
        case = self.wished(cast)

        message = send(cast, case, owed(case, "ASK_TO_CONFIRM"), Way(Delivery.RECORDED_DELIVERY))

        asked = Withdrawal.objects.get(case=case)
        assert (asked.state, asked.asked_on, asked.asked_by) == ("ASKED", AT.date(), "RECORDED_DELIVERY")
        assert "Please tell us by 18 December 2026" in message.text
        assert message.addressed_to == "Maya Field\n5 Mill Lane"
        waits = [each.due_on for each in deadlines(get_case(reference=case.reference, actor=cast.actor("beth")))
                 if each.rule == "reply_silence"]  # fmt: skip
        assert waits == [dt.date(2026, 12, 18)]

    def test_another_way_needs_a_reason_that_is_kept(self, cast: Cast) -> None:
        case = self.wished(cast)
        notice = owed(case, "ASK_TO_CONFIRM")

        with pytest.raises(Invalid) as refusal:
            send(cast, case, notice)
        assert "recorded delivery" in refusal.value.errors["delivery_reason"][0]

        message = send(cast, case, notice, Way(Delivery.TRACKING, "She has no address."))
        assert message.delivery_reason == "She has no address."
        assert Withdrawal.objects.get(case=case).way_reason == "She has no address."

    def test_who_has_answered_meanwhile_is_not_asked(self, cast: Cast) -> None:
        case = self.wished(cast)
        notice = owed(case, "ASK_TO_CONFIRM")
        Withdrawal.objects.filter(case=case).update(state="DENIED")

        with pytest.raises(NothingToAsk):
            send(cast, case, notice, Way(Delivery.RECORDED_DELIVERY))
        assert not Message.objects.filter(about="NOTICE").exists()

    def test_a_letter_that_waits_is_called_off_once_they_have_answered(self, cast: Cast) -> None:
        case = self.wished(cast)
        wish(cast, case, quiet_from=dt.time(9), quiet_until=dt.time(17))
        send(cast, case, owed(case, "ASK_TO_CONFIRM"), Way(Delivery.TRACKING, "She has no address."))
        waiting = Outgoing.objects.get(cause__startswith="message:")
        assert waiting.state == "PENDING"

        withdrawals.deny(
            withdrawal=Withdrawal.objects.get(case=case).public_id, answered_on=AT.date(), **now(cast, case)
        )

        waiting.refresh_from_db()
        assert waiting.state == "CALLED_OFF"

    def test_whether_to_resume_is_asked_once_the_proceedings_are_over(self, cast: Cast) -> None:
        case = recorded(cast)
        suspension = Suspension.objects.create(
            case=case, state="CONCLUDED", suspended_on=AT.date(), reason="A trial.", for_criminal_proceedings=True,
            of_an_investigation=True, concluded_on=AT.date(),
        )  # fmt: skip
        notice = Notice.objects.create(
            case=case, kind="ASK_TO_RESUME", to="COMPLAINANT", complainant=maya_of(case), suspension=suspension,
            owed_on=AT.date(),
        )  # fmt: skip

        send(cast, case, notice, Way(Delivery.RECORDED_DELIVERY))

        asked = Suspension.objects.get(case=case)
        assert (asked.state, asked.asked_on) == ("ASKED", AT.date())
        assert [(each.complainant, each.asked_on) for each in asked.wishes.all()] == [(maya_of(case), AT.date())]

    def test_nobody_is_asked_about_what_still_goes_on(self, cast: Cast) -> None:
        case = recorded(cast)
        notice = Notice.objects.create(
            case=case, kind="ASK_TO_RESUME", to="COMPLAINANT", complainant=maya_of(case), owed_on=AT.date()
        )

        with pytest.raises(NothingToAsk):
            send(cast, case, notice, Way(Delivery.RECORDED_DELIVERY))


class TestNeverByPost:
    def test_no_letter_goes_by_post_to_who_asked_for_none(self, cast: Cast) -> None:
        case = recorded(cast)
        wish(cast, case, never_by_post=True, safe_address="c/o The Advice Centre")

        for delivery in (Delivery.POST, Delivery.RECORDED_DELIVERY):
            with pytest.raises(NeverByPost):
                send(cast, case, owed(case, "RECORD_COPY"), Way(delivery))

    def asked(self, cast: Cast, **more: Any) -> tuple[Case, Notice]:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        withdrawals.enter_wish(
            complainant=maya_of(case).public_id, allegation=None, wished_on=AT.date(), **now(cast, case)
        )
        wish(cast, case, never_by_post=True, **more)
        return case, owed(case, "ASK_TO_CONFIRM")

    def test_what_the_law_sends_by_recorded_delivery_goes_to_the_safe_address(self, cast: Cast) -> None:
        case, notice = self.asked(cast, safe_address="c/o The Advice Centre")

        message = send(cast, case, notice, Way(Delivery.RECORDED_DELIVERY))

        assert message.addressed_to == "Maya Field\nc/o The Advice Centre"

    def test_without_one_it_needs_a_recorded_reason(self, cast: Cast) -> None:
        case, notice = self.asked(cast)

        with pytest.raises(NeverByPost, match="safe address"):
            send(cast, case, notice, Way(Delivery.RECORDED_DELIVERY))

        message = send(cast, case, notice, Way(Delivery.RECORDED_DELIVERY, "She agreed by telephone."))
        assert message.delivery_reason == "She agreed by telephone."


class TestPreferences:
    def test_they_are_set_shown_on_the_case_and_the_address_is_not(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        amal, url = cast.client("amal"), f"/api/v1/cases/{case.reference}"
        body = {
            "contact_by": "TELEPHONE", "never_by_post": True, "safe_address": "c/o CANARY", "text_by_email": False,
            "quiet_from": "21:00", "quiet_until": "08:00", "language": "Urdu", "access_needs": "Large print",
        }  # fmt: skip

        answer = amal.put(
            f"{url}/complainants/{maya_of(case).public_id}/preferences/", body, format="json",
            headers={"If-Match": amal.get(f"{url}/")["ETag"]},
        )  # fmt: skip

        assert answer.status_code == 200, answer.content
        shown = amal.get(f"{url}/").json()["complainants"][0]
        assert (shown["contact_by"], shown["never_by_post"], shown["language"]) == ("TELEPHONE", True, "Urdu")
        assert b"CANARY" not in answer.content + amal.get(f"{url}/").content
        assert maya_of(case).safe_address == "c/o CANARY"

    @pytest.mark.parametrize(
        ("wishes", "field"),
        [
            ({"quiet_from": dt.time(9)}, "quiet_until"),
            ({"quiet_from": dt.time(9), "quiet_until": dt.time(9)}, "quiet_until"),
            ({"never_by_post": True, "contact_by": "POST"}, "contact_by"),
        ],
    )
    def test_what_contradicts_itself_is_refused(self, cast: Cast, wishes: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            wish(cast, a_case_handled_outside(cast), **wishes)

        assert set(refusal.value.errors) == {field}

    def test_the_text_by_mail_needs_an_address(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[NewComplainant(anonymous=True)])

        with pytest.raises(Invalid):
            wish(cast, case, text_by_email=True)


class TestARepresentative:
    ACTS = NewComplainant(name="Ann Law", email="ann@law.test", relationship=Complainant.Relationship.REPRESENTATIVE,
                          acts_for="Maya Field")  # fmt: skip

    def case(self, cast: Cast) -> Case:
        case = a_case(cast, complainants=[self.ACTS])
        assess(cast, case)
        return move(cast, case, "amal", "record")

    def consent(self, cast: Cast, case: Case, **more: Any) -> Complainant:
        fields = {"given_by": "Maya Field", "given_on": AT.date(), "how": "A signed letter.", "document": None, **more}
        row, _ = preferences.record_consent(complainant=maya_of(case).public_id, **fields, **now(cast, case, "amal"))
        return row

    def test_gets_no_copy_of_the_record_before_consent_is_recorded(self, cast: Cast) -> None:
        case = self.case(cast)

        with pytest.raises(ConsentNotRecorded):
            send(cast, case, owed(case, "RECORD_COPY"))

        self.consent(cast, case)
        assert "Dear Ann Law" in send(cast, case, owed(case, "RECORD_COPY")).text

    @pytest.mark.parametrize("about", ["PROGRESS", "REPLY"])
    def test_is_told_nothing_by_staff_before_it_either(self, cast: Cast, about: str) -> None:
        case = self.case(cast)
        writes = {"about": Message.About(about), "text": "He was in hospital.", "way": None, "files": []}

        with pytest.raises(ConsentNotRecorded):
            messages.write(complainant=maya_of(case).public_id, **writes, **now(cast, case))
        with pytest.raises(NobodyToTell):
            messages.write(complainant=None, **writes, **now(cast, case))
        self.consent(cast, case)

        message, _ = messages.write(complainant=None, **writes, **now(cast, case))
        assert message.complainant == maya_of(case)

    def test_is_asked_for_it_with_the_word_that_it_has_arrived(self, cast: Cast) -> None:
        case = self.case(cast)

        message, _ = messages.write(
            about=Message.About.ACKNOWLEDGEMENT, text="Who is it for?", complainant=None, way=None, files=[],
            **now(cast, case),
        )  # fmt: skip

        assert message.complainant == maya_of(case)

    def test_is_left_out_where_the_others_are_told_and_the_trail_says_so(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[self.ACTS, OMAR])
        later = AT + dt.timedelta(days=10)

        messages.tell_progress(text="We are on it.", **now(cast, case, at=later))

        assert [each.complainant.name for each in Message.objects.filter(case=case)] == ["Omar Reed"]
        told = dict(Complainant.objects.filter(case=case).values_list("position", "progress_told_on"))
        assert told == {1: None, 2: later.date()}
        (_, details) = audit.timeline(subject_kind="case", subject=case.reference)[-1]
        assert details["left_out"] == [str(maya_of(case).public_id)]

    def test_consent_says_who_when_and_how(self, cast: Cast) -> None:
        row = self.consent(cast, self.case(cast))

        assert (row.consent_given_by, row.consented_on, row.consent_how) == (
            "Maya Field",
            AT.date(),
            "A signed letter.",
        )
        assert row.has_authority

    @pytest.mark.parametrize(
        "more", [{"how": ""}, {"given_on": AT.date() + dt.timedelta(days=1)}, {"document": uuid4()}]
    )
    def test_consent_that_nothing_shows_is_refused(self, cast: Cast, more: dict[str, Any]) -> None:
        with pytest.raises(Invalid):
            self.consent(cast, self.case(cast), **more)

    def test_who_complains_for_themselves_needs_none(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        with pytest.raises(preferences.ActsForNobody):
            self.consent(cast, case)


class TestTimeliness:
    """SI 2020/2 regulation 13."""

    def write(self, cast: Cast, case: Case, at: dt.datetime, *kept_back: KeptBack) -> list[Message]:
        written, _ = timeliness.write_letters(gaps=LATE, kept_back=kept_back, **now(cast, case, at=at))
        assert written.still_owed == []
        return list(written.messages)

    def under_investigation(self, cast: Cast) -> Case:
        case = recorded(cast)
        version = Case.objects.get(pk=case.pk).version
        client = cast.client("beth")
        answer = client.post(
            f"/api/v1/cases/{case.reference}/moves/",
            {
                "move": "investigate",
                "details": {"investigator": "fay@westshire.test", **INDEPENDENT, "terms": "Find out."},
            },
            format="json",
            headers={"If-Match": f'"{case.reference}.{version}"'},
        )
        assert answer.status_code == 200, answer.content
        return case

    def test_nobody_is_written_to_without_an_investigation(self, cast: Cast) -> None:
        with pytest.raises(NoLetterOwed):
            self.write(cast, recorded(cast), AT)

    def test_before_the_twelve_months_are_over_none_is_owed(self, cast: Cast) -> None:
        case = self.under_investigation(cast)

        with pytest.raises(NoLetterOwed, match="20 November 2027"):
            self.write(cast, case, AT + dt.timedelta(days=364))

    def test_after_them_both_bodies_and_everybody_concerned_get_one_each(self, cast: Cast) -> None:
        case = self.under_investigation(cast)
        year = AT + dt.timedelta(days=365)

        written = self.write(cast, case, year)

        assert sorted(message.party for message in written) == ["COMPLAINANT", "IOPC", "LPB", "SUBJECT"]
        for message in written:
            for said in LATE.values():
                assert said in message.text
        case.refresh_from_db()
        assert case.timeliness_written_on == year.date()
        with pytest.raises(NoLetterOwed, match="20 May 2028"):
            self.write(cast, case, year + dt.timedelta(days=1))

    def test_a_report_that_comes_too_late_takes_no_letter_away(self, cast: Cast) -> None:
        case = an_investigated_case(cast, made_on=dt.date(2025, 10, 1))
        opine(cast, code(cast, alleged(cast, case)))
        move(cast, case, "fay", "submit_report", summary="As I found it.")
        bodies = {"actor": cast.actor("beth"), "body": "", "cursor": "", "size": 10, "on": AT.date()}
        waiting = [(each.kind, each.owed_on) for each in owed_to_bodies(**bodies).rows]

        written = self.write(cast, case, AT)

        assert waiting == [("TIMELINESS", dt.date(2026, 10, 1))] * 2
        assert sorted(message.party for message in written) == ["COMPLAINANT", "IOPC", "LPB"]
        assert list(owed_to_bodies(**bodies).rows) == []
        with pytest.raises(NoLetterOwed):
            self.write(cast, case, AT + dt.timedelta(days=365))

    def test_a_copy_is_kept_back_on_a_ground_and_the_iopcs_never(self, cast: Cast) -> None:
        case = self.under_investigation(cast)
        year = AT + dt.timedelta(days=365)

        with pytest.raises(MustBeSent):
            self.write(cast, case, year, KeptBack("IOPC", "PROCEEDINGS", "The trial."))
        written = self.write(cast, case, year, KeptBack("SUBJECT", "PROCEEDINGS", "The trial."))

        assert "SUBJECT" not in {message.party for message in written}
        assert Notice.objects.get(case=case, kind="TIMELINESS", to="SUBJECT").settled_as == "WITHHELD"
        seen = get_case(reference=case.reference, actor=cast.actor("beth"))
        last = timeline(seen, actor=cast.actor("beth"), cursor="", size=100).rows[-1]
        assert last.what == "TIMELINESS_WRITTEN"
        assert "The trial." in last.text

    def test_a_representative_without_consent_holds_no_other_letter_up(self, cast: Cast) -> None:
        case = self.under_investigation(cast)
        ann, _ = complainants.add(new=TestARepresentative.ACTS, **now(cast, case))
        Case.objects.filter(pk=case.pk).update(made_on=AT.date() - dt.timedelta(days=400))
        beth, url = cast.client("beth"), f"/api/v1/cases/{case.reference}/"

        with time_machine.travel(AT, tick=False):
            tag = {"If-Match": beth.get(url)["ETag"]}
            answer = beth.post(f"{url}timeliness-letters/", LATE, format="json", headers=tag)

        assert answer.status_code == 201, answer.content
        assert sorted(each["party"] for each in answer.json()["messages"]) == ["COMPLAINANT", "IOPC", "LPB", "SUBJECT"]
        left = Notice.objects.get(case=case, kind="TIMELINESS", settled_on=None)
        assert left.complainant == ann
        assert answer.json()["still_owed"] == [
            {
                "notice": str(left.public_id),
                "complainant": str(ann.public_id),
                "why": "Record the consent of the person that they act for first.",
            }
        ]

        how = {"given_by": "Maya Field", "given_on": AT.date(), "how": "A signed letter.", "document": None}
        preferences.record_consent(complainant=ann.public_id, **how, **now(cast, case))
        assert "Dear Ann Law" in send(cast, case, left, gaps=LATE).text


@pytest.mark.django_db(transaction=True)
class TestMail:
    def mail(self, at: dt.datetime) -> None:
        send_due(at=at, clock=lambda: at)

    def test_the_news_of_a_message_tells_nothing(self, mail_server: MailServer) -> None:
        cast = gather()
        case = a_case_handled_outside(cast, complainants=[MAYA])
        messages.tell_progress(text="The officer was found to be at fault.", **now(cast, case))

        self.mail(AT)

        (mail,) = mail_server.messages
        assert mail["Subject"] == f"Your reference {case.reference}"
        whole = mail.as_string().lower()
        for telling in ("complain", "police", "officer", "fault", "maya field", "standards"):
            assert telling not in whole.replace("no-reply@", "").replace("maya@home.test", "")

    def test_the_text_itself_goes_to_who_wishes_that(self, mail_server: MailServer) -> None:
        cast = gather()
        case = a_case_handled_outside(cast, complainants=[MAYA, OMAR])
        wish(cast, case, text_by_email=True)
        messages.tell_progress(text="We have seen the CCTV.", **now(cast, case))

        self.mail(AT)

        told = {str(mail["To"]): mail.get_payload() for mail in mail_server.messages}
        assert "We have seen the CCTV." in told["maya@home.test"]
        assert "We have seen the CCTV." not in told["omar@home.test"]

    def test_nothing_is_sent_in_quiet_hours_and_it_is_when_they_end(self, mail_server: MailServer) -> None:
        cast = gather()
        case = a_case_handled_outside(cast, complainants=[MAYA, OMAR])
        wish(cast, case, quiet_from=dt.time(9), quiet_until=dt.time(17, 30))
        messages.tell_progress(text="On it.", **now(cast, case))

        self.mail(AT)
        assert mail_server.recipients == ["omar@home.test"]
        self.mail(AT.replace(hour=17, minute=30))
        assert mail_server.recipients == ["omar@home.test", "maya@home.test"]

    def test_an_officer_who_turns_out_to_be_its_subject_gets_no_mail_that_waits(
        self,
        mail_server: MailServer,
    ) -> None:
        cast = gather()
        case = a_case_handled_outside(cast)
        Case.objects.filter(pk=case.pk).update(handler=cast.users["amal"])
        messages.receive(case_id=case.pk, text="It was Amal.", wish="", files=[], at=AT)
        assert Outgoing.objects.filter(addressee=str(cast.users["amal"].public_id)).exists()

        involvement.name_person(who="1001", part=Involvement.Part.SUBJECT, **now(cast, case))
        self.mail(AT)

        assert "amal@westshire.test" not in mail_server.recipients


def test_the_way_from_an_owed_notice_to_its_letter_over_http(cast: Cast) -> None:
    case = recorded(cast)
    beth, url = cast.client("beth"), f"/api/v1/cases/{case.reference}"

    def change(path: str, body: dict[str, Any]) -> Any:
        return beth.post(f"{url}/{path}", body, format="json", headers={"If-Match": beth.get(f"{url}/")["ETag"]})

    listed = {(each["kind"], each["to"]): each for each in beth.get(f"{url}/notices/").json()}
    mine, theirs = listed["RECORD_COPY", "COMPLAINANT"], listed["RECORD_COPY", "SUBJECT"]
    assert mine["may_be_withheld_on"] == ["PROCEEDINGS", "PUBLIC_INTEREST"]

    sent = change(f"notices/{mine['public_id']}/send/", {"parts": {}, "delivery": "POST"})
    kept = change(f"notices/{theirs['public_id']}/withhold/", {"ground": "PROCEEDINGS", "reason": "A trial."})
    again = change(f"notices/{theirs['public_id']}/review/", {"still_withheld": "NO", "reason": "It is over."})

    assert (sent.status_code, kept.status_code, again.status_code) == (201, 200, 200), sent.content
    assert sent.json()["template_version"] == 1
    assert [each["settled_as"] for each in beth.get(f"{url}/notices/").json()] == ["SENT", "WITHHELD", ""]
    assert beth.get(f"{url}/messages/").json()["results"][0]["delivery"] == "POST"
    assert APIClient().get(f"{url}/notices/").status_code == 401


def test_a_comments_author_gets_no_statutory_letters(cast: Cast) -> None:
    case = a_case(cast, kind=Kind.COMMENT)

    assert cast.client("gwen").get(f"/api/v1/cases/{case.reference}/notices/").json() == []
    assert CaseFile.objects.count() == 0
