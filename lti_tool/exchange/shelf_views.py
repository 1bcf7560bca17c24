"""The addresses of the trainers' shelf."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.errors import Words
from lti_tool.exchange.models import ShelfKind
from lti_tool.exchange.shelf import Draft, ItemPage, ShelfService, Upload
from lti_tool.launch.sessions import current_viewer
from lti_tool.registry import use
from lti_tool.training.errors import Incomplete
from lti_tool.training.presenting import show
from lti_tool.training.sending import send
from mappings.file_kinds import FileKind

Answer = str | tuple[str, int] | BaseResponse
_TAB = "exchange.overview"


def add_to(blueprint: Blueprint) -> None:
    """Add the addresses to the room's blueprint."""
    blueprint.add_url_rule("/cohort/<cohort_id>/shelf", view_func=shelf)
    blueprint.add_url_rule(
        "/cohort/<cohort_id>/shelf/new", view_func=shelf_item, defaults={"item_id": None}, methods=["GET", "POST"]
    )
    blueprint.add_url_rule("/cohort/<cohort_id>/shelf/<item_id>", view_func=shelf_item, methods=["GET", "POST"])
    blueprint.add_url_rule("/shelf/<item_id>/file", view_func=shelf_file)
    blueprint.add_url_rule("/shelf/<item_id>/<any(up, down):where>", view_func=move_item, methods=["POST"])
    blueprint.add_url_rule("/shelf/<item_id>/remove", view_func=remove_item, methods=["POST"])


def shelf(cohort_id: str) -> str:
    """Show the shelf."""
    page = use(ShelfService).page(current_viewer(), cohort_id)
    return show("shelf.html", page.place, _TAB, folder="exchange", page=page)


def shelf_item(cohort_id: str, item_id: str | None) -> Answer:
    """Show the form for something on the shelf, and keep what comes back."""
    viewer = current_viewer()
    service = use(ShelfService)
    if request.method == "GET":
        page = service.item(viewer, cohort_id, item_id)
        item = page.item
        draft = Draft("material", "", "", "", "")
        if item is not None:
            draft = Draft(item.kind, item.title, item.text, item.link, item.phase_key)
        return _form(page, draft, {})
    form = request.form
    draft = Draft(
        kind=form.get("kind", ""),
        title=form.get("title", ""),
        text=form.get("text", ""),
        link=form.get("link", ""),
        phase_key=form.get("phase", ""),
        without_file=form.get("without_file") == "1",
    )
    sent = request.files.get("file")
    upload = Upload(sent.filename, sent.stream) if sent is not None and sent.filename else None
    try:
        service.keep(viewer, cohort_id, item_id, draft, upload)
    except Incomplete as incomplete:
        return _form(service.item(viewer, cohort_id, item_id), draft, incomplete.problems), 422
    return redirect(url_for("exchange.shelf", cohort_id=cohort_id), 303)


def shelf_file(item_id: str) -> Response:
    """Send a file on the shelf, as a download that no browser opens by itself."""
    return send(use(ShelfService).download(current_viewer(), item_id))


def move_item(item_id: str, where: str) -> BaseResponse:
    """Move something one place up or down."""
    cohort_id = use(ShelfService).move(current_viewer(), item_id, up=where == "up")
    return redirect(url_for("exchange.shelf", cohort_id=cohort_id, _anchor=f"i-{item_id}"), 303)


def remove_item(item_id: str) -> BaseResponse:
    """Take something off the shelf."""
    cohort_id = use(ShelfService).remove(current_viewer(), item_id)
    return redirect(url_for("exchange.shelf", cohort_id=cohort_id), 303)


def _form(page: ItemPage, draft: Draft, problems: dict[str, Words]) -> str:
    return show(
        "shelf_item.html",
        page.place,
        _TAB,
        folder="exchange",
        page=page,
        draft=draft,
        problems=problems,
        kinds=tuple(ShelfKind),
        largest=use(ShelfService).largest,
        accept=",".join(f".{kind}" for kind in FileKind),
    )
