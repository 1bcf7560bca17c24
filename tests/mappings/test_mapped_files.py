"""Files of mapped activities: what is written is read, every mistake is told, another course finds its own activities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.activities import Counts, NativeActivity
from mappings.errors import MappedFileError
from mappings.mapped_files import LARGEST_FILE, MappedActivity, MappedFile, WhyNot, as_toml, from_toml, place

ESSAY = MappedActivity("leervraag", "assign", 'Oriëntatie & "meer"', Counts.SUBMITTED, cm_id=12)
QUIZ = MappedActivity("verkenning", "quiz", "Toets", Counts.GRADED, cm_id=13, from_grade=5.5, needs_trainer=False)
FILE = MappedFile("icc-vo", "https://moodle.example.org", (ESSAY, QUIZ))
TITLE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    lambda title: title.strip() == title
)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(MappedFileError) as refused:
        from_toml(text.encode(), "mapping.toml")
    return refused.value.problems


def test_a_file_tells_a_human_what_it_holds() -> None:
    text = as_toml(FILE, ["Cultuur op school", "twee\nregels"])
    assert text.startswith("# Cultuur op school\n# twee regels\n# cm_id is the number")
    assert 'title = "Oriëntatie & \\"meer\\""' in text
    assert "from_grade = 5.5" in text
    assert from_toml(text.encode(), "mapping.toml") == FILE


@given(
    st.lists(
        st.builds(
            MappedActivity,
            assignment_key=st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True),
            kind=st.sampled_from(["assign", "quiz", "h5pactivity"]),
            title=TITLE,
            counts=st.sampled_from(list(Counts)),
            cm_id=st.none() | st.integers(1, 2**60),
            from_grade=st.none() | st.floats(0, 1e6, allow_nan=False),
            needs_trainer=st.booleans(),
            writes_completion=st.booleans(),
            writes_grade=st.booleans(),
        ),
        max_size=4,
        unique_by=(lambda one: one.assignment_key, lambda one: one.cm_id or one.assignment_key),
    )
)
def test_what_is_written_is_read(activities: list[MappedActivity]) -> None:
    file = MappedFile("icc-vo", "", tuple(activities))
    assert from_toml(as_toml(file).encode(), "mapping.toml") == file


def test_what_need_not_be_said_has_its_usual_value() -> None:
    text = (
        'training = "icc-vo"\n[[activity]]\nassignment = "leervraag"\nkind = "assign"\ntitle = "Essay"\ncounts = "submitted"'
    )
    assert from_toml(text.encode(), "x").activities == (MappedActivity("leervraag", "assign", "Essay", Counts.SUBMITTED),)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("training = ", "trainingen = "), 'trainingen: unknown key; did you mean "training" (which is missing'),
        (('counts = "submitted"', 'counts = "ingeleverd"'), 'activity[1].counts: expected one of "submitted", "graded",'),
        (("cm_id = 12", "cm_id = 0"), "activity[1].cm_id: expected a whole number from 1"),
        (("cm_id = 12", 'cm_id = "12"'), 'activity[1].cm_id: expected a whole number'),
        (("from_grade = 5.5", "from_grade = -1"), "activity[2].from_grade: expected a number from 0, found -1"),
        (("from_grade = 5.5", "from_grade = nan"), "activity[2].from_grade: expected a number from 0"),
        (("from_grade = 5.5", "from_grade = true"), "activity[2].from_grade: expected a number from 0, found true"),
        (("needs_trainer = true", 'needs_trainer = "ja"'), 'activity[1].needs_trainer: expected true or false, found "ja"'),
        (("needs_trainer = true", "needs_teacher = true"), 'activity[1].needs_teacher: unknown key; did you mean "needs_t'),
        (('title = "Toets"', 'title = " "'), "activity[2].title: empty"),
        (('assignment = "verkenning"', 'assignment = "leervraag"'), 'activity: the assignment "leervraag" has 2 activities'),
        (("cm_id = 13", "cm_id = 12"), "activity: the activity 12 stands for 2 assignments"),
        (("[[activity]]", "[activity]"), "expected TOML"),
    ],
)  # fmt: skip
def test_every_mistake_is_one_clear_line(change: tuple[str, str], problem: str) -> None:
    text = as_toml(FILE)
    assert change[0] in text
    (found,) = [line for line in problems(text.replace(*change, 1)) if problem in line][:1]
    assert "\n" not in found


def test_all_mistakes_are_told_at_once() -> None:
    text = as_toml(FILE).replace("cm_id = 12", "cm_id = 0").replace('title = "Toets"', "title = 7").replace("5.5", '"veel"')
    assert len(problems(text)) == 3


def test_what_is_no_toml_or_far_too_large_is_told() -> None:
    assert "expected TOML" in problems("dit is geen bestand")[0]
    assert "bytes" in problems("#" * (LARGEST_FILE + 1))[0]


COURSE = [
    NativeActivity(12, "assign", "Hernoemd"),
    NativeActivity(20, "quiz", "Toets"),
    NativeActivity(21, "assign", "ORIENTATIE & meer"),
    NativeActivity(22, "forum", "Toets"),
]


def ids(file: MappedFile, site: str, course: list[NativeActivity]) -> tuple[dict[str, int], dict[str, WhyNot]]:
    placed, left = place(file, site, course)
    return (
        {mapped.assignment_key: found.cm_id for mapped, found in placed},
        {one.mapped.assignment_key: one.why for one in left},
    )


def test_at_the_same_site_the_id_decides_also_when_the_activity_got_another_name() -> None:
    assert ids(FILE, "https://Moodle.example.org/", COURSE) == ({"leervraag": 12, "verkenning": 20}, {})


def test_elsewhere_kind_and_title_decide() -> None:
    assert ids(FILE, "https://other.example", COURSE) == ({"leervraag": 21, "verkenning": 20}, {})


def test_what_is_not_there_or_there_twice_has_no_place() -> None:
    twice = [*COURSE, NativeActivity(30, "quiz", "toets")]
    assert ids(FILE, "", twice[1:]) == ({"leervraag": 21}, {"verkenning": WhyNot.MORE})
    placed, left = place(FILE, "", [])
    assert placed == []
    assert [str(one) for one in left] == [
        'leervraag: the course has no assign "Oriëntatie & \\"meer\\""',
        'verkenning: the course has no quiz "Toets"',
    ]


def test_titles_in_another_script_are_told_apart() -> None:
    russian = MappedFile("icc-vo", "", (MappedActivity("leervraag", "assign", "Задание", Counts.SUBMITTED),))
    course = [NativeActivity(1, "assign", "Вопрос"), NativeActivity(2, "assign", "задание")]
    assert ids(russian, "", course) == ({"leervraag": 2}, {})


def test_an_id_of_another_kind_is_not_trusted() -> None:
    assert ids(FILE, FILE.site, [NativeActivity(12, "forum", "Forum")])[1]["leervraag"] is WhyNot.NONE
