"""A mapping says what a force's columns mean; whatever is wrong in it is told by its line."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from cases import models
from cases.history.areas import NotAnArea
from cases.history.columns import LONGEST, CannotRead
from cases.history.mapping import Mapping, find_mapping, load_mapping, parse_mapping
from cases.history.toml_table import MappingError

from .folders import MAPPING


def parse(text: str = MAPPING) -> Mapping:
    return parse_mapping(text, name="m.toml")


def faults(old: str, new: str) -> list[str]:
    """What is told of the test's mapping with one place spoilt."""
    assert old in MAPPING
    with pytest.raises(MappingError) as refused:
        parse(MAPPING.replace(old, new, 1))
    return refused.value.faults


def line(text: str) -> int:
    return MAPPING[: MAPPING.index(text)].count("\n") + 1


def test_a_mapping_reads_its_files_in_order_and_findings_in_precedence() -> None:
    mapping = parse()

    assert [sheet.file for sheet in mapping.sheets] == ["complaints.csv", "allegations.csv", "people.csv"]
    assert mapping.kinds == ("complaints", "allegations", "complainants")
    assert list(mapping.findings.items()) == [("PROVEN", "proven"), ("UNPROVEN", "UNPROVEN")]
    assert mapping.complaints.ignored == {"clerk": "who typed it is of no use"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('made_on = "made"', 'made_onn = "made"', "unknown key; did you mean made_on?"),
        ('closed_on = "closed"', "closed_on = 5", "has to be a table"),
        ('beat"', 'beat"\nbeet = "x"', "unknown key"),
        ('code = "UNPROVEN"', 'code = "PROVEN"', "the finding PROVEN stands twice"),
        ('name = "Division {}"', 'name = "Division"', "needs {} once"),
        ("{ pad = 4 }", "{ pad = 0 }", "step 3 is not one of"),
        ("{ between = [1, 2599] }", "{ between = [1] }", "step 2 is not one of"),
        ("{ first = 2 }", "{ last = 2 }", "step 4 is not one of"),
        ('blanks = ["0"]', 'blanks = "0"', "has to be a list of texts"),
        ('clerk = "who typed it is of no use"', 'clerk = ""', "has to be a text"),
        ('file = "people.csv"', 'file = "complaints.csv"', "the file complaints.csv is read twice"),
        ('slug = "borsetshire"', f'slug = "{"b" * 81}"', "longer than 80 characters"),
        ('name = "Division {}"', 'name = "Division {}"\nkind = "FORCE"', "has to be one of LPU, DEPARTMENT"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, told: str) -> None:
    found = faults(old, new)

    here = (f"m.toml:{line(old)}:", f"m.toml:{line(old) + new.count(chr(10))}:")
    assert any(fault.startswith(here) and told in fault for fault in found), found


def test_what_is_missing_is_told_at_its_table() -> None:
    assert f"m.toml:{line('[force]')}: [force] name is missing" in faults('name = "Borsetshire Police"\n', "")
    assert any("[complaints] made_on is missing" in fault for fault in faults('made_on = "made"\n', ""))
    assert any(
        "[allegations] reference is missing" in fault for fault in faults('reference = "number"\ncategory', "category")
    )
    assert any("date_formats is missing" in fault for fault in faults('date_formats = ["%Y-%m-%d", "%d/%m/%Y"]\n', ""))
    assert any("the table [source] is missing" in fault for fault in faults("[source]", "[sauce]"))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(MappingError) as refused:
        parse(MAPPING.replace("slug =", "slugg =").replace('file = "people.csv"\n', ""))

    assert len(refused.value.faults) == 3  # the unknown key, the missing slug, the missing file


def test_a_date_format_without_a_year_is_refused() -> None:
    (fault,) = {fault.split("] ")[1] for fault in faults('"%d/%m/%Y"', '"%d/%m"')}

    assert fault == '"%d/%m" does not tell year, month and day of a date, as "%Y-%m-%d" does'


def test_a_text_that_is_not_toml_is_told_with_its_line() -> None:
    with pytest.raises(MappingError, match=r"m\.toml: not TOML: .*line 2"):
        parse("[force]\nslug = \n")


def test_a_shipped_mapping_is_found_by_its_bare_name(tmp_path: Path) -> None:
    assert find_mapping("chicago") == find_mapping("chicago.toml")
    assert load_mapping(find_mapping("philadelphia")).force_slug == "philadelphia"

    with pytest.raises(MappingError, match="chicago, philadelphia"):
        find_mapping("gotham")
    with pytest.raises(MappingError, match="cannot be read as a UTF-8 text"):
        load_mapping(tmp_path)


@pytest.mark.parametrize(
    ("name", "cell", "slug"),
    [
        ("chicago", "834.0", "08"),
        ("chicago", "0531", "05"),
        ("chicago", "531", "05"),
        ("chicago", " 2599 ", "25"),
        ("chicago", "13", "00"),
        ("chicago", "0", ""),
        ("chicago", "0.0", ""),
        ("chicago", "", ""),
        ("philadelphia", "1700", "17"),
        ("philadelphia", "35", "35"),
        ("philadelphia", "06", "6"),
        ("philadelphia", "N/A", ""),
        ("philadelphia", "#VALUE!", ""),
    ],
)
def test_areas_read_as_the_shipped_mappings_say(name: str, cell: str, slug: str) -> None:
    assert load_mapping(find_mapping(name)).area.slug(cell) == slug


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("chicago", "3100"),
        ("chicago", "2600.0"),
        ("chicago", "-5"),
        ("philadelphia", "0.09"),
        ("philadelphia", "the river"),
        ("philadelphia", "1e400"),
        ("philadelphia", "NaN"),
    ],
)
def test_what_is_no_area_is_told_and_not_guessed(name: str, cell: str) -> None:
    with pytest.raises(NotAnArea):
        load_mapping(find_mapping(name)).area.slug(cell)


