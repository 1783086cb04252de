"""What a force's spreadsheets mean: a mapping file, read, checked and turned into plain values. Knows no database."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass
from pathlib import Path

from .areas import AreaRule, read_area_rule
from .columns import DATE_FIELDS, Column, read_columns
from .toml_table import MappingError, TomlTable

SHIPPED = Path(__file__).resolve().parent / "mappings"
UNIT_KINDS = ("LPU", "DEPARTMENT")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One CSV file: its name, which column is what, and the columns that are left out, each with the reason."""

    file: str
    columns: Table[str, Column]
    ignored: Table[str, str]

    @property
    def known(self) -> set[str]:
        """The names of all columns that the mapping speaks of."""
        return {column.name for column in self.columns.values()} | set(self.ignored)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a force's past is read. `findings` are code -> meaning, in the order of precedence for a complaint's outcome."""

    force_slug: str
    force_name: str
    source: str
    unit_kind: str
    unit_name: str  # with {} in the place of the slug
    area: AreaRule
    findings: Table[str, str]
    complaints: Sheet
    allegations: Sheet | None
    complainants: Sheet | None

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The files, complaints first; the index of a sheet is the number that its rows carry."""
        return tuple(getattr(self, kind) for kind in self.kinds)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the rows of each of `sheets` are, in the same order."""
        return tuple(kind for kind in ("complaints", "allegations", "complainants") if getattr(self, kind))


COMPLAINT_FIELDS = ("reference", "made_on", "incident_on", "closed_on", "unit", "category", "narrative", "location")
ALLEGATION_FIELDS = (
    *("reference", "category_code", "category", "finding", "action"),
    *("subject", "subject_unit", "subject_sex", "subject_ethnicity"),
)
COMPLAINANT_FIELDS = ("reference", "sex", "ethnicity", "age", "disability")


def find_mapping(name: str) -> Path:
    """The mapping file that `name` means: a path, or the bare name of one that is shipped ("chicago").

    Raises MappingError where there is none.
    """
    path = Path(name)
    if path.is_file():
        return path
    shipped = SHIPPED / f"{name.removesuffix('.toml')}.toml"
    if path.parent == Path() and shipped.is_file():
        return shipped
    known = ", ".join(sorted(found.stem for found in SHIPPED.glob("*.toml")))
    raise MappingError([f"{name}: there is no such mapping file. Shipped with the product: {known}."])


def load_mapping(path: Path) -> Mapping:
    """Read and check a mapping file. Raises MappingError with every fault, each with its line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise MappingError([f"{path}: it cannot be read as a UTF-8 text: {fault}"]) from None
    return parse_mapping(text, name=path.name)


def parse_mapping(text: str, *, name: str) -> Mapping:
    """The mapping that a TOML text holds; `name` is what errors call the file. Raises MappingError."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise MappingError([f"{name}: not TOML: {fault}"]) from None
    top = TomlTable(content, text=text, name=name)
    mapping = _read(top)
    top.refuse_faults()
    return mapping


def _read(top: TomlTable) -> Mapping:
    top.allow("force", "source", "units", "findings", "complaints", "allegations", "complainants")
    force, source, units = top.table("force"), top.table("source"), top.table("units", required=False)
    force.allow("slug", "name")
    source.allow("name", "date_formats", "blanks")
    units.allow("kind", "name", "blanks", "steps")
    formats, blanks = source.texts("date_formats"), source.texts("blanks")
    complaints = _read_sheet(top, "complaints", COMPLAINT_FIELDS, blanks=blanks, formats=formats)
    mapping = Mapping(
        force_slug=force.text("slug", longest=80),
        force_name=force.text("name", longest=160),
        source=source.text("name", longest=60),
        unit_kind=units.text("kind", default="LPU", among=UNIT_KINDS),
        unit_name=units.text("name", default="{}", longest=80),
        area=read_area_rule(units, blanks=blanks),
        findings=_read_findings(top),
        complaints=complaints or Sheet("", {}, {}),
        allegations=_read_sheet(top, "allegations", ALLEGATION_FIELDS, blanks=blanks, formats=formats),
        complainants=_read_sheet(top, "complainants", COMPLAINANT_FIELDS, blanks=blanks, formats=formats),
    )
    _check(top, mapping)
    return mapping


def _read_sheet(
    top: TomlTable, key: str, fields: tuple[str, ...], *, blanks: tuple[str, ...], formats: tuple[str, ...]
) -> Sheet | None:
    required = key == "complaints"
    if not required and key not in top:
        return None
    table = top.table(key)
    table.allow("file", "ignored", *fields)
    ignored = table.table("ignored", required=False)
    return Sheet(
        file=table.text("file"),
        columns=read_columns(table, fields, blanks=blanks, formats=formats),
        ignored={column: ignored.text(column) for column in ignored},
    )


def _read_findings(top: TomlTable) -> dict[str, str]:
    findings: dict[str, str] = {}
    for entry in top.tables("findings"):
        entry.allow("code", "label")
        code = entry.text("code", longest=120)
        if code in findings:
            entry.fault(f"the finding {code} stands twice", "code")
        findings[code] = entry.text("label", default=code)
    return findings


def _check(top: TomlTable, mapping: Mapping) -> None:
    """What no table knows by itself."""
    if mapping.unit_name.count("{}") != 1:
        top.fault("the name needs {} once, in the place of the unit's slug", "units", "name")
    for kind in mapping.kinds:
        _check_sheet(top, kind, getattr(mapping, kind), files=[sheet.file for sheet in mapping.sheets])
    dates = [column for field, column in mapping.complaints.columns.items() if field in DATE_FIELDS]
    if not all(column.formats for column in dates):
        top.fault('date_formats is missing: say how dates are written, such as ["%Y-%m-%d"]', "source")


def _check_sheet(top: TomlTable, kind: str, sheet: Sheet, *, files: list[str]) -> None:
    needed = ("reference", "made_on") if kind == "complaints" else ("reference",)
    for field in needed:
        if field not in sheet.columns:
            top.fault(f"{field} is missing: say which column it is", kind)
    if files.count(sheet.file) > 1:
        top.fault(f"the file {sheet.file} is read twice", kind, "file")
