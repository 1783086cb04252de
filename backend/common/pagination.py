"""Pages by key, not by number: the thousandth costs what the first does, and nothing is counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cryptography.fernet import InvalidToken
from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from rest_framework.exceptions import ValidationError

from .fields import decrypt, encrypt

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the next ones; empty where there are none."""

    rows: list[Row]
    next_cursor: str


@dataclass(frozen=True)
class Order:
    """An order by fields that together name one row; all ascending or all descending, for an index to serve it."""

    name: str
    fields: tuple[str, ...]
    descending: bool = False

    def page(self, rows: QuerySet[Any], *, cursor: str, size: int) -> Page[Any]:
        """`size` rows (at most MAX_PAGE_SIZE) after the cursor. Raises ValidationError (400) for a cursor not made here."""
        ordered = rows.order_by(*(F(field).desc() if self.descending else F(field).asc() for field in self.fields))
        if cursor:
            values = tuple(
                rows.model._meta.get_field(field).to_python(value)
                for field, value in zip(self.fields, self._read(cursor, rows.model), strict=True)
            )
            after = TupleLessThan if self.descending else TupleGreaterThan
            ordered = ordered.filter(after(tuple(F(field) for field in self.fields), values))
        found = list(ordered[: size + 1])
        return Page(found[:size], self._write(found[size - 1], rows.model) if len(found) > size else "")

    def _write(self, row: Model, model: type[Model]) -> str:
        values = [str(getattr(row, field)) for field in self.fields]
        return encrypt(json.dumps([model._meta.label, self.name, *values]))

    def _read(self, cursor: str, model: type[Model]) -> Sequence[str]:
        try:
            of, name, *values = json.loads(decrypt(cursor))
        except (InvalidToken, ValueError):
            of, name, values = "", "", []
        if (of, name) != (model._meta.label, self.name):
            raise ValidationError({"cursor": ["This is not a cursor of this list; start again without one."]})
        return [str(value) for value in values]
