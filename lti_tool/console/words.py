"""What the console says: states, reasons, and what each deed will do."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lti_tool.api.clients import READ_CERTIFICATES, READ_COHORTS, WEBHOOKS, WRITE_CERTIFICATES
from lti_tool.certificates.models import AwardState
from lti_tool.certificates.readiness import Why
from lti_tool.console.deeds import Deed
from lti_tool.console.listing import Status
from lti_tool.console.platforms import Attention
from lti_tool.console.queues import Queue
from lti_tool.errors import Words
from lti_tool.linking.obstacles import Obstacle
from lti_tool.platforms.invites import InviteState


@dataclass(frozen=True)
class StateWords:
    """How a state looks: a state of the macros, and its words."""

    look: str
    words: Words


STATES: Mapping[str, StateWords] = {
    AwardState.WAITING_DECISION: StateWords("submitted", _l("Wacht op jullie besluit")),
    AwardState.WAITING_APPROVAL: StateWords("score_held", _l("Wacht op goedkeuring van de editie")),
    AwardState.WAITING_PROPOSAL: StateWords("score_held", _l("Wacht op de voordracht door een trainer")),
    AwardState.WAITING_NAME: StateWords("score_held", _l("Wacht op de naam van de deelnemer")),
    AwardState.QUEUED: StateWords("score_waiting", _l("Wordt gemaakt")),
    AwardState.DECLINED: StateWords("score_refused", _l("Afgewezen")),
    "issued": StateWords("verdict_valid", _l("Toegekend")),
    "revoked": StateWords("verdict_revoked", _l("Ingetrokken")),
    "replaced": StateWords("verdict_replaced", _l("Vervangen")),
    "erased": StateWords("verdict_unknown", _l("Gegevens gewist")),
}
STATUSES: Mapping[Status, Words] = {
    Status.DECISION: _l("Wacht op jullie besluit"),
    Status.NAME_ASKED: _l("Andere naam gevraagd"),
    Status.WAITING: _l("Wacht op iets anders"),
    Status.ISSUED: _l("Toegekend"),
    Status.REVOKED: _l("Ingetrokken"),
    Status.REPLACED: _l("Vervangen"),
    Status.DECLINED: _l("Afgewezen"),
    Status.ERASED: _l("Gegevens gewist"),
}
WHYS: Mapping[Why, Words] = {
    Why.COHORT: _l("De editie is nog niet goedgekeurd."),
    Why.PROPOSAL: _l("Een trainer moet het certificaat nog voordragen."),
    Why.SAME_EYES: _l("Jij droeg dit voor of gaf het laatste werk akkoord: een collega moet beslissen."),
    Why.DECLINED: _l("Afgewezen. Een trainer kan het opnieuw voordragen."),
    Why.NAME: _l("De deelnemer heeft de naam voor het certificaat nog niet bevestigd."),
    Why.NAME_REFUSED: _l("De naam kan niet gedrukt worden. De deelnemer wordt om een andere schrijfwijze gevraagd."),
    Why.RULE: _l("Niet alle opdrachten zijn nog akkoord: er is werk teruggegeven."),
    Why.NOT_PRINTABLE: _l(
        "De naam van de editie heeft tekens die niet gedrukt kunnen worden: geef de editie een andere naam."
    ),
    Why.PROBLEM: _l("Het maken lukte niet. Het wordt vanzelf opnieuw geprobeerd."),
    Why.STOPPED: _l("Gestopt voordat dit certificaat aan de beurt was."),
    Why.GONE: _l("Dit dossier is er niet meer."),
}
HAPPENED: Mapping[str, Words] = {
    "issued": _l("toegekend"),
    "revoked": _l("ingetrokken"),
    "replaced": _l("vervangen"),
}
"""The lines of the log."""


WARNINGS: Mapping[Attention, Words] = {
    Attention.DISABLED: _l("Staat uit: niemand komt binnen en resultaten wachten."),
    Attention.NO_DEPLOYMENT: _l("Er is nog geen deployment-id bekend: niemand komt binnen."),
    Attention.KEYS: _l("De sleutels konden lang niet gelezen worden. Doe de zelftest."),
    Attention.REFUSED: _l("Niet alle resultaten staan er goed."),
    Attention.LATE: _l("Er wacht een resultaat langer dan een uur."),
    Attention.LAUNCHES: _l("De afgelopen week kwamen mensen er niet in."),
}
"""What asks for an operator's attention at a platform."""
ADVICE: Mapping[Attention, Words] = {
    Attention.DISABLED: _l("Zet de koppeling weer aan zodra dat kan. Er is niets gewist."),
    Attention.NO_DEPLOYMENT: _l(
        "Laat de beheerder van de school de koppeling daar activeren. Is ze met de hand gemaakt: vraag het deployment-id en "
        "voeg het toe op de opdrachtregel (icc-bridge platform add-deployment)."
    ),
    Attention.KEYS: _l(
        "Doe de zelftest. Bereikt die de leeromgeving niet, stuur het verslag dan naar de beheerder van de school."
    ),
    Attention.REFUSED: _l("Bij elk resultaat staat wie het kan oplossen. Wat opgelost is, stuur je daar opnieuw."),
    Attention.LATE: _l("Het wordt vanzelf opnieuw geprobeerd. Duurt het lang, doe dan de zelftest."),
    Attention.LAUNCHES: _l("Lees hieronder waarom. Bij elke code staat wie het kan oplossen."),
}
"""What an operator does about it."""
INVITE_STATES: Mapping[InviteState, StateWords] = {
    InviteState.OPEN: StateWords("score_waiting", _l("Nog niet gebruikt")),
    InviteState.USED: StateWords("accepted", _l("Gekoppeld")),
    InviteState.EXPIRED: StateWords("later", _l("Verlopen")),
    InviteState.REVOKED: StateWords("score_refused", _l("Ingetrokken")),
}
CLIENT_STATES: Mapping[str, StateWords] = {
    "active": StateWords("light_ok", _l("Werkt")),
    "expired": StateWords("later", _l("Verlopen")),
    "revoked": StateWords("score_refused", _l("Ingetrokken")),
}
SCOPES: Mapping[str, Words] = {
    READ_COHORTS: _l("edities lezen, en hoe ver deelnemers zijn (met nummers, zonder namen)"),
    READ_CERTIFICATES: _l("certificaten lezen, en waar ze op wachten (zonder namen)"),
    WRITE_CERTIFICATES: _l("certificaten laten maken, intrekken en vervangen"),
    WEBHOOKS: _l("bericht krijgen als een certificaat gemaakt, ingetrokken of vervangen wordt"),
}
"""What a system may do with the API."""
PAUSES: Mapping[str, Words] = {
    "410": _l("Het systeem antwoordde dat dit adres er niet meer is."),
    "timeout": _l("Het systeem antwoordde een dag lang niet op tijd."),
    "unreachable": _l("Het systeem was een dag lang niet te bereiken."),
    "address-refused": _l("Dit adres roepen we niet meer aan: het is niet met https op internet te vinden."),
}
"""Why a webhook was paused; anything else is the status that the system answered with, for a day."""
LINK_OBSTACLES: Mapping[Obstacle, Words] = {
    Obstacle.NEWER: _l("Daarna is nog een account gekoppeld. De laatste koppeling gaat het eerst los."),
    Obstacle.CERTIFICATE: _l(
        "Sinds de koppeling is een certificaat gemaakt voor werk van beide accounts samen. Dat kan niet meer uit elkaar. "
        "Klopt het certificaat niet, trek het dan in."
    ),
}
"""Why a link cannot be taken apart, as the issuer reads it."""
QUEUES: Mapping[Queue, Words] = {
    Queue.SCORES: _l("Resultaten naar leeromgevingen"),
    Queue.MOODLE_WRITES: _l("Terug naar Moodle-activiteiten"),
    Queue.MOODLE: _l("Moodle-cursussen lezen"),
    Queue.ROSTERS: _l("Deelnemerslijsten lezen"),
    Queue.AWARDS: _l("Certificaten maken"),
    Queue.BATCHES: _l("Certificaten voor een hele editie"),
}


