"""History comes in whole or not at all, complaint by complaint, and every row is accounted for."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.areas.models import Unit
from backend.audit import services as audit
from backend.audit.models import Event
from backend.notifications.models import Outgoing
from cases.models import Allegation, Case, Complainant, EqualityAnswers, HistorySource, Involvement

from .folders import HEADINGS, Folder, complaint

pytestmark = pytest.mark.django_db


def everything() -> dict[str, object]:
    """How many rows each table has, where each sequence stands, and the audit's head: the trace that a change leaves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        found: dict[str, object] = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences")
        found |= dict(cursor.fetchall())
    return {**found, "head": audit.head()}


@pytest.fixture
def filled(folder: Folder) -> Folder:
    """Two complaints, one with everything, one with next to nothing; the rows of the first in no order."""
    folder.write(
        "complaints.csv",
        [
            complaint("A-2", made="02/03/2007", beat="N/A"),
            complaint(
                "A-1",
                incident="2007-02-28",
                closed="2007-05-01",
                beat="834.0",
                kind=" Rudeness ",
                text=" He said\t\\no\n",
            ),
        ],
    )
    folder.write(
        "allegations.csv",
        [
            {
                "number": "A-1",
                "code": "R1",
                "category": "Manner",
                "finding": "UNPROVEN",
                "officer": "S1",
                "station": "East",
            },
            {"number": "A-1", "finding": "PROVEN", "action": "Advice", "officer_sex": "male", "officer_race": "white"},
            {
                "number": "A-1",
                "code": "R1",
                "category": "Manner",
                "finding": "UNPROVEN",
                "officer": "S1",
                "station": "East",
            },
        ],
    )
    folder.write("people.csv", [{"number": "A-1", "sex": "female", "age": "21"}, {"number": "A-1"}])
    return folder


def test_a_complaint_comes_in_with_all_that_its_rows_say(filled: Folder) -> None:
    filled.run()

    case = Case.objects.get(source_reference="A-1")
    assert (case.kind, case.state, case.origin, case.version) == ("COMPLAINT", "FINALISED", "IMPORTED", 1)
    assert case.concerns_conduct is True  # no unit sees the past of its own officers
    assert (case.received_on, case.made_on) == (dt.date(2007, 3, 1), dt.date(2007, 3, 1))
    assert (case.incident_on, case.closed_on) == (dt.date(2007, 2, 28), dt.date(2007, 5, 1))
    assert (case.category, case.narrative, case.outcome) == ("Rudeness", " He said\t\\no\n", "PROVEN")
    assert (case.unit, case.received_at, case.next_due_on) == (case.about_unit, None, None)
    assert (case.about_unit.slug, case.about_unit.name, case.about_unit.kind) == ("08", "Division 08", "LPU")
    assert (case.force.slug, case.force.kind, case.about_unit.force) == ("borsetshire", "FORCE", case.force)
    assert (case.source, len(case.source_digest)) == ("Old register", 64)

    allegations = case.allegations.order_by("position").values_list(
        "position", "category_code", "category", "finding", "action"
    )
    assert list(allegations) == [
        (1, "R1", "Manner", "UNPROVEN", ""),
        (2, "", "", "PROVEN", "Advice"),
        (3, "R1", "Manner", "UNPROVEN", ""),
    ]
    subjects = case.involvements.order_by("allegation__position").values_list("part", "label", "unit_label", "person")
    assert list(subjects) == [
        ("SUBJECT", "S1", "East", None),
        ("SUBJECT", "", "", None),
        ("SUBJECT", "S1", "East", None),
    ]
    assert (
        list(case.complainants.order_by("position").values_list("relationship", "anonymous"))
        == [("UNKNOWN", False)] * 2
    )


def test_monitoring_answers_lie_apart_and_only_where_something_is_said(filled: Folder) -> None:
    filled.run()

    answers = EqualityAnswers.objects.order_by("id").values_list(
        "complainant__position", "involvement__allegation__position", "sex", "ethnicity", "age"
    )
    assert list(answers) == [(1, None, "female", "", "21"), (None, 2, "male", "white", "")]


def test_a_complaint_without_rows_area_or_closing_date_comes_in_too(filled: Folder) -> None:
    filled.run()

    case = Case.objects.get(source_reference="A-2")
    assert (case.received_on, case.about_unit, case.unit, case.closed_on, case.outcome) == (
        dt.date(2007, 3, 2),
        None,
        None,
        None,
        "",
    )
    assert not case.allegations.exists()


