"""Why a launch is refused. A refused launch stores nothing.

::

    LaunchRefused                     L-REFUSED
    ├── LoginIncomplete               L-LOGIN          the login misses something, or it cannot be read
    ├── PlatformUnknown               L-PLATFORM       no registration, or more than one that fits
    ├── PlatformDisabled              L-DISABLED       the operator has switched the connection off
    ├── TargetRefused                 L-TARGET         the link is not ours, or not the one of the login
    ├── StateUnknown                  L-STATE-UNKNOWN  no such login (any more)
    ├── StateUsed                     L-STATE-USED     this login has had its launch
    ├── CookieMissing                 L-COOKIE         the browser keeps no cookies here
    │   └── CookiesOff                L-COOKIES-OFF    … nor in a window of its own
    ├── StorageUnproven               L-STORAGE        the platform's storage has not shown who began the login
    ├── OtherBrowser                  L-BROWSER        the login was begun in another browser
    ├── LaunchExpired                 L-EXPIRED        login or token is too old
    ├── ClockWrong                    L-CLOCK          the token was made in the future, or long ago
    ├── TokenUnreadable               L-TOKEN          no token, or not one that can be read
    ├── SignatureWrong                L-SIGNATURE      signature or algorithm
    ├── KeyUnknown                    L-KEY            no usable key of that id
    ├── KeysUnreachable               L-KEYS           the platform's keys cannot be fetched now
    ├── AudienceWrong                 L-AUDIENCE       made for another tool, or by another platform
    ├── NonceWrong                    L-NONCE          made for another login
    ├── DeploymentUnknown             L-DEPLOY         this deployment was not registered
    ├── ClaimsIncomplete              L-CLAIMS         a required claim is missing or wrong
    ├── MessageUnknown                L-MESSAGE        a message that this tool does not serve
    ├── TrainersOnly                  L-ROLE           deep linking by somebody who is no trainer in the course
    ├── LinksNotAccepted              L-DL-TYPES       the place where it is opened takes no links to this tool
    ├── ReturnMissing                 L-DL-RETURN      no (safe) address to send the choice back to
    └── PlatformRefused               L-AUTH-ERROR     the platform itself answered with an error
"""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Refused, Words
from lti_tool.launch.models import Layer
from lti_tool.launch.storage import Unproven
from lti_tool.platforms.service import PlatformInfo

_YOURSELF = _l("Je kunt dit zelf oplossen.")
_ADMIN = _l("De beheerder van de leeromgeving kan dit oplossen.")
_BACK = _l("Ga terug naar je cursus in de leeromgeving.")
_AGAIN = _l("Klik de opdracht opnieuw aan.")
_PASS_ON = _l("Geef de code hieronder door aan de beheerder van de leeromgeving.")
_TRY_ONCE_MORE = (_BACK, _AGAIN, _l("Lukt het weer niet? Geef de code hieronder door aan de beheerder."))


class LaunchRefused(Refused):
    """A launch that failed verification.

    `platform` is the registration it concerns and `layer` what tied it to the browser, as far as they are known: for the
    trace, the log and the page.
    """

    code = "L-REFUSED"
    title = _l("De opdracht ging niet open")
    explanation = _l("Wat je leeromgeving stuurde, klopt niet helemaal. Wat je eerder bewaarde, is er nog.")
    who = _ADMIN
    steps: Sequence[Words] = _TRY_ONCE_MORE
    platform: PlatformInfo | None = None
    layer: Layer | None = None


class LoginIncomplete(LaunchRefused):
    """The login initiation misses a parameter, or has one that cannot be read."""

    code = "L-LOGIN"
    explanation = _l("Je opende dit adres niet vanuit je cursus, of je leeromgeving stuurde niet alles mee wat nodig is.")


class PlatformUnknown(LaunchRefused):
    """No registration for this issuer and client id, or more than one that fits."""

    code = "L-PLATFORM"
    title = _l("Deze leeromgeving is nog niet gekoppeld")
    explanation = _l("ICC Bridge kent deze leeromgeving niet, of weet niet zeker welke koppeling bedoeld is.")
    steps = (_PASS_ON, _l("De beheerder koppelt de leeromgeving aan ICC Bridge. Daarna werkt deze link."))


class PlatformDisabled(LaunchRefused):
    """The operator has switched this registration off."""

    code = "L-DISABLED"
    status = 403
    title = _l("De koppeling met je leeromgeving staat uit")
    explanation = _l("De koppeling tussen ICC Bridge en je leeromgeving is stopgezet. Wat je bewaarde, is er nog.")
    who = _l("De beheerder van ICC Bridge kan de koppeling weer aanzetten.")
    steps = (_PASS_ON,)


