"""The issuer's keys over the years: the next ones are published before they sign, old ones verify and sign no more."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as rsa_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from lti_tool.app import Parts, compose
from lti_tool.certificates.eseal import SealPrivateKey, load_eseal
from lti_tool.certificates.models import IssuingKey
from lti_tool.certificates.sealed import find_seal
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.doctor import examine
from lti_tool.errors import Invalid, SettingsError
from tests.certificates.award import all_accepted
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs

FIRST = ["ed25519-2026-1", "es256-2026-1", "rs256-2026-1"]
NEXT = {"ed25519-2026-2", "es256-2026-2", "rs256-2026-2"}
PASSWORD = "geheim"


def signing(parts: Parts) -> set[str]:
    keys = parts.issuer_keys.keys()
    return {keys.proof.kid, keys.jwt.kid, parts.issuer_keys.seal().kid}


def published(parts: Parts) -> set[str]:
    document = parts.certificates.did_document()
    assert document["assertionMethod"] == [method["id"] for method in document["verificationMethod"]]
    return {method["id"].partition("#")[2] for method in document["verificationMethod"]}


def issue(parts: Parts, jobs: RecordingJobs, name: str) -> str:
    all_accepted(parts, name=name)
    jobs.run()
    return parts.certificates.list()[-1].id


def test_the_next_keys_are_published_a_day_before_they_sign(parts: Parts, clock: FakeClock) -> None:
    assert signing(parts) == set(FIRST)
    assert set(parts.issuer_keys.rotate()) == NEXT
    assert signing(parts) == set(FIRST)
    assert published(parts) == {*FIRST, *NEXT}
    assert all(parts.certificates.jwk(kid)["kid"].endswith(f"/keys/{kid}.jwk") for kid in NEXT)
    clock.advance(hours=25)
    assert signing(parts) == NEXT


def test_keys_are_not_rotated_twice_in_a_day_unless_at_once(parts: Parts) -> None:
    parts.issuer_keys.rotate()
    with pytest.raises(Invalid, match="published already"):
        parts.issuer_keys.rotate()
    assert set(parts.issuer_keys.rotate(at_once=True)) == NEXT
    assert signing(parts) == NEXT
    assert published(parts) == {*FIRST, *NEXT}


def test_the_private_halves_of_old_keys_go_and_old_certificates_verify(
    parts: Parts, jobs: RecordingJobs, clock: FakeClock
) -> None:
    old = issue(parts, jobs, "Anna Aerts")
    pdf = parts.certificates.pdf(old).content
    parts.issuer_keys.rotate(at_once=True)
    parts.issuer_keys.retire()
    with parts.database.session() as session:
        assert session.scalars(select(IssuingKey).where(IssuingKey.private_pem == "")).all() == []
    clock.advance(hours=2)
    parts.issuer_keys.retire()
    parts.issuer_keys.retire()
    with parts.database.session() as session:
        gone = session.scalars(select(IssuingKey).where(IssuingKey.private_pem == "")).all()
        assert sorted(row.kid for row in gone) == FIRST
        assert {row.retired_at for row in gone} == {clock()}
    new = issue(parts, jobs, "Bo de Boer")
    trust = parts.certificates.trust()
    forms = [parts.certificates.get(one) for one in (old, new)]
    for content in (pdf, *(form.credential.encode() for form in forms), *(form.jwt.encode() for form in forms)):
        assert verify(content, trust, now=clock()).state is VerdictState.VALID
    proofs = [json.loads(form.credential)["proof"]["verificationMethod"].partition("#")[2] for form in forms]
    assert proofs == ["ed25519-2026-1", "ed25519-2026-2"]


def test_every_year_has_key_ids_of_its_own(parts: Parts, clock: FakeClock) -> None:
    parts.issuer_keys.keys()
    clock.advance(days=365)
    assert set(parts.issuer_keys.rotate()) == {"ed25519-2027-1", "es256-2027-1", "rs256-2027-1"}


def test_a_process_that_runs_takes_the_new_keys_without_a_restart(
    parts: Parts, settings: Settings, database: Database, clock: FakeClock
) -> None:
    assert signing(parts) == set(FIRST)
    other = compose(settings, clock=clock, database=database, engine=RecordingJobs())
    other.issuer_keys.rotate(at_once=True)
    assert signing(parts) == NEXT


def test_the_signer_is_kept_while_the_keys_are_the_same(parts: Parts) -> None:
    before = parts.issuer_keys.signer()
    assert parts.issuer_keys.signer() is before
    parts.issuer_keys.rotate(at_once=True)
    assert parts.issuer_keys.signer() is not before


def certificate(
    private: SealPrivateKey, name: str, issuer: tuple[SealPrivateKey, x509.Certificate] | None = None, *, days: int = 365
) -> x509.Certificate:
    """Return a certificate of a name, signed by another or by itself, valid from a day before the tests' clock."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
    began = datetime(2026, 11, 22, tzinfo=UTC)
    signer, above = issuer or (private, None)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.subject if above else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=above is None, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )


