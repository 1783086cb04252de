"""Where a key stands in a TOML text: the parser does not tell, and whoever mends a mapping wants to know."""

from __future__ import annotations

import re
from collections import Counter

_HEADING = re.compile(r"^\s*\[(?P<entry>\[)?\s*(?P<path>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(?P<key>[A-Za-z0-9_.-]+|"[^"]*"|'[^']*')\s*=""")


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line (from 1) where the key at `path` is written, or that of the nearest table around it; 1 where none is.

    Tables are found by their headings and keys at the start of a line. What stands within one line, as an inline table
    does, is told by that line. The entries of a list of tables are numbered: ("findings", "#2", "code").
    """
    written: dict[tuple[str, ...], int] = {}
    entries: Counter[tuple[str, ...]] = Counter()
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _HEADING.match(line):
            table = _parts(heading["path"])
            if heading["entry"]:
                entries[table] += 1
                table = (*table, f"#{entries[table]}")
            written.setdefault(table, number)
        elif key := _KEY.match(line):
            written.setdefault((*table, *_parts(key["key"])), number)
    for length in range(len(path), 0, -1):
        if path[:length] in written:
            return written[path[:length]]
    return 1


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
