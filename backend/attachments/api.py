"""Forms that bring files, and answers that carry one: always a download, never shown by the browser as a page of ours.

The view that checks who may have it belongs to the room that the file belongs to.
"""

from typing import IO

from django.conf import settings
from django.http import FileResponse
from rest_framework import serializers

from backend.common.serializers import JSONInput

from .models import StoredFile
from .selectors import open_copy, open_original
from .services import Upload
from .sniffing import PLAIN_TEXT


class FilesIn(JSONInput):
    files = serializers.ListField(
        child=serializers.FileField(max_length=None, allow_empty_file=True),
        required=False,
        default=list,
        max_length=settings.ATTACHMENT_MAX_FILES,
        error_messages={"max_length": "There are too many files. Send at most {max_length}."},
        help_text="Up to five photographs, PDF documents or plain texts of 20 MB each; send the form as multipart/form-data.",
    )

    def uploads(self) -> list[Upload]:
        return [Upload(file.name or "", file.file) for file in self.validated_data["files"]]


def download_copy(stored: StoredFile) -> FileResponse:
    """The handler's copy, as a download."""
    return _download(stored, open_copy(stored))


def download_original(stored: StoredFile) -> FileResponse:
    """The file as it was sent, as a download."""
    return _download(stored, open_original(stored))


def _download(stored: StoredFile, file: IO[bytes]) -> FileResponse:
    charset = "; charset=utf-8" if stored.content_type == PLAIN_TEXT else ""
    return FileResponse(
        file,
        as_attachment=True,
        filename=stored.name,  # Django writes it as RFC 5987 asks
        content_type=f"{stored.content_type}{charset}",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
