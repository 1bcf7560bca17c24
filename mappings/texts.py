"""Texts in Dutch and English, side by side."""

from dataclasses import dataclass

LANGUAGES = ("nl", "en")
"""The languages every text comes in; the first is the one to fall back on."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    nl: str
    en: str

    def get(self, locale: str) -> str:
        """Return the text for a locale such as `nl`, `en` or `en_GB`; Dutch for every other."""
        return self.en if language_of(locale) == "en" else self.nl

    def fill(self, locale: str, **values: object) -> str:
        """Return the text for a locale with its placeholders filled: `{hours}` by `hours=40`.

        For texts with placeholders only (those of the certificate). Braces in a value are left as they are.

        Raises:
            KeyError: the text has a placeholder for which there is no value.
        """
        return self.get(locale).format(**values)


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words in both languages, such as tags; the lists need not be equally long."""

    nl: tuple[str, ...]
    en: tuple[str, ...]

    def get(self, locale: str) -> tuple[str, ...]:
        """Return the words for a locale; Dutch when it is not English."""
        return self.en if language_of(locale) == "en" else self.nl


def language_of(locale: str) -> str:
    """Return the language of a locale: `en` of `en_GB` or `en-GB`."""
    return locale.replace("-", "_").split("_")[0].lower()
