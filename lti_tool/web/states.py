"""How things stand, each as one icon, one word and one tint: the vocabulary of `chip`, `criteria` and `verdict`."""

from dataclasses import dataclass
from typing import Literal

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

Tone = Literal["ok", "warn", "bad", "info", "plum", "idle"]


@dataclass(frozen=True)
class State:
    """What a state looks like: an icon of the sprite, its word and the tint behind it."""

    icon: str
    tone: Tone
    word: LazyString


_STATES = {
    # how far an assignment or a phase is
    "open": State("circle", "idle", _l("Nog niet begonnen")),
    "draft": State("pencil", "idle", _l("Concept")),
    "later": State("calendar3", "idle", _l("Later")),
    "ready": State("pencil", "idle", _l("Je mag al beginnen")),
    "submitted": State("hourglass-split", "info", _l("Ingeleverd")),
    "returned": State("arrow-counterclockwise", "warn", _l("Terug voor aanvulling")),
    "accepted": State("check-circle-fill", "ok", _l("Akkoord")),
    "done": State("check-circle-fill", "ok", _l("Afgerond")),
    # one criterion in a review
    "meets": State("check-circle-fill", "ok", _l("Voldoet")),
    "improve": State("arrow-counterclockwise", "warn", _l("Vul aan")),
    # what the learning environment holds
    "score_held": State("clock", "idle", _l("Wacht op de leeromgeving")),
    "score_waiting": State("send", "info", _l("Onderweg")),
    "score_sent": State("check2-all", "idle", _l("Aangekomen")),
    "score_refused": State("x-octagon-fill", "bad", _l("Geweigerd door de leeromgeving")),
    "changed_by_hand": State("pencil-square", "plum", _l("Met de hand veranderd in de leeromgeving")),
    # what an activity of the learning environment holds of work
    "native_imported": State("inbox", "idle", _l("Ingeleverd in Moodle")),
    "native_reopened": State("arrow-counterclockwise", "info", _l("Staat in Moodle weer open")),
    "native_differs": State("exclamation-triangle-fill", "warn", _l("Na akkoord veranderd in Moodle")),
    "native_older": State("clock", "idle", _l("Eerder ook ingeleverd in Moodle")),
    "native_left": State("person", "idle", _l("Niet meer in de cursus in Moodle")),
    # a certificate
    "verdict_valid": State("patch-check-fill", "ok", _l("Geldig")),
    "verdict_revoked": State("slash-circle-fill", "bad", _l("Ingetrokken")),
    "verdict_replaced": State("arrow-repeat", "warn", _l("Vervangen")),
    "verdict_unknown": State("question-circle-fill", "idle", _l("Niet te controleren")),
    "verdict_expired": State("clock", "warn", _l("Verlopen")),
    "verdict_tampered": State("exclamation-octagon-fill", "bad", _l("Gewijzigd")),
    # how a connection stands
    "light_ok": State("check-circle-fill", "ok", _l("In orde")),
    "light_attention": State("exclamation-triangle-fill", "warn", _l("Let op")),
    "light_wrong": State("x-octagon-fill", "bad", _l("Fout")),
    "light_not_tried": State("question-circle-fill", "idle", _l("Niet getest")),
    # files and text on their way in
    "file_received": State("check-circle-fill", "ok", _l("Binnen")),
    "file_interrupted": State("wifi-off", "warn", _l("Onderbroken")),
    "saved": State("cloud-check", "ok", _l("Bewaard")),
}
STATE_NAMES = tuple(_STATES)


def state_of(name: str) -> State:
    """Return what the state called `name` looks like.

    Args:
        name: one of `STATE_NAMES`; a ``StrEnum`` member with such a value will do.

    Raises:
        LookupError: there is no such state; a mistake in the template.
    """
    state = _STATES.get(name)
    if state is None:
        raise LookupError(f"no state {name!r}; known are {', '.join(STATE_NAMES)}")
    return state