class TargetRefused(LaunchRefused):
    """The link leads to another host, or is not the one that the login named."""

    code = "L-TARGET"
    explanation = _l("De link in je cursus wijst niet naar ICC Bridge, of veranderde tijdens het openen.")
    steps = (_PASS_ON, _l("De beheerder of je trainer kan de opdracht opnieuw in de cursus zetten."))


class StateUnknown(LaunchRefused):
    """There is no such login, or it was cleaned up."""

    code = "L-STATE-UNKNOWN"
    title = _l("Deze link werkt niet meer")
    explanation = _l("Een link uit je leeromgeving werkt maar even. Deze is te oud, of hij begon ergens anders.")
    who = _YOURSELF


class StateUsed(LaunchRefused):
    """This login has already had its launch."""

    code = "L-STATE-USED"
    title = _l("Deze link is al gebruikt")
    explanation = _l(
        "Een link uit je leeromgeving werkt één keer, zodat niemand anders hem kan gebruiken."
        " Waarschijnlijk heb je de pagina ververst of de knop Terug gebruikt. Wat je eerder schreef, is bewaard."
    )
    who = _YOURSELF
    steps = (_BACK, _AGAIN)


class CookieMissing(LaunchRefused):
    """The browser did not send the cookie of the login back."""

    code = "L-COOKIE"
    title = _l("Je browser bewaart hier geen cookies")
    explanation = _l("De training staat hier binnen een andere website. Je browser bewaart daar geen cookies.")
    who = _l("Je kunt dit zelf oplossen. De beheerder van de leeromgeving kan het voor de hele school doen.")
    steps = (
        _BACK,
        _l("Open de training in een nieuw venster: klik met de rechtermuisknop op de opdracht."),
        _l("Of sta in je browser cookies toe voor deze website, en klik de opdracht opnieuw aan."),
    )


class CookiesOff(CookieMissing):
    """Not even a window of its own keeps the cookie of the login."""

    code = "L-COOKIES-OFF"
    title = _l("Je browser bewaart geen cookies")
    explanation = _l("Ook in een eigen venster bewaart je browser geen cookies. Zonder cookies weten we niet wie je bent.")
    steps = (
        _l("Sta in de instellingen van je browser cookies toe voor deze website, of neem een andere browser."),
        _BACK,
        _AGAIN,
    )


class StorageUnproven(LaunchRefused):
    """The launch holds, but the platform's storage has not shown that this browser began its login: nothing is granted.

    `unproven` is what the page needs to ask for it.
    """

    code = "L-STORAGE"
    title = _l("Je leeromgeving gaf geen antwoord")
    explanation = _l(
        "Je browser bewaart hier geen cookies. Daarom vroegen we je leeromgeving of jij deze opdracht opende."
        " Er kwam geen antwoord."
    )
    who = _l("Meestal kun je dit zelf oplossen.")
    steps = (
        _BACK,
        _AGAIN,
        _l("Lukt het weer niet? Klik met de rechtermuisknop op de opdracht en open hem in een nieuw venster."),
    )

    def __init__(self, detail: str, unproven: Unproven) -> None:
        super().__init__(detail)
        self.unproven = unproven


class OtherBrowser(LaunchRefused):
    """The login was begun in another browser, or another window has since replaced its cookie."""

    code = "L-BROWSER"
    title = _l("Deze link begon in een andere browser")
    explanation = _l(
        "Een link uit je leeromgeving werkt alleen in de browser waarin je hem aanklikte."
        " Het kan ook zijn dat je twee opdrachten tegelijk opende."
    )
    who = _YOURSELF
    steps = (_BACK, _AGAIN)


class LaunchExpired(LaunchRefused):
    """More than ten minutes passed since the login, or the token's own time is over."""

    code = "L-EXPIRED"
    title = _l("Het openen duurde te lang")
    explanation = _l("Een link uit je leeromgeving werkt maar enkele minuten. Deze is verlopen.")
    who = _YOURSELF


class ClockWrong(LaunchRefused):
    """The token was made in the future or long ago: a clock is wrong."""

    code = "L-CLOCK"
    explanation = _l("De klok van je leeromgeving loopt niet gelijk met die van ICC Bridge.")


class TokenUnreadable(LaunchRefused):
    """The token is missing, too large, or no JSON web token."""

    code = "L-TOKEN"
    explanation = _l("Het bericht van je leeromgeving ontbreekt, of het is niet te lezen.")


