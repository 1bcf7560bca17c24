"""What a trainer types about a meeting, and what becomes of it: moments in the time zone of the installation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from lti_tool.training.contact_hours import LONGEST, MeetingShown
from lti_tool.training.errors import Incomplete
from lti_tool.training.writing import clean_link, clean_text, is_link

LONGEST_TITLE = 200
LONGEST_PLACE = 300
LONGEST_NOTES = 5_000
_NO_HOURS = _l("Schrijf uren als een getal, zoals 3 of 2,5.")


@dataclass(frozen=True)
class MeetingDraft:
    """The form, as it was typed."""

    title: str = ""
    day: str = ""
    """``2026-12-03``, as browsers send a date."""
    begins: str = ""
    """``15:30``."""
    ends: str = ""
    contact_hours: str = ""
    """``2,5``; empty: as long as it lasts."""
    place: str = ""
    link: str = ""
    notes: str = ""

    @staticmethod
    def of(meeting: MeetingShown, zone: ZoneInfo) -> "MeetingDraft":
        """Return the form for a meeting as it stands."""
        begins, ends = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
        return MeetingDraft(
            title=meeting.title,
            day=f"{begins:%Y-%m-%d}",
            begins=f"{begins:%H:%M}",
            ends=f"{ends:%H:%M}",
            contact_hours=as_hours(meeting.contact_minutes),
            place=meeting.place,
            link=meeting.link,
            notes=meeting.notes,
        )


@dataclass(frozen=True)
class MeetingFacts:
    """What a form says, checked."""

    title: str
    starts_at: datetime
    minutes: int
    contact_minutes: int
    place: str
    link: str
    notes: str


def facts_of(draft: MeetingDraft, zone: ZoneInfo) -> MeetingFacts:
    """Return what a form says.

    Args:
        zone: in which its day and times are meant.

    Raises:
        Incomplete: something is missing or wrong; by field.
    """
    problems: dict[str, Words] = {}
    title = " ".join(clean_text(draft.title).split())
    if not title or len(title) > LONGEST_TITLE:
        problems["title"] = _l("Geef de bijeenkomst een naam van hoogstens 200 tekens.")
    day, begins, ends = _day(draft.day), _time(draft.begins), _time(draft.ends)
    if day is None:
        problems["day"] = _l("Kies een dag.")
    if begins is None:
        problems["begins"] = _l("Vul in hoe laat het begint, zoals 15:30.")
    if ends is None:
        problems["ends"] = _l("Vul in hoe laat het klaar is, zoals 18:30.")
    starts_at, minutes = None, 0
    if day is not None and begins is not None and ends is not None:
        starts_at, ends_at = _moment(day, begins, zone), _moment(day, ends, zone)
        if starts_at is None or ends_at is None:
            problems["begins"] = _l("Die nacht gaat de klok vooruit: dit tijdstip bestaat niet.")
        else:
            minutes = round((ends_at - starts_at) / timedelta(minutes=1))
            if minutes <= 0:
                problems["ends"] = _l("Het einde ligt voor het begin.")
    contact = minutes_typed(draft.contact_hours) if draft.contact_hours.strip() else minutes
    if contact is None:
        problems["contact_hours"] = _NO_HOURS
    elif "ends" not in problems and "begins" not in problems and minutes and contact > minutes:
        problems["contact_hours"] = _l("Er kunnen niet meer uren tellen dan de bijeenkomst duurt.")
    place, link = " ".join(clean_text(draft.place).split()), clean_link(draft.link)
    notes = clean_text(draft.notes).strip()
    if len(place) > LONGEST_PLACE:
        problems["place"] = _l("Schrijf de plaats in hoogstens 300 tekens.")
    if link and not is_link(link):
        problems["link"] = _l("Dit is geen goede link. Een link begint met https://.")
    if len(notes) > LONGEST_NOTES:
        problems["notes"] = _l("Houd het bij hoogstens 5.000 tekens.")
    if problems or starts_at is None or contact is None:
        raise Incomplete(problems)
    return MeetingFacts(title, starts_at, minutes, contact, place, link, notes)


def minutes_typed(text: str) -> int | None:
    """Return how many minutes typed hours are, such as ``2,5`` or ``2:30``; None when that is no length of a day or less."""
    typed = text.strip().replace(",", ".")
    try:
        if ":" in typed:
            whole, _colon, rest = typed.partition(":")
            minutes = int(whole) * 60 + int(rest)
        else:
            minutes = round(float(typed) * 60)
    except (ValueError, OverflowError):
        return None
    return minutes if 0 <= minutes <= LONGEST / timedelta(minutes=1) else None


def as_hours(minutes: int) -> str:
    """Return minutes as somebody would type them: ``2,5``, or ``1:20`` where that is no short number."""
    if minutes % 15:
        return f"{minutes // 60}:{minutes % 60:02}"
    return f"{minutes / 60:g}".replace(".", ",")


def draft_from(form: Mapping[str, str]) -> MeetingDraft:
    """Return what a browser sent."""
    return MeetingDraft(**{name: form.get(name, "") for name in MeetingDraft.__dataclass_fields__})


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    # years that a calendar takes, and that stay in range in every time zone
    return found if 2000 <= found.year <= 2199 else None


def _time(text: str) -> time | None:
    try:
        found = time.fromisoformat(text.strip().replace(".", ":"))
    except ValueError:
        return None
    return found.replace(second=0, microsecond=0) if found.tzinfo is None else None


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return a local time as a moment; None where the clock jumps over it."""
    local = datetime.combine(day, at, zone)
    moment = local.astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None
