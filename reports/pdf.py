"""The briefing as a PDF: rendered by backend.documents, with the stylesheet of this room and nothing else.

Import this where it is used: WeasyPrint takes more than a second to load.
"""

from importlib.resources import files

from backend.documents import pdf
from backend.documents.pdf import FONTS, ForeignFileError

__all__ = ["OWN_FILES", "ForeignFileError", "render_pdf"]

OWN_FILES = {**FONTS, "own:briefing.css": (files("reports") / "assets" / "briefing.css", "text/css")}


def render_pdf(html: str) -> bytes:
    """`html` as a tagged PDF/UA-1. Raises ForeignFileError where it names any file but the app's own."""
    return pdf.render_pdf(html, own_files=OWN_FILES)
