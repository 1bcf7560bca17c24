"""Opening pages, as every browser of the tests does, whoever is in it."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Opening:
    """What opens pages.

    Args:
        client: the browser.
    """

    client: FlaskClient

    def get(self, url: str, *, follow_redirects: bool = False) -> TestResponse:
        return self.client.get(url, follow_redirects=follow_redirects)

    def page(self, url: str) -> str:
        """Open a page and follow to where it leads; it must be there."""
        answer = self.client.get(url, follow_redirects=True)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.text
