"""The files of the recorded course."""

from dataclasses import dataclass

from tests.moodle_client.recorded_moodle.recordings import load, response

AREA = "/49/assignsubmission_file/submission_files/52"
NAMES = [one["filename"] for one in response("ws_submission_with_files")["plugins"][1]["fileareas"][0]["files"]]


@dataclass(frozen=True)
class StoredFile:
    """A file, and how Moodle sends it."""

    content: bytes
    content_type: str
    disposition: str = "attachment"


FILES = {
    f"{AREA}/{NAMES[0]}": StoredFile(load("ws-files.json")[1]["body"].encode(), "application/pdf"),
    f"{AREA}/data.json": StoredFile(b'{"error": "mine", "errorcode": "mine"}', "application/json"),
}
