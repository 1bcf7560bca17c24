"""Loading the application, which a command does only when it needs it."""

import gc
import sys

APPLICATION = "lti_tool.app"


def load() -> None:
    """Import the application, once.

    All of its modules live as long as the process. The garbage collector looks through them again and again while they are
    imported, and once more at the end: together a third of the time of a short command (measured). So it rests meanwhile,
    and leaves them alone afterwards.
    """
    if APPLICATION in sys.modules:
        return
    gc.disable()
    try:
        import lti_tool.doctor
        import lti_tool.serving  # noqa: F401
    finally:
        gc.enable()
        gc.freeze()
