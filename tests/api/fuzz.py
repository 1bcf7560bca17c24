"""Made-up requests at the API, by its own document (schemathesis): no 500, and no answer that the document does not name."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lti_tool.app import compose, create_app
from lti_tool.config import load_settings
from lti_tool.database import Database
from tests.api.conftest import Office
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.recording_jobs import RecordingJobs

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def operations(office: Office) -> Iterator[Any]:
    """Yield every operation of the document."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", office.app)
    for result in schema.get_all_operations():
        if not isinstance(result, Ok):
            raise result.err()
        yield result.ok()


def throw(office: Office, operation: Any, examples: int, *, seed: bool) -> None:  # noqa: ANN401
    """Throw made-up requests at one operation, half of them at things that are there.

    Args:
        examples: how many.
        seed: the same ones every time.

    Raises:
        Exception: the first answer that should not be, as schemathesis says it.
    """
    token, known = office.caller().token, _known(office, operation)

    @given(case=operation.as_strategy())
    @settings(
        max_examples=examples,
        derandomize=seed,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def one(case: Any) -> None:  # noqa: ANN401
        if known and len(str(case.body)) % 2:
            case.path_parameters = dict.fromkeys(case.path_parameters or {}, known)
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    one()


def _known(office: Office, operation: Any) -> str:  # noqa: ANN401
    """Return the id of something that an address of this operation can name."""
    caller = office.caller()
    kind = next(part for part in operation.path.split("/") if part and part not in ("api", "v1"))
    if kind == "webhooks":
        return ""
    items = caller.found(f"/{kind}")["items"]
    return str(items[0]["id"]) if items else ""


def office_at(folder: Path) -> Office:
    """Return an installation with a certificate in it, and no limit of requests."""
    url = f"sqlite:///{folder / 'icc.sqlite'}"
    made = load_settings(data_dir=folder / "var", database_url=url, secret_key=SECRET, api_requests_per_minute=0)
    database, jobs, clock = Database(url), RecordingJobs(), FakeClock()
    database.upgrade()
    parts = compose(made, clock=clock, database=database, engine=jobs)
    office = Office(parts, jobs, clock, create_app(parts))
    office.issued()
    return office


def main() -> int:
    """Throw many requests at each operation; return how many operations failed."""
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    failed = 0
    with TemporaryDirectory() as folder:
        office = office_at(Path(folder))
        for operation in operations(office):
            try:
                throw(office, operation, examples, seed=False)
            except Exception as problem:  # noqa: BLE001 - whatever schemathesis found
                failed += 1
                sys.stdout.write(f"{operation.label}: {problem}\n")
            else:
                sys.stdout.write(f"{operation.label}: {examples} requests, nothing wrong\n")
        office.parts.close()
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
