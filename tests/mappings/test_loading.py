"""Reading trainings: the built-in one, a second one, folders, and files that cannot be read at all."""

import tomllib
from pathlib import Path

import pytest

from mappings.errors import NotDefined, TrainingError
from mappings.file_kinds import FileKind
from mappings.loading import load_training, load_trainings, training_from
from mappings.training import Requirement
from tests.mappings.documents import BUILT_IN, SMALL


def small(folder: Path, name: str = "muziek.toml", text: str = SMALL) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_second_training_needs_no_code(tmp_path: Path) -> None:
    training = load_training(small(tmp_path))
    assert training.name.get("en") == "Music in class"
    assert [phase.key for phase in training.phases] == ["leren", "doen"]
    assert [assignment.key for assignment in training.required_assignments] == ["lied", "les"]
    assert training.award.assignments == ("lied", "les")
    assert training.meetings == ()
    assert training.sharing is None


def test_an_assignment_can_have_its_own_limits_for_files(tmp_path: Path) -> None:
    training = load_training(small(tmp_path))
    les, lied = training.assignment("les").hand_in, training.assignment("lied").hand_in
    assert (les.file_kinds, les.file_max_mb, les.files_max) == ((FileKind.PDF, FileKind.PNG), 25, 1)
    assert (lied.files, lied.files_max) == (Requirement.NONE, 0)
    assert training.assignment("luisteren").hand_in.text_words is None


def test_the_order_in_the_file_does_not_matter_the_order_key_does() -> None:
    document = tomllib.loads(SMALL)
    shuffled = {
        **document,
        "phase": document["phase"][::-1],
        "assignment": document["assignment"][::-1],
        "award": {**document["award"], "assignments": ["les", "lied"]},
        "achievement": {**document["achievement"], "result": document["achievement"]["result"][::-1]},
    }
    assert training_from(shuffled, "a.toml") == training_from(document, "b.toml")


def test_the_parts_of_a_training_are_found_by_key() -> None:
    training = training_from(BUILT_IN, "icc_vo.toml")
    work = training.assignment("terugblik")
    assert training.phase_of(work) is training.phase_of("terugblik") is training.phase("evaluatie")
    assert [assignment.key for assignment in training.assignments_of("evaluatie")] == ["terugblik", "vervolgstappen"]
    assert training.assignments_of(training.phase("onderzoek")) == (training.assignment("verkenning"),)
    assert training.aspect("eigenaarschap").order == 2
    assert training.has_assignment("terugblik")
    assert not training.has_assignment("evaluatie")


@pytest.mark.parametrize("what", ["assignment", "phase", "aspect", "phase_of", "assignments_of"])
def test_a_key_that_is_not_there_is_a_clear_error(what: str) -> None:
    training = training_from(BUILT_IN, "icc_vo.toml")
    with pytest.raises(NotDefined, match=r"training icc-vo has no (assignment|phase|aspect) 'stap'"):
        getattr(training, what)("stap")


def test_all_trainings_of_a_folder_are_read_by_key(tmp_path: Path) -> None:
    small(tmp_path)
    small(tmp_path, "z.toml", SMALL.replace('"muziek-po"', '"dans-po"'))
    (tmp_path / "notes.txt").write_text("not a training")
    assert list(load_trainings(tmp_path)) == ["muziek-po", "dans-po"]


def test_one_more_folder_adds_to_the_built_in_trainings(tmp_path: Path) -> None:
    small(tmp_path)
    assert set(load_trainings(more=tmp_path)) == {"icc-vo", "muziek-po"}


def test_two_files_with_one_key_are_refused(tmp_path: Path) -> None:
    small(tmp_path, "a.toml")
    second = small(tmp_path, "b.toml")
    with pytest.raises(TrainingError) as error:
        load_trainings(tmp_path)
    assert str(error.value).startswith(f"{second}: training.key: expected a key of its own")
    assert "a.toml" in str(error.value)


def test_a_file_may_not_take_the_key_of_a_built_in_training(tmp_path: Path) -> None:
    small(tmp_path, text=SMALL.replace('key = "muziek-po"', 'key = "icc-vo"', 1))
    with pytest.raises(TrainingError, match="icc-vo"):
        load_trainings(more=tmp_path)


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"expected at least one file \*\.toml in this folder, found none"):
        load_trainings(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as error:
        load_trainings(more=tmp_path / "nergens")
    assert str(error.value) == f"{tmp_path / 'nergens'}: cannot be read (No such file or directory)"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"weg\.toml: cannot be read \(No such file or directory\)$"):
        load_training(tmp_path / "weg.toml")


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    path = small(tmp_path, text='[training]\nkey = "a"\nname = \n')
    with pytest.raises(TrainingError) as error:
        load_training(path)
    assert str(error.value).startswith(f"{path}: expected TOML: ")
    assert "line 3" in str(error.value)


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b'[training]\nname = "Ori\xebntatie"\n')
    with pytest.raises(TrainingError, match=r"latin\.toml: line 2: expected UTF-8, found the byte 0xeb$"):
        load_training(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load_training(path).key == "muziek-po"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("a = " + "9" * 5000, "expected TOML"),
        ("#" * 2_000_001, "expected at most 2000000 bytes, found 2000001"),
        ("", "training: missing; expected a table"),
    ],
)
def test_a_strange_file_is_a_clear_error_of_one_line(tmp_path: Path, content: str, expected: str) -> None:
    with pytest.raises(TrainingError) as error:
        load_training(small(tmp_path, text=content))
    assert expected in str(error.value)
    assert "\n" not in str(error.value)
