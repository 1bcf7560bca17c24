"""What applications of the tests share: most tests make an application of their own, and compiling takes longest in that."""

from collections.abc import Callable
from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


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
    """A rule whose functions for building addresses are compiled once; Werkzeug compiles them for each application."""

    _compiled: dict[object, Builder] = {}  # noqa: RUF012  # shared on purpose

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        """Return the function for what Werkzeug makes it of: the text of the rule, its parts and its defaults."""
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self._compiled:
            self._compiled[key] = super()._compile_builder(append_unknown)
        return self._compiled[key]
