"""Formatted text: cleaned, read as plain text, shown; and what becomes of it when it is saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.training.handing_in import HandInService
from lti_tool.training.models import DraftCopy, Submission, SubmissionVersion
from lti_tool.training.rich_text import clean_html, read_rich, rich_html, text_of
from tests.training.conftest import Group

WHOLE = (
    "<h3>Drie kansen</h3><p>De <b>aula</b> staat<br>leeg.</p><ul><li>maandag</li><li>dinsdag</li></ul>"
    "<ol><li><p>eerst</p></li><li>dan<ul><li>dit</li></ul></li></ol>"
    '<p>Zie <a href="https://museum.example">het museum</a> of <a href="mailto:a@b.example">a@b.example</a>.</p>'
)
PLAIN = (
    "Drie kansen\n\nDe aula staat\nleeg.\n\n- maandag\n- dinsdag\n1. eerst\n2. dan\n  - dit\n\n"
    "Zie het museum (https://museum.example) of a@b.example."
)


def test_it_is_read_as_plain_text() -> None:
    assert text_of(clean_html(WHOLE)) == PLAIN


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script><p>x</p>",
        '<p onclick="alert(1)" style="color:red" class="y" id="z">x</p>',
        '<p>x<img src="https://pixel.example/1.png" onerror="alert(1)"></p>',
        '<p>x</p><iframe src="https://evil.example"></iframe><style>p{}</style><svg onload="alert(1)"></svg>',
        "<p>x</p><!-- --><p><br></p><p>&nbsp;</p>",
        "<form action='/'><p>x</p></form>",
    ],
)
def test_nothing_but_what_the_editor_knows_is_kept(bad: str) -> None:
    assert clean_html(bad) == "<p>x</p>"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/cohort/x", "vbscript:x", "//evil.example"])
def test_a_link_leads_to_the_web_or_to_mail_only(address: str) -> None:
    assert "href" not in clean_html(f'<p><a href="{address}">x</a></p>')


def test_a_link_opens_a_window_that_knows_nothing_of_this_one() -> None:
    cleaned = clean_html('<a href="https://museum.example" target="_top" rel="opener">x</a>')
    assert cleaned == '<a href="https://museum.example" target="_blank" rel="noopener noreferrer nofollow">x</a>'


def test_without_any_format_no_html_is_kept() -> None:
    assert read_rich("", "<p>een<br>twee</p><p>drie</p>") == ("een\ntwee\n\ndrie", "")
    assert read_rich("een\r\ntwee", None) == ("een\ntwee", "")
    assert read_rich("een", "") == ("een", "")


def test_its_headings_fit_under_those_of_the_page() -> None:
    assert rich_html("<h3>Kop</h3>", 2) == "<h2>Kop</h2>"


@given(st.text(alphabet="<>/apbuloi3h =\"'&;:x\n", max_size=80))
def test_whatever_comes_in_cleaning_twice_is_cleaning_once(html: str) -> None:
    once = clean_html(html)
    assert clean_html(once) == once
    assert "\x00" not in text_of(once)


class TestSaved:
    """What becomes of it in a draft and a version."""

    def test_the_text_of_the_editor_counts_and_is_kept_in_both_forms(self, group: Group) -> None:
        service: HandInService = group.world.service(HandInService)
        service.hand_in(group.zoe.viewer, group.cohort_id, "leervraag", "stale", "", html=WHOLE)
        with group.world.database.session() as session:
            version = session.scalars(select(SubmissionVersion)).one()
            assert (version.text, version.html) == (PLAIN, clean_html(WHOLE))

    def test_trainer_and_participant_read_it_with_its_format(self, group: Group) -> None:
        group.zoe.post(group.assignment(), {"text": "", "html": WHOLE, "action": "submit"})
        assert "<h2>Drie kansen</h2>" in group.trainer.page(f"/review/{group.submission_id(group.zoe)}")
        page = group.zoe.page(group.assignment())
        assert 'data-html="&lt;h3&gt;Drie kansen' in page
        assert "- maandag\n- dinsdag" in page

    def test_another_format_of_the_same_text_is_another_draft(self, group: Group) -> None:
        service: HandInService = group.world.service(HandInService)
        for html in ("<p><b>x</b></p>", "<p><i>x</i></p>"):
            service.save(group.zoe.viewer, group.cohort_id, "leervraag", "", "", html=html)
        with group.world.database.session() as session:
            draft = session.scalars(select(Submission)).one()
            assert (draft.draft_text, draft.draft_html, draft.draft_revision) == ("x", "<p><i>x</i></p>", 2)

    def test_the_same_text_without_an_editor_keeps_the_format_and_another_keeps_it_beside(self, group: Group) -> None:
        service: HandInService = group.world.service(HandInService)
        service.save(group.zoe.viewer, group.cohort_id, "leervraag", "", "", html=WHOLE)
        service.save(group.zoe.viewer, group.cohort_id, "leervraag", PLAIN.replace("\n", "\r\n"), "")
        with group.world.database.session() as session:
            assert session.scalars(select(Submission.draft_html)).one() == clean_html(WHOLE)
        service.save(group.zoe.viewer, group.cohort_id, "leervraag", "Heel anders", "")
        with group.world.database.session() as session:
            assert session.scalars(select(Submission.draft_html)).one() == ""
            assert session.scalars(select(DraftCopy.html)).one() == clean_html(WHOLE)

    def test_what_is_wrong_with_a_form_brings_the_editor_back_with_what_was_typed(self, group: Group) -> None:
        form = {"text": "", "html": "<ul><li>een</li></ul>", "link": "geen link", "action": "submit"}
        answer = group.zoe.post(group.assignment("verkenning"), form)
        assert answer.status_code == 422
        assert 'data-html="&lt;ul&gt;&lt;li&gt;een&lt;/li&gt;&lt;/ul&gt;"' in answer.text
        assert "Wat je schreef, is bewaard." in answer.text
