"""Verifiers from npm accept ours and refuse the adversarial set: Digital Bazaar's, jose, and ajv with the official schema.

They run offline in one Node process, which sees every certificate once.
"""

import json
from typing import Any

import pytest
from openbadgeslib.ob3.contexts import load_context

from lti_tool.certificates.conformance import SCHEMA_URL
from lti_tool.certificates.contexts import PINNED
from lti_tool.certificates.documents import single_jwk
from lti_tool.certificates.identity import key_url
from tests.certificates.cases import FALSE_LISTS, JSON_CASES, OURS, TOKEN_CASES, Case, each
from tests.certificates.foreign import HERE, Answer, Asked, Missing, ask, install
from tests.certificates.forgeries import signed
from tests.certificates.issuer import ENTRY, NOW, issuer
from tests.certificates.samples import BASE_URL

SCHEMA = HERE.parents[2] / "lti_tool" / "certificates" / "schemas" / SCHEMA_URL.rpartition("/")[2]
SECURITY = ("https://w3id.org/security/multikey/v1", "https://w3id.org/security/data-integrity/v2")
"""Contexts that the verifiers themselves use."""


def setting() -> dict[str, Any]:
    """Return what they may load: the contexts that we pin, and what the issuer publishes."""
    one = issuer()
    public = one.keys.public_jwks
    contexts = {url: load_context(url) for url in (*PINNED, *SECURITY)}
    return {
        "documents": {**contexts, OURS: one.did()},
        "keys": {key_url(BASE_URL, kid): single_jwk(BASE_URL, kid, public) for kid in public},
        "schema": json.loads(SCHEMA.read_text()),
        "issuer": OURS,
        "now": NOW.isoformat(),
    }


def asked() -> list[Asked]:
    """Return everything that they are asked."""
    clean, revoked = (json.loads(issuer().status(bits).json) for bits in ([], [ENTRY.index]))
    true = (("json", signed().json), ("jwt", signed().jwt))
    ours = [Asked(f"true {kind}", kind, data, clean) for kind, data in true]
    gone = [Asked(f"revoked {kind}", kind, data, revoked) for kind, data in true]
    false = [
        Asked(case.name, kind, case.data().decode(), clean)
        for kind, cases in (("json", JSON_CASES), ("jwt", TOKEN_CASES))
        for case in cases
    ]
    lists = [Asked(f"list: {name}", "json", signed().json, make()) for name, make in FALSE_LISTS.items()]
    return [*ours, *gone, *false, *lists]


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    """What they say of each; the packages are installed by their lock where they are not yet."""
    try:
        install()
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)
    return ask(setting(), asked())


@pytest.mark.parametrize("kind", ["json", "jwt"])
def test_they_accept_ours(answers: dict[str, Answer], kind: str) -> None:
    assert answers[f"true {kind}"] == Answer(True, "")


@pytest.mark.parametrize("kind", ["json", "jwt"])
def test_they_find_the_revocation_in_our_list(answers: dict[str, Answer], kind: str) -> None:
    assert answers[f"revoked {kind}"] == Answer(False, "Error: revoked")


@pytest.mark.parametrize("case", each([case for case in (*JSON_CASES, *TOKEN_CASES) if not case.stricter]))
def test_they_refuse_what_is_false(answers: dict[str, Answer], case: Case) -> None:
    assert not answers[case.name].accepted
    assert answers[case.name].reason


@pytest.mark.parametrize("case", each([case for case in (*JSON_CASES, *TOKEN_CASES) if case.stricter]))
def test_they_accept_what_only_we_refuse(answers: dict[str, Answer], case: Case) -> None:
    assert answers[case.name].accepted, case.stricter


@pytest.mark.parametrize("name", FALSE_LISTS)
def test_a_false_status_list_does_not_make_it_valid(answers: dict[str, Answer], name: str) -> None:
    assert not answers[f"list: {name}"].accepted


def test_every_certificate_was_looked_at(answers: dict[str, Answer]) -> None:
    names = [one.name for one in asked()]
    assert sorted(answers) == sorted(names)
