"""Cases over HTTP: what is shown of them, what may be asked, and that neither grows with their number."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit import services as audit
from cases.models import Case, Complainant, EqualityAnswers, Kind
from cases.models import ComplaintCase as Complaint
from cases.services.intake import NewComplainant
from tests.cast import AT, Cast, a_case, assess, give_to, move, sign_withdrawal

CASES = "/api/v1/cases/"
LISTED = {
    "reference", "kind", "state", "origin", "version", "unit", "about_unit", "neighbourhood", "handler", "made_on",
    "received_on", "closed_on", "next_due_on", "next_due_rule", "own_due_on", "concerns_conduct", "flags", "outcome", "disposed_on",
}  # fmt: skip
SHOWN = LISTED | {
    "narrative", "location", "officers_described", "harm", "views_on_handling", "wishes_recording", "incident_on",
    "handling_started_on", "contacted_on", "progress_told_on", "resolved_on", "told_on", "alleges_death_or_serious_injury",
    "alleges_crime_or_discipline", "alleges_article_2_or_3", "alleges_mandatory_referral", "contact_impossible_reason",
    "category", "views_at_contact", "reply_wanted", "imported_from", "imported_reference", "allegations",
    "complainants", "recording_offered_on", "recording_declined_on", "recorded_on", "recorded_because", "referral_clear_on",
    "referred_on", "indicates_misconduct", "investigation_exception", "investigating_since", "investigator", "form_set_by",
    "reported_on", "decided_on", "review_body", "review_information_on", "regime", "regime_reason", "concerns_chief_officer",
    "restricted", "kept_from_units", "matter_type", "editing", "must_record_since", "intake",
}  # fmt: skip
HIDDEN = NewComplainant(
    name="CANARY-NAME", email="canary@home.test", telephone="CANARY-0121", address="CANARY-STREET", acts_for="CANARY-FRIEND",
    equality={"sex": "FEMALE", "ethnicity": "CANARY-ETHNICITY", "age": "30_39", "disability": "YES"},
)  # fmt: skip


def references(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [case["reference"] for case in answer.json()["results"]]


def listed(cast: Cast, name: str = "amal", **query: Any) -> set[str]:
    return set(references(cast.client(name).get(CASES, query)))


def imported(cast: Cast, **more: Any) -> Case:
    case = Complaint(
        kind=Kind.COMPLAINT, state="FINALISED", origin="IMPORTED", force=cast.force, unit=cast.standards, source="old",
        source_reference=f"R{Case.objects.count()}", received_on=dt.date(2010, 5, 1), made_on=dt.date(2010, 5, 1), **more,
    )  # fmt: skip
    case.save(force_insert=True)
    return case


def test_nothing_of_history_was_late_by_the_targets_of_today(cast: Cast) -> None:
    case = imported(cast, recorded_on=dt.date(2010, 9, 1), contacted_on=dt.date(2010, 8, 1))

    assert cast.client("beth").get(f"/api/v1/cases/{case.reference}/late/").json() == []


class TestWhatIsShown:
    def test_the_fields_are_those_listed_here(self, cast: Cast) -> None:
        case = a_case(cast)
        client = cast.client("amal")

        assert set(client.get(CASES).json()["results"][0]) == LISTED
        shown = client.get(f"{CASES}{case.reference}/").json()
        assert set(shown) == SHOWN
        assert set(shown["complainants"][0]) == {
            "public_id", "relationship", "anonymous", "language", "access_needs", "has_authority", "consented_on", "contact_by",
            "never_by_post", "text_by_email",
        }  # fmt: skip

    @pytest.mark.parametrize("name", ["amal", "beth", "cai", "dee"])
    def test_who_complained_is_in_no_answer_but_the_reveal(self, cast: Cast, name: str) -> None:
        case = a_case(cast, complainants=[HIDDEN])
        give_to(cast, case, "northgate")
        client, url = cast.client(name), f"{CASES}{case.reference}/"
        pages = ["", "moves/", "notes/", "messages/", "deadlines/", "files/", "involvements/"]

        told = (
            "".join(client.get(f"{url}{page}").content.decode() for page in pages) + client.get(CASES).content.decode()
        )

        assert case.reference in told
        assert "canary" not in told.lower()
        assert "FEMALE" not in told

    def test_the_reveal_is_for_a_reason_that_is_kept_and_without_equality_answers(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[HIDDEN])
        url = f"{CASES}{case.reference}/complainants/reveal/"
        before = audit.head().sequence
        assert cast.client("amal").post(url, {}, format="json").status_code == 400
        assert cast.client("amal").post(url, {"reason": "  "}, format="json").status_code == 400
        assert audit.head().sequence == before

        answer = cast.client("amal").post(url, {"reason": "To ring back."}, format="json")

        (who,) = answer.json()
        assert (who["name"], who["email"], who["telephone"]) == ("CANARY-NAME", "canary@home.test", "CANARY-0121")
        assert "ETHNICITY" not in answer.content.decode()
        event, details = audit.timeline(subject_kind="case", subject=case.reference)[-1]
        assert (event.verb, event.actor, details) == (
            "COMPLAINANT_REVEALED", cast.actor("amal").public_id, {"reason": "To ring back."},
        )  # fmt: skip
        assert EqualityAnswers.objects.get().ethnicity == "CANARY-ETHNICITY"

    def test_a_refused_reveal_shows_nothing_and_keeps_nothing(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[HIDDEN])
        before = audit.head()

        answer = cast.client("cai").post(
            f"{CASES}{case.reference}/complainants/reveal/", {"reason": "Curious."}, format="json"
        )

        assert answer.status_code == 404
        assert b"CANARY" not in answer.content
        assert audit.head() == before


class TestWhatMayBeAsked:
    @pytest.mark.parametrize("word", ["CANARY-NAME", "canary@home.test", "CANARY", "CANARY-STREET", "CANARY-ETHNICITY"])
    def test_a_search_finds_nobody_by_name(self, cast: Cast, word: str) -> None:
        a_case(cast, complainants=[HIDDEN])

        assert listed(cast, search=word, history="include") == set()

    def test_a_search_does_not_tell_of_what_one_may_not_see(self, cast: Cast) -> None:
        case = a_case(cast, narrative="The zebra crossing was blocked.")

        assert listed(cast, "amal", search="zebra") == {case.reference}
        assert cast.client("cai").get(CASES, {"search": "zebra"}).content == (
            cast.client("cai").get(CASES, {"search": "giraffe"}).content
        )

    def test_a_hidden_case_changes_not_a_byte_of_a_list(self, cast: Cast) -> None:
        seen = a_case(cast)
        give_to(cast, seen, "northgate")
        before = cast.client("cai").get(CASES).content
        a_case(cast)
        assess(cast, a_case(cast), alleges_crime_or_discipline=True)

        assert cast.client("cai").get(CASES).content == before

    @pytest.mark.parametrize(
        "query", ["blocked -bins", '"zebra crossing"', "zebra or giraffe", "crossing blocked", "BLOCKING"]
    )
    def test_a_search_reads_as_in_a_search_engine(self, cast: Cast, query: str) -> None:
        case = a_case(cast, narrative="The zebra crossing was blocked by a car.")
        a_case(cast, narrative="The bins are blocked; zebras have no crossing here? No: they cross, blocked bins.")

        assert case.reference in listed(cast, search=query)

    @pytest.mark.parametrize("query", ["'", '"', "& | !", "a:*", "(((", "\\", "%", "a" * 200, "-", "🐎"])
    def test_no_search_is_an_error(self, cast: Cast, query: str) -> None:
        a_case(cast)

        assert cast.client("amal").get(CASES, {"search": query}).status_code == 200

    def test_a_search_shows_the_newest_first_and_a_queue_what_is_due_first(self, cast: Cast) -> None:
        old, new = (a_case(cast, at=AT - dt.timedelta(days=days)).reference for days in (9, 1))
        client = cast.client("amal")

        assert references(client.get(CASES)) == [old, new]
        assert references(client.get(CASES, {"search": "rude"})) == [new, old]
        assert references(client.get(CASES, {"order": "newest"})) == [new, old]
        assert references(client.get(CASES, {"search": "rude", "order": "due"})) == [old, new]


class TestFilters:
    def test_by_kind(self, cast: Cast) -> None:
        complaint, comment = a_case(cast).reference, a_case(cast, kind=Kind.COMMENT).reference

        assert listed(cast, "beth", kind="COMPLAINT") == {complaint}
        assert listed(cast, "beth", kind="COMMENT") == {comment}

    def test_by_state(self, cast: Cast) -> None:
        waiting, taken = a_case(cast), move(cast, a_case(cast), "amal", "take")

        assert listed(cast, state="RECEIVED") == {waiting.reference}
        assert listed(cast, state="ASSESSING") == {taken.reference}

    def test_by_the_unit_that_holds_it_and_the_one_it_is_about(self, cast: Cast) -> None:
        given, kept = a_case(cast, about_unit=cast.southgate, neighbourhood=None), a_case(cast)
        give_to(cast, given, "northgate")

        assert listed(cast, unit="northgate") == {given.reference}
        assert listed(cast, unit="professional-standards") == {kept.reference}
        assert listed(cast, about_unit="southgate") == {given.reference}
        assert listed(cast, unit="custody") == set()

    def test_by_handler(self, cast: Cast) -> None:
        mine, nobodys = move(cast, a_case(cast), "amal", "take"), a_case(cast)

        assert listed(cast, handler="me") == {mine.reference}
        assert listed(cast, "beth", handler="me") == set()
        assert listed(cast, handler="nobody") == {nobodys.reference}
        assert listed(cast, handler="anybody") == {mine.reference, nobodys.reference}

    def test_by_day(self, cast: Cast) -> None:
        old, new = (a_case(cast, at=AT - dt.timedelta(days=days)) for days in (9, 1))

        assert listed(cast, received_from=f"{new.received_on}") == {new.reference}
        assert listed(cast, received_to=f"{old.received_on}") == {old.reference}
        assert listed(cast, due_by=f"{old.next_due_on}") == {old.reference}
        assert listed(cast, due_by=f"{old.next_due_on - dt.timedelta(days=1)}") == set()

    def test_closed_ones_are_shown_when_asked_for(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast))
        sign_withdrawal(cast, case)
        move(cast, case, "beth", "withdraw", public_interest="ENDS")

        assert listed(cast) == set()
        assert listed(cast, open="false") == {case.reference}

    def test_history_is_left_out_taken_in_or_alone(self, cast: Cast) -> None:
        live, old = a_case(cast).reference, imported(cast, narrative="Rude in 2010.").reference

        assert listed(cast) == {live}
        assert listed(cast, open="false") == {live}
        assert listed(cast, history="include") == {live, old}
        assert listed(cast, history="only") == {old}
        assert listed(cast, search="rude") == {live}
        assert listed(cast, search="rude", history="include") == {live, old}
        assert listed(cast, "ed", history="include") == set()

    def test_filters_add_up(self, cast: Cast) -> None:
        case = move(cast, a_case(cast), "amal", "take")
        a_case(cast)

        assert listed(cast, handler="me", state="ASSESSING", kind="COMPLAINT") == {case.reference}
        assert listed(cast, handler="me", state="RECEIVED") == set()


class TestWhatMayBeChanged:
    HOSTILE = {
        "reference": "AAAAAAAA", "state": "FINALISED", "version": 99, "origin": "IMPORTED", "concerns_conduct": True,
        "closed_on": "2020-01-01", "force": "eastshire", "outcome": "X", "narrative": "Other", "author": "beth",
        "actor": "beth", "at": "2020-01-01T00:00:00Z", "resolved_by": 1, "assessed_by": 1, "search": "x", "kind": "COMMENT",
    }  # fmt: skip

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("post", "notes/", {"text": "Rang."}),
            ("post", "messages/", {"text": "We are on it."}),
            ("put", "assignment/", {"unit": "professional-standards"}),
            ("post", "moves/", {"move": "take"}),
            ("post", "involvements/", {"who": "1005", "part": "WITNESS"}),
        ],
    )
    def test_only_what_the_route_names_is_taken(self, cast: Cast, method: str, path: str, body: dict[str, Any]) -> None:
        case = a_case(cast)
        sent = {**self.HOSTILE, **body}
        tag = {"If-Match": f'"{case.reference}.1"'}

        send = getattr(cast.client("amal"), method)
        refused = send(f"{CASES}{case.reference}/{path}", sent, format="json", headers=tag)
        answer = send(f"{CASES}{case.reference}/{path}", body, format="json", headers=tag)

        assert refused.status_code == 400
        assert set(refused.json()["errors"]) == {*self.HOSTILE} - {*body}
        assert answer.status_code in (200, 201, 204), answer.content
        after = Case.objects.get(pk=case.pk)
        assert (after.reference, after.version, after.origin, after.kind) == (case.reference, 2, "LIVE", "COMPLAINT")
        assert (after.concerns_conduct, after.closed_on, after.force, after.outcome) == (False, None, cast.force, "")
        assert (after.narrative, after.assessed_by, after.resolved_by) == (case.narrative, None, None)
        assert after.state == ("ASSESSING" if path == "moves/" else "RECEIVED")
        event, _ = audit.timeline(subject_kind="case", subject=case.reference)[-1]
        assert event.actor == cast.actor("amal").public_id

    @pytest.mark.parametrize(
        "name", ["__init__", "save", "delete", "refresh_from_db", "TAKE", "take ", "state", "triage", ""]
    )
    def test_a_move_is_one_of_the_machines(self, cast: Cast, name: str) -> None:
        case = a_case(cast)
        tag = {"If-Match": f'"{case.reference}.1"'}

        answer = cast.client("amal").post(f"{CASES}{case.reference}/moves/", {"move": name}, format="json", headers=tag)

        assert answer.status_code == (200 if name == "take " else 400)

    @pytest.mark.parametrize(
        "details", [{"actor": "beth"}, {"on": "2020-01-01"}, {"unit": "northgate"}, {"self": 1}, {"x": {"y": []}}]
    )
    def test_a_move_takes_only_what_it_needs(self, cast: Cast, details: dict[str, Any]) -> None:
        case = a_case(cast)
        body, tag = {"move": "take", "details": details}, {"If-Match": f'"{case.reference}.1"'}

        answer = cast.client("amal").post(f"{CASES}{case.reference}/moves/", body, format="json", headers=tag)

        assert (answer.status_code, list(answer.json()["errors"])) == (400, list(details))

    def test_a_case_is_not_assigned_to_a_unit_or_handler_of_another_force(self, cast: Cast) -> None:
        case = a_case(cast)
        url, tag = f"{CASES}{case.reference}/assignment/", {"If-Match": f'"{case.reference}.1"'}
        client = cast.client("amal")

        assert client.put(url, {"unit": "eastshire"}, format="json", headers=tag).status_code == 400
        assert client.put(url, {"handler": "kit@eastshire.test"}, format="json", headers=tag).status_code == 409
        assert Case.objects.get(pk=case.pk).version == 1


class TestCost:
    def queries(self, cast: Cast, url: str, **query: Any) -> int:
        client = cast.client("amal")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url, query).status_code == 200
        return len(captured)

    @pytest.mark.parametrize("query", [{}, {"search": "rude"}, {"history": "include"}, {"handler": "me"}])
    def test_a_list_of_fifty_asks_as_much_as_one_of_five(self, cast: Cast, query: dict[str, Any]) -> None:
        for _ in range(5):
            move(cast, a_case(cast), "amal", "take")
        few = self.queries(cast, CASES, limit=50, **query)
        for _ in range(45):
            move(cast, a_case(cast), "amal", "take")

        assert len(cast.client("amal").get(CASES, {"limit": 50, **query}).json()["results"]) == 50
        assert self.queries(cast, CASES, limit=50, **query) == few <= 4

    def test_a_case_with_many_complainants_asks_as_much_as_one_with_one(self, cast: Cast) -> None:
        one, many = a_case(cast), a_case(cast, complainants=[NewComplainant(name=f"N{number}") for number in range(20)])
        client = cast.client("amal")
        assert len(client.get(f"{CASES}{many.reference}/").json()["complainants"]) == 20

        counts = [self.queries(cast, f"{CASES}{case.reference}/") for case in (one, many)]

        assert counts[0] == counts[1] <= 20  # one for each kind of part, and the case, and who asks
        assert Complainant.objects.count() == 21
