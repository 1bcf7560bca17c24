"""A recorded Moodle: an HTTP server on loopback that answers from what a real Moodle 4.5 answered, by its rules."""

from tests.moodle_client.recorded_moodle.faults import Cut, Drop, Fault, Hang, Replay, Reply
from tests.moodle_client.recorded_moodle.school import Account, School
from tests.moodle_client.recorded_moodle.server import RecordedMoodle, Seen

__all__ = ["Account", "Cut", "Drop", "Fault", "Hang", "RecordedMoodle", "Replay", "Reply", "School", "Seen"]
