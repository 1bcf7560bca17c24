"""PyLTI1p3 as a tool, to measure beside: as its README's example does it, and tuned. Run by gunicorn.

Both accept a launch and answer with one line that says who it is: they render nothing and keep nothing durable. Left out of
the example is its check for cookies, a page of its own before every login.
"""

import os
import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_caching import Cache
from pylti1p3.contrib.flask.launch_data_storage.cache import FlaskCacheDataStorage
from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from pylti1p3.contrib.flask.oidc_login import FlaskOIDCLogin
from pylti1p3.contrib.flask.request import FlaskRequest
from pylti1p3.tool_config.json_file import ToolConfJsonFile

SECONDS = 600
CONFIG = "BESIDE_CONFIG"
REDIS = "BESIDE_REDIS"


def readme() -> Flask:
    """Return the example: state in this process's memory, configuration read and keys fetched at every launch."""
    return _tool({"CACHE_TYPE": "SimpleCache"}, lambda: ToolConfJsonFile(os.environ[CONFIG]), keeps_keys=False)


def tuned() -> Flask:
    """Return the example with Redis, the configuration read once, and the platform's keys kept."""
    config = ToolConfJsonFile(os.environ[CONFIG])
    return _tool({"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": os.environ[REDIS]}, lambda: config, keeps_keys=True)


def _tool(cache_options: dict[str, str], config: Callable[[], Any], *, keeps_keys: bool) -> Flask:
    app = Flask("beside")
    app.secret_key = secrets.token_hex()
    app.config.update(CACHE_DEFAULT_TIMEOUT=SECONDS, **cache_options)
    cache = Cache(app)

    @app.post("/login")
    def login() -> Any:  # noqa: ANN401
        asked: Any = FlaskRequest()  # type: ignore[no-untyped-call]
        storage: Any = FlaskCacheDataStorage(cache)  # type: ignore[no-untyped-call]
        begun = FlaskOIDCLogin(asked, config(), launch_data_storage=storage)  # type: ignore[no-untyped-call]
        return begun.redirect(asked.get_param("target_link_uri"))

    @app.post("/launch")
    def launch() -> str:
        asked: Any = FlaskRequest()  # type: ignore[no-untyped-call]
        storage: Any = FlaskCacheDataStorage(cache)  # type: ignore[no-untyped-call]
        message = FlaskMessageLaunch(asked, config(), launch_data_storage=storage)  # type: ignore[no-untyped-call]
        if keeps_keys:
            message.set_public_key_caching(storage)
        return f"hello {message.get_launch_data()['sub']}"

    return app
