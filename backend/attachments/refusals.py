"""Why a file is not taken. Every text says what to do instead, and nothing about the file's name or content."""

from backend.common.errors import Invalid

from .sniffing import ACCEPTED_IN_WORDS


class FileRefused(Invalid):
    """The file cannot be accepted as it is."""

    code = "file-refused"
    title = "This file cannot be accepted."


class FileTooLarge(FileRefused):
    """It has more bytes than ATTACHMENT_MAX_BYTES."""

    code = "file-too-large"
    status = 413

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"The file is larger than {limit // 1024**2} MB. Send a smaller one, or send it in parts.")


class FileTypeRefused(FileRefused):
    """Its content is none of the accepted types, whatever it is called."""

    code = "file-type-refused"
    status = 415

    def __init__(self) -> None:
        super().__init__(f"This kind of file is not accepted. Send {ACCEPTED_IN_WORDS}.")
