"""The walk as scripts and people run it: real processes, real HTTP, a certificate that verifies; and a walk that fails."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier, resolve_verification_method
from pyhanko.pdf_utils.reader import PdfFileReader

from lti_tool.cli import main
from lti_tool.demo.browser import Browser
from tests.ports import answers, free_port
from tests.processes import running

pytestmark = pytest.mark.long

FILES = ("certificate.pdf", "certificate.json", "certificate.jwt", "did.json", "jwks.json", "status.json")
NAME = "Zoë van 't Höfen"


@dataclass(frozen=True)
class Walked:
    """How a walk ended, and what it left."""

    port: int
    school_port: int
    code: int
    said: str
    complained: str
    out: Path

    def text(self, name: str) -> str:
        return (self.out / name).read_text("utf-8")

    def json(self, name: str) -> Mapping[str, object]:
        found: Mapping[str, object] = json.loads(self.text(name))
        return found

    @property
    def did(self) -> str:
        return f"did:web:localhost%3A{self.port}"


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """One whole walk."""
    folder = tmp_path_factory.mktemp("walk")
    port, school_port = free_port(), free_port()
    words = ("demo", "--walk", "--port", str(port), "--school-port", str(school_port), "--out", "out")
    with running(*words, folder=folder, environment={"TMPDIR": str(folder)}) as command:
        code, said, complained = command.end()
    yield Walked(port, school_port, code, said, complained, folder / "out")
    shutil.rmtree(folder)


def test_it_ends_well_with_one_line_a_step_and_the_addresses(walked: Walked) -> None:
    assert (walked.code, walked.complained) == (0, "")
    steps = [line.split(maxsplit=1)[1] for line in walked.said.splitlines() if line[:3].strip().isdigit()]
    assert steps[:4] == [
        "registered: Zilverbos College by dynamic registration",
        "connected: the school's web services",
        "embedded: 5 items in “Cultuurcoördinator VO”, cohort “Regio Zuid 2026”",
        "cohort approved by the issuer",
    ]
    native = "“Opdracht 1 – Mijn leervraag”"
    assert steps[4:10] == [
        "launched: leervraag, as a teacher, in the frame",
        f"handed in: leervraag, in the school's own assignment {native}",
        f"mapped: {native} counts for leervraag",
        "read from the school: leervraag",
        "accepted: leervraag, with feedback",
        "grade in the school's gradebook: leervraag 100 of 100, with the feedback",
    ]
    for key in ("verkenning", "beroepsproduct", "terugblik", "vervolgstappen"):
        place = steps.index(f"launched: {key}, as a teacher, in the frame")
        assert steps[place + 1 : place + 4] == [
            f"handed in: {key}",
            f"accepted: {key}, with feedback",
            f"grade in the school's gradebook: {key} 100 of 100, with the feedback",
        ]
    assert steps[-6:] == [
        "name confirmed by the participant",
        "certificate issued",
        "verified: certificate.pdf",
        "verified: certificate.json",
        "verified: certificate.jwt",
        "verification page says: geldig",
    ]
    assert f"http://localhost:{walked.port}/c/" in walked.said.splitlines()[-1]


def test_it_leaves_the_certificate_in_all_its_forms_and_nothing_else(walked: Walked) -> None:
    assert sorted(path.name for path in walked.out.iterdir()) == sorted(FILES)
    assert [path.name for path in walked.out.parent.iterdir()] == ["out"]
    assert not answers(walked.port)
    assert not answers(walked.school_port)


def verify(walked: Walked, path: Path) -> Result:
    """Run `certificate verify` with the documents that the walk left."""
    trusted = ("--did", "did.json", "--jwks", "jwks.json", "--status", "status.json")
    options = [word if word.startswith("--") else str(walked.out / word) for word in trusted]
    return CliRunner().invoke(main, ["certificate", "verify", str(path), *options, "--json"])


@pytest.mark.parametrize("name", FILES[:3])
def test_its_files_verify_on_the_command_line(walked: Walked, name: str) -> None:
    result = verify(walked, walked.out / name)
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert (found["state"], found["facts"]["name"]) == ("valid", NAME)


def test_a_changed_file_does_not_verify_on_the_command_line(walked: Walked, tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    path.write_text(walked.text("certificate.json").replace(NAME, "Iemand Anders"))
    result = verify(walked, path)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["state"] == "altered"
    assert result.stderr.startswith("icc-bridge: certificate.json: Dit ")
    assert result.stderr.count("\n") == 1


def test_a_verifier_from_another_hand_accepts_the_json(walked: Walked) -> None:
    served = {f"https://localhost:{walked.port}/.well-known/did.json": walked.text("did.json").encode()}
    verifier = OB3LdpVerifier.for_issuer_did(walked.did)
    credential = verifier.verify(walked.text("certificate.json"), download=served.__getitem__)
    assert (credential.issuer.id, credential.achievement.name) == (walked.did, "Cultuurcoördinator VO")
    changed = walked.text("certificate.json").replace(NAME, "Iemand Anders")
    with pytest.raises(OB3VerificationError):
        verifier.verify(changed, download=served.__getitem__)


def test_a_verifier_from_another_hand_accepts_what_is_attached_to_the_pdf(walked: Walked) -> None:
    root = PdfFileReader(BytesIO((walked.out / "certificate.pdf").read_bytes())).root
    attached = root["/AF"][0]["/EF"]["/F"].data.decode()
    assert json.loads(attached) == walked.json("certificate.json")


def test_a_verifier_from_another_hand_accepts_the_jwt(walked: Walked) -> None:
    methods = walked.json("did.json")["verificationMethod"]
    assert isinstance(methods, list)
    (method,) = (one["id"] for one in methods if one.get("publicKeyJwk", {}).get("kty") == "RSA")
    pem = resolve_verification_method(method, download=lambda _url: walked.text("did.json").encode())
    assert OB3Verifier(pem, issuer_did=walked.did).verify(walked.text("certificate.jwt").strip()).issuer.id == walked.did


def test_a_step_that_fails_stops_it_and_says_what_was_expected_and_what_came(tmp_path: Path) -> None:
    port, school_port = free_port(), free_port()
    words = ("demo", "--walk", "--patience", "2", "--port", str(port), "--school-port", str(school_port))
    with running(*words, folder=tmp_path, environment={"TMPDIR": str(tmp_path)}) as command:
        command.wait_for(lambda: answers(school_port))
        fault = {"service": "scores", "kind": "status", "status": 500, "times": None}
        with Browser(timeout=60) as browser:
            assert browser.post(f"http://localhost:{school_port}/admin/faults", json=fault).status == 200
        code, said, complained = command.end()
    assert code == 1
    assert said.splitlines()[-1].endswith("accepted: leervraag, with feedback")
    assert complained.startswith(
        "icc-bridge: step 10: expected the grade of leervraag in the school's gradebook within 2 s, "
        "but came: a score that is waiting, http-500, after "
    )
    assert complained.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    assert not answers(port)
    assert not answers(school_port)
