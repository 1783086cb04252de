"""Who is editing a case, and what somebody missed whose edit came too late."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from backend.audit import services as audit
from backend.common.errors import Missing, Stale
from cases.models import Case, CaseAccess, EditingHold
from cases.selectors import editors_of
from cases.services import editing, identity, notes
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, give_to, move

MINUTE = dt.timedelta(minutes=1)


def version_of(case: Case) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.pk)


def editors(case: Case, at: dt.datetime = AT) -> list[str]:
    return [hold.user.name for hold in editors_of(case, at=at)]


def hold(cast: Cast, case: Case, name: str, at: dt.datetime = AT) -> list[EditingHold]:
    return editing.hold(reference=case.reference, actor=cast.actor(name), at=at)


def missed(cast: Cast, case: Case, name: str, version: int) -> list[tuple[str, str]]:
    """What somebody is told who changes that version of the case."""
    with pytest.raises(Stale) as refused:
        notes.add(reference=case.reference, text="Mine.", actor=cast.actor(name), at=AT, version=version)
    return [(change["what"], change["who"]) for change in refused.value.changes]


class TestTheHold:
    def test_it_shows_who_edits_and_stops_nobody(self, cast: Cast) -> None:
        case = a_case(cast)
        hold(cast, case, "amal")

        hold(cast, case, "beth", AT + MINUTE)
        notes.add(reference=case.reference, text="Rang.", actor=cast.actor("beth"), at=AT, version=version_of(case))

        assert editors(case, AT + MINUTE) == ["Amal", "Beth"]

    def test_it_ends_by_itself_and_is_prolonged_by_asking_again(self, cast: Cast) -> None:
        case = a_case(cast)
        hold(cast, case, "amal")
        hold(cast, case, "amal", AT + 4 * MINUTE)

        assert editors(case, AT + 8 * MINUTE) == ["Amal"]
        assert editors(case, AT + 9 * MINUTE) == []
        (again,) = hold(cast, case, "amal", AT + 60 * MINUTE)
        assert again.since == AT + 60 * MINUTE

    def test_it_is_let_go_by_who_holds_it(self, cast: Cast) -> None:
        case = a_case(cast)
        hold(cast, case, "amal")
        hold(cast, case, "beth")

        editing.release(reference=case.reference, actor=cast.actor("amal"), at=AT)

        assert editors(case) == ["Beth"]

    def test_nothing_of_the_case_changes(self, cast: Cast) -> None:
        case = a_case(cast)
        before = version_of(case)

        hold(cast, case, "amal")

        assert version_of(case) == before

    @pytest.mark.parametrize("name", ["cai", "hal", "kit", "nobody"])
    def test_who_may_not_see_the_case_holds_nothing(self, cast: Cast, name: str) -> None:
        case = a_case(cast)

        with pytest.raises(Missing):
            hold(cast, case, name)
        with pytest.raises(Missing):
            editing.release(reference=case.reference, actor=cast.actor(name), at=AT)


class TestAStaleEdit:
    def test_it_is_told_what_was_done_since_the_version_that_was_read_and_by_whom(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        read = version_of(case)
        assess(cast, case, "beth")
        notes.add(reference=case.reference, text="CANARY", actor=cast.actor("lev"), at=AT, version=version_of(case))

        assert missed(cast, case, "amal", read) == [("ASSESSED", "Beth"), ("NOTE_ADDED", "Lev")]
        assert missed(cast, case, "amal", read + 1) == [("NOTE_ADDED", "Lev")]

    def test_who_looked_at_names_changed_nothing(self, cast: Cast) -> None:
        case = a_case(cast)
        read = version_of(case)
        move(cast, case, "amal", "take")
        identity.reveal(reference=case.reference, reason="To ring.", actor=cast.actor("beth"), at=AT)

        assert missed(cast, case, "beth", read) == [("TAKE", "Amal")]

    def test_a_change_that_failed_leaves_no_mark(self, cast: Cast) -> None:
        case = a_case(cast)
        read = version_of(case)
        missed(cast, case, "amal", read + 7)
        move(cast, case, "amal", "take")

        assert missed(cast, case, "amal", read) == [("TAKE", "Amal")]

    def test_a_change_that_names_a_case_which_they_may_not_see_is_left_out(self, cast: Cast) -> None:
        case, sealed = a_case_handled_outside(cast), a_case_handled_outside(cast)
        give_to(cast, case, "northgate")
        read = version_of(case)
        Case.objects.filter(pk=sealed.pk).update(restricted=True)
        CaseAccess.objects.create(
            case=sealed, person=cast.users["beth"].person, given_by=cast.users["lev"], given_at=AT, reason="Hers."
        )
        notes.add(reference=case.reference, text="Rang.", actor=cast.actor("cai"), at=AT, version=read)
        record_link(cast, case, sealed)

        assert missed(cast, case, "cai", read) == [("NOTE_ADDED", "Cai")]
        assert missed(cast, case, "beth", read) == [("NOTE_ADDED", "Cai"), ("LINKED", "Beth")]

    def test_over_http_the_problem_carries_the_changes(self, cast: Cast) -> None:
        case = a_case(cast)
        client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/"
        etag = client.get(url).headers["ETag"]
        move(cast, case, "amal", "take")

        late = client.post(f"{url}notes/", {"text": "Mine."}, format="json", headers={"If-Match": etag})

        assert (late.status_code, late.json()["type"]) == (412, "urn:rylp:problem:stale")
        assert late.json()["changes"] == [{"what": "TAKE", "who": "Amal", "at": AT.isoformat()}]


def record_link(cast: Cast, case: Case, other: Case) -> None:
    """An event that names another case, as linking writes it."""
    audit.record(
        actor=cast.actor("beth").public_id, verb="LINKED", subject_kind="case", subject=case.reference, at=AT,
        details={"other": other.reference},
    )  # fmt: skip


def test_the_detail_shows_who_edits(cast: Cast) -> None:
    case = a_case(cast)
    url = f"/api/v1/cases/{case.reference}/"

    with time_machine.travel(AT, tick=False):
        held = cast.client("beth").post(f"{url}editing/")
        shown = cast.client("amal").get(url).json()["editing"]
        assert [each["name"] for each in held.json()] == ["Beth"]
        assert shown == held.json() == cast.client("amal").get(f"{url}editing/").json()
        assert cast.client("beth").delete(f"{url}editing/").json() == []
    assert cast.client("amal").get(url).json()["editing"] == []
