"""Answers that carry a PDF of our own making: always a download, like any other file."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.views import APIView


class PDFRenderer(BaseRenderer):
    """Lets a caller ask for application/pdf; the file itself is no Response, so what is rendered here is a problem."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return json.dumps(data).encode()


class PDFDoor(APIView):
    """A door behind which there is a PDF."""

    renderer_classes = [JSONRenderer, PDFRenderer]


def download_pdf(content: bytes, *, name: str) -> HttpResponse:
    """The PDF as a download that no cache keeps."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
