"""Trainers of the cohort fill the shelf, put it in order and clear it; everybody in the cohort reads it."""

import re
from pathlib import Path

import pytest

from lti_tool.exchange.shelf import LONGEST_NOTE, LONGEST_TITLE
from mappings.roles import Role
from tests.exchange.conftest import Circle
from tests.training.samples import PDF, upload

MUSEUM = {
    "kind": "institution",
    "title": "Museum  het   Valkhof",
    "text": "Rondleidingen voor klas 2.",
    "link": "www.valkhof.example/onderwijs",
    "phase": "onderzoek",
}


def shelf(circle: Circle) -> str:
    return f"{circle.group.home()}/shelf"


def put(circle: Circle, **form: object) -> str:
    """Put something on the shelf and return its id."""
    assert circle.trainer.post(f"{shelf(circle)}/new", {"kind": "material", **form}).status_code == 303
    return ids(circle)[str(form["title"])]


def ids(circle: Circle) -> dict[str, str]:
    """What lies on the shelf, in order: ids by title."""
    found = re.findall(r'<li id="i-(\w+)">.*?<h3>(.*?)</h3>', circle.trainer.page(shelf(circle)), re.DOTALL)
    return {title: item_id for item_id, title in found}


def stored(circle: Circle) -> int:
    files = Path(circle.group.world.settings.files_location.removeprefix("file://"))
    return sum(path.is_file() for path in files.rglob("*"))


def test_participants_of_all_schools_read_what_a_trainer_puts_there(circle: Circle) -> None:
    assert circle.trainer.post(f"{shelf(circle)}/new", MUSEUM).status_code == 303
    for reader in (circle.zoe, circle.piet, circle.trainer):
        page = reader.page(shelf(circle))
        assert "Museum het Valkhof" in page
        assert 'href="https://www.valkhof.example/onderwijs"' in page
        assert "Culturele instelling" in page
        assert "Onderzoek" in page
    assert "Leg iets op de plank" not in circle.zoe.page(shelf(circle))


def test_a_file_comes_as_a_download_to_members_only(circle: Circle) -> None:
    item_id = put(circle, title="Stappenplan", file=upload(name="Stappen.pdf"))
    url = f"/shelf/{item_id}/file"
    assert url in circle.piet.page(shelf(circle))
    answer = circle.piet.get(url)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Stappen.pdf"')
    world = circle.group.world
    outsider = world.launch(world.platform("Het Lage Land"), "els", Role.TRAINER)
    assert outsider.get(url).status_code == 404


def test_it_can_be_changed_and_a_file_be_replaced_or_taken_away(circle: Circle) -> None:
    before = stored(circle)
    item_id = put(circle, title="Stappenplan", text="Oud", file=upload())
    form = {"kind": "intermediary", "title": "Cultuurpunt", "text": "Nieuw", "file": upload(name="Nieuw.pdf")}
    assert circle.trainer.post(f"{shelf(circle)}/{item_id}", form).status_code == 303
    page = circle.zoe.page(shelf(circle))
    assert "Cultuurpunt" in page
    assert "Nieuw.pdf" in page
    assert "Stappenplan" not in page
    assert stored(circle) == before + 1
    form = {"kind": "intermediary", "title": "Cultuurpunt", "text": "Nieuw", "without_file": "1"}
    assert circle.trainer.post(f"{shelf(circle)}/{item_id}", form).status_code == 303
    assert "Nieuw.pdf" not in circle.zoe.page(shelf(circle))
    assert circle.zoe.get(f"/shelf/{item_id}/file").status_code == 404
    assert stored(circle) == before


def test_a_form_without_a_new_file_keeps_the_one_that_is_there(circle: Circle) -> None:
    item_id = put(circle, title="Stappenplan", file=upload())
    assert circle.trainer.post(f"{shelf(circle)}/{item_id}", {"kind": "material", "title": "Plan"}).status_code == 303
    assert circle.zoe.get(f"/shelf/{item_id}/file").data == PDF


