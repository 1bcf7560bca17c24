"""`certificate verify`: a file, offline, against the installation's own keys or the issuer's documents."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lti_tool.app import Parts
from tests.certificates.award import NAME, all_accepted
from tests.certificates.issuer import issuer
from tests.cli.command import CommandLine
from tests.recording_jobs import RecordingJobs

FORMS = ("certificate.json", "certificate.jwt", "certificate.pdf")


@dataclass(frozen=True)
class Files:
    """A certificate in all its forms, and the issuer's documents."""

    folder: Path
    certificate_id: str

    def path(self, name: str) -> str:
        return str(self.folder / name)

    @property
    def documents(self) -> list[str]:
        """The options that name the issuer's documents."""
        return ["--did", self.path("did.json"), "--jwks", self.path("jwks.json"), "--status", self.path("status.json")]

    def altered(self, name: str, change: Callable[[bytes], bytes]) -> str:
        """Write a changed copy of a file; return its path."""
        before = (self.folder / name).read_bytes()
        after = change(before)
        assert after != before
        (self.folder / f"altered-{name}").write_bytes(after)
        return self.path(f"altered-{name}")


@pytest.fixture
def files(parts: Parts, tmp_path: Path) -> Files:
    """A certificate that the installation has issued."""
    all_accepted(parts)
    assert isinstance(parts.engine, RecordingJobs)
    parts.engine.run()
    (row,) = parts.certificates.list()
    folder = tmp_path / "out"
    folder.mkdir()
    contents = {
        "certificate.json": row.credential,
        "certificate.jwt": row.jwt,
        "did.json": json.dumps(parts.certificates.did_document()),
        "jwks.json": json.dumps(parts.certificates.jwks()),
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
    (folder / "certificate.pdf").write_bytes(parts.certificates.pdf(row.id).content)
    found = Files(folder, row.id)
    write_status(parts, found)
    return found


def write_status(parts: Parts, files: Files) -> None:
    """Keep the status list as it is now."""
    document = parts.certificates.status_list(1)
    content = document if isinstance(document, str) else document.json
    (files.folder / "status.json").write_text(content)


def other_name(content: bytes) -> bytes:
    return content.replace(NAME.encode(), b"Iemand Anders")


def other_payload(token: bytes) -> bytes:
    middle = len(token) // 2
    return token[:middle] + (b"A" if token[middle : middle + 1] != b"A" else b"B") + token[middle + 1 :]


def one_byte(content: bytes) -> bytes:
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("name", FORMS)
def test_each_form_verifies_with_the_own_keys_and_with_the_issuers_documents(
    installed: CommandLine, files: Files, name: str
) -> None:
    own = installed.done("certificate", "verify", files.path(name))
    given = installed.done("certificate", "verify", files.path(name), *files.documents)
    assert own.splitlines()[0] == given.splitlines()[0] == "Dit certificaat is geldig"
    assert NAME in given
    assert files.certificate_id in given


@pytest.mark.parametrize(
    ("name", "change"),
    [("certificate.json", other_name), ("certificate.jwt", other_payload), ("certificate.pdf", one_byte)],
)
def test_a_changed_file_does_not_verify(
    installed: CommandLine, files: Files, name: str, change: Callable[[bytes], bytes]
) -> None:
    for trusted in ([], files.documents):
        result = installed("certificate", "verify", files.altered(name, change), *trusted)
        assert result.exit_code == 1
        assert result.stdout.splitlines()[0] != "Dit certificaat is geldig"
        assert "Anders" not in result.stdout
        assert result.stderr.startswith(f"icc-bridge: altered-{name}: Dit ")
        assert result.stderr.count("\n") == 1


def test_a_revoked_certificate_does_not_verify_any_more(installed: CommandLine, parts: Parts, files: Files) -> None:
    parts.certificates.revoke(files.certificate_id, "Op eigen verzoek")
    assert "Dit certificaat is ingetrokken" in installed("certificate", "verify", files.path("certificate.json")).stdout
    before = installed("certificate", "verify", files.path("certificate.json"), *files.documents)
    assert before.exit_code == 0
    write_status(parts, files)
    after = installed("certificate", "verify", files.path("certificate.json"), *files.documents)
    assert after.exit_code == 1
    assert "ingetrokken" in after.stderr


def test_without_the_status_list_nobody_can_say_whether_it_was_revoked(installed: CommandLine, files: Files) -> None:
    line = installed("certificate", "verify", files.path("certificate.json"), "--did", files.path("did.json"))
    assert line.exit_code == 1
    assert "Dit is niet te controleren" in line.stderr


def test_the_documents_of_another_issuer_prove_nothing(installed: CommandLine, files: Files) -> None:
    other = issuer("http://localhost:8401", 2)
    (files.folder / "did.json").write_text(json.dumps(other.did()))
    result = installed("certificate", "verify", files.path("certificate.json"), "--did", files.path("did.json"))
    assert result.exit_code == 1
    assert NAME not in result.stdout


def test_it_works_where_nothing_is_installed(command: CommandLine, files: Files, tmp_path: Path) -> None:
    command.set(ICC_DATA_DIR=str(tmp_path / "elsewhere"), ICC_DATABASE_URL=f"sqlite:///{tmp_path}/elsewhere.sqlite")
    assert command.done("certificate", "verify", files.path("certificate.pdf"), *files.documents)
    line = command.refused("certificate", "verify", files.path("certificate.pdf"))
    assert line.endswith("; or give the issuer's documents with --did, --jwks and --status")
    assert not (tmp_path / "elsewhere").exists()


def test_scripts_get_json_and_others_a_language(installed: CommandLine, files: Files) -> None:
    found = installed.json("certificate", "verify", files.path("certificate.pdf"), "--language", "en")
    assert (found["state"], found["title"]) == ("valid", "This certificate is valid")
    assert found["facts"]["name"] == NAME
    assert {check["state"] for check in found["checks"]} == {"passed"}
    result = installed("certificate", "verify", files.altered("certificate.json", other_name), "--json")
    assert (result.exit_code, json.loads(result.stdout)["state"]) == (1, "altered")
    assert json.loads(result.stdout)["facts"] is None


def test_what_is_no_certificate_or_no_document_is_refused(installed: CommandLine, files: Files) -> None:
    (files.folder / "notes.txt").write_text("Boodschappen: melk, brood.")
    assert installed("certificate", "verify", files.path("notes.txt")).exit_code == 1
    line = installed.refused("certificate", "verify", files.path("certificate.json"), "--did", files.path("notes.txt"))
    assert line == "none of the files is the issuer's DID document (did.json)"
    with (files.folder / "large.pdf").open("wb") as large:
        large.truncate(20_000_001)
    assert "too large" in installed.refused("certificate", "verify", files.path("large.pdf"))


def test_wrong_usage_is_told_apart_from_a_wrong_certificate(installed: CommandLine, files: Files) -> None:
    assert "does not exist" in installed.misused("certificate", "verify", files.path("gone.pdf"))
    misused = installed.misused("certificate", "verify", files.path("certificate.pdf"), "--jwks", files.path("jwks.json"))
    assert "--jwks and --status belong to --did" in misused
