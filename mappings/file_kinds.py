"""The kinds of file that can be handed in: those a school's computer writes and a trainer's can read.

Media types as registered with IANA.
"""

from enum import StrEnum


class FileKind(StrEnum):
    """A kind of file, named by its extension in lower case."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    PPTX = "pptx"
    ODP = "odp"
    XLSX = "xlsx"
    ODS = "ods"
    JPG = "jpg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        """The media type, such as `application/pdf`."""
        return _MEDIA_TYPES[self]

    @classmethod
    def of_name(cls, file_name: str) -> "FileKind | None":
        """Return the kind that a file name says it is, None when it is none of ours. Says nothing of the content."""
        stem, dot, extension = file_name.rpartition(".")
        extension = extension.lower()
        if not stem or not dot:
            return None
        try:
            return cls(_OTHER_EXTENSIONS.get(extension, extension))
        except ValueError:
            return None


_OTHER_EXTENSIONS = {"jpeg": "jpg"}

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: f"{_OFFICE}wordprocessingml.document",
    FileKind.ODT: f"{_OPEN}text",
    FileKind.PPTX: f"{_OFFICE}presentationml.presentation",
    FileKind.ODP: f"{_OPEN}presentation",
    FileKind.XLSX: f"{_OFFICE}spreadsheetml.sheet",
    FileKind.ODS: f"{_OPEN}spreadsheet",
    FileKind.JPG: "image/jpeg",
    FileKind.PNG: "image/png",
}
