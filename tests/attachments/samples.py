"""Files as people and attackers send them, made here: nothing in them is anybody's."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from backend.attachments import store

SCRIPT = b"<script>alert('hello')</script>"
CAMERA = "Camera of Amina Example"
ORIENTATION, MODEL, GPS = 0x0112, 0x0110, 0x8825


def a_copy_on_disk() -> str:
    """A small PDF, which the rows of many tests may share as their copy: where it lies below FILES_ROOT."""
    place = store.root() / "00" / "paper"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"%PDF-1.7")
    return "00/paper"


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """White, with its upper left quarter red."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill="red")
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photograph(*, orientation: int = 1) -> bytes:
    """A JPEG with the place it was taken at, the camera's name and a comment."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MODEL] = CAMERA
    exif[GPS] = {1: "N", 2: (52.0, 28.0, 59.0), 3: "W", 4: (1.0, 53.0, 37.0)}
    return saved(picture(), "JPEG", exif=exif, comment=CAMERA.encode())


def png_with_text() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", CAMERA)
    return saved(picture(), "PNG", pnginfo=info)


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green", "blue")]
    extra = {"comment": CAMERA.encode()} if kind == "GIF" else {}
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=120, loop=0, **extra)


def png_bomb() -> bytes:
    """400 million white pixels in a few hundred kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    side = 20_000
    packer = zlib.compressobj(9)
    lines = b"".join(packer.compress(b"\0" + b"\xff" * (side // 8)) for _ in range(side)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def pdf(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def letter(*, words: str = "I waited for two hours.") -> PdfWriter:
    """One page with words on it."""
    writer = PdfWriter()
    page = writer.add_blank_page(300, 200)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    return writer


def letter_that_acts() -> bytes:
    """A letter with scripts, an embedded program, a form field that was filled in, an author, and a photograph."""
    writer = letter()
    page = writer.pages[0]
    writer.add_metadata({"/Author": CAMERA})
    writer.xmp_metadata = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{CAMERA}</x:xmpmeta>'.encode()
    writer.add_attachment("program.exe", b"MZ-a-program")
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('to the reader')")}
    )
    writer.root_object[NameObject("/OpenAction")] = action
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    writer.add_annotation(0, FreeText(text="A note", rect=(10, 10, 90, 30)))
    page["/Annots"][0].get_object()[NameObject("/T")] = TextStringObject(CAMERA)
    field = writer._add_object(_filled_in_field(writer, action))
    page["/Annots"].append(field)
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([field])})
    page["/Resources"][NameObject("/XObject")] = DictionaryObject({NameObject("/Im1"): _embedded_photograph(writer)})
    return pdf(writer)


def _filled_in_field(writer: PdfWriter, action: DictionaryObject) -> DictionaryObject:
    look = StreamObject()
    look.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(number) for number in (0, 0, 80, 20)]),
        }
    )
    look.set_data(b"0 0 80 20 re f")
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/Rect"): ArrayObject([FloatObject(number) for number in (100, 10, 180, 30)]),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(look)}),
            NameObject("/A"): action,
            NameObject("/Parent"): DictionaryObject({NameObject("/V"): TextStringObject("At the station")}),
        }
    )


def _embedded_photograph(writer: PdfWriter) -> Any:
    image = StreamObject()
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(60),
            NameObject("/Height"): NumberObject(40),
            NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    image.set_data(photograph() + SCRIPT)
    about = StreamObject()
    about.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    about.set_data(b"<place>Aston Road</place>")
    image[NameObject("/Metadata")] = writer._add_object(about)
    return writer._add_object(image)
