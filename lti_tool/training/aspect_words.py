"""Aspects in words: the steps of the scale, what changed since the start, and what a form says."""

from collections.abc import Mapping

from flask_babel import gettext as _

from lti_tool.training.aspect_marks import Said, Side
from lti_tool.training.aspect_picture import AspectLine, Picture
from lti_tool.training.questions import Growth
from lti_tool.training.writing import clean_text
from lti_tool.web.formats import day
from lti_tool.web.locales import say
from mappings.training import Training


def step_name(training: Training, step: int) -> str:
    """Return the name of a step of the scale: a level's, or that it lies between two.

    Args:
        step: from 1; odd ones are levels.
    """
    level, between = divmod(step - 1, 2)
    if not between:
        return say(training.levels[level].name)
    one, other = (say(training.levels[at].name).lower() for at in (level, level + 1))
    return str(_("Tussen %(one)s en %(other)s", one=one, other=other))


def said_name(training: Training, said: Said) -> str:
    """Return what was said of an aspect in words; a dash when nothing was."""
    return "–" if said.step is None else step_name(training, said.step)


def shown_of(picture: Picture, side: Side) -> Mapping[str, Said]:
    """Return what a form of one side begins with, by aspect."""
    return {line.aspect.key: line.on(side) for line in picture.lines}


def aspect_name(training: Training, key: str) -> str:
    """Return the name of an aspect; of one that the training no longer has its key."""
    return next((say(aspect.name) for aspect in training.aspects if aspect.key == key), key)


def change_of(training: Training, line: AspectLine) -> str:
    """Return what changed in one aspect since the start, in a sentence; empty while one of the two is not said."""
    start, end = line.on(Side.START).step, line.on(Side.END).step
    if start is None or end is None:
        return ""
    names = {"start": step_name(training, start).lower(), "end": step_name(training, end).lower()}
    if start == end:
        return str(_("Net als aan het begin: %(end)s.", **names))
    return str(_("Van %(start)s naar %(end)s.", **names))


def change_to_insert(picture: Picture) -> str:
    """Return what changed as text for the retrospect: a line for each aspect of which start and end were said."""
    lines = []
    for line in picture.lines:
        change = change_of(picture.training, line)
        if change:
            remark = line.on(Side.END).remark
            lines.append(" ".join(filter(None, (f"{say(line.aspect.name)}: {change}", remark))))
    return "\n".join(lines)


def growth_to_insert(growth: Growth) -> str:
    """Return how the learning question grew as text for the retrospect."""
    if not growth:
        return ""
    if len(growth) == 1:
        return str(_("Mijn leervraag: %(question)s", question=growth[0].text))
    first = _("Mijn leervraag was op %(day)s: %(question)s", day=day(growth[0].at), question=growth[0].text)
    now = _("Nu is hij: %(question)s", question=growth[-1].text)
    return f"{first}\n{now}"


def read_form(form: Mapping[str, str], training: Training) -> tuple[Mapping[str, Said], Mapping[str, Said]]:
    """Return what a form says of each aspect, and of that what differs from what its page showed.

    Args:
        form: of each aspect `step-<key>` and `remark-<key>`, and as they were shown `was-step-<key>` and `was-remark-<key>`.
    """
    typed = {aspect.key: _said(form, aspect.key) for aspect in training.aspects}
    shown = {aspect.key: _said(form, aspect.key, "was-") for aspect in training.aspects}
    return typed, {key: said for key, said in typed.items() if said != shown[key]}


def _said(form: Mapping[str, str], key: str, before: str = "") -> Said:
    step, remark = form.get(f"{before}step-{key}", ""), form.get(f"{before}remark-{key}", "")
    # a step that is no number is kept as one that is on no scale, so that it is said to be wrong
    number = int(step) if step.isascii() and step.isdigit() and len(step) < 4 else (0 if step else None)
    return Said(number, clean_text(remark).strip())
