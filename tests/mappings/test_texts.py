import pytest

from mappings.texts import Text, Words

PAIR = Text("dag", "hello")


@pytest.mark.parametrize("locale", ["en", "en_GB", "en-US", "EN"])
def test_an_english_locale_gets_english(locale: str) -> None:
    assert PAIR.get(locale) == "hello"
    assert Words(("dag",), ("hello", "hi")).get(locale) == ("hello", "hi")


@pytest.mark.parametrize("locale", ["nl", "nl_BE", "de", "", "english", "xx-en"])
def test_every_other_locale_falls_back_on_dutch(locale: str) -> None:
    assert PAIR.get(locale) == "dag"
    assert Words(("dag",), ()).get(locale) == ("dag",)


def test_a_placeholder_without_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Text("{name}", "{name}").fill("nl", naam="Zoë")
