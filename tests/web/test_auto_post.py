import re

from flask.testing import FlaskClient

RETURN = "https://moodle.example.org/mod/lti/contentitem_return.php?course=3&sesskey=abc"


def test_the_page_carries_the_form_to_the_platform_and_its_policy_lets_it(client: FlaskClient) -> None:
    response = client.get("/auto-post", query_string={"to": RETURN})
    assert f'<form method="post" action="{RETURN.replace("&", "&amp;")}"' in response.text
    assert '<input type="hidden" name="JWT" value="e30.&lt;&#34;&gt;.sig">' in response.text
    assert "form-action 'self' https://moodle.example.org;" in response.headers["Content-Security-Policy"]


def test_the_page_says_what_happens_and_has_a_button_without_javascript(client: FlaskClient) -> None:
    html = client.get("/auto-post", query_string={"to": RETURN}).text
    assert "<h1>Terug naar je cursus</h1>" in html
    assert "We zetten de opdrachten in je cursus." in html
    assert re.search(r'<button class="btn btn-primary" type="submit">Ga verder</button>', html)
    assert 'name="submit"' not in html


def test_a_return_address_that_is_no_web_address_is_refused(client: FlaskClient) -> None:
    assert client.get("/auto-post", query_string={"to": "javascript:alert(1)"}).status_code == 500
