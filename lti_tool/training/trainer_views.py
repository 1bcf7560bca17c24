"""The trainer's pages: what waits, the board, the hand-ins of an assignment, work to review; and versions."""

from functools import cache

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.errors import NotFound, Words
from lti_tool.launch.sessions import Viewer, current_viewer
from lti_tool.registry import use
from lti_tool.training.board import BoardPage, BoardService
from lti_tool.training.board_csv import board_as_csv
from lti_tool.training.cohorts import CohortService
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.nudging import NudgeService
from lti_tool.training.phrases import PhraseService
from lti_tool.training.presenting import mark_words, marks_shown, short_titles, show, unsent, usual_cells, work_words
from lti_tool.training.queue import QueueService
from lti_tool.training.quiet import quiet_days
from lti_tool.training.review_arrival import ReviewArrivalService, ReviewDoor
from lti_tool.training.review_page import ReviewPage, ReviewPageService
from lti_tool.training.reviewing import Remark, ReviewService
from lti_tool.training.service import Issuer

Answer = str | tuple[str, int] | BaseResponse
_ANY = "0"
"""Stands for an id in an address from which many are made: to build each by itself costs more than all the rest."""


def add_to(blueprint: Blueprint) -> None:
    """Add the trainer's addresses to the room's blueprint."""
    blueprint.add_url_rule("/cohort/<cohort_id>/board", view_func=board)
    blueprint.add_url_rule("/cohort/<cohort_id>/board.csv", view_func=board_csv)
    blueprint.add_url_rule("/cohort/<cohort_id>/code", view_func=code, methods=["POST"])
    blueprint.add_url_rule("/cohort/<cohort_id>/nudge", view_func=nudge, methods=["POST"])
    blueprint.add_url_rule("/cohort/<cohort_id>/waiting", view_func=waiting)
    blueprint.add_url_rule("/cohort/<cohort_id>/assignment/<key>/work", view_func=hand_ins)
    blueprint.add_url_rule("/review/<submission_id>", view_func=review, methods=["GET", "POST"])
    blueprint.add_url_rule("/review/<submission_id>/phrase", view_func=keep_phrase, methods=["POST"])
    blueprint.add_url_rule("/cohort/<cohort_id>/phrases", view_func=phrases)
    blueprint.add_url_rule("/cohort/<cohort_id>/phrases/<phrase_id>", view_func=change_phrase, methods=["POST"])
    blueprint.add_url_rule("/version/<version_id>", view_func=version)
    blueprint.add_url_rule("/version/<version_id>/changes", view_func=changes)
    blueprint.add_url_rule("/placement/<placement_id>/review", view_func=reviewed, defaults={"account_id": None})
    blueprint.add_url_rule("/placement/<placement_id>/review/<account_id>", view_func=reviewed)


def board(cohort_id: str) -> Answer:
    """Show who takes part and how far; `?waiting=1` only who waits, `?quiet=` who did nothing for so many days."""
    quiet = request.args.get("quiet")
    page = use(BoardService).board(
        current_viewer(),
        cohort_id,
        only_waiting=request.args.get("waiting") == "1",
        only_quiet=quiet is not None,
        quiet_days=quiet_days(quiet),
    )
    return _board(page)


