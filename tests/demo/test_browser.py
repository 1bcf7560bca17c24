"""The browser without a screen: forms as browsers send them, frames, and errors that name what is there."""

import threading
from collections.abc import Iterator

import pytest
import requests
from flask import Flask, request
from werkzeug.serving import make_server

from lti_tool.demo.browser import Browser, BrowserError, Page, Upload
from lti_tool.demo.forms import File

PAGE = """<!doctype html><html><head><title>Een &amp; ander</title><script>var x = "niet zichtbaar"</script></head>
<body><h1>Inleveren</h1><p>Zoë&nbsp;leest <b>dit</b></p><a href="verder?x=1&amp;y=2">Ga <i>verder</i></a>
<form method="post" action="/echo?q=1" name="werk" enctype="multipart/form-data">
<input type="hidden" name="csrf_token" value="abc"><textarea name="text">
Eerste regel
Tweede</textarea>
<input name="link"><input type="file" name="files" multiple>
<input type="checkbox" name="item" value="a" checked><input type="checkbox" name="item" value="b">
<input type="radio" name="verdict" value="accepted"><input type="radio" name="verdict" value="returned" checked>
<select name="cohort"><option value="1">Een</option><option value="2" selected>Twee</option></select>
<select name="zonder"><option>Eerste</option><option>Tweede</option></select>
<select name="veel" multiple><option value="x" selected>X</option><option value="y" selected>Y</option></select>
<input name="uit" value="x" disabled><button type="button" name="niet">Niet</button>
<button name="action" value="save">Bewaar</button><button name="action" value="submit">Lever <b>in</b></button>
</form><input form="werk" name="buiten" value="ja">
<form action="/echo" name="zoek"><input name="q" value="1"><input type="submit" value="Zoek"></form>
<noscript>Zonder script</noscript></body></html>"""


@pytest.fixture
def site() -> Iterator[str]:
    """A small site that echoes what it gets."""
    app = Flask("site")

    @app.get("/")
    def index() -> str:
        return PAGE

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> dict[str, object]:
        return {
            "query": request.args.to_dict(flat=False),
            "form": request.form.to_dict(flat=False),
            "files": [
                (name, file.filename, file.content_type, file.read().decode())
                for name, file in request.files.items(multi=True)
            ],
            "dest": request.headers["Sec-Fetch-Dest"],
            "origin": request.headers.get("Origin"),
            "referer": request.headers.get("Referer"),
        }

    @app.route("/verder")
    def further() -> str:
        return f"<title>Verder</title><iframe src='/frame'></iframe>{request.args['y']}"

    @app.route("/frame")
    def frame() -> str:
        return "<form data-auto method=post action=/stap><input name=n value=1></form>"

    @app.post("/stap")
    def step() -> str:
        if request.form["n"] == "1":
            return "<form data-auto method=post action=/stap><input name=n value=2></form>"
        return f"<h1>Klaar {request.headers['Sec-Fetch-Dest']}</h1><form method=post action=/echo target=_top></form>"

    @app.post("/steeds")
    def again() -> str:
        return "<form data-auto method=post action=/steeds></form>"

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(site: str) -> Page:
    """The page with the forms."""
    return Browser().get(site)


def test_a_page_is_read_as_a_person_reads_it(page: Page) -> None:
    assert (page.title, page.heading, page.status) == ("Een & ander", "Inleveren", 200)
    assert "Zoë leest dit Ga verder" in page.text
    assert "niet zichtbaar" not in page.text
    assert "Zonder script" not in page.text
    assert page.links == (("Ga verder", "verder?x=1&y=2"),)


def test_an_option_is_chosen_by_what_a_reader_sees(page: Page) -> None:
    form = page.form("werk")
    assert (form.option("cohort", "Twee"), form.option("zonder", "Tweede")) == ("2", "Tweede")
    with pytest.raises(BrowserError, match="0 options of 'cohort' with 'Drie'"):
        form.option("cohort", "Drie")


def test_an_untouched_form_sends_what_it_holds_with_its_first_button(page: Page) -> None:
    sent = page.form("werk").submit().json()
    assert sent["query"] == {"q": ["1"]}
    assert sent["form"] == {
        "csrf_token": ["abc"],
        "text": ["Eerste regel\nTweede"],
        "link": [""],
        "item": ["a"],
        "verdict": ["returned"],
        "cohort": ["2"],
        "zonder": ["Eerste"],
        "veel": ["x", "y"],
        "buiten": ["ja"],
        "action": ["save"],
    }
    assert sent["files"] == [["files", "", "application/octet-stream", ""]]


