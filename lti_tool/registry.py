"""Where a view finds the services that ``app.py`` has put together, by their class."""

from typing import TypeVar

from flask import Flask, current_app

T = TypeVar("T")
_KEY = "icc"


def provide(app: Flask, *services: object) -> None:
    """Make the services available to the views of `app`, each under its own class."""
    app.extensions.setdefault(_KEY, {}).update({type(service): service for service in services})


def use(kind: type[T]) -> T:
    """Return the current application's service of exactly this class.

    Raises:
        LookupError: `app.py` provides none; a mistake in the composition.
    """
    service = find(kind)
    if service is None:
        raise LookupError(f"no {kind.__name__} is provided")
    return service


def find(kind: type[T]) -> T | None:
    """Return the current application's service of exactly this class; None: `app.py` provides none."""
    service = current_app.extensions[_KEY].get(kind)
    return service if isinstance(service, kind) else None