TRAIL: Mapping[str, Words] = {
    "certificates.proposed": _l("Certificaat voorgedragen"),
    "certificates.approved": _l("Certificaat goedgekeurd"),
    "certificates.declined": _l("Certificaat afgewezen"),
    "certificates.by_hand": _l("Certificaat met de hand laten maken"),
    "certificates.revoked": _l("Certificaat ingetrokken"),
    "certificates.replaced": _l("Certificaat vervangen"),
    "certificates.name_kept": _l("Naam op certificaat gelaten"),
    "certificates.erased": _l("Gegevens van houder gewist"),
    "certificates.download": _l("Certificaat gedownload"),
    "certificates.export": _l("Lijst van certificaten meegenomen"),
    "certificates.batch": _l("Toekennen voor een editie begonnen"),
    "certificates.batch_stop": _l("Toekennen voor een editie gestopt"),
    "cohorts.create": _l("Editie gemaakt"),
    "cohorts.rename": _l("Editie hernoemd"),
    "cohorts.approve": _l("Editie goedgekeurd"),
    "cohorts.invite": _l("Code voor trainer gemaakt"),
    "cohorts.add_trainer": _l("Medewerker trainer gemaakt van een editie"),
    "cohorts.remove_trainer": _l("Medewerker geen trainer meer van een editie"),
    "cohorts.join": _l("Trainer geworden met een code"),
    "platforms.invite": _l("School uitgenodigd"),
    "platforms.uninvite": _l("Uitnodiging ingetrokken"),
    "platforms.enable": _l("Leeromgeving aangezet"),
    "platforms.disable": _l("Leeromgeving uitgezet"),
    "scores.again": _l("Resultaten opnieuw verstuurd"),
    "people.look": _l("Gegevens van iemand bekeken"),
    "people.export": _l("Kopie van iemands gegevens gemaakt"),
    "people.erase": _l("Iemand gewist"),
    "linking.code": _l("Code gemaakt om accounts te koppelen"),
    "linking.link": _l("Accounts gekoppeld"),
    "linking.unlink": _l("Koppeling van accounts losgemaakt"),
    "exchange.share": _l("Werk gedeeld"),
    "exchange.withdraw": _l("Gedeeld werk teruggenomen"),
    "exchange.hide": _l("Reactie verborgen"),
    "exchange.show": _l("Reactie weer getoond"),
    "notices.nudge": _l("Herinnering gestuurd"),
    "signin.link": _l("Inloggen met een eenmalige link"),
    "signin.passkey": _l("Inloggen met een passkey"),
    "signin.oidc": _l("Inloggen met een account elders"),
    "signin.invite": _l("Medewerker uitgenodigd"),
    "signin.make_link": _l("Eenmalige link gemaakt"),
    "signin.roles": _l("Rollen gewijzigd"),
    "signin.disable": _l("Medewerker buitengesloten"),
    "signin.enable": _l("Medewerker weer toegelaten"),
    "signin.end_session": _l("Sessie beëindigd"),
    "signin.end_sessions": _l("Sessies beëindigd"),
    "signin.erase": _l("Medewerker gewist"),
    "signin.sign_out": _l("Uitgelogd"),
    "signin.add_passkey": _l("Passkey toegevoegd"),
    "signin.remove_passkey": _l("Passkey weggehaald"),
    "signin.add_account": _l("Account elders toegevoegd"),
    "signin.remove_account": _l("Account elders weggehaald"),
    "api.issue": _l("Certificaat laten maken via de API"),
    "api.revoke": _l("Certificaat ingetrokken via de API"),
    "api.replace": _l("Certificaat vervangen via de API"),
    "api.client_add": _l("Toegang tot de API gegeven"),
    "api.client_revoke": _l("Toegang tot de API beëindigd"),
    "api.webhook_resume": _l("Webhook hervat"),
}
"""The deeds of the trail that have words; others appear by their code."""


