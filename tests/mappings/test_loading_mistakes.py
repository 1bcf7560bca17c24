"""A mistake in a training file names file, key and what was expected, on one line."""

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.errors import TrainingError
from mappings.loading import training_from
from tests.mappings.documents import BUILT_IN, SMALL, Path, having, paths_of_keys, renamed, without

OPTIONAL = {("meeting",), ("intervision",), ("sharing",), ("trainer",), ("self_assessment",), ("evaluation",)}
"""What a training may do without, as a whole."""

PATHS = sorted(paths_of_keys(BUILT_IN), key=str)

SMALL_DOCUMENT = tomllib.loads(SMALL)


def mistakes_in(document: dict[str, Any]) -> TrainingError:
    with pytest.raises(TrainingError) as error:
        training_from(document, "proef.toml")
    message = str(error.value)
    assert message.startswith(f"proef.toml: {error.value.problems[0]}")
    assert "\n" not in message
    return error.value


@given(path=st.sampled_from([path for path in PATHS if path not in OPTIONAL]))
@settings(max_examples=150, deadline=None)
def test_leaving_out_any_key_names_it(path: Path) -> None:
    assert str(path[-1]) in str(mistakes_in(without(BUILT_IN, path)))


@given(path=st.sampled_from(PATHS), suffix=st.sampled_from(["x", "s", "_"]))
@settings(max_examples=150, deadline=None)
def test_misspelling_any_key_names_it_and_what_was_meant(path: Path, suffix: str) -> None:
    error = mistakes_in(renamed(BUILT_IN, path, f"{path[-1]}{suffix}"))
    assert f"{path[-1]}{suffix}: unknown key" in str(error)
    assert f'did you mean "{path[-1]}"' in str(error)


@given(path=st.sampled_from([path for path in PATHS if path not in OPTIONAL]))
@settings(max_examples=100, deadline=None)
def test_giving_any_key_another_name_names_both(path: Path) -> None:
    error = mistakes_in(renamed(BUILT_IN, path, "qqq"))
    assert any("qqq: unknown key" in problem for problem in error.problems)
    assert any(str(path[-1]) in problem for problem in error.problems)


