"""There is one form of answer at each address, whatever the caller would rather have."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OneForm(BaseContentNegotiation):
    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser whose media type the body has, or None (415)."""
        from rest_framework.utils.mediatypes import media_type_matches

        return next((p for p in parsers if media_type_matches(p.media_type, request.content_type)), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type
