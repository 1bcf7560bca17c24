"""The token, kept out of everything that is printed, logged or stored."""

from typing import NoReturn


class Token:
    """A web service token. Only `reveal` gives it away, and only into the body of a request.

    Raises:
        ValueError: it is empty, or not a line of printable ASCII.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        value = value.strip()
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError("the token must be one line of letters and digits")
        self._value = value

    def reveal(self) -> str:
        """Return the token itself."""
        return self._value

    def __repr__(self) -> str:
        return "Token(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not stored")
