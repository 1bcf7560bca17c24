"""Uploads by the tus protocol, as any client of it speaks: whatever breaks off, nothing that was received is sent again."""

import base64
import hashlib
import io
import os
import signal
from collections.abc import Mapping

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.ids import new_id
from lti_tool.training.access import Access
from lti_tool.training.clamav import Readable
from lti_tool.training.draft_files import MB, DraftFiles
from lti_tool.training.errors import FileInfected, OffsetWrong, StoreUnavailable, UploadBusy
from lti_tool.training.files import FileStore
from lti_tool.training.inspecting import INFECTED, FileInspector
from lti_tool.training.models import Submission, Upload, WorkFile
from lti_tool.training.resumable import PART, UploadService
from lti_tool.training.resumable_finishing import LEASE, UploadFinisher
from mappings.progress import OutcomeState
from tests.training.conftest import Group
from tests.training.samples import PDF
from tests.training.world import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KEY = "verkenning"
CONTENT = PDF + bytes(range(256)) * 8


class Bytes(io.BytesIO):
    """What a request brings, without a checksum."""

    has_checksum = False

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size)

    def is_intact(self) -> bool:
        return True


def uploads(group: Group) -> UploadService:
    service: UploadService = group.world.service(UploadService)
    return service


def finisher(group: Group) -> UploadFinisher:
    world = group.world
    access, store = Access(world.trainings), FileStore(world.settings.files_location)
    return UploadFinisher(world.database, world.clock, access, store, DraftFiles(world.clock, 50, [world.told.outcome]))


def address(group: Group) -> str:
    return f"{group.assignment(KEY)}/upload"


