"""Makes the handler's copy of a picture or a PDF, without metadata and without anything that acts.

A program of its own, run on files that strangers sent: `python -I reencode.py CONTENT_TYPE <original >copy`. It imports
nothing of ours, gets no environment, and limits itself. Its exit status is the answer.
"""

import resource
import sys
import warnings
from typing import IO, Any

MEMORY = 1024**3  # bytes of address space
CPU_SECONDS = 5
COPY_BYTES = 200 * 1024**2
MAX_PIXELS = 50_000_000

DAMAGED = 3
TOO_MANY_PIXELS = 4
ENCRYPTED = 5
TOO_MUCH_WORK = 6

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
HOW_TO_SAVE: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 3},
    "GIF": {},
    "WEBP": {"quality": 90, "method": 2},
}
KEPT_WITH_PICTURES = {"transparency", "duration", "loop"}

# A page and an annotation keep what is needed to draw them, and nothing else: no actions, no authors, no files.
KEPT_ON_PAGES = frozenset(
    {
        "/Type",
        "/MediaBox",
        "/CropBox",
        "/BleedBox",
        "/TrimBox",
        "/ArtBox",
        "/Rotate",
        "/UserUnit",
        "/Resources",
        "/Contents",
        "/Group",
        "/Annots",
    }
)
KEPT_ON_ANNOTATIONS = frozenset(
    {
        "/Type",
        "/Subtype",
        "/Rect",
        "/F",
        "/AP",
        "/AS",
        "/C",
        "/CA",
        "/IC",
        "/Border",
        "/BS",
        "/Contents",
        "/QuadPoints",
        "/InkList",
        "/L",
        "/LE",
        "/Vertices",
        "/DA",
        "/Name",
    }
)
KEPT_ANNOTATIONS = frozenset(
    {
        "/Text",
        "/FreeText",
        "/Line",
        "/Square",
        "/Circle",
        "/Polygon",
        "/PolyLine",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Stamp",
        "/Ink",
        "/Caret",
        "/Widget",
    }
)
# Wherever they stand below a page.
DROPPED_KEYS = frozenset(
    {
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
        "/AF",
        "/EF",
        "/JS",
        "/JavaScript",
        "/OpenAction",
        "/OPI",
        "/Ref",
        "/Alternates",
        "/Measure",
        "/PtData",
        "/StructParent",
        "/StructParents",
    }
)
DROPPED_TYPES = {"/Catalog", "/Pages", "/Page", "/Action", "/Filespec", "/EmbeddedFile", "/Metadata"}


class EncryptedError(Exception):
    """The PDF asks for a password."""


def copy_picture(content_type: str, source: IO[bytes], target: IO[bytes]) -> None:
    """Decode the picture, turn it upright, and encode its pixels afresh: nothing else of the file survives."""
    from PIL import GifImagePlugin, Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    GifImagePlugin.LOADING_STRATEGY = GifImagePlugin.LoadingStrategy.RGB_AFTER_DIFFERENT_PALETTE_ONLY
    kind = FORMATS[content_type]
    try:
        with Image.open(source, formats=[kind]) as image:
            frames = []
            for frame in ImageSequence.Iterator(image):
                bare = ImageOps.exif_transpose(frame).copy()
                bare.info = {key: value for key, value in frame.info.items() if key in KEPT_WITH_PICTURES}
                frames.append(bare)
                if kind == "JPEG":
                    break  # what follows are a camera's own extras: depth, a smaller copy
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        sys.exit(TOO_MANY_PIXELS)
    options = HOW_TO_SAVE[kind]
    if len(frames) > 1:
        durations = [frame.info.get("duration", 100) for frame in frames]
        options = {**options, "save_all": True, "append_images": frames[1:], "duration": durations}
    frames[0].save(target, kind, **options)


def copy_pdf(source: IO[bytes], target: IO[bytes]) -> None:
    """Write the pages as they look to a new document. Raises EncryptedError."""
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(source)
    if reader.is_encrypted:
        raise EncryptedError
    writer = PdfWriter()
    for page in reader.pages:
        for key in set(page) - KEPT_ON_PAGES:
            del page[key]
        _keep_what_is_drawn(page)
        _sweep(page)
        writer.add_page(page)
    if not writer.pages:
        raise ValueError("A PDF without pages")
    writer.metadata = None
    writer.write(target)