def test_a_form_is_filled_in_and_a_button_chosen(page: Page, site: str) -> None:
    files: list[File] = [("plan.pdf", b"%PDF", "application/pdf"), Upload("los.txt", b"tekst", "text/plain")]
    sent = page.form(with_field="text").submit(
        text="Mijn werk",
        link="https://example.org",
        item=["b"],
        verdict="accepted",
        cohort="1",
        zonder="Tweede",
        veel=["y"],
        files=files,
        action="submit",
    )
    form = sent.json()["form"]
    assert form["text"] == ["Mijn werk"]
    assert (form["item"], form["verdict"], form["cohort"]) == (["b"], ["accepted"], ["1"])
    assert (form["zonder"], form["veel"], form["action"]) == (["Tweede"], ["y"], ["submit"])
    assert sent.json()["files"] == [
        ["files", "plan.pdf", "application/pdf", "%PDF"],
        ["files", "los.txt", "text/plain", "tekst"],
    ]
    assert sent.json()["origin"] == site
    assert sent.json()["referer"] == f"{site}/"


@pytest.mark.parametrize(
    "upload", [("plan.pdf", b"%PDF", "application/pdf"), ("plan.pdf", b"%PDF"), Upload("plan.pdf", b"%PDF")]
)
def test_one_file_may_be_given_in_several_ways(page: Page, upload: Upload) -> None:
    assert page.form("werk").submit(files=upload).json()["files"][0][1] == "plan.pdf"


def test_boxes_are_unticked(page: Page) -> None:
    sent = page.form("werk").submit(item=[], verdict=None).json()["form"]
    assert "item" not in sent
    assert "verdict" not in sent
    assert page.form("werk").submit(item=True).json()["form"]["item"] == ["a"]


def test_a_get_form_sends_its_fields_in_the_address(page: Page) -> None:
    assert page.form("zoek").submit(q="twee").json()["query"] == {"q": ["twee"]}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"bestaat_niet": "x"}, "no field 'bestaat_niet'"),
        ({"uit": "x"}, "no field 'uit'"),
        ({"item": ["c"]}, "offers"),
        ({"verdict": "misschien"}, "offers"),
        ({"cohort": "9"}, "offers"),
        ({"cohort": ["1", "2"]}, "offers"),
        ({"action": "weg"}, "no button action='weg'"),
        ({"text": ["a"]}, "takes text"),
        ({"files": "plan.pdf"}, "takes an Upload"),
    ],
)
def test_what_the_form_does_not_offer_is_an_error(page: Page, values: dict[str, str], words: str) -> None:
    with pytest.raises(BrowserError, match=words):
        page.form("werk").submit(**values)


def test_a_form_is_found_by_name_field_action_or_button(page: Page) -> None:
    assert page.form(with_field="text") is page.form("werk") is page.form(button="Lever in")
    assert page.form(action="?q=1") is page.form("werk")
    assert page.form("werk").values["cohort"] == "2"
    for wrong in ({"name": "nergens"}, {"with_field": "q2"}, {}):
        with pytest.raises(BrowserError, match="forms with"):
            page.form(**wrong)


def test_links_frames_and_forms_that_send_themselves_are_followed(page: Page, site: str) -> None:
    further = page.follow("verder")
    assert (further.title, further.text) == ("Verder", "2")
    assert further.iframe_src == f"{site}/frame"
    inside = further.open_iframe()
    assert inside.heading == "Klaar iframe"
    assert inside.framed
    out = inside.forms[0].submit()
    assert not out.framed
    assert out.json()["dest"] == "document"


def test_what_is_not_there_is_an_error(page: Page, site: str) -> None:
    with pytest.raises(BrowserError, match="no frame"):
        page.open_iframe()
    with pytest.raises(BrowserError, match="Ga verder"):
        page.follow("Terug")
    with pytest.raises(BrowserError, match="keep sending themselves"):
        Browser().post(f"{site}/steeds").follow_auto_forms()


def test_a_browser_keeps_cookies_and_closes(site: str) -> None:
    with Browser() as browser:
        browser.session.cookies.set("a", "b")
        assert browser.get(site).status == 200
        assert browser.page is not None
    assert repr(browser.page) == "<Page 200 / 'Een & ander'>"
    assert isinstance(browser.session, requests.Session)
