"""Notices in words."""

from flask_babel import gettext as _

from lti_tool.notices.book import NoticeLine
from lti_tool.notices.models import NoticeKind
from lti_tool.training.people import participant_name
from lti_tool.web.locales import say

ICONS = {
    NoticeKind.RETURNED: "arrow-counterclockwise",
    NoticeKind.ACCEPTED: "check-circle-fill",
    NoticeKind.CERTIFICATE: "patch-check-fill",
    NoticeKind.REACTION: "chat-left-text",
    NoticeKind.ANSWER: "chat-left-text",
    NoticeKind.NUDGE: "bell",
    NoticeKind.ASPECTS: "eye",
    NoticeKind.AGAIN: "inbox",
    NoticeKind.QUESTION: "question-circle-fill",
}


def notice_icon(line: NoticeLine) -> str:
    """Return the icon of a notice."""
    return ICONS[line.kind]


def notice_words(line: NoticeLine) -> str:
    """Return what a notice says, in the reader's language: what happened, and with which assignment."""
    title = say(line.assignment.title) if line.assignment else _("een opdracht die is vervallen")
    if line.kind is NoticeKind.RETURNED:
        return str(_("Je werk voor ‘%(title)s’ is terug voor aanvulling", title=title))
    if line.kind is NoticeKind.ACCEPTED:
        return str(_("Je werk voor ‘%(title)s’ is akkoord", title=title))
    if line.kind is NoticeKind.CERTIFICATE:
        return str(_("Je certificaat staat klaar"))
    if line.kind is NoticeKind.REACTION:
        return str(_("Er is een reactie op wat je deelt bij ‘%(title)s’", title=title))
    if line.kind is NoticeKind.ANSWER:
        return str(_("De maker antwoordt bij ‘%(title)s’, waar jij ook reageerde", title=title))
    if line.kind is NoticeKind.NUDGE:
        return str(_("Je trainer is benieuwd hoe het gaat. Ga verder waar je was, of vraag om hulp"))
    if line.kind is NoticeKind.ASPECTS:
        return str(_("Je trainer deelde met je hoe die jouw aspecten ziet"))
    name = participant_name(line.name, line.enrolment_id)
    if line.kind is NoticeKind.AGAIN:
        return str(_("%(name)s leverde ‘%(title)s’ opnieuw in", name=name, title=title))
    return str(_("%(name)s deelt werk bij ‘%(title)s’ en stelt een vraag", name=name, title=title))
