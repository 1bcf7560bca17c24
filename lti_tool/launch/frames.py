"""What the tool's two addresses answer where a frame keeps no cookies: see docs/cookies-in-frames.md for the order.

A frame without cookies is noticed before the browser is sent to the platform, because some platforms (Moodle) answer an
authentication request only once. The page at the login tries the platform's storage and offers a window; the page at the
launch asks the storage again and brings what it held.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Request, g, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lti_tool.cookies import Cookie
from lti_tool.ids import new_secret
from lti_tool.launch.errors import LaunchRefused
from lti_tool.launch.login import LONGEST, Announced
from lti_tool.launch.models import Layer
from lti_tool.launch.service import Landed
from lti_tool.launch.sessions import framers
from lti_tool.launch.storage import SILENT, VALUE, ForStorage, Unproven
from lti_tool.web.headers import origin_of

CHECKED = "cookie_checked"
WINDOW = "own_window"
_FRAMES = frozenset(("iframe", "frame", "embed", "object"))


def in_doubt(request: Request, params: Mapping[str, str]) -> bool:
    """Return whether a browser that sent no cookie may be unable to keep one: it shows us inside another site's page.

    Browsers of before 2023 do not say so; with them the platform's own offer of storage counts.
    """
    destination = request.headers.get("Sec-Fetch-Dest")
    return "lti_storage_target" in params if destination is None else destination in _FRAMES


def see_whether_cookies_stay(request: Request, cookie: Cookie) -> Response:
    """Set the browser's cookie and let the same login come again, in the way it came.

    What was posted is posted again (307: RFC 9110, 15.4.8). In an address `login_hint` would say who somebody is, and hints
    may be longer than an address can be.
    """
    known = {name: request.args[name] for name in LONGEST if request.args.get(name)}
    again = f"{url_for('launch.login')}?{urlencode({**known, CHECKED: '1'})}"
    response = redirect(again, 307 if request.method == "POST" else 303)
    cookie.write(response, new_secret())
    return response


def layer_of(params: Mapping[str, str]) -> Layer:
    """Return where the cookie of a login is, as far as the page says that opened it."""
    return Layer.WINDOW if WINDOW in params else Layer.COOKIE


def offer(announced: Announced, reported: LaunchRefused) -> str:
    """Return the page that tries the platform's storage, and offers to open the same login in a window of its own.

    Args:
        reported: why: its code is on the page, and its reference if it was traced.
    """
    platform, sent = announced.platform, announced.request
    g.frame_ancestors = framers(platform)
    # the browser holds a form's whole way, redirects included, against form-action
    g.form_action = framers(platform)
    fields = {
        "iss": sent.issuer,
        "login_hint": sent.login_hint,
        "target_link_uri": sent.target_link_uri,
        "lti_message_hint": sent.message_hint,
        "client_id": sent.client_id,
        "lti_deployment_id": sent.deployment_id,
    }
    return render_template(
        "launch/offer.html",
        fields={name: value for name, value in fields.items() if value},
        window=WINDOW,
        silent_field=SILENT,
        answers_to=framers(platform),
        origin=platform.auth_origin,
        target=sent.storage_target,
        code=reported.code,
        reference=reported.reference,
    )


def report(refused: LaunchRefused) -> Response:
    """Return the code of a refusal for a page that is there already."""
    return jsonify(code=refused.code, reference=refused.reference)


def keep(stored: ForStorage) -> Response:
    """Return what the page at the login keeps in the platform's storage, and where it goes then."""
    return jsonify(key=stored.key, value=stored.value, url=stored.url)


def ask_the_storage(form: Mapping[str, str], unproven: Unproven) -> str:
    """Return the page that asks the platform's storage and brings the same launch again, with what it held."""
    g.locale = unproven.locale
    g.frame_ancestors = framers(unproven.platform)
    answers_to = [origin_of(unproven.answer_url)] if unproven.answer_url else []
    # this page stays while the session shows others in its place, so its policy covers what those may do
    g.form_action = list(dict.fromkeys((*framers(unproven.platform), *answers_to)))
    return render_template(
        "launch/prove.html",
        fields={name: form[name] for name in ("state", "id_token")},
        key=unproven.key,
        target=unproven.target,
        origin=unproven.platform.auth_origin,
        value_field=VALUE,
        silent_field=SILENT,
        back=unproven.return_url,
    )


def grant(landed: Landed, page: str) -> Response:
    """Return a session to the page that proved the launch: no cookie, and no address, has its secret."""
    return jsonify(page=page, session=landed.session.secret)
