"""The command line, ``icc-bridge``: one module a family of commands.

Exit codes: 0 done · 1 refused or failed (one clear line on stderr, no traceback) · 2 wrong usage.
"""

import click

from lti_tool.cli import awarding  # noqa: F401 - its commands belong to `certificate`
from lti_tool.cli.api import api
from lti_tool.cli.auditing import audit
from lti_tool.cli.backing_up import backup
from lti_tool.cli.certificates import certificate
from lti_tool.cli.cohorts import cohort
from lti_tool.cli.frame import IccGroup
from lti_tool.cli.keys import keys
from lti_tool.cli.mail import mail
from lti_tool.cli.moodle import moodle
from lti_tool.cli.people import person
from lti_tool.cli.platforms import platform
from lti_tool.cli.privacy import privacy
from lti_tool.cli.running import db, demo, doctor, serve, worker
from lti_tool.cli.scores import score
from lti_tool.cli.staff import staff
from lti_tool.cli.traces import trace
from lti_tool.cli.trainings import training

HELP = """ICC Bridge: the ICC training in a school's own learning environment, and its certificate.

Settings are environment variables; `icc-bridge doctor` shows them all. Exit codes: 0 done, 1 refused or failed (the
reason in one line on stderr), 2 wrong usage.
"""

main = IccGroup(
    name="icc-bridge",
    help=HELP,
    commands=[
        demo,
        serve,
        worker,
        db,
        doctor,
        backup,
        platform,
        trace,
        training,
        cohort,
        moodle,
        score,
        certificate,
        keys,
        api,
        mail,
        staff,
        audit,
        privacy,
        person,
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
click.version_option(package_name="icc-bridge", message="%(package)s %(version)s")(main)

__all__ = ["main"]
