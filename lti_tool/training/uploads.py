"""How much a form may carry, and what is saved of one that carries more.

A request over the limit is refused before it is read. Its text comes before its files (browsers send fields in the order
of the page), so the text can still be read; the rest is read and thrown away, because a browser whose upload is cut off
shows an error of its own instead of our page.
"""

from collections.abc import Iterable, Mapping
from typing import IO

from flask import Request
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData
from werkzeug.wsgi import get_input_stream

from lti_tool.training.draft_files import MB
from mappings.training import Training

FORM_MEMORY = 8 * MB
"""All fields of a form but its files: more than `LONGEST_TEXT` in UTF-8, so that a text that is too long comes back."""
_CHUNK = 64 * 1024
_READ_AT_MOST = 1024 * MB


def content_limit(file_max_mb: int, trainings: Iterable[Training]) -> int:
    """Return how many bytes a request may have: the files of the assignment that takes most, and the fields.

    Args:
        file_max_mb: the installation's largest file.
    """
    most = max(
        (
            assignment.hand_in.files_max * min(assignment.hand_in.file_max_mb, file_max_mb)
            for training in trainings
            for assignment in training.assignments
        ),
        default=0,
    )
    return max(most, 1) * MB + FORM_MEMORY


def fields_before_files(request: Request, names: Iterable[str]) -> Mapping[str, str]:
    """Return the fields of a refused multipart form that came before its first file, and read the rest away.

    Args:
        request: one whose form was refused unread (413).
        names: of the fields that are wanted.
    """
    stream = get_input_stream(request.environ)
    boundary = request.mimetype_params.get("boundary")
    fields = _read_fields(stream, boundary.encode("ascii", "ignore"), set(names)) if boundary else {}
    left = _READ_AT_MOST
    while left > 0 and (chunk := stream.read(_CHUNK)):
        left -= len(chunk)
    return fields


def _read_fields(stream: IO[bytes], boundary: bytes, names: set[str]) -> Mapping[str, str]:
    decoder = MultipartDecoder(boundary, max_form_memory_size=FORM_MEMORY)
    found: dict[str, bytes] = {}
    current: str | None = None
    taken = 0
    try:
        while taken < FORM_MEMORY:
            event = decoder.next_event()
            if isinstance(event, NeedData):
                chunk = stream.read(_CHUNK)
                taken += len(chunk)
                decoder.receive_data(chunk or None)
            elif isinstance(event, Field):
                current = event.name
            elif isinstance(event, File | Epilogue):
                break
            elif isinstance(event, Data) and current in names:
                found[current] = found.get(current, b"") + event.data
    except ValueError:
        return {}
    return {name: value.decode("utf-8", "replace") for name, value in found.items()}
