"""`manage.py load_force`: what the file says is done, what has gone from it is named, and nothing is deleted."""

import datetime as dt
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from backend.areas.force_file import ForceFileError
from backend.areas.models import Neighbourhood, Unit
from backend.areas.services.forces import load_force
from backend.audit import services as audit
from tests.areas.conftest import AT, WEST_MIDLANDS, gridshire, parsed

pytestmark = pytest.mark.django_db
Write = Callable[[str, str], str]


def test_the_demo_force_is_loaded_and_loading_it_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_force", str(WEST_MIDLANDS))
    call_command("load_force", str(WEST_MIDLANDS))

    first, second = capsys.readouterr().out.splitlines()
    assert first == "West Midlands Police: 180 added, 0 changed, 0 as they were."
    assert second == "West Midlands Police: 0 added, 0 changed, 180 as they were."
    force = Unit.objects.get(slug="west-midlands")
    assert force.units.filter(kind="LPU").count() == 10
    assert force.units.get(is_professional_standards=True).name == "Professional Standards"
    assert Neighbourhood.objects.filter(unit__force=force).count() == 163
    trail = audit.timeline(subject_kind="unit", subject=str(force.public_id))
    assert [event.verb for event, _ in trail] == ["FORCE_LOADED"]


def test_changes_in_the_file_are_applied_to_the_same_rows(force: Unit) -> None:
    before = Neighbourhood.objects.get(code="G1")
    description = gridshire()
    description["force"]["name"] = "Gridshire Constabulary"
    description["neighbourhoods"][0] |= {"name": "Old Mill", "unit": "southside", "starts_on": "2011-01-01"}

    loaded = load_force(file=parsed(description), at=AT)

    after = Neighbourhood.objects.get(code="G1")
    assert (loaded.added, loaded.changed) == (0, 2)
    assert Unit.objects.get(pk=force.pk).name == "Gridshire Constabulary"
    assert (after.pk, after.public_id) == (before.pk, before.public_id)
    assert (after.name, after.unit.slug, after.starts_on) == ("Old Mill", "southside", dt.date(2011, 1, 1))


