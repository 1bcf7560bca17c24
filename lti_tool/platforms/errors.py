"""What goes wrong when a learning environment is connected, for the administrator who sits in front of it.

::

    Refused
    ├── PlatformUnknown           R-PLATFORM    no such registration
    ├── PlatformAmbiguous         R-PLATFORM    more registrations at one issuer, and no client id to choose
    └── RegistrationRefused                     the invitation or the form cannot be used
        ├── InviteUnknown         P-INVITE      no such invitation
        ├── InviteExpired         P-EXPIRED     not used in time
        ├── InviteRevoked         P-REVOKED     taken back by who made it
        ├── InviteUsed            P-USED        used before
        ├── InviteBusy            P-BUSY        being used just now
        └── RegistrationFormStale P-FORM        the page was too old, or not ours
    OutsideError
    └── RegistrationFailed                      the learning environment did not do its part; the invitation stays usable
        ├── ConfigurationRefused  P-CONFIG      its openid-configuration cannot be used
        ├── PlatformSilent        P-SILENT      not reached, or a server error
        ├── TokenSpent            P-TOKEN       its one-time registration token was used or has expired
        ├── PlatformDeclined      P-DECLINED    it refused the registration
        ├── AnswerUnusable        P-ANSWER      it answered something that is no registration
        └── IssuerTaken           P-ISSUER      another learning environment is connected under this name already
"""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from lti_tool.errors import NotFound, OutsideError, Refused, Words

_BACK = _l("Sluit deze pagina en begin opnieuw in het beheer van je leeromgeving. De link blijft bruikbaar.")
_ISSUER = _l("Vraag een nieuwe link aan wie je deze link gaf.")
_YOU = _l("Je kunt dit zelf oplossen.")


class PlatformUnknown(NotFound):
    """No registration with this id, or with this issuer and client id."""

    code = "R-PLATFORM"


class PlatformAmbiguous(Refused):
    """An issuer with more than one registration, and nothing that says which."""

    code = "R-PLATFORM"


class RegistrationRefused(Refused):
    """The invitation or the form cannot be used; nothing was sent to the learning environment."""

    code = "P-REFUSED"
    title = _l("Koppelen kan met deze link niet")
    who = _l("Wie je deze link gaf, kan je een nieuwe geven.")
    steps: Sequence[Words] = (_ISSUER,)


class InviteUnknown(RegistrationRefused):
    """No invitation with this token."""

    code = "P-INVITE"
    status = 404
    explanation = _l("Deze link bestaat niet. Misschien is hij niet helemaal gekopieerd.")
    steps = (_l("Kopieer de hele link en plak hem opnieuw in je leeromgeving."), _ISSUER)


class InviteExpired(RegistrationRefused):
    """An invitation that was not used in time."""

    code = "P-EXPIRED"
    status = 410
    explanation = _l("Deze link is verlopen. Een link om te koppelen blijft maar een paar dagen bruikbaar.")


class InviteRevoked(RegistrationRefused):
    """An invitation that was taken back."""

    code = "P-REVOKED"
    status = 410
    explanation = _l("Deze link is ingetrokken door wie hem gaf.")


class InviteUsed(RegistrationRefused):
    """An invitation that was used before."""

    code = "P-USED"
    status = 410
    explanation = _l("Met deze link is al een leeromgeving gekoppeld. Een link werkt één keer.")
    steps = (_l("Kijk in het beheer van je leeromgeving of ICC Bridge daar al bij de externe tools staat."), _ISSUER)


class InviteBusy(RegistrationRefused):
    """An invitation that somebody is using at this very moment."""

    code = "P-BUSY"
    status = 409
    explanation = _l("Met deze link wordt op dit moment al een leeromgeving gekoppeld.")
    who = _YOU
    steps = (
        _l("Wacht twee minuten."),
        _l("Kijk in het beheer van je leeromgeving of ICC Bridge daar bij de externe tools staat."),
        _l("Staat het er niet? Begin dan opnieuw in het beheer van je leeromgeving."),
    )


class RegistrationFormStale(RegistrationRefused):
    """A form that is too old, or that did not come from our page."""

    code = "P-FORM"
    title = _l("Deze pagina was te oud")
    explanation = _l("Deze pagina stond langer dan een uur open, of kwam niet van ons. Er is niets gekoppeld.")
    who = _YOU
    steps = (_BACK,)


class RegistrationFailed(OutsideError):
    """The learning environment did not do its part. Nothing was stored; the invitation stays usable."""

    code = "P-FAILED"
    title = _l("Koppelen is niet gelukt")
    who = _l("De beheerder van de leeromgeving kan dit oplossen.")
    steps: Sequence[Words] = (_BACK,)


class ConfigurationRefused(RegistrationFailed):
    """The platform's openid-configuration is missing, unreadable or not one we can use."""

    code = "P-CONFIG"
    explanation = _l("De gegevens die je leeromgeving over zichzelf geeft, kloppen niet of zijn niet te lezen.")


class PlatformSilent(RegistrationFailed):
    """The platform could not be reached, or answered with a server error."""

    code = "P-SILENT"
    explanation = _l("Je leeromgeving gaf geen antwoord aan ICC Bridge. Misschien is ze van buiten niet bereikbaar.")
    steps = (
        _l("Controleer of je leeromgeving van buiten het schoolnetwerk via https bereikbaar is."),
        _BACK,
    )


class TokenSpent(RegistrationFailed):
    """The platform's one-time token for this registration was used before, or has expired."""

    code = "P-TOKEN"
    explanation = _l("De toestemming van je leeromgeving om te koppelen is verlopen of al gebruikt.")
    who = _YOU


class PlatformDeclined(RegistrationFailed):
    """The platform refused the registration."""

    code = "P-DECLINED"
    explanation = _l("Je leeromgeving weigerde de koppeling.")


class AnswerUnusable(RegistrationFailed):
    """The platform accepted, as it seems, but did not answer with a registration."""

    code = "P-ANSWER"
    explanation = _l("Je leeromgeving gaf een antwoord waarmee ICC Bridge niet verder kan.")
    steps = (
        _l("Verwijder ICC Bridge in het beheer van je leeromgeving, als het daar nu bij de externe tools staat."),
        _BACK,
    )


class IssuerTaken(RegistrationFailed):
    """The issuer belongs to a platform that is registered with other addresses, and this is not the issuer's own host."""

    code = "P-ISSUER"
    explanation = _l("Onder de naam waarmee je leeromgeving zich meldt, is al een andere leeromgeving gekoppeld.")
    who = _l("De beheerder van ICC Bridge kan dit oplossen.")
    steps = (_l("Geef de code hieronder door aan wie je deze link gaf."),)
