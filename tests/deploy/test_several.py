"""Two machines behind nginx, all of whose processes die, and the site file as it is shipped."""

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.chaos.victims import ROOT
from tests.deploy.machines import wired
from tests.deploy.nginx import needs_nginx, program, written
from tests.deploy.several import NAMES, command_on
from tests.ports import free_port

pytestmark = pytest.mark.long


@needs_nginx
@pytest.mark.postgresql
def test_the_main_job_goes_on_when_one_of_two_machines_dies(tmp_path: Path) -> None:
    with wired(NAMES) as machines:
        words = command_on(machines, tmp_path, gentle=True)
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("killed: ") == 2
    assert "nothing was lost" in done.stdout


@needs_nginx
def test_nginx_takes_the_site_as_it_is_shipped(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    configuration = written(tmp_path, free_port(), free_port(), [f"127.0.0.1:{free_port()}"], certificate=both)
    words = [str(program()), "-t", "-p", str(tmp_path), "-c", str(configuration)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
