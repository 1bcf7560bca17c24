"""What travels between a login and its launch (Security Framework 1.0, 5.1.1)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoginRequest:
    """A third-party-initiated login, checked for its required parameters (LTI 1.3 core, 5.1.1.1)."""

    issuer: str
    login_hint: str
    target_link_uri: str
    message_hint: str | None
    client_id: str | None
    deployment_id: str | None
    storage_target: str | None = None
    """The platform's frame that keeps data for us (LTI Platform Storage 0.1)."""

    def __repr__(self) -> str:
        return f"LoginRequest(issuer={self.issuer!r}, …)"


@dataclass(frozen=True)
class Authorization:
    """Where the browser goes to prove who it is, with the state and nonce that the launch must bring back."""

    url: str
    state: str
    nonce: str

    def __repr__(self) -> str:
        return "Authorization(…)"


@dataclass(frozen=True)
class Expected:
    """What the login left for its launch to match."""

    state: str
    nonce_digest: str
    target_link_uri: str
    deployment_id: str | None

    def __repr__(self) -> str:
        return "Expected(…)"
