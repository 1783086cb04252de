"""One batch of history into the database, by COPY: cases, their rows, and last the audit."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from backend.accounts.actors import OPERATOR
from backend.areas.models import Unit
from backend.audit import services as audit
from backend.common.identifiers import letters_from, random_public_id
from backend.database.copying import as_copied, copy_lines_into
from cases import regimes
from cases.models import (
    Allegation,
    Case,
    Complainant,
    ComplaintState,
    EqualityAnswers,
    HistorySource,
    Involvement,
    Kind,
    Origin,
    Regime,
    RegimeStart,
)

from .bundles import Complaint, Equality
from .mapping import Mapping


def find_force(mapping: Mapping) -> Unit | None:
    """The mapping's force, where it is here already."""
    return Unit.objects.filter(force=None, slug=mapping.force_slug).first()


def digests_of(references: Sequence[str], *, mapping: Mapping) -> dict[str, str]:
    """Which of these references of the mapping's source are here already, each with the digest of what was imported."""
    cases = Case.objects.filter(
        force__force=None, force__slug=mapping.force_slug, source=mapping.source, source_reference__in=references
    )
    return dict(cases.values_list("source_reference", "source_digest"))


class HistoryWriter:
    """Writes batches of complaints of one mapping. Everything one batch needs is made in its own transaction."""

    def __init__(self, *, mapping: Mapping, at: dt.datetime) -> None:
        self._mapping, self._at = mapping, at
        self._force: Unit | None = None
        self._units: dict[str, int] = {}

    def write(self, complaints: Sequence[Complaint]) -> None:
        """Add these complaints, none of which may be here already. The caller's transaction makes it all or nothing."""
        force = self._make_force()
        self._make_units(force, {complaint.unit for complaint in complaints if complaint.unit})
        rows = _Rows(force=force, units=self._units, source=self._mapping.source, complaints=complaints)
        with connection.cursor() as cursor:
            rows.copy(cursor)
        audit.record_many(
            actor=OPERATOR.public_id,
            verb="IMPORTED",
            subject_kind="case",
            at=self._at,
            details_by_subject={
                reference: {"source": self._mapping.source, "source_reference": complaint.reference}
                for reference, complaint in zip(rows.references, complaints, strict=True)
            },
        )

    def _make_force(self) -> Unit:
        if self._force is None:
            self._force, _ = Unit.objects.get_or_create(
                force=None,
                slug=self._mapping.force_slug,
                defaults={"name": self._mapping.force_name, "kind": Unit.Kind.FORCE},
            )
            HistorySource.objects.get_or_create(
                force=self._force,
                name=self._mapping.source,
                defaults={"finding_labels": dict(self._mapping.findings), "first_imported_at": self._at},
            )
            self._units = dict(self._force.units.values_list("slug", "pk"))
        return self._force

    def _make_units(self, force: Unit, slugs: set[str]) -> None:
        for slug in sorted(slugs - set(self._units)):
            name = self._mapping.unit_name.replace("{}", slug)
            unit = Unit.objects.create(force=force, slug=slug, name=name, kind=self._mapping.unit_kind)
            self._units[slug] = unit.pk


class _Table:
    """The lines for one table: what varies is given for each row, everything else is the model's default.

    A default that is made for each row anew (a reference, a public id) has to be among what varies.
    """

    def __init__(self, model: type[models.Model], *varying: str, **constant: object) -> None:
        meta = model._meta
        # What is not given here and that the database fills in by itself (an id that nobody refers to) is left to it.
        fields = [
            field
            for field in meta.concrete_fields
            if not field.generated
            and (field.attname in varying or not (field.primary_key or field.db_default is not models.NOT_PROVIDED))
        ]
        self.name = meta.db_table
        self.columns = [str(field.column) for field in fields]
        names = [field.attname for field in fields]
        self._template = [as_copied(constant.get(field.attname, _default(field))) for field in fields]
        self._places = [names.index(name) for name in varying]
        self.lines: list[str] = []

    def add(self, *values: object) -> None:
        cells = self._template.copy()
        for place, value in zip(self._places, values, strict=True):
            cells[place] = as_copied(value)
        self.lines.append("\t".join(cells))

    def copy(self, cursor: Any) -> None:
        copy_lines_into(cursor, table=self.name, columns=self.columns, lines=self.lines)


def _default(field: models.Field[Any, Any]) -> object:
    made_for_each_row = field.has_default() and callable(field.default)
    return None if made_for_each_row else field.get_default()


