"""The trainer's page "Moodle-activiteiten koppelen", of a course and a cohort."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from lti_tool.launch.sessions import current_viewer
from lti_tool.moodle.desks import Desk, Desks
from lti_tool.moodle.errors import NotConnected
from lti_tool.moodle.mapped_files import Brought, bring, file_of, lines_of
from lti_tool.moodle.mapping import Kept, Looked, MappingService
from lti_tool.moodle.mapping_page import (
    Filled,
    MappingPage,
    kind_of,
    page_of,
    read_form,
    reason_of,
    removed_of,
    sureness_of,
    wishes_of,
)
from lti_tool.moodle.problems import NOT_CONNECTED
from lti_tool.moodle.wishes import WAYS, WishesRefused
from lti_tool.registry import use
from lti_tool.training.presenting import bar_of
from mappings.activities import usual_counts
from mappings.errors import MappedFileError
from mappings.mapped_files import LARGEST_FILE


def add_to(blueprint: Blueprint) -> None:
    """Add the addresses to the room's blueprint."""
    address = "/cohort/<cohort_id>/course/<course_id>/activities"
    blueprint.add_url_rule(address, view_func=mapping)
    blueprint.add_url_rule(address, view_func=save_mapping, methods=["POST"])
    blueprint.add_url_rule(f"{address}.toml", view_func=mapping_file)
    blueprint.add_url_rule(f"{address}/file", view_func=brought_file)
    blueprint.add_url_rule(f"{address}/file", view_func=bring_file, methods=["POST"])


def mapping(cohort_id: str, course_id: str) -> str:
    """Show the course's activities beside the training's assignments, with suggestions."""
    desk = _desk(cohort_id, course_id)
    kept, looked = _known(desk)
    return _shown(_page(desk, kept, looked))


def save_mapping(cohort_id: str, course_id: str) -> str | tuple[str, int] | Response:
    """Keep what was chosen (all of the form, or with `remove` the end of one mapping alone)."""
    desk, service = _desk(cohort_id, course_id), use(MappingService)
    typed = dict(read_form(request.form, desk))
    if request.form.get("remove") in typed:
        key = request.form["remove"]
        kept, looked = _known(desk)
        saved = service.save(desk, looked, [], remove=[key])
        # the rest of the form was not meant yet, and is not lost
        typed[key] = Filled()
        return _shown(page_of(desk, service.kept(desk), looked, [], typed), removed=saved.removed)
    kept, looked = _known(desk)
    wishes, mistakes = wishes_of(typed, looked.choices(kept))
    try:
        if mistakes:
            raise WishesRefused(mistakes)
        saved = service.save(desk, looked, wishes, remove=removed_of(request.form, typed, kept))
    except WishesRefused as refused:
        page = page_of(desk, kept, looked, service.suggestions(desk, kept, looked), typed, refused.mistakes)
        return _shown(page), 422
    here = url_for("moodle.mapping", cohort_id=cohort_id, course_id=course_id, saved=saved.changed, removed=saved.removed)
    return redirect(here, 303)


def mapping_file(cohort_id: str, course_id: str) -> Response:
    """Give what is mapped as a file."""
    desk = _desk(cohort_id, course_id)
    answer = Response(file_of(desk, use(MappingService).kept(desk)), mimetype="application/toml")
    answer.headers["Content-Disposition"] = 'attachment; filename="moodle.toml"'
    return answer


def bring_file(cohort_id: str, course_id: str) -> str | tuple[str, int]:
    """Keep what a file says, and show what of it has no place in this course."""
    desk, upload = _desk(cohort_id, course_id), request.files.get("file")
    kept, looked = _known(desk)
    content = upload.read(LARGEST_FILE + 1) if upload is not None else b""
    name = (upload.filename or "").rsplit("/", 1)[-1][:100] if upload is not None else ""
    if not name:
        return _shown(_page(desk, kept, looked), file_problems=[_("Kies eerst een bestand.")]), 422
    try:
        brought = bring(use(MappingService), desk, looked, content, name)
    except (MappedFileError, WishesRefused) as refused:
        return _shown(_page(desk, kept, looked), file_problems=lines_of(refused)), 422
    return _shown(_page(desk, use(MappingService).kept(desk), looked), brought=brought)


def brought_file(cohort_id: str, course_id: str) -> Response:
    """Lead whoever comes back to the address of a file to the page where it is chosen."""
    return redirect(url_for("moodle.mapping", cohort_id=cohort_id, course_id=course_id), 303)


def _desk(cohort_id: str, course_id: str) -> Desk:
    return use(Desks).of_trainer(current_viewer(), cohort_id, course_id)


def _known(desk: Desk) -> tuple[Kept, Looked]:
    service = use(MappingService)
    kept = service.kept(desk)
    looked = service.look_for_page(desk)
    if isinstance(looked, int):
        raise TooManyRequests(retry_after=looked)
    if looked.problem == NOT_CONNECTED and not kept.mapped:
        raise NotConnected(looked.technical)
    return kept, looked


def _page(desk: Desk, kept: Kept, looked: Looked) -> MappingPage:
    return page_of(desk, kept, looked, use(MappingService).suggestions(desk, kept, looked))


def _shown(
    page: MappingPage,
    *,
    removed: int | None = None,
    brought: Brought | None = None,
    file_problems: Sequence[str] = (),
) -> str:
    place = page.desk.place
    return render_template(
        "moodle/mapping.html",
        page=page,
        saved=request.args.get("saved", type=int),
        removed=request.args.get("removed", type=int) if removed is None else removed,
        brought=brought,
        file_problems=file_problems,
        ways=WAYS,
        kind_of=kind_of,
        reason_of=reason_of,
        sureness_of=sureness_of,
        usual_counts=usual_counts,
        **(bar_of(place, "training.board") if place else {}),
    )