VALUES = st.one_of(
    st.none().map(lambda _: date(2026, 10, 1)),
    st.booleans(),
    st.integers(-5, 5),
    st.just(2**20000),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["evaluatie", "terugblik", "required", "none", "{naam}", "{", "nl"]),
    st.lists(st.one_of(st.integers(-1, 3), st.text(max_size=3)), max_size=3),
    st.lists(st.dictionaries(st.sampled_from(["key", "nl", "en", "phase"]), st.text(max_size=3)), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(changes=st.lists(st.tuples(st.sampled_from(PATHS), VALUES), min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_file_it_loads_or_is_a_clear_error(changes: list[tuple[Path, object]]) -> None:
    document = BUILT_IN
    for path, value in changes:
        try:
            document = having(document, path, value)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    problems: tuple[str, ...] = ()
    try:
        training_from(document, "proef.toml")
    except TrainingError as error:
        problems = error.problems
    assert all("\n" not in problem and ": " in problem for problem in problems)
    assert len(set(problems)) == len(problems)


A = ("assignment", 1)
HAND_IN = (*A, "hand_in")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (
            (*A, "criterion", 0, "text"),
            {"nl": "Je sprak."},
            'assignment[2] "verkenning".criterion[1] "gesprekken".text.en: missing; expected a text in English',
        ),
        (
            (*A, "criterion", 0, "text", "en"),
            " \n",
            'assignment[2] "verkenning".criterion[1] "gesprekken".text.en: empty; expected a text in English',
        ),
        (
            (*A, "criterion", 0, "text", "en"),
            7,
            'assignment[2] "verkenning".criterion[1] "gesprekken".text.en: expected a text in English, found 7',
        ),
        (
            (*A, "criterion", 0, "text"),
            "Je sprak.",
            'assignment[2] "verkenning".criterion[1] "gesprekken".text: expected a text in nl and en, found "Je sprak."',
        ),
        (
            (*A, "criterion", 1, "key"),
            "gesprekken",
            'assignment[2] "verkenning".criterion[2] "gesprekken".key: "gesprekken" is already the key of '
            'assignment[2] "verkenning".criterion[1]',
        ),
        (
            (*A, "criterion"),
            [],
            'assignment[2] "verkenning".criterion: expected a list of tables, at least 1, found a list of 0',
        ),
        (
            (*A, "phase"),
            "onderzoeken",
            'assignment[2] "verkenning".phase: expected the key of one phase: orientatie, onderzoek, uitvoering, '
            'evaluatie; found "onderzoeken"; did you mean "onderzoek"?',
        ),
        (
            (*A, "phase"),
            "orientatie",
            'assignment[2] "verkenning".phase: expected phase "orientatie" to list this assignment, '
            'but phase "onderzoek" does',
        ),
        (
            (*A, "aspects"),
            ["eigenaarschap", "geld"],
            'assignment[2] "verkenning".aspects[2]: expected the key of one aspect: trends_en_ontwikkelingen, '
            "eigenaarschap, netwerk_en_expertise, randvoorwaarden, ervaringen_uitwisselen, "
            'beleid_en_beroepsproduct, persoonlijke_ontwikkeling; found "geld"',
        ),
        (
            (*A, "aspects"),
            ["eigenaarschap", "eigenaarschap"],
            'assignment[2] "verkenning".aspects[2]: "eigenaarschap" is given twice',
        ),
        (
            (*A, "order"),
            4,
            "assignment.order: expected 1 to 5, each once, found 1, 4, 3, 4, 5",
        ),
        (
            ("assignment", 4, "order"),
            7,
            "assignment.order: expected 1 to 5, each once, found 1, 2, 3, 4, 7",
        ),
        (
            (*A, "order"),
            True,
            'assignment[2] "verkenning".order: expected a whole number from 1 to 10000, found true',
        ),
        (
            (*A, "required"),
            "yes",
            'assignment[2] "verkenning".required: expected true or false, found "yes"',
        ),
        (
            (*A, "key"),
            "Verkenning!",
            'assignment[2] "Verkenning!".key: expected a key of at most 100 lower-case letters, digits, _ and -, '
            'starting with a letter, found "Verkenning!"',
        ),
        (
            (*A, "hours"),
            5,
            'phase[2] "onderzoek".own_hours: expected 5, the hours of its assignments together, found 4',
        ),
        (
            (*HAND_IN, "text_words"),
            [900, 500],
            'assignment[2] "verkenning".hand_in.text_words: expected the smaller number first, found 900 and 500',
        ),
        (
            (*HAND_IN, "text_words"),
            [500],
            'assignment[2] "verkenning".hand_in.text_words: expected a list of 2 whole numbers '
            "from 0 to 10000, found a list of 1",
        ),
        (
            (*HAND_IN, "file_kinds"),
            ["pdf", "dox"],
            'assignment[2] "verkenning".hand_in.file_kinds[2]: expected one of "pdf", "docx", "odt", "pptx", "odp", '
            '"xlsx", "ods", "jpg", "png", found "dox"; did you mean "docx"?',
        ),
        (
            (*HAND_IN, "text"),
            "needed",
            'assignment[2] "verkenning".hand_in.text: expected one of "required", "optional", "none", found "needed"',
        ),
        (
            (*HAND_IN, "text"),
            "none",
            'assignment[2] "verkenning".hand_in.text: expected text, files or link to be "required", found none of them',
        ),
        (
            (*HAND_IN, "files"),
            "none",
            'assignment[2] "verkenning".hand_in.files_max: expected nothing about files, because files is "none"',
        ),
        (
            ("hand_in_defaults", "file_max_mb"),
            0,
            "hand_in_defaults.file_max_mb: expected a whole number from 1 to 1000, found 0",
        ),
        (
            ("phase", 0, "assignments"),
            [],
            'phase[1] "orientatie".assignments: expected a list of keys, at least 1, found a list of 0',
        ),
        (
            ("phase", 3, "assignments"),
            ["vervolgstappen", "terugblik"],
            "phase: expected the assignments in their own order: leervraag, verkenning, beroepsproduct, terugblik, "
            "vervolgstappen; found leervraag, verkenning, beroepsproduct, vervolgstappen, terugblik",
        ),
        (
            ("phase", 2, "contact_hours"),
            9,
            "training.contact_hours: expected 23, the contact hours of the phases together, found 22",
        ),
        (
            ("training", "hours"),
            41,
            "training.hours: expected 40, the contact and own hours of the phases together, found 41",
        ),
        (
            ("training", "languages"),
            ["nl"],
            'training.languages: expected "nl" and "en", found "nl"',
        ),
        (
            ("training", "version"),
            0,
            "training.version: expected a whole number from 1 to 10000, found 0",
        ),
        (
            ("training", "version"),
            1.5,
            "training.version: expected a whole number from 1 to 10000, found 1.5",
        ),
        (
            ("training", "version"),
            date(2026, 10, 1),
            "training.version: expected a whole number from 1 to 10000, found a date or time",
        ),
        (
            ("award", "assignments"),
            ["leervraag", "Verkenning"],
            "award.assignments[2]: expected a key of at most 100 lower-case letters, digits, _ and -, "
            'starting with a letter, found "Verkenning"',
        ),
        (
            ("award", "assignments"),
            ["leervraag", "verkenning", "beroepsproduct", "terugblik", "vervolg"],
            "award.assignments[5]: expected the key of one assignment: leervraag, verkenning, beroepsproduct, "
            'terugblik, vervolgstappen; found "vervolg"; did you mean "vervolgstappen"?',
        ),
        (
            ("award", "assignments"),
            ["leervraag", "verkenning", "beroepsproduct", "terugblik"],
            'award.assignments: expected all required assignments, "vervolgstappen" is missing',
        ),
        (
            ("award", "rule"),
            "most_accepted",
            'award.rule: expected one of "all_required_accepted", found "most_accepted"',
        ),
        (
            ("award", "contact_hours_count"),
            "ja",
            'award.contact_hours_count: expected true or false, found "ja"',
        ),
        (
            ("award", "contact_hours_minimum"),
            23,
            "award.contact_hours_minimum: expected at most 22, the contact hours of the training, found 23",
        ),
        (
            ("achievement", "hours"),
            50,
            "achievement.hours: expected 40, the hours of the training, found 50",
        ),
        (
            ("achievement", "type"),
            "Diploma!",
            'achievement.type: expected an achievement type of Open Badges 3.0, found "Diploma!"',
        ),
        (
            ("achievement", "result", 3, "key"),
            "slot",
            "achievement.result: expected one for each phase: orientatie, onderzoek, uitvoering, evaluatie; "
            "found orientatie, onderzoek, uitvoering, slot",
        ),
        (
            ("certificate", "line_award", "nl"),
            "Toegekend door {isuer} op {date}",
            "certificate.line_award.nl: expected only the placeholders {name} {start} {end} {hours} {edition} "
            '{issuer} {date} {url}, found "isuer"; did you mean {issuer}?',
        ),
        (
            ("certificate", "line_award", "nl"),
            "Toegekend door {issuer.__class__} op {date}",
            "certificate.line_award.nl: expected only the placeholders {name} {start} {end} {hours} {edition} "
            '{issuer} {date} {url}, found "issuer.__class__"',
        ),
        (
            ("certificate", "line_award", "nl"),
            "Toegekend door {issuer op {date}",
            "certificate.line_award.nl: expected braces in pairs around a placeholder",
        ),
        (
            ("certificate", "line_verify", "nl"),
            "Controleer dit",
            "certificate.line_verify.nl: expected the placeholder {url}, found none",
        ),
        (
            ("certificate", "line_period", "en"),
            "from {start} to {end}",
            "certificate.line_period.en: expected the same placeholders as in Dutch",
        ),
        (
            ("certificate", "file_name", "en"),
            "../certificate",
            "certificate.file_name.en: expected a file name of lower-case letters, digits and hyphens, "
            'without extension, found "../certificate"',
        ),
        (
            ("meeting", 7, "number"),
            7,
            "meeting.number: expected 1 to 8, each once, found 1, 2, 3, 4, 5, 6, 7, 7",
        ),
        (
            ("meeting", 7, "phase"),
            "einde",
            'meeting[8].phase: expected the key of one phase: orientatie, onderzoek, uitvoering, evaluatie; found "einde"',
        ),
        (
            ("meeting", 7, "hours"),
            2,
            'phase[4] "evaluatie".contact_hours: expected 2, the hours of its meetings together, found 3',
        ),
        (
            ("intervision", "minutes"),
            150,
            "intervision.minutes: expected 120, the minutes of the schedule, found 150",
        ),
        (
            ("intervision", "cases"),
            3,
            "intervision.rounds: expected at most 120 minutes for 3 cases, found 45 for each",
        ),
        (
            ("intervision", "group_size"),
            [6, 4],
            "intervision.group_size: expected the smaller number first, found 6 and 4",
        ),
        (
            ("sharing", "prompt", 3, "phase"),
            "orientatie",
            'sharing.prompt[4].phase: expected one prompt for each phase, found "orientatie" twice',
        ),
        (
            ("self_assessment", "scale"),
            [1, 2, 4, 3, 5],
            "self_assessment.scale: expected different numbers, the smallest first",
        ),
        (
            ("self_assessment", "scale"),
            [1, 2, 3],
            "self_assessment.labels: expected labels for 1, 2, 3, found 1, 2, 3, 4, 5",
        ),
        (
            ("self_assessment", "moments"),
            ["start", "middle"],
            'self_assessment.moments[2]: expected one of "start", "end", found "middle"',
        ),
        (
            ("self_assessment", "statement", 0, "aspect"),
            "trends",
            'self_assessment.statement[1] "trends_1".aspect: expected the key of one aspect: '
            "trends_en_ontwikkelingen, eigenaarschap, netwerk_en_expertise, randvoorwaarden, ervaringen_uitwisselen, "
            'beleid_en_beroepsproduct, persoonlijke_ontwikkeling; found "trends"',
        ),
        (
            ("level",),
            {"key": "begin"},
            "level: expected a list of tables, found a table",
        ),
        (
            ("phase", 1),
            "onderzoek",
            'phase[2]: expected one of the tables, found "onderzoek"',
        ),
        (
            ("training", "hou rs"),
            3,
            'training."hou rs": unknown key; did you mean "hours"?',
        ),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_named(path: Path, value: object, problem: str) -> None:
    assert problem in mistakes_in(having(BUILT_IN, path, value)).problems


def test_the_message_counts_the_other_mistakes_of_the_file() -> None:
    document = having(having(BUILT_IN, ("training", "hours"), "40"), ("award", "mode"), "manual")
    error = mistakes_in(document)
    assert str(error) == (
        'proef.toml: training.hours: expected a whole number from 1 to 10000, found "40" (and 1 more mistake)'
    )
    assert error.problems[1] == 'award.mode: expected one of "automatic", "approval", found "manual"'


def test_one_broken_key_does_not_make_everything_that_refers_to_it_a_mistake() -> None:
    for path in [("phase", 0, "key"), ("assignment", 0, "key"), ("aspect", 0, "key"), ("level", 0, "key")]:
        assert len(mistakes_in(without(BUILT_IN, path)).problems) == 1


def test_aspects_that_assignments_name_have_to_be_there() -> None:
    document = {name: value for name, value in BUILT_IN.items() if name not in ("aspect", "self_assessment")}
    assert mistakes_in(document).problems == ("aspect: missing; expected the aspects that the assignments name",)


def test_numbers_that_could_not_be_read_are_not_added_up() -> None:
    for path in [
        ("intervision", "minutes"),
        ("intervision", "rounds", 0, "minutes"),
        ("self_assessment", "scale"),
        ("phase", 0, "own_hours"),
        ("assignment", 0, "hours"),
        ("meeting", 0, "hours"),
        ("achievement", "hours"),
        ("assignment", 0, "order"),
    ]:
        assert len(mistakes_in(without(BUILT_IN, path)).problems) == 1
        assert len(mistakes_in(having(BUILT_IN, path, "drie")).problems) == 1


def test_an_optional_assignment_is_no_part_of_the_award() -> None:
    document = having(SMALL_DOCUMENT, ("award", "assignments"), ["lied", "luisteren", "les"])
    assert mistakes_in(document).problems == ('award.assignments[2]: expected a required assignment, found "luisteren"',)


def test_a_phase_needs_a_required_assignment() -> None:
    document = having(SMALL_DOCUMENT, ("assignment", 2, "required"), False)
    document = having(document, ("award", "assignments"), ["lied"])
    assert mistakes_in(document).problems == (
        'phase[2] "doen".assignments: expected at least one required assignment, found none',
    )


def test_an_assignment_stands_in_one_phase() -> None:
    document = having(SMALL_DOCUMENT, ("phase", 1, "assignments"), ["les", "lied"])
    assert 'phase: expected every assignment in one phase, found "lied" in more than one' in (mistakes_in(document).problems)


def test_an_assignment_that_no_phase_lists_is_a_mistake() -> None:
    document = having(SMALL_DOCUMENT, ("phase", 0, "assignments"), ["lied"])
    assert mistakes_in(document).problems == (
        'assignment[2] "luisteren".phase: expected phase "leren" to list this assignment, but no phase does',
    )


def test_words_are_asked_only_where_there_is_a_text() -> None:
    document = having(SMALL_DOCUMENT, ("assignment", 1, "hand_in", "text_words"), [10, 20])
    assert mistakes_in(document).problems == (
        'assignment[2] "luisteren".hand_in.text_words: expected no number of words, because text is "none"',
    )


def test_indicators_need_levels() -> None:
    aspect = {
        "key": "klank",
        "order": 1,
        "name": {"nl": "Klank", "en": "Sound"},
        "description": {"nl": "Hoe het klinkt.", "en": "How it sounds."},
        "indicator": [{"key": "zuiver", "begin": {"nl": "Vals.", "en": "Flat."}}],
    }
    assert mistakes_in({**SMALL_DOCUMENT, "aspect": [aspect]}).problems == (
        'aspect[1] "klank".indicator: expected none, because the training has no level to describe them for',
    )
    assert training_from({**SMALL_DOCUMENT, "aspect": [{**aspect, "indicator": []}][:0]}, "a.toml").aspects == ()


@pytest.mark.parametrize("key", ["training", "certificate"])
def test_a_key_that_has_a_meaning_of_its_own_is_no_assignments(key: str) -> None:
    document = having(BUILT_IN, ("assignment", 0, "key"), key)
    assert f'assignment[1].key: expected another key: "{key}" has a meaning of its own' in mistakes_in(document).problems
