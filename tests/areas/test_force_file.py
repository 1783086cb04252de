"""Reading the file of a force: whatever is wrong is named, with its place."""

import datetime as dt
import json
from typing import Any

import pytest

from backend.areas.force_file import ForceFileError, read_force_file
from tests.areas.conftest import WEST_MIDLANDS, gridshire, parsed


def faults_of(description: dict[str, Any]) -> list[str]:
    with pytest.raises(ForceFileError) as refusal:
        parsed(description)
    return refusal.value.faults


def changed(path: str, value: Any) -> dict[str, Any]:
    """The small force's description with one value replaced; `path` is like units.0.slug."""
    description = gridshire()
    *way, last = path.split(".")
    place: Any = description
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    return description


def test_a_complete_file_is_read() -> None:
    file = parsed(gridshire())

    assert (file.force.slug, file.force.name) == ("gridshire", "Gridshire Police")
    assert [unit.slug for unit in file.units] == ["northside", "southside", "standards"]
    assert file.units[0].period.starts_on == dt.date(2010, 4, 1)
    assert file.neighbourhoods[0].latitude == 52.05
    assert file.neighbourhoods[2].latitude is None


def test_the_demo_force_has_ten_local_units_six_departments_and_163_neighbourhoods() -> None:
    file = read_force_file(WEST_MIDLANDS.read_text(encoding="utf-8"))

    assert [unit.kind for unit in file.units].count("LPU") == 10
    assert [unit.kind for unit in file.units].count("DEPARTMENT") == 6
    assert len(file.neighbourhoods) == 163
    assert len({row.unit for row in file.neighbourhoods}) == 10
    assert "Crown copyright" in file.force.attribution


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("force.slug", "Grid Shire", "force.slug: “Grid Shire” is not a slug"),
        ("force.name", " ", "force.name: a text is wanted here."),
        ("force", [], "force: an object in braces is wanted here."),
        ("units", {}, "units: a list in brackets is wanted here."),
        ("units.0", "Northside", "units[0]: an object in braces is wanted here."),
        ("units.0.kind", "FORCE", "units[0].kind: one of LPU, DEPARTMENT is wanted here."),
        ("units.0.name", "N" * 161, "units[0].name: is longer than 160 characters."),
        ("units.0.colour", "blue", "units[0].colour: is not known"),
        ("units.0.starts_on", "1/4/2010", "units[0].starts_on: a date like 2010-04-01"),
        ("units.0.starts_on", 2010, "units[0].starts_on: a date like 2010-04-01"),
        ("units.0.ends_on", "2009-01-01", "units[0].ends_on: is earlier than starts_on."),
        ("units.0.successors", "southside", "units[0].successors: a list of texts is wanted here."),
        ("units.0.successors", ["eastside"], "units[0].successors: “eastside” is not another unit"),
        ("units.0.is_professional_standards", True, "only a DEPARTMENT can be the one."),
        ("units.2.is_professional_standards", "yes", "units[2].is_professional_standards: true or false"),
        ("units.2.is_professional_standards", False, "units: 0 of them have is_professional_standards"),
        ("units.1.slug", "northside", "units[1].slug: “northside” is there twice."),
        ("neighbourhoods.0.unit", "eastside", "neighbourhoods[0].unit: “eastside” is not a unit of this file."),
        ("neighbourhoods.0.latitude", 95, "neighbourhoods[0].latitude: is not between -90 and 90."),
        ("neighbourhoods.0.latitude", 10**400, "neighbourhoods[0].latitude: degrees (a number) are wanted here."),
        ("neighbourhoods.0.latitude", "52", "neighbourhoods[0].latitude: degrees (a number) are wanted here."),
        ("neighbourhoods.0.latitude", float("nan"), "neighbourhoods[0].latitude: degrees (a number) are wanted here."),
        ("neighbourhoods.0.longitude", None, "neighbourhoods[0].latitude: goes with longitude"),
        ("neighbourhoods.1.code", "G1", "neighbourhoods: the code G1 is there twice for the same days"),
        ("units.0.ends_on", "2020-01-01", "neighbourhoods[0].ends_on: Mill Lane outlives its unit"),
    ],
)
def test_a_fault_is_named_with_its_place(path: str, value: Any, fault: str) -> None:
    faults = faults_of(changed(path, value))

    assert any(fault in found for found in faults), faults


def test_all_faults_are_named_at_once() -> None:
    description = changed("force.slug", "")
    description["units"][0]["kind"] = "TEAM"
    description["neighbourhoods"][2]["code"] = 3

    assert len(faults_of(description)) == 3


def test_what_is_not_json_is_refused_with_the_line() -> None:
    with pytest.raises(ForceFileError, match="line 2, column 1"):
        read_force_file('{"force":\n}')
    with pytest.raises(ForceFileError, match="nested too deeply"):
        read_force_file("[" * 100_000)


def test_a_name_given_twice_in_one_object_is_refused() -> None:
    text = json.dumps(gridshire()).replace('"name": "Northside"', '"name": "Northside", "name": "Other"')

    with pytest.raises(ForceFileError, match="“name” is there twice"):
        read_force_file(text)


def test_text_is_stored_composed_and_without_nul() -> None:
    composed = parsed(changed("force.name", "Cafe\u0301 Police"))

    assert composed.force.name == "Caf\u00e9 Police"
    assert faults_of(changed("force.name", "Grid\x00shire")) == ["Text may not contain NUL or incomplete characters."]
