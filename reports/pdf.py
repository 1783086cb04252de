"""The briefing as a PDF: rendered by backend.documents, with the stylesheet of this room and nothing else."""

from importlib.resources import files

from backend.documents import pdf
from backend.documents.pdf import FONTS, ForeignFileError, TooMuchToPrint

__all__ = ["OWN_FILES", "ForeignFileError", "TooMuchToPrint", "render_pdf"]

OWN_FILES = {**FONTS, "own:briefing.css": (files("reports") / "assets" / "briefing.css", "text/css")}


def render_pdf(html: str) -> bytes:
    """`html` as a tagged PDF/UA-1. Raises as backend.documents.pdf.render_pdf."""
    return pdf.render_pdf(html, own_files=OWN_FILES)
