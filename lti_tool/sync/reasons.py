"""Why a score is not there (yet), in words for a trainer: what happened, and who can do something about it."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from lti_tool.sync import codes

_ADMIN = _l("De beheerder van de leeromgeving kan dit oplossen.")
_YOU_OR_ADMIN = _l("Jij of de docent van de cursus kan dit oplossen.")
_OPERATOR = _l("De beheerder van ICC Bridge kan dit oplossen.")
_NOBODY = _l("Je hoeft niets te doen: het gaat vanzelf opnieuw.")


@dataclass(frozen=True)
class Reason:
    """What happened and who can do something."""

    what: Words
    who: Words


_REASONS = {
    codes.CHANGED_IN_LMS: Reason(
        _l("Iemand heeft dit resultaat daar met de hand veranderd. Wij laten dat staan, tot jij iets anders zegt."),
        _l("Jij kunt dit oplossen."),
    ),
    codes.KEPT_IN_LMS: Reason(
        _l("Iemand heeft dit resultaat daar met de hand veranderd, en een trainer laat dat gelden."),
        _l("Je hoeft niets te doen."),
    ),
    codes.CONFLICT: Reason(_l("De leeromgeving zegt dat zij al een nieuwer resultaat heeft."), _NOBODY),
    codes.INTERNAL: Reason(_l("Er ging bij ons iets mis. Het resultaat is bewaard."), _OPERATOR),
    codes.LINE_ITEM_SOUGHT: Reason(_l("De kolom in de cijferlijst wordt net gemaakt."), _NOBODY),
    codes.NO_LINE_ITEM: Reason(
        _l("Deze opdracht heeft in die cursus geen kolom in de cijferlijst, en wij mogen er geen maken."),
        _l("Jij kunt dit oplossen: zet de opdracht opnieuw in de cursus, met een cijfer."),
    ),
    codes.NO_SCOPE: Reason(_l("De leeromgeving staat niet toe dat wij resultaten sturen."), _ADMIN),
    codes.PLATFORM_DISABLED: Reason(
        _l("De koppeling met deze leeromgeving staat uit. Zodra zij weer aan staat, gaat het resultaat vanzelf."), _OPERATOR
    ),
    "address": Reason(_l("Het adres van de kolom in de cijferlijst klopt niet."), _ADMIN),
    "refused-400": Reason(
        _l(
            "De leeromgeving neemt voor deze persoon geen resultaat aan. Vaak is iemand niet (meer) ingeschreven in de"
            " cursus, of staat daar als docent."
        ),
        _YOU_OR_ADMIN,
    ),
    "refused-403": Reason(
        _l("De leeromgeving staat dit niet toe: de cijferlijst kan op slot staan, of de opdracht hoort bij een ander."),
        _ADMIN,
    ),
    "refused-404": Reason(
        _l("De kolom in de cijferlijst is er niet meer. Misschien is de opdracht uit de cursus gehaald."), _YOU_OR_ADMIN
    ),
    "refused-410": Reason(_l("De kolom in de cijferlijst is weggehaald."), _YOU_OR_ADMIN),
    "refused-422": Reason(_l("De leeromgeving kan met dit resultaat niets: de opdracht krijgt daar geen cijfer."), _ADMIN),
    "refused-423": Reason(_l("De cijferlijst staat op slot."), _YOU_OR_ADMIN),
    "score": Reason(_l("Het resultaat past niet bij de kolom in de cijferlijst."), _OPERATOR),
    "timeout": Reason(_l("De leeromgeving antwoordt niet op tijd."), _NOBODY),
    "unreachable": Reason(_l("De leeromgeving is nu niet te bereiken."), _NOBODY),
    "html": Reason(_l("De leeromgeving stuurt een webpagina in plaats van een antwoord. Vaak is er onderhoud."), _NOBODY),
    "bad-answer": Reason(_l("De leeromgeving gaf een antwoord dat wij niet begrijpen."), _ADMIN),
    "http-401": Reason(_l("De leeromgeving herkent ons niet."), _ADMIN),
    "http-403": Reason(_l("De leeromgeving vraagt ons om rustiger aan te doen."), _NOBODY),
    "http-429": Reason(_l("De leeromgeving vraagt ons om rustiger aan te doen."), _NOBODY),
}
_TOKEN = Reason(_l("De leeromgeving laat ons niet binnen. De koppeling klopt daar niet (meer)."), _ADMIN)
_TROUBLE = Reason(_l("De leeromgeving heeft een storing."), _NOBODY)
_REFUSED = Reason(_l("De leeromgeving nam dit resultaat niet aan."), _ADMIN)


def reason_of(code: str | None) -> Reason | None:
    """Return what a code of a row means, None for a row that has none."""
    if code is None:
        return None
    if code in _REASONS:
        return _REASONS[code]
    if code.startswith("token-"):
        return _TOKEN
    return _TROUBLE if code.startswith("http-") else _REFUSED