def problem_words(code: str) -> Words:
    """Return what a problem of an award means: the code of the row that waits."""
    if code == "rule":
        return WHYS[Why.RULE]
    if code == "name":
        return WHYS[Why.NAME_REFUSED]
    return WHYS[Why.NOT_PRINTABLE if code.startswith("not printable") else Why.PROBLEM]


@dataclass(frozen=True)
class DeedWords:
    """What is said of a deed."""

    button: Words
    """That leads to its page, and does it there."""
    title: Words
    happens: tuple[Words, ...]
    """What will happen, one sentence each."""
    done: Words
    """Afterwards."""
    reason: Words | None = None
    """The label of the reason; None: it needs none."""
    readers: Words | None = None
    """Who reads the reason."""
    grave: bool = False
    """It cannot be taken back."""


DEEDS: Mapping[Deed, DeedWords] = {
    Deed.APPROVE: DeedWords(
        button=_l("Keur goed"),
        title=_l("Dit certificaat goedkeuren?"),
        happens=(
            _l("Het certificaat wordt meteen gemaakt als de naam van de deelnemer er is; anders zodra die er is."),
            _l("Bij het besluit staat jouw naam. Trainer en deelnemer zien dat."),
        ),
        done=_l("Goedgekeurd. Het certificaat wordt gemaakt zodra alles er is."),
    ),
    Deed.DECLINE: DeedWords(
        button=_l("Wijs af"),
        title=_l("Dit certificaat afwijzen?"),
        happens=(
            _l("Er wordt geen certificaat gemaakt."),
            _l("Een trainer kan het later opnieuw voordragen."),
        ),
        done=_l("Afgewezen. Trainer en deelnemer lezen je reden."),
        reason=_l("Waarom wijs je het af?"),
        readers=_l("Trainer en deelnemer lezen dit."),
    ),
    Deed.ISSUE: DeedWords(
        button=_l("Laat het nu maken"),
        title=_l("Dit certificaat met de hand laten maken?"),
        happens=(
            _l("Het certificaat wordt nu gemaakt, als de regel van de training klopt."),
            _l("Klopt de regel niet meer, dan gebeurt er niets en lees je hier waarom."),
        ),
        done=_l("Het wordt gemaakt. Laad deze pagina zo opnieuw."),
        reason=_l("Waarom met de hand?"),
        readers=_l("Dit staat bij de besluiten in het dossier. Trainer en deelnemer kunnen het lezen."),
    ),
    Deed.REPLACE: DeedWords(
        button=_l("Vervang vanwege de naam"),
        title=_l("Dit certificaat vervangen door een met een andere naam?"),
        happens=(
            _l("Er komt een nieuw certificaat met een eigen nummer en de nieuwe naam. Datum, fasen en uren blijven gelijk."),
            _l("Het oude certificaat zegt dat het vervangen is, en leidt naar het nieuwe."),
            _l("De houder ziet het nieuwe certificaat meteen op de eigen pagina."),
        ),
        done=_l("Vervangen. Het nieuwe certificaat staat hieronder."),
        reason=_l("Waarom vervang je het?"),
        readers=_l("Iedereen die het oude certificaat opent, leest dit. Zet er niets persoonlijks in."),
        grave=True,
    ),
    Deed.KEEP_NAME: DeedWords(
        button=_l("Laat de naam zoals hij is"),
        title=_l("De naam laten zoals hij is?"),
        happens=(
            _l("Het certificaat verandert niet."),
            _l("De vraag om een andere naam is daarmee beantwoord."),
        ),
        done=_l("De naam blijft. De deelnemer leest waarom."),
        reason=_l("Waarom blijft de naam zoals hij is?"),
        readers=_l("De deelnemer leest dit."),
    ),
    Deed.REVOKE: DeedWords(
        button=_l("Trek in"),
        title=_l("Dit certificaat intrekken?"),
        happens=(
            _l("Wie het certificaat opent of controleert, ziet meteen dat het is ingetrokken, en waarom."),
            _l("Ook een pdf of badge die iemand al had, is dan niet meer geldig."),
            _l("Intrekken kan niet ongedaan gemaakt worden."),
        ),
        done=_l("Ingetrokken."),
        reason=_l("Waarom trek je het in?"),
        readers=_l("De houder en iedereen die het certificaat opent, lezen dit. Zet er niets persoonlijks in."),
        grave=True,
    ),
    Deed.ERASE: DeedWords(
        button=_l("Wis de gegevens van de houder"),
        title=_l("De gegevens van deze houder wissen?"),
        happens=(
            _l("De naam en alle bestanden van alle certificaten van deze persoon verdwijnen voorgoed."),
            _l("Nummer, vingerafdrukken en status blijven: wie het bestand heeft, kan het nog steeds controleren."),
            _l("Werk, feedback en accounts blijven zoals ze zijn."),
            _l("Dit kan niet ongedaan gemaakt worden."),
        ),
        done=_l("De gegevens zijn gewist."),
        grave=True,
    ),
}
