import pytest

from lti_tool.training.writing import LONGEST_LINK, LONGEST_QUESTION, clean_link, clean_text, is_link, learning_question


def test_a_text_keeps_its_words_and_lines_and_loses_what_no_database_takes() -> None:
    assert clean_text("Één\r\ntwee\rdrie\tvier\x00\x07\ud800 👩‍🏫") == "Één\ntwee\ndrie\tvier 👩‍🏫"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  https://museum.example/a?b=c#d \n", "https://museum.example/a?b=c#d"),
        ("museum.example/tentoonstelling", "https://museum.example/tentoonstelling"),
        ("www.museum.example", "https://www.museum.example"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("", ""),
    ],
)
def test_a_link_that_was_typed_without_https_gets_it(typed: str, kept: str) -> None:
    assert clean_link(typed) == kept


@pytest.mark.parametrize("link", ["https://museum.example", "http://museum.example:8080/x?y=z"])
def test_a_web_address_is_a_link(link: str) -> None:
    assert is_link(link)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://museum.example",
        "https://",
        "https://museum.example@evil.example/",
        "https://museum example",
        "//museum.example",
        f"https://museum.example/{'x' * LONGEST_LINK}",
    ],
)
def test_anything_else_is_none(link: str) -> None:
    assert not is_link(link)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Hoe kan ik drie secties betrekken?\n\nMeer.", "Hoe kan ik drie secties betrekken?"),
        ("\n\n## Leervraag: Hoe kan ik drie secties betrekken?\nMeer.", "Hoe kan ik drie secties betrekken?"),
        ("**Mijn leervraag – Hoe kan ik dat?**\nMeer.", "Hoe kan ik dat?"),
        ("Learning question: How can I?\nMore.", "How can I?"),
        ("Leervragen zijn lastig. Toch probeer ik het.", "Leervragen zijn lastig. Toch probeer ik het."),
        ("***\n  \n", ""),
        ("", ""),
    ],
)
def test_the_learning_question_is_the_first_line(text: str, question: str) -> None:
    assert learning_question(text) == question


def test_of_a_long_first_line_the_learning_question_is_the_first_sentence() -> None:
    assert learning_question("Hoe kan ik dat? " + "En dit ook nog. " * 40) == "Hoe kan ik dat?"


def test_a_learning_question_without_end_is_cut_at_a_word() -> None:
    cut = learning_question("hoe " * 200)
    assert cut.endswith("hoe …")
    assert len(cut) <= LONGEST_QUESTION + 2