class _Rows:
    """The rows of one batch, in the order in which the tables refer to each other."""

    def __init__(self, *, force: Unit, units: dict[str, int], source: str, complaints: Sequence[Complaint]) -> None:
        self.cases = _Table(
            Case,
            *("id", "reference", "unit_id", "about_unit_id", "received_on", "made_on", "incident_on", "closed_on"),
            *("category", "narrative", "location", "outcome", "source_reference", "source_digest"),
            *("regime", "regime_reason"),
            kind=Kind.COMPLAINT.value,
            state=ComplaintState.FINALISED.value,
            origin=Origin.IMPORTED.value,
            # Nobody assessed it, so it is kept like what concerns conduct: no unit sees its own officers' past.
            concerns_conduct=True,
            flags="[]",
            force_id=force.pk,
            source=source,
        )
        self.complainants = _Table(Complainant, "id", "public_id", "case_id", "position")
        self.allegations = _Table(
            Allegation,
            *("id", "public_id", "case_id", "position", "category_code", "category", "finding", "action"),
        )
        self.involvements = _Table(
            Involvement,
            *("id", "public_id", "case_id", "allegation_id", "label", "unit_label"),
            part=Involvement.Part.SUBJECT.value,
        )
        self.equality = _Table(
            EqualityAnswers,
            *("complainant_id", "involvement_id", "sex", "ethnicity", "age", "disability"),
        )
        self.rules_of_2012_from = RegimeStart.objects.get(regime=Regime.OF_2012).from_on
        self.references = _fresh_references(len(complaints))
        self._ids = {model: iter(_reserve(model, sum(map(count, complaints)))) for model, count in _COUNTS.items()}
        for reference, complaint in zip(self.references, complaints, strict=True):
            self._add(reference, complaint, units.get(complaint.unit))

    def copy(self, cursor: Any) -> None:
        for table in (self.cases, self.complainants, self.allegations, self.involvements, self.equality):
            table.copy(cursor)

    def _add(self, reference: str, complaint: Complaint, unit: int | None) -> None:
        case = next(self._ids[Case])
        self.cases.add(
            *(case, reference, unit, unit, complaint.made_on, complaint.made_on),
            *(complaint.incident_on, complaint.closed_on, complaint.category, complaint.narrative, complaint.location),
            *(complaint.outcome, complaint.reference, complaint.digest),
            *self._regime_of(complaint.made_on),
        )
        for position, answers in enumerate(complaint.complainants, start=1):
            complainant = next(self._ids[Complainant])
            self.complainants.add(complainant, random_public_id(), case, position)
            self._add_equality(answers, complainant=complainant)
        for position, row in enumerate(complaint.allegations, start=1):
            allegation = next(self._ids[Allegation])
            self.allegations.add(
                *(allegation, random_public_id(), case, position),
                *(row.category_code, row.category, row.finding, row.action),
            )
            if row.has_subject:
                involvement = next(self._ids[Involvement])
                self.involvements.add(involvement, random_public_id(), case, allegation, row.subject, row.subject_unit)
                self._add_equality(row.subject_equality, involvement=involvement)

    def _regime_of(self, made_on: dt.date) -> tuple[str, str]:
        proposal = regimes.propose(made_on=made_on, rules_of_2012_from=self.rules_of_2012_from)
        return proposal.regime, proposal.reason

    def _add_equality(
        self, answers: Equality, *, complainant: int | None = None, involvement: int | None = None
    ) -> None:
        if answers:
            self.equality.add(
                *(complainant, involvement),
                *(answers.sex, answers.ethnicity, answers.age, answers.disability),
            )


_COUNTS = {
    Case: lambda complaint: 1,
    Complainant: lambda complaint: len(complaint.complainants),
    Allegation: lambda complaint: len(complaint.allegations),
    Involvement: lambda complaint: sum(row.has_subject for row in complaint.allegations),
}


def _reserve(model: type[models.Model], count: int) -> Iterable[int]:
    """`count` ids that nobody else will be given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [identity for (identity,) in cursor.fetchall()]


def _fresh_references(count: int) -> list[str]:
    """`count` random references that no case has: with a million cases, one in a million is taken already."""
    fresh: dict[str, None] = {}
    while len(fresh) < count:
        drawn = {letters_from(secrets.token_bytes(5), 8): None for _ in range(count - len(fresh))}
        for taken in Case.objects.filter(reference__in=list(drawn)).values_list("reference", flat=True):
            del drawn[taken]
        fresh.update(drawn)
    return list(fresh)