def eseal_settings(settings: Settings, folder: Path, private: SealPrivateKey, *, days: int = 365) -> Settings:
    """Write an eSeal under a root as PEM files, and return settings that name them."""
    root_key = ec_key(SECP256R1())
    root = certificate(root_key, "Vertrouwde Dienst")
    own = certificate(private, "LKCA", (root_key, root), days=days)
    (folder / "seal.pem").write_bytes(own.public_bytes(Encoding.PEM))
    (folder / "chain.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode()))
    )
    return load_settings(
        base_url=settings.base_url,
        data_dir=settings.data_dir,
        database_url=settings.database_url,
        secret_key=settings.secret_key,
        seal_certificate=folder / "seal.pem",
        seal_key=folder / "key.pem",
        seal_chain=folder / "chain.pem",
        seal_password=PASSWORD,
    )


KEYS = [
    pytest.param(lambda: rsa_key(65537, 3072), id="rsa-3072"),
    pytest.param(lambda: ec_key(SECP384R1()), id="p-384"),
]


@pytest.mark.parametrize("make", KEYS)
def test_an_eseal_seals_the_pdf_with_its_chain_and_says_so(
    settings: Settings, sqlite_database: Database, clock: FakeClock, tmp_path: Path, make: Callable[[], SealPrivateKey]
) -> None:
    jobs = RecordingJobs()
    own = eseal_settings(settings, tmp_path, make())
    parts = compose(own, clock=clock, database=sqlite_database, engine=jobs)
    pdf = parts.certificates.pdf(issue(parts, jobs, "Anna Aerts")).content
    text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert "Elektronisch verzegeld door de toekennende organisatie" in " ".join(text.split())
    assert "Technisch" not in text
    signed = cms.ContentInfo.load(find_seal(pdf).container.rstrip(b"\x00"))["content"]
    subjects = {one.chosen.subject.native["organization_name"] for one in signed["certificates"]}
    assert subjects == {"LKCA", "Vertrouwde Dienst"}
    assert published(parts) == {*FIRST, "eseal-2026-1"}
    assert verify(pdf, parts.certificates.trust(), now=clock()).state is VerdictState.VALID
    changed = pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert verify(changed, parts.certificates.trust(), now=clock()).state is not VerdictState.VALID


