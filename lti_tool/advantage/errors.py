"""What goes wrong with a platform's services (Security Framework 1.1, 4.1; AGS 2.0; NRPS 2.0).

::

    OutsideError
    ├── Unreachable                    no answer, or a server error: later
    └── BadAnswer
        ├── TokenRefused    O-TOKEN    the platform gives us no token; its administrator can look why
        ├── ScopeRefused    O-SCOPE    the platform did not allow us this service
        └── ServiceRefused  O-SERVICE  the service turned this request away; asking again does not help
"""

from flask_babel import lazy_gettext as _l

from lti_tool.errors import BadAnswer


class TokenRefused(BadAnswer):
    """The platform gives us no access token. `reason` is its error code as far as it can be read, else the status."""

    code = "O-TOKEN"
    explanation = _l("De leeromgeving geeft ICC Bridge geen toegang tot haar diensten.")

    def __init__(self, detail: str = "", reason: str = "") -> None:
        super().__init__(detail)
        self.reason = reason


class ScopeRefused(TokenRefused):
    """The platform did not allow the tool this service."""

    code = "O-SCOPE"
    explanation = _l("De leeromgeving staat ICC Bridge deze dienst niet toe.")


class ServiceRefused(BadAnswer):
    """A service turned a request away, with this HTTP status; asking the same again does not help."""

    code = "O-SERVICE"

    def __init__(self, detail: str = "", status: int = 400) -> None:
        super().__init__(detail)
        self.http_status = status
