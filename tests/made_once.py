"""What applications of the tests share: most tests make an application of their own, and compiling takes longest in that."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import cycle
from types import CodeType

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart

from lti_tool.rsa_keys import new_rsa_key

Builder = Callable[..., tuple[str, str]]


@dataclass(frozen=True)
class _Read:
    """What the text of a rule comes to. Converters keep nothing of an application but its map, which ours do not use."""

    parts: list[RulePart]
    trace: list[tuple[bool, str]]
    converters: dict[str, BaseConverter]


class CompiledTemplates(BytecodeCache):
    """Keeps in memory what a template, by its file and its text, was compiled to."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what is there; Jinja compiles what is not."""
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what Jinja has compiled."""
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


class CompiledRule(Rule):
    """A rule that is read and compiled once; Werkzeug does so for each application, and it takes most of making one."""

    _compiled: dict[object, Builder] = {}  # noqa: RUF012  # shared on purpose
    _read: dict[str, _Read] = {}  # noqa: RUF012  # shared on purpose

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        """Return the parts of a rule, and note what Werkzeug notes of it: its pieces and its variables."""
        if rule not in self._read:
            pieces, variables = len(self._trace), set(self._converters)
            parts = list(super()._parse_rule(rule))
            added = {name: one for name, one in self._converters.items() if name not in variables}
            self._read[rule] = _Read(parts, self._trace[pieces:], added)
            return parts
        known = self._read[rule]
        self._trace += known.trace
        self._converters.update(known.converters)
        self.arguments.update(known.converters)
        return known.parts

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        """Return the function for what Werkzeug makes it of: the text of the rule, its parts and its defaults."""
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self._compiled:
            self._compiled[key] = super()._compile_builder(append_unknown)
        return self._compiled[key]


class RsaKeys:
    """Makes a few RSA keys and hands them out in turn: making one takes longer than what most tests do with it."""

    MANY = 8
    """Of two that are handed out one after the other none is the same, and no test makes so many."""

    def __init__(self) -> None:
        self._made: list[RSAPrivateKey] = []
        self._numbers = cycle(range(self.MANY))

    def __call__(self) -> RSAPrivateKey:
        """Hand out the next one."""
        number = next(self._numbers)
        if number == len(self._made):
            self._made.append(new_rsa_key())
        return self._made[number]


rsa_key = RsaKeys()
"""Hands out the RSA keys of the tests, as `compose` takes it."""
