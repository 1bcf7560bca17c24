"""The verifier without internet: one HTML file with the scripts, the issuer's keys and the status lists of this moment.

Its own policy forbids it every connection; the scripts and the look in it are named by their hashes. What it cannot know,
it says: what was revoked after it was made.
"""

import base64
import hashlib
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flask import render_template
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from lti_tool.certificates.presented import MAX_FILE_BYTES
from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.single_file import joined
from lti_tool.certificates.wording import check_words
from lti_tool.web.assets import STATIC

_SCRIPTS = Path(__file__).parent / "static" / "check"
_FONT = re.compile(r"@font-face \{[^}]*\}\n?")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SYMBOL = '<symbol[^>]*id="{}"[^>]*>.*?</symbol>'


def offline_page(certificates: CertificateService, base_url: str, made: int, language: str) -> str:
    """Return the file.

    Args:
        certificates: has the keys and the lists.
        base_url: of this installation.
        made: now, in seconds since 1970.
        language: `nl` or `en`; the file speaks one.
    """
    words = check_words(language)
    pinned = {
        "base": base_url,
        "made": made,
        "largest": MAX_FILE_BYTES,
        "issuers": [certificates.did_document()],
        "lists": certificates.status_tokens(),
        "words": words,
    }
    script, style = _script(), _style()
    icons = {one["icon"] for kind in ("findings", "verdicts") for one in words[kind].values()}
    return render_template(
        "certificates/offline.html",
        look=Markup(f"<style>{style}</style>"),  # noqa: S704 - our own file
        data=Markup('<script type="application/json" id="pinned">{}</script>').format(htmlsafe_json_dumps(pinned)),
        script=Markup(f"<script>{script}</script>"),  # noqa: S704 - our own file
        script_hash=_hash(script),
        style_hash=_hash(style),
        symbols=Markup(_symbols(icons | {"info-circle"})),  # noqa: S704 - our own file
        made_at=datetime.fromtimestamp(made, UTC),
        largest=MAX_FILE_BYTES,
        base_url=base_url,
    )


@cache
def _script() -> str:
    return f"\n{joined(_SCRIPTS, 'offline-page')}"


@cache
def _style() -> str:
    theme = _COMMENT.sub("", _FONT.sub("", (STATIC / "theme.css").read_text("utf-8")))
    return f"\n{(_SCRIPTS / 'offline.css').read_text('utf-8')}{theme}"


def _symbols(names: set[str]) -> str:
    sprite = (STATIC / "bootstrap-icons.svg").read_text("utf-8")
    found = [re.search(_SYMBOL.format(re.escape(name)), sprite, re.DOTALL) for name in sorted(names)]
    return "".join(match[0] for match in found if match)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