def test_the_order_is_the_trainers(circle: Circle) -> None:
    for title in ("Een", "Twee", "Drie"):
        put(circle, title=title, text="x")
    put(circle, title="Elders", text="x", phase="evaluatie")
    assert list(ids(circle)) == ["Een", "Twee", "Drie", "Elders"]
    assert circle.trainer.post(f"/shelf/{ids(circle)['Drie']}/up").status_code == 303
    assert list(ids(circle)) == ["Een", "Drie", "Twee", "Elders"]
    circle.trainer.post(f"/shelf/{ids(circle)['Een']}/down")
    assert list(ids(circle)) == ["Drie", "Een", "Twee", "Elders"]
    for title, where in (("Drie", "up"), ("Twee", "down"), ("Elders", "up")):
        circle.trainer.post(f"/shelf/{ids(circle)[title]}/{where}")
    assert list(ids(circle)) == ["Drie", "Een", "Twee", "Elders"]


def test_what_is_taken_off_is_gone_with_its_file(circle: Circle) -> None:
    before = stored(circle)
    item_id = put(circle, title="Stappenplan", file=upload())
    assert circle.trainer.post(f"/shelf/{item_id}/remove").status_code == 303
    assert ids(circle) == {}
    assert stored(circle) == before
    assert circle.zoe.get(f"/shelf/{item_id}/file").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": "  "}, "Geef het een titel."),
        ({"title": "t" * (LONGEST_TITLE + 1)}, "Deze titel is te lang"),
        ({"text": "x" * (LONGEST_NOTE + 1)}, "Deze tekst is te lang"),
        ({"link": "javascript:alert(1)"}, "Dit is geen goede link"),
        ({"kind": "iets"}, "Kies wat het is."),
        ({"phase": "geen"}, "Kies een fase van de training."),
        ({"text": "", "link": ""}, "Zet er een link, een bestand of een korte tekst bij."),
        ({"file": (b"MZ", "virus.exe")}, "een soort bestand dat we hier niet aannemen"),
        ({"file": (b"geen pdf", "vals.pdf")}, "is geen goed pdf-bestand"),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(circle: Circle, change: dict[str, object], said: str) -> None:
    before = stored(circle)
    form = {**MUSEUM, **change}
    if isinstance(file := change.get("file"), tuple):
        form["file"] = upload(*file)
    answer = circle.trainer.post(f"{shelf(circle)}/new", form)
    assert answer.status_code == 422
    assert said in answer.text
    if "text" not in change:
        assert "Rondleidingen voor klas 2." in answer.text
    assert ids(circle) == {}
    assert stored(circle) == before


def test_participants_change_nothing_on_it(circle: Circle) -> None:
    item_id = put(circle, title="Stappenplan", text="x")
    for url in (f"{shelf(circle)}/new", f"{shelf(circle)}/{item_id}"):
        assert circle.zoe.get(url).status_code == 404
        assert circle.zoe.post(url, MUSEUM).status_code == 404
    for what in ("up", "down", "remove"):
        assert circle.zoe.post(f"/shelf/{item_id}/{what}").status_code == 404
    assert list(ids(circle)) == ["Stappenplan"]


def test_an_address_of_one_shelf_changes_nothing_on_another(circle: Circle) -> None:
    item_id = put(circle, title="Stappenplan", text="x")
    other = circle.group.world.cohort(circle.trainer, "Regio Noord")
    assert circle.trainer.post(f"/cohort/{other}/shelf/{item_id}", MUSEUM).status_code == 404
    assert list(ids(circle)) == ["Stappenplan"]


def test_what_a_trainer_writes_is_never_html(circle: Circle) -> None:
    put(circle, title="Veilig", text="<script>alert(1)</script>")
    assert "<script>alert" not in circle.zoe.page(shelf(circle))
