"""Platform storage: small values that the school's pages keep for the tools in their frames (LTI Platform Storage 0.1).

Off by default, as Moodle has none. Every way in which platforms differ, and every way in which it goes wrong, is an option.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PARENT = "_parent"
TOOL_FRAME = "tool"
"""The name of the frame that shows a tool."""
_FRAME = re.compile(r"_parent|[A-Za-z][A-Za-z0-9_-]{0,99}")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")


class Subjects(StrEnum):
    """Which names of messages are understood."""

    BOTH = "both"
    PRESENT = "present"
    """``lti.put_data``; anything else is answered with an error."""
    EARLIER = "earlier"
    """``org.imsglobal.lti.put_data``, as drafts had it."""


class Answers(StrEnum):
    """What comes of a question."""

    RIGHT = "right"
    NEVER = "never"
    REFUSED = "refused"
    """An answer with an error, and without what was asked."""
    IMPOSTOR = "impostor"
    """The right answer, from the page of another origin."""
    OTHER = "other"
    """A value that nobody put there."""


@dataclass(frozen=True, slots=True)
class StorageOptions:
    """What the school offers, how it says so, and how it answers.

    Args:
        offered: whether there is any storage.
        frame: ``_parent`` (the page around the tool), or the name of a hidden frame of the school that keeps the values.
        at_login: the login says ``lti_storage_target``.
        at_launch: the launch says it again.
        capabilities: ``lti.capabilities`` is answered.
        subjects: the names of messages that are understood.
        put, get: what comes of ``lti.put_data`` and ``lti.get_data``.
        impostor: the origin that answers for `Answers.IMPOSTOR`; the school has to be reachable there too.

    Raises:
        ValueError: a frame name or an origin cannot be one.
    """

    offered: bool = False
    frame: str = PARENT
    at_login: bool = True
    at_launch: bool = True
    capabilities: bool = True
    subjects: Subjects = Subjects.BOTH
    put: Answers = Answers.RIGHT
    get: Answers = Answers.RIGHT
    impostor: str = ""

    def __post_init__(self) -> None:
        if not _FRAME.fullmatch(self.frame) or self.frame == TOOL_FRAME:
            raise ValueError("a frame is _parent, or letters, digits, - and _, and not the tool's own")
        if self.impostor and not _ORIGIN.fullmatch(self.impostor):
            raise ValueError("an origin looks like https://elsewhere.example.org")
        if Answers.IMPOSTOR in (self.put, self.get) and not self.impostor:
            raise ValueError("an impostor needs an origin")

    @property
    def in_frame(self) -> bool:
        """Whether a hidden frame keeps the values."""
        return self.offered and self.frame != PARENT

    @property
    def login_params(self) -> dict[str, str]:
        """What a login says of it."""
        return {"lti_storage_target": self.frame} if self.offered and self.at_login else {}

    @property
    def launch_params(self) -> dict[str, str]:
        """What a launch says of it."""
        return {"lti_storage_target": self.frame} if self.offered and self.at_launch else {}

    def rules(self, tools: list[str]) -> dict[str, Any]:
        """Return what the script of a page goes by (``static/storage.js``).

        Args:
            tools: the origins whose messages are heard.
        """
        return {
            "tools": tools,
            "frame": self.frame,
            "capabilities": self.capabilities,
            "subjects": self.subjects.value,
            "put": self.put.value,
            "get": self.get.value,
            "impostor": self.impostor,
            "tool_frame": TOOL_FRAME,
        }
