"""What the handler gets to see: the picture and the pages, and nothing that tells of the sender or that acts."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import StreamObject

from backend.attachments.copies import write_copy
from backend.attachments.models import StoredFile
from backend.attachments.reencode import without_segments
from backend.attachments.refusals import FileRefused
from backend.attachments.selectors import open_copy, open_original
from backend.attachments.services import keep

from . import samples

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def kept(content: bytes) -> StoredFile:
    return keep(content=BytesIO(content), name="evidence", at=NOON)


def copy_of(content: bytes) -> bytes:
    with open_copy(kept(content)) as file:
        return file.read()


def test_the_copy_of_a_photograph_tells_neither_place_nor_camera() -> None:
    original = samples.photograph()
    assert samples.CAMERA.encode() in original

    copy = copy_of(original)

    assert len(Image.open(BytesIO(original)).getexif().get_ifd(samples.GPS)) == 4
    image = Image.open(BytesIO(copy))
    assert (image.format, image.size) == ("JPEG", (60, 40))
    assert dict(image.getexif()) == {}
    assert b"Exif" not in copy
    assert samples.CAMERA.encode() not in copy


def test_the_copy_of_a_photograph_stands_upright() -> None:
    lying = samples.photograph(orientation=6)  # to be turned a quarter clockwise

    image = Image.open(BytesIO(copy_of(lying)))

    assert image.size == (40, 60)
    red = image.convert("RGB").getpixel((35, 5))  # the red corner has gone from the left to the right
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[1] < 60


def test_a_script_behind_a_photograph_is_in_the_sealed_original_alone() -> None:
    stored = kept(samples.photograph() + samples.SCRIPT)

    with open_original(stored) as original, open_copy(stored) as copy:
        assert samples.SCRIPT in original.read()
        assert b"<script" not in copy.read()


def test_the_author_in_a_png_is_gone() -> None:
    copy = copy_of(samples.png_with_text())

    assert samples.CAMERA.encode() not in copy
    assert Image.open(BytesIO(copy)).convert("RGB").tobytes() == samples.picture().tobytes()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_stays_one(kind: str) -> None:
    copy = copy_of(samples.animation(kind))

    image = Image.open(BytesIO(copy))
    assert image.format == kind
    assert getattr(image, "n_frames", 1) == 3
    assert samples.CAMERA.encode() not in copy
    image.seek(2)
    last = image.convert("RGB").getpixel((5, 5))
    assert isinstance(last, tuple)
    assert last[2] > 200
    assert last[0] < 60


def test_a_transparent_and_a_sixteen_bit_picture_keep_their_pixels() -> None:
    clear = Image.new("RGBA", (4, 4), (10, 20, 30, 0))
    deep = Image.new("I;16", (4, 4), 4660)

    copies = [Image.open(BytesIO(copy_of(samples.saved(image, "PNG")))) for image in (clear, deep)]

    assert [image.getpixel((1, 1)) for image in copies] == [(10, 20, 30, 0), 4660]


def test_a_picture_with_hundreds_of_millions_of_pixels_is_refused() -> None:
    with pytest.raises(FileRefused, match="too many pixels") as refusal:
        kept(samples.png_bomb())

    assert refusal.value.status == 400


@pytest.mark.parametrize(
    "content",
    [
        samples.photograph()[:400],
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + samples.SCRIPT,
        b"GIF89a/*" + samples.SCRIPT + b"*/=1;",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"%PDF-1.7\n" + samples.SCRIPT,
        samples.pdf(samples.letter())[:200],
        samples.pdf(PdfWriter()),
        b"%PDF-1.4\n%%EOF",
    ],
)
def test_a_file_that_only_begins_like_one_of_ours_is_refused(files: Path, content: bytes) -> None:
    with pytest.raises(FileRefused, match="damaged") as refusal:
        kept(content)

    assert refusal.value.status == 400
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_a_picture_is_opened_as_the_kind_it_was_found_to_be_and_as_no_other(tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.write_bytes(samples.saved(samples.picture(), "TIFF"))

    with (tmp_path / "copy").open("wb") as target, pytest.raises(FileRefused, match="damaged"):
        write_copy(original=original, target=target, content_type="image/png")


def test_a_pdf_with_a_password_is_refused() -> None:
    writer = samples.letter()
    writer.encrypt("secret", algorithm="AES-256")

    with pytest.raises(FileRefused, match="password"):
        kept(samples.pdf(writer))


def test_a_pdf_that_is_copied_reads_the_same() -> None:
    copy = PdfReader(BytesIO(copy_of(samples.pdf(samples.letter(words="I waited for two hours.")))))

    assert [page.extract_text() for page in copy.pages] == ["I waited for two hours."]
    assert copy.pages[0].mediabox.width == 300


def test_nothing_in_a_copied_pdf_acts_or_tells_who_wrote_it() -> None:
    original = samples.letter_that_acts()
    forbidden = [
        b"/JavaScript", b"/JS", b"alert", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"program", b"MZ-a-program",
        b"/Names", b"/AcroForm", b"/Widget", b"/Metadata", b"/Author", b"Amina", b"Aston Road", b"Exif", samples.SCRIPT,
    ]  # fmt: skip
    assert [mark for mark in forbidden if mark not in everything_in(original)] == []

    copy = copy_of(original)

    assert [mark for mark in forbidden if mark in everything_in(copy)] == []
    reader = PdfReader(BytesIO(copy))
    assert reader.pages[0].extract_text() == "I waited for two hours."


def test_notes_filled_in_fields_and_photographs_in_a_pdf_stay_visible() -> None:
    reader = PdfReader(BytesIO(copy_of(samples.letter_that_acts())))

    note, field = (reference.get_object() for reference in reader.pages[0]["/Annots"])
    assert note["/Contents"] == "A note"
    assert field["/Contents"] == "At the station"
    assert field["/AP"]["/N"].get_data() == b"0 0 80 20 re f"
    (image,) = reader.pages[0].images
    assert image.image is not None
    assert image.image.size == (60, 40)


def test_a_photograph_without_its_segments_has_the_same_pixels() -> None:
    original = samples.photograph()

    bare = without_segments(original + samples.SCRIPT)

    assert Image.open(BytesIO(bare)).tobytes() == Image.open(BytesIO(original)).tobytes()
    assert samples.CAMERA.encode() not in bare
    assert samples.SCRIPT not in bare


def test_text_is_its_own_copy() -> None:
    assert copy_of("I waited – for two hours.".encode()) == "I waited – for two hours.".encode()


def everything_in(pdf: bytes) -> bytes:
    """The bytes of a PDF, and what its streams hold when they are unpacked."""
    reader = PdfReader(BytesIO(pdf))
    things = [reader.get_object(number) for number in range(1, int(reader.trailer["/Size"]))]
    return b"\n".join([pdf, *(thing.get_data() for thing in things if isinstance(thing, StreamObject))])
