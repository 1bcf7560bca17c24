"""Names of courses where one client id serves many schools."""

from lti_tool.courses.contexts import LONGEST, beside, within


def test_a_course_of_one_deployment_is_none_of_another() -> None:
    assert within("a", "4") != within("b", "4")
    assert within("a", "4") == within("a", "4")


def test_a_deployment_and_a_course_cannot_be_read_in_two_ways() -> None:
    assert within("a", "b c") != within("a b", "c")


def test_a_long_name_still_fits_and_is_still_one_courses() -> None:
    names = [within("d" * 255, "c" * 254 + end) for end in "xy"]
    assert len(set(names)) == 2
    assert all(len(name) <= LONGEST for name in names)


def test_other_courses_are_named_alike() -> None:
    assert list(beside(within("a", "4"), ["3", "2"])) == [within("a", "3"), within("a", "2")]
    assert list(beside("4", ["3", "2"])) == ["3", "2"]