def test_what_has_gone_from_the_file_is_named_and_kept(
    force: Unit, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    description = gridshire()
    del description["units"][1], description["neighbourhoods"][2]

    call_command("load_force", write("force.json", json.dumps(description)))

    printed = capsys.readouterr().out
    assert "kept: unit Southside (southside)" in printed
    assert "kept: neighbourhood Harbour (G3)" in printed
    assert Unit.objects.get(slug="southside").ends_on is None
    assert Neighbourhood.objects.filter(code="G3").exists()


def test_a_unit_is_ended_and_succeeded_when_the_file_says_so(force: Unit) -> None:
    description = gridshire()
    description["units"][0] |= {"ends_on": "2016-03-31", "successors": ["riverside"]}
    description["units"].append({"slug": "riverside", "name": "Riverside", "kind": "LPU", "starts_on": "2016-04-01"})
    for row in description["neighbourhoods"][:2]:
        row["ends_on"] = "2016-03-31"
    description["neighbourhoods"].append(
        {"code": "G1", "name": "Mill Lane", "unit": "riverside", "starts_on": "2016-04-01"}
    )

    load_force(file=parsed(description), at=AT)
    again = load_force(file=parsed(description), at=AT)

    ended = Unit.objects.get(slug="northside")
    assert ended.ends_on == dt.date(2016, 3, 31)
    assert [unit.slug for unit in ended.successors.all()] == ["riverside"]
    rows = Neighbourhood.objects.filter(code="G1").order_by("starts_on").values_list("unit__slug", "ends_on")
    assert set(rows) == {("northside", dt.date(2016, 3, 31)), ("riverside", None)}
    assert (again.added, again.changed, again.vanished) == (0, 0, [])


def test_the_next_row_of_a_code_inherits_its_boundary(force: Unit) -> None:
    Neighbourhood.objects.filter(code="G1").update(boundary={"type": "Polygon", "coordinates": []})
    description = gridshire()
    description["neighbourhoods"][0]["ends_on"] = "2016-03-31"
    description["neighbourhoods"].append(
        {"code": "G1", "name": "Mill Lane", "unit": "southside", "starts_on": "2016-04-01"}
    )

    load_force(file=parsed(description), at=AT)

    assert Neighbourhood.objects.get(code="G1", unit__slug="southside").boundary["type"] == "Polygon"


def test_a_neighbourhood_that_ends_makes_room_for_the_next_of_its_code_in_the_same_unit(force: Unit) -> None:
    description = gridshire()
    description["neighbourhoods"][0]["ends_on"] = "2016-03-31"
    later = {"code": "G1", "name": "New Mill", "unit": "northside", "starts_on": "2016-04-01"}
    description["neighbourhoods"].insert(0, later)

    load_force(file=parsed(description), at=AT)

    rows = Neighbourhood.objects.filter(code="G1", unit__slug="northside").values_list("name", "ends_on")
    assert set(rows) == {("Mill Lane", dt.date(2016, 3, 31)), ("New Mill", None)}


def test_the_duty_for_complaints_passes_from_one_department_to_another(force: Unit) -> None:
    description = gridshire()
    description["units"][2]["is_professional_standards"] = False
    description["units"].insert(
        0, {"slug": "integrity", "name": "Integrity", "kind": "DEPARTMENT", "is_professional_standards": True}
    )

    load_force(file=parsed(description), at=AT)

    assert Unit.objects.get(is_professional_standards=True, force=force).slug == "integrity"


def test_a_file_that_forgets_the_department_with_the_duty_is_refused(force: Unit) -> None:
    description = gridshire()
    description["units"][2]["slug"] = "integrity"

    with pytest.raises(ForceFileError, match="receives complaints until now and is not in the file"):
        load_force(file=parsed(description), at=AT)


def test_a_row_that_stands_for_the_same_days_and_is_not_in_the_file_is_refused(force: Unit) -> None:
    description = gridshire()
    description["neighbourhoods"][0]["ends_on"] = "2016-03-31"
    later = {"code": "G1", "name": "Mill Lane", "unit": "southside", "starts_on": "2016-04-01"}
    description["neighbourhoods"].append(later)
    load_force(file=parsed(description), at=AT)
    description["neighbourhoods"] = [row for row in description["neighbourhoods"] if row is not later]
    del description["neighbourhoods"][0]["ends_on"]

    with pytest.raises(ForceFileError, match="the file has the code for the same days"):
        load_force(file=parsed(description), at=AT)


def test_two_forces_may_use_the_same_slugs_for_their_units(force: Unit) -> None:
    description = gridshire()
    description["force"] = {"slug": "othershire", "name": "Othershire Police"}
    for row in description["neighbourhoods"]:
        row["code"] = row["code"].replace("G", "O")

    load_force(file=parsed(description), at=AT)

    assert Unit.objects.filter(slug="northside").count() == 2
    assert Neighbourhood.objects.filter(unit__force=force).count() == 3


def test_a_file_that_is_refused_changes_nothing_and_says_why(write: Write) -> None:
    description = gridshire()
    description["units"][0]["kind"] = "TEAM"

    with pytest.raises(CommandError, match=r"was not loaded:\n  units\[0\].kind: one of LPU, DEPARTMENT"):
        call_command("load_force", write("force.json", json.dumps(description)))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_force", "no-such-file.json")

    assert not Unit.objects.exists()


def test_a_long_list_of_faults_is_cut(write: Write) -> None:
    description = gridshire()
    description["units"] = [{"slug": f"unit-{n}", "name": "", "kind": "LPU"} for n in range(30)]

    with pytest.raises(CommandError, match="and 10 more"):
        call_command("load_force", write("force.json", json.dumps(description)))


@pytest.mark.django_db(transaction=True)
def test_several_loads_of_the_same_file_at_once_make_one_force() -> None:
    together = threading.Barrier(4)

    def load(_: int) -> int:
        together.wait()
        try:
            return load_force(file=parsed(gridshire()), at=AT).added
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        added = sorted(threads.map(load, range(4)))

    assert added == [0, 0, 0, 7]
    assert Unit.objects.count() == 4
