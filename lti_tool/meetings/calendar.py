"""Meetings as a file for a calendar (iCalendar, RFC 5545). Times are in UTC, so that every calendar shows its own zone."""

from collections.abc import Iterable
from datetime import UTC
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vText

from lti_tool.training.contact_hours import MeetingShown

TYPE = "text/calendar"


def as_calendar(meetings: Iterable[MeetingShown], name: str, base_url: str) -> bytes:
    """Return meetings as one file.

    A meeting keeps its UID, and each change has a higher SEQUENCE: taken in again, a calendar changes what it has. What was
    called off says so, for a calendar that had it.

    Args:
        name: what the calendar is called.
        base_url: of the installation; its host makes the UIDs unique in the world.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//ICC Bridge//meetings//NL")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    host = urlsplit(base_url).hostname or "localhost"
    for meeting in meetings:
        calendar.add_component(_event(meeting, host))
    return bytes(calendar.to_ical())


def _event(meeting: MeetingShown, host: str) -> Event:
    event = Event()
    event.add("UID", f"{meeting.id}@{host}")
    event.add("SEQUENCE", meeting.sequence)
    event.add("DTSTAMP", meeting.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("LAST-MODIFIED", meeting.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("DTSTART", meeting.starts_at.astimezone(UTC))
    event.add("DTEND", meeting.ends_at.astimezone(UTC))
    event.add("SUMMARY", meeting.title)
    event.add("STATUS", "CANCELLED" if meeting.cancelled else "CONFIRMED")
    where = ", ".join(part for part in (meeting.place, meeting.link) if part)
    if where:
        event.add("LOCATION", vText(where))
    if meeting.link:
        event.add("URL", meeting.link)
    if meeting.notes:
        event.add("DESCRIPTION", meeting.notes)
    return event