def ask(browser: Browser, method: str, url: str, body: bytes = b"", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    every = {"Tus-Resumable": "1.0.0", "X-CSRFToken": browser.token(), "Accept": "application/json"}
    return browser.client.open(url, method=method, data=body, headers={**every, **named})


def metadata(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def create(group: Group, size: int = len(CONTENT), name: str = "Verkenning.pdf", **more: str) -> TestResponse:
    told = metadata(filename=name, **more)
    return ask(group.zoe, "POST", address(group), Upload_Length=str(size), Upload_Metadata=told)


def begun(group: Group, size: int = len(CONTENT), name: str = "Verkenning.pdf", **more: str) -> str:
    answer = create(group, size, name, **more)
    assert answer.status_code == 201
    assert answer.headers["Upload-Expires"].endswith("GMT")
    return str(answer.location)


def send(group: Group, url: str, at: int, body: bytes, **headers: str) -> TestResponse:
    how = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": str(at), **headers}
    return ask(group.zoe, "PATCH", url, body, **how)


def offset(group: Group, url: str) -> int:
    answer = ask(group.zoe, "HEAD", url)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return int(answer.headers["Upload-Offset"])


def names(group: Group) -> list[str]:
    with group.world.database.session() as session:
        return list(session.scalars(select(WorkFile.name).order_by(WorkFile.added_at)))


def kept(group: Group) -> list[str]:
    root = group.world.settings.data_dir / "files"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def rows(group: Group) -> list[Upload]:
    with group.world.database.session() as session:
        return list(session.scalars(select(Upload)))


def content_of(group: Group, name: str) -> bytes:
    with group.world.database.session() as session:
        file_id = session.scalars(select(WorkFile.id).where(WorkFile.name == name)).one()
    return bytes(group.zoe.get(f"/file/{file_id}").data)


def test_what_the_server_speaks(group: Group) -> None:
    answer = ask(group.zoe, "OPTIONS", address(group))
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,expiration,checksum,termination"
    assert answer.headers["Tus-Max-Size"] == str(50 * MB)
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_file_in_three_parts_becomes_one_of_the_draft(group: Group) -> None:
    url = begun(group)
    at = 0
    for part in (CONTENT[:10], CONTENT[10:1000], CONTENT[1000:]):
        assert offset(group, url) == at
        answer = send(group, url, at, part)
        at += len(part)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(at))
    assert names(group) == ["Verkenning.pdf"]
    assert content_of(group, "Verkenning.pdf") == CONTENT
    assert len(kept(group)) == 1
    assert [change.state for change in group.world.told.outcomes] == [OutcomeState.DRAFT]
    assert "Verkenning.pdf" in group.zoe.page(f"{group.assignment(KEY)}/files")
    # a page whose answer got lost hears that it is done
    assert offset(group, url) == len(CONTENT)


def test_parts_that_overlap_come_too_early_or_twice_change_nothing(group: Group) -> None:
    url = begun(group)
    send(group, url, 0, CONTENT[:100])
    for at in (0, 50, 101, 5000):
        assert send(group, url, at, CONTENT[at : at + 100]).status_code == 409
    assert offset(group, url) == 100
    assert send(group, url, 100, CONTENT[100:]).status_code == 204
    assert content_of(group, "Verkenning.pdf") == CONTENT


def test_of_two_tabs_that_send_the_same_stretch_one_counts(group: Group) -> None:
    url = begun(group)
    upload_id = url.rsplit("/", 1)[1]
    where = (group.zoe.viewer, group.cohort_id, KEY, upload_id)

    class Slow(Bytes):
        """The other tab is faster."""

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            if not found:
                send(group, url, 0, CONTENT[:100])
            return found

    with pytest.raises(OffsetWrong):
        uploads(group).receive(*where, 0, Slow(CONTENT[:200]))
    assert offset(group, url) == 100
    assert len(kept(group)) == 1
    send(group, url, 100, CONTENT[100:])
    assert content_of(group, "Verkenning.pdf") == CONTENT


def test_what_arrived_before_the_connection_broke_is_kept(group: Group) -> None:
    url = begun(group)
    # Werkzeug's server side: a body that is shorter than it was said to be is a client that is gone
    broken = group.zoe.client.open(
        url,
        method="PATCH",
        input_stream=io.BytesIO(CONTENT[:700]),
        headers={
            "Tus-Resumable": "1.0.0",
            "X-CSRFToken": group.zoe.token(),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(len(CONTENT)),
            "Upload-Offset": "0",
        },
    )
    assert broken.headers["Upload-Offset"] == "700"
    assert offset(group, url) == 700
    send(group, url, 700, CONTENT[700:])
    assert content_of(group, "Verkenning.pdf") == CONTENT


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_that_is_not_what_its_checksum_says_is_not_kept(group: Group, algorithm: str) -> None:
    url = begun(group)
    right = base64.b64encode(hashlib.new(algorithm, CONTENT).digest()).decode()
    assert send(group, url, 0, CONTENT[:-1] + b"!", Upload_Checksum=f"{algorithm} {right}").status_code == 460
    assert (offset(group, url), kept(group)) == (0, [])
    assert send(group, url, 0, CONTENT, Upload_Checksum=f"{algorithm} {right}").status_code == 204
    assert content_of(group, "Verkenning.pdf") == CONTENT


def test_a_body_of_many_parts_is_kept_part_by_part(group: Group) -> None:
    whole = PDF + bytes(2 * PART)
    url = begun(group, len(whole))
    send(group, url, 0, whole[:-1])
    told = group.zoe.get(url).get_json()
    assert [part["size"] for part in told["parts"]] == [PART, PART, len(PDF) - 1]
    assert told["parts"][0]["sha256"] == hashlib.sha256(whole[:PART]).hexdigest()
    send(group, url, len(whole) - 1, whole[-1:])
    assert content_of(group, "Verkenning.pdf") == whole


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (412, {"Tus_Resumable": "0.2.2"}),
        (415, {"Content_Type": "application/octet-stream"}),
        (400, {"Upload_Offset": "-1"}),
        (400, {"Upload_Offset": "nul"}),
        (400, {"Upload_Checksum": "md5 AAAA"}),
        (400, {"Upload_Checksum": "sha1 ?"}),
        (400, {"X_CSRFToken": "x"}),
    ],
)
def test_a_part_that_does_not_speak_the_protocol_is_refused(group: Group, status: int, headers: Mapping[str, str]) -> None:
    url = begun(group)
    assert send(group, url, 0, CONTENT, **headers).status_code == status
    assert (offset(group, url), kept(group)) == (0, [])


def test_more_than_the_file_was_to_have_is_refused(group: Group) -> None:
    url = begun(group)
    assert send(group, url, 0, CONTENT + b"x").status_code == 413
    assert offset(group, url) == 0


def test_where_patch_and_delete_do_not_get_through_a_post_does(group: Group) -> None:
    url = begun(group)
    how = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": "0"}
    sent = ask(group.zoe, "POST", url, CONTENT[:9], X_HTTP_Method_Override="PATCH", **how)
    assert (sent.status_code, offset(group, url)) == (204, 9)
    assert ask(group.zoe, "POST", url).status_code == 405
    assert ask(group.zoe, "POST", url, X_HTTP_Method_Override="DELETE").status_code == 204
    assert (ask(group.zoe, "HEAD", url).status_code, kept(group), rows(group)) == (404, [], [])


