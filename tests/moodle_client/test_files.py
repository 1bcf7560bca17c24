"""Files: streamed, capped, and from the site itself only."""

from dataclasses import replace
from pathlib import Path

import pytest

from moodle_client import (
    AuthError,
    FileRefused,
    FileTooLarge,
    InvalidParameter,
    Manners,
    MoodleClient,
    MoodleError,
    NotFound,
    NotJson,
    RemoteFile,
    UnexpectedAnswer,
    Unreachable,
    WrongAddress,
)
from moodle_client.address import Site
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Account, Cut, Drop, RecordedMoodle, Reply
from tests.moodle_client.recorded_moodle.files import AREA
from tests.moodle_client.recorded_moodle.recordings import load

DOCUMENT = b"%PDF-1.4 fake\n"
FILE = {"Content-Type": "application/pdf", "Content-Disposition": "attachment"}
SITE = Site("https://moodle.example/learn")


@pytest.fixture
def document(client: MoodleClient) -> RemoteFile:
    found = [file for one in client.assignments.submissions([1]) for file in one.files]
    return found[0]


def test_a_file_says_what_it_is(document: RemoteFile) -> None:
    assert document.name == "Verslag é  ü (1).pdf"
    assert (document.size, document.mime_type, document.external) == (14, "application/pdf", False)
    assert "Verslag" not in repr(document)


def test_a_file_is_streamed(document: RemoteFile, client: MoodleClient) -> None:
    with client.files.open(document) as download:
        assert (download.size, download.content_type) == (14, "application/pdf")
        assert b"".join(download) == DOCUMENT


def test_a_file_of_json_is_not_taken_for_a_refusal(moodle: RecordedMoodle, client: MoodleClient) -> None:
    with client.files.open(f"{moodle.url}/webservice/pluginfile.php{AREA}/data.json") as download:
        assert b"".join(download) == b'{"error": "mine", "errorcode": "mine"}'


