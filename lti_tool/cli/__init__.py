"""The command line, ``icc-bridge``: one module a family of commands.

Exit codes: 0 done · 1 refused or failed (one clear line on stderr, no traceback) · 2 wrong usage.
"""

from lti_tool.cli.certificates import certificate
from lti_tool.cli.cohorts import cohort
from lti_tool.cli.frame import IccGroup
from lti_tool.cli.keys import keys
from lti_tool.cli.platforms import platform
from lti_tool.cli.running import db, demo, doctor, serve, worker
from lti_tool.cli.scores import score

main = IccGroup(
    name="icc-bridge",
    help="ICC Bridge: the ICC training in a school's own learning environment, and its certificate.",
    commands=[serve, worker, demo, db, doctor, platform, cohort, score, certificate, keys],
)

__all__ = ["main"]
