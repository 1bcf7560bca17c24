"""Files as people hand them in, as small as they can be, and a few that only pretend."""

import io
import zipfile

from mappings.file_kinds import FileKind

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 20

MAIN_PART = {
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    FileKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}


def zipped(entries: dict[str, str], *, comment: bytes = b"") -> bytes:
    """Return a container with these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in entries.items():
            container.writestr(name, content)
        container.comment = comment
    return target.getvalue()


def office(kind: FileKind) -> bytes:
    """Return an Office Open XML or OpenDocument file."""
    if kind in MAIN_PART:
        types = f'<Types><Override PartName="/main.xml" ContentType="{MAIN_PART[kind]}"/></Types>'
        return zipped({"_rels/.rels": "<Relationships/>", "[Content_Types].xml": types, "main.xml": "<x/>"})
    return zipped({"mimetype": kind.media_type, "content.xml": "<x/>"})


def sample(kind: FileKind) -> bytes:
    """Return a file of any kind that can be handed in."""
    return {FileKind.PDF: PDF, FileKind.PNG: PNG, FileKind.JPG: JPG}.get(kind) or office(kind)


def upload(content: bytes = PDF, name: str = "Cultuurscan.pdf") -> tuple[io.BytesIO, str]:
    """Return a file field for the test client."""
    return io.BytesIO(content), name
