"""What a person is told when a Moodle cannot be connected or used. The tree stands in `lti_tool.errors`."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Invalid, NotFound, OutsideError, Words


class NotConnected(NotFound):
    """The platform's Moodle is not connected."""

    code = "M-NOT-CONNECTED"
    title = _l("Deze Moodle is nog niet gekoppeld")
    explanation = _l("ICC Bridge heeft nog geen toegang tot de webservices van deze Moodle.")
    who = _l("De beheerder van de leeromgeving van je school kan dit oplossen.")
    steps: Sequence[Words] = (_l("Vraag de beheerder om Moodle te koppelen; in de handleiding staat hoe."),)


class NoMoodle(Invalid):
    """The platform is no Moodle, or the address is not its own."""

    code = "M-NO-MOODLE"


class NotUsable(OutsideError):
    """Moodle answered that it will not, or did not answer as a Moodle does. `problem` is one of `moodle.problems`."""

    code = "M-NOT-USABLE"
    title = _l("Moodle werkt niet mee")
    explanation = _l("Moodle gaf geen antwoord waar ICC Bridge iets mee kan. Er is niets veranderd.")

    def __init__(self, problem: str, detail: str = "", *, explanation: Words | None = None) -> None:
        super().__init__(detail, explanation=explanation)
        self.problem = problem