def test_a_cell_may_be_replaced_and_an_area_too() -> None:
    text = MAPPING.replace('category = "kind"', 'category = { column = "kind", replace = { "Rud." = "Rudeness" } }')
    text = text.replace("steps = [", 'steps = [{ replace = { "HQ" = "7" } }, ')

    mapping = parse(text)

    assert mapping.complaints.columns["category"].text(" Rud. ") == "Rudeness"
    assert mapping.area.slug("HQ") == "00"


def test_a_narrative_stays_as_written_and_everything_else_is_trimmed() -> None:
    columns = parse().complaints.columns

    assert columns["narrative"].text("  he said\n") == "  he said\n"
    assert columns["narrative"].text("  ") == ""
    assert columns["category"].text("  Rudeness ") == "Rudeness"
    assert columns["category"].text(" N/A ") == ""


def test_the_longest_texts_are_those_that_the_models_take() -> None:
    fields = {
        "reference": (models.Case, "source_reference"),
        "category": (models.Case, "category"),
        "category_code": (models.Allegation, "category_code"),
        "finding": (models.Allegation, "finding"),
        "action": (models.Allegation, "action"),
        "subject": (models.Involvement, "label"),
        "subject_unit": (models.Involvement, "unit_label"),
        "subject_sex": (models.EqualityAnswers, "sex"),
        "subject_ethnicity": (models.EqualityAnswers, "ethnicity"),
        "sex": (models.EqualityAnswers, "sex"),
        "ethnicity": (models.EqualityAnswers, "ethnicity"),
        "age": (models.EqualityAnswers, "age"),
        "disability": (models.EqualityAnswers, "disability"),
        "unit": (models.Case._meta.get_field("unit").related_model, "slug"),
    }

    for field, (model, name) in fields.items():
        assert LONGEST[field] == model._meta.get_field(name).max_length, field
    assert set(LONGEST) - set(fields) == {"narrative", "location"}
    assert LONGEST["category"] == models.Allegation._meta.get_field("category").max_length
    assert LONGEST["finding"] == models.Case._meta.get_field("outcome").max_length


def test_the_mapping_that_the_documentation_shows_can_be_used() -> None:
    shown = (settings.ROOT / "docs" / "import-mapping.md").read_text()
    *tables, detailed = re.findall(r"```toml\n(.*?)```", shown, flags=re.DOTALL)

    mapping = parse_mapping("".join(tables), name="m.toml")
    assert mapping.area.slug("834.0") == "08"
    assert list(mapping.findings) == ["SU", "NS"]

    plain = 'closed_on = "closed"\n', 'category = "type"\n'
    text = "".join(tables).replace(plain[0], "").replace(plain[1], detailed, 1)
    columns = parse_mapping(text, name="m.toml").complaints.columns
    assert (columns["category"].text("Rud."), str(columns["closed_on"].day("01.02.2007"))) == ("Rudeness", "2007-02-01")


def test_a_date_is_read_by_the_first_format_that_fits() -> None:
    made_on = parse().complaints.columns["made_on"]

    assert str(made_on.day("2007-03-01")) == str(made_on.day(" 1/3/2007 ")) == "2007-03-01"
    assert made_on.day("N/A") is None
    with pytest.raises(CannotRead, match="made is not a date as %Y-%m-%d or %d/%m/%Y: 2007-02-30"):
        made_on.day("2007-02-30")
