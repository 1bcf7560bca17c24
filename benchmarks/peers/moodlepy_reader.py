"""moodlepy as a reader, to measure beside: as its documentation shows it, and tuned. Run with moodlepy's own packages.

Both ask for everybody and then for each; there is no other way with its typed calls. Tuned asks for no more of a person than
its types insist on, and for four people at once.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from moodle import Moodle
from moodle.base.general import GeneralNameValue

from benchmarks.moodle.reading import serve

THREADS = 4
COMPLETE = (1, 2)
INSISTED_ON = "id,fullname,profileimageurl,profileimageurlsmall"


def documented(url: str, token: str, course: int) -> dict[int, dict[int, bool]]:
    """Return what everybody in a course completed, one after the other."""
    moodle = Moodle(f"{url}/webservice/rest/server.php", token)
    people = moodle.core.enrol.get_enrolled_users(course, [GeneralNameValue("onlyactive", "1")])
    return {one.id: _completed(moodle, course, one.id) for one in people}


def tuned(url: str, token: str, course: int) -> dict[int, dict[int, bool]]:
    """Return what everybody in a course completed, four at once."""
    moodle = Moodle(f"{url}/webservice/rest/server.php", token)
    options = [GeneralNameValue("onlyactive", "1"), GeneralNameValue("userfields", INSISTED_ON)]
    people = [one.id for one in moodle.core.enrol.get_enrolled_users(course, options)]
    with ThreadPoolExecutor(THREADS) as pool:
        ask: Callable[[int], dict[int, bool]] = lambda user: _completed(moodle, course, user)  # noqa: E731
        found: Iterable[dict[int, bool]] = pool.map(ask, people)
        return dict(zip(people, found, strict=True))


def _completed(moodle: Any, course: int, user: int) -> dict[int, bool]:  # noqa: ANN401
    answer = moodle.core.completion.get_activities_completion_status(course, user)
    return {one.cmid: one.state in COMPLETE for one in answer}


if __name__ == "__main__":
    serve({"": documented, "tuned": tuned})
