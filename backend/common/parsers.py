"""Bodies as they come in: strict JSON, or a form with files; text composed, no NUL, no endless nesting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.http import QueryDict  # the web's own types: this is a door
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, JSONParser, MultiPartParser

from .text import UnusableText, clean

ENCODING = "utf-8"  # whatever charset a Content-Type claims: JSON knows no other (RFC 8259), and a form of ours none


class StrictJSONParser(JSONParser):
    """JSON as the standard has it: no NaN, and nothing that the database could not hold."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return clean(super().parse(stream, media_type, {**(parser_context or {}), "encoding": ENCODING}))
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        except UnusableText as error:
            raise ParseError(str(error)) from None


class FormParser(MultiPartParser):
    """multipart/form-data, for submissions with files."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles[Any, Any]:
        parsed = super().parse(stream, media_type, {**(parser_context or {}), "encoding": ENCODING})
        fields = QueryDict(mutable=True)
        try:
            for name, values in parsed.data.lists():
                fields.setlist(clean(name), clean(values))
        except UnusableText as error:
            raise ParseError(str(error)) from None
        return DataAndFiles(fields, parsed.files)
