"""Storing postcodes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction

from backend.areas.code_point_open import Malformed, Row
from backend.audit import services as audit
from backend.common.errors import Invalid

BATCH = 10_000
KEPT = 20
UPSERT = """
WITH stored AS (
    INSERT INTO areas_postcode (postcode, ward_code)
    SELECT * FROM unnest(%s::text[], %s::text[])
    ON CONFLICT (postcode) DO UPDATE SET ward_code = EXCLUDED.ward_code
        WHERE areas_postcode.ward_code <> EXCLUDED.ward_code
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM stored
"""


class NoPostcodes(Invalid):
    code = "no-postcodes"
    title = "There is no postcode in it."


@dataclass
class PostcodesStored:
    """What an import did, in lines of the files; `examples` are the first malformed ones, by file and line."""

    read: int = 0
    added: int = 0
    changed: int = 0
    malformed: int = 0
    examples: list[tuple[str, Malformed]] = field(default_factory=list)


@transaction.atomic
def store_postcodes(
    *, files: Mapping[str, Iterable[Row | Malformed]], at: dt.datetime, progress: Callable[[], None]
) -> PostcodesStored:
    """Add the postcodes that are new and correct those whose ward has changed, of all files or of none.

    The rows are read as they are stored, so memory does not grow with the files. `progress` is called after each batch.
    Raises NoPostcodes for a file without a single well-formed row: it is something else.
    """
    stored = PostcodesStored()
    for name, rows in files.items():
        found = _store_file(name, iter(rows), stored, progress)
        if not found:
            raise NoPostcodes(f"{name} is not Code-Point Open: it has no line with ten columns, the first a postcode.")
    if stored.added or stored.changed:
        audit.record(
            actor="clock",
            verb="POSTCODES_IMPORTED",
            subject_kind="postcodes",
            subject="",
            at=at,
            details={"added": stored.added, "changed": stored.changed, "malformed": stored.malformed},
        )
    return stored


def _store_file(
    name: str, rows: Iterable[Row | Malformed], stored: PostcodesStored, progress: Callable[[], None]
) -> int:
    found = 0
    while batch := list(islice(rows, BATCH)):
        good = {row.postcode: row.ward_code for row in batch if isinstance(row, Row)}
        bad = [row for row in batch if isinstance(row, Malformed)]
        stored.read += len(batch)
        stored.malformed += len(bad)
        stored.examples += [(name, row) for row in bad[: KEPT - len(stored.examples)]]
        found += len(good)
        _upsert(good, stored)
        progress()
    return found


def _upsert(ward_codes: dict[str, str], stored: PostcodesStored) -> None:
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [list(ward_codes), list(ward_codes.values())])
        added, changed = cursor.fetchone()
    stored.added += added
    stored.changed += changed
