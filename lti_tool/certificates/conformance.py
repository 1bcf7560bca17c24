"""What a credential must be before anything is signed: the official schema, and no member a proof would not cover.

JSON-LD drops what no context defines, without an error, and a Data Integrity proof does not cover it. So each shape of
credential (its members and types, without the values) is expanded once and anything dropped is refused; values that
have to be addresses are looked at every time.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyld import jsonld

from lti_tool.certificates.canonical import PROCESSING
from lti_tool.certificates.contexts import PINNED, offline_loader
from lti_tool.certificates.problems import NotConformant, UndefinedTerms

if TYPE_CHECKING:
    from jsonschema import Draft201909Validator

SCHEMA_URL = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
_SCHEMA_FILE = Path(__file__).parent / "schemas" / "ob_v3p0_achievementcredential_schema.json"
_KEPT = ("@context", "type")
_ADDRESSES = ("id", "url", "statusListCredential")
"""Members whose value is an address: anything else there is dropped as well."""
_PLACEHOLDER = "urn:x:x"
_NOWHERE = "https://undefined.invalid/"
"""What an undefined type ends up under."""


def check_conformance(credential: Mapping[str, Any]) -> None:
    """Check a credential before it is signed.

    Raises:
        NotConformant: it breaks the schema; the message says where, not what stands there.
        UndefinedTerms: a member or type that no context defines, or an identifier that is no address.
    """
    problems = schema_problems(credential)
    if problems:
        raise NotConformant(f"against the schema: {', '.join(problems)}")
    terms = undefined_terms(credential)
    if terms:
        raise UndefinedTerms(terms)


def schema_problems(credential: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the places where a credential breaks the Open Badges 3.0 schema, such as `issuer/id`; empty when none."""
    errors = _validator().iter_errors(credential)
    return tuple(sorted({"/".join(str(part) for part in error.absolute_path) or "(whole)" for error in errors}))


def undefined_terms(credential: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the members, types and identifiers of a credential that a Data Integrity proof would not cover."""
    contexts = credential.get("@context")
    if not isinstance(contexts, list) or any(context not in list(PINNED) for context in contexts):
        return ("@context",)
    dropped = _dropped(json.dumps(_shape(credential), sort_keys=True))
    return tuple(sorted({*dropped, *(value for value in _addresses(credential) if not _is_address(value))}))


@cache
def _validator() -> "Draft201909Validator":
    # with rfc3987-syntax beside it, jsonschema compiles a grammar for a second when it is imported; few processes need that
    from jsonschema import Draft201909Validator

    return Draft201909Validator(json.loads(_SCHEMA_FILE.read_text()))


def _shape(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: part if key in _KEPT else _shape(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_shape(part) for part in value]
    return _PLACEHOLDER if isinstance(value, str) else value


@lru_cache(maxsize=256)
def _dropped(shape: str) -> tuple[str, ...]:
    dropped: list[str] = []
    with PROCESSING:
        expanded = jsonld.expand(
            json.loads(shape),
            {"documentLoader": offline_loader(), "base": _NOWHERE},
            on_property_dropped=dropped.append,
        )
    types = {kind.removeprefix(_NOWHERE) for kind in _types(expanded) if kind.startswith(_NOWHERE)}
    return tuple(sorted({*dropped, *types}))


def _types(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _types(part)
    elif isinstance(value, Mapping):
        kinds = value.get("@type", [])
        yield from kinds if isinstance(kinds, list) else [kinds]
        for key, part in value.items():
            if key != "@type":
                yield from _types(part)


def _addresses(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _addresses(part)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if key in _ADDRESSES:
                yield str(part)
            else:
                yield from _addresses(part)


def _is_address(value: str) -> bool:
    scheme, colon, rest = value.partition(":")
    return bool(colon and rest) and scheme.isalnum() and not any(letter.isspace() for letter in value)
