import io
from pathlib import Path

import pytest
from sqlalchemy import select

from lti_tool.errors import NotFound
from lti_tool.training.draft_files import MB
from lti_tool.training.errors import FileRefused
from lti_tool.training.handing_in import HandInService
from lti_tool.training.models import WorkFile
from lti_tool.training.work_files import WorkFileService
from mappings.file_kinds import FileKind
from tests.training.conftest import Group
from tests.training.samples import PDF, PNG, office


class Pretending(io.BytesIO):
    """A stream that says it is smaller than it is."""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 10 if whence == 2 else super().seek(offset, whence)


def add(group: Group, content: bytes = PDF, name: str = "Plan.pdf", key: str = "leervraag") -> None:
    group.world.service(WorkFileService).add(group.zoe.viewer, group.cohort_id, key, name, io.BytesIO(content))


def remove(group: Group, file_id: str, key: str = "leervraag") -> None:
    group.world.service(WorkFileService).remove(group.zoe.viewer, group.cohort_id, key, file_id)


def files(group: Group) -> list[WorkFile]:
    with group.world.database.session() as session:
        return list(session.scalars(select(WorkFile).order_by(WorkFile.added_at)))


def bytes_kept(group: Group) -> list[Path]:
    return [path for path in (group.world.settings.data_dir / "files").rglob("*") if path.is_file()]


def hand_in(group: Group, text: str = "Mijn tekst", key: str = "leervraag") -> None:
    group.world.service(HandInService).hand_in(group.zoe.viewer, group.cohort_id, key, text, "")


def test_a_file_is_kept_with_its_name_and_its_bytes(group: Group) -> None:
    add(group, PDF, r"C:\school\Zoë’s plan.PDF")
    (file,) = files(group)
    assert (file.name, file.kind, file.size, file.in_draft) == ("Zoë’s plan.pdf", "pdf", len(PDF), True)
    download = group.world.service(WorkFileService).download(group.zoe.viewer, file.id)
    assert b"".join(download.chunks) == PDF
    assert "plan" not in file.path


def test_the_first_file_makes_a_draft(group: Group) -> None:
    add(group)
    assert [change.state.value for change in group.world.told.outcomes] == ["draft"]


def test_the_same_file_twice_is_one(group: Group) -> None:
    add(group)
    add(group)
    assert len(files(group)) == len(bytes_kept(group)) == 1


def test_files_stay_in_the_order_in_which_they_were_added(group: Group) -> None:
    for name in ("z.pdf", "a.pdf", "m.pdf"):
        add(group, PDF, name, key="beroepsproduct")
    assert [file.name for file in files(group)] == ["z.pdf", "a.pdf", "m.pdf"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (PDF, "plan.exe", "een soort bestand dat we hier niet aannemen"),
        (PDF, "plan", "een soort bestand dat we hier niet aannemen"),
        (b"<html>", "plan.html", "een soort bestand dat we hier niet aannemen"),
        (b"<html>", "plan.pdf", "geen goed pdf-bestand"),
        (PNG, "foto.jpg", "geen goed jpg-bestand"),
        (office(FileKind.XLSX), "plan.docx", "geen goed docx-bestand"),
        (b"", "plan.pdf", "geen goed pdf-bestand"),
    ],
)
def test_a_file_that_is_not_asked_for_is_refused(group: Group, content: bytes, name: str, words: str) -> None:
    with pytest.raises(FileRefused) as refused:
        add(group, content, name)
    assert words in str(refused.value.explanation)
    assert name in str(refused.value.explanation)
    assert files(group) == []
    assert bytes_kept(group) == []


def test_a_file_that_is_too_large_is_refused_before_it_is_stored(group: Group) -> None:
    with pytest.raises(FileRefused) as refused:
        add(group, PDF + b"\0" * (50 * MB), "groot.pdf")
    assert "Er past hooguit 50 MB in" in str(refused.value.explanation)
    assert bytes_kept(group) == []


def test_a_stream_that_turns_out_too_large_leaves_nothing(group: Group) -> None:
    service = group.world.service(WorkFileService)
    with pytest.raises(FileRefused):
        service.add(group.zoe.viewer, group.cohort_id, "leervraag", "a.pdf", Pretending(PDF + b"\0" * (50 * MB)))
    assert files(group) == []
    assert bytes_kept(group) == []


def test_one_file_too_many_is_refused_and_leaves_nothing(group: Group) -> None:
    add(group, PDF, "een.pdf")
    add(group, PDF, "twee.pdf")
    with pytest.raises(FileRefused) as refused:
        add(group, PDF, "drie.pdf")
    assert "hooguit 2 bestanden" in str(refused.value.explanation)
    assert [file.name for file in files(group)] == ["een.pdf", "twee.pdf"]
    assert len(bytes_kept(group)) == 2


def test_a_transaction_that_fails_leaves_no_file(group: Group) -> None:
    group.world.told.refuse = True
    with pytest.raises(RuntimeError):
        add(group)
    assert files(group) == []
    assert bytes_kept(group) == []


def test_a_file_that_was_never_handed_in_goes_altogether(group: Group) -> None:
    add(group)
    remove(group, files(group)[0].id)
    assert files(group) == []
    assert bytes_kept(group) == []


def test_a_file_of_a_version_stays_there_when_it_leaves_the_draft(group: Group) -> None:
    add(group)
    hand_in(group)
    file = files(group)[0]
    remove(group, file.id)
    assert files(group)[0].in_draft is False
    assert b"".join(group.world.service(WorkFileService).download(group.zoe.viewer, file.id).chunks) == PDF
    with pytest.raises(NotFound):
        remove(group, file.id)


def test_a_file_is_removed_from_its_own_assignment_only(group: Group) -> None:
    add(group, key="verkenning")
    add(group)
    other = next(file for file in files(group) if file.id)
    with pytest.raises(NotFound):
        remove(group, other.id, key="terugblik")
    with pytest.raises(NotFound):
        remove(group, "nothing")
    assert len(files(group)) == 2


def test_the_installation_may_allow_less_than_the_assignment(group: Group) -> None:
    service = group.world.service(WorkFileService)
    hand_in_rule = group.world.training.assignment("leervraag").hand_in
    assert service.largest(hand_in_rule) == 50 * MB
