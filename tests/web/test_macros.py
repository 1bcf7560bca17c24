import re
from types import SimpleNamespace

import pytest
from flask import Flask, g, render_template_string
from flask.testing import FlaskClient

from lti_tool.web.states import STATE_NAMES, state_of


def render(app: Flask, source: str, locale: str = "nl", **values: object) -> str:
    with app.test_request_context():
        g.locale = locale
        return re.sub(r"\s+", " ", render_template_string(source, **values)).strip()


def test_a_chip_is_an_icon_and_a_word(app: Flask) -> None:
    source = '{% from "parts/states.html" import chip %}{{ chip(state) }}'
    html = render(app, source, state="returned")
    assert html.startswith('<span class="icc-chip is-warn"><svg class="bi" aria-hidden="true"')
    assert html.endswith('#arrow-counterclockwise"></use></svg> Terug voor aanvulling</span>')
    assert "Returned for more work</span>" in render(app, source, "en", state="returned")
    assert '<span class="icc-chip">' in render(app, source, state="draft")


def test_a_chip_may_say_it_otherwise_and_be_quiet(app: Flask) -> None:
    source = '{% from "parts/states.html" import chip %}{{ chip("score_sent", "Aangekomen in <Moodle>", plain=True) }}'
    html = render(app, source)
    assert 'class="icc-chip icc-plain"' in html
    assert "Aangekomen in &lt;Moodle&gt;" in html


def test_an_unknown_state_is_an_error() -> None:
    with pytest.raises(LookupError, match="known are"):
        state_of("ok")


def test_every_state_has_its_own_word_or_its_own_icon() -> None:
    assert len({(state_of(name).icon, str(state_of(name).word)) for name in STATE_NAMES}) == len(STATE_NAMES)


def test_a_note_announces_itself_only_when_asked(app: Flask) -> None:
    source = '{% from "parts/states.html" import note %}{% call note("ok", "Bewaard", live=live) %}x{% endcall %}'
    assert 'role="status"' in render(app, source, live=True)
    assert "role=" not in render(app, source, live=False)


def test_the_path_says_where_somebody_is(app: Flask) -> None:
    phases = [
        SimpleNamespace(title="Oriëntatie", lines=["klaar"], state="done", state_text=None, current=False, later=False),
        {"title": "Onderzoek", "current": True},
        {"title": "Evaluatie", "later": True, "state": "later"},
    ]
    source = '{% from "parts/path.html" import phase_path %}{{ phase_path(phases) }}'
    html = render(app, source, phases=phases)
    assert html.count('aria-current="step"') == 1
    assert "Fase 2 · hier ben je nu" in html
    assert html.count('<li class="is-later"') == 1
    assert "Phase 2 · you are here now" in render(app, source, "en", phases=phases)


def test_the_next_step_is_one_link(app: Flask) -> None:
    source = (
        '{% from "parts/path.html" import next_step %}'
        '{% call next_step("Vul aan", "/a/1", "Ga naar de opdracht") %}<p>Waarom</p>{% endcall %}'
    )
    html = render(app, source)
    assert "Nu aan de beurt" in html
    assert html.count("<a ") == 1
    assert "<p>Waarom</p>" in html


def test_what_participants_write_is_escaped_in_every_macro(app: Flask) -> None:
    source = """
    {% from "parts/path.html" import question, assignment_row, needs, phase_path %}
    {% from "parts/work.html" import criteria, file_row, receipt, empty, facts %}
    {% from "parts/forms.html" import field, text_area, check, choice, pick, error_summary %}
    {% from "parts/states.html" import note, verdict %}
    {{ question(bad, bad, "q") }}{{ assignment_row(bad, 1, bad, "open") }}{{ needs([{"text": bad, "meta": bad}]) }}
    {{ phase_path([{"title": bad, "lines": [bad]}]) }}
    {{ criteria([{"title": bad, "state": "meets", "sentence": bad}]) }}
    {{ file_row(bad, bad, hint=bad) }}{{ receipt(bad, bad, code=bad) }}{{ empty(bad, bad) }}{{ facts([(bad, bad)]) }}
    {{ field("f", bad, bad, help=bad, error=bad) }}{{ text_area("t", bad, bad, help=bad, error=bad) }}
    {{ check("c", "1", bad, help=bad) }}{{ choice("v", bad, [{"value": "1", "text": bad, "icon": "circle"}]) }}
    {{ pick("p", "1", bad, bad) }}{{ error_summary({"f": bad}) }}{{ note("ok", bad) }}
    {{ verdict("verdict_valid", bad) }}
    """
    html = render(app, source, bad='<script>"x"</script>')
    assert "<script>" not in html
    assert "&amp;lt;" not in html
    assert '"x"' not in html


