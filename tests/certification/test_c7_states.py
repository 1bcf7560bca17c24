"""C7: a login and its launch belong together: in one browser, once, in time, for one registration and one link."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from lti_tool.demo.browser import Page
from lti_tool.demo.school import SigningKey
from lti_tool.platforms.models import Platform
from tests.certification.premises import Premises, Sign, Visitor, query_of
from tests.certification.refusals import Attempt, is_refused, shows_refusal
from tests.scripted_platform import Reply, ScriptedPlatform

ANYBODY = "*"
"""Who may frame a refusal as long as nobody knows which platform shows it."""


def test_c7_73_replay(premises: Premises) -> None:
    for language in ("nl", "en"):
        visitor = premises.visitor(language=language)
        asked = visitor.asked()
        token = premises.school.sign_id_token(visitor.claims(asked["nonce"]))
        assert visitor.post(token, asked["state"]).status == 303
        with premises.nothing_changes():
            again = visitor.post(token, asked["state"])
        shows_refusal(premises, visitor, again, "L-STATE-USED")
        thief = premises.visitor(language=language)
        thief.asked()
        with premises.nothing_changes():
            stolen = thief.post(token, asked["state"])
        shows_refusal(premises, thief, stolen, "L-BROWSER")
        assert thief.has_no_session()
    _exactly_one_wins(premises)


def _exactly_one_wins(premises: Premises) -> None:
    visitor = premises.visitor(premises.person("Xan"))
    asked = visitor.asked()
    token = premises.school.sign_id_token(visitor.claims(asked["nonce"]))
    posts = [premises.visitor(visitor.person) for _ in range(8)]
    for post in posts:
        post.browser.session.cookies.update(visitor.browser.session.cookies)
    together = Barrier(len(posts))

    def race(post: Visitor) -> tuple[int, bool]:
        together.wait()
        page = post.post(token, asked["state"])
        return page.status, "L-STATE-USED · " in page.text

    with ThreadPoolExecutor(len(posts)) as pool:
        answers = sorted(pool.map(race, posts))
    assert answers == [(303, False)] + [(400, True)] * 7
    assert sum("icc" in post.cookies for post in posts) == 1


def test_c7_74_states_of_others(premises: Premises, scripted: ScriptedPlatform, other_key: SigningKey) -> None:
    def unknown(visitor: Visitor) -> Page:
        asked = visitor.asked()
        return visitor.post(premises.school.sign_id_token(visitor.claims(asked["nonce"])), "A" * 43)

    def absent(visitor: Visitor) -> Page:
        asked = visitor.asked()
        return visitor.post(premises.school.sign_id_token(visitor.claims(asked["nonce"])), "")

    def expired(visitor: Visitor) -> Page:
        asked = visitor.asked()
        premises.clock.advance(minutes=10)
        return visitor.post(premises.school.sign_id_token(visitor.claims(asked["nonce"])), asked["state"])

    def anothers(visitor: Visitor) -> Page:
        visitor.asked()
        asked = premises.visitor().asked()
        return visitor.post(premises.school.sign_id_token(visitor.claims(asked["nonce"])), asked["state"])

    for attempt in (unknown, absent):
        is_refused(premises, attempt, "L-STATE-UNKNOWN", framer=ANYBODY)
    is_refused(premises, expired, "L-EXPIRED")
    is_refused(premises, anothers, "L-BROWSER")

    scripted.answer("GET /keys", Reply(200, {"keys": [other_key.public_jwk()]}))
    neighbour, tenant = premises.neighbour(scripted.url), premises.second_tenant()

    def sent_to(platform: Platform, sign: Sign, *, with_our_nonce: bool) -> Attempt:
        def attempt(visitor: Visitor) -> Page:
            ours, theirs = visitor.asked(), visitor.asked(visitor.params_of(platform))
            nonce = (ours if with_our_nonce else theirs)["nonce"]
            return visitor.post(sign(visitor.claims_of(platform, nonce)), ours["state"])

        return attempt

    for platform, sign in ((neighbour, other_key.sign), (tenant, premises.school.sign_id_token)):
        is_refused(premises, sent_to(platform, sign, with_our_nonce=False), "L-NONCE")
        is_refused(premises, sent_to(platform, sign, with_our_nonce=True), "L-AUDIENCE")


def test_c7_75_target_link_uri(premises: Premises) -> None:
    host = premises.url.removeprefix("http://")
    foreign = [
        "https://evil.example.org/lti/launch",
        "javascript:alert(1)",
        "data:text/html,x",
        f"https://{host}/lti/launch",
        f"http://{host}@evil.example.org/",
        f"http://evil.example.org\\@{host}/",
        f"//{host}/lti/launch",
        f"http://{host}.evil.example.org/",
        "/lti/launch",
    ]
    for target in foreign:

        def at_the_login(visitor: Visitor, target: str = target) -> Page:
            return visitor.login(visitor.login_params(target_link_uri=target))

        is_refused(premises, at_the_login, "L-TARGET")
    for target in (*foreign, f"{premises.url}/lti/launch?fase=1", premises.url):
        is_refused(premises, _launching(target_link_uri=target), "L-TARGET")


def test_c7_76_deployments_of_others(premises: Premises) -> None:
    tenant = premises.second_tenant(deployment_id="77")
    for deployment_id in ("999", tenant.deployments[0].deployment_id, f"{premises.registration.deployment_id} "):

        def attempt(visitor: Visitor, deployment_id: str = deployment_id) -> Page:
            asked = visitor.asked(visitor.login_params(lti_deployment_id=None))
            claims = visitor.claims(asked["nonce"], deployment_id=deployment_id)
            return visitor.post(premises.school.sign_id_token(claims), asked["state"])

        is_refused(premises, attempt, "L-DEPLOY")
    premises.parts.platforms.add_deployment(premises.platform.id, "second")
    is_refused(premises, _launching(deployment_id="second"), "L-DEPLOY")


def test_c7_77_logins(premises: Premises) -> None:
    visitor = premises.visitor()
    by_get = visitor.send("GET", "/lti/login", params=visitor.login_params())
    by_post = visitor.login(visitor.login_params())
    for answer in (by_get, by_post):
        asked = query_of(answer.answer)
        assert (answer.status, asked["response_mode"], asked["prompt"]) == (302, "form_post", "none")
        claims = visitor.claims(asked["nonce"])
        assert visitor.post(premises.school.sign_id_token(claims), asked["state"]).status == 303
    without_client = visitor.login_params(client_id=None)
    assert query_of(visitor.login(without_client).answer)["client_id"] == premises.registration.client_id

    for name in ("iss", "login_hint", "target_link_uri"):
        for method in ("GET", "POST"):
            is_refused(premises, _login_without(name, method), "L-LOGIN", framer=ANYBODY)
    is_refused(premises, _login(iss="https://unknown.example.org"), "L-PLATFORM", framer=ANYBODY)
    is_refused(premises, _login(client_id="unknown"), "L-PLATFORM", framer=ANYBODY)
    premises.second_tenant()
    is_refused(premises, _login(client_id=None), "L-PLATFORM", framer=ANYBODY)
    assert visitor.login(visitor.login_params()).status == 302


def test_c7_78_the_platform_posts_an_error(premises: Premises) -> None:
    for error in ("login_required", "launch_no_longer_valid", "Zoë <script>alert(1)</script>"):

        def attempt(visitor: Visitor, error: str = error) -> Page:
            asked = visitor.asked()
            said = {"error": error, "error_description": f"{visitor.person.name} mag dit niet", "state": asked["state"]}
            page = visitor.send("POST", "/lti/launch", data=said)
            assert "mag dit niet" not in page.text
            assert "alert(1)" not in page.html
            return page

        is_refused(premises, attempt, "L-AUTH-ERROR")


def test_c7_83_two_tabs_interleaved(premises: Premises) -> None:
    first, second = premises.place("leervraag", "terugblik")
    visitor = premises.visitor()
    asked = [visitor.asked(visitor.login_params(link)) for link in (first, second)]
    for link, request in ((second, asked[1]), (first, asked[0])):
        token = premises.school.sign_id_token(visitor.claims(request["nonce"], link))
        page = visitor.follow(visitor.post(token, request["state"]))
        assert (page.status, page.heading) == (200, link.title)
    for link in (first, second):
        assert visitor.browser.get(f"{premises.url}/placement/{premises.placement(link).id}").heading == link.title


def _launching(**changes: Any) -> Attempt:  # noqa: ANN401
    return lambda visitor: visitor.launch(**changes)


def _login(**changes: str | None) -> Attempt:
    return lambda visitor: visitor.login(visitor.login_params(**changes))


def _login_without(name: str, method: str) -> Attempt:
    def attempt(visitor: Visitor) -> Page:
        params = visitor.login_params(**{name: None})
        return visitor.send(method, "/lti/login", **{"params" if method == "GET" else "data": params})

    return attempt
