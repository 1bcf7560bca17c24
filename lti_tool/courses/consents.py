"""What people are asked to agree to: the words, with a version. Whoever agreed is kept with the version of that moment.

Words that change get a new version (a test compares them with their digest). Until somebody has agreed to the new words,
what they chose shows to nobody else and nothing is sent, and the page asks again.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words

FIRST = "1"
"""Version of whatever was chosen before versions were kept, as a server default."""


@dataclass(frozen=True)
class Consent:
    """What somebody is asked to agree to."""

    version: int
    words: Words


SHARING = Consent(
    1,
    _l(
        "Wat je deelt, zien de deelnemers en trainers van je editie, met je school, en met je naam als je school die deelt. "
        "Ze kunnen erop reageren. Je kunt het altijd terugnemen."
    ),
)
"""To share work."""
DIRECTORY = Consent(
    1,
    _l(
        "Sta je in de lijst, dan zien je groep en je trainers je school, je naam als je school die deelt, en je leervraag "
        "als je dat kiest. Je kunt jezelf er altijd weer uit halen."
    ),
)
"""To stand in the directory."""
MAIL = Consent(
    1,
    _l(
        "Je krijgt alleen e-mail als je dat hier zelf kiest. In de e-mail staat dat er iets nieuws is, en nooit wat. "
        "Je kunt er altijd mee stoppen."
    ),
)
"""To get e-mail."""