class SignatureWrong(LaunchRefused):
    """The signature does not hold, or its algorithm is not RS256."""

    code = "L-SIGNATURE"
    explanation = _l("We weten niet zeker of dit bericht van je leeromgeving komt: de digitale handtekening klopt niet.")


class KeyUnknown(LaunchRefused):
    """The platform publishes no usable key with the id that the token names."""

    code = "L-KEY"
    explanation = _l(
        "We weten niet zeker of dit bericht van je leeromgeving komt: de digitale sleutel is onbekend of niet sterk genoeg."
    )


class KeysUnreachable(LaunchRefused):
    """The platform's keys cannot be fetched at the moment."""

    code = "L-KEYS"
    status = 503
    explanation = _l(
        "We kunnen nu niet nagaan of dit bericht van je leeromgeving komt: die gaf haar digitale sleutels niet."
    )
    steps = (
        _l("Probeer het over een paar minuten opnieuw, vanuit je cursus."),
        _l("Lukt het weer niet? Geef de code hieronder door aan de beheerder."),
    )


class AudienceWrong(LaunchRefused):
    """The token was made for another tool, or by another platform than the login's."""

    code = "L-AUDIENCE"
    explanation = _l("Je leeromgeving stuurde een bericht dat voor een ander programma is bedoeld.")


class NonceWrong(LaunchRefused):
    """The token belongs to another login."""

    code = "L-NONCE"
    explanation = _l("Je leeromgeving stuurde een bericht dat bij een eerdere keer hoort. Open de opdracht opnieuw.")
    who = _YOURSELF


class DeploymentUnknown(LaunchRefused):
    """The platform is registered, this deployment of it is not."""

    code = "L-DEPLOY"
    title = _l("Je school is nog niet helemaal gekoppeld")
    explanation = _l("ICC Bridge kent je leeromgeving, maar deze plek in de leeromgeving nog niet.")
    who = _l("De beheerder van de leeromgeving kan dit afmaken.")
    steps = (_PASS_ON,)


class ClaimsIncomplete(LaunchRefused):
    """A claim that LTI requires is missing or has a wrong form."""

    code = "L-CLAIMS"
    explanation = _l("In het bericht van je leeromgeving ontbreekt iets dat nodig is om de opdracht te openen.")


class MessageUnknown(LaunchRefused):
    """A message type that this tool does not serve."""

    code = "L-MESSAGE"
    explanation = _l("Je leeromgeving vroeg om iets dat ICC Bridge niet kent.")


class TrainersOnly(LaunchRefused):
    """Only a trainer of the course adds something to it."""

    code = "L-ROLE"
    status = 403
    title = _l("Alleen een trainer kan iets toevoegen")
    explanation = _l("Om opdrachten in deze cursus te zetten, moet je daar trainer zijn.")
    who = _l("De trainer van je cursus kan je verder helpen.")
    steps = (_BACK, _l("Vraag je trainer om de opdracht in de cursus te zetten."))


class LinksNotAccepted(LaunchRefused):
    """The platform's place takes no LTI resource links."""

    code = "L-DL-TYPES"
    title = _l("Hier past geen opdracht")
    explanation = _l("Op deze plek in je cursus kun je geen opdrachten van ICC Bridge zetten.")
    who = _l("Je kunt dit zelf oplossen. Anders helpt de beheerder van de leeromgeving.")
    steps = (
        _l("Ga terug naar je cursus en voeg een activiteit of externe tool toe, niet een afbeelding of een tekst."),
        _l("Lukt het niet? Geef de code hieronder door aan de beheerder."),
    )


class ReturnMissing(LaunchRefused):
    """There is no safe address to send the trainer's choice back to."""

    code = "L-DL-RETURN"
    explanation = _l("Je leeromgeving gaf geen veilig adres mee waar je keuze naartoe kan.")
    steps = (_PASS_ON,)


class PlatformRefused(LaunchRefused):
    """The platform answered the login with an error instead of a launch."""

    code = "L-AUTH-ERROR"
    title = _l("Je leeromgeving liet je niet door")
    explanation = _l("Je leeromgeving kon niet bevestigen dat jij deze opdracht opent. Misschien ben je uitgelogd.")
    who = _l("Meestal kun je dit zelf oplossen.")
    steps = (
        _l("Log opnieuw in bij je leeromgeving."),
        _l("Ga naar je cursus en klik de opdracht opnieuw aan."),
        _l("Lukt het weer niet? Geef de code hieronder door aan de beheerder."),
    )
