"""Makes a PDF of a document in HTML. What it may read is what it was given: no other address, no path, no data.

A program of its own: `python -I typeset.py ADDRESS=TYPE=PATH… <input >pdf`, an argument for each file that the document may
name. The first line of the input names in JSON what goes into the PDF as it is, [name, description, path] of each, for a list
of processes shows arguments to everybody; the rest is the HTML. It imports nothing of ours, gets none of our secrets, and
limits itself. Its exit status is the answer; with another than 0 standard output says why.
"""

import json
import resource
import sys
import traceback
from io import BytesIO
from pathlib import Path
from typing import Any

# Three times and more what the largest documents take; bench/briefing.py tells how much a briefing does. What is attached
# comes on top, each file up to five times while it is written.
MEMORY = 1024**3  # bytes of address space
CPU_SECONDS = 20
FILE_BYTES = 50 * 1024**2  # of a file: it writes the fonts down for the libraries that draw them

FOREIGN_FILE = 3
TOO_MUCH_WORK = 4
BROKEN = 5


def typeset(html: str, *, own_files: dict[str, tuple[str, Path]], attached: list[tuple[str, str, str]]) -> bytes:
    """`html` as a tagged PDF/UA-1, with what is `attached` in it, byte for byte and by its name.

    Raises FatalURLFetchingError where it names any file but those of `own_files`.
    """
    from weasyprint import HTML, Attachment
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
        """Refuses every address but those it was given; no default handler (http, file, data) is ever reached."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url not in own_files:
                raise FatalURLFetchingError(f"Refused to fetch {url[:200]}")
            content_type, path = own_files[url]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})

    target = BytesIO()
    fetcher = OwnFilesOnly(allowed_protocols=(), allow_redirects=False)
    HTML(string=html, url_fetcher=fetcher).write_pdf(
        target,
        pdf_variant="pdf/ua-1",
        attachments=[
            Attachment(string=Path(path).read_bytes(), name=name, description=says) for name, says, path in attached
        ],
        finisher=_leave_as_they_are,
    )
    return target.getvalue()


def _leave_as_they_are(_document: Any, pdf: Any) -> None:
    """What is attached is not packed, which takes a time that a hostile file chooses, and supplements the document as a whole."""
    for thing in pdf.objects:
        if getattr(thing, "extra", {}).get("Type") == "/EmbeddedFile":
            thing.compress = False
    files: list[Any] = [each for each in pdf.objects if isinstance(each, dict) and each.get("Type") == "/Filespec"]
    for file in files:
        file["AFRelationship"] = "/Supplement"
    if files:
        pdf.catalog["AF"] = b"[" + b" ".join(file.reference for file in files) + b"]"


def _limit_this_process() -> None:
    if sys.platform != "darwin":  # which knows no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(argument: str) -> tuple[str, tuple[str, Path]]:
    address, content_type, path = argument.split("=", 2)
    return address, (content_type, Path(path))


def _why(error: BaseException) -> tuple[int, str]:
    """The status, and what may be said of it: where the code stood, for the words of an error may be the document's."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "FatalURLFetchingError" in kinds:
        return FOREIGN_FILE, str(error)
    if isinstance(error, MemoryError):
        return TOO_MUCH_WORK, ""
    return BROKEN, "".join([*traceback.format_tb(error.__traceback__), type(error).__name__])


def main() -> int:
    """Typeset standard input to standard output."""
    _limit_this_process()
    own_files: dict[str, Any] = dict(_read(argument) for argument in sys.argv[1:])
    try:
        attached = json.loads(sys.stdin.buffer.readline())
        status, answer = 0, typeset(sys.stdin.buffer.read().decode(), own_files=own_files, attached=attached)
    except BaseException as error:  # whatever it is (a refused address is no Exception), the words of it stay here
        status, said = _why(error)
        answer = said.encode()
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
