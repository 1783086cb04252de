"""The only place where a PDF is made. What it may read is a fixed list of the app's own files: no address, no path, no data.

Import this where it is used: WeasyPrint takes more than a second to load.
"""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

_FONTS = files("font_source_sans_pro") / "files"

OwnFiles = Mapping[str, tuple[Traversable, str]]  # the address that a template names, the file, its type

FONTS: OwnFiles = {
    "own:regular.ttf": (_FONTS / "SourceSansPro-Regular.ttf", "font/ttf"),
    "own:semibold.ttf": (_FONTS / "SourceSansPro-Semibold.ttf", "font/ttf"),
    "own:bold.ttf": (_FONTS / "SourceSansPro-Bold.ttf", "font/ttf"),
}


class ForeignFileError(RuntimeError):
    """The document asked for a file that is not the app's own: the rendering stops."""


class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Refuses every address but those it was given; none of the default handlers (http, file, data) is ever reached."""

    def __init__(self, own_files: OwnFiles) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._own = own_files

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url not in self._own:
            raise FatalURLFetchingError(f"Refused to fetch {url[:200]}")
        path, content_type = self._own[url]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})


def render_pdf(html: str, *, own_files: OwnFiles) -> bytes:
    """`html` as a tagged PDF/UA-1. Raises ForeignFileError where it names any file but those of `own_files`."""
    target = BytesIO()
    try:
        HTML(string=html, url_fetcher=OwnFilesOnly(own_files)).write_pdf(target, pdf_variant="pdf/ua-1")
    except FatalURLFetchingError as refused:
        raise ForeignFileError(str(refused)) from refused
    return target.getvalue()
