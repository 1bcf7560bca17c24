"""The faster reading of tokens judges exactly as PyJWT does."""

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.api_jws import PyJWS

from lti_tool.launch.tokens import TokenReader

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \n"
KEY = "a secret of at least thirty-two bytes"
SEGMENTS = [
    b"",
    b"e",
    b"ey",
    b"eyJ",
    b"eyJh",
    b"ey=",
    b"ey==",
    b"eyJh=",
    b"eyJ=",
    b"e===",
    b"e!J",
    b"e+/J",
    b"e\nyJ",
    "éé".encode(),
]


def judged(reader: jwt.PyJWT | TokenReader, token: str | bytes) -> object:
    """What a reader makes of a token: its body, or the kind of error and its words."""
    try:
        return reader.decode(token, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        return type(error), str(error)


def test_pyjwt_still_has_the_step_that_is_made_faster() -> None:
    assert callable(PyJWS._decode_base64url_segment)  # noqa: SLF001


@pytest.mark.parametrize("segment", SEGMENTS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_odd_segments_are_judged_as_pyjwt_judges_them(segment: bytes, place: int) -> None:
    parts = jwt.encode({"a": "b"}, KEY, algorithm="HS256").encode().split(b".")
    parts[place] = segment
    token = b".".join(parts)
    assert judged(TokenReader(), token) == judged(jwt.PyJWT(), token)


@given(st.text(LETTERS, max_size=40), st.integers(0, 2), st.integers(0, 60))
def test_whatever_is_put_into_a_token_is_judged_as_pyjwt_judges_it(words: str, place: int, where: int) -> None:
    parts = jwt.encode({"name": "Renée"}, KEY, algorithm="HS256").split(".")
    parts[place] = parts[place][:where] + words + parts[place][where:]
    token = ".".join(parts)
    assert judged(TokenReader(), token) == judged(jwt.PyJWT(), token)


def test_a_peek_gives_header_and_body_without_a_key() -> None:
    header, body = TokenReader().peek(jwt.encode({"sub": "9"}, KEY, algorithm="HS256", headers={"kid": "k"}))
    assert (header["kid"], body) == ("k", {"sub": "9"})
