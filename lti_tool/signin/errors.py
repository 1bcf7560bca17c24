"""Why somebody of the staff does not get in, in their words; the tree hangs under `lti_tool.errors`.

::

    Refused
    ├── NotAllowed → RoleMissing       signed in, without the role            (an operator)
    ├── LinkRefused                    a one-time link that does not work     (an operator)
    │   └── LinkUnknown · LinkUsed · LinkExpired
    └── SignInRefused                  any other sign-in that failed          (the person, an operator)
"""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from lti_tool.errors import NotAllowed, Refused, Words

_OPERATOR = _l("Wie ICC Bridge beheert, kan je verder helpen.")


class RoleMissing(NotAllowed):
    """The person is signed in, and has none of the roles that this page is for."""

    code = "R-ROLE"
    title = _l("Deze pagina hoort niet bij je rol")
    explanation = _l("Je bent ingelogd, maar deze pagina is voor medewerkers met een andere rol.")
    who = _OPERATOR
    steps: Sequence[Words] = (
        _l("Kijk bij Mijn account welke rollen je hebt."),
        _l("Mis je er een? Vraag wie ICC Bridge beheert om je die rol te geven."),
    )


class LinkRefused(Refused):
    """A one-time link that does not work (any more)."""

    code = "R-LINK"
    status = 410
    title = _l("Deze link werkt niet meer")
    who = _OPERATOR
    steps: Sequence[Words] = (
        _l("Heb je al een andere manier om in te loggen? Gebruik die."),
        _l("Vraag anders een nieuwe link aan wie ICC Bridge beheert."),
    )


class LinkUnknown(LinkRefused):
    """No such link, or a newer one took its place."""

    status = 404
    explanation = _l("We kennen deze link niet. Misschien is hij niet heel gekopieerd, of kreeg je later een nieuwe.")


class LinkUsed(LinkRefused):
    """The link signed somebody in before."""

    code = "R-LINK-USED"
    explanation = _l("Met deze link is al ingelogd. Hij werkt maar één keer. Was jij dat niet? Meld het dan.")


class LinkExpired(LinkRefused):
    """The link's time is up."""

    code = "R-LINK-OLD"
    explanation = _l("Deze link was een dag geldig, en die dag is voorbij.")


class SignInRefused(Refused):
    """A sign-in that failed; nobody was signed in."""

    code = "R-SIGN-IN"
    status = 403
    title = _l("Inloggen is niet gelukt")
    explanation = _l("Je bent niet ingelogd.")
    who = _OPERATOR
    steps: Sequence[Words] = (
        _l("Probeer het opnieuw vanaf de inlogpagina."),
        _l("Lukt het weer niet? Vraag wie ICC Bridge beheert om een eenmalige link."),
    )