def test_a_pdf_that_an_eseal_sealed_verifies_when_the_eseal_is_gone(
    settings: Settings, sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    jobs = RecordingJobs()
    own = eseal_settings(settings, tmp_path, ec_key(SECP256R1()))
    with_eseal = compose(own, clock=clock, database=sqlite_database, engine=jobs)
    pdf = with_eseal.certificates.pdf(issue(with_eseal, jobs, "Anna Aerts")).content
    without = compose(settings, clock=clock, database=sqlite_database, engine=jobs)
    assert without.issuer_keys.seal().kid == "es256-2026-1"
    assert verify(pdf, without.certificates.trust(), now=clock()).state is VerdictState.VALID


def test_an_eseal_that_has_run_out_leaves_the_technical_seal_and_the_doctor_says_so(
    settings: Settings, sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    jobs = RecordingJobs()
    own = eseal_settings(settings, tmp_path, ec_key(SECP256R1()), days=2)
    parts = compose(own, clock=clock, database=sqlite_database, engine=jobs)
    assert parts.issuer_keys.seal().kid == "eseal-2026-1"
    clock.advance(days=3)
    assert parts.issuer_keys.seal().kid == "es256-2026-1"
    pdf = parts.certificates.pdf(issue(parts, jobs, "Anna Aerts")).content
    assert "Technisch verzegeld" in " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def test_the_doctor_tells_whose_eseal_it_is_and_when_it_runs_out(settings: Settings, tmp_path: Path) -> None:
    private = ec_key(SECP256R1())
    own = eseal_settings(settings, tmp_path, private, days=20_000)
    (found,) = [finding for finding in examine(own) if finding.name == "eSeal"]
    assert found.good
    assert "O=LKCA" in found.value


def test_one_pkcs12_file_will_do(settings: Settings, tmp_path: Path) -> None:
    private, root_key = rsa_key(65537, 2048), ec_key(SECP256R1())
    root = certificate(root_key, "Vertrouwde Dienst")
    own = certificate(private, "LKCA", (root_key, root))
    path = tmp_path / "seal.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"seal", private, own, [root], BestAvailableEncryption(PASSWORD.encode()))
    )
    given = settings.model_copy(
        update={"seal_certificate": path, "seal_password": load_settings(seal_password=PASSWORD).seal_password}
    )
    found = load_eseal(given)
    assert found is not None
    assert (found.certificate, found.chain) == (own, (root,))
    wrong = settings.model_copy(update={"seal_certificate": path})
    with pytest.raises(SettingsError, match="ICC_SEAL_PASSWORD does not open it"):
        load_eseal(wrong)


def test_without_settings_there_is_no_eseal(settings: Settings) -> None:
    assert load_eseal(settings) is None


def test_mistakes_in_the_settings_are_told_in_one_line(settings: Settings, tmp_path: Path) -> None:
    good = eseal_settings(settings, tmp_path, ec_key(SECP256R1()))
    stranger, weak, odd, junk = (tmp_path / name for name in ("stranger.pem", "weak.pem", "odd.pem", "junk.pem"))
    short = rsa_key(65537, 1024)  # noqa: S505 - it is refused
    for path, key in ((stranger, ec_key(SECP256R1())), (weak, short), (odd, ec_key(SECP521R1()))):
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    junk.write_text("-----BEGIN nothing")
    for changes, words in (
        ({"seal_certificate": None}, "ICC_SEAL_KEY belongs to ICC_SEAL_CERTIFICATE"),
        ({"seal_certificate": tmp_path / "missing.pem"}, "cannot be read"),
        ({"seal_certificate": junk}, "no certificates in PEM"),
        ({"seal_key": None}, "ICC_SEAL_KEY: the key"),
        ({"seal_key": junk}, "not a private key in PEM"),
        ({"seal_password": None}, "ICC_SEAL_PASSWORD does not open it"),
        ({"seal_key": stranger, "seal_password": None}, "does not belong"),
        ({"seal_key": weak, "seal_password": None}, "2048 bits or more"),
        ({"seal_key": odd, "seal_password": None}, "P-256 or P-384"),
        ({"seal_chain": junk}, "ICC_SEAL_CHAIN"),
    ):
        with pytest.raises(SettingsError) as told:
            load_eseal(good.model_copy(update=changes))
        assert words in told.value.detail
        assert "\n" not in told.value.detail
        assert PASSWORD not in told.value.detail
