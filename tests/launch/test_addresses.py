"""Which addresses are ours, and which may be gone to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.config import load_settings
from lti_tool.launch.addresses import is_ours, is_web_address
from tests.conftest import SECRET

OURS = "https://icc.example.org"


@pytest.mark.parametrize(
    "url",
    [
        OURS,
        f"{OURS}/",
        f"{OURS}/lti/launch",
        f"{OURS}/lti/launch?a=b#c",
        "https://ICC.Example.org/x",
        "HTTPS://icc.example.org",
    ],
)
def test_our_own_addresses_are_ours(url: str) -> None:
    assert is_ours(url, load_settings(base_url=OURS, secret_key=SECRET))


@pytest.mark.parametrize(
    "url",
    [
        "http://icc.example.org/",
        "https://icc.example.org:444/",
        "https://icc.example.org.evil.org/",
        "https://evil.org/https://icc.example.org/",
        "https://icc.example.org@evil.org/",
        "https://evil.org\\@icc.example.org/",
        "https://icc.example.org\t.evil.org/",
        "https://user@icc.example.org/",
        "https://icc.example.org\n/",
        "",
        "icc.example.org",
    ],
)
def test_addresses_that_look_like_ours_are_not(url: str) -> None:
    assert not is_ours(url, load_settings(base_url=OURS, secret_key=SECRET))


def test_another_host_name_of_ours_is_ours() -> None:
    settings = load_settings(base_url=OURS, secret_key=SECRET, allowed_hosts=("training.example.org",))
    assert is_ours("https://training.example.org/lti/launch", settings)


@pytest.mark.parametrize("url", ["https://school.example.org/return?course=2", "https://[2001:db8::1]:8443/x"])
def test_https_addresses_may_be_gone_to(url: str) -> None:
    assert is_web_address(url, allow_http=False)


@pytest.mark.parametrize(
    "url", ["http://school.example.org/", "javascript:alert(1)", "data:text/html,x", "ftp://x/", "//x/", "https:///x"]
)
def test_other_addresses_may_not(url: str) -> None:
    assert not is_web_address(url, allow_http=False)


def test_http_may_be_gone_to_in_labs_alone() -> None:
    assert is_web_address("http://127.0.0.1:8400/return", allow_http=True)
    assert not is_web_address("javascript:alert(1)", allow_http=True)


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(url: str) -> None:
    settings = load_settings(base_url=OURS, secret_key=SECRET)
    assert is_ours(url, settings) in (True, False)
    assert is_web_address(url, allow_http=True) in (True, False)
