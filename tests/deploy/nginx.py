"""nginx with the site file that is shipped, on loopback: only names of the machine are put in the place of the example's."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.eventually import eventually
from tests.ports import answers

SITE = Path(__file__).parents[2] / "deploy" / "nginx" / "icc-bridge.conf"
MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def program() -> str | None:
    """Where nginx is; Debian keeps it off the path of ordinary users."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


needs_nginx = pytest.mark.skipif(
    program() is None,
    reason="nginx is not here: install Debian's package nginx-light (make test does it as root)",
)


def written(folder: Path, port: int, plain_port: int, behind: Sequence[str], *, certificate: Path | None = None) -> Path:
    """Write the configuration and return its file.

    Args:
        folder: for it, and for what nginx writes.
        port: of the tool's address.
        plain_port: where plain http leads there.
        behind: addresses of the web processes, with their ports.
        certificate: with its key in one file; None: the address is plain http.
    """
    site = SITE.read_text()
    site = re.sub(r" *listen \[::\].*\n", "", site).replace("icc.example.org", "localhost")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{plain_port};")
    servers = "\n".join(f"    server {one} max_fails=1 fail_timeout=5s;" for one in behind)
    site = re.sub(r" *server 127\.0\.0\.1:8401.*", servers, site).replace("/var/log/nginx", str(folder))
    if certificate is None:
        site = re.sub(r" *ssl_.*\n", "", site).replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    else:
        site = re.sub(r"(ssl_certificate(_key)?) .*;", rf"\1 {certificate};", site)
        site = site.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;")
    (folder / "site.conf").write_text(site)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""))
    return main


@contextmanager
def in_front(folder: Path, port: int, plain_port: int, behind: Sequence[str]) -> Iterator[None]:
    """Run nginx before web processes, at a plain http address."""
    configuration = written(folder, port, plain_port, behind)
    process = subprocess.Popen([str(program()), "-p", str(folder), "-c", str(configuration)])  # noqa: S603
    try:
        eventually(lambda: answers(port), within=120)
        yield
    finally:
        process.terminate()
        process.wait()
