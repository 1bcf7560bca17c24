"""What is done when a call takes too long: one thread for all calls, where a timer for each would cost dearly."""

import threading
import time
from collections import deque
from collections.abc import Callable


class Deadline:
    """When one call's time is up, and what is done then, unless it is over before.

    Args:
        at: `time.monotonic` of that moment.
        late: what is done, in another thread.
    """

    __slots__ = ("at", "late", "over")

    def __init__(self, at: float, late: Callable[[], object]) -> None:
        self.at, self.late, self.over = at, late, False


class Deadlines:
    """Watches over calls that may all take the same time, so that the first to begin is the first to be late.

    Its thread looks at the oldest call only, and never has to be told of a new one: without any it sleeps as long as a
    call may take, and whatever begins meanwhile is late after that.

    Args:
        seconds: how long a call may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: deque[Deadline] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        """How many calls it keeps in mind; one that is over, as long as an older one is not."""
        return len(self._waiting)

    def begin(self, late: Callable[[], object]) -> Deadline:
        """Watch over a call from now on; hand what is returned to `end`."""
        with self._changed:
            if self._thread is None or not self._thread.is_alive():  # after a fork it is not
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            deadline = Deadline(time.monotonic() + self._seconds, late)
            self._waiting.append(deadline)
        return deadline

    def end(self, deadline: Deadline) -> None:
        """A call is over: whatever happened, nothing is done any more."""
        with self._changed:
            deadline.over = True
            while self._waiting and self._waiting[0].over:
                self._waiting.popleft()

    def stop(self) -> None:
        """Let the thread end; a call that begins later starts it anew."""
        with self._changed:
            self._thread = None
            self._changed.notify_all()

    def _watch(self) -> None:
        while True:
            with self._changed:
                if self._thread is not threading.current_thread():
                    return
                now = time.monotonic()
                late = [one for one in self._waiting if one.at <= now and not one.over]
                while self._waiting and self._waiting[0].at <= now:
                    self._waiting.popleft()
                until = self._waiting[0].at if self._waiting else now + self._seconds
                if not late:
                    self._changed.wait(until - now)
            for one in late:
                one.late()
