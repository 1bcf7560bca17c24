"""What linking refuses the issuer.

::

    Refused
    └── CannotPart    K-LINK    a link that cannot be taken apart now       (issuer)
"""

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Refused
from lti_tool.linking.obstacles import Obstacle


class CannotPart(Refused):
    """Something is in the way of taking a link apart; nothing changed.

    Args:
        obstacle: what it is.
    """

    code = "K-LINK"
    status = 409
    title = _l("Deze koppeling kan niet los")
    explanation = _l("Er is iets in de weg. Er is niets veranderd.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = (_l("Ga terug naar de persoon en kijk wat er bij de koppeling staat."),)

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(f"this link cannot be taken apart: {obstacle.value}")
        self.obstacle = obstacle
