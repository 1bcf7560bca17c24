"""Which of several processes of one server runs the jobs: exactly one, and another one as soon as that one ends."""

import fcntl
import tempfile


class Duty:
    """The duty to run the jobs, shared by the processes that are forked after it was made.

    It is a lock on an open file without a name. The system lets go of it when a process ends, however it ends.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as the server lives

    def take(self) -> bool:
        """Take the duty if nobody has it; return whether it is this process's now."""
        try:
            # lockf and not flock: forked processes share a flock
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def wait(self) -> None:
        """Return once the duty is this process's."""
        fcntl.lockf(self._file, fcntl.LOCK_EX)
