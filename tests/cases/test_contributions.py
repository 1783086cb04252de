"""What another unit is asked to contribute: its own small machine, its clock, its reminders, and how little it sees."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest

from backend.accounts.models import Role
from backend.accounts.services import people
from backend.attachments import services as attachments
from backend.attachments.services import Upload
from backend.audit import services as audit
from backend.common.errors import Invalid, Missing, Stale
from backend.notifications.models import Outgoing
from cases import diary, selectors
from cases.models import Case, CaseAccess, CaseFile, Contribution, ContributionEntry, Involvement, Kind
from cases.services import contributions, involvement, subjects
from cases.services.contributions import CannotAsk, CannotStep, OwnWork
from tests.cases.alleging import a_recorded_case, alleged, by, code
from tests.cases.alleging import name_subject as name_senior
from tests.cast import AT, FOUNDER, Cast, a_case, a_case_handled_outside, add_user, assess, give_to, move

CASES = "/api/v1/cases/"
QUESTION = "Was the footage of cell 4 of 19 November kept?"


@pytest.fixture
def stage(cast: Cast) -> Cast:
    """Custody has a handler, Mo, and a supervisor, Ned."""
    add_user(cast, "mo", Role.LPU_HANDLER, cast.custody, collar_number="1101")
    add_user(cast, "ned", Role.LPU_SUPERVISOR, cast.custody, collar_number="1102")
    return cast


def version_of(case: Case) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.pk)


def ask(cast: Cast, case: Case, name: str = "amal", at: dt.datetime = AT, **more: Any) -> Contribution:
    fields: dict[str, Any] = {"unit": "custody", "question": QUESTION, "due": None, "files": [], **more}
    asked, _ = contributions.ask(
        reference=case.reference, actor=cast.actor(name), at=at, version=version_of(case), **fields
    )
    return asked


def submit(cast: Cast, asked: Contribution, name: str = "mo", text: str = "It was kept.") -> Contribution:
    version = Contribution.objects.values_list("version", flat=True).get(pk=asked.pk)
    return contributions.submit(public_id=asked.public_id, text=text, actor=cast.actor(name), at=AT, version=version)


def settle(cast: Cast, case: Case, asked: Contribution, step: str, name: str = "amal", **more: Any) -> Contribution:
    act = getattr(contributions, step)
    settled, _ = act(
        reference=case.reference, public_id=asked.public_id, actor=cast.actor(name), at=AT, version=version_of(case), **more
    )  # fmt: skip
    return settled


class TestItsMachine:
    def test_it_is_asked_submitted_sent_back_submitted_again_and_accepted(self, stage: Cast) -> None:
        case = a_case(stage)
        asked = ask(stage, case)

        submit(stage, asked, text="I think so.")
        settle(stage, case, asked, "send_back", reason="Please look.", due=None)
        submit(stage, asked, text="I looked: it was kept.")
        accepted = settle(stage, case, asked, "accept")

        assert (accepted.state, accepted.settled_on) == ("ACCEPTED", AT.date())
        said = ContributionEntry.objects.filter(contribution=asked).order_by("id").values_list("step", "text")
        assert list(said) == [
            ("ASKED", QUESTION),
            ("SUBMITTED", "I think so."),
            ("SENT_BACK", "Please look."),
            ("SUBMITTED", "I looked: it was kept."),
            ("ACCEPTED", ""),
        ]

    def test_no_step_is_made_from_where_it_does_not_start(self, stage: Cast) -> None:
        case = a_case(stage)
        asked = ask(stage, case)

        for step, more in (("accept", {}), ("send_back", {"reason": "Why?", "due": None})):
            with pytest.raises(CannotStep):
                settle(stage, case, asked, step, **more)
        submit(stage, asked)
        with pytest.raises(CannotStep):
            submit(stage, asked)
        settle(stage, case, asked, "cancel", reason="Found elsewhere.")
        with pytest.raises(CannotStep):
            settle(stage, case, asked, "accept")

    def test_whoever_wrote_it_does_not_accept_it(self, stage: Cast) -> None:
        people.grant_role(user=stage.users["mo"], role=Role.PSD_ASSESSOR, unit=stage.standards, actor=FOUNDER, at=AT)
        case = a_case(stage)
        asked = ask(stage, case, "mo")
        submit(stage, asked)

        with pytest.raises(OwnWork):
            settle(stage, case, asked, "accept", "mo")

        assert settle(stage, case, asked, "accept").state == "ACCEPTED"

    def test_the_handler_hears_that_it_was_answered_and_nothing_of_what_was_said(self, stage: Cast) -> None:
        case = a_case(stage)
        move(stage, case, "amal", "take")
        asked = ask(stage, case)
        Outgoing.objects.all().delete()

        submit(stage, asked)
        settle(stage, case, asked, "send_back", reason="Please look.", due=None)
        submit(stage, asked, text="It was not kept.")

        told = list(Outgoing.objects.filter(addressee=str(stage.users["amal"].public_id)))
        assert [each.subject for each in told] == [f"Reference {case.reference}"] * 2
        assert not any("kept" in each.body for each in told)

    def test_an_answer_to_an_older_version_is_refused(self, stage: Cast) -> None:
        case = a_case(stage)
        asked = ask(stage, case)
        submit(stage, asked)
        settle(stage, case, asked, "send_back", reason="Please look.", due=None)

        with pytest.raises(Stale):
            contributions.submit(public_id=asked.public_id, text="Late.", actor=stage.actor("mo"), at=AT, version=1)

    def test_each_step_is_a_new_version_of_the_case_and_an_event_without_words(self, stage: Cast) -> None:
        case = a_case(stage)
        before = version_of(case)
        asked = ask(stage, case)
        submit(stage, asked)
        settle(stage, case, asked, "accept")

        assert version_of(case) == before + 3
        events = audit.timeline(subject_kind="case", subject=case.reference)
        assert [event.verb for event, _ in events] == [
            "CONTRIBUTION_ASKED", "CONTRIBUTION_SUBMITTED", "CONTRIBUTION_ACCEPTED",
        ]  # fmt: skip
        assert QUESTION not in str([details for _, details in events])


class TestWhoIsAsked:
    def test_the_unit_that_has_the_case_and_professional_standards_are_not(self, stage: Cast) -> None:
        case = give_to(stage, a_case(stage), "northgate")

        for unit in ("northgate", "professional-standards", "nowhere"):
            with pytest.raises(Invalid):
                ask(stage, case, unit=unit)

    def test_a_unit_is_not_asked_about_the_conduct_of_somebody_who_works_there(self, stage: Cast) -> None:
        case = assess(stage, a_case(stage), "beth", alleges_crime_or_discipline=True)
        name_subject(stage, case, "mo")

        with pytest.raises(CannotAsk, match="works or worked there"):
            ask(stage, case, "beth")

        assert ask(stage, case, "beth", unit="southgate").state == "ASKED"

    def test_nor_where_they_worked_when_it_happened(self, stage: Cast) -> None:
        case = assess(stage, a_case(stage), "beth", alleges_crime_or_discipline=True)
        Involvement.objects.create(case_id=case.pk, part="SUBJECT", label="The sergeant", unit=stage.custody)

        with pytest.raises(CannotAsk):
            ask(stage, case, "beth")

    def test_nor_a_unit_that_came_of_theirs(self, stage: Cast) -> None:
        case = assess(stage, a_case(stage), "beth", alleges_crime_or_discipline=True)
        asked = ask(stage, case, "beth", unit="southgate")
        stage.custody.successors.add(stage.southgate)

        name_subject(stage, case, "mo")

        with pytest.raises(CannotAsk, match="works or worked there"):
            ask(stage, case, "beth", unit="southgate")
        asked.refresh_from_db()
        assert asked.state == "CANCELLED"
        assert not Contribution.objects.asked_of(stage.actor("ed")).exists()
        assert ask(stage, case, "beth", unit="northgate").state == "ASKED"

    def test_nor_where_they_held_a_role_before(self, stage: Cast) -> None:
        case = assess(stage, a_case(stage), "beth", alleges_crime_or_discipline=True)
        people.end_role(grant=stage.users["mo"].role_grants.get(), actor=FOUNDER, at=AT - dt.timedelta(days=1))
        name_subject(stage, case, "mo")

        with pytest.raises(CannotAsk):
            ask(stage, case, "beth")

    def test_of_a_closed_or_restricted_case_nobody_is(self, stage: Cast) -> None:
        closed, restricted = a_case(stage), a_case(stage)
        Case.objects.filter(pk=closed.pk).update(closed_on=AT.date())
        Case.objects.filter(pk=restricted.pk).update(restricted=True)
        CaseAccess.objects.create(
            case=restricted, person=stage.users["beth"].person, given_by=stage.users["lev"], given_at=AT, reason="Hers."
        )

        with pytest.raises(CannotAsk, match="closed"):
            ask(stage, closed)
        with pytest.raises(CannotAsk, match="restricted"):
            ask(stage, restricted, "beth")

    def test_only_who_handles_the_case_asks(self, stage: Cast) -> None:
        comment = give_to(stage, a_case(stage, kind=Kind.COMMENT), "northgate")
        outside = give_to(stage, a_case_handled_outside(stage), "northgate")

        assert ask(stage, comment, "gwen").state == "ASKED"
        assert ask(stage, outside, "cai").state == "ASKED"
        with pytest.raises(Missing):
            ask(stage, outside, "ed")

    def test_only_files_of_the_case_are_shown(self, stage: Cast) -> None:
        case, other = a_case(stage), a_case(stage)
        stray = a_file(other)

        with pytest.raises(Invalid):
            ask(stage, case, files=[stray])


class TestOneOfItsOwn:
    """No unit keeps a question about the conduct of somebody who works or worked there."""

    def conduct(self, cast: Cast) -> Case:
        return assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)

    def test_who_becomes_its_subject_has_what_their_unit_was_asked_called_off(self, stage: Cast) -> None:
        case = self.conduct(stage)
        asked, other = ask(stage, case, "beth"), ask(stage, case, "beth", unit="southgate")
        before = version_of(case)

        name_subject(stage, case, "mo")

        asked.refresh_from_db()
        other.refresh_from_db()
        assert (asked.state, asked.settled_on, other.state) == ("CANCELLED", AT.date(), "ASKED")
        assert version_of(case) == before + 1
        last = ContributionEntry.objects.filter(contribution=asked).latest("id")
        assert (last.step, last.author, last.text) == (
            "CANCELLED", stage.users["beth"], "Somebody whom the case is about works or worked there.",
        )  # fmt: skip
        events = audit.timeline(subject_kind="case", subject=case.reference)
        assert [event.verb for event, _ in events][-2:] == ["CONTRIBUTION_CANCELLED", "PERSON_NAMED"]
        assert due(stage, case) == [(dt.date(2026, 11, 27), "asker", str(other.public_id))]

    def test_the_unit_sees_it_no_more_nor_what_it_answered(self, stage: Cast) -> None:
        case = self.conduct(stage)
        asked, answered = ask(stage, case, "beth"), ask(stage, case, "beth")
        submit(stage, answered, "ned")

        name_subject(stage, case, "mo")

        assert stage.client("ned").get(f"{CASES}contributions/?settled=true").json()["results"] == []
        for each in (asked, answered):
            with pytest.raises(Missing):
                diary.get_contribution(public_id=each.public_id, actor=stage.actor("ned"))
        with pytest.raises(Missing):
            submit(stage, asked, "ned")
        assert settle(stage, case, answered, "accept", "beth").state == "ACCEPTED"

    def test_what_it_answered_is_not_sent_back_to_it(self, stage: Cast) -> None:
        case = self.conduct(stage)
        asked = ask(stage, case, "beth")
        submit(stage, asked, "ned")
        name_subject(stage, case, "mo")

        with pytest.raises(CannotAsk, match="works or worked there"):
            settle(stage, case, asked, "send_back", "beth", reason="Please look.", due=None)

    def test_mail_about_it_that_waits_is_called_off(self, stage: Cast) -> None:
        case = self.conduct(stage)
        asked = ask(stage, case, "beth")

        name_subject(stage, case, "mo")

        mails = Outgoing.objects.filter(cause__startswith=f"contribution:{asked.public_id}")
        assert {mail.state for mail in mails} == {"CALLED_OFF"}

    def test_who_is_identified_counts_too(self, stage: Cast) -> None:
        case = self.conduct(stage)
        asked = ask(stage, case, "beth")
        row = Involvement.objects.create(case_id=case.pk, part="SUBJECT", label="The sergeant")

        subjects.identify(**by(stage, "beth", case), involvement=row.public_id, who="1101")

        asked.refresh_from_db()
        assert asked.state == "CANCELLED"

    @pytest.mark.parametrize("how", ["assessed", "coded", "referred", "a senior subject"])
    def test_so_it_is_once_the_case_becomes_one_of_conduct(self, stage: Cast, how: str) -> None:
        case = a_recorded_case(stage)
        name_subject(stage, case, "mo")
        asked = ask(stage, case)
        assert listed(stage, "ned") == [asked.pk]

        if how == "assessed":
            assess(stage, case, "beth", alleges_crime_or_discipline=True)
        elif how == "coded":
            code(stage, alleged(stage, case), "G2")
        elif how == "referred":
            move(stage, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
        else:
            name_senior(stage, case, who="1005", rank="Chief Constable")

        asked.refresh_from_db()
        assert asked.state == "CANCELLED"
        assert listed(stage, "ned") == []

    def test_of_what_is_no_conduct_it_goes_on(self, stage: Cast) -> None:
        case = a_case(stage)
        asked = ask(stage, case)

        name_subject(stage, case, "mo")

        asked.refresh_from_db()
        assert asked.state == "ASKED"
        assert listed(stage, "ned") == [asked.pk]


def name_subject(cast: Cast, case: Case, name: str, part: Involvement.Part = Involvement.Part.SUBJECT) -> None:
    involvement.name_person(
        reference=case.reference, who=cast.users[name].email, part=part, actor=cast.actor("beth"), at=AT,
        version=version_of(case),
    )  # fmt: skip


def a_file(case: Case) -> Any:
    (stored,) = attachments.keep_all(files=[Upload("plan.txt", io.BytesIO(b"Cells 1 to 4."))], at=AT)
    CaseFile.objects.create(case=case, file=stored)
    return stored.public_id


class TestWhatTheUnitSees:
    def test_it_reads_the_question_and_not_the_case(self, stage: Cast) -> None:
        case = assess(stage, a_case(stage, narrative="CANARY-NARRATIVE"), "beth", alleges_crime_or_discipline=True)
        ask(stage, case, "beth")
        client = stage.client("mo")

        (shown,) = client.get(f"{CASES}contributions/").json()["results"]

        assert shown["question"] == QUESTION
        assert case.reference not in str(shown)
        assert "CANARY" not in str(shown)
        assert client.get(f"{CASES}{case.reference}/").status_code == 404
        assert client.get(f"{CASES}{case.reference}/contributions/").status_code == 404
        assert client.get(CASES).json()["results"] == []

    @pytest.mark.parametrize("part", list(Involvement.Part))
    def test_a_wall_keeps_it_from_whom_the_case_is_about_also_afterwards(
        self, stage: Cast, part: Involvement.Part
    ) -> None:
        case = a_case(stage)
        asked = ask(stage, case)
        name_subject(stage, case, "mo", part)

        with pytest.raises(Missing):
            submit(stage, asked, "mo")
        with pytest.raises(Missing):
            diary.get_contribution(public_id=asked.public_id, actor=stage.actor("mo"))

        assert listed(stage, "mo") == []
        assert listed(stage, "ned") == [asked.pk]

    @pytest.mark.parametrize("name", ["cai", "ed", "amal", "beth", "hal", "kit", "nobody"])
    def test_no_other_unit_and_no_other_role_reads_it(self, stage: Cast, name: str) -> None:
        asked = ask(stage, a_case(stage))
        url = f"{CASES}contributions/{asked.public_id}/"
        client = stage.client(name)

        assert client.get(url).status_code == 404
        assert client.post(f"{url}submit/", {"text": "Me."}, format="json", headers=tag(asked)).status_code == 404
        assert client.get(f"{CASES}contributions/").json()["results"] == []

    def test_it_disappears_when_the_case_is_restricted_and_is_settled_when_it_ends(self, stage: Cast) -> None:
        case, ended = a_case(stage), a_case(stage)
        asked, late = ask(stage, case), ask(stage, ended)
        Case.objects.filter(pk=case.pk).update(restricted=True)
        Case.objects.filter(pk=ended.pk).update(closed_on=AT.date())

        assert listed(stage, "mo") == []
        with pytest.raises(Missing):
            submit(stage, asked)
        with pytest.raises(CannotStep, match="ended"):
            submit(stage, late)

    def test_a_handler_for_the_whole_force_sees_what_every_unit_is_asked(self, stage: Cast) -> None:
        add_user(stage, "ola", Role.LPU_SUPERVISOR, stage.force, collar_number="1103")
        asked = ask(stage, a_case(stage))

        assert listed(stage, "ola") == [asked.pk]

    def test_it_downloads_what_was_attached_and_nothing_else(self, stage: Cast) -> None:
        case = a_case(stage)
        shown, kept = a_file(case), a_file(case)
        asked = ask(stage, case, files=[shown])

        found = diary.get_contribution_file(public_id=asked.public_id, file=shown, actor=stage.actor("mo"))
        assert found.public_id == shown
        with pytest.raises(Missing):
            diary.get_contribution_file(public_id=asked.public_id, file=kept, actor=stage.actor("mo"))
        with pytest.raises(Missing):
            diary.get_contribution_file(public_id=asked.public_id, file=shown, actor=stage.actor("ed"))


def listed(cast: Cast, name: str) -> list[int]:
    page = diary.contributions_asked(settled=False, actor=cast.actor(name), cursor="", size=25)
    return [each.pk for each in page.rows]


def tag(asked: Contribution) -> dict[str, str]:
    return {"If-Match": f'"{asked.public_id}.{asked.version}"'}


class TestItsClock:
    def test_it_is_due_within_the_target_and_the_duty_ends_with_the_answer(self, stage: Cast) -> None:
        case = a_case(stage)  # Friday, 20 November 2026
        asked = ask(stage, case)

        assert asked.due_on == dt.date(2026, 11, 27)
        assert due(stage, case) == [(dt.date(2026, 11, 27), "asker", str(asked.public_id))]
        submit(stage, asked)
        assert due(stage, case) == []

    def test_the_asker_may_set_the_day_but_none_that_has_gone(self, stage: Cast) -> None:
        case = a_case(stage)

        assert ask(stage, case, due=AT.date()).due_on == AT.date()
        with pytest.raises(Invalid):
            ask(stage, case, due=AT.date() - dt.timedelta(days=1))
        with pytest.raises(Invalid, match="Correct the field"):
            ask(stage, case, due=dt.date.max)  # nobody could be alerted to it

    def test_it_starts_again_when_it_is_sent_back(self, stage: Cast) -> None:
        case = a_case(stage)
        asked = ask(stage, case, due=AT.date())
        submit(stage, asked)
        settle(stage, case, asked, "send_back", reason="Please look.", due=None)

        assert due(stage, case) == [(dt.date(2026, 11, 27), "asker", str(asked.public_id))]

    def test_the_cache_of_the_queue_knows_it(self, stage: Cast) -> None:
        case = a_case(stage, kind=Kind.COMMENT)
        ask(stage, case, "gwen", due=AT.date())

        case.refresh_from_db()
        assert (case.next_due_on, case.next_due_rule) == (AT.date(), "contribution")


def due(cast: Cast, case: Case) -> list[tuple[dt.date, str, str]]:
    found = selectors.get_case(reference=case.reference, actor=cast.actor("beth"))
    return [
        (each.due_on, each.owed_to, each.about) for each in selectors.deadlines(found) if each.rule == "contribution"
    ]


class TestReminders:
    def test_the_unit_is_told_once_that_it_is_asked_once_before_and_once_after_the_day(self, stage: Cast) -> None:
        asked = ask(stage, a_case(stage))
        days = [AT + dt.timedelta(days=days) for days in range(12)]

        for at in [*days, *days]:
            contributions.remind(at=at)

        causes = sorted(Outgoing.objects.filter(cause__startswith="contribution:").values_list("cause", flat=True))
        occasions = [cause.split(":")[2] for cause in causes]
        assert sorted(occasions) == sorted(["asked", "due soon", "overdue"] * 2)  # to Mo and to Ned
        assert all(str(asked.public_id) in cause for cause in causes)

    def test_after_days_off_only_what_is_still_true_is_told(self, stage: Cast) -> None:
        ask(stage, a_case(stage))

        contributions.remind(at=AT + dt.timedelta(days=30))

        assert occasions(stage) == ["asked", "asked", "overdue", "overdue"]

    def test_nobody_is_reminded_of_what_is_answered_or_has_ended(self, stage: Cast) -> None:
        answered, ended = ask(stage, a_case(stage)), ask(stage, a_case(stage))
        submit(stage, answered)
        Case.objects.filter(pk=ended.case_id).update(closed_on=AT.date())

        assert contributions.remind(at=AT + dt.timedelta(days=30)) == 0
        assert set(occasions(stage)) == {"asked"}

    def test_the_message_goes_to_who_holds_the_role_now_and_is_not_walled_off_and_tells_nothing(
        self, stage: Cast
    ) -> None:
        case = a_case(stage)
        name_subject(stage, case, "mo")
        ask(stage, case)

        (mail,) = Outgoing.objects.filter(cause__startswith="contribution:")
        assert mail.recipient == "ned@westshire.test"
        assert case.reference not in mail.subject + mail.body
        assert QUESTION not in mail.subject + mail.body


def occasions(cast: Cast) -> list[str]:
    causes = Outgoing.objects.filter(cause__startswith="contribution:").values_list("cause", flat=True)
    return sorted(cause.split(":")[2] for cause in causes)


def test_the_whole_way_over_http(stage: Cast) -> None:
    case = give_to(stage, a_case_handled_outside(stage), "northgate")
    cai, mo = stage.client("cai"), stage.client("mo")
    url = f"{CASES}{case.reference}/contributions/"
    etag = cai.get(f"{CASES}{case.reference}/").headers["ETag"]

    asked = cai.post(url, {"unit": "custody", "question": QUESTION}, format="json", headers={"If-Match": etag})
    assert asked.status_code == 201, asked.content
    ours = f"{CASES}contributions/{asked.json()['public_id']}/"
    read = mo.get(ours)
    assert mo.post(f"{ours}submit/", {"text": "Kept."}, format="json").status_code == 428
    answered = mo.post(f"{ours}submit/", {"text": "Kept."}, format="json", headers={"If-Match": read.headers["ETag"]})
    assert answered.status_code == 200, answered.content
    case_tag = cai.get(f"{CASES}{case.reference}/").headers["ETag"]
    accepted = cai.post(f"{url}{asked.json()['public_id']}/accept/", {}, format="json", headers={"If-Match": case_tag})

    assert accepted.status_code == 200, accepted.content
    assert [each["text"] for each in cai.get(url).json()[0]["entries"]] == [QUESTION, "Kept.", ""]
    assert mo.get(f"{CASES}contributions/").json()["results"] == []
    assert len(mo.get(f"{CASES}contributions/?settled=true").json()["results"]) == 1