def test_history_is_recorded_once_a_case_and_nothing_is_mailed_or_due(filled: Folder) -> None:
    filled.run()

    events = Event.objects.filter(verb="IMPORTED").select_related("detail")
    assert {(event.subject_kind, event.subject, event.actor) for event in events} == {
        ("case", reference, "operator") for reference in Case.objects.values_list("reference", flat=True)
    }
    assert sorted((event.detail.details["source"], event.detail.details["source_reference"]) for event in events) == [
        ("Old register", "A-1"),
        ("Old register", "A-2"),
    ]
    assert audit.verify().first_bad is None
    assert not Outgoing.objects.exists()
    assert not Case.objects.in_queue().exists()


def test_the_source_is_remembered_with_its_findings(filled: Folder) -> None:
    filled.run()

    source = HistorySource.objects.get()
    assert (source.name, source.force.slug) == ("Old register", "borsetshire")
    assert source.finding_labels == {"PROVEN": "proven", "UNPROVEN": "UNPROVEN"}


def test_what_is_here_already_is_passed_over(filled: Folder) -> None:
    first = filled.run()
    before = everything()

    second = filled.run()

    assert first.files == {"complaints.csv": (2, 2, 0, 0), "allegations.csv": (3, 3, 0, 0), "people.csv": (2, 2, 0, 0)}
    assert second.files == {"complaints.csv": (2, 0, 2, 0), "allegations.csv": (3, 0, 3, 0), "people.csv": (2, 0, 2, 0)}
    assert second.rejects == []
    assert everything() == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("complaints.csv", b"2007-05-01", b"2007-05-02"),
        ("allegations.csv", b"Advice", b"Dismissal"),
        ("people.csv", b"A-1,,,\r\n", b""),
    ],
)
def test_other_values_under_a_known_reference_are_rejected_with_all_rows(
    filled: Folder, file: str, old: bytes, new: bytes
) -> None:
    filled.run()
    before = everything()
    content = (filled.path / file).read_bytes()
    assert old in content
    filled.write_raw(file, content.replace(old, new))

    outcome = filled.run()

    assert {reason for _, _, reason, *_ in outcome.rejects} == {"already imported with other values"}
    assert outcome.files["complaints.csv"] == (2, 0, 1, 1)
    assert outcome.files["allegations.csv"] == (3, 0, 0, 3)
    assert everything() == before


def test_rows_in_another_order_are_other_values_but_an_ignored_column_is_none(filled: Folder) -> None:
    filled.run()
    content = (filled.path / "complaints.csv").read_bytes()

    filled.write_raw("complaints.csv", content.replace(b"N/A,,,\r\n", b"N/A,,,Ms Jones\r\n"))
    assert filled.run().files["complaints.csv"] == (2, 0, 2, 0)

    heading, *rows = (filled.path / "allegations.csv").read_text().splitlines()
    filled.write_raw("allegations.csv", "\n".join([heading, rows[1], rows[0], rows[2]]).encode())
    assert filled.run().files["complaints.csv"] == (2, 0, 1, 1)


def test_a_rehearsal_tells_the_same_and_leaves_no_trace(filled: Folder) -> None:
    filled.append_raw("people.csv", b"nobody,male,x,20\r\n")
    before = everything()

    rehearsed = filled.run("--dry-run")

    assert everything() == before
    imported = filled.run()
    assert rehearsed.files == imported.files
    assert rehearsed.rejects == imported.rejects != []
    assert "nothing was changed" in rehearsed.printed


def test_one_bad_row_refuses_the_whole_complaint_and_no_other(filled: Folder) -> None:
    filled.append_raw("allegations.csv", b"A-1,R1,Manner\r\n")

    outcome = filled.run()

    assert outcome.files == {
        "complaints.csv": (2, 1, 0, 1),
        "allegations.csv": (4, 0, 0, 4),
        "people.csv": (2, 0, 0, 2),
    }
    culprit = "has 3 cells where the heading has 9"
    assert outcome.reasons() == {
        ("complaints.csv", 3): f"refused together with allegations.csv, line 5: {culprit}",
        ("allegations.csv", 2): f"refused together with allegations.csv, line 5: {culprit}",
        ("allegations.csv", 3): f"refused together with allegations.csv, line 5: {culprit}",
        ("allegations.csv", 4): f"refused together with allegations.csv, line 5: {culprit}",
        ("allegations.csv", 5): culprit,
        ("people.csv", 2): f"refused together with allegations.csv, line 5: {culprit}",
        ("people.csv", 3): f"refused together with allegations.csv, line 5: {culprit}",
    }
    assert outcome.rejects[4][3:] == ["A-1", "R1", "Manner"]
    assert not Unit.objects.filter(slug="08").exists()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"made": ""}, "has no date of the complaint: made is blank"),
        ({"made": "yesterday"}, "made is not a date as %Y-%m-%d or %d/%m/%Y: yesterday"),
        ({"closed": "2007-13-01"}, "closed is not a date as %Y-%m-%d or %d/%m/%Y: 2007-13-01"),
        ({"kind": "x" * 161}, "kind is longer than 160 characters"),
        ({"text": "x" * 100_001}, "text is longer than 100,000 characters"),
        ({"text": "nul \0"}, "holds a NUL character"),
    ],
)
def test_a_cell_that_cannot_be_taken_refuses_its_complaint(folder: Folder, cells: dict[str, str], reason: str) -> None:
    folder.write("complaints.csv", [complaint("A-1", **cells), complaint("A-2")])

    outcome = folder.run()

    assert outcome.reasons() == {("complaints.csv", 2): reason}
    assert Case.objects.get().source_reference == "A-2"