def _keep_what_is_drawn(page: Any) -> None:
    from pypdf.generic import ArrayObject, NameObject, TextStringObject

    if "/Annots" not in page:
        return
    kept = ArrayObject()
    for reference in page["/Annots"]:
        annotation = reference.get_object()
        if annotation.get("/Subtype") not in KEPT_ANNOTATIONS:
            continue
        if annotation["/Subtype"] == "/Widget":
            # A field that was filled in has to be read: without its form it is drawn as what it is, a mark on the page,
            # and carries its words, for not every program has drawn them.
            annotation[NameObject("/Subtype")] = NameObject("/Stamp")
            if isinstance(words := _words_in(annotation), TextStringObject):
                annotation[NameObject("/Contents")] = words
        for key in set(annotation) - KEPT_ON_ANNOTATIONS:
            del annotation[key]
        kept.append(reference)
    page[NameObject("/Annots")] = kept


def _words_in(field: Any) -> Any:
    """What was filled in; a field may have it from its parent."""
    own = field.get("/V")
    parent = field.get("/Parent")
    return (own.get_object() if own else None) or (parent.get_object().get("/V") if parent else None)


def _sweep(page: Any) -> None:
    """Take out of everything below a page what is not drawn."""
    seen: dict[int, Any] = {}
    waiting: list[Any] = [page]
    while waiting:
        thing = waiting.pop().get_object()
        if id(thing) not in seen:
            seen[id(thing)] = thing  # held, or another object could get its id
            waiting.extend(_what_stays_of(thing))


def _what_stays_of(thing: Any) -> list[Any]:
    from pypdf.generic import ArrayObject, DictionaryObject, NullObject, StreamObject

    if isinstance(thing, DictionaryObject):
        for key, value in list(thing.items()):
            if key in DROPPED_KEYS or _type_of(value) in DROPPED_TYPES:
                del thing[key]
        if isinstance(thing, StreamObject):
            thing.pop("/F", None)  # content that lies in another file
            _bare_photograph(thing)
        return list(thing.values())
    if isinstance(thing, ArrayObject):
        thing[:] = [NullObject() if _type_of(value) in DROPPED_TYPES else value for value in thing]
        return list(thing)
    return []


def _type_of(value: Any) -> Any:
    thing = value.get_object()
    return thing.get("/Type") if isinstance(thing, dict) else None


def _bare_photograph(stream: Any) -> None:
    """A photograph in a PDF is a whole JPEG file, with its own metadata: take that out, leave the pixels alone."""
    from pypdf.generic import NameObject, StreamObject

    names = stream.get("/Filter")
    names = [names] if isinstance(names, str) else list(names or [])
    if not names or names[-1].get_object() != "/DCTDecode":
        return
    bare = without_segments(stream.get_data())
    stream[NameObject("/Filter")] = NameObject("/DCTDecode")
    if len(names) > 1:
        stream.pop("/DecodeParms", None)
    StreamObject.set_data(stream, bare)


def without_segments(jpeg: bytes) -> bytes:
    """A JPEG without comments and application data, but for Adobe's segment, which says how to read the colours."""
    at = jpeg.index(b"\xff\xd8", 0, 16) + 2
    kept = [b"\xff\xd8"]
    while jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        marker, end = jpeg[at + 1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == 0xEE or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(jpeg[at:end])
        at = end
    end_of_image = jpeg.rfind(b"\xff\xd9")
    return b"".join(kept) + (jpeg[at : end_of_image + 2] if end_of_image > at else jpeg[at:])


def _limit_this_process() -> None:
    if sys.platform != "darwin":  # which knows no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (COPY_BYTES, COPY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Copy standard input to standard output."""
    _limit_this_process()
    content_type, source, target = sys.argv[1], sys.stdin.buffer, sys.stdout.buffer
    try:
        if content_type in FORMATS:
            copy_picture(content_type, source, target)
        else:
            copy_pdf(source, target)
        target.flush()
    except EncryptedError:
        return ENCRYPTED
    except MemoryError:
        return TOO_MUCH_WORK
    except Exception:  # parsers of foreign files raise whatever they like
        return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main())
