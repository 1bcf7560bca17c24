"""What the page of a certificate says to everybody: rendered once in each language, and kept."""

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from lti_tool.web.locales import locale
from mappings.award import CertificateTexts


@dataclass(frozen=True)
class Parts:
    """The parts of the page that are the same for everybody."""

    says: Markup
    """What the certificate says, and what not."""
    result_templates: Markup
    """What a script fills with the result of a check."""


class PageParts:
    """Keeps what was rendered; the trainings do not change while the application lives."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Parts] = {}

    def of(self, training_key: str, texts: CertificateTexts | None) -> Parts:
        """Return the parts in the reader's language.

        Args:
            training_key: whose certificate it is.
            texts: the training's texts about its certificate; None: the training is not here any more.
        """
        key = (training_key if texts is not None else "", locale())
        parts = self._known.get(key)
        if parts is None:
            says = render_template("certificates/parts/says.html", texts=texts) if texts is not None else ""
            templates = render_template("certificates/parts/result_templates.html")
            # templates, which escape what is put into them
            parts = self._known[key] = Parts(Markup(says), Markup(templates))  # noqa: S704
        return parts
