"""A portfolio that speaks the Open Badges 3.0 API: found, registered with, asked for leave, and given a credential.

Open Badges 3.0, 6 and 7: the service description at `/ims/ob/v3p0/discovery`, dynamic client registration (RFC 7591), OAuth
2.0 with an authorization code and PKCE, and `upsertCredential`. Every address came from outside, so every call goes through
`Outgoing`; Authlib makes and reads what OAuth says.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.common.security import generate_token
from authlib.oauth2 import ClientAuth, OAuth2Client, OAuth2Error
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lti_tool.errors import BadAnswer, OutsideError
from lti_tool.outgoing import Answer, Outgoing

DISCOVERY = "/ims/ob/v3p0/discovery"
UPSERT = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.upsert"
_SOFTWARE = "icc-bridge"


class PortfolioProblem(OutsideError):
    """The portfolio did not do as the Open Badges 3.0 API says."""

    code = "C-PORTFOLIO"
    title = _l("Het portfolio nam je certificaat niet aan")
    explanation = _l("Dit adres antwoordt niet zoals een portfolio met Open Badges 3.0. Er is niets gestuurd.")
    who = _l("De beheerder van dat portfolio kan dit oplossen.")
    steps = (
        _l("Kijk of het adres klopt, en of dat portfolio Open Badges 3.0 kent."),
        _l("Lukt het niet? Download het portfoliopakket en zet het bestand .json of .png zelf in je portfolio."),
    )


class _Flow(BaseModel):
    authorization_url: str = Field(alias="authorizationUrl")
    token_url: str = Field(alias="tokenUrl")
    scopes: dict[str, Any] = Field(default_factory=dict)


class _Flows(BaseModel):
    code: _Flow = Field(alias="authorizationCode")


class _Scheme(BaseModel):
    registration_url: str = Field(alias="x-imssf-registrationUrl")
    flows: _Flows


class _Server(BaseModel):
    url: str


class _Description(BaseModel):
    model_config = ConfigDict(extra="ignore")
    servers: list[_Server] = Field(default_factory=list)
    components: dict[str, Any]

    def scheme(self) -> _Scheme:
        """Return the one OAuth 2 scheme that has an authorization code."""
        schemes = self.components.get("securitySchemes")
        for one in schemes.values() if isinstance(schemes, dict) else ():
            if isinstance(one, dict) and "authorizationCode" in (one.get("flows") or {}):
                return _Scheme.model_validate(one)
        raise ValueError("no OAuth 2 scheme with an authorization code")


@dataclass(frozen=True)
class Portfolio:
    """What a service description says."""

    api_url: str
    registration_url: str
    authorization_url: str
    token_url: str

    @property
    def host(self) -> str:
        """Whose it is, for people."""
        return urlsplit(self.api_url).netloc


@dataclass(frozen=True)
class Client:
    """What the portfolio knows us by."""

    client_id: str
    client_secret: str | None = field(repr=False)


@dataclass(frozen=True)
class Permission:
    """Where the holder gives leave, and what proves afterwards that it was us who asked."""

    url: str
    verifier: str = field(repr=False)


class PortfolioApi:
    """Speaks with portfolios.

    Args:
        outgoing: makes the calls, to nowhere in a private network.
        redirect_uri: where a portfolio sends the holder back to.
        base_url: of the installation.
    """

    def __init__(self, outgoing: Outgoing, redirect_uri: str, base_url: str) -> None:
        self._outgoing = outgoing
        self._redirect_uri = redirect_uri
        self._base_url = base_url

    def discover(self, address: str) -> Portfolio:
        """Return what the portfolio at an address says about itself.

        Args:
            address: as somebody typed it: `portfolio.example`, or the address of any page there.

        Raises:
            PortfolioProblem: it does not speak the Open Badges 3.0 API.
            AddressRefused: we do not call this address.
            Unreachable: it does not answer.
        """
        typed = address.strip()
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        base = f"{parts.scheme}://{parts.netloc}"
        answer = self._outgoing.call("GET", f"{base}{DISCOVERY}", headers={"Accept": "application/json"})
        try:
            description = _Description.model_validate(_object(answer, (200,)))
            scheme = description.scheme()
        except (ValidationError, ValueError, BadAnswer):
            raise PortfolioProblem(f"{base}: no service description of Open Badges 3.0") from None
        if UPSERT not in scheme.flows.code.scopes:
            raise PortfolioProblem(f"{base}: takes no credentials")
        api = description.servers[0].url.rstrip("/") if description.servers else f"{base}/ims/ob/v3p0"
        found = Portfolio(api, scheme.registration_url, scheme.flows.code.authorization_url, scheme.flows.code.token_url)
        for url in (found.api_url, found.registration_url, found.authorization_url, found.token_url):
            self._outgoing.check(url)
        return found

    def register(self, portfolio: Portfolio) -> Client:
        """Make ourselves known to a portfolio (RFC 7591).

        Raises:
            PortfolioProblem: it does not take us.
        """
        wish = {
            "client_name": "ICC Bridge",
            "client_uri": self._base_url,
            "software_id": _SOFTWARE,
            "redirect_uris": [self._redirect_uri],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "scope": UPSERT,
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = self._outgoing.call("POST", portfolio.registration_url, headers=headers, data=json.dumps(wish).encode())
        made = _object(answer, (200, 201))
        client_id, secret = made.get("client_id"), made.get("client_secret")
        if not isinstance(client_id, str) or not isinstance(secret, str | None):
            raise PortfolioProblem(f"{portfolio.host}: no client_id")
        return Client(client_id, secret)

    def ask(self, portfolio: Portfolio, client: Client, state: str) -> Permission:
        """Return where the holder has to give leave.

        Args:
            state: a secret that comes back with the holder.
        """
        verifier = generate_token(64)
        url, _state = self._client(client).create_authorization_url(
            portfolio.authorization_url, state=state, code_verifier=verifier
        )
        return Permission(url, verifier)

    def deliver(self, portfolio: Portfolio, client: Client, code: str, verifier: str, credential: str) -> None:
        """Exchange the code for a token, and give the credential; one that is there already is brought up to date.

        Args:
            code: that the holder brought back.
            verifier: of the `Permission`.
            credential: the JSON as served.

        Raises:
            PortfolioProblem: the code was refused, or the credential.
        """
        try:
            token = self._client(client).fetch_token(portfolio.token_url, code=code, code_verifier=verifier)
        except (OAuth2Error, ValueError) as error:
            kind = getattr(error, "error", type(error).__name__)
            raise PortfolioProblem(f"{portfolio.host}: no token ({str(kind)[:40]})") from None
        access = token.get("access_token")
        if not isinstance(access, str):
            raise PortfolioProblem(f"{portfolio.host}: no token")
        headers = {"Authorization": f"Bearer {access}", "Content-Type": "application/json", "Accept": "application/json"}
        url = f"{portfolio.api_url}/credentials"
        answer = self._outgoing.call("POST", url, headers=headers, data=credential.encode())
        if answer.status not in (200, 201):
            raise PortfolioProblem(f"{portfolio.host}: refused the credential with {answer.status}")

    def _client(self, client: Client) -> OAuth2Client:
        return OAuth2Client(
            _Session(self._outgoing),
            client_id=client.client_id,
            client_secret=client.client_secret,
            scope=UPSERT,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )


class _Session:
    """What Authlib posts with: our own calls, so that it reaches nothing that we would not call."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth | None) -> "_Response":
        sent: dict[str, str] = dict(headers)
        if isinstance(auth, ClientAuth) and auth.client_secret:
            # RFC 6749, 2.3.1
            pair = base64.b64encode(f"{auth.client_id}:{auth.client_secret}".encode()).decode()
            sent["Authorization"] = f"Basic {pair}"
            return _Response(self._outgoing.call("POST", url, headers=sent, data=dict(data)))
        client_id = auth.client_id if isinstance(auth, ClientAuth) else ""
        return _Response(self._outgoing.call("POST", url, headers=sent, data={**data, "client_id": client_id}))


class _Response:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.status_code = answer.status

    def json(self) -> Any:  # noqa: ANN401 - whatever it is
        try:
            return self._answer.json()
        except BadAnswer as problem:
            raise ValueError(problem.detail) from None

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ValueError(f"status {self.status_code}")


def _object(answer: Answer, statuses: tuple[int, ...]) -> dict[str, Any]:
    content = answer.json() if answer.status in statuses else None
    if not isinstance(content, dict):
        raise PortfolioProblem(f"{urlsplit(answer.url).netloc}: status {answer.status}, or no JSON object")
    return content
