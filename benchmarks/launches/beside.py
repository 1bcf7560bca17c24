"""The other tools: PyLTI1p3 as its README shows it and tuned, and ltijs on PostgreSQL."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.keys import private_pem
from benchmarks.launches.children import server
from benchmarks.launches.fetching import PEERS, ROOT, node_modules, program, python_packages
from benchmarks.launches.load import CLIENT_ID, DEPLOYMENT_ID, Tool
from benchmarks.launches.school import LATENCIES, School
from benchmarks.launches.sides import Opening, Side, Way, durable_postgresql
from tests.ports import free_port

SAYS_WHO = "hello {sub}"


def openings() -> tuple[Opening, ...]:
    """Return the other tools."""
    return (
        Opening(("pylti-readme",), "PyLTI1p3, README", _readme),
        Opening(("pylti-tuned",), "PyLTI1p3, tuned", _tuned),
        Opening(("ltijs", "ltijs-page"), "ltijs on PostgreSQL", _ltijs),
    )


@contextmanager
def _readme(school: School, folder: Path) -> Iterator[Side]:
    """One process, because its state is in the memory of one."""
    with _pylti("pylti-readme", "readme", ("--workers=1", "--threads=8"), school, folder, {}) as (tool, pid):
        yield Side((Way("pylti-readme", "PyLTI1p3, README (1 process x 8 threads)", tool),), (pid,))


@contextmanager
def _tuned(school: School, folder: Path) -> Iterator[Side]:
    port = free_port()
    redis = [program("redis-server", "redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    address = {"BESIDE_REDIS": f"redis://127.0.0.1:{port}/0"}
    workers = ("--workers=2", "--threads=4")
    with (
        server("redis", redis, port, folder, {}) as cache,
        _pylti("pylti-tuned", "tuned", workers, school, folder, address) as (tool, pid),
    ):
        yield Side((Way("pylti-tuned", "PyLTI1p3, tuned (Redis, 2 x 4)", tool),), (pid, cache))


@contextmanager
def _pylti(
    key: str, factory: str, workers: Sequence[str], school: School, folder: Path, environment: Mapping[str, str]
) -> Iterator[tuple[Tool, int]]:
    port, packages = free_port(), python_packages()
    _write_config(school, folder)
    python_path = {"PYTHONPATH": f"{ROOT}:{packages}", "BESIDE_CONFIG": str(folder / "config.json")}
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class=gthread", *workers]
    command = [*gunicorn, "--no-control-socket", f"benchmarks.peers.pylti_tool:{factory}()"]
    with server(key, command, port, folder, {**python_path, **environment}) as pid:
        yield Tool(port, "/login", "/launch", onward=(), shows=SAYS_WHO), pid


def _write_config(school: School, folder: Path) -> None:
    """Write the files that PyLTI1p3's README has: the platforms, and the tool's two keys."""
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "private.key").write_bytes(private_pem(key))
    (folder / "public.key").write_bytes(public)
    platforms: dict[str, list[dict[str, Any]]] = {
        issuer: [
            {
                "default": True,
                "client_id": CLIENT_ID,
                "auth_login_url": f"{issuer}/auth",
                "auth_token_url": f"{issuer}/token",
                "auth_audience": None,
                "key_set_url": f"{issuer}/jwks",
                "key_set": None,
                "private_key_file": "private.key",
                "public_key_file": "public.key",
                "deployment_ids": [DEPLOYMENT_ID],
            }
        ]
        for issuer in map(school.issuer, LATENCIES)
    }
    (folder / "config.json").write_text(json.dumps(platforms))


@contextmanager
def _ltijs(school: School, folder: Path) -> Iterator[Side]:
    command, modules, port = [program("node", "nodejs"), str(PEERS / "ltijs_tool.cjs")], node_modules(), free_port()
    with durable_postgresql() as (url, postmaster):
        parts = urlsplit(url)
        told = {
            "port": port,
            "database": {"host": parts.hostname, "port": parts.port, "user": parts.username, "name": "postgres"},
            "issuers": [school.issuer(latency) for latency in LATENCIES],
            "client_id": CLIENT_ID,
        }
        environment = {"NODE_PATH": str(modules), "NODE_ENV": "production", "BESIDE": json.dumps(told)}
        with server("ltijs", command, port, folder, environment) as pid:
            to_redirect = Tool(port, "/login", "/", onward=("/?ltik=",), shows=None)
            ways = (
                Way("ltijs", "ltijs on PostgreSQL, to the redirect", to_redirect),
                Way("ltijs-page", "ltijs on PostgreSQL, with its answer", replace(to_redirect, shows=SAYS_WHO)),
            )
            yield Side(ways, (pid, postmaster))
