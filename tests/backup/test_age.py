"""Encrypted files: others open them, ours open theirs, and nothing that was changed or cut off is taken for whole."""

import base64
import io

import pyrage
import pytest

from lti_tool.backup.age import CHUNK, Opened, Sealed
from lti_tool.backup.errors import DamagedArchive, WrongPassphrase

PASSPHRASE = "een wachtzin van lengte"
OF_AGE = (
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCA3MUZ4L3l1ZnBXMjUwRWNuakR6NkhBIDE4CkZtUE5ZclFITEk0QmdpVXpqREZDL2xwcmVE"
    "ZThHN0Y3ZjhFMGcvV1E4YU0KLS0tIHc0QnZmZSszME9HR2YxdWN0VlU5TitrLzVoVVlrcEVQbTdIeXRDbEZ6cFkK5Fa8swpGM/qUJuEqk8y6z07WL0MZ"
    "oZr/cjQxHViyJH4BtFfXs0PA661R"
)
"""What `age -p` 1.1.1 makes of a few words."""
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17)


def sealed(content: bytes, step: int = 10_000) -> bytes:
    """Encrypt some bytes, written in steps."""
    file = io.BytesIO()
    writer = Sealed(file, PASSPHRASE, work_factor=4)
    for start in range(0, len(content), step):
        writer.write(content[start : start + step])
    writer.close()
    return file.getvalue()


def opened(content: bytes, passphrase: str = PASSPHRASE, step: int = 7_777) -> bytes:
    """Decrypt some bytes, read in steps."""
    reader = Opened(io.BytesIO(content), passphrase)
    return b"".join(iter(lambda: reader.read(step), b""))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_comes_back_and_another_hand_opens_it(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    made = sealed(content)
    assert opened(made) == content
    assert pyrage.passphrase.decrypt(made, PASSPHRASE) == content


def test_a_file_of_another_hand_is_opened() -> None:
    assert opened(base64.b64decode(OF_AGE)) == b"van elders"


def test_another_passphrase_does_not_open_it() -> None:
    with pytest.raises(WrongPassphrase):
        opened(sealed(b"geheim"), "een andere wachtzin")


@pytest.mark.parametrize("cut", [1, 16, CHUNK, CHUNK + 16, 2 * (CHUNK + 16), 3 * CHUNK])
def test_a_file_that_was_cut_off_is_noticed_also_between_two_chunks(cut: int) -> None:
    made = sealed(bytes(3 * CHUNK + 100))
    with pytest.raises(DamagedArchive):
        opened(made[:-cut])


def test_a_change_anywhere_is_noticed() -> None:
    made = sealed(bytes(2 * CHUNK))
    begin = made.index(b"---")
    for place in [*range(begin), begin + 10, begin + 60, begin + 100, len(made) // 2, len(made) - 1]:
        changed = made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :]
        with pytest.raises((DamagedArchive, WrongPassphrase)):
            opened(changed)


def test_chunks_in_another_order_and_more_after_the_end_are_noticed() -> None:
    made = sealed(bytes(3 * CHUNK))
    size = CHUNK + 16
    head, chunks = made[: -3 * size], [made[len(made) - 3 * size :][at * size : (at + 1) * size] for at in range(3)]
    assert opened(head + b"".join(chunks)) == bytes(3 * CHUNK)
    for wrong in ([1, 0, 2], [0, 2], [0, 1, 2, 2], [0, 1, 1]):
        with pytest.raises(DamagedArchive):
            opened(head + b"".join(chunks[at] for at in wrong))


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" * 100, b"age-encryption.org/v1\n-> X25519 abc\n"])
def test_something_else_is_told(content: bytes) -> None:
    with pytest.raises(DamagedArchive):
        opened(content)
