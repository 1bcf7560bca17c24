"""Why a list of members could not be read, in words for a trainer: what happened, and who can do something about it."""

from flask_babel import lazy_gettext as _l

from lti_tool.sync import codes
from lti_tool.sync.reasons import Reason, reason_of

_ADMIN = _l("De beheerder van de leeromgeving kan dit oplossen.")
_NOBODY = _l("Je hoeft niets te doen: het gaat vanzelf opnieuw.")
_OPERATOR = _l("De beheerder van ICC Bridge kan dit oplossen.")

_GONE = Reason(
    _l("De leeromgeving kent deze deelnemerslijst niet (meer). Misschien is de cursus daar weggehaald."),
    _l("Is de cursus er nog? Open de opdracht dan opnieuw vanuit de leeromgeving, en ververs daarna de lijst."),
)
_REFUSED = Reason(_l("De leeromgeving geeft ons deze deelnemerslijst niet."), _ADMIN)
_REASONS = {
    codes.INTERNAL: Reason(_l("Er ging bij ons iets mis. De lijst van hiervoor is bewaard."), _OPERATOR),
    codes.NO_MEMBERSHIPS: Reason(
        _l("De leeromgeving heeft ons niet verteld waar de deelnemerslijst van deze cursus staat."),
        _l(
            "Open een opdracht vanuit de cursus: dan horen wij het alsnog. Helpt dat niet, dan staat de deelnemerslijst"
            " (namen en rollen) uit in de koppeling, en kan de beheerder van de leeromgeving die aanzetten."
        ),
    ),
    codes.NO_SCOPE: Reason(_l("De leeromgeving staat niet toe dat wij de deelnemerslijst lezen."), _ADMIN),
    codes.PLATFORM_DISABLED: Reason(
        _l("De koppeling met deze leeromgeving staat uit. Zodra zij weer aan staat, wordt de lijst gelezen."), _OPERATOR
    ),
    "address": Reason(_l("Het adres van de deelnemerslijst klopt niet."), _ADMIN),
    "refused-404": _GONE,
    "refused-410": _GONE,
    "unreachable": Reason(_l("De leeromgeving is nu niet te bereiken, of heeft een storing."), _NOBODY),
}


def roster_reason_of(code: str) -> Reason:
    """Return what the code of a list that could not be read means."""
    if code in _REASONS:
        return _REASONS[code]
    found = None if code.startswith("refused-") else reason_of(code)
    return found or _REFUSED
