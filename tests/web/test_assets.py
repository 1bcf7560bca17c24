import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.web import assets, states

WEB = Path(assets.__file__).parent


def test_a_static_file_is_kept_by_the_browser_until_it_changes(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = assets.asset("theme.css")
    assert hashlib.sha256((WEB / "static/theme.css").read_bytes()).hexdigest().startswith(address.split("v=")[1])
    response = client.get(address)
    assert response.cache_control.max_age == 365 * 24 * 3600
    assert response.cache_control.immutable
    assert not response.cache_control.no_cache


@pytest.mark.parametrize(
    "address",
    ["/static/icc/fonts/eb-garamond-latin-400-normal.woff2", "/bootstrap/static/css/bootstrap.min.css"],
)
def test_without_the_digest_a_static_file_is_kept_for_a_day(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.cache_control.max_age == 24 * 3600
    assert not response.cache_control.immutable
    assert response.headers["ETag"]


def test_a_static_file_that_is_not_found_is_not_kept(client: FlaskClient) -> None:
    response = client.get("/static/icc/nothing.css?v=1")
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"


def test_a_static_file_that_is_not_there_is_an_error(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(FileNotFoundError):
        assets.asset("nothing.css")


def test_bootstrap_comes_from_the_package(client: FlaskClient) -> None:
    links = re.findall(r'<link rel="stylesheet" href="([^"]+)"', client.get("/design").text)
    assert len(links) == 2
    for link in links:
        assert link.startswith("/")
        assert client.get(link).mimetype == "text/css"
    assert b"Bootstrap  v5.3" in client.get(links[0]).data


def test_every_font_that_the_theme_names_is_there_with_its_licence(client: FlaskClient) -> None:
    fonts = re.findall(r'url\("(fonts/[^"]+)"\)', (WEB / "static/theme.css").read_text())
    assert len(fonts) == 4
    for font in fonts:
        assert client.get(f"/static/icc/{font}").data[:4] == b"wOF2"
    assert "SIL Open Font License" in (WEB / "static/fonts/OFL.txt").read_text()


def test_an_icon_is_hidden_from_screen_readers_and_stands_in_the_sprite(app: Flask) -> None:
    with app.test_request_context():
        html = assets.icon("send", "bi-on")
    assert html.startswith('<svg class="bi bi-on" aria-hidden="true" focusable="false"><use href="/static/icc/')
    assert html.endswith('#send"></use></svg>')


def test_an_icon_that_the_sprite_lacks_is_an_error(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(LookupError, match="rocket"):
        assets.icon("rocket")


def test_every_icon_that_code_or_templates_name_stands_in_the_sprite() -> None:
    named = {states.state_of(name).icon for name in states.STATE_NAMES}
    for template in WEB.parent.rglob("templates/**/*.html"):
        named |= set(re.findall(r'\bicon(?:_name=)?\(?"([a-z0-9-]+)"', template.read_text()))
    assert {"arrow-left", "circle", "send"} <= named
    assert named <= assets.icon_names()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("plan.pdf", "file-earmark-pdf"),
        ("Gesprek directie.m4a", "file-earmark-music"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "file-earmark-text"),
        ("foto.JPG", "file-earmark-image"),
        ("video/mp4", "file-earmark-play"),
        ("werkmuur.zip", "file-earmark-zip"),
        ("rooster.xlsx", "file-earmark-spreadsheet"),
        ("dia’s.pptx", "file-earmark-slides"),
        ("onbekend", "file-earmark"),
        ("", "file-earmark"),
    ],
)
def test_a_file_gets_the_icon_of_its_kind(app: Flask, kind: str, name: str) -> None:
    with app.test_request_context():
        assert assets.file_icon(kind).endswith(f'#{name}"></use></svg>')


def test_nothing_is_inline_and_nothing_is_remote() -> None:
    for template in WEB.parent.rglob("templates/**/*.html"):
        text = template.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text), template
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), template
        assert not re.search(r'(?:src|href)="https?:', re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)), template
