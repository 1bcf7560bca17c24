"""``python -m lti_tool.demo.school``: the demo school in a process of its own, until it is stopped."""

import argparse
import signal
import sys
from pathlib import Path

from .personalities import PERSONALITIES
from .server import PortTaken, SchoolServer
from .store import UnreadableState


def main(arguments: list[str] | None = None) -> int:
    """Serve the school; returns 1 after one clear line when the port or the state file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m lti_tool.demo.school", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--public-host", default="localhost", help="name in the school's own addresses")
    parser.add_argument("--port", type=int, default=8400, help="0 takes a free one")
    parser.add_argument("--state", type=Path, default=None, help="JSON file that keeps the school over restarts")
    parser.add_argument(
        "--lms", choices=list(PERSONALITIES), default="moodle", help="the learning environment it behaves like"
    )
    options = parser.parse_args(arguments)
    try:
        server = SchoolServer(
            host=options.host,
            port=options.port,
            public_host=options.public_host,
            seeded=True,
            state_file=options.state,
            personality=PERSONALITIES[options.lms],
        )
        server.bind()
    except (PortTaken, UnreadableState, OSError) as error:
        sys.stderr.write(f"the demo school cannot start: {error}\n")
        return 1
    sys.stdout.write(f"{server.school.name}: {server.url}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
