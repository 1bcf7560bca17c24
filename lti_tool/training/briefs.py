"""What an assignment's page says to everybody: rendered once in each language, and kept."""

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from lti_tool.web.locales import locale
from mappings.training import Assignment, Training


@dataclass(frozen=True)
class Brief:
    """The parts of an assignment's page that are the same for everybody."""

    task: Markup
    """What is asked, and how to go about it."""
    aid: Markup
    """What a trainer looks at, and an example."""


class Briefs:
    """Keeps what was rendered; the trainings do not change while the application lives."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, bool], Brief] = {}

    def of(self, training: Training, assignment: Assignment, *, begun: bool) -> Brief:
        """Return the brief of an assignment in the reader's language.

        Args:
            begun: something was handed in, so the steps are folded away.
        """
        key = (training.key, assignment.key, locale(), begun)
        brief = self._known.get(key)
        if brief is None:
            values = {"training": training, "assignment": assignment, "begun": begun}
            parts = (render_template(f"training/brief_{part}.html", **values) for part in ("task", "aid"))
            # templates, which escape what is put into them
            brief = self._known[key] = Brief(*(Markup(part.strip()) for part in parts))  # noqa: S704
        return brief
