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
    service = current_app.extensions[_KEY].get(kind)
    if not isinstance(service, kind):
        raise LookupError(f"no {kind.__name__} is provided")
    return service
