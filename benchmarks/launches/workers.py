"""`icc-bridge serve` with more than one worker process, until it has an option for it: the first worker runs the jobs."""

import sys
from typing import Any

from lti_tool.config import load_settings
from lti_tool.logs import configure_logs
from lti_tool.serving import ToolServer


class Workers(ToolServer):
    """The tool's own server with more workers.

    Args:
        count: how many.
        port: where, on the loopback interface.
    """

    def __init__(self, count: int, port: int) -> None:
        self._count = count
        super().__init__(load_settings(), "127.0.0.1", port)

    def load_config(self) -> None:
        """Change what differs."""
        super().load_config()
        self.cfg.set("workers", self._count)
        self.cfg.set("post_worker_init", self._begin)

    def _begin(self, worker: Any) -> None:  # noqa: ANN401
        if worker.age == 1:
            self._start_jobs()


if __name__ == "__main__":
    configure_logs(load_settings())
    Workers(int(sys.argv[1]), int(sys.argv[2])).serve()
