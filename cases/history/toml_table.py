"""A table of a TOML file that collects what is wrong with it, line by line, instead of stopping at the first fault."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from .toml_lines import line_of


class MappingError(ValueError):
    """A mapping file cannot be used; `faults` names every reason, each with its file and line."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


class TomlTable:
    """A table of the file, with typed reading. A fault is noted and a harmless value answered, so that reading goes on."""

    def __init__(
        self, content: dict[str, Any], *, text: str, name: str, path: tuple[str, ...] = (), faults: Any = None
    ) -> None:
        self._content, self._text, self._name, self._path = content, text, name, path
        self._faults: dict[tuple[int, str], None] = {} if faults is None else faults

    def __contains__(self, key: object) -> bool:
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def raw(self, key: str) -> Any:
        """What stands at `key`, unchecked; None where nothing does."""
        return self._content.get(key)

    def fault(self, message: str, *keys: str) -> None:
        """Note that something is wrong at `keys`, counted from this table."""
        path = (*self._path, *keys)
        where = f" [{'.'.join(path)}]" if path else ""
        self._faults[(line_of(self._text, path), f"{where} {message}")] = None

    def refuse_faults(self) -> None:
        """Raises MappingError with everything that was noted in the file so far, in the order of its lines."""
        if self._faults:
            raise MappingError([f"{self._name}:{line}:{message}" for line, message in sorted(self._faults)])

    def allow(self, *keys: str) -> None:
        """Note every key that is not among `keys`, with the one that may be meant."""
        for key in self._content:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1)
                meant = f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(keys)}"
                self.fault(f"unknown key{meant}", key)

    def text(
        self, key: str, *, default: str | None = None, longest: int | None = None, among: Sequence[str] = ()
    ) -> str:
        """The text at `key`, trimmed; `default` where there is none."""
        value = self._content.get(key, default)
        if value is None:
            self.fault(f"{key} is missing")
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault("has to be a text", key)
            return ""
        if longest and len(value.strip()) > longest:
            self.fault(f"is longer than {longest} characters", key)
        if among and value not in among:
            self.fault(f"has to be one of {', '.join(among)}", key)
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts at `key`; none where it is missing."""
        value = self._content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            self.fault('has to be a list of texts, such as ["one", "two"]', key)
            return ()
        return tuple(value)

    def text_table(self, key: str) -> dict[str, str]:
        """The table of texts at `key`, such as { "written" = "meant" }; empty where it is missing."""
        value = self._content.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
            self.fault('has to be a table of texts, such as { "written" = "meant" }', key)
            return {}
        return value

    def table(self, key: str, *, required: bool = True) -> TomlTable:
        """The table at `key`; an empty one where it is missing, which is a fault when it is `required`."""
        value = self._content.get(key)
        if value is None and required:
            self.fault(f"the table [{'.'.join((*self._path, key))}] is missing")
        if value is not None and not isinstance(value, dict):
            self.fault("has to be a table", key)
        return self._within(value if isinstance(value, dict) else {}, key)

    def tables(self, key: str) -> list[TomlTable]:
        """The tables of the list at `key`; none where it is missing."""
        value = self._content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.fault("has to be a list of tables", key)
            return []
        return [self._within(entry, key, f"#{number}") for number, entry in enumerate(value, start=1)]

    def _within(self, content: dict[str, Any], *keys: str) -> TomlTable:
        return TomlTable(content, text=self._text, name=self._name, path=(*self._path, *keys), faults=self._faults)
