"""Messages: text and HTML that say that something is new, and nothing of what it is; in the reader's language."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from babel.support import NullTranslations, Translations
from markupsafe import Markup

import lti_tool.web
from lti_tool.notices.models import NoticeKind

TRANSLATIONS = Path(lti_tool.web.__file__).parent / "translations"
_STYLE = "font-family: system-ui, sans-serif; font-size: 16px; line-height: 1.5; color: #1b2b29; max-width: 34em;"


@dataclass(frozen=True)
class Topic:
    """What is new in one cohort."""

    training: str
    """The training's name, in the reader's language."""
    kinds: Collection[NoticeKind]
    url: str
    """The page that leads there."""


class Composer:
    """Composes messages.

    Args:
        base_url: our address.
        host: the host in it, for the ids of messages.
    """

    def __init__(self, base_url: str, host: str) -> None:
        self._base_url = base_url
        self._domain = host.partition(":")[0]
        self._found = {"nl": NullTranslations(), "en": Translations.load(str(TRANSLATIONS), ["en"])}

    def news(self, mailing_id: str, locale: str, topics: Sequence[Topic], off_key: str, *, daily: bool) -> EmailMessage:
        """Return the message that something is new.

        Args:
            mailing_id: of this message; tried again, it has the same id, by which mail programs know it again.
            daily: it is the daily one.
        """
        _ = self._translations(locale).gettext
        lines: list[str | Markup] = []
        html: list[Markup] = []
        for topic in topics:
            said = list(dict.fromkeys(self._said(locale, kind) for kind in NoticeKind if kind in topic.kinds))
            lines += [f"{topic.training}", *(f"- {one}" for one in said), topic.url, ""]
            items = Markup("").join(Markup("<li>{}</li>").format(one) for one in said)
            link = Markup('<p><a href="{}">{}</a></p>').format(topic.url, _("Bekijk het in de training"))
            html.append(Markup("<h2>{}</h2><ul>{}</ul>{}").format(topic.training, items, link))
        how = _("Je leest het in je training, die je opent vanuit je cursus in de leeromgeving.")
        why = _("Je krijgt deze e-mail omdat je daar zelf om vroeg.")
        off, off_url = _("Geen e-mail meer"), self.off_url(off_key)
        subject = _("Vandaag nieuw in je training") if daily else _("Er is iets nieuws in je training")
        text = "\n".join([subject, "", *map(str, lines), how, "", why, f"{off}: {off_url}", ""])
        body = [Markup("<h1>{}</h1>").format(subject), *html, Markup("<p>{}</p>").format(how)]
        body.append(Markup('<p>{} <a href="{}">{}</a></p>').format(why, off_url, off))
        message = self._message(mailing_id, locale, subject, text, body)
        message["List-Unsubscribe"] = f"<{off_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return message

    def code(self, mailing_id: str, locale: str, code: str, minutes: int) -> EmailMessage:
        """Return the message with the code that shows that an address is somebody's own."""
        _ = self._translations(locale).gettext
        subject = _("Je code voor e-mail van ICC Bridge")
        what = _("Met deze code bevestig je dat je op dit adres e-mail wilt krijgen over je training:")
        how = _("Typ hem over op de pagina waar je je adres invulde. Hij geldt %(minutes)s minuten.") % {"minutes": minutes}
        other = _("Heb jij dit niet gevraagd? Dan hoef je niets te doen: je krijgt verder geen e-mail.")
        text = "\n".join([what, "", code, "", how, "", other, ""])
        big = Markup('<p style="font-size: 24px; letter-spacing: 2px;"><strong>{}</strong></p>').format(code)
        paragraphs = [Markup("<p>{}</p>").format(one) for one in (what, how, other)]
        body = [Markup("<h1>{}</h1>").format(subject), paragraphs[0], big, *paragraphs[1:]]
        return self._message(mailing_id, locale, subject, text, body)

    def trial(self, mailing_id: str, locale: str) -> EmailMessage:
        """Return a message that only shows that mail arrives."""
        _ = self._translations(locale).gettext
        subject = _("Proef van ICC Bridge")
        what = _("E-mail van ICC Bridge komt aan. Je hoeft niets te doen.")
        body = [Markup("<h1>{}</h1><p>{}</p>").format(subject, what)]
        return self._message(mailing_id, locale, subject, f"{what}\n", body)

    def off_url(self, off_key: str) -> str:
        """Return the address that ends somebody's mail."""
        return f"{self._base_url}/mail/off/{off_key}"

    def topic_url(self, cohort_id: str) -> str:
        """Return the address that leads to what is new in a cohort, or tells how to come there."""
        return f"{self._base_url}/mail/to/{cohort_id}"

    def _said(self, locale: str, kind: NoticeKind) -> str:
        _ = self._translations(locale).gettext
        said = {
            NoticeKind.RETURNED: _("Er is iets nieuws over je opdracht."),
            NoticeKind.ACCEPTED: _("Er is iets nieuws over je opdracht."),
            NoticeKind.CERTIFICATE: _("Er is iets nieuws over je certificaat."),
            NoticeKind.REACTION: _("Er is een reactie op wat je deelt."),
            NoticeKind.ANSWER: _("Er is een antwoord waar je reageerde."),
            NoticeKind.NUDGE: _("Je trainer is benieuwd hoe het gaat."),
            NoticeKind.ASPECTS: _("Er is iets nieuws bij ‘Waar sta ik?’."),
            NoticeKind.AGAIN: _("Er is werk opnieuw ingeleverd."),
            NoticeKind.QUESTION: _("Een deelnemer stelt een vraag."),
        }
        return str(said[kind])

    def _translations(self, locale: str) -> NullTranslations:
        return self._found.get(locale, self._found["nl"])

    def _message(self, mailing_id: str, locale: str, subject: str, text: str, body: Sequence[Markup]) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["Subject"] = subject
        message["Message-ID"] = f"<{mailing_id}@{self._domain}>"
        message["Content-Language"] = locale
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, cte="quoted-printable")
        page = Markup(
            '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"><title>{}</title></head>'
            '<body style="{}">{}</body></html>\n'
        ).format(locale, subject, _STYLE, Markup("\n").join(body))
        message.add_alternative(str(page), subtype="html", cte="quoted-printable")
        return message
