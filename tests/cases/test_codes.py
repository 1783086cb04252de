"""The tables that staff keep: seeded with their sources, added to, ended and succeeded, and never edited in place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, transaction

from backend.audit.models import Event
from backend.common.errors import Invalid, Missing
from cases.models import Allegation, Case, Code
from cases.selectors import codes_of
from cases.services import codes
from cases.services.codes import CodeIsTaken, MayNotKeepTables
from tests.cases.alleging import alleged, code
from tests.cast import AT, Cast, a_case

TODAY = AT.date()
TOMORROW = TODAY + dt.timedelta(days=1)
CODES = "/api/v1/cases/codes/"
WEATHER: dict[str, Any] = {
    "table": "FACTOR", "code": "WEATHER", "label": "Weather", "source": "Agreed locally.", "from_on": dt.date(2020, 2, 1),
}  # fmt: skip


def succeed(cast: Cast, name: str = "beth", **more: Any) -> Code:
    given: dict[str, Any] = {
        "table": "CATEGORY", "code": "B4", "before_2020": False, "label": "Force", "source": "Guidance of 2027.",
        "on": TOMORROW, "never_to_units": None, "actor": cast.actor(name), "at": AT, **more,
    }  # fmt: skip
    return codes.succeed(**given)


def end(cast: Cast, code: str, *, on: dt.date = TOMORROW, table: str = "CATEGORY") -> Code:
    return codes.end(table=table, code=code, before_2020=False, on=on, actor=cast.actor("jo"), at=AT)


@pytest.mark.django_db
class TestWhatIsSeeded:
    def test_the_categories_are_those_of_the_guidance(self) -> None:
        first_level = [
            each.code for each in codes_of(table="CATEGORY", on=TODAY) if not each.parent and not each.before_2020
        ]

        assert first_level == ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L"]
        assert Code.objects.filter(table="CATEGORY", before_2020=False, parent__isnull=False).count() == 41
        assert Code.objects.get(code="F10").parent.code == "F"

    def test_f_g_and_j_are_never_for_a_unit_with_all_their_parts(self) -> None:
        never = Code.objects.filter(never_to_units=True, before_2020=False).values_list("code", flat=True)

        assert {each[0] for each in never} == {"F", "G", "J"}
        assert len(never) == 22

    def test_the_list_of_before_2020_is_apart(self) -> None:
        old = codes_of(table="CATEGORY", on=dt.date(2010, 1, 1))

        assert len(old) == 23
        assert {each.before_2020 for each in old} == {True}

    def test_every_value_says_where_it_comes_from(self) -> None:
        assert not Code.objects.filter(source="").exists()
        assert "unverified" in Code.objects.get(table="CATEGORY", code="A1").source
        assert Code.objects.filter(table="FACTOR").count() == 25
        assert Code.objects.filter(table="ACTION").count() == 18

    def test_f2_comes_before_f10(self) -> None:
        found = [each.code for each in codes_of(table="CATEGORY", on=TODAY) if each.code.startswith("F")]

        assert found[:11] == ["F", *(f"F{number}" for number in range(1, 11))]


class TestKeeping:
    def test_a_value_is_added_from_a_day_on(self, cast: Cast) -> None:
        codes.add(**WEATHER, actor=cast.actor("jo"), at=AT)

        allegation = code(cast, alleged(cast, a_case(cast)), "H1", "WEATHER")
        assert [each.label for each in allegation.factors.all()] == ["Weather"]
        assert Event.objects.get(verb="CODE_ADDED").subject == "FACTOR/WEATHER"

    def test_a_code_stands_once_at_a_time(self, cast: Cast) -> None:
        codes.add(**WEATHER, actor=cast.actor("beth"), at=AT)

        with pytest.raises(CodeIsTaken):
            codes.add(**WEATHER, actor=cast.actor("beth"), at=AT)
        end(cast, "WEATHER", table="FACTOR")
        with pytest.raises(CodeIsTaken):
            codes.add(**{**WEATHER, "from_on": TODAY}, actor=cast.actor("beth"), at=AT)
        assert codes.add(**{**WEATHER, "from_on": TOMORROW}, actor=cast.actor("beth"), at=AT).from_on == TOMORROW

    def test_a_part_is_as_serious_as_what_it_is_part_of(self, cast: Cast) -> None:
        added = codes.add(
            table="CATEGORY", code="j4", label="Voyeurism", source="Agreed locally.", from_on=TODAY, parent="J",
            actor=cast.actor("beth"), at=AT,
        )  # fmt: skip

        assert (added.code, added.never_to_units, added.parent.code) == ("J4", True, "J")

    @pytest.mark.parametrize("parent", ["Z", "B4"])
    def test_a_part_is_of_a_category_of_the_first_level(self, cast: Cast, parent: str) -> None:
        with pytest.raises(Invalid, match="Name a category"):
            codes.add(
                table="CATEGORY", code="Z1", label="New", source="Here.", from_on=TODAY, parent=parent,
                actor=cast.actor("beth"), at=AT,
            )  # fmt: skip

    @pytest.mark.parametrize("name", ["amal", "cai", "dee", "fay", "gwen", "hal", "ida", "nobody"])
    def test_nobody_else_keeps_them(self, cast: Cast, name: str) -> None:
        with pytest.raises(MayNotKeepTables):
            codes.add(**WEATHER, actor=cast.actor(name), at=AT)
        with pytest.raises(MayNotKeepTables):
            succeed(cast, name)
        with pytest.raises(MayNotKeepTables):
            codes.end(table="CATEGORY", code="B4", before_2020=False, on=TOMORROW, actor=cast.actor(name), at=AT)

    def test_a_case_is_coded_by_the_table_as_it_stood_when_the_complaint_was_made(self, cast: Cast) -> None:
        before, after = a_case(cast), a_case(cast, at=AT + dt.timedelta(days=1))
        end(cast, "B4")

        assert code(cast, alleged(cast, before), "B4").category_code == "B4"
        with pytest.raises(Invalid, match="list that this case is coded by"):
            code(cast, alleged(cast, after), "B4")

    def test_what_was_coded_stays_as_it_was_when_a_successor_begins(self, cast: Cast) -> None:
        coded = code(cast, alleged(cast, a_case(cast)), "B4")

        successor = succeed(cast)
        new = code(cast, alleged(cast, a_case(cast, at=AT + dt.timedelta(days=1))), "B4")

        coded.refresh_from_db()
        assert coded.category == "Police powers, policies and procedures: Use of force"
        assert coded.code.until_on == TOMORROW
        assert (new.code, new.category) == (successor, "Police powers, policies and procedures: Force")

    def test_the_parts_go_on_under_the_successor_of_the_whole(self, cast: Cast) -> None:
        successor = succeed(cast, code="F", label="Discrimination")

        then = [each for each in codes_of(table="CATEGORY", on=TOMORROW) if each.parent == successor]
        assert [each.code for each in then] == [f"F{number}" for number in range(1, 11)]
        assert all(each.never_to_units for each in then)
        assert not Code.objects.filter(code="F6", until_on=None).exclude(parent=successor).exists()

    def test_the_parts_end_with_the_whole(self, cast: Cast) -> None:
        end(cast, "J")

        assert [each.code for each in codes_of(table="CATEGORY", on=TOMORROW) if each.code.startswith("J")] == ["J"]
        assert Code.objects.get(code="J", before_2020=True).until_on is None

    @pytest.mark.parametrize("on", [TODAY - dt.timedelta(days=1), dt.date(2020, 2, 1)])
    def test_nothing_ends_before_today(self, cast: Cast, on: dt.date) -> None:
        with pytest.raises(Invalid, match="Correct the day"):
            end(cast, "B4", on=on)

    def test_what_is_not_there_or_has_ended_is_missing(self, cast: Cast) -> None:
        end(cast, "B4")

        for unknown in ("B4", "Z9"):
            with pytest.raises(Missing):
                end(cast, unknown)

    def test_a_case_older_than_its_list_is_coded_by_the_list_as_it_began(self, cast: Cast) -> None:
        case = a_case(cast)
        Case.objects.filter(pk=case.pk).update(made_on=dt.date(2020, 1, 20), regime="2020")

        assert code(cast, alleged(cast, case), "A1").category_code == "A1"


class TestWhatTheDatabaseKeeps:
    @pytest.mark.parametrize("change", [{"label": "Changed"}, {"never_to_units": False}, {"from_on": TODAY}])
    def test_a_value_is_never_edited(self, cast: Cast, change: dict[str, Any]) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Code.objects.filter(code="B4").update(**change)

    def test_a_value_is_never_removed(self, cast: Cast) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Code.objects.filter(table="FACTOR")._raw_delete("default")

    def test_a_code_stands_once(self, cast: Cast) -> None:
        with pytest.raises(IntegrityError, match="one_current_code"), transaction.atomic():
            Code.objects.create(table="CATEGORY", code="B4", label="Again", source="Here.", from_on=TODAY)


class TestTheDoors:
    def test_staff_read_a_table_as_it_stood_on_a_day(self, cast: Cast) -> None:
        end(cast, "B4")
        client = cast.client("cai")

        def read(**query: str) -> list[dict[str, Any]]:
            answer = client.get(CODES, query)
            assert answer.status_code == 200
            return list(answer.json())

        then = {each["code"]: each for each in read(table="CATEGORY", on=str(TODAY)) if not each["before_2020"]}
        assert then["B4"] == {
            "table": "CATEGORY", "code": "B4", "title": "Use of force", "part_of": "B", "before_2020": False,
            "never_to_units": False, "taken_from": Code.objects.get(code="B4").source, "from_on": "2020-02-01",
            "until_on": str(TOMORROW),
        }  # fmt: skip
        assert "B4" not in {each["code"] for each in read(table="CATEGORY", on=str(TOMORROW))}
        assert len(read(table="ACTION")) == 18

    @pytest.mark.parametrize("query", [{}, {"table": "WORDS"}, {"table": "FACTOR", "colour": "red"}])
    def test_another_question_is_refused(self, cast: Cast, query: dict[str, str]) -> None:
        assert cast.client("cai").get(CODES, query).status_code == 400

    def test_nobody_signed_in_reads_nothing(self, browser: Any, cast: Cast) -> None:
        assert browser.get(CODES, {"table": "FACTOR"}).status_code == 401

    def test_a_value_is_added_succeeded_and_ended(self, cast: Cast) -> None:
        client = cast.client("jo")
        weather = {
            "table": "FACTOR", "code": "WEATHER", "title": "Weather", "taken_from": "Here.", "from_on": "2020-02-01",
        }  # fmt: skip
        added = client.post(CODES, weather, format="json")
        successor = client.put(
            f"{CODES}FACTOR/WEATHER/",
            {"title": "The weather", "taken_from": "Here.", "on": "2099-01-01"},
            format="json",
        )
        again = client.post(CODES, weather, format="json")
        ended = client.post(f"{CODES}FACTOR/WEATHER/end/", {"on": "2099-02-01"}, format="json")

        assert (added.status_code, successor.status_code, again.status_code, ended.status_code) == (201, 201, 409, 200)
        kept = Code.objects.filter(code="WEATHER").order_by("from_on").values_list("label", "until_on")
        assert list(kept) == [("Weather", dt.date(2099, 1, 1)), ("The weather", dt.date(2099, 2, 1))]

    def test_who_does_not_keep_them_is_told_so(self, cast: Cast) -> None:
        answer = cast.client("amal").post(f"{CODES}CATEGORY/B4/end/", {"on": "2099-02-01"}, format="json")

        assert answer.status_code == 403
        assert not Event.objects.filter(verb="CODE_ENDED").exists()


class TestTheCommand:
    def test_it_lists_adds_ends_and_succeeds(self, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("codes", "add", "factor", "WEATHER", "Weather", "--from", "2020-02-01", "--source", "Here.")
        call_command("codes", "end", "factor", "WEATHER", "--on", "2099-01-01", "--successor", "The weather")
        call_command("codes", "end", "factor", "CUSTODY", "--on", "2099-01-01")
        capsys.readouterr()
        call_command("codes", "list", "factor")

        listed = capsys.readouterr().out
        assert "WEATHER              Weather  from 2020-02-01 until 2099-01-01  [Here.]" in listed
        assert "The weather  from 2099-01-01" in listed
        assert "Custody  from 2020-02-01 until 2099-01-01" in listed
        assert {event.actor for event in Event.objects.filter(subject_kind="code")} == {"operator"}

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["end", "factor", "CUSTODY", "--on", "2020-03-01"], "today at the earliest"),
            (["end", "factor", "NOTHING", "--on", "2099-03-01"], "nothing here"),
            (["add", "factor", "CUSTODY", "Again", "--from", "2026-01-01"], "end it first"),
            (["add", "factor", "X", "X", "--from", "yesterday"], "not a date"),
            (["add", "factor", "X" * 21, "X", "--from", "2026-01-01"], "At most 20"),
        ],
    )
    def test_it_says_what_is_wrong(self, cast: Cast, arguments: list[str], told: str) -> None:
        with pytest.raises(CommandError, match=told):
            call_command("codes", *arguments)
        assert not Allegation.objects.exists()
