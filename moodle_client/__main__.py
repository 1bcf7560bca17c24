"""``python -m moodle_client``: look at a Moodle from the command line."""

import sys

from moodle_client.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
