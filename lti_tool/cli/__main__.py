"""``python -m lti_tool.cli`` is ``icc-bridge``."""

from lti_tool.cli import main

main(prog_name="icc-bridge")