def test_a_field_names_its_error_and_its_help(app: Flask) -> None:
    source = """{% from "parts/forms.html" import field %}
    {{ field("link", "Link", "x", type="url", help="Hulp", error="Fout", required=True, autocomplete="url") }}"""
    html = render(app, source)
    assert '<label class="form-label" for="link">Link</label>' in html
    assert 'aria-describedby="link-help link-error" aria-invalid="true"' in html
    assert 'autocomplete="url"' in html
    assert " required" in html
    assert 'id="link-error"' in html
    assert 'id="link-help"' in html


def test_a_text_keeps_the_empty_line_it_begins_with(app: Flask) -> None:
    source = '{% from "parts/forms.html" import text_area %}{{ text_area("text", "Tekst", "\\n\\neen") }}'
    with app.test_request_context():
        assert ">\n\n\neen</textarea>" in render_template_string(source)


def test_the_length_of_a_text_is_told_while_writing(app: Flask) -> None:
    source = """{% from "parts/forms.html" import text_area %}
    {{ text_area("text", "Tekst", "een twee", words=True, at_least=500, at_most=900) }}"""
    html = render(app, source)
    assert 'data-words="Je schreef {count} woorden; 500 tot 900 is een goede lengte. Inleveren kan altijd."' in html
    assert 'aria-describedby="text-words"' in html
    assert "500 to 900 words is a good length." in render(app, source, "en")


def test_a_receipt_says_what_came_in_when_and_where_to_read_it(app: Flask) -> None:
    source = """{% from "parts/work.html" import receipt %}
    {% call receipt("Versie 1 is goed ontvangen", "vandaag", code="V1-7QK4") %}<a href="/v/1">Lees</a>{% endcall %}"""
    html = render(app, source)
    for words in ("Versie 1 is goed ontvangen", "vandaag", "Ontvangstbewijs", "V1-7QK4", '<a href="/v/1">Lees</a>'):
        assert words in html


def test_the_errors_of_a_form_lead_to_their_fields(app: Flask) -> None:
    source = '{% from "parts/forms.html" import error_summary %}{{ error_summary(errors) }}'
    html = render(app, source, errors={"text": "Schrijf nog een tekst."})
    assert '<a href="#text">Schrijf nog een tekst.</a>' in html
    assert "data-focus" in html
    assert render(app, source, errors={}) == ""


def test_the_tabs_say_which_page_this_is(app: Flask) -> None:
    source = """{% extends "base.html" %}{% set brand = "Cultuurcoördinator VO" %}{% set brand_url = "/home" %}
    {% set nav = [{"text": "Werk", "url": "/w", "current": True}, {"text": "Bord", "url": "/b"}] %}
    {% set width = "wide" %}{% block title %}Werk{% endblock %}{% block main %}<h1>Werk</h1>{% endblock %}"""
    html = render(app, source)
    assert "<title>Werk · ICC Bridge</title>" in html
    assert '<a href="/w" aria-current="page">Werk</a>' in html
    assert '<a href="/b">Bord</a>' in html
    assert 'class="icc-page icc-wide"' in html
    assert '<a class="icc-brand" href="/home">' in html


def test_the_design_sheet_is_for_development_only(app: Flask, client: FlaskClient) -> None:
    assert client.get("/design").status_code == 200
    app.testing = False
    assert client.get("/design").status_code == 404
    app.debug = True
    assert client.get("/design").status_code == 200


def test_the_design_sheet_shows_every_macro(app: Flask) -> None:
    environment = app.jinja_env
    assert environment.loader
    sheet = environment.loader.get_source(environment, "design.html")[0]
    for name in ("states", "path", "work", "forms"):
        source = environment.loader.get_source(environment, f"parts/{name}.html")[0]
        usage = re.search(r"import ([^%]+) %\}", source)
        assert usage
        for macro in re.split(r",\s*", usage[1].strip()):
            assert re.search(rf"\b{macro}\(", sheet), macro