def test_a_reference_that_is_too_long_is_refused(folder: Folder) -> None:
    folder.write("complaints.csv", [complaint("9" * 81)])

    assert folder.run().reasons() == {("complaints.csv", 2): "number is longer than 80 characters"}


def test_a_reference_counts_once_and_rows_without_complaint_are_refused(folder: Folder) -> None:
    folder.write("complaints.csv", [complaint("A-1"), complaint("A-1"), complaint("A-1", made="2008-01-01")])
    folder.write("allegations.csv", [{"number": "A-1"}, {"number": "B-1"}])

    outcome = folder.run()

    assert outcome.reasons() == {
        ("complaints.csv", 3): "A-1 stands already on line 2: a reference is imported once",
        ("complaints.csv", 4): "A-1 stands already on line 2: a reference is imported once",
        ("allegations.csv", 3): "no such complaint: B-1 is not in complaints.csv",
    }
    assert Allegation.objects.get().case.received_on == dt.date(2007, 3, 1)


def test_a_complaint_with_rows_beyond_all_measure_is_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.history.bundles.MOST_ROWS", 3)
    folder.write("complaints.csv", [complaint("A-1"), complaint("A-2")])
    folder.write("allegations.csv", [{"number": "A-1"}] * 5 + [{"number": "A-2"}] * 2)

    outcome = folder.run()

    assert outcome.files == {
        "complaints.csv": (2, 1, 0, 1),
        "allegations.csv": (7, 2, 0, 5),
        "people.csv": (0, 0, 0, 0),
    }


def test_odd_dates_and_areas_are_told_and_taken(folder: Folder) -> None:
    folder.write(
        "complaints.csv",
        [
            complaint("A-1", incident="2007-03-02"),
            complaint("A-2", closed="2007-02-01"),
            complaint("A-3", closed="2999-01-01", beat="3100"),
            *(complaint(f"B-{number}", beat="the river") for number in range(6)),
        ],
    )
    folder.write("allegations.csv", [{"number": "A-1", "finding": "PERHAPS"}])

    outcome = folder.run()

    assert outcome.files["complaints.csv"] == (9, 9, 0, 0)
    for told in (
        "Warning: incident after the complaint: 1\n    complaints.csv, line 2: incident 2007-03-02, complaint 2007-03-01",
        "Warning: closed before the complaint: 1\n    complaints.csv, line 3: closed 2007-02-01, complaint 2007-03-01",
        "Warning: date in the future: 1\n    complaints.csv, line 4: 2999-01-01",
        "Warning: area not understood, so not located: 7\n    complaints.csv, line 4: 3100 (not within 1 to 2599)",
        "Warning: finding that the mapping does not list, kept but no outcome: 1\n    allegations.csv, line 2: PERHAPS",
        "and more like these",
    ):
        assert told in outcome.printed
    assert Case.objects.get(source_reference="A-1").outcome == ""


def test_a_force_and_units_that_are_here_already_are_used(folder: Folder) -> None:
    force = Unit.objects.create(slug="borsetshire", name="Borsetshire Constabulary", kind="FORCE")
    unit = Unit.objects.create(slug="08", name="Felpersham", kind="DEPARTMENT", force=force)
    folder.write("complaints.csv", [complaint("A-1", beat="834")])

    folder.run()

    case = Case.objects.get()
    assert (case.force, case.about_unit, case.about_unit.name) == (force, unit, "Felpersham")


