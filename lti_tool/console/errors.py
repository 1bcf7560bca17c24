"""What the console refuses.

::

    Refused
    └── Meanwhile      somebody else decided about the same dossier since the page was shown       (issuer)
"""

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Refused


class Meanwhile(Refused):
    """The dossier has changed since the page with the form was shown."""

    code = "K-MEANWHILE"
    status = 409
    title = _l("Iemand anders was je voor")
    explanation = _l("Over dit dossier is net iets anders besloten. Wat jij wilde, is niet gedaan.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = (_l("Ga terug naar het dossier en kijk wat er besloten is."), _l("Besluit dan opnieuw."))
