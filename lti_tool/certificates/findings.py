"""The words of every finding of verification, and the verdict that a failed one leads to."""

from dataclasses import dataclass
from enum import Enum

from lti_tool.certificates.verdict import Check, CheckCode, CheckState, VerdictState
from mappings.texts import Text

_ALTERED, _UNKNOWN = VerdictState.ALTERED, VerdictState.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Kind:
    code: CheckCode
    leads_to: VerdictState | None
    nl: str
    en: str


class Finding(Enum):
    """Everything that verification can find."""

    READ = _Kind(CheckCode.READABLE, None, "Het bestand is een certificaat.", "The file is a certificate.")
    TOO_LARGE = _Kind(
        CheckCode.READABLE,
        _UNKNOWN,
        "Dit bestand is te groot voor een certificaat.",
        "This file is too large for a certificate.",
    )
    NOT_READ = _Kind(
        CheckCode.READABLE,
        _UNKNOWN,
        "Dit is geen certificaat dat we kunnen lezen. We lezen de pdf, de badge (png of svg), het JSON-bestand en de JWT,"
        " zoals ze zijn gedownload.",
        "This is not a certificate that we can read. We read the PDF, the badge (PNG or SVG), the JSON file and the JWT,"
        " as they were downloaded.",
    )
    ISSUER_KNOWN = _Kind(CheckCode.ISSUER, None, "We kennen de toekennende organisatie.", "The issuer is known.")
    ISSUER_UNKNOWN = _Kind(
        CheckCode.ISSUER,
        _UNKNOWN,
        "Dit is toegekend door een organisatie die we hier niet kennen. Dat zegt niet dat er iets mis is:"
        " laat het controleren bij die organisatie.",
        "This was awarded by an organisation that is not known here. That does not mean that anything is wrong:"
        " have it checked by that organisation.",
    )
    KEY_KNOWN = _Kind(CheckCode.KEY, None, "De sleutel is van de toekennende organisatie.", "The key belongs to the issuer.")
    KEY_UNKNOWN = _Kind(
        CheckCode.KEY,
        _UNKNOWN,
        "We kennen deze sleutel van de toekennende organisatie niet. Misschien is hij nieuw: haal hun sleutels opnieuw op.",
        "This key of the issuer is not known here. It may be new: fetch their keys again.",
    )
    KEY_FOREIGN = _Kind(
        CheckCode.KEY,
        _ALTERED,
        "De handtekening is gezet met een sleutel die niet van de toekennende organisatie is.",
        "The signature was made with a key that does not belong to the issuer.",
    )
    ALGORITHM_REFUSED = _Kind(
        CheckCode.KEY,
        _ALTERED,
        "De handtekening is niet gezet zoals bij deze certificaten hoort.",
        "The signature was not made the way these certificates are signed.",
    )
    SEALED = _Kind(CheckCode.SEAL, None, "De verzegeling van de pdf is heel.", "The seal of the PDF is intact.")
    NOT_SEALED = _Kind(
        CheckCode.SEAL,
        _UNKNOWN,
        "Deze pdf heeft geen verzegeling. Misschien is hij opnieuw opgeslagen of geprint."
        " Scan de QR-code op het certificaat.",
        "This PDF has no seal. It may have been saved again or printed. Scan the QR code on the certificate.",
    )
    SEAL_BROKEN = _Kind(
        CheckCode.SEAL, _ALTERED, "De pdf is na de verzegeling gewijzigd.", "The PDF was changed after it was sealed."
    )
    SEAL_UNKNOWN = _Kind(
        CheckCode.SEAL,
        _UNKNOWN,
        "De pdf is verzegeld met een sleutel die we niet kennen.",
        "The PDF is sealed with a key that is not known here.",
    )
    SEAL_OF_ANOTHER = _Kind(
        CheckCode.SEAL,
        _ALTERED,
        "De pdf is verzegeld door een ander dan de organisatie die het certificaat toekende.",
        "The PDF was sealed by another organisation than the one that awarded the certificate.",
    )
    SIGNED = _Kind(
        CheckCode.SIGNATURE,
        None,
        "De handtekening klopt met de sleutel van de toekennende organisatie.",
        "The signature matches the issuer's key.",
    )
    NOT_SIGNED = _Kind(
        CheckCode.SIGNATURE,
        _ALTERED,
        "De handtekening klopt niet: de inhoud is gewijzigd, of niet van de organisatie die erop staat.",
        "The signature does not match: the content was altered, or is not from the organisation it names.",
    )
    COVERED = _Kind(CheckCode.CONTENT, None, "De inhoud is niet gewijzigd.", "The content was not altered.")
    NOT_COVERED = _Kind(
        CheckCode.CONTENT,
        _ALTERED,
        "Er staat iets in dat niet onder de handtekening valt.",
        "It holds something that the signature does not cover.",
    )
    SAME_AS_PAGE = _Kind(
        CheckCode.CONTENT,
        None,
        "De naam en de datum op deze pagina staan zo in het certificaat.",
        "The name and the date on this page are those in the certificate.",
    )
    NOT_AS_PAGE = _Kind(
        CheckCode.CONTENT,
        _ALTERED,
        "Deze pagina laat iets anders zien dan in het certificaat staat.",
        "This page shows something else than the certificate says.",
    )
    NOT_HERE = _Kind(
        CheckCode.SIGNATURE,
        _UNKNOWN,
        "Je browser kan dit bestand niet zelf narekenen.",
        "Your browser cannot check this file by itself.",
    )
    NOT_OFFLINE = _Kind(
        CheckCode.SIGNATURE,
        _UNKNOWN,
        "Het JSON-bestand is zonder internet niet na te rekenen. Neem de pdf, de badge (png of svg) of de JWT.",
        "The JSON file cannot be checked without internet. Take the PDF, the badge (PNG or SVG) or the JWT.",
    )
    CONFORMANT = _Kind(
        CheckCode.STANDARD, None, "Het volgt de standaard Open Badges 3.0.", "It follows the Open Badges 3.0 standard."
    )
    NOT_CONFORMANT = _Kind(
        CheckCode.STANDARD,
        _UNKNOWN,
        "Het volgt de standaard Open Badges 3.0 niet.",
        "It does not follow the Open Badges 3.0 standard.",
    )
    IN_TIME = _Kind(CheckCode.DATES, None, "De datum van toekenning is geweest.", "The date of award has passed.")
    NOT_YET = _Kind(CheckCode.DATES, _UNKNOWN, "Het geldt nog niet.", "It is not valid yet.")
    OVER = _Kind(CheckCode.DATES, VerdictState.EXPIRED, "De geldigheid is voorbij.", "Its period of validity is over.")
    NOT_REVOKED = _Kind(
        CheckCode.STATUS,
        None,
        "Het staat niet op de lijst van ingetrokken certificaten.",
        "It is not on the list of revoked certificates.",
    )
    IS_REVOKED = _Kind(
        CheckCode.STATUS,
        VerdictState.REVOKED,
        "De toekennende organisatie trok het in. Je kunt het niet meer gebruiken als bewijs.",
        "The issuer revoked it. It no longer proves anything.",
    )
    IS_REPLACED = _Kind(
        CheckCode.STATUS,
        VerdictState.REPLACED,
        "Er is een nieuwere versie van dit certificaat.",
        "There is a newer version of this certificate.",
    )
    NO_STATUS_LIST = _Kind(
        CheckCode.STATUS,
        _UNKNOWN,
        "We hebben de lijst met ingetrokken certificaten niet. De handtekening klopt wel.",
        "The list of revoked certificates is not at hand. The signature does match.",
    )
    BAD_STATUS_LIST = _Kind(
        CheckCode.STATUS,
        _UNKNOWN,
        "De lijst met ingetrokken certificaten is niet van de toekennende organisatie, of is gewijzigd of verlopen.",
        "The list of revoked certificates is not the issuer's, or was altered or has expired.",
    )

    @property
    def words(self) -> Text:
        """What it means, for people."""
        kind: _Kind = self.value
        return Text(kind.nl, kind.en)

    @property
    def leads_to(self) -> VerdictState | None:
        """The verdict that this finding leads to; None when all is well."""
        kind: _Kind = self.value
        return kind.leads_to

    @property
    def check(self) -> Check:
        """This finding as a check for people and machines."""
        kind: _Kind = self.value
        state = CheckState.PASSED
        if kind.leads_to is not None:
            state = CheckState.UNSURE if kind.leads_to is VerdictState.UNKNOWN else CheckState.FAILED
        return Check(kind.code, state, self.words)


class Stopped(Exception):
    """A finding that ends verification: a way out of a check, never an error that leaves `verify`."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.name)
        self.finding = finding