@pytest.mark.parametrize(
    ("status", "size", "name", "words"),
    [
        (413, 50 * MB + 1, "groot.pdf", "Er past hooguit 50 MB in"),
        (422, 10, "plan.exe", "een soort bestand dat we hier niet aannemen"),
        (422, 0, "leeg.pdf", "geen goed pdf-bestand"),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_sent(group: Group, status: int, size: int, name: str, words: str) -> None:
    answer = create(group, size, name)
    assert answer.status_code == status
    assert words in answer.get_json()["detail"]
    assert rows(group) == []


def test_an_upload_without_a_length_or_with_odd_metadata_is_refused(group: Group) -> None:
    wrong: list[dict[str, str]] = [{}, {"Upload_Length": "1e3"}, {"Upload_Length": "5", "Upload_Metadata": "filename ???"}]
    for headers in wrong:
        assert ask(group.zoe, "POST", address(group), b"", **headers).status_code == 400
    assert rows(group) == []


def test_content_that_is_not_what_its_name_says_is_refused_at_the_end_and_goes(group: Group) -> None:
    url = begun(group, 6)
    answer = send(group, url, 0, b"<html>")
    assert answer.status_code == 422
    assert "geen goed pdf-bestand" in answer.get_json()["detail"]
    assert (names(group), kept(group), rows(group)) == ([], [], [])


def test_a_file_too_many_is_refused(group: Group) -> None:
    most = group.world.training.assignment(KEY).hand_in.files_max
    url = begun(group)
    for number in range(most):
        other = begun(group, len(PDF), f"{number}.pdf")
        send(group, other, 0, PDF)
    refused = f"hooguit {most} bestanden"
    assert refused in create(group, 10, "te-veel.pdf").get_json()["detail"]
    assert refused in send(group, url, 0, CONTENT).get_json()["detail"]
    assert len(names(group)) == len(kept(group)) == most


def test_the_same_file_twice_is_one(group: Group) -> None:
    for _time in range(2):
        send(group, begun(group), 0, CONTENT)
    assert (names(group), len(kept(group))) == (["Verkenning.pdf"], 1)


def test_work_that_was_accepted_takes_no_more_files(group: Group) -> None:
    group.zoe.post(group.assignment(KEY), {"text": "Mijn tekst", "action": "save"})
    url = begun(group)
    with group.world.database.session() as session:
        session.execute(update(Submission).values(state=OutcomeState.ACCEPTED.value))
    assert send(group, url, 0, CONTENT).status_code == 422
    assert create(group).status_code == 422
    assert (names(group), kept(group)) == ([], [])


def test_what_one_person_has_unfinished_is_limited(group: Group) -> None:
    for number in range(10):
        begun(group, 50 * MB, f"{number}.pdf")
    answer = create(group, 10, "nog-een.pdf")
    assert (answer.status_code, "Samen past er 500 MB" in answer.get_json()["detail"]) == (422, True)
    ask(group.zoe, "DELETE", f"{address(group)}/{rows(group)[0].id}")
    assert create(group, 10, "nog-een.pdf").status_code == 201


def test_an_unfinished_upload_stands_on_the_page_and_can_be_thrown_away_there(group: Group) -> None:
    url = begun(group, fingerprint="f" * 64)
    send(group, url, 0, CONTENT[:1024])
    page = group.zoe.page(group.assignment(KEY))
    assert "1 kB van 2 kB" in page
    assert f'data-upload="{url}" data-fingerprint="{"f" * 64}"' in page
    answer = group.zoe.post(f"{url}/remove", {"text": "Wat ik typte", "link": ""})
    assert (answer.status_code, answer.location) == (303, f"{group.assignment(KEY)}#bestanden")
    page = group.zoe.page(group.assignment(KEY))
    assert "1 kB van" not in page
    assert "Wat ik typte" in page
    assert kept(group) == []


def test_nobody_else_can_see_continue_or_end_it_and_the_trail_says_who_tried(group: Group) -> None:
    url = begun(group)
    send(group, url, 0, CONTENT[:100])
    how = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": "100"}
    tries = [("HEAD", b""), ("GET", b""), ("PATCH", CONTENT[100:]), ("DELETE", b""), ("OPTIONS", b"")]
    for browser in (group.noor, group.trainer):
        for method, body in tries:
            assert ask(browser, method, url, body, **how).status_code == 404
        assert browser.post(f"{url}/remove").status_code == 404
        noted = group.world.audit.last(10, account_id=browser.viewer.account_id)
        assert [one.what for one in reversed(noted)] == [
            *["training.upload"] * 4,
            "training.upload_options",
            "training.remove_upload",
        ]
    # and not under another assignment of the same person
    assert ask(group.zoe, "HEAD", url.replace(KEY, "leervraag")).status_code == 404
    assert offset(group, url) == 100


def test_an_upload_that_expires_goes_with_its_bytes_and_a_part_keeps_it(group: Group) -> None:
    url = begun(group)
    group.world.clock.advance(days=6)
    uploads(group).receive(group.zoe.viewer, group.cohort_id, KEY, url.rsplit("/", 1)[1], 0, Bytes(CONTENT[:100]))
    group.world.clock.advance(days=6)
    assert (finisher(group).sweep(), offset_of_rows(group)) == (0, [100])
    group.world.clock.advance(days=2)
    with pytest.raises(NotFound):
        uploads(group).see(group.zoe.viewer, group.cohort_id, KEY, url.rsplit("/", 1)[1])
    assert finisher(group).sweep() == 1
    assert (rows(group), kept(group)) == ([], [])


def offset_of_rows(group: Group) -> list[int]:
    return [row.received for row in rows(group)]


def test_the_bytes_of_a_finished_upload_outlive_its_row(group: Group) -> None:
    send(group, begun(group), 0, CONTENT)
    group.world.clock.advance(days=2)
    assert finisher(group).sweep() == 1
    assert rows(group) == []
    assert content_of_store(group) == CONTENT


def content_of_store(group: Group) -> bytes:
    (path,) = kept(group)
    return (group.world.settings.data_dir / "files" / path).read_bytes()


def test_what_a_killed_process_left_behind_is_swept(group: Group) -> None:
    url = begun(group)
    send(group, url, 0, CONTENT[:100])
    root = group.world.settings.data_dir / "files" / "uploads"
    stray = root / new_id() / "0-x"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    half = root / url.rsplit("/", 1)[1] / "100-half"
    half.write_bytes(b"x")
    finisher(group).sweep()
    assert not stray.exists()
    assert offset(group, url) == 100
    send(group, url, 100, CONTENT[100:])
    assert content_of_store(group) == CONTENT


def test_a_whole_that_was_being_made_by_a_killed_process_is_made_by_the_next(group: Group) -> None:
    url = begun(group)
    send(group, url, 0, CONTENT[:100])
    world = group.world
    left = world.settings.data_dir / "files" / "left"
    left.write_bytes(b"half of it")
    with world.database.session() as session:
        until = world.clock() + LEASE
        session.execute(update(Upload).values(claimed_until=until, whole_path="left"))
    assert send(group, url, 100, CONTENT[100:]).status_code == 423
    assert ask(group.zoe, "DELETE", url).status_code == 423
    world.clock.advance(seconds=LEASE.total_seconds())
    assert send(group, url, 100, CONTENT[100:]).status_code == 204
    assert not left.exists()
    assert content_of(group, "Verkenning.pdf") == CONTENT


def test_a_store_that_fails_at_the_end_keeps_all_parts_and_the_next_try_makes_the_file(group: Group) -> None:
    url = begun(group)
    send(group, url, 0, CONTENT[:100])
    (part,) = (group.world.settings.data_dir / "files" / "uploads").rglob("0-*")
    away = part.rename(part.with_name("away"))
    assert send(group, url, 100, CONTENT[100:]).status_code == 503
    assert names(group) == []
    away.rename(part)
    assert offset(group, url) == len(CONTENT)
    assert (names(group), content_of_store(group)) == (["Verkenning.pdf"], CONTENT)


def test_a_whole_that_nobody_asks_for_any_more_is_made_by_the_sweep(group: Group) -> None:
    url = begun(group)
    group.world.told.refuse = True
    assert send(group, url, 0, CONTENT).status_code == 500
    group.world.told.refuse = False
    assert names(group) == []
    finisher(group).sweep()
    assert (names(group), content_of_store(group)) == (["Verkenning.pdf"], CONTENT)


def service_over(group: Group, database: Database, store: FileStore) -> tuple[UploadService, UploadFinisher]:
    """Put the service together over another database connection or store."""
    clock, access = group.world.clock, Access(group.world.trainings)
    drafts = DraftFiles(clock, 50)
    finishing = UploadFinisher(database, clock, access, store, drafts)
    return UploadService(database, clock, access, store, drafts, finishing, unfinished_mb=500, days=7), finishing


def test_on_a_store_of_objects_it_is_the_same(group: Group) -> None:
    world = group.world
    location = f"memory://{new_id()}"
    store = FileStore(location)
    service, finishing = service_over(group, world.database, store)
    where = (group.zoe.viewer, group.cohort_id, KEY)
    one, other = (service.begin(*where, name, len(CONTENT), "") for name in ("een.pdf", "twee.pdf"))
    service.receive(*where, one.id, 0, Bytes(CONTENT[:100]))
    service.receive(*where, other.id, 0, Bytes(CONTENT[:100]))
    assert store.folders("uploads") == {one.id, other.id}
    assert service.receive(*where, one.id, 100, Bytes(CONTENT[100:])).finished
    with world.database.session() as session:
        path = session.scalars(select(WorkFile.path)).one()
    assert b"".join(store.read(path)) == CONTENT
    world.clock.advance(days=8)
    finishing.sweep()
    root = f"/{location.removeprefix('memory://')}"
    assert [name for name in MemoryFileSystem.store if name.startswith(root)] == [f"{root}/{path}"]


class Stopping(Bytes):
    """Sends what it has, says so and sends nothing any more, however long somebody waits."""

    def __init__(self, content: bytes, told: int) -> None:
        super().__init__(content)
        self._told = told

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if not found:
            os.write(self._told, b"half of the second part")
            signal.pause()
        return found


def test_killed_in_the_middle_of_a_part_it_goes_on_after_the_last_whole_one(group: Group) -> None:
    whole = PDF + os.urandom(2 * PART)
    url = begun(group, len(whole))
    heard, told = os.pipe()
    victim = os.fork()
    if victim == 0:
        try:
            store = FileStore(group.world.settings.files_location)
            service, _finishing = service_over(group, Database(group.world.database.url), store)
            where = (group.zoe.viewer, group.cohort_id, KEY, url.rsplit("/", 1)[1])
            service.receive(*where, 0, Stopping(whole[: PART + 1_000_000], told))
        finally:
            os._exit(1)
    os.close(told)
    assert os.read(heard, 100) == b"half of the second part"
    os.close(heard)
    os.kill(victim, signal.SIGKILL)
    _pid, status = os.waitpid(victim, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    assert offset(group, url) == PART
    send(group, url, PART, whole[PART:])
    assert content_of(group, "Verkenning.pdf") == whole
    assert len(kept(group)) == 1


def test_an_upload_that_is_busy_or_away_says_so(group: Group) -> None:
    url = begun(group)
    with group.world.database.session() as session:
        session.execute(update(Upload).values(received=len(CONTENT), claimed_until=group.world.clock() + LEASE))
    where = (group.zoe.viewer, group.cohort_id, KEY, url.rsplit("/", 1)[1])
    with pytest.raises(UploadBusy):
        uploads(group).see(*where)
    group.world.clock.advance(seconds=LEASE.total_seconds())
    with pytest.raises(StoreUnavailable):
        uploads(group).see(*where)


def test_in_a_frame_without_cookies_the_header_is_the_session(group: Group) -> None:
    cookie = group.zoe.client.get_cookie("icc")
    assert cookie is not None
    client, named = group.world.app.test_client(), {"ICC-Session": cookie.value}
    told = {"Upload-Length": str(len(CONTENT)), "Upload-Metadata": metadata(filename="plan.pdf")}
    tus = {**named, "Tus-Resumable": "1.0.0", "X-CSRFToken": group.zoe.token()}
    made = client.post(address(group), headers={**tus, **told})
    assert made.status_code == 201
    part = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    assert client.patch(str(made.location), data=CONTENT, headers={**tus, **part}).status_code == 204
    assert names(group) == ["plan.pdf"]


class FindsSomething:
    """A scanner to which nothing is clean."""

    def find(self, stream: Readable) -> str | None:
        return "Eicar-Test-Signature" if stream.read(4) == PDF[:4] else None


def test_an_upload_in_which_the_scanner_finds_something_is_gone_and_noted(group: Group) -> None:
    noted: list[tuple[str, str, str]] = []
    inspector = FileInspector(FindsSomething(), noted=lambda *what: noted.append(what))
    world = group.world
    access, store = Access(world.trainings), FileStore(world.settings.files_location)
    drafts = DraftFiles(world.clock, 50, [world.told.outcome])
    finishing = UploadFinisher(world.database, world.clock, access, store, drafts, inspector)
    service = UploadService(world.database, world.clock, access, store, drafts, finishing, unfinished_mb=100, days=1)
    where = (group.zoe.viewer, group.cohort_id, KEY)
    begun = service.begin(*where, "Verkenning.pdf", len(CONTENT), "")
    with pytest.raises(FileInfected):
        service.receive(*where, begun.id, 0, Bytes(CONTENT))
    assert noted == [(group.zoe.viewer.account_id, INFECTED, "Eicar-Test-Signature")]
    with world.database.reading() as session:
        assert session.scalars(select(Upload)).all() == []
        assert session.scalars(select(WorkFile)).all() == []
