"""Our client as a reader: who takes part in one request, and what they completed in batches."""

from benchmarks.moodle.reading import serve
from moodle_client import EnrolmentStatus, MoodleClient


def read(url: str, token: str, course: int) -> dict[int, dict[int, bool]]:
    """Return what everybody in a course completed."""
    with MoodleClient(url, token, allow_http=True) as client:
        people = client.users.enrolled(course, status=EnrolmentStatus.ACTIVE, fields=("id",))
        outcomes = client.completion.of_users(course, (one.id for one in people))
        return {user: {one.cm_id: one.state.is_complete for one in outcome.get()} for user, outcome in outcomes}


if __name__ == "__main__":
    serve({"": read})
