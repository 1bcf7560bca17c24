"""What to tell a participant whose name cannot stand on a certificate, at the moment of typing it."""

from lti_tool.certificates.pdf import check_name
from lti_tool.certificates.problems import NameNotPrintable
from lti_tool.errors import Words
from lti_tool.web.locales import say


def name_problem(name: str) -> Words | None:
    """Return why a name cannot be printed and what to do (a `NameCheck` of `training`); None when it can."""
    try:
        check_name(name)
    except NameNotPrintable as problem:
        return say(problem.words)
    return None
