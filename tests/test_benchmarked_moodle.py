"""The measurements of reading a Moodle: the site, our client once, and what is made of the figures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from benchmarks.__main__ import DOCUMENT
from benchmarks.launches.children import NotStarted
from benchmarks.launches.table import in_document
from benchmarks.moodle import table
from benchmarks.moodle.aims import aims
from benchmarks.moodle.conditions import ALL, HUGE, LARGE, SMALL, Condition
from benchmarks.moodle.results import Measured, Results
from benchmarks.moodle.rounds import play_rounds
from benchmarks.moodle.sides import Way, openings, reader
from benchmarks.moodle.site import COURSE_ID, TOKEN, Site, reply, site
from benchmarks.moodle.work import ACTIVITIES, Course, Played, Tally, completed, wrong


@pytest.fixture(scope="module")
def there() -> Iterator[Site]:
    """The site's process."""
    with site() as opened:
        yield opened


def played(seconds: float = 0.1, *, wrong: int = 0, peak_kib: int = 1024) -> Played:
    return Played(wrong, seconds, 0.01, peak_kib)


def nobody(_there: Site, _course: Course) -> Played:
    return played()


def results(rounds: dict[tuple[str, Condition], list[Measured]]) -> Results:
    ways = [Way(key, f"the way {key}", nobody) for key in dict.fromkeys(way for way, _condition in rounds)]
    made = Results(ways, dict.fromkeys(condition for _way, condition in rounds))
    for (way, condition), found in rounds.items():
        for one in found:
            made.add(way, condition.key, one)
    return made


def test_a_fact_that_is_missing_or_not_as_it_is_counts_as_wrong() -> None:
    course = Course(3)
    known = {user: {cm: completed(user, cm) for cm in range(1, ACTIVITIES + 1)} for user in course.users()}
    assert wrong(course, known) == 0
    first, second, _third = course.users()
    known[first][1] = not known[first][1]
    del known[second]
    assert wrong(course, known) == 1 + ACTIVITIES
    assert wrong(course, {}) == 3 * ACTIVITIES


def test_the_site_answers_by_its_address_and_counts_what_it_saw(there: Site) -> None:
    course = Course(3)
    fields = {"wstoken": TOKEN, "wsfunction": "core_enrol_get_enrolled_users", "courseid": str(COURSE_ID)}
    there.tally()
    people = requests.post(there.url(course), data=fields, timeout=5).json()
    assert [one["id"] for one in people] == list(course.users())
    refused = requests.post(there.url(course), data={**fields, "wstoken": "x"}, timeout=5).json()
    assert refused["errorcode"] == "invalidtoken"
    unknown = requests.post(there.url(course), params={**fields, "wsfunction": "core_unknown"}, timeout=5).json()
    assert unknown["errorcode"] == "accessexception"
    assert there.tally().requests == 3
    assert there.tally() == Tally(0, 0)


def test_the_site_takes_its_time_and_gives_pages_and_fields() -> None:
    form = f"wstoken={TOKEN}&wsfunction=core_enrol_get_enrolled_users&courseid=2"
    options = "&options[0][name]=userfields&options[0][value]=id&options[1][name]=limitfrom&options[1][value]=1"
    seconds, body = reply("/20/3/batch/webservice/rest/server.php", form + options)
    assert (seconds, body) == (0.02, b'[{"id": 1001}, {"id": 1002}]')
    _, page = reply("/20/3/batch/", f"{form}{options}&options[2][name]=limitnumber&options[2][value]=1")
    assert page == b'[{"id": 1001}]'


def test_our_client_knows_everything_in_two_requests_and_without_batches_one_by_one(there: Site) -> None:
    course = Course(30)
    with openings()[0].start() as ways:
        batched, single = ways
        there.tally()
        assert batched.read(there, course).wrong == 0
        assert there.tally().requests == 2
        assert single.read(there, course).wrong == 0
        assert there.tally().requests == 1 + 30 + 2  # and the batch that was refused, and the question why


def test_a_reader_that_ends_says_so(there: Site) -> None:
    with reader("benchmarks.keys", {}) as read, pytest.raises(NotStarted, match=r"benchmarks\.keys"):
        read("", True, there, Course(1))


def test_every_way_is_played_in_each_round_and_the_largest_course_once(there: Site) -> None:
    seen: list[tuple[str, int]] = []

    def way(key: str) -> Way:
        def read(_there: Site, course: Course) -> Played:
            seen.append((key, course.people))
            return played()

        return Way(key, key, read)

    play_rounds(there, 2, Results([way("a"), way("b")], [SMALL, HUGE]), lambda _line: None)
    assert seen == [("a", 30), ("b", 30), ("a", 5000), ("b", 5000), ("b", 30), ("a", 30)]


def test_the_table_has_medians_ratios_and_the_aims() -> None:
    made = results(
        {
            ("ours", SMALL): [Measured(played(0.1), Tally(2, 1)), Measured(played(0.3, peak_kib=9), Tally(2, 1))],
            ("ours", LARGE): [Measured(played(0.1, wrong=1), Tally(4, 1))],
            ("moodlepy", SMALL): [Measured(played(1.0, peak_kib=2048), Tally(31, 1))] * 2,
        }
    )
    cell = made.cell("ours", SMALL.key)
    assert cell is not None
    assert (cell.requests, cell.seconds, cell.best_seconds, cell.peak_kib) == (2, 0.2, 0.1, 1024)
    assert made.requests("moodlepy", "ours", SMALL.key) == 15.5
    assert made.times("moodlepy", "ours", SMALL.key) == pytest.approx((10 + 1 / 0.3) / 2)
    assert [(aim.bound, aim.value, aim.met) for aim in aims(made)] == [(2, 2, True), (3, 4, False), (0, 1, False)]
    shown = list(table.lines(made))
    assert any(line.startswith("the way moodlepy") and "15.5" in line for line in shown)
    assert sum("NOT MET" in line for line in shown) == 2
    assert {one["way"] for one in table.as_data(made)["cells"]} == {"ours", "moodlepy"}


def test_what_was_not_measured_has_no_aims_and_no_ratios() -> None:
    made = results({("moodlepy", SMALL): [Measured(played(), Tally(31, 1))]})
    assert list(aims(made)) == []
    assert made.cell("ours", SMALL.key) is None
    assert made.times("moodlepy", "ours", SMALL.key) is None
    assert "requests x" not in "\n".join(table.lines(made))


def test_what_is_missing_is_named() -> None:
    made = Results([], [SMALL], ["moodlepy: it could not be fetched"])
    assert "not measured: moodlepy: it could not be fetched" in list(table.lines(made))


def test_the_documentation_has_the_place_for_the_table() -> None:
    document = Path(DOCUMENT).read_text("utf-8")
    assert in_document(document, ["x"], table.BEGIN, table.END).count(table.BEGIN) == 1


def test_the_conditions_are_the_two_sizes_and_the_large_course() -> None:
    assert [one.course.people for one in ALL] == [30, 120, 5000]
    assert [one.course.latency_ms for one in ALL] == [20, 20, 0]
