"""Puts the ground of every page into a Flask application."""

from pathlib import Path

from flask import Blueprint, Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5

from lti_tool.clock import Clock, utc_now
from lti_tool.web import assets, formats, headers, locales, texts
from lti_tool.web.csrf import SessionId, init_csrf, session_id_from_request
from lti_tool.web.design import register_design_sheet
from lti_tool.web.error_pages import register_error_pages
from lti_tool.web.front import register_front_page
from lti_tool.web.states import state_of

_HERE = Path(__file__).parent


def init_web(app: Flask, *, clock: Clock = utc_now, session_id: SessionId = session_id_from_request) -> None:
    """Give the application its templates, static files, languages, filters, headers, form tokens and error pages.

    Args:
        app: with a secret key. Settings read from ``app.config``: ``DEFAULT_LOCALE`` (``"nl"``), ``TIME_ZONE``
            (``"Europe/Amsterdam"``), ``WTF_CSRF_TIME_LIMIT`` (seconds), ``MAX_CONTENT_LENGTH`` (bytes, named for 413).
        clock: the time on error pages.
        session_id: returns the id of the request's server-side session; see `lti_tool.web.csrf.init_csrf`.
    """
    app.config.setdefault("DEFAULT_LOCALE", "nl")
    app.config.setdefault("TIME_ZONE", "Europe/Amsterdam")
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    Bootstrap5(app)
    Babel(
        app,
        # the language of the msgids, which needs no catalogue; the reader's default is DEFAULT_LOCALE
        default_locale="nl",
        default_translation_directories=str(_HERE / "translations"),
        locale_selector=locales.select_locale,
        timezone_selector=locales.select_time_zone,
    )
    locales.init_gettext(app)
    blueprint = Blueprint(
        "web", __name__, static_folder="static", static_url_path="/static/icc", template_folder="templates"
    )
    locales.register_language_choice(blueprint)
    register_design_sheet(blueprint)
    register_front_page(blueprint)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        asset=assets.asset,
        file_icon=assets.file_icon,
        icon=assets.icon,
        languages=locales.languages,
        locale=locales.locale,
        say=locales.say,
        state_of=state_of,
    )
    app.jinja_env.filters.update(
        day=formats.day,
        filesize=formats.filesize,
        hours=formats.hours,
        markdown=texts.markdown,
        plain_html=texts.plain_html,
        time_of_day=formats.time_of_day,
        when=formats.when,
        word_count=formats.word_count,
        words=formats.words,
    )
    app.after_request(headers.set_headers)
    app.after_request(assets.keep_assets)
    init_csrf(app, session_id)
    register_error_pages(app, clock, session_id)
