"""HTML forms as a browser submits them: which fields go along, which button, which file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .browser import Page


class BrowserError(Exception):
    """The page does not offer what was asked of it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to hand in.

    Args:
        name: the file's name.
        content: its bytes.
        media_type: what the browser would call it.
    """

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


File = Upload | tuple[str, bytes] | tuple[str, bytes, str]
Value = str | Sequence[str] | bool | None | File | Sequence[File]


@dataclass(slots=True)
class Field:
    """One control of a form."""

    name: str
    kind: str
    value: str
    checked: bool = False
    options: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    """What a reader sees of each option."""
    multiple: bool = False


@dataclass(slots=True)
class Button:
    """A submit button; its name and value go along when it is pressed."""

    name: str
    value: str
    label: str
    action: str | None = None


@dataclass(slots=True)
class Form:
    """A form on a page."""

    page: "Page"
    action: str
    method: str
    name: str
    target: str
    auto: bool
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    @property
    def values(self) -> dict[str, str]:
        """What the form would send now, without a button (the last of equal names)."""
        return dict(self._plain())

    def option(self, name: str, label: str) -> str:
        """Return the value of the one option of a list whose label contains ``label``; raises BrowserError otherwise."""
        offered = [pair for item in self.fields if item.name == name for pair in zip(item.options, item.labels, strict=True)]
        found = [value for value, text in offered if label in text]
        if len(found) != 1:
            raise BrowserError(
                f"{len(found)} options of {name!r} with {label!r}; there are {[shown for _, shown in offered]}"
            )
        return found[0]

    def submit(self, **values: Value) -> "Page":
        """Fill the form in and press a button.

        Args:
            values: field name to value. A list ticks exactly those checkboxes or selects those options; None or False
                empties or unticks; an ``Upload`` (or a list, or a tuple of name, bytes and media type) goes into a
                file field. The name of a button with its value presses that button; otherwise the first is pressed.

        Raises:
            BrowserError: the form has no such field, option or button.
        """
        button = self.buttons[0] if self.buttons else None
        files: list[tuple[str, tuple[str, bytes, str]]] = []
        for name, value in values.items():
            pressed = [item for item in self.buttons if item.name == name]
            if pressed:
                button = next((item for item in pressed if item.value == value), None)
                if button is None:
                    raise BrowserError(f"no button {name}={value!r}; there are {[item.value for item in pressed]}")
            else:
                files += self._fill(name, value)
        data = self._plain()
        if button is not None and button.name:
            data.append((button.name, button.value))
        action = button.action if button is not None and button.action else self.action
        return self.page.browser.send_form(self, action, data, files)

    def _fill(self, name: str, value: Value) -> list[tuple[str, tuple[str, bytes, str]]]:
        found = [item for item in self.fields if item.name == name]
        if not found:
            raise BrowserError(f"the form has no field {name!r}; it has {sorted({item.name for item in self.fields})}")
        kind = found[0].kind
        if kind == "file":
            return [(name, (upload.name, upload.content, upload.media_type)) for upload in _uploads(value)]
        if kind in ("checkbox", "radio"):
            _tick(found, name, value)
        elif kind == "select":
            _select(found[0], name, value)
        else:
            if not (value is None or isinstance(value, str)):
                raise BrowserError(f"the field {name!r} takes text")
            found[0].value = value or ""
        return []

    def _plain(self) -> list[tuple[str, str]]:
        sent: list[tuple[str, str]] = []
        for item in self.fields:
            if item.kind in ("checkbox", "radio"):
                if item.checked:
                    sent.append((item.name, item.value))
            elif item.kind == "select":
                sent += [(item.name, option) for option in _chosen(item)]
            elif item.kind != "file":
                sent.append((item.name, item.value))
        return sent

    @property
    def names(self) -> set[str]:
        """The names of all its fields and buttons."""
        return {item.name for item in self.fields} | {item.name for item in self.buttons}

    @property
    def file_fields(self) -> list[str]:
        """The names of the places for files; a form with one is sent as multipart."""
        return [item.name for item in self.fields if item.kind == "file"]


def _chosen(item: Field) -> list[str]:
    if item.value or item.checked:
        return item.value.split("\n") if item.multiple else [item.value]
    return []


def _tick(found: list[Field], name: str, value: Value) -> None:
    if isinstance(value, bool) or value is None:
        wanted = {found[0].value} if value else set()
    elif isinstance(value, str):
        wanted = {value}
    else:
        wanted = {item for item in _items(value) if isinstance(item, str)}
    unknown = wanted - {item.value for item in found}
    if unknown:
        raise BrowserError(f"{name!r} offers {[item.value for item in found]}, not {sorted(unknown)}")
    for item in found:
        item.checked = item.value in wanted


def _select(item: Field, name: str, value: Value) -> None:
    wanted = [value] if isinstance(value, str) else [part for part in _items(value) if isinstance(part, str)]
    unknown = [part for part in wanted if part not in item.options]
    if unknown or (len(wanted) != 1 and not item.multiple):
        raise BrowserError(f"{name!r} offers {item.options}, not {wanted}")
    item.value = "\n".join(wanted)
    item.checked = True


def _items(value: Value) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else []


def _uploads(value: Value) -> list[Upload]:
    if value is None or value is False:
        return []
    if isinstance(value, Upload):
        return [value]
    if isinstance(value, tuple) and len(value) in (2, 3) and isinstance(value[0], str):
        return [Upload(*value)]
    uploads = [part if isinstance(part, Upload) else Upload(*part) for part in _items(value) if _is_upload(part)]
    if not uploads:
        raise BrowserError("a file field takes an Upload, or (name, bytes, media type)")
    return uploads


def _is_upload(part: object) -> bool:
    return isinstance(part, Upload) or (isinstance(part, tuple) and len(part) in (2, 3))
