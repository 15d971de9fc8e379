"""What a test can make go wrong, and for which requests."""

import re
from collections.abc import Mapping, Sequence
from threading import Event, Lock

from attrs import define, evolve, field, frozen


@frozen
class Reply:
    """Answer with this status in place of the server."""

    status: int
    retry_after: int | None = None


@frozen(kw_only=True)
class Lie:
    """Answer in place of the server as no registry does, or as one does that wants what is not its own."""

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""


@frozen
class Plain:
    """Pass the request on without the word of the proxy that the client speaks TLS."""


@frozen(kw_only=True)
class Cut:
    """Reset the connection after so many bytes of a body: of the upload, or of the answer (0: before its head)."""

    after: int
    upload: bool = False


@frozen
class Hang:
    """Say nothing, until the client goes or the faults are lifted."""


@frozen(kw_only=True)
class Slow:
    """Wait before passing the request on; then pass both bodies at this rate at most."""

    seconds: float = 0
    bytes_per_second: int | None = None


Effect = Reply | Lie | Plain | Cut | Hang | Slow


@frozen(kw_only=True)
class Fault:
    """Meets requests whose method and path match the whole of a regular expression; None times is for ever."""

    effect: Effect
    method: str = ".*"
    path: str = ".*"
    times: int | None = 1
    passing: int = 0  # so many matching requests go through first

    def meets(self, method: str, path: str) -> bool:
        return bool(re.fullmatch(self.method, method) and re.fullmatch(self.path, path))

    def spent(self) -> bool:
        return self.times == 0

    def after_one(self) -> "Fault":
        """What is left of it when one more request has met it."""
        if self.passing:
            return evolve(self, passing=self.passing - 1)
        return self if self.times is None else evolve(self, times=self.times - 1)


@define
class Faults:
    """The faults in force; the test's thread adds and lifts, the front's thread takes."""

    _active: list[Fault] = field(factory=list)
    _lock: Lock = field(factory=Lock)
    _lifted: Event = field(factory=Event)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._active.append(fault)

    def lift(self) -> None:
        """End all faults, and let go of the requests that hang."""
        with self._lock:
            self._active.clear()
            self._lifted.set()
            self._lifted = Event()

    def active(self) -> Sequence[Fault]:
        with self._lock:
            return tuple(self._active)

    def take(self, method: str, path: str) -> tuple[Effect | None, Event]:
        """The effect on this request, by the oldest fault that meets it; and the event that lifts it."""
        with self._lock:
            for index, fault in enumerate(self._active):
                if fault.meets(method, path):
                    left = fault.after_one()
                    self._active[index : index + 1] = () if left.spent() else (left,)
                    return (None if fault.passing else fault.effect), self._lifted
            return None, self._lifted
