"""What the package shows to the outside."""

import importlib
import pkgutil
from dataclasses import is_dataclass
from pathlib import Path

import moodle_client
from moodle_client import errors


def test_every_public_name_exists_and_is_documented() -> None:
    assert sorted(moodle_client.__all__) == sorted(set(moodle_client.__all__))
    for name in moodle_client.__all__:
        found = getattr(moodle_client, name)
        assert name.startswith("__") or not callable(found) or found.__doc__


def test_every_error_is_public() -> None:
    kinds = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
    assert kinds <= set(moodle_client.__all__)


def test_every_result_is_frozen() -> None:
    public = [getattr(moodle_client, name) for name in moodle_client.__all__]
    results = [one for one in public if isinstance(one, type) and is_dataclass(one)]
    assert len(results) > 20
    assert [one for one in results if not vars(one)["__dataclass_params__"].frozen] == []


def test_every_module_says_what_it_is_for() -> None:
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(moodle_client.__path__, "moodle_client.")]
    assert len(modules) > 20
    assert all(one.__doc__ for one in modules)


def test_the_package_is_typed() -> None:
    assert (Path(moodle_client.__file__).parent / "py.typed").exists()
