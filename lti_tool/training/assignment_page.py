"""The participant's page of one assignment, as every answer to its form shows it again: with what was typed."""

import math
import re
from collections.abc import Mapping
from datetime import timedelta

from flask_babel import gettext as _

from lti_tool.errors import Words
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Viewer
from lti_tool.registry import use
from lti_tool.training.briefs import Briefs
from lti_tool.training.drafts import Seen
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.handing_in import HandInService
from lti_tool.training.home import AssignmentPage, HomeService
from lti_tool.training.presenting import marks_shown, show
from lti_tool.training.rich_text import read_rich
from lti_tool.training.work_files import WorkFileService
from lti_tool.training.writing import clean_link

_PAGE = re.compile(r"[A-Za-z0-9_-]{1,22}")
_REVISION = re.compile(r"[0-9]{1,9}")
_LONGEST_AGE = timedelta(days=365)


def seen_of(form: Mapping[str, str]) -> Seen:
    """Return what a page says of the draft with which it began; what cannot be read counts as not said.

    Args:
        form: `revision`, `page`, and `age`: the seconds since the last letter was typed.
    """
    revision, page = form.get("revision", ""), form.get("page", "")
    try:
        age = float(form.get("age", "0"))
    except ValueError:
        age = 0.0
    seconds = min(max(age, 0.0), _LONGEST_AGE.total_seconds()) if math.isfinite(age) else 0.0
    return Seen(
        revision=int(revision) if _REVISION.fullmatch(revision) else None,
        page=page if _PAGE.fullmatch(page) else None,
        age=timedelta(seconds=seconds),
    )


def keep_typed(
    viewer: Viewer, cohort_id: str, key: str, text: str, link: str, seen: Seen, html: str | None
) -> dict[str, Words]:
    """Save what was typed as the draft and return what is wrong with it. Raises Moved or NotFound."""
    try:
        use(HandInService).save(viewer, cohort_id, key, text, link, seen, html)
    except Incomplete as incomplete:
        return incomplete.problems
    return {}


def show_assignment(
    page: AssignmentPage,
    *,
    text: str | None = None,
    link: str | None = None,
    html: str | None = None,
    problems: dict[str, Words] | None = None,
    submits: bool = False,
    typed: str = "",
) -> str:
    """Return the page.

    Args:
        text: what was typed; the draft by default, as for `link`.
        html: what was typed in the editor.
        problems: what needs attention, by the name of its field.
        submits: it was to be handed in.
        typed: what could not be kept, to copy.
    """
    hand_in = page.assignment.hand_in
    if text is None:
        kept, rich = True, page.work.draft_html
    else:
        text, rich = read_rich(text, html)
        kept = text == page.work.draft_text
    link_kept = link is None or clean_link(link) == page.work.draft_link
    return show(
        "assignment.html",
        page.place,
        "training.home",
        page=page,
        text=page.work.draft_text if text is None else text,
        link=page.work.draft_link if link is None else link,
        brief=use(Briefs).of(page.place.training, page.assignment, begun=page.work.handed_in),
        problems=problems or {},
        title=_problem_title(submits=submits, kept=kept) if problems else "",
        typed=typed,
        marks=marks_shown(page.marks),
        largest=use(WorkFileService).largest(hand_in),
        accept=",".join(f".{kind}" for kind in hand_in.file_kinds),
        html=rich,
        form_page=new_id(),
        unsaved=not (kept and link_kept),
    )


def show_moved(viewer: Viewer, cohort_id: str, key: str, moved: Moved, text: str, link: str) -> tuple[str, int]:
    """Show the page as it is now, with what was typed meanwhile to copy: it could not be kept."""
    page = use(HomeService).assignment(viewer, cohort_id, key)
    last = page.work.last
    typed = "\n\n".join(part for part in (text, link) if part.strip())
    same = last is not None and (text.replace("\r\n", "\n"), link.strip()) == (last.text, last.link)
    problems = {"werk": moved.explanation}
    return show_assignment(page, problems=problems, typed="" if same else typed), 422


def _problem_title(*, submits: bool, kept: bool) -> str:
    """Return the line above what is wrong with a form: whether it was handed in, and that the text is safe if it is."""
    first = _("Nog niet ingeleverd.") if submits else _("Er klopt nog iets niet.")
    return f"{first} {_('Wat je schreef, is bewaard.')}" if kept else str(first)
