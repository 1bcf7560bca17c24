import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from lti_tool.errors import SettingsError
from lti_tool.ids import new_id
from lti_tool.training.errors import StoreUnavailable
from lti_tool.training.files import CHUNK, FileStore, TooManyBytes


@pytest.fixture(params=["file", "memory"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"file://{tmp_path}/files" if request.param == "file" else f"memory://{new_id()}"


@pytest.fixture
def store(location: str) -> FileStore:
    return FileStore(location)


def kept(location: str) -> list[str]:
    """Return every file that lies at the location."""
    if location.startswith("file://"):
        return [str(path) for path in Path(location.removeprefix("file://")).rglob("*") if path.is_file()]
    root = "/" + location.removeprefix("memory://")
    return [path for path in MemoryFileSystem.store if path.startswith(root)]


class Breaking(io.BytesIO):
    """A stream that stops half-way, as when a browser goes away."""

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        if not found:
            raise OSError("gone")
        return found


def test_what_was_stored_comes_back_with_its_size_and_digest(store: FileStore) -> None:
    content = bytes(range(256)) * 3000
    stored = store.put(io.BytesIO(content), max_bytes=len(content))
    assert stored.size == len(content)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    chunks = list(store.read(stored.path))
    assert b"".join(chunks) == content
    assert max(len(chunk) for chunk in chunks) <= CHUNK


def test_the_same_bytes_twice_lie_under_two_paths(store: FileStore) -> None:
    paths = {store.put(io.BytesIO(b"a"), max_bytes=1).path for _time in range(2)}
    assert len(paths) == 2


def test_a_stream_with_too_many_bytes_leaves_nothing(store: FileStore, location: str) -> None:
    with pytest.raises(TooManyBytes):
        store.put(io.BytesIO(b"x" * (CHUNK + 2)), max_bytes=CHUNK + 1)
    assert kept(location) == []


def test_a_stream_that_breaks_leaves_nothing(store: FileStore, location: str) -> None:
    with pytest.raises(StoreUnavailable):
        store.put(Breaking(b"half"), max_bytes=1000)
    assert kept(location) == []


def test_what_is_discarded_is_gone_and_discarding_it_again_is_fine(store: FileStore, location: str) -> None:
    stored = store.put(io.BytesIO(b"abc"), max_bytes=3)
    store.discard(stored.path)
    store.discard(stored.path)
    assert kept(location) == []


def test_bytes_that_are_missing_are_noticed_before_anything_is_sent(store: FileStore) -> None:
    with pytest.raises(StoreUnavailable):
        store.read("ab/nothing")


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("not a folder")
    with pytest.raises(StoreUnavailable) as refused:
        FileStore(f"file://{tmp_path}/files").put(io.BytesIO(b"abc"), max_bytes=3)
    assert str(tmp_path) not in refused.value.detail


def test_a_store_that_does_not_exist_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(SettingsError, match=r"ICC_FILES_URL: .*nowhere"):
        FileStore("nowhere://bucket/x")


def test_a_store_says_nothing_of_its_address() -> None:
    assert "secret-bucket" not in repr(FileStore("memory://secret-bucket"))


@pytest.fixture(autouse=True)
def _empty_memory() -> Iterator[None]:
    yield
    MemoryFileSystem.store.clear()


def test_everything_that_lies_in_a_store_is_told_with_its_size_and_comes_back_under_its_path(
    store: FileStore, tmp_path: Path
) -> None:
    assert list(store.every()) == []
    stored = [store.put(io.BytesIO(b"x" * size), max_bytes=size) for size in (1, CHUNK + 1)]
    assert sorted(store.every()) == sorted((one.path, one.size) for one in stored)
    other = FileStore(f"file://{tmp_path}/other")
    other.keep(stored[0].path, io.BytesIO(b"x"))
    assert list(other.every()) == [(stored[0].path, 1)]
    assert b"".join(other.read(stored[0].path)) == b"x"


def test_a_file_that_cannot_be_put_back_leaves_nothing(store: FileStore, location: str) -> None:
    with pytest.raises(StoreUnavailable):
        store.keep("aa/aabb", Breaking(b"half"))
    assert kept(location) == []
