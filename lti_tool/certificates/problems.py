"""What can go wrong while a certificate is made. Bad input to *verification* is a verdict, never one of these.

::

    CertificateProblem            base
    ├── SnapshotUnreadable        a stored snapshot is not one, or of a later kind           (operator)
    ├── KeysUnusable              an issuing key is missing, retired or not what it says     (operator)
    ├── NotConformant             the credential breaks the standard; nothing is signed      (developer)
    │   └── UndefinedTerms        members that the contexts do not define, so no proof would cover them
    ├── StatusListFull            no free index was found; the issuer opens the next list    (operator)
    ├── TrustUnreadable           a document to verify with is not one of an issuer          (who verifies)
    ├── PdfNotMade                the PDF could not be rendered or sealed                    (developer)
    │   └── GlyphMissing          a character that no font has; becomes NotPrintable
    └── NotPrintable              a text has characters that the certificate's fonts lack    (trainer)
        └── NameNotPrintable      … and it is the name: ask for a spelling in Latin letters  (participant)
            └── NameTooLong       … or it is longer than its place                           (participant)

Messages name what is wrong and never whose certificate it is about.
"""

import unicodedata

from mappings.texts import Text


class CertificateProblem(Exception):
    """Base of what can go wrong while a certificate is made."""


class SnapshotUnreadable(CertificateProblem):
    """A stored snapshot is not one, or of a later kind than this version knows."""


class KeysUnusable(CertificateProblem):
    """An issuing key is missing, retired, or not what it says it is."""


class NotConformant(CertificateProblem):
    """The credential does not follow Open Badges 3.0; it was not signed."""


class UndefinedTerms(NotConformant):
    """The credential has members that a Data Integrity proof would not cover.

    Args:
        terms: the members or addresses concerned.
    """

    def __init__(self, terms: tuple[str, ...]) -> None:
        super().__init__(f"no context defines: {', '.join(terms)}")
        self.terms = terms


class StatusListFull(CertificateProblem):
    """No free index was found in a status list."""


class PdfNotMade(CertificateProblem):
    """The PDF could not be rendered or sealed as it should."""


class NotPrintable(CertificateProblem):
    """A text has characters that the certificate's fonts cannot show.

    Args:
        field: which text of the snapshot: `name`, `school`, `edition` …
        characters: the characters concerned, each once, in order.
    """

    def __init__(self, field: str, characters: tuple[str, ...]) -> None:
        codes = ", ".join(f"U+{ord(letter):04X}" for part in characters for letter in part)
        super().__init__(f"{field} cannot be printed: {codes}")
        self.field = field
        self.characters = characters

    @property
    def words(self) -> Text:
        """What to tell the person who can solve it."""
        return Text(
            f"Deze tekst past niet op het certificaat. We kunnen deze tekens niet drukken: {self._listed('nl')}.",
            f"This text does not fit the certificate. These characters cannot be printed: {self._listed('en')}.",
        )

    def _listed(self, language: str) -> str:
        joint = " en " if language == "nl" else " and "
        shown = [part if part.isprintable() else unicodedata.name(part, f"U+{ord(part):04X}") for part in self.characters]
        return joint.join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


class NameNotPrintable(NotPrintable):
    """The name has characters that the certificate's fonts cannot show: it has to be spelled in Latin letters.

    Args:
        characters: the characters concerned, each once, in order.
    """

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__("name", characters)

    @property
    def words(self) -> Text:
        """What to ask of the participant."""
        return Text(
            f"We kunnen deze tekens niet drukken: {self._listed('nl')}. Schrijf je naam in Latijnse letters,"
            " zoals in je paspoort. Accenten en streepjes mogen.",
            f"These characters cannot be printed: {self._listed('en')}. Write your name in Latin letters,"
            " as in your passport. Accents and hyphens are fine.",
        )


class NameTooLong(NameNotPrintable):
    """The name is longer than its place on the certificate: it has to be written shorter."""

    def __init__(self) -> None:
        super().__init__(())
        self.args = ("name is too long for its place",)

    @property
    def words(self) -> Text:
        """What to ask of the participant."""
        return Text(
            "Deze naam past niet op het certificaat. Schrijf hem korter, bijvoorbeeld met een voorletter.",
            "This name does not fit the certificate. Write it shorter, for instance with an initial.",
        )
