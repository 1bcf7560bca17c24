"""Why somebody of the staff does not get in, in their words; the tree hangs under `lti_tool.errors`.

::

    Refused
    ├── NotAllowed → RoleMissing       signed in, without the role            (an operator)
    ├── LinkRefused                    a one-time link that does not work     (an operator)
    │   └── LinkUnknown · LinkUsed · LinkExpired
    └── SignInRefused                  any other sign-in that failed          (the person, an operator)
        └── AttemptGone · ProviderDeclined · TokenRefused · SubjectUnknown · IdentityTaken · ProofTooOld · AccountClosed
            · PasskeyRefused
    OutsideError → ProviderFailed      the OpenID provider does not answer    (an operator)
"""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from lti_tool.errors import NotAllowed, OutsideError, Refused, Words

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


class AttemptGone(SignInRefused):
    """An answer that nothing waits for: too late, a second time, or in another browser than it was begun in."""

    code = "R-SIGN-IN-GONE"
    status = 400
    explanation = _l("Dit inloggen was al klaar, duurde te lang, of begon in een andere browser.")


class ProviderDeclined(SignInRefused):
    """The person broke off at the provider, or the provider does not let them through to us."""

    code = "R-OIDC-DECLINED"
    explanation = _l("Het inloggen werd daar afgebroken of geweigerd. Je bent niet ingelogd.")


class TokenRefused(SignInRefused):
    """What the provider sent does not hold."""

    code = "R-OIDC-TOKEN"
    explanation = _l("Wat terugkwam klopt niet, dus je bent niet ingelogd. In het logboek staat waarom.")


class SubjectUnknown(SignInRefused):
    """The provider knows the person, and nobody of the staff has this account."""

    code = "R-OIDC-UNKNOWN"
    title = _l("Dit account kennen we hier nog niet")
    explanation = _l("Het inloggen is gelukt, maar dit account hoort bij geen medewerker van ICC Bridge.")
    steps: Sequence[Words] = (
        _l("Werk je al met ICC Bridge? Log in zoals je gewend bent, en voeg dit account toe bij Mijn account."),
        _l("Ben je nieuw? Vraag wie ICC Bridge beheert om een uitnodiging: een eenmalige link."),
        _l("Open die link en kies daar opnieuw voor inloggen met dit account. Daarna werkt het voortaan direct."),
    )


class IdentityTaken(SignInRefused):
    """The account elsewhere, or the passkey, is somebody else's already."""

    code = "R-OIDC-TAKEN"
    status = 409
    explanation = _l("Dit account hoort al bij een andere medewerker. Kies daar het juiste account.")


class ProofTooOld(SignInRefused):
    """Somebody who was to prove anew who they are comes back, and the provider did not ask them."""

    code = "R-OIDC-OLD"
    title = _l("Daar is niet opnieuw gevraagd wie je bent")
    explanation = _l("De dienst waar je inlogt, liet je door omdat je daar al langer bent ingelogd. Dat telt hier nu niet.")
    steps: Sequence[Words] = (
        _l("Log eerst bij die dienst uit, en probeer het hier opnieuw."),
        _l("Lukt het niet? Gebruik een passkey, of vraag wie ICC Bridge beheert om een eenmalige link."),
    )


class AccountClosed(SignInRefused):
    """The person is known, and switched off."""

    code = "R-CLOSED"
    explanation = _l("Je toegang tot ICC Bridge is uitgezet.")
    steps: Sequence[Words] = (_l("Klopt dat niet? Vraag wie ICC Bridge beheert."),)


class PasskeyRefused(SignInRefused):
    """What came from the passkey does not hold."""

    code = "R-PASSKEY"
    explanation = _l("Deze passkey klopt niet, of hoort niet (meer) bij een medewerker.")
    steps: Sequence[Words] = (
        _l("Probeer het opnieuw, of log in op een andere manier."),
        _l("Lukt het weer niet? Vraag wie ICC Bridge beheert om een eenmalige link."),
    )


class ProviderFailed(OutsideError):
    """The provider does not answer, or not as OpenID Connect says."""

    code = "O-OIDC"
    title = _l("Inloggen kan daar nu niet")
    explanation = _l("De dienst waar je inlogt, geeft geen goed antwoord. Je bent niet ingelogd.")
    who = _l("Wie ICC Bridge beheert, kan dit oplossen.")
    steps: Sequence[Words] = (
        _l("Probeer het over een paar minuten opnieuw."),
        _l("Haast? Log in met een passkey of een eenmalige link."),
    )
