"""The sealed PDF before the tools that others look at it with: qpdf, and poppler's pdfinfo, pdfsig and pdftotext."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.certificates.forgeries import signed
from tests.certificates.issuer import issuer
from tests.certificates.samples import NAME


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program, which has to be there."""
    program = shutil.which(name)
    if program is None:
        pytest.fail(f"{name} is missing. Install it with: sudo apt-get install qpdf poppler-utils", pytrace=False)
    return subprocess.run(  # noqa: S603
        [program, *map(str, arguments)], capture_output=True, encoding="utf-8", errors="replace", timeout=60, check=False
    )


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate as somebody downloads it."""
    file = tmp_path_factory.mktemp("pdf") / "certificaat.pdf"
    file.write_bytes(issuer().pdf(signed().json))
    return file


def test_qpdf_finds_nothing_wrong(sealed: Path) -> None:
    checked = tool("qpdf", "--check", sealed)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "No syntax or stream encoding errors found" in checked.stdout
    assert "WARNING" not in checked.stdout + checked.stderr


def test_the_credential_is_attached_where_others_look_for_it(sealed: Path) -> None:
    assert tool("qpdf", "--list-attachments", sealed).stdout.startswith("credential.json ")
    assert tool("qpdf", "--show-attachment=credential.json", sealed).stdout == signed().json


def test_pdfinfo_sees_a_tagged_page_of_a4_with_a_title(sealed: Path) -> None:
    said = tool("pdfinfo", sealed).stdout
    facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in said.splitlines())}
    assert facts["Title"] == f"Certificaat Cultuurcoördinator VO – {NAME}"
    assert facts["Author"] == "LKCA"
    assert (facts["Tagged"], facts["Pages"], facts["JavaScript"], facts["Encrypted"]) == ("yes", "1", "no", "no")
    assert facts["Page size"].endswith("(A4)")


def test_a_screen_reader_hears_it_in_order_with_one_heading(sealed: Path) -> None:
    tagged = tool("pdfinfo", "-struct-text", sealed).stdout
    spoken = [" ".join(text.split()) for text in re.findall(r'^\s+"(.+)"$', tagged, re.MULTILINE)]
    assert spoken[:4] == [
        "CERTIFICAAT",
        "Cultuurcoördinator VO",
        NAME,
        "heeft de training Cultuurcoördinator VO met goed gevolg afgerond",
    ]
    phases = [text for text in spoken if text in ("Oriëntatie", "Onderzoek", "Uitvoering", "Evaluatie")]
    assert phases == ["Oriëntatie", "Onderzoek", "Uitvoering", "Evaluatie"]
    assert spoken.index("Evaluatie") < spoken.index("Toegekend door LKCA op 4 juni 2026")
    assert spoken[-1] == "Technisch verzegeld: elke wijziging is zichtbaar."
    assert len(re.findall(r"^\s*H1\b", tagged, re.MULTILINE)) == 1
    assert len(re.findall(r"^\s*Link\b", tagged, re.MULTILINE)) == 1
    assert len(re.findall(r"^\s*Figure\b", tagged, re.MULTILINE)) == 1


def test_who_copies_the_text_gets_it_in_the_same_order(sealed: Path) -> None:
    text = " ".join(tool("pdftotext", sealed, "-").stdout.split())
    parts = [
        "Cultuurcoördinator VO",
        NAME,
        "met goed gevolg",
        "Fase 1",
        "Fase 4",
        "Toegekend door LKCA",
        "icc.example.org/c/",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_pdfsig_finds_the_seal_whole(sealed: Path) -> None:
    said = tool("pdfsig", sealed).stdout
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert "Signature Type: ETSI.CAdES.detached" in said
    assert "Signing Time: Jun 04 2026" in said


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
def test_pdfsig_notices_a_changed_byte(sealed: Path, tmp_path: Path, share: float) -> None:
    data = sealed.read_bytes()
    place = int(len(data) * share)
    changed = tmp_path / "gewijzigd.pdf"
    changed.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    assert "Signature Validation: Signature is Valid." not in tool("pdfsig", changed).stdout


def test_pdfsig_sees_that_something_was_added(sealed: Path, tmp_path: Path) -> None:
    added = tmp_path / "toegevoegd.pdf"
    added.write_bytes(sealed.read_bytes() + b"%een regel erbij\n")
    assert "Total document signed" not in tool("pdfsig", added).stdout