def board_csv(cohort_id: str) -> Answer:
    """Give the board as a file for a spreadsheet."""
    page = use(BoardService).board(current_viewer(), cohort_id)
    answer = Response(board_as_csv(page), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="bord.csv"'
    return answer


def code(cohort_id: str) -> Answer:
    """Make a one-time code for another trainer and show it, this once: it is in no address and in no cache."""
    viewer = current_viewer()
    page = use(BoardService).board(viewer, cohort_id)
    if not page.place.whole:
        raise NotFound("no trainer of the whole cohort")
    return _board(page, code=use(CohortService).invite(cohort_id))


def nudge(cohort_id: str) -> Answer:
    """Remind a participant (`who`), or everybody who has been quiet for `quiet` days; back to the board."""
    viewer, service = current_viewer(), use(NudgeService)
    days = request.form.get("quiet")
    who = request.form.get("who")
    came = service.one(viewer, cohort_id, who) if who else service.quiet(viewer, cohort_id, quiet_days(days))
    only = days if request.form.get("only") else None
    return redirect(url_for("training.board", cohort_id=cohort_id, quiet=only, nudged=came.sent, lately=came.lately), 303)


def waiting(cohort_id: str) -> Answer:
    """Show what waits for the trainer in all cohorts, the oldest first; `?cohort=` narrows it to one."""
    viewer = current_viewer()
    page = use(QueueService).page(viewer, cohort_id, request.args.get("cohort"))
    return show("waiting.html", page.place, "training.waiting", page=page, said=_said(viewer))


def hand_ins(cohort_id: str, key: str) -> Answer:
    """Show an assignment and what was handed in for it, what waits first."""
    page = use(BoardService).hand_ins(current_viewer(), cohort_id, key)
    return show("hand_ins.html", page.place, "training.board", page=page)


def review(submission_id: str) -> Answer:
    """Show a piece of work, and keep a verdict on it (`verdict`, `feedback`, and the `version` that was read).

    Of each criterion it may say `met-<key>` (`yes` or `no`) and `remark-<key>`.
    `?cohort=` narrows the queue beside it, and so what opens next, to one cohort.
    """
    viewer = current_viewer()
    only = request.args.get("cohort")
    problems: dict[str, Words] = {}
    if request.method == "POST":
        number = request.form.get("version", type=int)
        try:
            reviewed = use(ReviewService).review(
                viewer,
                submission_id,
                request.form.get("verdict", ""),
                request.form.get("feedback", ""),
                number,
                _remarks(),
            )
            return redirect(_after(use(ReviewPageService).review(viewer, reviewed.submission_id, only)), 303)
        except Incomplete as incomplete:
            problems = incomplete.problems
        except Moved as moved:
            problems = {"feedback": moved.explanation}
    return _review(viewer, submission_id, problems)


def keep_phrase(submission_id: str) -> Answer:
    """Keep the `feedback` of a review's form as one of the trainer's own sentences, and show the form as it was."""
    viewer = current_viewer()
    try:
        use(PhraseService).keep(viewer, submission_id, request.form.get("feedback", ""))
    except Incomplete as incomplete:
        return _review(viewer, submission_id, incomplete.problems)
    return _review(viewer, submission_id, {}, kept=True)


def phrases(cohort_id: str) -> Answer:
    """Show the trainer's own sentences."""
    page = use(PhraseService).page(current_viewer(), cohort_id)
    return show("phrases.html", page.place, "training.waiting", page=page, problems={}, typed={})


def change_phrase(cohort_id: str, phrase_id: str) -> Answer:
    """Rename (`action=rename`, with `title-<id>`) or remove (`action=remove`) one of the trainer's own sentences."""
    viewer = current_viewer()
    try:
        if request.form.get("action") == "remove":
            use(PhraseService).remove(viewer, cohort_id, phrase_id)
        else:
            use(PhraseService).rename(viewer, cohort_id, phrase_id, request.form.get(f"title-{phrase_id}", ""))
    except Incomplete as incomplete:
        page = use(PhraseService).page(viewer, cohort_id)
        problems = incomplete.problems
        return show("phrases.html", page.place, "training.waiting", page=page, problems=problems, typed=request.form), 422
    return redirect(url_for("training.phrases", cohort_id=cohort_id), 303)


def _review(viewer: Viewer, submission_id: str, problems: dict[str, Words], *, kept: bool = False) -> Answer:
    page = use(ReviewPageService).review(viewer, submission_id, request.args.get("cohort"))
    shown = show(
        "review.html",
        page.place,
        "training.waiting",
        page=page,
        problems=problems,
        kept=kept,
        typed=request.form,
        unsent=unsent,
        marks=marks_shown(page.marks),
        said=_said(viewer),
    )
    return (shown, 422) if problems else shown


def version(version_id: str) -> Answer:
    """Show one version to its maker or to a trainer."""
    page = use(ReviewPageService).version(current_viewer(), version_id)
    return show("version.html", page.place, "training.home" if page.own else "training.board", page=page)


def changes(version_id: str) -> Answer:
    """Show what changed in a version since an older one (`?since=` its number; the one before by default)."""
    since = request.args.get("since")
    if since is not None and not since.isdecimal():
        raise NotFound("no number of a version")
    page = use(ReviewPageService).changes(current_viewer(), version_id, int(since[:9]) if since else None)
    return show("changes.html", page.place, "training.home" if page.own else "training.board", page=page)


def reviewed(placement_id: str, account_id: str | None) -> Answer:
    """Lead somebody from a gradebook to the work of one person, or say that there is none yet."""
    arrival = use(ReviewArrivalService).arrive(current_viewer(), placement_id, account_id)
    if arrival.door is ReviewDoor.WORK:
        return redirect(url_for("training.review", submission_id=arrival.submission_id), 303)
    if arrival.door is ReviewDoor.ELSEWHERE:
        return redirect(url_for("training.placement", placement_id=placement_id), 303)
    return show("no_work.html", arrival.place, "training.board", arrival=arrival)


def _board(page: BoardPage, *, code: str | None = None) -> str:
    return show(
        "board.html",
        page.place,
        "training.board",
        page=page,
        code=code,
        again=bool(request.args.get("again")),
        kept=bool(request.args.get("kept")),
        lists_read=bool(request.args.get("lists")),
        natives_read=bool(request.args.get("natives")),
        nudged=request.args.get("nudged", type=int),
        lately=request.args.get("lately", 0, type=int),
        marks_shown=marks_shown,
        mark_words=mark_words,
        short_titles=short_titles,
        once=cache,
        usual_cells=usual_cells,
        work_of=work_words(),
        review_url=url_for("training.review", submission_id=_ANY).removesuffix(_ANY),
        issuer=use(Issuer).name,
    )


def _after(page: ReviewPage) -> str:
    """Return where a trainer goes after a verdict: to what waits next, or to the empty queue."""
    only = page.queue.only.id if page.queue.only else None
    if page.queue.longest is not None:
        following = page.queue.longest.submission_id
        return url_for("training.review", submission_id=following, cohort=only, after=page.submission_id)
    return url_for("training.waiting", cohort_id=page.place.cohort_id, cohort=only, after=page.submission_id)


def _remarks() -> list[Remark]:
    """Return what the form says of criteria; the service knows which there are."""
    said = {"yes": True, "no": False}
    keys = {name.partition("-")[2]: None for name in request.form if name.startswith(("met-", "remark-"))}
    form = request.form
    return [Remark(key, said.get(form.get(f"met-{key}", "")), form.get(f"remark-{key}", "")) for key in keys]


def _said(viewer: Viewer) -> ReviewPage | None:
    """Return the work that was reviewed just before this page, to confirm what was said of it."""
    submission_id = request.args.get("after")
    if not submission_id:
        return None
    try:
        return use(ReviewPageService).review(viewer, submission_id)
    except NotFound:
        return None