def test_another_source_may_use_the_same_references(folder: Folder) -> None:
    folder.write("complaints.csv", [complaint("A-1")])
    folder.run()
    folder.mapping.write_text(folder.mapping.read_text().replace("Old register", "Older register"))

    assert folder.run().files["complaints.csv"] == (1, 1, 0, 0)
    assert Case.objects.count() == 2


def test_a_batch_that_the_database_refuses_is_told_without_what_people_wrote(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("complaints.csv", [complaint("A-1", text="secret words")])
    taken = uuid.uuid4()
    monkeypatch.setattr("cases.history.writing.random_public_id", lambda: taken)
    folder.write("allegations.csv", [{"number": "A-1", "category": "secret"}] * 2)

    with pytest.raises(CommandError, match="COPY cases_allegation: duplicate key value") as refused:
        folder.run()

    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert not Case.objects.exists()


def test_what_makes_no_sense_is_refused_before_anything_is_written(folder: Folder) -> None:
    folder.write("complaints.csv", [complaint("A-1")])
    folder.write_raw("people.csv", b"number,sex\r\n")
    before = everything()

    with pytest.raises(CommandError, match="there is no column age, race"):
        folder.run()
    folder.mapping.write_text("[force]\n")
    with pytest.raises(CommandError, match=r"mapping\.toml:1: \[force\] name is missing"):
        folder.run()

    assert everything() == before
    assert not folder.rejects.exists()


def test_the_rejects_file_may_not_be_one_of_the_sources(folder: Folder) -> None:
    folder.rejects = folder.path / "people.csv"
    with pytest.raises(CommandError, match="is one of the files to import"):
        folder.run()

    folder.rejects = folder.path / "none" / "rejects.csv"
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        folder.run()


def test_another_import_at_the_same_time_is_told_to_wait(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.history.services.LOCK_SECONDS", 0.1)
    folder.write("complaints.csv", [complaint("A-1")])
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(4702111234567002)")

    try:
        with pytest.raises(CommandError, match="Another import of history is running"):
            folder.run()
    finally:
        other.close()
    assert folder.run().files["complaints.csv"] == (1, 1, 0, 0)


references = st.sampled_from(["A-1", "A-2", "A-3", "B/1", " A-1 ", "", "é", "9" * 81])
cells = st.one_of(
    st.sampled_from(
        ["", "N/A", "2007-03-01", "1/3/2007", "2007-02-31", "834.0", "0", "PROVEN", "\\N", "\t", "a\r\nb", '"', "\0"]
    ),
    st.text(max_size=8),
)


def rows_of(file: str) -> st.SearchStrategy[list[dict[str, str]]]:
    heading = HEADINGS[file]
    return st.lists(st.fixed_dictionaries({"number": references, **dict.fromkeys(heading[1:], cells)}), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    complaints=rows_of("complaints.csv"),
    allegations=rows_of("allegations.csv"),
    people=rows_of("people.csv"),
    dates=st.booleans(),
    raw=st.sampled_from([b"", b"A-1\r\n", b"\xff\xfe,1\r\n", b'"A-1', b"\r\n\r\n"]),
)
def test_every_row_is_imported_there_already_or_rejected(
    folder: Folder,
    complaints: list[dict[str, str]],
    allegations: list[dict[str, str]],
    people: list[dict[str, str]],
    dates: bool,
    raw: bytes,
) -> None:
    if dates:
        complaints = [{**row, "made": "2007-03-01", "incident": "", "closed": ""} for row in complaints]
    written = {"complaints.csv": complaints, "allegations.csv": allegations, "people.csv": people}
    for file, rows in written.items():
        folder.write(
            file, [{name: cell.encode(errors="replace").decode() for name, cell in row.items()} for row in rows]
        )
    folder.append_raw("people.csv", raw)

    with transaction.atomic():
        rehearsed, first = folder.run("--dry-run"), folder.run()
        second = folder.run()
        stored = (Case.objects.count(), Allegation.objects.count(), Complainant.objects.count())
        involved = Involvement.objects.count()
        transaction.set_rollback(True)

    for outcome in (rehearsed, first, second):
        for file, (read, imported, already_there, rejected) in outcome.files.items():
            assert read == imported + already_there + rejected
            assert rejected == sum(name == file for name, *_ in outcome.rejects)
    for file, rows in list(written.items())[:2]:
        assert first.files[file][0] == len(rows)
    assert (rehearsed.files, rehearsed.rejects) == (first.files, first.rejects)
    assert stored == tuple(imported for _, imported, _, _ in first.files.values())
    assert involved <= stored[1]
    assert [counts[2] for counts in second.files.values()] == list(stored)
    assert second.rejects == first.rejects
