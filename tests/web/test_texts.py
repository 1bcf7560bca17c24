import re

import pytest

from lti_tool.web.texts import markdown, plain_html


def test_markdown_of_a_training_becomes_html() -> None:
    html = markdown("Praat met **twee** collega’s:\n\n1. eerst\n2. dan\n\n| a | b |\n|---|---|\n| c | d |")
    assert "<strong>twee</strong>" in html
    assert "<ol>\n<li>eerst</li>" in html
    assert "<td>c</td>" in html


def test_headings_begin_below_those_of_the_page_and_keep_their_order() -> None:
    assert markdown("# Een\n\n## Twee") == "<h3>Een</h3>\n<h4>Twee</h4>\n"
    assert markdown("### Een", top=2) == "<h2>Een</h2>\n"
    assert "<h6>Diep</h6>" in markdown("# Een\n\n###### Diep", top=4)


def test_a_link_opens_a_new_window_that_knows_nothing_of_ours() -> None:
    assert markdown("[lees](https://www.example.org/)") == (
        '<p><a href="https://www.example.org/" target="_blank" rel="noopener noreferrer">lees</a></p>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "![x](https://tracker.example/pixel.png)",
        '<a href="https://x" style="position:fixed" onclick="x">y</a>',
        "<javascript:alert(1)>",
    ],
)
def test_markdown_brings_no_html_script_or_image_of_its_own(text: str) -> None:
    html = markdown(text)
    elements = re.findall(r"<(\w+)([^>]*)>", html)
    assert {name for name, _ in elements} <= {"p", "a"}
    for _, attributes in elements:
        assert re.fullmatch(r'( href="https://[^"]*"| target="_blank"| rel="noopener noreferrer")*', attributes)


def test_plain_text_keeps_its_paragraphs_and_lines() -> None:
    assert plain_html("een\r\ntwee\n \n\ndrie\n") == "<p>een<br>\ntwee</p>\n<p>drie</p>"


def test_plain_text_is_never_html() -> None:
    assert plain_html("<b onclick='x'>a & b</b>") == "<p>&lt;b onclick=&#39;x&#39;&gt;a &amp; b&lt;/b&gt;</p>"


@pytest.mark.parametrize("text", [None, "", " \n\n "])
def test_no_text_gives_nothing(text: str | None) -> None:
    assert plain_html(text) == ""