def test_a_file_is_saved(document: RemoteFile, client: MoodleClient, tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(b"older")
    assert client.files.save(document, path) == 14
    assert path.read_bytes() == DOCUMENT
    assert [one.name for one in tmp_path.iterdir()] == ["document"]


def test_a_connection_lost_on_the_way_is_begun_again(
    document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient, tmp_path: Path
) -> None:
    moodle.fail_with(Cut(), Cut())
    assert client.files.save(document, tmp_path / "document") == 14
    assert (tmp_path / "document").read_bytes() == DOCUMENT


def test_half_a_file_is_not_left_behind(
    document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient, tmp_path: Path
) -> None:
    moodle.faults = lambda _number: Cut()
    with pytest.raises(Unreachable) as raised:
        client.files.save(document, tmp_path / "document")
    assert list(tmp_path.iterdir()) == []
    assert raised.value.__context__ is None


def test_a_file_larger_than_the_cap_is_not_asked_for(
    document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    before = len(moodle.seen)
    with pytest.raises(FileTooLarge, match="200000000 bytes"), client.files.open(replace(document, size=200_000_000)):
        pass
    assert len(moodle.seen) == before


def test_a_file_that_turns_out_larger_is_refused_before_it_comes(
    document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(Reply(200, b"begin", {**FILE, "Content-Length": "200000000"}))
    with pytest.raises(FileTooLarge), client.files.open(document):
        pass


def test_a_file_that_does_not_say_how_large_it_is_is_cut_at_the_cap(
    document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient, tmp_path: Path
) -> None:
    chunked = b"".join(b"10000\r\n" + b"x" * 65536 + b"\r\n" for _ in range(5)) + b"0\r\n\r\n"
    headers = {**FILE, "Transfer-Encoding": "chunked", "Content-Length": ""}
    moodle.fail_with(Reply(200, chunked, headers))
    with pytest.raises(FileTooLarge):
        client.files.save(document, tmp_path / "document", max_bytes=100_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("case", "token", "error"),
    [
        ("bad token", "wrong", AuthError),
        ("token of service without downloadfiles", "small", AuthError),
        ("unknown file", "good", NotFound),
    ],
)
def test_a_recorded_refusal_of_a_file_raises_its_error(
    case: str, token: str, error: type[Exception], moodle: RecordedMoodle, make_client: ClientMaker
) -> None:
    moodle.accounts |= {"small": Account(may_download=False), "good": Account()}
    recorded = next(one for one in load("ws-files.json") if one["case"] == case)
    name = recorded["url"].split("/")[-1].split("?")[0]
    with (
        pytest.raises(error) as raised,
        make_client(token).files.open(f"{moodle.url}/webservice/pluginfile.php{AREA}/{name}"),
    ):
        pass
    assert f'"errorcode":"{vars(raised.value)["errorcode"]}"' in recorded["body"]
    if token == "small":
        assert "download" in str(raised.value)


ANSWERED = ("webservice/pluginfile.php?token=", "POST token", "forcedownload")
REFUSED: dict[str, type[MoodleError]] = {
    "no token": InvalidParameter,
    "bad token": AuthError,
    "token of service without downloadfiles": AuthError,
    "plain pluginfile.php with token": WrongAddress,
    "tokenpluginfile": WrongAddress,
    "unknown file": NotFound,
}
OF_OTHER_REQUESTS = {"core_files_get_files", "Range", "HEAD", "offline image", "upload.php", "upload.php no uploadfiles"}
"""Folders, parts and heads of files, and uploads, are never asked for; of the image only its beginning was kept."""


def replayed(case: str) -> Reply:
    recorded = next(one for one in load("ws-files.json") if one["case"] == case)
    headers = {name: value for name, value in recorded["headers"].items() if name in ("Content-Type", "Location")}
    if "Content-Disposition" in recorded["headers"]:
        headers["Content-Disposition"] = "attachment"
    return Reply(recorded["status"], recorded["body"].encode(), headers)


@pytest.mark.parametrize("case", ANSWERED)
def test_a_recorded_file_is_read(case: str, document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(replayed(case))
    with client.files.open(document) as download:
        assert b"".join(download) == DOCUMENT


@pytest.mark.parametrize("case", REFUSED)
def test_a_recorded_answer_that_is_no_file_raises_what_the_tree_promises(
    case: str, document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(replayed(case))
    with pytest.raises(REFUSED[case]) as raised, client.files.open(document):
        pass
    assert type(raised.value) is REFUSED[case]


def test_no_recorded_file_is_left_out() -> None:
    assert {one["case"] for one in load("ws-files.json")} == {*ANSWERED, *REFUSED, *OF_OTHER_REQUESTS}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(303, b"<html>", {"Content-Type": "text/html", "Location": "/login/index.php"}), WrongAddress),
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), NotJson),
        (Reply(200, b"{}", {"Content-Type": "application/json"}), UnexpectedAnswer),
        (Reply(206, b"[]", {"Content-Type": "application/json"}), UnexpectedAnswer),
    ],
)
def test_what_is_no_file_is_an_error(
    reply: Reply, error: type[Exception], document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(reply)
    with pytest.raises(error), client.files.open(document):
        pass


def test_opening_a_file_is_retried(
    document: RemoteFile, moodle: RecordedMoodle, client: MoodleClient, waits: list[float]
) -> None:
    moodle.fail_with(Drop(), Reply(503))
    with client.files.open(document) as download:
        assert b"".join(download) == DOCUMENT
    assert len(waits) == 2


def test_a_slot_is_free_again_after_a_file_and_after_a_refusal(
    document: RemoteFile, moodle: RecordedMoodle, make_client: ClientMaker, no_retries: Manners
) -> None:
    client = make_client(manners=no_retries)
    for fault in (None, Drop(), Reply(404), Reply(200, b"x", {**FILE, "Content-Length": "200000000"})) * 2:
        moodle.fail_with(fault)
        try:
            with client.files.open(document):
                pass
        except (Unreachable, WrongAddress, FileTooLarge):
            assert fault is not None
    assert client.site.info().user_id == 7


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://moodle.example/learn/webservice/pluginfile.php/4/a/b.pdf", "/4/a/b.pdf"),
        ("https://moodle.example/learn/pluginfile.php/4/a/b.pdf?forcedownload=1", "/4/a/b.pdf"),
        ("https://moodle.example:443/learn/pluginfile.php/4/a%20b.pdf#x", "/4/a%20b.pdf"),
        ("https://moodle.example/learn/pluginfile.php?file=%2F4%2Fa%20b.pdf", "/4/a%20b.pdf"),
    ],
)
def test_a_file_is_fetched_through_the_web_service(url: str, expected: str) -> None:
    assert SITE.file(url) == f"https://moodle.example/learn/webservice/pluginfile.php{expected}"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/learn/webservice/pluginfile.php/4/a",
        "https://moodle.example.evil.example/learn/webservice/pluginfile.php/4/a",
        "http://moodle.example/learn/webservice/pluginfile.php/4/a",
        "https://moodle.example:8443/learn/webservice/pluginfile.php/4/a",
        "https://moodle.example@evil.example/learn/webservice/pluginfile.php/4/a",
        "https://user@moodle.example/learn/webservice/pluginfile.php/4/a",
        "https://moodle.example/webservice/pluginfile.php/4/a",
        "https://moodle.example/learn/draftfile.php/4/a",
        "https://moodle.example/learn/pluginfile.php",
        "https://moodle.example/learn/pluginfile.phpx/4/a",
        "https://moodle.example/learn/pluginfile.php/../../admin",
        "https://moodle.example/learn/pluginfile.php/%2e%2e/admin",
        "https://[broken/learn/pluginfile.php/4/a",
        "file:///etc/passwd",
        "",
    ],
)
def test_the_token_is_sent_nowhere_else(url: str, moodle: RecordedMoodle, client: MoodleClient) -> None:
    with pytest.raises(FileRefused):
        SITE.file(url)
    with pytest.raises(FileRefused), client.files.open(url):
        pass
    assert moodle.seen == []


def test_saving_takes_at_least_one_attempt(document: RemoteFile, client: MoodleClient, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        client.files.save(document, tmp_path / "document", attempts=0)
